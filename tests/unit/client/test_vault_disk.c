/* SPDX-License-Identifier: Apache-2.0 */
/* The vault on a disk that is full or fails. */
#include <sys/resource.h>

#include "vault_disk.h"

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
		T(a_full_disk_undoes_the_transaction_and_no_more),
		T(a_full_disk_at_close_loses_nothing),
		T(a_file_size_limit_is_a_full_disk),
		T(a_full_disk_makes_no_vault),
		T(the_first_failed_fsync_ends_the_handle),
		T(each_commit_waits_for_the_disk_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
