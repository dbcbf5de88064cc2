/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two ends on a stage with the practice layer as it is given out: end 0
 * invited and is the practice, end 1 is the client.  To be included by one
 * file of a program, after cmocka.h.
 */
#ifndef BOUNDS_TEST_H
#define BOUNDS_TEST_H

#include <pb_encode.h>

#include "desk.h"

/* 2026-11-22 12:00 UTC, a Sunday */
static const int64_t NOON = INT64_C(1795348800000);

static inline void
open_real(struct desk *d, int i)
{
	tacit_practice_close(d->p[i]);
	assert_int_equal(tacit_practice_open(&d->p[i],
	    stage_end(d->st.s, i)), 0);
}

static inline void
begin_real(struct desk *d, uint64_t seed)
{
	begin(d, seed);
	open_real(d, 0);
	open_real(d, 1);
}

static inline void
fall(struct desk *d, int i)
{
	tacit_practice_close(d->p[i]);
	stage_crash(d->st.s, i);
	d->p[i] = NULL;
	open_real(d, i);
}

/* Nothing of the practice waits longer. */
static const int64_t LATER = INT64_C(86400000) + 1;

/* What the practice has waiting for a random time goes; it is ${now} again. */
static inline void
practice_goes(struct desk *d, int64_t now)
{
	const int64_t at[] = { now, now + PRACTICE_SPREAD_MS + 1, now + LATER };
	size_t i;

	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		assert_int_equal(tacit_practice_step(d->p[0], at[i]), 0);
}

static inline void
settle_at(struct desk *d, int64_t now)
{
	int round;

	for (round = 0; round < 3; round++) {
		stage_quiesce(d->st.s);
		assert_int_equal(tacit_practice_step(d->p[1], now), 0);
		practice_goes(d, now);
		assert_int_equal(tacit_practice_step(d->p[0], now), 0);
	}
	stage_quiesce(d->st.s);
	assert_int_equal(tacit_practice_step(d->p[1], now), 0);
}

/* What has come so far is taken by both; nothing that waits goes. */
static inline void
look_at(struct desk *d, int64_t now)
{
	int i;

	stage_quiesce(d->st.s);
	for (i = 0; i < 2; i++)
		assert_int_equal(tacit_practice_step(d->p[i], now), 0);
	stage_quiesce(d->st.s);
	assert_int_equal(tacit_practice_step(d->p[1], now), 0);
}

/* Whatever a step of ours stops at, ${turns} turns later end ${i} falls. */
static inline void
fall_after(struct desk *d, int i, int turns, int64_t now)
{
	int k;

	for (k = 0; k < turns; k++) {
		play_turns(d->st.s, k, 1);
		assert_int_equal(tacit_practice_step(d->p[k % 2], now), 0);
		if (k % 2 == 0)
			practice_goes(d, now);
	}
	fall(d, i);
	settle_at(d, now);
}

/* A message as a hostile end ${i} may make it. */
static inline void
post(struct desk *d, int i, const tacit_practice_Practice *m)
{
	static uint8_t bytes[32768];
	pb_ostream_t s = pb_ostream_from_buffer(bytes, sizeof(bytes));

	assert_true(pb_encode(&s, tacit_practice_Practice_fields, m));
	send_bytes(d, i, bytes, s.bytes_written);
}

/* The next practice event of end ${i}, which is then done. */
static inline void
takes(struct desk *d, int i, enum tacit_practice_event_type type,
    struct tacit_practice_event *ev)
{
	ev->size = sizeof(*ev);
	assert_int_equal(tacit_practice_next_event(d->p[i], 0, ev), 1);
	assert_int_equal(ev->type, type);
	assert_ptr_equal(ev->contact, story_contact(&d->st, i));
	assert_int_equal(tacit_practice_event_done(d->p[i], ev->id), 0);
}

static inline int
writes(struct desk *d, int i, int64_t now)
{
	char words[TACIT_WORDS_SIZE];
	struct tacit_contact *ct = story_contact(&d->st, i);

	assert_int_equal(tacit_practice_words(d->p[i], ct, words), 0);
	return tacit_practice_send(d->p[i], now, ct, "text", 4, words, 0,
	    NULL, NULL);
}

static inline void
make_card(struct tacit_card *c, const char *response)
{
	memset(c, 0, sizeof(*c));
	c->size = sizeof(*c);
	(void)snprintf(c->response, sizeof(c->response), "%s", response);
	(void)snprintf(c->notice, sizeof(c->notice), "Nobody watches.");
	c->n = 1;
	(void)snprintf(c->number[0].country, 3, "DE");
	(void)snprintf(c->number[0].what, 65, "emergency");
	(void)snprintf(c->number[0].number, 33, "112");
}

static inline void
set_card(struct desk *d, int64_t now, const char *response)
{
	struct tacit_card c;

	make_card(&c, response);
	assert_int_equal(tacit_card_set(d->p[0], now, &c), 0);
}

static inline void
get_card(struct desk *d, int i, struct tacit_card *c)
{
	c->size = sizeof(*c);
	assert_int_equal(tacit_card_get(d->p[i], story_contact(&d->st, i), c),
	    0);
}

static inline int
acknowledges(struct desk *d, int64_t now)
{
	struct tacit_card c;

	get_card(d, 1, &c);
	return tacit_card_acknowledge(d->p[1], now, story_contact(&d->st, 1),
	    c.version);
}

#endif
