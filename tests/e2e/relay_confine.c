/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promise: after confine_files() and confine_calls(), called as serve() calls
 * them, each forbidden act ends the process or is refused, in the thread that
 * was there before and in the one that was started in between.
 *
 * Each act runs in a child of its own.  Control: the same act in a child that
 * is not confined succeeds, or fails for another reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture.h"
#include "confine.h"
#include "forbidden.h"
#include "relay_proc.h"

enum { DIED = FORBIDDEN_SIGNAL + SIGSYS };
enum how { FREE, FILES, ALL_MAIN, ALL_THREAD };

/* A process that serves, as far as it can be tried. */
struct actor {
	const struct forbidden *act;
	struct forbidden_kit *kit;
	pthread_mutex_t lock;
	pthread_cond_t change;
	int started, may_act;
};

/* cmocka's handlers are not of a process that serves. */
static void
forget_handlers(void)
{
	(void)signal(SIGABRT, SIG_DFL);
	(void)signal(SIGSEGV, SIG_DFL);
}

static void *
second_thread(void *arg)
{
	struct actor *a = arg;

	(void)pthread_mutex_lock(&a->lock);
	a->started = 1;
	(void)pthread_cond_broadcast(&a->change);
	while (!a->may_act)
		(void)pthread_cond_wait(&a->change, &a->lock);
	(void)pthread_mutex_unlock(&a->lock);
	_exit(a->act->act(a->kit));
}

static void
start_second(struct actor *a, pthread_t *t)
{
	(void)pthread_mutex_init(&a->lock, NULL);
	(void)pthread_cond_init(&a->change, NULL);
	if (pthread_create(t, NULL, second_thread, a) != 0)
		_exit(250);
	(void)pthread_mutex_lock(&a->lock);
	while (!a->started)
		(void)pthread_cond_wait(&a->change, &a->lock);
	(void)pthread_mutex_unlock(&a->lock);
}

static void __attribute__((noreturn))
child(const struct forbidden *act, struct forbidden_kit *kit, enum how how)
{
	struct confine c = { how == FREE ? CONFINE_OFF : CONFINE_FULL, 0, 0 };
	struct actor a = { .act = act, .kit = kit };
	pthread_t t;

	forget_handlers();
	confine_process();
	if (confine_files(&c, kit->dir) != 0)
		_exit(251);
	start_second(&a, &t);
	if (how != FILES && confine_calls(&c) != 0)
		_exit(252);
	if (how != ALL_THREAD)
		_exit(act->act(kit));
	(void)pthread_mutex_lock(&a.lock);
	a.may_act = 1;
	(void)pthread_cond_broadcast(&a.change);
	(void)pthread_mutex_unlock(&a.lock);
	(void)pthread_join(t, NULL);
	_exit(253);
}

/* What became of ${act}: 0, an errno, or FORBIDDEN_SIGNAL + signal. */
static int
outcome(const struct forbidden *act, struct forbidden_kit *kit, enum how how)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		child(act, kit, how);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return FORBIDDEN_SIGNAL + WTERMSIG(status);
	if (!WIFEXITED(status) || WEXITSTATUS(status) >= 250)
		fail_msg("%s: status %#x", act->name, (unsigned int)status);
	return WEXITSTATUS(status);
}

static void
each_forbidden_act_dies_or_is_refused(void **state)
{
	struct forbidden_kit kit;
	const struct forbidden *act;
	size_t i, n, died = 0;
	int got;
	enum how how;

	(void)state;
	act = forbidden_list(&n);
	forbidden_open(&kit);
	for (i = 0; i < n; i++) {
		got = outcome(&act[i], &kit, FREE);
		if (got == DIED || (got != act[i].free &&
		    !(got == EPERM && geteuid() != 0)))
			fail_msg("%s, unconfined: %d", act[i].name, got);
		for (how = ALL_MAIN; how <= ALL_THREAD; how++) {
			got = outcome(&act[i], &kit, how);
			if (got != (act[i].dies ? DIED : EACCES))
				fail_msg("%s, confined (%d): %d", act[i].name,
				    how, got);
			died += got == DIED;
		}
	}
	forbidden_close(&kit);
	print_message("%zu forbidden acts in two threads: %zu died, %zu were "
	    "refused\n", n, died, 2 * n - died);
}

/* The same acts on files and TCP, where the kernel lacks seccomp. */
static void
landlock_alone_refuses_files_and_sockets(void **state)
{
	struct forbidden_kit kit;
	const struct forbidden *act;
	size_t i, n, tried = 0;
	int got;

	(void)state;
	act = forbidden_list(&n);
	forbidden_open(&kit);
	for (i = 0; i < n; i++) {
		if (!act[i].landlock || (act[i].net && !kit.landlock_net))
			continue;
		got = outcome(&act[i], &kit, FILES);
		if (got != act[i].landlock)
			fail_msg("%s: %d", act[i].name, got);
		tried++;
	}
	assert_true(tried > 5);
	forbidden_close(&kit);
}

static void
what_a_relay_does_is_allowed(void **state)
{
	struct forbidden_kit kit;
	const struct forbidden *act;
	size_t i, n;
	int got;

	(void)state;
	act = forbidden_allowed(&n);
	forbidden_open(&kit);
	for (i = 0; i < n; i++) {
		got = outcome(&act[i], &kit, i % 2 ? ALL_MAIN : ALL_THREAD);
		if (got != act[i].free)
			fail_msg("%s: %d", act[i].name, got);
	}
	forbidden_close(&kit);
}

/* ---- a real relay ---------------------------------------------------------- */

/* What "${key}:" says in /proc/PID/task/TID/status; threads in ${n}. */
static void
each_thread_says(pid_t pid, const char *key, const char *want, int *n)
{
	char command[256], line[128];
	FILE *f;

	(void)snprintf(command, sizeof(command), "sed -n 's/^%s:[[:space:]]*//p'"
	    " /proc/%d/task/*/status", key, (int)pid);
	assert_non_null(f = popen(command, "r"));
	for (*n = 0; fgets(line, sizeof(line), f) != NULL; (*n)++) {
		line[strcspn(line, "\n")] = '\0';
		assert_string_equal(line, want);
	}
	(void)pclose(f);
}

static void
both_threads_of_a_relay_are_confined(void **state)
{
	struct relay_proc p;
	int n;

	(void)state;
	relay_proc_make(&p, "");
	relay_proc_start(&p);
	each_thread_says(p.pid, "Seccomp", "2", &n);
	assert_int_equal(n, 2);
	each_thread_says(p.pid, "NoNewPrivs", "1", &n);
	assert_int_equal(n, 2);
	assert_int_equal(relay_proc_stop(&p, SIGTERM), 0);
	relay_proc_free(&p);

	relay_proc_make(&p, "confinement = off\n");
	relay_proc_start(&p);
	each_thread_says(p.pid, "Seccomp", "0", &n);
	assert_int_equal(n, 2);
	relay_proc_free(&p);
}

/* The status of a process that ${sig} ends. */
static int
ended_by(pid_t pid, int sig)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == sig);
	return status;
}

/* Another process that crashes, in ${dir}. */
static pid_t
crash(const char *dir)
{
	pid_t pid = fork();

	if (pid == 0) {
		forget_handlers();
		if (chdir(dir) == 0)
			(void)raise(SIGSEGV);
		_exit(1);
	}
	return pid;
}

static void
a_relay_that_crashes_leaves_no_core(void **state)
{
	static const int signals[] = { SIGSEGV, SIGABRT, SIGBUS };
	struct rlimit limit;
	struct relay_proc p;
	char dir[64];
	size_t i;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_CORE, &limit);
	relay_proc_make(&p, "");
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		relay_proc_start(&p);
		assert_int_equal(kill(p.pid, signals[i]), 0);
		assert_false(WCOREDUMP(ended_by(p.pid, signals[i])));
		p.pid = 0;
		(void)close(p.out);
	}
	relay_proc_free(&p);

	/* Control, where this system writes any. */
	capture_mkdir(dir, sizeof(dir));
	print_message("another process %s\n", WCOREDUMP(ended_by(crash(dir),
	    SIGSEGV)) ? "leaves a core" : "leaves none either, here");
	capture_rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_forbidden_act_dies_or_is_refused),
		cmocka_unit_test(landlock_alone_refuses_files_and_sockets),
		cmocka_unit_test(what_a_relay_does_is_allowed),
		cmocka_unit_test(both_threads_of_a_relay_are_confined),
		cmocka_unit_test(a_relay_that_crashes_leaves_no_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
