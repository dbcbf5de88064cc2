/* SPDX-License-Identifier: Apache-2.0 */
/* words, card, away, quiet: what keeps messages within bounds. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli.h"

int
cmd_words(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	char words[TACIT_WORDS_SIZE];
	int rc, status;

	if ((status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	if ((rc = tacit_practice_words(c->p, ct, words)) != 0)
		return cli_fail(c, rc, NULL);
	if (c->json)
		return cli_done(c, json_out("{s:s, s:s}", "contact", info.id,
		    "words", words));
	text_put_name(stdout, info.label);
	printf(": %s\n", words);
	return EX_OK;
}

/* Take what is due, and give the relay its time. */
static int
pass_on(struct cli *c, struct tacit_contact *ct)
{
	int rc = session_practice(c);

	return rc != 0 ? rc : session_settle(c, ct, 2000);
}

/* ---- the card --------------------------------------------------------------------- */

/* "DE|crisis line|0800 1110111" */
static bool
read_number(struct tacit_card_number *out, char *line)
{
	char *what = strchr(line, '|'), *number;

	if (what == NULL || (number = strchr(what + 1, '|')) == NULL)
		return false;
	*what++ = '\0';
	*number++ = '\0';
	return snprintf(out->country, sizeof(out->country), "%s", line) <
	    (int)sizeof(out->country) &&
	    snprintf(out->what, sizeof(out->what), "%s", what) <
	    (int)sizeof(out->what) &&
	    snprintf(out->number, sizeof(out->number), "%s", number) <
	    (int)sizeof(out->number);
}

/* The lines after the two texts, up to the end or an empty one. */
static int
read_numbers(const struct cli *c, struct tacit_card *card)
{
	char *line = NULL;
	size_t len;
	bool good = true;

	if (input_person())
		fputs("Numbers for a crisis, one a line, as "
		    "`DE|crisis line|0800 1110111';\nan empty line ends:\n",
		    stderr);
	while (good && input_next_line(&line, &len) == 1 && len > 0) {
		if (strnlen(line, len) == len && card->n < TACIT_CARD_NUMBERS) {
			char copy[160];

			(void)snprintf(copy, sizeof(copy), "%.*s", (int)len,
			    line);
			good = len < sizeof(copy) &&
			    read_number(&card->number[card->n++], copy);
		} else
			good = false;
		free(line);
		line = NULL;
	}
	free(line);
	return good ? 0 : cli_usage(c, "numbers: up to %d lines as "
	    "`DE|crisis line|0800 1110111'", TACIT_CARD_NUMBERS);
}

int
cmd_card_set(struct cli *c)
{
	struct tacit_card card = { .size = sizeof(card) };
	int rc, status;

	status = input_line(c, "response", "When do you read and answer?",
	    card.response, sizeof(card.response), NULL);
	if (status == 0)
		status = input_line(c, "notice", "That nobody watches",
		    card.notice, sizeof(card.notice), NULL);
	if (status != 0 || (status = read_numbers(c, &card)) != 0 ||
	    (status = session_open(c)) != 0)
		return status;
	if ((rc = tacit_card_set(c->p, session_unix_ms(), &card)) != 0)
		return rc == TACIT_E_TEXT ? cli_fail_as(c, rc, "a card has "
		    "two texts, and numbers with a country of two capital "
		    "letters; nothing in it may steer a terminal") :
		    cli_fail(c, rc, NULL);
	if ((rc = pass_on(c, NULL)) != 0 ||
	    (rc = tacit_card_get(c->p, NULL, &card)) != 0)
		return cli_fail(c, rc, NULL);
	if (c->json)
		return cli_done(c, json_out("{s:I}", "version",
		    (long long)card.version));
	puts("The card is set; every contact acknowledges it before the next "
	    "text.");
	return EX_OK;
}

void
bounds_card(FILE *f, const struct tacit_card *card)
{
	size_t i;

	text_put(f, card->response, strlen(card->response), 0);
	fputc('\n', f);
	text_put(f, card->notice, strlen(card->notice), 0);
	fputc('\n', f);
	for (i = 0; i < card->n; i++) {
		fprintf(f, "  %s  ", card->number[i].country);
		text_put_name(f, card->number[i].what);
		fputs(": ", f);
		text_put_name(f, card->number[i].number);
		fputc('\n', f);
	}
}

/* One object for the card, and one for each number. */
static int
card_json(const struct tacit_card *card)
{
	size_t i;
	int rc;

	rc = json_out("{s:I, s:s, s:s, s:b, s:I}", "version",
	    (long long)card->version, "response", card->response, "notice",
	    card->notice, "acknowledged", card->acknowledged != 0,
	    "acknowledged_version", (long long)card->acknowledged_version);
	for (i = 0; i < card->n && rc == 0; i++)
		rc = json_out("{s:s, s:s, s:s}", "country",
		    card->number[i].country, "what", card->number[i].what,
		    "number", card->number[i].number);
	return rc;
}

int
cmd_card_show(struct cli *c)
{
	struct tacit_card card = { .size = sizeof(card) };
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int rc, status;

	if ((status = session_open(c)) != 0 || (c->contact != NULL &&
	    (status = session_contact(c, &ct, &info)) != 0))
		return status;
	if ((rc = session_practice(c)) != 0 ||
	    (rc = tacit_card_get(c->p, ct, &card)) != 0)
		return cli_fail(c, rc, NULL);
	if (c->json)
		return cli_done(c, card_json(&card));
	bounds_card(stdout, &card);
	if (ct != NULL)
		puts(card.acknowledged ? "Acknowledged." :
		    "Not acknowledged yet.");
	return EX_OK;
}

int
cmd_card_acknowledge(struct cli *c)
{
	struct tacit_card card = { .size = sizeof(card) };
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int rc, status;

	if ((status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	if ((rc = session_practice(c)) != 0 ||
	    (rc = tacit_card_get(c->p, ct, &card)) != 0)
		return cli_fail(c, rc, NULL);
	if (input_person()) {
		bounds_card(stderr, &card);
		if (!input_yes("Have you read this?"))
			return cli_usage(c, "not acknowledged");
	}
	if ((rc = tacit_card_acknowledge(c->p, session_unix_ms(), ct,
	    card.version)) != 0)
		return cli_fail(c, rc, rc == TACIT_E_STATE ?
		    "the card is yours" : NULL);
	if ((rc = pass_on(c, ct)) != 0)
		return cli_fail(c, rc, NULL);
	if (c->json)
		return cli_done(c, json_out("{s:s, s:I}", "contact", info.id,
		    "acknowledged_version", (long long)card.version));
	puts("Acknowledged.");
	return EX_OK;
}

/* ---- out of office, quiet hours ------------------------------------------------------ */

/* A line of a person, or all that a script has, which may be several. */
static int
read_notice(struct cli *c, char text[CLI_LINE_MAX])
{
	char *all = NULL;
	size_t len = 0;
	int status = 0;

	if (input_person())
		return input_line(c, "text", "What those who write are told",
		    text, CLI_LINE_MAX, NULL);
	if (input_rest(&all, &len) == -1)
		return cli_fail(c, TACIT_E_IO, "standard input");
	if (all == NULL)
		return cli_usage(c, "text: expected on standard input");
	if (len >= CLI_LINE_MAX || memchr(all, '\0', len) != NULL)
		status = cli_usage(c, "text: %s", len >= CLI_LINE_MAX ?
		    "too long" : "holds a NUL byte");
	else
		(void)snprintf(text, CLI_LINE_MAX, "%.*s", (int)len, all);
	free(all);
	return status;
}

int
cmd_away_set(struct cli *c)
{
	uint32_t from = 0, until = 0;
	char text[CLI_LINE_MAX];
	int rc, status;

	if ((c->begin != NULL && !text_to_day(&from, c->begin)) ||
	    (c->end != NULL && !text_to_day(&until, c->end)))
		return cli_usage(c, "--begin and --end take a day, as "
		    "2026-12-24");
	if ((status = read_notice(c, text)) != 0 ||
	    (status = session_open(c)) != 0)
		return status;
	rc = tacit_away_set(c->p, session_unix_ms(), text, from,
	    until);
	if (rc == TACIT_E_INVALID)
		return cli_usage(c, "--begin and --end take days of the "
		    "calendar, in this order");
	if (rc != 0)
		return cli_fail_as(c, rc, "the notice has 1 to 320 bytes of "
		    "text");
	if (c->json)
		return cli_done(c, json_out("{s:b}", "away", 1));
	puts("Whoever writes is told so, once a day.");
	return EX_OK;
}

int
cmd_away_off(struct cli *c)
{
	int rc, status;

	if ((status = session_open(c)) != 0)
		return status;
	if ((rc = tacit_away_end(c->p)) != 0 || !c->json)
		return cli_done(c, rc);
	return cli_done(c, json_out("{s:b}", "away", 0));
}

/* A time as 18:30, before the end of the day. */
static bool
is_time(uint32_t *out, const char *text)
{
	return text != NULL && strlen(text) == 5 &&
	    text_to_minute(out, text) && *out < DAY_MINUTES;
}

int
cmd_quiet_set(struct cli *c)
{
	uint32_t from, until, days = 0x7f;
	int rc, status;

	if (!is_time(&from, c->begin) || !is_time(&until, c->end) ||
	    (c->days != NULL && !text_to_weekdays(&days, c->days)))
		return cli_usage(c, "as --begin 18:30 --end 08:00 --days "
		    "mon,tue,wed,thu,fri,sat,sun");
	if ((status = session_open(c)) != 0)
		return status;
	rc = tacit_quiet_set(c->p, from, until, days);
	if (rc != 0 || !c->json)
		return cli_done(c, rc);
	return cli_done(c, json_out("{s:b}", "quiet", 1));
}

int
cmd_quiet_off(struct cli *c)
{
	int rc, status;

	if ((status = session_open(c)) != 0)
		return status;
	if ((rc = tacit_quiet_end(c->p)) != 0 || !c->json)
		return cli_done(c, rc);
	return cli_done(c, json_out("{s:b}", "quiet", 0));
}
