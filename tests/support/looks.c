/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <libwebsockets.h>
#include <openssl/err.h>

#include "looks.h"

enum { SEED = 7, CALENDAR = 256 };

extern char **environ;

static volatile sig_atomic_t ended;	/* children, since looks_begin() */

static void __attribute__((noreturn))
die(const char *what)
{
	fprintf(stderr, "looks: %s: %s\n", what, strerror(errno));
	abort();
}

static void __attribute__((format(printf, 2, 3)))
line(struct looks *l, const char *format, ...)
{
	size_t room = sizeof(l->text) - l->len;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(l->text + l->len, room, format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n + 1 >= room)
		die("no room");
	l->len += (size_t)n;
	l->text[l->len++] = '\n';
	l->text[l->len] = '\0';
}

static void
draw(struct looks *l)
{
	line(l, "rand %d", rand());
	line(l, "random %ld", random());
	line(l, "lrand48 %ld", lrand48());
}

static void
seed(void)
{
	srand(SEED);		/* random()'s as well, with glibc */
	srandom(SEED);
	srand48(SEED);
}

static void
child_ended(int sig)
{
	(void)sig;
	ended++;
}

void
looks_begin(void)
{
	struct sigaction sa = { .sa_handler = child_ended };

	sa.sa_flags = SA_RESTART;
	if (sigaction(SIGCHLD, &sa, NULL) != 0)
		die("SIGCHLD");
	seed();
}

static unsigned long
bits(const sigset_t *set)
{
	unsigned long all = 0;
	int sig;

	for (sig = 1; sig <= 64; sig++)
		if (sigismember(set, sig) == 1)
			all |= 1UL << (sig - 1);
	return all;
}

static void
signals(struct looks *l)
{
	struct sigaction sa;
	sigset_t mask;
	stack_t stack;
	int sig;

	for (sig = 1; sig <= SIGRTMAX; sig++) {
		memset(&sa, 0, sizeof(sa));
		if (sigaction(sig, NULL, &sa) == 0)
			line(l, "signal/%d %jx %x %lx", sig,
			    (uintmax_t)(uintptr_t)sa.sa_handler,
			    (unsigned)sa.sa_flags, bits(&sa.sa_mask));
	}
	if (pthread_sigmask(SIG_BLOCK, NULL, &mask) != 0 ||
	    sigaltstack(NULL, &stack) != 0)
		die("signals");
	line(l, "mask %lx", bits(&mask));
	line(l, "altstack %p %zu %d", stack.ss_sp, stack.ss_size,
	    stack.ss_flags);
}

static void
limits(struct looks *l)
{
	struct itimerval t;
	struct rlimit r;
	int i;

	for (i = 0; i < RLIMIT_NLIMITS; i++)
		if (getrlimit((__rlimit_resource_t)i, &r) == 0)
			line(l, "rlimit/%d %ju %ju", i, (uintmax_t)r.rlim_cur,
			    (uintmax_t)r.rlim_max);
	for (i = ITIMER_REAL; i <= ITIMER_PROF; i++)
		if (getitimer((__itimer_which_t)i, &t) == 0)
			line(l, "itimer/%d %d %jd", i, t.it_value.tv_sec +
			    t.it_value.tv_usec > 0,
			    (intmax_t)t.it_interval.tv_sec);
	line(l, "priority %d", getpriority(PRIO_PROCESS, 0));
	line(l, "scheduler %d", sched_getscheduler(0));
}

static void
flags(struct looks *l)
{
	int death = 0, reaper = 0;

	(void)prctl(PR_GET_PDEATHSIG, &death);
	(void)prctl(PR_GET_CHILD_SUBREAPER, &reaper);
	line(l, "dumpable %d", prctl(PR_GET_DUMPABLE));
	line(l, "keepcaps %d", prctl(PR_GET_KEEPCAPS));
	line(l, "timerslack %d", prctl(PR_GET_TIMERSLACK));
	line(l, "pdeathsig %d", death);
	line(l, "subreaper %d", reaper);
	line(l, "rounding %d", fegetround());
	line(l, "traps %d", fegetexcept());
}

/* Which levels libwebsockets logs at; what OpenSSL has to say. */
static void
libraries(struct looks *l)
{
	int level, all = 0;

	for (level = 1; level < 1 << LLL_COUNT; level <<= 1)
		if (lwsl_visible(level))
			all |= level;
	line(l, "weblog %x", (unsigned)all);
	line(l, "tlserror %lx", ERR_peek_last_error());
}

/* Locale, time zone, environment. */
static void
words(struct looks *l)
{
	char date[CALENDAR];
	time_t then = 86400;
	struct tm tm;
	size_t i;

	line(l, "locale %s", setlocale(LC_ALL, NULL));
	if (localtime_r(&then, &tm) != NULL &&
	    strftime(date, sizeof(date), "%A %B %H %z", &tm) > 0)
		line(l, "calendar %s", date);
	for (i = 0; environ[i] != NULL; i++)
		line(l, "env %s", environ[i]);
	line(l, "stdio %d %d %d", ferror(stdin), ferror(stdout),
	    ferror(stderr));
}

static void
link_of(struct looks *l, const char *path)
{
	char to[512] = "";

	if (readlink(path, to, sizeof(to) - 1) < 0)
		die(path);
	line(l, "%s %s", path, to);
}

/* Lines of /proc/self/status that nothing moves but a call. */
static void
status(struct looks *l)
{
	static const char *const kept[] = { "Umask:", "Uid:", "Gid:",
	    "Groups:", "VmLck:", "SigPnd:", "ShdPnd:", "CapInh:", "CapPrm:",
	    "CapEff:", "CapBnd:", "CapAmb:", "NoNewPrivs:", "Seccomp:",
	    "Cpus_allowed:" };
	FILE *f = fopen("/proc/self/status", "re");
	char text[512];
	size_t i;

	if (f == NULL)
		die("status");
	while (fgets(text, sizeof(text), f) != NULL)
		for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
			if (strncmp(text, kept[i], strlen(kept[i])) == 0) {
				text[strcspn(text, "\n")] = '\0';
				text[strcspn(text, ":")] = ' ';
				line(l, "%s", text);
			}
	(void)fclose(f);
}

static void
content(struct looks *l, const char *name, const char *path)
{
	FILE *f = fopen(path, "re");
	char text[512];

	if (f == NULL)
		die(path);
	while (fgets(text, sizeof(text), f) != NULL) {
		text[strcspn(text, "\n")] = '\0';
		line(l, "%s %s", name, text);
	}
	(void)fclose(f);
}

/* Named by what they are: "fd/pipe", "fd//dev/null". */
static void
descriptor(struct looks *l, int fd)
{
	char path[64], to[512] = "";
	size_t kind;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, to, sizeof(to) - 1) < 0)
		die(path);
	kind = strcspn(to, ":");
	line(l, "fd/%.*s %d%s %x %s", (int)kind, to, fd,
	    fcntl(fd, F_GETFD) == 0 ? " is inherited" : "",
	    (unsigned)fcntl(fd, F_GETFL), to + kind);
}

static void
descriptors(struct looks *l)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;
	int fd;

	if (d == NULL)
		die("fd");
	while ((e = readdir(d)) != NULL) {
		fd = (int)strtol(e->d_name, NULL, 10);
		if (e->d_name[0] != '.' && fd != dirfd(d))
			descriptor(l, fd);
	}
	(void)closedir(d);
}

static void
threads(struct looks *l)
{
	DIR *d = opendir("/proc/self/task");
	struct dirent *e;
	char path[300];

	if (d == NULL)
		die("task");
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		line(l, "thread %s", e->d_name);
		(void)snprintf(path, sizeof(path),
		    "/proc/self/task/%s/children", e->d_name);
		content(l, "child", path);
	}
	(void)closedir(d);
}

void
looks_take(struct looks *l)
{
	l->len = 0;
	l->text[0] = '\0';
	draw(l);
	seed();
	signals(l);
	limits(l);
	flags(l);
	libraries(l);
	words(l);
	link_of(l, "/proc/self/cwd");
	link_of(l, "/proc/self/root");
	status(l);
	content(l, "name", "/proc/self/comm");
	content(l, "coredump", "/proc/self/coredump_filter");
	content(l, "timer", "/proc/self/timers");
	line(l, "ended %d", (int)ended);
	descriptors(l);
	threads(l);
}

/* 1 if ${l} has the line of ${len} bytes at ${text}, its end included. */
static int
has(const struct looks *l, const char *text, size_t len)
{
	const char *at = l->text, *end;

	while ((end = strchr(at, '\n')) != NULL) {
		if ((size_t)(end - at) + 1 == len && memcmp(at, text, len) == 0)
			return 1;
		at = end + 1;
	}
	return 0;
}

static void
only_in(char *out, size_t cap, const struct looks *l,
    const struct looks *other, char sign)
{
	const char *at = l->text, *end;
	size_t len = strlen(out);

	while ((end = strchr(at, '\n')) != NULL) {
		if (!has(other, at, (size_t)(end - at) + 1))
			len += (size_t)snprintf(out + len, cap - len,
			    "%c%.*s ", sign, (int)strcspn(at, " \n"), at);
		if (len >= cap)
			die("too many differences");
		at = end + 1;
	}
}

void
looks_differ(char *out, size_t cap, const struct looks *before,
    const struct looks *after)
{
	out[0] = '\0';
	only_in(out, cap, before, after, '-');
	only_in(out, cap, after, before, '+');
}

size_t
looks_heap(void)
{
	const struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

size_t
looks_resident(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	size_t whole, resident;

	if (f == NULL || fscanf(f, "%zu %zu", &whole, &resident) != 2)
		die("statm");
	(void)fclose(f);
	return resident * (size_t)sysconf(_SC_PAGESIZE);
}
