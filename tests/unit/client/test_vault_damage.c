/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vault file that decayed, was cut, or lost or changed its WAL: what opens
 * is what was committed, or there is a named error.
 */
#include "vault_fixture.h"

/* -- truncation ---------------------------------------------------------- */

static void
a_vault_cut_short_anywhere_is_named_so(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);
	struct fixture_bytes b;
	uint64_t seed = fixture_seed();
	size_t len;
	int rc;

	fixture_furnish(v, "mine");
	vault_close(v);
	b = fixture_read(f->path);
	assert_true(b.len > 16 * 1024);
	for (len = 0; len < b.len; ) {
		fixture_write(f->other, b.data, len);
		rc = fixture_try(f->other);
		if (rc != (len == 0 ? TACIT_E_NOT_A_VAULT :
		    TACIT_E_TRUNCATED))
			fail_msg("cut to %zu: %d", len, rc);
		if (len < 128)
			len++;
		else if (len % 1024 == 0)
			len += 1 + fixture_below(&seed, 1023);
		else
			len += 1024 - len % 1024;
	}
	free(b.data);
}

/* -- random damage ------------------------------------------------------- */

/* All rows of all tables, as one text; or the first error met. */
static int
dump(struct vault *v, struct fixture_bytes *out)
{
	struct vault_key key;
	struct vault_value val;
	uint32_t t;
	int rc;
	FILE *f = open_memstream((char **)&out->data, &out->len);

	assert_non_null(f);
	for (t = VAULT_SELF, rc = 0; rc == 0 && t <= VAULT_LAST; t++) {
		key.len = 0;
		while ((rc = vault_next(v, (enum vault_table)t, "", 0, &key,
		    &val)) == 0 && key.len > 0) {
			(void)fprintf(f, "%u %zu %zu ", t, key.len, val.len);
			(void)fwrite(key.data, 1, key.len, f);
			(void)fwrite(val.data, 1, val.len, f);
			vault_value_free(&val);
		}
	}
	assert_int_equal(fclose(f), 0);
	return rc;
}

static int
same(const struct fixture_bytes *a, const struct fixture_bytes *b)
{
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static int
is_clear(int rc)
{
	return rc == TACIT_E_CORRUPT || rc == TACIT_E_TRUNCATED ||
	    rc == TACIT_E_NOT_A_VAULT || rc == TACIT_E_VERSION;
}

static size_t
flips(size_t otherwise)
{
	const char *env = getenv("TACIT_FLIPS");

	return env != NULL ? strtoul(env, NULL, 10) : otherwise;
}

static void
a_flipped_bit_gives_an_error_or_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);
	struct fixture_bytes file, want, got = { NULL, 0 };
	uint64_t seed = fixture_seed();
	size_t i, at, n = flips(150), refused = 0, unread = 0;
	uint8_t bit;
	int rc;

	fixture_furnish(v, "once");
	fixture_furnish(v, "twice");
	assert_int_equal(dump(v, &want), 0);
	vault_close(v);
	file = fixture_read(f->path);
	for (i = 0; i < n; i++) {
		at = fixture_below(&seed, file.len);
		bit = (uint8_t)(1u << fixture_below(&seed, 8));
		file.data[at] ^= bit;
		fixture_write(f->other, file.data, file.len);
		file.data[at] ^= bit;
		rc = vault_open(&v, f->other, PASS, PLEN, 0);
		if (rc != 0 && !is_clear(rc))
			fail_msg("byte %zu bit %u: %d", at, bit, rc);
		refused += rc != 0;
		if (rc != 0)
			continue;
		rc = dump(v, &got);
		if (rc != 0 ? rc != TACIT_E_CORRUPT : !same(&want, &got))
			fail_msg("byte %zu bit %u: other content", at, bit);
		unread += rc != 0;
		free(got.data);
		vault_close(v);
	}
	print_message("%zu flips: %zu refused, %zu seen when read, %zu "
	    "harmless\n", n, refused, unread, n - refused - unread);
	assert_true(refused > 0);
	free(file.data);
	free(want.data);
}

/* -- the WAL of a crash -------------------------------------------------- */

enum { STATES = 4 };

struct crashed {
	struct fixture_bytes main, wal, want[STATES];
};

/* Copies of a vault in use, and what it held after each transaction. */
static void
crash(struct fixture *f, struct crashed *c)
{
	struct vault *v = fixture_create(f->path);
	char name[96], mark[8];
	int i;

	for (i = 0; i < STATES; i++) {
		(void)snprintf(mark, sizeof(mark), "m%d", i);
		if (i > 0)
			fixture_furnish(v, mark);
		assert_int_equal(dump(v, &c->want[i]), 0);
	}
	(void)snprintf(name, sizeof(name), "%s-wal", f->path);
	c->main = fixture_read(f->path);
	c->wal = fixture_read(name);
	assert_true(c->wal.len > 0);
	vault_close(v);
}

static void
crash_free(struct crashed *c)
{
	int i;

	for (i = 0; i < STATES; i++)
		free(c->want[i].data);
	free(c->main.data);
	free(c->wal.data);
}

/* Open what ${wal} makes of it: 0 and which state, -1; or an error. */
static int
reopened(struct fixture *f, const struct crashed *c, const uint8_t *wal,
    size_t len, int *which)
{
	struct fixture_bytes got;
	struct vault *v;
	char name[96];
	int rc;

	(void)snprintf(name, sizeof(name), "%s-wal", f->other);
	fixture_write(f->other, c->main.data, c->main.len);
	fixture_write(name, wal, len);
	if ((rc = vault_open(&v, f->other, PASS, PLEN, 0)) != 0)
		return rc;
	rc = dump(v, &got);
	for (*which = STATES - 1; *which >= 0; (*which)--) {
		if (same(&got, &c->want[*which]))
			break;
	}
	free(got.data);
	vault_close(v);
	return rc;
}

static void
damage_to_the_wal_takes_whole_transactions_from_the_end(void **state)
{
	struct fixture *f = *state;
	uint64_t seed = fixture_seed();
	struct crashed c;
	size_t i, at, n = flips(24);
	int rc, which;

	crash(f, &c);
	assert_int_equal(reopened(f, &c, c.wal.data, c.wal.len, &which), 0);
	assert_int_equal(which, STATES - 1);
	assert_int_equal(reopened(f, &c, NULL, 0, &which), 0);
	assert_int_equal(which, 0);
	for (i = 0; i < n; i++) {
		at = fixture_below(&seed, c.wal.len);
		if (i % 4 == 0) {
			rc = reopened(f, &c, c.wal.data, at, &which);
		} else {
			c.wal.data[at] ^= 0x10;
			rc = reopened(f, &c, c.wal.data, c.wal.len, &which);
			c.wal.data[at] ^= 0x10;
		}
		if (rc != 0 ? !is_clear(rc) : which < 0)
			fail_msg("%s %zu: %d, %d", i % 4 == 0 ? "cut at" :
			    "byte", at, rc, which);
	}
	crash_free(&c);
}

static void
a_foreign_wal_or_journal_is_refused_and_does_no_harm(void **state)
{
	struct fixture *f = *state;
	struct crashed c;
	struct fixture_bytes before, after;
	char wal[112], journal[112], mine[96];
	struct vault *v;
	int rc;

	crash(f, &c);
	(void)snprintf(mine, sizeof(mine), "%s/mine", f->dir);
	(void)snprintf(wal, sizeof(wal), "%s-wal", mine);
	(void)snprintf(journal, sizeof(journal), "%s-journal", mine);
	assert_int_equal(vault_create(mine, "other", 5, &fixture_cost), 0);
	assert_int_equal(vault_open(&v, mine, "other", 5, 0), 0);
	fixture_furnish(v, "mine");
	vault_close(v);
	before = fixture_read(mine);
	fixture_write(wal, c.wal.data, c.wal.len);
	rc = vault_open(&v, mine, "other", 5, 0);
	assert_true(rc == TACIT_E_PASSPHRASE || is_clear(rc));
	assert_int_equal(unlink(wal), 0);
	fixture_write(journal, c.wal.data, c.wal.len);
	assert_int_equal(vault_open(&v, mine, "other", 5, 0),
	    TACIT_E_CORRUPT);
	assert_int_equal(unlink(journal), 0);
	after = fixture_read(mine);
	assert_true(same(&before, &after));
	assert_int_equal(vault_open(&v, mine, "other", 5, 0), 0);
	fixture_expect(v, VAULT_SELF, "me", "mine");
	vault_close(v);
	free(before.data);
	free(after.data);
	crash_free(&c);
}

/* An old WAL put back over the file that it once went into. */
static void
an_older_wal_over_a_newer_file_is_refused(void **state)
{
	struct fixture *f = *state;
	struct fixture_bytes wal;
	struct vault *v = fixture_create(f->path);
	char name[96];

	fixture_furnish(v, "older");
	assert_int_equal(vault_settle(v), 0);
	fixture_set(v, VAULT_RATCHET, "a", "older still in the WAL");
	(void)snprintf(name, sizeof(name), "%s-wal", f->path);
	wal = fixture_read(name);
	assert_true(wal.len > 0);
	fixture_set(v, VAULT_RATCHET, "a", "newer");
	fixture_set(v, VAULT_OUTBOX, "zz", "newer");
	fixture_furnish(v, "newest");
	vault_close(v);
	fixture_write(name, wal.data, wal.len);
	free(wal.data);
	assert_true(is_clear(fixture_try(f->path)));
	assert_int_equal(unlink(name), 0);
	assert_int_equal(fixture_try(f->path), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, \
	fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_vault_cut_short_anywhere_is_named_so),
		T(a_flipped_bit_gives_an_error_or_changes_nothing),
		T(damage_to_the_wal_takes_whole_transactions_from_the_end),
		T(a_foreign_wal_or_journal_is_refused_and_does_no_harm),
		T(an_older_wal_over_a_newer_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
