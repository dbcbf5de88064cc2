/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "anchor_wire.h"
#include "tacit/frame.h"

void
wire_tell(struct wire *w, uint32_t conn, tacit_Frame *f)
{
	uint8_t msg[128];
	size_t n = tacit_frame_write(msg, sizeof(msg), f, NULL);

	assert_true(n > 0);
	stage_inject(w->s, 0, conn, msg, n);
}

static void
tell_error(struct wire *w, uint32_t conn, uint32_t id, int code)
{
	tacit_Frame f = { .which_is = tacit_Frame_error_tag };

	f.is.error.id = id;
	f.is.error.code = (uint32_t)-code;
	wire_tell(w, conn, &f);
}

static void
lie(struct wire *w, uint32_t conn, uint32_t id)
{
	tacit_Frame f = { .which_is = tacit_Frame_anchored_tag };
	uint8_t *value = f.is.anchored.value;

	f.is.anchored.id = id;
	switch (w->lie) {
	case NOTHING_KEPT:
		break;
	case NOISE:
		randombytes_buf(value, TACIT_ANCHOR_LEN);
		break;
	case OLDER:
		memcpy(value, w->older, TACIT_ANCHOR_LEN);
		break;
	case LAST:
		memcpy(value, w->last, TACIT_ANCHOR_LEN);
		break;
	case NO_MAILBOX:
		tell_error(w, conn, id, TACIT_E_REFUSED);
		return;
	case NOT_NOW:
		tell_error(w, conn, id, TACIT_E_UNAVAILABLE);
		return;
	case UNKNOWN_FRAME:
		tell_error(w, conn, id, TACIT_E_FRAME);
		return;
	case ANOTHER_ANSWER:
		f.which_is = tacit_Frame_drained_tag;
		break;
	case NO_LIE:
	case NO_ANSWER:
	case LIES:
		return;
	}
	wire_tell(w, conn, &f);
}

static int
one_up(struct wire *w, uint32_t conn, const tacit_Frame *f)
{
	switch (f->which_is) {
	case tacit_Frame_post_tag:
		w->posts++;
		return 1;
	case tacit_Frame_ack_tag:
		w->acks += f->is.ack.envelope_count;
		return 1;
	case tacit_Frame_create_tag:
		if (w->no_units && !w->contact_has)
			return w->contact_has = 1;
		w->created++;
		if (w->no_units)
			tell_error(w, conn, f->id, TACIT_E_ADMISSION);
		return !w->no_units;
	case tacit_Frame_anchor_tag:
		w->asked++;
		if (w->lie == NO_LIE && memcmp(w->last, f->is.anchor.next,
		    sizeof(w->last)) != 0) {
			memcpy(w->older, w->last, sizeof(w->older));
			memcpy(w->last, f->is.anchor.next, sizeof(w->last));
		}
		lie(w, conn, f->id);
		return w->lie == NO_LIE;
	default:
		return 1;
	}
}

static int
up(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct tacit_frame f;
	size_t used;
	int pass = 1;

	for (; i == 0 && len > 0; msg += used, len -= used) {
		assert_int_equal(tacit_frame_parse(&f, &used, msg, len), 0);
		pass &= one_up(arg, conn, &f.head);
	}
	return pass;
}

void
wire_listen(struct story *st, struct wire *w)
{
	struct stage_tap tap = { .up = up, .arg = w };

	memset(w, 0, sizeof(*w));
	w->s = st->s;
	stage_tap(st->s, &tap);
}

/* How many events of ${type} end ${i} has that are about no contact. */
int
wire_told(struct stage *s, int i, enum tacit_event_type type)
{
	struct tacit_event e = { .size = sizeof(e) };
	int n = 0;

	while (tacit_next_event(stage_end(s, i), e.id, &e) == 1)
		n += e.type == type && e.contact == NULL;
	return n;
}

int
wire_told_nothing(struct stage *s, int i)
{
	return wire_told(s, i, TACIT_EV_ROLLED_BACK) == 0 &&
	    wire_told(s, i, TACIT_EV_RELAY_RESTORED) == 0;
}

const struct anchor *
wire_anchor(struct stage *s, int i)
{
	assert_non_null(stage_end(s, i)->anchors);
	return stage_end(s, i)->anchors;
}

int
wire_is_open(struct stage *s, int i)
{
	return anchor_is_open(stage_end(s, i), &wire_anchor(s, i)->rec.place);
}

/* A letter of end ${i} arrives, once. */
void
wire_letter_arrives(struct story *st, int i, int n)
{
	struct tacit_event e;
	int got = 0;

	assert_int_equal(story_write(st, i, n), 0);
	stage_quiesce(st->s);
	while (story_next(st, 1 - i, &e))
		got += e.type == TACIT_EV_MESSAGE && story_letter(&e) == n;
	assert_int_equal(got, 1);
}

void
wire_begin(struct story *st, uint64_t seed)
{
	memset(st, 0, sizeof(*st));
	st->s = stage_new(story_scratch(), seed);
	story_pair(st, TACIT_INVITE_IN_PERSON);
}

/* Turns of end 0 and the relay, without a pause; all that it may ask for. */
void
wire_turns(struct stage *s, int n)
{
	while (n-- > 0) {
		(void)stage_turn(s, 0);
		stage_relay_turn(s);
	}
}

void
wire_use(struct stage *s, struct stage_relay *r)
{
	int i;

	for (i = 0; i < 2; i++) {
		stage_route(s, i, r);
		stage_cut(s, i);
	}
}
