/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a process looks to those who share it: everything that a library could
 * change behind their backs, as lines of a name and a value.
 */
#ifndef SUPPORT_LOOKS_H
#define SUPPORT_LOOKS_H

#include <stddef.h>

struct looks {
	char text[96 * 1024];
	size_t len;
};

/*
 * Once, before the first look: SIGCHLD is counted from here on, and the
 * sequences of rand(), random() and lrand48() have begun.
 */
void looks_begin(void);

/* As it is now.  Those sequences begin anew. */
void looks_take(struct looks *l);

/*
 * The names of the lines that only ${before} ("-name ") or only ${after}
 * ("+name ") has, in their order there; "" if both are equal.
 */
void looks_differ(char *out, size_t cap, const struct looks *before,
    const struct looks *after);

/*
 * What malloc() has given out: bytes; exact with
 * GLIBC_TUNABLES=glibc.malloc.tcache_count=0.  0 where glibc does not serve it.
 */
size_t looks_heap(void);

/* Pages in memory, bytes. */
size_t looks_resident(void);

#endif
