/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vault file in other hands: nothing that a person with SQLite does to it
 * is believed.
 */
#include <sqlite3.h>

#include "vault_crypt.h"
#include "vault_fixture.h"

/* -- raw access ---------------------------------------------------------- */

/* Run ${text} on the file at ${path} with the one at ${other} as o. */
static void
raw(const char *path, const char *other, const char *text)
{
	sqlite3 *sq;
	char *attach, *why = NULL;

	assert_int_equal(sqlite3_open(path, &sq), SQLITE_OK);
	if (other != NULL) {
		attach = sqlite3_mprintf("ATTACH %Q AS o", other);
		assert_int_equal(sqlite3_exec(sq, attach, NULL, NULL, &why),
		    SQLITE_OK);
		sqlite3_free(attach);
	}
	if (sqlite3_exec(sq, text, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", text, why);
	assert_int_equal(sqlite3_close(sq), SQLITE_OK);
}

/* Read the slot, let ${change} do something to it, write it back. */
static void
edit_slot(const char *path, void (*change)(uint8_t slot[VAULT_SLOT_LEN]))
{
	uint8_t slot[VAULT_SLOT_LEN];
	sqlite3 *sq;
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_open(path, &sq), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(sq,
	    "SELECT d FROM head WHERE id = 1", -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_int_equal(sqlite3_column_bytes(st, 0), VAULT_SLOT_LEN);
	memcpy(slot, sqlite3_column_blob(st, 0), sizeof(slot));
	assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
	change(slot);
	assert_int_equal(sqlite3_prepare_v2(sq,
	    "UPDATE head SET d = ?1 WHERE id = 1", -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_bind_blob(st, 1, slot, sizeof(slot),
	    SQLITE_STATIC), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
	assert_int_equal(sqlite3_close(sq), SQLITE_OK);
}

static void
copy(const char *to, const char *from)
{
	struct fixture_bytes b = fixture_read(from);

	assert_non_null(b.data);
	fixture_write(to, b.data, b.len);
	free(b.data);
}

/* -- edits that a person with SQLite can make ---------------------------- */

struct edit {
	const char *name, *sql;
	int want;
};

/*
 * o is an older copy of the same vault: there `me` and `ratchet a` had other
 * values, `contact c` existed and `outbox f` did not.
 */
static const struct edit edits[] = {
	{ "nothing", "SELECT 1", 0 },
	{ "pages in another order", "VACUUM", 0 },
	{ "a byte of a row",
	    "UPDATE entry SET d = CAST(substr(d, 1, 9) ||"
	    " CASE substr(d, 10, 1) WHEN x'5a' THEN x'5b' ELSE x'5a' END ||"
	    " substr(d, 11) AS BLOB) WHERE t = 3 AND k = x'61'", TACIT_E_CORRUPT },
	{ "a row cut short", "UPDATE entry SET d = substr(d, 1, 100)"
	    " WHERE t = 3 AND k = x'61'", TACIT_E_CORRUPT },
	{ "a row emptied", "UPDATE entry SET d = x''"
	    " WHERE t = 3 AND k = x'61'", TACIT_E_CORRUPT },
	{ "two rows swapped",
	    "UPDATE entry SET d = (SELECT e.d FROM entry e WHERE e.t = 3"
	    " AND e.k <> entry.k), v = v WHERE t = 3", TACIT_E_CORRUPT },
	{ "a row moved to another table",
	    "UPDATE entry SET t = 4 WHERE t = 3 AND k = x'61'",
	    TACIT_E_CORRUPT },
	{ "a row moved out of the sum",
	    "UPDATE entry SET t = 33 WHERE t = 3 AND k = x'61'",
	    TACIT_E_CORRUPT },
	{ "a row from outside the sum",
	    "UPDATE entry SET t = 3, k = x'63' WHERE t = 32 AND k = x'61'",
	    TACIT_E_CORRUPT },
	{ "a row of the history moved beyond all tables",
	    "UPDATE entry SET t = 96 WHERE t = 32 AND k = x'62'",
	    TACIT_E_CORRUPT },
	{ "a row moved to another key",
	    "UPDATE entry SET k = x'6262' WHERE t = 3 AND k = x'61'",
	    TACIT_E_CORRUPT },
	{ "a row repeated under another key",
	    "INSERT INTO entry SELECT t, x'6161', v, d FROM entry"
	    " WHERE t = 3 AND k = x'61'", TACIT_E_CORRUPT },
	{ "a row with another version",
	    "UPDATE entry SET v = v + 1 WHERE t = 3 AND k = x'61'",
	    TACIT_E_CORRUPT },
	{ "a row removed", "DELETE FROM entry WHERE t = 3 AND k = x'61'",
	    TACIT_E_CORRUPT },
	{ "all rows removed", "DELETE FROM entry", TACIT_E_CORRUPT },
	{ "a removed row brought back",
	    "INSERT INTO entry SELECT * FROM o.entry e"
	    " WHERE e.t = 3 AND e.k = x'63'", TACIT_E_CORRUPT },
	{ "all rows older, state as it is",
	    "DELETE FROM entry; INSERT INTO entry SELECT * FROM o.entry",
	    TACIT_E_CORRUPT },
	{ "the state older, rows as they are",
	    "UPDATE head SET d = (SELECT h.d FROM o.head h WHERE h.id = 2)"
	    " WHERE id = 2", TACIT_E_CORRUPT },
	{ "the state cut short", "UPDATE head SET d = substr(d, 1, 99)"
	    " WHERE id = 2", TACIT_E_CORRUPT },
	{ "the state too long", "UPDATE head SET d = CAST(d || x'00' AS BLOB)"
	    " WHERE id = 2", TACIT_E_CORRUPT },
	{ "the state removed", "DELETE FROM head WHERE id = 2",
	    TACIT_E_CORRUPT },
	{ "slot and state swapped", "UPDATE head SET id = 3 - id + 100;"
	    "UPDATE head SET id = id - 100", TACIT_E_CORRUPT },
	{ "the slot removed", "DELETE FROM head WHERE id = 1",
	    TACIT_E_CORRUPT },
	{ "the slot cut short", "UPDATE head SET d = substr(d, 1, 147)"
	    " WHERE id = 1", TACIT_E_CORRUPT },
	{ "the slot too long", "UPDATE head SET d = CAST(d || x'00' AS BLOB)"
	    " WHERE id = 1", TACIT_E_CORRUPT },
	{ "a table more", "CREATE TABLE extra (a)", TACIT_E_CORRUPT },
	{ "an index more", "CREATE INDEX i ON entry (t, k, v, d)",
	    TACIT_E_CORRUPT },
	{ "a trigger",
	    "CREATE TRIGGER g AFTER UPDATE ON head BEGIN"
	    " DELETE FROM entry; END", TACIT_E_CORRUPT },
	{ "a table behind a view",
	    "ALTER TABLE entry RENAME TO real; CREATE VIEW entry AS"
	    " SELECT * FROM real", TACIT_E_CORRUPT },
	{ "statistics", "ANALYZE", TACIT_E_CORRUPT },
	{ "another kind of application", "PRAGMA application_id = 1",
	    TACIT_E_NOT_A_VAULT },
	{ "a newer format", "PRAGMA user_version = 2", TACIT_E_VERSION },
	{ "no format", "PRAGMA user_version = 0", TACIT_E_CORRUPT },
	{ "another journal", "PRAGMA journal_mode = DELETE",
	    TACIT_E_CORRUPT },
};

static void
make_older_and_newer(struct fixture *f, const char *older)
{
	struct vault *v = fixture_create(f->path);

	fixture_furnish(v, "older");
	assert_int_equal(vault_begin(v), 0);
	fixture_put(v, VAULT_CONTACT, "c", "contact c");
	assert_int_equal(vault_del(v, VAULT_OUTBOX, "f", 1), 0);
	assert_int_equal(vault_commit(v), 0);
	vault_close(v);
	copy(older, f->path);
	v = fixture_open(f->path);
	fixture_furnish(v, "newer");
	assert_int_equal(vault_begin(v), 0);
	assert_int_equal(vault_del(v, VAULT_CONTACT, "c", 1), 0);
	assert_int_equal(vault_commit(v), 0);
	vault_close(v);
}

static void
no_edit_of_the_file_is_believed(void **state)
{
	struct fixture *f = *state;
	char older[96], work[96];
	struct fixture_bytes before, after;
	size_t i;
	int rc;

	(void)snprintf(older, sizeof(older), "%s/older", f->dir);
	(void)snprintf(work, sizeof(work), "%s/work", f->dir);
	make_older_and_newer(f, older);
	for (i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		copy(work, f->path);
		raw(work, older, edits[i].sql);
		before = fixture_read(work);
		if ((rc = fixture_try(work)) != edits[i].want)
			fail_msg("%s: %d instead of %d", edits[i].name, rc,
			    edits[i].want);
		after = fixture_read(work);
		if (rc != 0) {
			assert_int_equal(before.len, after.len);
			assert_memory_equal(before.data, after.data,
			    after.len);
		}
		free(before.data);
		free(after.data);
	}
}

/* It opens, so only the sum tells: TACIT_CONTROL_NO_MULTISET fails here. */
static void
an_older_version_of_one_row_is_noticed(void **state)
{
	struct fixture *f = *state;
	char older[96];

	(void)snprintf(older, sizeof(older), "%s/older", f->dir);
	make_older_and_newer(f, older);
	raw(f->path, older,
	    "UPDATE entry SET (v, d) = (SELECT e.v, e.d FROM o.entry e"
	    " WHERE e.t = 5 AND e.k = x'61') WHERE t = 5 AND k = x'61'");
	assert_int_equal(fixture_try(f->path), TACIT_E_CORRUPT);
}

/* The whole file older is the one thing that it cannot notice alone. */
static void
an_older_copy_of_the_whole_is_a_vault(void **state)
{
	struct fixture *f = *state;
	struct vault *v;
	char older[96];

	(void)snprintf(older, sizeof(older), "%s/older", f->dir);
	make_older_and_newer(f, older);
	v = fixture_open(older);
	fixture_expect(v, VAULT_SELF, "me", "older");
	vault_close(v);
}

static void
rows_of_another_vault_are_not_believed(void **state)
{
	static const struct edit theirs[] = {
		{ "a row", "UPDATE entry SET (v, d) = (SELECT e.v, e.d"
		    " FROM o.entry e WHERE e.t = 3 AND e.k = x'61')"
		    " WHERE t = 3 AND k = x'61'", TACIT_E_CORRUPT },
		{ "the state", "UPDATE head SET d = (SELECT h.d FROM o.head h"
		    " WHERE h.id = 2) WHERE id = 2", TACIT_E_CORRUPT },
		{ "the slot", "UPDATE head SET d = (SELECT h.d FROM o.head h"
		    " WHERE h.id = 1) WHERE id = 1", TACIT_E_CORRUPT },
		{ "rows and state", "DELETE FROM entry; INSERT INTO entry"
		    " SELECT * FROM o.entry; UPDATE head SET d = (SELECT h.d"
		    " FROM o.head h WHERE h.id = 2) WHERE id = 2",
		    TACIT_E_CORRUPT },
	};
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);
	char work[96];
	size_t i;

	fixture_furnish(v, "mine");
	vault_close(v);
	v = fixture_create(f->other);
	fixture_furnish(v, "theirs");
	vault_close(v);
	(void)snprintf(work, sizeof(work), "%s/work", f->dir);
	for (i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++) {
		copy(work, f->path);
		raw(work, f->other, theirs[i].sql);
		assert_int_equal(fixture_try(work), theirs[i].want);
	}
}

static void
history_is_checked_when_it_is_read(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);
	struct vault_value got;
	struct vault_key key = { .len = 0 };

	fixture_furnish(v, "mine");
	vault_close(v);
	raw(f->path, NULL, "UPDATE entry SET d = (SELECT e.d FROM entry e"
	    " WHERE e.t = 32 AND e.k = x'62') WHERE t = 32 AND k = x'61'");
	v = fixture_open(f->path);
	assert_int_equal(vault_get(v, VAULT_HISTORY, "a", 1, &got),
	    TACIT_E_CORRUPT);
	assert_null(got.data);
	assert_int_equal(vault_next(v, VAULT_HISTORY, "", 0, &key, &got),
	    TACIT_E_CORRUPT);
	assert_null(got.data);
	assert_int_equal(key.len, 0);
	fixture_expect(v, VAULT_HISTORY, "b", "said that");
	vault_close(v);
}

/* -- the slot ------------------------------------------------------------ */

static void
again(uint8_t slot[VAULT_SLOT_LEN], void (*change)(struct vault_slot *))
{
	struct vault_slot s;

	assert_int_equal(vault_slot_read(&s, slot, VAULT_SLOT_LEN), 0);
	change(&s);
	vault_slot_write(slot, &s);
}

static void one_pass(struct vault_slot *s) { s->cost.passes = 1; }
static void small(struct vault_slot *s) { s->cost.mib = 8; }
static void many(struct vault_slot *s) { s->cost.passes = UINT32_MAX; }
static void huge(struct vault_slot *s) { s->cost.mib = UINT32_MAX; }
static void slow(struct vault_slot *s) { s->cost.passes = 16 + 1; }
static void large(struct vault_slot *s) { s->cost.mib = 1024 + 1; }
static void salted(struct vault_slot *s) { s->salt[0] ^= 1; }
static void more(struct vault_slot *s) { s->cost.passes++; }
static void named(struct vault_slot *s) { s->id[0] ^= 1; }
static void bent(struct vault_slot *s) { s->wrapped[30] ^= 1; }

static void edit_one_pass(uint8_t *s) { again(s, one_pass); }
static void edit_small(uint8_t *s) { again(s, small); }
static void edit_many(uint8_t *s) { again(s, many); }
static void edit_huge(uint8_t *s) { again(s, huge); }
static void edit_slow(uint8_t *s) { again(s, slow); }
static void edit_large(uint8_t *s) { again(s, large); }
static void edit_salted(uint8_t *s) { again(s, salted); }
static void edit_more(uint8_t *s) { again(s, more); }
static void edit_named(uint8_t *s) { again(s, named); }
static void edit_bent(uint8_t *s) { again(s, bent); }
static void edit_byte(uint8_t *s) { s[40] ^= 1; }
static void edit_sum(uint8_t *s) { s[VAULT_SLOT_LEN - 1] ^= 1; }

static void
a_damaged_slot_is_not_taken_for_a_wrong_passphrase(void **state)
{
	static const struct {
		void (*change)(uint8_t *);
		int want;
	} cases[] = {
		{ edit_byte, TACIT_E_CORRUPT },
		{ edit_sum, TACIT_E_CORRUPT },
		/* With a new checksum: refused before Argon2id runs. */
		{ edit_one_pass, TACIT_E_CORRUPT },
		{ edit_small, TACIT_E_CORRUPT },
		{ edit_many, TACIT_E_CORRUPT },
		{ edit_huge, TACIT_E_CORRUPT },
		{ edit_slow, TACIT_E_CORRUPT },
		{ edit_large, TACIT_E_CORRUPT },
		/* Cannot be told from another passphrase. */
		{ edit_salted, TACIT_E_PASSPHRASE },
		{ edit_more, TACIT_E_PASSPHRASE },
		{ edit_named, TACIT_E_PASSPHRASE },
		{ edit_bent, TACIT_E_PASSPHRASE },
	};
	struct fixture *f = *state;
	char work[96];
	size_t i;

	vault_close(fixture_create(f->path));
	(void)snprintf(work, sizeof(work), "%s/work", f->dir);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		copy(work, f->path);
		edit_slot(work, cases[i].change);
		assert_int_equal(fixture_try(work), cases[i].want);
	}
}

static void
an_older_slot_does_not_bring_back_its_passphrase(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);

	fixture_furnish(v, "mine");
	vault_close(v);
	copy(f->other, f->path);
	v = fixture_open(f->path);
	assert_int_equal(vault_passphrase(v, PASS, PLEN, "new", 3), 0);
	vault_close(v);
	raw(f->path, f->other, "UPDATE head SET d = (SELECT h.d FROM o.head h"
	    " WHERE h.id = 1) WHERE id = 1");
	assert_int_equal(fixture_try(f->path), TACIT_E_CORRUPT);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, \
	fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(no_edit_of_the_file_is_believed),
		T(an_older_version_of_one_row_is_noticed),
		T(an_older_copy_of_the_whole_is_a_vault),
		T(rows_of_another_vault_are_not_believed),
		T(history_is_checked_when_it_is_read),
		T(a_damaged_slot_is_not_taken_for_a_wrong_passphrase),
		T(an_older_slot_does_not_bring_back_its_passphrase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
