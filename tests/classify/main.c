/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Can the kind of an act be told from its frames?  Real cores, vaults and
 * relay play days that differ by one act; a classifier that sees every frame at
 * both ends, and what the relay reads of it, has to say which it was.
 *
 *	classify [--runs N] [--only ACT,ACT,...] [--group NAME]
 *
 * --runs: days with each act (default 120).  Prints how often each pair was
 * told apart and all of them at once; exit 1 if that is more often than chance
 * and 3 %, beyond an interval of 99 %, where it should not be, or if it is not
 * where it should: the controls, and what is known (known.c).
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "acts.h"
#include "judge.h"
#include "known.h"

enum { DAYS = 60, ACTS = 16 };		/* in one life of the vaults */

struct options {
	size_t runs;
	const char *only, *group;
};

struct table {
	const struct act_group *g;
	const struct act *acts[ACTS];
	size_t n_acts, runs;
	struct sample *samples;		/* runs of the first act, ... */
	size_t had[ACTS];
	int failed;
	size_t pairs;			/* of acts that are to be alike, */
	struct verdict most;		/* the best told apart of them, */
	const char *of[2];
	struct verdict least;		/* and the worst of the rest */
	const char *known[2];
};

static int
is_named(const char *list, const char *name)
{
	size_t len = strlen(name);
	const char *at = list;

	if (list == NULL)
		return 1;
	while ((at = strstr(at, name)) != NULL) {
		if ((at == list || at[-1] == ',') &&
		    (at[len] == '\0' || at[len] == ','))
			return 1;
		at += len;
	}
	return 0;
}

/* An act that still lacks days, by chance; -1: none does. */
static int
pick(const struct table *t, struct random *random)
{
	size_t i, k, open = 0;

	for (i = 0; i < t->n_acts; i++)
		open += t->had[i] < t->runs;
	if (open == 0)
		return -1;
	k = random_below(random, open);
	for (i = 0; t->had[i] == t->runs || k-- > 0; i++)
		continue;
	return (int)i;
}

static void
collect(struct table *t, struct random *random)
{
	struct scene sc;
	struct sample *s;
	int life, day, a;

	for (life = 0; pick(t, random) >= 0; life++) {
		scene_begin(&sc, random);
		for (day = 0; day < DAYS && (a = pick(t, random)) >= 0;
		    day++) {
			s = &t->samples[(size_t)a * t->runs + t->had[a]];
			if (!act_day(&sc, t->acts[a], t->g->actor, s->f))
				continue;
			s->label = a;
			s->half = (int)(t->had[a]++ % 2);
		}
		scene_end(&sc);
	}
}

static void
judge_some(struct verdict *v, const struct table *t, const int *which,
    size_t n)
{
	struct sample *s = calloc(n * t->runs, sizeof(*s));
	size_t i, k;

	assert(s != NULL);
	/* All kinds in turn: a part of them has as many of each. */
	for (i = 0; i < n; i++)
		for (k = 0; k < t->runs; k++) {
			s[k * n + i] = t->samples[(size_t)which[i] *
			    t->runs + k];
			s[k * n + i].label = (int)i;
		}
	judge(v, s, n * t->runs, (int)n);
	free(s);
}

static void
show(struct table *t, const char *a, const char *b, const struct verdict *v,
    enum known expected)
{
	const char *what = "";
	int found = judge_found(v);

	if (found && expected == KNOWN_NOT)
		what = "  TOLD APART";
	else if (!found && expected == KNOWN_MUST)
		what = "  NOT FOUND: no longer known?";
	else if (expected != KNOWN_NOT)
		what = "  (known)";
	t->failed |= what[0] == ' ' && what[2] != '(';
	printf("%-9s %-12s %-12s %5.1f %% +- %4.1f  of %4.1f  %s%s\n",
	    t->g->name, a, b, 100 * v->right, 100 * v->within,
	    100 * v->chance, found ? v->by : "-", what);
}

/* The best told apart of those that are not to be, the worst of others. */
static void
compare(struct table *t, const char *a, const char *b,
    const struct verdict *v, enum known expected)
{
	if (expected == KNOWN_NOT) {
		if (t->pairs++ > 0 && v->right <= t->most.right)
			return;
		t->most = *v;
		t->of[0] = a;
		t->of[1] = b;
	} else if (expected == KNOWN_MUST && (t->known[0] == NULL ||
	    v->right < t->least.right)) {
		t->least = *v;
		t->known[0] = a;
		t->known[1] = b;
	}
}

static void
conclude(const struct table *t, const struct verdict *all)
{
	if (t->pairs > 0)
		printf("figure: %s: %zu days with each act; of %zu pairs that "
		    "are to be alike the best told apart is %s, %s: %.1f %% "
		    "correct, chance is 50.0 %%\n", t->g->name, t->runs,
		    t->pairs, t->of[0], t->of[1], 100 * t->most.right);
	if (all != NULL)
		printf("figure: %s: which of all those acts it was: %.1f %% "
		    "correct, chance is %.1f %%\n", t->g->name,
		    100 * all->right, 100 * all->chance);
	if (t->known[0] != NULL)
		printf("figure: %s: of controls and what is known to show, the "
		    "worst told apart is %s, %s: %.1f %% correct\n",
		    t->g->name, t->known[0], t->known[1],
		    100 * t->least.right);
}

static void
judge_all(struct table *t)
{
	struct verdict v;
	enum known expected;
	int which[ACTS], both[2];
	size_t i, k, n = 0;

	for (i = 0; i < t->n_acts; i++) {
		for (k = i + 1; k < t->n_acts; k++) {
			both[0] = (int)i;
			both[1] = (int)k;
			judge_some(&v, t, both, 2);
			expected = known(t->g->name, t->acts[i]->name,
			    t->acts[k]->name);
			show(t, t->acts[i]->name, t->acts[k]->name, &v,
			    expected);
			compare(t, t->acts[i]->name, t->acts[k]->name, &v,
			    expected);
		}
		if (known_not_alike(t->g->name, t->acts[i]->name) ==
		    KNOWN_NOT)
			which[n++] = (int)i;
	}
	if (n > 1) {
		judge_some(&v, t, which, n);
		show(t, "all", "", &v, known(t->g->name, "all", ""));
	}
	conclude(t, n > 1 ? &v : NULL);
}

static int
judge_group(const struct act_group *g, const struct options *o,
    struct random *random)
{
	struct table t = { .g = g, .runs = o->runs };
	size_t i;

	for (i = 0; i < g->n; i++)
		if (is_named(o->only, g->acts[i].name))
			t.acts[t.n_acts++] = &g->acts[i];
	t.samples = calloc(t.n_acts * t.runs + 1, sizeof(*t.samples));
	assert(t.samples != NULL);
	collect(&t, random);
	judge_all(&t);
	free(t.samples);
	return t.failed;
}

static int
usage(void)
{
	fputs("usage: classify [--runs N, from 30] [--only ACT,ACT,...] "
	    "[--group client|practice]\n", stderr);
	return 64;
}

static int
read_options(struct options *o, int argc, char **argv)
{
	int i;

	*o = (struct options){ .runs = 120 };
	for (i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--runs") == 0)
			o->runs = (size_t)strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--only") == 0)
			o->only = argv[i + 1];
		else if (strcmp(argv[i], "--group") == 0)
			o->group = argv[i + 1];
		else
			return 0;
	}
	return i == argc && o->runs >= 30 && o->runs <= 100000;
}

int
main(int argc, char **argv)
{
	struct random random;
	struct options o;
	int i, failed = 0;

	if (!read_options(&o, argc, argv))
		return usage();
	if (setenv("TZ", "UTC", 1) != 0 || sodium_init() < 0)
		return 70;
	random = random_start();
	for (i = 0; i < ACT_GROUPS; i++)
		if (o.group == NULL ||
		    strcmp(o.group, act_groups[i].name) == 0)
			failed |= judge_group(&act_groups[i], &o, &random);
	puts(failed ? "told apart, or a control not found" : "alike");
	return failed;
}
