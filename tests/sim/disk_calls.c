/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system calls by which the product looks at, makes and names its files,
 * in front of the real ones (--wrap): what lies under /sim is on a disk of
 * the simulation.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"
#include "wrap.h"

enum { FD_BASE = 1 << 20, FDS = 64 };

struct open_fd {
	struct disk *disk;
	struct node *node;		/* NULL: the directory */
};

static struct open_fd *
fds(void)
{
	static struct open_fd all[FDS];

	return all;
}

static struct open_fd *
fd_of(int fd)
{
	return fd >= FD_BASE && fd < FD_BASE + FDS ? &fds()[fd - FD_BASE] :
	    NULL;
}

static int
said(int err)
{
	if (err == 0)
		return 0;
	errno = err;
	return -1;
}

static int
new_fd(struct disk *d, struct node *n)
{
	struct open_fd *all = fds();
	int i;

	for (i = 0; i < FDS && all[i].disk != NULL; i++)
		continue;
	if (i == FDS)
		return said(EMFILE);
	all[i] = (struct open_fd){ d, n };
	if (n != NULL)
		node_open(n);
	return FD_BASE + i;
}

static int
sim_open(struct disk *d, const char *name, int flags)
{
	struct node *n;
	int err;

	if (*name == '\0')
		return new_fd(d, NULL);
	n = disk_find(d, name);
	if (n == NULL && (flags & O_CREAT) == 0)
		return said(ENOENT);
	if (n != NULL && (flags & O_EXCL) != 0)
		return said(EEXIST);
	if (n == NULL && (err = disk_create(d, name, &n)) != 0)
		return said(err);
	return new_fd(d, n);
}

int
__wrap_open(const char *path, int flags, ...)
{
	const char *name;
	struct disk *d = disk_of(path, &name);
	mode_t mode = 0;
	va_list ap;

	if (d != NULL)
		return sim_open(d, name, flags);
	if ((flags & O_CREAT) != 0) {
		va_start(ap, flags);
		mode = (mode_t)va_arg(ap, unsigned);
		va_end(ap);
	}
	return __real_open(path, flags, mode);
}

int
__wrap___open_2(const char *path, int flags)
{
	return __wrap_open(path, flags);
}

int
__wrap_close(int fd)
{
	struct open_fd *f = fd_of(fd);

	if (f == NULL)
		return __real_close(fd);
	if (f->node != NULL)
		node_close(f->node);
	*f = (struct open_fd){ NULL, NULL };
	return 0;
}

static void
describe(struct stat *st, const struct node *n)
{
	memset(st, 0, sizeof(*st));
	st->st_mode = n == NULL ? S_IFDIR | S_IRWXU :
	    S_IFREG | S_IRUSR | S_IWUSR;
	st->st_uid = geteuid();
	st->st_size = n == NULL ? 0 : (off_t)node_len(n);
}

int
__wrap_fstat(int fd, struct stat *st)
{
	struct open_fd *f = fd_of(fd);

	if (f == NULL)
		return __real_fstat(fd, st);
	describe(st, f->node);
	return 0;
}

int
__wrap_lstat(const char *path, struct stat *st)
{
	const char *name;
	struct disk *d = disk_of(path, &name);
	struct node *n;

	if (d == NULL)
		return __real_lstat(path, st);
	if ((n = disk_find(d, name)) == NULL && *name != '\0')
		return said(ENOENT);
	describe(st, n);
	return 0;
}

ssize_t
__wrap_pread(int fd, void *out, size_t len, off_t at)
{
	struct open_fd *f = fd_of(fd);

	if (f == NULL)
		return __real_pread(fd, out, len, at);
	if (f->node == NULL)
		return said(EISDIR);
	return (ssize_t)node_read(f->node, out, len, (size_t)at);
}

ssize_t
__wrap_pwrite(int fd, const void *data, size_t len, off_t at)
{
	struct open_fd *f = fd_of(fd);
	int err;

	if (f == NULL)
		return __real_pwrite(fd, data, len, at);
	err = f->node == NULL ? EISDIR : node_write(f->node, data, len,
	    (size_t)at);
	return err != 0 ? said(err) : (ssize_t)len;
}

ssize_t
__wrap___pread_chk(int fd, void *out, size_t len, off_t at, size_t room)
{
	if (len > room)
		abort();
	return __wrap_pread(fd, out, len, at);
}

int
__wrap_unlink(const char *path)
{
	const char *name;
	struct disk *d = disk_of(path, &name);

	return d == NULL ? __real_unlink(path) : said(disk_unlink(d, name));
}

int
__wrap_rename(const char *from, const char *to)
{
	const char *name, *new_name;
	struct disk *d = disk_of(from, &name);

	if (d == NULL || disk_of(to, &new_name) != d)
		return __real_rename(from, to);
	return said(disk_rename(d, name, new_name));
}

int
__wrap_renameat2(int at, const char *from, int at2, const char *to,
    unsigned flags)
{
	const char *name, *new_name;
	struct disk *d = disk_of(from, &name);

	if (d == NULL || disk_of(to, &new_name) != d)
		return __real_renameat2(at, from, at2, to, flags);
	if ((flags & RENAME_NOREPLACE) != 0 && disk_find(d, new_name) != NULL)
		return said(EEXIST);
	return said(disk_rename(d, name, new_name));
}

int
__wrap_fsync(int fd)
{
	struct open_fd *f = fd_of(fd);

	if (f == NULL)
		return __real_fsync(fd);
	return said(f->node == NULL ? disk_sync_names(f->disk) :
	    node_sync(f->node));
}

int
__wrap_fchmod(int fd, mode_t mode)
{
	return fd_of(fd) != NULL ? 0 : __real_fchmod(fd, mode);
}

/* Locks of open files: there is one process on a disk at a time. */
int
__wrap_fcntl(int fd, int what, ...)
{
	void *arg;
	va_list ap;

	if (fd_of(fd) != NULL)
		return 0;
	va_start(ap, what);
	arg = va_arg(ap, void *);
	va_end(ap);
	return __real_fcntl(fd, what, arg);
}

char *
__wrap_realpath(const char *path, char *out)
{
	const char *name;
	struct disk *d = disk_of(path, &name);
	size_t len;
	char *copy;

	if (d == NULL)
		return __real_realpath(path, out);
	if (*name != '\0' && disk_find(d, name) == NULL) {
		errno = ENOENT;
		return NULL;
	}
	if ((copy = strdup(path)) == NULL)
		return NULL;
	len = strlen(copy);
	if (len > 0 && copy[len - 1] == '/')
		copy[len - 1] = '\0';
	return copy;
}
