/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of the vault that break things: the calls by which SQLite
 * writes are replaced by ones that can be told to fail or to be the last
 * thing that the process does; and transactions that show when they are half.
 * To be included by one file of a program.
 */
#ifndef VAULT_DISK_H
#define VAULT_DISK_H

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>

#include "vault_fixture.h"

/* -- the disk ------------------------------------------------------------ */

enum fault { NONE, FULL, NO_SYNC, DIE };

static struct {
	enum fault fault;
	int countdown;			/* hits at 0 */
	int hits;
} disk;

static inline void
disk_set(enum fault fault, int countdown)
{
	disk.fault = fault;
	disk.countdown = countdown;
	disk.hits = 0;
}

/* True if this call is to fail. */
static inline int
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
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

/* One transaction that must be whole: three tables and a moving row. */
static inline int
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

static inline uint64_t
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
static inline uint64_t
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

#endif
