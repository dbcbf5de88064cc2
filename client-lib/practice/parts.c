/* SPDX-License-Identifier: Apache-2.0 */
/* What this version knows: who takes which message, and who looks at time. */
#include "bounds.h"
#include "checkin.h"
#include "receipts.h"
#include "retention.h"
#include "retract.h"

static const struct taker takers[] = {
	{ tacit_practice_Practice_definition_tag, checkin_take_definition },
	{ tacit_practice_Practice_schedule_tag, checkin_take_schedule },
	{ tacit_practice_Practice_stop_tag, checkin_take_stop },
	{ tacit_practice_Practice_answered_tag, checkin_take_answered },
	{ tacit_practice_Practice_card_tag, card_take },
	{ tacit_practice_Practice_card_had_tag, card_take_had },
	{ tacit_practice_Practice_away_tag, away_take },
	{ tacit_practice_Practice_life_tag, life_take },
	{ tacit_practice_Practice_receipt_tag, receipts_take },
	{ tacit_practice_Practice_retract_tag, retract_take },
	{ tacit_practice_Practice_retracted_tag, retract_take_answer },
};

static tend_fn *const tenders[] = {
	checkin_tend_plans,
	checkin_tend_tasks,
	look_tend,
	away_tend,		/* after what look_tend planned */
	card_tend,
	life_tend,
	receipts_tend,
	retract_tend,
	retention_tend,
};

const struct practice_parts practice_parts = {
	.takers = takers,
	.n_takers = sizeof(takers) / sizeof(takers[0]),
	.tend = tenders,
	.n_tend = sizeof(tenders) / sizeof(tenders[0]),
};
