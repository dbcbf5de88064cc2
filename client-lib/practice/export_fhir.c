/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A FHIR R4 Bundle of type collection: a Communication for each message and
 * note, a QuestionnaireResponse for each check-in, one a line.  People are
 * named by display alone: there is no record here that a reference could
 * lead to.
 */
#include <stdlib.h>
#include <string.h>

#include <tacit/error.h>

#include "export.h"
#include "fhir.h"
#include "form_response.h"
#include "safe.h"
#include "stamp.h"

static int
begin(struct export *x)
{
	char time[STAMP_LEN];

	stamp_print(time, x->head->made_ms, x->head->zone_minutes);
	sink_format(x->sink, "{\"resourceType\":\"Bundle\",\"type\":"
	    "\"collection\",\"timestamp\":\"%s\"", time);
	return x->sink->error;
}

/* ,"name":{"display":"Ada"}, or a list of it */
static void
put_person(struct sink *s, const char *name, const char *display, bool list)
{
	sink_format(s, ",\"%s\":%s{\"display\":", name, list ? "[" : "");
	safe_fhir(s, display, strlen(display));
	sink_text(s, list ? "}]" : "}");
}

static const char *
status(const struct entry *e)
{
	if (e->fate == ENTRY_RECALLED)
		return "stopped";
	switch (e->state) {
	case ENTRY_QUEUED:
		return "preparation";
	case ENTRY_ACCEPTED:
		return "in-progress";
	case ENTRY_UNDELIVERED:
		return "stopped";
	case ENTRY_DELIVERED:
	case ENTRY_READ:
	case ENTRY_RECEIVED:
		break;
	}
	return "completed";
}

static void
put_communication(struct export *x, const struct entry *e)
{
	const struct export_head *h = x->head;
	struct sink *s = x->sink;
	char time[STAMP_LEN];

	stamp_print(time, e->time_ms, e->zone_minutes);
	sink_format(s, "{\"resourceType\":\"Communication\",\"identifier\":"
	    "[{\"system\":\"" FHIR_OURS "message\",\"value\":\"%s\"}],"
	    "\"status\":\"%s\",\"category\":[{\"text\":\"%s\"}],"
	    "\"sent\":\"%s\"", e->id, status(e), export_kind_word(e->kind),
	    time);
	put_person(s, "sender", export_writer(x, e), false);
	if (e->kind != ENTRY_NOTE)
		put_person(s, "recipient", e->from_me ? h->label : h->me,
		    true);
	if (e->text != NULL) {
		sink_text(s, ",\"payload\":[{\"contentString\":");
		safe_fhir(s, e->text, e->text_len);
		sink_text(s, "}]");
	}
	if (e->fate != ENTRY_KEPT)
		sink_format(s, ",\"note\":[{\"text\":\"%s\"}]",
		    export_fate_text(e->fate));
	sink_text(s, "}");
}

static int
put_response(struct export *x, const struct entry *e)
{
	struct sink *s = x->sink;
	char *response;
	int rc;

	if ((rc = form_response(&response, e->answers, e->time_ms)) != 0)
		return rc;
	sink_format(s, "{\"identifier\":{\"system\":\"" FHIR_OURS
	    "message\",\"value\":\"%s\"}", e->id);
	put_person(s, "author", export_writer(x, e), false);
	put_person(s, "source", export_writer(x, e), false);
	sink_text(s, ",");
	safe_json_line(s, response + 1);	/* after its { */
	free(response);
	return 0;
}

static int
entry(struct export *x, const struct entry *e)
{
	struct sink *s = x->sink;
	char uuid[EXPORT_UUID_LEN];
	int rc = 0;

	export_uuid(uuid, export_kind_word(e->kind), e->id);
	sink_format(s, "%s\n{\"fullUrl\":\"urn:uuid:%s\",\"resource\":",
	    x->date == 0 ? ",\"entry\":[" : ",", uuid);
	if (e->answers != NULL)
		rc = put_response(x, e);
	else
		put_communication(x, e);
	sink_text(s, "}");
	return rc != 0 ? rc : s->error;
}

static int
end(struct export *x)
{
	sink_text(x->sink, x->date == 0 ? "}\n" : "\n]}\n");
	return x->sink->error;
}

const struct export_format export_fhir = { "fhir", ".fhir.json", begin, NULL,
    entry, end };
