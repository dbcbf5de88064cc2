/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To be preloaded into a command: its clock is ${TACIT_TEST_AHEAD_S} seconds
 * ahead, so that a test need not wait for what comes later.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define REPLACES __attribute__((visibility("default")))

REPLACES int
clock_gettime(clockid_t id, struct timespec *ts)
{
	const char *ahead = getenv("TACIT_TEST_AHEAD_S");
	int rc = (int)syscall(SYS_clock_gettime, id, ts);

	if (rc == 0 && id == CLOCK_REALTIME && ahead != NULL)
		ts->tv_sec += (time_t)strtol(ahead, NULL, 10);
	return rc;
}

REPLACES time_t
time(time_t *out)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	if (out != NULL)
		*out = ts.tv_sec;
	return ts.tv_sec;
}
