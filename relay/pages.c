/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mman.h>
#include <unistd.h>

#include <stdint.h>

#include "pages.h"

/* Less would hold no large page, or hardly one. */
enum { LEAST = 4 * 1024 * 1024 };

void
pages_large(void *start, size_t len)
{
	long size = sysconf(_SC_PAGESIZE);
	size_t page, skip;

	if (len < LEAST || size <= 0)
		return;
	page = (size_t)size;
	skip = (page - (uintptr_t)start % page) % page;
	/* A kernel that knows no large pages does without. */
	(void)madvise((uint8_t *)start + skip, (len - skip) / page * page,
	    MADV_HUGEPAGE);
}
