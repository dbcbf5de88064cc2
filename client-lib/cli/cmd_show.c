/* SPDX-License-Identifier: Apache-2.0 */
/* contacts, history, and the list that `tacit' alone shows. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli.h"
#include "texts.h"

static const char none[] =
"No contacts yet.  `tacit invite' makes an invitation for somebody; `tacit\n"
"accept' answers one that you were given.";

struct json_t *
contact_json(struct cli *c, struct tacit_contact *ct,
    const struct tacit_contact_info *i)
{
	const char *state = session_state(c, ct, i);
	char until[TEXT_DAY_SIZE];
	bool due = retention_day(c, ct, until);

	if (until[0] != '\0')
		return json_make("{s:s, s:I, s:s, s:s, s:s, s:b, s:I, s:I, "
		    "s:s, s:b}", "contact", i->id, "number",
		    (long long)i->number, "label", i->label, "their_name",
		    i->their_name, "state", state, "verified",
		    i->verified != 0, "unread", (long long)i->unread,
		    "queued", (long long)i->queued, "keep_until", until,
		    "due", due);
	return json_make("{s:s, s:I, s:s, s:s, s:s, s:b, s:I, s:I}",
	    "contact", i->id, "number", (long long)i->number, "label", i->label,
	    "their_name", i->their_name, "state", state,
	    "verified", i->verified != 0, "unread", (long long)i->unread,
	    "queued", (long long)i->queued);
}

static void
contact_line(struct cli *c, struct tacit_contact *ct,
    const struct tacit_contact_info *i, bool with_id)
{
	char until[TEXT_DAY_SIZE];
	bool due = retention_day(c, ct, until);

	printf("%3u  ", i->number);
	text_put_name(stdout, i->label);
	if (i->their_name[0] != '\0' && strcmp(i->their_name, i->label) != 0) {
		fputs(" (calls themselves ", stdout);
		text_put_name(stdout, i->their_name);
		fputc(')', stdout);
	}
	fputs("  ", stdout);
	if (i->unread > 0)
		printf("%u unread, ", i->unread);
	printf("%s, %s", session_state(c, ct, i), i->verified ? "verified" : "not verified");
	if (i->queued > 0)
		printf(", %u waiting to go out", i->queued);
	if (until[0] != '\0')
		printf(", %s %s", due ? "to be kept until" : "kept until",
		    until);
	if (until[0] != '\0' && due)
		fputs(": it may be deleted", stdout);
	if (with_id)
		printf("  %s", i->id);
	putchar('\n');
}

/*
 * Print all, for people who may need them with their ids; ${n} is how many
 * there were.
 */
static int
show_contacts(struct cli *c, bool with_id, size_t *n)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int rc;

	while ((ct = tacit_contact_next(c->t, ct)) != NULL) {
		info.size = sizeof(info);
		if ((rc = tacit_contact_info(ct, &info)) != 0)
			return rc;
		if (!c->json)
			contact_line(c, ct, &info, with_id);
		else if ((rc = json_put(contact_json(c, ct, &info))) != 0)
			return rc;
		(*n)++;
	}
	return 0;
}

int
cmd_contacts(struct cli *c)
{
	size_t n = 0;
	int rc, status;

	if ((status = session_open(c)) != 0)
		return status;
	if ((rc = show_contacts(c, true, &n)) != 0)
		return cli_fail(c, rc, NULL);
	if (n == 0 && !c->json)
		puts(none);
	return EX_OK;
}

/* Of what was taken back nothing is told. */
static const char *
told_of(struct cli *c, struct tacit_contact *ct,
    const struct tacit_message *m)
{
	if (!m->from_me || m->state == TACIT_RECALLING ||
	    m->state == TACIT_RECALLED)
		return NULL;
	return receipts_word(c, ct, m->id);
}

struct json_t *
message_json(struct cli *c, struct tacit_contact *ct,
    const struct tacit_message *m)
{
	const char *told = told_of(c, ct, m);
	const char *back = retraction_of(c, ct, m->id);
	char when[32];

	text_time(when, m->time_ms);
	if (m->keep_hours != 0)
		return json_make("{s:s, s:I, s:s, s:s, s:s, s:s*, s:s*, s:s%, "
		    "s:I, s:b}", "message", m->id, "seq", (long long)m->seq,
		    "from", m->from_me ? "me" : "them", "time", when,
		    "state", text_message_state(m->state), "told", told,
		    "retraction", back, "text", m->text, m->text_len,
		    "keep_hours",
		    (long long)m->keep_hours, "forgotten",
		    m->forgotten != 0);
	return json_make("{s:s, s:I, s:s, s:s, s:s, s:s*, s:s*, s:s%}",
	    "message", m->id, "seq", (long long)m->seq, "from", m->from_me ?
	    "me" : "them", "time", when, "state",
	    text_message_state(m->state), "told", told, "retraction", back,
	    "text", m->text, m->text_len);
}

static void
message_line(struct cli *c, struct tacit_contact *ct,
    const struct tacit_message *m, const char *label)
{
	const char *told = told_of(c, ct, m);
	const char *back = retraction_mark(c, ct, m);
	char when[32];

	text_clock(when, m->time_ms);
	printf("%s  ", when);
	if (m->from_me)
		printf("me [%s]", told != NULL ? told :
		    text_message_state(recall_shown(ct, m)));
	else
		text_put_name(stdout, label);
	fputs(": ", stdout);
	if (m->forgotten == TACIT_FORGOTTEN_ASKED)
		fputs("[taken back]", stdout);
	else if (m->forgotten)
		fputs("[forgotten]", stdout);
	text_put(stdout, m->text, m->text_len, 4);
	if (m->keep_hours != 0 && !m->forgotten)
		printf("  [kept for %u hour%s]", (unsigned)m->keep_hours,
		    m->keep_hours == 1 ? "" : "s");
	if (back != NULL && !m->forgotten)
		printf("  [%s]", back);
	fputc('\n', stdout);
}

/* One of the history; what a person is shown is read, if it is not older
   than what can be told. */
static int
message_out(struct cli *c, struct tacit_contact *ct,
    const struct tacit_message *m, uint64_t newest, const char *label)
{
	if (c->json)
		return json_put(message_json(c, ct, m));
	message_line(c, ct, m, label);
	return m->from_me || m->place + TACIT_RECEIPTS_KEPT <= newest ? 0 :
	    receipts_shown(c, ct, m->id);
}

int
cmd_history(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	struct texts *all = NULL, *t;
	uint64_t newest = 0;
	int rc, status;

	if ((status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	rc = texts_read(&all, ct, (c->given & OPT_LAST) != 0 ? c->last :
	    UINT32_MAX);
	for (t = all; t != NULL; t = t->next)
		newest = t->m.place;
	for (t = all; t != NULL && rc == 0; t = t->next)
		rc = message_out(c, ct, &t->m, newest, info.label);
	texts_free(all);
	return cli_done(c, rc);
}

static void
list_rules(void)
{
	puts("Messages here are not monitored.  In a crisis call your local\n"
	    "emergency number, or a crisis line.\n");
}

int
cmd_list(struct cli *c)
{
	char line[CLI_LINE_MAX];
	struct tacit_contact *ct = NULL;
	size_t n = 0;
	int rc, status;

	if (c->json || !input_person() || !isatty(STDOUT_FILENO))
		return cli_usage(c, "which command?  see tacit --help (without "
		    "one, a list of the contacts is shown on a terminal)");
	if ((status = session_open(c)) != 0)
		return status;
	if ((rc = session_settle(c, NULL, 1500)) != 0)
		return cli_fail(c, rc, NULL);
	list_rules();
	if ((rc = show_contacts(c, false, &n)) != 0)
		return cli_fail(c, rc, NULL);
	if (n == 0) {
		puts(none);
		return EX_OK;
	}
	status = input_line(c, "number", "\nNumber to open (Enter to leave)",
	    line, sizeof(line), NULL);
	if (status != 0 || line[0] == '\0')
		return status;
	if ((rc = tacit_contact_find(&ct, c->t, line)) != 0)
		return cli_fail(c, rc, NULL);
	return chat_run(c, ct);
}
