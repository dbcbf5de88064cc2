/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite on the disks of the simulation.  No shared memory, as both stores
 * hold their file exclusively; a new WAL has its name synced with its first
 * sync, as SQLite's own layer for Unix does.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <sqlite3.h>

#include "disk.h"
#include "disk_vfs.h"
#include "thread.h"

struct file {
	sqlite3_file base;
	struct disk *disk;
	struct node *node;
	int name_is_new;
};

static int
x_close(sqlite3_file *f)
{
	node_close(((struct file *)f)->node);
	return SQLITE_OK;
}

static int
x_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	struct file *w = (struct file *)f;
	size_t got;

	if (disk_end(w->disk) != DISK_FINE)
		return SQLITE_IOERR_READ;
	got = node_read(w->node, p, (size_t)n, (size_t)at);
	if (got == (size_t)n)
		return SQLITE_OK;
	memset((char *)p + got, 0, (size_t)n - got);
	return SQLITE_IOERR_SHORT_READ;
}

static int
result(int err, int code)
{
	errno = err;
	if (err == 0)
		return SQLITE_OK;
	return err == ENOSPC ? SQLITE_FULL : code;
}

static int
x_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	return result(node_write(((struct file *)f)->node, p, (size_t)n,
	    (size_t)at), SQLITE_IOERR_WRITE);
}

static int
x_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return result(node_truncate(((struct file *)f)->node, (size_t)size),
	    SQLITE_IOERR_TRUNCATE);
}

static int
x_sync(sqlite3_file *f, int flags)
{
	struct file *w = (struct file *)f;
	int err;

	(void)flags;
	thread_rest();
	if ((err = node_sync(w->node)) != 0)
		return result(err, SQLITE_IOERR_FSYNC);
	if (w->name_is_new && disk_sync_names(w->disk) == 0)
		w->name_is_new = 0;
	return SQLITE_OK;
}

static int
x_size(sqlite3_file *f, sqlite3_int64 *size)
{
	*size = (sqlite3_int64)node_len(((struct file *)f)->node);
	return SQLITE_OK;
}

static int
x_lock(sqlite3_file *f, int level)
{
	(void)f;
	(void)level;
	return SQLITE_OK;
}

static int
x_reserved(sqlite3_file *f, int *out)
{
	(void)f;
	*out = 0;
	return SQLITE_OK;
}

static int
x_control(sqlite3_file *f, int op, void *arg)
{
	(void)f;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int
x_sector(sqlite3_file *f)
{
	(void)f;
	return 4096;
}

static int
x_device(sqlite3_file *f)
{
	(void)f;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = x_close,
	.xRead = x_read,
	.xWrite = x_write,
	.xTruncate = x_truncate,
	.xSync = x_sync,
	.xFileSize = x_size,
	.xLock = x_lock,
	.xUnlock = x_lock,
	.xCheckReservedLock = x_reserved,
	.xFileControl = x_control,
	.xSectorSize = x_sector,
	.xDeviceCharacteristics = x_device,
};

static int
x_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags,
    int *out)
{
	struct file *w = (struct file *)f;
	const char *name;
	int err = 0;

	(void)vfs;
	w->base.pMethods = NULL;
	w->name_is_new = 0;
	if (path == NULL || (w->disk = disk_of(path, &name)) == NULL)
		return SQLITE_CANTOPEN;
	w->node = disk_find(w->disk, name);
	if (w->node == NULL && (flags & SQLITE_OPEN_CREATE) == 0)
		return SQLITE_CANTOPEN;
	if (w->node == NULL) {
		err = disk_create(w->disk, name, &w->node);
		w->name_is_new = (flags & SQLITE_OPEN_WAL) != 0;
	}
	if (err != 0)
		return result(err, SQLITE_CANTOPEN);
	node_open(w->node);
	w->base.pMethods = &methods;
	if (out != NULL)
		*out = flags;
	return SQLITE_OK;
}

static int
x_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
	const char *name;
	struct disk *d = disk_of(path, &name);
	int err;

	(void)vfs;
	if (d == NULL || (err = disk_unlink(d, name)) == ENOENT)
		return SQLITE_IOERR_DELETE_NOENT;
	if (err == 0 && sync)
		err = disk_sync_names(d);
	return result(err, SQLITE_IOERR_DELETE);
}

static int
x_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
	const char *name;
	struct disk *d = disk_of(path, &name);
	struct node *n = d == NULL ? NULL : disk_find(d, name);

	(void)vfs;
	*out = n != NULL && (flags != SQLITE_ACCESS_EXISTS ||
	    node_len(n) > 0);
	return SQLITE_OK;
}

static int
x_full(sqlite3_vfs *vfs, const char *path, int n, char *out)
{
	(void)vfs;
	(void)sqlite3_snprintf(n, out, "%s", path);
	return SQLITE_OK;
}

static int
x_random(sqlite3_vfs *vfs, int n, char *out)
{
	(void)vfs;
	randombytes_buf(out, (size_t)n);
	return n;
}

static int
x_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

static int
x_time(sqlite3_vfs *vfs, double *out)
{
	(void)vfs;
	*out = 2460000.5;
	return SQLITE_OK;
}

void
disk_vfs_install(void)
{
	static sqlite3_vfs vfs = {
		.iVersion = 1,
		.szOsFile = (int)sizeof(struct file),
		.mxPathname = 256,
		.zName = "sim",
		.xOpen = x_open,
		.xDelete = x_delete,
		.xAccess = x_access,
		.xFullPathname = x_full,
		.xRandomness = x_random,
		.xSleep = x_sleep,
		.xCurrentTime = x_time,
	};

	if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
		abort();
}
