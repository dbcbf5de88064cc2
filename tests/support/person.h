/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person with a vault, by the public API alone, beside real relays.  What
 * cannot fail in a sound test aborts it with a reason.
 */
#ifndef SUPPORT_PERSON_H
#define SUPPORT_PERSON_H

#include "relay_proc.h"
#include "tacit/tacit.h"

struct person {
	char path[192];
	struct tacit *t;
	struct tacit_contact *ct;	/* the first, once there is one */
};

/* A new vault below ${dir}; not open yet. */
void person_make(struct person *p, const char *dir, const char *name);
struct tacit_config person_config(const struct person *p, const char *proxy);
void person_open(struct person *p, const char *proxy);

/* Add ${r} as it is reached at ${port} of ${host} (NULL: its own). */
void person_add_relay(struct person *p, struct relay_proc *r,
    uint16_t port, const char *host);

/* An invitation at the relay added last. */
void person_invite(struct person *p);

/* ${a} invites ${b} in person; until both can write. */
void person_pair(struct person *a, struct person *b);

int person_has_sent(const struct person *p);
int person_is_drained(const struct person *p);

/* Turn ${p}, and ${other} if not NULL, until ${is_so}; abort after 60 s. */
void person_run(struct person *p, struct person *other,
    int (*is_so)(const struct person *p));

#endif
