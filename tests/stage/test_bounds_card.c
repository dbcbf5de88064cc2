/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The card: read before the first text and after each change, from the
 * practice alone, never an older one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "../unit/client/vault_disk.h"
#include "play.h"
#include "bounds.h"
#include "card_body.h"
#include "twin.h"

static void
nothing_is_written_before_it_is_acknowledged(void **state)
{
	struct tacit_practice_event ev;
	struct tacit_card c;
	struct desk d;

	(void)state;
	begin_real(&d, 31);
	settle_at(&d, NOON);
	/* The library's own, until there is another one. */
	get_card(&d, 1, &c);
	assert_int_equal(c.version, 0);
	assert_false(c.acknowledged);
	assert_true(c.n > 0 && c.response[0] != '\0');
	assert_int_equal(writes(&d, 1, NOON), TACIT_E_CARD);
	assert_int_equal(writes(&d, 0, NOON), 0);
	assert_int_equal(acknowledges(&d, NOON), 0);
	assert_int_equal(acknowledges(&d, NOON), 0);
	assert_int_equal(writes(&d, 1, NOON), 0);
	settle_at(&d, NOON);
	takes(&d, 0, TACIT_PRACTICE_CARD_HAD, &ev);
	assert_string_equal(ev.label, "default");
	no_more(&d, 0, 0);

	set_card(&d, NOON, "Once a day.");
	settle_at(&d, NOON);
	takes(&d, 1, TACIT_PRACTICE_CARD, &ev);
	assert_int_equal(writes(&d, 1, NOON), TACIT_E_CARD);
	/* What was shown before is not what is valid now. */
	assert_int_equal(tacit_card_acknowledge(d.p[1], NOON,
	    story_contact(&d.st, 1), 0), TACIT_E_CONFLICT);
	get_card(&d, 1, &c);
	assert_int_equal(c.version, NOON / 1000);
	assert_string_equal(c.response, "Once a day.");
	assert_string_equal(c.number[0].number, "112");
	assert_false(c.acknowledged);
	assert_int_equal(acknowledges(&d, NOON), 0);
	fall(&d, 1);
	assert_int_equal(writes(&d, 1, NOON), 0);
	settle_at(&d, NOON + 5);
	takes(&d, 0, TACIT_PRACTICE_CARD_HAD, &ev);
	assert_string_equal(ev.about, "1795348800");
	assert_string_equal(ev.label, "");
	get_card(&d, 0, &c);
	assert_true(c.acknowledged);
	assert_int_equal(c.acknowledged_ms, NOON + 5);

	/* Changed again, in the same second. */
	set_card(&d, NOON, "Once a week.");
	settle_at(&d, NOON);
	get_card(&d, 1, &c);
	assert_int_equal(c.version, NOON / 1000 + 1);
	assert_int_equal(writes(&d, 1, NOON), TACIT_E_CARD);
	get_card(&d, 0, &c);
	assert_false(c.acknowledged);
	assert_int_equal(c.acknowledged_version, NOON / 1000);
	end(&d);
}

static void
it_arrives_once_over_any_crash(void **state)
{
	struct tacit_practice_event ev;
	struct desk d;
	int turns, i, n = 0;
	char text[32];

	(void)state;
	begin_real(&d, 32);
	for (turns = 0; turns < PLAY_STEPS; turns += play_stride(6))
		for (i = 0; i < 2; i++, n++) {
			(void)snprintf(text, sizeof(text), "card %d", n);
			set_card(&d, NOON, text);
			fall_after(&d, i, turns, NOON);
			takes(&d, 1, TACIT_PRACTICE_CARD, &ev);
			no_more(&d, 1, 0);
			assert_int_equal(acknowledges(&d, NOON), 0);
			fall_after(&d, i, turns, NOON);
			takes(&d, 0, TACIT_PRACTICE_CARD_HAD, &ev);
			no_more(&d, 0, 0);
			assert_int_equal(writes(&d, 1, NOON), 0);
		}
	assert_true(n > 2);
	end(&d);
}

static void
each_version_waits_for_a_random_time(void **state)
{
	const int64_t first = NOON + PRACTICE_SPREAD_MS + 1;
	struct tacit_practice_event ev;
	struct desk d;
	int i;

	(void)state;
	begin_real(&d, 37);
	for (i = 0; i < 2; i++) {
		set_card(&d, NOON, i == 0 ? "Once a day." : "Seldom.");
		look_at(&d, NOON + 1);
		fall(&d, 0);
		look_at(&d, NOON + 2);
		no_more(&d, 1, 0);
		look_at(&d, i == 0 ? first : NOON + LATER);
		takes(&d, 1, TACIT_PRACTICE_CARD, &ev);
		look_at(&d, NOON + 2 * LATER);
		no_more(&d, 1, 0);
	}
	/* One that was set back in time waits for the newest, not for long. */
	set_card(&d, NOON, "Each hour.");
	look_at(&d, NOON);
	set_card(&d, NOON, "Each day.");
	look_at(&d, NOON - 365 * INT64_C(86400000));
	takes(&d, 1, TACIT_PRACTICE_CARD, &ev);
	no_more(&d, 1, 0);
	end(&d);
}

/* What end 1 was sent, made anew: the card of end 0 with ${version}. */
static void
forge(struct desk *d, tacit_practice_Practice *m, uint64_t version)
{
	tacit_practice_CardBody c;
	char id[TACIT_CONTACT_ID_SIZE];
	uint8_t master[CARD_MASTER_LEN];
	struct row_key k;
	size_t len;

	memset(m, 0, sizeof(*m));
	m->which_is = tacit_practice_Practice_card_tag;
	card_default(&c);
	c.version = version;
	m->is.card.body.size = (pb_size_t)card_write(m->is.card.body.bytes,
	    &c);
	row_key(&k, ROW_CARD_KEY);
	assert_int_equal(row_get_bytes(stage_end(d->st.s, 0), &k, master,
	    sizeof(master), &len), 1);
	assert_int_equal(practice_contact_id(story_contact(&d->st, 0), id),
	    0);
	assert_int_equal(card_sign(&m->is.card, master, id), 0);
}

static void
refused(struct desk *d, const tacit_practice_Practice *m, const char *why)
{
	struct tacit_practice_event ev;
	struct tacit_card c;

	post(d, 0, m);
	settle_at(d, NOON);
	takes(d, 1, TACIT_PRACTICE_CARD_REFUSED, &ev);
	assert_string_equal(ev.label, why);
	no_more(d, 1, 0);
	get_card(d, 1, &c);
	assert_string_equal(c.response, "Once a day.");
	assert_true(c.acknowledged);
}

static void
a_card_that_is_not_the_next_is_refused(void **state)
{
	static tacit_practice_Practice m, other;
	uint8_t master[CARD_MASTER_LEN] = { 1 };
	const uint64_t now = (uint64_t)(NOON / 1000);
	struct tacit_practice_event ev;
	struct desk d;
	size_t i;

	(void)state;
	begin_real(&d, 33);
	set_card(&d, NOON, "Once a day.");
	settle_at(&d, NOON);
	takes(&d, 1, TACIT_PRACTICE_CARD, &ev);
	assert_int_equal(acknowledges(&d, NOON), 0);

	forge(&d, &m, now + 9);
	assert_int_equal(card_sign(&m.is.card, master, "c_aaaaaaaaaaaa"), 0);
	refused(&d, &m, "key");
	forge(&d, &m, now - 1);
	refused(&d, &m, "version");
	forge(&d, &m, now);
	refused(&d, &m, "version");
	forge(&d, &m, now + 9);
	m.is.card.signature[0] ^= 1;
	refused(&d, &m, "signature");
	forge(&d, &m, now + 9);
	m.is.card.body.bytes[m.is.card.body.size - 1] ^= 1;
	refused(&d, &m, "signature");
	forge(&d, &m, now + 9);
	m.is.card.body.size--;
	refused(&d, &m, "signature");
	/* Of another contact of the same practice. */
	forge(&d, &m, now + 9);
	memcpy(&other, &m, sizeof(m));
	assert_int_equal(card_sign(&other.is.card, master, "c_bbbbbbbbbbbb"),
	    0);
	memcpy(m.is.card.signature, other.is.card.signature, 64);
	refused(&d, &m, "signature");
	/* The real one again is nothing new. */
	for (i = 0; i < 2; i++) {
		forge(&d, &m, now + 9);
		post(&d, 0, &m);
		settle_at(&d, NOON);
	}
	takes(&d, 1, TACIT_PRACTICE_CARD, &ev);
	no_more(&d, 1, 0);
	counts_are(&d, 1, 0, 0);
	end(&d);
}

/* Signed well, and senseless. */
static void
what_makes_no_sense_is_set_aside(void **state)
{
	static tacit_practice_Practice m;
	uint8_t master[CARD_MASTER_LEN] = { 7 };
	tacit_practice_CardBody c;
	struct tacit_practice_event ev = { .size = sizeof(ev) };
	uint64_t aside = 0;
	struct desk d;
	int i;

	(void)state;
	begin_real(&d, 34);
	for (i = 0; i < 10; i++) {
		memset(&m, 0, sizeof(m));
		m.which_is = tacit_practice_Practice_card_tag;
		card_default(&c);
		c.version = i == 0 ? 0 : 5;
		if (i == 1)
			c.response[0] = '\0';
		if (i == 2)
			c.notice[3] = '\033';
		if (i == 3)
			c.number[0].country[0] = 'd';
		if (i == 4)
			c.number[1].what[0] = '\0';
		if (i == 5)
			memcpy(c.number[1].number, "1\n2", 4);
		if (i == 6)
			memcpy(c.response, "\xff\xfe", 3);
		m.is.card.body.size = (pb_size_t)card_write(
		    m.is.card.body.bytes, &c);
		if (i == 7)
			m.is.card.body.size = 0;
		if (i == 8)	/* a field that nobody knows */
			memcpy(m.is.card.body.bytes + m.is.card.body.size,
			    "\x98\x3f\x01", 3), m.is.card.body.size += 3;
		if (i == 9)	/* cut */
			m.is.card.body.size -= 2;
		assert_int_equal(card_sign(&m.is.card, master, "c_x"), 0);
		post(&d, 0, &m);
		settle_at(&d, NOON);
		counts_are(&d, 1, 0, ++aside);
		no_more(&d, 1, 0);
	}
	/* Fields that are too long or too short, an unknown one beside. */
	send_bytes(&d, 0, "\xa2\x01\x03\x12\x01x", 6);
	send_bytes(&d, 0, "\xa2\x01\x04\x12\x02xx", 7);
	send_bytes(&d, 0, "\xa2\x01\xff\xff\x03", 5);
	settle_at(&d, NOON);
	counts_are(&d, 1, 0, aside + 3);
	assert_int_equal(tacit_practice_next_event(d.p[1], 0, &ev), 0);
	/* Nothing at all, under a key of zeros. */
	send_bytes(&d, 0, "\xa2\x01\x02\x12\x00", 5);
	settle_at(&d, NOON);
	takes(&d, 1, TACIT_PRACTICE_CARD_REFUSED, &ev);
	assert_string_equal(ev.label, "signature");
	end(&d);
}

static void
only_the_other_role_may_say_it(void **state)
{
	static tacit_practice_Practice m;
	struct tacit_practice_event ev;
	const uint64_t now = (uint64_t)(NOON / 1000);
	struct tacit_card c;
	struct desk d;

	(void)state;
	begin_real(&d, 35);
	set_card(&d, NOON, "Once a day.");
	settle_at(&d, NOON);
	takes(&d, 1, TACIT_PRACTICE_CARD, &ev);
	/* A client's card, and an acknowledgement by the practice. */
	forge(&d, &m, now + 9);
	post(&d, 1, &m);
	memset(&m, 0, sizeof(m));
	m.which_is = tacit_practice_Practice_card_had_tag;
	post(&d, 0, &m);
	settle_at(&d, NOON);
	counts_are(&d, 0, 0, 1);
	counts_are(&d, 1, 0, 1);
	/* Of a card that there never was, or of other words. */
	m.is.card_had.version = now + 1;
	post(&d, 1, &m);
	m.is.card_had.version = now;
	post(&d, 1, &m);
	settle_at(&d, NOON);
	counts_are(&d, 0, 0, 3);
	no_more(&d, 0, 0);
	get_card(&d, 0, &c);
	assert_false(c.acknowledged);
	assert_int_equal(tacit_card_acknowledge(d.p[0], NOON,
	    story_contact(&d.st, 0), now), TACIT_E_STATE);
	end(&d);
}

static void
what_may_not_be_set_is_refused(void **state)
{
	uint8_t before[32], now[32];
	struct tacit_card c;
	struct desk d;
	int i;

	(void)state;
	begin_real(&d, 36);
	settle_at(&d, NOON);
	fingerprint(stage_end(d.st.s, 0)->vault, before);
	for (i = 0; i < 9; i++) {
		make_card(&c, i == 0 ? "" : "x");
		if (i == 1)
			memset(c.response, 'x', sizeof(c.response));
		if (i == 2)
			c.notice[0] = '\0';
		if (i == 3)
			memcpy(c.notice, "a\033[1m", 6);
		if (i == 4)
			c.n = TACIT_CARD_NUMBERS + 1;
		if (i == 5)
			c.n = 2;
		if (i == 6)
			memcpy(c.number[0].country, "D", 2);
		if (i == 7)
			memset(c.number[0].what, 'x', 65);
		if (i == 8)
			memcpy(c.number[0].country, "DEU", 3);
		assert_int_equal(tacit_card_set(d.p[0], NOON, &c),
		    TACIT_E_TEXT);
	}
	make_card(&c, "x");
	c.size--;
	assert_int_equal(tacit_card_set(d.p[0], NOON, &c), TACIT_E_INVALID);
	assert_int_equal(tacit_card_get(d.p[0], NULL, &c), TACIT_E_INVALID);
	assert_int_equal(tacit_card_set(d.p[0], NOON, NULL),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_card_set(NULL, NOON, &c), TACIT_E_INVALID);
	assert_int_equal(tacit_card_acknowledge(d.p[1], NOON, NULL, 0),
	    TACIT_E_INVALID);
	c.size++;
	assert_int_equal(tacit_card_set(d.p[0], -1, &c), TACIT_E_INVALID);
	fingerprint(stage_end(d.st.s, 0)->vault, now);
	assert_memory_equal(now, before, sizeof(now));
	end(&d);
}

/* Keys of one practice are different ones for each of its clients. */
static void
no_two_clients_have_one_key(void **state)
{
	static tacit_practice_Practice a, b;
	const uint8_t master[CARD_MASTER_LEN] = { 3 };

	(void)state;
	assert_int_equal(card_sign(&a.is.card, master, "c_aaaaaaaaaaaa"), 0);
	assert_int_equal(card_sign(&b.is.card, master, "c_aaaaaaaaaaab"), 0);
	assert_memory_not_equal(a.is.card.key, b.is.card.key, 32);
	assert_true(card_is_signed(&a.is.card));
	memcpy(a.is.card.key, b.is.card.key, 32);
	assert_false(card_is_signed(&a.is.card));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_written_before_it_is_acknowledged),
		cmocka_unit_test(it_arrives_once_over_any_crash),
		cmocka_unit_test(each_version_waits_for_a_random_time),
		cmocka_unit_test(a_card_that_is_not_the_next_is_refused),
		cmocka_unit_test(what_makes_no_sense_is_set_aside),
		cmocka_unit_test(only_the_other_role_may_say_it),
		cmocka_unit_test(what_may_not_be_set_is_refused),
		cmocka_unit_test(no_two_clients_have_one_key),
	};

	(void)setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
