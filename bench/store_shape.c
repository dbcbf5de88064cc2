/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In which shape to store envelopes: measures insertion, turnover, single
 * transactions and scrubbing on an empty file and on one with many rows.
 * docs/MEASUREMENTS.md, "Store", says what was found and decided.
 *
 *   append	one table in order of arrival, index (mailbox, counter)
 *   block	ids from shuffled blocks, order in memory, rows inserted
 *   slot	as block, but rows are made beforehand and overwritten
 *   random	random ids, order in memory, rows inserted
 *
 * With --shred bodies are encrypted under keys of their own, kept in a small
 * file and overwritten there at removal; the WAL is then never cut.
 */
#include <sys/resource.h>

#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>
#include <sqlite3.h>

enum { BODY = 2048, BOXES = 1000, BLOCK = 256, BATCH = 64, KEY = 32 };
enum shape { APPEND, BLOCKS, SLOT, RANDOM, SHAPES };

static const char *const shape_name[] = { "append", "block", "slot", "random" };

enum stmt { INSERT_HEAD, INSERT_BODY, DELETE_HEAD, DELETE_BODY, MAKE_HEAD,
    MAKE_BODY, STMTS };

static const char *const sql[SHAPES][STMTS] = {
	[APPEND] = {
		"INSERT INTO e VALUES (?1, ?2, ?3, ?4, ?5, ?6)", NULL,
		"DELETE FROM e WHERE mailbox = ?2 AND counter = ?3", NULL,
		NULL, NULL,
	},
#define INSERTED							\
		"INSERT INTO e VALUES (?1, ?2, ?3, ?4, ?5)",		\
		"INSERT INTO b VALUES (?1, ?2)",			\
		"DELETE FROM e WHERE id = ?1",				\
		"DELETE FROM b WHERE id = ?1", NULL, NULL
	[BLOCKS] = { INSERTED },
	[RANDOM] = { INSERTED },
	[SLOT] = {
		"UPDATE e SET mailbox = ?2, counter = ?3, envelope = ?4,"
		" day = ?5 WHERE id = ?1",
		"UPDATE b SET body = ?2 WHERE id = ?1",
		"DELETE FROM e WHERE id = ?1",
		"DELETE FROM b WHERE id = ?1",
		"INSERT INTO e VALUES"
		" (?1, -9223372036854775808, 0.0, zeroblob(16), 0.0)",
		"INSERT INTO b VALUES (?1, zeroblob(2048))",
	},
};

struct letter {
	int64_t id;
	uint32_t next;			/* in its mailbox; 0: the last */
	uint32_t counter;
};

struct bench {
	enum shape shape;
	int page, shred;
	uint32_t rows, ops;
	const char *dir;
	sqlite3 *db;
	sqlite3_stmt *stmt[STMTS];
	int wal_pages, key_fd;
	int64_t next_id, free[BLOCK];
	uint32_t n_free;
	struct letter *letter;		/* from 1 */
	uint32_t n_letters, n_stored;
	uint32_t first[BOXES], last[BOXES], counter[BOXES];
	uint8_t body[BODY];
	double last_scrub;
};

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
check(struct bench *b, int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(b->db));
	exit(1);
}

static void
execute(struct bench *b, const char *text)
{
	check(b, sqlite3_exec(b->db, text, NULL, NULL, NULL) == SQLITE_OK,
	    text);
}

static void
step(struct bench *b, enum stmt s)
{
	check(b, sqlite3_step(b->stmt[s]) == SQLITE_DONE, "step");
	(void)sqlite3_reset(b->stmt[s]);
}

static int
note_wal(void *arg, sqlite3 *db, const char *name, int pages)
{
	(void)db;
	(void)name;
	((struct bench *)arg)->wal_pages = pages;
	return SQLITE_OK;
}

static void
checkpoint(struct bench *b, int mode)
{
	check(b, sqlite3_wal_checkpoint_v2(b->db, NULL, mode, NULL, NULL) ==
	    SQLITE_OK, "checkpoint");
}

static void
open_bench(struct bench *b)
{
	char path[4096], text[1024];
	int i;

	(void)snprintf(path, sizeof(path), "%s/shape-%ld.keys", b->dir,
	    (long)getpid());
	b->key_fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/shape-%ld.db", b->dir,
	    (long)getpid());
	check(b, sqlite3_open(path, &b->db) == SQLITE_OK, path);
	(void)snprintf(text, sizeof(text), "PRAGMA page_size = %d;"
	    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = OFF; PRAGMA secure_delete = ON;"
	    "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16384;",
	    b->page);
	execute(b, text);
	(void)sqlite3_wal_hook(b->db, note_wal, b);
	execute(b, b->shape == APPEND ?
	    "CREATE TABLE e (id INTEGER PRIMARY KEY, mailbox, counter,"
	    " envelope, day, body);"
	    "CREATE INDEX i ON e (mailbox, counter)" :
	    "CREATE TABLE e (id INTEGER PRIMARY KEY, mailbox, counter,"
	    " envelope, day);"
	    "CREATE TABLE b (id INTEGER PRIMARY KEY, body)");
	for (i = 0; i < STMTS; i++) {
		if (sql[b->shape][i] != NULL)
			check(b, sqlite3_prepare_v2(b->db, sql[b->shape][i],
			    -1, &b->stmt[i], NULL) == SQLITE_OK,
			    sql[b->shape][i]);
	}
}

static void
close_bench(struct bench *b)
{
	char path[4096];
	int i;

	for (i = 0; i < STMTS; i++)
		(void)sqlite3_finalize(b->stmt[i]);
	(void)sqlite3_close(b->db);
	(void)snprintf(path, sizeof(path), "%s/shape-%ld.db", b->dir,
	    (long)getpid());
	(void)unlink(path);
	(void)close(b->key_fd);
	free(b->letter);
}

/* A new block of ids, shuffled; in shape SLOT the rows are made here. */
static void
new_block(struct bench *b)
{
	uint32_t i, k;
	int64_t swap;

	for (i = 0; i < BLOCK; i++) {
		b->free[i] = b->next_id++;
		if (b->shape != SLOT)
			continue;
		(void)sqlite3_bind_int64(b->stmt[MAKE_HEAD], 1, b->free[i]);
		step(b, MAKE_HEAD);
		(void)sqlite3_bind_int64(b->stmt[MAKE_BODY], 1, b->free[i]);
		step(b, MAKE_BODY);
	}
	for (i = BLOCK; i > 1; i--) {
		k = randombytes_uniform(i);
		swap = b->free[i - 1];
		b->free[i - 1] = b->free[k];
		b->free[k] = swap;
	}
	b->n_free = BLOCK;
}

static int64_t
new_id(struct bench *b)
{
	int64_t id;

	if (b->shape == APPEND)
		return b->next_id++;
	if (b->shape == RANDOM) {
		randombytes_buf(&id, sizeof(id));
		return id & INT64_MAX;
	}
	if (b->n_free == 0)
		new_block(b);
	return b->free[--b->n_free];
}

static void
seal_body(struct bench *b, uint32_t n, uint8_t out[BODY])
{
	uint8_t key[KEY];
	static const uint8_t nonce[crypto_stream_xchacha20_NONCEBYTES];

	randombytes_buf(key, sizeof(key));
	(void)crypto_stream_xchacha20_xor(out, b->body, BODY, nonce, key);
	check(b, pwrite(b->key_fd, key, KEY, (off_t)n * KEY) == KEY, "key");
}

static void
bind_head(sqlite3_stmt *st, uint32_t box, const struct letter *l,
    const uint8_t envelope[16])
{
	(void)sqlite3_bind_int64(st, 1, l->id);
	(void)sqlite3_bind_int64(st, 2, INT64_C(1) << 62 | box);
	(void)sqlite3_bind_double(st, 3, l->counter);
	(void)sqlite3_bind_blob(st, 4, envelope, 16, SQLITE_TRANSIENT);
	(void)sqlite3_bind_double(st, 5, 30);
}

static void
insert(struct bench *b)
{
	uint32_t n = ++b->n_letters, box = randombytes_uniform(BOXES);
	struct letter *l = &b->letter[n];
	uint8_t envelope[16], sealed[BODY];
	const uint8_t *body = b->body;

	randombytes_buf(envelope, sizeof(envelope));
	memcpy(b->body, envelope, sizeof(envelope));
	if (b->shred) {
		seal_body(b, n, sealed);
		body = sealed;
	}
	l->id = new_id(b);
	l->next = 0;
	l->counter = ++b->counter[box];
	if (b->last[box] != 0)
		b->letter[b->last[box]].next = n;
	else
		b->first[box] = n;
	b->last[box] = n;
	bind_head(b->stmt[INSERT_HEAD], box, l, envelope);
	if (b->shape == APPEND) {
		(void)sqlite3_bind_blob(b->stmt[INSERT_HEAD], 6, body, BODY,
		    SQLITE_STATIC);
		step(b, INSERT_HEAD);
	} else {
		step(b, INSERT_HEAD);
		(void)sqlite3_bind_int64(b->stmt[INSERT_BODY], 1, l->id);
		(void)sqlite3_bind_blob(b->stmt[INSERT_BODY], 2, body, BODY,
		    SQLITE_STATIC);
		step(b, INSERT_BODY);
	}
	b->n_stored++;
}

/* The oldest letter of a random mailbox that has one. */
static void
remove_one(struct bench *b)
{
	static const uint8_t none[KEY];
	uint32_t box = randombytes_uniform(BOXES), n;
	sqlite3_stmt *st = b->stmt[DELETE_HEAD];
	struct letter *l;

	while ((n = b->first[box]) == 0)
		box = (box + 1) % BOXES;
	l = &b->letter[n];
	if ((b->first[box] = l->next) == 0)
		b->last[box] = 0;
	if (b->shape == APPEND) {
		(void)sqlite3_bind_int64(st, 2, INT64_C(1) << 62 | box);
		(void)sqlite3_bind_double(st, 3, l->counter);
	} else {
		(void)sqlite3_bind_int64(st, 1, l->id);
		(void)sqlite3_bind_int64(b->stmt[DELETE_BODY], 1, l->id);
		step(b, DELETE_BODY);
	}
	step(b, DELETE_HEAD);
	if (b->shred)
		check(b, pwrite(b->key_fd, none, KEY, (off_t)n * KEY) == KEY,
		    "wipe");
	b->n_stored--;
}

/*
 * One transaction.  Keys are durable before what they encrypt, and wiped
 * after the removal is durable; both in the one fdatasync, as a later
 * transaction makes good what this one missed.
 */
static void
transaction(struct bench *b, uint32_t inserts, uint32_t removals)
{
	uint32_t i;

	execute(b, "BEGIN");
	for (i = 0; i < inserts; i++)
		insert(b);
	for (i = 0; i < removals; i++)
		remove_one(b);
	if (b->shred)
		(void)fdatasync(b->key_fd);
	execute(b, "COMMIT");
	if (b->wal_pages >= 4096 * 1000 / b->page)
		checkpoint(b, SQLITE_CHECKPOINT_PASSIVE);
	if (!b->shred && now() - b->last_scrub > 2) {
		checkpoint(b, SQLITE_CHECKPOINT_TRUNCATE);
		b->last_scrub = now();
	}
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* What this process cost so far: its CPU, and what it handed to write(). */
struct cost {
	double cpu_us, bytes;
};

static struct cost
cost_now(void)
{
	struct cost c = { 0, 0 };
	struct rusage u;
	char line[128];
	FILE *f = fopen("/proc/self/io", "r");

	(void)getrusage(RUSAGE_SELF, &u);
	c.cpu_us = ((double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec) *
	    1e6 + (double)u.ru_utime.tv_usec + (double)u.ru_stime.tv_usec;
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		(void)sscanf(line, "wchar: %lf", &c.bytes);
	if (f != NULL)
		(void)fclose(f);
	return c;
}

/* ${n} transactions: letters stored a second, times of a transaction. */
static void
phase(struct bench *b, const char *name, uint32_t n, uint32_t inserts,
    uint32_t removals)
{
	double *t = calloc(n, sizeof(*t)), begin = now(), start;
	struct cost c = cost_now(), d;
	uint32_t i;

	check(b, t != NULL, "memory");
	b->last_scrub = begin;
	for (i = 0; i < n; i++) {
		start = now();
		transaction(b, inserts, removals);
		t[i] = (now() - start) * 1e3;
	}
	start = now() - begin;
	d = cost_now();
	qsort(t, n, sizeof(*t), by_value);
	printf("%s: %.0f/s, p50 %.2f p99 %.2f max %.1f ms, %.0f us CPU and "
	    "%.1f KB written a letter\n", name, n * inserts / start, t[n / 2],
	    t[n * 99 / 100], t[n - 1], (d.cpu_us - c.cpu_us) / n / inserts,
	    (d.bytes - c.bytes) / 1e3 / n / inserts);
	free(t);
}

/* What a TRUNCATE checkpoint takes after ${letters} came and went. */
static void
scrub_phase(struct bench *b, uint32_t letters)
{
	double t[5], start;
	uint32_t i, k;

	for (i = 0; i < 5; i++) {
		checkpoint(b, SQLITE_CHECKPOINT_TRUNCATE);
		b->last_scrub = now() + 1e6;
		for (k = 0; k < letters; k += BATCH)
			transaction(b, BATCH, BATCH);
		start = now();
		checkpoint(b, SQLITE_CHECKPOINT_TRUNCATE);
		t[i] = (now() - start) * 1e3;
	}
	qsort(t, 5, sizeof(*t), by_value);
	printf("scrub after %u: %.1f ms (%.1f to %.1f)\n", letters, t[2], t[0],
	    t[4]);
}

static void
load(struct bench *b)
{
	uint32_t i;

	for (i = 0; i < b->rows; i += BATCH * 16) {
		b->last_scrub = now() + 1e6;
		transaction(b, BATCH * 16, 0);
	}
	checkpoint(b, SQLITE_CHECKPOINT_TRUNCATE);
	execute(b, "PRAGMA synchronous = FULL");
}

static void
run(struct bench *b)
{
	sqlite3_stmt *st;
	double start = now();
	int64_t pages;

	open_bench(b);
	load(b);
	check(b, sqlite3_prepare_v2(b->db, "PRAGMA page_count", -1, &st,
	    NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW, "pages");
	pages = sqlite3_column_int64(st, 0);
	(void)sqlite3_finalize(st);
	printf("%s page %d rows %u%s: loaded in %.0f s, %.0f MB\n",
	    shape_name[b->shape], b->page, b->rows, b->shred ? " shred" : "",
	    now() - start, (double)pages * b->page / 1e6);
	phase(b, "insert", b->ops / BATCH, BATCH, 0);
	phase(b, "turnover", b->ops / BATCH, BATCH, BATCH);
	phase(b, "single", 400, 1, 1);
	if (!b->shred) {
		scrub_phase(b, 64);
		scrub_phase(b, 1024);
		scrub_phase(b, 5120);
	}
	close_bench(b);
}

static void
usage(void)
{
	fprintf(stderr, "usage: store_shape [--shape append|block|slot|random]"
	    " [--page N] [--rows N] [--ops N] [--shred] DIR\n");
	exit(64);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "shape", required_argument, NULL, 's' },
		{ "page", required_argument, NULL, 'p' },
		{ "rows", required_argument, NULL, 'r' },
		{ "ops", required_argument, NULL, 'o' },
		{ "shred", no_argument, NULL, 'x' },
		{ NULL, 0, NULL, 0 },
	};
	struct bench *b = calloc(1, sizeof(*b));
	int c, i;

	if (b == NULL || sodium_init() < 0)
		return 70;
	b->shape = SLOT;
	b->page = 4096;
	b->ops = 20000;
	b->next_id = 1;
	randombytes_buf(b->body, sizeof(b->body));
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's':
			for (i = 0; i < SHAPES &&
			    strcmp(shape_name[i], optarg) != 0; i++)
				;
			if (i == SHAPES)
				usage();
			b->shape = (enum shape)i;
			break;
		case 'p':
			b->page = (int)strtol(optarg, NULL, 10);
			break;
		case 'r':
			b->rows = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'o':
			b->ops = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'x':
			b->shred = 1;
			break;
		default:
			usage();
		}
	}
	if (optind != argc - 1)
		usage();
	b->dir = argv[optind];
	b->letter = calloc((size_t)b->rows + 2 * b->ops + 200000,
	    sizeof(*b->letter));
	if (b->letter == NULL)
		return 70;
	run(b);
	free(b);
	return 0;
}
