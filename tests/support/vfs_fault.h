/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A layer under SQLite that counts what it asks of files, and fails it on
 * demand.  It has no shared memory, so it also shows that none is used.
 */
#ifndef TESTS_VFS_FAULT_H
#define TESTS_VFS_FAULT_H

enum vfs_call { VFS_WRITE, VFS_SYNC, VFS_TRUNCATE, VFS_READ, VFS_CALLS };
enum vfs_code { VFS_DISK_FULL, VFS_IO_ERROR };

/* All databases opened from now on go through the layer. */
void vfs_fault_install(void);

/* Let ${after} calls of this kind pass; fail the next one, and only it. */
void vfs_fault_arm(enum vfs_call call, unsigned after, enum vfs_code code);

/* No further failure; returns how many there were since it was armed. */
unsigned vfs_fault_disarm(void);

/* Calls of this kind since the layer was installed. */
unsigned long vfs_count(enum vfs_call call);

#endif
