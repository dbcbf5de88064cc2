/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The requests of PROTOCOL.md, section 6, one function each: from a frame to
 * a job, and from the job that came back to the answer.  Shared by
 * dispatch.c, request.c, subscribe.c and invite.c; nobody else includes it.
 *
 * Each request_<kind>() handles one frame of that kind; a frame is answered
 * once, now or when its job is back.
 * Errors:  TACIT_E_WAIT: no signatures are left in this turn of the loop;
 *          call again with the same frame in the next.
 */
#ifndef RELAY_REQUEST_H
#define RELAY_REQUEST_H

#include "auth.h"
#include "dispatch.h"
#include "draw.h"

struct rate;

struct dispatch {
	struct relay *relay;
	struct rate *rate;
	uint64_t now_ms;
	uint64_t connections;		/* how many there ever were */
	uint32_t budget;		/* signatures left in this turn */
	struct draw draw;
	struct conn *all;
	struct conn *waiting, *waiting_last; /* for signatures, in order */
	struct conn *ticking;		/* have verdicts to send */
	struct conn *lingering;		/* have OKs to ACKs to send */
};

/* A job and what its answer needs. */
struct request {
	struct job job;
	struct dispatch *d;
	struct conn *conn;		/* counted */
	uint32_t id;
	uint32_t retry_after_ms;	/* POST, if over its rate; */
	uint64_t due_ms;		/* when its answer may leave; */
	struct hold hold;		/* while its envelope is held */
	struct subscribing *group;	/* SUBSCRIBE, */
	uint32_t entry;			/* which of its entries, */
	int refused;			/* and its signature's verdict */
	size_t body_len;
	uint8_t body[];
};

#define REQUEST(name)							\
	int request_##name(struct dispatch *d, struct conn *c,		\
	    const struct tacit_frame *f)
REQUEST(create);
REQUEST(subscribe);
REQUEST(post);
REQUEST(ack);
REQUEST(close);
REQUEST(set_token);
REQUEST(anchor);
REQUEST(recall);
REQUEST(split);
REQUEST(put);
REQUEST(get);
REQUEST(revoke);
REQUEST(ping);

#undef REQUEST

/*
 * A request of ${c} for the store, to be filled in and submitted.  NULL
 * without memory; the connection then fails, because an answer of ours that
 * overtakes the store would break the order of POSTs.
 */
struct request *request_new(struct dispatch *d, struct conn *c, uint32_t id,
    enum op_kind kind, void (*done)(struct job *), size_t body_len);
void request_submit(struct request *r);
void request_free(struct request *r);

/* For ${done}: answer OK or ERROR as the store said, and free. */
void request_done(struct job *j);

/*
 * One refusal: what has no authority takes the same way through the store as
 * what names no mailbox, so that neither bytes nor time tell them apart.
 * Returns 0, for the caller to return.
 */
int request_refuse(struct dispatch *d, struct conn *c, uint32_t id,
    const uint8_t address[TACIT_ADDRESS_LEN]);

/*
 * Spend one signature of this turn on frame ${f} of ${c}.
 * Errors:  TACIT_E_REFUSED.
 */
int request_verify(struct dispatch *d, const struct conn *c,
    const struct tacit_frame *f, const uint8_t *address, const uint8_t *key,
    const uint8_t *signature, const void *args, size_t args_len);

/* ${c} is gone in the middle of a SUBSCRIBE. */
void subscribing_abandon(struct conn *c);

#endif
