/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger_book.h"
#include "wrap.h"

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

struct ledger *
ledger_new(const int64_t *now)
{
	struct ledger *l = must(__real_calloc(1, sizeof(*l)));
	int r;

	l->now = now;
	l->began = *now;
	for (r = 0; r < LEDGER_RELS; r++)
		l->end[r][0] = l->end[r][1] = -1;
	l->scratch = must(__real_malloc(LEDGER_TEXT));
	return l;
}

void
ledger_view_free(struct view *v)
{
	int r;

	free(v->seen);
	for (r = 0; r < LEDGER_RELS; r++)
		free(v->shown[r]);
	memset(v, 0, sizeof(*v));
}

void
ledger_free(struct ledger *l)
{
	int i, r;

	if (l == NULL)
		return;
	for (i = 0; i < LEDGER_ENDS; i++) {
		ledger_view_free(&l->view[i]);
		for (r = 0; r < LEDGER_COPIES; r++)
			ledger_view_free(&l->copy[i][r]);
		for (r = 0; r < LEDGER_RELS; r++)
			free(l->letters[i][r].all);
	}
	ledger_recall_free(l);
	free(l->scratch);
	free(l);
}

void
ledger_broken(struct ledger *l, const char *format, ...)
{
	va_list ap;

	if (l->verdict[0] != '\0')
		return;
	va_start(ap, format);
	(void)vsnprintf(l->verdict, sizeof(l->verdict), format, ap);
	va_end(ap);
}

const char *
ledger_verdict(const struct ledger *l)
{
	return l->verdict[0] != '\0' ? l->verdict : NULL;
}

void
ledger_count(const struct ledger *l, struct ledger_counts *sum)
{
	const uint64_t *from = (const uint64_t *)(const void *)&l->counts;
	uint64_t *to = (uint64_t *)(void *)sum;
	size_t i;

	for (i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] += from[i];
}

void
ledger_pair(struct ledger *l, int rel, int a, int b)
{
	l->end[rel][0] = a;
	l->end[rel][1] = b;
}

int
ledger_other(const struct ledger *l, int rel, int at)
{
	return l->end[rel][0] == at ? l->end[rel][1] : l->end[rel][0];
}

/* ---- texts -------------------------------------------------------------------- */

/* Every third is no text. */
uint32_t
ledger_type(int from, int rel, int number)
{
	if (number % 3 != 0)
		return 0;
	return number % 2 == 0 ? 1 : (uint32_t)(65535 - number - 7 * from -
	    100 * rel);
}

/* A text says who wrote it where; the rest follows from that. */
static size_t
compose(char *out, int from, int rel, int number, size_t len)
{
	uint32_t x = (uint32_t)(from * 7919 + rel * 104729 + number * 31 + 1);
	size_t at;

	at = (size_t)snprintf(out, LEDGER_TEXT, "%d/%d/%d:", from, rel,
	    number);
	for (; at < len; at++) {
		x = x * 1664525u + 1013904223u;
		out[at] = (char)(ledger_type(from, rel, number) != 0 ?
		    x >> 24 : 'a' + (x >> 24) % 26);
	}
	return at;
}

int
ledger_text(struct ledger *l, int from, int rel, char *text, size_t *len)
{
	struct letters *w = &l->letters[from][rel];
	int number = w->n + 1;

	w->all = must(__real_realloc(w->all, (size_t)number * sizeof(*w->all)));
	memset(&w->all[w->n], 0, sizeof(*w->all));
	*len = compose(text, from, rel, number, *len);
	w->all[w->n].at = *l->now;
	w->all[w->n++].len = *len;
	l->view[from].written[rel] = w->n;
	l->counts.written++;
	return number;
}

void
ledger_wrote(struct ledger *l, int from, int rel, int number,
    enum ledger_call how, const char *message, uint64_t seq)
{
	struct text *t = &l->letters[from][rel].all[number - 1];

	t->ended = 1;
	t->how = how;
	if (how != CALL_DONE)
		return;
	t->seq = seq;
	(void)snprintf(t->message, sizeof(t->message), "%s", message);
}

/* Which text is this?  NULL after a word about it. */
struct text *
ledger_recognise(struct ledger *l, int at, int rel, uint32_t type,
    const char *text, size_t len, int mine, int *number)
{
	int from = -1, r = -1, n = -1;
	struct letters *w;

	if (sscanf(text, "%d/%d/%d:", &from, &r, &n) != 3 ||
	    from < 0 || from >= LEDGER_ENDS || r < 0 || r >= LEDGER_RELS ||
	    n < 1 || n > l->letters[from][r].n) {
		ledger_broken(l, "made up: end %d has \"%.40s\"", at, text);
		return NULL;
	}
	w = &l->letters[from][r];
	if (r != rel || from != (mine ? at : ledger_other(l, rel, at))) {
		ledger_broken(l, "misdelivered: end %d has %d/%d/%d in "
		    "relationship %d", at, from, r, n, rel);
		return NULL;
	}
	if (w->all[n - 1].len != len || compose(l->scratch, from, r, n,
	    len) != len || memcmp(l->scratch, text, len) != 0) {
		ledger_broken(l, "changed: %d/%d/%d at end %d", from, r, n,
		    at);
		return NULL;
	}
	if (type != ledger_type(from, r, n)) {
		ledger_broken(l, "another type: %d/%d/%d is of type %u at "
		    "end %d, not %u", from, r, n, (unsigned)type, at,
		    (unsigned)ledger_type(from, r, n));
		return NULL;
	}
	if (w->all[n - 1].how == CALL_REFUSED && w->all[n - 1].ended) {
		ledger_broken(l, "made up: %d/%d/%d was refused and is at "
		    "end %d", from, r, n, at);
		return NULL;
	}
	*number = n;
	return &w->all[n - 1];
}

/* ---- what was shown ----------------------------------------------------------- */

static struct seen *
find_seen(struct view *v, uint64_t event)
{
	size_t i;

	for (i = 0; i < v->n_seen; i++)
		if (v->seen[i].event == event)
			return &v->seen[i];
	return NULL;
}

static void
add_seen(struct view *v, const struct seen *s)
{
	if ((v->n_seen & (v->n_seen + 1)) == 0)
		v->seen = must(__real_realloc(v->seen, (2 * v->n_seen + 2) *
		    sizeof(*v->seen)));
	v->seen[v->n_seen++] = *s;
}

int
ledger_is_shown(const struct view *v, int rel, int number)
{
	return number <= v->n_shown[rel] && v->shown[rel][number - 1];
}

static void
set_shown(struct view *v, int rel, int number)
{
	if (number > v->n_shown[rel]) {
		v->shown[rel] = must(__real_realloc(v->shown[rel], (size_t)number));
		memset(v->shown[rel] + v->n_shown[rel], 0,
		    (size_t)(number - v->n_shown[rel]));
		v->n_shown[rel] = number;
	}
	v->shown[rel][number - 1] = 1;
}

int
ledger_in_gap(const struct view *v, int rel, uint64_t seq)
{
	int i;

	for (i = 0; i < v->gaps[rel]; i++)
		if (seq >= v->gap[rel][i].from && seq <= v->gap[rel][i].to)
			return 1;
	return 0;
}

int
ledger_is_loose(const struct ledger *l, int from, int rel, int number)
{
	return number <= l->since[from][rel].strict;
}

/* Text ${number} of ${from} was shown: perhaps all is healed by now. */
static void
note_healed(struct ledger *l, int from, int rel, int number)
{
	struct since *mine = &l->since[from][rel];
	struct since *theirs = &l->since[ledger_other(l, rel, from)][rel];

	if (mine->strict != INT_MAX || number <= mine->fresh)
		return;
	mine->passed = 1;
	if (!theirs->passed)
		return;
	mine->strict = l->letters[from][rel].n;
	theirs->strict = l->letters[ledger_other(l, rel, from)][rel].n;
}

static void
check_id(struct ledger *l, struct text *t, const struct tacit_event *e,
    int from, int at, int rel, int number)
{
	int loose = ledger_is_loose(l, from, rel, number);

	if (t->how == CALL_DONE && t->ended && !loose &&
	    (strcmp(t->message, e->message) != 0 || t->seq != e->seq))
		ledger_broken(l, "another id: text %d of end %d is %s/%llu "
		    "there and %s/%llu at end %d", number, from, t->message,
		    (unsigned long long)t->seq, e->message,
		    (unsigned long long)e->seq, at);
	if (t->shown_as[0] != '\0' && strcmp(t->shown_as, e->message) != 0 &&
	    !t->tangled && !ledger_may_stray(l, from, rel, number))
		ledger_broken(l, "doubled: text %d of end %d at end %d under "
		    "%s and %s", number, from, at, t->shown_as, e->message);
	memcpy(t->shown_as, e->message, sizeof(t->shown_as));
	ledger_judge_never(l, from, rel, number, 0);
}

/* The newest that was shown and that its writer still has. */
static int
newest_kept(const struct view *v, const struct letters *w, int rel)
{
	int k = v->last[rel];

	while (k > 0 && (w->all[k - 1].excused ||
	    !ledger_is_shown(v, rel, k)))
		k--;
	return k;
}

int
ledger_may_stray(const struct ledger *l, int from, int rel, int number)
{
	return l->put_back[from] && l->put_back[ledger_other(l, rel, from)] &&
	    ledger_is_loose(l, from, rel, number);
}

/*
 * Text ${k} is known to be missing.  What who was put back wrote before all
 * was healed has got another seq since, which the gap is about.
 */
static int
is_told(const struct ledger *l, const struct view *v, int from, int rel, int k)
{
	if (ledger_in_gap(v, rel, l->letters[from][rel].all[k - 1].seq))
		return 1;
	return l->put_back[from] && v->gaps[rel] > 0 &&
	    ledger_is_loose(l, from, rel, k);
}

/* What stands in the place of a text is passed without a word. */
static int
asked_above(const struct letters *w, int number)
{
	for (; number < w->n; number++)
		if (w->all[number].thought.asked)
			return 1;
	return 0;
}

/* Nothing may be skipped in silence, and nothing turn up before its turn. */
static void
check_order(struct ledger *l, int at, int rel, int number, int late)
{
	int from = ledger_other(l, rel, at), k;
	struct view *v = &l->view[at];
	const struct letters *w = &l->letters[from][rel];
	const struct text *t;

	if (late) {
		l->counts.late++;
		/*
		 * An old copy that does not know it writes in an old stream;
		 * and who was put back may hear of an older one later.
		 */
		if (number > v->last[rel] &&
		    !ledger_is_loose(l, from, rel, number) &&
		    !asked_above(w, number) &&
		    !(l->put_back[at] && l->put_back[from]))
			ledger_broken(l, "late: text %d at end %d, which had "
			    "%d before, is not", number, at, v->last[rel]);
		return;
	}
	if (number < newest_kept(v, w, rel) && !w->all[number - 1].tangled &&
	    !ledger_may_stray(l, from, rel, number))
		ledger_broken(l, "out of order: end %d was shown %d after %d "
		    "in relationship %d", at, number, v->last[rel], rel);
	for (k = v->last[rel] + 1; k < number; k++) {
		t = &w->all[k - 1];
		if (t->how == CALL_DONE && !t->excused && !t->thought.asked &&
		    !is_told(l, v, from, rel, k) &&
		    !ledger_may_stray(l, from, rel, k))
			ledger_broken(l, "skipped: end %d was shown %d after "
			    "%d in relationship %d and no gap", at, number,
			    v->last[rel], rel);
	}
	if (number > v->last[rel])
		v->last[rel] = number;
}

static void
see_message(struct ledger *l, int at, int rel, const struct tacit_event *e,
    struct seen *was)
{
	struct view *v = &l->view[at];
	struct seen s = { e->id, (int)e->type, rel, 0, 0 };
	struct text *t = ledger_recognise(l, at, rel, e->data_type, e->text,
	    e->text_len, 0, &s.number);

	if (t == NULL)
		return;
	check_id(l, t, e, ledger_other(l, rel, at), at, rel, s.number);
	if (was != NULL) {
		if (was->number != s.number)
			ledger_broken(l, "event %llu of end %d was text %d "
			    "and is text %d", (unsigned long long)e->id, at,
			    was->number, s.number);
		return;
	}
	if (ledger_is_shown(v, rel, s.number) && !t->tangled)
		ledger_broken(l, "doubled: end %d was shown text %d of "
		    "relationship %d again, as event %llu", at, s.number,
		    rel, (unsigned long long)e->id);
	check_order(l, at, rel, s.number, e->late);
	set_shown(v, rel, s.number);
	note_healed(l, ledger_other(l, rel, at), rel, s.number);
	l->counts.shown++;
	add_seen(v, &s);
}

static void
see_gap(struct ledger *l, int at, int rel, const struct tacit_event *e)
{
	struct view *v = &l->view[at];
	const struct letters *w = &l->letters[ledger_other(l, rel, at)][rel];
	int k, real = 0;

	l->counts.gaps++;
	for (k = 0; k < w->n; k++) {
		if (w->all[k].how == CALL_REFUSED || (w->all[k].seq != 0 &&
		    (w->all[k].seq < e->from || w->all[k].seq > e->to)))
			continue;
		if (w->all[k].seq != 0 && ledger_is_shown(v, rel, k + 1) &&
		    !ledger_is_loose(l, ledger_other(l, rel, at), rel, k + 1))
			ledger_broken(l, "a gap that was none: end %d was "
			    "told that %llu to %llu are missing, and had "
			    "text %d", at, (unsigned long long)e->from,
			    (unsigned long long)e->to, k + 1);
		real = 1;
	}
	/* Who has closed is posted no text, nor what stands for one. */
	if (l->rel_ended[rel] != at + 1 &&
	    !l->lost[at] && !l->put_back[at] && !l->relay_put_back &&
	    !l->away[at] && !l->put_back[ledger_other(l, rel, at)])
		ledger_broken(l, "a gap that was none: end %d is told of one "
		    "in relationship %d, and no letter was lost", at, rel);
	if (!real && !l->put_back[ledger_other(l, rel, at)])
		ledger_broken(l, "a gap that was none: nobody wrote %llu to "
		    "%llu to end %d", (unsigned long long)e->from,
		    (unsigned long long)e->to, at);
	if (v->gaps[rel] < RANGES_MAX)
		v->gap[rel][v->gaps[rel]++] = (struct range){ e->from, e->to };
}

static int
is_message(const struct tacit_event *e)
{
	return e->type == (e->data_type == 0 ? TACIT_EV_MESSAGE :
	    TACIT_EV_DATA);
}

void
ledger_event(struct ledger *l, int at, int rel, const struct tacit_event *e)
{
	struct seen *was = find_seen(&l->view[at], e->id);
	struct seen s = { e->id, (int)e->type, rel, 0, 0 };

	if (was != NULL) {
		l->counts.repeated++;
		if (was->done)
			ledger_broken(l, "doubled: end %d had confirmed "
			    "event %llu", at, (unsigned long long)e->id);
		if (was->type != (int)e->type || was->rel != rel)
			ledger_broken(l, "event %llu of end %d was %s and is "
			    "%s", (unsigned long long)e->id, at,
			    tacit_event_word((enum tacit_event_type)was->type),
			    tacit_event_word(e->type));
		if (is_message(e))
			see_message(l, at, rel, e, was);
		return;
	}
	if (rel < 0 && (is_message(e) || e->type == TACIT_EV_RECALLED ||
	    e->type == TACIT_EV_FORGOTTEN ||
	    e->type == TACIT_EV_GAP || e->type == TACIT_EV_ACCEPTED ||
	    e->type == TACIT_EV_PAIRED)) {
		ledger_broken(l, "end %d is told %s of nobody", at,
		    tacit_event_word(e->type));
		return;
	}
	if (is_message(e)) {
		see_message(l, at, rel, e, NULL);
		return;
	}
	add_seen(&l->view[at], &s);
	if (e->type == TACIT_EV_GAP)
		see_gap(l, at, rel, e);
	else if (e->type == TACIT_EV_ACCEPTED)
		ledger_see_accepted(l, at, rel, e);
	else if (e->type == TACIT_EV_PAIRED)
		ledger_see_paired(l, at, rel, e);
	else
		ledger_see_other(l, at, rel, e);
}

void
ledger_done(struct ledger *l, int at, uint64_t event, int perhaps)
{
	struct seen *s = find_seen(&l->view[at], event);

	if (s != NULL && !perhaps)
		s->done = 1;
}
