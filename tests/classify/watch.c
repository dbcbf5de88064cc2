/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tacit/frame.h"
#include "watch.h"

enum { LATENCY_MIN_US = 8000, LATENCY_US = 4000, OK_TICK_MS = 100 };

/* A message on its way, by the time at which it is there. */
struct flying {
	struct flying *next;
	int64_t at;
	int end, up;
	uint32_t conn;
	uint8_t *data;
	size_t len;
};

struct watch {
	struct stage *s;
	struct tacit_practice **p;
	struct random *random;
	struct flying *first;
	int64_t now;			/* us */
	int64_t busy[STAGE_ENDS];	/* until then */
	int64_t cpu;			/* where the step began */
	struct seen *log;
	size_t n, cap;
	int disguised;			/* end; -1 */
	int64_t later;
	uint32_t longer;
};

static int64_t
cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t
watch_ms(const struct watch *w)
{
	return w->now / 1000;
}

const struct seen *
watch_log(const struct watch *w, size_t *n)
{
	*n = w->n;
	return w->log;
}

void
watch_forget(struct watch *w)
{
	w->n = 0;
}

void
watch_disguise(struct watch *w, int i, int64_t us, uint32_t bytes)
{
	w->disguised = i;
	w->later = us;
	w->longer = bytes;
}

static const uint8_t *
box_of(const tacit_Frame *f)
{
	switch (f->which_is) {
	case tacit_Frame_post_tag:
		return f->is.post.address;
	case tacit_Frame_deliver_tag:
		return f->is.deliver.address;
	case tacit_Frame_ack_tag:
		return f->is.ack.address;
	default:
		return NULL;
	}
}

/* Note all frames of a message; true if one is a POST. */
static int
note(struct watch *w, const struct flying *m, int64_t us)
{
	struct tacit_frame f;
	struct seen *s;
	size_t at = 0, used;
	int post = 0;

	for (; at < m->len && tacit_frame_parse(&f, &used, m->data + at,
	    m->len - at) == 0; at += used) {
		if (w->n == w->cap) {
			w->cap = w->cap * 2 + 256;
			w->log = reallocarray(w->log, w->cap, sizeof(*s));
			assert(w->log != NULL);
		}
		s = &w->log[w->n++];
		*s = (struct seen){ .us = us, .end = m->end,
		    .conn = m->conn, .up = m->up, .what = f.head.which_is,
		    .bytes = at == 0 ? (uint32_t)m->len : 0 };
		if (box_of(&f.head) != NULL)
			memcpy(s->box, box_of(&f.head), sizeof(s->box));
		post |= f.head.which_is == tacit_Frame_post_tag;
	}
	return post;
}

/* Behind all of its connection that goes the same way. */
static void
fly(struct watch *w, struct flying *m, int64_t from)
{
	struct flying **at, *o;

	m->at = from + LATENCY_MIN_US +
	    (int64_t)random_below(w->random, LATENCY_US);
	for (o = w->first; o != NULL; o = o->next)
		if (o->end == m->end && o->conn == m->conn &&
		    o->up == m->up && o->at > m->at)
			m->at = o->at;
	for (at = &w->first; *at != NULL && (*at)->at <= m->at;)
		at = &(*at)->next;
	m->next = *at;
	*at = m;
}

static struct flying *
message(int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct flying *m = calloc(1, sizeof(*m));

	assert(m != NULL && (m->data = malloc(len)) != NULL);
	m->end = i;
	m->conn = conn;
	memcpy(m->data, msg, len);
	m->len = len;
	return m;
}

static int
tap_up(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct flying *m = message(i, conn, msg, len);
	struct watch *w = arg;
	int64_t at = w->now + cpu_us() - w->cpu;
	size_t first = w->n;

	m->up = 1;
	if (note(w, m, at) && i == w->disguised) {
		at += w->later;
		w->log[first].bytes += w->longer;
		for (; first < w->n; first++)
			w->log[first].us = at;
	}
	fly(w, m, at);
	return 0;
}

static int
tap_down(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct watch *w = arg;

	fly(w, message(i, conn, msg, len), w->now);
	return 0;
}

struct watch *
watch_new(struct stage *s, struct tacit_practice **p, struct random *random)
{
	struct watch *w = calloc(1, sizeof(*w));
	const struct stage_tap tap = { tap_down, tap_up, w };

	assert(w != NULL);
	w->s = s;
	w->p = p;
	w->random = random;
	w->now = env_unix_ms(stage_end(s, 0)) * 1000;
	w->disguised = -1;
	stage_tap(s, &tap);
	stage_relay_ticks(stage_relay(s), OK_TICK_MS);
	return w;
}

void
watch_free(struct watch *w)
{
	struct flying *m;

	stage_tap(w->s, NULL);
	while ((m = w->first) != NULL) {
		w->first = m->next;
		free(m->data);
		free(m);
	}
	free(w->log);
	free(w);
}

/* The host shows what there is and confirms it. */
static void
confirm_all(struct watch *w, int i)
{
	struct tacit_practice_event pe = { .size = sizeof(pe) };
	struct tacit_event e = { .size = sizeof(e) };
	struct tacit *t = stage_end(w->s, i);
	int rc;

	while ((rc = tacit_next_event(t, 0, &e)) == 1) {
		rc = tacit_event_done(t, e.id);
		assert(rc == 0);
	}
	assert(rc == 0);
	while ((rc = tacit_practice_next_event(w->p[i], 0, &pe)) == 1) {
		rc = tacit_practice_event_done(w->p[i], pe.id);
		assert(rc == 0);
	}
	assert(rc == 0);
}

static void
step(struct watch *w, int i)
{
	int rc;

	w->cpu = cpu_us();
	(void)stage_try(w->s, i, &rc);
	assert(rc == 0);
	rc = tacit_practice_step(w->p[i], watch_ms(w));
	assert(rc == 0);
	confirm_all(w, i);
	w->busy[i] = w->now + cpu_us() - w->cpu;
	stage_relay_turn(w->s);
}

static void
arrive(struct watch *w)
{
	struct flying *m = w->first;

	w->first = m->next;
	if (m->up) {
		stage_forward(w->s, m->end, m->conn, m->data, m->len);
		stage_relay_turn(w->s);
	} else {
		(void)note(w, m, w->now);
		stage_inject(w->s, m->end, m->conn, m->data, m->len);
	}
	free(m->data);
	free(m);
}

/* When end ${i} has something to do, us; -1: never. */
static int64_t
due(const struct watch *w, int i)
{
	int64_t wait = core_wait(stage_end(w->s, i)), at;

	if (stage_has_input(w->s, i))
		wait = 0;
	wait = env_sooner(wait, tacit_practice_timeout_ms(w->p[i],
	    watch_ms(w)));
	if (wait < 0)
		return -1;
	at = wait == 0 ? w->now : (watch_ms(w) + wait) * 1000;
	return at < w->busy[i] ? w->busy[i] : at;
}

/* Whose turn is next, and when: an end; STAGE_ENDS: wire; more: the relay. */
static int
next(const struct watch *w, int64_t *at)
{
	int64_t t = (int64_t)stage_relay_tick_at(stage_relay(w->s)) * 1000;
	int who = STAGE_ENDS + 1, i;

	*at = t > 0 ? t : INT64_MAX;
	if (w->first != NULL && w->first->at < *at) {
		*at = w->first->at;
		who = STAGE_ENDS;
	}
	for (i = 0; i < STAGE_ENDS; i++) {
		if (w->p[i] == NULL || (t = due(w, i)) < 0 || t >= *at)
			continue;
		*at = t;
		who = i;
	}
	return who;
}

static void
go_to(struct watch *w, int64_t us)
{
	if (us <= w->now)
		return;
	stage_sleep(w->s, us / 1000 - w->now / 1000);
	w->now = us;
}

void
watch_run(struct watch *w, int64_t ms)
{
	int64_t until = w->now + ms * 1000, at;
	int who;

	for (;;) {
		who = next(w, &at);
		if (at > until)
			break;
		go_to(w, at);
		if (who < STAGE_ENDS)
			step(w, who);
		else if (who == STAGE_ENDS)
			arrive(w);
		else
			stage_relay_turn(w->s);
	}
	go_to(w, until);
}
