/* SPDX-License-Identifier: Apache-2.0 */
/* Events that the app has not confirmed yet: rows of VAULT_EVENT. */
#ifndef CLIENT_EVENT_H
#define CLIENT_EVENT_H

#include "model.h"

/*
 * Add an event, inside a change.  ${e->type} says what it is; ${ct} may be
 * NULL; ${text} is the message's, or NULL.
 */
int event_add(struct tacit *t, struct tacit_contact *ct,
    tacit_state_Event *e, const char *text, size_t len);

/* The same for an event that has nothing but a type. */
int event_say(struct tacit *t, struct tacit_contact *ct,
    enum tacit_event_type type);

/* Returns: 1 and ${e}, 0 if there is none with this id, or an error. */
int event_get(struct tacit *t, uint64_t id, tacit_state_Event *e);
/*
 * The first event above ${id} of those that are not done; 0: of all.
 * Returns: 1, ${id} and ${e}; 0 if there is none; or an error.
 */
int event_after(struct tacit *t, uint64_t *id, tacit_state_Event *e);
/* It is done: gone, if it is there, inside a change. */
int event_remove(struct tacit *t, uint64_t id);

/* All events of ${ct} are done, inside a change. */
int event_clear(struct tacit_contact *ct);

/* Whom ${e} is about, or NULL. */
struct tacit_contact *event_contact(struct tacit *t,
    const tacit_state_Event *e);

/* Set every contact's ${unread} from the vault. */
int event_count_unread(struct tacit *t);

#endif
