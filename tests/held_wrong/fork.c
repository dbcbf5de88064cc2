/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child that uses what its parent opened: TACIT_E_FORKED, and the parent
 * notices nothing of it.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"

static struct world w;

static size_t
in_child(size_t *wrong)
{
	struct tacit_config cfg = person_config(&w.client.p, NULL);
	struct tacit *t;
	size_t n;

	n = world_all_say(&w, EVERY_VAULT, TACIT_E_FORKED, wrong);
	n += world_all_say(&w, EVERY_CONTACT, TACIT_E_FORKED, wrong);
	n += world_all_say(&w, EVERY_PRACTICE, TACIT_E_FORKED, wrong);
	n += world_all_say(&w, EVERY_CHECKIN, TACIT_E_FORKED, wrong);
	n += world_all_say(&w, EVERY_SERIES, TACIT_E_FORKED, wrong);
	tacit_wake(w.t);
	tacit_series_close(w.s);
	tacit_checkin_close(w.c);
	tacit_practice_close(w.p);
	tacit_close(w.t);
	/* It is the parent's. */
	cfg.lock_wait_ms = 0;
	HELD(*wrong, tacit_open(&t, &cfg) == TACIT_E_BUSY && t == NULL);
	return n;
}

/* One of its own is its own. */
static void
opens_another(size_t *wrong)
{
	struct tacit_config cfg;
	struct person p;
	struct tacit *t;

	person_make(&p, w.relay.base, "of-the-child");
	cfg = person_config(&p, NULL);
	HELD(*wrong, tacit_open(&t, &cfg) == 0);
	HELD(*wrong, tacit_step(t, 0) == 0);
	tacit_close(t);
}

int
main(void)
{
	size_t calls = 0, wrong = 0;
	int status = -1;
	pid_t pid;

	world_open(&w, 0);
	(void)fflush(NULL);
	if ((pid = fork()) == 0) {
		calls = in_child(&wrong);
		opens_another(&wrong);
		status = world_verdict("fork, child", calls, wrong);
		(void)fflush(NULL);
		_exit(status);
	}
	HELD(wrong, pid > 0 && waitpid(pid, &status, 0) == pid);
	HELD(wrong, WIFEXITED(status) && WEXITSTATUS(status) == 0);
	HELD(wrong, tacit_checkin_submit(w.c) != TACIT_E_FORKED);
	world_is_sound(&w);
	world_close(&w);
	return world_verdict("fork", 1, wrong);
}
