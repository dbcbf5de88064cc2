/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libwebsockets.h>
#include <sodium.h>
#include <uv.h>

#include "ws.h"

enum {
	OUT_MAX = 512 * 1024,		/* bytes queued per connection */
	/*
	 * One read takes one whole TLS record (16 KiB).  With a part of it
	 * left in OpenSSL, 4.1.6 never comes back from a connection that is
	 * being closed for a fault of the other side.
	 */
	RX_CHUNK = 17 * 1024,
	IN_FIRST = 4096,		/* first size of a message buffer */
	SOCKETS_MAX = 256,		/* per handle; bounds lws's tables */
	HOST_MAX = 119,			/* 4.1.6 cuts "Host: ...\r\n" at 127 */
	/* Beyond all our own time-outs, which decide. */
	LWS_PATIENCE_S = 60
};

#if LWS_LIBRARY_VERSION_NUMBER < 4003000
typedef int lws_log_cx_t;

static void
log_apart(struct lws_context_creation_info *info, lws_log_cx_t *log)
{
	(void)info;
	(void)log;
}
#else
/* The one of the process counts who uses it, without a lock for threads. */
static void
log_apart(struct lws_context_creation_info *info, lws_log_cx_t *log)
{
	info->log_cx = log;
}
#endif

struct ws_out {
	struct ws_out *next;
	size_t len;
	uint8_t data[];			/* LWS_PRE bytes, then the message */
};

struct ws {
	struct lws_context *ctx;
	struct tls *tls;
	const struct ws_events *events;
	struct ws_conn *first;		/* those with a wsi */
	struct ws_conn *dialing;	/* inside lws_client_connect_via_info */
	lws_retry_bo_t idle;
	int wake;			/* lws's event descriptor, or -1 */
	lws_log_cx_t log;
};

/* ---- the set of attempts under way ------------------------------------- */

static void
attach(struct ws_conn *c, struct lws *wsi)
{
	c->wsi = wsi;
	c->next = c->ws->first;
	c->ws->first = c;
}

/* From here on libwebsockets knows nothing of ${c}. */
static struct lws *
detach(struct ws_conn *c)
{
	struct lws *wsi = c->wsi;
	struct ws_conn **at;

	if (wsi == NULL)
		return NULL;
	for (at = &c->ws->first; *at != c; at = &(*at)->next)
		;
	*at = c->next;
	c->wsi = NULL;
	c->open = 0;
	lws_set_opaque_user_data(wsi, NULL);
	return wsi;
}

/* It held tokens and codes; lws_write() has masked some in place, or none. */
static void
out_free(struct ws_out *o)
{
	sodium_memzero(o->data + LWS_PRE, o->len);
	free(o);
}

static void
forget_buffers(struct ws_conn *c)
{
	struct ws_out *o;

	while ((o = c->out) != NULL) {
		c->out = o->next;
		out_free(o);
	}
	c->out_tail = &c->out;
	c->out_len = 0;
	free(c->in);
	c->in = NULL;
	c->in_len = c->in_cap = 0;
}

static struct tls_peer *
find_peer(void *arg, const struct ssl_st *ssl)
{
	struct ws *w = arg;
	struct ws_conn *c;

	if (w->dialing != NULL)
		return &w->dialing->peer;
	for (c = w->first; c != NULL; c = c->next)
		if (lws_get_ssl(c->wsi) == ssl)
			return &c->peer;
	return NULL;
}

int
ws_owns(const struct ws *w, const void *wsi)
{
	const struct ws_conn *c;

	for (c = w->first; c != NULL; c = c->next)
		if (c->wsi == wsi)
			return 1;
	return 0;
}

/* ---- what libwebsockets reports ---------------------------------------- */

static void
ended(struct ws_conn *c, int why)
{
	(void)detach(c);
	forget_buffers(c);
	if (c->peer.refused)
		why = TACIT_E_PIN;
	c->ws->events->gone(c, why);
}

/*
 * libwebsockets waits up to 5 s to write what it could not write at once,
 * unless there is nowhere to write to.
 */
static void
cut_if_busy(struct lws *wsi)
{
	if (lws_partial_buffered(wsi))
		(void)shutdown(lws_get_socket_fd(wsi), SHUT_RDWR);
}

/*
 * End an open connection for a fault of the other side; the caller returns
 * -1 to libwebsockets.  No close frame is sent: 4.1.6 would go on parsing
 * until the answer to it, with the fill level of its buffer as it was when we
 * said stop, and write past the end.
 */
static int
hang_up(struct ws_conn *c, struct lws *wsi, int why)
{
	ended(c, why);
	cut_if_busy(wsi);
	return -1;
}

static int
append(struct ws_conn *c, const uint8_t *in, size_t len)
{
	size_t cap = c->in_cap != 0 ? c->in_cap : IN_FIRST;
	uint8_t *p;

	while (cap < c->in_len + len)
		cap *= 2;
	if (cap != c->in_cap) {
		if ((p = realloc(c->in, cap)) == NULL)
			return TACIT_E_NOMEM;
		c->in = p;
		c->in_cap = cap;
	}
	if (len > 0)
		memcpy(c->in + c->in_len, in, len);
	c->in_len += len;
	return 0;
}

/* One piece; messages come in fragments, fragments in pieces. */
static int
receive(struct ws_conn *c, struct lws *wsi, const uint8_t *in, size_t len)
{
	size_t left = lws_remaining_packet_payload(wsi);
	uint8_t *data;
	int rc;

	lws_validity_confirmed(wsi);
	if (!lws_frame_is_binary(wsi))
		return hang_up(c, wsi, TACIT_E_FRAME);
	if (left > TACIT_MESSAGE_MAX ||
	    c->in_len + len + left > TACIT_MESSAGE_MAX)
		return hang_up(c, wsi, TACIT_E_LIMIT);
	if ((rc = append(c, in, len)) != 0)
		return hang_up(c, wsi, rc);
	if (left > 0 || !lws_is_final_fragment(wsi))
		return 0;

	data = c->in;
	len = c->in_len;
	c->in = NULL;
	c->in_len = c->in_cap = 0;
	if ((rc = c->ws->events->message(c, data, len)) < 0)
		return hang_up(c, wsi, rc);
	c->paused = rc == 1;
	return 0;
}

/* lws allows one write per callback and also calls when we did not ask. */
static int
send_one(struct ws_conn *c, struct lws *wsi)
{
	struct ws_out *o = c->out;

	if (o == NULL)
		return 0;
	if (lws_write(wsi, o->data + LWS_PRE, o->len, LWS_WRITE_BINARY) <
	    (int)o->len)
		return -1;
	if ((c->out = o->next) == NULL)
		c->out_tail = &c->out;
	c->out_len -= o->len;
	out_free(o);
	if (c->out != NULL)
		lws_callback_on_writable(wsi);
	if (c->was_full && c->out_len <= OUT_MAX / 2) {
		c->was_full = 0;
		c->ws->events->writable(c);
	}
	return 0;
}

/* libwebsockets takes an answer without a subprotocol for a good one. */
static int
right_protocol(struct lws *wsi)
{
	char name[sizeof(TACIT_SUBPROTOCOL) + 1];

	return lws_hdr_copy(wsi, name, sizeof(name), WSI_TOKEN_PROTOCOL) > 0 &&
	    strcmp(name, TACIT_SUBPROTOCOL) == 0;
}

static int
ws_event(struct lws *wsi, enum lws_callback_reasons reason, void *user,
    void *in, size_t len)
{
	struct ws_conn *c = wsi != NULL ? lws_get_opaque_user_data(wsi) : NULL;

	(void)user;
	if (c == NULL || c->wsi == NULL)
		return 0;		/* dropped, or still in ws_dial() */
	switch (reason) {
	case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH:
		return right_protocol(wsi) ? 0 : -1;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		c->open = 1;
		c->ws->events->opened(c);
		return 0;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		return receive(c, wsi, in, len);
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		return send_one(c, wsi);
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
	case LWS_CALLBACK_CLIENT_CLOSED:
	case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
	case LWS_CALLBACK_WSI_DESTROY:
		ended(c, TACIT_E_UNREACHABLE);
		return 0;
	default:
		return 0;
	}
}

static const struct lws_protocols protocols[] = {
	{ TACIT_SUBPROTOCOL, ws_event, 0, RX_CHUNK, 0, NULL, 0 },
	{ NULL, NULL, 0, 0, 0, NULL, 0 }
};

/* ---- the context -------------------------------------------------------- */

/*
 * The only thing in the loop that is polled, but for 4.3.5's netlink socket,
 * which exec() is to close like all others.
 */
static void
find_wake(uv_handle_t *h, void *arg)
{
	struct ws *w = arg;
	uv_os_fd_t fd;
	struct stat st;

	if (uv_handle_get_type(h) != UV_POLL || uv_fileno(h, &fd) != 0 ||
	    fstat(fd, &st) != 0)
		return;
	if (S_ISSOCK(st.st_mode))
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	else
		w->wake = fd;
}

/* 4.3.5 forgets to; others, before and after, do it themselves. */
static void
close_wake(const struct ws *w)
{
	if (w->wake >= 0 &&
	    strncmp(lws_get_library_version(), "4.3.5", 5) == 0)
		(void)close(w->wake);
}

int
ws_open(struct ws **out, struct uv_loop_s *loop,
    const struct net_times *times, const struct ws_events *events)
{
	struct lws_context_creation_info info;
	void *loops[1] = { loop };
	struct ws *w;
	int rc = TACIT_E_NOMEM;

	*out = NULL;
	if ((w = calloc(1, sizeof(*w))) == NULL)
		goto out;
	w->events = events;
	w->wake = -1;
	w->idle.secs_since_valid_ping = times->ping_s;
	w->idle.secs_since_valid_hangup = times->hangup_s;
	if ((rc = tls_open(&w->tls, find_peer, w)) != 0)
		goto out;

	lws_set_log_level(0, NULL);
	memset(&info, 0, sizeof(info));
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = protocols;
	info.options = LWS_SERVER_OPTION_LIBUV |
	    LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
	info.foreign_loops = loops;
	info.fd_limit_per_thread = SOCKETS_MAX;
	info.pt_serv_buf_size = RX_CHUNK;
	info.provided_client_ssl_ctx = tls_context(w->tls);
	info.http_proxy_address = "";	/* else $http_proxy would decide */
	info.timeout_secs = LWS_PATIENCE_S;
	info.connect_timeout_secs = LWS_PATIENCE_S;
	info.pcontext = &w->ctx;
	log_apart(&info, &w->log);

	/* What else can fail is memory; the plug-in is an optional package. */
	rc = TACIT_E_EVENT_LOOP;
	if ((w->ctx = lws_create_context(&info)) == NULL)
		goto out;
	uv_walk(loop, find_wake, w);

	*out = w;
	w = NULL;
	rc = 0;
out:
	ws_close(w);
	return rc;
}

void
ws_stop(struct ws *w)
{
	if (w != NULL && w->ctx != NULL)
		lws_context_destroy(w->ctx);
}

void
ws_close(struct ws *w)
{
	if (w == NULL)
		return;
	/* The second call frees what the loop had to close first. */
	if (w->ctx != NULL)
		lws_context_destroy(w->ctx);
	close_wake(w);
	tls_close(w->tls);
	free(w);
}

void
ws_trust(struct ws *w)
{
	tls_trust(w->tls);
}

/* ---- connections -------------------------------------------------------- */

void
ws_init(struct ws_conn *c, struct ws *w)
{
	memset(c, 0, sizeof(*c));
	c->ws = w;
	c->out_tail = &c->out;
}

/* "Host:" leaves out the port that goes without saying.  Its length. */
static int
host_header(char *out, size_t cap, const struct tacit_place *p)
{
	int plain = p->flags & TACIT_LINK_PLAINTEXT;

	if (p->port == (plain ? 80 : 443))
		return snprintf(out, cap, "%s", p->host);
	return snprintf(out, cap, "%s:%u", p->host, p->port);
}

int
ws_dial(struct ws_conn *c, const struct ws_target *t)
{
	struct lws_client_connect_info info;
	struct lws *wsi = NULL;
	char host[TACIT_URL_MAX + 8];

	if (host_header(host, sizeof(host), t->place) > HOST_MAX)
		return TACIT_E_UNREACHABLE;
	memset(&info, 0, sizeof(info));
	info.context = c->ws->ctx;
	info.vhost = lws_get_vhost_by_name(c->ws->ctx, "default");
	/* To libwebsockets the proxy is the relay; TLS asks for the tunnel. */
	info.address = t->address;
	info.port = t->proxy_port != 0 ? t->proxy_port : t->place->port;
	info.path = TACIT_PATH;
	info.host = host;
	info.protocol = TACIT_SUBPROTOCOL;
	info.local_protocol_name = TACIT_SUBPROTOCOL;
	info.alpn = "http/1.1";
	info.ietf_version_or_minus_one = -1;
	info.retry_and_idle_policy = &c->ws->idle;
	info.opaque_user_data = c;
	/* A redirect would have lws look up a name, and go there. */
	info.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT;
	if ((t->place->flags & TACIT_LINK_PLAINTEXT) == 0)
		info.ssl_connection |= LCCSCF_USE_SSL |
		    LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK;

	c->peer.refused = 0;
	c->peer.tunnel_port = t->proxy_port != 0 ? t->place->port : 0;
	c->open = c->paused = c->stopped = c->was_full = 0;
	c->ws->dialing = c;
	wsi = lws_client_connect_via_info(&info);
	c->ws->dialing = NULL;
	if (wsi == NULL)
		return c->peer.refused ? TACIT_E_PIN : TACIT_E_UNREACHABLE;
	attach(c, wsi);
	return 0;
}

int
ws_send(struct ws_conn *c, const uint8_t *msg, size_t len)
{
	struct ws_out *o;

	if (!c->open)
		return TACIT_E_STATE;
	if (len > TACIT_MESSAGE_MAX)
		return TACIT_E_LIMIT;
	if (c->out_len > 0 && c->out_len + len > OUT_MAX) {
		c->was_full = 1;
		return TACIT_E_WAIT;
	}
	if ((o = malloc(sizeof(*o) + LWS_PRE + len)) == NULL)
		return TACIT_E_NOMEM;
	o->next = NULL;
	o->len = len;
	memcpy(o->data + LWS_PRE, msg, len);
	*c->out_tail = o;
	c->out_tail = &o->next;
	c->out_len += len;
	lws_callback_on_writable(c->wsi);
	return 0;
}

void
ws_resume(struct ws_conn *c)
{
	c->paused = 0;
	if (c->wsi != NULL && c->stopped)
		lws_rx_flow_control(c->wsi, 1);
	c->stopped = 0;
}

void
ws_settle(struct ws *w)
{
	struct ws_conn *c;

	for (c = w->first; c != NULL; c = c->next) {
		if (!c->paused || c->stopped)
			continue;
		c->stopped = 1;
		lws_rx_flow_control(c->wsi, 0);
	}
}

void
ws_drop(struct ws_conn *c)
{
	struct lws *wsi = detach(c);

	if (wsi != NULL) {
		cut_if_busy(wsi);
		lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
	}
	forget_buffers(c);
}
