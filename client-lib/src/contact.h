/* SPDX-License-Identifier: Apache-2.0 */
/* Contacts: their handles, and what follows from their records. */
#ifndef CLIENT_CONTACT_H
#define CLIENT_CONTACT_H

#include "model.h"
#include "keys.h"

/*
 * A new contact with a random id, in memory only; it enters the list and the
 * vault by contact_add(), inside a change.
 * Errors:  TACIT_E_NOMEM.
 */
int contact_new(struct tacit_contact **out, struct tacit *t,
    const char *label);
void contact_add(struct tacit_contact *ct);

/* An empty handle, and its place in the list, by number. */
struct tacit_contact *contact_alloc(struct tacit *t);
void contact_insert(struct tacit_contact *ct);

/* Take a handle that nobody was given out of the list again. */
void contact_remove(struct tacit_contact *ct);

/* Wipe and free a handle that is in no list. */
void contact_free(struct tacit_contact *ct);
/* Forget what is known of the outbox; its rows stay. */
void contact_free_out(struct tacit_contact *ct);

/* The secrets of pairing, made on demand.  Errors: TACIT_E_NOMEM. */
int contact_pairing(struct tacit_contact *ct);
struct tacit_contact *contact_by_id(struct tacit *t, const void *id);
/* Whose mailbox this is, of whichever of its sets. */
struct tacit_contact *contact_by_address(struct tacit *t,
    const uint8_t address[TACIT_ADDRESS_LEN]);
struct tacit_contact *contact_by_invitation(struct tacit *t,
    const uint8_t a[TACIT_ADDRESS_LEN]);

/*
 * The session that letters of this contact use, and whether they may: after
 * an offer only once it was answered.
 */
void contact_session(const struct tacit_contact *ct,
    struct ratchet_session *out);
int contact_can_seal(const struct tacit_contact *ct);
/* True if texts may leave: verified, accepted, or not mine to decide. */
int contact_is_trusted(const struct tacit_contact *ct);
/* 0 if there is a safety number to compare; or an error. */
int contact_can_verify(const struct tacit_contact *ct);
/* Inside a change: it was compared, and is equal. */
int contact_verify(struct tacit_contact *ct);
/* True if the host sees it. */
int contact_is_shown(const struct tacit_contact *ct);
/* True if the relay has my mailbox, so that it can be read. */
int contact_has_mailbox(const struct tacit_contact *ct);
/* Texts that no relay has yet. */
uint32_t contact_queued(const struct tacit_contact *ct);

/* Base32 of ${len} bytes in lower case, as ids are written; NUL-terminated. */
void contact_base32(char *out, size_t chars, const uint8_t *in, size_t len);
void contact_message_id(char out[TACIT_MESSAGE_ID_SIZE],
    const uint8_t stream[TACIT_STREAM_LEN], uint64_t seq);

/* Between a stored place and that of link.h. */
void contact_place_read(struct tacit_place *out,
    const tacit_state_Place *in);
void contact_place_write(tacit_state_Place *out,
    const struct tacit_place *in);
int contact_place_equal(const tacit_state_Place *a,
    const tacit_state_Place *b);

#endif
