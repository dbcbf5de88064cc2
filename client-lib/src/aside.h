/* SPDX-License-Identifier: Apache-2.0 */
/* Envelopes that are of no use, or not yet: the first 64 of a contact. */
#ifndef CLIENT_ASIDE_H
#define CLIENT_ASIDE_H

#include "model.h"

/* 1 if no more can be kept; 0; or an error. */
int aside_is_full(struct tacit_contact *ct);

/* 1 if this one is kept; 0; or an error. */
int aside_has(struct tacit_contact *ct,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN]);

/* Keep it if there is room, inside a change. */
int aside_keep(struct tacit_contact *ct,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], const uint8_t *body,
    size_t len);

#endif
