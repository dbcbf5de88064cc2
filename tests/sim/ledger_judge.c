/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger's last word, and what it is told of the world. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger_book.h"
#include "wrap.h"

static void *
copy_of(const void *p, size_t len)
{
	void *c = __real_malloc(len + 1);

	if (c == NULL)
		abort();
	if (p != NULL && len > 0)
		memcpy(c, p, len);
	return c;
}

static void
view_copy(struct view *to, const struct view *from)
{
	size_t cap = 1;
	int r;

	ledger_view_free(to);
	*to = *from;
	while (cap < from->n_seen + 2)
		cap = 2 * cap + 2;
	to->seen = copy_of(NULL, 2 * cap * sizeof(*to->seen));
	if (from->n_seen > 0)
		memcpy(to->seen, from->seen, from->n_seen *
		    sizeof(*to->seen));
	for (r = 0; r < LEDGER_RELS; r++)
		to->shown[r] = copy_of(from->shown[r],
		    (size_t)from->n_shown[r]);
}

void
ledger_copied(struct ledger *l, int at, enum ledger_copy which)
{
	view_copy(&l->copy[at][which], &l->view[at]);
	l->copied_at[at][which] = ++l->moment;
}

/* The two know different pasts: what was written so far may be anything. */
static void
tangle(struct ledger *l, int rel)
{
	struct letters *w;
	int i, k;

	for (i = 0; i < 2; i++) {
		w = &l->letters[l->end[rel][i]][rel];
		for (k = 0; k < w->n; k++)
			w->all[k].excused = w->all[k].tangled = 1;
	}
}

/*
 * What one life of a vault wrote comes to light again after what another one
 * wrote that did not know of it.
 */
static void
fork_off(struct ledger *l, int at, int rel, enum ledger_copy which)
{
	int known = l->copy[at][which].written[rel], k;
	int *fork = &l->forked[at][rel];
	struct letters *w = &l->letters[at][rel];

	if (l->put_back[at] == 0)
		*fork = known;
	if (l->back_at[at] > l->copied_at[at][which] && known > *fork)
		for (k = *fork; k < w->n; k++)
			w->all[k].tangled = 1;
	if (known < *fork)
		*fork = known;
}

void
ledger_loosen(struct ledger *l, int rel)
{
	int i, e;

	for (i = 0; i < 2; i++) {
		e = l->end[rel][i];
		l->since[e][rel] = (struct since){ l->letters[e][rel].n, 0,
		    INT_MAX };
	}
}

static void
put_back_in(struct ledger *l, int at, int rel, enum ledger_copy which)
{
	int other = ledger_other(l, rel, at), k;
	struct letters *w = &l->letters[at][rel];

	/* What was written since is in no vault, unless it had left. */
	for (k = l->copy[at][which].written[rel]; k < w->n; k++)
		w->all[k].excused = 1;
	ledger_recall_put_back(l, at, rel, l->copied_at[at][which]);
	fork_off(l, at, rel, which);
	if (l->back_at[other] > l->copied_at[at][which])
		tangle(l, rel);
	ledger_loosen(l, rel);
}

void
ledger_put_back(struct ledger *l, int at, enum ledger_copy which)
{
	int r;

	for (r = 0; r < LEDGER_RELS; r++)
		if (l->end[r][0] == at || l->end[r][1] == at)
			put_back_in(l, at, r, which);
	view_copy(&l->view[at], &l->copy[at][which]);
	for (r = 0; r < LEDGER_RELS; r++)
		l->view[at].written[r] = l->letters[at][r].n;
	l->put_back[at]++;
	l->unfound[at] = 1;
	l->life_at[at] = l->copied_at[at][which];
	l->back_at[at] = ++l->moment;
}

void
ledger_jumped(struct ledger *l, int at, int64_t ms)
{
	l->jumps[at] += ms < 0 ? -ms : ms;
}

void
ledger_was_away(struct ledger *l, int at, int64_t since)
{
	struct text *t;
	int r, k, from;

	l->away[at] = 1;
	for (r = 0; r < LEDGER_RELS; r++) {
		if ((l->end[r][0] != at && l->end[r][1] != at) ||
		    l->lost[at] || l->rel_ended[r])
			continue;
		from = ledger_other(l, r, at);
		for (k = 0; k < l->letters[from][r].n; k++) {
			t = &l->letters[from][r].all[k];
			if (t->how == CALL_DONE && !t->excused &&
			    t->accepted && t->at < since &&
			    t->shown_as[0] == '\0')
				t->overdue = 1;
		}
	}
}

void
ledger_rotates(struct ledger *l, int rel)
{
	l->rotates[rel] = 1;
}

/*
 * A vault from before a rotation is in use, and with it a relay from before
 * that vault: what does not heal, if both are told (PROTOCOL.md, section 20,
 * "Not healed").
 */
static int
is_severed(const struct ledger *l, int rel)
{
	int i, at, older = 0;

	for (i = 0; i < 2; i++) {
		at = l->end[rel][i];
		if (at < 0 || !l->view[at].unreachable[rel])
			return 0;
		older |= l->put_back[at] && l->relay_life_at < l->life_at[at];
	}
	return older && l->relay_put_back && l->new_keys[rel];
}

int
ledger_goes_on(const struct ledger *l, int rel)
{
	return l->end[rel][0] >= 0 && !l->rel_ended[rel] &&
	    !is_severed(l, rel);
}

void
ledger_relay_copied(struct ledger *l)
{
	l->relay_copied_at = ++l->moment;
}

void
ledger_relay_put_back(struct ledger *l)
{
	l->relay_put_back++;
	ledger_recall_relay_back(l);
	l->relay_life_at = l->relay_copied_at;
}

void
ledger_relay_ok(struct ledger *l, int at)
{
	l->relay_oks[at]++;
}

void
ledger_delivered(struct ledger *l, int at)
{
	int r;

	for (r = 0; r < LEDGER_RELS; r++)
		if (l->end[r][0] == at || l->end[r][1] == at)
			l->relay_oks[ledger_other(l, r, at)]++;
}

void
ledger_lost(struct ledger *l, int at)
{
	l->lost[at]++;
}

void
ledger_unread(struct ledger *l, int at, int some)
{
	l->unread[at] = some;
}

void
ledger_ended(struct ledger *l, int at, int rel)
{
	if (l->rel_ended[rel])
		return;
	l->rel_ended[rel] = at + 1;
	l->ended_at[rel] = l->letters[at][rel].n;
	l->ended_moment[rel] = ++l->moment;
}

/* ---- history ------------------------------------------------------------------ */

void
ledger_history_begin(struct ledger *l)
{
	l->history_last[0] = l->history_last[1] = l->history_newest = 0;
}

/* What stands there without its text. */
static struct text *
forgotten(struct ledger *l, int at, int rel, const struct tacit_message *m,
    int *number)
{
	int from = m->from_me ? at : ledger_other(l, rel, at);
	struct text *t = ledger_by_id(l, from, rel, m->id, !m->from_me,
	    number);

	/* Who went back may have given its id to one that is to be kept. */
	if (m->text_len != 0 ||
	    (t != NULL && t->hours == 0 && !l->put_back[from]))
		ledger_broken(l, "forgotten: %s at end %d", m->id, at);
	if (t == NULL && m->from_me)
		l->history_newest = INT_MAX;
	return t;
}

void
ledger_history(struct ledger *l, int at, int rel,
    const struct tacit_message *m)
{
	int who = m->from_me ? 0 : 1, number, placed;
	struct text *t = m->forgotten ? forgotten(l, at, rel, m, &number) :
	    ledger_recognise(l, at, rel, m->type, m->text, m->text_len,
	    m->from_me, &number);

	if (t == NULL)
		return;
	if (m->state == TACIT_RECALLING && l->resting &&
	    ledger_goes_on(l, rel))
		ledger_broken(l, "stuck: text %d of end %d in relationship %d "
		    "is still to be taken back", number, at, rel);
	if (!m->from_me)
		ledger_judge_never(l, ledger_other(l, rel, at), rel, number,
		    1);
	/*
	 * What one of them forgot comes when it can, as does what was taken
	 * back by a life that is no more: it has no place.
	 */
	placed = !t->tangled && !t->thought.released && (m->from_me || !ledger_may_stray(l,
	    ledger_other(l, rel, at), rel, number));
	(void)snprintf(t->listed[who], sizeof(t->listed[who]), "%s", m->id);
	if (!m->from_me && !ledger_is_shown(&l->view[at], rel, number) &&
	    !l->put_back[at] && !l->unread[at])
		ledger_broken(l, "history: end %d has text %d in relationship "
		    "%d and was not shown it", at, number, rel);
	if (l->history_last[who] != 0 && number >= l->history_last[who] &&
	    placed && (m->from_me || l->view[at].gaps[rel] == 0))
		ledger_broken(l, "history: end %d has text %d before %d in "
		    "relationship %d", at, number, l->history_last[who], rel);
	if (placed)
		l->history_last[who] = number;
	if (m->from_me && l->history_newest < number)
		l->history_newest = number;
}

void
ledger_history_end(struct ledger *l, int at, int rel)
{
	const struct letters *w = &l->letters[at][rel];
	int k, last = 0;

	for (k = 0; k < w->n; k++)
		if (w->all[k].how == CALL_DONE && !w->all[k].excused)
			last = k + 1;
	if (last > l->history_newest)
		ledger_broken(l, "history: end %d wrote text %d in "
		    "relationship %d, its history ends with %d", at, last, rel,
		    l->history_newest);
}

/* ---- the judgement ------------------------------------------------------------ */

static int
is_missing(const struct ledger *l, int from, int rel, int k)
{
	const struct text *t = &l->letters[from][rel].all[k];
	int to = ledger_other(l, rel, from);

	/* What would have shown that it is one was lost with its text. */
	if (l->unfound[from] && l->lost[to] &&
	    ledger_is_loose(l, from, rel, k + 1))
		return 0;
	/* Or what says it is gone at both ends. */
	if (t->thought.asked || (t->thought.forgot[0] && l->put_back[to]))
		return 0;
	return t->how == CALL_DONE && t->ended && !t->excused &&
	    ledger_goes_on(l, rel) && !ledger_is_shown(&l->view[to], rel, k + 1);
}

/* An end that should have paired in ${rel} and has not; or -1. */
static int
unpaired(const struct ledger *l, int rel)
{
	int k;

	for (k = 0; k < 2; k++)
		if (l->end[rel][k] >= 0 && !l->rel_ended[rel] &&
		    !l->view[l->end[rel][k]].paired[rel])
			return l->end[rel][k];
	return -1;
}

int
ledger_is_paired(const struct ledger *l, int at)
{
	int r, any = 0;

	for (r = 0; r < LEDGER_RELS; r++) {
		if (l->end[r][0] != at && l->end[r][1] != at)
			continue;
		if (unpaired(l, r) >= 0)
			return 0;
		any = 1;
	}
	return any;
}

int
ledger_is_complete(const struct ledger *l)
{
	int from, r, k;

	for (r = 0; r < LEDGER_RELS; r++)
		if (unpaired(l, r) >= 0)
			return 0;
	for (from = 0; from < LEDGER_ENDS; from++)
		for (r = 0; r < LEDGER_RELS; r++)
			for (k = 0; k < l->letters[from][r].n; k++)
				if (is_missing(l, from, r, k) ||
				    ledger_is_asked(l, from, r, k))
					return 0;
	return 1;
}

/* A copy of a text that another life of a vault wrote has another name. */
static void
judge_one(struct ledger *l, const struct text *t, int from, int rel, int k)
{
	/*
	 * Who ended it heals no more, and tells no new name; nor does who took
	 * it back before it knew that its other life had posted it.  And who
	 * forgot a text lists it by its new name alone.
	 */
	if (!t->excused && !t->thought.blind &&
	    !(t->hours != 0 && l->put_back[from]) && t->listed[0][0] != '\0' &&
	    t->listed[1][0] != '\0' &&
	    (!l->rel_ended[rel] || !l->put_back[from]) &&
	    strcmp(t->listed[0], t->listed[1]) != 0)
		ledger_broken(l, "another id: text %d of end %d in "
		    "relationship %d is %s there and %s at the other end",
		    k + 1, from, rel, t->listed[0], t->listed[1]);
	if (t->overdue && !t->undelivered && !t->thought.asked &&
	    !l->put_back[from] &&
	    !l->relay_put_back && !l->rel_ended[rel])
		ledger_broken(l, "undelivered: end %d is not told of text %d "
		    "in relationship %d", from, k + 1, rel);
}

void
ledger_judge_ids(struct ledger *l)
{
	int from, r, k;

	for (from = 0; from < LEDGER_ENDS; from++)
		for (r = 0; r < LEDGER_RELS; r++)
			for (k = 0; k < l->letters[from][r].n; k++)
				judge_one(l, &l->letters[from][r].all[k],
				    from, r, k);
}

void
ledger_judge(struct ledger *l)
{
	int from, r, k;

	l->resting = 1;
	for (r = 0; r < LEDGER_RELS; r++)
		if (unpaired(l, r) >= 0)
			ledger_broken(l, "stuck: end %d never paired in "
			    "relationship %d", unpaired(l, r), r);
	for (from = 0; from < LEDGER_ENDS; from++)
		for (r = 0; r < LEDGER_RELS; r++)
			for (k = 0; k < l->letters[from][r].n; k++)
				if (is_missing(l, from, r, k))
					ledger_broken(l, "lost: text %d of "
					    "%d that end %d wrote in "
					    "relationship %d", k + 1,
					    l->letters[from][r].n, from, r);
}
