/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the host: what was put is found, in the order of keys, over crashes
 * and backups; and who holds the file reads neither keys nor values, and
 * changes none (S4).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "../unit/client/vault_fixture.h"
#include "story.h"

enum { KEYS = 150, ROUNDS = 400, DATA_TABLE = 13 };

static struct tacit_op
put(const void *key, size_t key_len, const void *data, size_t len)
{
	struct tacit_op op = { .size = sizeof(op), .kind = TACIT_OP_PUT };

	op.key = key;
	op.key_len = key_len;
	op.data = data;
	op.len = len;
	return op;
}

static int
put_one(struct tacit *t, const char *key, const char *value)
{
	struct tacit_op op = put(key, strlen(key), value, strlen(value));

	return tacit_commit(t, &op, 1);
}

static int
del_one(struct tacit *t, const char *key)
{
	struct tacit_op op = put(key, strlen(key), NULL, 0);

	op.kind = TACIT_OP_DELETE;
	return tacit_commit(t, &op, 1);
}

static void
holds(struct tacit *t, const char *key, const char *value)
{
	char got[TACIT_ROW_VALUE_SIZE];
	size_t len = 12345;

	if (value == NULL) {
		assert_int_equal(tacit_data_get(t, key, strlen(key), got,
		    sizeof(got), &len), 0);
		assert_int_equal(len, 12345);
		return;
	}
	assert_int_equal(tacit_data_get(t, key, strlen(key), got, sizeof(got),
	    &len), 1);
	assert_int_equal(len, strlen(value));
	assert_memory_equal(got, value, len);
}

/* ---- any key, any size ------------------------------------------------------- */

static void
every_key_and_every_size_is_kept(void **state)
{
	static const size_t sizes[] = { 0, 1, 255, 256, 1000,
	    TACIT_ROW_VALUE_SIZE - 1, TACIT_ROW_VALUE_SIZE };
	static uint8_t value[TACIT_ROW_VALUE_SIZE], got[TACIT_ROW_VALUE_SIZE];
	struct stage *s = stage_new(story_scratch(), 1);
	uint8_t key[TACIT_ROW_KEY_SIZE];
	struct tacit_op op;
	size_t k, n, len;
	int again;

	(void)state;
	for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		n = k % 2 ? TACIT_ROW_KEY_SIZE : 1;
		memset(key, (int)k, sizeof(key));
		memset(value, (int)(100 + k), sizeof(value));
		op = put(key, n, sizes[k] > 0 ? value : NULL, sizes[k]);
		assert_int_equal(tacit_commit(stage_end(s, 0), &op, 1), 0);
	}
	for (again = 0; again < 2; again++, stage_crash(s, 0))
		for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
			n = k % 2 ? TACIT_ROW_KEY_SIZE : 1;
			memset(key, (int)k, sizeof(key));
			memset(value, (int)(100 + k), sizeof(value));
			assert_int_equal(tacit_data_get(stage_end(s, 0), key,
			    n, got, sizeof(got), &len), 1);
			assert_int_equal(len, sizes[k]);
			assert_memory_equal(got, value, len);
		}
	stage_free(s);
}

static void
room_that_is_too_small_is_told_and_left_alone(void **state)
{
	struct stage *s = stage_new(story_scratch(), 2);
	struct tacit *t = stage_end(s, 0);
	char got[8] = "unused";
	size_t len = 0;

	(void)state;
	assert_int_equal(put_one(t, "a", "four"), 0);
	assert_int_equal(tacit_data_get(t, "a", 1, got, 3, &len),
	    TACIT_E_LIMIT);
	assert_int_equal(len, 4);
	assert_string_equal(got, "unused");
	assert_int_equal(tacit_data_get(t, "a", 1, NULL, 0, &len),
	    TACIT_E_LIMIT);
	assert_int_equal(len, 4);
	assert_int_equal(tacit_data_get(t, "a", 1, got, 4, &len), 1);
	assert_memory_equal(got, "foured", 6);
	assert_int_equal(put_one(t, "a", ""), 0);
	assert_int_equal(tacit_data_get(t, "a", 1, NULL, 0, &len), 1);
	assert_int_equal(len, 0);
	stage_free(s);
}

static void
arguments_that_cannot_be_are_refused(void **state)
{
	static const struct {
		int prefix, prefix_len, after, after_len, key, key_len;
	} bad[] = {
		{ 1, 65, 1, 0, 1, 1 }, { 1, 0, 1, 65, 1, 1 },
		{ 0, 1, 1, 0, 1, 1 }, { 1, 0, 0, 1, 1, 1 },
		{ 1, 0, 1, 0, 0, 1 }, { 1, 0, 1, 0, 1, 0 },
	};
	struct stage *s = stage_new(story_scratch(), 3);
	struct tacit *t = stage_end(s, 0);
	char key[80] = "", value[4];
	size_t len, i;

	(void)state;
	assert_int_equal(tacit_data_get(t, NULL, 1, value, 4, &len),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_data_get(t, "", 0, value, 4, &len),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_data_get(t, key, 65, value, 4, &len),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_data_get(t, "a", 1, NULL, 4, &len),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_data_get(t, "a", 1, value, 4, NULL),
	    TACIT_E_INVALID);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(tacit_data_next(t,
		    bad[i].prefix ? key : NULL, (size_t)bad[i].prefix_len,
		    bad[i].after ? key : NULL, (size_t)bad[i].after_len,
		    bad[i].key ? key : NULL, bad[i].key_len ? &len : NULL),
		    TACIT_E_INVALID);
	assert_int_equal(tacit_data_next(t, NULL, 0, NULL, 0, key, &len), 0);
	stage_free(s);
}

/* ---- in order ------------------------------------------------------------------ */

struct known {
	uint8_t key[TACIT_ROW_KEY_SIZE];
	size_t len;
	int there;
};

/* Short keys of few bytes, many of which begin others. */
static void
make_keys(struct stage *s, struct known *all)
{
	static const uint8_t some[] = { 0, 1, 'a', 'b', 0xff };
	size_t i, k;

	for (i = 0; i < KEYS; i++) {
		all[i].len = 1 + stage_below(s, i % 10 == 0 ?
		    TACIT_ROW_KEY_SIZE : 4);
		for (k = 0; k < all[i].len; k++)
			all[i].key[k] = some[stage_below(s, sizeof(some))];
		all[i].there = 0;
	}
}

static int
order(const void *a, size_t a_len, const void *b, size_t b_len)
{
	int c = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return c != 0 ? c : a_len < b_len ? -1 : a_len > b_len;
}

/* The least above ${after} that begins with ${p}; NULL: none. */
static const struct known *
naive_next(const struct known *all, const struct known *p, size_t prefix_len,
    const struct known *after, size_t after_len)
{
	const struct known *best = NULL;
	size_t i;

	for (i = 0; i < KEYS; i++) {
		if (!all[i].there || all[i].len < prefix_len ||
		    memcmp(all[i].key, p->key, prefix_len) != 0 ||
		    (after_len > 0 && order(all[i].key, all[i].len,
		    after->key, after_len) <= 0))
			continue;
		if (best == NULL || order(all[i].key, all[i].len, best->key,
		    best->len) < 0)
			best = &all[i];
	}
	return best;
}

/* All of one key are there, or none. */
static void
set_there(struct known *all, size_t k, int there)
{
	size_t i;

	for (i = 0; i < KEYS; i++)
		if (order(all[i].key, all[i].len, all[k].key,
		    all[k].len) == 0)
			all[i].there = there;
}

static void
one_look(struct stage *s, struct known *all)
{
	const struct known *p = &all[stage_below(s, KEYS)];
	const struct known *after = &all[stage_below(s, KEYS)], *want;
	size_t prefix_len = stage_below(s, (uint32_t)p->len + 1), len = 0;
	size_t after_len = stage_below(s, 4) == 0 ? 0 : after->len;
	uint8_t key[TACIT_ROW_KEY_SIZE];
	int rc;

	want = naive_next(all, p, prefix_len, after, after_len);
	memcpy(key, after->key, after_len);
	rc = tacit_data_next(stage_end(s, 0), p->key, prefix_len, key,
	    after_len, key, &len);
	assert_int_equal(rc, want != NULL);
	if (want != NULL) {
		assert_int_equal(len, want->len);
		assert_memory_equal(key, want->key, len);
	}
}

static void
keys_come_in_their_order_whatever_was_done(void **state)
{
	uint64_t seed = story_number("TACIT_SEED", randombytes_random());
	struct stage *s = stage_new(story_scratch(), seed);
	struct known *all = calloc(KEYS, sizeof(*all));
	struct tacit_op op;
	int round;
	size_t k;

	(void)state;
	print_message("TACIT_SEED=%llu\n", (unsigned long long)seed);
	assert_non_null(all);
	make_keys(s, all);
	for (round = 0; round < ROUNDS; round++) {
		k = stage_below(s, KEYS);
		op = put(all[k].key, all[k].len, &k, sizeof(k));
		if (stage_below(s, 3) == 0)
			op.kind = TACIT_OP_DELETE;
		assert_int_equal(tacit_commit(stage_end(s, 0), &op, 1), 0);
		set_there(all, k, op.kind == TACIT_OP_PUT);
		if (stage_below(s, 40) == 0)
			stage_crash(s, 0);
		one_look(s, all);
	}
	free(all);
	stage_free(s);
}

/* ---- what is on the disk --------------------------------------------------------- */

static int
is_in_file(const char *path, const void *what, size_t len)
{
	struct fixture_bytes b = fixture_read(path);
	int found = memmem(b.data, b.len, what, len) != NULL;

	free(b.data);
	return found;
}

static const char *
path_of(int i)
{
	static char path[300];

	(void)snprintf(path, sizeof(path), "%s/end%d", story_scratch(), i);
	return path;
}

/* The names of rows are hashes: of the same length, and not of the key alone. */
static struct vault_key
name_of_row(struct tacit *t)
{
	struct vault_key name = { .len = 0 };

	assert_int_equal(vault_next(t->vault, VAULT_DATA, NULL, 0, &name,
	    NULL), 0);
	assert_int_equal(name.len, TACIT_HASH_LEN);
	return name;
}

static void
the_file_tells_neither_keys_nor_values(void **state)
{
	static const char key[] = "schedule of Anna", value[] = "every Monday";
	struct stage *s = stage_new(story_scratch(), 5);
	struct vault_key name;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(put_one(stage_end(s, i), key, value), 0);
		assert_int_equal(vault_settle(stage_end(s, i)->vault), 0);
		name = name_of_row(stage_end(s, i));
		assert_true(is_in_file(path_of(i), name.data, name.len));
		assert_false(is_in_file(path_of(i), key, strlen(key)));
		assert_false(is_in_file(path_of(i), value, strlen(value)));
	}
	/* Nothing is called alike in two vaults. */
	assert_memory_not_equal(name_of_row(stage_end(s, 0)).data,
	    name_of_row(stage_end(s, 1)).data, TACIT_HASH_LEN);
	stage_free(s);
}

/* What opening a copy of the vault of end 0 says, after ${sql} in it. */
static int
after_sql(struct stage *s, const char *sql)
{
	char command[700], path[320];
	struct vault *v = NULL;
	int rc;

	assert_int_equal(vault_settle(stage_end(s, 0)->vault), 0);
	stage_keep(s, 0, 0);
	(void)snprintf(path, sizeof(path), "%s.copy0", path_of(0));
	(void)snprintf(command, sizeof(command), "python3 -c \"import sqlite3;"
	    "c = sqlite3.connect('%s'); c.execute('%s'); c.commit();"
	    "c.execute('PRAGMA wal_checkpoint(TRUNCATE)')\"", path, sql);
	assert_int_equal(system(command), 0);
	rc = stage_vault(&v, path);
	vault_close(v);
	(void)snprintf(command, sizeof(command), "%s.lock", path);
	(void)unlink(command);
	return rc;
}

static void
no_row_is_removed_swapped_or_brought_back(void **state)
{
	static const char *const bad[] = {
		"DELETE FROM entry WHERE t = 13 AND k = (SELECT min(k) FROM "
		    "entry WHERE t = 13)",
		"UPDATE entry SET k = zeroblob(32) WHERE t = 13 AND k = "
		    "(SELECT min(k) FROM entry WHERE t = 13)",
		"UPDATE entry SET t = 8 WHERE t = 13",
		"UPDATE entry SET d = (SELECT max(d) FROM entry WHERE t = 13) "
		    "WHERE t = 13",
	};
	struct stage *s = stage_new(story_scratch(), 6);
	size_t k;

	(void)state;
	assert_int_equal(VAULT_DATA, DATA_TABLE);
	assert_int_equal(put_one(stage_end(s, 0), "a", "one"), 0);
	assert_int_equal(put_one(stage_end(s, 0), "b", "two"), 0);
	assert_int_equal(after_sql(s, "SELECT 1"), 0);
	for (k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
		if (after_sql(s, bad[k]) != TACIT_E_CORRUPT)
			fail_msg("row %zu", k);
	stage_free(s);
}

static void
rows_go_into_a_backup_and_come_back(void **state)
{
	struct stage *s = stage_new(story_scratch(), 7);
	uint8_t key[TACIT_ROW_KEY_SIZE];
	struct vault_key name;
	size_t len;

	(void)state;
	assert_int_equal(put_one(stage_end(s, 0), "a", "then"), 0);
	assert_int_equal(put_one(stage_end(s, 0), "\1", "also"), 0);
	name = name_of_row(stage_end(s, 0));
	stage_keep_backup(s, 0, 0);
	assert_int_equal(put_one(stage_end(s, 0), "a", "later"), 0);
	assert_int_equal(put_one(stage_end(s, 0), "b", "new"), 0);
	assert_int_equal(del_one(stage_end(s, 0), "\1"), 0);
	stage_put_back(s, 0, 0);
	holds(stage_end(s, 0), "a", "then");
	holds(stage_end(s, 0), "\1", "also");
	holds(stage_end(s, 0), "b", NULL);
	assert_memory_not_equal(name_of_row(stage_end(s, 0)).data, name.data,
	    name.len);
	assert_int_equal(tacit_data_next(stage_end(s, 0), NULL, 0, "\1", 1,
	    key, &len), 1);
	assert_true(len == 1 && key[0] == 'a');
	stage_free(s);
}

/* An older copy of the vault has the rows of then, whole. */
static void
a_vault_that_was_put_back_has_the_rows_of_then(void **state)
{
	struct stage *s = stage_new(story_scratch(), 8);
	uint8_t key[TACIT_ROW_KEY_SIZE];
	size_t len;

	(void)state;
	assert_int_equal(put_one(stage_end(s, 0), "a", "then"), 0);
	stage_keep(s, 0, 0);
	assert_int_equal(put_one(stage_end(s, 0), "a", "later"), 0);
	assert_int_equal(put_one(stage_end(s, 0), "b", "new"), 0);
	holds(stage_end(s, 0), "a", "later");
	stage_put_back(s, 0, 0);
	holds(stage_end(s, 0), "a", "then");
	holds(stage_end(s, 0), "b", NULL);
	assert_int_equal(tacit_data_next(stage_end(s, 0), NULL, 0, "a", 1,
	    key, &len), 0);
	stage_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_and_every_size_is_kept),
		cmocka_unit_test(
		    room_that_is_too_small_is_told_and_left_alone),
		cmocka_unit_test(arguments_that_cannot_be_are_refused),
		cmocka_unit_test(keys_come_in_their_order_whatever_was_done),
		cmocka_unit_test(the_file_tells_neither_keys_nor_values),
		cmocka_unit_test(no_row_is_removed_swapped_or_brought_back),
		cmocka_unit_test(rows_go_into_a_backup_and_come_back),
		cmocka_unit_test(
		    a_vault_that_was_put_back_has_the_rows_of_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
