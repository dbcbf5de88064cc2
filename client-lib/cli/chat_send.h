/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a chat does with a text that was entered: sends it, or holds it until
 * what stands in the way was answered.
 */
#ifndef CLI_CHAT_SEND_H
#define CLI_CHAT_SEND_H

#include "chat_screen.h"
#include "cli.h"

struct sender {
	struct cli *c;
	struct tacit_contact *ct;
	struct screen *screen;
	char *text;			/* held, not sent; owned, or NULL */
	unsigned flags;			/* it is sent with */
	uint64_t card;			/* version that was shown */
	int why;			/* TACIT_E_*: what stands in the way */
	char id[TACIT_MESSAGE_ID_SIZE];	/* of what was sent last */
};

/* Each of these: true if a text was sent; else it was said why not. */
bool sender_write(struct sender *s, const char *text);

/* The text may name somebody else; the card was read. */
bool sender_anyway(struct sender *s);
bool sender_read(struct sender *s);

/*
 * A line after something was asked: the check words; nothing at all, to change
 * what is held; or more of that.
 */
bool sender_answer(struct sender *s, const char *line);
bool sender_asks(const struct sender *s);

/* What is held stands in the line again, to be changed or entered. */
void sender_back(struct sender *s);

/* Wipe what is held. */
void sender_forget(struct sender *s);

#endif
