/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "vfs_fault.h"

struct layer {
	sqlite3_vfs vfs;
	sqlite3_vfs *under;
	unsigned long count[VFS_CALLS];
	int armed;
	enum vfs_call call;
	enum vfs_code code;
	unsigned after, hits;
};

struct file {
	sqlite3_file base;
	struct layer *layer;
	sqlite3_file *under;		/* in the same block of memory */
};

static struct layer *
layer_of(void)
{
	static struct layer layer;

	return &layer;
}

/* SQLITE_OK, or the failure that is due at this call. */
static int
due(struct layer *l, enum vfs_call call)
{
	static const int error[VFS_CALLS] = {
		SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC,
		SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_READ,
	};

	l->count[call]++;
	if (!l->armed || l->call != call || l->after-- > 0)
		return SQLITE_OK;
	l->armed = 0;
	l->hits++;
	return l->code == VFS_DISK_FULL ? SQLITE_FULL : error[call];
}

static int
x_close(sqlite3_file *f)
{
	struct file *w = (struct file *)f;

	return w->under->pMethods->xClose(w->under);
}

static int
x_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	struct file *w = (struct file *)f;
	int rc = due(w->layer, VFS_READ);

	return rc != SQLITE_OK ? rc :
	    w->under->pMethods->xRead(w->under, p, n, at);
}

static int
x_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct file *w = (struct file *)f;
	int rc = due(w->layer, VFS_WRITE);

	return rc != SQLITE_OK ? rc :
	    w->under->pMethods->xWrite(w->under, p, n, at);
}

static int
x_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct file *w = (struct file *)f;
	int rc = due(w->layer, VFS_TRUNCATE);

	return rc != SQLITE_OK ? rc :
	    w->under->pMethods->xTruncate(w->under, size);
}

static int
x_sync(sqlite3_file *f, int flags)
{
	struct file *w = (struct file *)f;
	int rc = due(w->layer, VFS_SYNC);

	return rc != SQLITE_OK ? rc :
	    w->under->pMethods->xSync(w->under, flags);
}

static int
x_size(sqlite3_file *f, sqlite3_int64 *size)
{
	struct file *w = (struct file *)f;

	return w->under->pMethods->xFileSize(w->under, size);
}

static int
x_lock(sqlite3_file *f, int level)
{
	struct file *w = (struct file *)f;

	return w->under->pMethods->xLock(w->under, level);
}

static int
x_unlock(sqlite3_file *f, int level)
{
	struct file *w = (struct file *)f;

	return w->under->pMethods->xUnlock(w->under, level);
}

static int
x_reserved(sqlite3_file *f, int *out)
{
	struct file *w = (struct file *)f;

	return w->under->pMethods->xCheckReservedLock(w->under, out);
}

static int
x_control(sqlite3_file *f, int op, void *arg)
{
	struct file *w = (struct file *)f;

	return w->under->pMethods->xFileControl(w->under, op, arg);
}

static int
x_sector(sqlite3_file *f)
{
	struct file *w = (struct file *)f;

	return w->under->pMethods->xSectorSize(w->under);
}

static int
x_device(sqlite3_file *f)
{
	struct file *w = (struct file *)f;

	return w->under->pMethods->xDeviceCharacteristics(w->under);
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
	.xUnlock = x_unlock,
	.xCheckReservedLock = x_reserved,
	.xFileControl = x_control,
	.xSectorSize = x_sector,
	.xDeviceCharacteristics = x_device,
};

static int
x_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
    int *out)
{
	struct layer *l = (struct layer *)vfs;
	struct file *w = (struct file *)f;
	int rc;

	w->layer = l;
	w->under = (sqlite3_file *)(void *)(w + 1);
	w->base.pMethods = NULL;
	rc = l->under->xOpen(l->under, name, w->under, flags, out);
	if (w->under->pMethods != NULL)
		w->base.pMethods = &methods;
	return rc;
}

void
vfs_fault_install(void)
{
	struct layer *l = layer_of();

	if (l->under != NULL)
		return;
	l->under = sqlite3_vfs_find(NULL);
	l->vfs = *l->under;
	l->vfs.zName = "fault";
	l->vfs.pNext = NULL;
	l->vfs.szOsFile = (int)sizeof(struct file) + l->under->szOsFile;
	l->vfs.xOpen = x_open;
	if (sqlite3_vfs_register(&l->vfs, 1) != SQLITE_OK)
		abort();
}

void
vfs_fault_arm(enum vfs_call call, unsigned after, enum vfs_code code)
{
	struct layer *l = layer_of();

	l->call = call;
	l->after = after;
	l->code = code;
	l->hits = 0;
	l->armed = 1;
}

unsigned
vfs_fault_disarm(void)
{
	struct layer *l = layer_of();

	l->armed = 0;
	return l->hits;
}

unsigned long
vfs_count(enum vfs_call call)
{
	return layer_of()->count[call];
}
