/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include <tacit/error.h>

#include "page.h"

enum { BEGIN = 4096 };

/* No copy of what was there stays behind. */
static int
grow(struct page *page, size_t need)
{
	size_t cap = page->cap != 0 ? page->cap : BEGIN;
	char *bytes;

	while (cap < need && cap <= SIZE_MAX / 2)
		cap *= 2;
	if (cap < need || (bytes = malloc(cap)) == NULL)
		return TACIT_E_NOMEM;
	if (page->len > 0)
		memcpy(bytes, page->bytes, page->len);
	if (page->bytes != NULL)
		sodium_memzero(page->bytes, page->cap);
	free(page->bytes);
	page->bytes = bytes;
	page->cap = cap;
	return 0;
}

static int
page_write(void *context, const void *bytes, size_t len)
{
	struct page *page = context;
	int rc;

	if (len >= SIZE_MAX - page->len)
		return TACIT_E_NOMEM;
	if (page->len + len + 1 > page->cap &&
	    (rc = grow(page, page->len + len + 1)) != 0)
		return rc;
	memcpy(page->bytes + page->len, bytes, len);
	page->len += len;
	page->bytes[page->len] = '\0';
	return 0;
}

struct sink
page_sink(struct page *page)
{
	struct sink s = { page_write, page, 0 };

	return s;
}

void
page_free(struct page *page)
{
	if (page->bytes != NULL)
		sodium_memzero(page->bytes, page->cap);
	free(page->bytes);
	memset(page, 0, sizeof(*page));
}
