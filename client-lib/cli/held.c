/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>

#include "held.h"

enum { LOOK_MS = 200 };

int
held_begin(struct cli *c, struct tacit_contact *ct)
{
	int seconds = tacit_practice_hold(c->p, ct);

	return seconds < 0 ? seconds : tacit_hold_now(ct, (uint32_t)seconds);
}

uint32_t
held_seconds(const struct tacit_contact *ct)
{
	int64_t left;

	(void)tacit_held(ct, &left);
	return (uint32_t)((left + 999) / 1000);
}

uint32_t
held_count(struct cli *c, struct tacit_contact *ct, uint32_t *seconds)
{
	struct tacit_contact *one = ct;
	uint32_t n = 0, s;

	*seconds = 0;
	if (ct == NULL)
		one = tacit_contact_next(c->t, NULL);
	for (; one != NULL; one = ct != NULL ? NULL :
	    tacit_contact_next(c->t, one)) {
		n += tacit_held(one, NULL);
		s = held_seconds(one);
		*seconds = s > *seconds ? s : *seconds;
	}
	return n;
}

int
held_tick_ms(const struct tacit_contact *ct)
{
	int64_t left;

	if (tacit_held(ct, &left) == 0)
		return -1;
	return (int)((left - 1) % 1000 + 1);
}

/* The kernel's callback carries no argument. */
static volatile sig_atomic_t stopped;

static void
stop(int sig)
{
	(void)sig;
	stopped = 1;
}

int
held_wait(struct cli *c, struct tacit_contact *ct, const char *say)
{
	const struct sigaction by = { .sa_handler = stop };
	struct sigaction before;
	int64_t left;
	int rc = 0;

	stopped = 0;
	if (sigaction(SIGINT, &by, &before) != 0)
		return TACIT_E_IO;
	if (say != NULL)
		fputs(say, stderr);
	/* A signal may come between looking and waiting. */
	while (rc == 0 && !stopped && tacit_held(ct, &left) > 0)
		rc = session_step(c, session_now_ms() +
		    (left < LOOK_MS ? left : LOOK_MS));
	(void)sigaction(SIGINT, &before, NULL);
	return rc != 0 ? rc : stopped != 0;
}

int
held_leave(struct cli *c, struct tacit_contact *ct, bool wait)
{
	uint32_t seconds, n = held_count(c, ct, &seconds);
	int rc;

	if (n > 0) {
		printf("%s held back for another %u second%s%s.\n", n == 1 ?
		    "Your text is" : "What you wrote is", seconds,
		    seconds == 1 ? "" : "s", wait ? ", and then goes out "
		    "(Ctrl-C leaves that to the next `tacit sync')" :
		    "; a `tacit sync' after that sends it");
		(void)fflush(stdout);
		if (wait && (rc = held_wait(c, ct, NULL)) != 0)
			return rc < 0 ? rc : 0;
	}
	return session_info(ct).queued > 0 ? session_settle(c, ct, 2000) : 0;
}
