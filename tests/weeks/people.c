/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "acts.h"
#include "people.h"
#include "plan.h"
#include "story.h"

enum { SWITCH_MS = 120 * 1000 };

void
people_says(struct world *w, const char *what, int rc, int want)
{
	if (rc != want)
		book_finding(&w->book, "says", "%s: %s, not %s", what,
		    tacit_error_word(rc), tacit_error_word(want));
}

const char *
people_vaults(void)
{
	return story_scratch();
}

/* ---- writing ------------------------------------------------------------------ */

/* The first of a day, or to another than within two minutes before. */
static int
must_confirm(const struct world *w, int from, int to)
{
	const struct person *who = &w->who[from];

	return who->wrote_ms == 0 ||
	    wall_at(who->zone, who->wrote_ms).date !=
	    wall_at(who->zone, world_now(w)).date ||
	    (who->wrote_to != to &&
	    world_now(w) - who->wrote_ms < SWITCH_MS);
}

static struct tacit_contact *
reader(struct world *w, int from, int to)
{
	return from == 0 ? world_client(w, to) : world_therapist(w, from);
}

static int
send(struct world *w, int from, int to, const char *body,
    const char *words, unsigned flags, char id[TACIT_MESSAGE_ID_SIZE])
{
	struct tacit_contact *ct = reader(w, from, to);

	if (ct == NULL)
		return TACIT_E_CONTACT_CLOSED;
	return tacit_practice_send(world_layer(w, from), world_now(w), ct,
	    body, strlen(body), words, flags, id, NULL);
}

/* What keeps it back that a person cannot help, or 0. */
static int
refusal(const struct world *w, int from)
{
	const struct person *who = &w->who[from];

	if (from == 0)
		return 0;
	return who->over ? TACIT_E_CONTACT_CLOSED :
	    who->paused ? TACIT_E_PAUSED : 0;
}

static void
acknowledge(struct world *w, int k)
{
	struct tacit_card c = { .size = sizeof(c) };
	struct tacit_contact *ct = world_therapist(w, k);
	struct tacit_practice *p = world_layer(w, k);

	people_says(w, "card", tacit_card_get(p, ct, &c), 0);
	people_says(w, "acknowledge", tacit_card_acknowledge(p, world_now(w),
	    ct, c.version), 0);
	w->who[k].must_ack = 0;
	w->who[k].cards++;
	w->who[k].alarm = world_now(w);
}

/* With somebody else's words, and with none: neither will do. */
static void
try_without(struct world *w, int from, int to, const char *body)
{
	char words[TACIT_WORDS_SIZE], id[TACIT_MESSAGE_ID_SIZE];
	struct tacit_contact *other = NULL;

	if (send(w, from, to, body, NULL, 0, id) != TACIT_E_CONFIRM)
		book_finding(&w->book, "confirm", "%d to %d went out", from,
		    to);
	if (from == 0)
		other = world_client(w, to % CLIENTS + 1);
	if (other == NULL || other == reader(w, from, to) ||
	    tacit_practice_words(world_layer(w, 0), other, words) != 0)
		return;
	if (send(w, from, to, body, words, 0, id) != TACIT_E_CONFIRM)
		book_finding(&w->book, "confirm", "the words of %d for %d",
		    to % CLIENTS + 1, to);
}

static void
note(struct world *w, int from, int to, const char *id)
{
	struct text *t = BOOK_ADD(&w->book, text);

	t->from = from;
	t->to = to;
	t->ms = world_now(w);
	t->shown_ms = NEVER_SHOWN;
	memcpy(t->id, id, sizeof(t->id));
	w->who[from].wrote_to = to;
	w->who[from].wrote_ms = t->ms;
}

void
people_write(struct world *w, int from, int to)
{
	char body[BOOK_TEXT_MAX], id[TACIT_MESSAGE_ID_SIZE] = "";
	char words[TACIT_WORDS_SIZE] = "";
	int want = refusal(w, from);

	(void)book_body(body, w->book.texts);
	if (want != 0) {
		people_says(w, "write", send(w, from, to, body, NULL, 0, id),
		    want);
		return;
	}
	if (from != 0 && w->who[from].must_ack) {
		people_says(w, "write", send(w, from, to, body, NULL, 0, id),
		    TACIT_E_CARD);
		acknowledge(w, from);
	}
	if (must_confirm(w, from, to)) {
		try_without(w, from, to, body);
		people_says(w, "words", tacit_practice_words(
		    world_layer(w, from), reader(w, from, to), words), 0);
	}
	people_says(w, "write", send(w, from, to, body, words, 0, id), 0);
	note(w, from, to, id);
}

void
people_refused(struct world *w, int k, int want)
{
	char id[TACIT_MESSAGE_ID_SIZE];

	int rc = send(w, 0, k, MARK_TEXT, NULL, 0, id);

	if (rc != want)
		book_finding(&w->book, "refused", "to %d: %s, not %s", k,
		    tacit_error_word(rc), tacit_error_word(want));
}

/* ---- a client -------------------------------------------------------------------- */

/* Which schedules have come, and which were ended. */
static void
look_at_asks(struct world *w, int k)
{
	struct tacit_checkin_info info = { .size = sizeof(info) };
	struct tacit_contact *ct = world_therapist(w, k);
	char after[TACIT_CHECKIN_ID_SIZE] = "";
	struct ask *a;
	int n;

	while (ct != NULL && tacit_checkin_next(world_layer(w, k), ct,
	    after[0] != '\0' ? after : NULL, &info) == 1) {
		memcpy(after, info.id, sizeof(after));
		if ((n = book_ask(&w->book, info.id)) < 0) {
			book_finding(&w->book, "ask", "%s is nobody's",
			    info.id);
			continue;
		}
		a = &w->book.ask[n];
		if (a->had_ms == 0 && !info.waiting)
			a->had_ms = world_now(w);
		if (a->stop_had_ms == 0 && info.stopped)
			a->stop_had_ms = world_now(w);
	}
}

void
people_is_out(struct world *w, int k)
{
	struct answer *a;
	size_t i;

	for (i = 0; i < w->book.answers; i++) {
		a = &w->book.answer[i];
		if (w->book.ask[a->ask].client == k && a->out_ms == 0)
			a->out_ms = world_now(w);
	}
}

static void
connect_for_a_while(struct world *w, int k, int writes)
{
	world_wake(w, k);
	world_settle(w);
	look_at_asks(w, k);
	if (writes)
		people_write(w, k, 0);
	if (world_chance(w, 10))
		world_fall(w, k);
	world_settle(w);
	look_at_asks(w, k);
	people_is_out(w, k);
	world_sleep(w, k);
}

void
people_visit(struct world *w, int k)
{
	if (w->who[k].here)
		connect_for_a_while(w, k, world_chance(w, 45));
}

/* Is ${date} of that check-in to be answered now? */
static int
is_open(const struct world *w, int k, int ask, uint32_t date)
{
	const struct ask *a = &w->book.ask[ask];
	const struct wall_zone *z = w->who[k].zone;

	if (a->stop_had_ms != 0 || w->who[k].over)
		return 0;
	return a->when.once ? world_now(w) < wall_ms(z,
	    wall_add(a->when.until, 1), 0) :
	    world_now(w) < wall_ms(z, date, a->when.close);
}

static void
fill_in(struct world *w, struct tacit_checkin *c, struct answer *a)
{
	char drinks[12];

	a->bad = world_chance(w, 20);
	a->drinks = (int)world_below(w, world_chance(w, 15) ? 21 : 6);
	(void)snprintf(drinks, sizeof(drinks), "%d", a->drinks);
	people_says(w, "mood", tacit_checkin_set(c, 0, a->bad ? "bad" :
	    "good", NULL), 0);
	people_says(w, "drinks", tacit_checkin_set(c, 1, drinks, NULL), 0);
	if (world_chance(w, 30))
		people_says(w, "note", tacit_checkin_set(c, 2,
		    MARK_TEXT " and so on.", NULL), 0);
}

/* Half of it; the telephone dies; what was answered is there still. */
static int
half_of_it(struct world *w, int k, const char *id)
{
	struct tacit_checkin *c;
	char was[8] = "";
	int rc;

	rc = tacit_checkin_open(&c, world_layer(w, k), world_therapist(w, k),
	    id);
	if (rc == 0) {
		people_says(w, "half", tacit_checkin_set(c, 0, "bad", NULL),
		    0);
		tacit_checkin_close(c);
	}
	world_fall(w, k);
	world_step(w, k);
	if (rc == 0 && (rc = tacit_checkin_open(&c, world_layer(w, k),
	    world_therapist(w, k), id)) == 0) {
		if (tacit_checkin_answer(c, 0, 0, was, sizeof(was)) != 1 ||
		    strcmp(was, "bad") != 0)
			book_finding(&w->book, "half", "is \"%s\"", was);
		tacit_checkin_close(c);
	}
	return rc;
}

void
people_answer(struct world *w, int k, int ask, uint32_t date)
{
	const char *id = w->book.ask[ask].id;
	int want = is_open(w, k, ask, date) ? 0 : TACIT_E_STATE;
	struct tacit_checkin *c;
	struct answer *a;
	int rc;

	if (w->who[k].off || book_answer(&w->book, ask, date) != NULL)
		return;
	world_step(w, k);
	if (world_chance(w, 10))
		people_says(w, "half", half_of_it(w, k, id), want);
	rc = tacit_checkin_open(&c, world_layer(w, k), world_therapist(w, k),
	    id);
	people_says(w, "open", rc, want);
	if (rc != 0)
		return;
	a = BOOK_ADD(&w->book, answer);
	a->ask = ask;
	a->date = date;
	fill_in(w, c, a);
	a->ms = world_now(w);
	people_says(w, "submit", tacit_checkin_submit(c), 0);
	tacit_checkin_close(c);
	w->who[k].alarm = world_now(w);
	/* One in seven is in a tunnel, until the next visit. */
	if (!world_chance(w, 14))
		connect_for_a_while(w, k, world_chance(w, 10));
}

void
people_spare(struct world *w, int k)
{
	size_t i;

	for (i = 0; i < w->book.texts; i++)
		if (w->book.text[i].shown == 0 && (w->book.text[i].from == k ||
		    w->book.text[i].to == k))
			w->book.text[i].spare = 1;
}

void
people_lose(struct world *w, int k)
{
	world_off(w, k);
	people_spare(w, k);
	w->who[k].here = 0;
	w->who[k].over = 1;
}
