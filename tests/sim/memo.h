/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in front of libsodium's curves; see memo.c and sim.cmake. */
#ifndef SIM_MEMO_H
#define SIM_MEMO_H

#include "wrap.h"

WRAP(int, crypto_sign_seed_keypair, unsigned char *, unsigned char *,
    const unsigned char *);
WRAP(int, crypto_sign_detached, unsigned char *, unsigned long long *,
    const unsigned char *, unsigned long long, const unsigned char *);
WRAP(int, crypto_sign_verify_detached, const unsigned char *,
    const unsigned char *, unsigned long long, const unsigned char *);
WRAP(int, crypto_scalarmult_base, unsigned char *, const unsigned char *);
WRAP(int, crypto_scalarmult, unsigned char *, const unsigned char *,
    const unsigned char *);

#endif
