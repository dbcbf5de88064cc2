/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events, pushed to the one client that subscribed: as many as its window
 * takes unconfirmed, and as its output has room for.  They stay in the vault
 * until event.done; who subscribes again is told them again.
 */
#include <string.h>

#include "agent.h"

/* Ids of the practice layer are above this, those of the vault are not. */
static const uint64_t practice_ids = (uint64_t)1 << 40;

static void
told(struct agent_feed *f, uint64_t id)
{
	f->told[f->n++] = id;
	if (id > practice_ids)
		f->practice_after = id;
	else
		f->after = id;
}

/* One of the practice layer.  1: told; 0: there is none; or TACIT_E_*. */
static int
push_practice(struct agent *a)
{
	struct tacit_practice_event ev = { .size = sizeof(ev) };
	json_t *o;
	int rc = tacit_practice_next_event(a->c->p, a->feed.practice_after,
	    &ev);

	if (rc != 1)
		return rc;
	if ((o = practice_json(a->c, &ev)) == NULL)
		return TACIT_E_INTERNAL;
	told(&a->feed, ev.id);
	agent_rpc_tell(a, a->feed.to, o);
	return 1;
}

/* One of the vault; what is between libraries is told to nobody. */
static int
push_vault(struct agent *a)
{
	struct tacit_event ev = { .size = sizeof(ev) };
	json_t *o;
	int rc;

	while ((rc = tacit_next_event(a->c->t, a->feed.after, &ev)) == 1 &&
	    !event_is_for_people(&ev)) {
		a->feed.after = ev.id;
		if ((rc = tacit_event_done(a->c->t, ev.id)) != 0)
			return rc;
	}
	if (rc != 1)
		return rc;
	if ((o = event_json(a->c, &ev)) == NULL)
		return TACIT_E_INTERNAL;
	told(&a->feed, ev.id);
	agent_rpc_tell(a, a->feed.to, o);
	return 1;
}

int
agent_feed_push(struct agent *a)
{
	struct agent_feed *f = &a->feed;
	int rc = 1;

	while (rc == 1 && f->to != NULL && agent_may_tell(f->to) &&
	    f->n < f->window)
		if ((rc = push_practice(a)) == 0)
			rc = push_vault(a);
	return rc == 1 ? 0 : rc;
}

void
agent_feed_drop(struct agent *a, const struct agent_client *cl)
{
	if (a->feed.to == cl)
		memset(&a->feed, 0, sizeof(a->feed));
}

/* ---- methods -------------------------------------------------------------------------- */

int
agent_events_subscribe(struct agent *a, struct agent_call *k)
{
	struct agent_client *cl = k->reply->to;

	if (a->feed.to != NULL) {
		(void)snprintf(k->say, sizeof(k->say), a->feed.to == cl ?
		    "you have subscribed already" : "another client has "
		    "subscribed: events are told to one at a time");
		return TACIT_E_STATE;
	}
	memset(&a->feed, 0, sizeof(a->feed));
	a->feed.to = cl;
	a->feed.window = (unsigned)agent_number(k, "window", AGENT_WINDOW);
	return agent_result(k, json_make("{s:b, s:I}", "subscribed", 1,
	    "window", (long long)a->feed.window));
}

int
agent_events_unsubscribe(struct agent *a, struct agent_call *k)
{
	agent_feed_drop(a, k->reply->to);
	return agent_result(k, json_make("{s:b}", "subscribed", 0));
}

/* Take ${id} out of those that are told and not confirmed. */
static void
confirmed(struct agent_feed *f, uint64_t id)
{
	unsigned i;

	for (i = 0; i < f->n; i++)
		if (f->told[i] == id) {
			f->n--;
			memmove(&f->told[i], &f->told[i + 1],
			    (f->n - i) * sizeof(f->told[0]));
			return;
		}
}

/* Only by who was told: nobody loses what nobody saw.  Repeats are fine. */
int
agent_event_done(struct agent *a, struct agent_call *k)
{
	uint64_t id = (uint64_t)agent_number(k, "event_id", 0);
	bool practice = id > practice_ids;
	int rc;

	if (a->feed.to != k->reply->to || id > (practice ?
	    a->feed.practice_after : a->feed.after)) {
		(void)snprintf(k->say, sizeof(k->say), "you were not told of "
		    "an event with this id since you subscribed");
		return TACIT_E_NOT_FOUND;
	}
	rc = practice ? tacit_practice_event_done(a->c->p, id) :
	    tacit_event_done(a->c->t, id);
	if (rc != 0)
		return rc;
	confirmed(&a->feed, id);
	return agent_result(k, json_make("{s:I}", "event_id",
	    (long long)id));
}
