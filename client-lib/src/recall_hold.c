/* SPDX-License-Identifier: Apache-2.0 */
/* How long texts are held back, and which are. */
#include "change.h"
#include "recall.h"

uint32_t
recall_hold_ms(const struct tacit_contact *ct)
{
	if (ct->holds)
		return ct->hold_ms;
	return ct->rec.own_hold ? ct->rec.hold_ms : ct->t->self.hold_ms;
}

static int64_t
hold_left(const struct tacit_contact *ct, const struct out_ref *o)
{
	if (o->hold_ms == 0 || o->okayed || o->recall != RECALL_NONE)
		return 0;
	return env_left(ct->t, o->time_ms, o->hold_ms);
}

int
recall_holds(const struct tacit_contact *ct, const struct out_ref *o)
{
	return hold_left(ct, o) > 0;
}

int64_t
recall_held_until(const struct tacit_contact *ct)
{
	const struct out_ref *o;
	int64_t at = -1;

	for (o = ct->out; o != NULL; o = o->next)
		if (recall_holds(ct, o))
			at = env_sooner(at, env_mono_ms(ct->t) +
			    hold_left(ct, o));
	return at;
}

/* ---- the public calls ------------------------------------------------------ */

int
tacit_hold_set(struct tacit *t, struct tacit_contact *ct, int seconds)
{
	int rc;

	if (seconds > TACIT_HOLD_MAX || seconds < (ct != NULL ? -1 : 0))
		return TACIT_E_HOLD;
	if ((rc = change_begin(t)) != 0)
		return rc;
	if (ct == NULL) {
		t->self.own_hold = 1;
		t->self.hold_ms = (uint32_t)seconds * 1000;
		t->self_changed = 1;
	} else {
		ct->rec.own_hold = seconds >= 0;
		ct->rec.hold_ms = seconds > 0 ? (uint32_t)seconds * 1000 : 0;
	}
	return change_end(t, ct, 0);
}

int
tacit_hold_get(const struct tacit *t, const struct tacit_contact *ct)
{
	return (int)((ct != NULL ? recall_hold_ms(ct) : t->self.hold_ms) /
	    1000);
}

int
tacit_hold_is_set(const struct tacit *t, const struct tacit_contact *ct)
{
	return t->self.own_hold || (ct != NULL && ct->rec.own_hold);
}

int
tacit_hold_now(struct tacit_contact *ct, uint32_t seconds)
{
	if (seconds > TACIT_HOLD_MAX)
		return TACIT_E_HOLD;
	ct->holds = 1;
	ct->hold_ms = seconds * 1000;
	return 0;
}

uint32_t
tacit_held(const struct tacit_contact *ct, int64_t *left_ms)
{
	const struct out_ref *o;
	int64_t left, most = 0;
	uint32_t n = 0;

	for (o = ct->out; o != NULL; o = o->next) {
		if ((left = hold_left(ct, o)) == 0)
			continue;
		n += o->last_part;
		most = left > most ? left : most;
	}
	if (left_ms != NULL)
		*left_ms = most;
	return n;
}
