/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operator's command asks over the control socket, and the answers
 * that a command reads.  Input: one line.
 */
#include <jansson.h>

#include "fuzz.h"
#include "query.h"

static void
answer(enum query_kind kind, const struct op *op)
{
	struct tacit_place place = { .host = "127.0.0.1", .port = 8443 };
	const struct query_facts facts = { .place = &place, .hour = 5,
	    .confinement = "none", .running = 1 };
	json_t *j = query_answer(kind, op, &facts);
	char *text;

	FUZZ_CHECK(j != NULL && json_is_object(j));
	text = json_dumps(j, JSON_COMPACT);
	FUZZ_CHECK(text != NULL);
	free(text);
	json_decref(j);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *request = json_loadb((const char *)data, size,
	    JSON_REJECT_DUPLICATES, NULL);
	enum query_kind kind = QUERY_STATUS;
	struct op op;
	int rc = query_read(&kind, &op, request, 1000);

	json_decref(request);
	if (rc != 0) {
		FUZZ_CHECK(rc == TACIT_E_INVALID);
		return 0;
	}
	FUZZ_CHECK(op.kind == (kind == QUERY_ADMIT ? OP_ADMIT : OP_COUNT));
	if (kind == QUERY_ADMIT)
		FUZZ_CHECK(op.u.admit.units >= 1 &&
		    op.u.admit.expiry_day >= 1000 / 24);
	answer(kind, &op);
	op.rc = TACIT_E_UNAVAILABLE;
	answer(kind, &op);
	return 0;
}
