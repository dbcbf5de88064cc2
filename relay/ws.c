/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The laws of libwebsockets are kept here: write only in WRITEABLE, one
 * message per callback; callbacks also come unasked; bytes come at read
 * boundaries, not at those of messages; no other thread calls anything.
 */
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ev.h>
#include <libwebsockets.h>

#include "dispatch.h"
#include "gate.h"
#include "loop.h"
#include "ws.h"

enum {
	PING_S = 50, HANGUP_S = 75,	/* without a sign of life */
	HANDSHAKE_S = 10,
	CLOSE_PROTOCOL = 1002, CLOSE_TYPE = 1003,
	IPV6_PREFIX = 8			/* bytes that one customer has */
};

_Static_assert(CONN_HEADROOM >= LWS_PRE, "no room for a frame header");

/* One WebSocket connection; libwebsockets owns the memory. */
struct peer {
	struct lws *wsi;
	struct conn *conn;
	struct peer *next;		/* in ${w->turning} */
	uint8_t turning, reading, state;
};

/* Nothing that came before WELCOME could be written may be acted on. */
enum { FRESH, WELCOMED, DISMISSED };

struct ws {
	struct relay *relay;
	struct dispatch *dispatch;
	struct loop *loop;
	struct lws_context *context;
	struct peer *turning;		/* whose reading goes on or off */
	struct peer *greeting;
	ev_prepare turn;
	char headers[9][GATE_HEADER_MAX];	/* of one handshake */
};

static void
want_write(void *wire)
{
	struct peer *p = wire;

	if (p->state == WELCOMED)
		(void)lws_callback_on_writable(p->wsi);
}

/*
 * Not from a callback of libwebsockets: 4.1.6 spins for ever if reading is
 * turned off while it hands over what TLS has decrypted already.
 */
static void
want_read(void *wire, int on)
{
	struct peer *p = wire;
	struct ws *w = lws_context_user(lws_get_context(p->wsi));

	p->reading = on != 0;
	if (p->turning)
		return;
	p->turning = 1;
	p->next = w->turning;
	w->turning = p;
}

/*
 * Have libwebsockets hand over what came with the handshake, which ends the
 * connection; then let WELCOME be written.
 */
static void
greet(struct ws *w, struct peer *p)
{
	struct lws_pollfd fd = {
		.fd = lws_get_socket_fd(p->wsi),
		.events = LWS_POLLIN, .revents = LWS_POLLIN
	};

	w->greeting = p;
	(void)lws_service_fd(w->context, &fd);
	if (w->greeting == p && p->state == FRESH) {
		p->state = WELCOMED;
		want_write(p);
	}
	w->greeting = NULL;
}

/* Before the loop sleeps: no callback of libwebsockets is under way. */
static void
on_turn(struct ev_loop *loop, ev_prepare *e, int events)
{
	struct ws *w = e->data;
	struct peer *p;

	(void)loop;
	(void)events;
	while ((p = w->turning) != NULL) {
		w->turning = p->next;
		p->turning = 0;
		(void)lws_rx_flow_control(p->wsi, p->reading);
		if (p->state == FRESH)
			greet(w, p);
	}
}

static void
forget_turn(struct ws *w, const struct peer *p)
{
	struct peer **q = &w->turning;

	while (*q != NULL && *q != p)
		q = &(*q)->next;
	if (*q != NULL)
		*q = p->next;
}

static const struct conn_io io = { want_write, want_read };

/* ---- handshake ---------------------------------------------------------- */

/* Was ${token} sent, be it without a value? */
static int
sent(struct lws *wsi, enum lws_token_indexes token)
{
	char c[2];

	return lws_hdr_total_length(wsi, token) > 0 ||
	    lws_hdr_copy_fragment(wsi, c, sizeof(c), token, 0) >= 0;
}

/*
 * Header ${token} as text in ${buf}, without spaces at its end, or NULL if it
 * was not sent.
 */
static const char *
header(struct lws *wsi, enum lws_token_indexes token, char *buf,
    struct gate_request *q)
{
	int n, i;

	if (!sent(wsi, token))
		return NULL;
	if ((n = lws_hdr_copy(wsi, buf, GATE_HEADER_MAX, token)) < 0) {
		q->too_long = 1;
		n = 0;
	}
	for (i = 0; i < n; i++)
		q->malformed |= (buf[i] >= 0 && buf[i] < ' ' &&
		    buf[i] != '\t') || buf[i] == 0x7f;
	while (n > 0 && (buf[n - 1] == ' ' || buf[n - 1] == '\t'))
		n--;
	buf[n] = '\0';
	return buf;
}

static void
first_line(struct lws *wsi, char *buf, struct gate_request *q)
{
	static const enum lws_token_indexes others[] = {
		WSI_TOKEN_POST_URI, WSI_TOKEN_PUT_URI, WSI_TOKEN_HEAD_URI,
		WSI_TOKEN_OPTIONS_URI, WSI_TOKEN_DELETE_URI,
		WSI_TOKEN_PATCH_URI
	};
	size_t i;

	q->method = "GET";
	q->uri = header(wsi, WSI_TOKEN_GET_URI, buf, q);
	for (i = 0; i < sizeof(others) / sizeof(others[0]) &&
	    q->uri == NULL; i++) {
		q->method = "OTHER";
		q->uri = header(wsi, others[i], buf, q);
	}
}

static int
gate_of(struct ws *w, struct lws *wsi)
{
	struct gate_request q = { 0 };
	char (*b)[GATE_HEADER_MAX] = w->headers;

	first_line(wsi, b[0], &q);
	if (sent(wsi, WSI_TOKEN_HTTP_URI_ARGS))
		q.query = "";
	q.version = header(wsi, WSI_TOKEN_HTTP, b[1], &q);
	q.host = header(wsi, WSI_TOKEN_HOST, b[2], &q);
	q.upgrade = header(wsi, WSI_TOKEN_UPGRADE, b[3], &q);
	q.connection = header(wsi, WSI_TOKEN_CONNECTION, b[4], &q);
	q.key = header(wsi, WSI_TOKEN_KEY, b[5], &q);
	q.ws_version = header(wsi, WSI_TOKEN_VERSION, b[6], &q);
	q.subprotocol = header(wsi, WSI_TOKEN_PROTOCOL, b[7], &q);
	q.content_length = header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, b[8],
	    &q);
	if (sent(wsi, WSI_TOKEN_ORIGIN) || sent(wsi, WSI_TOKEN_SWORIGIN))
		q.origin = "";
	if (sent(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING))
		q.transfer_encoding = "";
	q.full = w->relay->stopping ||
	    w->relay->connections >= w->relay->config->max_connections;
	return gate_check(&q);
}

static int
refuse(struct lws *wsi, int status, enum lws_write_protocol how)
{
	const char *text = gate_answer(status);
	size_t len = strlen(text);
	uint8_t buf[LWS_PRE + 256];

	if (len <= sizeof(buf) - LWS_PRE) {
		memcpy(buf + LWS_PRE, text, len);
		(void)lws_write(wsi, buf + LWS_PRE, len, how);
	}
	return -1;
}

/* Let the handshake go on, or answer it and hang up. */
static int
confirm(struct ws *w, struct lws *wsi)
{
	int status = gate_of(w, wsi);

	return status == 101 ? 0 : refuse(wsi, status,
	    LWS_WRITE_HTTP_HEADERS);
}

/* ---- one connection ----------------------------------------------------- */

/* What limits count as one source: an IPv4 address, an IPv6 network. */
static size_t
source(struct lws *wsi, uint8_t ip[16])
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (getpeername(lws_get_socket_fd(wsi), (struct sockaddr *)&ss,
	    &len) != 0)
		return 0;
	if (ss.ss_family == AF_INET) {
		memcpy(&in, &ss, sizeof(in));
		memcpy(ip, &in.sin_addr, 4);
		return 4;
	}
	if (ss.ss_family != AF_INET6)
		return 0;
	memcpy(&in6, &ss, sizeof(in6));
	if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
		memcpy(ip, in6.sin6_addr.s6_addr + 12, 4);
		return 4;
	}
	memcpy(ip, &in6.sin6_addr, 16);
	return IPV6_PREFIX;
}

static int
opened(struct ws *w, struct lws *wsi, struct peer *p)
{
	uint8_t ip[16];
	size_t len = source(wsi, ip);

	memset(p, 0, sizeof(*p));
	p->wsi = wsi;
	if ((p->conn = dispatch_accept(w->dispatch, &io, p, ip, len)) == NULL)
		return -1;
	w->relay->connections++;
	want_read(p, 1);
	return 0;
}

static void
closed(struct ws *w, struct peer *p)
{
	if (p->conn == NULL)
		return;
	w->relay->connections--;
	forget_turn(w, p);
	if (w->greeting == p)
		w->greeting = NULL;
	dispatch_closed(w->dispatch, p->conn);
	p->conn = NULL;
}

static int
say_goodbye(struct peer *p, int code)
{
	lws_close_reason(p->wsi, (enum lws_close_status)code, NULL, 0);
	return -1;
}

static int
received(struct ws *w, struct peer *p, const uint8_t *data, size_t len)
{
	int code = CLOSE_TYPE;

	if (p->state != WELCOMED) {
		p->state = DISMISSED;
		return say_goodbye(p, CLOSE_PROTOCOL);
	}
	if (lws_frame_is_binary(p->wsi))
		code = dispatch_input(w->dispatch, p->conn, data, len,
		    lws_remaining_packet_payload(p->wsi),
		    lws_is_final_fragment(p->wsi), loop_ms());
	return code == 0 ? 0 : say_goodbye(p, code);
}

/* One message; then, if the connection has failed, its close. */
static int
writeable(struct ws *w, struct peer *p)
{
	const struct out *o = conn_output(p->conn);

	if (p->state != WELCOMED)
		return 0;

	if (o != NULL) {
		if (lws_write(p->wsi, o->buf + CONN_HEADROOM, o->len,
		    LWS_WRITE_BINARY) < (int)o->len)
			return -1;
		conn_written(p->conn);
		dispatch_written(w->dispatch, p->conn);
	}
	if (conn_output(p->conn) != NULL)
		(void)lws_callback_on_writable(p->wsi);
	else if (p->conn->close_code != 0)
		return say_goodbye(p, p->conn->close_code);
	return 0;
}

/* Only protocols[0] is asked: TLS sessions must not join connections. */
static void
no_tickets(void *ssl_ctx)
{
	(void)SSL_CTX_set_num_tickets(ssl_ctx, 0);
	(void)SSL_CTX_set_session_cache_mode(ssl_ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_min_proto_version(ssl_ctx, TLS1_3_VERSION);
}

static int
event(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in,
    size_t len)
{
	struct ws *w = lws_context_user(lws_get_context(wsi));
	struct peer *p = user;

	switch (why) {
	case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
		no_tickets(user);
		return 0;
	case LWS_CALLBACK_HTTP:
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		/* Never looks at ${in}. */
		return w != NULL ? confirm(w, wsi) : -1;
	case LWS_CALLBACK_RAW_RX:
		/* What libwebsockets cannot read as a request. */
		return refuse(wsi, gate_unread(in, len), LWS_WRITE_RAW);
	case LWS_CALLBACK_ESTABLISHED:
		return opened(w, wsi, p);
	case LWS_CALLBACK_RECEIVE:
		return received(w, p, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return writeable(w, p);
	case LWS_CALLBACK_CLOSED:
		closed(w, p);
		return 0;
	default:
		return 0;
	}
}

/* ---- start and stop ------------------------------------------------------ */

/* While starting, the reason; later nothing, since lines may name peers. */
static void
print_log(int level, const char *line)
{
	(void)level;
	(void)fprintf(stderr, "tacit-relay: network: %s", line);
}

static void
set_tls(struct lws_context_creation_info *info, const struct keys *k)
{
	info->options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
	info->ssl_cert_filepath = k->certificate;
	info->ssl_private_key_filepath = k->tls_key;
	info->ssl_options_set = (long)(SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 |
	    SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TICKET |
	    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	info->tls1_3_plus_cipher_list = "TLS_AES_256_GCM_SHA384:"
	    "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
	info->alpn = "http/1.1";
}

/*
 * 4.3.5 tries for ever where the kernel refuses an address for any reason but
 * that it is taken, so ask the kernel first.
 */
static int
can_bind(const struct config *cf)
{
	struct addrinfo want = { .ai_flags = AI_NUMERICHOST | AI_PASSIVE,
	    .ai_socktype = SOCK_STREAM }, *ai;
	int fd, on = 1, yes = 0;

	if (getaddrinfo(cf->host, NULL, &want, &ai) != 0)
		return 0;
	if (ai->ai_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)ai->ai_addr)->sin6_port =
		    htons(cf->port);
	else
		((struct sockaddr_in *)(void *)ai->ai_addr)->sin_port =
		    htons(cf->port);
	if ((fd = socket(ai->ai_family, ai->ai_socktype, 0)) >= 0) {
		yes = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
		    sizeof(on)) == 0 &&
		    bind(fd, ai->ai_addr, ai->ai_addrlen) == 0;
		(void)close(fd);
	}
	freeaddrinfo(ai);
	return yes;
}

static int
listen_on(struct ws *w)
{
	static const struct lws_protocols protocols[] = {
		{ TACIT_SUBPROTOCOL, event, sizeof(struct peer), 2048, 0,
		    NULL, 0 },
		{ NULL, NULL, 0, 0, 0, NULL, 0 }
	};
	static const lws_retry_bo_t idle = {
		.secs_since_valid_ping = PING_S,
		.secs_since_valid_hangup = HANGUP_S
	};
	const struct config *cf = w->relay->config;
	struct lws_context_creation_info info;
	void *loops[1] = { w->relay->loop };

	if (!can_bind(cf))
		return TACIT_E_UNAVAILABLE;
	memset(&info, 0, sizeof(info));
	info.options = LWS_SERVER_OPTION_LIBEV |
	    LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND |
	    LWS_SERVER_OPTION_FALLBACK_TO_APPLY_LISTEN_ACCEPT_CONFIG |
	    LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
	if (strchr(cf->host, ':') == NULL)
		info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
	info.foreign_loops = loops;
	info.iface = cf->host;
	info.port = cf->port;
	info.protocols = protocols;
	info.user = w;
	info.timeout_secs = HANDSHAKE_S;
	info.max_http_header_data = 4096;
	info.max_http_header_pool = 256;
	info.pt_serv_buf_size = 65536;
	info.retry_and_idle_policy = &idle;
	info.server_string = "tacit";	/* 4.1.6 asserts that it has some */
	if (!cf->plaintext)
		set_tls(&info, w->relay->keys);
	w->context = lws_create_context(&info);
	return w->context != NULL ? 0 : TACIT_E_UNAVAILABLE;
}

int
ws_start(struct ws **out, struct relay *r, uint16_t *port)
{
	struct ws *w = calloc(1, sizeof(*w));
	int rc = TACIT_E_NOMEM;

	*out = NULL;
	if (w == NULL)
		return rc;
	w->relay = r;
	ev_prepare_init(&w->turn, on_turn);
	w->turn.data = w;
	/* After loop.c's, which settles connections in its own. */
	ev_set_priority(&w->turn, EV_MINPRI);
	ev_prepare_start(r->loop, &w->turn);
	if ((rc = dispatch_open(&w->dispatch, r)) != 0)
		goto out;
	if ((rc = loop_open(&w->loop, r, w->dispatch)) != 0)
		goto out;
	rc = TACIT_E_IO;
	if (!r->config->plaintext &&
	    (access(r->keys->certificate, R_OK) != 0 ||
	    access(r->keys->tls_key, R_OK) != 0))
		goto out;

	lws_set_log_level(LLL_ERR, print_log);
	if ((rc = listen_on(w)) != 0)
		goto out;
	lws_set_log_level(0, NULL);
	*port = (uint16_t)lws_get_vhost_listen_port(
	    lws_get_vhost_by_name(w->context, "default"));
	*out = w;
	w = NULL;
out:
	ws_free(w);
	return rc;
}

void
ws_wake(void *ws)
{
	struct ws *w = ws;

	loop_wake(w->loop);
}

void
ws_stop(struct ws *w)
{
	loop_stop(w->loop);
}

void
ws_free(struct ws *w)
{
	if (w == NULL)
		return;
	if (w->context != NULL)
		lws_context_destroy(w->context);
	ev_prepare_stop(w->relay->loop, &w->turn);
	loop_free(w->loop);
	dispatch_free(w->dispatch);
	free(w);
}
