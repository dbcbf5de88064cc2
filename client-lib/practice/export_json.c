/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON lines: one object each, the first about the export itself; names as
 * the command's `history` has them.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <tacit/error.h>

#include "export.h"
#include "form_response.h"
#include "form_score.h"
#include "safe.h"
#include "stamp.h"

/* ,"name":"text" */
static void
put_text(struct sink *s, const char *name, const char *text)
{
	sink_format(s, ",\"%s\":", name);
	safe_json(s, text, strlen(text));
}

static void
put_time(struct sink *s, const char *name, int64_t time_ms, int zone)
{
	char time[STAMP_LEN];

	stamp_print(time, time_ms, zone);
	sink_format(s, ",\"%s\":\"%s\"", name, time);
}

static int
begin(struct export *x)
{
	const struct export_head *h = x->head;
	struct sink *s = x->sink;

	sink_format(s, "{\"kind\":\"export\",\"version\":1,\"contact\":\"%s\"",
	    h->contact);
	put_text(s, "label", h->label);
	put_text(s, "me", h->me);
	put_time(s, "made", h->made_ms, h->zone_minutes);
	if (h->to_ms != 0) {
		put_time(s, "since", h->from_ms, 0);
		put_time(s, "until", h->to_ms, 0);
	}
	put_text(s, "software", h->software);
	sink_text(s, "}\n");
	return s->error;
}

static void
put_scores(struct sink *s, const struct answers *a)
{
	const struct form *f = answers_form(a);
	const struct form_band *band;
	char number[VALUE_DECIMAL_LEN];
	struct form_sum sum;
	uint16_t i;

	sink_text(s, ",\"scores\":[");
	for (i = 0; i < f->n_scores; i++) {
		form_sum(&sum, a, f->scores[i].over);
		band = form_band(&f->scores[i], &sum);
		value_print_decimal(number, &sum.sum);
		sink_text(s, i > 0 ? ",{\"label\":" : "{\"label\":");
		safe_json(s, f->scores[i].label, strlen(f->scores[i].label));
		sink_format(s, ",\"sum\":%s,\"answered\":%u,\"of\":%u", number,
		    (unsigned int)sum.answered, (unsigned int)sum.of);
		if (band != NULL)
			put_text(s, "band", band->label);
		sink_text(s, "}");
	}
	sink_text(s, "]");
}

static int
put_answers(struct sink *s, const struct entry *e)
{
	char *response;
	int rc;

	if ((rc = form_response(&response, e->answers, e->time_ms)) != 0)
		return rc;
	put_text(s, "form", answers_form(e->answers)->title);
	put_scores(s, e->answers);
	sink_text(s, ",\"response\":");
	safe_json_line(s, response);
	free(response);
	return 0;
}

static int
entry(struct export *x, const struct entry *e)
{
	struct sink *s = x->sink;
	int rc = 0;

	sink_format(s, "{\"kind\":\"%s\",\"message\":\"%s\"",
	    export_kind_word(e->kind), e->id);
	if (e->seq > 0)
		sink_format(s, ",\"seq\":%" PRIu64, e->seq);
	put_text(s, "from", e->from_me ? "me" : "them");
	put_time(s, "time", e->time_ms, e->zone_minutes);
	put_text(s, "state", export_state_word(e->state));
	put_text(s, "retention", export_fate_word(e->fate));
	if (e->text != NULL) {
		sink_text(s, ",\"text\":");
		safe_json(s, e->text, e->text_len);
	}
	if (e->answers != NULL)
		rc = put_answers(s, e);
	sink_text(s, "}\n");
	return rc != 0 ? rc : s->error;
}

static int
end(struct export *x)
{
	sink_format(x->sink, "{\"kind\":\"end\",\"messages\":%" PRIu64
	    ",\"check-ins\":%" PRIu64 ",\"notes\":%" PRIu64 "}\n",
	    x->messages, x->checkins, x->notes);
	return x->sink->error;
}

const struct export_format export_json = { "json", ".jsonl", begin, NULL,
    entry, end };
