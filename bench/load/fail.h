/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a run that cannot be sound: one line that says why. */
#ifndef LOAD_FAIL_H
#define LOAD_FAIL_H

enum {
	FAIL_USAGE = 64,		/* exit codes */
	FAIL_VOID = 65,			/* lost, doubled or changed messages */
	FAIL_RUN = 70			/* the run could not be made */
};

/* "load: ..." to stderr; exit ${status}.  Servers die with this process. */
void __attribute__((noreturn, format(printf, 2, 3)))
fail_with(int status, const char *fmt, ...);
#define fail(...)	fail_with(FAIL_RUN, __VA_ARGS__)

/* The same with the reason that errno has. */
void __attribute__((noreturn))
fail_errno(const char *what);

#endif
