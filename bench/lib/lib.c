/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the library takes for what apps do with it.
 *
 * usage: library [-j JSON] [-m MESSAGES=1000000] [-v VAULTS=1000] DIR INTEROP
 *            [GROUP...]
 *
 * Vaults lie in DIR, which should be on a disk; INTEROP is where
 * tests/interop/install.sh put the official library.  Prints a line per row:
 * name, median of five, unit, ratio, goal.  Exit 1 if a goal was missed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib.h"

static const struct group {
	const char *name;
	int (*run)(const struct bench *b);
} groups[] = {
	{ "ratchet", ratchet_group },
	{ "node", node_group },
	{ "send", send_group },
	{ "wire", wire_group },
	{ "history", history_group },
	{ "thousand", thousand_group },
};

enum { GROUPS = sizeof(groups) / sizeof(groups[0]) };

static int
usage(void)
{
	size_t i;

	fprintf(stderr, "usage: library [-j JSON] [-m MESSAGES] [-v VAULTS] "
	    "DIR INTEROP [GROUP...]\ngroups:");
	for (i = 0; i < GROUPS; i++)
		fprintf(stderr, " %s", groups[i].name);
	fprintf(stderr, "\n");
	return 64;
}

static const struct group *
find(const char *name)
{
	size_t i;

	for (i = 0; i < GROUPS; i++)
		if (strcmp(groups[i].name, name) == 0)
			return &groups[i];
	return NULL;
}

static int
options(struct bench *b, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "j:m:v:")) != -1)
		switch (c) {
		case 'j':
			if ((b->json = fopen(optarg, "w")) == NULL) {
				fprintf(stderr, "library: %s: %s\n", optarg,
				    strerror(errno));
				return -1;
			}
			break;
		case 'm':
			b->messages = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'v':
			b->vaults = (unsigned)strtoul(optarg, NULL, 10);
			break;
		default:
			return -1;
		}
	return b->messages < 100 || b->vaults < 1 ? -1 : 0;
}

/* In a process of its own, so that none finds what another left in memory. */
static int
run_apart(const struct group *g, const struct bench *b)
{
	int status = 0;
	pid_t child;

	(void)fflush(NULL);
	if ((child = fork()) == 0)
		exit(g->run(b) > 0);
	if (child < 0 || waitpid(child, &status, 0) != child ||
	    !WIFEXITED(status)) {
		fprintf(stderr, "library: group %s did not end well\n",
		    g->name);
		exit(70);
	}
	if (WEXITSTATUS(status) > 1)
		exit(WEXITSTATUS(status));
	return WEXITSTATUS(status);
}

int
main(int argc, char **argv)
{
	struct bench b = { .messages = 1000000, .vaults = 1000 };
	int i, missed = 0;

	if (options(&b, argc, argv) != 0 || argc - optind < 2)
		return usage();
	b.dir = argv[optind++];
	b.interop = argv[optind++];
	for (i = optind; i < argc; i++)
		if (find(argv[i]) == NULL)
			return usage();
	if (optind == argc)
		for (i = 0; i < GROUPS; i++)
			missed += run_apart(&groups[i], &b);
	for (i = optind; i < argc; i++)
		missed += run_apart(find(argv[i]), &b);
	if (b.json != NULL && fclose(b.json) != 0)
		return 74;
	return missed > 0;
}
