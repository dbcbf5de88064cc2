/* SPDX-License-Identifier: Apache-2.0 */
/* Events that are not texts: did they tell the truth? */
#include <stdio.h>
#include <string.h>

#include "ledger_book.h"
#include "tacit/limits.h"

static const int64_t ROTATE_MS = (int64_t)TACIT_ROTATE_DAYS * 24 * 3600 * 1000;
static const int64_t TTL_MS = (int64_t)TACIT_TTL_DAYS * 24 * 3600 * 1000;

/* The writer's own text by its id. */
static struct text *
by_id(struct ledger *l, int at, int rel, const char *message)
{
	struct letters *w = &l->letters[at][rel];
	int k;

	for (k = 0; k < w->n; k++)
		if (strcmp(w->all[k].message, message) == 0)
			return &w->all[k];
	return NULL;
}

static int
has_unknown(const struct letters *w)
{
	int k;

	for (k = 0; k < w->n; k++)
		if (w->all[k].how == CALL_UNKNOWN)
			return 1;
	return 0;
}

/* Of what text ${e} tells; NULL if it may be one that is not known here. */
static struct text *
told_of(struct ledger *l, int at, int rel, const struct tacit_event *e,
    const char *what)
{
	struct text *t = by_id(l, at, rel, e->message);

	if (t == NULL && !has_unknown(&l->letters[at][rel]) &&
	    !l->put_back[at])
		ledger_broken(l, "%s: end %d never wrote %s", what, at,
		    e->message);
	if (t != NULL && !l->put_back[at] && e->data_type != ledger_type(at,
	    rel, (int)(t - l->letters[at][rel].all) + 1))
		ledger_broken(l, "%s: end %d did not write %s as type %u",
		    what, at, e->message, (unsigned)e->data_type);
	return t;
}

void
ledger_see_accepted(struct ledger *l, int at, int rel, const struct tacit_event *e)
{
	struct text *t = told_of(l, at, rel, e, "accepted");

	l->counts.accepted++;
	ledger_speaks_of(l, at, t, "accepted");
	if (t != NULL && t->accepted && !ledger_is_loose(l, at, rel,
	    (int)(t - l->letters[at][rel].all) + 1))
		ledger_broken(l, "accepted: end %d is told twice of %s", at,
		    e->message);
	if (t != NULL)
		t->accepted = 1;
	if (++l->view[at].accepted > l->relay_oks[at])
		ledger_broken(l, "accepted: end %d is told of %s without an "
		    "OK of the relay", at, e->message);
}

/* Its relay had it, and they not, for as long as it is kept. */
static void
see_undelivered(struct ledger *l, int at, int rel,
    const struct tacit_event *e)
{
	struct text *t = told_of(l, at, rel, e, "undelivered");

	l->counts.undelivered++;
	ledger_speaks_of(l, at, t, "undelivered");
	if (t == NULL)
		return;
	if (*l->now - t->at + l->jumps[at] < TTL_MS)
		ledger_broken(l, "undelivered: end %d is told of %s after "
		    "%lld hours", at, e->message,
		    (long long)((*l->now - t->at) / 3600000));
	if (t->undelivered++ && !l->put_back[at])
		ledger_broken(l, "undelivered: end %d is told twice of %s",
		    at, e->message);
}

/* Who ends it says so last. */
static void
see_closed(struct ledger *l, int at, int rel)
{
	int from = ledger_other(l, rel, at), k;
	const struct text *t;

	l->counts.closed++;
	if (l->rel_ended[rel] != from + 1 || l->put_back[at] ||
	    l->put_back[from] || l->relay_put_back || l->lost[at] ||
	    l->away[at])
		return;
	/* What is taken back after Closed has left holds up what came between. */
	for (k = 0; k < l->ended_at[rel]; k++)
		if (l->letters[from][rel].all[k].thought.asked_at >
		    l->ended_moment[rel])
			return;
	for (k = 0; k < l->ended_at[rel]; k++) {
		t = &l->letters[from][rel].all[k];
		if (t->how == CALL_DONE && !t->thought.asked &&
		    !ledger_is_shown(&l->view[at], rel,
		    k + 1) && !ledger_in_gap(&l->view[at], rel, t->seq))
			ledger_broken(l, "closed: end %d is told so in "
			    "relationship %d before it was shown text %d",
			    at, rel, k + 1);
	}
}

void
ledger_see_paired(struct ledger *l, int at, int rel, const struct tacit_event *e)
{
	char name[16];

	l->counts.paired++;
	(void)snprintf(name, sizeof(name), "end %d", ledger_other(l, rel, at));
	if (strcmp(name, e->name) != 0)
		ledger_broken(l, "misdelivered: end %d paired with \"%s\" in "
		    "relationship %d", at, e->name, rel);
	if (l->view[at].paired[rel]++)
		ledger_broken(l, "paired: end %d is told twice of "
		    "relationship %d", at, rel);
}

/* A copy of before that takes it for a relay that does not know it yet. */
static int
closed_its_anchor(const struct ledger *l, int at)
{
	int r;

	for (r = 0; r < LEDGER_RELS; r++)
		if ((l->end[r][0] == at || l->end[r][1] == at) &&
		    l->rel_ended[r] && l->put_back[at])
			return 1;
	return 0;
}

/* What was written to an invitation that came to nothing goes with it. */
static void
excuse_all(struct ledger *l, int rel)
{
	struct letters *w;
	int i, k;

	for (i = 0; rel >= 0 && i < 2; i++) {
		w = &l->letters[l->end[rel][i]][rel];
		for (k = 0; k < w->n; k++)
			w->all[k].excused = 1;
	}
}

/* New keys, unasked: after so long, or by a clock that jumped. */
static int
is_due(const struct ledger *l, int at, int other)
{
	return *l->now - l->began >= ROTATE_MS || l->jumps[at] > 0 ||
	    l->jumps[other] > 0;
}

/*
 * A copy that does not know it yet goes on as it was: what passed before it
 * was found out shows nothing.
 */
static void
begin_to_heal(struct ledger *l, int at, int rel)
{
	int r;

	if (rel < 0)
		l->unfound[at] = 0;
	for (r = 0; r < LEDGER_RELS; r++)
		if ((l->end[r][0] == at || l->end[r][1] == at) &&
		    (rel < 0 || r == rel))
			ledger_loosen(l, r);
}

/* True if ${e} is about a second thought; these are judged elsewhere. */
static int
see_thought(struct ledger *l, int at, int rel, const struct tacit_event *e)
{
	if (e->type == TACIT_EV_RECALLED)
		ledger_see_recalled(l, at, rel, e);
	else if (e->type == TACIT_EV_FORGOTTEN)
		ledger_see_forgotten(l, at, rel, e);
	return e->type == TACIT_EV_RECALLED || e->type == TACIT_EV_FORGOTTEN;
}

/* Events that are true only if something happened to the world. */
void
ledger_see_other(struct ledger *l, int at, int rel, const struct tacit_event *e)
{
	int p = rel >= 0 ? ledger_other(l, rel, at) : at, true_ = 0;
	int back = l->put_back[at] || l->put_back[p];

	switch (e->type) {
	case TACIT_EV_ROLLED_BACK:
		l->counts.rolled_back++;
		true_ = back;
		begin_to_heal(l, at, rel);
		break;
	case TACIT_EV_RELAY_RESTORED:
		l->counts.relay_restored++;
		true_ = l->relay_put_back || closed_its_anchor(l, at);
		break;
	case TACIT_EV_POISON:
		l->counts.poison++;
		true_ = back;
		break;
	case TACIT_EV_UNREACHABLE:
		l->counts.unreachable++;
		if (rel >= 0)
			l->view[at].unreachable[rel] = 1;
		true_ = l->relay_put_back || back ||
		    (rel >= 0 && l->rel_ended[rel]);
		break;
	case TACIT_EV_UNDELIVERED:
		see_undelivered(l, at, rel, e);
		true_ = 1;
		break;
	case TACIT_EV_ROTATED:
		l->counts.rotated++;
		if (rel >= 0)
			l->new_keys[rel] = 1;
		true_ = rel >= 0 && (l->rotates[rel] || is_due(l, at, p));
		break;
	case TACIT_EV_CLOSED:
		see_closed(l, at, rel);
		true_ = rel >= 0 && l->rel_ended[rel];
		break;
	case TACIT_EV_REFUSED:
		excuse_all(l, rel);
		true_ = back || l->relay_put_back ||
		    (rel >= 0 && l->rel_ended[rel]);
		break;
	case TACIT_EV_INVITATION_MISUSED:
		true_ = back || l->relay_put_back ||
		    (rel >= 0 && l->rel_ended[rel]);
		break;
	default:
		true_ = see_thought(l, at, rel, e);
		break;
	}
	if (!true_)
		ledger_broken(l, "end %d is told %s in relationship %d, and "
		    "nothing of the kind has happened (%s)", at,
		    tacit_event_word(e->type), rel,
		    tacit_error_word(e->reason));
}
