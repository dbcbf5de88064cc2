/* SPDX-License-Identifier: Apache-2.0 */
/* A sink in memory, which grows and is wiped. */
#ifndef PRACTICE_PAGE_H
#define PRACTICE_PAGE_H

#include "sink.h"

struct page {
	char *bytes;			/* with NUL behind them, or NULL */
	size_t len, cap;
};

/* What is written there goes to the end of ${page}.  Errors: NOMEM. */
struct sink page_sink(struct page *page);

/* Wipe and free; it is empty then. */
void page_free(struct page *page);

#endif
