/* SPDX-License-Identifier: Apache-2.0 */
/* The vault under a process that dies, at any moment and at any write. */
#include "vault_disk.h"

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
