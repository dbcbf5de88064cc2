/* SPDX-License-Identifier: Apache-2.0 */
/* Two ends talk: order, loss, turns, rollbacks, safety numbers. */
#include "ratchet_end.h"

enum { BATCH = 6 };

static void
a_first_letter_and_its_answer_arrive(void **state)
{
	struct talk t;
	struct letter l;

	talk_begin(&t, *state);
	write_letter(t.j, &t.at_j, "hello", &l);
	assert_int_equal(l.kind, RATCHET_PREKEY);
	read_letter(t.i, &t.at_i, &l, "hello");
	write_letter(t.j, &t.at_j, "are you there?", &l);
	assert_int_equal(l.kind, RATCHET_PREKEY);
	read_letter(t.i, &t.at_i, &l, "are you there?");
	write_letter(t.i, &t.at_i, "hello back", &l);
	assert_int_equal(l.kind, RATCHET_WHISPER);
	read_letter(t.j, &t.at_j, &l, "hello back");
	write_letter(t.j, &t.at_j, "now short", &l);
	assert_int_equal(l.kind, RATCHET_WHISPER);
	read_letter(t.i, &t.at_i, &l, "now short");
}

/* In which order a batch of letters comes; -1: the rest was lost. */
static const struct {
	const char *name;
	int order[BATCH];
} orders[] = {
	{ "as sent",		{ 0, 1, 2, 3, 4, 5 } },
	{ "backwards",		{ 5, 4, 3, 2, 1, 0 } },
	{ "the last first",	{ 5, 0, 1, 2, 3, 4 } },
	{ "pairs swapped",	{ 1, 0, 3, 2, 5, 4 } },
	{ "every other lost",	{ 0, 2, 4, -1 } },
	{ "only the last",	{ 5, -1 } },
	{ "lost and swapped",	{ 4, 1, 3, -1 } },
	{ "all lost",		{ -1 } },
};

static void
send_batch(struct talk *t, enum side from, const int order[BATCH])
{
	struct letter *l = calloc(BATCH, sizeof(*l));
	char text[BATCH][32];
	int k;

	assert_non_null(l);
	for (k = 0; k < BATCH; k++) {
		snprintf(text[k], sizeof(text[k]), "%d of side %d", k,
		    (int)from);
		if (from == FROM_I)
			write_letter(t->i, &t->at_i, text[k], &l[k]);
		else
			write_letter(t->j, &t->at_j, text[k], &l[k]);
	}
	for (k = 0; k < BATCH && order[k] >= 0; k++) {
		if (from == FROM_I)
			read_letter(t->j, &t->at_j, &l[order[k]],
			    text[order[k]]);
		else
			read_letter(t->i, &t->at_i, &l[order[k]],
			    text[order[k]]);
	}
	free(l);
}

static void
letters_arrive_in_any_order_and_whatever_was_lost(void **state)
{
	struct talk t;
	size_t a, b, n = sizeof(orders) / sizeof(orders[0]);

	for (a = 0; a < n; a++) {
		talk_begin(&t, *state);
		send_batch(&t, FROM_J, orders[a].order);
		if (orders[a].order[0] < 0)
			continue;
		for (b = 0; b < n; b++) {
			send_batch(&t, FROM_I, orders[b].order);
			send_batch(&t, FROM_J, orders[n - 1 - b].order);
		}
		say(&t, FROM_I, orders[a].name);
		say(&t, FROM_J, orders[a].name);
	}
}

static void
a_letter_from_up_to_four_turns_ago_still_arrives(void **state)
{
	struct talk t;
	struct letter late;
	int turns, k;

	for (turns = 0; turns <= 6; turns++) {
		talk_settle(&t, *state);
		say(&t, FROM_J, "the chain of the late one");
		write_letter(t.j, &t.at_j, "late", &late);
		for (k = 0; k < turns; k++) {
			say(&t, FROM_I, "over");
			say(&t, FROM_J, "and back");
		}
		assert_int_equal(read_verdict(t.i, &t.at_i, 0, &late),
		    turns < 5 ? 0 : TACIT_E_CRYPTO);
	}
}

static void
both_may_write_at_the_same_moment(void **state)
{
	struct talk t;
	struct letter from_i, from_j;
	int k;

	talk_settle(&t, *state);
	for (k = 0; k < 10; k++) {
		write_letter(t.i, &t.at_i, "from i", &from_i);
		write_letter(t.j, &t.at_j, "from j", &from_j);
		read_letter(t.i, &t.at_i, &from_j, "from j");
		read_letter(t.j, &t.at_j, &from_i, "from i");
	}
}

static void
both_may_begin_at_the_same_moment(void **state)
{
	struct pair *p = *state;
	struct talk one, other;
	struct ratchet_bundle b;
	int k;

	/* One relationship, a bundle from each side, sessions both ways. */
	talk_begin(&one, p);
	other = one;
	other.i = one.j;
	other.j = one.i;
	offer(other.i, other.at_i.relationship, &b);
	assert_int_equal(accept_bundle(other.j, &other.at_j, &b), 0);
	for (k = 0; k < 3; k++) {
		say(&one, FROM_J, "by the bundle of i");
		say(&other, FROM_J, "by the bundle of j");
		say(&one, FROM_I, "answer");
		say(&other, FROM_I, "answer");
	}
}

static void
a_hundred_turns_keep_the_conversation_and_rename_the_chain(void **state)
{
	struct talk t;
	uint8_t before[8], same[8], after[8];
	int k;

	talk_settle(&t, *state);
	for (k = 0; k < 100; k++) {
		assert_int_equal(ratchet_turn(t.j->ratchet, &t.at_j, before),
		    0);
		say(&t, FROM_J, "tick");
		say(&t, FROM_J, "tick");
		assert_int_equal(ratchet_turn(t.j->ratchet, &t.at_j, same), 0);
		assert_memory_equal(before, same, sizeof(before));
		say(&t, FROM_I, "tock");
		assert_int_equal(ratchet_turn(t.j->ratchet, &t.at_j, after),
		    0);
		assert_memory_not_equal(before, after, sizeof(before));
	}
}

static void
a_session_grows_no_archive(void **state)
{
	struct talk t;
	struct dump early, late;
	int k;

	talk_settle(&t, *state);
	for (k = 0; k < 12; k++) {
		say(&t, FROM_J, "x");
		say(&t, FROM_I, "y");
	}
	early = dump_take(t.i);
	for (k = 0; k < 12; k++) {
		say(&t, FROM_J, "x");
		say(&t, FROM_I, "y");
	}
	late = dump_take(t.i);
	assert_int_equal(early.len, late.len);
	free(early.data);
	free(late.data);
}

static void
a_rolled_back_decrypt_can_be_done_again(void **state)
{
	struct talk t;
	struct letter l;
	struct dump before;
	uint8_t out[64];
	size_t len;
	int k;

	/* The first letter: session, identity, prekeys.  Then a later one. */
	talk_begin(&t, *state);
	for (k = 0; k < 2; k++) {
		write_letter(t.j, &t.at_j, "once more", &l);
		before = dump_take(t.i);
		begin(t.i);
		assert_int_equal(ratchet_decrypt(t.i->ratchet, &t.at_i,
		    l.kind, 1, l.data, l.len, out, sizeof(out), &len), 0);
		vault_rollback(t.i->vault);
		assert_nothing_written(t.i, &before);
		read_letter(t.i, &t.at_i, &l, "once more");
		assert_int_equal(read_verdict(t.i, &t.at_i, 0, &l),
		    TACIT_E_REPLAY);
		say(&t, FROM_I, "turn");
	}
}

static void
a_rolled_back_encrypt_leaves_no_trace(void **state)
{
	struct talk t;
	struct letter never, first, second;
	struct dump before;

	talk_settle(&t, *state);
	before = dump_take(t.j);
	begin(t.j);
	assert_int_equal(ratchet_encrypt(t.j->ratchet, &t.at_j,
	    (const uint8_t *)"withdrawn", 9, never.data, sizeof(never.data),
	    &never.len, &never.kind), 0);
	vault_rollback(t.j->vault);
	assert_nothing_written(t.j, &before);

	write_letter(t.j, &t.at_j, "published", &first);
	write_letter(t.j, &t.at_j, "published", &second);
	assert_true(never.len != first.len ||
	    memcmp(never.data, first.data, first.len) != 0);
	assert_true(first.len != second.len ||
	    memcmp(first.data, second.data, first.len) != 0);
	read_letter(t.i, &t.at_i, &first, "published");
	read_letter(t.i, &t.at_i, &second, "published");
	/* Had it got out all the same: its number was used by another. */
	assert_int_equal(read_verdict(t.i, &t.at_i, 0, &never),
	    TACIT_E_REPLAY);
}

static void
an_accept_can_be_rolled_back_and_done_again(void **state)
{
	struct talk t;
	struct ratchet_bundle b;
	struct dump before;

	talk_new(&t, *state);
	offer(t.i, t.at_i.relationship, &b);
	before = dump_take(t.j);
	begin(t.j);
	assert_int_equal(ratchet_accept(t.j->ratchet, &t.at_j, &b), 0);
	vault_rollback(t.j->vault);
	assert_nothing_written(t.j, &before);
	assert_int_equal(ratchet_has(t.j->ratchet, &t.at_j), 0);
	assert_int_equal(accept_bundle(t.j, &t.at_j, &b), 0);
	assert_int_equal(ratchet_has(t.j->ratchet, &t.at_j), 1);
	say(&t, FROM_J, "hello");
	assert_int_equal(ratchet_has(t.i->ratchet, &t.at_i), 1);
}

static void
generations_and_relationships_do_not_cross(void **state)
{
	struct talk one, two, other;
	struct ratchet_bundle b;
	struct letter l;

	talk_settle(&one, *state);
	talk_settle(&other, *state);
	two = one;
	two.at_i.generation = two.at_j.generation = 2;
	offer(two.i, two.at_i.relationship, &b);
	assert_int_equal(accept_bundle(two.j, &two.at_j, &b), 0);
	say(&two, FROM_J, "the second");
	say(&two, FROM_I, "is there");
	say(&one, FROM_J, "the first");
	say(&one, FROM_I, "still is");

	write_letter(two.j, &two.at_j, "for the second", &l);
	assert_int_equal(read_verdict(one.i, &one.at_i, 1, &l),
	    TACIT_E_CRYPTO);
	assert_int_equal(read_verdict(other.i, &other.at_i, 1, &l),
	    TACIT_E_CRYPTO);
	read_letter(two.i, &two.at_i, &l, "for the second");
}

static void
what_was_forgotten_is_gone_and_nothing_else(void **state)
{
	struct talk keep, t;
	struct dump before_i, before_j;

	talk_settle(&keep, *state);
	/* The counter of prekey ids is not the relationship's to forget. */
	begin(keep.i);
	assert_int_equal(ratchet_withdraw(keep.i->ratchet,
	    keep.at_i.relationship), 0);
	commit(keep.i);
	talk_settle(&t, *state);
	begin(t.i);
	assert_int_equal(ratchet_forget(t.i->ratchet, t.at_i.relationship), 0);
	commit(t.i);
	before_i = dump_take(t.i);
	before_j = dump_take(t.j);

	begin(t.i);
	assert_int_equal(ratchet_forget(t.i->ratchet, t.at_i.relationship), 0);
	commit(t.i);
	assert_nothing_written(t.i, &before_i);
	assert_nothing_written(t.j, &before_j);
	assert_int_equal(ratchet_has(t.i->ratchet, &t.at_i), 0);
	assert_int_equal(ratchet_has(t.j->ratchet, &t.at_j), 1);
	say(&keep, FROM_I, "still here");
}

/* The number as PROTOCOL.md gives it, by nothing but SHA-512. */
static void
half_number(char out[31], const char *name, const uint8_t identity[32])
{
	uint8_t point[33] = { 5 }, hash[64];
	const uint8_t version[2] = { 0, 0 };
	crypto_hash_sha512_state h;
	uint64_t n;
	int k, b;

	memcpy(point + 1, identity, 32);
	crypto_hash_sha512_init(&h);
	crypto_hash_sha512_update(&h, version, sizeof(version));
	crypto_hash_sha512_update(&h, point, sizeof(point));
	crypto_hash_sha512_update(&h, (const uint8_t *)name, strlen(name));
	for (k = 0; k < 5200; k++) {
		crypto_hash_sha512_update(&h, point, sizeof(point));
		crypto_hash_sha512_final(&h, hash);
		crypto_hash_sha512_init(&h);
		crypto_hash_sha512_update(&h, hash, sizeof(hash));
	}
	for (k = 0; k < 6; k++) {
		for (n = 0, b = 0; b < 5; b++)
			n = n << 8 | hash[k * 5 + b];
		snprintf(out + (size_t)k * 5, 6, "%05u",
		    (unsigned)(n % 100000));
	}
}

static void
both_ends_see_the_safety_number_that_the_protocol_gives(void **state)
{
	struct talk t;
	uint8_t i[32], j[32], seen[32];
	char at_i[61], at_j[61], half_i[31], half_j[31], name[65], own[61];

	talk_settle(&t, *state);
	assert_int_equal(ratchet_safety_number(t.i->ratchet,
	    t.at_i.relationship, at_i), 0);
	assert_int_equal(ratchet_safety_number(t.j->ratchet,
	    t.at_j.relationship, at_j), 0);
	assert_string_equal(at_i, at_j);

	assert_int_equal(ratchet_my_identity(t.i->ratchet,
	    t.at_i.relationship, i), 0);
	assert_int_equal(ratchet_my_identity(t.j->ratchet,
	    t.at_j.relationship, j), 0);
	assert_int_equal(ratchet_their_identity(t.i->ratchet,
	    t.at_i.relationship, seen), 0);
	assert_memory_equal(seen, j, 32);
	assert_int_equal(ratchet_their_identity(t.j->ratchet,
	    t.at_j.relationship, seen), 0);
	assert_memory_equal(seen, i, 32);

	sodium_bin2hex(name, sizeof(name), t.at_i.relationship, 32);
	half_number(half_i, name, i);
	half_number(half_j, name, j);
	snprintf(own, sizeof(own), "%s%s",
	    strcmp(half_i, half_j) < 0 ? half_i : half_j,
	    strcmp(half_i, half_j) < 0 ? half_j : half_i);
	assert_string_equal(at_i, own);
}

static void
a_spliced_pair_sees_different_safety_numbers(void **state)
{
	struct pair *p = *state;
	struct talk left, right;
	struct ratchet_bundle b;
	struct letter l;
	char at_i[61], at_j[61];

	/*
	 * Somebody in the middle has the link, and so R: I pairs with them
	 * and they pair with J.  They live in I's and J's vaults, under other
	 * relationships, which nothing on the wire tells.
	 */
	talk_new(&left, p);
	talk_new(&right, p);
	memcpy(right.at_j.relationship, left.at_i.relationship, 32);
	offer(left.i, left.at_i.relationship, &b);
	randombytes_buf(left.at_j.relationship, 32);
	assert_int_equal(accept_bundle(left.j, &left.at_j, &b), 0);
	offer(right.i, right.at_i.relationship, &b);
	assert_int_equal(accept_bundle(right.j, &right.at_j, &b), 0);
	write_letter(left.j, &left.at_j, "I am J", &l);
	read_letter(left.i, &left.at_i, &l, "I am J");
	write_letter(right.j, &right.at_j, "hello I", &l);
	read_letter(right.i, &right.at_i, &l, "hello I");

	assert_int_equal(ratchet_safety_number(left.i->ratchet,
	    left.at_i.relationship, at_i), 0);
	assert_int_equal(ratchet_safety_number(right.j->ratchet,
	    right.at_j.relationship, at_j), 0);
	assert_string_not_equal(at_i, at_j);
}

static void
two_relationships_share_no_identity(void **state)
{
	struct talk one, two;
	uint8_t a[32], b[32];

	talk_settle(&one, *state);
	talk_settle(&two, *state);
	assert_int_equal(ratchet_my_identity(one.i->ratchet,
	    one.at_i.relationship, a), 0);
	assert_int_equal(ratchet_my_identity(two.i->ratchet,
	    two.at_i.relationship, b), 0);
	assert_memory_not_equal(a, b, 32);
	assert_int_equal(ratchet_my_identity(one.j->ratchet,
	    one.at_j.relationship, a), 0);
	assert_int_equal(ratchet_my_identity(two.j->ratchet,
	    two.at_j.relationship, b), 0);
	assert_memory_not_equal(a, b, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_first_letter_and_its_answer_arrive),
	    cmocka_unit_test(letters_arrive_in_any_order_and_whatever_was_lost),
	    cmocka_unit_test(a_letter_from_up_to_four_turns_ago_still_arrives),
	    cmocka_unit_test(both_may_write_at_the_same_moment),
	    cmocka_unit_test(both_may_begin_at_the_same_moment),
	    cmocka_unit_test(
		a_hundred_turns_keep_the_conversation_and_rename_the_chain),
	    cmocka_unit_test(a_session_grows_no_archive),
	    cmocka_unit_test(a_rolled_back_decrypt_can_be_done_again),
	    cmocka_unit_test(a_rolled_back_encrypt_leaves_no_trace),
	    cmocka_unit_test(an_accept_can_be_rolled_back_and_done_again),
	    cmocka_unit_test(generations_and_relationships_do_not_cross),
	    cmocka_unit_test(what_was_forgotten_is_gone_and_nothing_else),
	    cmocka_unit_test(
		both_ends_see_the_safety_number_that_the_protocol_gives),
	    cmocka_unit_test(a_spliced_pair_sees_different_safety_numbers),
	    cmocka_unit_test(two_relationships_share_no_identity),
	};

	return cmocka_run_group_tests(tests, pair_setup, pair_teardown);
}
