/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DIR/control: one JSON request per connection, one line; one JSON answer,
 * one line.  For the user who runs the relay, and root.  Requests become jobs
 * like those of clients: the loop never touches the database.
 */
#ifndef RELAY_CONTROL_H
#define RELAY_CONTROL_H

#include <jansson.h>

#include "relay.h"
#include "tacit/link.h"

enum {
	CONTROL_LINE_MAX = 4096,	/* bytes of a request */
	CONTROL_ANSWER_MAX = 65536,
	CONTROL_CLIENTS_MAX = 8,
	CONTROL_SECONDS = 5		/* for one request, both sides */
};

struct control;

/*
 * Make the socket.  The directory is entered for a moment, so that its path
 * may be longer than a socket address; call it while there is one thread.
 * The caller holds the lock on ${dir}.
 * Errors:  TACIT_E_IO, with a line on stderr.
 */
int control_bind(int *fd, const char *dir);

/*
 * Answer from now on.  Loop thread.  ${fd} is the control's from the call on;
 * ${place} must outlive it.
 * Errors:  TACIT_E_NOMEM.
 */
int control_start(struct control **out, int fd, struct relay *r,
    const struct tacit_place *place);

/* Accept nothing more; control_free() only when all jobs are back. */
void control_stop(struct control *c);
void control_free(struct control *c);	/* NULL is fine */

/*
 * Ask the relay that runs on ${dir}.  Blocks up to CONTROL_SECONDS.
 * Output:  ${answer}, the caller's.
 * Errors:  TACIT_E_UNREACHABLE (none runs, or it does not answer),
 *          TACIT_E_IO (no such directory; with a line on stderr),
 *          TACIT_E_NOMEM.
 */
int control_ask(json_t **answer, const char *dir, const json_t *request);

#endif
