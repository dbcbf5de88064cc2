/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store as the relay has it: says how long a start takes, which reads
 * the whole file (quick_check), and the memory of index and page cache; then
 * fills an empty one through its operations.
 *
 * usage: store_open DIR [LETTERS]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "store.h"

enum { BATCH = 64, PER_BOX = 500 };

static const struct store_limits limits = { PER_BOX, 64, PER_BOX, 64 };

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
must(int rc, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "%s: %d\n", what, rc);
	exit(1);
}

static long
resident_kib(void)
{
	char line[128];
	FILE *f = fopen("/proc/self/status", "r");
	long kib = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		(void)sscanf(line, "VmRSS: %ld", &kib);
	if (f != NULL)
		(void)fclose(f);
	return kib;
}

static void
create(struct store *s, uint64_t box)
{
	struct op op = { .kind = OP_CREATE };

	memcpy(op.u.create.address, &box, sizeof(box));
	op.u.create.address[31] = 1;
	memset(op.u.create.token_hash, 1, TACIT_HASH_LEN);
	must(store_apply(s, &op), "store_apply");
	must(op.rc, "create");
}

static void
post(struct store *s, uint64_t first)
{
	static struct op op[BATCH];
	static uint8_t body[BATCH][TACIT_LETTER_LEN];
	uint64_t i, box;

	memset(op, 0, sizeof(op));
	randombytes_buf(body, sizeof(body));
	for (i = 0; i < BATCH; i++) {
		box = (first + i) / PER_BOX;
		if ((first + i) % PER_BOX == 0)
			create(s, box);
		op[i].kind = OP_POST;
		op[i].next = i + 1 < BATCH ? &op[i + 1] : NULL;
		memcpy(op[i].u.post.address, &box, sizeof(box));
		op[i].u.post.address[31] = 1;
		memset(op[i].u.post.token_hash, 1, TACIT_HASH_LEN);
		memcpy(op[i].u.post.envelope, body[i], TACIT_ENVELOPE_ID_LEN);
		op[i].u.post.kind = LETTER;
		op[i].u.post.expiry_day = 30;
		op[i].u.post.body = body[i];
	}
	must(store_apply(s, op), "store_apply");
	for (i = 0; i < BATCH; i++)
		must(op[i].rc, "post");
}

static void
fill(struct store *s, uint64_t letters)
{
	struct op admit = { .kind = OP_ADMIT };
	double start = now();
	uint64_t n;

	admit.u.admit.units = UINT32_MAX;
	must(store_apply(s, &admit), "admit");
	for (n = 0; n < letters; n += BATCH) {
		post(s, n);
		if (n % (BATCH * 256) == 0)
			must(s->ops->scrub(s), "scrub");
	}
	printf("%" PRIu64 " letters: %.0f/s, %d to a transaction\n", n,
	    (double)n / (now() - start), BATCH);
}

int
main(int argc, char **argv)
{
	long before = resident_kib();
	double start = now();
	struct store_clock clock;
	struct store *s;

	if (argc < 2 || argc > 3 || sodium_init() < 0)
		return 64;
	must(store_sqlite_open(&s, &clock, argv[1], &limits), "open");
	printf("open: %.2f s, %ld KiB of memory\n", now() - start,
	    resident_kib() - before);
	if (argc == 3)
		fill(s, strtoull(argv[2], NULL, 10));
	s->ops->close(s);
	return 0;
}
