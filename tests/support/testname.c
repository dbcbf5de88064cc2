/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To be preloaded: the process is killed where it would give the
 * TACIT_TEST_NAMES-th file its name by renameat2().
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REPLACES __attribute__((visibility("default")))

REPLACES int
renameat2(int from, const char *old, int to, const char *name,
    unsigned int flags)
{
	const char *last = getenv("TACIT_TEST_NAMES");
	static int named;

	if (last != NULL && ++named == atoi(last))
		(void)kill(getpid(), SIGKILL);
	return (int)syscall(SYS_renameat2, from, old, to, name, flags);
}
