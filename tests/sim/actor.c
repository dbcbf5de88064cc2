/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <sqlite3.h>

#include "actor.h"
#include "wrap.h"

enum { CONTEXT_MS = 1000, HEAP = 1 << 30 };

static struct actor **
current(void)
{
	static struct actor *a;

	return &a;
}

/* Randomness of the simulation itself, that is of libsodium's beginning. */
static struct random *
own_random(void)
{
	static struct random r;

	return &r;
}

struct actor *
actor_enter(struct actor *a)
{
	struct actor *was = *current();

	*current() = a;
	return was;
}

/* ---- time --------------------------------------------------------------------- */

int64_t
actor_wall_ms(const struct actor *a)
{
	return *a->now + a->skew;
}

int64_t
actor_mono_ms(const struct actor *a)
{
	return *a->now - a->booted;
}

int
__wrap_clock_gettime(clockid_t which, struct timespec *out)
{
	struct actor *a = *current();
	int64_t ms;

	if (a == NULL)
		return __real_clock_gettime(which, out);
	ms = which == CLOCK_REALTIME ? actor_wall_ms(a) : actor_mono_ms(a);
	out->tv_sec = ms / CONTEXT_MS;
	out->tv_nsec = ms % CONTEXT_MS * 1000000;
	return 0;
}

/* ---- randomness --------------------------------------------------------------- */

static const char *
sim_name(void)
{
	return "sim";
}

static struct random *
whose(void)
{
	return *current() != NULL ? &(*current())->random : own_random();
}

static uint32_t
sim_random(void)
{
	return (uint32_t)random_next(whose());
}

static void
sim_buf(void *const out, const size_t len)
{
	struct random *r = whose();
	uint8_t *p = out;
	size_t i = 0;
	uint64_t x;

	for (; i + sizeof(x) <= len; i += sizeof(x)) {
		x = random_next(r);
		memcpy(p + i, &x, sizeof(x));
	}
	x = random_next(r);
	if (i < len)
		memcpy(p + i, &x, len - i);
}

static void
nothing(void)
{
}

static int
no_close(void)
{
	return 0;
}

/* ---- memory ------------------------------------------------------------------- */

/* True if this allocation is one that fails. */
static int
is_out(void)
{
	struct actor *a = *current();

	if (a == NULL || a->memory_times == 0)
		return 0;
	if (a->memory_after > 0) {
		a->memory_after--;
		return 0;
	}
	a->memory_times--;
	a->memory_hits++;
	errno = ENOMEM;
	return 1;
}

void *
__wrap_malloc(size_t len)
{
	return is_out() ? NULL : __real_malloc(len);
}

void *
__wrap_calloc(size_t n, size_t len)
{
	return is_out() ? NULL : __real_calloc(n, len);
}

void *
__wrap_realloc(void *p, size_t len)
{
	return is_out() ? NULL : __real_realloc(p, len);
}

void *
__wrap_reallocarray(void *p, size_t n, size_t len)
{
	return is_out() ? NULL : __real_reallocarray(p, n, len);
}

char *
__wrap_strdup(const char *s)
{
	return is_out() ? NULL : __real_strdup(s);
}

char *
__wrap_strndup(const char *s, size_t len)
{
	return is_out() ? NULL : __real_strndup(s, len);
}

/* Guard pages cost more than all else that a seed does. */
void *
__wrap_sodium_malloc(size_t len)
{
	void *p = is_out() ? NULL : __real_malloc(len);

	if (p != NULL)
		memset(p, 0xdb, len);
	return p;
}

void
__wrap_sodium_free(void *p)
{
	free(p);
}

static void *
sqlite_malloc(int len)
{
	return is_out() ? NULL : __real_malloc((size_t)len);
}

static void *
sqlite_realloc(void *p, int len)
{
	return is_out() ? NULL : __real_realloc(p, (size_t)len);
}

static int
sqlite_size(void *p)
{
	return p == NULL ? 0 : (int)malloc_usable_size(p);
}

static int
sqlite_round(int len)
{
	return (len + 7) & ~7;
}

static int
sqlite_begin(void *arg)
{
	(void)arg;
	return SQLITE_OK;
}

static void
sqlite_end(void *arg)
{
	(void)arg;
}

void
actor_install(void)
{
	static const sqlite3_mem_methods memory = { sqlite_malloc, free,
	    sqlite_realloc, sqlite_size, sqlite_round, sqlite_begin,
	    sqlite_end, NULL };
	static struct randombytes_implementation ours = { sim_name,
	    sim_random, nothing, NULL, sim_buf, no_close };

	/* What one run leaves the next one takes: no calls of the kernel. */
	(void)mallopt(M_MMAP_THRESHOLD, HEAP);
	(void)mallopt(M_TRIM_THRESHOLD, HEAP);
	(void)mallopt(M_TOP_PAD, HEAP / 64);
	if (randombytes_set_implementation(&ours) != 0 ||
	    sqlite3_config(SQLITE_CONFIG_MALLOC, &memory) != SQLITE_OK ||
	    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK ||
	    sqlite3_initialize() != SQLITE_OK || sodium_init() < 0)
		abort();
}
