/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two ends on a stage, each with a practice layer.  The part of it that is
 * under test is a small one of our own: it counts what it takes in a row,
 * tells the host, and answers.  To be included by one file of a program,
 * after cmocka.h.
 */
#ifndef DESK_H
#define DESK_H

#include "batch.h"
#include "queue.h"
#include "story.h"

/* ---- a part ------------------------------------------------------------------ */

static int taker_says;			/* an error to give instead; or 0 */
static int tended;			/* times */
static int64_t tend_again;		/* when to be asked again; or 0 */

static inline void
count_key(struct row_key *k)
{
	row_key(k, (enum row_kind)'#');
}

static inline uint8_t
counted(struct tacit *t)
{
	struct row_key k;
	uint8_t n = 0;
	size_t len;

	count_key(&k);
	assert_true(row_get_bytes(t, &k, &n, 1, &len) >= 0);
	return n;
}

/* Message "n" is told as event n, and answered with "!n". */
static inline int
take_number(struct batch *b, const struct taken *in)
{
	tacit_practice_Practice *m = calloc(1, sizeof(*m));
	tacit_rows_Event ev = tacit_rows_Event_init_zero;
	uint8_t n = (uint8_t)(counted(b->p->t) + 1);
	struct row_key k;

	assert_non_null(m);
	*m = *in->m;
	count_key(&k);
	batch_put_bytes(b, &k, &n, 1);
	ev.type = 99;
	ev.date = m->is.definition.form.bytes[0];
	queue_tell(b, in->ct, &ev);
	if (m->is.definition.form.bytes[0] != '!') {
		m->is.definition.form.bytes[1] =
		    m->is.definition.form.bytes[0];
		m->is.definition.form.bytes[0] = '!';
		m->is.definition.form.size = 2;
		batch_send(b, in->ct, m, NULL);
	}
	free(m);
	return taker_says;
}

static inline int
tend_it(struct tacit_practice *p)
{
	tended++;
	if (tend_again != 0)
		practice_wake(p, tend_again);
	return 0;
}

static const struct taker takers[] = {
	{ tacit_practice_Practice_definition_tag, take_number },
};
static tend_fn *const tenders[] = { tend_it };
static const struct practice_parts parts = { takers, 1, tenders, 1 };

/* ---- two ends, each with such a layer -------------------------------------------- */

struct desk {
	struct story st;
	struct tacit_practice *p[2];
};

static inline void
open_both(struct desk *d)
{
	int i;

	for (i = 0; i < 2; i++)
		assert_int_equal(practice_open_with(&d->p[i],
		    stage_end(d->st.s, i), &parts), 0);
}

static inline void
begin(struct desk *d, uint64_t seed)
{
	memset(d, 0, sizeof(*d));
	taker_says = tended = 0;
	tend_again = 0;
	d->st.s = stage_new(story_scratch(), seed);
	story_pair(&d->st, TACIT_INVITE_IN_PERSON);
	open_both(d);
}

static inline void
end(struct desk *d)
{
	tacit_practice_close(d->p[0]);
	tacit_practice_close(d->p[1]);
	stage_free(d->st.s);
}

static inline int
turn(struct desk *d, int i)
{
	return tacit_practice_step(d->p[i], 1000);
}

static inline void
crash(struct desk *d, int i)
{
	tacit_practice_close(d->p[i]);
	stage_crash(d->st.s, i);
	assert_int_equal(practice_open_with(&d->p[i], stage_end(d->st.s, i),
	    &parts), 0);
}

/* Let all arrive and be taken, at both ends. */
static inline void
settle(struct desk *d)
{
	int round;

	for (round = 0; round < 3; round++) {
		stage_quiesce(d->st.s);
		assert_int_equal(turn(d, 0), 0);
		assert_int_equal(turn(d, 1), 0);
	}
}

static inline void
send_bytes(struct desk *d, int i, const void *bytes, size_t len)
{
	assert_int_equal(tacit_send_data(story_contact(&d->st, i), 1, bytes,
	    len, NULL, NULL), 0);
}

/* Message "c" of end ${i}. */
static inline void
send_number(struct desk *d, int i, char c)
{
	const uint8_t bytes[] = { 0x0a, 3, 0x0a, 1, (uint8_t)c };

	send_bytes(d, i, bytes, sizeof(bytes));
}

/* The next practice event of end ${i} is of message "c". */
static inline uint64_t
told(struct desk *d, int i, uint64_t after, char c)
{
	struct tacit_practice_event ev = { .size = sizeof(ev) };

	assert_int_equal(tacit_practice_next_event(d->p[i], after, &ev), 1);
	assert_true(ev.id > after && ev.id >= (uint64_t)1 << 40);
	assert_int_equal(ev.type, 99);
	assert_int_equal(ev.date, c);
	assert_ptr_equal(ev.contact, story_contact(&d->st, i));
	return ev.id;
}

static inline void
no_more(struct desk *d, int i, uint64_t after)
{
	struct tacit_practice_event ev = { .size = sizeof(ev) };

	assert_int_equal(tacit_practice_next_event(d->p[i], after, &ev), 0);
}

/* What waits in the vault's own queue. */
static inline int
waiting(struct desk *d, int i)
{
	struct tacit_event ev = { .size = sizeof(ev) };
	uint64_t after = 0;
	int n = 0;

	while (tacit_next_event(stage_end(d->st.s, i), after, &ev) == 1) {
		after = ev.id;
		n += ev.type != TACIT_EV_PAIRED;
	}
	return n;
}

static inline void
counts_are(struct desk *d, int i, uint64_t unknown, uint64_t malformed)
{
	struct tacit_practice_counts n = { .size = sizeof(n) };

	assert_int_equal(tacit_practice_counts(d->p[i], &n), 0);
	assert_int_equal(n.unknown, unknown);
	assert_int_equal(n.malformed, malformed);
}

#endif
