/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One client: bytes in to frames, frames to bytes out, and the counts by
 * which reading from it is held back.  A leaf: knows the frames of proto and
 * nothing of libwebsockets, the store or other connections.
 *
 * Owner:   counted.  The transport holds one reference, each request under
 *          way another; after conn_close() pushing does nothing.
 * Thread:  the loop's only.
 */
#ifndef RELAY_CONN_H
#define RELAY_CONN_H

#include "tacit/frame.h"

enum {
	CONN_HEADROOM = 64,		/* free bytes before each message */
	CONN_MALFORMED_MAX = 10,	/* then 1008 */
	CONN_PENDING_MAX = 256,		/* requests not yet answered */
	CONN_PENDING_BYTES = 524288,	/* their bodies */
	CONN_OUT_HIGH = 262144,		/* bytes to send: no more from us */
	CONN_LATER_MAX = 524288,	/* bytes taken before reading was off */
	CONN_MESSAGE_OUT = 69632,	/* bytes of one message of ours: what
					   the transport may have to keep */
	CONN_SOURCE_LEN = 16
};

/* What a connection asks of its transport; ${wire} is the transport's own. */
struct conn_io {
	void (*want_write)(void *wire);
	void (*want_read)(void *wire, int on);
};

/* One WebSocket message on its way out. */
struct out {
	struct out *next;
	uint8_t *buf;			/* CONN_HEADROOM, then ${len} bytes */
	size_t len, cap;
	uint32_t frames;
};

/* The answer to a POST, kept for the tick. */
struct verdict {
	uint32_t id;
	uint32_t retry_after_ms;
	int code;			/* 0 or TACIT_E_* */
	uint8_t nearly_full;
	uint64_t due_ms;		/* leaves with the first tick then */
};

struct subscription;			/* hub.c */
struct subscribing;			/* dispatch.c */

struct conn {
	uint64_t id;			/* never used twice */
	uint32_t refs;
	uint16_t close_code;		/* not 0: close once all is written */
	uint8_t open, reading;
	uint8_t nonce[TACIT_NONCE_LEN];
	uint8_t source[CONN_SOURCE_LEN]; /* keyed hash, not an address */
	const struct conn_io *io;
	void *wire;

	/* Input: one message, complete once ${in_complete}; what comes before
	   it is worked off lies behind it, each with its length. */
	uint8_t *in, *later;
	size_t in_len, in_cap, in_pos, in_used;
	size_t later_pos, later_last, later_len, later_cap;
	uint32_t in_frames, last_id, malformed;
	uint32_t messages;		/* worked off, or dropped */
	uint8_t in_complete, admitted;	/* ${last_id} is this frame's */

	/* Output. */
	struct out *out_first, *out_last;
	size_t out_bytes;

	/* Under way. */
	uint32_t pending;
	size_t pending_bytes;
	struct verdict *verdicts;
	uint32_t n_verdicts, verdicts_cap;

	/* Of dispatch.c: all, turn-taking, verdicts, OKs that wait for company,
	   half-done SUBSCRIBE. */
	struct conn *next, **prev;
	struct conn *next_waiting, *next_ticking, *next_lingering;
	uint8_t waiting, ticking, lingering;
	struct subscribing *partial;
	uint32_t subscribing;		/* SUBSCRIBEs not yet answered */

	/* Of hub.c. */
	struct subscription *subs;
	struct subscription *behind_first, *behind_last;
	uint32_t fetches;
	uint8_t stalled;
};

/* A connection with one reference; NULL: out of memory. */
struct conn *conn_new(uint64_t id, const struct conn_io *io, void *wire);
void conn_ref(struct conn *c);
void conn_unref(struct conn *c);	/* NULL does nothing */

/* The transport is gone: drop buffers; the caller's reference stays. */
void conn_close(struct conn *c);

/* Send what is queued, then close with ${code}; the first code wins. */
void conn_fail(struct conn *c, uint16_t code);

/*
 * Take ${len} bytes of a message of which ${left} more are announced.  While
 * an earlier message is worked on they wait behind it: a transport may go on
 * with what it has read already, though reading is off.
 * Limits:  TACIT_MESSAGE_MAX with ${left}, checked before anything is kept.
 * Errors:  TACIT_E_LIMIT; TACIT_E_NOMEM; TACIT_E_STATE: more waits than a
 *          transport can have read.
 */
int conn_input(struct conn *c, const uint8_t *data, size_t len, size_t left,
    int final);

/*
 * The next frame of a complete message.  It is given again until
 * conn_taken().  Returns 1, or 0 if there is none.  The memory of a message
 * is free after its last frame.
 * Errors:  TACIT_E_FRAME: malformed, or ids do not rise; the rest of the
 *          message is dropped, ${f->head.id} is for the answer.
 *          TACIT_E_NOMEM: the connection has failed.
 */
int conn_next(struct conn *c, struct tacit_frame *f);
void conn_taken(struct conn *c);

/*
 * Queue one frame of ours.  Nothing happens on a closed connection; without
 * memory the connection fails with 1011.
 */
void conn_push(struct conn *c, const tacit_Frame *head, const uint8_t *body);
void conn_push_ok(struct conn *c, uint32_t id);
void conn_push_error(struct conn *c, uint32_t id, int err,
    uint32_t retry_after_ms);

/* An OK that can wait: it leaves with what is pushed next, or when the
   transport is asked to write. */
void conn_add_ok(struct conn *c, uint32_t id);
void conn_ask(struct conn *c);

/* Keep the answer to a POST for conn_push_verdicts(), which sends those that
   are due by ${now_ms}; returns true if others are left. */
void conn_keep_verdict(struct conn *c, const struct verdict *v);
int conn_push_verdicts(struct conn *c, uint64_t now_ms);

/* The oldest message to write, or NULL; and: it was written. */
const struct out *conn_output(const struct conn *c);
void conn_written(struct conn *c);

/* A request with ${bytes} of body went under way, or came back. */
void conn_begin(struct conn *c, size_t bytes);
void conn_end(struct conn *c, size_t bytes);
/* It goes on without its body. */
void conn_lighten(struct conn *c, size_t bytes);

/* Turn reading on or off, as all counts say. */
void conn_settle(struct conn *c);

/* Bytes that are kept for ${c}: input, output, and requests under way. */
size_t conn_buffered(const struct conn *c);

/* If we wait for the rest of a message: which one, from 1; else 0. */
uint32_t conn_half(const struct conn *c);

#endif
