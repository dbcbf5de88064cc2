/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "store_kit.h"
#include "thief.h"

enum { KEY = crypto_stream_chacha20_ietf_KEYBYTES, MOST_ZEROS = 8 };

/* Pages of the database, and of a WAL: where the first one is, and the next.
   What goes on in another page goes on after the number of a third. */
enum { PAGE = 16384, WAL_HEADER = 32, FRAME_HEADER = 24, OVERFLOW_HEADER = 4 };

struct file {
	uint8_t *data;
	size_t len;
};

/* The first bytes of the stream that would make a place this body. */
struct wanted {
	uint8_t stream[8];
	uint64_t body;
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
	return memcmp(a, b, sizeof(((struct wanted *)NULL)->stream));
}

/* All that would be a find, sorted. */
static struct wanted *
wish(const struct file *bodies, uint64_t first, uint64_t last, size_t *n)
{
	size_t at, i, places = bodies->len / TACIT_LETTER_LEN;
	struct wanted *w = calloc(places * (last - first + 1) + 1,
	    sizeof(*w));
	uint64_t body;

	if (w == NULL)
		abort();
	*n = 0;
	for (at = 0; at < bodies->len; at += TACIT_LETTER_LEN)
		for (body = first; body <= last; body++, (*n)++) {
			for (i = 0; i < sizeof(w->stream); i++)
				w[*n].stream[i] = bodies->data[at + i] ^
				    kit_body(body)[i];
			w[*n].body = body;
		}
	if (*n > 1)
		qsort(w, *n, sizeof(*w), by_stream);
	return w;
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
try_key(const uint8_t key[KEY], const struct wanted *w, size_t n,
    uint8_t found[KIT_BODIES])
{
	static const uint8_t nonce[crypto_stream_chacha20_ietf_NONCEBYTES];
	const struct wanted *hit;
	uint8_t stream[8];

	if (!may_be_key(key))
		return;
	(void)crypto_stream_chacha20_ietf(stream, sizeof(stream), nonce, key);
	hit = bsearch(stream, w, n, sizeof(*w), by_stream);
	if (hit != NULL)
		found[hit->body % KIT_BODIES] = 1;
}

/* The end of one page and the beginning of any. */
static void
try_parted(const struct file *f, size_t first, size_t stride,
    const struct wanted *w, size_t n, uint8_t found[KIT_BODIES])
{
	uint8_t key[KEY];
	size_t a, b, part;

	for (a = first; a + PAGE <= f->len; a += stride)
		for (b = first; b + PAGE <= f->len; b += stride)
			for (part = 1; part < KEY; part++) {
				memcpy(key, f->data + a + PAGE - part, part);
				memcpy(key + part, f->data + b +
				    OVERFLOW_HEADER, KEY - part);
				try_key(key, w, n, found);
			}
}

unsigned
thief_reads(const char *dir, uint64_t first, uint64_t last)
{
	static const struct {
		const char *name;
		size_t first, stride;
	} in[] = {
		{ "relay.db", 0, PAGE },
		{ "relay.db-wal", WAL_HEADER + FRAME_HEADER,
		    PAGE + FRAME_HEADER },
	};
	struct file keys, bodies = load(dir, "relay.bodies");
	uint8_t found[KIT_BODIES] = { 0 };
	struct wanted *w;
	unsigned sum = 0;
	size_t i, at, n;

	w = wish(&bodies, first, last, &n);
	for (i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
		keys = load(dir, in[i].name);
		for (at = 0; at + KEY <= keys.len; at++)
			try_key(keys.data + at, w, n, found);
		try_parted(&keys, in[i].first, in[i].stride, w, n, found);
		free(keys.data);
	}
	for (i = 0; i < KIT_BODIES; i++)
		sum += found[i];
	free(w);
	free(bodies.data);
	return sum;
}
