/* SPDX-License-Identifier: Apache-2.0 */
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>

#include "tacit/limits.h"
#include "testcert.h"
#include "wspeer.h"
#include "wsserver.h"

enum { PEERS_MAX = 512, REQUEST_MAX = 4096 };

struct wsserver {
	struct wsserver_options o;
	SSL_CTX *ctx;
	uint8_t pin[32];
	int listener;
	uint16_t port;
	pthread_t thread;
	pthread_mutex_t lock;
	int stopping;
	size_t n_peers;
	struct wspeer peers[PEERS_MAX];
	unsigned requests, close_status, pings;
	char request[REQUEST_MAX], sni[256], alpn[32];
};

/* ---- TLS ----------------------------------------------------------------- */

static int
see_name(SSL *ssl, int *alert, void *arg)
{
	struct wsserver *s = arg;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	(void)alert;
	pthread_mutex_lock(&s->lock);
	(void)snprintf(s->sni, sizeof(s->sni), "%s", name != NULL ? name : "");
	pthread_mutex_unlock(&s->lock);
	return SSL_TLSEXT_ERR_OK;
}

static int
see_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
	struct wsserver *s = arg;

	(void)ssl;
	pthread_mutex_lock(&s->lock);
	(void)snprintf(s->alpn, sizeof(s->alpn), "%.*s",
	    (int)(in_len > 0 ? in_len - 1 : 0), (const char *)in + 1);
	pthread_mutex_unlock(&s->lock);
	*out = in + 1;
	*out_len = in[0];
	return SSL_TLSEXT_ERR_OK;
}

static void
make_tls(struct wsserver *s)
{
	const struct testcert_options how = {
		.name = s->o.name, .expired = s->o.expired,
		.pem = s->o.certificate_file
	};

	s->ctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_max_proto_version(s->ctx,
	    s->o.act == WSS_TLS12 ? TLS1_2_VERSION : TLS1_3_VERSION);
	testcert_use(s->ctx, s->pin, &how);
	SSL_CTX_set_tlsext_servername_callback(s->ctx, see_name);
	SSL_CTX_set_tlsext_servername_arg(s->ctx, s);
	SSL_CTX_set_alpn_select_cb(s->ctx, see_alpn, s);
}

/* ---- upgrade ------------------------------------------------------------ */

static int
read_request(struct wspeer *p)
{
	struct wsserver *s = p->s;
	char text[REQUEST_MAX];
	size_t n = 0;

	while (n < 4 || memcmp(text + n - 4, "\r\n\r\n", 4) != 0) {
		if (n == sizeof(text) - 1 || wspeer_get(p, text + n, 1) != 0)
			return -1;
		n++;
	}
	text[n] = '\0';
	pthread_mutex_lock(&s->lock);
	s->requests++;
	memcpy(s->request, text, n + 1);
	pthread_mutex_unlock(&s->lock);
	return 0;
}

static void
accept_key(char out[32], const char *request)
{
	static const char head[] = "Sec-WebSocket-Key: ";
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	const char *key = strstr(request, head);
	unsigned char hash[20];
	char text[24 + sizeof(guid)];

	out[0] = '\0';
	if (key == NULL)
		return;
	(void)snprintf(text, sizeof(text), "%.24s%s",
	    key + sizeof(head) - 1, guid);
	EVP_Digest(text, strlen(text), hash, NULL, EVP_sha1(), NULL);
	EVP_EncodeBlock((unsigned char *)out, hash, sizeof(hash));
}

static int
answer(struct wspeer *p)
{
	const struct wsserver_options *o = &p->s->o;
	const char *protocol = "Sec-WebSocket-Protocol: tacit.1\r\n";
	char text[1024], request[REQUEST_MAX], key[32];

	if (o->act == WSS_404) {
		(void)snprintf(text, sizeof(text), "HTTP/1.1 404 Not Found\r\n"
		    "Content-Length: 0\r\n\r\n");
		return wspeer_put(p, text, strlen(text));
	}
	if (o->act == WSS_REDIRECT) {
		(void)snprintf(text, sizeof(text), "HTTP/1.1 302 Found\r\n"
		    "Location: %s\r\nContent-Length: 0\r\n\r\n", o->redirect);
		return wspeer_put(p, text, strlen(text));
	}
	if (o->act == WSS_NO_PROTOCOL)
		protocol = "";
	if (o->act == WSS_WRONG_PROTOCOL)
		protocol = "Sec-WebSocket-Protocol: tacit.2\r\n";
	wsserver_request(p->s, request, sizeof(request));
	accept_key(key, request);
	if (o->act == WSS_WRONG_ACCEPT)
		key[0] = key[0] == 'A' ? 'B' : 'A';
	(void)snprintf(text, sizeof(text),
	    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s%s\r\n",
	    key, protocol, o->act == WSS_EXTENSION ?
	    "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "");
	return wspeer_put(p, text, strlen(text));
}

/* ---- after the upgrade -------------------------------------------------- */

/* Read frames and echo the binary ones, until the client leaves. */
static void
echo(struct wspeer *p)
{
	uint8_t head[14], *mask = head + 10, *data;
	size_t i, len;
	unsigned first;

	while (wspeer_get(p, head, 2) == 0) {
		first = head[0];
		len = head[1] & 127;
		if (len == 126 || len == 127) {
			size_t n = len == 126 ? 2 : 8;

			if (wspeer_get(p, head + 2, n) != 0)
				return;
			for (len = 0, i = 0; i < n; i++)
				len = len << 8 | head[2 + i];
		}
		if ((head[1] & 128) == 0 || len > TACIT_MESSAGE_MAX ||
		    wspeer_get(p, mask, 4) != 0 || (data = malloc(len + 1)) == NULL)
			return;
		if (wspeer_get(p, data, len) != 0) {
			free(data);
			return;
		}
		for (i = 0; i < len; i++)
			data[i] ^= mask[i % 4];
		pthread_mutex_lock(&p->s->lock);
		if (first == 0x88 && len >= 2)
			p->s->close_status = (unsigned)(data[0] << 8 | data[1]);
		if (first == 0x89)
			p->s->pings++;
		pthread_mutex_unlock(&p->s->lock);
		if (first == 0x89)
			(void)wspeer_put_frame(p, 0x8a, data, len);
		else if (first != 0x8a)
			(void)wspeer_put_frame(p, first, data, len);
		free(data);
		if (first == 0x88)
			return;
	}
}

/* Wait, reading nothing, until the server is stopped. */
static void
wait_for_end(struct wspeer *p)
{
	int stopping = 0;

	while (!stopping) {
		(void)poll(NULL, 0, 20);
		pthread_mutex_lock(&p->s->lock);
		stopping = p->s->stopping;
		pthread_mutex_unlock(&p->s->lock);
	}
}

static void
serve_open(struct wspeer *p)
{
	enum wsserver_act act = p->s->o.act;

	if (act == WSS_MUTE) {
		echo(p);
		return;
	}
	if (act == WSS_CUT_GET)
		return;
	p->holding = p->o->together;
	if (answer(p) != 0)
		return;
	wspeer_misbehave(p);
	if (p->holding)
		wspeer_let_go(p);
	if (act == WSS_CUT_OPEN || act == WSS_NOISE)
		return;
	if (act == WSS_DEAF)
		wait_for_end(p);
	else
		echo(p);
}

static int
handshake(struct wspeer *p)
{
	char hello[512];

	switch (p->s->o.act) {
	case WSS_SILENT:
		wait_for_end(p);
		return -1;
	case WSS_CUT:
		return -1;
	case WSS_CUT_HELLO:
		(void)recv(p->fd, hello, sizeof(hello), 0);
		return -1;
	case WSS_GARBAGE:
		(void)recv(p->fd, hello, sizeof(hello), 0);
		(void)send(p->fd, "HTTP/1.1 400 Bad Request\r\n\r\n", 28,
		    MSG_NOSIGNAL);
		return -1;
	default:
		break;
	}
	if (p->s->o.plaintext)
		return 0;
	p->ssl = SSL_new(p->s->ctx);
	SSL_set_fd(p->ssl, p->fd);
	return SSL_accept(p->ssl) == 1 ? 0 : -1;
}

static void *
serve(void *arg)
{
	struct wspeer *p = arg;

	if (handshake(p) == 0 && read_request(p) == 0)
		serve_open(p);
	if (p->ssl != NULL)
		(void)SSL_shutdown(p->ssl);
	(void)shutdown(p->fd, SHUT_RDWR);
	return NULL;
}

/* ---- the server --------------------------------------------------------- */

static void *
accept_all(void *arg)
{
	struct wsserver *s = arg;
	struct wspeer *p;
	int fd;

	while ((fd = accept(s->listener, NULL, NULL)) >= 0) {
		pthread_mutex_lock(&s->lock);
		p = s->n_peers < PEERS_MAX ? &s->peers[s->n_peers++] : NULL;
		if (p != NULL) {
			p->s = s;
			p->o = &s->o;
			p->fd = fd;
			if (pthread_create(&p->thread, NULL, serve, p) != 0)
				abort();
		}
		pthread_mutex_unlock(&s->lock);
		if (p == NULL)
			(void)close(fd);
	}
	return NULL;
}

static int
listen_on(struct wsserver *s)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM
	};
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);
	struct addrinfo *ai;
	char port[8];
	int on = 1, rc = -1;

	(void)snprintf(port, sizeof(port), "%u", s->o.port);
	if (getaddrinfo(s->o.listen != NULL ? s->o.listen : "127.0.0.1", port,
	    &hints, &ai) != 0)
		return -1;
	s->listener = socket(ai->ai_family, SOCK_STREAM, 0);
	(void)setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on,
	    sizeof(on));
	if (bind(s->listener, ai->ai_addr, ai->ai_addrlen) == 0 &&
	    listen(s->listener, 128) == 0 &&
	    getsockname(s->listener, (struct sockaddr *)&bound, &len) == 0) {
		/* The port is at the same place in both families. */
		s->port = ntohs(((struct sockaddr_in *)&bound)->sin_port);
		rc = 0;
	}
	freeaddrinfo(ai);
	return rc;
}

struct wsserver *
wsserver_start(const struct wsserver_options *o)
{
	struct wsserver *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	(void)signal(SIGPIPE, SIG_IGN);
	s->o = *o;
	s->listener = -1;
	(void)pthread_mutex_init(&s->lock, NULL);
	make_tls(s);
	if (listen_on(s) != 0 ||
	    pthread_create(&s->thread, NULL, accept_all, s) != 0) {
		if (s->listener >= 0)
			(void)close(s->listener);
		SSL_CTX_free(s->ctx);
		free(s);
		return NULL;
	}
	return s;
}

void
wsserver_stop(struct wsserver *s)
{
	size_t i;

	if (s == NULL)
		return;
	(void)shutdown(s->listener, SHUT_RDWR);
	(void)pthread_join(s->thread, NULL);
	(void)close(s->listener);
	pthread_mutex_lock(&s->lock);
	s->stopping = 1;
	pthread_mutex_unlock(&s->lock);
	for (i = 0; i < s->n_peers; i++) {
		(void)shutdown(s->peers[i].fd, SHUT_RDWR);
		(void)pthread_join(s->peers[i].thread, NULL);
		SSL_free(s->peers[i].ssl);
		(void)close(s->peers[i].fd);
	}
	SSL_CTX_free(s->ctx);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

uint16_t
wsserver_port(const struct wsserver *s)
{
	return s->port;
}

void
wsserver_pin(const struct wsserver *s, uint8_t pin[32])
{
	memcpy(pin, s->pin, sizeof(s->pin));
}

static unsigned
number(struct wsserver *s, const unsigned *n)
{
	unsigned v;

	pthread_mutex_lock(&s->lock);
	v = *n;
	pthread_mutex_unlock(&s->lock);
	return v;
}

static void
text(struct wsserver *s, char *out, size_t cap, const char *from)
{
	pthread_mutex_lock(&s->lock);
	(void)snprintf(out, cap, "%s", from);
	pthread_mutex_unlock(&s->lock);
}

unsigned
wsserver_accepted(struct wsserver *s)
{
	unsigned v;

	pthread_mutex_lock(&s->lock);
	v = (unsigned)s->n_peers;
	pthread_mutex_unlock(&s->lock);
	return v;
}

unsigned
wsserver_requests(struct wsserver *s)
{
	return number(s, &s->requests);
}

unsigned
wsserver_close_status(struct wsserver *s)
{
	return number(s, &s->close_status);
}

unsigned
wsserver_pings(struct wsserver *s)
{
	return number(s, &s->pings);
}

void
wsserver_request(struct wsserver *s, char *out, size_t cap)
{
	text(s, out, cap, s->request);
}

void
wsserver_sni(struct wsserver *s, char *out, size_t cap)
{
	text(s, out, cap, s->sni);
}

void
wsserver_alpn(struct wsserver *s, char *out, size_t cap)
{
	text(s, out, cap, s->alpn);
}
