/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"

enum { BINS = 16, CLASSES = 16, BEST = 3, NEIGHBOURS = 15,
    ALL = FEATURES, NEAREST, TRIES };

/* What was learnt: where bins end, how often each class lies in each. */
struct model {
	int classes;
	double edge[FEATURES][BINS - 1];
	double log_p[FEATURES][CLASSES][BINS];
	int best[BEST];			/* features */
	const struct sample **train;
	size_t n;
};

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
bin(const struct model *m, int f, double v)
{
	int b = 0;

	while (b < BINS - 1 && v > m->edge[f][b])
		b++;
	return b;
}

static void
learn_bins(struct model *m, int f)
{
	double *v = calloc(m->n + 1, sizeof(*v)), count[CLASSES][BINS],
	    sum[CLASSES];
	size_t i;
	int b, c;

	assert(v != NULL);
	for (i = 0; i < m->n; i++)
		v[i] = m->train[i]->f[f];
	qsort(v, m->n, sizeof(*v), by_value);
	for (b = 0; b < BINS - 1; b++)
		m->edge[f][b] = v[m->n * (size_t)(b + 1) / BINS];
	free(v);
	for (c = 0; c < m->classes; c++) {
		sum[c] = BINS;
		for (b = 0; b < BINS; b++)
			count[c][b] = 1;
	}
	for (i = 0; i < m->n; i++) {
		c = m->train[i]->label;
		count[c][bin(m, f, m->train[i]->f[f])]++;
		sum[c]++;
	}
	for (c = 0; c < m->classes; c++)
		for (b = 0; b < BINS; b++)
			m->log_p[f][c][b] = log(count[c][b] / sum[c]);
}

/* Features ${from} to ${to} - 1, as if each spoke for itself. */
static int
by_bins(const struct model *m, const struct sample *s, int from, int to)
{
	double p, best = -INFINITY;
	int c, f, label = 0;

	for (c = 0; c < m->classes; c++) {
		for (p = 0, f = from; f < to; f++)
			p += m->log_p[f][c][bin(m, f, s->f[f])];
		if (p > best) {
			best = p;
			label = c;
		}
	}
	return label;
}

/* How far along all values of the feature it lies, 0 to 1. */
static double
rank(const struct model *m, int f, double v)
{
	int b = bin(m, f, v);
	double low = b > 0 ? m->edge[f][b - 1] : m->edge[f][0];
	double high = b < BINS - 1 ? m->edge[f][b] : low;

	if (high <= low || v <= low)
		return (double)b;
	return (double)b + (v - low) / (high - low);
}

struct near {
	double d;
	int label;
};

/* Keep the nearest, nearest first. */
static void
keep(struct near near[NEIGHBOURS], size_t *n, double d, int label)
{
	size_t k;

	if (*n == NEIGHBOURS && d >= near[*n - 1].d)
		return;
	if (*n < NEIGHBOURS)
		(*n)++;
	for (k = *n - 1; k > 0 && near[k - 1].d > d; k--)
		near[k] = near[k - 1];
	near[k].d = d;
	near[k].label = label;
}

static int
by_neighbours(const struct model *m, const struct sample *s)
{
	struct near near[NEIGHBOURS];
	size_t votes[CLASSES] = { 0 }, i, n = 0;
	double at[BEST], d, x;
	int k, c, label = 0;

	for (k = 0; k < BEST; k++)
		at[k] = rank(m, m->best[k], s->f[m->best[k]]);
	for (i = 0; i < m->n; i++) {
		for (d = 0, k = 0; k < BEST; k++) {
			x = at[k] - rank(m, m->best[k],
			    m->train[i]->f[m->best[k]]);
			d += x * x;
		}
		keep(near, &n, d, m->train[i]->label);
	}
	for (i = 0; i < n; i++)
		votes[near[i].label]++;
	for (c = 0; c < m->classes; c++)
		if (votes[c] > votes[label])
			label = c;
	return label;
}

static int
guess(const struct model *m, const struct sample *s, int how)
{
	if (how == NEAREST)
		return by_neighbours(m, s);
	return how == ALL ? by_bins(m, s, 0, FEATURES) :
	    by_bins(m, s, how, how + 1);
}

static double
right(const struct model *m, const struct sample *const *s, size_t n, int how)
{
	size_t i, good = 0;

	for (i = 0; i < n; i++)
		good += guess(m, s[i], how) == s[i]->label;
	return n > 0 ? (double)good / (double)n : 0;
}

/* The best features by what they say of what they were learnt from. */
static void
learn(struct model *m, const struct sample **train, size_t n, int classes)
{
	double says[FEATURES];
	int f, k, b;

	m->train = train;
	m->n = n;
	m->classes = classes;
	for (f = 0; f < FEATURES; f++) {
		learn_bins(m, f);
		says[f] = right(m, train, n, f);
	}
	for (k = 0; k < BEST; k++) {
		for (b = 0, f = 1; f < FEATURES; f++)
			if (says[f] > says[b])
				b = f;
		m->best[k] = b;
		says[b] = -1;
	}
}

static int
choose(struct model *m, const struct sample **half, size_t n, int classes)
{
	size_t two = n * 2 / 3;
	double r, best = -1;
	int how, by = 0;

	learn(m, half, two, classes);
	for (how = 0; how < TRIES; how++) {
		r = right(m, half + two, n - two, how);
		if (r > best) {
			best = r;
			by = how;
		}
	}
	learn(m, half, n, classes);
	return by;
}

/* How much of one half is right, by what the other teaches; ${*by} says it. */
static double
judge_half(const struct sample *s, size_t n, int classes, int taught,
    const char **by)
{
	const struct sample **train = calloc(n, sizeof(*train));
	const struct sample **test = calloc(n, sizeof(*test));
	struct model *m = calloc(1, sizeof(*m));
	size_t i, n_train = 0, n_test = 0;
	double r;
	int how;

	assert(train != NULL && test != NULL && m != NULL &&
	    classes <= CLASSES);
	for (i = 0; i < n; i++)
		if (s[i].half == taught)
			train[n_train++] = &s[i];
		else
			test[n_test++] = &s[i];
	how = choose(m, train, n_train, classes);
	*by = how == NEAREST ? "nearest neighbours" : how == ALL ?
	    "all of them" : feature_names[how];
	r = right(m, test, n_test, how);
	free(train);
	free(test);
	free(m);
	return r;
}

void
judge(struct verdict *out, const struct sample *s, size_t n, int classes)
{
	const char *by[2];
	double r[2];
	int half;

	for (half = 0; half < 2; half++)
		r[half] = judge_half(s, n, classes, half, &by[half]);
	out->by = by[r[1] > r[0]];
	out->right = (r[0] + r[1]) / 2;
	out->chance = 1. / classes;
	out->within = 2.576 * sqrt(out->right * (1 - out->right) /
	    (double)n);
}

int
judge_found(const struct verdict *v)
{
	return v->right - v->within > v->chance + 0.03;
}
