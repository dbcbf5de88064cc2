/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linked into an example in place of tacit_step() (ld's --wrap): counts the
 * steps, and those for which there was no reason: neither was the descriptor
 * readable nor the time over.  Kept up to date in the file that LOOPS_COUNTS
 * names: "STEPS NEEDLESS".
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tacit/tacit.h"

int __real_tacit_step(struct tacit *t, int timeout_ms);
int __wrap_tacit_step(struct tacit *t, int timeout_ms);

static long steps, needless;

static void
keep(void)
{
	char text[64];
	int fd, len;

	len = snprintf(text, sizeof(text), "%15ld %15ld\n", steps, needless);
	fd = open(getenv("LOOPS_COUNTS"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || pwrite(fd, text, (size_t)len, 0) != len)
		abort();
	(void)close(fd);
}

int
__wrap_tacit_step(struct tacit *t, int timeout_ms)
{
	struct pollfd p = { .fd = tacit_fd(t), .events = POLLIN };

	steps++;
	if (timeout_ms == 0 && poll(&p, 1, 0) == 0 && tacit_timeout_ms(t) > 1)
		needless++;
	keep();
	return __real_tacit_step(t, timeout_ms);
}
