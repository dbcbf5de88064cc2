/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check-ins: raised at the minute of the client's wall, closed, answered or
 * missed, with the alerts that the answers warrant, each once.
 */
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "world.h"

enum { MINUTE_MS = 60000, LAX_MS = 10 * MINUTE_MS };

static const int64_t ALL_ZONES_MS = INT64_C(26) * 3600 * 1000;
static const int64_t HEALING_MS = INT64_C(5) * 24 * 3600 * 1000;
static const int64_t NEAR_MS = INT64_C(2) * 3600 * 1000;

/* One occurrence, as the book has it. */
struct occurrence {
	struct world *w;
	const struct ask *a;
	int ask;
	uint32_t date;
	int64_t open, close;		/* at the client */
	int64_t rule;			/* when no zone has time left */
	const struct answer *answer;
	int64_t end;			/* of the relationship, or the test */
};

static int
is_on(const struct ask *a, uint32_t date)
{
	if (a->when.once)
		return date == a->when.from;
	if (a->when.every != 0)
		return wall_days(a->when.from, date) % (int)a->when.every ==
		    0;
	return (a->when.weekdays >> wall_weekday(date) & 1) != 0;
}

/* How many such events; those that a vault forgot are not of this life. */
static int
count(const struct occurrence *o, int who,
    enum tacit_practice_event_type type, const char *label, int64_t *ms)
{
	const struct book *b = &o->w->book;
	const struct told *t;
	size_t i;
	int n = 0;

	for (i = 0; i < b->tolds; i++) {
		t = &b->told[i];
		if (t->who != who || t->type != type || t->ask != o->ask ||
		    t->date != o->date ||
		    (label != NULL && strcmp(t->label, label) != 0) ||
		    book_was_undone(b, who, t->ms))
			continue;
		n++;
		*ms = t->ms;
	}
	return n;
}

/* At ${who} there is ${want} such event, at ${at} or ${lax} later. */
static void
expect(const struct occurrence *o, const char *rule, int who,
    enum tacit_practice_event_type type, const char *label, int want,
    int64_t at, int64_t lax)
{
	struct book *b = &o->w->book;
	int64_t ms = 0;
	int n = count(o, who, type, label, &ms);

	if (n != want)
		book_finding(b, rule, "%d: %s of check-in %d on %u: %d times, "
		    "not %d", who, tacit_practice_event_word(type), o->ask,
		    (unsigned)o->date, n, want);
	else if (n == 1 && at >= 0 && (ms < at || ms > at + lax))
		book_finding(b, rule, "%d: %s of check-in %d on %u: %lld min "
		    "late", who, tacit_practice_event_word(type), o->ask,
		    (unsigned)o->date, (long long)(ms - at) / MINUTE_MS);
}

/* At about that time something else happened that ends it: either will do. */
static int
is_close_call(const struct occurrence *o, int64_t at)
{
	return (o->a->stop_had_ms != 0 &&
	    llabs(o->a->stop_had_ms - at) < LAX_MS) ||
	    llabs(o->end - at) < LAX_MS;
}

static int
is_before_end(const struct occurrence *o, int64_t at)
{
	return at < o->end && (o->a->stop_had_ms == 0 ||
	    at < o->a->stop_had_ms);
}

/* A vault that was put back lives through some of it once more. */
static int
lives_twice(const struct occurrence *o)
{
	const struct book *b = &o->w->book;

	return book_was_undone(b, o->a->client, o->open) ||
	    book_was_undone(b, o->a->client, o->close);
}

static void
judge_client(const struct occurrence *o)
{
	int k = o->a->client, raised, closed;
	int64_t start = o->open > o->a->had_ms ? o->open : o->a->had_ms;
	int64_t due, over;

	if (!o->w->who[k].here || o->a->had_ms == 0 || lives_twice(o))
		return;
	due = book_on_at(&o->w->book, k, start);
	over = book_on_at(&o->w->book, k, o->close);
	raised = due < o->close && is_before_end(o, due);
	closed = o->answer == NULL && o->a->had_ms < o->close &&
	    is_before_end(o, over);
	/* When it came is known by the visit only. */
	if (!is_close_call(o, due) && llabs(o->a->had_ms - o->close) > LAX_MS)
		expect(o, "due", k, TACIT_CHECKIN_DUE, NULL, raised,
		    due == o->open ? due : due - LAX_MS,
		    due == o->open ? 0 : 2 * LAX_MS);
	if (!is_close_call(o, over) && llabs(o->a->had_ms - o->close) > LAX_MS)
		expect(o, "closed", k, TACIT_CHECKIN_CLOSED, NULL, closed,
		    over, over == o->close ? 0 : LAX_MS);
}

/*
 * An answer may come after all when a vault was put back not long before: what
 * lies in between is asked for first.  Or at about the time of the verdict.
 */
static int
is_on_its_way(const struct occurrence *o, int64_t at)
{
	const struct book *b = &o->w->book;
	int64_t mine = book_life(b, 0, INT64_MAX);
	int64_t theirs = book_life(b, o->a->client, INT64_MAX);

	return llabs(at - mine) < HEALING_MS ||
	    llabs(at - theirs) < HEALING_MS ||
	    llabs(o->answer->out_ms - at) < NEAR_MS;
}

/*
 * She is told when her device is on, and stays on for a while; what had come
 * by then was no miss.
 */
static void
judge_missed(const struct occurrence *o)
{
	const struct book *b = &o->w->book;
	int64_t at = book_on_at(b, 0, o->rule), ms, last;
	const struct answer *r = o->answer;
	int missed, known = r != NULL && r->out_ms != 0;

	/* A vault that was put back is told of what it forgot. */
	if (book_was_undone(b, 0, at))
		at = book_on_at(b, 0, book_life(b, 0, INT64_MAX));
	last = book_on_at(b, 0, at + LAX_MS);
	missed = at < o->end && (o->a->stop_ms == 0 || at < o->a->stop_ms);
	if (last > o->end - LAX_MS || (o->a->stop_ms != 0 &&
	    at < o->a->stop_ms && last > o->a->stop_ms - LAX_MS))
		return;
	if (known && is_on_its_way(o, at))
		missed = count(o, 0, TACIT_CHECKIN_MISSED, NULL, &ms) > 0;
	else if (known)
		missed = missed && r->out_ms > at;
	expect(o, "missed", 0, TACIT_CHECKIN_MISSED, NULL, missed,
	    known ? -1 : at, last + LAX_MS - at);
}

/* What she reads is what was answered. */
static void
judge_content(const struct occurrence *o)
{
	struct tacit_practice *p = world_layer(o->w, 0);
	char mood[8] = "", drinks[12] = "";
	struct tacit_checkin *c;

	if (tacit_checkin_read(&c, p, world_client(o->w, o->a->client),
	    o->a->id, o->date) != 0) {
		book_finding(&o->w->book, "answer", "none to %d on %u",
		    o->ask, (unsigned)o->date);
		return;
	}
	if (tacit_checkin_answer(c, 0, 0, mood, sizeof(mood)) != 1 ||
	    tacit_checkin_answer(c, 1, 0, drinks, sizeof(drinks)) != 1 ||
	    strcmp(mood, o->answer->bad ? "bad" : "good") != 0 ||
	    strtol(drinks, NULL, 10) != o->answer->drinks)
		book_finding(&o->w->book, "answer", "\"%s\", \"%s\" to %d on "
		    "%u", mood, drinks, o->ask, (unsigned)o->date);
	tacit_checkin_close(c);
}

static void
judge_therapist(const struct occurrence *o)
{
	int64_t gone = o->w->who[o->a->client].gone;
	int answered = o->answer != NULL && o->answer->out_ms != 0;

	/* Nobody reads what comes after that. */
	if (gone != 0 && o->answer != NULL && o->answer->out_ms > gone)
		return;
	judge_missed(o);
	expect(o, "answer", 0, TACIT_CHECKIN_ANSWERED, NULL, answered, -1, 0);
	expect(o, "alert", 0, TACIT_CHECKIN_ALERT, "low",
	    answered && o->answer->bad, -1, 0);
	expect(o, "alert", 0, TACIT_CHECKIN_ALERT, "many drinks",
	    answered && o->answer->drinks > 5, -1, 0);
	if (answered)
		judge_content(o);
}

/* When the client heard the end of it; or the end of the test. */
static int64_t
end_of(const struct world *w, int k)
{
	const struct book *b = &w->book;
	int64_t end = world_now(w);
	size_t i;

	for (i = 0; i < b->tolds; i++)
		if (b->told[i].who == k &&
		    b->told[i].type == TACIT_PRACTICE_DISCHARGED)
			end = b->told[i].ms;
	return end;
}

static void
judge_occurrence(struct world *w, int ask, uint32_t date)
{
	const struct ask *a = &w->book.ask[ask];
	const struct wall_zone *z = w->who[a->client].zone;
	uint32_t last = a->when.once ? wall_add(a->when.until, 1) : date;
	uint32_t minute = a->when.once ? 0 : a->when.close;
	struct occurrence o = { .w = w, .a = a, .ask = ask, .date = date };

	o.open = a->when.once ? a->sent_ms : wall_ms(z, date, a->when.open);
	o.close = wall_ms(z, last, minute);
	o.rule = wall_ms(&w->season->berlin, last, minute) + ALL_ZONES_MS;
	o.answer = book_answer(&w->book, ask, date);
	o.end = end_of(w, a->client);
	judge_client(&o);
	if (w->who[a->client].gone != 0)
		o.end = w->who[a->client].gone;
	judge_therapist(&o);
}

void
judge_asks(struct world *w)
{
	const struct ask *a;
	uint32_t date;
	size_t i;

	for (i = 0; i < w->book.asks; i++) {
		a = &w->book.ask[i];
		for (date = a->when.from; date <= a->when.until;
		    date = wall_add(date, 1))
			if (is_on(a, date))
				judge_occurrence(w, (int)i, date);
	}
	for (i = 0; i < w->book.tolds; i++)
		if (w->book.told[i].ask >= 0 && !is_on(&w->book.ask[
		    w->book.told[i].ask], w->book.told[i].date))
			book_finding(&w->book, "due", "check-in %d on %u",
			    w->book.told[i].ask,
			    (unsigned)w->book.told[i].date);
}
