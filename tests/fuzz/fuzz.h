/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzz targets share.  A target is one file, fuzz_NAME.c, with the
 * entry points of libFuzzer; the same objects with replay.c in place of the
 * engine run a directory of inputs once, in ctest.
 *
 * An input decides everything: time stands still or is the input's, and
 * randomness starts over with each (fuzz_begin()), so that what was found is
 * found again.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold whatever the input: says which, and dies. */
#define FUZZ_CHECK(x)							\
	((x) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #x))
_Noreturn void fuzz_broken(const char *file, int line, const char *what);

/* Start libsodium, its randomness from ${seed}. */
void fuzz_begin(uint64_t seed);

/* A directory in memory; what is in it goes with it at exit. */
const char *fuzz_scratch(void);

/* What is left of an input.  At its end everything read is 0. */
struct fuzz_in {
	const uint8_t *next;
	size_t left;
};

static inline uint8_t
fuzz_u8(struct fuzz_in *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->next++;
}

static inline uint16_t
fuzz_u16(struct fuzz_in *in)
{
	unsigned int high = fuzz_u8(in);

	return (uint16_t)(high << 8 | fuzz_u8(in));
}

static inline uint32_t
fuzz_u32(struct fuzz_in *in)
{
	uint32_t high = fuzz_u16(in);

	return high << 16 | fuzz_u16(in);
}

/* Fill ${out}; returns how many of the ${n} bytes were there. */
static inline size_t
fuzz_fill(struct fuzz_in *in, void *out, size_t n)
{
	size_t has = n < in->left ? n : in->left;

	memset(out, 0, n);
	if (has > 0)
		memcpy(out, in->next, has);
	in->next += has;
	in->left -= has;
	return has;
}

/*
 * The next ${n} bytes, or what is left of them, alone in a block of their
 * size, where a sanitizer sees a step over the edge; to be freed.
 */
static inline uint8_t *
fuzz_block(struct fuzz_in *in, size_t *n)
{
	uint8_t *p;

	if (*n > in->left)
		*n = in->left;
	if ((p = calloc(1, *n > 0 ? *n : 1)) == NULL)
		abort();
	(void)fuzz_fill(in, p, *n);
	return p;
}

#endif
