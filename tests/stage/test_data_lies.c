/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is no text has a type, and that cannot be changed on its way or in the
 * vault: it is bound in the chain, in the parts and in the history (S5, S4).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "forge.h"
#include "heal.h"
#include "history.h"
#include "keys.h"
#include "record.h"

static void
begin(struct story *st, uint64_t seed)
{
	memset(st, 0, sizeof(*st));
	st->s = stage_new(story_scratch(), seed);
	story_pair(st, TACIT_INVITE_IN_PERSON);
}

static int
is_shown(const struct tacit_event *e)
{
	return e->type == TACIT_EV_MESSAGE || e->type == TACIT_EV_DATA;
}

/* What is said of one seq in two parts, and what the app is told. */
static const struct {
	uint32_t type[2], parts[2];
	int poison;
} contradictions[] = {
	{ { 1, 2 }, { 2, 2 }, 1 },
	{ { 0, 1 }, { 2, 2 }, 1 },
	{ { 1, 0 }, { 2, 2 }, 1 },
	{ { 65535, 65536 }, { 2, 2 }, 1 },
	{ { 1, 1 }, { 2, 3 }, 1 },
	{ { 1, 1 }, { 2, 2 }, 0 },
};

static void
say(struct forge *f, uint64_t seq, uint32_t type, uint32_t part,
    uint32_t parts, const uint8_t previous[TACIT_HASH_LEN])
{
	tacit_Content c = tacit_Content_init_zero;

	memcpy(c.stream, f->ct->rec.stream, sizeof(c.stream));
	memcpy(c.previous, previous, TACIT_HASH_LEN);
	c.seq = seq;
	c.time_ms = 1;
	c.which_is = tacit_Content_text_tag;
	c.is.text.part = part;
	c.is.text.parts = parts;
	c.is.text.type = type;
	c.is.text.data.size = 4;
	memcpy(c.is.text.data.bytes, "abcd", 4);
	forge_say(f, &c);
}

static void
parts_of_two_types_are_refused(void **state)
{
	static const uint8_t zeros[TACIT_HASH_LEN];
	struct story st = { .s = stage_new(story_scratch(), 100) };
	struct tacit_event e;
	struct forge f;
	size_t k;
	int poison, data;

	(void)state;
	for (k = 0; k < sizeof(contradictions) / sizeof(contradictions[0]);
	    k++) {
		story_pair(&st, TACIT_INVITE_IN_PERSON);
		forge_peer(&f, &st, 1);
		say(&f, 1, contradictions[k].type[0], 0,
		    contradictions[k].parts[0], zeros);
		say(&f, 1, contradictions[k].type[1], 1,
		    contradictions[k].parts[1], zeros);
		for (poison = data = 0; story_next(&st, 0, &e);) {
			poison += e.type == TACIT_EV_POISON;
			data += is_shown(&e);
		}
		if (poison != contradictions[k].poison)
			fail_msg("row %zu: %d times poison", k, poison);
		assert_int_equal(data, !contradictions[k].poison);
	}
	stage_free(st.s);
}

/* ${said} and ${meant}: the type of seq 1, and in the chain that follows. */
static int
is_noticed(struct story *st, uint32_t said, uint32_t meant)
{
	static const uint8_t zeros[TACIT_HASH_LEN];
	uint8_t chain[TACIT_HASH_LEN];
	struct tacit_event e;
	struct forge f;
	int poison = 0, shown = 0;

	story_pair(st, TACIT_INVITE_IN_PERSON);
	forge_peer(&f, st, 1);
	say(&f, 1, said, 0, 1, zeros);
	keys_chain(chain, zeros, 1, meant, "abcd", 4);
	say(&f, 2, 0, 0, 1, chain);
	while (story_next(st, 0, &e)) {
		poison += e.type == TACIT_EV_POISON;
		shown += is_shown(&e);
	}
	assert_int_equal(shown, 2);
	return poison;
}

/* What an end shows as one thing and chained as another is told. */
static void
another_type_than_the_chain_says_is_told(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 200) };

	(void)state;
	assert_int_equal(is_noticed(&st, 1, 1), 0);
	assert_int_equal(is_noticed(&st, 0, 0), 0);
	assert_int_equal(is_noticed(&st, 1, 0), 1);
	assert_int_equal(is_noticed(&st, 0, 1), 1);
	assert_int_equal(is_noticed(&st, 100, 101), 1);
	assert_int_equal(is_noticed(&st, 65535, 255), 1);
	stage_free(st.s);
}

static void
a_type_that_cannot_be_is_poison_and_stops_nothing(void **state)
{
	static const uint8_t zeros[TACIT_HASH_LEN];
	static const uint32_t bad[] = { 65536, 65536 + 1, UINT32_MAX };
	struct story st;
	struct forge f;
	size_t k;

	(void)state;
	begin(&st, 300);
	forge_peer(&f, &st, 1);
	for (k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
		say(&f, 1, bad[k], 0, 1, zeros);
		assert_int_equal(story_count(&st, 0, TACIT_EV_POISON), 1);
	}
	heal_talk(&st, 1);
	stage_free(st.s);
}

/* Rows that were sealed with the right key, and yet say another type. */
static void
a_type_changed_in_the_history_is_corruption(void **state)
{
	static const uint32_t types[] = { 0, 2, 100, 65535 };
	struct tacit_message m = { .size = sizeof(m) };
	uint8_t hash[TACIT_HASH_LEN];
	struct tacit_contact *ct;
	tacit_state_Past p;
	struct story st;
	char *text;
	size_t len, k;

	(void)state;
	begin(&st, 400);
	ct = story_contact(&st, 0);
	assert_int_equal(tacit_send_data(ct, 1, "abcd", 4, NULL, NULL), 0);
	assert_int_equal(history_row(ct, 1, &p, &text, &len), 0);
	assert_int_equal(p.type, 1);
	for (k = 0; k <= sizeof(types) / sizeof(types[0]); k++) {
		p.type = k == 0 ? 1 : types[k - 1];
		assert_int_equal(vault_begin(ct->t->vault), 0);
		assert_int_equal(history_put(ct, 1, &p, text, len, hash), 0);
		assert_int_equal(vault_commit(ct->t->vault), 0);
		ct->t->past.ct = NULL;
		assert_int_equal(tacit_history(ct, 0, &m),
		    k == 0 ? 0 : TACIT_E_CORRUPT);
	}
	record_tail_free(text, len);
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_of_two_types_are_refused),
		cmocka_unit_test(another_type_than_the_chain_says_is_told),
		cmocka_unit_test(
		    a_type_that_cannot_be_is_poison_and_stops_nothing),
		cmocka_unit_test(a_type_changed_in_the_history_is_corruption),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
