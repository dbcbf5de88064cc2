/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line that is being typed.  readline turns keys into a text and does
 * nothing else: it neither draws (chat_screen.h does) nor touches the modes of
 * the terminal nor catches signals, all of which would fight with what arrives
 * in between.
 *
 * There is one terminal, so one line at a time.
 */
#ifndef CLI_CHAT_LINE_H
#define CLI_CHAT_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum line_happened {			/* bits */
	LINE_RESIZED = 1,		/* or continued after a stop */
	LINE_OVER = 2,			/* asked to end by a signal or a key */
	LINE_REDRAW = 4			/* asked for by a key */
};

/*
 * Take over the terminal.  ${entered} is called by line_read() with each
 * whole text, which is wiped afterwards; with NULL at the end of the input.
 * Returns: 0 or TACIT_E_IO; after an error line_close() is called all the
 * same.
 */
int line_open(void (*entered)(void *arg, const char *text), void *arg);

/* Give it back as it was.  What is still typed is wiped. */
void line_close(void);

/* Becomes readable when a signal came that concerns us. */
int line_signal_fd(void);

/* Take what was typed; then, what happened: enum line_happened. */
void line_read(void);
unsigned line_happened(void);

/* What is typed so far, and at which byte the cursor stands. */
const char *line_text(size_t *at);

/* As if ${text} had been typed. */
void line_type(const char *text);

/* Have the next line begin with ${text}.  From inside ${entered} only. */
void line_put(const char *text);

#endif
