/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What loop_poll.c, loop_uv.c, loop_glib.c and loop_thread.c have in common.
 * Each holds a vault open, prints the texts that come, and sends the lines of
 * its standard input to the first contact; they differ in how they wait.
 *
 *	cc -o talk loop_poll.c talk.c $(pkg-config --cflags --libs tacit)
 *	TALK_PASSPHRASE='...' ./talk my.vault
 *
 * The vault and its contact are made by `tacit init`, `invite`, `accept`.
 */
#ifndef TALK_H
#define TALK_H

#include <stddef.h>

#include <tacit/tacit.h>

enum { TALK_LINE_MAX = 24576 };		/* bytes of one text */

struct talk {
	struct tacit *t;
	struct tacit_contact *to;
	int ended;			/* nothing more is to be sent */
	size_t len;			/* of the line so far */
	char line[TALK_LINE_MAX + 1];
};

/* Open the vault that ${argv} names; exits with a reason if that fails. */
void talk_open(struct talk *k, int argc, char **argv);

/* Do what can be done, waiting ${timeout_ms} at most; print what came. */
void talk_turn(struct talk *k, int timeout_ms);

/* True when ${ended} and a relay has everything. */
int talk_is_over(struct talk *k);

/* Send a line. */
void talk_send(struct talk *k, const char *line, size_t len);

/* Standard input is readable: send what is whole; at its end set ${ended}. */
void talk_read(struct talk *k);

void talk_close(struct talk *k);

#endif
