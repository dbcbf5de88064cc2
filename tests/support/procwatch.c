/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keep what everybody on a machine can see of some programs while they run:
 * their arguments, and their environment.
 *
 * usage: procwatch OUT PROGRAM...
 *
 * Looks at all processes again and again, and appends to OUT what those show
 * that run a PROGRAM (compared by what /proc/PID/exe names).  On SIGTERM it
 * prints how many processes it saw.
 */
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 5, SLOTS = 1 << 16, SHOWN_MAX = 1 << 18 };

static volatile sig_atomic_t over;

struct watch {
	char **program;
	FILE *out;
	uint64_t seen[SLOTS];		/* by pid: hash of what it last showed */
	unsigned long processes, samples;
	char shown[SHOWN_MAX];
};

static void
stop(int sig)
{
	(void)sig;
	over = 1;
}

static bool
is_wanted(const struct watch *w, const char *pid)
{
	char link[300], exe[PATH_MAX];
	ssize_t n;
	char **p;

	(void)snprintf(link, sizeof(link), "/proc/%s/exe", pid);
	if ((n = readlink(link, exe, sizeof(exe) - 1)) < 0)
		return false;
	exe[n] = '\0';
	for (p = w->program; *p != NULL; p++)
		if (strcmp(exe, *p) == 0)
			return true;
	return false;
}

/* Append /proc/${pid}/${what} to what is shown. */
static size_t
look(struct watch *w, size_t at, const char *pid, const char *what)
{
	char path[300];
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%s/%s", pid, what);
	if ((f = fopen(path, "r")) == NULL)
		return at;
	at += fread(w->shown + at, 1, SHOWN_MAX - at, f);
	(void)fclose(f);
	return at;
}

static uint64_t
hash(const char *p, size_t len)
{
	uint64_t h = 14695981039346656037u;

	while (len-- > 0)
		h = (h ^ (uint8_t)*p++) * 1099511628211u;
	return h;
}

static void
sample(struct watch *w, const char *pid)
{
	uint64_t *seen = &w->seen[strtoul(pid, NULL, 10) % SLOTS], h;
	size_t len;

	w->processes += *seen == 0;
	w->samples++;
	len = look(w, 0, pid, "cmdline");
	len = look(w, len, pid, "environ");
	if (len == 0 || (h = hash(w->shown, len)) == *seen)
		return;
	*seen = h;
	(void)fwrite(w->shown, 1, len, w->out);
	(void)fputc('\n', w->out);
}

static bool
look_around(struct watch *w)
{
	struct dirent *e;
	DIR *d;

	if ((d = opendir("/proc")) == NULL)
		return false;
	while ((e = readdir(d)) != NULL)
		if (isdigit((unsigned char)e->d_name[0]) &&
		    is_wanted(w, e->d_name))
			sample(w, e->d_name);
	(void)closedir(d);
	return true;
}

int
main(int argc, char **argv)
{
	const struct timespec pause = { 0, LOOK_MS * 1000000L };
	struct sigaction sa = { .sa_handler = stop };
	struct watch *w;

	if (argc < 3 || (w = calloc(1, sizeof(*w))) == NULL ||
	    (w->out = fopen(argv[1], "w")) == NULL) {
		fputs("usage: procwatch OUT PROGRAM...\n", stderr);
		return 2;
	}
	w->program = argv + 2;
	(void)sigaction(SIGTERM, &sa, NULL);
	while (!over && look_around(w))
		(void)nanosleep(&pause, NULL);
	printf("%lu processes, %lu samples\n", w->processes, w->samples);
	return fclose(w->out) == 0 && over ? 0 : 2;
}
