/* SPDX-License-Identifier: Apache-2.0 */
/* Contacts on disk: rows of VAULT_CONTACT and VAULT_PAIRING. */
#ifndef CLIENT_CONTACT_STORE_H
#define CLIENT_CONTACT_STORE_H

#include "model.h"

/* Read all contacts, their outboxes and what is unread. */
int contact_load_all(struct tacit *t);

/* Make ${ct} what the vault says, after a change was undone. */
int contact_reload(struct tacit_contact *ct);

/* Write ${ct}'s rows; part of change_end(). */
int contact_store(struct tacit_contact *ct);

/*
 * Remove everything of ${ct} from the vault; its handle stays, as removed,
 * because the host may hold it.
 */
int contact_erase(struct tacit_contact *ct);

/* Wipe the secrets of pairing, in memory and vault. */
int contact_forget_pairing(struct tacit_contact *ct);

#endif
