/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operator can ask: admit, status, inspect.  A request is one JSON
 * object; it becomes one operation on the store; the outcome becomes one JSON
 * object.  The same code answers in the running relay, over its control
 * socket, and in a command that opened the database because no relay runs.
 */
#ifndef RELAY_QUERY_H
#define RELAY_QUERY_H

#include <jansson.h>

#include "store.h"
#include "tacit/link.h"

enum query_kind { QUERY_ADMIT, QUERY_STATUS, QUERY_INSPECT };

/* What the store does not know. */
struct query_facts {
	const struct tacit_place *place;
	uint64_t hour;			/* relay hours */
	uint64_t connections, held, buffered;
	const char *confinement;	/* confine_word() */
	uint8_t running;
};

/* The version that --version and status print. */
const char *query_version(void);

/*
 * Make a request.  The code itself stays with the command that made it; the
 * relay is told its hash.
 * Owner:   the caller; NULL: out of memory.
 */
json_t *query_admit(const uint8_t code_hash[TACIT_HASH_LEN], uint32_t units,
    uint32_t hours);
json_t *query_ask(enum query_kind kind);

/*
 * Fill ${op} from ${request}.
 * Errors:  TACIT_E_INVALID (not a request, or out of range).
 */
int query_read(enum query_kind *kind, struct op *op,
    const json_t *request, uint64_t hour);

/* The answer to ${op}, which ran.  Owner: the caller; NULL: out of memory. */
json_t *query_answer(enum query_kind kind, const struct op *op,
    const struct query_facts *facts);

/* {"error":WORD} */
json_t *query_error(int err);

#endif
