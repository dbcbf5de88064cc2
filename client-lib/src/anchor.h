/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Anchors: by what a relay keeps, a vault tells that an older copy of it was
 * put back, or that the relay was.  One mailbox per vault and relay, used for
 * nothing else; PROTOCOL.md, section 12, has the states.
 *
 * Until the anchor was verified on the reading connection that there is now,
 * nothing is posted to that relay and nothing is acknowledged.  A relay that
 * gives none (no units) is used without.
 */
#ifndef CLIENT_ANCHOR_H
#define CLIENT_ANCHOR_H

#include "model.h"

struct anchor {
	struct tacit *t;
	struct anchor *next;
	uint64_t n;			/* key of its row */
	tacit_state_Anchor rec;

	/* Since this process began. */
	struct line *line;
	uint8_t denied;			/* do not ask for one */
	uint32_t asked_on;		/* reading connection when asked, */
	uint32_t verified;		/* and when answered; 0: not */
	uint32_t posts;			/* since then */
	uint8_t again;			/* something changed while it was asked */
	int64_t check_at;		/* again, in use; mono ms; 0: not */
	int64_t at, wait;		/* next try; back-off */
	int problem;			/* of the last try; 0 */
};

int anchor_load(struct tacit *t);
void anchor_free_all(struct tacit *t);

/* The one of this relay, or NULL. */
struct anchor *anchor_at(const struct tacit *t,
    const tacit_state_Place *place);

/* Make anchors, and lines for them, as contacts and the clock demand. */
int anchor_tend(struct tacit *t);
/* When anchor_tend() has work by time alone: mono ms, or -1. */
int64_t anchor_due(const struct tacit *t);

/* True if posts and acknowledgements may go to this relay. */
int anchor_is_open(const struct tacit *t, const tacit_state_Place *place);
/* True if it is to be made, verified or closed before all is done. */
int anchor_is_busy(const struct anchor *a);
/* True if ${a} is to be closed: no contact is left there. */
int anchor_is_over(const struct anchor *a);

/* ${posts} letters go to this relay, or acknowledgements (0). */
void anchor_used(struct tacit *t, const tacit_state_Place *place,
    uint32_t posts);
/*
 * The relay took something that it may forget unseen, should it go back to
 * before that and after the last check: it is verified again at once.
 */
void anchor_pass(struct tacit *t, const tacit_state_Place *place);
/* Somebody else has our keys, it seems: verify again before all else. */
void anchor_doubt(struct tacit *t, const tacit_state_Place *place);

/*
 * Write ${to} in place of ${a->rec}, as one change with what follows from
 * ${say}: TACIT_EV_ROLLED_BACK, that all contacts restart;
 * TACIT_EV_RELAY_RESTORED, that event; 0, nothing.
 */
int anchor_commit(struct anchor *a, const tacit_state_Anchor *to, int say);
/* Remove ${a}, with its line and its row. */
int anchor_remove(struct anchor *a);

/*
 * anchor_ask.c: on a line that is ready, ask what comes next; take the answer.
 */
int anchor_ask(struct line *l);
struct tacit_frame;
int anchor_answer(struct line *l, const struct tacit_frame *f);

/*
 * restored.c: what the relay of ${ct} had is sent and said again; the mailbox
 * of ${ct} is not there any more, and is made again.
 */
int restored_contact(struct tacit_contact *ct);
int restored_mailbox(struct tacit_contact *ct);

/*
 * Also there: the relay took a request of ${ct} (after the change, in which
 * ${rec.unsure} is set; ${unsure}: it was set before); the anchor is asked
 * for; it was moved; SUBSCRIBE for ${ct} goes out on ${conn}, and is answered.
 */
void restored_taken(struct tacit_contact *ct, int unsure);
void restored_ask(const struct anchor *a);
int restored_moved(const struct anchor *a);
void restored_reads(struct tacit_contact *ct, uint32_t conn);
int restored_read(struct tacit_contact *ct, uint32_t conn);

#endif
