/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classifiers, trained on each half of the samples and judged on the other.
 * Several are tried: one feature in bins, all in bins (naive Bayes), the nearest
 * neighbours by the three best.  Which is used is settled within the half
 * that teaches, so that the other is looked at once.
 */
#ifndef CLASSIFY_JUDGE_H
#define CLASSIFY_JUDGE_H

#include "features.h"

struct sample {
	double f[FEATURES];
	int label;			/* 0 .. classes - 1 */
	int half;
};

struct verdict {
	double right;			/* of all, 0 to 1 */
	double within;			/* half the interval of 99 % */
	double chance;
	const char *by;			/* what told them apart */
};

/* Same number of each label, in turn. */
void judge(struct verdict *out, const struct sample *s, size_t n, int classes);

/* Better than chance and 3 %, beyond the interval. */
int judge_found(const struct verdict *v);

#endif
