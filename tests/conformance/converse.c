/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "converse.h"

struct converse {
	struct raw *poster, *reader;
	struct raw_mailbox m;
	pthread_t thread;
	int on_demand;
	atomic_long wanted, written, arrived;
	atomic_int stop;
	_Atomic(const char *) wrong;
};

/* The next frame for the reader that is not the answer to an ACK. */
static struct raw_frame *
next_delivery(struct raw *r)
{
	struct raw_frame *f;
	int rc;

	while ((f = raw_next(r, RAW_WAIT_MS, &rc)) != NULL &&
	    f->head.which_is == tacit_Frame_drained_tag)
		raw_frame_free(f);
	return f;
}

static const char *
one_letter(struct converse *t)
{
	uint8_t id[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];
	const char *wrong = NULL;
	struct raw_frame *f;
	uint32_t post;

	randombytes_buf(id, sizeof(id));
	randombytes_buf(body, sizeof(body));
	post = raw_send_post(t->poster, &t->m, id, tacit_Kind_KIND_LETTER, 0,
	    body);
	if ((f = next_delivery(t->reader)) == NULL)
		return "no delivery";
	if (f->head.which_is != tacit_Frame_deliver_tag ||
	    memcmp(f->head.is.deliver.envelope, id, sizeof(id)) != 0 ||
	    f->body_len != sizeof(body) ||
	    memcmp(f->body, body, sizeof(body)) != 0)
		wrong = "another letter";
	raw_frame_free(f);
	if (wrong == NULL && raw_ack(t->reader, t->m.address, id) != 0)
		wrong = "ACK refused";
	/* It is held until its ACK: whoever waits first waits for long. */
	if (wrong == NULL && raw_wait(t->poster, post, RAW_WAIT_MS, NULL) != 0)
		wrong = "no OK";
	return wrong;
}

static void *
run(void *arg)
{
	struct converse *t = arg;
	const char *wrong = NULL;

	while (!atomic_load(&t->stop) && wrong == NULL) {
		if (t->on_demand &&
		    atomic_load(&t->wanted) <= atomic_load(&t->written)) {
			relay_sleep_ms(1);
			continue;
		}
		atomic_fetch_add(&t->written, 1);
		if ((wrong = one_letter(t)) == NULL)
			atomic_fetch_add(&t->arrived, 1);
		relay_sleep_ms(1);
	}
	atomic_store(&t->wrong, wrong);
	return NULL;
}

struct converse *
converse_start(const struct relay_proc *p,
    const uint8_t code[TACIT_CODE_LEN], int on_demand)
{
	struct converse *t = calloc(1, sizeof(*t));
	uint8_t result = 1;

	if (t == NULL)
		abort();
	t->on_demand = on_demand;
	t->poster = relay_proc_connect(p);
	t->reader = relay_proc_connect(p);
	raw_mailbox_make(&t->m);
	if (raw_create(t->poster, &t->m, code) != 0 ||
	    raw_subscribe(t->reader, &t->m, 1, &result) != 0 || result != 0 ||
	    pthread_create(&t->thread, NULL, run, t) != 0)
		abort();
	return t;
}

const char *
converse_goes_on(struct converse *t, int timeout_ms)
{
	long want = atomic_load(&t->written) + 1;
	const char *wrong;
	int ms;

	atomic_store(&t->wanted, want);
	for (ms = 0; ms < timeout_ms; ms++) {
		if (atomic_load(&t->arrived) >= want)
			return NULL;
		if ((wrong = atomic_load(&t->wrong)) != NULL)
			return wrong;
		relay_sleep_ms(1);
	}
	return "it stands still";
}

const char *
converse_stop(struct converse *t, long *letters)
{
	const char *wrong;

	atomic_store(&t->stop, 1);
	(void)pthread_join(t->thread, NULL);
	wrong = atomic_load(&t->wrong);
	*letters = atomic_load(&t->arrived);
	raw_bye(t->poster);
	raw_bye(t->reader);
	free(t);
	return wrong;
}
