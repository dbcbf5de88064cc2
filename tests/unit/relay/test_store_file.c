/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files the store opens.  What is not its own, or damaged, is refused
 * and left byte for byte as it was.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>
#include <sqlite3.h>

#include "store_kit.h"

/* Of the database. */
enum { PAGE = 16384 };

static const struct store_limits limits = { 512, 64, 496, 56 };

static void
put_bytes(const char *dir, const char *name, const void *bytes, size_t len)
{
	char path[PATH_MAX];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	(void)close(fd);
}

/* A good store with something in it, closed. */
static void
make_good(const char *dir)
{
	static const uint64_t code[KIT_ARGS] = { 9, 500, 99 };
	struct store *s = kit_open(dir, &limits);
	struct op op = kit_op(OP_ADMIT, code);
	uint64_t i;

	kit_run(s, &op);
	for (i = 0; i < 40; i++) {
		const uint64_t box[KIT_ARGS] = { i, i, 9 };
		const uint64_t letter[KIT_ARGS] = { i, i, i, LETTER, i, 99 };

		op = kit_op(OP_CREATE, box);
		kit_run(s, &op);
		op = kit_op(OP_POST, letter);
		kit_run(s, &op);
		assert_int_equal(op.rc, 0);
	}
	s->ops->close(s);
}

static void
change(const char *dir, const char *name, off_t at, const void *bytes,
    size_t len)
{
	char path[PATH_MAX];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, len, at), (ssize_t)len);
	(void)close(fd);
}

static void
execute(const char *dir, const char *sql)
{
	char path[PATH_MAX];
	sqlite3 *db;

	(void)snprintf(path, sizeof(path), "%s/relay.db", dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	(void)chmod(path, 0600);
}

static void
an_empty_file(const char *dir)
{
	put_bytes(dir, "relay.db", "", 0);
}

static void
a_text(const char *dir)
{
	static const char text[200] = "SQLite format 3, or so it says";

	put_bytes(dir, "relay.db", text, sizeof(text));
}

static void
a_short_header(const char *dir)
{
	put_bytes(dir, "relay.db", "SQLite format 3", 16);
}

static void
another_application(const char *dir)
{
	execute(dir, "CREATE TABLE t (x); PRAGMA application_id = 7;"
	    "PRAGMA user_version = 5");
}

static void
no_application(const char *dir)
{
	execute(dir, "CREATE TABLE t (x)");
}

static void
other_tables(const char *dir)
{
	execute(dir, "CREATE TABLE t (x); PRAGMA user_version = 5;"
	    "PRAGMA application_id = 0x54414352");
}

static void
a_damaged_page(const char *dir)
{
	make_good(dir);
	change(dir, "relay.db", 5 * PAGE, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
}

static void
a_damaged_schema(const char *dir)
{
	make_good(dir);
	change(dir, "relay.db", 100, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
}

static void
a_cut_file(const char *dir)
{
	char path[PATH_MAX];

	make_good(dir);
	(void)snprintf(path, sizeof(path), "%s/relay.db", dir);
	assert_int_equal(truncate(path, 6 * PAGE), 0);
}

/* Where the page begins that has the rows of all blocks, or their heads. */
static off_t
page_of_blocks(const char *dir)
{
	char path[PATH_MAX];
	sqlite3_stmt *st;
	sqlite3 *db;
	int page;

	(void)snprintf(path, sizeof(path), "%s/relay.db", dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT rootpage FROM"
	    " sqlite_master WHERE name = 'block'", -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	page = sqlite3_column_int(st, 0);
	(void)sqlite3_finalize(st);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	(void)chmod(path, 0600);
	return (off_t)(page - 1) * PAGE;
}

static void
a_damaged_block(const char *dir)
{
	make_good(dir);
	change(dir, "relay.db", page_of_blocks(dir),
	    "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
}

static void
the_bodies_missing(const char *dir)
{
	char path[PATH_MAX];

	make_good(dir);
	(void)snprintf(path, sizeof(path), "%s/relay.bodies", dir);
	assert_int_equal(unlink(path), 0);
}

static void
the_bodies_cut(const char *dir)
{
	char path[PATH_MAX];

	make_good(dir);
	(void)snprintf(path, sizeof(path), "%s/relay.bodies", dir);
	assert_int_equal(truncate(path, 256 * TACIT_LETTER_LEN - 1), 0);
}

static void
the_bodies_readable_by_others(const char *dir)
{
	char path[PATH_MAX];

	make_good(dir);
	(void)snprintf(path, sizeof(path), "%s/relay.bodies", dir);
	assert_int_equal(chmod(path, 0640), 0);
}

static void
the_bodies_a_symbolic_link(const char *dir)
{
	char from[PATH_MAX], to[PATH_MAX];

	make_good(dir);
	(void)snprintf(from, sizeof(from), "%s/relay.bodies", dir);
	(void)snprintf(to, sizeof(to), "%s/elsewhere", dir);
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(symlink("elsewhere", from), 0);
}

static void
the_bodies_alone(const char *dir)
{
	char path[PATH_MAX];

	make_good(dir);
	(void)snprintf(path, sizeof(path), "%s/relay.db", dir);
	assert_int_equal(unlink(path), 0);
}

static void
a_wal_alone(const char *dir)
{
	put_bytes(dir, "relay.db-wal", "some frames", 11);
}

static void
a_journal_alone(const char *dir)
{
	put_bytes(dir, "relay.db-journal", "some pages", 10);
}

static void
readable_by_others(const char *dir)
{
	char path[PATH_MAX];

	make_good(dir);
	(void)snprintf(path, sizeof(path), "%s/relay.db", dir);
	assert_int_equal(chmod(path, 0640), 0);
}

static void
a_symbolic_link(const char *dir)
{
	char from[PATH_MAX], to[PATH_MAX];

	make_good(dir);
	(void)snprintf(from, sizeof(from), "%s/relay.db", dir);
	(void)snprintf(to, sizeof(to), "%s/elsewhere.db", dir);
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(symlink("elsewhere.db", from), 0);
}

static const struct {
	const char *name;
	void (*make)(const char *dir);
} refused[] = {
#define ROW(f)	{ #f, f }
	ROW(an_empty_file), ROW(a_text), ROW(a_short_header),
	ROW(another_application), ROW(no_application), ROW(other_tables),
	ROW(a_damaged_page), ROW(a_damaged_schema), ROW(a_damaged_block),
	ROW(a_cut_file), ROW(the_bodies_missing), ROW(the_bodies_cut),
	ROW(the_bodies_readable_by_others), ROW(the_bodies_a_symbolic_link),
	ROW(the_bodies_alone), ROW(a_wal_alone), ROW(a_journal_alone),
	ROW(readable_by_others), ROW(a_symbolic_link),
#undef ROW
};

/* Of a good store. */
static const struct {
	const char *name, *sql;
} spoilt[] = {
	{ "a newer version", "PRAGMA user_version = 6" },
	{ "an older version", "PRAGMA user_version = 4" },
	{ "an envelope of no mailbox", "DELETE FROM mailbox"
	    " WHERE address <> zeroblob(32)" },
	{ "a kind there is not", "UPDATE block SET kind = 3" },
	{ "another kind", "UPDATE block SET kind = 2" },
	{ "a block that is not the next", "UPDATE block SET id = 2" },
	{ "a block that is cut", "UPDATE block SET envelopes ="
	    " substr(envelopes, 1, length(envelopes) - 1)" },
	{ "a block of nothing", "UPDATE block SET envelopes = ''" },
	{ "a free place with a rest", "UPDATE block SET envelopes ="
	    " CAST(zeroblob(17407) || x'01' AS BLOB)" },
	{ "no clock", "DELETE FROM relay" },
	{ "a trigger", "CREATE TRIGGER t AFTER INSERT ON mailbox"
	    " BEGIN SELECT 1; END" },
	{ "a view", "CREATE VIEW v AS SELECT 1" },
	{ "a table more", "CREATE TABLE t (x)" },
};

/* A hash over the bytes of the file that the store would use; 0: none. */
static void
digest(const char *dir, uint8_t out[32])
{
	static const char *const name[] = {
		"relay.db", "relay.db-wal", "relay.db-journal",
		"relay.bodies",
	};
	crypto_generichash_state st;
	uint8_t block[4096];
	char path[PATH_MAX];
	ssize_t n;
	size_t i;
	int fd;

	(void)crypto_generichash_init(&st, NULL, 0, 32);
	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, name[i]);
		if ((fd = open(path, O_RDONLY)) < 0)
			continue;
		while ((n = read(fd, block, sizeof(block))) > 0)
			(void)crypto_generichash_update(&st, block, (size_t)n);
		(void)close(fd);
	}
	(void)crypto_generichash_final(&st, out, 32);
}

/* What ${dir} has is refused and left as it is. */
static void
assert_refused(const char *dir, const char *name)
{
	struct store_clock clock;
	uint8_t before[32], after[32];
	struct store *s;
	int rc;

	digest(dir, before);
	rc = store_sqlite_open(&s, &clock, dir, &limits);
	digest(dir, after);
	if (rc != TACIT_E_CORRUPT || s != NULL)
		fail_msg("%s: %d", name, rc);
	if (memcmp(before, after, sizeof(before)) != 0)
		fail_msg("%s: changed", name);
}

static void
what_is_not_ours_is_refused_and_untouched(void **state)
{
	char dir[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		kit_dir_make(dir);
		refused[i].make(dir);
		assert_refused(dir, refused[i].name);
		kit_dir_remove(dir);
	}
	for (i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		kit_dir_make(dir);
		make_good(dir);
		execute(dir, spoilt[i].sql);
		assert_refused(dir, spoilt[i].name);
		kit_dir_remove(dir);
	}
}

/* After an end in order less is checked before the blocks are loaded. */
static void
damage_is_found_after_any_end(void **state)
{
	static void (*const make[])(const char *dir) = {
		make_good, a_damaged_page, a_damaged_block, a_cut_file,
	};
	struct store_clock clock;
	struct store *s;
	char dir[64];
	size_t i;
	int killed, rc;

	(void)state;
	for (i = 0; i < sizeof(make) / sizeof(make[0]); i++)
		for (killed = 0; killed < 2; killed++) {
			kit_dir_make(dir);
			make[i](dir);
			if (killed)	/* a WAL is left then */
				put_bytes(dir, "relay.db-wal", "", 0);
			rc = store_sqlite_open(&s, &clock, dir, &limits);
			if (rc != (i == 0 ? 0 : TACIT_E_CORRUPT))
				fail_msg("%zu, killed %d: %d", i, killed, rc);
			if (rc == 0)
				s->ops->close(s);
			kit_dir_remove(dir);
		}
}

/* Its recipient finds out and has it sent again; nobody else is kept. */
static void
a_damaged_body_is_delivered_as_it_is(void **state)
{
	static const uint64_t fetch[KIT_ARGS] = { 7, 0, 9 };
	static const uint8_t noise[256 * TACIT_LETTER_LEN];
	struct op op = kit_op(OP_FETCH, fetch);
	char dir[64], text[KIT_TEXT];
	struct store *s;

	(void)state;
	kit_dir_make(dir);
	make_good(dir);
	s = kit_open(dir, &limits);
	kit_run(s, &op);
	kit_text(text, &op);
	assert_string_equal(text, "7L");
	op_release(&op);
	s->ops->close(s);
	change(dir, "relay.bodies", 0, noise, sizeof(noise));
	s = kit_open(dir, &limits);
	op = kit_op(OP_FETCH, fetch);
	kit_run(s, &op);
	kit_text(text, &op);
	assert_string_equal(text, "7L!");
	op_release(&op);
	s->ops->close(s);
	kit_dir_remove(dir);
}

static void
a_missing_directory_is_an_error(void **state)
{
	struct store_clock clock;
	struct store *s;

	(void)state;
	assert_int_equal(store_sqlite_open(&s, &clock, "no/such/directory",
	    &limits), TACIT_E_IO);
	assert_null(s);
}

static void
two_stores_on_one_file_are_refused(void **state)
{
	struct store_clock clock;
	struct store *one, *two;
	char dir[64];

	(void)state;
	kit_dir_make(dir);
	one = kit_open(dir, &limits);
	assert_int_equal(store_sqlite_open(&two, &clock, dir, &limits),
	    TACIT_E_UNAVAILABLE);
	assert_null(two);
	one->ops->close(one);
	kit_dir_remove(dir);
}

static void
only_the_owner_can_read_the_files(void **state)
{
	static const char *const name[] = {
		"relay.db", "relay.db-wal", "relay.bodies",
	};
	struct store *s;
	struct stat st;
	char dir[64], path[PATH_MAX];
	mode_t mask = umask(0);
	size_t i;

	(void)state;
	kit_dir_make(dir);
	s = kit_open(dir, &limits);
	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, name[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	(void)snprintf(path, sizeof(path), "%s/relay.db-shm", dir);
	assert_int_equal(stat(path, &st), -1);
	s->ops->close(s);
	kit_dir_remove(dir);
	(void)umask(mask);
}

/* A half-made file of a crash is not in the way, and is not kept. */
static void
a_crash_while_creating_is_repaired(void **state)
{
	struct stat st;
	struct store *s;
	char dir[64], path[PATH_MAX];

	(void)state;
	kit_dir_make(dir);
	put_bytes(dir, "relay.db.new", "half a header", 13);
	put_bytes(dir, "relay.db.new-journal", "half a page", 11);
	put_bytes(dir, "relay.db.new-wal", "half a frame", 12);
	s = kit_open(dir, &limits);
	s->ops->close(s);
	(void)snprintf(path, sizeof(path), "%s/relay.db.new", dir);
	assert_int_equal(stat(path, &st), -1);
	make_good(dir);
	kit_dir_remove(dir);
}

static void
the_clock_is_kept_and_never_goes_back(void **state)
{
	static const uint64_t hours[][KIT_ARGS] = {
		{ 1000, 9 }, { 999, 9 }, { 0, 9 },
	};
	struct store_clock clock;
	struct store *s;
	struct op op;
	char dir[64];
	size_t i;

	(void)state;
	kit_dir_make(dir);
	assert_int_equal(store_sqlite_open(&s, &clock, dir, &limits), 0);
	assert_int_equal(clock.hour, 0);
	assert_int_equal(clock.wall_day, 0);
	for (i = 0; i < sizeof(hours) / sizeof(hours[0]); i++) {
		op = kit_op(OP_SWEEP, hours[i]);
		op.u.sweep.wall_day = 20000 + (uint32_t)i;
		kit_run(s, &op);
		s->ops->close(s);
		assert_int_equal(store_sqlite_open(&s, &clock, dir, &limits),
		    0);
		assert_int_equal(clock.hour, 1000);
		assert_int_equal(clock.wall_day, 20000 + i);
	}
	s->ops->close(s);
	kit_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_ours_is_refused_and_untouched),
		cmocka_unit_test(damage_is_found_after_any_end),
		cmocka_unit_test(a_damaged_body_is_delivered_as_it_is),
		cmocka_unit_test(a_missing_directory_is_an_error),
		cmocka_unit_test(two_stores_on_one_file_are_refused),
		cmocka_unit_test(only_the_owner_can_read_the_files),
		cmocka_unit_test(a_crash_while_creating_is_repaired),
		cmocka_unit_test(the_clock_is_kept_and_never_goes_back),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
