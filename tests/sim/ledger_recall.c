/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Second thoughts: what was taken back, what the relay said of it and what it
 * really did, and what is forgotten.  Two things that were promised of a text
 * can be undone by what happens to the world, and only by that:
 *
 *	released	its writer, or the relay, was put back to before it was
 *			taken back, and knows nothing of that (PROTOCOL.md,
 *			section 21, "Not healed")
 *	blind		its writer was a copy that did not know that it is one,
 *			and so not what had become of the text since
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "frame.pb.h"
#include "ledger_book.h"
#include "tacit/hash.h"
#include "wrap.h"

enum { HOUR_MS = 3600 * 1000 };

/* An envelope of a text. */
struct letter {
	uint8_t id[TACIT_ENVELOPE_ID_LEN];
	int from, rel, number;
	int given;			/* it left the relay */
	int destroyed_at;		/* so the relay says: given to nobody */
};

/* A statement that left the relay. */
struct stated {
	uint64_t number;
	int moment;
	uint8_t hash[TACIT_HASH_LEN], previous[TACIT_HASH_LEN];
};

struct relay_book {
	struct letter *letter;
	struct stated *stated;
	size_t n_letters, n_stated;
};

static struct relay_book *
book(struct ledger *l)
{
	if (l->relay == NULL &&
	    (l->relay = __real_calloc(1, sizeof(*l->relay))) == NULL)
		abort();
	return l->relay;
}

void
ledger_recall_free(struct ledger *l)
{
	if (l->relay == NULL)
		return;
	free(l->relay->letter);
	free(l->relay->stated);
	free(l->relay);
}

static struct text *
text_at(struct ledger *l, int from, int rel, int number)
{
	return &l->letters[from][rel].all[number - 1];
}

/* ---- never shown ------------------------------------------------------------ */

static int
is_never(const struct thought *th)
{
	return (th->fate == TACIT_FATE_UNDONE ||
	    th->fate == TACIT_FATE_UNDELIVERED) && !th->released &&
	    !th->blind;
}

void
ledger_judge_never(struct ledger *l, int from, int rel, int number, int had)
{
	const struct text *t = text_at(l, from, rel, number);

	if (is_never(&t->thought) && (had || t->shown_as[0] != '\0'))
		ledger_broken(l, "taken back: text %d of end %d in "
		    "relationship %d is %s and was shown", number, from, rel,
		    tacit_fate_word(t->thought.fate));
	if (t->thought.fate == TACIT_FATE_UNDONE && is_never(&t->thought) &&
	    t->thought.posted)
		ledger_broken(l, "undone: text %d of end %d in relationship "
		    "%d has left", number, from, rel);
}

/* ---- its writer -------------------------------------------------------------- */

int
ledger_pick(struct ledger *l, int at, int rel, int back,
    char message[TACIT_MESSAGE_ID_SIZE])
{
	const struct letters *w = &l->letters[at][rel];
	int k;

	for (k = w->n; k > 0; k--) {
		if (w->all[k - 1].message[0] == '\0' || back-- > 0)
			continue;
		memcpy(message, w->all[k - 1].message, TACIT_MESSAGE_ID_SIZE);
		(void)ledger_by_id(l, at, rel, message, 0, &k);
		return k;
	}
	return 0;
}

static void
count_fate(struct ledger *l, enum tacit_fate fate)
{
	l->counts.undone += fate == TACIT_FATE_UNDONE;
	l->counts.destroyed += fate == TACIT_FATE_UNDELIVERED;
	l->counts.unacknowledged += fate == TACIT_FATE_UNACKNOWLEDGED;
	l->counts.taken += fate == TACIT_FATE_TAKEN;
}

static void
set_fate(struct ledger *l, int at, int rel, int number, enum tacit_fate fate)
{
	struct thought *th = &text_at(l, at, rel, number)->thought;

	if (th->fate != fate)
		count_fate(l, fate);
	if (!th->asked || th->fate == TACIT_FATE_NONE) {
		th->asked_at = ++l->moment;
		th->blind |= l->unfound[at];
	}
	th->asked = 1;
	if (fate != TACIT_FATE_ASKED && th->fate != fate)
		th->told_at = ++l->moment;
	th->fate = fate;
	ledger_judge_never(l, at, rel, number, 0);
}

/* The call did not say what it did. */
static void
may_be_asked(struct ledger *l, int at, struct thought *th)
{
	th->unsure = 1;
	th->blind |= l->unfound[at];
	if (!th->asked)
		th->asked_at = ++l->moment;
	th->asked = 1;
}

void
ledger_recalls(struct ledger *l, int at, int rel, int number, int rc,
    enum tacit_fate fate, int perhaps)
{
	struct text *t = text_at(l, at, rel, number);
	struct thought *th = &t->thought;

	if (perhaps) {
		may_be_asked(l, at, th);
		return;
	}
	if (rc == TACIT_E_HAD) {
		l->counts.too_late++;
		if (th->asked && !th->unsure && !l->put_back[at])
			ledger_broken(l, "taken back: text %d of end %d in "
			    "relationship %d was, and now it is too late",
			    number, at, rel);
		return;
	}
	if (rc == TACIT_E_NOT_FOUND) {
		if (ledger_type(at, rel, number) == 0 && !l->put_back[at])
			ledger_broken(l, "taken back: end %d does not find "
			    "text %d of its own in relationship %d", at,
			    number, rel);
		return;
	}
	if (rc != 0)
		return;
	if (ledger_type(at, rel, number) != 0)
		ledger_broken(l, "taken back: end %d took data back", at);
	if (th->fate != TACIT_FATE_NONE && th->fate != fate &&
	    th->fate != TACIT_FATE_ASKED && !l->put_back[at])
		ledger_broken(l, "taken back: text %d of end %d in "
		    "relationship %d is %s and was %s", number, at, rel,
		    tacit_fate_word(fate), tacit_fate_word(th->fate));
	set_fate(l, at, rel, number, fate);
}

void
ledger_see_recalled(struct ledger *l, int at, int rel,
    const struct tacit_event *e)
{
	struct text *t;
	int number;

	/* Who was put back gives new names. */
	if ((t = ledger_by_id(l, at, rel, e->message, 0, &number)) == NULL &&
	    l->put_back[at])
		return;
	if (t == NULL || !t->thought.asked)
		ledger_broken(l, "recalled: end %d is told so of %s, and did "
		    "not ask", at, e->message);
	if (t == NULL)
		return;
	if (t->thought.events++ && !l->put_back[at])
		ledger_broken(l, "recalled: end %d is told twice of %s", at,
		    e->message);
	if (e->reason < TACIT_FATE_UNDELIVERED ||
	    e->reason > TACIT_FATE_TAKEN)
		ledger_broken(l, "recalled: of %s end %d is told %d",
		    e->message, at, e->reason);
	set_fate(l, at, rel, number, (enum tacit_fate)e->reason);
}

/* Events come in their order: after that one there is no other. */
void
ledger_speaks_of(struct ledger *l, int at, const struct text *t,
    const char *what)
{
	if (t != NULL && !l->put_back[at] && (t->thought.events ||
	    t->thought.fate == TACIT_FATE_UNDONE))
		ledger_broken(l, "%s: end %d is told of %s, which it took "
		    "back", what, at, t->message);
}

int
ledger_is_asked(const struct ledger *l, int from, int rel, int k)
{
	const struct thought *th = &l->letters[from][rel].all[k].thought;

	return th->fate == TACIT_FATE_ASKED && !l->put_back[from] &&
	    ledger_goes_on(l, rel);
}

/* ---- what was put back -------------------------------------------------------- */

void
ledger_recall_put_back(struct ledger *l, int at, int rel, int copied_at)
{
	struct letters *w = &l->letters[at][rel];
	struct thought *th;
	int k;

	for (k = 0; k < w->n; k++) {
		th = &w->all[k].thought;
		th->events = 0;
		if (th->asked && th->asked_at > copied_at) {
			th->released = 1;
			th->fate = TACIT_FATE_NONE;
		} else if (th->told_at > copied_at)
			th->fate = TACIT_FATE_ASKED;
	}
}

void
ledger_recall_relay_back(struct ledger *l)
{
	struct relay_book *b = book(l);
	size_t i, n = 0;
	struct letter *e;

	for (i = 0; i < b->n_letters; i++) {
		e = &b->letter[i];
		if (e->destroyed_at <= l->relay_copied_at)
			continue;
		e->destroyed_at = 0;
		text_at(l, e->from, e->rel, e->number)->thought.released = 1;
	}
	for (i = 0; i < b->n_stated; i++)
		if (b->stated[i].moment <= l->relay_copied_at)
			b->stated[n++] = b->stated[i];
	b->n_stated = n;
}

/* ---- what the relay did ------------------------------------------------------- */

static struct letter *
letter_of(struct ledger *l, const uint8_t *id)
{
	struct relay_book *b = book(l);
	size_t i;

	for (i = b->n_letters; i > 0; i--)
		if (memcmp(b->letter[i - 1].id, id, TACIT_ENVELOPE_ID_LEN) ==
		    0)
			return &b->letter[i - 1];
	return NULL;
}

/* By the words that it begins with, or by its id. */
static struct text *
find_text(struct ledger *l, int from, const char *message, const char *text,
    size_t len, int *rel, int *number)
{
	struct text *t;
	char head[32];
	int who;

	(void)snprintf(head, sizeof(head), "%.*s", len < sizeof(head) ?
	    (int)len : (int)sizeof(head) - 1, text);
	if (sscanf(head, "%d/%d/%d:", &who, rel, number) == 3 && who == from &&
	    *rel >= 0 && *rel < LEDGER_RELS && *number >= 1 &&
	    *number <= l->letters[from][*rel].n)
		return text_at(l, from, *rel, *number);
	for (*rel = 0; *rel < LEDGER_RELS; ++*rel)
		if ((t = ledger_by_id(l, from, *rel, message, 0,
		    number)) != NULL)
			return t;
	return NULL;
}

static void *
grow(void *p, size_t n, size_t one)
{
	if ((n & (n + 1)) == 0 &&
	    (p = __real_realloc(p, (2 * n + 2) * one)) == NULL)
		abort();
	return p;
}

void
ledger_sealed(struct ledger *l, int from, const char *message,
    const char *text, size_t len, const uint8_t *id)
{
	struct relay_book *b = book(l);
	struct letter *e;
	struct text *t;
	int rel, number;

	if ((t = find_text(l, from, message, text, len, &rel, &number)) == NULL)
		return;
	if (t->thought.fate != TACIT_FATE_NONE && !l->unfound[from])
		ledger_broken(l, "taken back: text %d of end %d in "
		    "relationship %d is %s and was sealed again", number,
		    from, rel, tacit_fate_word(t->thought.fate));
	b->letter = grow(b->letter, b->n_letters, sizeof(*b->letter));
	e = &b->letter[b->n_letters++];
	*e = (struct letter){ .from = from, .rel = rel, .number = number };
	memcpy(e->id, id, sizeof(e->id));
}

void
ledger_posted(struct ledger *l, const uint8_t *id)
{
	struct letter *e = letter_of(l, id);

	if (e == NULL)
		return;
	text_at(l, e->from, e->rel, e->number)->thought.posted++;
	ledger_judge_never(l, e->from, e->rel, e->number, 0);
}

void
ledger_given(struct ledger *l, const uint8_t *id)
{
	struct letter *e = letter_of(l, id);

	if (e == NULL)
		return;
	e->given = 1;
	if (e->destroyed_at != 0)
		ledger_broken(l, "a lie: the relay gives a letter of text %d "
		    "of end %d in relationship %d, which it said it had "
		    "destroyed", e->number, e->from, e->rel);
}

/* Statements that name one number, or each other, are one chain. */
static void
check_chain(struct ledger *l, const struct stated *is)
{
	const struct stated *b;
	size_t i;

	for (i = 0; i < l->relay->n_stated; i++) {
		b = &l->relay->stated[i];
		if ((b->number == is->number && memcmp(b->hash, is->hash,
		    sizeof(b->hash)) != 0) ||
		    (b->number + 1 == is->number && memcmp(b->hash,
		    is->previous, sizeof(b->hash)) != 0) ||
		    (b->number == is->number + 1 && memcmp(is->hash,
		    b->previous, sizeof(b->hash)) != 0))
			ledger_broken(l, "a lie: statement %llu of the relay "
			    "is not of one chain with %llu",
			    (unsigned long long)is->number,
			    (unsigned long long)b->number);
	}
}

void
ledger_stated(struct ledger *l, const struct tacit_recall *is, int is_signed)
{
	struct relay_book *b = book(l);
	struct stated st = { .number = is->number, .moment = ++l->moment };
	struct letter *e = letter_of(l, is->envelope);

	if (!is_signed)
		ledger_broken(l, "a lie: statement %llu is not signed",
		    (unsigned long long)is->number);
	tacit_hash_recall(st.hash, is);
	memcpy(st.previous, is->previous, sizeof(st.previous));
	check_chain(l, &st);
	b->stated = grow(b->stated, b->n_stated, sizeof(*b->stated));
	b->stated[b->n_stated++] = st;
	if (e == NULL || is->outcome != tacit_Outcome_OUTCOME_UNDELIVERED)
		return;
	if (e->given)
		ledger_broken(l, "a lie: the relay says that nobody was given "
		    "a letter of text %d of end %d in relationship %d",
		    e->number, e->from, e->rel);
	e->destroyed_at = l->moment;
}

/* ---- what is forgotten -------------------------------------------------------- */

/*
 * The text of an id, to its reader or its writer; NULL: not known.  A copy
 * that does not know that it is one gives an id a second time.
 */
struct text *
ledger_by_id(struct ledger *l, int from, int rel, const char *message,
    int at_reader, int *number)
{
	struct letters *w = &l->letters[from][rel];
	struct text *t;
	int k;

	for (k = w->n; k > 0; k--) {
		t = &w->all[k - 1];
		*number = k;
		if (strcmp(at_reader ? t->shown_as : t->message, message) == 0)
			return t;
	}
	for (k = w->n; k > 0; k--) {
		t = &w->all[k - 1];
		*number = k;
		if (strcmp(t->listed[at_reader], message) == 0)
			return t;
	}
	return NULL;
}

void
ledger_see_forgotten(struct ledger *l, int at, int rel,
    const struct tacit_event *e)
{
	int other = ledger_other(l, rel, at), number, who;
	int back = l->put_back[at] || l->put_back[other];
	int from = e->who == TACIT_WHO_ME ? at : other;
	struct text *t = ledger_by_id(l, from, rel, e->message,
	    from != at, &number);

	l->counts.forgotten++;
	who = from == at ? 0 : 1;
	if (t != NULL && back)
		t->thought.forgot[who] = 1;
	if (t == NULL || back)
		return;
	if (t->hours == 0)
		ledger_broken(l, "forgotten: end %d forgot text %d of end %d "
		    "in relationship %d, which is to be kept", at, number,
		    from, rel);
	if (*l->now - t->at + l->jumps[at] < (int64_t)t->hours * HOUR_MS)
		ledger_broken(l, "forgotten: end %d forgot text %d of end %d "
		    "in relationship %d too soon", at, number, from, rel);
	if (t->thought.forgot[who]++)
		ledger_broken(l, "forgotten: end %d is told twice of text %d "
		    "of end %d in relationship %d", at, number, from, rel);
	if (who == 1 && !ledger_is_shown(&l->view[at], rel, number))
		ledger_broken(l, "forgotten: end %d was never shown text %d "
		    "of end %d in relationship %d", at, number, from, rel);
}

int
ledger_is_over(const struct ledger *l, int at, int rel, int from, int number)
{
	const struct text *t = &l->letters[from][rel].all[number - 1];
	int to = ledger_other(l, rel, from);

	if (t->hours == 0 || !ledger_goes_on(l, rel))
		return 0;
	/* Behind a hole it is known to be had when more is written. */
	if (at == from && l->lost[to])
		return 0;
	return ledger_is_shown(&l->view[to], rel, number) ||
	    (at == from && t->thought.fate > TACIT_FATE_ASKED);
}

int
ledger_fate(const struct ledger *l, int at, int rel, int number,
    enum tacit_fate *fate)
{
	const struct text *t = &l->letters[at][rel].all[number - 1];

	*fate = t->thought.fate;
	return t->thought.asked && !t->thought.unsure && !t->excused &&
	    !l->put_back[at] &&
	    *fate != TACIT_FATE_NONE;
}

void
ledger_keeps(struct ledger *l, int from, int rel, int number, uint32_t hours)
{
	text_at(l, from, rel, number)->hours = hours;
}

int
ledger_written(const struct ledger *l, int from, int rel)
{
	return l->letters[from][rel].n;
}

int64_t
ledger_jumps(const struct ledger *l)
{
	int64_t sum = 0;
	int i;

	for (i = 0; i < LEDGER_ENDS; i++)
		sum += l->jumps[i];
	return sum;
}
