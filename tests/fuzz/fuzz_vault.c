/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vault that something changed: bytes, pages, rows and the WAL of a valid
 * one.  Opening it either is refused, with the file as it was, or gives the
 * rows that were put in; of a WAL that was cut, those of an earlier
 * transaction.  Input: which of two vaults, then edits (enum edit).
 */
#include <unistd.h>

#include <sodium.h>
#include <sqlite3.h>

#include "fuzz.h"
#include "vault.h"
#include "vault_file.h"

enum { EPOCHS = 8, FILE_CAP = 1 << 18, PAGE = 1024 };

enum edit {
	EDIT_FILE, EDIT_WAL, EDIT_CUT_FILE, EDIT_CUT_WAL, EDIT_PAGE, EDIT_ROW,
	EDITS
};

struct bytes {
	uint8_t data[FILE_CAP];
	size_t len;
};

/* A vault as files, and the contents that it may be read as. */
struct base {
	struct bytes file, wal;
	uint8_t may_be[EPOCHS][32];
	int n;
};

static struct base base[2];
static char path[128], wal[136];
static const char pass[] = "a passphrase";

static void
load(struct bytes *b, const char *name)
{
	FILE *f = fopen(name, "rb");

	b->len = 0;
	if (f == NULL)
		return;
	b->len = fread(b->data, 1, sizeof(b->data), f);
	FUZZ_CHECK(b->len < sizeof(b->data));
	(void)fclose(f);
}

static void
store(const struct bytes *b, const char *name)
{
	FILE *f = fopen(name, "wb");

	FUZZ_CHECK(f != NULL && fwrite(b->data, 1, b->len, f) == b->len);
	FUZZ_CHECK(fclose(f) == 0);
}

/*
 * A hash over the state tables, all of which the vault vouches for.  Rows of
 * the history may be missing, which its chain tells (history.h); those that
 * are there open, and none of them does in the table after it.  Errors:  TACIT_E_CORRUPT.
 */
static int
content(struct vault *v, uint8_t out[32])
{
	crypto_generichash_state st;
	struct vault_value value;
	struct vault_key key;
	uint8_t table;
	int rc;

	(void)crypto_generichash_init(&st, NULL, 0, 32);
	for (table = VAULT_SELF; table <= VAULT_LAST; table++)
		for (key.len = 0;;) {
			if ((rc = vault_next(v, table, NULL, 0, &key,
			    &value)) != 0)
				return rc;
			if (key.len == 0)
				break;
			if (table < VAULT_HISTORY) {
				(void)crypto_generichash_update(&st, &table, 1);
				(void)crypto_generichash_update(&st, key.data,
				    key.len);
				(void)crypto_generichash_update(&st,
				    value.data, value.len);
			} else {
				FUZZ_CHECK(table == VAULT_HISTORY &&
				    value.len == 9 &&
				    memcmp(value.data, "said this", 9) == 0);
			}
			vault_value_free(&value);
		}
	return crypto_generichash_final(&st, out, 32);
}

/* ---- the vaults that are changed ------------------------------------------------- */

static void
transact(struct vault *v, int n)
{
	char value[1500];
	uint8_t key = (uint8_t)n;

	memset(value, 'a' + n, sizeof(value));
	FUZZ_CHECK(vault_begin(v) == 0);
	FUZZ_CHECK(vault_put(v, VAULT_SELF, "me", 2, &key, 1) == 0);
	FUZZ_CHECK(vault_put(v, VAULT_CONTACT, &key, 1, "contact", 7) == 0);
	FUZZ_CHECK(vault_put(v, VAULT_OUTBOX, &key, 1, value,
	    sizeof(value) / (size_t)(n + 1)) == 0);
	FUZZ_CHECK(vault_put(v, VAULT_HISTORY, &key, 1, "said this", 9) == 0);
	if (n == 3)
		FUZZ_CHECK(vault_del(v, VAULT_OUTBOX, "\1", 1) == 0);
	FUZZ_CHECK(vault_commit(v) == 0);
}

static struct vault *
open_vault(void)
{
	struct vault *v;

	FUZZ_CHECK(vault_open(&v, path, pass, strlen(pass), 0) == 0);
	return v;
}

static void
furnish(struct base *b, int from, int to)
{
	struct vault *v = open_vault();
	int n;

	FUZZ_CHECK(content(v, b->may_be[b->n++]) == 0);
	for (n = from; n < to; n++) {
		transact(v, n);
		FUZZ_CHECK(content(v, b->may_be[b->n++]) == 0);
	}
	load(&b->file, path);		/* with what is in the WAL */
	load(&b->wal, wal);
	vault_close(v);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct vault_cost cost = { TACIT_ARGON_PASSES_FLOOR,
	    TACIT_ARGON_MIB_FLOOR };

	(void)argc;
	(void)argv;
	fuzz_begin(7);
	(void)snprintf(path, sizeof(path), "%s/vault", fuzz_scratch());
	(void)snprintf(wal, sizeof(wal), "%s-wal", path);
	FUZZ_CHECK(vault_create(path, pass, strlen(pass), &cost) == 0);
	furnish(&base[1], 1, 4);
	load(&base[0].file, path);	/* closed, without a WAL */
	memcpy(base[0].may_be[0], base[1].may_be[base[1].n - 1], 32);
	base[0].n = 1;
	base[1].n = 0;
	furnish(&base[1], 4, 7);
	FUZZ_CHECK(base[1].wal.len > 0);
	return 0;
}

/* ---- edits ------------------------------------------------------------------------- */

static void
patch(struct bytes *b, struct fuzz_in *in)
{
	uint32_t at = fuzz_u32(in);
	uint8_t n = fuzz_u8(in) % 32;

	for (at &= 0xffffff; n > 0 && b->len > 0; n--, at++)
		b->data[at % b->len] = fuzz_u8(in);
}

static void
cut(struct bytes *b, struct fuzz_in *in)
{
	size_t len = fuzz_u32(in) & 0xffffff;

	if (b->len > 0)
		b->len = len % b->len;
}

static void
copy_page(struct bytes *b, struct fuzz_in *in)
{
	size_t n = b->len / PAGE, from, to;

	if (n == 0)
		return;
	from = fuzz_u8(in) % n;
	to = fuzz_u8(in) % n;
	memmove(b->data + to * PAGE, b->data + from * PAGE, PAGE);
}

static void
bind_rest(sqlite3_stmt *st, struct fuzz_in *in)
{
	uint8_t what = fuzz_u8(in);
	uint8_t value[64];
	size_t len = what >> 2;

	(void)sqlite3_bind_int(st, 1, fuzz_u8(in));
	(void)sqlite3_bind_int(st, 2, fuzz_u8(in));
	if (what & 2) {
		(void)sqlite3_bind_int64(st, 3, fuzz_u32(in));
		return;
	}
	(void)fuzz_fill(in, value, sizeof(value));
	(void)sqlite3_bind_blob(st, 3, value, (int)len, SQLITE_TRANSIENT);
}

/* As somebody with an SQLite shell does it; ?1 and ?2 are rows in order. */
static void
edit_row(const char *file, struct fuzz_in *in)
{
#define ROW(n)	"(t, k) = (SELECT t, k FROM entry LIMIT 1 OFFSET " n ")"
	static const char *const sql[] = {
		"DELETE FROM entry WHERE " ROW("?1"),
		"UPDATE entry SET d = ?3 WHERE " ROW("?1"),
		"UPDATE entry SET d = (SELECT d FROM entry LIMIT 1 OFFSET ?2)"
		    " WHERE " ROW("?1"),
		"UPDATE entry SET t = ?2 WHERE " ROW("?1"),
		"UPDATE entry SET k = ?3 WHERE " ROW("?1"),
		"UPDATE entry SET v = ?2 WHERE " ROW("?1"),
		"INSERT INTO entry SELECT ?2, ?3, v, d FROM entry WHERE "
		    ROW("?1"),
		"UPDATE head SET d = ?3 WHERE id = ?1 % 2 + 1",
		"UPDATE head SET d = substr(d, 1, ?1) || ?3 ||"
		    " substr(d, ?1 + 1 + length(?3)) WHERE id = ?2 % 2 + 1",
		"UPDATE entry SET d = substr(d, 1, ?2) || ?3 ||"
		    " substr(d, ?2 + 1 + length(?3)) WHERE " ROW("?1"),
		"DELETE FROM head WHERE id = ?1 % 2 + 1",
	};
#undef ROW
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;

	if (sqlite3_open(file, &db) == SQLITE_OK && sqlite3_prepare_v2(db,
	    sql[fuzz_u8(in) % (sizeof(sql) / sizeof(sql[0]))], -1, &st,
	    NULL) == SQLITE_OK) {
		bind_rest(st, in);
		(void)sqlite3_step(st);
	}
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(db);
}

/* Make the changed files at ${path}. */
static void
change(const struct base *b, struct fuzz_in *in)
{
	static struct bytes file, log;
	enum edit e;

	file = b->file;
	log = b->wal;
	vault_file_remove(path);
	while (in->left > 0) {
		switch (e = fuzz_u8(in) % EDITS) {
		case EDIT_FILE:		patch(&file, in); break;
		case EDIT_WAL:		patch(&log, in); break;
		case EDIT_CUT_FILE:	cut(&file, in); break;
		case EDIT_CUT_WAL:	cut(&log, in); break;
		case EDIT_PAGE:		copy_page(&file, in); break;
		default:
			store(&file, path);
			if (log.len > 0)
				store(&log, wal);
			edit_row(path, in);
			load(&file, path);
			load(&log, wal);
			vault_file_remove(path);
		}
	}
	store(&file, path);
	if (log.len > 0)
		store(&log, wal);
}

static int
is_refusal(int rc)
{
	return rc == TACIT_E_NOT_A_VAULT || rc == TACIT_E_CORRUPT ||
	    rc == TACIT_E_TRUNCATED || rc == TACIT_E_VERSION ||
	    rc == TACIT_E_IO;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bytes before, after;
	struct fuzz_in in = { data, size };
	const struct base *b = &base[fuzz_u8(&in) & 1];
	struct vault *v = NULL;
	uint8_t found[32];
	int rc, i;

	fuzz_begin(1);
	change(b, &in);
	load(&before, path);
	rc = vault_open(&v, path, pass, strlen(pass), 0);
	if (rc != 0) {
		if (!is_refusal(rc))
			fprintf(stderr, "refused with %d\n", rc);
		FUZZ_CHECK(is_refusal(rc) && v == NULL);
		load(&after, path);
		FUZZ_CHECK(after.len == before.len &&
		    memcmp(after.data, before.data, after.len) == 0);
		return 0;
	}
	if ((rc = content(v, found)) == 0) {
		for (i = 0; i < b->n && memcmp(b->may_be[i], found, 32) != 0;)
			i++;
		FUZZ_CHECK(i < b->n);
	} else {
		FUZZ_CHECK(rc == TACIT_E_CORRUPT);
	}
	vault_close(v);
	return 0;
}
