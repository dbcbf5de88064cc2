/* SPDX-License-Identifier: Apache-2.0 */
/* checkin import, forms, send, stop, list: who asks. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "cli.h"

enum { JSON_MAX = 1 << 20, ONCE_DAYS = 7, AGAIN_DAYS = 84,
    SETTLE_MS = 2000 };

/* ---- forms --------------------------------------------------------------------- */

static bool
is_shipped(const char *name)
{
	const char *known;
	unsigned int n;

	for (n = 0; (known = tacit_checkin_shipped(n)) != NULL; n++)
		if (strcmp(known, name) == 0)
			return true;
	return false;
}

/* The file, one byte more than may be at most; the caller frees it. */
static int
read_file(const struct cli *c, char **out, size_t *len)
{
	FILE *f = fopen(c->file, "r");
	int status = 0;

	*out = NULL;
	if (f == NULL)
		return cli_fail_as(c, TACIT_E_FORM, strerror(errno));
	if ((*out = malloc(JSON_MAX + 1)) == NULL)
		status = cli_fail(c, TACIT_E_NOMEM, NULL);
	else
		*len = fread(*out, 1, JSON_MAX + 1, f);
	if (status == 0 && ferror(f) != 0)
		status = cli_fail_as(c, TACIT_E_IO, "the file cannot be read");
	(void)fclose(f);
	return status;
}

static int
import_file(struct cli *c, char form[TACIT_CHECKIN_ID_SIZE])
{
	char why[TACIT_CHECKIN_WHY_SIZE] = "";
	char *json = NULL;
	size_t len = 0;
	int rc, status;

	if ((status = read_file(c, &json, &len)) == 0 &&
	    (rc = tacit_checkin_import(c->p, json, len, form, why)) != 0)
		status = why[0] != '\0' ? cli_fail_as(c, rc, why) :
		    cli_fail(c, rc, NULL);
	free(json);
	return status;
}

static int
form_line(const struct cli *c, const struct tacit_checkin_form *f)
{
	if (c->json)
		return json_out("{s:s, s:s, s:s, s:s, s:I}", "form", f->id,
		    "title", f->title, "url", f->url, "version", f->version,
		    "items", (long long)f->items);
	printf("%s  ", f->id);
	text_put_name(stdout, f->title);
	if (f->version[0] != '\0') {
		fputs(", version ", stdout);
		text_put_name(stdout, f->version);
	}
	printf("  (%u items)\n", (unsigned)f->items);
	return 0;
}

int
cmd_checkin_import(struct cli *c)
{
	struct tacit_checkin_form f = { .size = sizeof(f) };
	char form[TACIT_CHECKIN_ID_SIZE];
	int rc, status;

	if ((status = session_open(c)) != 0)
		return status;
	if (is_shipped(c->file)) {
		if ((rc = tacit_checkin_import_shipped(c->p, c->file,
		    form)) != 0)
			return cli_fail(c, rc, NULL);
	} else if ((status = import_file(c, form)) != 0)
		return status;
	while ((rc = tacit_checkin_form_next(c->p, f.id[0] != '\0' ? f.id :
	    NULL, &f)) == 1)
		if (strcmp(f.id, form) == 0)
			return cli_done(c, form_line(c, &f));
	return cli_fail(c, rc < 0 ? rc : TACIT_E_INTERNAL, NULL);
}

int
cmd_checkin_forms(struct cli *c)
{
	struct tacit_checkin_form f = { .size = sizeof(f) };
	const char *name;
	unsigned int n;
	int rc, status;

	if ((status = session_open(c)) != 0)
		return status;
	while ((rc = tacit_checkin_form_next(c->p, f.id[0] != '\0' ? f.id :
	    NULL, &f)) == 1)
		if ((rc = form_line(c, &f)) != 0)
			break;
	if (rc != 0)
		return cli_fail(c, rc, NULL);
	for (n = 0; (name = tacit_checkin_shipped(n)) != NULL; n++) {
		if (!c->json)
			printf("%s  (comes with tacit)\n", name);
		else if ((rc = json_out("{s:s}", "shipped", name)) != 0)
			return cli_done(c, rc);
	}
	return EX_OK;
}

/* ---- send ------------------------------------------------------------------------- */

/* A day of the calendar here, ${plus} days from now. */
static uint32_t
day_from_now(int plus)
{
	time_t now = (time_t)(session_unix_ms() / 1000);
	struct tm tm;

	if (localtime_r(&now, &tm) == NULL)
		return 0;
	tm.tm_mday += plus;
	tm.tm_hour = 12;
	tm.tm_isdst = -1;
	if (mktime(&tm) == -1)
		return 0;
	return (uint32_t)((tm.tm_year + 1900) * 10000 +
	    (tm.tm_mon + 1) * 100 + tm.tm_mday);
}

static int
take_day(const struct cli *c, uint32_t *out, const char *option,
    const char *text)
{
	if (text == NULL || text_to_day(out, text))
		return 0;
	return cli_usage(c, "--%s takes a day, as 2026-11-22", option);
}

static int
take_weekdays(const struct cli *c, uint32_t *out)
{
	if (c->weekdays == NULL || text_to_weekdays(out, c->weekdays))
		return 0;
	return cli_usage(c, "--weekdays takes days as mon,wed,fri");
}

static int
take_window(const struct cli *c, struct tacit_checkin_when *w)
{
	const char *text = c->window != NULL ? c->window : "00:00-24:00";

	if (strlen(text) != 11 || text[5] != '-' ||
	    !text_to_minute(&w->open, text) || !text_to_minute(&w->close, text + 6) ||
	    w->open >= w->close)
		return cli_usage(c, "--window takes two times of one day, the "
		    "earlier first, as 18:00-21:30; midnight is 24:00");
	return 0;
}

static int
take_when(const struct cli *c, struct tacit_checkin_when *w)
{
	int status;

	w->once = c->every == 0 && c->weekdays == NULL;
	w->every = c->every;
	if (c->every != 0 && c->weekdays != NULL)
		return cli_usage(c, "either --every or --weekdays");
	if (w->once && c->window != NULL)
		return cli_usage(c, "--window is for what is asked again and "
		    "again: give --every or --weekdays, too");
	w->until = day_from_now(w->once ? ONCE_DAYS : AGAIN_DAYS);
	if ((status = take_day(c, &w->from, "first-day",
	    c->first_day)) != 0 ||
	    (status = take_day(c, &w->until, "last-day", c->last_day)) != 0 ||
	    (status = take_weekdays(c, &w->weekdays)) != 0)
		return status;
	return w->once ? 0 : take_window(c, w);
}

int
checkin_find_form(struct cli *c, char form[TACIT_CHECKIN_ID_SIZE])
{
	if (is_shipped(c->form))
		return tacit_checkin_import_shipped(c->p, c->form, form);
	if (strlen(c->form) != TACIT_CHECKIN_ID_SIZE - 1)
		return TACIT_E_NOT_FOUND;
	memcpy(form, c->form, TACIT_CHECKIN_ID_SIZE);
	return 0;
}

static int
say_why(const struct cli *c, int rc)
{
	if (rc == TACIT_E_NOT_FOUND)
		return cli_fail_as(c, rc, "there is no such form; see tacit "
		    "checkin forms");
	if (rc == TACIT_E_INVALID)
		return cli_usage(c, "these days make no check-in: the last "
		    "must be today or later, not before the first, and within "
		    "ten years of it, with one of the days between them");
	return cli_fail(c, rc, NULL);
}

int
cmd_checkin_send(struct cli *c)
{
	struct tacit_checkin_when w = { .size = sizeof(w) };
	char form[TACIT_CHECKIN_ID_SIZE], id[TACIT_CHECKIN_ID_SIZE];
	struct tacit_contact_info info;
	struct tacit_contact *ct;
	int rc, status;

	if ((status = take_when(c, &w)) != 0 ||
	    (status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	if ((rc = checkin_find_form(c, form)) != 0 ||
	    (rc = tacit_checkin_send(c->p, ct, form, &w, session_unix_ms(),
	    id)) != 0)
		return say_why(c, rc);
	if ((rc = session_settle(c, ct, SETTLE_MS)) != 0)
		return cli_fail(c, rc, NULL);
	if (c->json)
		return cli_done(c, json_out("{s:s, s:s, s:s}", "checkin", id,
		    "contact", info.id, "form", form));
	printf("Check-in %s.  What is not sent yet leaves within 15 minutes, "
	    "while `tacit sync' or\n`chat' runs, or with the next of them.\n",
	    id);
	return EX_OK;
}

int
cmd_checkin_stop(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	int rc, status;

	if ((status = session_open(c)) != 0)
		return status;
	if ((rc = tacit_checkin_find(c->p, c->checkin, &ct)) != 0 ||
	    (rc = tacit_checkin_stop(c->p, ct, c->checkin)) != 0 ||
	    (rc = session_settle(c, ct, SETTLE_MS)) != 0)
		return cli_fail(c, rc, NULL);
	if (c->json)
		return cli_done(c, json_out("{s:s, s:s}", "checkin",
		    c->checkin, "state", "stopped"));
	puts("It is asked no more.");
	return EX_OK;
}

/* ---- list ----------------------------------------------------------------------------- */

static const char *
state_of(const struct tacit_checkin_info *i)
{
	if (i->stopped)
		return "stopped";
	if (i->waiting)
		return "waiting";
	return i->mine ? "sent" : i->asked != 0 ? "asked" : "open";
}

static int
checkin_json(const struct tacit_checkin_info *i)
{
	char from[TEXT_DAY_SIZE], until[TEXT_DAY_SIZE], asked[TEXT_DAY_SIZE];

	text_day(from, i->when.from);
	text_day(until, i->when.until);
	text_day(asked, i->asked);
	return json_out("{s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:I, s:I, s:I, "
	    "s:I, s:s*, s:I}", "checkin", i->id, "title", i->title, "from",
	    i->mine ? "me" : "them", "state", state_of(i), "once",
	    i->when.once != 0, "first_day", from, "last_day", until, "every",
	    (long long)i->when.every, "weekdays", (long long)i->when.weekdays,
	    "open", (long long)i->when.open, "close",
	    (long long)i->when.close, "asked", i->asked != 0 ? asked : NULL,
	    "answers", (long long)i->answers);
}

static void
print_when(const struct tacit_checkin_when *w)
{
	static const char *const names[] = { "Mon", "Tue", "Wed", "Thu",
	    "Fri", "Sat", "Sun" };
	char from[TEXT_DAY_SIZE], until[TEXT_DAY_SIZE];
	unsigned int i;

	text_day(from, w->from);
	text_day(until, w->until);
	if (w->once) {
		printf("once, until %s", until);
		return;
	}
	if (w->every == 1)
		printf("every day");
	else if (w->every != 0)
		printf("every %u days", (unsigned)w->every);
	for (i = 0; i < 7; i++)
		if ((w->weekdays >> i & 1) != 0)
			printf("%s%s", names[i], w->weekdays >> i > 1 ? "," :
			    "");
	printf(" %02u:%02u-%02u:%02u, %s to %s", (unsigned)w->open / 60,
	    (unsigned)w->open % 60, (unsigned)w->close / 60,
	    (unsigned)w->close % 60, from, until);
}

static void
checkin_line(const struct tacit_checkin_info *i)
{
	printf("%s  ", i->id);
	text_put_name(stdout, i->title[0] != '\0' ? i->title :
	    "(its form has not come yet)");
	printf("  %s, ", i->mine ? "asked by me" : "asked of me");
	print_when(&i->when);
	printf(", %s", state_of(i));
	if (i->mine)
		printf(", %u answered", (unsigned)i->answers);
	putchar('\n');
}

int
cmd_checkin_list(struct cli *c)
{
	struct tacit_checkin_info i = { .size = sizeof(i) };
	struct tacit_contact_info info;
	struct tacit_contact *ct;
	int rc, status;

	if ((status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	if ((rc = session_practice(c)) != 0)
		return cli_fail(c, rc, NULL);
	while ((rc = tacit_checkin_next(c->p, ct, i.id[0] != '\0' ? i.id :
	    NULL, &i)) == 1) {
		if (!c->json)
			checkin_line(&i);
		else if ((rc = checkin_json(&i)) != 0)
			break;
	}
	return cli_done(c, rc);
}
