/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disk of one machine, in memory.  It knows what its files look like to
 * a running process, and what of that would be left after a power cut: what
 * was synced, and of the rest whatever chance keeps, in pieces of 512 bytes.
 *
 * Paths are /sim/NUMBER/NAME.  disk_calls.c lets the product's own system
 * calls end up here, disk_vfs.c does the same for SQLite.
 */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include <stddef.h>
#include <stdint.h>

#include "random.h"

enum { DISKS_MAX = 16, DISK_SECTOR = 512 };

enum disk_fault {
	DISK_FINE,
	DISK_KILL,		/* the process ends; its files stay as seen */
	DISK_POWER,		/* the machine stops */
	DISK_ERROR,		/* a call fails with EIO */
	DISK_FULL		/* a call that needs room fails */
};

struct disk;
struct node;				/* a file, by whatever name */
struct image;				/* a copy of all files */

/* ${r} decides what is left of what was not synced. */
struct disk *disk_new(unsigned number, struct random *r);
void disk_free(struct disk *d);

/* The disk of ${path}, and the name on it; NULL: not one of ours. */
struct disk *disk_of(const char *path, const char **name);

/*
 * Let ${after} points pass at which something can go wrong; then ${fault}
 * happens, an error or a full disk ${times} times in a row.  DISK_FINE: never.
 */
void disk_arm(struct disk *d, enum disk_fault fault, unsigned after,
    unsigned times);
/* One such point that is not a call of this disk.  True: it is the end. */
int disk_point(struct disk *d);
/* DISK_KILL or DISK_POWER: whoever used this disk is gone. */
enum disk_fault disk_end(const struct disk *d);
/* It has ended by ${how}, now. */
void disk_stop(struct disk *d, enum disk_fault how);
/* Points that passed, and faults that happened. */
uint64_t disk_points(const struct disk *d);
unsigned disk_hits(const struct disk *d);

/* The next process begins; every file was closed. */
void disk_start(struct disk *d);

/* All files as a process sees them; and: they are all there is. */
struct image *disk_copy(const struct disk *d);
void disk_put_back(struct disk *d, const struct image *i);
/* The file ${name} is all there is. */
void disk_leave_only(struct disk *d, const char *name);
void image_free(struct image *i);

/* What follows returns 0 or an errno. */
struct node *disk_find(struct disk *d, const char *name);
int disk_create(struct disk *d, const char *name, struct node **out);
int disk_unlink(struct disk *d, const char *name);
int disk_rename(struct disk *d, const char *from, const char *to);
int disk_sync_names(struct disk *d);

/* An open file outlives its name. */
void node_open(struct node *n);
void node_close(struct node *n);
size_t node_len(const struct node *n);
/* Returns how many bytes there were. */
size_t node_read(const struct node *n, void *out, size_t len, size_t at);
int node_write(struct node *n, const void *data, size_t len, size_t at);
int node_truncate(struct node *n, size_t len);
int node_sync(struct node *n);

#endif
