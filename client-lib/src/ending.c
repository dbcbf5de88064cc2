/* SPDX-License-Identifier: Apache-2.0 */
#include <sodium.h>

#include "change.h"
#include "contact_store.h"
#include "ending.h"
#include "event.h"
#include "outbox.h"
#include "rotate.h"
#include "set.h"

/*
 * Nothing is left to say: the mailbox goes, and with it all that could open
 * what might still come.  Texts that never left stay, as what they are.
 */
static int
finish(struct tacit_contact *ct)
{
	int rc;

	if (!ct->rec.mailbox)
		return 0;
	if ((rc = outbox_remove_control(ct)) != 0)
		return rc;
	rotate_end(ct);
	ct->rec.mailbox = 0;
	ct->rec.due = (ct->rec.due & (DUE_REVOKE | DUE_SHUT)) | DUE_CLOSE;
	sodium_memzero(ct->rec.key0, sizeof(ct->rec.key0));
	sodium_memzero(ct->rec.key1, sizeof(ct->rec.key1));
	sodium_memzero(ct->rec.recovery, sizeof(ct->rec.recovery));
	if ((ct->rec.due & DUE_REVOKE) != 0 || ct->pairing == NULL)
		return 0;
	return contact_forget_pairing(ct);
}

static int
say(struct tacit_contact *ct)
{
	ct->rec.step = tacit_state_Step_CLOSED;
	ct->rec.closed_ms = (uint64_t)env_unix_ms(ct->t);
	return outbox_add_control(ct, tacit_state_OutKind_OUT_CLOSED);
}

int
ending_begin(struct tacit_contact *ct)
{
	ct->rec.closed_by_me = 1;
	return say(ct);
}

static int
told(struct tacit_contact *ct)
{
	int rc;

	ct->rec.told_closed = 1;
	if (ct->rec.closed_by_me)
		return outbox_has(ct, tacit_state_OutKind_OUT_CLOSED) ? 0 :
		    finish(ct);
	if ((rc = outbox_remove(ct, tacit_state_OutKind_OUT_HELLO)) != 0 ||
	    (rc = say(ct)) != 0)
		return rc;
	return event_say(ct->t, ct, TACIT_EV_CLOSED);
}

int
ending_told(struct tacit_contact *ct)
{
	struct set s;
	size_t i;

	if (ct->rec.told_closed || ct->rec.closed_heard)
		return 0;
	if (ct->rec.old_count == 0 && ct->rec.next.id == 0)
		return told(ct);
	/* What was written before it may lie in a mailbox that was left. */
	ct->rec.closed_heard = 1;
	for (i = 0; i < set_end(ct); i++)
		if (set_get(ct, i, &s) && s.mailbox)
			set_look_again(ct, s.address);
	return 0;
}

int
ending_tend(struct tacit_contact *ct)
{
	int rc;

	if (!ct->rec.closed_heard || ct->rec.told_closed ||
	    !set_all_drained(ct))
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	return change_end(ct->t, ct, told(ct));
}

int
ending_say_again(struct tacit_contact *ct)
{
	if (ct->rec.step != tacit_state_Step_CLOSED ||
	    outbox_has(ct, tacit_state_OutKind_OUT_CLOSED))
		return 0;
	return outbox_add_control(ct, tacit_state_OutKind_OUT_CLOSED);
}

int
ending_said(struct tacit_contact *ct)
{
	return ct->rec.told_closed ? finish(ct) : 0;
}

int
ending_alone(struct tacit_contact *ct)
{
	return finish(ct);
}

int
ending_is_late(const struct tacit_contact *ct)
{
	uint64_t ttl_ms = TACIT_TTL_DAYS * 24ULL * 3600 * 1000;

	return ct->rec.step == tacit_state_Step_CLOSED && ct->rec.mailbox &&
	    (uint64_t)env_unix_ms(ct->t) >= ct->rec.closed_ms + ttl_ms;
}
