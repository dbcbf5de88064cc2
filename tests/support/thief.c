/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "store_kit.h"
#include "thief.h"

enum { KEY = crypto_stream_chacha20_ietf_KEYBYTES, MOST_ZEROS = 8 };

/* Pages of the database and of a WAL (sqlite.org/fileformat2.html). */
enum { PAGE = 16384, WAL_HEADER = 32, FRAME_HEADER = 24, NUMBER = 4 };

struct pages {
	const char *file;
	size_t first, stride;		/* where they are */
};

struct file {
	uint8_t *data;
	size_t len;
};

/* The first bytes of the stream that would make a place this letter. */
struct find {
	uint8_t stream[8];
	struct thief_want *want;
};

struct finds {
	struct find *all;
	size_t n;
};

static struct file
load(const char *dir, const char *name)
{
	struct file f = { NULL, 0 };
	char path[256];
	FILE *in;
	long len;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((in = fopen(path, "rb")) == NULL)
		return f;
	if (fseek(in, 0, SEEK_END) != 0 || (len = ftell(in)) < 0 ||
	    fseek(in, 0, SEEK_SET) != 0 ||
	    (f.data = malloc((size_t)len + 1)) == NULL ||
	    (f.len = fread(f.data, 1, (size_t)len, in)) != (size_t)len)
		abort();
	(void)fclose(in);
	return f;
}

static int
by_stream(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(((struct find *)NULL)->stream));
}

/* All that would be a find, sorted. */
static struct finds
possible(const struct file *bodies, struct thief_want *want, size_t n)
{
	struct finds f = { NULL, 0 };
	struct find *one;
	size_t at, i, k;

	f.all = calloc(bodies->len / TACIT_LETTER_LEN * n + 1,
	    sizeof(*f.all));
	if (f.all == NULL)
		abort();
	for (at = 0; at < bodies->len; at += TACIT_LETTER_LEN)
		for (k = 0; k < n; k++) {
			one = &f.all[f.n++];
			one->want = &want[k];
			for (i = 0; i < sizeof(one->stream); i++)
				one->stream[i] = bodies->data[at + i] ^
				    want[k].begins[i];
		}
	if (f.n > 1)
		qsort(f.all, f.n, sizeof(*f.all), by_stream);
	return f;
}

/* A key that was drawn has a zero in every eighth at most. */
static int
may_be_key(const uint8_t *p)
{
	int i, zeros = 0;

	for (i = 0; i < KEY; i++)
		zeros += p[i] == 0;
	return zeros <= MOST_ZEROS;
}

static void
try_key(const uint8_t key[KEY], const struct finds *f)
{
	static const uint8_t nonce[crypto_stream_chacha20_ietf_NONCEBYTES];
	const struct find *hit;
	uint8_t stream[8];

	if (!may_be_key(key))
		return;
	(void)crypto_stream_chacha20_ietf(stream, sizeof(stream), nonce, key);
	hit = bsearch(stream, f->all, f->n, sizeof(*f->all), by_stream);
	if (hit != NULL)
		hit->want->found = 1;
}

/*
 * A key whose beginning ends at ${end} and whose rest is in another page: a
 * page that a row goes on in begins with the number of the one after it.
 */
static void
try_parted(const struct file *in, const struct pages *p, size_t end,
    const struct finds *f)
{
	uint8_t key[KEY];
	size_t page, part;

	for (page = p->first; page + PAGE <= in->len; page += p->stride)
		for (part = 1; part < KEY && part <= end; part++) {
			memcpy(key, in->data + end - part, part);
			memcpy(key + part, in->data + page + NUMBER,
			    KEY - part);
			try_key(key, f);
		}
}

/* A row is parted where its page ends, or where the number of the next
   page follows in its own. */
static void
try_all_parted(const struct file *in, const struct pages *p,
    const struct finds *f)
{
	size_t at, pages = in->len / PAGE;
	const uint8_t *n;

	for (at = p->first; at + PAGE <= in->len; at += p->stride)
		try_parted(in, p, at + PAGE, f);
	for (at = 0; at + NUMBER <= in->len; at++) {
		n = in->data + at;
		if (n[0] == 0 && n[1] == 0 && (n[2] != 0 || n[3] != 0) &&
		    (size_t)(n[2] << 8 | n[3]) <= pages)
			try_parted(in, p, at, f);
	}
}

void
thief_tries(const char *dir, struct thief_want *want, size_t n)
{
	static const struct pages in[] = {
		{ "relay.db", 0, PAGE },
		{ "relay.db-wal", WAL_HEADER + FRAME_HEADER,
		    PAGE + FRAME_HEADER },
	};
	struct file keys, bodies = load(dir, "relay.bodies");
	struct finds f = possible(&bodies, want, n);
	size_t i, at;

	for (i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
		keys = load(dir, in[i].file);
		for (at = 0; at + KEY <= keys.len; at++)
			try_key(keys.data + at, &f);
		try_all_parted(&keys, &in[i], &f);
		free(keys.data);
	}
	free(f.all);
	free(bodies.data);
}

unsigned
thief_reads(const char *dir, uint64_t first, uint64_t last)
{
	struct thief_want want[KIT_BODIES];
	size_t i, n = 0;
	unsigned sum = 0;

	for (; first <= last && n < KIT_BODIES; first++, n++) {
		memcpy(want[n].begins, kit_body(first),
		    sizeof(want[n].begins));
		want[n].found = 0;
	}
	thief_tries(dir, want, n);
	for (i = 0; i < n; i++)
		sum += want[i].found;
	return sum;
}
