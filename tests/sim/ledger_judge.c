/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger's last word, and what it is told of the world. */
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
ledger_copied(struct ledger *l, int at)
{
	view_copy(&l->copy[at], &l->view[at]);
}

/* What was written since is in no vault any more, unless it had left. */
void
ledger_put_back(struct ledger *l, int at)
{
	int r, k;

	for (r = 0; r < LEDGER_RELS; r++)
		for (k = l->copy[at].written[r]; k < l->letters[at][r].n; k++)
			l->letters[at][r].all[k].excused = 1;
	view_copy(&l->view[at], &l->copy[at]);
	for (r = 0; r < LEDGER_RELS; r++)
		l->view[at].written[r] = l->letters[at][r].n;
	l->put_back[at]++;
}

void
ledger_relay_put_back(struct ledger *l)
{
	l->relay_put_back++;
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
ledger_ended(struct ledger *l, int rel)
{
	l->rel_ended[rel] = 1;
}

/* ---- history ------------------------------------------------------------------ */

void
ledger_history(struct ledger *l, int at, int rel,
    const struct tacit_message *m)
{
	int who = m->from_me ? 0 : 1, number;

	if (ledger_recognise(l, at, rel, m->text, m->text_len, m->from_me,
	    &number) == NULL)
		return;
	if (!m->from_me && !ledger_is_shown(&l->view[at], rel, number) &&
	    !l->put_back[at] && !l->unread[at])
		ledger_broken(l, "history: end %d has text %d in relationship "
		    "%d and was not shown it", at, number, rel);
	if (l->history_last[who] != 0 && number >= l->history_last[who] &&
	    (m->from_me || l->view[at].gaps[rel] == 0))
		ledger_broken(l, "history: end %d has text %d before %d in "
		    "relationship %d", at, number, l->history_last[who], rel);
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
	l->history_last[0] = l->history_last[1] = l->history_newest = 0;
}

/* ---- the judgement ------------------------------------------------------------ */

static int
is_missing(const struct ledger *l, int from, int rel, int k)
{
	const struct text *t = &l->letters[from][rel].all[k];
	int to = ledger_other(l, rel, from);

	return t->how == CALL_DONE && t->ended && !t->excused &&
	    !l->rel_ended[rel] && !ledger_is_shown(&l->view[to], rel, k + 1);
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
				if (is_missing(l, from, r, k))
					return 0;
	return 1;
}

void
ledger_judge(struct ledger *l)
{
	int from, r, k;

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
