/* SPDX-License-Identifier: Apache-2.0 */
/* A library of a few lines, for abi.sh to change in each way there is. */
#include <stddef.h>
#include <stdint.h>

enum { ONE_SIZE = 15, ONE_LAST = 16 };

enum one_kind {
	ONE_EARLY = 1,
	ONE_LATE
};

struct one;

struct one_info {
	size_t size;
	uint32_t number;
	int ready;
};

int one_info(const struct one *one, struct one_info *out);
int one_kind(const struct one *one, enum one_kind kind);
int one_wait(const struct one *one, int32_t ms);
