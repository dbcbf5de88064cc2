/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world of four weeks: people with devices in their zones, one clock, and
 * a relay with the database that relays have.  A device that sleeps has no
 * network; its clock still wakes its practice layer, unless it is off.
 */
#ifndef WORLD_H
#define WORLD_H

#include "book.h"
#include "stage.h"
#include "wire.h"

/* Who has a part of their own; all others live as everybody does. */
enum fate {
	FATE_NONE,
	FATE_KEEPS = 4,			/* restores a telephone */
	FATE_LOSES = 9,			/* one, and comes back with another */
	FATE_PAUSES = 7, FATE_LEAVES = 12, FATE_CHANGES = 15,
	FATE_STOPS = 20, FATE_ROTATES = 22
};

struct person {
	int i;				/* its end of the stage */
	int here;			/* has a vault */
	enum fate fate;
	const struct wall_zone *zone;
	struct tacit_practice *p;
	int awake;			/* has a network */
	int off;			/* not even an alarm */
	int64_t alarm;			/* when its layer has something to do */
	uint64_t data;			/* events below are the layer's */
	/* of a client, as both call it */
	char label[65];
	char mine[TACIT_CONTACT_ID_SIZE], theirs[TACIT_CONTACT_ID_SIZE];
	int must_ack;			/* a card */
	int cards;			/* acknowledged */
	int paused, over;		/* as it was told */
	int64_t gone;			/* discharged then; or 0 */
	int unsure;			/* its identity changed */
	int recalled;			/* texts that a relay was asked for */
	/* of the last text that this person wrote */
	int wrote_to;
	int64_t wrote_ms;
	int owes;			/* the therapist: a reply */
};

struct world {
	struct stage *s;
	struct book book;
	struct wire wire;
	const struct wall_season *season;
	struct person who[PEOPLE];
	uint64_t random;
	char form[TACIT_CHECKIN_ID_SIZE];
	struct plan *plan;		/* what people do next */
	uint64_t steps;
	size_t too_late;		/* recalls of what was there */
};

void world_begin(struct world *w, uint64_t seed);
/* All devices and the relay stop; then the rest. */
void world_stop(struct world *w);
void world_end(struct world *w);

uint32_t world_below(struct world *w, uint32_t n);
static inline int
world_chance(struct world *w, uint32_t percent)
{
	return world_below(w, 100) < percent;
}

int64_t world_now(const struct world *w);

/* Time passes until ${ms}; who has an alarm on the way is woken by it. */
void world_pass(struct world *w, int64_t ms);

/* ${i} begins, with a vault of its own, awake. */
void world_arrive(struct world *w, int i, const struct wall_zone *zone);
/* ${i} has a network; until it has none; the process may die at that. */
void world_wake(struct world *w, int i);
void world_sleep(struct world *w, int i);
void world_off(struct world *w, int i);
void world_on(struct world *w, int i);
void world_fall(struct world *w, int i);
/* A backup of the vault of ${i} is made; its vault is made of it anew. */
void world_keep(struct world *w, int i);
void world_put_back(struct world *w, int i);

/* All who are awake send and take what there is. */
void world_settle(struct world *w);

/* The practice layer of ${i}, in its zone, which it then has. */
struct tacit_practice *world_layer(struct world *w, int i);
/* What changed: its layer takes a step, and ${i} reads what it is told. */
void world_step(struct world *w, int i);

/* The contact of the therapist for client ${k}, and the other way. */
struct tacit_contact *world_client(struct world *w, int k);
struct tacit_contact *world_therapist(struct world *w, int k);

#endif
