/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "judge.h"
#include "recall.h"
#include "world.h"

/* ---- texts ------------------------------------------------------------------- */

/* One of the two has no device any more. */
static int
is_lost(const struct world *w, const struct text *t)
{
	return !w->who[t->from].here || !w->who[t->to].here;
}

static void
judge_text(struct world *w, size_t n)
{
	struct book *b = &w->book;
	const struct text *t = &b->text[n];

	if (t->destroyed) {
		recall_judge(w, n);
		return;
	}
	if (t->shown == 0) {
		if (!t->spare && !is_lost(w, t))
			book_finding(b, "lost", "%zu of %d to %d", n, t->from,
			    t->to);
		return;
	}
	if (t->shown - t->again > 1)
		book_finding(b, "twice", "%zu of %d to %d: %d times", n,
		    t->from, t->to, t->shown);
	if (t->shown_ms < t->ms)
		book_finding(b, "lost", "%zu was shown before", n);
	/* A vault that was put back gets again what it had by then. */
	if (book_was_undone(b, t->to, t->shown_ms) ? t->again != 1 :
	    t->again != 0)
		book_finding(b, "lost", "%zu of %d to %d: again %d times", n,
		    t->from, t->to, t->again);
}

static void
judge_order(struct world *w, int from, int to)
{
	struct book *b = &w->book;
	const struct text *t;
	int last = -1;
	size_t n;

	for (n = 0; n < b->texts; n++) {
		t = &b->text[n];
		if (t->from != from || t->to != to || t->shown == 0 ||
		    t->late)
			continue;
		if (t->order < last)
			book_finding(b, "order", "%zu of %d to %d", n, from,
			    to);
		last = t->order;
	}
}

/* How often the history of ${ct} has text ${n}, of theirs or mine. */
static int
in_history(struct tacit_contact *ct, const struct text *t, size_t n,
    int from_me)
{
	struct tacit_message m = { .size = sizeof(m) };
	char body[BOOK_TEXT_MAX];
	uint64_t before = 0;
	int found = 0;

	(void)book_body(body, n);
	while (tacit_history(ct, before, &m) == 0) {
		before = m.place;
		found += m.from_me == from_me && m.type == 0 &&
		    strcmp(m.id, t->shown_id) == 0 &&
		    strcmp(m.text, body) == 0;
	}
	return found;
}

/*
 * Both ends have it, under one name, for ever.  A vault that was put back
 * knows nothing of what it wrote after the copy; and what it wrote before it
 * agreed with the other end was named anew by that.
 */
static void
judge_history(struct world *w, size_t n)
{
	struct book *b = &w->book;
	const struct text *t = &b->text[n];
	int k = t->from == 0 ? t->to : t->from;
	struct tacit_contact *mine = world_client(w, k);
	struct tacit_contact *theirs;

	if (t->shown == 0 || is_lost(w, t))
		return;
	theirs = world_therapist(w, k);
	if (in_history(t->to == 0 ? mine : theirs, t, n, 0) != 1)
		book_finding(b, "history", "%zu of %d at %d", n, t->from,
		    t->to);
	if (!book_was_undone(b, t->from, t->ms) &&
	    in_history(t->to == 0 ? theirs : mine, t, n, 1) != 1)
		book_finding(b, "history", "%zu to %d at %d", n, t->to,
		    t->from);
	if (strcmp(t->id, t->shown_id) != 0 && book_life(b, t->from,
	    t->ms) == 0)
		book_finding(b, "id", "%zu: %s is %s at %d", n, t->id,
		    t->shown_id, t->to);
}

static void
judge_texts(struct world *w)
{
	size_t n;
	int k;

	for (n = 0; n < w->book.texts; n++)
		judge_text(w, n);
	for (n = 0; n < w->book.texts; n++)
		judge_history(w, n);
	for (k = 1; k < PEOPLE; k++) {
		judge_order(w, 0, k);
		judge_order(w, k, 0);
	}
}

/* ---- events of the vault -------------------------------------------------------- */

static int
heard(const struct world *w, int who, int about, enum tacit_event_type type)
{
	const struct book *b = &w->book;
	size_t i;
	int n = 0;

	for (i = 0; i < b->heards; i++)
		n += b->heard[i].who == who && b->heard[i].about == about &&
		    b->heard[i].type == type;
	return n;
}

/* Has anybody of this relationship put a vault back by then? */
static int
is_healing(const struct world *w, const struct heard *h)
{
	const struct book *b = &w->book;

	return book_life(b, 0, h->ms) != 0 ||
	    book_life(b, h->about, h->ms) != 0;
}

static int
may_be_heard(const struct world *w, const struct heard *h)
{
	switch (h->type) {
	case TACIT_EV_PAIRED:
	case TACIT_EV_ROTATED:
	case TACIT_EV_CLOSED:
	case TACIT_EV_IDENTITY_CHANGED:
	case TACIT_EV_RECALLED:
		return 1;		/* counted below */
	case TACIT_EV_ROLLED_BACK:
	case TACIT_EV_GAP:
		return is_healing(w, h);
	default:
		return 0;
	}
}

static void
judge_count(struct world *w, int who, int about, enum tacit_event_type type,
    int want)
{
	int n = heard(w, who, about, type);

	if (n != want)
		book_finding(&w->book, "event", "%d was told %s of %d %d "
		    "times, not %d", who, tacit_event_word(type), about, n,
		    want);
}

static void
judge_heard(struct world *w)
{
	struct book *b = &w->book;
	const struct heard *h;
	int k, fate;
	size_t i;

	for (i = 0; i < b->heards; i++) {
		h = &b->heard[i];
		if (!may_be_heard(w, h))
			book_finding(b, "event", "%d of %d: %s", h->who,
			    h->about, tacit_event_word(h->type));
	}
	for (k = 1; k < PEOPLE; k++) {
		fate = w->who[k].fate;
		judge_count(w, 0, k, TACIT_EV_PAIRED, 1);
		judge_count(w, k, k, TACIT_EV_PAIRED, 1);
		judge_count(w, k, k, TACIT_EV_CLOSED, fate == FATE_LEAVES);
		judge_count(w, 0, k, TACIT_EV_ROTATED, fate == FATE_ROTATES);
		judge_count(w, k, k, TACIT_EV_ROTATED, fate == FATE_ROTATES);
		judge_count(w, 0, k, TACIT_EV_RECALLED, w->who[k].recalled);
		judge_count(w, k, k, TACIT_EV_RECALLED, 0);
		judge_count(w, 0, k, TACIT_EV_IDENTITY_CHANGED,
		    fate == FATE_CHANGES);
	}
}

/* ---- boundaries ------------------------------------------------------------------ */

static int
told(const struct world *w, int who, int about,
    enum tacit_practice_event_type type)
{
	const struct book *b = &w->book;
	size_t i;
	int n = 0;

	for (i = 0; i < b->tolds; i++)
		n += b->told[i].who == who && b->told[i].about == about &&
		    b->told[i].type == type &&
		    !book_was_undone(b, who, b->told[i].ms);
	return n;
}

static void
judge_told(struct world *w, const char *rule, int who, int about,
    enum tacit_practice_event_type type, int want)
{
	int n = told(w, who, about, type);

	if (n != want)
		book_finding(&w->book, rule, "%d was told %s of %d %d times, "
		    "not %d", who, tacit_practice_event_word(type), about, n,
		    want);
}

/* A text of theirs came on that day of hers, perhaps once more. */
static int
came_on(const struct world *w, int k, uint32_t date)
{
	const struct wall_zone *z = &w->season->berlin;
	const struct text *t;
	size_t i;

	for (i = 0; i < w->book.texts; i++) {
		t = &w->book.text[i];
		if (t->from == k && t->shown > 0 &&
		    (wall_at(z, t->shown_ms).date == date ||
		    wall_at(z, t->again_ms).date == date))
			return 1;
	}
	return 0;
}

/* One answer for each day on which texts came, whenever it is read. */
static int
away_days(const struct world *w, int k)
{
	int day, n = 0;

	for (day = 14; day <= 20; day++)
		n += came_on(w, k, wall_add(w->season->first, day));
	return n;
}

static void
judge_boundaries(struct world *w)
{
	int k, fate;

	for (k = 1; k < PEOPLE; k++) {
		fate = w->who[k].fate;
		judge_told(w, "away", k, k, TACIT_PRACTICE_AWAY,
		    away_days(w, k));
		judge_told(w, "card", 0, k, TACIT_PRACTICE_CARD_HAD,
		    w->who[k].cards);
		judge_told(w, "card", k, k, TACIT_PRACTICE_CARD_REFUSED, 0);
		judge_told(w, "life", k, k, TACIT_PRACTICE_PAUSED,
		    fate == FATE_PAUSES);
		judge_told(w, "life", k, k, TACIT_PRACTICE_RESUMED,
		    fate == FATE_PAUSES);
		judge_told(w, "life", k, k, TACIT_PRACTICE_DISCHARGED,
		    fate == FATE_LEAVES);
		judge_told(w, "lost", k, k, TACIT_PRACTICE_UNDELIVERED, 0);
		judge_told(w, "lost", 0, k, TACIT_PRACTICE_UNDELIVERED, 0);
	}
}

static void
judge_state(struct world *w, int i, int k, enum tacit_life want)
{
	struct tacit_life_info l = { .size = sizeof(l) };
	struct tacit_contact *ct = i == 0 ? world_client(w, k) :
	    world_therapist(w, k);

	if (ct == NULL || tacit_life_get(world_layer(w, i), ct, &l) != 0 ||
	    l.state != want || l.identity_changed)
		book_finding(&w->book, "life", "%d of %d: %d, not %d", i, k,
		    ct == NULL ? -1 : (int)l.state, (int)want);
}

/* Nobody is told or shown anything after the end of it. */
static void
judge_after(struct world *w, int k)
{
	struct book *b = &w->book;
	int64_t end = INT64_MAX;
	size_t i;

	for (i = 0; i < b->heards; i++)
		if (b->heard[i].who == k &&
		    b->heard[i].type == TACIT_EV_CLOSED)
			end = b->heard[i].ms;
	for (i = 0; i < b->tolds; i++)
		if ((b->told[i].who == k && b->told[i].ms > end) ||
		    (b->told[i].who == 0 && b->told[i].about == k &&
		    b->told[i].ms > end))
			book_finding(b, "after", "%d is told of %d: %s",
			    b->told[i].who, k, tacit_practice_event_word(
			    b->told[i].type));
	for (i = 0; i < b->texts; i++)
		if ((b->text[i].to == k && b->text[i].ms > w->who[k].gone) ||
		    (b->text[i].from == k && b->text[i].ms > end))
			book_finding(b, "after", "text %zu to %d", i, k);
}

static void
judge_lives(struct world *w)
{
	int k;

	for (k = 1; k < PEOPLE; k++) {
		judge_state(w, 0, k, w->who[k].gone != 0 ?
		    TACIT_LIFE_RETAINED : TACIT_LIFE_ACTIVE);
		if (w->who[k].here)
			judge_state(w, k, k, w->who[k].gone != 0 ?
			    TACIT_LIFE_DISCHARGED : TACIT_LIFE_ACTIVE);
		if (w->who[k].gone != 0)
			judge_after(w, k);
	}
}

/* ---- the relay -------------------------------------------------------------------- */

static void
judge_relay(struct world *w)
{
	struct stage_count n = stage_relay_count(stage_relay(w->s));
	uint64_t want = 0, lost = 0;
	int i;

	for (i = 0; i < PEOPLE; i++) {
		want += stage_anchors(w->s, i);
		if (i == 0 || w->who[i].gone != 0)
			continue;
		/* The set before the rotation is kept for 30 days. */
		want += w->who[i].fate == FATE_ROTATES ? 4 : 2;
	}
	/* Nobody is left to close what was that telephone's. */
	for (i = 1; i < PEOPLE; i++)
		lost += w->who[i].here ? 0 : 2;
	if (n.mailboxes < want || n.mailboxes > want + lost)
		book_finding(&w->book, "relay", "%llu mailboxes, not %llu",
		    (unsigned long long)n.mailboxes,
		    (unsigned long long)want);
	if (lost == 0 && n.envelopes != 0)
		book_finding(&w->book, "relay", "%llu letters are left",
		    (unsigned long long)n.envelopes);
}

static void
judge_set_aside(struct world *w)
{
	struct tacit_practice_counts c = { .size = sizeof(c) };
	int i;

	for (i = 0; i < PEOPLE; i++)
		if (tacit_practice_counts(world_layer(w, i), &c) != 0 ||
		    c.unknown + c.malformed != 0)
			book_finding(&w->book, "aside", "at %d: %llu", i,
			    (unsigned long long)(c.unknown + c.malformed));
}

void
judge_all(struct world *w)
{
	judge_texts(w);
	judge_heard(w);
	judge_boundaries(w);
	judge_lives(w);
	judge_asks(w);
	judge_relay(w);
	judge_set_aside(w);
}

/* ---- figures ------------------------------------------------------------------------- */

static void
figure(struct world *w, const char *what, size_t n, size_t least)
{
	(void)printf("%8zu  %s\n", n, what);
	/* Four weeks in which it never happened say nothing of it. */
	if (n < least)
		book_finding(&w->book, "test", "only %zu: %s", n, what);
}

static size_t
count(const struct book *b, enum tacit_practice_event_type type)
{
	size_t i, n = 0;

	for (i = 0; i < b->tolds; i++)
		n += b->told[i].type == type;
	return n;
}

void
judge_figures(struct world *w)
{
	const struct book *b = &w->book;
	size_t i, shown = 0, again = 0, destroyed = 0;

	for (i = 0; i < b->texts; i++) {
		shown += b->text[i].shown > 0;
		again += (size_t)b->text[i].again;
		destroyed += (size_t)b->text[i].destroyed;
	}
	figure(w, "texts written", b->texts, 100);
	figure(w, "texts shown", shown, 100);
	figure(w, "of them again, to a vault that was put back", again, 1);
	figure(w, "schedules", b->asks, CLIENTS);
	figure(w, "check-ins raised", count(b, TACIT_CHECKIN_DUE), 100);
	figure(w, "answers", count(b, TACIT_CHECKIN_ANSWERED), 100);
	figure(w, "missed", count(b, TACIT_CHECKIN_MISSED), 20);
	figure(w, "alerts of answers", count(b, TACIT_CHECKIN_ALERT), 10);
	figure(w, "out-of-office answers", count(b, TACIT_PRACTICE_AWAY), 5);
	figure(w, "cards acknowledged", count(b, TACIT_PRACTICE_CARD_HAD),
	    CLIENTS);
	figure(w, "steps of practice layers", w->steps, 1000);
	figure(w, "messages at the relay", w->wire.messages, 1000);
	figure(w, "letters among them", w->wire.letters, 1000);
	figure(w, "texts that were destroyed", destroyed, RECALL_DAYS);
	figure(w, "that it was too late for", w->too_late, RECALL_DAYS);
}
