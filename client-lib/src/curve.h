/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Curve25519 for libsignal: its portable curve is replaced by libsodium's, by
 * defining the symbol that libsignal calls (about five times faster), and
 * points are checked before libsignal sees them, because it does not.
 */
#ifndef CLIENT_CURVE_H
#define CLIENT_CURVE_H

#include "keys.h"

struct signal_context;

/*
 * True if ${point} is written in its one canonical form and is not of low
 * order, so that no secret can come out as a known value.
 */
int curve_point_is_sound(const uint8_t point[TACIT_KEY_LEN]);

/*
 * Ask libsignal for known answers and for a result of all zeros, which only
 * our curve refuses.
 * Errors:  TACIT_E_INTERNAL: wrong answers, or libsignal was bound to its own
 *          curve (by a host that had loaded it before us), TACIT_E_NOMEM.
 */
int curve_self_test(struct signal_context *ctx);

#endif
