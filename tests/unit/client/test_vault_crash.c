/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vault under a process that dies and a disk that fails.  The calls by
 * which SQLite writes are replaced here by ones that can be told to fail or
 * to be the last thing that the process does.
 */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "vault_fixture.h"

/* -- the disk ------------------------------------------------------------ */

enum fault { NONE, FULL, NO_SYNC, DIE };

static struct {
	enum fault fault;
	int countdown;			/* hits at 0 */
	int hits;
} disk;

static void
disk_set(enum fault fault, int countdown)
{
	disk.fault = fault;
	disk.countdown = countdown;
	disk.hits = 0;
}

/* True if this call is to fail. */
static int
disk_turn(enum fault mine)
{
	if (disk.fault != mine && disk.fault != DIE)
		return 0;
	if (disk.countdown-- > 0)
		return 0;
	if (disk.fault == DIE)
		(void)kill(getpid(), SIGKILL);
	disk.hits++;
	return 1;
}

#define REPLACES __attribute__((visibility("default")))

REPLACES ssize_t
pwrite64(int fd, const void *buf, size_t n, off64_t at)
{
	if (disk_turn(FULL)) {
		errno = ENOSPC;
		return -1;
	}
	return syscall(SYS_pwrite64, fd, buf, n, at);
}

REPLACES int
fdatasync(int fd)
{
	if (disk_turn(NO_SYNC)) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

REPLACES int
ftruncate64(int fd, off64_t len)
{
	if (disk.fault == DIE)
		(void)disk_turn(DIE);
	return (int)syscall(SYS_ftruncate, fd, len);
}

REPLACES int
unlink(const char *path)
{
	if (disk.fault == DIE)
		(void)disk_turn(DIE);
	return (int)syscall(SYS_unlink, path);
}

/* -- a process that dies ------------------------------------------------- */

/* One transaction that must be whole: three tables and a moving row. */
static int
step(struct vault *v, uint64_t i)
{
	uint64_t before = i - 1;
	char big[3000];
	int rc;

	memset(big, (int)(i & 0x7f), sizeof(big));
	if ((rc = vault_begin(v)) != 0)
		return rc;
	(void)vault_put(v, VAULT_SELF, "n", 1, &i, sizeof(i));
	(void)vault_put(v, VAULT_RATCHET, "n", 1, &i, sizeof(i));
	(void)vault_put(v, VAULT_HISTORY, &i, sizeof(i), &i, sizeof(i));
	(void)vault_put(v, VAULT_OUTBOX, &i, sizeof(i), big, sizeof(big));
	(void)vault_del(v, VAULT_OUTBOX, &before, sizeof(before));
	return vault_commit(v);
}

static uint64_t
number(struct vault *v, enum vault_table t, const void *key, size_t len)
{
	struct vault_value got;
	uint64_t n = 0;

	assert_int_equal(vault_get(v, t, key, len, &got), 0);
	if (got.data != NULL) {
		assert_int_equal(got.len, sizeof(n));
		memcpy(&n, got.data, sizeof(n));
	}
	vault_value_free(&got);
	return n;
}

/* Which transaction is the last one; all of it and all before are there. */
static uint64_t
whole(struct vault *v)
{
	uint64_t n = number(v, VAULT_SELF, "n", 1), i;
	struct vault_key key = { .len = 0 };
	struct vault_value got;

	assert_int_equal(number(v, VAULT_RATCHET, "n", 1), n);
	for (i = 1; i <= n; i++)
		assert_int_equal(number(v, VAULT_HISTORY, &i, sizeof(i)), i);
	assert_int_equal(number(v, VAULT_HISTORY, &i, sizeof(i)), 0);
	assert_int_equal(vault_next(v, VAULT_OUTBOX, "", 0, &key, &got), 0);
	if (n == 0) {
		assert_int_equal(key.len, 0);
		return n;
	}
	assert_int_equal(key.len, sizeof(n));
	assert_memory_equal(key.data, &n, sizeof(n));
	assert_int_equal(got.len, 3000);
	vault_value_free(&got);
	assert_int_equal(vault_next(v, VAULT_OUTBOX, "", 0, &key, NULL), 0);
	assert_int_equal(key.len, 0);
	return n;
}

/* Open, count on from what is there, tell ${fd} each number when durable. */
static void
work(const char *path, int fd, uint64_t steps)
{
	struct vault_value got;
	struct vault *v;
	uint64_t n = 0, end;

	if (vault_open(&v, path, PASS, PLEN, 0) != 0)
		_exit(1);
	if (vault_get(v, VAULT_SELF, "n", 1, &got) != 0)
		_exit(1);
	if (got.data != NULL)
		memcpy(&n, got.data, sizeof(n));
	vault_value_free(&got);
	for (end = n + steps; n < end; ) {
		n++;
		if (step(v, n) != 0)
			_exit(1);
		if (write(fd, &n, sizeof(n)) != sizeof(n))
			_exit(1);
	}
	vault_close(v);
	_exit(0);
}

/* Let a child work until it is done or ${*died}; the last number it told. */
static uint64_t
last_told(const char *path, uint64_t steps, int countdown, uint64_t kill_at,
    int *died)
{
	uint64_t n = 0, told;
	int fd[2], status;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		if (countdown >= 0)
			disk_set(DIE, countdown);
		work(path, fd[1], steps);
	}
	(void)close(fd[1]);
	while (read(fd[0], &told, sizeof(told)) == sizeof(told)) {
		n = told;
		if (n >= kill_at)
			(void)kill(pid, SIGKILL);
	}
	(void)close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	*died = WIFSIGNALED(status);
	assert_true(*died || WEXITSTATUS(status) == 0);
	return n;
}

static void
a_killed_process_loses_nothing_and_leaves_nothing_half(void **state)
{
	struct fixture *f = *state;
	uint64_t seed = fixture_seed(), told, found = 0;
	struct vault *v;
	int i, died;

	vault_close(fixture_create(f->path));
	for (i = 0; i < 8; i++) {
		told = last_told(f->path, 1000, -1, found + 1 +
		    fixture_below(&seed, 80), &died);
		assert_true(died);
		v = fixture_open(f->path);
		found = whole(v);
		assert_true(found >= told);
		vault_close(v);
	}
	print_message("%llu transactions\n", (unsigned long long)found);
}

/* The process ends at its first write or sync, then at a later one, ... */
static void
a_process_may_die_at_any_write(void **state)
{
	struct fixture *f = *state;
	uint64_t seed = fixture_seed(), told, found = 0, before;
	struct vault *v;
	int n, died = 1;

	vault_close(fixture_create(f->path));
	for (n = 0; died; n += 1 + (int)fixture_below(&seed, 4)) {
		before = found;
		told = last_told(f->path, 2, n, UINT64_MAX, &died);
		v = fixture_open(f->path);
		found = whole(v);
		vault_close(v);
		assert_true(found >= told && found <= before + 2);
		assert_true(n < 400);
	}
	assert_true(n > 20);
	print_message("%d writes\n", n);
}

static void
one_of_two_passphrases_opens_after_a_crash_while_changing(void **state)
{
	struct fixture *f = *state;
	struct vault *v;
	int n, status, old, new_, done = 0;
	pid_t pid;

	v = fixture_create(f->path);
	assert_int_equal(step(v, 1), 0);
	vault_close(v);
	for (n = 0; !done; n++) {
		assert_true(n < 40 && (pid = fork()) >= 0);
		if (pid == 0) {
			if (vault_open(&v, f->path, PASS, PLEN, 0) != 0)
				_exit(1);
			disk_set(DIE, n);
			_exit(vault_passphrase(v, PASS, PLEN, "new", 3));
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
		old = vault_open(&v, f->path, PASS, PLEN, 0);
		vault_close(v);
		new_ = vault_open(&v, f->path, "new", 3, 0);
		if (new_ == 0) {
			assert_int_equal(old, TACIT_E_PASSPHRASE);
			assert_int_equal(whole(v), 1);
			assert_int_equal(vault_passphrase(v, "new", 3, PASS,
			    PLEN), 0);
		} else {
			assert_int_equal(old, 0);
			assert_int_equal(new_, TACIT_E_PASSPHRASE);
			assert_false(done);
		}
		vault_close(v);
	}
	assert_true(n > 3);
}

static void
a_vault_appears_whole_or_not_at_all(void **state)
{
	struct fixture *f = *state;
	uint64_t seed = fixture_seed();
	int n, status, rc, done = 0;
	pid_t pid;

	for (n = 0; !done; n += 1 + (int)fixture_below(&seed, 4)) {
		assert_true(n < 80 && (pid = fork()) >= 0);
		if (pid == 0) {
			disk_set(DIE, n);
			_exit(vault_create(f->path, PASS, PLEN,
			    &fixture_cost) == 0 ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
		rc = fixture_try(f->path);
		if (done || rc == 0)
			assert_int_equal(rc, 0);
		else
			assert_int_equal(rc, TACIT_E_NOT_A_VAULT);
		if (rc == 0 && !done)
			assert_int_equal(unlink(f->path), 0);
	}
	assert_true(n > 5);
}

/* -- a disk that fails --------------------------------------------------- */

static void
a_full_disk_undoes_the_transaction_and_no_more(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);
	uint64_t n = 1;
	int at, rc;

	assert_int_equal(step(v, n), 0);
	for (at = 0; ; at++) {
		disk_set(FULL, at);
		rc = step(v, n + 1);
		disk.fault = NONE;
		if (disk.hits == 0)
			break;
		if (rc == 0)		/* it met the settling afterwards */
			n++;
		else
			assert_int_equal(rc, TACIT_E_DISK_FULL);
		assert_false(vault_in_transaction(v));
		assert_int_equal(whole(v), n);
		assert_int_equal(step(v, ++n), 0);
		assert_int_equal(whole(v), n);
	}
	assert_int_equal(rc, 0);
	n++;
	assert_true(at > 3);
	disk_set(FULL, 0);
	assert_int_equal(vault_settle(v), TACIT_E_DISK_FULL);
	disk_set(NONE, 0);
	assert_int_equal(vault_settle(v), 0);
	vault_close(v);
	v = fixture_open(f->path);
	assert_int_equal(whole(v), n);
	vault_close(v);
}

static void
a_full_disk_at_close_loses_nothing(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);

	assert_int_equal(step(v, 1), 0);
	disk_set(FULL, 0);
	vault_close(v);
	assert_true(disk.hits > 0);
	disk_set(NONE, 0);
	v = fixture_open(f->path);
	assert_int_equal(whole(v), 1);
	vault_close(v);
}

static void
a_file_size_limit_is_a_full_disk(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);
	struct rlimit old, low;
	void (*was)(int) = signal(SIGXFSZ, SIG_IGN);
	uint8_t *big = calloc(1, VAULT_VALUE_MAX);
	int rc;

	assert_non_null(big);
	assert_int_equal(step(v, 1), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	low = old;
	low.rlim_cur = 100000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	assert_int_equal(vault_begin(v), 0);
	(void)vault_put(v, VAULT_INBOX, "big", 3, big, VAULT_VALUE_MAX);
	rc = vault_commit(v);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	(void)signal(SIGXFSZ, was);
	assert_int_equal(rc, TACIT_E_DISK_FULL);
	assert_int_equal(whole(v), 1);
	assert_int_equal(vault_begin(v), 0);
	assert_int_equal(vault_put(v, VAULT_INBOX, "big", 3, big,
	    VAULT_VALUE_MAX), 0);
	assert_int_equal(vault_commit(v), 0);
	vault_close(v);
	free(big);
	v = fixture_open(f->path);
	assert_int_equal(whole(v), 1);
	vault_close(v);
}

static void
a_full_disk_makes_no_vault(void **state)
{
	struct fixture *f = *state;
	uint64_t seed = fixture_seed();
	char temp[96];
	int at, rc;

	(void)snprintf(temp, sizeof(temp), "%s.new", f->path);
	for (at = 0; ; at += 1 + (int)fixture_below(&seed, 4)) {
		disk_set(FULL, at);
		rc = vault_create(f->path, PASS, PLEN, &fixture_cost);
		disk.fault = NONE;
		if (disk.hits == 0)
			break;
		if (rc != 0)
			assert_int_equal(rc, TACIT_E_DISK_FULL);
		assert_int_equal(access(temp, F_OK), -1);
		assert_int_equal(fixture_try(f->path), rc == 0 ? 0 :
		    TACIT_E_NOT_A_VAULT);
		(void)unlink(f->path);
	}
	assert_int_equal(rc, 0);
	assert_true(at > 3);
}

/* After a failed fsync nobody knows what is on the disk. */
static void
the_first_failed_fsync_ends_the_handle(void **state)
{
	struct fixture *f = *state;
	struct vault_value got;
	struct vault *v = fixture_create(f->path);
	uint64_t n;

	assert_int_equal(step(v, 1), 0);
	disk_set(NO_SYNC, 0);
	assert_int_equal(step(v, 2), TACIT_E_IO);
	assert_true(disk.hits > 0);
	disk_set(NONE, 0);
	assert_false(vault_in_transaction(v));
	assert_int_equal(vault_begin(v), TACIT_E_IO);
	assert_int_equal(vault_get(v, VAULT_SELF, "n", 1, &got), TACIT_E_IO);
	assert_int_equal(vault_settle(v), TACIT_E_IO);
	vault_close(v);
	v = fixture_open(f->path);
	n = whole(v);
	assert_true(n == 1 || n == 2);
	assert_int_equal(step(v, n + 1), 0);

	disk_set(NO_SYNC, 0);
	assert_int_equal(vault_settle(v), TACIT_E_IO);
	disk_set(NONE, 0);
	assert_int_equal(step(v, n + 2), TACIT_E_IO);
	vault_close(v);
	v = fixture_open(f->path);
	assert_int_equal(whole(v), n + 1);
	vault_close(v);
}

static void
each_commit_waits_for_the_disk_once(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);
	int i;

	assert_int_equal(step(v, 1), 0);
	disk_set(NO_SYNC, 1000);
	for (i = 0; i < 10; i++)
		assert_int_equal(step(v, (uint64_t)i + 2), 0);
	assert_int_equal(disk.countdown, 990);
	assert_int_equal(vault_begin(v), 0);
	assert_int_equal(vault_del(v, VAULT_JOB, "none", 4), 0);
	assert_int_equal(vault_commit(v), 0);
	assert_int_equal(disk.countdown, 990);
	disk_set(NONE, 0);
	vault_close(v);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, \
	fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_killed_process_loses_nothing_and_leaves_nothing_half),
		T(a_process_may_die_at_any_write),
		T(one_of_two_passphrases_opens_after_a_crash_while_changing),
		T(a_vault_appears_whole_or_not_at_all),
		T(a_full_disk_undoes_the_transaction_and_no_more),
		T(a_full_disk_at_close_loses_nothing),
		T(a_file_size_limit_is_a_full_disk),
		T(a_full_disk_makes_no_vault),
		T(the_first_failed_fsync_ends_the_handle),
		T(each_commit_waits_for_the_disk_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
