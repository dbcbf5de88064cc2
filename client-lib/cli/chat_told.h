/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receipts in a chat: marks of what they tell, and that a text of theirs was
 * shown.
 */
#ifndef CLI_CHAT_TOLD_H
#define CLI_CHAT_TOLD_H

#include "chat_screen.h"
#include "cli.h"

/* ${m} of ${ct} stands on the screen now. */
void told_shown(struct cli *c, struct tacit_contact *ct, struct screen *s,
    const struct tacit_message *m);

/* The relay has message ${id} of mine, and perhaps they told more. */
void told_accepted(struct cli *c, struct tacit_contact *ct, struct screen *s,
    const char *id);

/* They told something: look at each message of mine that is in sight. */
void told_news(struct cli *c, struct tacit_contact *ct, struct screen *s);

/* Say what ${ct} is told of us. */
void told_help(struct cli *c, struct tacit_contact *ct, struct screen *s);

#endif
