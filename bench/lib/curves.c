/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libsignal calls curve25519_donna(), and the first one that the dynamic
 * linker finds is this one.  client-lib's curve.c is built with another name
 * for its own (lib.cmake), so that both can be measured in one process.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

#include "curves.h"

typedef int curve(uint8_t *out, const uint8_t *secret, const uint8_t *point);

curve product_curve, curve25519_donna;

/* libsignal hands a curve no argument of ours. */
static curve *now = product_curve;

__attribute__((visibility("default"))) int
curve25519_donna(uint8_t *out, const uint8_t *secret, const uint8_t *point)
{
	return now(out, secret, point);
}

void
curves_use_own(int own)
{
	void *found = dlsym(RTLD_NEXT, "curve25519_donna");
	curve *theirs = product_curve;

	if (own)
		memcpy(&theirs, &found, sizeof(theirs));
	now = theirs;
}
