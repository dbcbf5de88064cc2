/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "body.h"
#include "fail.h"

struct head {
	uint64_t run, tag, recipient;
	uint64_t check;			/* of those; and which piece follows */
};

_Static_assert(sizeof(struct head) == BODY_MIN, "a body's head has no holes");

static void
fill_random(void *out, size_t len)
{
	uint8_t *p = out;
	size_t n;

	for (; len > 0; p += n, len -= n) {
		n = len < 256 ? len : 256;	/* never cut short up to here */
		if (getrandom(p, n, 0) != (ssize_t)n)
			fail_errno("random bytes");
	}
}

void
body_init(struct bodies *b, size_t len)
{
	if (len < BODY_MIN)
		fail("a body has at least %d bytes", BODY_MIN);
	b->len = len;
	if ((b->pool = malloc(BODY_POOL + len)) == NULL)
		fail("no memory");
	fill_random(b->pool, BODY_POOL + len);
	fill_random(&b->run, sizeof(b->run));
}

void
body_free(struct bodies *b)
{
	free(b->pool);
	b->pool = NULL;
}

static struct head
head_of(const struct bodies *b, uint32_t recipient, uint64_t tag)
{
	uint64_t x = b->run + tag * 0x9e3779b97f4a7c15 + recipient;

	/* One-to-one, so that no other tag has this check. */
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (struct head){ b->run, tag, recipient, x ^ x >> 31 };
}

void
body_make(const struct bodies *b, uint8_t *out, uint32_t recipient,
    uint64_t tag)
{
	const struct head h = head_of(b, recipient, tag);

	memcpy(out, &h, sizeof(h));
	memcpy(out + sizeof(h), b->pool + h.check % BODY_POOL, b->len - sizeof(h));
}

int
body_check(const struct bodies *b, const uint8_t *data, size_t len,
    uint32_t *recipient, uint64_t *tag)
{
	struct head h, want;

	if (len != b->len)
		return -1;
	memcpy(&h, data, sizeof(h));
	want = head_of(b, (uint32_t)h.recipient, h.tag);
	if (memcmp(&h, &want, sizeof(h)) != 0 || memcmp(data + sizeof(h),
	    b->pool + h.check % BODY_POOL, len - sizeof(h)) != 0)
		return -1;
	*recipient = (uint32_t)h.recipient;
	*tag = h.tag;
	return 0;
}
