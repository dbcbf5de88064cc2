/* SPDX-License-Identifier: Apache-2.0 */
/* Events of the practice layer as lines: JSON, or a sentence. */
#include "cli.h"

struct json_t *
practice_json(const struct cli *c, const struct tacit_practice_event *ev)
{
	bool quiet = tacit_quiet_at(c->p, session_unix_ms()) == 1;
	struct tacit_contact_info info;
	const char *word = tacit_practice_event_word(ev->type), *id = NULL;
	long long n = (long long)ev->id;
	char day[TEXT_DAY_SIZE];

	if (ev->contact != NULL) {
		info = session_info(ev->contact);
		id = info.id;
	}
	text_day(day, ev->date);
	switch (ev->type) {
	case TACIT_PRACTICE_UNDELIVERED:
		return json_make("{s:s, s:I, s:s*, s:s}", "event", word,
		    "event_id", n, "contact", id, "message", ev->about);
	case TACIT_CHECKIN_DUE:
	case TACIT_CHECKIN_CLOSED:
	case TACIT_CHECKIN_ANSWERED:
	case TACIT_CHECKIN_MISSED:
		return json_make("{s:s, s:I, s:s*, s:s, s:s, s:s, s:o*}",
		    "event", word, "event_id", n, "contact", id, "checkin",
		    ev->about, "date", day, "title", ev->title, "quiet",
		    json_true_if(quiet));
	case TACIT_CHECKIN_ALERT:
		return json_make("{s:s, s:I, s:s*, s:s, s:s, s:s, s:s, s:s, "
		    "s:o*}", "event", word, "event_id", n, "contact", id,
		    "checkin", ev->about, "date", day, "title", ev->title,
		    "label", ev->label, "about", ev->value, "quiet",
		    json_true_if(quiet));
	case TACIT_PRACTICE_CARD:
	case TACIT_PRACTICE_CARD_REFUSED:
	case TACIT_PRACTICE_CARD_HAD:
	case TACIT_PRACTICE_AWAY:
	case TACIT_PRACTICE_PAUSED:
	case TACIT_PRACTICE_RESUMED:
	case TACIT_PRACTICE_DISCHARGED:
		return bounds_json(ev, id);
	case TACIT_PRACTICE_RECEIPT:
		return receipts_json(ev, id);
	case TACIT_RECORD_DUE:
		return retention_json(ev, id);
	case TACIT_RETRACTION_WANTED:
	case TACIT_RETRACTION_ANSWERED:
		return retraction_json(ev, id);
	}
	return json_make("{s:s, s:I, s:s*}", "event", word, "event_id", n,
	    "contact", id);
}

/* What the other end wrote stands in quotes, spelled out where it must be. */
static void
title(FILE *f, const struct tacit_practice_event *ev)
{
	char day[TEXT_DAY_SIZE];

	text_day(day, ev->date);
	fputs("check-in \"", f);
	text_put_name(f, ev->title);
	fprintf(f, "\" of %s", day);
}

void
practice_sentence(FILE *f, const struct tacit_practice_event *ev)
{
	char day[TEXT_DAY_SIZE];

	if (ev->type == TACIT_PRACTICE_UNDELIVERED) {
		fputs("something that this program sent them did not arrive "
		    "in 30 days; it is still being sent", f);
		return;
	}
	if (ev->type == TACIT_PRACTICE_RECEIPT) {
		receipts_sentence(f, ev);
		return;
	}
	if (ev->type == TACIT_RECORD_DUE) {
		retention_sentence(f, ev);
		return;
	}
	if (ev->type >= TACIT_RETRACTION_WANTED) {
		retraction_sentence(f, ev);
		return;
	}
	if (ev->type >= TACIT_PRACTICE_CARD) {
		bounds_sentence(f, ev);
		return;
	}
	if (ev->type == TACIT_CHECKIN_ALERT)
		fputs("ALERT: ", f);
	title(f, ev);
	text_day(day, ev->date);
	switch (ev->type) {
	case TACIT_CHECKIN_DUE:
		fprintf(f, " can be answered now: tacit checkin answer %s",
		    ev->about);
		break;
	case TACIT_CHECKIN_CLOSED:
		fputs(" was not answered in its time", f);
		break;
	case TACIT_CHECKIN_ANSWERED:
		fprintf(f, " was answered; tacit checkin show %s %s shows it",
		    ev->about, day);
		break;
	case TACIT_CHECKIN_ALERT:
		fputs(": ", f);
		text_put_name(f, ev->label);
		fputs(" (", f);
		text_put_name(f, ev->value);
		fputc(')', f);
		break;
	default:
		fputs(" was missed: no answer came in its time", f);
		break;
	}
}

int
practice_print(const struct cli *c, const struct tacit_practice_event *ev)
{
	if (c->json)
		return json_put(practice_json(c, ev));
	text_put_name(stdout, ev->contact != NULL ?
	    session_info(ev->contact).label : "vault");
	fputs(": ", stdout);
	practice_sentence(stdout, ev);
	fputc('\n', stdout);
	return fflush(stdout) == 0 ? 0 : TACIT_E_IO;
}
