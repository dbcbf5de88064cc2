/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One vault opened twice, by this process, by another, under another name:
 * TACIT_E_BUSY, and who had it first goes on.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"

static struct world w;

static int
try_open(const char *path)
{
	struct tacit_config cfg = person_config(&w.client.p, NULL);
	struct tacit *t;
	int rc;

	cfg.path = path;
	cfg.lock_wait_ms = 0;
	rc = tacit_open(&t, &cfg);
	tacit_close(t);
	return rc;
}

/* The same in a process of its own, which execs: it shares nothing. */
static int
try_elsewhere(const char *self)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		(void)execl(self, self, w.client.p.path, (char *)NULL);
		_exit(99);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1000;
	return -WEXITSTATUS(status);
}

int
main(int argc, char **argv)
{
	size_t wrong = 0;
	char name[256];

	if (argc > 1) {
		(void)snprintf(w.client.p.path, sizeof(w.client.p.path), "%s",
		    argv[1]);
		return -try_open(argv[1]);
	}
	world_open(&w, 0);
	(void)snprintf(name, sizeof(name), "%s/another-name", w.relay.base);
	HELD(wrong, symlink(w.client.p.path, name) == 0);
	HELD(wrong, try_open(w.client.p.path) == TACIT_E_BUSY);
	HELD(wrong, try_open(name) == TACIT_E_BUSY);
	HELD(wrong, try_elsewhere(argv[0]) == TACIT_E_BUSY);
	world_is_sound(&w);
	tacit_series_close(w.s);
	tacit_checkin_close(w.c);
	tacit_practice_close(w.p);
	w.s = NULL;
	w.c = NULL;
	w.p = NULL;
	tacit_close(w.t);
	HELD(wrong, try_open(name) == 0);
	HELD(wrong, try_elsewhere(argv[0]) == 0);
	HELD(wrong, app_reopen(&w.client) == 0);
	world_is_sound(&w);
	world_close(&w);
	return world_verdict("shared_vault", 5, wrong);
}
