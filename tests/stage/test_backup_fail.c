/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Backups on a disk that is full or fails, with a vault that fails, and by a
 * process that dies: neither half a file nor a changed vault.
 *
 * The linker hands calls of the vault to the ones below.
 */
#include "backup_life.h"

enum { KILLS = 6 };

/* ---- a vault that fails ----------------------------------------------------- */

static int countdown = -1;		/* the call that fails; -1: none */

int __real_vault_begin(struct vault *v);
int __real_vault_commit(struct vault *v);
int __real_vault_get(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, struct vault_value *out);
int __real_vault_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const void *value, size_t len);
int __real_vault_next(struct vault *v, enum vault_table t, const void *prefix,
    size_t prefix_len, struct vault_key *key, struct vault_value *out);
int __wrap_vault_begin(struct vault *v);
int __wrap_vault_commit(struct vault *v);
int __wrap_vault_get(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, struct vault_value *out);
int __wrap_vault_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const void *value, size_t len);
int __wrap_vault_next(struct vault *v, enum vault_table t, const void *prefix,
    size_t prefix_len, struct vault_key *key, struct vault_value *out);

static int
fails(void)
{
	return countdown >= 0 && countdown-- == 0;
}

int
__wrap_vault_begin(struct vault *v)
{
	return fails() ? TACIT_E_NOMEM : __real_vault_begin(v);
}

int
__wrap_vault_commit(struct vault *v)
{
	if (!fails())
		return __real_vault_commit(v);
	vault_rollback(v);
	return TACIT_E_DISK_FULL;
}

int
__wrap_vault_get(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, struct vault_value *out)
{
	return fails() ? TACIT_E_NOMEM : __real_vault_get(v, t, key, key_len,
	    out);
}

int
__wrap_vault_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const void *value, size_t len)
{
	return fails() ? TACIT_E_DISK_FULL : __real_vault_put(v, t, key,
	    key_len, value, len);
}

int
__wrap_vault_next(struct vault *v, enum vault_table t, const void *prefix,
    size_t prefix_len, struct vault_key *key, struct vault_value *out)
{
	return fails() ? TACIT_E_NOMEM : __real_vault_next(v, t, prefix,
	    prefix_len, key, out);
}

/* ---- failures --------------------------------------------------------------------- */

/* Nothing is in the directory of the fixture but ${n} files. */
static void
only(struct life *l, int n)
{
	char cmd[200];

	(void)snprintf(cmd, sizeof(cmd), "test $(ls -A '%s' | "
	    "grep -v '^vault\\.lock$' | wc -l) = %d", l->f->dir, n);
	assert_int_equal(system(cmd), 0);
}

static uint64_t
epoch_of(struct tacit *t)
{
	char text[2000];

	read_history(contact_by_id(t, t->contacts->id), text, sizeof(text));
	assert_false(vault_in_transaction(t->vault));
	return t->self.next_event;
}

static void
no_failing_call_leaves_half_a_file_or_changes_the_vault(void **state)
{
	uint64_t seed = fixture_seed(), before;
	struct life l;
	int at, rc, n;

	live(&l, state);
	before = epoch_of(l.t);
	for (n = 0, at = 0;; n++, at += 1 + (int)fixture_below(&seed, 12)) {
		countdown = at;
		rc = back_up(&l);
		if (countdown >= 0)
			break;
		assert_true(rc == TACIT_E_NOMEM || rc == TACIT_E_DISK_FULL);
		only(&l, 0);
		assert_int_equal(epoch_of(l.t), before);
	}
	countdown = -1;
	assert_int_equal(rc, 0);
	assert_true(n > 5);
	for (n = 0, at = 0;; n++, at += 1 + (int)fixture_below(&seed, 24)) {
		countdown = at;
		rc = restore(&l, SECRET);
		if (countdown >= 0)
			break;
		assert_true(rc == TACIT_E_NOMEM || rc == TACIT_E_DISK_FULL);
		only(&l, 1);
	}
	countdown = -1;
	assert_int_equal(rc, 0);
	assert_true(n > 5);
	only(&l, 2);
	assert_int_equal(fixture_try(l.f->path), 0);
	end_life(&l);
}

static void
a_full_disk_makes_no_backup_and_no_vault(void **state)
{
	uint64_t seed = fixture_seed();
	struct life l;
	int at, rc, half;

	live(&l, state);
	for (half = 0; half < 2; half++)
		for (at = 0;; at += 1 + (int)fixture_below(&seed, 40)) {
			disk_set(FULL, at);
			rc = half ? restore(&l, SECRET) : back_up(&l);
			disk.fault = NONE;
			if (disk.hits == 0)
				break;
			if (rc == 0)	/* met while the WAL was moved */
				break;
			assert_int_equal(rc, TACIT_E_DISK_FULL);
			only(&l, half);
		}
	assert_int_equal(rc, 0);
	assert_int_equal(fixture_try(l.f->path), 0);
	end_life(&l);
}

static void
a_disk_that_fails_makes_no_backup(void **state)
{
	struct life l;
	int at, rc;

	live(&l, state);
	/* The first is that of the vault, for its log, and ends the handle. */
	for (at = 1;; at++) {
		disk_set(NO_SYNC, at);
		rc = back_up(&l);
		disk.fault = NONE;
		if (disk.hits == 0)
			break;
		assert_int_equal(rc, TACIT_E_IO);
		only(&l, 0);
	}
	assert_int_equal(rc, 0);
	assert_true(at > 1);
	end_life(&l);
}

/* In a child that dies at its ${n}-th write: a backup, or a restore. */
static int
dies(struct life *l, int n, int restoring)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;
	struct tacit *t;
	int status;
	pid_t pid;

	assert_true((pid = fork()) >= 0);
	if (pid == 0 && restoring) {
		disk_set(DIE, n);
		_exit(restore(l, SECRET) != 0);
	}
	if (pid == 0) {
		cfg.path = l->f->path;
		cfg.passphrase = PASS;
		cfg.passphrase_len = PLEN;
		if (tacit_open(&t, &cfg) != 0)
			_exit(1);
		disk_set(DIE, n);
		_exit(tacit_backup(t, l->f->other, SECRET, SLEN) != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status);
}

/* At any of its writes; and the next one finds no hindrance. */
static void
a_killed_process_leaves_a_whole_file_or_none(void **state)
{
	uint64_t seed = fixture_seed();
	struct life l;
	struct vault *v;
	int n, killed = 0;

	live(&l, state);
	assert_int_equal(back_up(&l), 0);
	for (n = 0; n < KILLS; n++) {
		killed += dies(&l, (int)fixture_below(&seed, 400), 1);
		if (access(l.f->path, F_OK) != 0)
			assert_int_equal(restore(&l, SECRET), 0);
		assert_int_equal(fixture_try(l.f->path), 0);
		killed += dies(&l, (int)fixture_below(&seed, 120), 0);
		if (access(l.f->other, F_OK) == 0) {
			assert_int_equal(vault_open_backup(&v, l.f->other,
			    SECRET, SLEN), 0);
			vault_close(v);
			assert_int_equal(unlink(l.f->other), 0);
		}
		assert_int_equal(fixture_try(l.f->path), 0);
		assert_int_equal(unlink(l.f->path), 0);
	}
	print_message("%d of %d killed\n", killed, 2 * KILLS);
	assert_true(killed > 0);
	end_life(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(no_failing_call_leaves_half_a_file_or_changes_the_vault),
		T(a_full_disk_makes_no_backup_and_no_vault),
		T(a_disk_that_fails_makes_no_backup),
		T(a_killed_process_leaves_a_whole_file_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
