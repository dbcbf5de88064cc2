/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vault in a libuv loop.  See talk.h.
 *
 *	cc -o talk loop_uv.c talk.c $(pkg-config --cflags --libs tacit libuv)
 */
#include <stdlib.h>
#include <unistd.h>

#include <uv.h>

#include "talk.h"

struct host {
	uv_loop_t loop;
	uv_poll_t vault, input;
	uv_prepare_t waits;
	uv_timer_t due;
	struct talk talk;
};

static void
turn(struct host *h)
{
	talk_turn(&h->talk, 0);
	if (talk_is_over(&h->talk))
		uv_stop(&h->loop);
}

static void
on_vault(uv_poll_t *p, int status, int events)
{
	(void)status;
	(void)events;
	turn(p->data);
}

static void
on_due(uv_timer_t *timer)
{
	turn(timer->data);
}

static void
on_input(uv_poll_t *p, int status, int events)
{
	struct host *h = p->data;

	(void)status;
	(void)events;
	talk_read(&h->talk);
	if (h->talk.ended)
		(void)uv_poll_stop(p);
	turn(h);
}

/* The loop is about to wait, whatever it did before: until when? */
static void
before_it_waits(uv_prepare_t *prepare)
{
	struct host *h = prepare->data;
	int ms = tacit_timeout_ms(h->talk.t);

	uv_update_time(&h->loop);
	if (ms < 0)
		(void)uv_timer_stop(&h->due);
	else
		(void)uv_timer_start(&h->due, on_due, (uint64_t)ms, 0);
}

static int
begin(struct host *h)
{
	h->vault.data = h->input.data = h->waits.data = h->due.data = h;
	return uv_poll_init(&h->loop, &h->vault, tacit_fd(h->talk.t)) == 0 &&
	    uv_poll_init(&h->loop, &h->input, STDIN_FILENO) == 0 &&
	    uv_poll_start(&h->vault, UV_READABLE, on_vault) == 0 &&
	    uv_poll_start(&h->input, UV_READABLE | UV_DISCONNECT,
	    on_input) == 0 &&
	    uv_timer_init(&h->loop, &h->due) == 0 &&
	    uv_prepare_init(&h->loop, &h->waits) == 0 &&
	    uv_prepare_start(&h->waits, before_it_waits) == 0;
}

int
main(int argc, char **argv)
{
	struct host *h = calloc(1, sizeof(*h));

	if (h == NULL || uv_loop_init(&h->loop) != 0)
		return 1;
	talk_open(&h->talk, argc, argv);
	if (!begin(h))
		return 1;
	(void)uv_run(&h->loop, UV_RUN_DEFAULT);

	/* The loop lets go of the descriptor before the vault closes it. */
	uv_close((uv_handle_t *)&h->vault, NULL);
	uv_close((uv_handle_t *)&h->input, NULL);
	uv_close((uv_handle_t *)&h->waits, NULL);
	uv_close((uv_handle_t *)&h->due, NULL);
	(void)uv_run(&h->loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&h->loop);
	talk_close(&h->talk);
	free(h);
	return 0;
}
