/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "listen.h"
#include "story.h"
#include "world.h"

enum {
	ROUNDS = 60,			/* of a settlement, at most */
	ROUND_MS = 4000,
	STUCK = 200			/* alarms in a row that change nothing */
};

/* ---- chance --------------------------------------------------------------- */

static uint64_t
mix(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint32_t
world_below(struct world *w, uint32_t n)
{
	return (uint32_t)(mix(&w->random) % n);
}

/* The library's own chance is from the seed too, in each thread by itself. */
static _Thread_local uint64_t library;

static const char *
chance_name(void)
{
	return "weeks";
}

static void
chance_fill(void *const buf, const size_t len)
{
	uint8_t *p = buf;
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = (uint8_t)(mix(&library) >> 24);
}

static uint32_t
chance_word(void)
{
	return (uint32_t)(mix(&library) >> 16);
}

static struct randombytes_implementation chance = {
	.implementation_name = chance_name,
	.random = chance_word,
	.buf = chance_fill,
};

/* ---- time ------------------------------------------------------------------ */

int64_t
world_now(const struct world *w)
{
	return stage_now(w->s);
}

struct tacit_practice *
world_layer(struct world *w, int i)
{
	const char *tz = w->who[i].zone->tz, *was = getenv("TZ");

	if (was == NULL || strcmp(was, tz) != 0) {
		(void)setenv("TZ", tz, 1);
		tzset();
	}
	return w->who[i].p;
}

/* Its layer takes a step. */
static void
step(struct world *w, int i)
{
	struct person *who = &w->who[i];
	struct tacit_practice *p = world_layer(w, i);
	int rc = tacit_practice_step(p, world_now(w)), wait;

	w->steps++;
	if (rc != 0)
		book_finding(&w->book, "error", "step of %d: %s", i,
		    tacit_error_word(rc));
	wait = tacit_practice_timeout_ms(p, world_now(w));
	who->alarm = wait < 0 ? INT64_MAX : world_now(w) + wait;
}

void
world_step(struct world *w, int i)
{
	step(w, i);
	listen_take(w, i);
}

/* Who is woken next by a clock, at ${ms} at the latest; or -1. */
static int
next_alarm(const struct world *w, int64_t ms)
{
	int i, next = -1;

	for (i = 0; i < PEOPLE; i++)
		if (w->who[i].here && !w->who[i].off &&
		    w->who[i].alarm <= ms) {
			next = i;
			ms = w->who[i].alarm - 1;
		}
	return next;
}

void
world_pass(struct world *w, int64_t ms)
{
	int64_t before = -1;
	int i, n = 0;

	while ((i = next_alarm(w, ms)) >= 0) {
		if (w->who[i].alarm > world_now(w))
			stage_sleep(w->s, w->who[i].alarm - world_now(w));
		n = world_now(w) == before ? n + 1 : 0;
		before = world_now(w);
		world_step(w, i);
		if (n > STUCK) {
			book_finding(&w->book, "stuck",
			    "person %d is woken without end", i);
			w->who[i].alarm = world_now(w) + 60000;
		}
	}
	if (ms > world_now(w))
		stage_sleep(w->s, ms - world_now(w));
}

/* ---- devices ------------------------------------------------------------------ */

static void
open_layer(struct world *w, int i)
{
	int rc = tacit_practice_open(&w->who[i].p, stage_end(w->s, i));

	assert(rc == 0);
	w->who[i].data = 0;
	w->who[i].alarm = world_now(w);
}

static void
note_on(struct world *w, int i)
{
	struct on *o = BOOK_ADD(&w->book, on);

	o->who = i;
	o->from = world_now(w);
	o->until = INT64_MAX;
}

static void
note_off(struct world *w, int i)
{
	size_t k;

	for (k = 0; k < w->book.ons; k++)
		if (w->book.on[k].who == i &&
		    w->book.on[k].until == INT64_MAX)
			w->book.on[k].until = world_now(w);
}

static enum fate
fate_of(int i)
{
	switch (i) {
	case FATE_KEEPS:
	case FATE_LOSES:
	case FATE_PAUSES:
	case FATE_LEAVES:
	case FATE_CHANGES:
	case FATE_STOPS:
	case FATE_ROTATES:
		return (enum fate)i;
	default:
		return FATE_NONE;
	}
}

void
world_arrive(struct world *w, int i, const struct wall_zone *zone)
{
	struct person *who = &w->who[i];

	who->i = i;
	who->here = 1;
	who->fate = fate_of(i);
	who->zone = zone;
	who->awake = 1;
	who->must_ack = 1;
	open_layer(w, i);
	note_on(w, i);
}

void
world_off(struct world *w, int i)
{
	if (!w->who[i].off)
		note_off(w, i);
	w->who[i].off = 1;
}

void
world_on(struct world *w, int i)
{
	if (w->who[i].off)
		note_on(w, i);
	w->who[i].off = 0;
}

void
world_fall(struct world *w, int i)
{
	tacit_practice_close(w->who[i].p);
	stage_crash(w->s, i);
	open_layer(w, i);
}

void
world_wake(struct world *w, int i)
{
	world_on(w, i);
	w->who[i].awake = 1;
	world_step(w, i);
}

void
world_sleep(struct world *w, int i)
{
	w->who[i].awake = 0;
	if (world_chance(w, 25))
		world_fall(w, i);
	else
		stage_cut(w->s, i);
	/* A laptop is shut, a telephone is not. */
	if (i == 0)
		world_off(w, i);
}

void
world_keep(struct world *w, int i)
{
	struct back *b = BOOK_ADD(&w->book, back);

	stage_keep_backup(w->s, i, 0);
	b->who = i;
	b->kept = world_now(w);
	b->ms = b->kept;
}

void
world_put_back(struct world *w, int i)
{
	size_t k;

	tacit_practice_close(w->who[i].p);
	stage_put_back(w->s, i, 0);
	for (k = 0; k < w->book.backs; k++)
		if (w->book.back[k].who == i)
			w->book.back[k].ms = world_now(w);
	open_layer(w, i);
}

/* ---- the network ----------------------------------------------------------------- */

static void
move(struct world *w)
{
	int i, moved;

	do {
		moved = 0;
		stage_relay_turn(w->s);
		for (i = 0; i < PEOPLE; i++)
			while (w->who[i].awake && stage_turn(w->s, i))
				moved = 1;
	} while (moved);
}

/* Nothing is left that those who are awake could do. */
static int
is_still(struct world *w)
{
	struct tacit_progress p = { .size = sizeof(p) };
	int i, still = 1;

	for (i = 0; i < PEOPLE; i++)
		if (w->who[i].awake)
			still &= tacit_progress(stage_end(w->s, i), &p) == 0 &&
			    p.drained && p.offered && !p.busy;
	return still;
}

void
world_settle(struct world *w)
{
	int i, round, still = 0;

	for (round = 0; round < ROUNDS && still < 2; round++) {
		move(w);
		still = is_still(w) ? still + 1 : 0;
		for (i = 0; i < PEOPLE; i++)
			if (w->who[i].awake)
				world_step(w, i);
		world_pass(w, world_now(w) + ROUND_MS);
	}
}

/* ---- who is whose ------------------------------------------------------------------- */

static struct tacit_contact *
contact(struct world *w, int i, const char *id)
{
	struct tacit_contact *ct;

	return id[0] != '\0' && tacit_contact_find(&ct, stage_end(w->s, i),
	    id) == 0 ? ct : NULL;
}

struct tacit_contact *
world_client(struct world *w, int k)
{
	return contact(w, 0, w->who[k].mine);
}

struct tacit_contact *
world_therapist(struct world *w, int k)
{
	return contact(w, k, w->who[k].theirs);
}

/* ---- the whole ------------------------------------------------------------------------ */

void
world_begin(struct world *w, uint64_t seed)
{
	memset(w, 0, sizeof(*w));
	w->random = seed;
	w->season = wall_season((unsigned)world_below(w, 2));
	library = seed;
	(void)randombytes_set_implementation(&chance);
	w->s = stage_new(story_scratch(), seed);
	wire_begin(&w->wire, &w->book, w->s);
	stage_sleep(w->s, wall_ms(&w->season->berlin, w->season->first,
	    8 * 60) - world_now(w));
}

void
world_stop(struct world *w)
{
	int i;

	for (i = 0; i < PEOPLE; i++)
		tacit_practice_close(w->who[i].p);
	stage_free(w->s);
	wire_shredded(&w->wire);
}

void
world_end(struct world *w)
{
	wire_end(&w->wire);
	book_free(&w->book);
}
