/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "log.h"
#include "tacit/error.h"
#include "tacit/error_text.h"

void
log_event(const char *event)
{
	fprintf(stderr, "tacit-relay: %s\n", event);
}

void
log_count(const char *event, const char *what, uint64_t n)
{
	fprintf(stderr, "tacit-relay: %s %s=%" PRIu64 "\n", event, what, n);
}

void
log_error(const char *event, int err)
{
	fprintf(stderr, "tacit-relay: %s error=%s\n", event,
	    tacit_error_word(err));
}

void
log_store(const char *dir, int err)
{
	const char *why = err == TACIT_E_CORRUPT ? "it, or relay.bodies "
	    "beside it, is damaged, missing, open to others, or made by "
	    "another program or another version; all was left as it is" :
	    tacit_error_text(err);

	fprintf(stderr, "tacit-relay: %s/relay.db: %s\n", dir, why);
}
