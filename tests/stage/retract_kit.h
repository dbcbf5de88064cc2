/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of texts that are asked back share: end 0 is the practice,
 * end 1 the client.  To be included by one file of a program, after cmocka.h.
 */
#ifndef RETRACT_KIT_H
#define RETRACT_KIT_H

#include "heal.h"
#include "play.h"
#include "receipt_kit.h"
#include "retract.h"

static const int64_t WINDOW = RETRACT_WINDOW_MS;

static const char said[] = "the words that are asked back";

/* Written by end ${i}, and at the other. */
static inline struct text
says(struct desk *d, int i)
{
	struct text x;

	assert_int_equal(tacit_send(contact_of(d, i), said, strlen(said),
	    x.id, NULL), 0);
	look_at(d, NOON);
	return x;
}

/* All events of the vault of end ${i} are done; how many were texts. */
static inline int
confirms(struct desk *d, int i)
{
	struct tacit_event e = { .size = sizeof(e) };
	int n = 0;

	while (tacit_next_event(stage_end(d->st.s, i), 0, &e) == 1) {
		n += e.type == TACIT_EV_MESSAGE;
		assert_int_equal(tacit_event_done(stage_end(d->st.s, i),
		    e.id), 0);
	}
	return n;
}

static inline void
asks(struct desk *d, int i, const struct text *x)
{
	assert_int_equal(tacit_retract(d->p[i], NOON, contact_of(d, i),
	    x->id), 0);
}

static inline void
decides(struct desk *d, int i, const struct text *x, int accept)
{
	assert_int_equal(tacit_retraction_answer(d->p[i], NOON,
	    contact_of(d, i), x->id, accept), 0);
}

static inline void
policy(struct desk *d, int i, enum tacit_retract_policy is)
{
	assert_int_equal(tacit_retract_policy_set(d->p[i], contact_of(d, i),
	    is), 0);
}

/* How end ${i} sees it. */
static inline void
stands(struct desk *d, int i, const struct text *x,
    enum tacit_retraction wanted)
{
	assert_int_equal(tacit_retraction_state(d->p[i], contact_of(d, i),
	    x->id), wanted);
}

/* Its next event is of this, and says so. */
static inline void
is_told(struct desk *d, int i, enum tacit_practice_event_type type,
    const struct text *x, const char *label)
{
	struct tacit_practice_event ev;

	takes(d, i, type, &ev);
	assert_string_equal(ev.about, x->id);
	assert_string_equal(ev.label, label);
	no_more(d, i, 0);
}

/* The text is at end ${i}, or only its place. */
static inline void
holds(struct desk *d, int i, const struct text *x, bool text)
{
	struct tacit_message m = { .size = sizeof(m) };
	uint64_t before = 0;

	while (tacit_history(contact_of(d, i), before, &m) == 0 &&
	    strcmp(m.id, x->id) != 0)
		before = m.place;
	assert_string_equal(m.id, x->id);
	assert_string_equal(m.text, text ? said : "");
	assert_int_equal(m.text_len, strlen(m.text));
	assert_int_equal(m.forgotten, text ? 0 : TACIT_FORGOTTEN_ASKED);
}

#endif
