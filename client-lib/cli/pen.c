/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pen.h"

enum { COLUMNS_MIN = 16, TAB = 4 };

struct pen
pen_of(int columns, int indent)
{
	const struct pen p = { .limit = columns - 1, .indent = indent,
	    .rows = 1 };

	return p;
}

int
pen_columns(void)
{
	struct winsize w = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col == 0)
		return INT_MAX / 2;
	return w.ws_col < COLUMNS_MIN ? COLUMNS_MIN : w.ws_col;
}

size_t
pen_cell(char out[TEXT_CELL_SIZE], int *width, const char *text, size_t left)
{
	size_t n = text_cell(out, width, text, left, false);

	if (out[0] == '\t') {
		(void)snprintf(out, TEXT_CELL_SIZE, "%*s", TAB, "");
		*width = TAB;
	}
	return n;
}

/* Columns up to the next space or the end of the line. */
static int
word_width(const char *text, size_t left)
{
	char out[TEXT_CELL_SIZE];
	int width, sum = 0;
	size_t i;

	for (i = 0; i < left && text[i] != ' ' && text[i] != '\n';) {
		i += pen_cell(out, &width, text + i, left - i);
		sum += width;
	}
	return sum;
}

static void
break_line(struct pen *p)
{

	printf("\n%*s", p->indent, "");
	p->column = p->indent;
	p->rows++;
}

void
pen_write(struct pen *p, const char *text, size_t len)
{
	char out[TEXT_CELL_SIZE];
	int width, word;
	size_t i = 0;

	while (i < len) {
		if (text[i] == '\n') {
			break_line(p);
			p->word = false;
			i++;
			continue;
		}
		if (!p->word && text[i] != ' ') {
			word = word_width(text + i, len - i);
			if (p->column + word > p->limit &&
			    p->column > p->indent &&
			    p->indent + word <= p->limit)
				break_line(p);
		}
		p->word = text[i] != ' ';
		i += pen_cell(out, &width, text + i, len - i);
		if (p->column + width > p->limit) {
			if (!p->word)
				continue;	/* a space between lines */
			break_line(p);
		}
		fputs(out, stdout);
		p->column += width;
	}
}

void
pen_name(struct pen *p, const char *name)
{

	pen_write(p, name, strlen(name));
	p->word = false;
}
