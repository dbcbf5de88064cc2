/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vault in a thread of its own, which alone uses it; other threads hand it
 * what is to be sent, and wake it.  See talk.h.
 *
 *	cc -o talk loop_thread.c talk.c $(pkg-config --cflags --libs tacit) -pthread
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk.h"

enum { HOUR_MS = 3600 * 1000 };

struct host {
	pthread_mutex_t lock;
	pthread_cond_t taken;
	char *line;			/* handed over, or NULL */
	int ended;			/* no line will come any more */
	struct talk talk;		/* of the vault's thread, but for t */
};

/* Returns the line that was handed over, or NULL. */
static char *
take(struct host *h)
{
	char *line;

	(void)pthread_mutex_lock(&h->lock);
	line = h->line;
	h->line = NULL;
	h->talk.ended = h->ended;
	(void)pthread_cond_signal(&h->taken);
	(void)pthread_mutex_unlock(&h->lock);
	return line;
}

static void *
vault_thread(void *arg)
{
	struct host *h = arg;
	char *line;

	while (!talk_is_over(&h->talk)) {
		/* Until something happens, or tacit_wake(). */
		talk_turn(&h->talk, HOUR_MS);
		if ((line = take(h)) == NULL)
			continue;
		talk_send(&h->talk, line, strcspn(line, "\n"));
		free(line);
	}
	return NULL;
}

/* ${line} becomes the other thread's; NULL: that was all. */
static void
hand_over(struct host *h, char *line)
{
	(void)pthread_mutex_lock(&h->lock);
	while (h->line != NULL)
		(void)pthread_cond_wait(&h->taken, &h->lock);
	h->line = line;
	h->ended = line == NULL;
	(void)pthread_mutex_unlock(&h->lock);
	tacit_wake(h->talk.t);
}

int
main(int argc, char **argv)
{
	struct host *h = calloc(1, sizeof(*h));
	pthread_t thread;
	char *line = NULL;
	size_t cap = 0;

	if (h == NULL || pthread_mutex_init(&h->lock, NULL) != 0 ||
	    pthread_cond_init(&h->taken, NULL) != 0)
		return 1;
	talk_open(&h->talk, argc, argv);
	if (pthread_create(&thread, NULL, vault_thread, h) != 0)
		return 1;
	while (getline(&line, &cap, stdin) > 0) {
		hand_over(h, line);
		line = NULL;
		cap = 0;
	}
	free(line);
	hand_over(h, NULL);

	/* tacit_wake() is over by now: the vault may go. */
	(void)pthread_join(thread, NULL);
	talk_close(&h->talk);
	free(h);
	return 0;
}
