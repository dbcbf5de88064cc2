/* SPDX-License-Identifier: Apache-2.0 */
/* What an anchor is at the relay: 48 bytes, by PROTOCOL.md, section 12. */
#ifndef CLIENT_ANCHOR_VALUE_H
#define CLIENT_ANCHOR_VALUE_H

#include <stdint.h>

#include "tacit/limits.h"

/* The public key of the mailbox of ${seed}, and its address. */
void anchor_value_key(uint8_t out[TACIT_KEY_LEN],
    const uint8_t seed[TACIT_KEY_LEN]);
void anchor_value_address(uint8_t out[TACIT_ADDRESS_LEN],
    const uint8_t seed[TACIT_KEY_LEN]);

/* ${epoch} sealed under ${nonce}, which no other value may have. */
void anchor_value_close(uint8_t out[TACIT_ANCHOR_LEN],
    const uint8_t seed[TACIT_KEY_LEN], uint64_t epoch,
    const uint8_t nonce[TACIT_SEAL_NONCE_LEN]);

/* The epoch of ${value}; 0 if it is none of ours. */
uint64_t anchor_value_open(const uint8_t value[TACIT_ANCHOR_LEN],
    const uint8_t seed[TACIT_KEY_LEN]);

#endif
