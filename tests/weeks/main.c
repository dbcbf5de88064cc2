/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four weeks of a therapist and thirty clients, on real cores, vaults and
 * relay, over both changes of the clocks: see tests/weeks/plan.c for what
 * happens, tests/weeks/judge.c for what has to be true of it.
 *
 * usage: weeks [--busy PERCENT] [--runs N] [--expect RULE]
 *
 * The seed is in TACIT_SEED, or another one each time; it is printed, and
 * everything follows from it.  With --expect the product has a defect on
 * purpose, and rule RULE must be found broken.  Exit 0: as it should be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "judge.h"
#include "people.h"
#include "plan.h"
#include "world.h"

enum { SETTLEMENTS = 6, QUARTER_MS = 15 * 60 * 1000 };

static struct world world;

/* Everybody is there at once, for as long as anything is under way. */
static void
come_together(struct world *w)
{
	int i, n;

	for (i = 0; i < PEOPLE; i++)
		if (w->who[i].here)
			world_wake(w, i);
	for (n = 0; n < SETTLEMENTS; n++) {
		world_settle(w);
		world_pass(w, world_now(w) + QUARTER_MS);
	}
	for (i = 1; i < PEOPLE; i++)
		if (w->who[i].here)
			people_is_out(w, i);
}

static void
live(struct world *w)
{
	const struct act *a;
	struct act act;
	int day = 0;

	while ((a = plan_next(w->plan)) != NULL && w->book.expected == 0) {
		act = *a;
		world_pass(w, act.ms);
		acts_do(w, &act);
		for (; day < (world_now(w) - w->plan->act[0].ms) / 86400000;
		    day++)
			stage_relay_hours(stage_relay(w->s), 24);
	}
	world_pass(w, wall_ms(&w->season->berlin, wall_add(w->season->first,
	    WEEKS_DAYS), 10 * 60));
	come_together(w);
}

static int
verdict(const struct book *b)
{
	if (b->expect == NULL) {
		(void)printf("%d findings\n", b->findings);
		return b->findings != 0;
	}
	(void)printf("%d times found: %s\n", b->expected, b->expect);
	return b->expected == 0;
}

struct options {
	uint64_t seed;
	unsigned busy, runs;
	const char *expect;
};

static int
run(const struct options *o)
{
	struct plan plan = { .acts = 0 };
	int rc;

	world_begin(&world, o->seed);
	world.book.expect = o->expect;
	(void)printf("TACIT_SEED=%llu, %s\n", (unsigned long long)o->seed,
	    world.season->name);
	plan_draw(&world, &plan, o->busy);
	live(&world);
	/* Found along the way: the four weeks were not played to their end. */
	if (world.book.expected == 0)
		judge_all(&world);
	world_stop(&world);
	judge_figures(&world);
	rc = verdict(&world.book);
	world_end(&world);
	plan_free(&plan);
	return rc;
}

/* Each in a process of its own: the zone and the library's chance are one. */
static int
run_apart(const struct options *o)
{
	pid_t pid;
	int status;

	(void)fflush(stdout);
	if ((pid = fork()) == 0)
		exit(run(o));
	return pid == -1 || waitpid(pid, &status, 0) != pid || status != 0;
}

int
main(int argc, char **argv)
{
	const char *text = getenv("TACIT_SEED");
	struct options o = { .busy = 40, .runs = 1 };
	int i, rc = 0;

	o.seed = text != NULL ? strtoull(text, NULL, 0) :
	    (uint64_t)time(NULL);
	for (i = 1; i + 1 < argc; i += 2)
		if (strcmp(argv[i], "--busy") == 0)
			o.busy = (unsigned)strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--runs") == 0)
			o.runs = (unsigned)strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--expect") == 0)
			o.expect = argv[i + 1];
		else
			return 64;
	if (o.runs == 1)
		return run(&o);
	for (; o.runs > 0; o.runs--, o.seed++)
		rc |= run_apart(&o);
	return rc;
}
