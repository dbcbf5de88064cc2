/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a thief of the disk finds.  Promise S3: nothing of what was removed,
 * and no key that would open what is left of it.
 * Promise S2: no time in a mailbox, and no order of arrival, neither in row
 * ids nor in where a row stands in the file.
 */
#include <sys/wait.h>

#include <fcntl.h>
#include <math.h>
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
#include "thief.h"
#include "vfs_fault.h"

static const struct store_limits limits = { 512, 64, 496, 56 };

static void
post(struct store *s, uint64_t box, uint64_t n, uint64_t kind, uint64_t day)
{
	kit_ask(s, OP_POST, box, box, n, kind, n, day);
}

/* Pieces of a body as it came, from its start, its middle and its end. */
static unsigned
traces(const char *dir, uint64_t body, size_t len)
{
	const uint8_t *p = kit_body(body);

	return kit_grep(dir, p, 16) + kit_grep(dir, p + len / 2, 16) +
	    kit_grep(dir, p + len - 16, 16);
}

static unsigned
traces_of(const char *dir, uint64_t first, uint64_t last)
{
	unsigned n = 0;

	for (; first <= last; first++)
		n += traces(dir, first, first % 10 == 0 ?
		    TACIT_PARCEL_LEN : TACIT_LETTER_LEN);
	return n;
}

/*
 * Bodies 1 to 30 are acked, 31 to 40 closed away, 41 to 50 expired, 60 and 61
 * are invitations that end.  51 to 59 stay.  Every tenth is a parcel.
 */
static void
fill(struct store *s)
{
	uint64_t n;

	kit_ask(s, OP_ADMIT, 9, 99, 900, 0, 0, 0);
	for (n = 1; n <= 3; n++)
		kit_ask(s, OP_CREATE, n, n, 9, 0, 0, 0);
	for (n = 1; n <= 59; n++)
		post(s, n <= 30 ? 1 : n <= 40 ? 2 : 3, n,
		    n % 10 == 0 ? PARCEL : LETTER, n <= 50 ? 5 : 99);
	kit_ask(s, OP_PUT_INVITATION, 1, 1, 9, 21, 61, 900);
	kit_ask(s, OP_PUT_INVITATION, 2, 1, 9, 22, 62, 100);
}

static void
empty(struct store *s)
{
	kit_ask(s, OP_ACK, 1, 1, 15, 0, 0, 0);
	kit_ask(s, OP_ACK, 1, 16, 15, 0, 0, 0);
	kit_ask(s, OP_CLOSE, 2, 0, 0, 0, 0, 0);
	kit_ask(s, OP_REVOKE_INVITATION, 1, 1, 0, 0, 0, 0);
	kit_ask(s, OP_SWEEP, 24 * 6, 1000, 0, 0, 0, 0);
}

static void
assert_clean(const char *dir)
{
	assert_int_equal(thief_reads(dir, 1, 50), 0);
	assert_int_equal(traces_of(dir, 1, 62), 0);
	/* The search finds what is there. */
	assert_int_equal(thief_reads(dir, 51, 59), 9);
}

static void
what_was_removed_leaves_all_files(void **state)
{
	char dir[64];
	struct store *s;

	(void)state;
	kit_dir_make(dir);
	s = kit_open(dir, &limits);
	fill(s);
	assert_int_equal(s->ops->scrub(s), 0);
	assert_int_equal(thief_reads(dir, 1, 59), 59);
	assert_int_equal(traces_of(dir, 1, 59), 0);
	assert_true(traces_of(dir, 61, 62) > 0);
	empty(s);
	/* The scrub is what does it. */
	assert_true(thief_reads(dir, 1, 50) > 0);
	assert_true(traces_of(dir, 61, 62) > 0);
	assert_int_equal(s->ops->scrub(s), 0);
	assert_clean(dir);
	s->ops->close(s);
	assert_clean(dir);
	kit_dir_remove(dir);
}

static void
a_crash_before_the_scrub_is_made_good_at_open(void **state)
{
	char dir[64];
	struct store *s;
	pid_t pid;
	int status;

	(void)state;
	kit_dir_make(dir);
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		s = kit_open(dir, &limits);
		fill(s);
		empty(s);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(thief_reads(dir, 1, 50) > 0);
	s = kit_open(dir, &limits);
	assert_clean(dir);
	s->ops->close(s);
	kit_dir_remove(dir);
}

static unsigned long
all_calls(void)
{
	unsigned long n = 0;
	int kind;

	for (kind = 0; kind < VFS_CALLS; kind++)
		n += vfs_count((enum vfs_call)kind);
	return n;
}

static void
a_scrub_without_writes_costs_nothing(void **state)
{
	unsigned long before;
	struct store *s;
	char dir[64];

	(void)state;
	kit_dir_make(dir);
	s = kit_open(dir, &limits);
	fill(s);
	before = all_calls();
	assert_int_equal(s->ops->scrub(s), 0);
	assert_true(all_calls() > before);
	kit_ask(s, OP_FETCH, 1, 0, 9, 0, 0, 0);
	kit_ask(s, OP_COUNT, 0, 0, 0, 0, 0, 0);
	before = all_calls();
	assert_int_equal(s->ops->scrub(s), 0);
	assert_int_equal(all_calls(), before);
	s->ops->close(s);
	kit_dir_remove(dir);
}

/* Spearman's rank correlation of ${x} with 0, 1, 2 ...; no two are equal. */
static double
correlation(const int64_t *x, size_t n)
{
	double sum = 0, d, m = (double)n;
	size_t i, j, rank;

	for (i = 0; i < n; i++) {
		for (j = 0, rank = 0; j < n; j++)
			rank += x[j] < x[i];
		d = (double)rank - (double)i;
		sum += d * d;
	}
	return 1 - 6 * sum / (m * (m * m - 1));
}

/* Where in ${file} the bytes stand that make thing ${n}; -1: nowhere. */
static int64_t
offset(const uint8_t *file, size_t size, const void *what, size_t len)
{
	const uint8_t *p = memmem(file, size, what, len);

	return p == NULL ? -1 : p - file;
}

static uint8_t *
load(const char *path, size_t *size)
{
	uint8_t *data;
	off_t end;
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_true((end = lseek(fd, 0, SEEK_END)) > 0);
	*size = (size_t)end;
	assert_non_null(data = malloc(*size));
	assert_int_equal(pread(fd, data, *size, 0), (ssize_t)*size);
	(void)close(fd);
	return data;
}

enum { POSTS = 200, BOXES = 60 };

/* Not through the layer: it has no shared memory, which a reader wants. */
static sqlite3 *
open_plain(const char *path)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE,
	    "unix"), SQLITE_OK);
	return db;
}

/* Ids of the rows of mailboxes, in their order of arrival. */
static void
row_ids(const char *path, int64_t row[BOXES])
{
	sqlite3 *db;
	sqlite3_stmt *st;
	uint64_t i;

	db = open_plain(path);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT id FROM mailbox"
	    " WHERE address = ?1", -1, &st, NULL), SQLITE_OK);
	for (i = 0; i < BOXES; i++) {
		const uint64_t arg[KIT_ARGS] = { i };
		struct op op = kit_op(OP_CREATE, arg);

		(void)sqlite3_bind_blob(st, 1, op.u.create.address,
		    TACIT_ADDRESS_LEN, SQLITE_TRANSIENT);
		assert_int_equal(sqlite3_step(st), SQLITE_ROW);
		row[i] = sqlite3_column_int64(st, 0);
		(void)sqlite3_reset(st);
	}
	(void)sqlite3_finalize(st);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

enum { LETTERS = 256, ENTRY = 68, AT_NAME = 20 };

/*
 * Places of envelopes ${from} and those that came after it, in their order of
 * arrival: which of their block, and which block that is.
 */
static void
places(const char *path, uint64_t from, int64_t *place, size_t n)
{
	sqlite3 *db = open_plain(path);
	const uint8_t *p;
	sqlite3_stmt *st;
	uint32_t number, k;
	size_t i, found = 0;

	for (i = 0; i < n; i++)
		place[i] = -1;
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT id, envelopes"
	    " FROM block", -1, &st, NULL), SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW) {
		p = sqlite3_column_blob(st, 1);
		for (k = 0; k < LETTERS; k++) {
			if (sodium_is_zero(p + (size_t)k * ENTRY, ENTRY))
				continue;
			memcpy(&number, p + (size_t)k * ENTRY + AT_NAME, 4);
			if (number < from || number - from >= n)
				continue;
			place[number - from] = (sqlite3_column_int64(st, 0) -
			    1) * LETTERS + k;
			found++;
		}
	}
	(void)sqlite3_finalize(st);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(found, n);
}

/* Random order gives a deviation of 1/sqrt(n - 1); five of them. */
static void
assert_no_order(const char *what, const int64_t *x, size_t n)
{
	double r = correlation(x, n), most = 5 / sqrt((double)n - 1);

	printf("%s: rank correlation with arrival %.3f\n", what, r);
	if (fabs(r) > most)
		fail_msg("%s: %.3f is more than %.3f", what, r, most);
}

/* Where in the file the rows of mailboxes stand. */
static void
offsets(const char *path, int64_t box[BOXES])
{
	size_t size;
	uint8_t *file = load(path, &size);
	uint64_t i;

	for (i = 0; i < BOXES; i++) {
		const uint64_t arg[KIT_ARGS] = { i };
		struct op op = kit_op(OP_CREATE, arg);

		box[i] = offset(file, size, op.u.create.address,
		    TACIT_ADDRESS_LEN);
		assert_true(box[i] > 0);
	}
	free(file);
}

/* One transaction for each, as when little happens. */
static void
arrive(const char *dir)
{
	struct store *s = kit_open(dir, &limits);
	uint64_t i;

	kit_ask(s, OP_ADMIT, 9, 999, 900, 0, 0, 0);
	for (i = 0; i < BOXES; i++)
		kit_ask(s, OP_CREATE, i, i, 9, 0, 0, 0);
	for (i = 0; i < POSTS; i++)
		post(s, i % BOXES, i, LETTER, 99);
	s->ops->close(s);
}

static void
nothing_tells_the_order_of_arrival(void **state)
{
	int64_t place[POSTS], box[BOXES], row[BOXES];
	char dir[64], path[128];

	(void)state;
	kit_dir_make(dir);
	(void)snprintf(path, sizeof(path), "%s/relay.db", dir);
	arrive(dir);
	places(path, 0, place, POSTS);
	assert_no_order("places of envelopes and bodies", place, POSTS);
	offsets(path, box);
	assert_no_order("place of mailboxes", box, BOXES);
	row_ids(path, row);
	assert_no_order("ids of mailboxes", row, BOXES);
	kit_dir_remove(dir);
}

/*
 * A place is taken again: neither the order in which places became free nor
 * that of the letters that take them now can be seen.
 */
static void
nothing_tells_it_where_places_are_taken_again(void **state)
{
	int64_t before[POSTS], after[POSTS], left[POSTS];
	char dir[64], path[128];
	struct store *s;
	uint64_t i;

	(void)state;
	kit_dir_make(dir);
	(void)snprintf(path, sizeof(path), "%s/relay.db", dir);
	arrive(dir);
	places(path, 0, before, POSTS);
	s = kit_open(dir, &limits);
	for (i = 0; i < POSTS; i++)
		kit_ask(s, OP_ACK, i % BOXES, i, 1, 0, 0, 0);
	for (i = 0; i < POSTS; i++)
		post(s, i % BOXES, POSTS + i, LETTER, 99);
	s->ops->close(s);
	places(path, POSTS, after, POSTS);
	assert_no_order("places taken again", after, POSTS);
	/* By when the place became free, or that it always was. */
	for (i = 0; i < POSTS; i++) {
		size_t k = 0;

		while (k < POSTS && before[k] != after[i])
			k++;
		left[i] = (int64_t)(k < POSTS ? k : POSTS + i);
	}
	assert_no_order("and when they became free", left, POSTS);
	kit_dir_remove(dir);
}

/*
 * The control: rows inserted as they come, under ids from the same kind of
 * shuffled block.  The ids tell nothing, the places everything.
 */
static void
inserted_rows_would_tell(void **state)
{
	int64_t id[256], row[POSTS], place[POSTS];
	char dir[64], path[128];
	sqlite3 *db;
	sqlite3_stmt *st;
	uint8_t *file;
	size_t i, k, size;

	(void)state;
	kit_dir_make(dir);
	(void)snprintf(path, sizeof(path), "%s/control.db", dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA page_size = 16384;"
	    "CREATE TABLE t (id INTEGER PRIMARY KEY, e BLOB)", NULL, NULL,
	    NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
	    "INSERT INTO t VALUES (?1, ?2)", -1, &st, NULL), SQLITE_OK);
	for (i = 0; i < 256; i++)
		id[i] = (int64_t)i + 1;
	for (i = 256; i > 1; i--) {
		k = randombytes_uniform((uint32_t)i);
		row[0] = id[i - 1];
		id[i - 1] = id[k];
		id[k] = row[0];
	}
	for (i = 0; i < POSTS; i++) {
		row[i] = id[i];
		(void)sqlite3_bind_int64(st, 1, id[i]);
		(void)sqlite3_bind_blob(st, 2, kit_body(i), 16, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(st), SQLITE_DONE);
		(void)sqlite3_reset(st);
	}
	(void)sqlite3_finalize(st);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	file = load(path, &size);
	for (i = 0; i < POSTS; i++)
		place[i] = offset(file, size, kit_body(i), 16);
	assert_no_order("control, ids", row, POSTS);
	assert_true(correlation(place, POSTS) < -0.99);
	for (i = 0; i < POSTS; i++)
		row[i] = (int64_t)i;
	assert_true(correlation(row, POSTS) > 0.99);
	free(file);
	kit_dir_remove(dir);
}

/* PROTOCOL.md, section 13, column by column. */
static void
only_these_columns_exist(void **state)
{
	static const char want[] =
	    "admission(hash,units,expiry_day) block(id,kind,envelopes) "
	    "invitation(address,key,state,reader,request_hash,expiry_hour,"
	    "blob) mailbox(id,address,token_hash,token_old,anchor) "
	    "recall(name,outcome,body_hash,number,previous,signature,"
	    "expiry_day) relay(hour,wall_day) statement(number,hash) ";
	static const char sql[] =
	    "SELECT group_concat(line, '') FROM (SELECT m.name || '(' ||"
	    " (SELECT group_concat(name) FROM pragma_table_info(m.name)) ||"
	    " ') ' AS line FROM sqlite_master AS m WHERE type = 'table'"
	    " ORDER BY m.name)";
	char dir[64], path[128];
	sqlite3 *db;
	sqlite3_stmt *st;

	(void)state;
	kit_dir_make(dir);
	(void)snprintf(path, sizeof(path), "%s/relay.db", dir);
	arrive(dir);
	db = open_plain(path);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(st, 0), want);
	(void)sqlite3_finalize(st);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM"
	    " sqlite_master WHERE type <> 'table' AND sql IS NOT NULL", -1,
	    &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(st, 0), 0);
	(void)sqlite3_finalize(st);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	kit_dir_remove(dir);
}

/*
 * Rows are overwritten in place only while each column keeps its width: a
 * narrower one would be stored anew, where there is room at that moment.
 */
static void
every_column_of_a_slot_has_one_width(void **state)
{
	static const char sql[] = "SELECT (SELECT count(*) FROM mailbox"
	    " WHERE id < 1 << 62 OR length(address) + length(token_hash) +"
	    " length(token_old) + length(anchor) <> 144) +"
	    " (SELECT count(*) FROM block WHERE length(envelopes) <>"
	    " CASE kind WHEN 1 THEN 256 * 68 ELSE 32 * 68 END),"
	    " (SELECT count(*) FROM mailbox), (SELECT count(*) FROM block)";
	char dir[64], path[128];
	sqlite3 *db;
	sqlite3_stmt *st;

	(void)state;
	kit_dir_make(dir);
	(void)snprintf(path, sizeof(path), "%s/relay.db", dir);
	arrive(dir);
	db = open_plain(path);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(st, 0), 0);
	assert_int_equal(sqlite3_column_int(st, 1), 64);
	assert_int_equal(sqlite3_column_int(st, 2), 1);
	(void)sqlite3_finalize(st);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	kit_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_removed_leaves_all_files),
		cmocka_unit_test(
		    a_crash_before_the_scrub_is_made_good_at_open),
		cmocka_unit_test(a_scrub_without_writes_costs_nothing),
		cmocka_unit_test(nothing_tells_the_order_of_arrival),
		cmocka_unit_test(
		    nothing_tells_it_where_places_are_taken_again),
		cmocka_unit_test(inserted_rows_would_tell),
		cmocka_unit_test(only_these_columns_exist),
		cmocka_unit_test(every_column_of_a_slot_has_one_width),
	};

	if (sodium_init() < 0)
		return 99;
	vfs_fault_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
