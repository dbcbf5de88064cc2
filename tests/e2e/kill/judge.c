/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judge of the kill loop.  Everything that tacit_send() took must have
 * been shown to the other end once, in order, under one message id and one
 * event id, and stand so in both histories.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "book.h"

/* What is known of one text. */
struct fate {
	uint64_t seq, event;
	char message[TACIT_MESSAGE_ID_SIZE];
	uint8_t said, shown, accepted, mine, theirs;
};

struct trial {
	struct faults *f;
	struct fate *fate;		/* by number, from 1 */
	uint32_t n;
	int from, rel;
	uint32_t last;			/* shown for the first time */
	uint32_t last_mine, last_theirs;
	uint64_t last_event;
};

static void
said(struct trial *t, const struct record *r)
{
	struct fate *a = &t->fate[r->n];

	t->f->doubled += a->said;
	t->f->disordered += r->seq != (r->n > 1 ? t->fate[r->n - 1].seq :
	    0) + 1;
	a->said = 1;
	a->seq = r->seq;
	memcpy(a->message, r->message, sizeof(a->message));
	t->f->written++;
}

static void
shown(struct trial *t, const struct record *r)
{
	struct fate *a;

	if (r->foreign || r->n == 0 || r->n > t->n ||
	    !t->fate[r->n].said || t->fate[r->n].seq != r->seq ||
	    strcmp(t->fate[r->n].message, r->message) != 0) {
		t->f->foreign++;
		return;
	}
	a = &t->fate[r->n];
	if (a->shown) {
		t->f->repeated++;
		t->f->doubled += a->event != r->event;
		return;
	}
	t->f->doubled += r->event == t->last_event;
	t->f->disordered += r->n < t->last || r->event < t->last_event ||
	    r->late;
	a->shown = 1;
	a->event = r->event;
	t->last = r->n;
	t->last_event = r->event;
}

/* An app may be told of it again, if it was killed before it confirmed. */
static void
accepted(struct trial *t, const struct record *r)
{
	if (r->seq == 0 || r->seq > t->n ||
	    strcmp(t->fate[r->seq].message, r->message) != 0)
		t->f->foreign++;
	else if (!t->fate[r->seq].accepted++)
		t->f->accepted++;
	else
		t->fate[r->seq].accepted = 1;
}

static void
listed(struct trial *t, const struct record *r, uint8_t *in, uint32_t *last)
{
	if (r->n == 0 || r->n > t->n || !t->fate[r->n].said ||
	    strcmp(t->fate[r->n].message, r->message) != 0) {
		t->f->foreign++;
		return;
	}
	t->f->doubled += in[0];
	t->f->disordered += *last != 0 && r->n >= *last;
	in[0] = 1;
	*last = r->n;
}

static void
count_missing(struct trial *t)
{
	uint32_t i;

	for (i = 1; i <= t->n; i++) {
		t->f->lost += !t->fate[i].shown || !t->fate[i].mine ||
		    !t->fate[i].theirs;
		t->f->unaccepted += !t->fate[i].accepted;
	}
}

/* ${r} stands in the book of ${end}. */
static void
weigh(struct trial *t, const struct record *r, int end)
{
	struct fate none = { .said = 0 };
	struct fate *a = r->n <= t->n ? &t->fate[r->n] : &none;

	if (r->kind == REC_ALARM)
		t->f->alarms++;
	else if (end == t->from && r->kind == REC_ACCEPTED)
		accepted(t, r);
	else if (end == t->from && r->kind == REC_MINE)
		listed(t, r, &a->mine, &t->last_mine);
	else if (end != t->from && r->kind == REC_SHOWN)
		shown(t, r);
	else if (end != t->from && r->kind == REC_THEIRS)
		listed(t, r, &a->theirs, &t->last_theirs);
}

void
kill_judge(struct faults *f, const struct shared *s, int from, int rel)
{
	struct trial t = { .f = f, .from = from, .rel = rel };
	int end[2] = { from, kill_other(from, rel) }, k;
	const struct record *r;
	uint64_t i;

	for (i = 0; i < s->book[from].n; i++) {
		r = &s->book[from].all[i];
		if (r->kind == REC_SAID && r->rel == rel && r->n > t.n)
			t.n = r->n;
	}
	if ((t.fate = calloc((size_t)t.n + 1, sizeof(*t.fate))) == NULL)
		abort();
	for (i = 0; i < s->book[from].n; i++) {
		r = &s->book[from].all[i];
		if (r->kind == REC_SAID && r->rel == rel && r->n > 0)
			said(&t, r);
	}
	for (k = 0; k < 2; k++)
		for (i = 0; i < s->book[end[k]].n; i++) {
			r = &s->book[end[k]].all[i];
			if (r->rel == rel)
				weigh(&t, r, end[k]);
		}
	count_missing(&t);
	free(t.fate);
}

uint64_t
kill_faults(const struct faults *f)
{
	return f->lost + f->doubled + f->disordered + f->foreign +
	    f->alarms + f->unaccepted;
}

/* ---- does it look? -------------------------------------------------------------- */

/* The last record but one of its kind in ${rel}; NULL: none. */
static struct record *
find(struct book *b, uint8_t kind, int rel)
{
	int seen = 0;
	uint64_t i;

	for (i = b->n; i > 0; i--)
		if (b->all[i - 1].kind == kind && b->all[i - 1].rel == rel &&
		    ++seen == 2)
			return &b->all[i - 1];
	return NULL;
}

static void
append(struct book *b, const struct record *r)
{
	b->all[b->n] = *r;
	b->n++;
}

/* As often as it stands there: who is killed before it confirms is told again. */
static void
erase(struct book *b, const struct record *what)
{
	const struct record it = *what;
	uint64_t i;

	for (i = 0; i < b->n; i++)
		if (b->all[i].kind == it.kind && b->all[i].rel == it.rel &&
		    b->all[i].seq == it.seq)
			b->all[i].kind = 0;
}

enum planted {
	LOST, DOUBLED, EARLIER, LATE, FOREIGN, OTHER_ID, ALARM, NOT_KEPT,
	TWICE_KEPT, NOT_ACCEPTED, PLANTED
};

/* Wrong it is what ${from} wrote: how many faults of which kind follow. */
static int
plant(struct shared *s, int from, int rel, enum planted what)
{
	struct book *mine = &s->book[from];
	struct book *theirs = &s->book[kill_other(from, rel)];
	struct record *r = find(theirs, what == NOT_KEPT ||
	    what == TWICE_KEPT ? REC_THEIRS : REC_SHOWN, rel), twin;

	if (what == NOT_ACCEPTED)
		r = find(mine, REC_ACCEPTED, rel);
	if (r == NULL || theirs->n == KILL_RECORDS)
		return 0;
	twin = *r;
	switch (what) {
	case LOST: case NOT_KEPT: case NOT_ACCEPTED:
		erase(what == NOT_ACCEPTED ? mine : theirs, r);
		break;
	case EARLIER:
		erase(theirs, r);
		append(theirs, &twin);
		break;
	case DOUBLED:
		twin.event = 1 << 30;
		append(theirs, &twin);
		break;
	case TWICE_KEPT:
		append(theirs, &twin);
		break;
	case LATE:
		r->late = 1;
		break;
	case FOREIGN:
		r->foreign = 1;
		break;
	case OTHER_ID:
		r->message[3] ^= 1;
		break;
	case ALARM:
		twin.kind = REC_ALARM;
		append(theirs, &twin);
		break;
	case PLANTED:
		break;
	}
	return 1;
}

int
kill_judge_looks(const struct shared *s, int from, int rel)
{
	struct shared *copy = malloc(sizeof(*copy));
	struct faults f;
	int what, end, found = 1;

	if (copy == NULL)
		abort();
	for (what = 0; what < PLANTED && found; what++) {
		for (end = 0; end < KILL_ENDS; end++) {
			copy->book[end].n = s->book[end].n;
			memcpy(copy->book[end].all, s->book[end].all,
			    s->book[end].n * sizeof(s->book[end].all[0]));
		}
		memset(&f, 0, sizeof(f));
		found = plant(copy, from, rel, (enum planted)what);
		kill_judge(&f, copy, from, rel);
		found &= kill_faults(&f) > 0;
		if (!found)
			printf("the judge does not see planted fault %d\n",
			    what);
	}
	free(copy);
	return found;
}
