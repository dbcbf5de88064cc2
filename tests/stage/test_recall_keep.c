/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises of second thoughts about texts that both ends forget: they are
 * taken back as any other and forgotten all the same; one that was forgotten
 * is too late; and what is in its place needs no text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "recall_play.h"
#include "vault.h"

enum { HOURS = 2, HOUR_MS = 3600 * 1000 };

/* How a text is taken back. */
enum way { HELD, AT_RELAY, LONG_AT_RELAY, WAYS };

/* All events of end ${i} are done; how many were of ${type}. */
static int
confirm(struct story *st, int i, enum tacit_event_type type)
{
	struct tacit *t = stage_end(st->s, i);
	struct tacit_event e = { .size = sizeof(e) };
	int n = 0;

	while (tacit_next_event(t, 0, &e) == 1) {
		n += e.type == type;
		assert_int_equal(tacit_event_done(t, e.id), 0);
	}
	return n;
}

/* 1 if ${what} stands in any row of end ${i}, opened with its key. */
static int
is_in_rows(struct story *st, int i, const char *what)
{
	struct vault *v = stage_end(st->s, i)->vault;
	struct vault_value value;
	struct vault_key key;
	int t, found = 0;

	for (t = 1; t <= VAULT_LAST; t++)
		for (key.len = 0;;) {
			assert_int_equal(vault_next(v, (enum vault_table)t,
			    NULL, 0, &key, &value), 0);
			if (key.len == 0)
				break;
			found |= memmem(value.data, value.len, what,
			    strlen(what)) != NULL;
			vault_value_free(&value);
		}
	return found;
}

/* A text that is forgotten is written by end 0, before letter 2. */
static void
fleet(struct story *st, enum way way, char id[TACIT_MESSAGE_ID_SIZE])
{
	static char text[LONG + 1];
	size_t len = way == LONG_AT_RELAY ? LONG : 12;

	memset(text, 'r', LONG);
	memcpy(text, "heron river ", 12);
	assert_int_equal(tacit_hold_now(story_contact(st, 0),
	    way == HELD ? 10 : 0), 0);
	assert_int_equal(tacit_send_fleeting(story_contact(st, 0), text, len,
	    HOURS, id, NULL), 0);
}

static void
take_back(struct story *st, enum way way, const char *id)
{
	alone(st, 20);
	assert_true(is_in_rows(st, 0, "heron"));
	if (way == HELD) {
		assert_int_equal(recall(st, id), TACIT_FATE_UNDONE);
		return;
	}
	assert_int_equal(recall(st, id), TACIT_FATE_ASKED);
	alone(st, 40);
	assert_int_equal(recall(st, id), TACIT_FATE_UNDELIVERED);
}

/* They write, so that end 0 learns what they have; and days go by. */
static void
days(struct story *st)
{
	int k, i;

	for (k = 0; k < 3; k++) {
		assert_int_equal(tacit_send(story_contact(st, 1), "letter 9",
		    8, NULL, NULL), 0);
		stage_quiesce(st->s);
		for (i = 0; i < 2; i++)
			(void)confirm(st, i, TACIT_EV_MESSAGE);
		stage_sleep(st->s, 24 * (int64_t)HOUR_MS);
		stage_quiesce(st->s);
	}
}

static void
it_is_taken_back_and_forgotten(void **state)
{
	char id[3][TACIT_MESSAGE_ID_SIZE];
	struct shown s;
	struct story st;
	int way;

	(void)state;
	for (way = 0; way < WAYS; way++) {
		memset(&s, 0, sizeof(s));
		begin(&st, 500 + (uint64_t)way);
		stage_keep(st.s, 1, 1);
		write_one(&st, 1, 0, id[0]);
		fleet(&st, (enum way)way, id[1]);
		write_one(&st, 2, 0, id[2]);
		take_back(&st, (enum way)way, id[1]);
		stage_quiesce(st.s);
		look(&st, &s);
		assert_string_equal(s.letters, "12");
		assert_false(is_in_rows(&st, 1, "heron"));
		/* Mine stays until its time. */
		assert_true(is_in_rows(&st, 0, "heron"));
		days(&st);
		assert_false(is_in_rows(&st, 0, "heron"));
		assert_int_equal(state_of(&st, id[1]), TACIT_RECALLED);
		/* What stands in its place needs no text to be said again. */
		stage_put_back(st.s, 1, 1);
		st.event[1] = 0;
		memset(s.letters, 0, sizeof(s.letters));
		stage_quiesce(st.s);
		stage_sleep(st.s, HOUR_MS);
		stage_quiesce(st.s);
		write_one(&st, 3, 0, id[0]);
		stage_quiesce(st.s);
		look(&st, &s);
		assert_string_equal(s.letters, "123");
		assert_int_equal(s.gaps + s.poison, 0);
		stage_free(st.s);
	}
}

/* End 0 goes back to a backup from after it, and its stream is made anew. */
static void
a_restored_writer_keeps_it_back(void **state)
{
	char id[3][TACIT_MESSAGE_ID_SIZE];
	struct shown s;
	struct story st;
	int way;

	(void)state;
	for (way = 0; way < WAYS; way++) {
		memset(&s, 0, sizeof(s));
		begin(&st, 600 + (uint64_t)way);
		write_one(&st, 1, 0, id[0]);
		fleet(&st, (enum way)way, id[1]);
		write_one(&st, 2, 0, id[2]);
		take_back(&st, (enum way)way, id[1]);
		stage_keep_backup(st.s, 0, 2);
		stage_put_back(st.s, 0, 2);
		stage_quiesce(st.s);
		stage_sleep(st.s, HOUR_MS);
		stage_quiesce(st.s);
		write_one(&st, 3, 0, id[0]);
		stage_quiesce(st.s);
		look(&st, &s);
		assert_string_equal(s.letters, "123");
		assert_int_equal(s.gaps + s.poison, 0);
		assert_false(is_in_rows(&st, 1, "heron"));
		days(&st);
		assert_false(is_in_rows(&st, 0, "heron"));
		stage_free(st.s);
	}
}

static void
what_was_forgotten_is_too_late(void **state)
{
	enum tacit_fate fate = TACIT_FATE_NONE;
	char id[TACIT_MESSAGE_ID_SIZE];
	struct story st;

	(void)state;
	begin(&st, 700);
	fleet(&st, AT_RELAY, id);
	stage_quiesce(st.s);
	days(&st);
	assert_false(is_in_rows(&st, 0, "heron"));
	assert_int_equal(tacit_recall(story_contact(&st, 0), id, &fate),
	    TACIT_E_HAD);
	assert_int_equal(fate, TACIT_FATE_NONE);
	assert_int_equal(state_of(&st, id), TACIT_ACCEPTED);
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_taken_back_and_forgotten),
		cmocka_unit_test(a_restored_writer_keeps_it_back),
		cmocka_unit_test(what_was_forgotten_is_too_late),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
