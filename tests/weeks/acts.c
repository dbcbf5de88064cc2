/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "acts.h"
#include "change.h"
#include "event.h"
#include "people.h"
#include "plan.h"
#include "recall.h"
#include "world.h"

/* No two of its answers are other than the one that is asked for. */
static const char form[] =
"{\"resourceType\":\"Questionnaire\",\"status\":\"active\",\"title\":\""
MARK_FORM "\",\"extension\":[{"
"\"url\":\"urn:tacit:score\",\"extension\":[{\"url\":\"label\","
"\"valueString\":\"Mood\"},{\"url\":\"band\",\"extension\":[{\"url\":\"from\","
"\"valueDecimal\":0},{\"url\":\"label\",\"valueString\":\"low\"},{\"url\":"
"\"alert\",\"valueBoolean\":true}]},{\"url\":\"band\",\"extension\":[{\"url\":"
"\"from\",\"valueDecimal\":2},{\"url\":\"label\",\"valueString\":\"fine\"}]}]}"
"],\"item\":[{\"linkId\":\"mood\",\"type\":\"choice\",\"text\":\"How?\""
",\"required\":true,\"answerOption\":[{\"valueCoding\":{\"code\":\"bad\"},"
"\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/"
"ordinalValue\",\"valueDecimal\":1}]},{\"valueCoding\":{\"code\":\"good\"},"
"\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/"
"ordinalValue\",\"valueDecimal\":3}]}]},{\"linkId\":\"drinks\",\"type\":"
"\"integer\",\"text\":\"Drinks\",\"required\":true,\"extension\":[{\"url\":"
"\"http://hl7.org/fhir/StructureDefinition/maxValue\",\"valueInteger\":20},{"
"\"url\":\"urn:tacit:alert\",\"extension\":[{\"url\":\"operator\","
"\"valueString\":\">\"},{\"url\":\"value\",\"valueInteger\":5},{\"url\":"
"\"label\",\"valueString\":\"many drinks\"}]}]},{\"linkId\":\"note\",\"type\":"
"\"text\",\"text\":\"Else?\"}]}";

/* ---- the practice ------------------------------------------------------------ */

static void
set_card(struct world *w, const char *response)
{
	struct tacit_card c = { .size = sizeof(c), .n = 1,
	    .number = { { "DE", "emergency", "112" } } };
	int rc;

	(void)snprintf(c.response, sizeof(c.response), "%s", response);
	(void)snprintf(c.notice, sizeof(c.notice), "Nobody watches.");
	rc = tacit_card_set(world_layer(w, 0), world_now(w), &c);
	people_says(w, "card", rc, 0);
}

static void
open_practice(struct world *w)
{
	char why[TACIT_CHECKIN_WHY_SIZE] = "";
	int rc;

	world_arrive(w, 0, &w->season->berlin);
	set_card(w, "Within two working days.");
	rc = tacit_checkin_import(world_layer(w, 0), form, strlen(form),
	    w->form, why);
	if (rc != 0)
		book_finding(&w->book, "test", "form: %s", why);
}

/* In the room: both are there, and read each other's screen. */
static void
join(struct world *w, int k)
{
	const struct wall_zone *zone = k % 3 == 0 ? &w->season->new_york :
	    &w->season->berlin;
	struct person *who = &w->who[k];
	struct tacit_contact_info info = { .size = sizeof(info) };
	struct tacit_contact *ct;
	char link[TACIT_LINK_SIZE];
	int rc;

	(void)snprintf(who->label, sizeof(who->label), MARK_LABEL " %02d",
	    k);
	rc = tacit_invite(&ct, stage_end(w->s, 0), who->label,
	    TACIT_INVITE_IN_PERSON, 0, NULL);
	assert(rc == 0 && tacit_contact_info(ct, &info) == 0);
	memcpy(who->mine, info.id, sizeof(who->mine));
	world_settle(w);
	rc = tacit_invitation_link(world_client(w, k), link);
	assert(rc == 0);
	(void)stage_end(w->s, k);
	world_arrive(w, k, zone);
	rc = tacit_accept(&ct, stage_end(w->s, k), link, strlen(link),
	    MARK_LABEL " T");
	assert(rc == 0 && tacit_contact_info(ct, &info) == 0);
	memcpy(who->theirs, info.id, sizeof(who->theirs));
	world_settle(w);
	people_write(w, k, 0);
	world_settle(w);
	world_sleep(w, k);
}

static void
ask(struct world *w, int k, int how)
{
	struct tacit_checkin_when when = { .size = sizeof(when) };
	struct wall now = wall_at(w->who[0].zone, world_now(w));
	struct ask *a;
	int rc;

	when.from = wall_add(now.date, 1);
	when.until = wall_add(w->season->first, WEEKS_DAYS - 2);
	when.open = how == ASK_NIGHTLY ? 120 + world_below(w, 40) :
	    360 + world_below(w, 780);
	when.close = when.open + (how == ASK_NIGHTLY ? 30 : 120) +
	    world_below(w, 60);
	if (how == ASK_SOME_DAYS)
		when.every = 2 + world_below(w, 3);
	else if (how == ASK_WEEKDAYS)
		when.weekdays = 1 + world_below(w, 127);
	else
		when.every = 1;
	if (how == ASK_ONCE) {
		when.once = 1;
		when.until = wall_add(when.from, 1);
		when.every = when.open = when.close = 0;
	}
	a = BOOK_ADD(&w->book, ask);
	rc = tacit_checkin_send(world_layer(w, 0), world_client(w, k),
	    w->form, &when, world_now(w), a->id);
	people_says(w, "ask", rc, 0);
	w->who[0].alarm = world_now(w);
	a->client = k;
	a->when = when;
	a->sent_ms = world_now(w);
	/* It goes out within a quarter of an hour. */
	world_pass(w, world_now(w) + 16 * 60000);
}

/* The first one of that client that is asked still. */
static void
stop(struct world *w, int k)
{
	struct ask *a;
	size_t i;

	for (i = 0; i < w->book.asks; i++) {
		a = &w->book.ask[i];
		if (a->client != k || a->stop_ms != 0)
			continue;
		people_says(w, "stop", tacit_checkin_stop(world_layer(w, 0),
		    world_client(w, k), a->id), 0);
		a->stop_ms = world_now(w);
		return;
	}
}

static void
change(struct world *w, int k, enum tacit_life_what what, const char *text)
{
	people_says(w, "change", tacit_life_change(world_layer(w, 0),
	    world_now(w), world_client(w, k), what, text), 0);
	w->who[0].alarm = world_now(w);
	if (what != TACIT_LIFE_DISCHARGE)
		return;
	people_spare(w, k);
	w->who[k].gone = world_now(w);
	people_refused(w, k, TACIT_E_CONTACT_CLOSED);
}

/* The vault says that their key is another one, as it does in earnest. */
static void
identity(struct world *w, int k)
{
	struct tacit *t = stage_end(w->s, 0);
	struct tacit_contact *ct = world_client(w, k);

	if (change_begin(t) != 0 || change_end(t, ct, event_say(t, ct,
	    TACIT_EV_IDENTITY_CHANGED)) != 0)
		book_finding(&w->book, "test", "no other identity");
	w->who[k].unsure = 1;
	world_step(w, 0);
	people_refused(w, k, TACIT_E_IDENTITY_CHANGED);
}

static void
verify(struct world *w, int k)
{
	people_refused(w, k, TACIT_E_IDENTITY_CHANGED);
	people_says(w, "verify", tacit_life_verify(world_layer(w, 0),
	    world_now(w), world_client(w, k), TACIT_HOW_VOICE), 0);
	w->who[k].unsure = 0;
	people_write(w, 0, k);
}

static void
away(struct world *w)
{
	people_says(w, "away", tacit_away_set(world_layer(w, 0),
	    world_now(w), "Away this week.",
	    wall_add(w->season->first, 14),
	    wall_add(w->season->first, 20)), 0);
}

/* All who are owed one get an answer, or half of them. */
static void
answer_all(struct world *w)
{
	int k;

	for (k = 1; k < PEOPLE; k++) {
		if (w->who[k].owes == 0 || w->who[k].gone != 0 ||
		    w->who[k].unsure || world_chance(w, 50))
			continue;
		w->who[k].owes = 0;
		people_write(w, 0, k);
		if (world_chance(w, 30))
			people_write(w, 0, k);
		if (world_chance(w, 30))
			world_pass(w, world_now(w) + 150000);
	}
}

/* ---- who does it ---------------------------------------------------------------- */

/* What the therapist does at her laptop. */
static void
at_the_desk(struct world *w, const struct act *a)
{
	switch (a->what) {
	case ACT_JOIN:
		join(w, a->who);
		break;
	case ACT_ASK:
		ask(w, a->who, a->arg);
		break;
	case ACT_STOP:
		stop(w, a->who);
		break;
	case ACT_PAUSE:
		change(w, a->who, TACIT_LIFE_PAUSE, "Until later.");
		break;
	case ACT_RESUME:
		change(w, a->who, TACIT_LIFE_RESUME, "Welcome.");
		break;
	case ACT_DISCHARGE:
		change(w, a->who, TACIT_LIFE_DISCHARGE, ACTS_LAST_WORDS);
		break;
	case ACT_IDENTITY:
		identity(w, a->who);
		break;
	case ACT_VERIFY:
		verify(w, a->who);
		break;
	case ACT_CARD:
		set_card(w, "Within three working days.");
		break;
	case ACT_AWAY:
		away(w);
		break;
	case ACT_HOME:
		people_says(w, "home", tacit_away_end(world_layer(w, 0)), 0);
		break;
	case ACT_RECALL:
		recall_before(w, a->who);
		break;
	case ACT_REGRET:
		recall_after(w, a->who, a->arg);
		break;
	case ACT_ROTATE:
		people_says(w, "rotate", tacit_rotate(world_client(w,
		    a->who)), 0);
		break;
	default:
		answer_all(w);
	}
}

static void
office(struct world *w, const struct act *a)
{
	world_wake(w, 0);
	world_settle(w);
	/* Nobody sits down for a second. */
	world_pass(w, world_now(w) + 6 * 60000);
	world_settle(w);
	at_the_desk(w, a);
	w->who[0].alarm = world_now(w);
	world_settle(w);
	/* In the third week the laptop stays on, and nobody is there. */
	if (a->arg != ACT_AWAY || a->what != ACT_OFFICE)
		world_sleep(w, 0);
}

static void
search(struct world *w)
{
	wire_search(&w->wire, w->wire.dir, "the relay's files");
	wire_search(&w->wire, people_vaults(), "a vault");
}

void
acts_do(struct world *w, const struct act *a)
{
	switch (a->what) {
	case ACT_OPEN:
		open_practice(w);
		break;
	case ACT_VISIT:
		people_visit(w, a->who);
		break;
	case ACT_ANSWER:
		people_answer(w, a->who, a->arg, a->date);
		break;
	case ACT_KEEP:
		world_keep(w, a->who);
		break;
	case ACT_RESTORE:
		world_put_back(w, a->who);
		break;
	case ACT_LOSE:
		people_lose(w, a->who);
		break;
	case ACT_OFF:
		world_off(w, a->who);
		break;
	case ACT_ON:
		world_on(w, a->who);
		w->who[a->who].alarm = world_now(w);
		break;
	case ACT_SEARCH:
		search(w);
		break;
	default:
		office(w, a);
	}
}
