/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <sqlite3.h>

#include "capture.h"
#include "relay_rows.h"

/* As relay/store_sqlite_block.c has them. */
enum { ENTRY_LEN = 68, AT_NAME = 20, AT_KEY = 36, LETTERS = 256 };

struct found {
	uint8_t entry[ENTRY_LEN];
	long at;			/* of its body */
	size_t len;
};

static void __attribute__((noreturn))
die(const char *what)
{
	fprintf(stderr, "relay_rows: %s\n", what);
	abort();
}

static void
copy(const struct relay_proc *p, const char *dir, const char *name)
{
	static uint8_t buf[65536];
	char path[256];
	FILE *in, *out;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/%s", p->data, name);
	in = fopen(path, "rb");
	if (in == NULL)
		return;		/* a log that is not there */
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((out = fopen(path, "wb")) == NULL)
		die(path);
	while ((n = fread(buf, 1, sizeof(buf), in)) > 0)
		if (fwrite(buf, 1, n, out) != n)
			die(path);
	if (ferror(in) || fclose(out) != 0)
		die(path);
	(void)fclose(in);
}

/* Is it in the block of this row of the database? */
static int
look(sqlite3_stmt *s, const uint8_t *envelope, struct found *out)
{
	const uint8_t *e = sqlite3_column_blob(s, 2);
	int letter = sqlite3_column_int(s, 1) == tacit_Kind_KIND_LETTER;
	int i, n = sqlite3_column_bytes(s, 2) / ENTRY_LEN;

	for (i = 0; i < n; i++, e += ENTRY_LEN) {
		if (memcmp(e + AT_NAME, envelope, TACIT_ENVELOPE_ID_LEN) != 0)
			continue;
		memcpy(out->entry, e, ENTRY_LEN);
		out->len = letter ? TACIT_LETTER_LEN : TACIT_PARCEL_LEN;
		out->at = (sqlite3_column_int(s, 0) - 1) * LETTERS *
		    (long)TACIT_LETTER_LEN + i * (long)out->len;
		return 1;
	}
	return 0;
}

/*
 * The log is copied first: should the relay move it into the database
 * meanwhile, both have it.
 */
static int
find(const struct relay_proc *p, const uint8_t *envelope, struct found *out)
{
	char dir[128], path[256];
	sqlite3 *db;
	sqlite3_stmt *s;
	int rc, there = 0;

	capture_mkdir(dir, sizeof(dir));
	copy(p, dir, "relay.db-wal");
	copy(p, dir, "relay.db");
	(void)snprintf(path, sizeof(path), "%s/relay.db", dir);
	if (sqlite3_open(path, &db) != SQLITE_OK || sqlite3_prepare_v2(db,
	    "SELECT id, kind, envelopes FROM block", -1, &s, NULL) !=
	    SQLITE_OK)
		die(sqlite3_errmsg(db));
	while (!there && (rc = sqlite3_step(s)) == SQLITE_ROW)
		there = look(s, envelope, out);
	if (!there && rc != SQLITE_DONE)
		die(sqlite3_errmsg(db));
	(void)sqlite3_finalize(s);
	(void)sqlite3_close(db);
	capture_rmdir(dir);
	return there;
}

static void
opens(const struct relay_proc *p, const struct found *f, const uint8_t *body)
{
	static const uint8_t nonce[crypto_stream_chacha20_ietf_NONCEBYTES];
	static uint8_t buf[TACIT_PARCEL_LEN];
	char path[256];
	FILE *in;

	(void)snprintf(path, sizeof(path), "%s/relay.bodies", p->data);
	if ((in = fopen(path, "rb")) == NULL ||
	    fseek(in, f->at, SEEK_SET) != 0 ||
	    fread(buf, 1, f->len, in) != f->len)
		die(path);
	(void)fclose(in);
	(void)crypto_stream_chacha20_ietf_xor(buf, buf, f->len, nonce,
	    f->entry + AT_KEY);
	if (memcmp(buf, body, f->len) != 0)
		die("another body");
	if (relay_proc_contains(p, body, 32, NULL))
		die("a body that is not enciphered");
}

int
relay_row_find(const struct relay_proc *p, const uint8_t *envelope,
    const uint8_t *body, size_t len, struct relay_row *row)
{
	struct found f;

	if (!find(p, envelope, &f))
		return 0;
	if (f.len != len)
		die("another kind");
	opens(p, &f, body);
	memcpy(row->envelope, f.entry + AT_NAME, sizeof(row->envelope));
	memcpy(row->key, f.entry + AT_KEY, sizeof(row->key));
	return 1;
}

static int
a_half(const struct relay_proc *p, const uint8_t *what, size_t len)
{
	return relay_proc_contains(p, what, len / 2, NULL) ||
	    relay_proc_contains(p, what + len / 2, len / 2, NULL);
}

int
relay_row_named(const struct relay_proc *p, const uint8_t *envelope)
{
	return a_half(p, envelope, TACIT_ENVELOPE_ID_LEN);
}

int
relay_row_left(const struct relay_proc *p, const struct relay_row *row)
{
	return relay_row_named(p, row->envelope) ||
	    a_half(p, row->key, sizeof(row->key));
}
