/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <unistd.h>

#include <sodium.h>

#include "fuzz.h"

static uint64_t state;
static char scratch[64];

_Noreturn void
fuzz_broken(const char *file, int line, const char *what)
{
	(void)dprintf(STDERR_FILENO, "%s:%d: does not hold: %s\n", file, line,
	    what);
	abort();
}

/* splitmix64 */
static uint64_t
next(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static const char *
random_name(void)
{
	return "fuzz";
}

static uint32_t
random_u32(void)
{
	return (uint32_t)next();
}

static void
random_fill(void *const out, const size_t n)
{
	uint8_t *p = out;
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (uint8_t)next();
}

static struct randombytes_implementation predictable = {
	.implementation_name = random_name,
	.random = random_u32,
	.buf = random_fill,
};

void
fuzz_begin(uint64_t seed)
{
	static int begun;

	state = seed;
	if (begun)
		return;
	begun = 1;
	if (randombytes_set_implementation(&predictable) != 0 ||
	    sodium_init() < 0)
		abort();
}

static void
remove_scratch(void)
{
	char path[sizeof(scratch) + 256];
	struct dirent *e;
	DIR *d = opendir(scratch);

	while (d != NULL && (e = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", scratch,
		    e->d_name);
		(void)unlink(path);
	}
	if (d != NULL)
		(void)closedir(d);
	(void)rmdir(scratch);
}

const char *
fuzz_scratch(void)
{
	if (scratch[0] != '\0')
		return scratch;
	(void)snprintf(scratch, sizeof(scratch), "/dev/shm/tacit-fuzz-XXXXXX");
	if (mkdtemp(scratch) == NULL || atexit(remove_scratch) != 0)
		abort();
	return scratch;
}
