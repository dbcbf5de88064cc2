/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One outbox row -> content -> ratchet -> seal: the layers of DESIGN,
 * section 2, downwards.  inbox.c goes upwards.
 */
#ifndef CLIENT_LETTER_H
#define CLIENT_LETTER_H

#include "model.h"
#include "seal.h"

/*
 * Returns: 1 if ${o} holds an envelope that may be posted as it is, 0 if it
 * must be sealed (again), or an error.
 */
int letter_is_fresh(struct tacit_contact *ct, const tacit_state_Out *o);

/*
 * Make the envelope of ${o}: new counter, new envelope id, ratchet step.
 * Inside a change; ${o} is then to be written.
 */
int letter_seal(struct tacit_contact *ct, tacit_state_Out *o,
    const char *text, size_t len);

/* The same for Hello, whose ratchet message is boxed to ${hello_key}. */
int letter_seal_hello(struct tacit_contact *ct, tacit_state_Out *o,
    const uint8_t hello_key[TACIT_KEY_LEN]);

/* The seal keys of one direction, under k1 or k0. */
void letter_keys(const struct tacit_contact *ct, int incoming, int key1,
    struct seal_keys *out);

#endif
