/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A relay that was put back to an older state lost what it had OKed since.
 * Most of it is seen to by being offered again: CREATE, PUT and SET_TOKEN are
 * the same bytes again, and what the other end has already it knows by its
 * seq.  PROTOCOL.md, section 12, "The relay went back".
 */
#include <sodium.h>

#include "anchor.h"
#include "change.h"
#include "contact.h"
#include "line.h"
#include "outbox.h"
#include "rotate.h"
#include "set.h"

/* What is known of a request that the relay took. */
enum { TAKEN, ANCHOR_ASKED, ANCHOR_MOVED, READ_ASKED, MADE_AGAIN };

/*
 * Requests whose OK may be forgotten.  The invitation is not put there again
 * once it was answered, only the pass that came with it.  The answer to Closed
 * needs them as well.
 */
static uint32_t
due_again(const struct tacit_contact *ct)
{
	uint32_t token = DUE_TOKEN;

	switch (ct->rec.step) {
	case tacit_state_Step_I2_CREATED:
	case tacit_state_Step_I3_INVITED:
		return DUE_CREATE | DUE_PUT;
	case tacit_state_Step_I4_ANSWERED:
	case tacit_state_Step_I5_ACTIVE:
	case tacit_state_Step_CLOSED:
		if (!ct->rec.inviter)
			return DUE_CREATE;
		/* Not confirmed: they may know no other one yet. */
		if (!sodium_is_zero(ct->rec.key0, sizeof(ct->rec.key0)))
			token = DUE_TOKEN_KEEP;
		return DUE_CREATE | token | DUE_SPLIT;
	default:
		return DUE_CREATE;
	}
}

int
restored_mailbox(struct tacit_contact *ct)
{
	int rc;

	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	ct->rec.due |= due_again(ct);
	rotate_forgotten(ct);
	return change_end(ct->t, ct, 0);
}

/* The control content that a state rests on, if its row left with its OK. */
static int
control_again(struct tacit_contact *ct)
{
	tacit_state_OutKind kind = tacit_state_OutKind_OUT_NONE;

	if (ct->rec.step == tacit_state_Step_J4_ACTIVE &&
	    !sodium_is_zero(ct->rec.key0, sizeof(ct->rec.key0)))
		kind = tacit_state_OutKind_OUT_CONFIRM;
	if (ct->rec.step == tacit_state_Step_CLOSED &&
	    ct->rec.closed_by_me && !ct->rec.told_closed)
		kind = tacit_state_OutKind_OUT_CLOSED;
	if (kind == tacit_state_OutKind_OUT_NONE || outbox_has(ct, kind))
		return 0;
	return outbox_add_control(ct, kind);
}

int
restored_contact(struct tacit_contact *ct)
{
	int rc;

	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	ct->rec.due |= due_again(ct);
	rotate_forgotten(ct);
	/* A `have` that was lost would have the other end send for nothing. */
	if (!sodium_is_zero(ct->rec.their_stream,
	    sizeof(ct->rec.their_stream))) {
		ct->rec.have_owed = TACIT_HAVE_ALONE_AFTER;
		ct->rec.have_due_ms = (uint64_t)env_unix_ms(ct->t);
	}
	if ((rc = control_again(ct)) == 0)
		rc = outbox_restored(ct);
	return change_end(ct->t, ct, rc);
}

/* ---- safe from being forgotten unseen ---------------------------------------- */

/*
 * A relay that goes back to before a request, but not to before the last time
 * that the anchor moved, looks as if nothing was lost.  So a request is safe
 * only when the anchor moved after it, and at the same run of the relay: the
 * reading connection was there before the request, and SUBSCRIBE is answered
 * on it after the anchor moved.  Until then requests are made again whenever
 * the anchor was verified on another one.
 */
void
restored_taken(struct tacit_contact *ct, int unsure)
{
	const struct line *l = line_reading(ct->t, &ct->rec.my_place);
	uint32_t conn = l != NULL && l->ready ? l->conn : 0;

	/* One that was taken before, and elsewhere, is in doubt still. */
	if (unsure && ct->taken != MADE_AGAIN && ct->taken_on != conn)
		conn = 0;
	ct->taken_on = conn;
	ct->taken = TAKEN;
}

/* Its requests, that is: of letters the other end finds out. */
static int
ask_again(struct tacit_contact *ct)
{
	int rc;

	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	ct->rec.due |= due_again(ct);
	if ((rc = change_end(ct->t, ct, 0)) == 0)
		ct->taken = MADE_AGAIN;
	return rc;
}

static int
is_unsure(const struct tacit_contact *ct, const struct anchor *a)
{
	return ct->rec.unsure && contact_has_mailbox(ct) &&
	    contact_place_equal(&ct->rec.my_place, &a->rec.place);
}

void
restored_ask(const struct anchor *a)
{
	struct tacit_contact *ct;

	for (ct = a->t->contacts; ct != NULL; ct = ct->next)
		if (is_unsure(ct, a) && ct->taken_on == a->asked_on &&
		    ct->taken == TAKEN)
			ct->taken = ANCHOR_ASKED;
}

int
restored_moved(const struct anchor *a)
{
	struct tacit_contact *ct;
	int rc = 0;

	for (ct = a->t->contacts; ct != NULL && rc == 0; ct = ct->next) {
		if (!is_unsure(ct, a))
			continue;
		if (ct->taken_on != a->asked_on)
			rc = ask_again(ct);
		else if (ct->taken == ANCHOR_ASKED) {
			ct->taken = ANCHOR_MOVED;
			set_box(ct, ct->rec.my_address)->read_conn = 0;
		}
	}
	return rc;
}

void
restored_reads(struct tacit_contact *ct, uint32_t conn)
{
	if (ct->taken == ANCHOR_MOVED && ct->taken_on == conn)
		ct->taken = READ_ASKED;
}

int
restored_read(struct tacit_contact *ct, uint32_t conn)
{
	int rc;

	if (!ct->rec.unsure || ct->taken != READ_ASKED ||
	    ct->taken_on != conn)
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	ct->rec.unsure = 0;
	return change_end(ct->t, ct, 0);
}
