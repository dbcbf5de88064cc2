/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Series out of the rows of one contact, as trend.h draws them.
 *
 *	series.c	  what there is: forms that were asked, answers, misses
 *	series_show.c	  the public calls on what was read
 */
#ifndef PRACTICE_SERIES_H
#define PRACTICE_SERIES_H

#include "checkin.h"
#include "trend.h"

/* A form that was asked, with the series that follow from it. */
struct series_form {
	struct series_form *next;
	uint8_t hash[CHECKIN_HASH_LEN];
	struct form *form;
};

struct series {
	const struct series_form *of;
	int score;			/* place of the score; -1: of no score */
	uint16_t item;			/* place of the number */
	char title[TREND_WORDS_MAX + 1], label[TREND_WORDS_MAX + 1];
	size_t cap;
	struct trend_point *points;
	struct trend trend;		/* of all that */
};

struct tacit_series {
	struct series_form *forms;
	size_t n;
	struct series *list;
};

#endif
