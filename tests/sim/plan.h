/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan: what goes wrong when, as a list of steps made from a seed, with a
 * text form that can be read back:
 *
 *	SEED ENDS RELS: step.a.b.c step.a.b.c ...
 */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include <stddef.h>
#include <stdint.h>

enum {
	PLAN_STEPS = 400,
	PLAN_ARGS = 4,
	PLAN_TEXT = 16384,
	LONG_DAYS = 36			/* letters are kept for 30 */
};

/* X(word, arguments): end (9: relay), numbers. */
#define STEP_LIST(X)							\
	X(run, 1)	/* micro-steps */				\
	X(sleep, 1)	/* ms, but what is due happens */		\
	X(pair, 1)	/* relationship: begin it */			\
	X(send, 4)	/* end, relationship, texts, bytes */		\
	X(cut, 1)	/* end: connections lost */			\
	X(part, 2)	/* end, ms: nothing passes */			\
	X(again, 1)	/* end: what came last comes again */		\
	X(stop, 1)	/* end: an orderly end, and a start */		\
	X(kill, 2)	/* end, I/O that still happens */		\
	X(power, 2)	/* the same; what was not synced may be lost */	\
	X(fail, 3)	/* end, I/O that still happens, failures */	\
	X(full, 3)	/* the same: no room on the disk */		\
	X(oom, 3)	/* end, allocations, failures */		\
	X(clock, 2)	/* end, seconds that its wall clock jumps */	\
	X(copy, 1)	/* end: its files are copied */			\
	X(back, 1)	/* end: the copy is put back */			\
	X(lose, 2)	/* end, letters: brought to it, lost for good */	\
	X(look, 1)	/* end: its history is read */			\
	X(backup, 1)	/* end: a backup is written */			\
	X(restore, 1)	/* end: a vault is made of it */		\
	X(away, 2)	/* end, days: it does not run so long */	\
	X(close, 2)	/* end, relationship: ended */			\
	X(rotate, 2)	/* end, relationship: new keys are asked for */	\
	X(recall, 3)	/* end, relationship, texts after it: taken back */ \
	X(hold, 3)	/* end, relationship, seconds: texts wait */	\
	X(undo, 4)	/* the same, micro-steps: a text is taken back */ \
	X(fleet, 4)	/* end, relationship, texts, hours: forgotten */ \
	X(room, 1)	/* the relay makes so many MiB ahead, in each life */

#define STEP_ENUM(word, n) STEP_##word,
enum step_kind { STEP_LIST(STEP_ENUM) STEP_KINDS };
#undef STEP_ENUM

struct step {
	enum step_kind kind;
	int64_t arg[PLAN_ARGS];
};

struct plan {
	uint64_t seed;
	int ends, rels;
	unsigned with;
	size_t n;
	struct step step[PLAN_STEPS];
};

/* Switches of what may happen. */
enum {
	WITH_ROLLBACK = 1,
	WITH_MEMORY = 2,
	WITH_RESTORE = 4,
	WITH_LOSS = 8,			/* of letters, most of the time */
	WITH_RECALL = 16,		/* second thoughts; not of the others */
	WITH_ALL = WITH_ROLLBACK | WITH_MEMORY | WITH_RESTORE
};

void plan_make(struct plan *p, uint64_t seed, unsigned with);
void plan_write(const struct plan *p, char out[PLAN_TEXT]);
/* True if ${text} is one. */
int plan_read(struct plan *p, const char *text);
/* The two ends of relationship ${rel}: its inviter, its joiner. */
void plan_pair(const struct plan *p, int rel, int *a, int *b);

/*
 * Make ${p} as short as it can be with ${fails} still true of it.
 */
void plan_shrink(struct plan *p, int (*fails)(const struct plan *, void *),
    void *arg);

#endif
