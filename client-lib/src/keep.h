/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that both ends forget.  How long is fixed inside the content, with a
 * salt: chains are over a digest of both, which stays in the place of the
 * text and tells nothing of it once the salt is gone.
 *
 * A row of VAULT_KEEP for each such place of a history says when: at the
 * writer so many hours after the text left the outbox, since then the other
 * end has it; at the reader so many hours after it was handed on, and not
 * before the host has confirmed its event.
 */
#ifndef CLIENT_KEEP_H
#define CLIENT_KEEP_H

#include "model.h"

/* What chains are made of: the text itself, or a digest in its place. */
struct said {
	uint32_t type;
	const void *text;
	size_t len;
	uint8_t digest[TACIT_HASH_LEN];
};
void keep_said(struct said *out, uint32_t type, const tacit_state_Keep *k,
    const char *text, size_t len);

/* How long the next part of such a text is, or of any other. */
size_t keep_part_len(uint32_t type, const tacit_state_Keep *k,
    const char *text, size_t len);
uint32_t keep_parts(uint32_t type, const tacit_state_Keep *k,
    const char *text, size_t len);

/* Fill the salt. */
void keep_make(struct tacit *t, tacit_state_Keep *k, uint32_t hours);

/* Read all, anew. */
int keep_load(struct tacit *t);
void keep_free(struct tacit *t);

/*
 * What was just added to the history of ${ct} is to be forgotten; ${event}
 * shows it, or 0: it is in the outbox.  Inside a change.
 */
int keep_add(struct tacit_contact *ct, uint32_t hours, uint64_t event);

/* It left the outbox, inside a change. */
int keep_left(struct tacit_contact *ct, uint64_t place);

/* The host has this event; of no matter which.  In memory alone. */
void keep_confirmed(struct tacit *t, uint64_t event);

/* Forget what is due, each in a change of its own; ms until there is more. */
int keep_tend(struct tacit *t);
int64_t keep_wait(const struct tacit *t);

#endif
