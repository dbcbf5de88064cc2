/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairing: the state tables of PROTOCOL.md, section 11.  Every function but
 * pair_invite() and pair_accept() runs inside a change of ${ct}.
 */
#ifndef CLIENT_PAIR_H
#define CLIENT_PAIR_H

#include "content.pb.h"
#include "model.h"
#include "tacit/link.h"

/* -> I1.  One change of its own. */
int pair_invite(struct tacit_contact **out, struct tacit *t,
    const char *label, int in_person, uint32_t minutes,
    const tacit_state_Relay *relay);

/* -> J1, or where the same link was.  One change of its own. */
int pair_accept(struct tacit_contact **out, struct tacit *t,
    const struct tacit_link *link, const char *label);

/* The link of an invitation that may be shown. */
void pair_link(const struct tacit_contact *ct, struct tacit_link *out);

/*
 * J1 -> J2: the relay gave the blob out to us.
 * Errors:  TACIT_E_CRYPTO, TACIT_E_POISON, TACIT_E_INVITATION_EXPIRED:
 *          final.
 */
int pair_on_blob(struct tacit_contact *ct,
    const uint8_t blob[TACIT_BLOB_LEN]);

/*
 * I3 -> I4: the boxed ratchet message of a Hello.
 * Errors:  TACIT_E_CRYPTO, TACIT_E_POISON, TACIT_E_INVITATION_USED (another
 *          was accepted): the caller rolls back and sets it aside.
 */
int pair_on_hello(struct tacit_contact *ct, const uint8_t *boxed,
    size_t len);

/*
 * A Hello that we had came again: the answer may have been lost.  True if
 * there is then one to give.
 */
int pair_owes_ack(const struct tacit_contact *ct);
/*
 * Give it, or give it again; not from a vault made of a backup, which has no
 * session to do that with.
 */
int pair_acknowledge(struct tacit_contact *ct);

/* J3 -> J4. */
int pair_on_hello_ack(struct tacit_contact *ct, const tacit_HelloAck *ack);

/* An envelope under k1 was opened: k0 and S go. */
int pair_on_key1(struct tacit_contact *ct);

/* Drop an invitation that nobody used, or a pairing that failed. */
int pair_abandon(struct tacit_contact *ct);

/* True once an invitation is so old that no answer is taken any more. */
int pair_is_over(const struct tacit_contact *ct);

#endif
