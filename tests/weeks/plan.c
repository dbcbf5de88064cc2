/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "plan.h"
#include "recall.h"
#include "world.h"

enum { MINUTE_MS = 60000, HOUR = 60 };

void
plan_add(struct plan *p, const struct act *a)
{
	if ((p->acts & (p->acts - 1)) == 0) {
		p->act = realloc(p->act, (p->acts == 0 ? 1 : p->acts * 2) *
		    sizeof(*p->act));
		if (p->act == NULL)
			abort();
	}
	p->act[p->acts++] = *a;
}

/* The earliest; of two at one time the one that was added first. */
const struct act *
plan_next(struct plan *p)
{
	size_t i, next = p->done;
	struct act a;

	if (p->done == p->acts)
		return NULL;
	for (i = p->done; i < p->acts; i++)
		if (p->act[i].ms < p->act[next].ms)
			next = i;
	a = p->act[next];
	for (i = next; i > p->done; i--)
		p->act[i] = p->act[i - 1];
	p->act[p->done] = a;
	return &p->act[p->done++];
}

void
plan_free(struct plan *p)
{
	free(p->act);
}

/* On day ${day}, by the clock of ${z}. */
static void
on(struct world *w, const struct wall_zone *z, int day, uint32_t minute,
    enum act_what what, int who, int arg)
{
	const struct act a = { .ms = wall_ms(z, wall_add(w->season->first,
	    day), minute), .what = what, .who = who, .arg = arg };

	plan_add(w->plan, &a);
}

static void
at_work(struct world *w, int day, uint32_t minute, enum act_what what,
    int who, int arg)
{
	on(w, &w->season->berlin, day, minute, what, who, arg);
}

/* In the room: the practice opens, all but one come, all are asked. */
static void
draw_first_day(struct world *w)
{
	int k;

	at_work(w, 0, 8 * HOUR, ACT_OPEN, 0, 0);
	for (k = 1; k <= CLIENTS; k++) {
		at_work(w, 0, 8 * HOUR + 10 * (uint32_t)k, ACT_JOIN, k, 0);
		at_work(w, 0, 15 * HOUR + (uint32_t)k, ACT_ASK, k,
		    k % ASK_ONCE);
	}
}

static void
draw_office(struct world *w)
{
	int day;
	uint32_t h;

	for (day = 0; day < WEEKS_DAYS; day++) {
		if (day / 7 == 2) {
			for (h = 0; h < 24; h += 4)
				at_work(w, day, h * HOUR, ACT_OFFICE, 0,
				    ACT_AWAY);
		} else if (day % 7 < 5) {
			at_work(w, day, 9 * HOUR + 5, ACT_OFFICE, 0, 0);
			at_work(w, day, 16 * HOUR + 40, ACT_OFFICE, 0, 0);
		}
		at_work(w, day, 23 * HOUR + 30, ACT_SEARCH, 0, 0);
	}
}

static void
draw_visits(struct world *w, int k, unsigned percent)
{
	const struct wall_zone *z = k % 3 == 0 ? &w->season->new_york :
	    &w->season->berlin;
	int day;

	for (day = 1; day < WEEKS_DAYS; day++)
		if (world_chance(w, percent))
			on(w, z, day, 7 * HOUR + world_below(w, 240),
			    ACT_VISIT, k, 0);
	/* Some telephones are off for a night and a day. */
	if (k % 6 == 5) {
		on(w, z, 5 + k % 14, 17 * HOUR, ACT_OFF, k, 0);
		on(w, z, 6 + k % 14, 19 * HOUR, ACT_ON, k, 0);
	}
}

/*
 * One who is not there, and one who was; not while a vault that was put back
 * still has to hear from them.
 */
static void
draw_second_thoughts(struct world *w)
{
	static const int day[RECALL_DAYS] = { 3, 4, 24 };
	int i;

	for (i = 0; i < RECALL_DAYS; i++) {
		at_work(w, day[i], 13 * HOUR, ACT_RECALL, RECALL_AWAY, 0);
		at_work(w, day[i], 13 * HOUR + 20, ACT_REGRET, RECALL_THERE,
		    RECALL_WRITE);
		at_work(w, day[i], 13 * HOUR + 40, ACT_VISIT, RECALL_THERE,
		    0);
		at_work(w, day[i], 14 * HOUR, ACT_REGRET, RECALL_THERE,
		    RECALL_TAKE);
	}
}

/* What happens once. */
static void
draw_turns_of_fate(struct world *w)
{
	at_work(w, 2, 10 * HOUR, ACT_ROTATE, FATE_ROTATES, 0);
	at_work(w, 4, 22 * HOUR, ACT_KEEP, FATE_KEEPS, 0);
	at_work(w, 5, 12 * HOUR, ACT_LOSE, FATE_LOSES, 0);
	at_work(w, 7, 6 * HOUR, ACT_RESTORE, FATE_KEEPS, 0);
	at_work(w, 7, 10 * HOUR, ACT_DISCHARGE, FATE_LOSES, 0);
	at_work(w, 7, 11 * HOUR, ACT_JOIN, CLIENTS + 1, 0);
	at_work(w, 7, 12 * HOUR, ACT_ASK, CLIENTS + 1, ASK_DAILY);
	at_work(w, 8, 10 * HOUR, ACT_KEEP, 0, 0);
	at_work(w, 10, 9 * HOUR, ACT_RESTORE, 0, 0);
	at_work(w, 11, 10 * HOUR, ACT_CARD, 0, 0);
	at_work(w, 11, 11 * HOUR, ACT_STOP, FATE_PAUSES, 0);
	at_work(w, 11, 11 * HOUR + 5, ACT_PAUSE, FATE_PAUSES, 0);
	at_work(w, 11, 17 * HOUR, ACT_AWAY, 0, 0);
	at_work(w, 21, 8 * HOUR + 30, ACT_HOME, 0, 0);
	at_work(w, 21, 11 * HOUR, ACT_RESUME, FATE_PAUSES, 0);
	at_work(w, 21, 11 * HOUR + 5, ACT_ASK, FATE_PAUSES, ASK_DAILY);
	at_work(w, 22, 10 * HOUR, ACT_IDENTITY, FATE_CHANGES, 0);
	at_work(w, 22, 11 * HOUR, ACT_STOP, FATE_STOPS, 0);
	at_work(w, 22, 12 * HOUR, ACT_ASK, FATE_STOPS, ASK_ONCE);
	draw_second_thoughts(w);
	at_work(w, 23, 10 * HOUR, ACT_VERIFY, FATE_CHANGES, 0);
	at_work(w, 23, 11 * HOUR, ACT_DISCHARGE, FATE_LEAVES, 0);
}

void
plan_draw(struct world *w, struct plan *p, unsigned percent)
{
	int k;

	w->plan = p;
	draw_first_day(w);
	draw_turns_of_fate(w);
	draw_office(w);
	for (k = 1; k <= CLIENTS + 1; k++)
		draw_visits(w, k, percent);
}

/* ---- what follows from what happened --------------------------------------------- */

void
acts_due(struct world *w, int k, int ask, uint32_t date)
{
	const struct ask *a;
	struct act act = { .what = ACT_ANSWER, .who = k, .arg = ask,
	    .date = date };
	int64_t until;

	if (ask < 0 || !world_chance(w, 75))
		return;
	a = &w->book.ask[ask];
	until = a->when.once ? world_now(w) + 20 * HOUR * MINUTE_MS :
	    wall_ms(w->who[k].zone, date, a->when.close);
	until -= world_now(w) + 10 * MINUTE_MS;
	if (until <= 0)
		return;
	act.ms = world_now(w) + 1 +
	    (int64_t)world_below(w, (uint32_t)until);
	plan_add(w->plan, &act);
}
