/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two threads in one vault.  One is held inside by a callback: every call of
 * the other says TACIT_E_THREADS.  Then several run into one another as it
 * happens: each call is done or refused, and the vault is sound.
 */
#include <pthread.h>
#include <semaphore.h>

#include "world.h"

enum { THREADS = 4, ROUNDS = 300 };

static struct world w;
static sem_t is_inside, may_leave;
static int hold;
static int64_t (*clock_of)(void *arg);

static void
wait_inside(void)
{
	(void)sem_post(&is_inside);
	while (sem_wait(&may_leave) != 0)
		continue;
}

static int64_t
now_ms(void *arg)
{
	if (hold) {
		hold = 0;
		wait_inside();
	}
	return clock_of(arg);
}

static int
write_slowly(void *context, const void *bytes, size_t len)
{
	int *first = context;

	(void)bytes;
	(void)len;
	if ((*first)++ == 0)
		wait_inside();
	return 0;
}

static void *
stay_in_vault(void *arg)
{
	size_t *wrong = arg;

	HELD(*wrong, tacit_send(w.ct, "slow", 4, NULL, NULL) == 0);
	return NULL;
}

static void *
stay_in_practice(void *arg)
{
	struct tacit_record_options o = { .size = sizeof(o),
	    .format = "json" };
	static struct tacit_record record = { .size = sizeof(record) };
	int first = 0;
	const struct tacit_writer to = { write_slowly, &first };
	size_t *wrong = arg;

	HELD(*wrong, tacit_record_write(w.p, w.ct, &o, w.now, &to,
	    &record) == 0);
	return NULL;
}

static size_t
while_inside(void *(*stay)(void *), enum every_kind a, enum every_kind b,
    size_t *wrong)
{
	pthread_t other;
	size_t n;

	HELD(*wrong, pthread_create(&other, NULL, stay, wrong) == 0);
	while (sem_wait(&is_inside) != 0)
		continue;
	n = world_all_say(&w, a, TACIT_E_THREADS, wrong);
	n += world_all_say(&w, b, TACIT_E_THREADS, wrong);
	/* Not now; and waking is for any thread. */
	if (stay == stay_in_vault)
		tacit_close(w.t);
	else
		tacit_practice_close(w.p);
	tacit_wake(w.t);
	(void)sem_post(&may_leave);
	(void)pthread_join(other, NULL);
	return n;
}

static void *
run_into(void *arg)
{
	struct tacit_contact_info i = { .size = sizeof(i) };
	struct tacit_message m = { .size = sizeof(m) };
	size_t *wrong = arg;
	int round, rc;

	for (round = 0; round < ROUNDS; round++) {
		rc = tacit_contact_info(w.ct, &i);
		HELD(*wrong, rc == 0 || rc == TACIT_E_THREADS);
		rc = tacit_step(w.t, 0);
		HELD(*wrong, rc == 0 || rc == TACIT_E_THREADS);
		rc = tacit_history(w.ct, 0, &m);
		HELD(*wrong, rc == 0 || rc == TACIT_E_THREADS);
		rc = tacit_practice_step(w.p, w.now);
		HELD(*wrong, rc == 0 || rc == TACIT_E_THREADS);
		tacit_wake(w.t);
	}
	return NULL;
}

/* A waker that does not know that the vault is closed meanwhile. */
static void *
keep_waking(void *arg)
{
	size_t i;

	(void)arg;
	for (i = 0; i < 100000; i++)
		tacit_wake(w.t);
	return NULL;
}

int
main(void)
{
	size_t calls = 0, wrong = 0, of[THREADS] = { 0 };
	pthread_t thread[THREADS];
	size_t i;

	(void)sem_init(&is_inside, 0, 0);
	(void)sem_init(&may_leave, 0, 0);
	world_open(&w, APP_CLOCK);
	tacit_series_close(w.s);
	tacit_checkin_close(w.c);
	tacit_practice_close(w.p);
	tacit_close(w.t);
	clock_of = w.client.host.now_ms;
	w.client.host.now_ms = now_ms;
	HELD(wrong, app_reopen(&w.client) == 0);
	w.t = w.client.p.t;
	w.ct = w.client.p.ct;
	HELD(wrong, tacit_practice_open(&w.p, w.t) == 0);
	HELD(wrong, tacit_series_open(&w.s, w.p, w.ct, NULL) == 0);
	hold = 1;
	calls += while_inside(stay_in_vault, EVERY_VAULT, EVERY_CONTACT,
	    &wrong);
	calls += while_inside(stay_in_practice, EVERY_PRACTICE,
	    EVERY_PRACTICE, &wrong);
	world_is_sound(&w);
	for (i = 0; i < THREADS; i++)
		HELD(wrong, pthread_create(&thread[i], NULL, run_into,
		    &of[i]) == 0);
	for (i = 0; i < THREADS; i++) {
		(void)pthread_join(thread[i], NULL);
		wrong += of[i];
		calls += ROUNDS;
	}
	world_is_sound(&w);
	for (i = 0; i < THREADS; i++)
		HELD(wrong, pthread_create(&thread[i], NULL, keep_waking,
		    NULL) == 0);
	tacit_series_close(w.s);
	tacit_practice_close(w.p);
	w.s = NULL;
	w.c = NULL;
	w.p = NULL;
	tacit_close(w.t);
	for (i = 0; i < THREADS; i++)
		(void)pthread_join(thread[i], NULL);
	world_close(&w);
	return world_verdict("two_threads", calls, wrong);
}
