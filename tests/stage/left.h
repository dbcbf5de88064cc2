/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left of what was removed: in the rows of a vault, opened with its
 * key, and in the bytes of its files.  To be included by one file of a
 * program, after cmocka.h.
 */
#ifndef LEFT_H
#define LEFT_H

#include "story.h"
#include "vault_priv.h"

/* The last sealed bytes of a row, with its nonce. */
enum { LEFT_TAIL = 120, LEFT_ROWS = 4000 };

/* In rows of which tables, or in their keys, ${what} stands: 1 << table. */
static inline uint64_t
left_in_rows(struct vault *v, const void *what, size_t len)
{
	struct vault_value value;
	struct vault_key key;
	uint64_t found = 0;
	int t;

	for (t = 1; t <= VAULT_LAST; t++)
		for (key.len = 0;;) {
			assert_int_equal(vault_next(v, (enum vault_table)t,
			    NULL, 0, &key, &value), 0);
			if (key.len == 0)
				break;
			if (memmem(value.data, value.len, what, len) != NULL ||
			    memmem(key.data, key.len, what, len) != NULL)
				found |= (uint64_t)1 << t;
			vault_value_free(&value);
		}
	return found;
}

/* The vault of end ${i} and its log, as bytes; good until the next call. */
struct left_file {
	uint8_t *data;
	size_t len;
};

static inline struct left_file
left_file(int i, const char *suffix)
{
	static uint8_t file[16 << 20];
	struct left_file out = { file, 0 };
	char name[300];
	FILE *f;

	(void)snprintf(name, sizeof(name), "%s/end%d%s", story_scratch(), i,
	    suffix);
	if ((f = fopen(name, "rb")) == NULL)
		return out;
	out.len = fread(file, 1, sizeof(file), f);
	assert_true(out.len < sizeof(file));
	(void)fclose(f);
	return out;
}

/* True if the bytes stand in the files of end ${i}. */
static inline int
left_in_files(int i, const void *what, size_t len)
{
	static const char *const suffix[] = { "", "-wal" };
	struct left_file f;
	size_t k;

	for (k = 0; k < 2; k++) {
		f = left_file(i, suffix[k]);
		if (memmem(f.data, f.len, what, len) != NULL)
			return 1;
	}
	return 0;
}

/* Each row of a vault as it lay in the file. */
struct left_rows {
	size_t n;
	struct {
		uint32_t table;
		size_t key_len;
		uint8_t key[VAULT_ROW_KEY_MAX], tail[LEFT_TAIL];
	} row[LEFT_ROWS];
};

static inline int
left_keep(void *arg, const struct vault_db_row *row)
{
	struct left_rows *r = arg;

	assert_true(r->n < LEFT_ROWS && row->len >= LEFT_TAIL);
	r->row[r->n].table = row->table;
	r->row[r->n].key_len = row->key_len;
	memcpy(r->row[r->n].key, row->key, row->key_len);
	memcpy(r->row[r->n++].tail, row->data + row->len - LEFT_TAIL,
	    LEFT_TAIL);
	return 0;
}

static inline void
left_take(struct left_rows *r, struct vault *v)
{
	r->n = 0;
	assert_int_equal(vault_db_scan(v->db, UINT32_MAX, left_keep, r), 0);
}

/*
 * How many rows of ${r} are gone or were replaced; none of these may be left
 * in the files of end ${i}.
 */
static inline size_t
left_gone(const struct left_rows *r, struct vault *v, int i)
{
	struct vault_db_row row;
	size_t k, n = 0;
	int same;

	for (k = 0; k < r->n; k++) {
		assert_int_equal(vault_db_get(v->db, r->row[k].table,
		    r->row[k].key, r->row[k].key_len, &row), 0);
		same = row.data != NULL && memcmp(row.data + row.len -
		    LEFT_TAIL, r->row[k].tail, LEFT_TAIL) == 0;
		vault_db_done(v->db);
		if (same)
			continue;
		n++;
		if (left_in_files(i, r->row[k].tail, LEFT_TAIL))
			fail_msg("a row of table %u is left in the files",
			    (unsigned)r->row[k].table);
	}
	return n;
}

#endif
