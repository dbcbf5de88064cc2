/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A practice that does not say to whom a text goes, or says it of another
 * contact: TACIT_E_CONFIRM, and nothing was written.
 */
#include "world.h"

static struct world w;

static int
write_with(const char *confirm)
{
	return tacit_practice_send(w.pp, w.now, w.practice.p.ct, "for you", 7,
	    confirm, 0, NULL, NULL);
}

static uint64_t
newest(void)
{
	struct tacit_message m = { .size = sizeof(m) };

	return tacit_history(w.practice.p.ct, 0, &m) == 0 ? m.place : 0;
}

int
main(void)
{
	char mine[TACIT_WORDS_SIZE], other[TACIT_WORDS_SIZE];
	struct tacit_contact *ct;
	size_t calls = 0, wrong = 0, i;
	uint64_t before;

	world_open(&w, 0);
	HELD(wrong, tacit_invite(&ct, w.practice.p.t, "somebody else", 0, 0,
	    NULL) == 0);
	HELD(wrong, tacit_practice_words(w.pp, w.practice.p.ct, mine) == 0);
	HELD(wrong, tacit_practice_words(w.pp, ct, other) == 0);
	{
		const char *const bad[] = { NULL, "", "yes", "two words",
		    other, "for you" };

		before = newest();
		for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++, calls++)
			HELD(wrong, write_with(bad[i]) == TACIT_E_CONFIRM);
		HELD(wrong, newest() == before);
	}
	HELD(wrong, write_with(mine) == 0);
	HELD(wrong, newest() == before + 1);
	world_close(&w);
	return world_verdict("forgotten_confirm", calls, wrong);
}
