/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both vaults are put back again and again, at any moment, between letters,
 * crashes and lost connections: in the end each letter that its writer's
 * vault knows of is at the other end, once, under the same id (D5).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "heal.h"
#include "restart.h"

enum { COPIES = 3, STEPS = 400, LETTERS = 2000 };

struct play {
	struct story st;
	int next;			/* number of the next letter */
	uint8_t kept[2][COPIES];
	int back;			/* was put back last, from 1; 0: none */
	uint32_t restarts;		/* that its vault knew of then */
};

/* Who was put back last knows it, and has agreed with the other end. */
static int
is_healed(struct play *p)
{
	const struct tacit_contact *ct;

	if (p->back == 0)
		return 1;
	ct = story_contact(&p->st, p->back - 1);
	if (ct->t->self.restarts == p->restarts || restart_is_due(ct) ||
	    ct->rec.healing)
		return 0;
	p->back = 0;
	return 1;
}

static void
put_back(struct play *p, int i, int n)
{
	stage_put_back(p->st.s, i, n);
	p->back = i + 1;
	p->restarts = stage_end(p->st.s, i)->self.restarts;
	/*
	 * The same copy may come back later, but none of the other end from
	 * before all is healed: PROTOCOL.md says what is not.
	 */
	memset(p->kept[1 - i], 0, sizeof(p->kept[1 - i]));
}

static void
keep(struct play *p, int i, int n)
{
	if (!is_healed(p) && p->back != i + 1)
		return;
	stage_keep(p->st.s, i, n);
	p->kept[i][n] = 1;
}

static void
one_step(struct play *p)
{
	struct stage *s = p->st.s;
	int i = (int)stage_below(s, 2), n = (int)stage_below(s, COPIES);

	switch (stage_below(s, 48)) {
	case 0:
		if (p->kept[i][n])
			put_back(p, i, n);
		break;
	case 1:
	case 2:
		keep(p, i, n);
		break;
	case 3:
		stage_crash(s, i);
		break;
	case 4:
		stage_cut(s, i);
		break;
	case 5:
		stage_sleep(s, stage_below(s, 5 * HEAL_MINUTE));
		break;
	case 6:
	case 7:
	case 8:
	case 9:
	case 10:
	case 11:
		heal_write(&p->st, i, p->next++, 1);
		break;
	default:
		stage_relay_turn(s);
		(void)stage_turn(s, i);
		stage_sleep(s, 200);
		break;
	}
}

/* What end ${i} has from itself or from the other, by number of letter. */
static void
read_all(struct play *p, int i, int from_me,
    char id[LETTERS][TACIT_MESSAGE_ID_SIZE])
{
	struct tacit_message m = { .size = sizeof(m) };
	uint64_t before = 0;
	int n;

	memset(id, 0, LETTERS * sizeof(id[0]));
	while (tacit_history(story_contact(&p->st, i), before, &m) == 0) {
		before = m.place;
		if (m.from_me != from_me)
			continue;
		assert_int_equal(sscanf(m.text, "letter %d", &n), 1);
		assert_true(n < LETTERS);
		if (id[n][0] != '\0')
			fail_msg("letter %d is twice at end %d", n, i);
		memcpy(id[n], m.id, sizeof(id[n]));
	}
}

static void
judge(struct play *p)
{
	static char mine[LETTERS][TACIT_MESSAGE_ID_SIZE];
	static char theirs[LETTERS][TACIT_MESSAGE_ID_SIZE];
	const struct out_ref *o;
	int i, n;

	for (i = 0; i < 2; i++) {
		read_all(p, i, 1, mine);
		read_all(p, 1 - i, 0, theirs);
		for (n = 0; n < LETTERS; n++)
			if (mine[n][0] != '\0' && theirs[n][0] == '\0')
				fail_msg("letter %d of end %d is lost", n, i);
			else if (mine[n][0] != '\0')
				assert_string_equal(mine[n], theirs[n]);
		for (o = story_contact(&p->st, i)->out; o != NULL; o = o->next)
			if (o->seq != 0)
				fail_msg("seq %d of end %d was never had",
				    (int)o->seq, i);
	}
}

static void
play(uint64_t seed)
{
	struct play *p = calloc(1, sizeof(*p));
	int n;

	assert_non_null(p);
	p->st.s = stage_new(story_scratch(), seed);
	story_pair(&p->st, TACIT_INVITE_IN_PERSON);
	for (n = 0; n < STEPS; n++)
		one_step(p);
	for (n = 0; n < 3; n++) {
		heal_settle(&p->st);
		heal_write(&p->st, n % 2, p->next++, 1);
		heal_write(&p->st, 1 - n % 2, p->next++, 1);
	}
	heal_settle(&p->st);
	/* `have` goes alone within a day; what it left out has to come again. */
	for (n = 0; n < 60; n++) {
		stage_sleep(p->st.s, 60 * HEAL_MINUTE);
		stage_quiesce(p->st.s);
	}
	judge(p);
	stage_free(p->st.s);
	free(p);
}

static void
what_failed_once_heals(void **state)
{
	static const uint64_t seeds[] = {
		1073197086,	/* what one had had was in no outbox any more */
		1073200135,	/* a stream that was left was in no `have` */
		4008701957,	/* a stream never heard hid the one after it */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
		play(seeds[i]);
}

static void
vaults_put_back_at_any_moment_heal(void **state)
{
	uint64_t seed = story_number("TACIT_SEED", randombytes_random());
	int n = (int)story_number("TACIT_RUNS", 6);

	(void)state;
	for (; n > 0; n--, seed++) {
		print_message("TACIT_SEED=%llu\n", (unsigned long long)seed);
		play(seed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_failed_once_heals),
		cmocka_unit_test(vaults_put_back_at_any_moment_heal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
