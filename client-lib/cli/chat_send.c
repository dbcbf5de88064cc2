/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "chat_line.h"
#include "chat_send.h"

void
sender_forget(struct sender *s)
{
	if (s->text != NULL)
		explicit_bzero(s->text, strlen(s->text));
	free(s->text);
	s->text = NULL;
	s->flags = 0;
	s->why = 0;
}

void
sender_back(struct sender *s)
{
	if (s->text == NULL)
		return;
	line_put(s->text);
	sender_forget(s);
}

bool
sender_asks(const struct sender *s)
{
	return s->text != NULL && (s->why == TACIT_E_CONFIRM ||
	    s->why == TACIT_E_OTHER_NAME || s->why == TACIT_E_CARD);
}

/* A note that names somebody. */
static void
note_name(struct sender *s, const char *before, const char *name,
    const char *after)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		return;
	fputs(before, f);
	text_put_name(f, name);
	fputs(after, f);
	if (fclose(f) == 0)
		screen_note(s->screen, text);
	free(text);
}

static void
ask_words(struct sender *s)
{
	char words[TACIT_WORDS_SIZE], after[80];

	if (tacit_practice_words(s->c->p, s->ct, words) != 0)
		return;
	(void)snprintf(after, sizeof(after),
	    ", check words: %s.  Type the words to send:", words);
	note_name(s, "This goes to ", session_info(s->ct).label, after);
}

static void
warn_of_name(struct sender *s)
{
	char label[TACIT_NAME_SIZE];

	if (tacit_practice_named(s->c->p, s->ct, s->text, strlen(s->text),
	    label) == 1)
		note_name(s, "not sent: it names ", label,
		    ".  /anyway sends it; Enter brings it back");
}

/* The card, to be read before anything is sent. */
static void
show_card(struct sender *s)
{
	struct tacit_card card = { .size = sizeof(card) };
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		return;
	if (tacit_card_get(s->c->p, s->ct, &card) == 0)
		bounds_card(f, &card);
	s->card = card.version;
	if (fclose(f) == 0)
		screen_line(s->screen, text);
	free(text);
	screen_note(s->screen, "this is how messages here are handled.  Type "
	    "/read when you have read it");
}

/* What is to be done about ${s->why}; the text is held. */
static void
explain(struct sender *s)
{
	switch (s->why) {
	case TACIT_E_CONFIRM:
		ask_words(s);
		return;
	case TACIT_E_OTHER_NAME:
		warn_of_name(s);
		return;
	case TACIT_E_CARD:
		show_card(s);
		return;
	case TACIT_E_NOT_VERIFIED:
		screen_note(s->screen, "/safety shows the number; after "
		    "/confirm or /accept you find your text here again");
		return;
	default:
		sender_back(s);
		return;
	}
}

/* Send what is held. */
static bool
attempt(struct sender *s, const char *confirm)
{
	char why[160];
	bool asked = s->why == TACIT_E_CONFIRM;

	s->why = tacit_practice_send(s->c->p, session_unix_ms(), s->ct,
	    s->text, strlen(s->text), confirm, s->flags, s->id, NULL);
	if (s->why == 0) {
		sender_forget(s);
		return true;
	}
	if (s->why == TACIT_E_CONFIRM && asked) {
		screen_note(s->screen, "not sent: these are not the words");
		sender_back(s);
		return false;
	}
	if (s->why != TACIT_E_CONFIRM && s->why != TACIT_E_OTHER_NAME) {
		(void)snprintf(why, sizeof(why), "not sent: %s",
		    tacit_error_text(s->why));
		screen_note(s->screen, why);
	}
	explain(s);
	return false;
}

bool
sender_write(struct sender *s, const char *text)
{
	size_t len = strlen(text);

	/* What is pasted often ends with a line's end. */
	while (len > 0 && text[len - 1] == '\n')
		len--;
	if (len == 0)
		return false;
	sender_forget(s);
	if ((s->text = strndup(text, len)) == NULL) {
		screen_note(s->screen, tacit_error_text(TACIT_E_NOMEM));
		return false;
	}
	return attempt(s, NULL);
}

bool
sender_anyway(struct sender *s)
{
	if (s->text == NULL || s->why != TACIT_E_OTHER_NAME) {
		screen_note(s->screen, "nothing waits for that");
		return false;
	}
	s->flags |= TACIT_SEND_ANYWAY;
	return attempt(s, NULL);
}

/* What is held goes on with ${line}. */
static int
add_line(struct sender *s, const char *line)
{
	unsigned flags = s->flags;
	int why = s->why;
	char *text;

	if (asprintf(&text, "%s\n%s", s->text, line) < 0)
		return TACIT_E_NOMEM;
	sender_forget(s);
	s->text = text;
	s->flags = flags;
	s->why = why;
	return 0;
}

bool
sender_answer(struct sender *s, const char *line)
{
	int rc;

	if (line[0] != '\0' && s->why == TACIT_E_CONFIRM)
		return attempt(s, line);
	if (line[0] == '\0')
		sender_back(s);
	else if ((rc = add_line(s, line)) == 0)
		explain(s);
	else
		screen_note(s->screen, tacit_error_text(rc));
	return false;
}

bool
sender_read(struct sender *s)
{
	int rc;

	if (s->text == NULL || s->why != TACIT_E_CARD) {
		screen_note(s->screen, "nothing waits for that");
		return false;
	}
	rc = tacit_card_acknowledge(s->c->p, session_unix_ms(), s->ct,
	    s->card);
	if (rc != 0 && rc != TACIT_E_CONFLICT)
		screen_note(s->screen, tacit_error_text(rc));
	return attempt(s, NULL);
}
