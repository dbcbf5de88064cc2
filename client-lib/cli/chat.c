/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A conversation on the terminal: what happens goes to chat_screen.c, what is
 * typed comes from chat_line.c.  Nothing tells whether the other side is
 * there, and nothing tells them that we are.
 */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "chat_line.h"
#include "chat_lock.h"
#include "chat_screen.h"
#include "chat_send.h"
#include "chat_told.h"
#include "cli.h"
#include "held.h"
#include "texts.h"

enum { OLD_MESSAGES = 20, LOOK_BACK = 256, WAIT_MS = 60000,
    QUIET_MS = 60000 };

struct chat {
	struct cli *c;
	struct tacit_contact *ct;
	struct tacit_contact_info info;
	struct screen screen;
	uint64_t first, newest;		/* places shown together */
	char *prompt;			/* owned */
	struct sender sender;
	struct lock lock;
	int problem;			/* with a relay, that was told */
	int64_t quiet_ms;		/* until then not told again */
	bool over, cut;			/* cut: by a signal */
};

static void
note(struct chat *h, const char *text)
{
	screen_note(&h->screen, text);
}

/* ---- the prompt ------------------------------------------------------------- */

/* "to Anna> ", with what waits and what is not verified; owned by the caller. */
static char *
make_prompt(const struct tacit_contact_info *info, uint32_t held)
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
	if (held > 0)
		fprintf(f, " (/undo: %u s)", held);
	else if (info->queued > 0)
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
	if ((prompt = make_prompt(&h->info, held_seconds(h->ct))) == NULL)
		return;
	if (h->prompt == NULL || strcmp(prompt, h->prompt) != 0)
		h->screen.dirty = true;
	free(h->prompt);
	h->prompt = prompt;
}

static void
draw_panel(struct chat *h)
{
	const char *text;
	size_t at;

	text = line_text(&at);
	screen_panel(&h->screen, h->prompt != NULL ? h->prompt : "> ", text,
	    at);
}

/* ---- the start ---------------------------------------------------------------- */

static void
show_head(struct chat *h)
{
	const struct tacit_contact_info *i = &h->info;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		return;
	fputs("\nConversation with ", f);
	text_put_name(f, i->label);
	if (i->their_name[0] != '\0' && strcmp(i->their_name, i->label) != 0) {
		fputs(", who calls themselves ", f);
		text_put_name(f, i->their_name);
	}
	fprintf(f, "\n%s, %s\n", session_state(h->c, h->ct, i), i->verified ?
	    "verified" : "NOT VERIFIED: type /safety");
	fputs("\nMessages are not monitored: nobody may read them for hours "
	    "or days.  In a crisis, or if somebody is in danger, do not "
	    "write here: call your local emergency number, or a crisis "
	    "line.\n\n"
	    "/help lists what else you can type; /quit leaves.\n"
	    "\xc2\xb7 waits here   \xe2\x9c\x93 kept by the relay until "
	    "they fetch it   \xe2\x9c\x97 taken back\n"
	    "\xe2\x97\x8b arrived, \xe2\x97\x8f read: if they let you know\n",
	    f);
	if (fclose(f) == 0)
		screen_line(&h->screen, text);
	free(text);
}

/* ${wanted} of the last texts, which are then what is shown together. */
static void
show_history(struct chat *h, uint32_t wanted)
{
	struct texts *all = NULL, *t;

	/* What cannot be read is told by the next step. */
	if (texts_read(&all, h->ct, wanted) != 0)
		return;
	if (all != NULL && (h->first == 0 || all->m.place < h->first))
		h->first = all->m.place;
	for (t = all; t != NULL; t = t->next) {
		h->newest = t->m.place;
		t->m.state = recall_shown(h->ct, &t->m);
		screen_message(&h->screen, h->info.label, &t->m, false);
		told_shown(h->c, h->ct, &h->screen, &t->m);
	}
	texts_free(all);
}

/* The terminal has another size: begin anew, with what fits. */
static void
redraw(struct chat *h)
{
	screen_measure(&h->screen);
	screen_clear(&h->screen);
	show_history(h, (uint32_t)h->screen.rows);
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

/* The event, of one kind or the other, in one plain sentence. */
static void
tell(struct chat *h, const struct tacit_event *ev,
    const struct tacit_practice_event *of_practice)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		return;
	if (ev != NULL)
		event_sentence(f, ev);
	else
		practice_sentence(f, of_practice);
	if (fclose(f) == 0) {
		note(h, text);
		explicit_bzero(text, len);
	}
	free(text);
}

static void
show_event(struct chat *h, const struct tacit_event *ev)
{
	struct tacit_message m = { .size = sizeof(m) };

	switch (ev->type) {
	case TACIT_EV_ACCEPTED:
		told_accepted(h->c, h->ct, &h->screen, ev->message);
		return;
	case TACIT_EV_UNDELIVERED:
		screen_mark(&h->screen, ev->message, TACIT_QUEUED);
		break;
	case TACIT_EV_RECALLED:
		screen_mark(&h->screen, ev->message, ev->reason ==
		    TACIT_FATE_TAKEN ? TACIT_ACCEPTED : TACIT_RECALLED);
		tell(h, ev, NULL);
		if (ev->reason == TACIT_FATE_TAKEN)
			note(h, "/ask asks them to take it back");
		return;
	case TACIT_EV_MESSAGE:
		if (!find_message(h, ev->message, &m))
			break;
		if (m.place < h->first || m.place > h->newest) {
			screen_message(&h->screen, h->info.label, &m,
			    ev->late != 0);
			told_shown(h->c, h->ct, &h->screen, &m);
		}
		texts_give_back(h->ct);
		return;
	default:
		break;
	}
	tell(h, ev, NULL);
}

/* Of the practice layer, about this contact. */
static int
take_practice(struct chat *h)
{
	struct tacit_practice_event ev = { .size = sizeof(ev) };
	uint64_t after = 0;
	int rc;

	if ((rc = session_practice(h->c)) != 0)
		return rc;
	while ((rc = tacit_practice_next_event(h->c->p, after, &ev)) == 1) {
		after = ev.id;
		if (ev.contact != h->ct)
			continue;
		/* What they took back does not stay in sight. */
		if (ev.type == TACIT_RETRACTION_WANTED)
			redraw(h);
		told_news(h->c, h->ct, &h->screen);
		if (ev.type != TACIT_PRACTICE_RECEIPT)
			tell(h, NULL, &ev);
		if ((rc = screen_flush(&h->screen)) != 0 ||
		    (rc = tacit_practice_event_done(h->c->p, ev.id)) != 0)
			return rc;
	}
	return rc;
}

/* Events of other contacts stay for them. */
static int
take_events(struct chat *h)
{
	struct tacit_event ev = { .size = sizeof(ev) };
	uint64_t after = 0;
	int rc;

	if ((rc = take_practice(h)) != 0)
		return rc;
	while ((rc = tacit_next_event(h->c->t, after, &ev)) == 1) {
		after = ev.id;
		if (ev.contact != NULL && ev.contact != h->ct)
			continue;
		if (event_is_for_people(&ev))
			show_event(h, &ev);
		if ((rc = screen_flush(&h->screen)) != 0 ||
		    (rc = tacit_event_done(h->c->t, ev.id)) != 0)
			return rc;
	}
	return rc;
}

/* Is it so that nothing goes out or comes in? */
static bool
cuts_off(int problem)
{
	return problem == TACIT_E_UNREACHABLE || problem == TACIT_E_PIN ||
	    problem == TACIT_E_VERSION;
}

/* Say once that a relay is away, and once that it is back. */
static void
watch_relay(struct chat *h)
{
	struct tacit_progress p = { .size = sizeof(p) };
	int64_t now = session_now_ms();

	if (tacit_progress(h->c->t, &p) != 0 || p.problem == h->problem ||
	    (p.problem != 0 && (!cuts_off(p.problem) || now < h->quiet_ms)))
		return;
	h->problem = p.problem;
	h->quiet_ms = now + QUIET_MS;
	if (p.problem == TACIT_E_UNREACHABLE)
		note(h, "a relay cannot be reached; what you write is kept "
		    "here and goes out later");
	else
		note(h, p.problem != 0 ? tacit_error_text(p.problem) :
		    "the relay is reached again");
}

/* ---- what is typed ------------------------------------------------------------------ */

static void
type_help(struct chat *h)
{
	note(h, "/safety   the number that both of you compare by voice");
	note(h, "/confirm  record that it was equal at both ends");
	note(h, "/accept   write without having compared it, at your own risk");
	note(h, "/read     say that you read the card of the practice");
	note(h, "/anyway   send a text that names somebody else");
	note(h, "/undo     take back what you wrote last");
	note(h, "/ask      ask them to, if that was too late");
	note(h, "/quit     leave (or Ctrl-D)");
	note(h, "//...     a message that begins with one slash");
	note(h, "Alt-Enter begins a new line within a message; Ctrl-C drops "
	    "what was typed");
	told_help(h->c, h->ct, &h->screen);
}

static void
type_safety(struct chat *h)
{
	char number[TACIT_SAFETY_SIZE], row[32];
	int i, rc;

	if ((rc = tacit_safety_number(h->ct, number)) != 0) {
		note(h, rc == TACIT_E_STATE ? "they have not answered yet" :
		    tacit_error_text(rc));
		return;
	}
	for (i = 0; i < 60; i += 20) {
		(void)snprintf(row, sizeof(row), "     %.5s %.5s %.5s %.5s",
		    number + i, number + i + 5, number + i + 10,
		    number + i + 15);
		screen_line(&h->screen, row);
	}
	note(h, h->info.verified ? "verified" :
	    "equal at both ends?  then /confirm.  If not, stop writing here.");
}

/* The risk is dealt with: what could not be sent comes back. */
static void
recorded(struct chat *h, int rc, const char *good)
{
	note(h, rc == 0 ? good : tacit_error_text(rc));
	if (rc == 0)
		sender_back(&h->sender);
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

/* What was sent stands on the screen. */
static void
sent(struct chat *h, bool done)
{
	struct tacit_message m = { .size = sizeof(m) };

	if (done && find_message(h, h->sender.id, &m))
		screen_message(&h->screen, h->info.label, &m, false);
	texts_give_back(h->ct);
}

static void
type_anyway(struct chat *h)
{
	sent(h, sender_anyway(&h->sender));
}

static void
type_read(struct chat *h)
{
	sent(h, sender_read(&h->sender));
}

static void
type_undo(struct chat *h)
{
	chat_undo(&h->screen, h->ct);
}

static void
type_ask(struct chat *h)
{
	chat_ask(&h->screen, h->c, h->ct);
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
	{ "/anyway", type_anyway },
	{ "/read", type_read },
	{ "/undo", type_undo },
	{ "/ask", type_ask },
	{ "/quit", type_quit },
};

/* Returns false if there is no such word. */
static bool
command(struct chat *h, const char *text)
{
	size_t i, len = strcspn(text, " ");

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].word) == len && text[len] == '\0' &&
		    strncmp(text, words[i].word, len) == 0) {
			words[i].run(h);
			return true;
		}
	}
	return false;
}

/* A whole text was typed; NULL: the input is at its end. */
static void
typed(void *arg, const char *text)
{
	struct chat *h = arg;

	h->screen.dirty = true;
	if (text == NULL)
		h->over = true;
	else if (text[0] == '/' && text[1] == '/')
		sent(h, sender_write(&h->sender, text + 1));
	else if (text[0] == '/') {
		if (command(h, text))
			return;
		note(h, "not sent; /help lists what begins with a slash");
		/* Rather a text than a word mistyped. */
		if (strpbrk(text, " \n") != NULL)
			line_put(text);
	} else if (sender_asks(&h->sender))
		sent(h, sender_answer(&h->sender, text));
	else
		sent(h, sender_write(&h->sender, text));
}

/* ---- the loop -------------------------------------------------------------------------- */

/* The sooner of two waits; -1 is for ever. */
static int
sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Wait for keys, signals, the relay.  Returns TACIT_E_*. */
static int
await(struct chat *h)
{
	struct pollfd fds[3] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = line_signal_fd(), .events = POLLIN },
		{ .fd = tacit_fd(h->c->t), .events = POLLIN }
	};
	int timeout = sooner(sooner(WAIT_MS, tacit_timeout_ms(h->c->t)),
	    tacit_practice_timeout_ms(h->c->p, session_unix_ms()));

	timeout = sooner(timeout, lock_left(&h->lock));
	timeout = sooner(timeout, held_tick_ms(h->ct));
	if (poll(fds, 3, timeout) == -1 && errno != EINTR)
		return TACIT_E_IO;
	if (fds[0].revents != 0) {
		h->screen.dirty = true;
		lock_key(&h->lock);
		line_read();
	}
	return 0;
}

static int
turn(struct chat *h)
{
	unsigned happened;
	int rc;

	if ((rc = await(h)) != 0)
		return rc;
	happened = line_happened();
	if ((happened & LINE_OVER) != 0)
		h->over = h->cut = true;
	else if (lock_look(&h->lock, &h->sender))
		h->over = true;
	if ((happened & (LINE_RESIZED | LINE_REDRAW)) != 0)
		redraw(h);
	if ((rc = tacit_step(h->c->t, 0)) != 0 || h->over)
		return rc;
	if ((rc = take_events(h)) != 0)
		return rc;
	watch_relay(h);
	refresh_prompt(h);
	if (h->screen.dirty)
		draw_panel(h);
	return screen_flush(&h->screen);
}

/* Widths of characters are those of a UTF-8 terminal. */
static void
know_widths(void)
{
	const char *set = setlocale(LC_CTYPE, "");

	if (set == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		(void)setlocale(LC_CTYPE, "C.UTF-8");
}

int
chat_run(struct cli *c, struct tacit_contact *ct)
{
	struct chat h = { .c = c, .ct = ct, .info = session_info(ct) };
	const char *term = getenv("TERM");
	int rc;

	if (term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0)
		return cli_usage(c, "a chat needs a terminal whose cursor can "
		    "be moved (TERM says that this one's cannot)");
	h.sender = (struct sender){ .c = c, .ct = ct, .screen = &h.screen };
	know_widths();
	if ((rc = held_begin(c, ct)) != 0 ||
	    (rc = screen_open(&h.screen)) != 0)
		return cli_done(c, rc);
	show_head(&h);
	show_history(&h, OLD_MESSAGES + h.info.unread);
	if ((rc = line_open(typed, &h)) == 0) {
		lock_begin(&h.lock, c, ct, &h.screen);
		refresh_prompt(&h);
		draw_panel(&h);
		rc = screen_flush(&h.screen);
	}
	while (!h.over && rc == 0)
		rc = turn(&h);
	screen_hide(&h.screen);
	line_close();
	screen_close(&h.screen);

	sender_forget(&h.sender);
	free(h.prompt);
	if (rc == 0 && h.lock.due)
		rc = lock_now(&h.lock);
	else if (rc == 0)
		rc = held_leave(c, ct, !h.cut);
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
	if ((status = lock_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	return chat_run(c, ct);
}
