/* SPDX-License-Identifier: Apache-2.0 */
/* What answers come to: sums of ordinals, their bands, what to be told of. */
#ifndef PRACTICE_FORM_SCORE_H
#define PRACTICE_FORM_SCORE_H

#include "answer.h"

/* Of a group, or of all. */
struct form_sum {
	struct value sum;		/* decimal */
	uint16_t answered, of;		/* enabled questions with ordinals */
	int64_t least, most;		/* the sum with those that were left
					   out, in millionths */
};

/*
 * Add the ordinals of the options that were chosen in the group at ${over},
 * or everywhere (-1).  What is not enabled counts for nothing, and neither
 * do words or options without an ordinal.
 */
void form_sum(struct form_sum *out, const struct answers *a, int over);

/*
 * The band of the score ${s} that ${sum} is in; NULL while a question with
 * ordinals is not answered, and below the first.
 */
const struct form_band *form_band(const struct form_score *s,
    const struct form_sum *sum);

/* One thing the therapist is to be told of. */
struct form_told {
	const struct form_score *score;	/* whose band says so; or NULL */
	const struct form_band *band;
	const struct form_item *item;	/* whose answer says so; or NULL */
	const struct form_alert *alert;
};

/*
 * The ${n}th alert of the answers, from 0; returns 1, or 0 if there are not
 * so many.  A comparison with an answer that was not given is no alert.  A
 * score with a question left out is one if it were with any answer to that.
 */
int form_told(struct form_told *out, const struct answers *a, unsigned int n);

#endif
