/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rotation: another mailbox, owner key, post token and pair key at both ends,
 * agreed on in the conversation itself.  PROTOCOL.md, section 20, is the
 * state table.  Unless said otherwise inside a change of ${ct}.
 *
 * rotate_keys.c moves sets of keys, rotate.c decides when.
 */
#ifndef CLIENT_ROTATE_H
#define CLIENT_ROTATE_H

#include "content.pb.h"
#include "model.h"

/* What came: an offer, its answer, or a wish; ${now}: under the keys of now. */
int rotate_take(struct tacit_contact *ct, const tacit_Content *c, int now);

/* The content of these rows. */
int rotate_fill(const struct tacit_contact *ct, tacit_state_OutKind kind,
    tacit_Content *c);

/*
 * The other end wrote under the keys of rotation ${id}.  ${fresh}: after all
 * that was heard of it; ${back}: it offers a session, or was put back, so that
 * it gave up what was under way.
 */
int rotate_heard(struct tacit_contact *ct, uint64_t id, int fresh, int back);

/*
 * Nobody answers the offer of an end that was put back: the other end, put
 * back too, may never have had the keys of now.  It keeps those before, if
 * they were left not long ago: they are taken up again, and 1 is returned.
 */
int rotate_silence(struct tacit_contact *ct);

/*
 * Its new mailbox refuses us before it was heard under the new keys, or after
 * it was heard late under old ones.
 */
int rotate_is_doubtful(const struct tacit_contact *ct);
int rotate_refused(struct tacit_contact *ct);

/* The next mailbox was made; or the relay gives none (${made} is 0). */
int rotate_made(struct tacit_contact *ct, int made);
/* The first of ${ct->rec.closing} is closed. */
void rotate_shut(struct tacit_contact *ct);
/* The relay forgot mailboxes made and closed: it is asked again. */
void rotate_forgotten(struct tacit_contact *ct);

/* Beginning, or again when it has waited; when: ms from now, or -1. */
int rotate_tend(struct tacit_contact *ct);
int64_t rotate_wait(const struct tacit_contact *ct);

/* ---- rotate_keys.c -------------------------------------------------------- */

/* Make the next set, of rotation ${id}; its mailbox is then due. */
void rotate_next(struct tacit_contact *ct, uint64_t id);

/* One that is under way is given up; nothing if there is none. */
int rotate_give_up(struct tacit_contact *ct);

/* The next set is that of now; ${unseen}: the other end did not use it yet. */
int rotate_switch(struct tacit_contact *ct, int unseen);

/* The keys that were left ${i} rotations ago are those of now again. */
int rotate_back(struct tacit_contact *ct, size_t i);

/* The oldest set goes; all but that of now. */
void rotate_retire(struct tacit_contact *ct);
void rotate_end(struct tacit_contact *ct);

#endif
