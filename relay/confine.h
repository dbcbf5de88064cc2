/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the relay gives up for good once everything is open: files by
 * Landlock, system calls by seccomp.  DESIGN.md, "Confinement", says why each.
 *
 * serve() does it in this order: confine_process(), open everything,
 * confine_files(), start the threads, confine_calls().
 */
#ifndef RELAY_CONFINE_H
#define RELAY_CONFINE_H

#include <stddef.h>
#include <stdint.h>

enum confine_want {
	CONFINE_FULL,			/* all of it, or do not run */
	CONFINE_AVAILABLE,		/* what this kernel has; log the rest */
	CONFINE_OFF
};

struct confine {
	enum confine_want want;
	uint8_t files, calls;		/* what is in force */
};

/*
 * One allowed system call: argument ${arg}, of those bits, has that value.
 * A call that stands in several rows is allowed if one of them allows it.
 */
struct confine_test {
	uint8_t arg;
	uint64_t mask, value;
};

#define CONFINE_SELF	UINT64_MAX	/* ${value}: this process's number */

struct confine_call {
	const char *name;
	uint8_t n_tests;
	struct confine_test test[2];
};

/* "full", "available" or "off".  Errors: TACIT_E_INVALID. */
int confine_parse(enum confine_want *want, const char *word);

/* What is in force: "full", "landlock", "seccomp" or "off". */
const char *confine_word(const struct confine *c);

/* No core dump, and nobody of the same user looks into the memory. */
void confine_process(void);

/*
 * No file but the entries of ${dir} is opened from now on, none of them for
 * its content; no TCP socket is bound or connected.  Holds for the calling
 * thread and those that it starts.
 * Errors:  TACIT_E_STATE (wanted, and the kernel lacks it; with a line on
 *          stderr), TACIT_E_IO (${dir}).
 */
int confine_files(struct confine *c, const char *dir);

/*
 * Any other call than those of confine_list() ends the process by SIGSYS, in
 * all its threads.
 * Errors:  TACIT_E_STATE, as above.
 */
int confine_calls(struct confine *c);

/* The table that confine_calls() goes by. */
const struct confine_call *confine_list(size_t *n);

#endif
