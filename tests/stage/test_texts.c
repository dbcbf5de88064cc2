/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A conversation as the command shows it: the newest texts, the oldest first,
 * and each row of the history read once however many there are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "change.h"
#include "history.h"
#include "record.h"
#include "story.h"
#include "texts.h"

/* ---- how often the vault is read ----------------------------------------------- */

static unsigned long reads;

int __real_vault_get(struct vault *v, enum vault_table table, const void *key,
    size_t len, struct vault_value *out);
int __wrap_vault_get(struct vault *v, enum vault_table table, const void *key,
    size_t len, struct vault_value *out);

int
__wrap_vault_get(struct vault *v, enum vault_table table, const void *key,
    size_t len, struct vault_value *out)
{
	reads += table == VAULT_HISTORY;
	return __real_vault_get(v, table, key, len, out);
}

static void
begin(struct story *st, uint64_t seed)
{
	memset(st, 0, sizeof(*st));
	st->s = stage_new(story_scratch(), seed);
	story_pair(st, TACIT_INVITE_IN_PERSON);
}

/* They are letters ${from} to ${to}; away with them. */
static void
are_letters(struct texts *all, int from, int to)
{
	struct texts *t;
	char text[32];
	int n = from;

	for (t = all; t != NULL; t = t->next, n++) {
		(void)snprintf(text, sizeof(text), "letter %d", n);
		assert_string_equal(t->m.text, text);
		assert_int_equal(t->m.text_len, strlen(text));
		assert_int_equal(t->m.seq, n);
		assert_int_equal(t->m.place, n);
	}
	assert_int_equal(n, to + 1);
	texts_free(all);
}

static void
each_row_is_read_once(void **state)
{
	unsigned long few, many;
	struct texts *all;
	struct story st;
	int n = 0;

	(void)state;
	begin(&st, 3);
	while (n < 50)
		assert_int_equal(story_write(&st, 0, ++n), 0);
	reads = 0;
	assert_int_equal(texts_read(&all, story_contact(&st, 0), UINT32_MAX),
	    0);
	few = reads;
	are_letters(all, 1, 50);
	while (n < 200)
		assert_int_equal(story_write(&st, 0, ++n), 0);
	reads = 0;
	assert_int_equal(texts_read(&all, story_contact(&st, 0), UINT32_MAX),
	    0);
	many = reads;
	are_letters(all, 1, 200);
	if (few != 50 || many != 200)
		fail_msg("%lu reads for 50 texts, %lu for 200", few, many);
	stage_free(st.s);
}

static void
the_newest_come_the_oldest_first(void **state)
{
	static const struct { uint32_t last; int from; } table[] = {
		{ 1, 9 }, { 4, 6 }, { 9, 1 }, { 10, 1 }, { UINT32_MAX, 1 },
	};
	struct texts *all;
	struct story st;
	size_t i;
	int n;

	(void)state;
	begin(&st, 4);
	assert_int_equal(texts_read(&all, story_contact(&st, 0), 5), 0);
	assert_null(all);
	for (n = 1; n <= 9; n++)
		assert_int_equal(story_write(&st, 0, n), 0);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(texts_read(&all, story_contact(&st, 0),
		    table[i].last), 0);
		are_letters(all, table[i].from, 9);
	}
	assert_int_equal(texts_read(&all, story_contact(&st, 0), 0), 0);
	assert_null(all);
	/* Data is no text, and does not count as one. */
	assert_int_equal(tacit_send_data(story_contact(&st, 0), 7, "d", 1,
	    NULL, NULL), 0);
	assert_int_equal(texts_read(&all, story_contact(&st, 0), 2), 0);
	are_letters(all, 8, 9);
	stage_free(st.s);
}

/* What was changed in the vault is an error, and nothing of it is handed out. */
static void
nothing_is_shown_of_what_was_changed(void **state)
{
	tacit_state_Past p = tacit_state_Past_init_zero;
	uint8_t hash[TACIT_HASH_LEN];
	struct tacit_contact *ct;
	struct texts *all;
	struct story st;
	int n;

	(void)state;
	begin(&st, 5);
	ct = story_contact(&st, 0);
	for (n = 1; n <= 5; n++)
		assert_int_equal(story_write(&st, 0, n), 0);
	p.from_me = 1;
	p.seq = 2;
	assert_int_equal(change_begin(ct->t), 0);
	assert_int_equal(change_end(ct->t, ct, history_put(ct, 2, &p,
	    "forged", 6, hash)), 0);
	assert_int_equal(texts_read(&all, ct, UINT32_MAX), TACIT_E_CORRUPT);
	assert_null(all);
	assert_int_equal(texts_read(&all, ct, 3), 0);
	are_letters(all, 3, 5);
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_read_once),
		cmocka_unit_test(the_newest_come_the_oldest_first),
		cmocka_unit_test(nothing_is_shown_of_what_was_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
