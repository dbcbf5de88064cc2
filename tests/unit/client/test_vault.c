/* SPDX-License-Identifier: Apache-2.0 */
/* The vault as its callers see it: what vault.h promises, call by call. */
#include <signal.h>

#include "tacit/hash.h"
#include "vault_fixture.h"

/* -- creating and opening ------------------------------------------------ */

static void
a_new_vault_opens_with_its_passphrase_only(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);

	vault_close(v);
	assert_int_equal(vault_open(&v, f->path, PASS, PLEN - 1, 0),
	    TACIT_E_PASSPHRASE);
	assert_null(v);
	assert_int_equal(vault_open(&v, f->path, "", 0, 0),
	    TACIT_E_PASSPHRASE);
	assert_int_equal(fixture_try(f->path), 0);
}

static void
an_existing_vault_or_file_is_not_overwritten(void **state)
{
	struct fixture *f = *state;
	struct fixture_bytes before, after;

	vault_close(fixture_create(f->path));
	before = fixture_read(f->path);
	assert_int_equal(vault_create(f->path, PASS, PLEN, &fixture_cost),
	    TACIT_E_VAULT_EXISTS);
	after = fixture_read(f->path);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.data, after.data, before.len);
	free(before.data);
	free(after.data);
	assert_int_equal(symlink("nowhere", f->other), 0);
	assert_int_equal(vault_create(f->other, PASS, PLEN, &fixture_cost),
	    TACIT_E_VAULT_EXISTS);
}

static void
create_refuses_weak_or_absurd_costs_and_passphrases(void **state)
{
	static const struct {
		struct vault_cost cost;
		size_t len;
	} cases[] = {
		{ { TACIT_ARGON_PASSES_FLOOR - 1, 64 }, 21 },
		{ { TACIT_ARGON_PASSES_FLOOR, TACIT_ARGON_MIB_FLOOR - 1 }, 21 },
		{ { 0, 0 }, 21 },
		{ { 65, 64 }, 21 },
		{ { 3, 4097 }, 21 },
		{ { UINT32_MAX, UINT32_MAX }, 21 },
		{ { 3, 64 }, 0 },
		{ { 3, 64 }, TACIT_PASSPHRASE_MAX + 1 },
	};
	struct fixture *f = *state;
	char pass[TACIT_PASSPHRASE_MAX + 1];
	size_t i;

	memset(pass, 'p', sizeof(pass));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(vault_create(f->path, pass, cases[i].len,
		    &cases[i].cost), TACIT_E_INVALID);
		assert_int_equal(access(f->path, F_OK), -1);
	}
}

static void
only_the_owner_can_read_it_whatever_the_umask(void **state)
{
	static const char *const name[] = { "", "-wal", ".lock" };
	struct fixture *f = *state;
	mode_t old = umask(0);
	char path[96];
	struct vault *v;
	struct stat st;
	size_t i;

	v = fixture_create(f->path);
	fixture_set(v, VAULT_SELF, "k", "v");
	for (i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", f->path, name[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	vault_close(v);
	(void)umask(0777);
	v = fixture_create(f->other);
	fixture_set(v, VAULT_SELF, "k", "v");
	vault_close(v);
	assert_int_equal(stat(f->other, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	(void)umask(old);
}

static void
other_files_are_named_for_what_they_are(void **state)
{
	struct fixture *f = *state;
	struct vault *v;

	assert_int_equal(fixture_try(f->path), TACIT_E_NOT_A_VAULT);
	assert_int_equal(fixture_try(f->dir), TACIT_E_NOT_A_VAULT);
	fixture_write(f->path, NULL, 0);
	assert_int_equal(fixture_try(f->path), TACIT_E_NOT_A_VAULT);
	fixture_write(f->path, (const uint8_t *)"a diary\n", 8);
	assert_int_equal(fixture_try(f->path), TACIT_E_NOT_A_VAULT);
	assert_int_equal(fixture_try("no-such-directory/vault"),
	    TACIT_E_NOT_A_VAULT);
	assert_int_equal(vault_create("no-such-directory/vault", PASS, PLEN,
	    &fixture_cost), TACIT_E_IO);
	assert_int_equal(vault_open(&v, f->path, PASS, PLEN, 0),
	    TACIT_E_NOT_A_VAULT);
	assert_null(v);
}

static void
remains_beside_a_removed_vault_do_not_reach_the_next(void **state)
{
	struct fixture *f = *state;
	struct fixture_bytes wal;
	char name[96];
	struct vault *v = fixture_create(f->path);

	fixture_set(v, VAULT_SELF, "k", "old");
	(void)snprintf(name, sizeof(name), "%s-wal", f->path);
	wal = fixture_read(name);
	assert_true(wal.len > 0);
	vault_close(v);
	assert_int_equal(unlink(f->path), 0);
	fixture_write(name, wal.data, wal.len);
	(void)snprintf(name, sizeof(name), "%s.new", f->path);
	fixture_write(name, (const uint8_t *)"half", 4);
	free(wal.data);
	v = fixture_create(f->path);
	fixture_expect(v, VAULT_SELF, "k", NULL);
	assert_int_equal(access(name, F_OK), -1);
	vault_close(v);
}

static void
a_link_leads_to_the_same_vault_and_lock(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path), *w;

	assert_int_equal(symlink("vault", f->other), 0);
	assert_int_equal(vault_open(&w, f->other, PASS, PLEN, 0),
	    TACIT_E_BUSY);
	vault_close(v);
	v = fixture_open(f->other);
	vault_close(v);
}

/* -- the lock ------------------------------------------------------------ */

/* Open in a child, say so on ${fd}, hold for ${hold_ms} or until killed. */
static pid_t
hold_in_child(const char *path, int hold_ms)
{
	int fd[2];
	pid_t pid;
	char c = 0;
	struct vault *v;

	assert_int_equal(pipe(fd), 0);
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		if (vault_open(&v, path, PASS, PLEN, 0) != 0)
			_exit(1);
		if (write(fd[1], "x", 1) != 1)
			_exit(1);
		if (hold_ms < 0)
			(void)pause();
		(void)usleep((useconds_t)hold_ms * 1000);
		vault_close(v);
		_exit(0);
	}
	(void)close(fd[1]);
	assert_int_equal(read(fd[0], &c, 1), 1);
	(void)close(fd[0]);
	return pid;
}

static void
a_vault_in_use_is_busy_until_its_holder_goes_or_dies(void **state)
{
	struct fixture *f = *state;
	struct vault *v;
	pid_t pid;

	vault_close(fixture_create(f->path));
	pid = hold_in_child(f->path, 200);
	assert_int_equal(vault_open(&v, f->path, PASS, PLEN, 0),
	    TACIT_E_BUSY);
	assert_null(v);
	assert_int_equal(vault_open(&v, f->path, PASS, PLEN, 60000), 0);
	vault_close(v);
	assert_int_equal(waitpid(pid, NULL, 0), pid);

	pid = hold_in_child(f->path, -1);
	assert_int_equal(vault_open(&v, f->path, PASS, PLEN, 20),
	    TACIT_E_BUSY);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	v = fixture_open(f->path);
	vault_close(v);
}

static void
one_process_cannot_open_it_twice(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path), *w;
	int fd;

	assert_int_equal(vault_open(&w, f->path, PASS, PLEN, 0),
	    TACIT_E_BUSY);
	/* A host may open and close the lock file as it likes. */
	fd = open("/dev/null", O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	{
		char name[96];

		(void)snprintf(name, sizeof(name), "%s.lock", f->path);
		assert_true((fd = open(name, O_RDWR)) >= 0);
		assert_int_equal(close(fd), 0);
	}
	assert_int_equal(vault_open(&w, f->path, PASS, PLEN, 0),
	    TACIT_E_BUSY);
	fixture_set(v, VAULT_SELF, "k", "v");
	vault_close(v);
}

static void
a_forked_child_cannot_use_the_handle(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);
	struct vault_value got;
	struct vault_key key = { .len = 0 };
	int status;
	pid_t pid;

	fixture_set(v, VAULT_SELF, "k", "v");
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		int ok = vault_begin(v) == TACIT_E_STATE &&
		    vault_get(v, VAULT_SELF, "k", 1, &got) == TACIT_E_STATE &&
		    vault_next(v, VAULT_SELF, "", 0, &key, NULL) ==
		    TACIT_E_STATE && vault_settle(v) == TACIT_E_STATE;

		vault_close(v);
		_exit(ok ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	fixture_set(v, VAULT_SELF, "k", "w");
	vault_close(v);
	v = fixture_open(f->path);
	fixture_expect(v, VAULT_SELF, "k", "w");
	vault_close(v);
}

/* -- transactions -------------------------------------------------------- */

static void
what_was_committed_is_there_after_reopening(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);

	assert_int_equal(vault_begin(v), 0);
	fixture_put(v, VAULT_SELF, "a", "one");
	fixture_put(v, VAULT_CONTACT, "a", "two");
	fixture_put(v, VAULT_HISTORY, "a", "three");
	fixture_put(v, VAULT_SELF, "empty", "");
	fixture_put(v, VAULT_SELF, "a", "four");
	assert_int_equal(vault_commit(v), 0);
	vault_close(v);
	v = fixture_open(f->path);
	fixture_expect(v, VAULT_SELF, "a", "four");
	fixture_expect(v, VAULT_CONTACT, "a", "two");
	fixture_expect(v, VAULT_HISTORY, "a", "three");
	fixture_expect(v, VAULT_SELF, "empty", "");
	fixture_expect(v, VAULT_RELAY, "a", NULL);
	vault_close(v);
}

static void
what_was_rolled_back_or_left_open_is_not(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);

	fixture_set(v, VAULT_SELF, "a", "kept");
	fixture_set(v, VAULT_SELF, "b", "kept too");
	assert_int_equal(vault_begin(v), 0);
	fixture_put(v, VAULT_SELF, "a", "lost");
	fixture_put(v, VAULT_SELF, "c", "lost");
	assert_int_equal(vault_del(v, VAULT_SELF, "b", 1), 0);
	fixture_expect(v, VAULT_SELF, "a", "lost");
	fixture_expect(v, VAULT_SELF, "b", NULL);
	vault_rollback(v);
	fixture_expect(v, VAULT_SELF, "a", "kept");
	fixture_expect(v, VAULT_SELF, "c", NULL);
	assert_int_equal(vault_begin(v), 0);
	fixture_put(v, VAULT_SELF, "a", "left open");
	vault_close(v);
	v = fixture_open(f->path);
	fixture_expect(v, VAULT_SELF, "a", "kept");
	fixture_expect(v, VAULT_SELF, "b", "kept too");
	fixture_expect(v, VAULT_SELF, "c", NULL);
	vault_close(v);
}

static void
calls_in_the_wrong_state_are_refused(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);

	assert_false(vault_in_transaction(v));
	assert_int_equal(vault_commit(v), TACIT_E_STATE);
	assert_int_equal(vault_put(v, VAULT_SELF, "k", 1, "v", 1),
	    TACIT_E_STATE);
	assert_int_equal(vault_del(v, VAULT_SELF, "k", 1), TACIT_E_STATE);
	vault_rollback(v);
	assert_int_equal(vault_begin(v), 0);
	assert_true(vault_in_transaction(v));
	assert_int_equal(vault_begin(v), TACIT_E_STATE);
	assert_int_equal(vault_settle(v), TACIT_E_STATE);
	assert_int_equal(vault_passphrase(v, PASS, PLEN, "new", 3),
	    TACIT_E_STATE);
	assert_int_equal(vault_del(v, VAULT_SELF, "missing", 7), 0);
	assert_int_equal(vault_commit(v), 0);
	assert_false(vault_in_transaction(v));
	vault_close(v);
	vault_close(NULL);
}

static void
keys_and_values_have_limits_and_a_refusal_does_not_spoil(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);
	uint8_t *big = calloc(1, VAULT_VALUE_MAX + 1);
	char key[VAULT_ROW_KEY_MAX + 1];
	struct vault_key at = { .len = VAULT_ROW_KEY_MAX + 1 };
	struct vault_value got;

	assert_non_null(big);
	memset(key, 0xff, sizeof(key));
	big[VAULT_VALUE_MAX - 1] = 7;
	assert_int_equal(vault_begin(v), 0);
	assert_int_equal(vault_put(v, VAULT_INBOX, key, sizeof(key), "v", 1),
	    TACIT_E_LIMIT);
	assert_int_equal(vault_put(v, VAULT_INBOX, key, 0, "v", 1),
	    TACIT_E_LIMIT);
	assert_int_equal(vault_put(v, VAULT_INBOX, "k", 1, big,
	    VAULT_VALUE_MAX + 1), TACIT_E_LIMIT);
	assert_int_equal(vault_del(v, VAULT_INBOX, key, sizeof(key)),
	    TACIT_E_LIMIT);
	assert_int_equal(vault_put(v, VAULT_INBOX, key, VAULT_ROW_KEY_MAX,
	    big, VAULT_VALUE_MAX), 0);
	assert_int_equal(vault_commit(v), 0);
	vault_close(v);
	v = fixture_open(f->path);
	assert_int_equal(vault_get(v, VAULT_INBOX, key, sizeof(key), &got),
	    TACIT_E_LIMIT);
	assert_null(got.data);
	assert_int_equal(vault_next(v, VAULT_INBOX, "", 0, &at, NULL),
	    TACIT_E_LIMIT);
	assert_int_equal(vault_get(v, VAULT_INBOX, key, VAULT_ROW_KEY_MAX,
	    &got), 0);
	assert_int_equal(got.len, VAULT_VALUE_MAX);
	assert_memory_equal(got.data, big, got.len);
	vault_value_free(&got);
	vault_close(v);
	free(big);
}

/* -- iteration ----------------------------------------------------------- */

/* The keys with this prefix, one after another, as one text. */
static void
walk(struct vault *v, const char *prefix, int back, char *out)
{
	struct vault_key key = { .len = 0 };
	struct vault_value val;

	for (*out = '\0';;) {
		assert_int_equal((back ? vault_prev : vault_next)(v,
		    VAULT_JOB, prefix, strlen(prefix), &key, &val), 0);
		if (key.len == 0)
			break;
		assert_int_equal(val.len, key.len);
		assert_memory_equal(val.data, key.data, key.len);
		(void)strncat(out, (char *)key.data, key.len);
		(void)strcat(out, " ");
		vault_value_free(&val);
	}
	assert_null(val.data);
}

static void
rows_come_in_the_order_of_their_keys(void **state)
{
	static const struct {
		const char *prefix, *forth, *back;
	} cases[] = {
		{ "", "a ab abc abd b \xff \xff\xff \xff\xffz ",
		    "\xff\xffz \xff\xff \xff b abd abc ab a " },
		{ "a", "a ab abc abd ", "abd abc ab a " },
		{ "ab", "ab abc abd ", "abd abc ab " },
		{ "abc", "abc ", "abc " },
		{ "ac", "", "" },
		{ "c", "", "" },
		{ "\xff", "\xff \xff\xff \xff\xffz ",
		    "\xff\xffz \xff\xff \xff " },
		{ "\xff\xff", "\xff\xff \xff\xffz ",
		    "\xff\xffz \xff\xff " },
		{ "\xff\xff\xff", "", "" },
	};
	static const char *const keys[] = {
		"b", "abd", "\xff", "a", "\xff\xffz", "abc", "ab",
		"\xff\xff"
	};
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);
	char got[128];
	size_t i;

	assert_int_equal(vault_begin(v), 0);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		fixture_put(v, VAULT_JOB, keys[i], keys[i]);
	fixture_put(v, VAULT_EVENT, "aa", "aa");
	fixture_put(v, VAULT_ASIDE, "aa", "aa");
	assert_int_equal(vault_commit(v), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		walk(v, cases[i].prefix, 0, got);
		assert_string_equal(got, cases[i].forth);
		walk(v, cases[i].prefix, 1, got);
		assert_string_equal(got, cases[i].back);
	}
	vault_close(v);
}

static void
rows_may_come_and_go_during_iteration(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);
	struct vault_key key = { .len = 0 };
	char name[8], seen[64] = "";
	int i;

	assert_int_equal(vault_begin(v), 0);
	for (i = 0; i < 5; i++) {
		(void)snprintf(name, sizeof(name), "%d", i);
		fixture_put(v, VAULT_JOB, name, name);
	}
	assert_int_equal(vault_commit(v), 0);
	for (;;) {
		assert_int_equal(vault_next(v, VAULT_JOB, "", 0, &key, NULL),
		    0);
		if (key.len == 0)
			break;
		(void)strncat(seen, (char *)key.data, key.len);
		assert_int_equal(vault_begin(v), 0);
		assert_int_equal(vault_del(v, VAULT_JOB, key.data, key.len),
		    0);
		if (key.data[0] == '1')		/* behind and before us */
			fixture_put(v, VAULT_JOB, "0x", "v");
		if (key.data[0] == '1')
			fixture_put(v, VAULT_JOB, "2x", "v");
		if (key.data[0] == '2')
			assert_int_equal(vault_del(v, VAULT_JOB, "3", 1), 0);
		assert_int_equal(vault_commit(v), 0);
	}
	assert_string_equal(seen, "0122x4");
	fixture_expect(v, VAULT_JOB, "0x", "v");
	vault_close(v);
}

/* -- keys and passphrase ------------------------------------------------- */

static void
derived_keys_are_stable_and_differ_by_label_and_vault(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);
	struct vault *w = fixture_create(f->other);
	uint8_t a[32], b[32], c[32], d[32];

	vault_derive(v, a, "tacit/1/anchor");
	vault_derive(v, b, "tacit/1/other");
	vault_derive(w, c, "tacit/1/anchor");
	vault_close(v);
	vault_close(w);
	assert_memory_not_equal(a, b, 32);
	assert_memory_not_equal(a, c, 32);
	v = fixture_open(f->path);
	vault_derive(v, d, "tacit/1/anchor");
	assert_memory_equal(a, d, 32);
	vault_close(v);
}

static void
a_new_passphrase_replaces_the_old_one(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);

	fixture_set(v, VAULT_SELF, "k", "v");
	assert_int_equal(vault_passphrase(v, "wrong", 5, "new", 3),
	    TACIT_E_PASSPHRASE);
	assert_int_equal(vault_passphrase(v, PASS, PLEN, "", 0),
	    TACIT_E_INVALID);
	assert_int_equal(vault_passphrase(v, PASS, PLEN, "new", 3), 0);
	fixture_set(v, VAULT_SELF, "l", "w");
	vault_close(v);
	assert_int_equal(fixture_try(f->path), TACIT_E_PASSPHRASE);
	assert_int_equal(vault_open(&v, f->path, "new", 3, 0), 0);
	fixture_expect(v, VAULT_SELF, "k", "v");
	fixture_expect(v, VAULT_SELF, "l", "w");
	vault_close(v);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, \
	fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_new_vault_opens_with_its_passphrase_only),
		T(an_existing_vault_or_file_is_not_overwritten),
		T(create_refuses_weak_or_absurd_costs_and_passphrases),
		T(only_the_owner_can_read_it_whatever_the_umask),
		T(other_files_are_named_for_what_they_are),
		T(remains_beside_a_removed_vault_do_not_reach_the_next),
		T(a_link_leads_to_the_same_vault_and_lock),
		T(a_vault_in_use_is_busy_until_its_holder_goes_or_dies),
		T(one_process_cannot_open_it_twice),
		T(a_forked_child_cannot_use_the_handle),
		T(what_was_committed_is_there_after_reopening),
		T(what_was_rolled_back_or_left_open_is_not),
		T(calls_in_the_wrong_state_are_refused),
		T(keys_and_values_have_limits_and_a_refusal_does_not_spoil),
		T(rows_come_in_the_order_of_their_keys),
		T(rows_may_come_and_go_during_iteration),
		T(derived_keys_are_stable_and_differ_by_label_and_vault),
		T(a_new_passphrase_replaces_the_old_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
