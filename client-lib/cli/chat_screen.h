/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a conversation looks like: items (messages, notes) that scroll away
 * upwards as any output does, and below the last of them the panel, where a
 * line is typed.  Everything is collected and written at once by
 * screen_flush(), so that nothing flickers, and what was written is wiped.
 *
 * The mark of a message, which says how far it got, is changed in its place
 * while it is still to be seen.  For that, rows are counted: lines are broken
 * here, before the terminal would break them.
 */
#ifndef CLI_CHAT_SCREEN_H
#define CLI_CHAT_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <tacit/practice.h>
#include <tacit/tacit.h>

enum { SCREEN_ITEMS = 128, SCREEN_OUT = 65536 };

struct screen_item {
	char id[TACIT_MESSAGE_ID_SIZE];	/* of a message of mine; or "" */
	int rows;
	int mark_column;		/* from 1 */
};

struct screen {
	int columns, rows;		/* of the terminal */
	int above;			/* rows above the panel that are surely
					   there, all of them ours */
	int panel_row;			/* of the cursor in the panel */
	bool dirty;			/* the panel is to be drawn */
	size_t n;
	struct screen_item items[SCREEN_ITEMS];
	char *out;			/* buffer of stdout; owned */
};

/* Returns 0 or TACIT_E_NOMEM. */
int screen_open(struct screen *s);
void screen_close(struct screen *s);

/* Look how large the terminal is. */
void screen_measure(struct screen *s);

/* Empty it; what is shown from here on begins on top. */
void screen_clear(struct screen *s);

/* Show a message of theirs, whom I call ${label}, or of mine. */
void screen_message(struct screen *s, const char *label,
    const struct tacit_message *m, bool late);

/* Show one plain sentence. */
void screen_note(struct screen *s, const char *text);

/* Show a line, or several, as it is. */
void screen_line(struct screen *s, const char *text);

/* The message ${id} of mine got so far: change its mark if it is in sight. */
void screen_mark(struct screen *s, const char *id,
    enum tacit_message_state state);

/* The same for what they tell of it: delivered or read. */
void screen_told(struct screen *s, const char *id, enum tacit_receipt told);

/* Draw the panel: ${prompt}, ${text}, the cursor at byte ${at} of it. */
void screen_panel(struct screen *s, const char *prompt, const char *text,
    size_t at);

/* Remove the panel. */
void screen_hide(struct screen *s);

/* Returns 0 or TACIT_E_IO. */
int screen_flush(struct screen *s);


/* Take back the newest text of mine to ${ct}, and show it; chat_undo.c */
void chat_undo(struct screen *s, struct tacit_contact *ct);

struct cli;
/* Ask them to take it back. */
void chat_ask(struct screen *s, struct cli *c, struct tacit_contact *ct);

#endif
