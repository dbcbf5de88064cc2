/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A relay with many letters starts without reading them all.  What is damaged
 * is refused all the same: at the start where order and names are, or was not
 * stopped in order; else when the letter is read, and at the next start.
 */
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "store_kit.h"

enum { LETTERS = 30208, BATCH = 256, ODD = 15000, PAGE = 16384 };

static const struct store_limits limits = { LETTERS, 4, LETTERS, 4 };

static void
ask(struct store *s, enum op_kind kind, uint64_t a0, uint64_t a1, uint64_t a2)
{
	const uint64_t arg[KIT_ARGS] = { a0, a1, a2 };
	struct op op = kit_op(kind, arg);

	kit_run(s, &op);
	assert_int_equal(op.rc, 0);
}

/* Letters 1 to LETTERS, in their order; ODD alone has another body. */
static void
fill(const char *dir)
{
	static struct op op[BATCH];
	struct store *s = kit_open(dir, &limits);
	uint64_t n, i;

	ask(s, OP_ADMIT, 9, 99, 900);
	ask(s, OP_CREATE, 1, 1, 9);
	for (n = 1; n <= LETTERS; n += BATCH) {
		for (i = 0; i < BATCH; i++) {
			const uint64_t arg[KIT_ARGS] = { 1, 1, n + i, LETTER,
			    n + i == ODD ? 2 : 1, 99 };

			op[i] = kit_op(OP_POST, arg);
			op[i].next = i + 1 < BATCH ? &op[i + 1] : NULL;
		}
		assert_int_equal(store_apply(s, op), 0);
	}
	s->ops->close(s);
}

/* Where the page begins in which these bytes stand. */
static off_t
page_of(const char *path, const void *what, size_t len)
{
	uint8_t page[PAGE];
	off_t at = 0;
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	while (pread(fd, page, PAGE, at) == PAGE &&
	    memmem(page, PAGE, what, len) == NULL)
		at += PAGE;
	(void)close(fd);
	assert_true(at > 0);
	return at;
}

enum where { NOWHERE, BODY, ENVELOPE, END };

static void
damage(const char *path, enum where where)
{
	static const uint8_t bad[8] = { 255, 255, 255, 255, 255, 255, 255, 255 };
	const uint64_t arg[KIT_ARGS] = { 1, 1, ODD, LETTER, 2, 99 };
	struct op op = kit_op(OP_POST, arg);
	struct stat st;
	off_t at;
	int fd;

	assert_int_equal(stat(path, &st), 0);
	if (where == END)
		assert_int_equal(truncate(path, st.st_size - PAGE), 0);
	if (where != BODY && where != ENVELOPE)
		return;
	at = where == BODY ? page_of(path, kit_body(2), 64) :
	    page_of(path, op.u.post.envelope, TACIT_ENVELOPE_ID_LEN);
	assert_true((fd = open(path, O_WRONLY)) >= 0);
	assert_int_equal(pwrite(fd, bad, sizeof(bad), at), sizeof(bad));
	assert_int_equal(close(fd), 0);
}

static int
fetch(struct store *s, uint64_t number)
{
	const uint64_t arg[KIT_ARGS] = { 1, number - 1, 1 };
	struct op op = kit_op(OP_FETCH, arg);
	int rc = store_apply(s, &op);

	if (rc == 0)
		assert_int_equal(op.u.fetch.first->counter, number);
	op_release(&op);
	return rc;
}

/* What an end that was none leaves behind. */
static void
leave_wal(const char *path)
{
	char wal[160];
	int fd;

	(void)snprintf(wal, sizeof(wal), "%s-wal", path);
	fd = open(wal, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
}

static void
a_large_file_starts_unread_and_damage_is_found(void **state)
{
	static const struct {
		const char *name;
		enum where where;
		int killed, want, read;	/* at the start; of ODD */
	} row[] = {
		{ "sound", NOWHERE, 0, 0, 0 },
		{ "sound, killed", NOWHERE, 1, 0, 0 },
		{ "a body", BODY, 0, 0, TACIT_E_IO },
		{ "a body, killed", BODY, 1, TACIT_E_CORRUPT, 0 },
		{ "an envelope", ENVELOPE, 0, TACIT_E_CORRUPT, 0 },
		{ "the end is missing", END, 0, TACIT_E_CORRUPT, 0 },
	};
	struct store_clock clock;
	char dir[64], path[128];
	struct store *s;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		kit_dir_make(dir);
		(void)snprintf(path, sizeof(path), "%s/relay.db", dir);
		fill(dir);
		damage(path, row[i].where);
		if (row[i].killed)
			leave_wal(path);
		rc = store_sqlite_open(&s, &clock, dir, &limits);
		if (rc != row[i].want)
			fail_msg("%s: %d", row[i].name, rc);
		if (rc == 0) {
			assert_int_equal(fetch(s, 1), 0);
			assert_int_equal(fetch(s, ODD), row[i].read);
			s->ops->close(s);
		}
		rc = store_sqlite_open(&s, &clock, dir, &limits);
		if (rc != (row[i].where == NOWHERE ? 0 : TACIT_E_CORRUPT))
			fail_msg("%s, the next start: %d", row[i].name, rc);
		if (rc == 0)
			s->ops->close(s);
		kit_dir_remove(dir);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_large_file_starts_unread_and_damage_is_found),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
