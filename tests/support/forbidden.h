/* SPDX-License-Identifier: Apache-2.0 */
/* What a confined relay must not be able to do, and what it must. */
#ifndef SUPPORT_FORBIDDEN_H
#define SUPPORT_FORBIDDEN_H

#include <stddef.h>
#include <sys/types.h>

enum { FORBIDDEN_SIGNAL = 1000 };	/* + the signal that ended it */

/* What is there before a process is confined. */
struct forbidden_kit {
	char dir[64];			/* the data directory */
	char outside[96];		/* a file beside it */
	pid_t other;			/* another process of this user */
	int tcp, udp, local, exec;	/* sockets; a program, opened */
	void *page;			/* of memory, not executable */
	int landlock_net;		/* this kernel's Landlock knows TCP */
};

struct forbidden {
	const char *name;
	int (*act)(struct forbidden_kit *);	/* 0 or an errno */
	int dies;		/* else it is refused by Landlock */
	int free;		/* unconfined: 0, an errno, or a signal */
	int landlock;		/* errno with Landlock alone; 0: not its */
	int net;		/* needs ${landlock_net} */
};

/* Everything of the kit, and away with it.  Abort if they cannot. */
void forbidden_open(struct forbidden_kit *k);
void forbidden_close(struct forbidden_kit *k);

const struct forbidden *forbidden_list(size_t *n);
const struct forbidden *forbidden_allowed(size_t *n);

#endif
