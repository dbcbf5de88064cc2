/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "server.h"

enum { LISTENS_MS = 60000, PAUSE_NS = 2000000 };

uint64_t
server_now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* In the child: never returns. */
static void __attribute__((noreturn))
become(const char *const *argv, int out, int err, pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
	    dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0)
		_exit(127);
	(void)execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static pid_t
spawn(const char *const *argv, int out, int err)
{
	pid_t parent = getpid(), pid;

	(void)fflush(NULL);
	if ((pid = fork()) < 0)
		fail_errno("fork");
	if (pid == 0)
		become(argv, out, err, parent);
	return pid;
}

void
server_start(struct server *s, const char *const *argv, const char *log)
{
	int fds[2], err;

	err = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (err < 0)
		fail_errno(log);
	if (pipe2(fds, O_CLOEXEC) != 0)
		fail_errno("pipe");
	s->started_ns = server_now_ns();
	s->pid = spawn(argv, fds[1], err);
	s->out = fds[0];
	(void)close(fds[1]);
	(void)close(err);
}

void
server_line(struct server *s, char *line, size_t cap)
{
	size_t n = 0;
	char c = 0;

	while (n + 1 < cap && read(s->out, &c, 1) == 1 && c != '\n')
		line[n++] = c;
	line[n] = '\0';
	if (c != '\n')
		fail("the server ended before it was ready");
}

static int
socket_on(uint16_t port, struct sockaddr_in *a)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fail_errno("socket");
	*a = (struct sockaddr_in){ .sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	return fd;
}

void
server_listens(const struct server *s, uint16_t port)
{
	const struct timespec pause = { 0, PAUSE_NS };
	struct sockaddr_in a;
	int fd, waited, there = 0;

	for (waited = 0; !there && waited < LISTENS_MS; waited += 2) {
		fd = socket_on(port, &a);
		there = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;
		(void)close(fd);
		if (waitpid(s->pid, NULL, WNOHANG) != 0)
			fail("the server ended before it was ready");
		if (!there)
			(void)nanosleep(&pause, NULL);
	}
	if (!there)
		fail("nobody listens on port %u", (unsigned)port);
}

uint16_t
server_port(void)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);
	int fd = socket_on(0, &a);

	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		fail_errno("no port");
	(void)close(fd);
	return ntohs(a.sin_port);
}

static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			fail_errno("waitpid");
	return status;
}

void
server_stop(struct server *s)
{
	int status;

	if (s->pid == 0)
		return;
	if (waitpid(s->pid, &status, WNOHANG) != 0)
		fail("the server ended by itself");
	(void)kill(s->pid, SIGTERM);
	(void)wait_for(s->pid);
	(void)close(s->out);
	s->pid = 0;
	s->out = -1;
}

void
server_run(const char *const *argv, char *out, size_t cap)
{
	size_t len = 0;
	ssize_t n = 0;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0)
		fail_errno("pipe");
	pid = spawn(argv, fds[1], STDERR_FILENO);
	(void)close(fds[1]);
	while (len + 1 < cap && (n = read(fds[0], out + len,
	    cap - 1 - len)) > 0)
		len += (size_t)n;
	out[len] = '\0';
	(void)close(fds[0]);
	if (wait_for(pid) != 0)
		fail("%s %s: failed", argv[0], argv[1]);
}

void
server_file(const char *dir, const char *name, const char *text)
{
	char path[4096];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((f = fopen(path, "w")) == NULL || fputs(text, f) < 0 ||
	    fclose(f) != 0)
		fail_errno(path);
}

/* ---- what it used -------------------------------------------------------- */

/*
 * The number after ${key} in /proc/PID/${file}.
 * Returns 0, or -1 if it may not be read: the relay lets nobody of its user
 * look into it.
 */
static int
number(uint64_t *v, pid_t pid, const char *file, const char *key)
{
	char path[64], line[256];
	int rc = -1;
	FILE *f;

	*v = 0;
	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	if ((f = fopen(path, "r")) == NULL)
		return -1;
	while (rc != 0 && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, key, strlen(key)) == 0) {
			*v = strtoull(line + strlen(key), NULL, 10);
			rc = 0;
		}
	(void)fclose(f);
	return rc;
}

/* The process's own clock: all its threads, also those that ended. */
static uint64_t
cpu_ns(pid_t pid)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 ||
	    clock_gettime(clock, &ts) != 0)
		fail("no clock of the server");
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

void
server_use(pid_t pid, struct server_use *u)
{
	u->cpu_ns = cpu_ns(pid);
	u->has_written = number(&u->written, pid, "io", "write_bytes:") == 0;
	if (number(&u->rss, pid, "status", "VmRSS:") != 0)
		fail("the memory of the server cannot be read");
	u->rss *= 1024;
}
