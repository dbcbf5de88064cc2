/* SPDX-License-Identifier: Apache-2.0 */
/* The core's life, and its turn: what came in, what is due, what goes out. */
#include <stdlib.h>

#include <sodium.h>

#include "anchor.h"
#include "change.h"
#include "contact.h"
#include "contact_store.h"
#include "core.h"
#include "data.h"
#include "ending.h"
#include "event.h"
#include "have.h"
#include "inbox.h"
#include "keep.h"
#include "line.h"
#include "line_in.h"
#include "outbox.h"
#include "pair.h"
#include "reset.h"
#include "restart.h"
#include "rotate.h"
#include "tend.h"
#include "way.h"

enum {
	TURN_MS = 5,			/* of each of three parts */
	RETRY_MS = 1000			/* after a turn that failed */
};

int
core_load(struct tacit *t)
{
	int rc;

	if ((rc = change_load_self(t)) != 0)
		return rc;
	if ((rc = contact_load_all(t)) != 0)
		return rc;
	if ((rc = anchor_load(t)) != 0 || (rc = keep_load(t)) != 0)
		return rc;
	return event_count_unread(t);
}

void
core_free(struct tacit *t)
{
	struct tacit_contact *ct;

	line_free_all(t);
	anchor_free_all(t);
	data_forget(t);
	keep_free(t);
	free(t->event.data);
	while ((ct = t->contacts) != NULL) {
		t->contacts = ct->next;
		contact_free(ct);
	}
	sodium_memzero(&t->self, sizeof(t->self));
}

/* Nobody answered in time: prekeys, mailbox and invitation go. */
static int
end_invitation(struct tacit_contact *ct)
{
	tacit_state_Event e = tacit_state_Event_init_zero;
	int rc;

	if (!pair_is_over(ct))
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	e.type = TACIT_EV_REFUSED;
	e.reason = TACIT_E_INVITATION_EXPIRED;
	if ((rc = pair_abandon(ct)) == 0)
		rc = event_add(ct->t, ct, &e, NULL, 0);
	return change_end(ct->t, ct, rc);
}

/* They never answered our Closed: what waits for it has expired by now. */
static int
end_late(struct tacit_contact *ct)
{
	int rc;

	if (!ending_is_late(ct))
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	return change_end(ct->t, ct, ending_alone(ct));
}

/* What the relay let go before the other end had it. */
static int
send_late(struct tacit_contact *ct)
{
	int rc;

	if (!outbox_has_late(ct))
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	return change_end(ct->t, ct, outbox_late(ct));
}

static int
tend_contact(struct tacit_contact *ct)
{
	int rc;

	if (!contact_is_shown(ct))
		return 0;
	if ((rc = end_invitation(ct)) != 0 || (rc = end_late(ct)) != 0 ||
	    (rc = ending_tend(ct)) != 0)
		return rc;
	if ((rc = restart_tend(ct)) != 0 || (rc = reset_tend(ct)) != 0 ||
	    (rc = rotate_tend(ct)) != 0)
		return rc;
	if ((rc = inbox_tend(ct)) != 0 || (rc = send_late(ct)) != 0)
		return rc;
	return have_tend(ct);
}

/* What came in; of a flood as much as a turn has time for. */
static int
take_events(struct tacit *t)
{
	struct net_event *e = &t->event;
	int rc = 0;

	while (rc == 0 && !turn_is_over(t) &&
	    (e->data != NULL || way_next(t, e))) {
		rc = line_event(t, e);
		if (rc == 0 && e->taken < e->len)
			continue;
		free(e->data);
		e->data = NULL;
	}
	return rc;
}

static int
tend_contacts(struct tacit *t)
{
	struct tacit_contact *ct;
	int rc = 0;

	/* What was tended has no work next time: the last ones get theirs. */
	for (ct = t->contacts; ct != NULL && rc == 0 && !turn_is_over(t);
	    ct = ct->next)
		rc = tend_contact(ct);
	return rc;
}

/* One part of a turn, so long that none keeps the others from theirs. */
static int
for_a_turn(struct tacit *t, int (*part)(struct tacit *))
{
	int rc;

	t->turn_ends = env_mono_ms(t) + TURN_MS;
	rc = part(t);
	if (turn_is_over(t))
		t->cut = 1;
	t->turn_ends = 0;
	return rc;
}

int
core_step(struct tacit *t)
{
	int rc = t->broken;

	t->cut = 0;
	if (rc == 0)
		rc = for_a_turn(t, take_events);
	if (rc == 0)
		rc = for_a_turn(t, tend_contacts);
	if (rc == 0 && t->kept != NULL)
		rc = for_a_turn(t, keep_tend);
	if (rc == 0)
		rc = for_a_turn(t, tend_lines);
	line_flush_all(t);
	if (rc == 0 && t->settle_at != 0 && env_mono_ms(t) >= t->settle_at) {
		t->settle_at = 0;
		rc = vault_settle(t->vault);
	}
	/* What it did not come to is due, and nothing else may say so. */
	t->retry_at = rc != 0 ? env_mono_ms(t) + RETRY_MS : 0;
	return rc;
}

int64_t
core_wait(const struct tacit *t)
{
	int64_t at = tend_due(t), now = env_mono_ms(t), wait = -1;
	const struct tacit_contact *ct;

	if (t->cut)
		return 0;
	wait = keep_wait(t);
	for (ct = t->contacts; ct != NULL; ct = ct->next)
		if (contact_is_shown(ct)) {
			at = env_sooner(at, inbox_due(ct));
			at = env_sooner(at, outbox_due(ct));
			at = env_sooner(at, restart_at(ct));
			wait = env_sooner(wait, reset_wait(ct));
			wait = env_sooner(wait, rotate_wait(ct));
			wait = env_sooner(wait, have_wait(ct));
		}
	if (t->settle_at != 0)
		at = env_sooner(at, t->settle_at);
	if (t->retry_at != 0)
		at = env_sooner(at, t->retry_at);
	if (at >= 0)
		wait = env_sooner(wait, at <= now ? 0 : at - now);
	return wait;
}
