/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was typed is wiped once it is done with, but for what was deleted or cut
 * from it: readline keeps that until the chat ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <readline/readline.h>

#include "chat_line.h"
#include "cli.h"

/* The longest text fits without the buffer being moved. */
enum { KEYS_AT_ONCE = 4096, LINE_ROOM = 32768 };

#define CTRL_KEY(c) ((c) & 0x1f)

static const int signals[] = { SIGWINCH, SIGTERM, SIGHUP, SIGINT };

enum { N_SIGNALS = sizeof(signals) / sizeof(signals[0]) };

/* readline's and the kernel's callbacks carry no argument. */
static struct {
	void (*entered)(void *, const char *);
	void *arg;
	int pipe[2];			/* signals come out of it */
	struct sigaction before[N_SIGNALS];
	struct termios cooked, raw;
	bool open;			/* cooked and before are to be restored */
	unsigned happened;
	char *next;			/* what the next line begins with */
	FILE *nowhere;			/* where readline draws */
} line;

static void
signalled(int sig)
{
	int saved = errno;
	char b = (char)sig;

	if (write(line.pipe[1], &b, 1) == -1) {
		/* It is full: there is enough to do. */
	}
	errno = saved;
}

/* ---- the terminal --------------------------------------------------------------- */

/* Keys one by one, none of them a signal; pasted text in brackets. */
static void
take_terminal(void)
{

	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &line.raw);
	fputs("\033[?2004h", stdout);
	(void)fflush(stdout);
}

static void
leave_terminal(void)
{

	fputs("\033[?2004l", stdout);
	(void)fflush(stdout);
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &line.cooked);
}

static int
open_terminal(void)
{
	struct sigaction sa = { .sa_handler = signalled };
	int i;

	if (tcgetattr(STDIN_FILENO, &line.cooked) != 0 ||
	    pipe2(line.pipe, O_CLOEXEC | O_NONBLOCK) != 0)
		return TACIT_E_IO;
	line.raw = line.cooked;
	line.raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	line.raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IXON);
	line.raw.c_cc[VMIN] = 1;
	line.raw.c_cc[VTIME] = 0;
	for (i = 0; i < N_SIGNALS; i++)
		(void)sigaction(signals[i], &sa, &line.before[i]);
	line.open = true;
	take_terminal();
	return 0;
}

static void
close_terminal(void)
{
	int i;

	if (!line.open)
		return;
	leave_terminal();
	for (i = 0; i < N_SIGNALS; i++)
		(void)sigaction(signals[i], &line.before[i], NULL);
	(void)close(line.pipe[0]);
	(void)close(line.pipe[1]);
	line.open = false;
}

/* ---- keys ------------------------------------------------------------------------- */

static void
wipe_line(void)
{

	explicit_bzero(rl_line_buffer, strlen(rl_line_buffer));
	rl_point = rl_end = 0;
}

/*
 * The next byte.  Where the terminal is gone, so is what was typed: readline
 * would take it for a whole line.
 */
static int
next_key(FILE *in)
{
	unsigned char b;
	ssize_t n;

	do
		n = read(fileno(in), &b, 1);
	while (n == -1 && errno == EINTR);
	if (n == 1)
		return b;
	wipe_line();
	return EOF;
}

/* Ctrl-C drops the line; there being none, it leaves. */
static int
key_drop(int count, int key)
{

	(void)count;
	(void)key;
	if (rl_end == 0)
		line.happened |= LINE_OVER;
	rl_free_undo_list();
	wipe_line();
	return 0;
}

/* A new line within the text. */
static int
key_newline(int count, int key)
{

	(void)count;
	(void)key;
	return rl_insert_text("\n");
}

/* Off the middle of a character. */
static int
settle_point(void)
{

	while (rl_point > 0 && (rl_line_buffer[rl_point] & 0xc0) == 0x80)
		rl_point--;
	return 0;
}

/* Up and Down, between the lines of a text. */
static int
key_up(int count, int key)
{
	int at, column, start = rl_point;

	(void)count;
	(void)key;
	while (start > 0 && rl_line_buffer[start - 1] != '\n')
		start--;
	if (start == 0)
		return 0;
	column = rl_point - start;
	for (at = start - 1; at > 0 && rl_line_buffer[at - 1] != '\n';)
		at--;
	rl_point = at + column < start ? at + column : start - 1;
	return settle_point();
}

static int
key_down(int count, int key)
{
	int at, column, start = rl_point;

	(void)count;
	(void)key;
	while (start > 0 && rl_line_buffer[start - 1] != '\n')
		start--;
	column = rl_point - start;
	for (at = rl_point; at < rl_end && rl_line_buffer[at] != '\n';)
		at++;
	if (at == rl_end)
		return 0;
	for (start = at + 1; at + 1 < rl_end && at + 1 < start + column &&
	    rl_line_buffer[at + 1] != '\n';)
		at++;
	rl_point = at + 1;
	return settle_point();
}

static int
key_redraw(int count, int key)
{

	(void)count;
	(void)key;
	line.happened |= LINE_REDRAW;
	return 0;
}

/* Ctrl-Z: stop, as a program does that leaves its keys to the terminal. */
static int
key_stop(int count, int key)
{

	(void)count;
	(void)key;
	leave_terminal();
	(void)raise(SIGTSTP);
	take_terminal();
	line.happened |= LINE_RESIZED;
	return 0;
}

static void
forget_next(void)
{

	if (line.next != NULL)
		explicit_bzero(line.next, strlen(line.next));
	free(line.next);
	line.next = NULL;
}

static int
begin_line(void)
{

	if (line.next != NULL)
		(void)rl_insert_text(line.next);
	forget_next();
	return 0;
}

/* A whole text, or the end of the input. */
static void
entered(char *text)
{

	line.entered(line.arg, text);
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
	wipe_line();
}

static void
draw_nothing(void)
{
}

static void
bind_keys(void)
{
	(void)rl_bind_key('\t', rl_insert);
	(void)rl_bind_key(CTRL_KEY('C'), key_drop);
	(void)rl_bind_key(CTRL_KEY('L'), key_redraw);
	(void)rl_bind_key(CTRL_KEY('Z'), key_stop);
	(void)rl_bind_keyseq("\\e[A", key_up);
	(void)rl_bind_keyseq("\\eOA", key_up);
	(void)rl_bind_keyseq("\\e[B", key_down);
	(void)rl_bind_keyseq("\\eOB", key_down);
	(void)rl_bind_keyseq("\\e\\C-m", key_newline);
	(void)rl_bind_keyseq("\\e\\C-j", key_newline);
}

int
line_open(void (*call)(void *arg, const char *text), void *arg)
{

	memset(&line, 0, sizeof(line));
	line.entered = call;
	line.arg = arg;
	if ((line.nowhere = fopen("/dev/null", "w")) == NULL)
		return TACIT_E_IO;
	if (open_terminal() != 0)
		return TACIT_E_IO;

	rl_readline_name = "tacit";
	rl_outstream = line.nowhere;
	rl_redisplay_function = draw_nothing;
	rl_startup_hook = begin_line;
	rl_getc_function = next_key;
	rl_prep_term_function = NULL;
	rl_deprep_term_function = NULL;
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_callback_handler_install("", entered);
	rl_extend_line_buffer(LINE_ROOM);
	bind_keys();
	return 0;
}

void
line_close(void)
{

	if (rl_line_buffer != NULL)
		wipe_line();
	if (rl_outstream == line.nowhere)
		rl_callback_handler_remove();
	forget_next();
	close_terminal();
	if (line.nowhere != NULL)
		(void)fclose(line.nowhere);
	line.nowhere = NULL;
}

int
line_signal_fd(void)
{

	return line.pipe[0];
}

void
line_read(void)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	int n;

	for (n = 0; n < KEYS_AT_ONCE && poll(&in, 1, 0) == 1 &&
	    (line.happened & LINE_OVER) == 0; n++)
		rl_callback_read_char();
}

unsigned
line_happened(void)
{
	unsigned happened;
	char sig;

	while (read(line.pipe[0], &sig, 1) == 1)
		line.happened |= sig == SIGWINCH ? LINE_RESIZED : LINE_OVER;
	happened = line.happened;
	line.happened = 0;
	return happened;
}

const char *
line_text(size_t *at)
{

	*at = (size_t)rl_point;
	return rl_line_buffer;
}

void
line_put(const char *text)
{

	forget_next();
	line.next = strdup(text);
}

void
line_type(const char *text)
{

	(void)rl_insert_text(text);
}
