/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of receipts share: end 0 writes, end 1 tells.  To be
 * included by one file of a program, after cmocka.h.
 */
#ifndef RECEIPT_KIT_H
#define RECEIPT_KIT_H

#include "anchor_wire.h"
#include "bounds.h"
#include "receipts.h"

struct text {
	char id[TACIT_MESSAGE_ID_SIZE];
};

static inline struct tacit_contact *
contact_of(struct desk *d, int i)
{
	return story_contact(&d->st, i);
}

static inline struct text
write_text(struct desk *d, int i)
{
	struct text x;

	assert_int_equal(tacit_send(contact_of(d, i), "a text", 6, x.id,
	    NULL), 0);
	return x;
}

/* Written by end 0, and seen by the practice layer of end 1, at ${now}. */
static inline struct text
arrives(struct desk *d, int64_t now)
{
	struct text x = write_text(d, 0);

	settle_at(d, now);
	return x;
}

static inline void
turn_on(struct desk *d, int i, int64_t now)
{
	assert_int_equal(tacit_receipts_set(d->p[i], now, contact_of(d, i),
	    1), 0);
}

static inline void
turn_off(struct desk *d, int i, int64_t now)
{
	assert_int_equal(tacit_receipts_set(d->p[i], now, contact_of(d, i),
	    0), 0);
}

static inline void
reads(struct desk *d, int64_t now, const struct text *x)
{
	assert_int_equal(tacit_receipts_read(d->p[1], now, contact_of(d, 1),
	    x->id), 0);
}

/* What end 0 was told of a text of its own. */
static inline void
told_is(struct desk *d, const struct text *x, enum tacit_receipt wanted)
{
	assert_int_equal(tacit_receipt_state(d->p[0], contact_of(d, 0),
	    x->id), wanted);
}

/* How many letters of its practice layer end ${i} wrote. */
static inline int
letters(struct desk *d, int i)
{
	struct tacit_message m = { .size = sizeof(m) };
	uint64_t before = 0;
	int n = 0;

	while (tacit_history(contact_of(d, i), before, &m) == 0) {
		n += m.from_me && m.type == PRACTICE_TYPE;
		before = m.place;
	}
	return n;
}

/* How many rows of this kind end ${i} has. */
static inline int
rows_of(struct desk *d, int i, enum row_kind kind)
{
	struct row_key prefix, at = { .len = 0 };
	int n = 0;

	row_key(&prefix, kind);
	while (row_next(stage_end(d->st.s, i), &prefix, &at) == 1)
		n++;
	return n;
}

/* End 0 is told of ${n} texts at once, and of nothing else. */
static inline void
one_event(struct desk *d, const struct text *newest, const char *state,
    const char *n)
{
	struct tacit_practice_event ev;

	takes(d, 0, TACIT_PRACTICE_RECEIPT, &ev);
	assert_string_equal(ev.about, newest->id);
	assert_string_equal(ev.label, state);
	assert_string_equal(ev.value, n);
	assert_string_equal(tacit_practice_event_word(ev.type), "receipt");
	no_more(d, 0, 0);
}

#endif
