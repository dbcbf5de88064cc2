/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person (support/person.h) whose app supplies what tacit/host.h lets it:
 * connections, clock, log.
 */
#ifndef HOSTED_APP_H
#define HOSTED_APP_H

#include "person.h"
#include "wire.h"

struct app {
	struct person p;
	struct wires w;
	struct tacit_host host;
	int64_t ahead_ms;		/* of this machine's clock, */
	int64_t is_ms;			/* or what it is; 0: not set */
	const char *awaits;		/* by app_say() */
	char *log;			/* "LEVEL LINE\n" each; or NULL */
	size_t log_len;
};

enum { APP_WIRES = 1, APP_CLOCK = 2, APP_LOG = 4 };

/* A new vault below ${dir}, open, with what ${supplies} names. */
void app_open(struct app *a, const char *dir, const char *name,
    unsigned supplies);
void app_close(struct app *a);

/* Open it again. */
int app_reopen(struct app *a);

/* Turn both (${b} may be NULL) until ${is_so}; abort after a minute. */
void app_run(struct app *a, struct app *b, int (*is_so)(struct app *a));

/* ${a} invites ${b}; until both can write. */
void app_pair(struct app *a, struct app *b);

/* ${from} writes ${text}, and ${to} has it. */
void app_say(struct app *from, struct app *to, const char *text);

struct tacit_contact_info app_info(const struct app *a);

#endif
