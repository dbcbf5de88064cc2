/* SPDX-License-Identifier: Apache-2.0 */
/* The library's rows, by groups; each prints its own and says what it missed. */
#ifndef LIB_H
#define LIB_H

#include "rows.h"

struct bench {
	const char *dir;		/* for vaults: on a real disk */
	const char *interop;		/* where npm put the official library */
	unsigned messages;		/* in the history of group "history" */
	unsigned vaults;		/* of group "thousand" */
	FILE *json;			/* NULL: none */
};

int ratchet_group(const struct bench *b);
int node_group(const struct bench *b);
int send_group(const struct bench *b);
int wire_group(const struct bench *b);
int history_group(const struct bench *b);
int thousand_group(const struct bench *b);

#endif
