/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a table: what is measured in turn, A B A B, so that a busy machine
 * disturbs all of them alike, and what each is compared with.
 */
#ifndef ROWS_H
#define ROWS_H

#include <stddef.h>
#include <stdio.h>

enum { ROWS_ROUNDS = 5 };

/* What a row has to reach, if anything. */
enum rows_goal {
	GOAL_NONE,
	GOAL_RATIO_MIN, GOAL_RATIO_MAX,	/* of its ratio */
	GOAL_MIN, GOAL_MAX		/* of its median */
};

struct row {
	const char *name, *unit;
	/* One round; checks that the work was done, and says how fast. */
	double (*run)(void *arg);
	const char *over;		/* ratio: this by that; NULL: none */
	enum rows_goal kind;
	double goal;
	double v[ROWS_ROUNDS];		/* of each round, by rows_run() */
};

/*
 * Run ${n} rows in turn, once for nothing and then ROWS_ROUNDS times, print
 * them, and one JSON line each to ${json}, if that is not NULL.
 * Returns: how many missed their goals.
 */
int rows_run(struct row *r, size_t n, void *arg, FILE *json);

/* The same of figures that stand in ${v} already. */
int rows_show(const struct row *r, size_t n, FILE *json);

double rows_median(const double *v, size_t n);

/* Microseconds: of this thread's CPU, and of the clock on the wall. */
double rows_cpu_us(void);
double rows_wall_us(void);

#endif
