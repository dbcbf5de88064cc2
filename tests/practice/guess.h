/* SPDX-License-Identifier: Apache-2.0 */
/* Answers at random, such as often meet the conditions of the tests' forms. */
#ifndef PRACTICE_GUESS_H
#define PRACTICE_GUESS_H

#include <stdio.h>

#include "answer.h"
#include "random.h"

/* A text that may answer ${it}, or often not. */
static inline void
guess_text(char *out, size_t len, struct random *rnd,
    const struct form_item *it)
{
	static const char *const words[] = { "yes", "no", "red", "green", "x",
	    "a longer answer of several words", "\xc3\xbc", "true", "3" };
	static const char *const numbers[] = { "-2", "-1.5", "0", "1", "1.25",
	    "1.250001", "1.5", "1.50", "2", "3", "3.5", "4", "6", "39.5",
	    "123456789012.345679" };
	static const char *const days[] = { "2026-01-31", "2026-02-28",
	    "2026-03-01", "1999-12-31", "2024-02-29", "2026-11-22" };

	switch (it->type) {
	case FORM_BOOLEAN:
		(void)snprintf(out, len, "%s",
		    random_below(rnd, 2) ? "true" : "false");
		break;
	case FORM_INTEGER:
		(void)snprintf(out, len, "%d",
		    (int)random_below(rnd, 10) - 2);
		break;
	case FORM_DECIMAL:
		(void)snprintf(out, len, "%s", numbers[random_below(rnd,
		    sizeof(numbers) / sizeof(numbers[0]))]);
		break;
	case FORM_DATE:
		(void)snprintf(out, len, "%s", days[random_below(rnd,
		    sizeof(days) / sizeof(days[0]))]);
		break;
	case FORM_GROUP:
	case FORM_DISPLAY:
	case FORM_CHOICE:
	case FORM_OPEN_CHOICE:
	case FORM_STRING:
	case FORM_TEXT:
		(void)snprintf(out, len, "%s", words[random_below(rnd,
		    sizeof(words) / sizeof(words[0]))]);
		break;
	}
}

#endif
