/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/tcp.h>

#include <ev.h>
#include <libwebsockets.h>

#include "door.h"
#include "gate.h"
#include "log.h"
#include "loop.h"
#include "source.h"

enum {
	ACCEPT_MS = 10,			/* of a turn of the loop, */
	ADMIT_PER_TURN = 16,		/* and so many that stay */
	OTHER_FILES = 64		/* database, control socket, libraries */
};

struct door {
	struct relay *relay;
	struct sources *sources;
	struct guest *arriving;		/* between knock and enter */
	struct lws *resting;		/* the listener, until the next turn */
	struct lws *knocked;		/* the listener, in this turn */
	uint32_t admitted;		/* in this turn, and not gone at once */
	uint32_t max_connections;	/* no more than there are files */
	ev_timer patience;		/* the next handshake to give up */
	ev_timer salt;
	char headers[9][GATE_HEADER_MAX];	/* of one handshake */
};

static size_t
address(void *wire, uint8_t ip[SOURCE_IP_MAX])
{
	return source_address(lws_get_socket_fd(wire), ip);
}

static int
is_silent(void *wire)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	return getsockopt(lws_get_socket_fd(wire), IPPROTO_TCP, TCP_INFO,
	    &info, &len) == 0 && info.tcpi_bytes_received == 0;
}

static const struct source_wire wire = { address, is_silent };

/* That the loop turns is enough: door_turn() follows. */
static void
on_patience(struct ev_loop *loop, ev_timer *t, int events)
{
	(void)loop;
	(void)t;
	(void)events;
}

static void
on_salt(struct ev_loop *loop, ev_timer *t, int events)
{
	struct door *d = t->data;

	(void)loop;
	(void)events;
	sources_rotate(d->sources, loop_ms());
}

/*
 * Have as many descriptors as the connections need, as far as the system lets
 * us; for how many these are enough.
 */
static uint32_t
descriptors(const struct config *cf)
{
	uint64_t need = (uint64_t)cf->max_connections + cf->max_handshakes +
	    OTHER_FILES;
	uint32_t fewer = cf->max_connections;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return fewer;
	files.rlim_cur = files.rlim_max < need ? files.rlim_max : need;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0 ||
	    files.rlim_cur >= need)
		return fewer;
	fewer = files.rlim_cur > need - fewer ?
	    (uint32_t)(files.rlim_cur - (need - fewer)) : 1;
	log_count("few-descriptors", "max_connections", fewer);
	return fewer;
}

int
door_open(struct door **out, struct relay *r)
{
	const struct config *cf = r->config;
	const struct source_limits limits = {
		.open = cf->source_connections,
		.unfinished = cf->source_handshakes,
		.per_second = cf->source_rate,
		.all_unfinished = cf->max_handshakes,
		.handshake_ms = cf->handshake_seconds * 1000
	};
	const double salt_s = (double)SOURCE_SALT_MS / 1000;
	struct door *d = calloc(1, sizeof(*d));
	int rc;

	*out = NULL;
	if (d == NULL)
		return TACIT_E_NOMEM;
	if ((rc = sources_open(&d->sources, &limits, &wire,
	    loop_ms())) != 0) {
		free(d);
		return rc;
	}
	d->relay = r;
	d->max_connections = descriptors(cf);
	ev_timer_init(&d->patience, on_patience, 0., 0.);
	ev_timer_init(&d->salt, on_salt, salt_s, salt_s);
	d->salt.data = d;
	ev_timer_start(r->loop, &d->salt);
	*out = d;
	return 0;
}

void
door_free(struct door *d)
{
	if (d == NULL)
		return;
	ev_timer_stop(d->relay->loop, &d->patience);
	ev_timer_stop(d->relay->loop, &d->salt);
	sources_free(d->sources);
	free(d);
}

/* May the other end of ${fd} come in? */
static int
admit(struct door *d, int fd)
{
	uint8_t ip[SOURCE_IP_MAX];
	size_t len = source_address(fd, ip);

	if (d->arriving != NULL)	/* libwebsockets could not */
		guest_gone(d->sources, d->arriving);
	d->arriving = d->relay->stopping ? NULL :
	    source_admit(d->sources, ip, len, loop_ms());
	return d->arriving != NULL;
}

/*
 * libwebsockets goes back to its loop after one that was refused or has left
 * already, and in a rush those that wait behind it would wait a turn each.
 */
static void
answer_more(struct door *d, struct lws *listener)
{
	const uint64_t until = loop_ms() + ACCEPT_MS;
	const int at_once = 1;
	int fd;

	while (d->admitted < ADMIT_PER_TURN &&
	    loop_ms() < until) {
		fd = accept4(lws_get_socket_fd(listener), NULL, NULL,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			return;
		if (!admit(d, fd)) {
			(void)close(fd);
			continue;
		}
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once,
		    sizeof(at_once));
		if (lws_adopt_socket_vhost(lws_get_vhost(listener), fd) !=
		    NULL)
			d->admitted++;
	}
}

int
door_knock(struct door *d, struct lws *listener, int fd)
{
	d->knocked = listener;
	if (++d->admitted == ADMIT_PER_TURN) {
		d->resting = listener;
		(void)lws_rx_flow_control(listener, 0);
	}
	return admit(d, fd) ? 0 : -1;
}

void
door_enter(struct door *d, struct lws *wsi)
{
	if (d->arriving == NULL)
		return;
	d->arriving->wire = wsi;
	lws_set_opaque_user_data(wsi, d->arriving);
	d->arriving = NULL;
}

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
		q->malformed |= ((unsigned char)buf[i] < ' ' &&
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
gate_of(struct door *d, struct lws *wsi)
{
	struct gate_request q = { 0 };
	char (*b)[GATE_HEADER_MAX] = d->headers;

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
	q.full = d->relay->stopping ||
	    d->relay->connections >= d->max_connections;
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

int
door_confirm(struct door *d, struct lws *wsi)
{
	int status = gate_of(d, wsi);

	return status == 101 ? 0 : refuse(wsi, status,
	    LWS_WRITE_HTTP_HEADERS);
}

int
door_unread(struct lws *wsi, const void *in, size_t len)
{
	return refuse(wsi, gate_unread(in, len), LWS_WRITE_RAW);
}

/* ---- in and out ------------------------------------------------------------ */

const uint8_t *
door_pass(struct door *d, struct lws *wsi)
{
	struct guest *g = lws_get_opaque_user_data(wsi);

	if (g == NULL || g->state != SOURCE_UNFINISHED)
		return NULL;
	guest_finished(d->sources, g);
	return guest_name(g);
}

void
door_leave(struct door *d, struct lws *wsi)
{
	struct guest *g = lws_get_opaque_user_data(wsi);

	if (g == NULL)
		return;
	lws_set_opaque_user_data(wsi, NULL);
	guest_gone(d->sources, g);
}

void
door_turn(struct door *d)
{
	struct ev_loop *loop = d->relay->loop;
	struct guest *g;
	uint64_t ms;

	if (d->knocked != NULL && !d->relay->stopping)
		answer_more(d, d->knocked);
	while ((g = source_expel(d->sources, loop_ms())) != NULL)
		if (g->wire != NULL)
			lws_set_timeout(g->wire,
			    PENDING_TIMEOUT_USER_REASON_BASE,
			    LWS_TO_KILL_SYNC);
	d->knocked = NULL;
	d->admitted = 0;
	if (d->resting != NULL)
		(void)lws_rx_flow_control(d->resting, 1);
	d->resting = NULL;
	ms = source_next_ms(d->sources, loop_ms());
	if (ms == 0 || ev_is_active(&d->patience))
		return;
	ev_now_update(loop);
	ev_timer_set(&d->patience, (double)ms / 1000., 0.);
	ev_timer_start(loop, &d->patience);
}
