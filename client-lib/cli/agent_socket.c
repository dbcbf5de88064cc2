/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The socket of an agent: in a directory that nobody else can enter, for this
 * user alone, and who connects is looked at once more.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent.h"

enum { BACKLOG = 16, PRIVATE = S_IRWXG | S_IRWXO };

static int
system_failed(const struct cli *c, const char *what)
{
	char text[160];

	(void)snprintf(text, sizeof(text), "--socket: %s: %s", what,
	    strerror(errno));
	return cli_fail_as(c, TACIT_E_IO, text);
}

/* The directory of ${path}, open in ${*out}. */
static int
open_directory(const struct cli *c, const char *path, int *out)
{
	char *copy = strdup(path), *slash;
	const char *directory = ".";
	struct stat st;
	int status = 0;

	if (copy == NULL)
		return cli_fail(c, TACIT_E_NOMEM, NULL);
	if ((slash = strrchr(copy, '/')) != NULL) {
		slash[slash == copy] = '\0';
		directory = copy;
	}
	*out = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*out == -1 || fstat(*out, &st) != 0)
		status = cli_usage(c, "--socket: its directory cannot be "
		    "opened: %s", strerror(errno));
	else if (st.st_uid != geteuid() || (st.st_mode & PRIVATE) != 0)
		status = cli_usage(c, "--socket: others may enter its "
		    "directory; it must be yours, and yours alone: chmod "
		    "700");
	free(copy);
	return status;
}

/* Is somebody listening at ${un}? */
static bool
answers(const struct sockaddr_un *un)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	bool yes = fd == -1 ||
	    connect(fd, (const struct sockaddr *)un, sizeof(*un)) == 0 ||
	    errno != ECONNREFUSED;

	if (fd != -1)
		(void)close(fd);
	return yes;
}

/* What a dead agent left there goes away; nothing else does. */
static int
clear(const struct cli *c, const struct sockaddr_un *un)
{
	struct stat st;

	if (lstat(un->sun_path, &st) != 0)
		return errno == ENOENT ? 0 : system_failed(c, "looking");
	if (!S_ISSOCK(st.st_mode))
		return cli_fail_as(c, TACIT_E_FILE_EXISTS, "--socket: there "
		    "is something else of this name, and it is not replaced");
	if (answers(un))
		return cli_fail_as(c, TACIT_E_FILE_EXISTS, "--socket: another "
		    "process listens there");
	return unlink(un->sun_path) == 0 ? 0 : system_failed(c, "removing "
	    "what was left there");
}

static int
listen_at(const struct cli *c, struct agent_socket *s,
    const struct sockaddr_un *un)
{
	mode_t before = umask(S_IXUSR | PRIVATE);
	struct stat st;
	int rc;

	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	rc = s->fd == -1 ? -1 : bind(s->fd, (const struct sockaddr *)un,
	    sizeof(*un));
	(void)umask(before);
	if (rc != 0 || listen(s->fd, BACKLOG) != 0 ||
	    lstat(un->sun_path, &st) != 0)
		return system_failed(c, "listening");
	s->path = un->sun_path;
	s->device = st.st_dev;
	s->inode = st.st_ino;
	return 0;
}

int
agent_socket_open(const struct cli *c, struct agent_socket *s,
    const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int directory = -1, status;

	if (path[0] == '\0' || strlen(path) >= sizeof(un.sun_path))
		return cli_usage(c, "--socket takes a path of 1 to %zu bytes",
		    sizeof(un.sun_path) - 1);
	memcpy(un.sun_path, path, strlen(path));
	if ((status = open_directory(c, path, &directory)) != 0)
		goto out;
	/* Of two agents that find what is left, one clears it. */
	if (flock(directory, LOCK_EX) != 0) {
		status = system_failed(c, "locking its directory");
		goto out;
	}
	if ((status = clear(c, &un)) == 0)
		status = listen_at(c, s, &un);
	s->path = path;
out:
	if (directory != -1)
		(void)close(directory);
	return status;
}

int
agent_socket_accept(const struct agent_socket *s)
{
	struct ucred who;
	socklen_t size = sizeof(who);
	int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd == -1)
		return -1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
	    who.uid == geteuid())
		return fd;
	(void)close(fd);
	return -1;
}

void
agent_socket_close(struct agent_socket *s)
{
	struct stat st;

	if (s->fd == -1)
		return;
	if (s->inode != 0 && lstat(s->path, &st) == 0 &&
	    st.st_dev == s->device && st.st_ino == s->inode)
		(void)unlink(s->path);
	(void)close(s->fd);
	s->fd = -1;
}
