/* SPDX-License-Identifier: Apache-2.0 */
/* Events of boundaries as lines: JSON, or a sentence. */
#include <string.h>

#include "cli.h"

struct json_t *
bounds_json(const struct tacit_practice_event *ev, const char *contact)
{
	const char *word = tacit_practice_event_word(ev->type);
	long long n = (long long)ev->id;
	char day[TEXT_DAY_SIZE];

	switch (ev->type) {
	case TACIT_PRACTICE_CARD_REFUSED:
		return json_make("{s:s, s:I, s:s*, s:s}", "event", word,
		    "event_id", n, "contact", contact, "reason", ev->label);
	case TACIT_PRACTICE_CARD_HAD:
		return json_make("{s:s, s:I, s:s*, s:s}", "event", word,
		    "event_id", n, "contact", contact, "version", ev->about);
	case TACIT_PRACTICE_AWAY:
		text_day(day, ev->date);
		return json_make("{s:s, s:I, s:s*, s:s, s:s*}", "event", word,
		    "event_id", n, "contact", contact, "text", ev->value,
		    "until", ev->date != 0 ? day : NULL);
	case TACIT_PRACTICE_PAUSED:
	case TACIT_PRACTICE_RESUMED:
		return json_make("{s:s, s:I, s:s*, s:s}", "event", word,
		    "event_id", n, "contact", contact, "text", ev->value);
	default:
		return json_make("{s:s, s:I, s:s*}", "event", word, "event_id",
		    n, "contact", contact);
	}
}

/* A sentence, and what the practice said with it. */
static void
with_text(FILE *f, const char *sentence, const char *text)
{
	fputs(sentence, f);
	if (text[0] == '\0')
		return;
	fputs(": ", f);
	text_put(f, text, strlen(text), 4);
}

void
bounds_sentence(FILE *f, const struct tacit_practice_event *ev)
{
	char day[TEXT_DAY_SIZE];

	switch (ev->type) {
	case TACIT_PRACTICE_CARD:
		fputs("the card of the practice changed: read it (`tacit card "
		    "show CONTACT') and acknowledge it before you write", f);
		return;
	case TACIT_PRACTICE_CARD_REFUSED:
		fprintf(f, "a card came that is not to be trusted (%s); the "
		    "one before stays", ev->label);
		return;
	case TACIT_PRACTICE_CARD_HAD:
		fputs("they have read and acknowledged the card", f);
		return;
	case TACIT_PRACTICE_AWAY:
		with_text(f, "automatic notice, out of office", ev->value);
		if (ev->date != 0) {
			text_day(day, ev->date);
			fprintf(f, " (until %s)", day);
		}
		return;
	case TACIT_PRACTICE_PAUSED:
		with_text(f, "the practice has paused this conversation",
		    ev->value);
		return;
	case TACIT_PRACTICE_RESUMED:
		with_text(f, "the conversation goes on", ev->value);
		return;
	default:
		fputs("the practice ends this relationship; what was written "
		    "stays here", f);
		return;
	}
}
