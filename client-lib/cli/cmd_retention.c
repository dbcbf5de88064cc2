/* SPDX-License-Identifier: Apache-2.0 */
/* retention: how long records are kept, which are due, and their end. */
#include <string.h>
#include <sysexits.h>

#include "cli.h"

struct json_t *
retention_json(const struct tacit_practice_event *ev, const char *contact)
{
	char day[TEXT_DAY_SIZE];

	text_day(day, ev->date);
	return json_make("{s:s, s:I, s:s*, s:s}", "event",
	    tacit_practice_event_word(ev->type), "event_id", (long long)ev->id,
	    "contact", contact, "keep_until", day);
}

void
retention_sentence(FILE *f, const struct tacit_practice_event *ev)
{
	char day[TEXT_DAY_SIZE];

	text_day(day, ev->date);
	fprintf(f, "the record had to be kept until %s and may be deleted "
	    "now: tacit retention delete", day);
}

static int
get(struct cli *c, struct tacit_contact *ct, struct tacit_retention *r)
{
	memset(r, 0, sizeof(*r));
	r->size = sizeof(*r);
	return tacit_retention_get(c->p, session_unix_ms(), ct, r);
}

bool
retention_day(struct cli *c, struct tacit_contact *ct,
    char out[TEXT_DAY_SIZE])
{
	struct tacit_retention r;

	out[0] = '\0';
	if (get(c, ct, &r) != 0 || r.until == 0)
		return false;
	text_day(out, r.until);
	return r.due;
}

/* ---- show ------------------------------------------------------------------------ */

/* A day, or no text if there is none. */
static const char *
day_of(char out[TEXT_DAY_SIZE], uint32_t date)
{
	text_day(out, date);
	return date != 0 ? out : NULL;
}

/* One that is closed; with ${idle}, how long nobody opened the vault. */
static int
print(struct cli *c, struct tacit_contact *ct, const struct tacit_retention *r,
    bool idle)
{
	char ended[TEXT_DAY_SIZE], until[TEXT_DAY_SIZE];
	char from[TEXT_DAY_SIZE], to[TEXT_DAY_SIZE];
	struct tacit_contact_info info = session_info(ct);
	uint32_t begin = 0, end = 0;
	int rc;

	if (idle && (rc = tacit_retention_idle(c->p, ct, &begin, &end)) != 0)
		return rc;
	text_day(ended, r->ended);
	if (c->json)
		return json_out("{s:s, s:s, s:s, s:s*, s:b, s:s*, s:s*}",
		    "contact", info.id, "label", info.label, "ended", ended,
		    "keep_until", day_of(until, r->until), "due", r->due,
		    "idle_from", day_of(from, begin),
		    "idle_until", day_of(to, end));
	text_put_name(stdout, info.label);
	printf(": closed on %s", ended);
	if (r->until != 0)
		printf(", to be kept until %s", day_of(until, r->until));
	puts(r->due ? "; it may be deleted" : "");
	if (begin != 0)
		printf("  Nobody opened this vault from %s to %s.\n",
		    day_of(from, begin), day_of(to, end));
	return 0;
}

static int
show_one(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	struct tacit_retention r;
	int rc, status;

	if ((status = session_contact(c, &ct, &info)) != 0)
		return status;
	if ((rc = get(c, ct, &r)) != 0)
		return cli_fail(c, rc, NULL);
	if (r.ended == 0)
		return cli_fail(c, TACIT_E_STATE, "this contact is not "
		    "closed");
	return cli_done(c, print(c, ct, &r, true));
}

static int
show_all(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	struct tacit_retention r;
	uint32_t years = 0;
	int rc, set;

	if ((set = rc = tacit_retention_years(c->p, &years)) < 0)
		return rc;
	if (!c->json)
		printf("Records are kept for %u years after a contact was "
		    "closed%s.\n", (unsigned)years, set ? "" :
		    " (nothing else was set)");
	else if ((rc = json_out("{s:I, s:b}", "years", (long long)years,
	    "set", set)) != 0)
		return rc;
	rc = 0;
	while (rc == 0 && (ct = tacit_contact_next(c->t, ct)) != NULL)
		if ((rc = get(c, ct, &r)) == 0 && r.ended != 0)
			rc = print(c, ct, &r, false);
	return rc;
}

int
cmd_retention_show(struct cli *c)
{
	int rc, status;

	if ((status = session_open(c)) != 0)
		return status;
	if ((rc = session_practice(c)) != 0)
		return cli_fail(c, rc, NULL);
	return c->contact != NULL ? show_one(c) : cli_done(c, show_all(c));
}

int
cmd_retention_set(struct cli *c)
{
	int rc, status;

	if ((c->given & OPT_YEARS) == 0)
		return cli_usage(c, "`retention set' needs --years, from 1 to "
		    "%u", (unsigned)TACIT_RETENTION_YEARS_MAX);
	if ((status = session_open(c)) != 0)
		return status;
	rc = tacit_retention_set(c->p, c->years);
	return cli_done(c, rc != 0 ? rc : show_all(c));
}

/* ---- delete ------------------------------------------------------------------------ */

static int
refuse(const struct cli *c, int rc, const struct tacit_retention *r)
{
	char day[TEXT_DAY_SIZE], text[160];

	text_day(day, r->until);
	switch (rc) {
	case TACIT_E_STATE:
		return cli_fail_as(c, rc, "only a closed contact can be "
		    "deleted: `tacit discharge' or `tacit close' comes first");
	case TACIT_E_RETAINED:
		(void)snprintf(text, sizeof(text), "this record has to be "
		    "kept until %s; nothing of it was deleted", day);
		return cli_fail_as(c, rc, text);
	case TACIT_E_WAIT:
		return cli_fail(c, rc, "the relay was not told yet that the "
		    "contact is closed; `tacit sync' tells it");
	default:
		return cli_fail(c, rc, rc == TACIT_E_TODAY ?
		    "nothing was deleted" : NULL);
	}
}

/* What a person should know before it is gone. */
static int
warn(struct cli *c, struct tacit_contact *ct, const struct tacit_retention *r)
{
	char day[TEXT_DAY_SIZE];
	uint32_t from = 0, until = 0;
	int rc;

	if (!input_person())
		return 0;
	if ((rc = tacit_retention_idle(c->p, ct, &from, &until)) != 0)
		return rc;
	fputs("All that was written with ", stderr);
	text_put_name(stderr, session_info(ct).label);
	fputs(" will be gone from this vault, for good.\n", stderr);
	if (r->until != 0)
		fprintf(stderr, "It had to be kept until %s.\n",
		    day_of(day, r->until));
	if (from != 0) {
		fprintf(stderr, "The longest time in which nobody opened this "
		    "vault since began on %s", day_of(day, from));
		fprintf(stderr, " and ended on %s.\nIf that cannot be, the "
		    "clock of this machine is wrong: set it first.\n",
		    day_of(day, until));
	}
	return 0;
}

static int
delete(struct cli *c, struct tacit_contact *ct, uint32_t today)
{
	int rc = tacit_retention_delete(c->p, session_unix_ms(), ct, today);

	if (rc == TACIT_E_WAIT &&
	    (rc = session_settle(c, ct, CLI_REACH_MS)) == 0)
		rc = tacit_retention_delete(c->p, session_unix_ms(), ct,
		    today);
	/* Its mailbox may still have to be closed. */
	return rc != 0 ? rc : session_settle(c, ct, 2000);
}

int
cmd_retention_delete(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	struct tacit_retention r;
	char line[CLI_LINE_MAX];
	uint32_t today;
	int rc, status;

	if ((status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	if ((rc = session_practice(c)) != 0 || (rc = get(c, ct, &r)) != 0)
		return cli_fail(c, rc, NULL);
	if (!r.due)
		return refuse(c, r.ended == 0 ? TACIT_E_STATE :
		    TACIT_E_RETAINED, &r);
	if ((rc = warn(c, ct, &r)) != 0)
		return cli_fail(c, rc, NULL);
	status = input_line(c, "today's date", "Today's date, as 2026-11-22, "
	    "to delete it", line, sizeof(line), NULL);
	if (status != 0)
		return status;
	rc = text_to_day(&today, line) ? delete(c, ct, today) : TACIT_E_TODAY;
	if (rc != 0)
		return refuse(c, rc, &r);
	if (c->json)
		return cli_done(c, json_out("{s:s, s:b}", "contact", info.id,
		    "deleted", 1));
	text_put_name(stdout, info.label);
	printf(": deleted (%s).\n", info.id);
	return EX_OK;
}
