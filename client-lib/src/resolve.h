/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names to addresses, by uv_getaddrinfo: libuv's workers wait for the name
 * server, nobody else does.  One name is asked for once however many
 * connections want it, so that a silent name server holds one worker.
 *
 * A lookup that a worker has begun cannot be called back, and whoever began
 * it must wait on a loop for its end.  So lookups have a loop of their own,
 * which outlives the handle if it must: resolve_close() does not wait.
 */
#ifndef CLIENT_RESOLVE_H
#define CLIENT_RESOLVE_H

#include <stddef.h>

#include "tacit/error.h"
#include "tacit/limits.h"

struct uv_loop_s;
struct lookup;

enum { RESOLVED_MAX = 8, RESOLVED_TEXT = 64 };

/* Numeric addresses, best first, IPv6 without brackets; none: not found. */
struct resolved {
	size_t n;
	char text[RESOLVED_MAX][RESOLVED_TEXT];
};

/* One who waits; part of the caller's own struct. */
struct resolve_wait {
	void (*done)(struct resolve_wait *);	/* ${found} is filled */
	struct resolved found;
	struct lookup *lookup;			/* NULL: not waiting */
	struct resolve_wait *next;
};

struct resolve;

int resolve_open(struct resolve **out, struct uv_loop_s *loop);

/*
 * Look for ${host}: a name, an IPv4 address, or IPv6 in brackets.  Returns 1
 * if ${w->found} is filled (the host is numeric); 0 if ${w->done} will be
 * called from the loop.
 * Errors:  TACIT_E_NOMEM, TACIT_E_UNREACHABLE (libuv refuses the name).
 */
int resolve_start(struct resolve *r, struct resolve_wait *w,
    const char *host);

/* Forget ${w}; it may be one who does not wait. */
void resolve_stop(struct resolve *r, struct resolve_wait *w);

/*
 * Nobody waits any more.  The workers drop what they have not begun; what
 * they have begun ends when the system's resolver gives up, and what is left
 * of it then (1 KB, 4 descriptors) is freed by the next resolve_open() or
 * resolve_close() of the process, in any thread.  There are never more of
 * these than libuv has workers for lookups: two, if the host left it so.
 * A watcher is closing in the caller's loop afterwards.
 */
void resolve_close(struct resolve *r);

#endif
