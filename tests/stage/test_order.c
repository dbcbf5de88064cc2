/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each message is shown once, under one id, in order, whatever comes when;
 * a gap is an event, never a silent skip, and is filled when it can be (D4).
 * Envelopes are made by hand and handed over in any order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "change.h"
#include "keys.h"
#include "letter.h"
#include "set.h"
#include "story.h"
#include "text.h"
#include "words.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, TEXTS = 24, ENVELOPES = 200 };

/* What end 1 made and end 0 may be handed. */
struct made {
	uint8_t id[TACIT_ENVELOPE_ID_LEN];
	uint8_t body[TACIT_LETTER_LEN];
};

/* Seal one part as end 1 would, without its outbox. */
static void
make_part(struct story *st, struct made *m, uint64_t seq, uint32_t part,
    uint32_t parts, const uint8_t previous[TACIT_HASH_LEN], const char *text,
    size_t len)
{
	struct tacit_contact *ct = story_contact(st, 1);
	tacit_state_Out o = tacit_state_Out_init_zero;

	o.kind = tacit_state_OutKind_OUT_TEXT;
	o.seq = seq;
	o.part = part;
	o.parts = parts;
	o.time_ms = 1000 + seq;
	memcpy(o.stream, ct->rec.stream, sizeof(o.stream));
	memcpy(o.previous, previous, sizeof(o.previous));
	assert_int_equal(change_begin(ct->t), 0);
	assert_int_equal(letter_seal(ct, &o, text, len), 0);
	assert_int_equal(change_end(ct->t, ct, 0), 0);
	memcpy(m->id, o.envelope, sizeof(m->id));
	memcpy(m->body, o.sealed.bytes, sizeof(m->body));
}

/* All parts of a text; ${chain} moves on.  Returns how many. */
static size_t
make_text(struct story *st, struct made *m, uint64_t seq,
    uint8_t chain[TACIT_HASH_LEN], const char *text, size_t len)
{
	size_t at, n, parts = 0, i = 0;

	for (at = 0; at < len; at += text_part_len(0, text + at, len - at))
		parts++;
	for (at = 0; at < len; at += n, i++) {
		n = text_part_len(0, text + at, len - at);
		make_part(st, &m[i], seq, (uint32_t)i, (uint32_t)parts, chain,
		    text + at, n);
	}
	keys_chain(chain, chain, seq, 0, text, len);
	return parts;
}

/* Letters 1 .. ${n} of one part each, "letter N". */
static void
make_letters(struct story *st, struct made *m, int n)
{
	uint8_t chain[TACIT_HASH_LEN] = { 0 };
	char text[32];
	int i;

	for (i = 1; i <= n; i++) {
		(void)snprintf(text, sizeof(text), "letter %d", i);
		(void)make_text(st, &m[i], (uint64_t)i, chain, text,
		    strlen(text));
	}
}

static void
hand(struct story *st, const struct made *m)
{
	story_hand(st, 0, m->id, m->body, sizeof(m->body));
}

/* The next event of end 0 is letter ${n}, ${late} or not. */
static void
shown(struct story *st, int n, int late)
{
	struct tacit_event e;

	assert_int_equal(story_next(st, 0, &e), 1);
	assert_int_equal(story_letter(&e), n);
	assert_int_equal(e.seq, n);
	assert_int_equal(e.late, late);
}

static void
gap_shown(struct story *st, uint64_t from, uint64_t to)
{
	struct tacit_event e;

	assert_int_equal(story_next(st, 0, &e), 1);
	assert_int_equal(e.type, TACIT_EV_GAP);
	assert_int_equal(e.from, from);
	assert_int_equal(e.to, to);
}

static void
nothing_shown(struct story *st)
{
	struct tacit_event e;

	assert_int_equal(story_next(st, 0, &e), 0);
}

static void
begin(struct story *st, uint64_t seed)
{
	memset(st, 0, sizeof(*st));
	st->s = stage_new(story_scratch(), seed);
	story_pair(st, TACIT_INVITE_IN_PERSON);
}

static void
parts_in_any_order_are_shown_whole_and_in_order(void **state)
{
	uint64_t seed = story_number("TACIT_SEED", randombytes_random());
	char *text[TEXTS + 1] = { NULL };
	uint8_t chain[TACIT_HASH_LEN] = { 0 };
	struct made *m = calloc(ENVELOPES, sizeof(*m)), swap;
	struct tacit_event e;
	struct story st;
	size_t n = 0, i, k, len;

	(void)state;
	print_message("TACIT_SEED=%llu\n", (unsigned long long)seed);
	assert_non_null(m);
	begin(&st, seed);
	for (i = 1; i <= TEXTS; i++) {
		len = 1 + stage_below(st.s, i % 4 == 0 ? TACIT_TEXT_MAX : 4000);
		text[i] = malloc(len + 1);
		assert_non_null(text[i]);
		words(text[i], len, (uint32_t)i);
		assert_true(n + TACIT_TEXT_PARTS_MAX <= ENVELOPES);
		n += make_text(&st, &m[n], i, chain, text[i], len);
	}
	for (i = n; i > 1; i--) {
		k = stage_below(st.s, (uint32_t)i);
		swap = m[k];
		m[k] = m[i - 1];
		m[i - 1] = swap;
	}
	for (i = 0; i < n; i++) {
		hand(&st, &m[i]);
		hand(&st, &m[stage_below(st.s, (uint32_t)i + 1)]);
		if (stage_below(st.s, 8) == 0)
			stage_crash(st.s, 0);
	}
	for (i = 1; i <= TEXTS; i++) {
		assert_int_equal(story_next(&st, 0, &e), 1);
		assert_int_equal(e.type, TACIT_EV_MESSAGE);
		assert_int_equal(e.seq, i);
		assert_int_equal(e.text_len, strlen(text[i]));
		assert_memory_equal(e.text, text[i], e.text_len);
		free(text[i]);
	}
	nothing_shown(&st);
	free(m);
	stage_free(st.s);
}

/* The same content under other envelopes: sealed again, as after a turn. */
static void
one_text_sealed_twice_is_shown_once(void **state)
{
	uint8_t chain[TACIT_HASH_LEN] = { 0 }, again[TACIT_HASH_LEN] = { 0 };
	struct made m[2];
	struct story st;

	(void)state;
	begin(&st, 2);
	(void)make_text(&st, &m[0], 1, chain, "letter 1", 8);
	(void)make_text(&st, &m[1], 1, again, "letter 1", 8);
	hand(&st, &m[1]);
	hand(&st, &m[0]);
	hand(&st, &m[1]);
	shown(&st, 1, 0);
	nothing_shown(&st);
	stage_free(st.s);
}

static void
a_gap_is_said_after_a_minute_and_filled_late(void **state)
{
	struct made m[8];
	struct story st;

	(void)state;
	begin(&st, 3);
	make_letters(&st, m, 7);
	hand(&st, &m[1]);
	hand(&st, &m[4]);
	hand(&st, &m[6]);
	shown(&st, 1, 0);
	nothing_shown(&st);

	stage_sleep(st.s, MINUTE - 1000);
	(void)stage_turn(st.s, 0);
	nothing_shown(&st);
	stage_sleep(st.s, MINUTE);
	(void)stage_turn(st.s, 0);
	gap_shown(&st, 2, 3);
	shown(&st, 4, 0);
	nothing_shown(&st);

	/* The next hole has its own minute; what fills it in time is no gap. */
	hand(&st, &m[5]);
	shown(&st, 5, 0);
	shown(&st, 6, 0);
	hand(&st, &m[3]);
	shown(&st, 3, 1);
	stage_crash(st.s, 0);
	hand(&st, &m[2]);
	hand(&st, &m[2]);
	shown(&st, 2, 1);
	hand(&st, &m[7]);
	shown(&st, 7, 0);
	stage_sleep(st.s, 10 * MINUTE);
	(void)stage_turn(st.s, 0);
	nothing_shown(&st);
	assert_int_equal(story_contact(&st, 0)->unread, 7);
	stage_free(st.s);
}

/* A minute after it began to wait, and after the mailbox was read through. */
static void
nothing_is_missing_before_the_mailbox_was_read_through(void **state)
{
	struct made m[3];
	struct story st;
	int n;

	(void)state;
	begin(&st, 4);
	make_letters(&st, m, 2);
	hand(&st, &m[2]);
	stage_cut(st.s, 0);
	while (stage_has_input(st.s, 0))
		(void)stage_turn(st.s, 0);
	for (n = 0; n < 10; n++) {
		stage_sleep(st.s, MINUTE);
		(void)stage_turn(st.s, 0);	/* connects; hears nothing */
	}
	nothing_shown(&st);
	for (n = 0; n < 30 && !set_all_drained(story_contact(&st, 0)); n++) {
		stage_sleep(st.s, 5 * SECOND);
		stage_relay_turn(st.s);
		while (stage_turn(st.s, 0))
			continue;
	}
	assert_true(set_all_drained(story_contact(&st, 0)));
	nothing_shown(&st);
	stage_sleep(st.s, MINUTE + SECOND);
	(void)stage_turn(st.s, 0);
	gap_shown(&st, 1, 1);
	shown(&st, 2, 0);
	stage_free(st.s);
}

static void
a_part_that_is_missing_is_a_gap(void **state)
{
	uint8_t chain[TACIT_HASH_LEN] = { 0 };
	char text[4001];
	struct tacit_event e;
	struct made m[4];
	struct story st;

	(void)state;
	begin(&st, 5);
	words(text, 4000, 9);
	assert_int_equal(make_text(&st, m, 1, chain, text, 4000), 3);
	(void)make_text(&st, &m[3], 2, chain, "letter 2", 8);
	hand(&st, &m[2]);
	hand(&st, &m[0]);
	hand(&st, &m[3]);
	stage_sleep(st.s, 2 * MINUTE);
	(void)stage_turn(st.s, 0);
	gap_shown(&st, 1, 1);
	shown(&st, 2, 0);
	hand(&st, &m[1]);
	assert_int_equal(story_next(&st, 0, &e), 1);
	assert_true(e.late);
	assert_int_equal(e.text_len, 4000);
	assert_memory_equal(e.text, text, 4000);
	nothing_shown(&st);
	stage_free(st.s);
}

static void
is_poison(struct story *st)
{
	struct tacit_event e;

	assert_int_equal(story_next(st, 0, &e), 1);
	assert_int_equal(e.type, TACIT_EV_POISON);
}

/* An end that makes texts which may not be harms nothing but these. */
static void
texts_that_may_not_be_stop_nothing(void **state)
{
	static const struct {
		uint64_t seq;
		uint32_t part, parts;
	} senseless[] = {
		{ 4097 + 1, 0, 1 },		/* too far ahead of what came */
		{ UINT64_MAX, 0, 1 },
		{ 2, 0, 3 },			/* below: of two parts */
	};
	uint8_t chain[TACIT_HASH_LEN] = { 0 };
	static char text[TACIT_PART_MAX + 1];
	struct story st;
	struct made m;
	uint32_t i;

	(void)state;
	begin(&st, 6);

	/* Sixteen whole parts: 24,624 bytes, more than a text may have. */
	memset(text, 'x', TACIT_PART_MAX);
	for (i = 0; i < TACIT_TEXT_PARTS_MAX; i++) {
		make_part(&st, &m, 1, i, TACIT_TEXT_PARTS_MAX, chain, text,
		    TACIT_PART_MAX);
		hand(&st, &m);
	}
	is_poison(&st);
	nothing_shown(&st);

	make_part(&st, &m, 2, 0, 2, chain, "half", 4);
	hand(&st, &m);
	for (i = 0; i < sizeof(senseless) / sizeof(senseless[0]); i++) {
		make_part(&st, &m, senseless[i].seq, senseless[i].part,
		    senseless[i].parts, chain, "odd", 3);
		hand(&st, &m);
		is_poison(&st);
	}
	nothing_shown(&st);

	/* The mailbox is open for what makes sense, also under these seqs. */
	make_part(&st, &m, 1, 0, 1, chain, "letter 1", 8);
	hand(&st, &m);
	shown(&st, 1, 0);
	keys_chain(chain, chain, 1, 0, "letter 1", 8);
	make_part(&st, &m, 2, 1, 2, chain, " of two", 7);
	hand(&st, &m);
	assert_int_equal(story_count(&st, 0, TACIT_EV_MESSAGE), 1);
	stage_free(st.s);
}

/* Who contradicts what it said before is reported, and read. */
static void
a_broken_chain_is_told_and_silences_nobody(void **state)
{
	static const uint8_t wrong[TACIT_HASH_LEN] = { 1 };
	uint8_t chain[TACIT_HASH_LEN] = { 0 };
	struct story st;
	struct made m;

	(void)state;
	begin(&st, 7);
	(void)make_text(&st, &m, 1, chain, "letter 1", 8);
	hand(&st, &m);
	shown(&st, 1, 0);
	make_part(&st, &m, 2, 0, 1, wrong, "letter 2", 8);
	hand(&st, &m);
	shown(&st, 2, 0);
	is_poison(&st);
	memcpy(chain, wrong, sizeof(chain));
	keys_chain(chain, chain, 2, 0, "letter 2", 8);
	(void)make_text(&st, &m, 3, chain, "letter 3", 8);
	hand(&st, &m);
	shown(&st, 3, 0);
	nothing_shown(&st);
	stage_free(st.s);
}

/* Events stay until done, under the same ids, in the same order. */
static void
events_keep_their_ids_over_crashes(void **state)
{
	struct tacit_event e = { .size = sizeof(e) };
	uint64_t id[6], after;
	struct made m[6];
	struct story st;
	int i, turn;

	(void)state;
	begin(&st, 8);
	make_letters(&st, m, 5);
	for (i = 1; i <= 5; i++)
		hand(&st, &m[i]);
	for (turn = 0; turn < 3; turn++) {
		after = st.event[0];
		for (i = 1; i <= 5; i++) {
			assert_int_equal(tacit_next_event(stage_end(st.s, 0),
			    after, &e), 1);
			assert_int_equal(story_letter(&e), i);
			if (turn == 0)
				id[i] = e.id;
			assert_int_equal(e.id, id[i]);
			after = e.id;
		}
		assert_int_equal(tacit_next_event(stage_end(st.s, 0), after,
		    &e), 0);
		stage_crash(st.s, 0);
	}
	assert_int_equal(story_contact(&st, 0)->unread, 5);
	assert_int_equal(tacit_event_done(stage_end(st.s, 0), id[3]), 0);
	assert_int_equal(tacit_event_done(stage_end(st.s, 0), id[3]), 0);
	assert_int_equal(tacit_event_done(stage_end(st.s, 0), UINT64_MAX), 0);
	assert_int_equal(tacit_event_done(stage_end(st.s, 0), 0), 0);
	assert_int_equal(story_contact(&st, 0)->unread, 4);
	stage_crash(st.s, 0);
	assert_int_equal(story_contact(&st, 0)->unread, 4);
	assert_int_equal(tacit_next_event(stage_end(st.s, 0), id[2], &e), 1);
	assert_int_equal(e.id, id[4]);

	/* A new event has a new id, also when all before it are done. */
	for (i = 1; i <= 5; i++)
		assert_int_equal(tacit_event_done(stage_end(st.s, 0), id[i]),
		    0);
	stage_crash(st.s, 0);
	assert_int_equal(story_contact(&st, 0)->unread, 0);
	make_part(&st, &m[0], 7, 0, 1, m[5].body, "letter 7", 8);
	hand(&st, &m[0]);
	stage_quiesce(st.s);
	assert_int_equal(tacit_next_event(stage_end(st.s, 0), 0, &e), 1);
	while (e.type != TACIT_EV_GAP)
		assert_int_equal(tacit_next_event(stage_end(st.s, 0), e.id,
		    &e), 1);
	assert_true(e.id > id[5]);
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    parts_in_any_order_are_shown_whole_and_in_order),
		cmocka_unit_test(one_text_sealed_twice_is_shown_once),
		cmocka_unit_test(a_gap_is_said_after_a_minute_and_filled_late),
		cmocka_unit_test(
		    nothing_is_missing_before_the_mailbox_was_read_through),
		cmocka_unit_test(a_part_that_is_missing_is_a_gap),
		cmocka_unit_test(texts_that_may_not_be_stop_nothing),
		cmocka_unit_test(a_broken_chain_is_told_and_silences_nobody),
		cmocka_unit_test(events_keep_their_ids_over_crashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
