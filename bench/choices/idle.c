/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an idle connection keeps in the relay's memory: VmRSS before and after
 * N of them came, one after another; then after each has sent and got
 * something and is idle again; and after all have gone.
 *
 * usage: idle N [plain]
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <sodium.h>

#include "relay_proc.h"

static const char config[] =
    "confinement = off\nmax_connections = 60000\nsource_connections = 60000\n"
    "source_rate = 100000\nhangup_seconds = 7200\nping_seconds = 3600\n";

static void
must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "idle: %s\n", what);
	exit(1);
}

static double
resident_kib(const struct relay_proc *p)
{
	char path[64], line[256];
	long kib = -1;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)p->pid);
	must((f = fopen(path, "r")) != NULL, path);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	(void)fclose(f);
	must(kib > 0, "VmRSS");
	return (double)kib;
}

static void
tell(const struct relay_proc *p, const char *what, double before, long n)
{
	printf("%-28s %7.2f KiB each\n", what,
	    (resident_kib(p) - before) / (double)n);
	(void)fflush(stdout);
}

static void
run(struct relay_proc *p, long n)
{
	struct raw **all = calloc((size_t)n, sizeof(struct raw *));
	double before;
	long i;

	must(all != NULL, "memory");
	for (i = 0; i < 20; i++)	/* what is made once is made */
		raw_free(relay_proc_connect(p));
	before = resident_kib(p);
	for (i = 0; i < n; i++)
		must((all[i] = relay_proc_connect(p)) != NULL, "connect");
	tell(p, "idle since they came", before, n);
	for (i = 0; i < n; i++)
		must(raw_ping(all[i]) == 0, "PING");
	tell(p, "idle after a PING", before, n);
	for (i = 0; i < n; i++)
		raw_bye(all[i]);
	while (relay_proc_status(p, "connections") > 0)
		relay_sleep_ms(100);
	tell(p, "gone", before, n);
	free(all);
}

int
main(int argc, char **argv)
{
	struct rlimit files;
	struct relay_proc relay;
	long n = argc > 1 ? strtol(argv[1], NULL, 10) : 0;

	must(sodium_init() >= 0, "sodium_init");
	must(n > 0 && n <= 28000, "usage: idle N [plain], N 1 to 28000");
	must(getrlimit(RLIMIT_NOFILE, &files) == 0, "getrlimit");
	files.rlim_cur = files.rlim_max;
	must(setrlimit(RLIMIT_NOFILE, &files) == 0, "setrlimit");
	must((rlim_t)n + 100 < files.rlim_max, "too few files are allowed");
	relay_proc_make(&relay, config);
	relay.plaintext = argc > 2 && strcmp(argv[2], "plain") == 0;
	relay_proc_start(&relay);
	run(&relay, n);
	must(relay_proc_stop(&relay, SIGTERM) == 0, "the relay's exit");
	relay_proc_free(&relay);
	return 0;
}
