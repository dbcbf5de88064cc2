/* SPDX-License-Identifier: Apache-2.0 */
/* The control of host_guest.c: what it compares with notices each change. */
#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <libwebsockets.h>
#include <openssl/err.h>

#include "looks.h"
#include "silence.h"

enum { LEAK = 64 * 1024 };

struct pair {
	struct looks before, after;
};

static void
ignore_sigpipe(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
}

static void
set_log_level(void)
{
	lws_set_log_level(LLL_DEBUG, NULL);
}

static void
raise_tls_error(void)
{
	ERR_raise(ERR_LIB_USER, 1);
}

static void
block_a_signal(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGUSR1);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void
take_a_signal_stack(void)
{
	static char room[64 * 1024];
	const stack_t stack = { .ss_sp = room, .ss_size = sizeof(room) };

	(void)sigaltstack(&stack, NULL);
}

static void
set_umask(void)
{
	(void)umask(0123);
}

static void
go_elsewhere(void)
{
	assert_int_equal(chdir("/"), 0);
}

static void
set_locale(void)
{
	(void)setlocale(LC_CTYPE, "C.UTF-8");
}

static void
set_limit(void)
{
	struct rlimit r;

	(void)getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur--;
	(void)setrlimit(RLIMIT_NOFILE, &r);
}

static void
set_environment(void)
{
	(void)setenv("GUEST", "here", 1);
}

static void
set_timer(void)
{
	const struct itimerval t = { .it_value.tv_sec = 3600 };

	(void)setitimer(ITIMER_REAL, &t, NULL);
}

static void
set_rounding(void)
{
	(void)fesetround(FE_UPWARD);
}

static void
set_timer_slack(void)
{
	(void)prctl(PR_SET_TIMERSLACK, 123456UL);
}

static void
draw_random(void)
{
	(void)lrand48();
}

static void
draw_rand(void)
{
	(void)rand();
}

static void
open_file(void)
{
	(void)!open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
open_pipe(void)
{
	int fds[2];

	(void)!pipe2(fds, O_CLOEXEC);
}

static void
lock_memory(void)
{
	static char page[8192];

	/* Sanitizers have a mlock() that does nothing. */
	(void)syscall(SYS_mlock, page, sizeof(page));
}

static void *
wait_for_ever(void *arg)
{
	for (;;)
		(void)pause();
	return arg;
}

static void
start_thread(void)
{
	pthread_t t;

	(void)pthread_create(&t, NULL, wait_for_ever, NULL);
}

static void
run_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	(void)waitpid(pid, NULL, 0);
}

static const struct {
	void (*deed)(void);
	const char *seen;
} deeds[] = {
	{ ignore_sigpipe, "-signal/13 +signal/13 " },
	{ set_log_level, "-weblog +weblog " },
	{ raise_tls_error, "-tlserror +tlserror " },
	{ block_a_signal, "-mask +mask " },
	{ take_a_signal_stack, "-altstack +altstack " },
	{ set_umask, "-Umask +Umask " },
	{ go_elsewhere, "-/proc/self/cwd +/proc/self/cwd " },
	{ set_locale, "-locale +locale " },
	{ set_limit, "-rlimit/7 +rlimit/7 " },
	{ set_environment, "+env " },
	{ set_timer, "-itimer/0 +itimer/0 " },
	{ set_rounding, "-rounding +rounding " },
	{ set_timer_slack, "-timerslack +timerslack " },
	{ draw_random, "-lrand48 +lrand48 " },
	{ draw_rand, "-rand -random +rand +random " },
	{ open_file, "+fd//dev/null " },
	{ open_pipe, "+fd/pipe +fd/pipe " },
	{ lock_memory, "-VmLck +VmLck " },
	{ start_thread, "+thread " },
	{ run_child, "-ended +ended " },
};

static void
every_leak_is_seen(void **state)
{
	size_t heap = looks_heap();
	void *volatile leak = malloc(LEAK);

	(void)state;
	assert_non_null(leak);
	assert_true(heap == 0 || looks_heap() >= heap + LEAK);
	free(leak);
}

/* In a child, which is as the process was before. */
static int
is_seen(struct pair *p, size_t i)
{
	char differ[1024];

	looks_take(&p->before);
	deeds[i].deed();
	looks_take(&p->after);
	looks_differ(differ, sizeof(differ), &p->before, &p->after);
	if (strcmp(differ, deeds[i].seen) == 0)
		return 1;
	print_error("seen %s, not %s\n", differ, deeds[i].seen);
	return 0;
}

static void
every_change_is_seen(void **state)
{
	struct pair *p = *state;
	int status;
	size_t i;
	pid_t pid;

	for (i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		(void)fflush(NULL);
		if ((pid = fork()) == 0)
			_exit(!is_seen(p, i));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

static void
every_byte_is_seen(void **state)
{
	(void)state;
	silence_begin();
	(void)puts("x");
	assert_int_equal(silence_end(), 2);
}

static int
setup(void **state)
{
	return (*state = calloc(1, sizeof(struct pair))) == NULL;
}

static int
teardown(void **state)
{
	free(*state);
	silence_break();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_change_is_seen, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(every_byte_is_seen, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(every_leak_is_seen, setup,
		    teardown),
	};

	(void)signal(SIGPIPE, SIG_DFL);
	looks_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
