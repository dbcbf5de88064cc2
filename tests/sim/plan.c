/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "random.h"
#include "tacit/tacit.h"

enum { RELAY = 9, SECOND = 1000, DAY_S = 86400 };

static const struct {
	const char *word;
	int args;
} form[STEP_KINDS] = {
#define STEP_FORM(word, n) { #word, n },
	STEP_LIST(STEP_FORM)
#undef STEP_FORM
};

void
plan_pair(const struct plan *p, int rel, int *a, int *b)
{
	static const int pair[3][3][2] = {
		{ { 0, 1 }, { 1, 0 }, { 0, 1 } },
		{ { 0, 1 }, { 2, 0 }, { 1, 2 } },
		{ { 0, 1 }, { 2, 0 }, { 0, 3 } },
	};

	*a = pair[p->ends - 2][rel][0];
	*b = pair[p->ends - 2][rel][1];
}

/* ---- made from a seed ------------------------------------------------------------ */

/* Numbers of all sizes: below 2^${bits}, small ones as likely as large. */
static int64_t
any_size(struct random *r, unsigned bits)
{
	return (int64_t)random_below(r, (size_t)1 << (1 + random_below(r,
	    bits)));
}

static struct step *
add(struct plan *p, enum step_kind kind)
{
	struct step *st = &p->step[p->n < PLAN_STEPS ? p->n++ :
	    PLAN_STEPS - 1];

	memset(st, 0, sizeof(*st));
	st->kind = kind;
	return st;
}

static int64_t
someone(const struct plan *p, struct random *r)
{
	size_t k = random_below(r, (size_t)p->ends + 2);

	return k < (size_t)p->ends ? (int64_t)k : RELAY;
}

static void
fill_send(const struct plan *p, struct random *r, struct step *st)
{
	int end[2], rel = (int)random_below(r, (size_t)p->rels);

	plan_pair(p, rel, &end[0], &end[1]);
	st->arg[0] = end[random_below(r, 2)];
	st->arg[1] = rel;
	st->arg[2] = 1 + (int64_t)random_below(r, 4);
	if (random_below(r, 30) == 0)
		st->arg[2] = 40;
	if (random_below(r, 8) == 0)
		st->arg[3] = any_size(r, 12);
	if (random_below(r, 50) == 0)
		st->arg[3] = 24000;
}

/* Mostly one of whom there is a copy, made by ${made}. */
static int64_t
copied(const struct plan *p, struct random *r, enum step_kind made,
    int64_t otherwise)
{
	size_t i, n = 0, pick;

	for (i = 0; i < p->n; i++)
		n += p->step[i].kind == made;
	if (n == 0)
		return otherwise;
	pick = random_below(r, n);
	for (i = 0; p->step[i].kind != made || pick-- > 0; i++)
		continue;
	return p->step[i].arg[0];
}

static void
fill_copy(const struct plan *p, struct random *r, struct step *st)
{
	if (p->with & WITH_RESTORE)
		st->arg[0] = (p->with & WITH_ROLLBACK) ? someone(p, r) : RELAY;
	else
		st->arg[0] = (int64_t)(p->seed % (uint64_t)p->ends);
	if (st->kind == STEP_back)
		st->arg[0] = copied(p, r, STEP_copy, st->arg[0]);
}

static int64_t
some_sleep(struct random *r)
{
	if (random_below(r, 12) == 0)
		return (1 + any_size(r, 5)) * 3600 * SECOND;
	return any_size(r, 17);
}

/* Second thoughts, mostly of what was written last. */
static void
fill_thought(const struct plan *p, struct random *r, struct step *st)
{
	if (st->kind < STEP_recall)
		return;
	fill_send(p, r, st);
	st->arg[3] = 0;
	if (st->kind == STEP_recall)
		st->arg[2] = random_below(r, 2) ? 0 : any_size(r, 4);
	else if (st->kind == STEP_fleet)
		st->arg[3] = 1 + any_size(r, 3);
	else if (random_below(r, 3) == 0)
		st->arg[2] = 0;
	else
		st->arg[2] = (int64_t)random_below(r, TACIT_HOLD_MAX + 1);
	if (st->kind == STEP_undo)
		st->arg[3] = any_size(r, 9);
}

static void
fill(const struct plan *p, struct random *r, struct step *st)
{
	st->arg[0] = (int64_t)random_below(r, (size_t)p->ends);
	switch (st->kind) {
	case STEP_run:
		st->arg[0] = 1 + any_size(r, 9);
		break;
	case STEP_sleep:
		st->arg[0] = some_sleep(r);
		break;
	case STEP_send:
		fill_send(p, r, st);
		break;
	case STEP_part:
		st->arg[1] = any_size(r, 19);
		break;
	case STEP_stop:
		st->arg[0] = someone(p, r);
		break;
	case STEP_kill:
	case STEP_power:
		st->arg[0] = someone(p, r);
		st->arg[1] = any_size(r, 8);
		break;
	case STEP_fail:
	case STEP_full:
		st->arg[0] = someone(p, r);
		st->arg[1] = any_size(r, 8);
		st->arg[2] = 1 + any_size(r, 5);
		break;
	case STEP_oom:
		st->arg[0] = someone(p, r);
		st->arg[1] = any_size(r, 11);
		st->arg[2] = 1 + any_size(r, 3);
		break;
	case STEP_clock:
		st->arg[0] = someone(p, r);
		st->arg[1] = any_size(r, 17) * (random_below(r, 2) ? 1 : -1);
		break;
	case STEP_lose:
		st->arg[1] = 1 + any_size(r, 4);
		break;
	case STEP_copy:
	case STEP_back:
		fill_copy(p, r, st);
		break;
	case STEP_restore:
		st->arg[0] = copied(p, r, STEP_backup, st->arg[0]);
		break;
	case STEP_away:
		st->arg[1] = random_below(r, 2) ? LONG_DAYS :
		    1 + (int64_t)random_below(r, 9);
		break;
	case STEP_close:
	case STEP_rotate:
		fill_send(p, r, st);
		st->arg[2] = st->arg[3] = 0;
		break;
	default:
		fill_thought(p, r, st);
		break;
	}
}

/* How often what happens, of a run in which all may. */
static const unsigned weight[STEP_KINDS] = {
	[STEP_run] = 30, [STEP_sleep] = 10, [STEP_send] = 28,
	[STEP_cut] = 7, [STEP_part] = 3, [STEP_again] = 4, [STEP_stop] = 3,
	[STEP_kill] = 9, [STEP_power] = 7, [STEP_fail] = 4, [STEP_full] = 3,
	[STEP_oom] = 5, [STEP_clock] = 3, [STEP_copy] = 8, [STEP_back] = 6,
	[STEP_lose] = 3, [STEP_look] = 1, [STEP_backup] = 4,
	[STEP_restore] = 4, [STEP_away] = 1, [STEP_close] = 2,
	[STEP_rotate] = 8, [STEP_recall] = 24, [STEP_hold] = 4,
	[STEP_undo] = 14, [STEP_fleet] = 10,
};

/*
 * Each seed does without some kinds, so that the others come closer.  Second
 * thoughts are drawn after all others, and where they are asked for alone:
 * the plans that were there before them stay as they are.
 */
static void
choose(unsigned w[STEP_KINDS], struct random *r, unsigned with)
{
	int kinds = with & WITH_RECALL ? STEP_room : STEP_recall, k;

	memset(w, 0, STEP_KINDS * sizeof(w[0]));
	for (k = 0; k < kinds; k++) {
		w[k] = weight[k];
		if (k > STEP_send && random_below(r, 2))
			w[k] = 0;
	}
	if ((with & (WITH_ROLLBACK | WITH_RESTORE)) == 0)
		w[STEP_copy] = w[STEP_back] = 0;
	if ((with & WITH_ROLLBACK) == 0)
		w[STEP_backup] = w[STEP_restore] = 0;
	if ((with & WITH_RESTORE) == 0)
		w[STEP_backup] = w[STEP_restore] = w[STEP_away] =
		    w[STEP_close] = 0;
	if ((with & WITH_MEMORY) == 0)
		w[STEP_oom] = 0;
	if ((with & WITH_LOSS) != 0)
		w[STEP_lose] = 20 * weight[STEP_lose];
}

static enum step_kind
pick(const unsigned w[STEP_KINDS], struct random *r)
{
	unsigned sum = 0, at;
	int k;

	for (k = 0; k < STEP_KINDS; k++)
		sum += w[k];
	at = (unsigned)random_below(r, sum);
	for (k = 0; at >= w[k]; k++)
		at -= w[k];
	return (enum step_kind)k;
}

void
plan_make(struct plan *p, uint64_t seed, unsigned with)
{
	struct random r = { seed ^ UINT64_C(0x7061636974) };
	unsigned w[STEP_KINDS];
	struct step *st;
	size_t left;
	int rel, calm;

	memset(p, 0, sizeof(*p));
	p->seed = seed;
	p->with = with;
	p->ends = random_below(&r, 3) ? 2 : 2 + (int)random_below(&r, 3);
	p->rels = p->ends == 2 ? 1 + (int)(random_below(&r, 6) == 0) :
	    p->ends - 1;
	choose(w, &r, with);
	if (seed % 2)
		add(p, STEP_room)->arg[0] = 1;
	calm = random_below(&r, 4) > 0;
	for (rel = 0; rel < p->rels; rel++)
		add(p, STEP_pair)->arg[0] = rel;
	if (calm)
		add(p, STEP_sleep)->arg[0] = 5 * SECOND;
	for (left = 8 + random_below(&r, 32); left > 0; left--) {
		st = add(p, pick(w, &r));
		p->n--;			/* it does not know itself yet */
		fill(p, &r, st);
		p->n++;
	}
}

/* ---- text ------------------------------------------------------------------------ */

void
plan_write(const struct plan *p, char out[PLAN_TEXT])
{
	const struct step *st;
	size_t at, i;
	int k;

	at = (size_t)snprintf(out, PLAN_TEXT, "%" PRIu64 " %d %d:", p->seed,
	    p->ends, p->rels);
	for (i = 0; i < p->n && at < PLAN_TEXT - 100; i++) {
		st = &p->step[i];
		at += (size_t)snprintf(out + at, PLAN_TEXT - at, " %s",
		    form[st->kind].word);
		for (k = 0; k < form[st->kind].args; k++)
			at += (size_t)snprintf(out + at, PLAN_TEXT - at,
			    ".%" PRId64, st->arg[k]);
	}
}

static int
read_step(struct plan *p, const char *word)
{
	size_t len = strcspn(word, ".");
	struct step *st;
	int k, i;

	for (k = 0; k < STEP_KINDS; k++)
		if (strlen(form[k].word) == len &&
		    strncmp(form[k].word, word, len) == 0)
			break;
	if (k == STEP_KINDS || p->n == PLAN_STEPS)
		return 0;
	st = add(p, (enum step_kind)k);
	word += len;
	for (i = 0; i < form[k].args; i++) {
		if (*word != '.')
			return 0;
		st->arg[i] = strtoll(word + 1, (char **)(uintptr_t)&word, 10);
	}
	return *word == '\0';
}

int
plan_read(struct plan *p, const char *text)
{
	char copy[PLAN_TEXT], *word, *rest;
	int at = 0;

	memset(p, 0, sizeof(*p));
	if (sscanf(text, "%" SCNu64 " %d %d:%n", &p->seed, &p->ends, &p->rels,
	    &at) != 3 || at == 0 || p->ends < 2 || p->ends > 4 ||
	    p->rels < 1 || p->rels > 3)
		return 0;
	(void)snprintf(copy, sizeof(copy), "%s", text + at);
	for (word = strtok_r(copy, " \n", &rest); word != NULL;
	    word = strtok_r(NULL, " \n", &rest))
		if (!read_step(p, word))
			return 0;
	return 1;
}

/* ---- made short ------------------------------------------------------------------ */

/* Without the ${n} steps from ${at} on, if it fails as well. */
static int
drop(struct plan *p, size_t at, size_t n,
    int (*fails)(const struct plan *, void *), void *arg)
{
	struct plan less = *p;

	memmove(&less.step[at], &less.step[at + n],
	    (less.n - at - n) * sizeof(less.step[0]));
	less.n -= n;
	if (!fails(&less, arg))
		return 0;
	*p = less;
	return 1;
}

static int
halve(struct plan *p, size_t at, int (*fails)(const struct plan *, void *),
    void *arg)
{
	struct plan less = *p;
	int k, any = 0;

	for (k = 0; k < PLAN_ARGS; k++) {
		while (less.step[at].arg[k] > 9 || less.step[at].arg[k] < 0) {
			less.step[at].arg[k] /= 2;
			if (!fails(&less, arg))
				break;
			*p = less;
			any = 1;
		}
		less = *p;
	}
	return any;
}

void
plan_shrink(struct plan *p, int (*fails)(const struct plan *, void *),
    void *arg)
{
	size_t n, at;
	int again;

	do {
		again = 0;
		for (n = p->n / 2 > 0 ? p->n / 2 : 1; n > 0; n /= 2)
			for (at = 0; at + n <= p->n;) {
				if (drop(p, at, n, fails, arg))
					again = 1;
				else
					at += n;
			}
		for (at = 0; at < p->n; at++)
			again |= halve(p, at, fails, arg);
	} while (again);
}
