/* SPDX-License-Identifier: Apache-2.0 */
/* What makes a run void is found: bodies byte by byte, messages one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "body.h"
#include "ledger.h"

enum { LEN = 200, MESSAGES = 4, RECIPIENTS = 2 };

/* P0: tag 0 is posted; A: acknowledged; D: delivered to tag % 2; W: to the
 * wrong one; C: something that is no body came. */
static const struct play {
	const char *is;
	const char *steps;
	int sound_so_far, sound;
	uint64_t lost, unacked, doubled, twice, changed, astray, disordered;
} plays[] = {
	{ "all is well", "P0P1P2P3A0A1A2A3D0D1D2D3", 1, 1, 0, 0, 0, 0, 0, 0,
	    0 },
	{ "well, and the two out of step", "P0P1P2P3D1D3D0D2A3A2A1A0", 1, 1,
	    0, 0, 0, 0, 0, 0, 0 },
	{ "not all delivered yet", "P0P1P2P3A0A1A2A3D0", 1, 0, 3, 0, 0, 0, 0,
	    0, 0 },
	{ "one is lost", "P0P1P2P3A0A1A2A3D0D1D2", 1, 0, 1, 0, 0, 0, 0, 0,
	    0 },
	{ "one is not acknowledged", "P0P1P2P3A0A1A2D0D1D2D3", 0, 0, 0, 1, 0,
	    0, 0, 0, 0 },
	{ "one was never posted", "P0P1P2A0A1A2D0D1D2", 0, 0, 0, 0, 0, 0, 0,
	    0, 0 },
	{ "one comes twice", "P0P1P2P3A0A1A2A3D0D1D2D3D3", 0, 0, 0, 0, 1, 0,
	    0, 0, 0 },
	{ "one is acknowledged twice", "P0P1P2P3A0A0A1A2A3D0D1D2D3", 0, 0, 0,
	    0, 0, 1, 0, 0, 0 },
	{ "acknowledged before it was posted", "A0P0P1P2P3A0A1A2A3D0D1D2D3",
	    0, 0, 0, 0, 0, 1, 0, 0, 0 },
	{ "delivered before it was posted", "D0P0P1P2P3A0A1A2A3D0D1D2D3", 0,
	    0, 0, 0, 0, 0, 0, 1, 0 },
	{ "a tag that there is not", "P0P1P2P3A0A1A2A3D0D1D2D3D9A9", 0, 0, 0,
	    0, 0, 1, 0, 1, 0 },
	{ "to nobody", "P0P1P2P3A0A1A2A3D0D1D2W3", 0, 0, 1, 0, 0, 0, 0, 1,
	    0 },
	{ "later before earlier", "P0P1P2P3A0A1A2A3D2D0D1D3", 0, 0, 0, 0, 0,
	    0, 0, 0, 1 },
	{ "something changed", "P0P1P2P3A0A1A2A3D0D1D2C0", 0, 0, 1, 0, 0, 0,
	    1, 0, 0 },
};

static void
step(struct ledger *l, char what, uint64_t tag)
{
	switch (what) {
	case 'P':
		ledger_posted(l, tag);
		break;
	case 'A':
		ledger_acked(l, tag);
		break;
	case 'D':
		ledger_delivered(l, (uint32_t)(tag % RECIPIENTS), tag);
		break;
	case 'W':
		ledger_delivered(l, RECIPIENTS, tag);
		break;
	default:
		ledger_changed(l);
	}
}

static void
whatever_makes_a_run_void_is_found(void **state)
{
	const struct play *p;
	struct ledger l;
	const char *s;

	(void)state;
	for (p = plays; p < plays + sizeof(plays) / sizeof(plays[0]); p++) {
		ledger_init(&l, MESSAGES, RECIPIENTS);
		for (s = p->steps; *s != '\0'; s += 2)
			step(&l, s[0], (uint64_t)(s[1] - '0'));
		if (ledger_sound(&l) != p->sound)
			fail_msg("%s", p->is);
		assert_int_equal(ledger_sound_so_far(&l), p->sound_so_far);
		assert_int_equal(ledger_lost(&l), p->lost);
		assert_int_equal(ledger_unacked(&l), p->unacked);
		assert_int_equal(l.doubled, p->doubled);
		assert_int_equal(l.answered_twice, p->twice);
		assert_int_equal(l.changed, p->changed);
		assert_int_equal(l.astray, p->astray);
		assert_int_equal(l.disordered, p->disordered);
		ledger_free(&l);
	}
}

static void
a_body_is_itself_to_the_last_bit(void **state)
{
	struct bodies b, other;
	uint8_t body[LEN + 1];
	uint32_t recipient, bit;
	uint64_t tag;

	(void)state;
	body_init(&b, LEN);
	body_init(&other, LEN);
	body_make(&b, body, 7, 123456789012);
	assert_int_equal(body_check(&b, body, LEN, &recipient, &tag), 0);
	assert_int_equal(recipient, 7);
	assert_true(tag == 123456789012);
	assert_int_equal(body_check(&b, body, LEN - 1, &recipient, &tag), -1);
	assert_int_equal(body_check(&b, body, LEN + 1, &recipient, &tag), -1);
	assert_int_equal(body_check(&other, body, LEN, &recipient, &tag), -1);
	for (bit = 0; bit < LEN * 8; bit++) {
		body[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(body_check(&b, body, LEN, &recipient, &tag),
		    -1);
		body[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	body_free(&b);
	body_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_makes_a_run_void_is_found),
		cmocka_unit_test(a_body_is_itself_to_the_last_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
