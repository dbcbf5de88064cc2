/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vault beside a plain array that does the same, and what is left in the
 * files of what was removed.
 */
#include <sqlite3.h>

#include "vault_fixture.h"

/* -- the oracle ---------------------------------------------------------- */

enum { TABLES = 3, KEYS = 24, OPS = 6000 };

static const enum vault_table tables[TABLES] = {
	VAULT_RATCHET, VAULT_OUTBOX, VAULT_HISTORY
};

/* The value of a row is made from its stamp; 0: no such row. */
struct oracle {
	uint32_t stamp[TABLES][KEYS];
};

struct pair {
	struct vault *v;
	struct oracle now, next;
	uint64_t seed;
	uint32_t clock;
};

/* Keys in byte order; some are prefixes of others. */
static size_t
key_of(size_t k, char out[16])
{
	return (size_t)snprintf(out, 16, "%c%.*s", (char)('a' + k / 4),
	    (int)(k % 4), "xyz");
}

static size_t
value_of(uint32_t stamp, uint8_t *out)
{
	uint64_t s = stamp;
	size_t len = fixture_below(&s, stamp % 7 == 0 ? 9000 : 700), i;

	for (i = 0; i < len; i++)
		out[i] = (uint8_t)fixture_random(&s);
	return len;
}

static void
expect(uint32_t stamp, const struct vault_value *got)
{
	static uint8_t want[9000];
	size_t len;

	assert_true((stamp != 0) == (got->data != NULL));
	if (stamp == 0)
		return;
	len = value_of(stamp, want);
	assert_int_equal(got->len, len);
	assert_memory_equal(got->data, want, len);
}

static void
op_write(struct pair *p, size_t t, size_t k, int put)
{
	static uint8_t value[9000];
	char key[16];
	size_t len = key_of(k, key);
	int open = vault_in_transaction(p->v);
	uint32_t stamp = put ? ++p->clock : 0;

	assert_int_equal(put ? vault_put(p->v, tables[t], key, len, value,
	    value_of(stamp, value)) : vault_del(p->v, tables[t], key, len),
	    open ? 0 : TACIT_E_STATE);
	if (open)
		p->next.stamp[t][k] = stamp;
}

static void
op_get(struct pair *p, size_t t, size_t k)
{
	struct vault_value got;
	char key[16];

	assert_int_equal(vault_get(p->v, tables[t], key, key_of(k, key),
	    &got), 0);
	expect(p->next.stamp[t][k], &got);
	vault_value_free(&got);
}

/* One step of iteration from ${k} within the rows that begin with a letter. */
static void
op_step(struct pair *p, size_t t, size_t k, int back)
{
	struct vault_key key;
	struct vault_value got;
	char want[16], prefix = (char)('a' + k / 4);
	size_t len = 0, from = k - k % 4, to = from + 4, at = k;

	key.len = key_of(k, (char *)key.data);
	assert_int_equal((back ? vault_prev : vault_next)(p->v, tables[t],
	    &prefix, 1, &key, &got), 0);
	while ((back ? at-- > from : ++at < to)) {
		if (p->next.stamp[t][at] == 0)
			continue;
		len = key_of(at, want);
		break;
	}
	assert_int_equal(key.len, len);
	if (len == 0) {
		assert_null(got.data);
		return;
	}
	assert_memory_equal(key.data, want, len);
	expect(p->next.stamp[t][at], &got);
	vault_value_free(&got);
}

static void
check_all(struct pair *p)
{
	size_t t, k;

	for (t = 0; t < TABLES; t++) {
		for (k = 0; k < KEYS; k++)
			op_get(p, t, k);
	}
}

static void
op_turn(struct pair *p, const char *path)
{
	int open = vault_in_transaction(p->v);

	switch (fixture_below(&p->seed, 12)) {
	case 0:
		vault_rollback(p->v);
		p->next = p->now;
		break;
	case 1:
		if (fixture_below(&p->seed, 20) != 0)
			break;
		vault_close(p->v);
		p->next = p->now;
		p->v = fixture_open(path);
		check_all(p);
		break;
	case 2:
		assert_int_equal(vault_settle(p->v), open ? TACIT_E_STATE :
		    0);
		break;
	case 3: case 4: case 5:
		assert_int_equal(vault_commit(p->v), open ? 0 :
		    TACIT_E_STATE);
		p->now = p->next;
		break;
	default:
		assert_int_equal(vault_begin(p->v), open ? TACIT_E_STATE :
		    0);
		break;
	}
}

static void
it_does_what_an_array_would(void **state)
{
	struct fixture *f = *state;
	struct pair p = { .seed = fixture_seed() };
	size_t t, k;
	int i;

	p.v = fixture_create(f->path);
	for (i = 0; i < OPS; i++) {
		t = fixture_below(&p.seed, TABLES);
		k = fixture_below(&p.seed, KEYS);
		switch (fixture_below(&p.seed, 8)) {
		case 0: case 1: case 2:
			op_write(&p, t, k, 1);
			break;
		case 3:
			op_write(&p, t, k, 0);
			break;
		case 4:
			op_get(&p, t, k);
			break;
		case 5:
			op_step(&p, t, k, (int)(fixture_random(&p.seed) & 1));
			break;
		default:
			op_turn(&p, f->path);
			break;
		}
	}
	check_all(&p);
	vault_close(p.v);
	p.next = p.now;
	p.v = fixture_open(f->path);
	check_all(&p);
	vault_close(p.v);
}

/* -- residue ------------------------------------------------------------- */

enum { DEAD_MAX = 4000, TAIL = 40, ROUNDS = 5 };

/* The tag and nonce of every row that there was when the vault was closed. */
struct tails {
	uint8_t tail[DEAD_MAX][TAIL];
	size_t n;
};

static void
tails_read(struct tails *out, const char *path)
{
	sqlite3 *sq;
	sqlite3_stmt *st;
	int len;

	assert_int_equal(sqlite3_open_v2(path, &sq, SQLITE_OPEN_READONLY,
	    NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(sq, "SELECT d FROM entry", -1,
	    &st, NULL), SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW) {
		len = sqlite3_column_bytes(st, 0);
		assert_true(len > TAIL && out->n < DEAD_MAX);
		memcpy(out->tail[out->n++], (const uint8_t *)
		    sqlite3_column_blob(st, 0) + len - TAIL, TAIL);
	}
	assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
	assert_int_equal(sqlite3_close(sq), SQLITE_OK);
}

static int
contains(const struct fixture_bytes *b, const void *what, size_t len)
{
	return b->len >= len && memmem(b->data, b->len, what, len) != NULL;
}

static int
among(const struct tails *t, const uint8_t tail[TAIL])
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		if (memcmp(t->tail[i], tail, TAIL) == 0)
			return 1;
	}
	return 0;
}

/* A few hundred rows come, change and go, so that pages split and join. */
static void
churn(struct vault *v, uint64_t *seed)
{
	char value[1500], key[8];
	int i;

	memset(value, 'S', sizeof(value));
	memcpy(value, "SENTINEL plaintext", 18);
	for (i = 0; i < 300; i++) {
		(void)snprintf(key, sizeof(key), "%03zu",
		    fixture_below(seed, 200));
		assert_int_equal(vault_begin(v), 0);
		if (fixture_below(seed, 3) == 0)
			assert_int_equal(vault_del(v, VAULT_OUTBOX, key, 3),
			    0);
		else
			assert_int_equal(vault_put(v, VAULT_OUTBOX, key, 3,
			    value, 18 + fixture_below(seed, 1400)), 0);
		assert_int_equal(vault_commit(v), 0);
	}
}

static void
removed_rows_cannot_be_read_by_who_has_the_passphrase(void **state)
{
	struct fixture *f = *state;
	struct tails *was = calloc(1, sizeof(*was));
	struct tails *is = calloc(1, sizeof(*is));
	struct fixture_bytes b;
	uint64_t seed = fixture_seed();
	struct vault *v = fixture_create(f->path);
	size_t i, dead = 0, found = 0;
	int round;

	assert_true(was != NULL && is != NULL);
	for (round = 0; round < ROUNDS; round++) {
		churn(v, &seed);
		vault_close(v);
		tails_read(was, f->path);
		b = fixture_read(f->path);
		is->n = 0;
		tails_read(is, f->path);
		assert_false(contains(&b, "SENTINEL", 8));
		for (i = 0; i < was->n; i++) {
			if (among(is, was->tail[i])) {
				found += (size_t)contains(&b, was->tail[i],
				    TAIL);
				continue;
			}
			dead++;
			assert_false(contains(&b, was->tail[i] + 16, 12));
			assert_false(contains(&b, was->tail[i] + 28, 12));
		}
		free(b.data);
		v = fixture_open(f->path);
	}
	vault_close(v);
	print_message("%zu removed rows looked for\n", dead);
	assert_true(dead > 100 && found > 100);
	free(was);
	free(is);
}

static long
size_of(const char *path, const char *end)
{
	struct stat st;
	char name[96];

	(void)snprintf(name, sizeof(name), "%s%s", path, end);
	return stat(name, &st) == 0 ? (long)st.st_size : -1;
}

static void
the_wal_is_emptied_after_32_transactions_when_told_and_at_close(void **state)
{
	struct fixture *f = *state;
	struct vault *v = fixture_create(f->path);
	int i;

	for (i = 1; i <= 64; i++) {
		fixture_set(v, VAULT_SELF, "k", "v");
		assert_int_equal(size_of(f->path, "-wal") == 0, i % 32 == 0);
	}
	fixture_set(v, VAULT_SELF, "k", "v");
	assert_true(size_of(f->path, "-wal") > 0);
	assert_int_equal(vault_settle(v), 0);
	assert_int_equal(size_of(f->path, "-wal"), 0);
	fixture_set(v, VAULT_SELF, "k", "v");
	vault_close(v);
	assert_int_equal(size_of(f->path, "-wal"), -1);
	assert_int_equal(size_of(f->path, "-shm"), -1);
	assert_int_equal(size_of(f->path, "-journal"), -1);
}

static void
a_changed_passphrase_leaves_nothing_for_the_old_one(void **state)
{
	struct fixture *f = *state;
	struct fixture_bytes slot, b;
	struct vault *v = fixture_create(f->path);
	char name[96];
	sqlite3 *sq;
	sqlite3_stmt *st;

	vault_close(v);
	assert_int_equal(sqlite3_open(f->path, &sq), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(sq,
	    "SELECT d FROM head WHERE id = 1", -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	slot.len = (size_t)sqlite3_column_bytes(st, 0);
	assert_non_null(slot.data = malloc(slot.len));
	memcpy(slot.data, sqlite3_column_blob(st, 0), slot.len);
	assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
	assert_int_equal(sqlite3_close(sq), SQLITE_OK);
	b = fixture_read(f->path);
	assert_true(contains(&b, slot.data + 44, 72));
	free(b.data);
	v = fixture_open(f->path);
	assert_int_equal(vault_passphrase(v, PASS, PLEN, "new", 3), 0);
	b = fixture_read(f->path);
	assert_false(contains(&b, slot.data + 44, 16));
	free(b.data);
	(void)snprintf(name, sizeof(name), "%s-wal", f->path);
	b = fixture_read(name);
	assert_int_equal(b.len, 0);
	free(b.data);
	vault_close(v);
	free(slot.data);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, \
	fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(it_does_what_an_array_would),
		T(removed_rows_cannot_be_read_by_who_has_the_passphrase),
		T(the_wal_is_emptied_after_32_transactions_when_told_and_at_close),
		T(a_changed_passphrase_leaves_nothing_for_the_old_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
