/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small files of the relay's directory: read whole, written whole or not
 * at all, readable by nobody else.  Reasons go to stderr, one line each.
 */
#ifndef RELAY_FILE_H
#define RELAY_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "tacit/error.h"

/* Certificates with their chain fit easily. */
enum { FILE_LEN_MAX = 65536, FILE_PATH_MAX = 4096 + 16 };

/* The bytes of one file; a secret's are in sodium_malloc'ed memory. */
struct bytes {
	uint8_t *data;
	size_t len;
};

/* Space for ${len} bytes.  Errors:  TACIT_E_NOMEM. */
int bytes_make(struct bytes *b, size_t len);
void bytes_free(struct bytes *b);

/* Write "${dir}/${name}"; ${cap} is the size of ${out}. */
void file_path(char *out, size_t cap, const char *dir, const char *name);

/* 1 if there is something at ${path}, else 0. */
int file_exists(const char *path);

/*
 * Read ${path} into ${out}, which the caller frees.  With ${secret} a file
 * that its group or others may read is refused.
 * Errors:  TACIT_E_IO (missing, unreadable), TACIT_E_CORRUPT (no regular
 *          file, too long, or open to others), TACIT_E_NOMEM.
 */
int file_read(struct bytes *out, const char *path, int secret);

/*
 * Make or replace ${path} with mode 0600.  After a crash at any point it has
 * the old bytes or the new ones, and when this returns 0 the new ones are on
 * the disk.
 * Errors:  TACIT_E_IO, TACIT_E_DISK_FULL; ${path} is unchanged.
 */
int file_write(const char *path, const void *data, size_t len);

#endif
