/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The deterministic simulation: real cores of the library over real vaults
 * and the real core of a relay over its real store, in one thread, under a
 * clock, a network, randomness and disks that follow from a seed.
 *
 *	sim [--from N] [--seeds N | --seconds N] [--with WHAT] [--trace]
 *	sim --seed N | --schedule TEXT | --regressions FILE
 *
 * Without --from the first seed is TACIT_SEED, or chosen and printed.  A seed
 * that fails is printed with its schedule, which is then made as short as it
 * can be.  --expect-failure: exit 0 if, and only if, a seed failed (controls).
 *
 * All may go wrong; --with none leaves out what can be: rollback, one vault put
 * back; memory, allocations that fail; restore, the relay and any vault put
 * back, backups, an end that is away, and relationships that end.  --with loss:
 * a relay that loses letters more often than anything else happens.  --with
 * recall: texts that are held back, undone, recalled, and forgotten, too.
 *
 * What is not real: Argon2id costs nothing (tests/fuzz/pwhash.c), memory of
 * sodium_malloc() has no guard pages, nothing is calculated twice on curves
 * (memo.c), and TLS, WebSocket and libuv are left out: messages pass between
 * the cores as the transport would bring them.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disk_vfs.h"
#include "sim.h"
#include "wrap.h"

enum { VERDICT = 400, SEED_SECONDS = 120, TRIALS = 300 };

/* What a child tells: what it did, and what it was at when it died. */
struct shared {
	uint64_t seed, done;
	struct ledger_counts counts;
	char verdict[VERDICT];
};

struct options {
	uint64_t from, seeds;
	unsigned with;
	int64_t seconds;
	int trace, expect_failure, one, shrink;
	const char *schedule, *regressions;
};

static struct shared *
share(void)
{
	struct shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (s == MAP_FAILED)
		abort();
	return s;
}

static int64_t
seconds_now(void)
{
	struct timespec ts;

	(void)__real_clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static void
note(struct shared *s, const char *what)
{
	(void)snprintf(s->verdict, sizeof(s->verdict), "%s", what);
}

/* A process ends after so much of its own time, however busy the machine. */
static void
limit(time_t seconds)
{
	struct itimerval t = { .it_value.tv_sec = seconds };

	if (setitimer(ITIMER_PROF, &t, NULL) != 0)
		abort();
}

/* Run ${p} here; true: it failed, and ${s} says how. */
static int
run_here(const struct plan *p, int trace, struct shared *s)
{
	char *verdict;

	limit(SEED_SECONDS);
	verdict = sim_run(p, trace, &s->counts);
	limit(0);
	(void)fflush(stdout);
	if (verdict == NULL)
		return 0;
	note(s, verdict);
	free(verdict);
	return 1;
}

/* A child has ended: true if because something is wrong. */
static int
failed(struct shared *s, pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		abort();
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)
		note(s, "hangs: it takes for ever");
	else if (WIFSIGNALED(status))
		note(s, "dies: of a signal");
	else if (s->verdict[0] == '\0')
		note(s, "dies: of its own");
	return 1;
}

/* The same in a process of its own, as it may end that. */
static int
run_apart(const struct plan *p, int trace, struct shared *s)
{
	pid_t pid;

	s->verdict[0] = '\0';
	(void)fflush(stdout);
	if ((pid = fork()) == 0)
		_exit(run_here(p, trace, s));
	return failed(s, pid);
}

/* ---- short ------------------------------------------------------------------- */

struct hunt {
	struct shared *s;
	char kind[VERDICT];		/* the same promise is to be broken */
	int trials;
};

static int
fails_alike(const struct plan *p, void *arg)
{
	struct hunt *h = arg;
	size_t len = strcspn(h->kind, ":");
	int fd, out;

	if (++h->trials > TRIALS)
		return 0;
	out = dup(STDERR_FILENO);
	fd = __real_open("/dev/null", 1);
	(void)dup2(fd, STDERR_FILENO);
	if (!run_apart(p, 0, h->s))
		len = 0;
	(void)dup2(out, STDERR_FILENO);
	(void)__real_close(fd);
	(void)__real_close(out);
	return len > 0 && strncmp(h->kind, h->s->verdict, len) == 0;
}

static void
report(struct plan *p, struct shared *s, const struct options *o)
{
	struct hunt h = { .s = s };
	char text[PLAN_TEXT];

	(void)snprintf(h.kind, sizeof(h.kind), "%s", s->verdict);
	plan_write(p, text);
	printf("FAILED seed %" PRIu64 ": %s\n%s\n", p->seed, h.kind, text);
	(void)fflush(stdout);
	if (!o->shrink)
		return;
	plan_shrink(p, fails_alike, &h);
	plan_write(p, text);
	(void)run_apart(p, o->trace, s);
	printf("SHORT (%d trials): %s\n%s\n", h.trials, s->verdict, text);
}

/* ---- many -------------------------------------------------------------------- */

static int
many_here(const struct options *o, struct shared *s, int64_t until)
{
	struct plan p;

	for (; s->done < o->seeds || o->seconds > 0; s->done++) {
		if (o->seconds > 0 && seconds_now() >= until)
			break;
		s->seed = o->from + s->done;
		plan_make(&p, s->seed, o->with);
		if (run_here(&p, 0, s))
			return 1;
	}
	return 0;
}

static void
print_counts(const struct shared *s, int64_t seconds)
{
	const struct ledger_counts *c = &s->counts;

	printf("%" PRIu64 " seeds in %" PRId64 " s: %" PRIu64 " texts "
	    "written, %" PRIu64 " shown, %" PRIu64 " shown again before "
	    "they were confirmed, %" PRIu64 " accepted; paired %" PRIu64
	    ", gaps %" PRIu64 ", late %" PRIu64 ", undelivered %" PRIu64
	    ", rolled-back %" PRIu64 ", relay-restored %" PRIu64 ", poison %"
	    PRIu64 ", unreachable %" PRIu64 ", closed %" PRIu64
	    ", rotated %" PRIu64 "; undone %" PRIu64 ", destroyed %" PRIu64
	    ", unacknowledged %" PRIu64 ", taken %" PRIu64 ", too late %"
	    PRIu64 ", forgotten %" PRIu64 "\n",
	    s->done, seconds, c->written, c->shown, c->repeated, c->accepted,
	    c->paired, c->gaps, c->late, c->undelivered, c->rolled_back,
	    c->relay_restored, c->poison, c->unreachable, c->closed,
	    c->rotated, c->undone, c->destroyed, c->unacknowledged, c->taken,
	    c->too_late, c->forgotten);
}

static int
many(const struct options *o)
{
	struct shared *s = share();
	int64_t began = seconds_now();
	struct plan p;
	pid_t pid;

	printf("TACIT_SEED=%" PRIu64 "\n", o->from);
	(void)fflush(stdout);
	if ((pid = fork()) == 0)
		_exit(many_here(o, s, began + o->seconds));
	if (!failed(s, pid)) {
		print_counts(s, seconds_now() - began);
		return 0;
	}
	printf("after %" PRIu64 " seeds\n", s->done);
	plan_make(&p, s->seed, o->with);
	report(&p, s, o);
	return 1;
}

static int
single(const struct options *o)
{
	struct shared *s = share();
	struct plan p;

	if (o->schedule == NULL)
		plan_make(&p, o->from, o->with);
	else if (!plan_read(&p, o->schedule)) {
		fprintf(stderr, "sim: not a schedule\n");
		return 64;
	}
	if (!run_apart(&p, o->trace, s)) {
		s->done = 1;
		print_counts(s, 0);
		return 0;
	}
	report(&p, s, o);
	return 1;
}

/* One plan a line; lines that begin with # say what the next one was. */
static int
regressions(const struct options *o)
{
	FILE *f = fopen(o->regressions, "r");
	struct shared *s = share();
	char line[PLAN_TEXT];
	struct plan p;
	int n = 0, bad = 0;

	if (f == NULL) {
		perror(o->regressions);
		return 65;
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		n++;
		if (!plan_read(&p, line))
			note(s, "not a schedule");
		else if (!run_apart(&p, o->trace, s))
			continue;
		bad++;
		printf("FAILED: %s\n%s", s->verdict, line);
	}
	(void)fclose(f);
	printf("%d schedules, %d failed\n", n, bad);
	return bad > 0 || n == 0;
}

static uint64_t
first_seed(void)
{
	const char *given = getenv("TACIT_SEED");
	struct timespec now;

	if (given != NULL)
		return strtoull(given, NULL, 10);
	(void)__real_clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec % 1000000 * 1000000 +
	    (uint64_t)now.tv_nsec / 1000;
}

static int
read_with(unsigned *with, const char *word)
{
	static const struct {
		const char *word;
		unsigned bit;
	} all[] = { { "rollback", WITH_ROLLBACK }, { "memory", WITH_MEMORY },
	    { "restore", WITH_RESTORE }, { "loss", WITH_LOSS },
	    { "recall", WITH_RECALL }, { "none", 0 } };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(word, all[i].word) == 0) {
			*with = all[i].bit == 0 ? 0 : *with | all[i].bit;
			return 1;
		}
	return 0;
}

static int
read_options(struct options *o, int argc, char **argv)
{
	const char *v;
	int i;

	for (i = 1; i < argc; i++) {
		v = i + 1 < argc ? argv[i + 1] : "";
		if (strcmp(argv[i], "--trace") == 0)
			o->trace = 1;
		else if (strcmp(argv[i], "--expect-failure") == 0)
			o->expect_failure = 1;
		else if (strcmp(argv[i], "--as-it-is") == 0)
			o->shrink = 0;
		else if (*v == '\0')
			return 0;
		else if (i++, strcmp(argv[i - 1], "--seeds") == 0)
			o->seeds = strtoull(v, NULL, 10);
		else if (strcmp(argv[i - 1], "--seconds") == 0)
			o->seconds = strtoll(v, NULL, 10);
		else if (strcmp(argv[i - 1], "--from") == 0)
			o->from = strtoull(v, NULL, 10);
		else if (strcmp(argv[i - 1], "--seed") == 0) {
			o->from = strtoull(v, NULL, 10);
			o->one = 1;
		} else if (strcmp(argv[i - 1], "--schedule") == 0)
			o->schedule = v;
		else if (strcmp(argv[i - 1], "--regressions") == 0)
			o->regressions = v;
		else if (strcmp(argv[i - 1], "--with") != 0 ||
		    !read_with(&o->with, v))
			return 0;
	}
	return 1;
}

int
main(int argc, char **argv)
{
	struct options o = { .seeds = 100, .with = WITH_ALL, .shrink = 1 };
	int rc;

	o.from = first_seed();
	if (!read_options(&o, argc, argv)) {
		fprintf(stderr, "usage: sim [--from N] [--seeds N] [--seconds "
		    "N] [--seed N] [--schedule TEXT] [--regressions FILE] "
		    "[--with rollback|memory|restore|loss|recall|none] "
		    "[--trace] [--as-it-is] "
		    "[--expect-failure]\n");
		return 64;
	}
	actor_install();
	disk_vfs_install();
	if (o.regressions != NULL)
		rc = regressions(&o);
	else
		rc = o.one || o.schedule != NULL ? single(&o) : many(&o);
	return o.expect_failure ? rc != 1 : rc;
}
