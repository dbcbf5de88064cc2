/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A conversation on the terminal.  Lines are edited by readline through its
 * callback interface; whatever arrives meanwhile is printed above the line
 * that is being typed.
 */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <readline/readline.h>

#include "cli.h"

enum { OLD_LINES = 20, LOOK_BACK = 256 };

struct chat {
	struct cli *c;
	struct tacit_contact *ct;
	struct tacit_contact_info info;
	uint64_t first, newest;		/* places shown at the start */
	char *prompt;			/* owned */
	char *again;			/* typed, not sent: back to the line, */
	bool hold;			/* but not before a /confirm */
	bool over;
	int rc;
};

/* readline's callbacks carry no argument; there is one terminal. */
static struct chat *chat_here;

/* ---- printing above the line -------------------------------------------- */

static void
above(void)
{
	(void)rl_clear_visible_line();
}

static void
below(void)
{
	(void)fflush(stdout);
	(void)rl_on_new_line();
	rl_redisplay();
}

static void
note(const char *text)
{
	printf("  -- %s\n", text);
}

static const char *
mark(enum tacit_message_state state)
{
	switch (state) {
	case TACIT_QUEUED:
		return " \xc2\xb7";
	case TACIT_ACCEPTED:
		return " \xe2\x9c\x93";
	case TACIT_RECEIVED:
		break;
	}
	return "";
}

static void
show_message(const struct chat *h, const struct tacit_message *m)
{
	char when[32];

	text_clock(when, m->time_ms);
	printf("%s ", when);
	text_put_name(stdout, m->from_me ? "me" : h->info.label);
	printf("%s: ", m->from_me ? mark(m->state) : "");
	text_put(stdout, m->text, m->text_len, 8);
	putchar('\n');
}

/* ---- the prompt ------------------------------------------------------------- */

/* "to Anna> ", with what waits and what is not verified; owned by the caller. */
static char *
make_prompt(const struct tacit_contact_info *info)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		return NULL;
	fputs("to ", f);
	text_put_name(f, info->label);
	if (!info->verified)
		fputs(" (not verified)", f);
	if (info->queued > 0)
		fprintf(f, " (%u waiting)", info->queued);
	fputs("> ", f);
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static void
refresh_prompt(struct chat *h)
{
	char *prompt;

	h->info = session_info(h->ct);
	if ((prompt = make_prompt(&h->info)) == NULL)
		return;
	if (h->prompt != NULL && strcmp(prompt, h->prompt) == 0) {
		free(prompt);
		return;
	}
	above();
	(void)rl_set_prompt(prompt);
	below();
	free(h->prompt);
	h->prompt = prompt;
}

/* ---- the start ---------------------------------------------------------------- */

static void
show_head(const struct chat *h)
{
	fputs("\nConversation with ", stdout);
	text_put_name(stdout, h->info.label);
	if (h->info.their_name[0] != '\0' &&
	    strcmp(h->info.their_name, h->info.label) != 0) {
		fputs(", who calls themselves ", stdout);
		text_put_name(stdout, h->info.their_name);
	}
	printf("\n%s, %s\n", text_state(h->info.state), h->info.verified ?
	    "verified" : "NOT VERIFIED: type /safety");
	puts("\nMessages are not monitored: nobody may read them for hours\n"
	    "or days.  In a crisis, or if somebody is in danger, do not\n"
	    "write here: call your local emergency number, or a crisis\n"
	    "line.\n\n"
	    "/help lists what else you can type; /quit leaves.\n"
	    "\xc2\xb7 waits here   \xe2\x9c\x93 kept by the relay until they "
	    "fetch it\n");
}

/* The last lines, and everything that was not read yet. */
static void
show_history(struct chat *h)
{
	struct tacit_message m = { .size = sizeof(m) };
	uint32_t n, wanted = OLD_LINES + h->info.unread;
	uint64_t at;

	for (n = 0; n < wanted; n++) {
		if (tacit_history(h->ct, h->first, &m) != 0)
			break;
		if (n == 0)
			h->newest = m.place;
		h->first = m.place;
	}
	for (at = h->first; at != 0 && at <= h->newest; at++)
		if (tacit_history(h->ct, at + 1, &m) == 0 && m.place == at)
			show_message(h, &m);
	(void)fflush(stdout);
}

/* ---- events --------------------------------------------------------------------- */

/* The message of an event in the history, where its time stands. */
static bool
find_message(const struct chat *h, const char *id, struct tacit_message *m)
{
	uint64_t before = 0;
	int n;

	for (n = 0; n < LOOK_BACK; n++) {
		if (tacit_history(h->ct, before, m) != 0)
			return false;
		if (strcmp(m->id, id) == 0)
			return true;
		before = m->place;
	}
	return false;
}

static void
show_event(struct chat *h, const struct tacit_event *ev)
{
	struct tacit_message m = { .size = sizeof(m) };

	if (ev->type == TACIT_EV_ACCEPTED)
		return;			/* the prompt says so */
	if (ev->type == TACIT_EV_MESSAGE && find_message(h, ev->message, &m)) {
		if (m.place >= h->first && m.place <= h->newest)
			return;		/* shown at the start */
		above();
		show_message(h, &m);
		below();
		return;
	}
	above();
	fputs("  -- ", stdout);
	event_sentence(stdout, ev);
	putchar('\n');
	below();
}

/* Events of other contacts stay for them. */
static int
take_events(struct chat *h)
{
	struct tacit_event ev = { .size = sizeof(ev) };
	uint64_t after = 0;
	int rc;

	while ((rc = tacit_next_event(h->c->t, after, &ev)) == 1) {
		after = ev.id;
		if (ev.contact != NULL && ev.contact != h->ct)
			continue;
		show_event(h, &ev);
		if (fflush(stdout) != 0)
			return TACIT_E_IO;
		if ((rc = tacit_event_done(h->c->t, ev.id)) != 0)
			return rc;
	}
	return rc;
}

/* ---- what is typed ------------------------------------------------------------------ */

static void
type_help(struct chat *h)
{
	(void)h;
	note("/safety   the number that both of you compare by voice");
	note("/confirm  record that it was equal at both ends");
	note("/accept   write without having compared it, at your own risk");
	note("/quit     leave (or Ctrl-D)");
	note("//...     a message that begins with one slash");
}

static void
type_safety(struct chat *h)
{
	char number[TACIT_SAFETY_SIZE];
	int i, rc;

	if ((rc = tacit_safety_number(h->ct, number)) != 0) {
		note(rc == TACIT_E_STATE ? "they have not answered yet" :
		    tacit_error_text(rc));
		return;
	}
	for (i = 0; i < 60; i += 5)
		printf("%s%.5s%s", i % 20 == 0 ? "     " : " ", number + i,
		    i % 20 == 15 ? "\n" : "");
	note(h->info.verified ? "verified" :
	    "equal at both ends?  then /confirm.  If not, stop writing here.");
}

static void
recorded(struct chat *h, int rc, const char *good)
{
	note(rc == 0 ? good : tacit_error_text(rc));
	if (rc == 0)
		h->hold = false;
}

static void
type_confirm(struct chat *h)
{
	recorded(h, tacit_verify(h->ct), "recorded: verified");
}

static void
type_accept(struct chat *h)
{
	recorded(h, tacit_accept_unverified(h->ct),
	    "recorded: you write without having compared the safety number");
}

static void
type_quit(struct chat *h)
{
	h->over = true;
}

static const struct {
	const char *word;
	void (*run)(struct chat *);
} words[] = {
	{ "/help", type_help },
	{ "/safety", type_safety },
	{ "/confirm", type_confirm },
	{ "/accept", type_accept },
	{ "/quit", type_quit },
};

static void
command(struct chat *h, const char *line)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(line, words[i].word) == 0) {
			words[i].run(h);
			return;
		}
	}
	note("not sent; /help lists what begins with a slash");
}

/* The text that was kept for the line. */
static void
forget(struct chat *h)
{
	if (h->again != NULL)
		explicit_bzero(h->again, strlen(h->again));
	free(h->again);
	h->again = NULL;
}

static void
send_line(struct chat *h, const char *line)
{
	int rc = tacit_send(h->ct, line, strlen(line), NULL, NULL);

	if (rc == 0)
		return;
	printf("  -- not sent: %s\n", tacit_error_text(rc));
	h->hold = rc == TACIT_E_NOT_VERIFIED;
	if (h->hold)
		note("/safety shows the number; after /confirm or /accept you "
		    "find your text here again");
	forget(h);
	h->again = strdup(line);
}

/* readline has a whole line, or NULL at the end of the input. */
static void
typed(char *line)
{
	struct chat *h = chat_here;

	if (line == NULL) {
		putchar('\n');
		h->over = true;
		return;
	}
	if (line[0] == '/' && line[1] != '/')
		command(h, line);
	else if (line[0] != '\0')
		send_line(h, line[0] == '/' ? line + 1 : line);
	explicit_bzero(line, strlen(line));
	free(line);
	if (h->over)
		rl_callback_handler_remove();
}

/* A new line begins: with what could not be sent, if anything. */
static int
put_back(void)
{
	struct chat *h = chat_here;

	if (h->again != NULL && !h->hold) {
		(void)rl_insert_text(h->again);
		forget(h);
	}
	return 0;
}

/* ---- the loop -------------------------------------------------------------------------- */

static int
turn(struct chat *h)
{
	struct pollfd fds[2] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = tacit_fd(h->c->t), .events = POLLIN }
	};
	int rc;

	if (poll(fds, 2, tacit_timeout_ms(h->c->t)) == -1 && errno != EINTR)
		return TACIT_E_IO;
	if (fds[0].revents != 0)
		rl_callback_read_char();
	if ((rc = tacit_step(h->c->t, 0)) != 0 || h->over)
		return rc;
	if ((rc = take_events(h)) == 0)
		refresh_prompt(h);
	return rc;
}

static void
begin_editing(struct chat *h)
{
	const char *set = setlocale(LC_CTYPE, "");

	if (set == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		(void)setlocale(LC_CTYPE, "C.UTF-8");
	chat_here = h;
	rl_readline_name = "tacit";
	rl_startup_hook = put_back;
	(void)rl_bind_key('\t', rl_insert);
	h->prompt = make_prompt(&h->info);
	rl_callback_handler_install(h->prompt != NULL ? h->prompt : "> ",
	    typed);
}

int
chat_run(struct cli *c, struct tacit_contact *ct)
{
	struct chat h = { .c = c, .ct = ct, .info = session_info(ct) };
	int rc = 0;

	show_head(&h);
	show_history(&h);
	begin_editing(&h);
	while (!h.over && rc == 0)
		rc = turn(&h);
	rl_callback_handler_remove();
	chat_here = NULL;

	if (rc == 0 && session_info(ct).queued > 0)
		rc = session_settle(c, 2000);
	forget(&h);
	free(h.prompt);
	return cli_done(c, rc);
}

int
cmd_chat(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int status;

	if (c->json || !input_person() || !isatty(STDOUT_FILENO))
		return cli_usage(c, "`chat' needs a terminal; scripts use "
		    "`send' and `sync --json'");
	if ((status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	return chat_run(c, ct);
}
