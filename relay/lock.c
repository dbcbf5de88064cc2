/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lock.h"

enum { STEP_MS = 20 };

static int
complain(const char *dir, const char *what)
{
	fprintf(stderr, "tacit-relay: %s%s: %s\n", dir, what,
	    strerror(errno));
	return TACIT_E_IO;
}

static int
open_lock(int *fd, const char *dir)
{
	int at;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return complain(dir, "");
	if ((at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return complain(dir, "");
	*fd = openat(at, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	(void)close(at);
	return *fd >= 0 ? 0 : complain(dir, "/lock");
}

int
lock_take(int *fd, const char *dir, unsigned int wait_ms)
{
	const struct timespec step = { 0, STEP_MS * 1000000L };
	unsigned int waited = 0;
	int rc;

	if ((rc = open_lock(fd, dir)) != 0)
		return rc;
	while (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
		rc = errno == EWOULDBLOCK ? TACIT_E_UNAVAILABLE :
		    errno == EINTR ? TACIT_OK : complain(dir, "/lock");
		if (rc == TACIT_E_IO || waited >= wait_ms) {
			(void)close(*fd);
			*fd = -1;
			return rc == TACIT_OK ? TACIT_E_UNAVAILABLE : rc;
		}
		(void)nanosleep(&step, NULL);
		waited += STEP_MS;
	}
	return 0;
}
