/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the other end says in a receipt, only what can be is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "play.h"
#include "receipt_kit.h"

static tacit_practice_Practice lie;

static void
lie_begin(void)
{
	memset(&lie, 0, sizeof(lie));
	lie.which_is = tacit_practice_Practice_receipt_tag;
}

static void
say_delivered(const char *message)
{
	tacit_practice_Receipt *m = &lie.is.receipt;

	assert_true(receipt_id(m->delivered.bytes + m->delivered.size,
	    message));
	m->delivered.size += RECEIPT_ID_LEN;
}

static void
say_read(const char *message)
{
	tacit_practice_Receipt *m = &lie.is.receipt;

	assert_true(receipt_id(m->read.bytes + m->read.size, message));
	m->read.size += RECEIPT_ID_LEN;
}

/* It is taken, and nothing came of it. */
static void
nothing_came_of_it(struct desk *d, uint64_t malformed)
{
	settle_at(d, NOON);
	no_more(d, 0, 0);
	no_more(d, 1, 0);
	counts_are(d, 0, 0, malformed);
	assert_int_equal(rows_of(d, 0, ROW_TOLD), 0);
	assert_int_equal(waiting(d, 0), 0);
	assert_int_equal(tacit_receipts_get(d->p[0], contact_of(d, 0)), 0);
	assert_int_equal(letters(d, 0), 0);
}

/* The id that the next text of end ${i} will have; they can know it. */
static struct text
next_text(struct desk *d, int i)
{
	struct tacit_contact *ct = contact_of(d, i);
	struct text x;

	contact_message_id(x.id, ct->rec.stream, ct->rec.seq + 1);
	return x;
}

/* Forget what waits for the host of end 0. */
static void
take_all(struct desk *d)
{
	struct tacit_event ev = { .size = sizeof(ev) };

	while (tacit_next_event(stage_end(d->st.s, 0), 0, &ev) == 1)
		assert_int_equal(tacit_event_done(stage_end(d->st.s, 0),
		    ev.id), 0);
}

static void
of_what_was_never_sent_nothing_is_believed(void **state)
{
	struct desk d;
	struct text theirs, data, x;
	int i;

	(void)state;
	begin_real(&d, 81);
	/* Ids of nothing, */
	lie_begin();
	say_read("m_abcdefghijklmnopqr27");
	say_delivered("m_aaaaaaaaaaaaaaaaaaaa");
	post(&d, 1, &lie);
	nothing_came_of_it(&d, 0);
	/* of their own texts, */
	theirs = write_text(&d, 1);
	settle_at(&d, NOON);
	take_all(&d);
	lie_begin();
	say_read(theirs.id);
	post(&d, 1, &lie);
	nothing_came_of_it(&d, 0);
	told_is(&d, &theirs, TACIT_RECEIPT_NONE);
	/* of what is no text. */
	assert_int_equal(tacit_send_data(contact_of(&d, 0), 100, "x", 1,
	    data.id, NULL), 0);
	settle_at(&d, NOON);
	take_all(&d);
	lie_begin();
	say_read(data.id);
	post(&d, 1, &lie);
	nothing_came_of_it(&d, 0);
	told_is(&d, &data, TACIT_RECEIPT_NONE);
	/* What is true in the same letter holds. */
	x = write_text(&d, 0);
	settle_at(&d, NOON);
	lie_begin();
	for (i = 1; i < RECEIPT_LETTER; i++)
		say_read(data.id);
	say_delivered(x.id);
	post(&d, 1, &lie);
	settle_at(&d, NOON);
	told_is(&d, &x, TACIT_RECEIPT_DELIVERED);
	one_event(&d, &x, "delivered", "1");
	assert_int_equal(rows_of(&d, 0, ROW_TOLD), 1);
	end(&d);
}

static void
of_the_future_nothing_is_believed(void **state)
{
	struct desk d;
	struct text soon, x;

	(void)state;
	begin_real(&d, 82);
	soon = next_text(&d, 0);
	lie_begin();
	say_read(soon.id);
	post(&d, 1, &lie);
	nothing_came_of_it(&d, 0);
	x = write_text(&d, 0);
	assert_string_equal(x.id, soon.id);
	told_is(&d, &x, TACIT_RECEIPT_NONE);
	settle_at(&d, NOON);
	told_is(&d, &x, TACIT_RECEIPT_NONE);

	/* Written, and not yet on its way when the lie is looked at. */
	take_all(&d);
	soon = next_text(&d, 0);
	lie_begin();
	say_read(soon.id);
	post(&d, 1, &lie);
	stage_quiesce(d.st.s);
	x = write_text(&d, 0);
	assert_string_equal(x.id, soon.id);
	assert_int_equal(tacit_practice_step(d.p[0], NOON), 0);
	told_is(&d, &x, TACIT_RECEIPT_NONE);
	settle_at(&d, NOON);
	told_is(&d, &x, TACIT_RECEIPT_NONE);
	no_more(&d, 0, 0);
	end(&d);
}

static void
of_another_contact_nothing_is_believed(void **state)
{
	struct story other;
	struct desk d;
	struct text x, same;

	(void)state;
	begin_real(&d, 83);
	same = write_text(&d, 0);		/* the first, there as here */
	memset(&other, 0, sizeof(other));
	other.s = d.st.s;
	story_pair(&other, TACIT_INVITE_IN_PERSON);
	assert_int_equal(tacit_send(story_contact(&other, 0), "x", 1, x.id,
	    NULL), 0);
	settle_at(&d, NOON);
	take_all(&d);
	lie_begin();
	say_read(x.id);
	post(&d, 1, &lie);
	nothing_came_of_it(&d, 0);
	told_is(&d, &same, TACIT_RECEIPT_NONE);
	assert_int_equal(tacit_receipt_state(d.p[0],
	    story_contact(&other, 0), x.id), TACIT_RECEIPT_NONE);
	end(&d);
}

static void
what_was_told_is_not_taken_back(void **state)
{
	struct desk d;
	struct text x;
	int i;

	(void)state;
	begin_real(&d, 84);
	x = write_text(&d, 0);
	settle_at(&d, NOON);
	/* Both, in one letter: the most counts, once. */
	lie_begin();
	say_delivered(x.id);
	say_read(x.id);
	say_read(x.id);
	post(&d, 1, &lie);
	settle_at(&d, NOON);
	told_is(&d, &x, TACIT_RECEIPT_READ);
	one_event(&d, &x, "read", "1");
	for (i = 0; i < 3; i++) {
		lie_begin();
		say_delivered(x.id);
		if (i == 1)
			say_read(x.id);
		post(&d, 1, &lie);
		settle_at(&d, NOON);
		told_is(&d, &x, TACIT_RECEIPT_READ);
		no_more(&d, 0, 0);
	}
	assert_int_equal(rows_of(&d, 0, ROW_TOLD), 1);
	end(&d);
}

static void
what_is_garbled_or_too_much_is_set_aside(void **state)
{
	static const uint8_t cut[] = { 0xc2, 0x01, 0x0c, 0x0a, 0x0a, 1, 2 };
	static const uint8_t wide[] = { 0xc2, 0x01, 0x03, 0x08, 0x96, 0x01 };
	static const size_t lens[] = { 1, 12, 14, 27, 623 };
	static uint8_t huge[1000];
	tacit_practice_Receipt *m = &lie.is.receipt;
	struct desk d;
	struct text x;
	uint64_t n = 0;
	size_t i;

	(void)state;
	begin_real(&d, 85);
	x = write_text(&d, 0);
	settle_at(&d, NOON);
	take_all(&d);
	lie_begin();
	post(&d, 1, &lie);			/* of nothing */
	nothing_came_of_it(&d, ++n);
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		lie_begin();
		say_read(x.id);
		m->delivered.size = (pb_size_t)lens[i];
		post(&d, 1, &lie);
		nothing_came_of_it(&d, ++n);
		lie_begin();
		say_delivered(x.id);
		m->read.size = (pb_size_t)lens[i];
		post(&d, 1, &lie);
		nothing_came_of_it(&d, ++n);
	}
	/* One more than a letter has. */
	lie_begin();
	say_read(x.id);
	for (i = 0; i < RECEIPT_LETTER; i++)
		say_delivered(x.id);
	post(&d, 1, &lie);
	nothing_came_of_it(&d, ++n);
	send_bytes(&d, 1, cut, sizeof(cut));
	nothing_came_of_it(&d, ++n);
	send_bytes(&d, 1, wide, sizeof(wide));
	nothing_came_of_it(&d, ++n);
	/* More than the field may hold. */
	memcpy(huge, "\xc2\x01\x80\x05\x0a\xfd\x04", 7);
	send_bytes(&d, 1, huge, 7 + 637);
	nothing_came_of_it(&d, ++n);
	told_is(&d, &x, TACIT_RECEIPT_NONE);
	/* And then the truth. */
	lie_begin();
	say_read(x.id);
	post(&d, 1, &lie);
	settle_at(&d, NOON);
	told_is(&d, &x, TACIT_RECEIPT_READ);
	end(&d);
}

/* What is looked through for one receipt is bounded. */
static void
of_long_ago_nothing_is_believed(void **state)
{
	enum { GO = 256 };
	struct text first, last;
	struct desk d;
	int i;

	(void)state;
	begin_real(&d, 86);
	first = last = write_text(&d, 0);
	for (i = 1; i <= RECEIPT_LOOK_BACK; i++) {
		last = write_text(&d, 0);
		if (i % GO == 0)
			stage_quiesce(d.st.s);
	}
	stage_quiesce(d.st.s);
	lie_begin();
	say_read(first.id);
	say_read(last.id);
	post(&d, 1, &lie);
	settle_at(&d, NOON);
	told_is(&d, &first, TACIT_RECEIPT_NONE);
	told_is(&d, &last, TACIT_RECEIPT_READ);
	end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_what_was_never_sent_nothing_is_believed),
		cmocka_unit_test(of_the_future_nothing_is_believed),
		cmocka_unit_test(of_another_contact_nothing_is_believed),
		cmocka_unit_test(what_was_told_is_not_taken_back),
		cmocka_unit_test(what_is_garbled_or_too_much_is_set_aside),
		cmocka_unit_test(of_long_ago_nothing_is_believed),
	};

	(void)setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
