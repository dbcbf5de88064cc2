/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever posts, acks, subscriptions and goings come between: the oracle of
 * hub_life.h holds, and in the end nothing is left over.
 */
#include "hub_life.h"

static void
random_lives_keep_the_order(void **state)
{
	struct peer *p;
	int step, i, box;

	(void)state;
	start();
	for (step = 0; step < 4000; step++) {
		p = &t.peer[chance(CONNS)];
		box = (int)chance(BOXES);
		switch (chance(16)) {
		case 0:
			do_subscribe(p, box);
			break;
		case 1:
			if (chance(10) == 0)
				drop_peer(p);
			break;
		case 2:
			for (i = (int)chance(100); i > 0; i--)
				do_post(box, LETTER);
			break;
		case 3:
			do_post(box, chance(4) == 0 ? PARCEL : LETTER);
			break;
		case 4:
		case 5:
		case 6:
			see(p);
			do_ack(p, box, chance(101));
			break;
		case 7:
		case 8:
			see(p);
			break;
		default:
			collect(chance(4) == 0);
		}
	}
	drain();
	finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_lives_keep_the_order),
	};

	if (sodium_init() < 0)
		return 99;
	rnd = random_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
