/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links, admission lines and URLs.  The first byte says what the rest is: a
 * text to be read, which must be the one that is written, or the parts of a
 * link to be written, which must then be read as they were.
 */
#include <sodium.h>

#include "fuzz.h"
#include "tacit/link.h"

static void
read_link(const char *text, size_t len)
{
	struct tacit_link l;
	char again[TACIT_LINK_TEXT_MAX];

	if (tacit_link_parse(&l, text, len) != 0) {
		FUZZ_CHECK(sodium_is_zero((uint8_t *)&l, sizeof(l)));
		return;
	}
	FUZZ_CHECK(tacit_link_write(again, sizeof(again), &l) == 0);
	FUZZ_CHECK(strlen(again) == len);
	FUZZ_CHECK(memcmp(again + 8, text + 8, len - 8) == 0);
}

static void
read_admission(const char *text, size_t len)
{
	struct tacit_admission a;
	char again[TACIT_LINK_TEXT_MAX];

	if (tacit_admission_parse(&a, text, len) != 0) {
		FUZZ_CHECK(sodium_is_zero((uint8_t *)&a, sizeof(a)));
		return;
	}
	FUZZ_CHECK(tacit_admission_write(again, sizeof(again), &a) == 0);
	FUZZ_CHECK(strlen(again) == len && memcmp(again, text, len) == 0);
}

/* Flags, port, a byte for all of the pin, the rest is the host. */
static void
write_place(struct tacit_place *p, struct fuzz_in *in)
{
	memset(p, 0, sizeof(*p));
	p->flags = fuzz_u8(in);
	p->port = fuzz_u16(in);
	memset(p->pin, fuzz_u8(in), sizeof(p->pin));
	memset(p->relay_key, 7, sizeof(p->relay_key));
	(void)fuzz_fill(in, p->host, sizeof(p->host));
}

/* The unused bytes behind the name are not part of a place. */
static void
same_place(const struct tacit_place *a, const struct tacit_place *b)
{
	FUZZ_CHECK(strcmp(a->host, b->host) == 0);
	FUZZ_CHECK(a->port == b->port && a->flags == b->flags);
	FUZZ_CHECK(memcmp(a->pin, b->pin, sizeof(a->pin)) == 0);
	FUZZ_CHECK(memcmp(a->relay_key, b->relay_key,
	    sizeof(a->relay_key)) == 0);
}

/* A URL may leave out its port; what is written is read as the same place. */
static void
read_url(const char *text, size_t len)
{
	struct tacit_place p = { .port = 0 }, q = { .port = 0 };
	char again[TACIT_URL_MAX + 1];

	if (tacit_url_parse(&p, text, len) != 0)
		return;
	FUZZ_CHECK(tacit_url_write(again, sizeof(again), &p) == 0);
	FUZZ_CHECK(tacit_url_parse(&q, again, strlen(again)) == 0);
	same_place(&p, &q);
	FUZZ_CHECK((p.flags & TACIT_LINK_PLAINTEXT) == 0 ||
	    tacit_host_is_loopback(p.host));
}

static void
write_link(struct fuzz_in *in)
{
	struct tacit_link l = { .flags = fuzz_u8(in), .secret = { 1 } }, k;
	char text[TACIT_LINK_TEXT_MAX];

	write_place(&l.place, in);
	if (tacit_link_write(text, sizeof(text), &l) != 0)
		return;
	FUZZ_CHECK(tacit_link_parse(&k, text, strlen(text)) == 0);
	same_place(&k.place, &l.place);
	FUZZ_CHECK(k.flags == l.flags);
	FUZZ_CHECK(memcmp(k.secret, l.secret, sizeof(k.secret)) == 0);
}

static void
write_admission(struct fuzz_in *in)
{
	struct tacit_admission a = { .code = { 1 } }, b;
	char text[TACIT_LINK_TEXT_MAX];

	write_place(&a.place, in);
	if (tacit_admission_write(text, sizeof(text), &a) != 0)
		return;
	FUZZ_CHECK(tacit_admission_parse(&b, text, strlen(text)) == 0);
	same_place(&a.place, &b.place);
	FUZZ_CHECK(memcmp(a.code, b.code, sizeof(a.code)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	uint8_t what = fuzz_u8(&in);
	size_t len = in.left;
	char *text;

	if (what == 'W') {
		write_link(&in);
	} else if (what == 'V') {
		write_admission(&in);
	} else {
		text = (char *)fuzz_block(&in, &len);
		if (what == 'L')
			read_link(text, len);
		else if (what == 'A')
			read_admission(text, len);
		else
			read_url(text, len);
		free(text);
	}
	return 0;
}
