/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "rows.h"

static double
us_of(clockid_t clock)
{
	struct timespec ts;

	(void)clock_gettime(clock, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

double
rows_cpu_us(void)
{
	return us_of(CLOCK_THREAD_CPUTIME_ID);
}

double
rows_wall_us(void)
{
	return us_of(CLOCK_MONOTONIC);
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double
rows_median(const double *v, size_t n)
{
	double sorted[ROWS_ROUNDS];

	assert(n > 0 && n <= ROWS_ROUNDS);
	memcpy(sorted, v, n * sizeof(*v));
	qsort(sorted, n, sizeof(*sorted), by_size);
	return sorted[n / 2];
}

static const struct row *
named(const struct row *r, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(r[i].name, name) == 0)
			return &r[i];
	abort();
}

/* Each round is compared with its own: what disturbs one disturbs both. */
static double
ratio_of(const struct row *r, const struct row *over)
{
	double v[ROWS_ROUNDS];
	size_t i;

	for (i = 0; i < ROWS_ROUNDS; i++)
		v[i] = r->v[i] / over->v[i];
	return rows_median(v, ROWS_ROUNDS);
}

static int
is_met(const struct row *r, double median, double ratio)
{
	switch (r->kind) {
	case GOAL_RATIO_MIN:
		return ratio >= r->goal;
	case GOAL_RATIO_MAX:
		return ratio <= r->goal;
	case GOAL_MIN:
		return median >= r->goal;
	case GOAL_MAX:
		return median <= r->goal;
	case GOAL_NONE:
		break;
	}
	return 1;
}

static const char *
goal_text(const struct row *r, char *out, size_t cap)
{
	int least = r->kind == GOAL_MIN || r->kind == GOAL_RATIO_MIN;
	int ratio = r->kind == GOAL_RATIO_MIN || r->kind == GOAL_RATIO_MAX;

	if (r->kind == GOAL_NONE)
		return "";
	(void)snprintf(out, cap, "%s %g%s", least ? ">=" : "<=", r->goal,
	    ratio ? " x" : "");
	return out;
}

static void
put_json(FILE *json, const struct row *r, double median, double ratio,
    const char *goal)
{
	double low = r->v[0], high = r->v[0];
	json_t *o;
	size_t i;

	for (i = 1; i < ROWS_ROUNDS; i++) {
		low = r->v[i] < low ? r->v[i] : low;
		high = r->v[i] > high ? r->v[i] : high;
	}
	o = json_pack("{s:s, s:f, s:f, s:f, s:s}", "name", r->name, "median",
	    median, "min", low, "max", high, "unit", r->unit);
	assert(o != NULL);
	if (r->over != NULL) {
		(void)json_object_set_new(o, "over", json_string(r->over));
		(void)json_object_set_new(o, "ratio", json_real(ratio));
	}
	if (r->kind != GOAL_NONE) {
		(void)json_object_set_new(o, "goal", json_string(goal));
		(void)json_object_set_new(o, "met",
		    json_boolean(is_met(r, median, ratio)));
	}
	(void)json_dumpf(o, json, JSON_COMPACT | JSON_REAL_PRECISION(5));
	(void)fputc('\n', json);
	(void)fflush(json);
	json_decref(o);
}

/* 1 if it has missed its goal. */
static int
show_one(const struct row *r, const struct row *over, FILE *json)
{
	double median = rows_median(r->v, ROWS_ROUNDS);
	double ratio = over != NULL ? ratio_of(r, over) : 0;
	int met = is_met(r, median, ratio);
	char text[40], by[16] = "";
	const char *goal = goal_text(r, text, sizeof(text));

	if (over != NULL)
		(void)snprintf(by, sizeof(by), "%.2f x", ratio);
	printf("%-44s %11.1f %-6s %9s %-10s %s\n", r->name, median, r->unit,
	    by, goal, r->kind == GOAL_NONE ? "" : met ? "met" : "MISSED");
	(void)fflush(stdout);
	if (json != NULL)
		put_json(json, r, median, ratio, goal);
	return !met;
}

int
rows_show(const struct row *r, size_t n, FILE *json)
{
	int missed = 0;
	size_t i;

	for (i = 0; i < n; i++)
		missed += show_one(&r[i], r[i].over == NULL ? NULL :
		    named(r, n, r[i].over), json);
	return missed;
}

int
rows_run(struct row *r, size_t n, void *arg, FILE *json)
{
	int round;
	size_t i;

	for (round = -1; round < ROWS_ROUNDS; round++)
		for (i = 0; i < n; i++) {
			double v = r[i].run(arg);

			if (round >= 0)
				r[i].v[round] = v;
		}
	return rows_show(r, n, json);
}
