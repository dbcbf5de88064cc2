/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "capture.h"
#include "relay_proc.h"

enum { READY_MS = 20000, WORDS = 24 };

static void __attribute__((noreturn))
die(const char *what)
{
	fprintf(stderr, "relay_proc: %s: %s\n", what, strerror(errno));
	abort();
}

static const char *
binary(void)
{
	const char *path = getenv("TACIT_RELAY");

	if (path == NULL)
		die("TACIT_RELAY is not set");
	return path;
}

void
relay_sleep_ms(unsigned int ms)
{
	const struct timespec ts = { ms / 1000, (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&ts, NULL);
}

long
relay_now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
relay_proc_make(struct relay_proc *p, const char *config)
{
	FILE *f;

	memset(p, 0, sizeof(*p));
	p->out = -1;
	capture_mkdir(p->base, sizeof(p->base));
	(void)snprintf(p->data, sizeof(p->data), "%s/data", p->base);
	(void)snprintf(p->config, sizeof(p->config), "%s/conf", p->base);
	(void)snprintf(p->log, sizeof(p->log), "%s/log", p->base);
	if ((f = fopen(p->config, "w")) == NULL || fputs(config, f) < 0 ||
	    fclose(f) != 0)
		die(p->config);
}

void
relay_proc_free(struct relay_proc *p)
{
	if (p->pid != 0)
		(void)relay_proc_stop(p, SIGKILL);
	capture_rmdir(p->base);
}

static pid_t
spawn(const char *const *words, int out, int err)
{
	const char *argv[WORDS + 2];
	size_t i;
	pid_t pid;

	argv[0] = "tacit-relay";
	for (i = 0; i < WORDS && words[i] != NULL; i++)
		argv[i + 1] = words[i];
	argv[i + 1] = NULL;
	(void)fflush(NULL);
	if ((pid = fork()) < 0)
		die("fork");
	if (pid == 0) {
		(void)dup2(out, STDOUT_FILENO);
		(void)dup2(err, STDERR_FILENO);
		execv(binary(), (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	return pid;
}

/* One line, without its end, or "" when the other side is gone. */
static void
read_line(int fd, char *out, size_t cap)
{
	struct pollfd w = { .fd = fd, .events = POLLIN };
	long until = relay_now_ms() + READY_MS;
	size_t n = 0;

	while (n + 1 < cap && relay_now_ms() < until) {
		if (poll(&w, 1, 100) <= 0)
			continue;
		if (read(fd, out + n, 1) != 1) {
			n = 0;
			break;
		}
		if (out[n] == '\n')
			break;
		n++;
	}
	out[n] = '\0';
}

static void
parse_ready(struct relay_proc *p)
{
	char url[256], pin[80], key[80];
	size_t n;

	if (sscanf(p->ready, "READY url=%255s pin=%79s key=%79s", url, pin,
	    key) != 3 || strlen(pin) != 64 || strlen(key) != 64 ||
	    tacit_url_parse(&p->place, url, strlen(url)) != 0 ||
	    sodium_hex2bin(p->place.pin, TACIT_HASH_LEN, pin, 64, NULL, &n,
	    NULL) != 0 ||
	    sodium_hex2bin(p->place.relay_key, TACIT_KEY_LEN, key, 64, NULL,
	    &n, NULL) != 0)
		die(p->ready);
}

void
relay_proc_start(struct relay_proc *p)
{
	char at[24];
	const char *words[] = { "serve", "--data", p->data, "--config",
	    p->config, "--listen", at, p->plaintext ? "--plaintext" : NULL,
	    NULL };
	int fds[2], err;

	(void)snprintf(at, sizeof(at), "127.0.0.1:%u", (unsigned)p->port);
	if (pipe2(fds, O_CLOEXEC) != 0)
		die("pipe");
	err = open(p->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (err < 0)
		die(p->log);
	p->pid = spawn(words, fds[1], err);
	(void)close(fds[1]);
	(void)close(err);
	p->out = fds[0];
	read_line(p->out, p->ready, sizeof(p->ready));
	if (p->ready[0] == '\0') {
		err = open(p->log, O_RDONLY | O_CLOEXEC);
		err = (int)read(err, p->ready, sizeof(p->ready) - 1);
		die(err > 0 ? p->ready : "no READY, no log");
	}
	parse_ready(p);
}

static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) != pid) {
		if (errno != EINTR)
			die("waitpid");
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
}

int
relay_proc_stop(struct relay_proc *p, int sig)
{
	int code;

	(void)kill(p->pid, sig);
	code = wait_for(p->pid);
	p->pid = 0;
	(void)close(p->out);
	p->out = -1;
	return code;
}

/* What was written to the unnamed file ${fd}. */
static void
read_back(int fd, char *out, size_t cap)
{
	ssize_t n = pread(fd, out, cap - 1, 0);

	out[n > 0 ? n : 0] = '\0';
	(void)close(fd);
}

static int
unnamed(void)
{
	char name[] = "/tmp/tacit-out-XXXXXX";
	int fd = mkostemp(name, O_CLOEXEC);

	if (fd < 0)
		die(name);
	(void)unlink(name);
	return fd;
}

int
relay_run(const char *const *words, char *out, char *err, size_t cap)
{
	int o = unnamed(), e = unnamed();
	int code = wait_for(spawn(words, o, e));

	read_back(o, out, cap);
	read_back(e, err, cap);
	return code;
}

int
relay_proc_run(const struct relay_proc *p, const char *const *words,
    char *out, char *err, size_t cap)
{
	const char *all[WORDS];
	size_t i, n = 0;

	for (i = 0; words[i] != NULL && n + 3 < WORDS; i++) {
		all[n++] = words[i];
		if (i == 0) {
			all[n++] = "--data";
			all[n++] = p->data;
		}
	}
	all[n] = NULL;
	return relay_run(all, out, err, cap);
}

void
relay_proc_admit(struct relay_proc *p, const char *relationships,
    struct tacit_admission *a)
{
	const char *words[] = { "admit", "--data", p->data,
	    "--relationships", relationships, NULL };
	char out[1024], err[1024];

	if (relay_run(words, out, err, sizeof(out)) != 0 ||
	    tacit_admission_parse(a, out, strcspn(out, "\n")) != 0)
		die(err);
}

struct raw *
relay_proc_connect(const struct relay_proc *p)
{
	return relay_proc_connect_from(p, NULL);
}

long
relay_proc_status(const struct relay_proc *p, const char *what)
{
	const char *words[] = { "status", "--data", p->data, "--json", NULL };
	char out[1024], err[1024], key[64], *at;

	(void)snprintf(key, sizeof(key), "\"%s\":", what);
	if (relay_run(words, out, err, sizeof(out)) != 0)
		die(err);
	if ((at = strstr(out, key)) == NULL)
		die(out);
	return atol(at + strlen(key));
}

/* The relay does not answer: say whether it still runs, or how it ended. */
static void __attribute__((noreturn))
unreachable(const struct relay_proc *p)
{
	int status;

	if (waitpid(p->pid, &status, WNOHANG) == p->pid)
		fprintf(stderr, "relay_proc: the relay ended, %s %d\n",
		    WIFSIGNALED(status) ? "signal" : "status",
		    WIFSIGNALED(status) ? WTERMSIG(status) :
		    WEXITSTATUS(status));
	die("connect");
}

struct raw *
relay_proc_connect_from(const struct relay_proc *p, const char *from)
{
	struct raw_target t;
	struct raw *r;

	raw_target(&t, &p->place);
	t.from = from;
	if (raw_open(&r, &t, p->place.relay_key) != 0)
		unreachable(p);
	return r;
}

/* A buffer of the file's size: TSan pays for each byte that is allocated. */
static int
file_contains(const char *path, const void *needle, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *buf;
	ssize_t n;
	int found;

	if (fd < 0)
		return 0;	/* removed meanwhile */
	if (fstat(fd, &st) != 0 ||
	    (buf = malloc((size_t)st.st_size + 1)) == NULL)
		die("memory");
	n = read(fd, buf, (size_t)st.st_size);
	if (n < 0)
		die(path);
	found = memmem(buf, (size_t)n, needle, len) != NULL;
	free(buf);
	(void)close(fd);
	return found;
}

int
relay_proc_contains(const struct relay_proc *p, const void *needle,
    size_t len, char where[256])
{
	char path[512];
	struct dirent *e;
	DIR *d = opendir(p->data);
	int found = file_contains(p->log, needle, len);

	(void)snprintf(path, sizeof(path), "%s", p->log);
	if (d == NULL)
		die(p->data);
	while (!found && (e = readdir(d)) != NULL) {
		if (e->d_type != DT_REG)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", p->data,
		    e->d_name);
		found = file_contains(path, needle, len);
	}
	(void)closedir(d);
	if (found && where != NULL)
		(void)snprintf(where, 256, "%.255s", path);
	return found;
}
