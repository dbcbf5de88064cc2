/* SPDX-License-Identifier: Apache-2.0 */
/* The two ends of DIR/control, and the side of the one who asks. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"

enum { BACKLOG = 16 };

static const struct sockaddr_un address = { AF_UNIX, "control" };

static int
complain(const char *dir, const char *what)
{
	fprintf(stderr, "tacit-relay: %s%s: %s\n", dir, what,
	    strerror(errno));
	return TACIT_E_IO;
}

/* Go into ${dir}; the way back is ${home}. */
static int
enter(int *home, const char *dir)
{
	if ((*home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return complain(".", "");
	if (chdir(dir) == 0)
		return 0;
	(void)complain(dir, "");
	(void)close(*home);
	return TACIT_E_IO;
}

static int
leave(int home)
{
	int rc = fchdir(home);

	(void)close(home);
	return rc == 0 ? 0 : complain(".", "");
}

int
control_bind(int *fd, const char *dir)
{
	int home, ok;

	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0)
		return complain(dir, "/control");
	if (enter(&home, dir) != 0)
		goto fail;
	/* We hold the lock: what is there was left by a crash. */
	ok = (unlink(address.sun_path) == 0 || errno == ENOENT) &&
	    bind(*fd, (const struct sockaddr *)&address,
	    sizeof(address)) == 0 && chmod(address.sun_path, 0600) == 0 &&
	    listen(*fd, BACKLOG) == 0;
	if (!ok)
		(void)complain(dir, "/control");
	if (leave(home) == 0 && ok)
		return 0;
fail:
	(void)close(*fd);
	*fd = -1;
	return TACIT_E_IO;
}

static int
reach(int *fd, const char *dir)
{
	const struct timeval patience = { CONTROL_SECONDS, 0 };
	int home, ok;

	if ((*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return complain(dir, "/control");
	if (enter(&home, dir) != 0) {
		(void)close(*fd);
		return TACIT_E_IO;
	}
	(void)setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	(void)setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
	    sizeof(patience));
	ok = connect(*fd, (const struct sockaddr *)&address,
	    sizeof(address)) == 0;
	if (leave(home) == 0 && ok)
		return 0;
	(void)close(*fd);
	return TACIT_E_UNREACHABLE;
}

/* One line to ${fd}, and everything that comes back. */
static int
exchange(json_t **answer, int fd, const char *text, char *buf, size_t cap)
{
	size_t len = strlen(text), have = 0;
	ssize_t n;

	if (send(fd, text, len, MSG_NOSIGNAL | MSG_MORE) != (ssize_t)len ||
	    send(fd, "\n", 1, MSG_NOSIGNAL) != 1)
		return TACIT_E_UNREACHABLE;
	while (have < cap && (n = recv(fd, buf + have, cap - have, 0)) > 0)
		have += (size_t)n;
	if (have == 0 || buf[have - 1] != '\n')
		return TACIT_E_UNREACHABLE;
	*answer = json_loadb(buf, have, JSON_REJECT_DUPLICATES, NULL);
	return *answer != NULL ? 0 : TACIT_E_UNREACHABLE;
}

int
control_ask(json_t **out, const char *dir, const json_t *request)
{
	char *text = json_dumps(request, JSON_COMPACT);
	char *buf = malloc(CONTROL_ANSWER_MAX);
	int fd, rc = TACIT_E_NOMEM;

	*out = NULL;
	if (text == NULL || buf == NULL)
		goto out;
	if ((rc = reach(&fd, dir)) != 0)
		goto out;
	rc = exchange(out, fd, text, buf, CONTROL_ANSWER_MAX);
	(void)close(fd);
out:
	free(buf);
	free(text);
	return rc;
}
