/* SPDX-License-Identifier: Apache-2.0 */
#include "change.h"
#include "have.h"
#include "outbox.h"

enum {
	HOUR_MS = 3600 * 1000,
	MAX_MS = 24 * HOUR_MS,
	SOON_MS = 15 * 60 * 1000
};

static uint64_t
some_time(const struct tacit_contact *ct, int64_t from, int64_t to)
{
	return (uint64_t)(env_unix_ms(ct->t) +
	    env_random_between(ct->t, from, to));
}

void
have_owe(struct tacit_contact *ct)
{
	uint64_t soon;

	ct->rec.have_owed++;
	if (ct->rec.have_due_ms == 0)
		ct->rec.have_due_ms = some_time(ct, HOUR_MS, MAX_MS);
	if (ct->rec.have_owed != TACIT_HAVE_ALONE_AFTER)
		return;
	soon = some_time(ct, 0, SOON_MS);
	if (soon < ct->rec.have_due_ms)
		ct->rec.have_due_ms = soon;
}

int64_t
have_wait(const struct tacit_contact *ct)
{
	uint64_t now = (uint64_t)env_unix_ms(ct->t);

	if (ct->rec.step == tacit_state_Step_CLOSED ||
	    ct->rec.have_owed == 0 ||
	    outbox_has(ct, tacit_state_OutKind_OUT_HAVE))
		return -1;
	/* It is never due that late, but by a clock that was set back. */
	if (now >= ct->rec.have_due_ms ||
	    ct->rec.have_due_ms - now > MAX_MS)
		return 0;
	return (int64_t)(ct->rec.have_due_ms - now);
}

int
have_tend(struct tacit_contact *ct)
{
	int rc;

	if (have_wait(ct) != 0)
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	rc = outbox_add_control(ct, tacit_state_OutKind_OUT_HAVE);
	return change_end(ct->t, ct, rc);
}
