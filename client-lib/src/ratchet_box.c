/* SPDX-License-Identifier: Apache-2.0 */
/* The anonymous box around a Hello. */
#include <sodium.h>

#include "curve.h"
#include "ratchet.h"

int
ratchet_box(uint8_t *out, const uint8_t *msg, size_t len,
    const uint8_t key[TACIT_KEY_LEN])
{

	if (!curve_point_is_sound(key))
		return TACIT_E_POISON;
	if (crypto_box_seal(out, msg, len, key) != 0)
		return TACIT_E_CRYPTO;
	return 0;
}

int
ratchet_unbox(uint8_t *out, const uint8_t *box, size_t len,
    const uint8_t key[TACIT_KEY_LEN], const uint8_t secret[TACIT_KEY_LEN])
{

	/* It begins with the sender's one-time point. */
	if (len < crypto_box_SEALBYTES)
		return TACIT_E_CRYPTO;
	if (!curve_point_is_sound(box))
		return TACIT_E_POISON;
	if (crypto_box_seal_open(out, box, len, key, secret) != 0)
		return TACIT_E_CRYPTO;
	return 0;
}
