/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random conversations against an oracle: letters delayed, lost, repeated,
 * changed, transactions rolled back.  The oracle knows no cryptography: a
 * letter is readable once, as long as its chain is among the last five that
 * its reader has met.
 */
#include "ratchet_end.h"

enum { STEPS = 300, ROUNDS = 4, LETTERS = STEPS, CHAINS_KEPT = 5 };

struct sent {
	struct letter letter;
	enum side from;
	uint8_t chain[8];
	char text[24];
	int opened;
};

struct game {
	struct talk talk;
	struct sent *sent;
	size_t n;
	/* Chains that I and J have met, oldest first. */
	uint8_t met[2][STEPS][8];
	size_t n_met[2];
	uint32_t seed;
	unsigned accepted, refused;
};

/* TACIT_SEED, or another each time; never 0, on which draw() would stop. */
static uint32_t
first_seed(void)
{
	const char *given = getenv("TACIT_SEED");
	uint32_t seed = given != NULL ? (uint32_t)strtoul(given, NULL, 0) :
	    randombytes_random() & 0x7fffffff;

	if (seed == 0)
		seed = 1;
	print_message("TACIT_SEED=%lu\n", (unsigned long)seed);
	return seed;
}

/* xorshift: the same game for the same seed on every machine. */
static uint32_t
draw(struct game *g, uint32_t below)
{

	g->seed ^= g->seed << 13;
	g->seed ^= g->seed >> 17;
	g->seed ^= g->seed << 5;
	return g->seed % below;
}

static struct end *
end_of(struct game *g, enum side side)
{

	return side == FROM_I ? g->talk.i : g->talk.j;
}

static const struct ratchet_session *
session_of(struct game *g, enum side side)
{

	return side == FROM_I ? &g->talk.at_i : &g->talk.at_j;
}

static enum side
other(enum side side)
{

	return side == FROM_I ? FROM_J : FROM_I;
}

/* Has ${side} met this chain: 2 and keeps it, 1 and forgot it, 0 never. */
static int
knows(struct game *g, enum side side, const uint8_t chain[8])
{
	size_t k, n = g->n_met[side];

	for (k = 0; k < n; k++) {
		if (memcmp(g->met[side][k], chain, 8) == 0)
			return n - k <= CHAINS_KEPT ? 2 : 1;
	}
	return 0;
}

static int
predict(struct game *g, const struct sent *s)
{
	int known = knows(g, other(s->from), s->chain);

	if (known == 1)
		return TACIT_E_CRYPTO;
	return s->opened ? TACIT_E_REPLAY : 0;
}

static void
send_one(struct game *g)
{
	enum side from = draw(g, 2) ? FROM_I : FROM_J;
	struct end *e = end_of(g, from);
	const struct ratchet_session *at = session_of(g, from);
	struct sent *s = &g->sent[g->n];
	struct letter withdrawn;

	if (g->n == LETTERS || ratchet_has(e->ratchet, at) != 1)
		return;
	if (draw(g, 4) == 0) {
		begin(e);
		assert_int_equal(ratchet_encrypt(e->ratchet, at,
		    (const uint8_t *)"withdrawn", 9, withdrawn.data,
		    sizeof(withdrawn.data), &withdrawn.len, &withdrawn.kind),
		    0);
		vault_rollback(e->vault);
	}
	s->from = from;
	s->opened = 0;
	snprintf(s->text, sizeof(s->text), "letter %zu", g->n);
	assert_int_equal(ratchet_turn(e->ratchet, at, s->chain), 0);
	write_letter(e, at, s->text, &s->letter);
	g->n++;
}

static void
note(struct game *g, struct sent *s)
{
	enum side to = other(s->from);

	s->opened = 1;
	g->accepted++;
	if (knows(g, to, s->chain) == 0)
		memcpy(g->met[to][g->n_met[to]++], s->chain, 8);
}

static void
deliver(struct game *g, struct sent *s, int take_back)
{
	struct end *e = end_of(g, other(s->from));
	uint8_t out[64];
	size_t len = 0;
	int rc, expect = predict(g, s);

	begin(e);
	rc = ratchet_decrypt(e->ratchet, session_of(g, other(s->from)),
	    s->letter.kind, 1, s->letter.data, s->letter.len, out,
	    sizeof(out), &len);
	if (rc != expect)
		fail_msg("%s: %d, not %d", s->text, rc, expect);
	if (rc == 0) {
		assert_int_equal(len, strlen(s->text));
		assert_memory_equal(out, s->text, len);
	}
	if (take_back) {
		vault_rollback(e->vault);
		return;
	}
	commit(e);
	if (rc == 0)
		note(g, s);
	else
		g->refused++;
}

static void
deliver_changed(struct game *g, const struct sent *s)
{
	struct end *e = end_of(g, other(s->from));
	struct letter bad = s->letter;
	struct dump before = dump_take(e);

	/* The middle of either kind is something that is authenticated. */
	bad.data[bad.len / 2] ^= (uint8_t)(1 + draw(g, 255));
	assert_int_not_equal(read_verdict(e, session_of(g, other(s->from)),
	    1, &bad), 0);
	assert_nothing_written(e, &before);
	g->refused++;
}

static void
play(struct game *g)
{
	struct sent *s;
	int step;

	for (step = 0; step < STEPS; step++) {
		if (g->n == 0 || draw(g, 2) == 0) {
			send_one(g);
			continue;
		}
		/* Mostly a recent one, now and then any at all. */
		s = &g->sent[draw(g, 4) == 0 ? draw(g, (uint32_t)g->n) :
		    (uint32_t)g->n - 1 - draw(g, g->n < 8 ?
		    (uint32_t)g->n : 8)];
		switch (draw(g, 8)) {
		case 0:
			deliver_changed(g, s);
			break;
		case 1:
			deliver(g, s, 1);
			break;
		default:
			deliver(g, s, 0);
		}
	}
}

static void
random_conversations_keep_to_the_oracle(void **state)
{
	uint32_t seed = first_seed();
	struct game *g;
	int round;

	for (round = 0; round < ROUNDS; round++, seed++) {
		g = calloc(1, sizeof(*g));
		assert_non_null(g);
		g->sent = calloc(LETTERS, sizeof(*g->sent));
		assert_non_null(g->sent);
		g->seed = seed;
		talk_begin(&g->talk, *state);
		play(g);
		print_message("%zu letters, %u opened, %u refused, "
		    "%zu and %zu chains\n", g->n, g->accepted, g->refused,
		    g->n_met[FROM_I], g->n_met[FROM_J]);
		assert_true(g->accepted > 0 && g->refused > 0);
		free(g->sent);
		free(g);
	}
}

/* Bytes changed, put in, taken out, cut off: a few at a time. */
static void
mangle(struct game *g, struct letter *l)
{
	uint32_t n = 1 + draw(g, 4), at;

	while (n-- > 0 && l->len > 1) {
		at = draw(g, (uint32_t)l->len);
		switch (draw(g, 4)) {
		case 0:
			l->data[at] = (uint8_t)draw(g, 256);
			break;
		case 1:
			memmove(l->data + at + 1, l->data + at, l->len - at);
			l->data[at] = (uint8_t)draw(g, 256);
			l->len++;
			break;
		case 2:
			memmove(l->data + at, l->data + at + 1,
			    l->len - at - 1);
			l->len--;
			break;
		default:
			if (draw(g, 8) == 0)
				l->len = at + 1;
		}
	}
}

/* A first message has a few bytes that only the seal covers. */
static void
whatever_is_made_of_a_message_it_says_the_same_or_nothing(void **state)
{
	struct game g = { .seed = first_seed() };
	struct talk t[2];
	struct letter good[2], bad;
	struct dump before;
	uint8_t out[64];
	size_t len;
	int k, which, rc;

	talk_settle(&t[0], *state);
	talk_begin(&t[1], *state);
	for (k = 0; k < 2; k++)
		write_letter(t[k].j, &t[k].at_j, "as it was", &good[k]);
	before = dump_take(t[0].i);
	begin(t[0].i);
	for (k = 0; k < 3000; k++) {
		which = k & 1;
		bad = good[which];
		mangle(&g, &bad);
		rc = ratchet_decrypt(t[which].i->ratchet, &t[which].at_i,
		    bad.kind, 1, bad.data, bad.len, out, sizeof(out), &len);
		if (rc != 0)
			continue;
		assert_int_equal(len, 9);
		assert_memory_equal(out, "as it was", 9);
		vault_rollback(t[0].i->vault);
		begin(t[0].i);
	}
	commit(t[0].i);
	assert_nothing_written(t[0].i, &before);
	for (k = 0; k < 2; k++)
		read_letter(t[k].i, &t[k].at_i, &good[k], "as it was");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(random_conversations_keep_to_the_oracle),
	    cmocka_unit_test(
		whatever_is_made_of_a_message_it_says_the_same_or_nothing),
	};

	return cmocka_run_group_tests(tests, pair_setup, pair_teardown);
}
