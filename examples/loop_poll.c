/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vault in a poll() loop, beside another descriptor.  See talk.h.
 *
 *	cc -o talk loop_poll.c talk.c $(pkg-config --cflags --libs tacit)
 */
#include <poll.h>
#include <unistd.h>

#include "talk.h"

int
main(int argc, char **argv)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	struct talk k;

	talk_open(&k, argc, argv);
	fds[0].fd = tacit_fd(k.t);
	fds[1].fd = STDIN_FILENO;
	for (;;) {
		talk_turn(&k, 0);
		if (talk_is_over(&k))
			break;
		/* Each call may change how long there is nothing to do. */
		if (poll(fds, 2, tacit_timeout_ms(k.t)) <= 0)
			continue;
		if (fds[1].revents != 0)
			talk_read(&k);
		if (k.ended)
			fds[1].fd = -1;
	}
	talk_close(&k);
	return 0;
}
