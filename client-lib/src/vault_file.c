/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tacit/error.h"
#include "vault_db.h"
#include "vault_file.h"

static int
from_errno(int err)
{
	if (err == ENOMEM)
		return TACIT_E_NOMEM;
	if (err == ENOSPC || err == EDQUOT || err == EFBIG)
		return TACIT_E_DISK_FULL;
	return TACIT_E_IO;
}

/* ${a}${b} in fresh memory, or NULL. */
static char *
joined(const char *a, const char *b)
{
	char *s;

	return asprintf(&s, "%s%s", a, b) < 0 ? NULL : s;
}

/* The directory part of ${path}, with its slash; "./" if there is none. */
static char *
directory(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup("./");
	return strndup(path, (size_t)(slash - path) + 1);
}

int
vault_file_resolve(char **out, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash == NULL ? path : slash + 1;
	char *dir = NULL, *real = NULL, *named = NULL;
	int rc = TACIT_E_NOT_A_VAULT;

	if ((*out = realpath(path, NULL)) != NULL)
		return 0;
	if (errno == ENOTDIR)
		return TACIT_E_NOT_A_VAULT;
	if (errno != ENOENT || *base == '\0')
		return from_errno(errno);
	if ((dir = directory(path)) == NULL)
		return TACIT_E_NOMEM;
	if ((real = realpath(dir, NULL)) == NULL)
		goto out;
	rc = TACIT_E_NOMEM;
	if ((named = joined(real, "/")) == NULL)
		goto out;
	if ((*out = joined(named, base)) == NULL)
		goto out;
	rc = 0;
out:
	free(named);
	free(real);
	free(dir);
	return rc;
}

int
vault_file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* There is no lock call with a time limit: ask again, less and less often. */
static int
lock_fd(int fd, uint32_t wait_ms)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct timespec nap = { .tv_nsec = 1000000 };
	int64_t end = now_ms() + wait_ms;

	while (fcntl(fd, F_OFD_SETLK, &fl) != 0) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return TACIT_E_IO;
		if (now_ms() >= end)
			return TACIT_E_BUSY;
		(void)nanosleep(&nap, NULL);
		if (nap.tv_nsec < 64000000)
			nap.tv_nsec *= 2;
	}
	return 0;
}

/* True if ${name} is still the file that ${fd} has open. */
static int
is_named(int fd, const char *name)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && lstat(name, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int
vault_file_lock(int *fd, const char *path, uint32_t wait_ms)
{
	char *name;
	int f, rc;

	if ((name = joined(path, ".lock")) == NULL)
		return TACIT_E_NOMEM;
	f = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	rc = f < 0 ? from_errno(errno) : lock_fd(f, wait_ms);
	if (rc == 0 && !is_named(f, name))
		rc = TACIT_E_BUSY;
	free(name);
	if (rc == 0)
		*fd = f;
	else if (f >= 0)
		(void)close(f);
	return rc;
}

void
vault_file_unlock(int fd, const char *path)
{
	char *name;

	if ((name = joined(path, ".lock")) != NULL)
		(void)unlink(name);
	free(name);
	(void)close(fd);
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* True if there is something in the file ${path}${end}. */
static int
has_beside(const char *path, const char *end)
{
	struct stat st;
	char *name;
	int yes;

	if ((name = joined(path, end)) == NULL)
		return 1;
	yes = lstat(name, &st) == 0 && st.st_size > 0;
	free(name);
	return yes;
}

/* What a file is called that is not of ${kind}. */
static int
other_kind(enum vault_kind kind)
{
	return kind == VAULT_BACKUP ? TACIT_E_NOT_A_BACKUP :
	    TACIT_E_NOT_A_VAULT;
}

/* The fields of SQLite's file header (its file format, section 1.3). */
static int
judge(const uint8_t *head, size_t n, int64_t size, enum vault_kind kind,
    int *cut)
{
	static const char magic[16] = "SQLite format 3";
	uint32_t page = (uint32_t)head[16] << 8 | head[17];
	uint32_t application = kind == VAULT_BACKUP ? VAULT_DB_BACKUP :
	    VAULT_DB_APPLICATION;
	uint8_t mode = kind == VAULT_BACKUP ? 1 : 2;	/* 2: WAL */

	if (n == 0 || memcmp(head, magic, n < sizeof(magic) ? n :
	    sizeof(magic)) != 0)
		return other_kind(kind);
	if (n < VAULT_DB_HEADER_LEN)
		return TACIT_E_TRUNCATED;
	if (get32(head + 68) != application)
		return other_kind(kind);
	if (get32(head + 60) > VAULT_DB_FORMAT)
		return TACIT_E_VERSION;
	if (get32(head + 60) != VAULT_DB_FORMAT)
		return TACIT_E_CORRUPT;
	if (head[18] != mode || head[19] != mode)
		return TACIT_E_CORRUPT;
	*cut = size < (int64_t)page * get32(head + 28);
	return 0;
}

int
vault_file_probe(const char *path, enum vault_kind kind, int *cut)
{
	uint8_t head[VAULT_DB_HEADER_LEN] = { 0 };
	struct stat st;
	ssize_t n;
	int fd, rc = TACIT_E_IO;

	*cut = 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? other_kind(kind) : TACIT_E_IO;
	if (fstat(fd, &st) != 0)
		goto out;
	rc = other_kind(kind);
	if (!S_ISREG(st.st_mode))
		goto out;
	rc = TACIT_E_IO;
	if ((n = pread(fd, head, sizeof(head), 0)) < 0)
		goto out;
	if ((rc = judge(head, (size_t)n, st.st_size, kind, cut)) != 0)
		goto out;
	/* Only something else leaves a rollback journal, and SQLite would
	 * play it back into the file before anybody could look. */
	if (has_beside(path, "-journal"))
		rc = TACIT_E_CORRUPT;
	else if (*cut && (kind == VAULT_BACKUP || !has_beside(path, "-wal")))
		rc = TACIT_E_TRUNCATED;
out:
	(void)close(fd);
	return rc;
}

static int
write_again(int fd)
{
	uint8_t bytes[4096];
	off_t at;
	ssize_t n;

	for (at = 0; (n = pread(fd, bytes, sizeof(bytes), at)) > 0; at += n)
		if (pwrite(fd, bytes, (size_t)n, at) != n)
			return from_errno(errno);
	if (n < 0 || (at > 0 && fsync(fd) != 0))
		return from_errno(errno);
	return 0;
}

int
vault_file_renew_wal(const char *path)
{
	char *name;
	int fd, rc = 0;

	if ((name = joined(path, "-wal")) == NULL)
		return TACIT_E_NOMEM;
	fd = open(name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	free(name);
	if (fd < 0)
		return errno == ENOENT ? 0 : from_errno(errno);
	rc = write_again(fd);
	(void)close(fd);
	return rc;
}

int
vault_file_make(const char *path)
{
	int fd, rc = 0;

	vault_file_remove(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd < 0)
		return from_errno(errno);
	if (fchmod(fd, 0600) != 0)
		rc = from_errno(errno);
	(void)close(fd);
	return rc;
}

static void
remove_beside(const char *path)
{
	static const char *const end[] = { "-wal", "-shm", "-journal" };
	size_t i;
	char *name;

	for (i = 0; i < sizeof(end) / sizeof(end[0]); i++) {
		if ((name = joined(path, end[i])) == NULL)
			return;
		(void)unlink(name);
		free(name);
	}
}

void
vault_file_remove(const char *path)
{
	(void)unlink(path);
	remove_beside(path);
}

static int
sync_path(const char *path, int flags)
{
	int fd, rc = 0;

	if ((fd = open(path, flags | O_CLOEXEC)) < 0)
		return from_errno(errno);
	if (fsync(fd) != 0)
		rc = from_errno(errno);
	(void)close(fd);
	return rc;
}

int
vault_file_sync_dir(const char *path)
{
	char *dir;
	int rc;

	if ((dir = directory(path)) == NULL)
		return TACIT_E_NOMEM;
	rc = sync_path(dir, O_RDONLY | O_DIRECTORY);
	free(dir);
	return rc;
}

/*
 * What a removed vault left beside this name goes first: SQLite would take
 * an old WAL for ours.
 */
int
vault_file_publish(const char *temp, const char *path, enum vault_kind kind)
{
	int rc;

	if ((rc = sync_path(temp, O_RDONLY)) != 0)
		return rc;
	if (vault_file_exists(path))
		return TACIT_E_VAULT_EXISTS;
	if (kind == VAULT_LIVED_IN)
		remove_beside(path);
	if (renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return vault_file_sync_dir(path);
	if (errno == EEXIST)
		return TACIT_E_VAULT_EXISTS;
	if (errno != EINVAL && errno != ENOSYS)
		return from_errno(errno);
	/* A file system without that: a second name, then drop the first. */
	if (link(temp, path) != 0)
		return errno == EEXIST ? TACIT_E_VAULT_EXISTS :
		    from_errno(errno);
	(void)unlink(temp);
	return vault_file_sync_dir(path);
}
