/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "acts.h"

static void
practice_writes(struct scene *sc)
{
	scene_write(sc, 0);
}

static void
client_writes(struct scene *sc)
{
	scene_write(sc, 1);
}

static void
practice_writes_fleeting(struct scene *sc)
{
	scene_write_fleeting(sc, 0);
}

static void
client_writes_fleeting(struct scene *sc)
{
	scene_write_fleeting(sc, 1);
}

static void
practice_writes_data(struct scene *sc)
{
	scene_write_data(sc, 0);
}

static void
client_writes_data(struct scene *sc)
{
	scene_write_data(sc, 1);
}

static void
practice_recalls(struct scene *sc)
{
	scene_recall(sc, 0);
}

static void
client_recalls(struct scene *sc)
{
	scene_recall(sc, 1);
}

static void
practice_tells(struct scene *sc)
{
	scene_receipts(sc, 0, 1);
}

static void
client_tells(struct scene *sc)
{
	scene_receipts(sc, 1, 1);
}

static void
practice_tells_no_more(struct scene *sc)
{
	scene_receipts(sc, 0, 0);
}

static void
client_tells_no_more(struct scene *sc)
{
	scene_receipts(sc, 1, 0);
}

static void
practice_asks(struct scene *sc)
{
	scene_ask(sc, 0);
}

static void
practice_plans(struct scene *sc)
{
	scene_ask(sc, 1);
}

static void
away_begins(struct scene *sc)
{
	int rc = tacit_away_set(sc->p[0], watch_ms(sc->w), "Back soon.", 0,
	    0);

	assert(rc == 0);
}

static void
away_ends(struct scene *sc)
{
	int rc = tacit_away_end(sc->p[0]);

	assert(rc == 0);
}

static void
practice_rotates(struct scene *sc)
{
	int rc = tacit_rotate(scene_ct(sc, 0));

	assert(rc == 0);
}

static const struct act of_client[] = {
	{ "text", BY_PERSON, .go = client_writes },
	{ "answer", BY_PERSON, .go = scene_answer },
	{ "card-read", BY_PERSON, .dawn = scene_card, .go = scene_card_read },
	{ "fleeting", BY_PERSON, .go = client_writes_fleeting },
	{ "data", BY_PERSON, .go = client_writes_data },
	{ "receipt", BY_PRODUCT, .before = client_tells,
	    .end = client_tells_no_more },
	{ "have", BY_HAVE, .go = NULL },
	{ "have-50", BY_MANY, .go = NULL },
	{ "recall", BY_PERSON, .go = client_recalls },
	{ "nothing", NEVER, .go = NULL },
	{ "text+16B", BY_PERSON, .go = client_writes, .longer = 16 },
	{ "answer+25ms", BY_PERSON, .go = scene_answer, .later = 25000 },
};

static const struct act of_practice[] = {
	{ "text", BY_PERSON, .go = practice_writes },
	{ "prompt", BY_PERSON, .go = practice_asks },
	{ "schedule", BY_PRODUCT, .go = practice_plans },
	{ "card", BY_CARD, .dawn = scene_card },
	{ "away", BY_PRODUCT, .before = away_begins, .end = away_ends },
	{ "fleeting", BY_PERSON, .go = practice_writes_fleeting },
	{ "data", BY_PERSON, .go = practice_writes_data },
	{ "receipt", BY_PRODUCT, .before = practice_tells,
	    .end = practice_tells_no_more },
	{ "have", BY_HAVE, .go = NULL },
	{ "have-50", BY_MANY, .go = NULL },
	{ "recall", BY_PERSON, .go = practice_recalls },
	{ "rotate", BY_PERSON, .go = practice_rotates },
};

const struct act_group act_groups[ACT_GROUPS] = {
	{ "client", 1, of_client, sizeof(of_client) / sizeof(of_client[0]) },
	{ "practice", 0, of_practice,
	    sizeof(of_practice) / sizeof(of_practice[0]) },
};

enum { DAWN_MS = 5 * HOUR_MS, DUSK_MS = 20 * HOUR_MS };

static void
call(void (*what)(struct scene *), struct scene *sc)
{
	if (what != NULL)
		what(sc);
}

/* How long from now until the letter that the act comes after; -1: none. */
static int64_t
until_letter(struct scene *sc, const struct act *act, int actor)
{
	const tacit_state_Contact *r = &scene_ct(sc, actor)->rec;
	int64_t at = (int64_t)r->have_due_ms, wait;

	if (act->when != BY_HAVE && act->when != BY_CARD)
		return DAWN_MS + scene_some(sc, DUSK_MS - DAWN_MS);
	if (act->when == BY_CARD)
		at = scene_card_at(sc);
	else if (r->have_owed == 0)
		return -1;
	wait = at - watch_ms(sc->w) - scene_some(sc, SPREAD_MS);
	return wait < HOUR_MS || wait > DUSK_MS ? -1 : wait;
}

/* So many letters come that one more makes the `have` due. */
static void
write_before(struct scene *sc, const struct act *act, int actor)
{
	uint32_t owed = scene_ct(sc, actor)->rec.have_owed;

	do {
		scene_write(sc, !actor);
		owed++;
	} while (act->when == BY_MANY && owed < TACIT_HAVE_ALONE_AFTER - 1);
}

static int
watch_act(struct scene *sc, const struct act *act, int actor,
    double out[FEATURES])
{
	const struct tacit_contact *ct = scene_ct(sc, actor);
	uint8_t box[8];
	int64_t from = watch_ms(sc->w) * 1000;
	int waited = 0, found = 0;

	memcpy(box, ct->rec.their_address, sizeof(box));
	scene_write(sc, !actor);
	if (act->when == BY_PERSON) {
		watch_run(sc->w, scene_some(sc, SPREAD_MS));
		watch_disguise(sc->w, actor, act->later, act->longer);
	}
	call(act->go, sc);
	for (waited = 0; waited < 18 && !found; waited++) {
		watch_run(sc->w, MINUTE_MS);
		found = features(out, sc->w, actor, !actor, box, from);
	}
	watch_disguise(sc->w, -1, 0, 0);
	watch_run(sc->w, SPREAD_MS);
	(void)features(out, sc->w, actor, !actor, box, from);
	return found || act->when == NEVER;
}

int
act_day(struct scene *sc, const struct act *act, int actor,
    double out[FEATURES])
{
	int64_t wait;
	int rc;

	/* Yesterday's `have` has gone. */
	watch_run(sc->w, 25 * HOUR_MS + scene_some(sc, HOUR_MS));
	if (actor == 1)
		scene_ask(sc, 0);
	scene_write(sc, !actor);
	call(act->dawn, sc);
	watch_run(sc->w, MINUTE_MS);
	if ((wait = until_letter(sc, act, actor)) < 0)
		return 0;
	watch_run(sc->w, wait - 40 * MINUTE_MS);
	write_before(sc, act, actor);
	watch_run(sc->w, 25 * MINUTE_MS);
	call(act->before, sc);
	watch_forget(sc->w);
	watch_run(sc->w, SPREAD_MS);
	rc = watch_act(sc, act, actor, out);
	call(act->end, sc);
	return rc;
}
