/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <sodium.h>

#include "raw_ws.h"

enum {
	OPEN_SECONDS = 10,
	BUFFER = 2 * TACIT_MESSAGE_MAX,
	OP_CONTINUE = 0, OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8,
	OP_PING = 9, OP_PONG = 10
};

struct raw_ws {
	int fd;
	SSL_CTX *ctx;
	SSL *ssl;			/* NULL: plaintext */
	uint8_t *in;			/* BUFFER bytes */
	size_t have, used;		/* in ${in} */
	uint8_t *message;		/* BUFFER bytes */
	size_t message_len;
	int message_op;
	int close_code, closed;
};

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int
dial(const struct raw_target *t)
{
	const struct timeval patience = { OPEN_SECONDS, 0 };
	struct sockaddr_in v4 = { .sin_family = AF_INET }, from = v4;
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	char host[sizeof(t->host)];
	const int one = 1;
	int six, fd, rc;

	(void)snprintf(host, sizeof(host), "%s", t->host +
	    (t->host[0] == '['));
	host[strcspn(host, "]")] = '\0';
	six = inet_pton(AF_INET, host, &v4.sin_addr) != 1;
	if (six && inet_pton(AF_INET6, host, &v6.sin6_addr) != 1)
		return -1;
	v4.sin_port = v6.sin6_port = htons(t->port);
	fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (t->receive_buffer > 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF,
		    &t->receive_buffer, sizeof(t->receive_buffer));
	if (t->from != NULL && (inet_pton(AF_INET, t->from,
	    &from.sin_addr) != 1 || bind(fd, (struct sockaddr *)&from,
	    sizeof(from)) != 0)) {
		(void)close(fd);
		return -1;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
	    sizeof(patience));
	rc = six ? connect(fd, (struct sockaddr *)&v6, sizeof(v6)) :
	    connect(fd, (struct sockaddr *)&v4, sizeof(v4));
	if (rc != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

int
raw_ws_key_hash(const struct raw_ws *w, uint8_t out[TACIT_HASH_LEN])
{
	X509 *x = SSL_get1_peer_certificate(w->ssl);
	uint8_t *der = NULL;
	int len = x != NULL ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der) :
	    0;
	int rc = RAW_PIN;

	if (len > 0 && EVP_Digest(der, (size_t)len, out, NULL, EVP_sha256(),
	    NULL) == 1)
		rc = 0;
	OPENSSL_free(der);
	X509_free(x);
	return rc;
}

static int
check_pin(const struct raw_ws *w, const uint8_t *pin)
{
	uint8_t own[TACIT_HASH_LEN];

	return raw_ws_key_hash(w, own) == 0 &&
	    memcmp(own, pin, sizeof(own)) == 0 ? 0 : RAW_PIN;
}

static int
start_tls(struct raw_ws *w, const struct raw_target *t)
{
	const char *alpn = t->alpn != NULL ? t->alpn : "\x08http/1.1";

	if ((w->ctx = SSL_CTX_new(TLS_client_method())) == NULL)
		return RAW_NOMEM;
	if (t->tls_max != 0)
		(void)SSL_CTX_set_max_proto_version(w->ctx, t->tls_max);
	if ((w->ssl = SSL_new(w->ctx)) == NULL)
		return RAW_NOMEM;
	if (SSL_set_alpn_protos(w->ssl, (const uint8_t *)alpn,
	    (unsigned int)strlen(alpn)) != 0 ||
	    SSL_set_fd(w->ssl, w->fd) != 1 || SSL_connect(w->ssl) != 1)
		return RAW_CONNECT;
	return t->pin != NULL ? check_pin(w, t->pin) : 0;
}

int
raw_ws_send_bytes(struct raw_ws *w, const void *data, size_t len)
{
	const uint8_t *p = data;
	ssize_t n;

	while (len > 0) {
		n = w->ssl != NULL ? SSL_write(w->ssl, p, (int)len) :
		    send(w->fd, p, len, MSG_NOSIGNAL);
		if (n <= 0)
			return RAW_CLOSED;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Wait for and take more bytes behind those that are there. */
static int
fill(struct raw_ws *w, int64_t until)
{
	struct pollfd p = { .fd = w->fd, .events = POLLIN };
	int64_t left;
	ssize_t n;

	if (w->used > 0) {
		memmove(w->in, w->in + w->used, w->have - w->used);
		w->have -= w->used;
		w->used = 0;
	}
	if (w->have == BUFFER)
		return RAW_PROTOCOL;
	while (w->ssl == NULL || SSL_pending(w->ssl) == 0) {
		left = until - now_ms();
		n = poll(&p, 1, left > 0 ? (int)left : 0);
		if (n > 0)
			break;
		if (n == 0 || errno != EINTR)
			return RAW_TIMEOUT;
	}
	n = w->ssl != NULL ? SSL_read(w->ssl, w->in + w->have,
	    (int)(BUFFER - w->have)) :
	    recv(w->fd, w->in + w->have, BUFFER - w->have, 0);
	if (n <= 0)
		return RAW_CLOSED;
	w->have += (size_t)n;
	return 0;
}

static int
write_request(struct raw_ws *w, const struct raw_target *t)
{
	const char *proto = t->subprotocol != NULL ? t->subprotocol :
	    TACIT_SUBPROTOCOL;
	uint8_t random[16];
	char text[1024], key[32];
	int n;

	if (t->request != NULL)
		return raw_ws_send_bytes(w, t->request, strlen(t->request));
	randombytes_buf(random, sizeof(random));
	sodium_bin2base64(key, sizeof(key), random, sizeof(random),
	    sodium_base64_VARIANT_ORIGINAL);
	n = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n"
	    "Host: %s:%u\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n"
	    "%s%s%s\r\n", t->path != NULL ? t->path : TACIT_PATH, t->host,
	    t->port, key, proto[0] != '\0' ? "Sec-WebSocket-Protocol: " : "",
	    proto, proto[0] != '\0' ? "\r\n" : "");
	return raw_ws_send_bytes(w, text, (size_t)n);
}

static int
read_response(struct raw_ws *w, int *status)
{
	int64_t until = now_ms() + OPEN_SECONDS * 1000;
	const uint8_t *end;
	char line[64];
	int rc;

	while ((end = memmem(w->in, w->have, "\r\n\r\n", 4)) == NULL) {
		if ((rc = fill(w, until)) != 0)
			return rc == RAW_CLOSED ? RAW_HTTP : rc;
	}
	w->used = (size_t)(end - w->in) + 4;
	(void)snprintf(line, sizeof(line), "%.*s", 60, (const char *)w->in);
	if (sscanf(line, "HTTP/1.%*1d %d", status) != 1)
		return RAW_PROTOCOL;
	return *status == 101 ? 0 : RAW_HTTP;
}

int
raw_ws_dial(struct raw_ws **out, const struct raw_target *t)
{
	struct raw_ws *w = calloc(1, sizeof(*w));
	int rc = RAW_NOMEM;

	*out = NULL;
	(void)signal(SIGPIPE, SIG_IGN);	/* OpenSSL cannot be told */
	if (w == NULL)
		return rc;
	w->in = malloc(BUFFER);
	w->message = malloc(BUFFER);
	w->fd = dial(t);
	if (w->in == NULL || w->message == NULL)
		goto out;
	rc = RAW_CONNECT;
	if (w->fd < 0 || (!t->plaintext && (rc = start_tls(w, t)) != 0))
		goto out;
	*out = w;
	w = NULL;
	rc = 0;
out:
	raw_ws_free(w);
	return rc;
}

int
raw_ws_open(struct raw_ws **out, const struct raw_target *t, int *status)
{
	struct raw_ws *w;
	int seen = 0, rc;

	*out = NULL;
	if ((rc = raw_ws_dial(&w, t)) == 0 &&
	    (rc = write_request(w, t)) == 0 &&
	    (rc = read_response(w, &seen)) == 0) {
		*out = w;
		w = NULL;
	}
	if (status != NULL)
		*status = seen;
	raw_ws_free(w);
	return rc;
}

void
raw_ws_free(struct raw_ws *w)
{
	if (w == NULL)
		return;
	SSL_free(w->ssl);
	SSL_CTX_free(w->ctx);
	if (w->fd >= 0)
		(void)close(w->fd);
	free(w->message);
	free(w->in);
	free(w);
}

int
raw_ws_send_frame(struct raw_ws *w, uint8_t first, int masked,
    const void *data, size_t len)
{
	uint8_t *f = malloc(len + 14), *mask;
	size_t n = 0, i;
	int rc;

	if (f == NULL)
		return RAW_NOMEM;
	f[n++] = first;
	f[n++] = (uint8_t)(len < 126 ? len : len < 65536 ? 126 : 127);
	for (i = len < 126 ? 0 : len < 65536 ? 2 : 8; i > 0; i--)
		f[n++] = (uint8_t)((uint64_t)len >> (8 * (i - 1)));
	if (masked) {
		f[1] |= 0x80;
		mask = f + n;
		randombytes_buf(mask, 4);
		n += 4;
		for (i = 0; i < len; i++)
			f[n + i] = (uint8_t)(((const uint8_t *)data)[i] ^
			    mask[i % 4]);
	} else if (len > 0) {
		memcpy(f + n, data, len);
	}
	rc = raw_ws_send_bytes(w, f, n + len);
	free(f);
	return rc;
}

int
raw_ws_send_close(struct raw_ws *w, uint16_t code)
{
	const uint8_t b[2] = { (uint8_t)(code >> 8), (uint8_t)code };

	return raw_ws_send_frame(w, 0x80 | OP_CLOSE, 1, b, sizeof(b));
}

/* One WebSocket frame at the front of ${in}; servers do not mask. */
static int
next_frame(struct raw_ws *w, uint8_t *first, const uint8_t **data,
    size_t *len, int64_t until)
{
	const uint8_t *p;
	uint64_t n;
	size_t head, i;
	int rc;

	for (;;) {
		p = w->in + w->used;
		head = 2;
		if (w->have - w->used >= 2) {
			n = p[1] & 0x7f;
			head += n == 126 ? 2 : n == 127 ? 8 : 0;
			if ((p[1] & 0x80) != 0)
				return RAW_PROTOCOL;
			if (w->have - w->used >= head) {
				if (head > 2)
					n = 0;
				for (i = 2; i < head; i++)
					n = n << 8 | p[i];
				if (n > TACIT_MESSAGE_MAX)
					return RAW_PROTOCOL;
				if (w->have - w->used - head >= n)
					break;
			}
		}
		if ((rc = fill(w, until)) != 0)
			return rc;
	}
	*first = p[0];
	*data = p + head;
	*len = (size_t)n;
	w->used += head + (size_t)n;
	return 0;
}

static int
take_close(struct raw_ws *w, const uint8_t *data, size_t len)
{
	w->closed = 1;
	w->close_code = len >= 2 ? data[0] << 8 | data[1] : 1005;
	(void)raw_ws_send_frame(w, 0x80 | OP_CLOSE, 1, data,
	    len >= 2 ? 2 : 0);
	return RAW_CLOSED;
}

/* Put one data frame behind those of the same message; 1: it is whole. */
static int
take_data(struct raw_ws *w, uint8_t first, const uint8_t *data, size_t len)
{
	int op = first & 0x0f;

	if (op != OP_CONTINUE) {
		w->message_op = op;
		w->message_len = 0;
	}
	if ((first & 0x70) != 0 || w->message_len + len > BUFFER)
		return RAW_PROTOCOL;
	memcpy(w->message + w->message_len, data, len);
	w->message_len += len;
	return (first & 0x80) != 0;
}

int
raw_ws_read(struct raw_ws *w, void *buf, size_t cap, int timeout_ms)
{
	size_t n;
	int rc;

	if (w->have == w->used &&
	    (rc = fill(w, now_ms() + timeout_ms)) != 0)
		return rc;
	n = w->have - w->used < cap ? w->have - w->used : cap;
	memcpy(buf, w->in + w->used, n);
	w->used += n;
	return (int)n;
}

int
raw_ws_next(struct raw_ws *w, uint8_t *first, const uint8_t **data,
    size_t *len, int timeout_ms)
{
	return next_frame(w, first, data, len, now_ms() + timeout_ms);
}

int
raw_ws_receive(struct raw_ws *w, const uint8_t **data, size_t *len,
    int *text, int timeout_ms)
{
	int64_t until = now_ms() + timeout_ms;
	const uint8_t *p;
	uint8_t first;
	size_t n;
	int rc;

	if (w->closed)
		return RAW_CLOSED;
	for (;;) {
		if ((rc = next_frame(w, &first, &p, &n, until)) != 0)
			return rc;
		if ((first & 0x0f) == OP_CLOSE)
			return take_close(w, p, n);
		if ((first & 0x0f) == OP_PING)
			rc = raw_ws_send_frame(w, 0x80 | OP_PONG, 1, p, n);
		else if ((first & 0x0f) != OP_PONG)
			rc = take_data(w, first, p, n);
		if (rc < 0)
			return rc;
		if (rc == 1)
			break;
	}
	*data = w->message;
	*len = w->message_len;
	if (text != NULL)
		*text = w->message_op == OP_TEXT;
	return 0;
}

int
raw_ws_close_code(const struct raw_ws *w)
{
	return w->close_code;
}

int
raw_ws_fd(const struct raw_ws *w)
{
	return w->fd;
}
