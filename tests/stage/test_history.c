/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was written can be read again, both ways, in any order of reading; and
 * nothing that was changed, removed or put in its place is ever shown (S4).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "contact.h"
#include "record.h"
#include "story.h"

enum { PLACES = 20 };

static void
begin(struct story *st, uint64_t seed)
{
	memset(st, 0, sizeof(*st));
	st->s = stage_new(story_scratch(), seed);
	story_pair(st, TACIT_INVITE_IN_PERSON);
}

/* What stands at place ${n} in end 0's history: its letters and theirs. */
static void
is_at_place(const struct tacit_message *m, uint64_t n)
{
	char text[32];

	assert_int_equal(m->size, sizeof(*m));
	assert_int_equal(m->place, n);
	assert_int_equal(m->from_me, n % 2);
	assert_int_equal(m->seq, (n + 1) / 2);
	assert_int_equal(m->state, n % 2 ? TACIT_ACCEPTED : TACIT_RECEIVED);
	(void)snprintf(text, sizeof(text), "letter %d", (int)(n + 1) / 2);
	assert_string_equal(m->text, text);
	assert_int_equal(m->text_len, strlen(text));
	assert_true(m->time_ms > 0);
}

/* By turns, each delivered before the next is written. */
static void
talk(struct story *st)
{
	int n, k;

	for (n = 0; n < PLACES; n++) {
		assert_int_equal(story_write(st, n % 2, n / 2 + 1), 0);
		for (k = 0; k < 16; k++) {
			(void)stage_turn(st->s, k % 2);
			stage_relay_turn(st->s);
		}
	}
	stage_quiesce(st->s);
}

static void
history_reads_backwards_and_in_any_order(void **state)
{
	uint64_t seed = story_number("TACIT_SEED", randombytes_random());
	struct tacit_message m = { .size = sizeof(m) };
	struct tacit_contact *ct;
	struct story st;
	uint64_t n, at;

	(void)state;
	print_message("TACIT_SEED=%llu\n", (unsigned long long)seed);
	begin(&st, seed);
	ct = story_contact(&st, 0);
	assert_int_equal(tacit_history(ct, 0, &m), TACIT_E_STATE);
	assert_int_equal(tacit_history(ct, 7, &m), TACIT_E_STATE);
	talk(&st);
	for (at = 0, n = PLACES; n > 0; n--) {
		assert_int_equal(tacit_history(ct, at, &m), 0);
		is_at_place(&m, n);
		at = m.place;
	}
	assert_int_equal(tacit_history(ct, at, &m), TACIT_E_STATE);
	for (n = 0; n < 300; n++) {
		at = stage_below(st.s, PLACES + 10);
		if (stage_below(st.s, 50) == 0)
			stage_crash(st.s, 0);
		ct = story_contact(&st, 0);
		if (at == 1) {
			assert_int_equal(tacit_history(ct, at, &m),
			    TACIT_E_STATE);
			continue;
		}
		assert_int_equal(tacit_history(ct, at, &m), 0);
		is_at_place(&m, at == 0 || at > PLACES ? PLACES : at - 1);
	}
	assert_int_equal(tacit_history(ct, UINT64_MAX, &m), 0);
	is_at_place(&m, PLACES);
	stage_free(st.s);
}

/* The same message has the same id at both ends, and in its events. */
static void
a_message_has_one_id_at_both_ends(void **state)
{
	struct tacit_message m[2] = { { .size = sizeof(m[0]) },
	    { .size = sizeof(m[0]) } };
	char id[TACIT_MESSAGE_ID_SIZE];
	struct tacit_event e;
	struct story st;
	uint64_t seq;
	int i;

	(void)state;
	begin(&st, 2);
	for (i = 0; i < 2; i++) {
		assert_int_equal(tacit_send(story_contact(&st, i), "hello", 5,
		    id, &seq), 0);
		stage_quiesce(st.s);
		assert_int_equal(story_next(&st, i, &e), 1);
		assert_int_equal(e.type, TACIT_EV_ACCEPTED);
		assert_string_equal(e.message, id);
		assert_int_equal(story_next(&st, 1 - i, &e), 1);
		assert_int_equal(e.type, TACIT_EV_MESSAGE);
		assert_string_equal(e.message, id);
		assert_int_equal(tacit_history(story_contact(&st, i), 0,
		    &m[0]), 0);
		assert_int_equal(tacit_history(story_contact(&st, 1 - i), 0,
		    &m[1]), 0);
		assert_string_equal(m[0].id, id);
		assert_string_equal(m[1].id, id);
		assert_int_equal(m[0].time_ms, m[1].time_ms);
		assert_int_equal(seq, 1);
	}
	stage_free(st.s);
}

/* ---- tampering -------------------------------------------------------------- */

enum harm { TEXT, TIME, SIDE, SEQ, SWAP, REMOVE, OLDER, HARMS };

static void
row_key(struct record_key *key, const struct tacit_contact *ct, uint64_t n)
{
	record_key(key, ct->id, sizeof(ct->id), n);
}

static void
put(struct tacit_contact *ct, uint64_t n, const tacit_state_Past *p,
    const char *text, size_t len)
{
	struct record_key key;

	row_key(&key, ct, n);
	assert_int_equal(record_put(ct->t->vault, VAULT_HISTORY, key.data,
	    key.len, tacit_state_Past_fields, p, text, len), 0);
}

static void
get(struct tacit_contact *ct, uint64_t n, tacit_state_Past *p, char **text,
    size_t *len)
{
	struct record_key key;

	row_key(&key, ct, n);
	assert_int_equal(record_get(ct->t->vault, VAULT_HISTORY, key.data,
	    key.len, tacit_state_Past_fields, p, sizeof(*p), text, len), 1);
}

/* Rows are harmed by who can seal them: the chain alone has to notice. */
static void
harm(struct tacit_contact *ct, enum harm how, uint64_t n)
{
	tacit_state_Past p, other;
	struct record_key key;
	char *text, *more;
	size_t len, more_len;

	get(ct, n, &p, &text, &len);
	get(ct, n - 1, &other, &more, &more_len);
	assert_int_equal(vault_begin(ct->t->vault), 0);
	if (how == TEXT)
		text[0] ^= 1;
	else if (how == TIME)
		p.time_ms++;
	else if (how == SIDE)
		p.from_me = !p.from_me;
	else if (how == SEQ)
		p.seq++;
	put(ct, n, how == OLDER || how == SWAP ? &other : &p,
	    how == OLDER || how == SWAP ? more : text,
	    how == OLDER || how == SWAP ? more_len : len);
	if (how == SWAP)
		put(ct, n - 1, &p, text, len);
	row_key(&key, ct, n);
	if (how == REMOVE)
		assert_int_equal(vault_del(ct->t->vault, VAULT_HISTORY,
		    key.data, key.len), 0);
	assert_int_equal(vault_commit(ct->t->vault), 0);
	free(text);
	free(more);
}

static void
nothing_that_was_changed_is_shown(void **state)
{
	static const uint64_t places[] = { 2, PLACES / 2, PLACES };
	struct tacit_message m;
	struct tacit_contact *ct;
	struct story st;
	uint64_t n, at;
	size_t k;
	int how;

	(void)state;
	begin(&st, 3);
	for (how = 0; how < HARMS; how++)
		for (k = 0; k < sizeof(places) / sizeof(places[0]); k++) {
			story_pair(&st, TACIT_INVITE_IN_PERSON);
			talk(&st);
			ct = story_contact(&st, 0);
			harm(ct, (enum harm)how, places[k]);
			/* Backwards up to the place, and not beyond. */
			for (at = 0, n = PLACES; n > places[k]; n--) {
				m.size = sizeof(m);
				assert_int_equal(tacit_history(ct, at, &m),
				    0);
				is_at_place(&m, n);
				at = m.place;
			}
			memset(&m, 0x55, sizeof(m));
			m.size = sizeof(m);
			assert_int_equal(tacit_history(ct, at, &m),
			    TACIT_E_CORRUPT);
			assert_int_equal(tacit_history(ct, 2, &m),
			    TACIT_E_CORRUPT);
			assert_int_equal(tacit_contact_close(ct), 0);
			stage_quiesce(st.s);
		}
	stage_free(st.s);
}

/* Run ${sql} in the file ${to}, made of ${from}. */
static void
edit_file(const char *from, const char *to, const char *sql)
{
	char command[2200];

	(void)snprintf(command, sizeof(command), "python3 -c \"import shutil,"
	    " sqlite3; shutil.copy('%s', '%s'); c = sqlite3.connect('%s');"
	    "c.executescript('%s'); c.commit();"
	    "c.execute('PRAGMA wal_checkpoint(TRUNCATE)')\"", from, to, to,
	    sql);
	assert_int_equal(system(command), 0);
}

#define ROW(n)	"(SELECT k FROM entry WHERE t = 32 LIMIT 1 OFFSET " #n ")"
#define ORDER(from, to)							\
	"PRAGMA writable_schema = ON;"					\
	"UPDATE sqlite_schema SET sql = replace(sql, \\\"" from "\\\","	\
	" \\\"" to "\\\");"						\
	"PRAGMA writable_schema = RESET;"

static const struct {
	const char *name, *sql;
	int seen;			/* or all is shown as it was */
} edits[] = {
	{ "nothing", "SELECT 1", 0 },
	{ "changed", "UPDATE entry SET d = zeroblob(length(d))"
	    " WHERE t = 32 AND k = " ROW(9), 1 },
	{ "with another version", "UPDATE entry SET v = v + 1"
	    " WHERE t = 32 AND k = " ROW(9), 1 },
	{ "swapped", "UPDATE entry SET (v, d) = (SELECT e.v, e.d FROM entry e"
	    " WHERE e.t = 32 AND e.k = " ROW(8) ")"
	    " WHERE t = 32 AND k = " ROW(9), 1 },
	{ "removed", "DELETE FROM entry WHERE t = 32 AND k = " ROW(9), 1 },
	{ "the newest removed", "DELETE FROM entry WHERE t = 32 AND k ="
	    " (SELECT max(k) FROM entry WHERE t = 32)", 1 },
	{ "moved to the log", "UPDATE entry SET t = 33"
	    " WHERE t = 32 AND k = " ROW(9), 1 },
	{ "moved to another key", "UPDATE entry SET k = zeroblob(20)"
	    " WHERE t = 32 AND k = " ROW(9), 1 },
	{ "there once more", "INSERT INTO entry SELECT 32, zeroblob(20), v, d"
	    " FROM entry WHERE t = 32 AND k = " ROW(9), 0 },
	{ "out of order", "CREATE TEMP TABLE b AS SELECT * FROM entry"
	    " WHERE t = 32 AND k = " ROW(9) ";"
	    "DELETE FROM entry WHERE t = 32 AND k = " ROW(9) ";"
	    ORDER("k)", "k DESC)") "INSERT INTO entry SELECT * FROM b;"
	    ORDER("k DESC)", "k)"), 0 },
	{ "there once more with another text, out of order",
	    "CREATE TEMP TABLE b AS SELECT t, " ROW(9) " AS k, v, d"
	    " FROM entry WHERE t = 32 AND k = " ROW(8) ";"
	    ORDER("k)", "k DESC)") "INSERT INTO entry SELECT * FROM b"
	    " WHERE true ON CONFLICT (t, k) DO NOTHING;"
	    ORDER("k DESC)", "k)"), 0 },
};

/* The vault opens, which walks no history: who reads it notices. */
static void
nothing_done_to_its_file_is_shown(void **state)
{
	struct tacit_message m = { .size = sizeof(m) };
	char copy[2][320];
	struct story st;
	uint64_t at, n;
	size_t i;
	int rc = 0;

	(void)state;
	begin(&st, 6);
	talk(&st);
	for (i = 0; i < 2; i++) {
		stage_keep(st.s, 0, (int)i);
		(void)snprintf(copy[i], sizeof(copy[i]), "%s/end0.copy%zu",
		    story_scratch(), i);
	}
	for (i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		edit_file(copy[0], copy[1], edits[i].sql);
		stage_put_back(st.s, 0, 1);
		for (at = 0, n = PLACES; n > 0; n--, at = m.place) {
			m.size = sizeof(m);
			if ((rc = tacit_history(story_contact(&st, 0), at,
			    &m)) != 0)
				break;
			is_at_place(&m, n);
		}
		if (rc != 0 ? rc != TACIT_E_CORRUPT : edits[i].seen)
			fail_msg("%s: %d", edits[i].name, rc);
		if (i == 0)
			assert_int_equal(rc, 0);
	}
	stage_free(st.s);
}

/* What end 0 has at ${path}, with its history from before, at ${before}. */
static void
put_history_back(struct story *st, const char *path, const char *before,
    const char *to, int n)
{
	char sql[800];

	(void)snprintf(sql, sizeof(sql), "ATTACH \\\"%s\\\" AS b;"
	    "UPDATE entry SET (v, d) = (SELECT e.v, e.d FROM b.entry e"
	    " WHERE e.t = 32 AND e.k = entry.k) WHERE t = 32", before);
	edit_file(path, to, sql);
	stage_put_back(st->s, 0, n);
}

/* Its hash is still that of the row, so the chain does not tell. */
static void
what_was_taken_back_does_not_return_with_an_older_row(void **state)
{
	static const struct {
		int from;			/* who wrote it */
		uint32_t hours;			/* 0: it is kept */
	} table[] = { { 1, 0 }, { 1, 24 }, { 0, 0 } };
	struct tacit_message m = { .size = sizeof(m) };
	char copy[3][320], id[TACIT_MESSAGE_ID_SIZE];
	enum tacit_fate fate;
	struct story st;
	size_t i;
	int k;

	(void)state;
	begin(&st, 11);
	for (k = 0; k < 3; k++)
		(void)snprintf(copy[k], sizeof(copy[k]), "%s/end0.copy%d",
		    story_scratch(), k);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct tacit_contact *from = story_contact(&st, table[i].from);

		assert_int_equal(table[i].hours == 0 ?
		    tacit_send(from, "a text", 6, id, NULL) :
		    tacit_send_fleeting(from, "a text", 6, table[i].hours,
		    id, NULL), 0);
		if (table[i].from == 1)
			stage_quiesce(st.s);
		stage_keep(st.s, 0, 0);
		assert_int_equal(table[i].from == 1 ?
		    tacit_forget(story_contact(&st, 0), id) :
		    tacit_recall(story_contact(&st, 0), id, &fate), 0);
		stage_keep(st.s, 0, 1);
		put_history_back(&st, copy[1], copy[0], copy[2], 2);
		assert_int_equal(tacit_history(story_contact(&st, 0), 0, &m),
		    TACIT_E_CORRUPT);
		/* And nothing is made of that row. */
		assert_int_equal(table[i].from == 1 ?
		    tacit_forget(story_contact(&st, 0), id) :
		    tacit_recall(story_contact(&st, 0), id, &fate),
		    TACIT_E_CORRUPT);
		stage_put_back(st.s, 0, 1);
		assert_int_equal(tacit_history(story_contact(&st, 0), 0, &m),
		    0);
		assert_true(m.forgotten || m.state == TACIT_RECALLED);
		stage_quiesce(st.s);
	}
	stage_free(st.s);
}

/* A text lent to the host stays until it asks again, whatever the answer. */
static void
what_is_lent_stays_until_the_next_call(void **state)
{
	struct tacit_message m = { .size = sizeof(m) };
	struct tacit_event e = { .size = sizeof(e) };
	struct story st;
	const char *text;

	(void)state;
	begin(&st, 4);
	assert_int_equal(story_write(&st, 1, 1), 0);
	stage_quiesce(st.s);
	assert_int_equal(tacit_history(story_contact(&st, 0), 0, &m), 0);
	text = m.text;
	while (tacit_next_event(stage_end(st.s, 0), e.id, &e) == 1 &&
	    e.type != TACIT_EV_MESSAGE)
		continue;
	assert_int_equal(story_write(&st, 0, 2), 0);
	stage_quiesce(st.s);
	assert_string_equal(text, "letter 1");
	assert_int_equal(tacit_history(story_contact(&st, 0), 1, &m),
	    TACIT_E_STATE);
	assert_null(stage_end(st.s, 0)->read.text);
	assert_string_equal(e.text, "letter 1");
	stage_free(st.s);
}

/* An invitation withdrawn has no past, and is no damage. */
static void
a_contact_that_is_gone_has_no_history(void **state)
{
	struct tacit_message m = { .size = sizeof(m) };
	struct story st = { .s = stage_new(story_scratch(), 5) };
	struct tacit_contact *ct;

	(void)state;
	story_invite(&st, 0, 0);
	ct = story_contact(&st, 0);
	assert_int_equal(story_write(&st, 0, 1), 0);
	assert_int_equal(tacit_history(ct, 0, &m), 0);
	assert_int_equal(tacit_contact_close(ct), 0);
	assert_null(ct->out);
	stage_quiesce(st.s);
	assert_int_equal(ct->rec.due, 0);
	assert_null(ct->pairing);
	assert_int_equal(tacit_history(ct, 0, &m), TACIT_E_STATE);
	assert_int_equal(tacit_send(ct, "x", 1, NULL, NULL),
	    TACIT_E_CONTACT_CLOSED);
	stage_free(st.s);
}

/* After a failure that left memory behind the vault nothing is made of it. */
static void
memory_that_may_differ_is_not_called_corruption(void **state)
{
	struct tacit_message m = { .size = sizeof(m) };
	struct tacit_contact *ct;
	struct story st;

	(void)state;
	begin(&st, 9);
	talk(&st);
	ct = story_contact(&st, 0);
	ct->rec.history++;
	assert_int_equal(tacit_history(ct, 0, &m), TACIT_E_CORRUPT);
	ct->t->broken = TACIT_E_NOMEM;
	assert_int_equal(tacit_history(ct, 0, &m), TACIT_E_NOMEM);
	stage_free(st.s);
}

/*
 * Nobody writes NUL; who gets it all the same loses neither a byte nor what
 * comes after it, is told of no gap, and can tell them that it is there.
 */
static void
nul_is_not_written_and_breaks_nothing(void **state)
{
	static const struct { const char *text; size_t len; } table[] = {
		{ "", 1 }, { "a\0", 2 }, { "\0a", 2 }, { "a\0b", 3 },
	};
	struct tacit_op op = { .size = sizeof(op), .kind = TACIT_OP_SEND };
	struct tacit_message m = { .size = sizeof(m) };
	struct tacit_contact *ct;
	struct tacit_event e;
	struct story st;
	size_t i;

	(void)state;
	begin(&st, 10);
	op.contact = ct = story_contact(&st, 0);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		op.data = table[i].text;
		op.len = table[i].len;
		assert_int_equal(tacit_send(ct, op.data, op.len, NULL, NULL),
		    TACIT_E_TEXT);
		assert_int_equal(tacit_send_fleeting(ct, op.data, op.len, 1,
		    NULL, NULL), TACIT_E_TEXT);
		assert_int_equal(tacit_commit(ct->t, &op, 1), TACIT_E_TEXT);
	}
	assert_int_equal(tacit_history(ct, 0, &m), TACIT_E_STATE);
	assert_int_equal(tacit_send_data(ct, 7, "a\0b", 3, NULL, NULL), 0);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		story_write_raw(&st, 0, table[i].text, table[i].len);
	assert_int_equal(story_write(&st, 0, 1), 0);
	stage_quiesce(st.s);
	assert_int_equal(story_next(&st, 1, &e), 1);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(story_next(&st, 1, &e), 1);
		assert_int_equal(e.type, TACIT_EV_MESSAGE);
		assert_int_equal(e.text_len, table[i].len);
		assert_memory_equal(e.text, table[i].text, table[i].len);
	}
	assert_int_equal(story_next(&st, 1, &e), 1);
	assert_int_equal(story_letter(&e), 1);
	assert_int_equal(story_next(&st, 1, &e), 0);
	ct = story_contact(&st, 1);
	assert_int_equal(tacit_history(ct, 0, &m), 0);
	assert_int_equal(tacit_history(ct, m.place, &m), 0);
	assert_int_equal(m.text_len, 3);
	assert_memory_equal(m.text, "a\0b", 3);
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(history_reads_backwards_and_in_any_order),
		cmocka_unit_test(a_message_has_one_id_at_both_ends),
		cmocka_unit_test(nothing_that_was_changed_is_shown),
		cmocka_unit_test(nothing_done_to_its_file_is_shown),
		cmocka_unit_test(
		    what_was_taken_back_does_not_return_with_an_older_row),
		cmocka_unit_test(what_is_lent_stays_until_the_next_call),
		cmocka_unit_test(a_contact_that_is_gone_has_no_history),
		cmocka_unit_test(memory_that_may_differ_is_not_called_corruption),
		cmocka_unit_test(nul_is_not_written_and_breaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
