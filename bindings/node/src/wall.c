/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands first when libtacit and the libraries that it needs look for a
 * name: this file, then they themselves, then the process (see lib.h).
 *
 * Memory is the exception.  The C library takes what it gives away from the
 * allocator of the process, which may be a preloaded one, and the others must
 * give it back there and not to the allocator beside it.
 */
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>

#define WALL_API	__attribute__((visibility("default")))

/* From the process's own scope, where a preloaded allocator comes first. */
static void *
wall_find(void **kept, const char *name)
{
	void *p = __atomic_load_n(kept, __ATOMIC_ACQUIRE);

	if (p == NULL) {
		p = dlsym(dlopen(NULL, RTLD_LAZY), name);
		if (p == NULL)
			abort();
		__atomic_store_n(kept, p, __ATOMIC_RELEASE);
	}
	return p;
}

/* type name(params), called there with args. */
#define WALL(type, name, params, args)					\
	WALL_API type name params;					\
	WALL_API type							\
	name params							\
	{								\
		static void *kept;					\
		union { void *found; type (*call) params; } u;		\
									\
		u.found = wall_find(&kept, #name);			\
		return u.call args;					\
	}

WALL(void *, malloc, (size_t n), (n))
WALL(void *, calloc, (size_t n, size_t size), (n, size))
WALL(void *, realloc, (void *p, size_t n), (p, n))
WALL(void *, reallocarray, (void *p, size_t n, size_t size), (p, n, size))
WALL(void *, aligned_alloc, (size_t align, size_t n), (align, n))
WALL(void *, memalign, (size_t align, size_t n), (align, n))
WALL(int, posix_memalign, (void **p, size_t align, size_t n), (p, align, n))
WALL(size_t, malloc_usable_size, (void *p), (p))
WALL(void, free, (void *p), (p))
