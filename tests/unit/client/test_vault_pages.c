/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vault whose file leads astray while it is used: rows of the state are
 * those that were written last, or it is said that they are damaged, whatever
 * a look-up comes upon and wherever a page points.  Opening it walks none of
 * the history, so these are not refused at the start.
 */
#include <sqlite3.h>

#include "vault_fixture.h"
#include "vault_priv.h"

enum { KEYS = 8, TABLES = 4, VALUE = 2000 };

/* The last is not in the sum: its rows may be missing, or older. */
static const enum vault_table tables[TABLES] = {
	VAULT_CONTACT, VAULT_RATCHET, VAULT_OUTBOX, VAULT_HISTORY
};

static const uint8_t host_key[TACIT_KEY_LEN] = { 7 };
static const struct vault_secret by = { host_key, sizeof(host_key), 1 };

/* ---- what the rows should be --------------------------------------------- */

/* Of each row how often it was written; 0: there is none. */
struct rows {
	unsigned n[TABLES][KEYS];
	unsigned written;
};

static size_t
make_value(char out[VALUE], int t, int k, unsigned n)
{
	size_t len = 40 + (n * 397 + (unsigned)k * 211) % (VALUE - 40);

	memset(out, 'a' + (int)(n % 26), len);
	(void)snprintf(out, 40, "%d %d %010u", t, k, n);
	return len;
}

static int
is_value(const struct vault_value *got, int t, int k, unsigned n)
{
	char want[VALUE];
	size_t len = make_value(want, t, k, n);

	return got->len == len && memcmp(got->data, want, len) == 0;
}

/* A row of the history is one that was once written there. */
static int
is_some_value(const struct vault_value *got, int t, int k, unsigned upto)
{
	unsigned n;

	for (n = 1; n <= upto; n++)
		if (is_value(got, t, k, n))
			return 1;
	return 0;
}

static void
put(struct vault *v, struct rows *r, int t, int k, int *rc)
{
	char value[VALUE], key = (char)('a' + k);
	size_t len = make_value(value, t, k, ++r->written);

	r->n[t][k] = r->written;
	if (*rc == 0)
		*rc = vault_put(v, tables[t], &key, 1, value, len);
}

static void
del(struct vault *v, struct rows *r, int t, int k, int *rc)
{
	char key = (char)('a' + k);

	r->n[t][k] = 0;
	if (*rc == 0)
		*rc = vault_del(v, tables[t], &key, 1);
}

/* A transaction of some rows; how they should be if it was committed. */
static int
change(struct vault *v, struct rows *r, uint64_t *seed)
{
	struct rows next = *r;
	int i, t, k, rc;

	if ((rc = vault_begin(v)) != 0)
		return rc;
	for (i = 0; i < 4; i++) {
		t = (int)fixture_below(seed, TABLES);
		k = (int)fixture_below(seed, KEYS);
		if (fixture_below(seed, 3) == 0)
			del(v, &next, t, k, &rc);
		else
			put(v, &next, t, k, &rc);
	}
	if ((rc = vault_commit(v)) == 0)
		*r = next;
	else
		r->written = next.written;
	return rc;
}

/* ---- that they are -------------------------------------------------------- */

static int
is_noticed(int rc)
{
	return rc == TACIT_E_CORRUPT || rc == TACIT_E_IO;
}

/* Rows that say that they are damaged; any other is as it should be. */
static int
check_row(struct vault *v, const struct rows *r, int t, int k)
{
	struct vault_value got;
	char key = (char)('a' + k);
	int rc = vault_get(v, tables[t], &key, 1, &got);

	if (rc != 0) {
		assert_true(is_noticed(rc));
		return 1;
	}
	if (tables[t] == VAULT_HISTORY)
		assert_true(got.data == NULL ||
		    is_some_value(&got, t, k, r->written));
	else if (r->n[t][k] == 0)
		assert_null(got.data);
	else
		assert_true(got.data != NULL &&
		    is_value(&got, t, k, r->n[t][k]));
	vault_value_free(&got);
	return 0;
}

/* The same by steps, which end. */
static int
check_steps(struct vault *v, const struct rows *r, int t)
{
	struct vault_key key = { .len = 0 };
	struct vault_value got;
	int k = 0, rc;

	for (;;) {
		if ((rc = vault_next(v, tables[t], NULL, 0, &key, &got)) != 0) {
			assert_true(is_noticed(rc));
			return 1;
		}
		if (tables[t] != VAULT_HISTORY)
			while (k < KEYS && r->n[t][k] == 0)
				k++;
		if (key.len == 0)
			break;
		if (tables[t] != VAULT_HISTORY)
			assert_int_equal(key.data[0], 'a' + k);
		k = key.data[0] - 'a' + 1;
		vault_value_free(&got);
	}
	assert_true(tables[t] == VAULT_HISTORY || k == KEYS);
	return 0;
}

static int
check(struct vault *v, const struct rows *r)
{
	int t, k, noticed = 0;

	for (t = 0; t < TABLES; t++) {
		for (k = 0; k < KEYS; k++)
			noticed += check_row(v, r, t, k);
		noticed += check_steps(v, r, t);
	}
	return noticed;
}

/* ---- beneath an open vault ------------------------------------------------ */

static struct vault *
make(const char *path)
{
	struct vault *v = NULL;

	assert_int_equal(vault_make_by(path, &by, &fixture_cost,
	    VAULT_LIVED_IN, NULL, NULL), 0);
	assert_int_equal(vault_open_by(&v, path, &by, 0), 0);
	return v;
}

static void
set(struct vault *v, struct rows *r, int t, int k)
{
	int rc = vault_begin(v);

	put(v, r, t, k, &rc);
	assert_int_equal(rc, 0);
	assert_int_equal(vault_commit(v), 0);
}

/* The row as it lies in the file, to be freed. */
static struct vault_db_row
lift(struct vault *v, int t, int k)
{
	uint8_t key = (uint8_t)('a' + k), *data;
	struct vault_db_row row;

	assert_int_equal(vault_db_get(v->db, tables[t], &key, 1, &row), 0);
	assert_non_null(row.data);
	assert_non_null(data = malloc(row.len));
	memcpy(data, row.data, row.len);
	row.data = data;
	row.key = NULL;
	vault_db_done(v->db);
	return row;
}

static void
lay(struct vault *v, struct vault_db_row row, int t, int k)
{
	uint8_t key = (uint8_t)('a' + k);

	row.table = tables[t];
	row.key = &key;
	row.key_len = 1;
	assert_int_equal(vault_db_put(v->db, &row), 0);
}

enum beneath { OLDER, REMOVED, BACK, OTHER_KEY, OTHER_TABLE, FROM_HISTORY,
    NEW_KEY, BENEATHS };

static void
lie(struct vault *v, enum beneath how, struct vault_db_row older,
    struct vault_db_row gone, struct vault_db_row past)
{
	uint8_t key = 'a';
	struct vault_db_row other = lift(v, 0, 1);

	if (how == OLDER)
		lay(v, older, 0, 0);
	else if (how == REMOVED)
		assert_int_equal(vault_db_del(v->db, tables[0], &key, 1), 0);
	else if (how == BACK)
		lay(v, gone, 0, 2);
	else if (how == OTHER_KEY)
		lay(v, other, 0, 0);
	else if (how == OTHER_TABLE)
		lay(v, other, 1, 1);
	else if (how == FROM_HISTORY)
		lay(v, past, 0, 0);
	else
		lay(v, other, 0, KEYS - 1);
	free((void *)(uintptr_t)other.data);
}

static void
what_lies_beneath_is_not_believed(void **state)
{
	/* The other two are of no name that the vault has. */
	static const int noticed[BENEATHS] = {
		[OLDER] = 2, [REMOVED] = 2, [OTHER_KEY] = 2,
		[OTHER_TABLE] = 2, [FROM_HISTORY] = 2
	};
	struct vault_db_row older, gone, past;
	struct fixture *f = *state;
	struct rows r = { .written = 0 };
	struct vault *v;
	int how, rc;

	for (how = 0; how < BENEATHS; how++) {
		memset(&r, 0, sizeof(r));
		v = make(f->path);
		set(v, &r, 0, 0);
		set(v, &r, 0, 1);
		set(v, &r, 0, 2);
		set(v, &r, 1, 1);
		set(v, &r, 3, 0);
		older = lift(v, 0, 0);
		gone = lift(v, 0, 2);
		past = lift(v, 3, 0);
		set(v, &r, 0, 0);
		assert_int_equal(vault_begin(v), 0);
		rc = 0;
		del(v, &r, 0, 2, &rc);
		assert_int_equal(vault_commit(v), 0);
		assert_int_equal(check(v, &r), 0);
		lie(v, (enum beneath)how, older, gone, past);
		assert_int_equal(check(v, &r), noticed[how]);
		/* What is written now is what is there. */
		set(v, &r, 0, 0);
		set(v, &r, 1, 1);
		assert_int_equal(check(v, &r), 0);
		free((void *)(uintptr_t)older.data);
		free((void *)(uintptr_t)gone.data);
		free((void *)(uintptr_t)past.data);
		vault_close(v);
		assert_int_equal(unlink(f->path), 0);
	}
}

/* What was undone is undone in the roll, too. */
static void
what_was_rolled_back_was_not_there(void **state)
{
	struct fixture *f = *state;
	struct rows r = { .written = 0 }, next;
	struct vault *v = make(f->path);
	uint64_t seed = fixture_seed();
	int i, k, rc;

	for (k = 0; k < KEYS; k += 2)
		set(v, &r, 1, k);
	for (i = 0; i < 100; i++) {
		next = r;
		rc = vault_begin(v);
		for (k = 0; k < 2 * KEYS; k++)
			(fixture_below(&seed, 2) ? put : del)(v, &next,
			    (int)fixture_below(&seed, TABLES),
			    (int)fixture_below(&seed, KEYS), &rc);
		assert_int_equal(rc, 0);
		assert_int_equal(check(v, &next), 0);
		if (i % 2) {
			assert_int_equal(vault_commit(v), 0);
			r = next;
		} else {
			vault_rollback(v);
			r.written = next.written;
		}
		assert_int_equal(check(v, &r), 0);
	}
	vault_close(v);
	assert_int_equal(vault_open_by(&v, f->path, &by, 0), 0);
	assert_int_equal(check(v, &r), 0);
	vault_close(v);
}

/* ---- pages that point elsewhere ------------------------------------------- */

enum { PAGE = 1024, POINTERS = 4096 };

struct pointers {
	size_t at[POINTERS], n;
};

static void
add(struct pointers *p, size_t at)
{
	assert_true(p->n < POINTERS);
	p->at[p->n++] = at;
}

static size_t
be16(const uint8_t *p)
{
	return (size_t)p[0] << 8 | p[1];
}

static size_t
varint(const uint8_t **p)
{
	size_t n = 0;

	do
		n = n << 7 | (**p & 0x7f);
	while (*(*p)++ & 0x80);
	return n;
}

/* Where a cell says which pages are beneath it and go on from it. */
static void
cell_pointers(struct pointers *p, const uint8_t *file, size_t at, int type)
{
	const size_t most = type == 13 ? PAGE - 35 : (PAGE - 12) * 64 / 255 -
	    23, least = (PAGE - 12) * 32 / 255 - 23;
	const uint8_t *in = file + at;
	size_t len, local;

	if (type == 2 || type == 5) {
		add(p, at);
		in += 4;
	}
	if (type == 5)
		return;
	len = varint(&in);
	if (type == 13)
		(void)varint(&in);
	if (len <= most)
		return;
	local = least + (len - least) % (PAGE - 4);
	add(p, (size_t)(in - file) + (local <= most ? local : least));
}

static void
find_pointers(struct pointers *p, const struct fixture_bytes *file)
{
	size_t base, top, i, n;
	int type;

	p->n = 0;
	add(p, 32);			/* the first free page, */
	add(p, 36);			/* how many there are */
	for (base = 0; base < file->len; base += PAGE) {
		top = base == 0 ? 100 : base;
		type = file->data[top];
		if (type != 2 && type != 5 && type != 10 && type != 13) {
			/* Goes on from a row, or is free. */
			add(p, base);
			continue;
		}
		n = be16(file->data + top + 3);
		if (type < 10)
			add(p, top + 8);
		for (i = 0; i < n; i++)
			cell_pointers(p, file->data, base + be16(file->data +
			    top + (type < 10 ? 12 : 8) + 2 * i), type);
	}
}

static void
point(uint8_t *at, size_t page)
{
	at[0] = at[1] = 0;
	at[2] = (uint8_t)(page >> 8);
	at[3] = (uint8_t)page;
}

/* ---- a row that the scan does not see ------------------------------------ */

/* Put the older row of ${older} beside the newer one, as contacts b and c. */
static void
add_older(const char *path, const char *older)
{
	char *text = sqlite3_mprintf("ATTACH %Q AS o;"
	    "INSERT INTO entry SELECT t, x'62', v, d FROM o.entry;"
	    "INSERT INTO entry SELECT t, x'63', v, d FROM o.entry", older);
	sqlite3 *sq;

	assert_int_equal(sqlite3_open(path, &sq), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sq, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_free(text);
	assert_int_equal(sqlite3_close(sq), SQLITE_OK);
}

/* Give cell number ${n} of ${page}, contact ${is}, another name. */
static void
call(uint8_t *page, int n, char is, char name)
{
	uint8_t *cell = page + be16(page + 8 + 2 * n);
	int i;

	for (i = 0; cell[i] != VAULT_CONTACT || cell[i + 1] != is; i++)
		assert_true(i < 16);
	cell[i + 1] = (uint8_t)name;
}

/*
 * On one page there are contacts a, b, c, and two rows of the history.  It
 * becomes: contact a; a row of the history, where a scan of the contacts
 * ends; contact A, in the middle, from where a look-up of a goes on to the
 * right; the older a; the other row of the history.
 */
static void
hide_behind_the_history(const char *path)
{
	struct fixture_bytes file = fixture_read(path);
	uint8_t *page = file.data, swap[2];

	while (page[0] != 10 || be16(page + 3) != 5)
		page += PAGE;
	call(page, 1, 'b', 'a');
	call(page, 2, 'c', 'A');
	memcpy(swap, page + 8 + 2 * 1, 2);
	memcpy(page + 8 + 2 * 1, page + 8 + 2 * 3, 2);
	memcpy(page + 8 + 2 * 3, swap, 2);
	fixture_write(path, file.data, file.len);
	free(file.data);
}

static void
an_older_row_that_only_a_look_up_finds_is_not_used(void **state)
{
	struct fixture *f = *state;
	struct rows r = { .written = 0 };
	struct vault *v = make(f->path);
	struct fixture_bytes older;
	int k;

	set(v, &r, 0, 0);
	vault_close(v);
	older = fixture_read(f->path);
	fixture_write(f->other, older.data, older.len);
	free(older.data);
	assert_int_equal(vault_open_by(&v, f->path, &by, 0), 0);
	set(v, &r, 0, 0);
	for (k = 0; k < 2; k++)
		set(v, &r, 3, k);
	vault_close(v);
	add_older(f->path, f->other);
	hide_behind_the_history(f->path);
	/* The scan finds all as it was left. */
	assert_int_equal(vault_open_by(&v, f->path, &by, 0), 0);
	assert_int_equal(check_row(v, &r, 0, 0), 1);
	assert_int_equal(check_steps(v, &r, 0), 1);
	vault_close(v);
}

/* Open what came of it and live in it; how often something was noticed. */
static int
live(const char *path, struct rows r, uint64_t *seed)
{
	struct vault *v = NULL;
	int i, noticed, rc;

	if ((rc = vault_open_by(&v, path, &by, 0)) != 0) {
		assert_true(rc == TACIT_E_CORRUPT || rc == TACIT_E_TRUNCATED);
		return 0;
	}
	noticed = check(v, &r);
	for (i = 0; i < 6; i++) {
		if ((rc = change(v, &r, seed)) != 0)
			assert_true(is_noticed(rc));
		noticed += (rc != 0) + check(v, &r);
	}
	vault_close(v);
	if ((rc = vault_open_by(&v, path, &by, 0)) != 0) {
		assert_true(rc == TACIT_E_CORRUPT);
		return noticed + 1;
	}
	noticed += check(v, &r);
	vault_close(v);
	return noticed;
}

static void
pages_that_point_elsewhere_bring_no_other_row(void **state)
{
	static struct pointers p;
	const char *env = getenv("TACIT_FLIPS");
	size_t i, at, n = env != NULL ? strtoul(env, NULL, 10) : 150;
	struct fixture *f = *state;
	struct fixture_bytes file, work;
	struct rows r = { .written = 0 };
	struct vault *v = make(f->path);
	uint64_t seed = fixture_seed();
	int t, k, noticed = 0;
	char wal[96];

	(void)snprintf(wal, sizeof(wal), "%s-wal", f->other);
	for (t = 0; t < TABLES; t++)
		for (k = 0; k < KEYS; k++)
			set(v, &r, t, k);
	for (i = 0; i < 20; i++)
		assert_int_equal(change(v, &r, &seed), 0);
	vault_close(v);
	file = fixture_read(f->path);
	find_pointers(&p, &file);
	work = fixture_read(f->path);
	for (i = 0; i < n; i++) {
		memcpy(work.data, file.data, file.len);
		do {
			at = fixture_below(&seed, p.n);
			point(work.data + p.at[at],
			    2 + fixture_below(&seed, file.len / PAGE - 1));
		} while (fixture_below(&seed, 3) == 0);
		fixture_write(f->other, work.data, work.len);
		(void)unlink(wal);
		noticed += live(f->other, r, &seed);
	}
	print_message("%zu times, of %zu pointers: noticed %d times\n", n,
	    p.n, noticed);
	assert_true(noticed > 0);
	free(work.data);
	free(file.data);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, \
	fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_lies_beneath_is_not_believed),
		T(what_was_rolled_back_was_not_there),
		T(an_older_row_that_only_a_look_up_finds_is_not_used),
		T(pages_that_point_elsewhere_bring_no_other_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
