/* SPDX-License-Identifier: Apache-2.0 */
/* The cryptographic part, beside the official library through Node. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib.h"
#include "talk.h"

enum { LETTERS = TALK_LETTERS };

struct beside {
	struct talk k;
	FILE *ask, *answer;		/* to and from the other */
	pid_t node;
};

static void
node_start(struct beside *s, const char *dir)
{
	int in[2], out[2], rc;

	rc = pipe(in) == 0 && pipe(out) == 0;
	assert(rc);
	s->node = fork();
	assert(s->node >= 0);
	if (s->node == 0) {
		rc = chdir(dir) == 0 && dup2(in[0], 0) == 0 &&
		    dup2(out[1], 1) == 1;
		(void)close(in[1]);
		(void)close(out[0]);
		if (rc)
			(void)execlp("node", "node", "official_rows.mjs",
			    (char *)NULL);
		perror("library: node official_rows.mjs");
		_exit(69);
	}
	(void)close(in[0]);
	(void)close(out[1]);
	s->ask = fdopen(in[1], "w");
	s->answer = fdopen(out[0], "r");
	assert(s->ask != NULL && s->answer != NULL);
}

static void
node_end(struct beside *s)
{
	int status = 0;

	(void)fclose(s->ask);
	(void)fclose(s->answer);
	(void)waitpid(s->node, &status, 0);
	assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static double
theirs(struct beside *s, const char *what)
{
	char line[40];

	(void)fprintf(s->ask, "%s %d\n", what, LETTERS);
	(void)fflush(s->ask);
	if (fgets(line, sizeof(line), s->answer) == NULL) {
		fprintf(stderr, "library: the official library is gone\n");
		exit(69);
	}
	return strtod(line, NULL) / LETTERS;
}

static double
ours(struct beside *s, int turns)
{
	double took;
	int i;

	talk_begin(&s->k);
	took = rows_cpu_us();
	for (i = 0; i < LETTERS; i++)
		talk_letter(&s->k, turns ? i % 2 : 0);
	took = rows_cpu_us() - took;
	talk_end(&s->k);
	return took / LETTERS;
}

static double
run_chain(void *arg)
{
	return ours(arg, 0);
}

static double
run_turns(void *arg)
{
	return ours(arg, 1);
}

static double
run_their_chain(void *arg)
{
	return theirs(arg, "chain memory");
}

static double
run_their_turns(void *arg)
{
	return theirs(arg, "turns memory");
}

static double
run_their_stored(void *arg)
{
	return theirs(arg, "chain stored");
}

static double
run_their_stored_turns(void *arg)
{
	return theirs(arg, "turns stored");
}

int
node_group(const struct bench *b)
{
	struct row r[] = {
		{ .name = "letter, encrypted and read", .unit = "us",
		    .run = run_chain },
		{ .name = "official, Node, sessions not stored",
		    .unit = "us", .run = run_their_chain,
		    .over = "letter, encrypted and read" },
		{ .name = "official, Node, sessions stored",
		    .unit = "us", .run = run_their_stored,
		    .over = "letter, encrypted and read",
		    .kind = GOAL_RATIO_MIN, .goal = 5 },
		{ .name = "letter and answer in turn, each", .unit = "us",
		    .run = run_turns },
		{ .name = "official, in turn, sessions not stored",
		    .unit = "us", .run = run_their_turns,
		    .over = "letter and answer in turn, each" },
		{ .name = "official, in turn, sessions stored",
		    .unit = "us", .run = run_their_stored_turns,
		    .over = "letter and answer in turn, each",
		    .kind = GOAL_RATIO_MIN, .goal = 5 },
	};
	struct beside s = { .node = 0 };
	int missed;

	node_start(&s, b->interop);
	talk_new(&s.k, story_scratch());
	missed = rows_run(r, sizeof(r) / sizeof(r[0]), &s, b->json);
	talk_free(&s.k);
	node_end(&s);
	return missed;
}
