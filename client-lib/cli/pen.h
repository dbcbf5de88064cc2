/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of text for a person, on standard output: broken between words, before
 * a terminal would break them in the middle of one; made safe to show.
 */
#ifndef CLI_PEN_H
#define CLI_PEN_H

#include <stdbool.h>
#include <stddef.h>

#include "cli.h"

/* Where the next character goes. */
struct pen {
	int limit, indent;		/* columns that may be used */
	int column, rows;
	bool word;			/* inside one */
};

/* At the left edge; what follows the first row is indented. */
struct pen pen_of(int columns, int indent);

/* The columns of the terminal; of what is none, as many as there are. */
int pen_columns(void);

/* Print with line breaks between words, or inside those too long. */
void pen_write(struct pen *p, const char *text, size_t len);
/* The same of a whole that another may follow. */
void pen_name(struct pen *p, const char *name);

/* As text_cell(), with a tab as spaces. */
size_t pen_cell(char out[TEXT_CELL_SIZE], int *width, const char *text,
    size_t left);

#endif
