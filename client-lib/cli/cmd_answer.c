/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkin answer: item by item.  Each answer is kept before the next question
 * is asked, so leaving is no more than not going on.
 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "choice.h"
#include "cli.h"
#include "pen.h"

enum { ANSWER_SIZE = 8192, HINT_SIZE = 120, SETTLE_MS = 2000 };

struct asking {
	struct cli *c;
	struct tacit_checkin *k;
	bool person;
	bool left;			/* at the end of the input, or /later */
	bool forward;			/* false after /back */
};

static struct tacit_checkin_item
item_at(const struct asking *a, uint32_t at)
{
	struct tacit_checkin_item it = { .size = sizeof(it) };

	if (tacit_checkin_item(a->k, at, &it) != 0) {
		memset(&it, 0, sizeof(it));
		it.type = "";
	}
	return it;
}

/* ---- what is asked, for a person ------------------------------------------------- */

/* A line of ours, or of theirs, as wide as the terminal. */
static void
put_line(int indent, const char *before, const char *text)
{
	struct pen p = pen_of(pen_columns(), indent);

	pen_name(&p, before);
	pen_name(&p, text);
	putchar('\n');
}

static void
put_text(const struct tacit_checkin_item *it)
{
	struct pen p = pen_of(pen_columns(), 4);

	pen_name(&p, it->prefix);
	if (it->prefix[0] != '\0')
		pen_name(&p, " ");
	if (p.column < 8)
		p.indent = p.column;
	pen_name(&p, it->text);
	putchar('\n');
}

static void
put_options(const struct asking *a, uint32_t at, uint32_t n)
{
	bool letters = choice_letters(a->k, at, n);
	char value[TACIT_CHECKIN_VALUE_SIZE], name[CHOICE_NAME_SIZE];
	char number[CHOICE_NAME_SIZE + 8];
	const char *shown;
	uint32_t i;

	for (i = 0; i < n; i++) {
		if ((shown = choice_shown(a->k, at, i, value)) == NULL)
			continue;
		choice_name(name, letters, i);
		(void)snprintf(number, sizeof(number), "    %2s  ", name);
		put_line(8, number, shown);
	}
}

/* The words of an option rather than its code; yes and no. */
static void
put_answer(struct pen *p, const struct asking *a, uint32_t at,
    const char *text, uint32_t n)
{
	char value[TACIT_CHECKIN_VALUE_SIZE];
	const char *shown;
	uint32_t i;

	if (strcmp(item_at(a, at).type, "boolean") == 0)
		text = strcmp(text, "true") == 0 ? "yes" : "no";
	for (i = 0; i < n; i++)
		if (tacit_checkin_option(a->k, at, i, value, &shown) == 0 &&
		    strcmp(value, text) == 0 && shown != NULL) {
			text = shown;
			break;
		}
	pen_name(p, text);
}

/* Returns how many there are. */
static uint32_t
put_answers(struct pen *p, const struct asking *a, uint32_t at,
    uint32_t options, const char *before)
{
	char text[ANSWER_SIZE];
	uint32_t n;

	for (n = 0; tacit_checkin_answer(a->k, at, n, text,
	    sizeof(text)) == 1; n++) {
		pen_name(p, n == 0 ? before : "; ");
		put_answer(p, a, at, text, options);
	}
	explicit_bzero(text, sizeof(text));
	return n;
}

static const char *
hint(const struct asking *a, uint32_t at, const struct tacit_checkin_item *it)
{
	bool own = strcmp(it->type, "open-choice") == 0;

	if (it->options > 0 && choice_letters(a->k, at, it->options))
		return own ? "a letter above, or words of your own" :
		    "a letter above";
	if (it->options > 0)
		return own ? "a number above, or words of your own" :
		    "a number above";
	if (strcmp(it->type, "boolean") == 0)
		return "yes or no";
	if (strcmp(it->type, "date") == 0)
		return "a day, as 2026-11-22";
	if (strcmp(it->type, "integer") == 0)
		return "a whole number";
	return strcmp(it->type, "decimal") == 0 ? "a number" : "words";
}

/* What it must keep to, as ", 0 to 20"; "" if nothing was said. */
static void
bounds(char out[HINT_SIZE], const struct tacit_checkin_item *it)
{
	const char *least = it->least, *most = it->most;
	size_t n = 0;

	out[0] = '\0';
	if (least[0] != '\0' && most[0] != '\0')
		n = (size_t)snprintf(out, HINT_SIZE, ", %s to %s", least,
		    most);
	else if (least[0] != '\0' || most[0] != '\0')
		n = (size_t)snprintf(out, HINT_SIZE, ", %s or %s",
		    least[0] != '\0' ? least : most, least[0] == '\0' ?
		    "less" : "more");
	if (it->length != 0)
		(void)snprintf(out + n, HINT_SIZE - n, ", %u character%s at "
		    "most", (unsigned)it->length, it->length == 1 ? "" : "s");
	else if (it->places >= 0)
		(void)snprintf(out + n, HINT_SIZE - n, ", %d place%s behind "
		    "the point at most", it->places, it->places == 1 ? "" :
		    "s");
}

/* How it is answered. */
static void
put_hint(const struct asking *a, uint32_t at,
    const struct tacit_checkin_item *it)
{
	char within[HINT_SIZE];
	struct pen p = pen_of(pen_columns(), 4);

	bounds(within, it);
	pen_name(&p, "    (");
	pen_name(&p, hint(a, at, it));
	pen_name(&p, within);
	pen_name(&p, it->repeats ? "; one by one, Enter ends)" :
	    it->required ? ")" : "; Enter for none)");
	putchar('\n');
}

static void
put_question(const struct asking *a, uint32_t at,
    const struct tacit_checkin_item *it)
{
	struct pen p = pen_of(pen_columns(), 4);

	putchar('\n');
	put_text(it);
	if (!it->question)
		return;
	put_options(a, at, it->options);
	put_hint(a, at, it);
	if (put_answers(&p, a, at, it->options, "    so far: ") > 0) {
		pen_name(&p, "  (Enter keeps it, /clear takes it back)");
		putchar('\n');
	}
}

/* ---- what is answered ------------------------------------------------------------------ */

static const char *
yes_no(const char *text)
{
	if (strcmp(text, "yes") == 0)
		return "true";
	return strcmp(text, "no") == 0 ? "false" : text;
}

/* By its value; a person chooses an option from the list. */
static int
set(const struct asking *a, uint32_t at, const struct tacit_checkin_item *it,
    const char *text, const char **reason)
{
	size_t digits = strspn(text, "0123456789");
	int option;

	if (a->person && it->options > 0) {
		option = choice_find(a->k, at, it->options, text);
		if (option >= 0)
			return tacit_checkin_choose(a->k, at,
			    (uint32_t)option, reason);
		/* A slip, rather than words of their own. */
		*reason = "is not among the options";
		if (digits > 0 && digits < 4 && text[digits] == '\0')
			return TACIT_E_ANSWER;
	}
	return tacit_checkin_set(a->k, at, strcmp(it->type, "boolean") == 0 ?
	    yes_no(text) : text, reason);
}

static bool
is_answered(const struct asking *a, uint32_t at)
{
	char text[ANSWER_SIZE];
	bool is = tacit_checkin_answer(a->k, at, 0, text,
	    sizeof(text)) == 1;

	explicit_bzero(text, sizeof(text));
	return is;
}

/* One word of ours: 1 it was one and the question is over, 0 it was not. */
static int
word(struct asking *a, uint32_t at, const char *text, int *rc)
{
	if (strcmp(text, "/later") == 0) {
		a->left = true;
		return 1;
	}
	if (strcmp(text, "/back") == 0) {
		a->forward = false;
		return 1;
	}
	if (strcmp(text, "/clear") == 0) {
		*rc = tacit_checkin_clear(a->k, at);
		return *rc != 0;
	}
	return 0;
}

static int
refuse(const struct asking *a, const struct tacit_checkin_item *it, int rc,
    const char *reason)
{
	char text[300];

	if (rc != TACIT_E_ANSWER)
		return cli_fail(a->c, rc, rc == TACIT_E_STATE ?
		    "this check-in is not asked any more" : NULL);
	(void)snprintf(text, sizeof(text), "\"%s\": the answer %s",
	    it->link_id, reason);
	return cli_fail_as(a->c, rc, text);
}

/* One line that was read.  True: the question is over. */
static bool
take_line(struct asking *a, uint32_t at, const struct tacit_checkin_item *it,
    const char *text, int *status)
{
	const char *reason = "";
	int rc = 0;

	if (text[0] == '\0') {
		if (!a->person || !it->required || is_answered(a, at))
			return true;
		put_line(4, "    ", "This one needs an answer; /later "
		    "leaves, and keeps the others.");
		return false;
	}
	if (word(a, at, text, &rc) != 0) {
		if (rc != 0)
			*status = refuse(a, it, rc, "");
		return true;
	}
	if (strcmp(text, "/clear") == 0)
		return false;
	if ((rc = set(a, at, it, text, &reason)) == 0)
		return !it->repeats;
	if (a->person && rc == TACIT_E_ANSWER) {
		printf("    That %s.\n", strcmp(it->type, "boolean") == 0 ?
		    "is neither yes nor no" : reason);
		return false;
	}
	*status = refuse(a, it, rc, reason);
	return true;
}

/* The next line, NUL-terminated.  1; 0 at the end; -1 after saying why. */
static int
read_line(const struct asking *a, char out[ANSWER_SIZE], int *status)
{
	char *line = NULL;
	size_t len = 0;
	int rc = input_next_line(&line, &len);

	if (rc < 0)
		*status = cli_fail(a->c, TACIT_E_IO, "standard input");
	else if (len >= ANSWER_SIZE)
		*status = cli_usage(a->c, "an answer is too long");
	else if (line != NULL && memchr(line, '\0', len) != NULL)
		*status = cli_usage(a->c, "an answer holds a NUL byte");
	else if (line != NULL)
		memcpy(out, line, len);
	out[*status == 0 && line != NULL ? len : 0] = '\0';
	if (line != NULL)
		explicit_bzero(line, len);
	free(line);
	return *status != 0 ? -1 : rc;
}

static int
ask(struct asking *a, uint32_t at, const struct tacit_checkin_item *it)
{
	char line[ANSWER_SIZE];
	bool over = false;
	int rc, status = 0;

	while (!over && status == 0) {
		if (a->person) {
			fputs("> ", stdout);
			(void)fflush(stdout);
		}
		if ((rc = read_line(a, line, &status)) == 0)
			a->left = true;
		over = rc == 1 ? take_line(a, at, it, line, &status) : true;
	}
	explicit_bzero(line, sizeof(line));
	return status;
}

/* The question to go to after ${at}; items: past the last. */
static uint32_t
step(const struct asking *a, uint32_t at)
{
	uint32_t n = tacit_checkin_items(a->k), i;
	struct tacit_checkin_item it;

	if (a->forward)
		return at + 1;
	for (i = at; i > 0; i--) {
		it = item_at(a, i - 1);
		if (it.question && it.enabled)
			return i - 1;
	}
	return at < n ? at : 0;
}

/* A script that has answers left has answered other questions than these. */
static int
no_more(const struct asking *a)
{
	char line[ANSWER_SIZE];
	int status = 0;

	if (read_line(a, line, &status) == 1)
		status = cli_usage(a->c, "there are more answers than "
		    "questions; they are kept, and nothing was sent");
	explicit_bzero(line, sizeof(line));
	return status;
}

/* A person goes on with what was not answered; a script begins at the top. */
static uint32_t
first(const struct asking *a)
{
	uint32_t n = tacit_checkin_items(a->k), at;
	struct tacit_checkin_item it;

	if (!a->person || !tacit_checkin_begun(a->k))
		return 0;
	for (at = 0; at < n; at++) {
		it = item_at(a, at);
		if (it.question && it.enabled && !is_answered(a, at))
			return at;
	}
	return 0;			/* all of it, to be looked at */
}

static int
ask_all(struct asking *a)
{
	uint32_t at = first(a);
	struct tacit_checkin_item it;
	int status;

	while (at < tacit_checkin_items(a->k) && !a->left) {
		it = item_at(a, at);
		a->forward = true;
		if (it.enabled && a->person)
			put_question(a, at, &it);
		if (it.enabled && it.question &&
		    (status = ask(a, at, &it)) != 0)
			return status;
		at = step(a, at);
	}
	return a->person || a->left ? 0 : no_more(a);
}

/* ---- and sent ------------------------------------------------------------------------------ */

/* What is there is kept; say what is missing. */
static int
kept(const struct asking *a)
{
	uint32_t at = tacit_checkin_missing(a->k);
	const char *missing = NULL;
	char day[TEXT_DAY_SIZE];

	if (at < tacit_checkin_items(a->k))
		missing = item_at(a, at).link_id;
	text_day(day, tacit_checkin_date(a->k));
	if (a->c->json)
		return cli_done(a->c, json_out("{s:s, s:s, s:s, s:s*}",
		    "checkin", a->c->checkin, "date", day, "state", "kept",
		    "missing", missing));
	put_line(0, "", "Kept, and not sent yet.  The same command goes on "
	    "from here.");
	return EX_OK;
}

static int
send_all(struct asking *a, struct tacit_contact *ct)
{
	uint32_t ms = (a->c->given & OPT_WAIT) != 0 ? a->c->wait_ms :
	    SETTLE_MS;
	char day[TEXT_DAY_SIZE];
	int rc;

	if (a->left || tacit_checkin_missing(a->k) <
	    tacit_checkin_items(a->k) || (a->person &&
	    !input_yes("Send these answers now?")))
		return kept(a);
	text_day(day, tacit_checkin_date(a->k));
	if ((rc = tacit_checkin_submit(a->k)) != 0 ||
	    (rc = session_settle(a->c, ct, ms)) != 0)
		return cli_fail(a->c, rc, NULL);
	if (a->c->json)
		return cli_done(a->c, json_out("{s:s, s:s, s:s}", "checkin",
		    a->c->checkin, "date", day, "state", "sent"));
	put_line(0, "", "Thank you.  Your answers are on their way.");
	return EX_OK;
}

static void
greet(const struct asking *a)
{
	struct pen p = pen_of(pen_columns(), 0);
	char day[TEXT_DAY_SIZE];

	text_day(day, tacit_checkin_date(a->k));
	pen_name(&p, tacit_checkin_title(a->k));
	pen_name(&p, ", for ");
	pen_name(&p, day);
	putchar('\n');
	put_line(0, "", "/later leaves and keeps what you answered; /back "
	    "goes to the question before.");
}

int
cmd_checkin_answer(struct cli *c)
{
	struct asking a = { .c = c, .person = input_person() && !c->json };
	struct tacit_contact *ct = NULL;
	int rc, status;

	if ((status = session_open(c)) != 0)
		return status;
	if ((rc = session_practice(c)) != 0 ||
	    (rc = tacit_checkin_find(c->p, c->checkin, &ct)) != 0)
		return cli_fail(c, rc, NULL);
	rc = tacit_checkin_open(&a.k, c->p, ct, c->checkin);
	if (rc == TACIT_E_STATE)
		return cli_fail_as(c, rc, "this check-in cannot be answered "
		    "now: it is not its time, or it was answered or stopped");
	if (rc != 0)
		return cli_fail(c, rc, NULL);
	if (a.person)
		greet(&a);
	if ((status = ask_all(&a)) == 0)
		status = send_all(&a, ct);
	tacit_checkin_close(a.k);
	return status;
}

/* ---- show ------------------------------------------------------------------------------------- */

static int
show_scores(struct cli *c, struct tacit_contact *ct, uint32_t date)
{
	struct tacit_checkin_score s = { .size = sizeof(s) };
	unsigned int n;
	int rc;

	for (n = 0; (rc = tacit_checkin_score(c->p, ct, c->checkin, date, n,
	    &s)) == 1; n++) {
		if (c->json) {
			if ((rc = json_out("{s:s, s:s, s:s, s:b, s:I, s:I}",
			    "score", s.label, "value", s.value, "band",
			    s.band, "alert", s.alert != 0, "answered",
			    (long long)s.answered, "of",
			    (long long)s.of)) != 0)
				return rc;
			continue;
		}
		text_put_name(stdout, s.label);
		printf(": %s", s.value);
		if (s.band[0] != '\0') {
			fputs(", ", stdout);
			text_put_name(stdout, s.band);
		}
		if (s.answered < s.of)
			printf(" (%u of %u answered)", (unsigned)s.answered,
			    (unsigned)s.of);
		puts(s.alert ? "  ALERT" : "");
	}
	return rc;
}

static int
show_json(struct cli *c, struct tacit_contact *ct, uint32_t date)
{
	char *json = NULL;
	int rc = tacit_checkin_response(c->p, ct, c->checkin, date, &json);

	if (rc == 0)
		rc = json_line(json);
	tacit_practice_free(json);
	return rc;
}

static int
show_answers(struct cli *c, struct tacit_contact *ct, uint32_t date)
{
	struct asking a = { .c = c };
	struct tacit_checkin_item it;
	struct pen p;
	uint32_t at;
	int rc;

	if ((rc = tacit_checkin_read(&a.k, c->p, ct, c->checkin, date)) != 0)
		return rc;
	for (at = 0; at < tacit_checkin_items(a.k); at++) {
		it = item_at(&a, at);
		if (!it.enabled)
			continue;
		putchar('\n');
		put_text(&it);
		p = pen_of(pen_columns(), 4);
		if (it.question && put_answers(&p, &a, at, it.options,
		    "    ") == 0)
			fputs("    -", stdout);
		if (it.question)
			putchar('\n');
	}
	tacit_checkin_close(a.k);
	return 0;
}

int
cmd_checkin_show(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	uint32_t date;
	int rc, status;

	if (!text_to_day(&date, c->date))
		return cli_usage(c, "DATE is a day, as 2026-11-22");
	if ((status = session_open(c)) != 0)
		return status;
	if ((rc = tacit_checkin_find(c->p, c->checkin, &ct)) != 0 ||
	    (rc = show_scores(c, ct, date)) != 0)
		return cli_fail(c, rc, NULL);
	return cli_done(c, c->json ? show_json(c, ct, date) :
	    show_answers(c, ct, date));
}
