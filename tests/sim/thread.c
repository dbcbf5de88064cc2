/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <ucontext.h>

#include "actor.h"
#include "thread.h"
#include "wrap.h"

enum { STACK = 512 * 1024 };

/* One at a time is all that a relay has, and there is one relay. */
struct thread {
	ucontext_t main, own;
	void *stack;
	void *(*begin)(void *);
	void *arg;
	int lives, inside;
	void *fake_main, *fake_own;	/* of AddressSanitizer */
	const void *main_bottom;
	size_t main_size;
};

/* Only there under AddressSanitizer, which has to know of another stack. */
__attribute__((weak)) void __sanitizer_start_switch_fiber(void **fake,
    const void *bottom, size_t size);
__attribute__((weak)) void __sanitizer_finish_switch_fiber(void *fake,
    const void **bottom, size_t *size);

static struct thread *
the(void)
{
	static struct thread t;

	return &t;
}

static void
to_main(struct thread *t, int for_good)
{
	if (__sanitizer_start_switch_fiber != NULL)
		__sanitizer_start_switch_fiber(for_good ? NULL :
		    &t->fake_own, t->main_bottom, t->main_size);
	t->inside = 0;
	(void)swapcontext(&t->own, &t->main);
	if (__sanitizer_finish_switch_fiber != NULL)
		__sanitizer_finish_switch_fiber(t->fake_own, &t->main_bottom,
		    &t->main_size);
}

static void
enter(void)
{
	struct thread *t = the();

	if (__sanitizer_finish_switch_fiber != NULL)
		__sanitizer_finish_switch_fiber(NULL, &t->main_bottom,
		    &t->main_size);
	(void)t->begin(t->arg);
	t->lives = 0;
	to_main(t, 1);
}

void
thread_run(void)
{
	struct thread *t = the();

	if (!t->lives || t->inside)
		return;
	t->inside = 1;
	if (__sanitizer_start_switch_fiber != NULL)
		__sanitizer_start_switch_fiber(&t->fake_main, t->stack,
		    STACK);
	(void)swapcontext(&t->main, &t->own);
	if (__sanitizer_finish_switch_fiber != NULL)
		__sanitizer_finish_switch_fiber(t->fake_main, NULL, NULL);
}

void
thread_rest(void)
{
	if (the()->inside)
		to_main(the(), 0);
}

int
__wrap_pthread_create(pthread_t *out, const pthread_attr_t *attr,
    void *(*begin)(void *), void *arg)
{
	struct thread *t = the();

	(void)attr;
	if (t->lives)
		abort();
	if (t->stack == NULL && (t->stack = __real_malloc(STACK)) == NULL)
		return EAGAIN;
	t->begin = begin;
	t->arg = arg;
	t->lives = 1;
	(void)getcontext(&t->own);
	t->own.uc_stack.ss_sp = t->stack;
	t->own.uc_stack.ss_size = STACK;
	t->own.uc_link = NULL;
	makecontext(&t->own, enter, 0);
	*out = pthread_self();
	return 0;
}

int
__wrap_pthread_join(pthread_t thread, void **out)
{
	int i;

	(void)thread;
	(void)out;
	for (i = 0; the()->lives; i++) {
		if (i == 1000)
			abort();
		thread_run();
	}
	return 0;
}

/* Let the other one go on. */
static void
change(pthread_mutex_t *lock)
{
	struct thread *t = the();

	(void)pthread_mutex_unlock(lock);
	if (t->inside)
		to_main(t, 0);
	else
		thread_run();
	(void)pthread_mutex_lock(lock);
}

int
__wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock)
{
	(void)cond;
	change(lock);
	return 0;
}

int
__wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
    const struct timespec *until)
{
	struct timespec now;
	int64_t left;

	(void)cond;
	change(lock);
	(void)__wrap_clock_gettime(CLOCK_MONOTONIC, &now);
	left = (until->tv_sec - now.tv_sec) * 1000000000 +
	    until->tv_nsec - now.tv_nsec;
	/* Of what the clock counts here, less than one is nothing. */
	return left < 1000000 ? ETIMEDOUT : 0;
}
