/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "conn.h"

enum {
	BUF_START = 4096,
	AHEAD = 32768,			/* at most kept free for what is
					   announced and has not come */
	CLOSE_INTERNAL = 1011
};

/* Before each message that waits. */
struct later {
	uint32_t len;
	uint8_t complete;
};

struct conn *
conn_new(uint64_t id, const struct conn_io *io, void *wire)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->id = id;
	c->io = io;
	c->wire = wire;
	c->refs = 1;
	c->open = c->reading = 1;
	randombytes_buf(c->nonce, sizeof(c->nonce));
	return c;
}

void
conn_ref(struct conn *c)
{
	c->refs++;
}

void
conn_unref(struct conn *c)
{
	if (c == NULL || --c->refs > 0)
		return;
	conn_close(c);
	free(c);
}

static void
drop_message(struct conn *c)
{
	if (c->in != NULL)		/* it may hold tokens and codes */
		sodium_memzero(c->in, c->in_len);
	free(c->in);
	c->in = NULL;
	c->in_len = c->in_cap = c->in_pos = c->in_used = 0;
	c->in_frames = 0;
	c->in_complete = c->admitted = 0;
	c->messages++;
}

static void
drop_later(struct conn *c)
{
	if (c->later != NULL)
		sodium_memzero(c->later, c->later_len);
	free(c->later);
	c->later = NULL;
	c->later_pos = c->later_last = c->later_len = c->later_cap = 0;
}

static void
drop_input(struct conn *c)
{
	drop_message(c);
	drop_later(c);
}

void
conn_close(struct conn *c)
{
	c->open = 0;
	drop_input(c);
	while (c->out_first != NULL)
		conn_written(c);
	free(c->verdicts);
	c->verdicts = NULL;
	c->n_verdicts = c->verdicts_cap = 0;
}

void
conn_fail(struct conn *c, uint16_t code)
{
	if (!c->open || c->close_code != 0)
		return;
	c->close_code = code;
	drop_input(c);
	conn_settle(c);
	c->io->want_write(c->wire);
}

/*
 * Room for ${more} bytes of input after the first ${used}, and for some of
 * the ${left} that are announced.  What moves leaves nothing behind: it may
 * hold tokens and codes.
 */
static int
grow(uint8_t **buf, size_t *cap, size_t used, size_t more, size_t left)
{
	size_t want = *cap > 0 ? *cap * 2 : BUF_START;
	size_t need = used + more;
	uint8_t *p;

	if (need <= *cap)
		return 0;
	need += left < AHEAD ? left : AHEAD;
	if ((p = malloc(want > need ? want : need)) == NULL)
		return TACIT_E_NOMEM;
	if (used > 0) {
		memcpy(p, *buf, used);
		sodium_memzero(*buf, used);
	}
	free(*buf);
	*buf = p;
	*cap = want > need ? want : need;
	return 0;
}

/* A message that goes on, or begins, behind the one that is worked on. */
static int
input_later(struct conn *c, const uint8_t *data, size_t len, size_t left,
    int final)
{
	struct later head = { 0 };
	int more = c->later_len > 0;

	if (more)
		memcpy(&head, c->later + c->later_last, sizeof(head));
	if (!more || head.complete) {
		memset(&head, 0, sizeof(head));
		more = 0;
	}
	if (len > TACIT_MESSAGE_MAX - head.len ||
	    left > TACIT_MESSAGE_MAX - head.len - len)
		return TACIT_E_LIMIT;
	if (c->later_len + sizeof(head) + len > CONN_LATER_MAX)
		return TACIT_E_STATE;
	if (grow(&c->later, &c->later_cap, c->later_len, sizeof(head) + len,
	    0) != 0)
		return TACIT_E_NOMEM;
	if (!more) {
		c->later_last = c->later_len;
		c->later_len += sizeof(head);
	}
	if (len > 0)
		memcpy(c->later + c->later_len, data, len);
	c->later_len += len;
	head.len += (uint32_t)len;
	head.complete = final && left == 0;
	memcpy(c->later + c->later_last, &head, sizeof(head));
	return 0;
}

int
conn_input(struct conn *c, const uint8_t *data, size_t len, size_t left,
    int final)
{
	if (c->in_complete)
		return input_later(c, data, len, left, final);
	if (len > TACIT_MESSAGE_MAX - c->in_len ||
	    left > TACIT_MESSAGE_MAX - c->in_len - len)
		return TACIT_E_LIMIT;
	if (grow(&c->in, &c->in_cap, c->in_len, len, left) != 0)
		return TACIT_E_NOMEM;
	if (len > 0)
		memcpy(c->in + c->in_len, data, len);
	c->in_len += len;
	c->in_complete = final && left == 0;
	return 0;
}

/* The message is worked off: the one behind it takes its place. */
static int
next_message(struct conn *c)
{
	struct later head;
	int rc;

	drop_message(c);
	if (c->later_len == 0)
		return 0;
	memcpy(&head, c->later + c->later_pos, sizeof(head));
	c->later_pos += sizeof(head);
	rc = conn_input(c, c->later + c->later_pos, head.len, 0,
	    head.complete);
	c->later_pos += head.len;
	if (rc != 0 || c->later_pos == c->later_len)
		drop_later(c);
	return rc;
}

/* The rest of the message is not read; too many such, and we part. */
static int
malformed(struct conn *c)
{
	c->malformed++;
	return next_message(c) == 0 ? TACIT_E_FRAME : TACIT_E_NOMEM;
}

int
conn_next(struct conn *c, struct tacit_frame *f)
{
	memset(f, 0, sizeof(*f));
	if (c->in_complete && c->in_pos == c->in_len && c->in_frames > 0 &&
	    next_message(c) != 0)
		return TACIT_E_NOMEM;
	if (!c->in_complete)
		return 0;
	if (c->in_frames == TACIT_FRAMES_MAX ||
	    tacit_frame_parse(f, &c->in_used, c->in + c->in_pos,
	    c->in_len - c->in_pos) != 0 ||
	    !tacit_frame_is_request(&f->head))
		return malformed(c);

	if (!c->admitted) {
		if (f->head.id <= c->last_id)
			return malformed(c);
		c->last_id = f->head.id;
		c->admitted = 1;
	}
	return 1;
}

void
conn_taken(struct conn *c)
{
	c->in_pos += c->in_used;
	c->in_frames++;
	c->admitted = 0;
}

/*
 * Room for ${need} bytes more in ${o}.  Nothing of ours is secret, so what
 * moves is not wiped; four times the size, or letters would move often.
 */
static int
widen(struct out *o, size_t need)
{
	size_t want = o->cap > 0 ? o->cap * 4 : BUF_START;
	uint8_t *p;

	if (o->len + need <= o->cap)
		return 0;
	while (want < o->len + need)
		want *= 4;
	if (want > CONN_MESSAGE_OUT && o->len + need <= CONN_MESSAGE_OUT)
		want = CONN_MESSAGE_OUT;
	if ((p = malloc(CONN_HEADROOM + want)) == NULL)
		return TACIT_E_NOMEM;
	if (o->len > 0)
		memcpy(p + CONN_HEADROOM, o->buf + CONN_HEADROOM, o->len);
	free(o->buf);
	o->buf = p;
	o->cap = want;
	return 0;
}

/* The message that takes the next frame of at most ${need} bytes. */
static struct out *
room(struct conn *c, size_t need)
{
	struct out *o = c->out_last;

	if (o == NULL || o->frames == TACIT_FRAMES_MAX ||
	    need > CONN_MESSAGE_OUT - o->len) {
		if ((o = calloc(1, sizeof(*o))) == NULL)
			return NULL;
		if (c->out_last != NULL)
			c->out_last->next = o;
		else
			c->out_first = o;
		c->out_last = o;
	}
	if (widen(o, need) != 0)
		return NULL;
	return o;
}

/* Returns true if it is queued. */
static int
append(struct conn *c, const tacit_Frame *head, const uint8_t *body)
{
	size_t need = 2 + TACIT_HEADER_MAX + tacit_frame_body_len(head), len;
	struct out *o;

	if (!c->open || c->close_code == CLOSE_INTERNAL)
		return 0;
	if ((o = room(c, need)) == NULL ||
	    (len = tacit_frame_write(o->buf + CONN_HEADROOM + o->len,
	    o->cap - o->len, head, body)) == 0) {
		c->close_code = 0;
		conn_fail(c, CLOSE_INTERNAL);
		return 0;
	}
	o->len += len;
	o->frames++;
	c->out_bytes += len;
	return 1;
}

void
conn_push(struct conn *c, const tacit_Frame *head, const uint8_t *body)
{
	if (append(c, head, body))
		c->io->want_write(c->wire);
}

void
conn_add_ok(struct conn *c, uint32_t id)
{
	tacit_Frame f = { .which_is = tacit_Frame_ok_tag };

	f.is.ok.id[0] = id;
	f.is.ok.id_count = 1;
	(void)append(c, &f, NULL);
}

void
conn_ask(struct conn *c)
{
	if (c->open && c->out_first != NULL)
		c->io->want_write(c->wire);
}

void
conn_push_ok(struct conn *c, uint32_t id)
{
	conn_add_ok(c, id);
	conn_ask(c);
}

void
conn_push_error(struct conn *c, uint32_t id, int err, uint32_t retry_after_ms)
{
	tacit_Frame f = { .which_is = tacit_Frame_error_tag };

	f.is.error.id = id;
	f.is.error.code = (uint32_t)-err;
	f.is.error.retry_after_ms = retry_after_ms;
	conn_push(c, &f, NULL);
}

void
conn_keep_verdict(struct conn *c, const struct verdict *v)
{
	uint32_t cap = c->verdicts_cap > 0 ? c->verdicts_cap * 2 : 16;
	struct verdict *p;

	if (!c->open)
		return;
	if (c->n_verdicts == c->verdicts_cap) {
		p = realloc(c->verdicts, cap * sizeof(*p));
		if (p == NULL) {
			conn_fail(c, CLOSE_INTERNAL);
			return;
		}
		c->verdicts = p;
		c->verdicts_cap = cap;
	}
	c->verdicts[c->n_verdicts++] = *v;
}

/* One OK for ${v[0]} and those after it that say the same. */
static uint32_t
push_oks(struct conn *c, const struct verdict *v, uint32_t n)
{
	tacit_Frame f = { .which_is = tacit_Frame_ok_tag };
	uint32_t i;

	f.is.ok.nearly_full = v[0].nearly_full != 0;
	for (i = 0; i < n && i < TACIT_OK_MAX && v[i].code == 0 &&
	    v[i].nearly_full == v[0].nearly_full; i++)
		f.is.ok.id[i] = v[i].id;
	f.is.ok.id_count = (pb_size_t)i;
	conn_push(c, &f, NULL);
	return i;
}

/*
 * Put those that are due first, in the order of their requests, and return
 * how many they are: that one was ready before another would tell that it
 * was not held.
 */
static uint32_t
sort_due(struct verdict *v, uint32_t n, uint64_t now_ms)
{
	struct verdict at;
	uint32_t i, k, due = 0;

	for (i = 0; i < n; i++) {
		if (v[i].due_ms > now_ms)
			continue;
		at = v[i];
		for (k = due; k > 0 && v[k - 1].id > at.id; k--)
			continue;
		memmove(&v[k + 1], &v[k], (i - k) * sizeof(*v));
		v[k] = at;
		due++;
	}
	return due;
}

int
conn_push_verdicts(struct conn *c, uint64_t now_ms)
{
	uint32_t i = 0, due = sort_due(c->verdicts, c->n_verdicts, now_ms);
	const struct verdict *v;

	while (i < due) {
		v = &c->verdicts[i];
		if (v->code == 0) {
			i += push_oks(c, v, due - i);
		} else {
			conn_push_error(c, v->id, v->code, v->retry_after_ms);
			i++;
		}
	}
	c->n_verdicts -= due;
	if (c->n_verdicts > 0) {
		memmove(c->verdicts, c->verdicts + due,
		    c->n_verdicts * sizeof(*c->verdicts));
	} else {
		free(c->verdicts);
		c->verdicts = NULL;
		c->verdicts_cap = 0;
	}
	conn_settle(c);
	return c->n_verdicts > 0;
}

const struct out *
conn_output(const struct conn *c)
{
	return c->out_first;
}

void
conn_written(struct conn *c)
{
	struct out *o = c->out_first;

	if ((c->out_first = o->next) == NULL)
		c->out_last = NULL;
	c->out_bytes -= o->len;
	free(o->buf);
	free(o);
}

void
conn_begin(struct conn *c, size_t bytes)
{
	conn_ref(c);
	c->pending++;
	c->pending_bytes += bytes;
}

void
conn_end(struct conn *c, size_t bytes)
{
	c->pending--;
	c->pending_bytes -= bytes;
	conn_settle(c);
	conn_unref(c);
}

void
conn_lighten(struct conn *c, size_t bytes)
{
	c->pending_bytes -= bytes;
	conn_settle(c);
}

void
conn_settle(struct conn *c)
{
	int on = !c->in_complete && c->close_code == 0 &&
	    c->pending + c->n_verdicts < CONN_PENDING_MAX &&
	    c->pending_bytes < CONN_PENDING_BYTES &&
	    c->out_bytes < CONN_OUT_HIGH;

	if (!c->open || on == c->reading)
		return;
	c->reading = (uint8_t)on;
	c->io->want_read(c->wire, on);
}

size_t
conn_buffered(const struct conn *c)
{
	size_t n = c->in_cap + c->later_cap + c->pending_bytes +
	    c->verdicts_cap * sizeof(c->verdicts[0]);
	const struct out *o;

	for (o = c->out_first; o != NULL; o = o->next)
		n += o->cap;
	return n;
}

uint32_t
conn_half(const struct conn *c)
{
	return c->reading && !c->in_complete && c->in_len > 0 ?
	    c->messages + 1 : 0;
}
