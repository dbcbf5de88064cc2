/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A relay that lies (S5): it drops, repeats, reorders, changes and swaps
 * envelopes and answers, as a seed decides.  Whatever it does, an app is shown
 * only what was written for it, each text once, under its one id, in order,
 * with every hole named; and when the relay stops lying, all of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "story.h"
#include "tacit/frame.h"

enum {
	STORIES = 2,			/* two contacts at each end */
	LETTERS = 40,			/* by each end of each, at most */
	BAG = 64,			/* envelopes that the relay keeps */
	CONNS = 4096,
	MINUTE_MS = 60 * 1000
};

static const int64_t day_ms = INT64_C(24) * 60 * MINUTE_MS;

/* An envelope on its way to somebody. */
struct held {
	int i;				/* end, connection: where it would go */
	uint32_t conn;
	tacit_Deliver to;
	uint8_t body[TACIT_PARCEL_LEN];
};

struct liar {
	struct stage *s;
	struct held *bag;
	size_t n;
	uint8_t posting[STAGE_ENDS][CONNS];
	uint32_t lies;
};

/* What one end of one story has written and was shown. */
struct ledger {
	int written;
	char id[LETTERS + 1][TACIT_MESSAGE_ID_SIZE];
	uint8_t shown[LETTERS + 1], missing[LETTERS + 1];
	int last, paired;
};

struct play {
	struct story story[STORIES];
	struct ledger book[STORIES][2];
	struct liar liar;
};

/* ---- the lies ------------------------------------------------------------------ */

static void
emit(struct liar *l, int i, uint32_t conn, const tacit_Frame *f,
    const uint8_t *body)
{
	static uint8_t buf[2 + TACIT_HEADER_MAX + TACIT_PARCEL_LEN];
	size_t len = tacit_frame_write(buf, sizeof(buf), f, body);

	assert_true(len > 0);
	stage_inject(l->s, i, conn, buf, len);
}

static void
emit_held(struct liar *l, const struct held *h)
{
	tacit_Frame f = tacit_Frame_init_zero;

	f.which_is = tacit_Frame_deliver_tag;
	f.is.deliver = h->to;
	emit(l, h->i, h->conn, &f, h->body);
}

static struct held *
any_held(struct liar *l)
{
	return l->n == 0 ? NULL : &l->bag[stage_below(l->s, (uint32_t)l->n)];
}

static void
hold(struct liar *l, int i, uint32_t conn, const tacit_Deliver *to,
    const uint8_t *body)
{
	struct held *h = l->n < BAG ? &l->bag[l->n++] : any_held(l);

	h->i = i;
	h->conn = conn;
	h->to = *to;
	memcpy(h->body, body, tacit_kind_len(to->kind));
}

static void
flip(struct liar *l, uint8_t *p, size_t len)
{
	p[stage_below(l->s, (uint32_t)len)] ^=
	    (uint8_t)(1 << stage_below(l->s, 8));
}

/* One of the envelopes in the bag, at a place and under a name at will. */
static void
misdeliver(struct liar *l)
{
	struct held *what = any_held(l), *where = any_held(l), h;

	if (what == NULL)
		return;
	h = *what;
	switch (stage_below(l->s, 5)) {
	case 0:				/* another mailbox, other end perhaps */
		h.i = where->i;
		h.conn = where->conn;
		memcpy(h.to.address, where->to.address,
		    sizeof(h.to.address));
		break;
	case 1:
		flip(l, h.to.envelope, sizeof(h.to.envelope));
		break;
	case 2:
		flip(l, h.body, tacit_kind_len(h.to.kind));
		break;
	case 3:				/* the name of another */
		memcpy(h.to.envelope, where->to.envelope,
		    sizeof(h.to.envelope));
		break;
	default:			/* a replay; on the line it knows now */
		h.conn = where->i == h.i ? where->conn : h.conn;
	}
	l->lies++;
	emit_held(l, &h);
}

static void
lie_deliver(struct liar *l, int i, uint32_t conn, const struct tacit_frame *f)
{
	struct held h = { .i = i, .conn = conn };

	hold(l, i, conn, &f->head.is.deliver, f->body);
	h.to = f->head.is.deliver;
	memcpy(h.body, f->body, f->body_len);
	switch (stage_below(l->s, 10)) {
	case 0:				/* not now */
	case 1:
		l->lies++;
		return;
	case 2:				/* another first, or as well */
		misdeliver(l);
		break;
	case 3:
		flip(l, h.body, f->body_len);
		l->lies++;
		break;
	case 4:
		emit_held(l, &h);
		l->lies++;
		break;
	default:
		break;
	}
	emit_held(l, &h);
}

static uint32_t
a_code(struct liar *l)
{
	static const uint8_t codes[] = {
		-TACIT_E_REFUSED, -TACIT_E_QUOTA, -TACIT_E_RATE,
		-TACIT_E_CONFLICT, -TACIT_E_LATCHED, -TACIT_E_UNAVAILABLE,
		-TACIT_E_FRAME, -TACIT_E_NOMEM, -TACIT_E_INTERNAL,
		-TACIT_E_CORRUPT, 0, 119, 255
	};

	return codes[stage_below(l->s, sizeof(codes))];
}

/* The answer to a post: another one, none, or twice. */
static void
lie_answer(struct liar *l, int i, uint32_t conn, tacit_Frame f)
{
	tacit_Frame e = tacit_Frame_init_zero;

	switch (stage_below(l->s, 10)) {
	case 0:
		l->lies++;
		return;
	case 1:
		l->lies++;
		emit(l, i, conn, &f, NULL);
		break;
	case 2:
		if (f.which_is != tacit_Frame_ok_tag)
			break;
		l->lies++;
		e.which_is = tacit_Frame_error_tag;
		e.is.error.id = f.is.ok.id[0];
		e.is.error.code = a_code(l);
		e.is.error.retry_after_ms = stage_below(l->s, 5000);
		f = e;
		break;
	case 3:
		if (f.which_is == tacit_Frame_ok_tag) {
			f.is.ok.id[0] += stage_below(l->s, 3);
			f.is.ok.nearly_full = stage_below(l->s, 2) == 1;
			l->lies++;
		}
		break;
	default:
		break;
	}
	emit(l, i, conn, &f, NULL);
}

static int
lie_down(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct liar *l = arg;
	struct tacit_frame f;
	uint8_t changed[4096];
	size_t used;

	/* Now and then, changed bytes; no lies to who asks for an invitation. */
	assert_int_equal(tacit_frame_parse(&f, &used, msg, len), 0);
	if (len < sizeof(changed) && (l->posting[i][conn % CONNS] ||
	    f.head.which_is == tacit_Frame_deliver_tag ||
	    f.head.which_is == tacit_Frame_welcome_tag) &&
	    stage_below(l->s, 100) == 0) {
		memcpy(changed, msg, len);
		flip(l, changed, len);
		stage_inject(l->s, i, conn, changed, len);
		l->lies++;
		return 0;
	}
	for (; len > 0; msg += used, len -= used) {
		assert_int_equal(tacit_frame_parse(&f, &used, msg, len), 0);
		if (f.head.which_is == tacit_Frame_deliver_tag)
			lie_deliver(l, i, conn, &f);
		else if ((f.head.which_is == tacit_Frame_ok_tag ||
		    f.head.which_is == tacit_Frame_error_tag) &&
		    l->posting[i][conn % CONNS])
			lie_answer(l, i, conn, f.head);
		else if (f.head.which_is != tacit_Frame_drained_tag ||
		    stage_below(l->s, 4) != 0)
			stage_inject(l->s, i, conn, msg, used);
	}
	return 0;
}

/* A post that the relay says it stored, and did not. */
static int
lie_up(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	tacit_Frame ok = tacit_Frame_init_zero;
	struct liar *l = arg;
	struct tacit_frame f;
	size_t used;

	for (; len > 0; msg += used, len -= used) {
		assert_int_equal(tacit_frame_parse(&f, &used, msg, len), 0);
		if (f.head.which_is == tacit_Frame_post_tag) {
			l->posting[i][conn % CONNS] = 1;
			if (stage_below(l->s, 10) == 0) {
				ok.which_is = tacit_Frame_ok_tag;
				ok.is.ok.id[0] = f.head.id;
				ok.is.ok.id_count = 1;
				emit(l, i, conn, &ok, NULL);
				l->lies++;
				continue;
			}
		}
		stage_forward(l->s, i, conn, msg, used);
	}
	return 0;
}

/* ---- what the apps are shown ------------------------------------------------------ */

static void
see_letter(struct ledger *b, const struct ledger *other,
    const struct tacit_event *e)
{
	int n = story_letter(e), k;

	assert_true(n >= 1 && n <= other->written);
	assert_int_equal(e->seq, n);
	assert_string_equal(e->message, other->id[n]);
	assert_false(b->shown[n]);
	if (e->late)
		assert_true(b->missing[n]);
	else {
		for (k = b->last + 1; k < n; k++)
			assert_true(b->missing[k]);
		assert_true(n > b->last);
		b->last = n;
	}
	b->shown[n] = 1;
}

static void
see_gap(struct ledger *b, const struct ledger *other,
    const struct tacit_event *e)
{
	uint64_t k;

	assert_int_equal(e->from, b->last + 1);
	assert_true(e->from <= e->to && e->to < (uint64_t)other->written);
	for (k = e->from; k <= e->to; k++) {
		assert_false(b->shown[k]);
		b->missing[k] = 1;
	}
	b->last = (int)e->to;
}

static void
look(struct play *p, int k, int i)
{
	struct ledger *b = &p->book[k][i], *other = &p->book[k][1 - i];
	struct tacit_event e;

	while (story_next(&p->story[k], i, &e))
		switch (e.type) {
		case TACIT_EV_MESSAGE:
			see_letter(b, other, &e);
			break;
		case TACIT_EV_GAP:
			see_gap(b, other, &e);
			break;
		case TACIT_EV_PAIRED:
			assert_false(e.verified);
			assert_int_equal(++b->paired, 1);
			break;
		case TACIT_EV_ACCEPTED:
		case TACIT_EV_UNDELIVERED:
		case TACIT_EV_POISON:
		case TACIT_EV_UNREACHABLE:
		case TACIT_EV_ROTATED:
			break;
		default:
			fail_msg("event %s", tacit_event_word(e.type));
		}
}

static void
write_letter(struct play *p, int k, int i)
{
	struct ledger *b = &p->book[k][i];
	char text[32];
	uint64_t seq;

	if (b->written == LETTERS)
		return;
	(void)snprintf(text, sizeof(text), "letter %d", ++b->written);
	assert_int_equal(tacit_send(story_contact(&p->story[k], i), text,
	    strlen(text), b->id[b->written], &seq), 0);
	assert_int_equal(seq, b->written);
}

/* ---- a play ------------------------------------------------------------------------ */

static void
act(struct play *p)
{
	struct stage *s = p->liar.s;
	int i = (int)stage_below(s, 2), k = (int)stage_below(s, STORIES);

	switch (stage_below(s, 30)) {
	case 0:
		stage_crash(s, i);
		break;
	case 1:
		stage_cut(s, i);
		break;
	case 2:
	case 3:
	case 4:
		if (p->book[k][i].written < LETTERS - 1)
			write_letter(p, k, i);
		break;
	case 5:
		stage_sleep(s, 1000 + stage_below(s, 2 * MINUTE_MS));
		break;
	case 6:
	case 7:
		misdeliver(&p->liar);
		break;
	case 8:
		look(p, k, i);
		break;
	case 9:
	case 10:
		stage_sleep(s, 500 + stage_below(s, 1000));
		break;
	default:
		(void)stage_turn(s, i);
		stage_relay_turn(s);
	}
}

/* The relay is honest from now on; whoever waits for an answer asks again. */
static void
become_honest(struct play *p)
{
	struct stage *s = p->liar.s;
	int n, i;

	stage_tap(s, NULL);
	for (n = 0; n < 6; n++) {
		for (i = 0; i < 2; i++)
			stage_cut(s, i);
		stage_quiesce(s);
		stage_sleep(s, (n + 1) * 25 * MINUTE_MS);
	}
	for (n = 0; n < STORIES; n++)
		for (i = 0; i < 2; i++)
			write_letter(p, n, i);
	for (n = 0; n < 4; n++) {
		stage_quiesce(s);
		stage_sleep(s, (n + 1) * 25 * MINUTE_MS);
	}
	/* What was asked for in vain goes again when it was not had in time. */
	for (n = 0; n < 4; n++) {
		stage_quiesce(s);
		stage_sleep(s, 31 * day_ms);
	}
	stage_quiesce(s);
}

static void
check(struct play *p, int k)
{
	char digits[2][TACIT_SAFETY_SIZE];
	struct story *st = &p->story[k];
	struct tacit_contact *ct;
	int i, n;

	for (i = 0; i < 2; i++) {
		look(p, k, i);
		assert_int_equal(p->book[k][i].paired, 1);
		for (n = 1; n <= p->book[k][1 - i].written; n++)
			if (!p->book[k][i].shown[n])
				fail_msg("story %d: end %d never saw letter "
				    "%d of %d (gap told: %d)", k, i, n,
				    p->book[k][1 - i].written,
				    p->book[k][i].missing[n]);
		ct = story_contact(st, i);
		assert_int_equal(tacit_safety_number(ct, digits[i]), 0);
		assert_int_equal(ct->rec.verified, 0);
		assert_int_equal(contact_queued(ct), 0);
	}
	assert_string_equal(digits[0], digits[1]);
	assert_memory_equal(story_contact(st, 0)->rec.key1,
	    story_contact(st, 1)->rec.key1, TACIT_KEY_LEN);
}

static uint32_t
play(struct stage *s)
{
	static struct play p;
	const struct stage_tap tap = { lie_down, lie_up, &p.liar };
	struct held *bag = p.liar.bag;
	uint32_t acts = 200 + stage_below(s, 600);
	int k;

	memset(&p, 0, sizeof(p));
	p.liar.s = s;
	p.liar.bag = bag != NULL ? bag : test_calloc(BAG, sizeof(*bag));
	for (k = 0; k < STORIES; k++) {
		p.story[k].s = s;
		story_invite(&p.story[k], 0, 4320);
		assert_int_equal(tacit_accept_unverified(
		    story_contact(&p.story[k], 0)), 0);
		story_accept(&p.story[k]);
	}
	/* Half of the plays begin when both are paired. */
	if (stage_below(s, 2) == 0)
		stage_quiesce(s);
	stage_tap(s, &tap);
	while (acts-- > 0)
		act(&p);
	become_honest(&p);
	for (k = 0; k < STORIES; k++)
		check(&p, k);
	assert_int_equal(stage_relay_envelopes(stage_relay(s)), 0);
	test_free(p.liar.bag);
	p.liar.bag = NULL;
	return p.liar.lies;
}

static void
whatever_a_relay_does_only_what_was_written_is_shown(void **state)
{
	uint64_t seed = story_number("TACIT_SEED", randombytes_random());
	uint64_t n = story_number("TACIT_SEQUENCES", 24), i;
	struct stage *s;
	uint32_t lies = 0;

	(void)state;
	print_message("TACIT_SEED=%llu TACIT_SEQUENCES=%llu\n",
	    (unsigned long long)seed, (unsigned long long)n);
	/* The i-th play is that of seed + i. */
	for (i = 0; i < n; i++) {
		s = stage_new(story_scratch(), seed + i);
		lies += play(s);
		stage_free(s);
	}
	print_message("%u lies in %llu plays\n", lies,
	    (unsigned long long)n);
	assert_true(n == 0 || lies > n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    whatever_a_relay_does_only_what_was_written_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
