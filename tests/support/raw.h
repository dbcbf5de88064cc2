/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The raw client: requests of PROTOCOL.md one by one, over raw_ws.h.  No
 * retry, no state on disk, no secrets worth keeping: tests only.
 *
 * Functions named raw_send_*() write a request and return its id (0: it could
 * not be written); raw_wait() waits for its answer, raw_*() without _send_ do
 * both and return 0, the negative TACIT_E_* that the relay answered, or a
 * RAW_* of raw_ws.h.  What comes in between is kept for raw_next().
 */
#ifndef SUPPORT_RAW_H
#define SUPPORT_RAW_H

#include "raw_ws.h"
#include "tacit/frame.h"
#include "tacit/hash.h"
#include "tacit/link.h"

enum { RAW_WAIT_MS = 10000 };

/* A key pair whose owner signs requests: of a mailbox, reader, invitation. */
struct raw_key {
	uint8_t pk[TACIT_KEY_LEN];
	uint8_t sk[64];
};

struct raw_mailbox {
	struct raw_key owner;
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t token[TACIT_TOKEN_LEN];
};

/* One frame with its own copy of the body; free with raw_frame_free(). */
struct raw_frame {
	struct raw_frame *next;
	tacit_Frame head;
	size_t body_len;
	uint8_t body[];
};

struct raw;

/* Connect, and read and check WELCOME; ${relay_key} NULL: any. */
int raw_open(struct raw **out, const struct raw_target *t,
    const uint8_t *relay_key);
void raw_free(struct raw *r);		/* NULL is fine; breaks it off */

/* The target that a place names. */
void raw_target(struct raw_target *t, const struct tacit_place *p);

const tacit_Welcome *raw_welcome(const struct raw *r);
struct raw_ws *raw_ws(struct raw *r);

/*
 * The next frame of the relay, of those that nobody waited for.
 * Owner:   the caller.  NULL with ${*rc}: RAW_TIMEOUT, RAW_CLOSED, ...
 */
struct raw_frame *raw_next(struct raw *r, int timeout_ms, int *rc);
void raw_frame_free(struct raw_frame *f);

/*
 * Wait for the answer to request ${id}.  ${answer}, if not NULL, gets the
 * frame that carried it: the caller's.
 */
int raw_wait(struct raw *r, uint32_t id, int timeout_ms,
    struct raw_frame **answer);

/* Write ${n} frames as one WebSocket message; ids are given if 0. */
int raw_send_frames(struct raw *r, tacit_Frame *heads,
    const uint8_t *const *bodies, size_t n);
uint32_t raw_send(struct raw *r, tacit_Frame *head, const uint8_t *body);

/* The id that the next request will get. */
uint32_t raw_next_id(const struct raw *r);

/* New random things. */
void raw_key_make(struct raw_key *k);
void raw_mailbox_make(struct raw_mailbox *m);

/*
 * Sign request ${id} with opcode ${tag} about ${address}, as PROTOCOL.md,
 * section 5, has it.
 */
void raw_sign(const struct raw *r, uint8_t sig[TACIT_SIGNATURE_LEN],
    const struct raw_key *k, uint32_t id, int tag,
    const uint8_t address[TACIT_ADDRESS_LEN], const void *args,
    size_t args_len);

int raw_create(struct raw *r, const struct raw_mailbox *m,
    const uint8_t code[TACIT_CODE_LEN]);
/* ${results}: one byte per mailbox, as in SUBSCRIBED. */
int raw_subscribe(struct raw *r, const struct raw_mailbox *m, size_t n,
    uint8_t *results);
uint32_t raw_send_post(struct raw *r, const struct raw_mailbox *m,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], tacit_Kind kind,
    int resume, const uint8_t *body);
int raw_post(struct raw *r, const struct raw_mailbox *m,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], const uint8_t *body);
uint32_t raw_send_ack(struct raw *r, const uint8_t *address,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN]);
int raw_ack(struct raw *r, const uint8_t *address,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN]);
int raw_close(struct raw *r, const struct raw_mailbox *m);
/* The same; the unit goes back to ${pass}. */
int raw_close_for(struct raw *r, const struct raw_mailbox *m,
    const uint8_t *pass);
int raw_set_token(struct raw *r, const struct raw_mailbox *m,
    const uint8_t token[TACIT_TOKEN_LEN], int keep);
/*
 * Recall ${envelope}.  Output: ${is}, if the answer is 0; RAW_PROTOCOL if its
 * signature is not the relay's.
 */
uint32_t raw_send_recall(struct raw *r, const struct raw_mailbox *m,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN]);
int raw_recall(struct raw *r, const struct raw_mailbox *m,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], struct tacit_recall *is);

/* POST that says that it is the first of its envelope. */
int raw_post_first(struct raw *r, const struct raw_mailbox *m,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], const uint8_t *body);

/* ${old} NULL: none yet.  1: something else is there, in ${is}. */
int raw_anchor(struct raw *r, const struct raw_mailbox *m,
    const uint8_t *old, const uint8_t next[TACIT_ANCHOR_LEN],
    uint8_t is[TACIT_ANCHOR_LEN]);
int raw_split(struct raw *r, const uint8_t code[TACIT_CODE_LEN],
    const uint8_t pass[TACIT_CODE_LEN], uint32_t units);

/* An invitation as its maker has it. */
struct raw_invitation {
	uint8_t address[TACIT_ADDRESS_LEN];
	struct raw_key key;
	uint8_t pass[TACIT_CODE_LEN];
	uint32_t hours;
	uint8_t blob[TACIT_BLOB_LEN];
};

void raw_invitation_make(struct raw_invitation *v, uint32_t hours);
int raw_put(struct raw *r, const struct raw_invitation *v,
    const uint8_t code[TACIT_CODE_LEN]);
uint32_t raw_send_get(struct raw *r, const uint8_t *address,
    const struct raw_key *reader);
int raw_get(struct raw *r, const uint8_t address[TACIT_ADDRESS_LEN],
    const struct raw_key *reader, uint8_t blob[TACIT_BLOB_LEN]);
int raw_revoke(struct raw *r, const struct raw_invitation *v);
int raw_ping(struct raw *r);

/* Say good-bye with 1000 and free. */
void raw_bye(struct raw *r);

#endif
