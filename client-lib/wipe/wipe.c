/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An allocator that wipes what is given back, for a whole process: glibc's
 * own, with free() and what moves a block in front of it.  libsignal frees
 * copies of keys as they are; glibc's M_PERTURB leaves every block of up to
 * 1,032 bytes untouched.
 *
 * To be linked into an executable, as libtacit_wipe.a; that replaces these
 * functions for all its libraries, which is for the host to decide.
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc(size_t len);
void __libc_free(void *p);

/* Shared libraries are to find these in the executable. */
#define EXPORTED	__attribute__((visibility("default")))

EXPORTED void
free(void *p)
{
	int saved = errno;

	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	__libc_free(p);
	errno = saved;
}

/*
 * A block that shrinks stays where it is, wiped beyond its new end; one that
 * grows moves, as glibc would not wipe what it leaves.
 */
static void *
resize(void *p, size_t len)
{
	size_t had;
	void *q;

	if (p == NULL)
		return __libc_malloc(len);
	if (len == 0) {
		free(p);
		return NULL;
	}
	had = malloc_usable_size(p);
	if (len <= had && len >= had / 2) {
		explicit_bzero((char *)p + len, had - len);
		return p;
	}
	if ((q = __libc_malloc(len)) == NULL)
		return NULL;
	memcpy(q, p, len < had ? len : had);
	free(p);
	return q;
}

EXPORTED void *
realloc(void *p, size_t len)
{
	return resize(p, len);
}

EXPORTED void *
reallocarray(void *p, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	return resize(p, n * size);
}
