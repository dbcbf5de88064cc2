/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of bodies.  A body is written once, in its place, enciphered with
 * ChaCha20 (RFC 8439) under a key that is used for nothing else and stands in
 * the row of the envelope alone.  When that is overwritten nothing can read
 * the body any more (crypto-shredding), and its place is free as it is.
 *
 * There is no tag: senders seal what they send, and their recipients notice.
 * A body that the disk spoilt is delivered as it is, found to be spoilt there
 * and sent again; a relay that stopped for it would spare nobody anything.
 *
 * The file grows ahead of what is stored, by zeros that are written: so that
 * most syncs have no new size to write down.  It is reached through SQLite's
 * layer for files, and fails like the database, with one list of errors.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "store_sqlite.h"

enum {
	BLOCK = PLACES_LETTERS * TACIT_LETTER_LEN,
	AHEAD_PART = 8,			/* this part of what there is, */
	AHEAD_MAX = 4 * 1024 * 1024,	/* or so much */
	SLICE = 256 * 1024		/* of what is reserved: a millisecond
					   or two, in which letters wait */
};

static sqlite3_int64
offset_of(int64_t place)
{
	return (place - 1) * TACIT_LETTER_LEN;
}

/* Returns a result of SQLite; after an error all is as it was. */
static int
extend(struct body *b, sqlite3_int64 size)
{
	static const uint8_t zeros[64 * 1024];
	sqlite3_int64 at;
	int rc = SQLITE_OK;

	for (at = b->size; at < size && rc == SQLITE_OK;
	    at += (sqlite3_int64)sizeof(zeros))
		rc = b->file->pMethods->xWrite(b->file, zeros, sizeof(zeros),
		    at);
	if (rc == SQLITE_OK)
		b->size = size;
	else			/* others need the rest of the disk */
		(void)b->file->pMethods->xTruncate(b->file, b->size);
	return rc;
}

int
body_room(struct store_sqlite *q)
{
	struct body *b = &q->body;
	sqlite3_int64 need = offset_of(places_end(&q->rows.places));
	sqlite3_int64 ahead = b->size / AHEAD_PART;
	int rc;

	if (b->size >= need)
		return 0;
	if (ahead > AHEAD_MAX)
		ahead = AHEAD_MAX;
	b->written = 1;
	rc = extend(b, need + ahead / BLOCK * BLOCK);
	if (rc == SQLITE_FULL && ahead >= BLOCK)
		rc = extend(b, need);
	return rc == SQLITE_OK ? 0 : sql_fail(q, rc);
}

/* Also what an earlier life made, and this one does not count on. */
void
body_give_back(struct store_sqlite *q)
{
	struct body *b = &q->body;

	b->size = offset_of(places_end(&q->rows.places));
	(void)b->file->pMethods->xTruncate(b->file, b->size);
}

int
body_reserve(struct store_sqlite *q, int64_t bytes, uint8_t *more)
{
	struct body *b = &q->body;
	sqlite3_int64 size = b->size + SLICE;
	int rc;

	if (b->size >= bytes)
		return 0;
	b->written = 1;
	rc = extend(b, size < bytes ? size : bytes);
	if (rc == SQLITE_FULL)
		body_give_back(q);
	if (rc != SQLITE_OK)
		return sql_fail(q, rc);
	*more = b->size < bytes;
	return body_sync(q);
}

static void
encipher(uint8_t *out, const uint8_t *in, size_t len,
    const uint8_t key[BODY_KEY_LEN])
{
	static const uint8_t nonce[crypto_stream_chacha20_ietf_NONCEBYTES];

	(void)crypto_stream_chacha20_ietf_xor(out, in, len, nonce, key);
}

static int
write_run(struct body *b)
{
	size_t n = b->n;

	if (n == 0)
		return SQLITE_OK;
	b->n = 0;
	b->written = 1;
	return b->file->pMethods->xWrite(b->file, b->run, (int)n, b->at);
}

/* Of places that follow each other most are written with one call. */
int
body_write(struct store_sqlite *q, const struct item *i,
    const uint8_t key[BODY_KEY_LEN])
{
	struct body *b = &q->body;
	size_t len = store_body_len(i->kind);
	sqlite3_int64 at = offset_of(i->row);
	int rc;

	if ((b->at + (sqlite3_int64)b->n != at ||
	    b->n + len > sizeof(b->run)) && (rc = write_run(b)) != SQLITE_OK)
		return sql_fail(q, rc);
	if (b->n == 0)
		b->at = at;
	encipher(b->run + b->n, i->body, len, key);
	b->n += len;
	return 0;
}

void
body_undo(struct body *b)
{
	b->n = 0;
}

int
body_read(struct store_sqlite *q, const struct item *i, uint8_t *out)
{
	struct body *b = &q->body;
	size_t len = store_body_len(i->kind);
	uint8_t key[BODY_KEY_LEN];
	int rc;

	if (i->body != NULL) {
		memcpy(out, i->body, len);
		return 0;
	}
	if ((rc = block_key(q, i->row, key)) != 0)
		return rc;
	rc = b->file->pMethods->xRead(b->file, out, (int)len,
	    offset_of(i->row));
	if (rc == SQLITE_OK)
		encipher(out, out, len, key);
	sodium_memzero(key, sizeof(key));
	return rc == SQLITE_OK ? 0 : sql_fail(q, rc);
}

int
body_sync(struct store_sqlite *q)
{
	struct body *b = &q->body;
	int rc;

	if ((rc = write_run(b)) != SQLITE_OK)
		return sql_fail(q, rc);
	if (!b->written)
		return 0;
#ifndef TACIT_CONTROL_BODY_UNSYNCED
	rc = b->file->pMethods->xSync(b->file, SQLITE_SYNC_NORMAL);
#endif
	b->written = rc != SQLITE_OK;
	return rc == SQLITE_OK ? 0 : sql_fail(q, rc);
}

/* The layer calls a file that is no database and is not locked so. */
static int
open_file(struct store_sqlite *q, const char *path)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_SUPER_JOURNAL;
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	struct body *b = &q->body;
	sqlite3_file *file;
	int rc;

	b->path = calloc(1, (size_t)vfs->mxPathname + 1);
	file = calloc(1, (size_t)vfs->szOsFile);
	if (b->path == NULL || file == NULL) {
		free(file);
		return TACIT_E_NOMEM;
	}
	rc = vfs->xFullPathname(vfs, path, vfs->mxPathname + 1, b->path);
	if (rc == SQLITE_OK || rc == SQLITE_OK_SYMLINK)
		rc = vfs->xOpen(vfs, b->path, file, flags, NULL);
	if (rc != SQLITE_OK && file->pMethods != NULL)
		(void)file->pMethods->xClose(file);
	if (rc != SQLITE_OK) {
		free(file);
		return sql_fail(q, rc);
	}
	b->file = file;
	rc = file->pMethods->xFileSize(file, &b->size);
	return rc == SQLITE_OK ? 0 : sql_fail(q, rc);
}

int
body_open(struct store_sqlite *q, const char *dir)
{
	sqlite3_int64 need = offset_of(places_end(&q->rows.places));
	char path[PATH_MAX];
	int missing, rc;

	if ((rc = file_path_of(path, dir, FILE_BODIES)) != 0 ||
	    (rc = file_is_private(path, &missing)) != 0)
		return rc;
	if (missing && need > 0)
		return TACIT_E_CORRUPT;
	if (missing && ((rc = file_make(path)) != 0 ||
	    (rc = file_sync_names(dir)) != 0))
		return rc;
	if ((rc = open_file(q, path)) != 0)
		return rc;
	if (q->body.size < need)
		return TACIT_E_CORRUPT;
	/* What is there beyond may not be on the disk: write it again. */
	q->body.size = need;
	return 0;
}

void
body_close(struct body *b)
{
	if (b->file != NULL)
		(void)b->file->pMethods->xClose(b->file);
	free(b->file);
	free(b->path);
}
