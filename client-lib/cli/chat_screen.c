/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "chat_screen.h"
#include "cli.h"
#include "pen.h"

enum { INDENT = 6, NOTE = 5, COLUMNS_MIN = 16 };

/* ---- terminal ---------------------------------------------------------------- */

void
screen_measure(struct screen *s)
{
	struct winsize w = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col == 0 ||
	    w.ws_row == 0) {
		w.ws_col = 80;
		w.ws_row = 24;
	}
	s->columns = w.ws_col < COLUMNS_MIN ? COLUMNS_MIN : w.ws_col;
	s->rows = w.ws_row;
}

int
screen_open(struct screen *s)
{

	memset(s, 0, sizeof(*s));
	if ((s->out = calloc(1, SCREEN_OUT)) == NULL)
		return TACIT_E_NOMEM;
	(void)fflush(stdout);
	(void)setvbuf(stdout, s->out, _IOFBF, SCREEN_OUT);
	screen_measure(s);
	return 0;
}

void
screen_close(struct screen *s)
{

	if (s->out == NULL)
		return;
	(void)screen_flush(s);
	(void)setvbuf(stdout, NULL, _IONBF, 0);
	free(s->out);
	s->out = NULL;
}

int
screen_flush(struct screen *s)
{
	int rc = fflush(stdout) == 0 ? 0 : TACIT_E_IO;

	explicit_bzero(s->out, SCREEN_OUT);
	return rc;
}

/* To the left edge of the panel's first row. */
static void
to_top(struct screen *s)
{

	putchar('\r');
	if (s->panel_row > 0)
		printf("\033[%dA", s->panel_row);
	s->panel_row = 0;
}

void
screen_hide(struct screen *s)
{

	to_top(s);
	fputs("\033[J", stdout);
	s->dirty = true;
}

void
screen_clear(struct screen *s)
{

	fputs("\033[H\033[2J", stdout);
	s->panel_row = 0;
	s->above = 0;
	s->n = 0;
	s->dirty = true;
}

/* ---- items -------------------------------------------------------------------- */

static void
remember(struct screen *s, const char *id, int rows, int mark_column)
{
	struct screen_item *i;

	if (s->n == SCREEN_ITEMS)
		memmove(s->items, s->items + 1,
		    --s->n * sizeof(s->items[0]));
	i = &s->items[s->n++];
	(void)snprintf(i->id, sizeof(i->id), "%s", id);
	i->rows = rows;
	i->mark_column = mark_column;
	s->above += rows;
	if (s->above > s->rows - 1)
		s->above = s->rows - 1;
}

static const char *
mark(enum tacit_message_state state)
{
	switch (state) {
	case TACIT_QUEUED:
		return "\xc2\xb7";
	case TACIT_ACCEPTED:
		return "\xe2\x9c\x93";
	case TACIT_RECALLING:
	case TACIT_RECALLED:
		return "\xe2\x9c\x97";
	case TACIT_RECEIVED:
		break;
	}
	return "";
}

void
screen_message(struct screen *s, const char *label,
    const struct tacit_message *m, bool late)
{
	struct pen p = pen_of(s->columns, INDENT);
	char when[32];
	int mark_column = 0;

	screen_hide(s);
	text_clock(when, m->time_ms);
	pen_name(&p, when);
	if (m->from_me) {
		pen_name(&p, " me ");
		mark_column = p.column + 1;
		pen_name(&p, mark(m->state));
	} else {
		pen_name(&p, " ");
		pen_name(&p, label);
	}
	pen_name(&p, late ? " (late): " : ": ");
	if (m->forgotten)
		pen_name(&p, m->forgotten == TACIT_FORGOTTEN_ASKED ?
		    "(taken back)" : "(forgotten)");
	pen_write(&p, m->text, m->text_len);
	if (m->keep_hours != 0 && !m->forgotten) {
		(void)snprintf(when, sizeof(when), " [kept for %u hour%s]",
		    (unsigned)m->keep_hours, m->keep_hours == 1 ? "" : "s");
		pen_write(&p, when, strlen(when));
	}
	putchar('\n');
	remember(s, m->from_me ? m->id : "", p.rows, mark_column);
}

void
screen_note(struct screen *s, const char *text)
{
	struct pen p = pen_of(s->columns, NOTE);

	screen_hide(s);
	pen_name(&p, "  -- ");
	pen_write(&p, text, strlen(text));
	putchar('\n');
	remember(s, "", p.rows, 0);
}

void
screen_line(struct screen *s, const char *text)
{
	struct pen p = pen_of(s->columns, 0);

	screen_hide(s);
	pen_write(&p, text, strlen(text));
	putchar('\n');
	remember(s, "", p.rows, 0);
}

static void
set_mark(struct screen *s, const char *id, const char *text)
{
	int up = 0;
	size_t i;

	for (i = s->n; i > 0; i--) {
		up += s->items[i - 1].rows;
		if (up > s->above)
			return;
		if (strcmp(s->items[i - 1].id, id) == 0)
			break;
	}
	if (i == 0)
		return;
	printf("\0337\033[%dA\033[%dG%s\0338", up + s->panel_row,
	    s->items[i - 1].mark_column, text);
}

void
screen_mark(struct screen *s, const char *id, enum tacit_message_state state)
{
	set_mark(s, id, mark(state));
}

void
screen_told(struct screen *s, const char *id, enum tacit_receipt told)
{
	if (told != TACIT_RECEIPT_NONE)
		set_mark(s, id, told == TACIT_RECEIPT_READ ? "\xe2\x97\x8f" :
		    "\xe2\x97\x8b");
}

/* ---- the panel -------------------------------------------------------------------- */

/* Lays out what is typed; prints the rows from ${first} to ${last}. */
struct layout {
	int limit, first, last;
	int row, column;
	int cursor_row, cursor_column;
};

static void
next_row(struct layout *l)
{

	if (l->row >= l->first && l->row < l->last)
		fputs("\033[K\r\n", stdout);
	l->row++;
	l->column = 0;
}

static void
lay(struct layout *l, const char *text, size_t at)
{
	size_t i, n, len = strlen(text);
	char out[TEXT_CELL_SIZE];
	int width = 0;

	for (i = 0; i < len; i += n) {
		n = text[i] == '\n' ? 1 : pen_cell(out, &width, text + i, len - i);
		if (text[i] != '\n' && l->column + width > l->limit)
			next_row(l);
		if (i == at) {
			l->cursor_row = l->row;
			l->cursor_column = l->column;
		}
		if (text[i] == '\n') {
			next_row(l);
			continue;
		}
		if (l->row >= l->first && l->row <= l->last)
			fputs(out, stdout);
		l->column += width;
	}
	if (i == at) {
		l->cursor_row = l->row;
		l->cursor_column = l->column;
	}
}

static struct layout
lay_all(const struct screen *s, const char *prompt, const char *text,
    size_t at, int first, int last)
{
	struct layout l = { .limit = s->columns - 1, .first = first,
	    .last = last };

	lay(&l, prompt, (size_t)-1);
	/* A long prompt leaves little room beside it. */
	if (l.row > 0 || l.column > s->columns / 2)
		next_row(&l);
	lay(&l, text, at);
	return l;
}

void
screen_panel(struct screen *s, const char *prompt, const char *text,
    size_t at)
{
	struct layout l;
	int first = 0, height, most = s->rows > 6 ? s->rows * 2 / 3 :
	    s->rows;

	l = lay_all(s, prompt, text, at, 0, -1);
	height = l.row + 1;
	if (height > most) {
		/* As much as fits, with the cursor in it. */
		first = l.cursor_row - most / 2;
		if (first > height - most)
			first = height - most;
		if (first < 0)
			first = 0;
		height = most;
	}
	to_top(s);
	l = lay_all(s, prompt, text, at, first, first + height - 1);
	fputs("\033[J", stdout);

	if (height - 1 > l.cursor_row - first)
		printf("\033[%dA", height - 1 - (l.cursor_row - first));
	putchar('\r');
	if (l.cursor_column > 0)
		printf("\033[%dC", l.cursor_column);
	s->panel_row = l.cursor_row - first;
	if (s->above > s->rows - height)
		s->above = s->rows - height;
	s->dirty = false;
}
