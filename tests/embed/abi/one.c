/* SPDX-License-Identifier: Apache-2.0 */
#include "one.h"

struct one {
	int secret;
};

int
one_info(const struct one *one, struct one_info *out)
{
	out->ready = one->secret;
	return 0;
}

int
one_kind(const struct one *one, enum one_kind kind)
{
	return one->secret == (int)kind;
}

int
one_wait(const struct one *one, int32_t ms)
{
	return one->secret < ms;
}
