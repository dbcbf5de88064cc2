/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines: connections to relays as the core sees them.  One receiving line per
 * relay, one posting line per contact with a random lifetime, a throwaway
 * line for every other request (PROTOCOL.md, section 3).
 */
#ifndef CLIENT_LINE_H
#define CLIENT_LINE_H

#include "model.h"
#include "frame.pb.h"

enum line_use { LINE_READ, LINE_POST, LINE_ONCE, LINE_ANCHOR };

/* An envelope that is taken in, and not to be acknowledged yet. */
struct held_ack {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
};

struct line {
	struct line *next;
	struct tacit *t;
	enum line_use use;
	struct tacit_contact *ct;	/* POST, ONCE */
	struct anchor *anchor;		/* ANCHOR */
	tacit_state_Place place;
	uint32_t conn;			/* 0: not connected */
	uint8_t ready;			/* WELCOME was seen and is right */
	uint8_t by_next;		/* the relay uses its next key */
	uint8_t nonce[TACIT_NONCE_LEN];
	uint32_t last_id;
	uint32_t due;			/* ONCE, ANCHOR: what was asked */
	int64_t retry_at, wait;		/* next try; back-off in ms */
	int64_t until;			/* POST: its time is over */
	int64_t moved_at;		/* last opened, asked or answered */
	int problem;			/* why it failed; 0 after a WELCOME */

	/* READ: who was asked for in the SUBSCRIBE under way. */
	struct asked {
		struct tacit_contact *ct;
		uint8_t address[TACIT_ADDRESS_LEN];
	} *asked;
	uint32_t n_asked, asked_id;
	uint32_t acks;			/* not yet answered */
	uint8_t unacked;		/* the last of them failed */
	struct held_ack *held;		/* not sent yet, by line_hold() */
	uint32_t n_held;
	int64_t release_at;		/* of those; POST: nothing goes before;
					   mono ms */

	/* Frames of the next message. */
	uint8_t *out;
	size_t out_len, out_cap;
	uint32_t out_frames;
};

/* The id that the next request of ${l} will have. */
uint32_t line_next_id(const struct line *l);

/*
 * Queue request ${f} with its body; ${id} gets its number.
 * Errors:  TACIT_E_NOMEM, TACIT_E_INTERNAL, or what the transport says: the
 *          line is then useless.
 */
int line_request(struct line *l, tacit_Frame *f, const uint8_t *body,
    uint32_t *id);

/* Sign request ${f}, whose id is line_next_id(), with the key of ${seed}. */
void line_sign(const struct line *l, const tacit_Frame *f,
    const uint8_t address[TACIT_ADDRESS_LEN], const void *args,
    size_t args_len, const uint8_t seed[TACIT_KEY_LEN],
    uint8_t signature[TACIT_SIGNATURE_LEN]);

/*
 * An envelope came on receiving line ${l}.  It is acknowledged at a random time
 * from here on, so that nobody learns from that what there was to do with it.
 */
void line_received(struct line *l);
/* It was taken in: keep ${ack}.  Errors: TACIT_E_NOMEM. */
int line_hold(struct line *l, const struct held_ack *ack);
/*
 * When line_release() is to acknowledge all that are kept: mono ms; -1 if
 * there are none, or the anchor does not allow it.
 */
int64_t line_release_due(const struct line *l);
/* Errors: as line_request(). */
int line_release(struct line *l);
/* The vault is being closed: what waits for its time does not wait longer. */
void line_leave(struct tacit *t);

/* Hand the queued frames of all lines to the transport. */
void line_flush_all(struct tacit *t);

/* The receiving line of this relay, or NULL. */
struct line *line_reading(const struct tacit *t,
    const tacit_state_Place *place);

/* A line that is not connected yet; NULL without memory. */
struct line *line_new(struct tacit *t, enum line_use use,
    struct tacit_contact *ct, const tacit_state_Place *place);
void line_connect(struct line *l);
void line_free(struct line *l);

/* Close ${l} and try again after a back-off. */
void line_drop(struct line *l);

/* The same, because of ${why}, which is kept for who asks. */
void line_fail(struct line *l, int why);

void line_free_all(struct tacit *t);

#endif
