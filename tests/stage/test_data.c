/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is no text, but data of a type, between texts: it arrives once, in
 * order, under one id and as the type that it was written as, whatever comes
 * between; and nobody takes it for something to read (D4, D5).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "change.h"
#include "keys.h"
#include "letter.h"
#include "play.h"
#include "tacit/frame.h"
#include "text.h"
#include "words.h"

enum { ITEMS = 24, ENVELOPES = 400 };

static const size_t sizes[] = {
	1, TACIT_TEXT_MAX, 2, 1535, 1536, 1537, 4000, 1539, 1540, 3072,
	TACIT_TEXT_MAX - 1, 15 * 1536 + 1,
};

/* ---- what is written, by number -------------------------------------------- */

static uint32_t
type_of(int n)
{
	static const uint32_t types[] = { 1, 0, 65535, 100, 0, 1, 255, 256 };

	return types[(size_t)n % (sizeof(types) / sizeof(types[0]))];
}

/* Item ${n} of end ${i}: texts of any length, or any bytes. */
static void
item(char *out, int i, int n, size_t len)
{
	uint32_t x = (uint32_t)(2 * n + i) * 2654435761u + 7;
	size_t at;

	words(out, len, (uint32_t)(2 * n + i));
	for (at = 0; type_of(n) != 0 && at < len; at++) {
		x = x * 1664525u + 1013904223u;
		out[at] = (char)(at % 7 == 6 ? 0 : x >> 24);
	}
}

static size_t
short_len(int n)
{
	return n % 5 == 4 ? 3500 : 40;
}

static int
write_len(struct story *st, int i, int n, size_t len)
{
	static char bytes[TACIT_TEXT_MAX + 1];
	struct tacit_contact *ct = story_contact(st, i);

	item(bytes, i, n, len);
	if (type_of(n) == 0)
		return tacit_send(ct, bytes, len, NULL, NULL);
	return tacit_send_data(ct, type_of(n), bytes, len, NULL, NULL);
}

static void
write_items(struct story *st, int i, int from, int n)
{
	for (; n > 0; n--, from++)
		assert_int_equal(write_len(st, i, from, short_len(from)), 0);
}

static void
is_item(const char *text, size_t text_len, uint32_t type, int i, int n,
    size_t len)
{
	static char bytes[TACIT_TEXT_MAX + 1];

	if (type != type_of(n) || text_len != len)
		fail_msg("type %u, %zu bytes; item %d is of type %u, %zu",
		    (unsigned)type, text_len, n, (unsigned)type_of(n), len);
	item(bytes, i, n, len);
	assert_memory_equal(text, bytes, len);
}

/* Event ${e} at the other end shows item ${n} of end ${i}. */
static void
shows_len(const struct tacit_event *e, int i, int n, size_t len)
{
	assert_int_equal(e->type, type_of(n) == 0 ? TACIT_EV_MESSAGE :
	    TACIT_EV_DATA);
	is_item(e->text, e->text_len, e->data_type, i, n, len);
}

static int
is_shown(const struct tacit_event *e)
{
	return e->type == TACIT_EV_MESSAGE || e->type == TACIT_EV_DATA;
}

/*
 * The other end is shown items ${from}, ...: ${n} of them in order, among
 * what else it is told; but no gap, unless ${back}: somebody went back.
 */
static void
are_shown(struct story *st, int i, int from, int n, int back)
{
	struct tacit_event e;
	int k = 0;

	while (story_next(st, 1 - i, &e)) {
		if (!is_shown(&e)) {
			assert_true(back || e.type == TACIT_EV_ACCEPTED);
			continue;
		}
		if (k == n)
			fail_msg("seq %d is shown beyond item %d",
			    (int)e.seq, from + n - 1);
		shows_len(&e, i, from + k, short_len(from + k));
		k++;
	}
	assert_int_equal(k, n);
}

/* The histories of both ends say the same, type and all. */
static void
histories_agree(struct story *st, int i)
{
	struct tacit_message m = { .size = sizeof(m) }, other;
	static char text[TACIT_TEXT_MAX];
	uint64_t before = 0;
	int found;

	while (tacit_history(story_contact(st, i), before, &m) == 0) {
		before = m.place;
		if (!m.from_me)
			continue;
		memcpy(text, m.text, m.text_len);
		other = m;
		found = 0;
		for (other.place = 0; !found && tacit_history(
		    story_contact(st, 1 - i), other.place, &other) == 0;)
			found = strcmp(other.id, m.id) == 0;
		assert_true(found);
		assert_false(other.from_me);
		assert_int_equal(other.seq, m.seq);
		assert_int_equal(other.type, m.type);
		assert_int_equal(other.text_len, m.text_len);
		assert_memory_equal(other.text, text, m.text_len);
	}
}

static void
begin(struct story *st, uint64_t seed)
{
	memset(st, 0, sizeof(*st));
	st->s = stage_new(story_scratch(), seed);
	story_pair(st, TACIT_INVITE_IN_PERSON);
}

/* ---- both ways ------------------------------------------------------------- */

static void
every_size_arrives_both_ways_as_it_was_written(void **state)
{
	size_t k, n = sizeof(sizes) / sizeof(sizes[0]);
	struct tacit_event e;
	struct story st;
	int i, round;

	(void)state;
	begin(&st, 1);
	/* Each size under two types that are not 0. */
	for (round = 0; round < 2; round++)
		for (k = 0; k < n; k++)
			for (i = 0; i < 2; i++)
				assert_int_equal(write_len(&st, i,
				    8 * (int)k + 3 * round, sizes[k]), 0);
	stage_quiesce(st.s);
	for (i = 0; i < 2; i++)
		for (k = 0; k < 2 * n;) {
			assert_int_equal(story_next(&st, 1 - i, &e), 1);
			if (!is_shown(&e))
				continue;
			assert_int_equal(e.seq, k + 1);
			assert_int_equal(e.late, 0);
			shows_len(&e, i, 8 * (int)(k % n) + 3 * (int)(k / n),
			    sizes[k % n]);
			k++;
		}
	histories_agree(&st, 0);
	histories_agree(&st, 1);
	stage_free(st.s);
}

/* What the app is told of its own says what it was. */
static void
what_was_accepted_is_told_with_its_type(void **state)
{
	struct tacit_event e;
	struct story st;
	int n = 0;

	(void)state;
	begin(&st, 2);
	write_items(&st, 0, 0, 8);
	stage_quiesce(st.s);
	while (story_next(&st, 0, &e)) {
		assert_int_equal(e.type, TACIT_EV_ACCEPTED);
		assert_int_equal(e.seq, n + 1);
		assert_int_equal(e.data_type, type_of(n));
		n++;
	}
	assert_int_equal(n, 8);
	stage_free(st.s);
}

static uint32_t
unread(struct story *st, int i)
{
	struct tacit_contact_info info = { .size = sizeof(info) };

	assert_int_equal(tacit_contact_info(story_contact(st, i), &info), 0);
	return info.unread;
}

static void
only_texts_are_unread(void **state)
{
	struct tacit_event e = { .size = sizeof(e) };
	uint32_t left = 4;
	struct story st;

	(void)state;
	begin(&st, 3);
	write_items(&st, 0, 0, 16);
	stage_quiesce(st.s);
	assert_int_equal(unread(&st, 1), left);
	stage_crash(st.s, 1);
	assert_int_equal(unread(&st, 1), left);
	while (tacit_next_event(stage_end(st.s, 1), 0, &e) == 1) {
		left -= e.type == TACIT_EV_MESSAGE;
		assert_false(tacit_event_done(stage_end(st.s, 1), e.id));
		assert_int_equal(unread(&st, 1), left);
	}
	assert_int_equal(left, 0);
	stage_free(st.s);
}

/* ---- whatever comes between ------------------------------------------------- */

/* What end 1 made and end 0 may be handed. */
struct made {
	uint8_t id[TACIT_ENVELOPE_ID_LEN];
	uint8_t body[TACIT_LETTER_LEN];
};

static void
make_part(struct story *st, struct made *m, const tacit_state_Out *part,
    const char *text, size_t len)
{
	struct tacit_contact *ct = story_contact(st, 1);
	tacit_state_Out o = *part;

	o.kind = tacit_state_OutKind_OUT_TEXT;
	o.time_ms = 1000;
	memcpy(o.stream, ct->rec.stream, sizeof(o.stream));
	assert_int_equal(change_begin(ct->t), 0);
	assert_int_equal(letter_seal(ct, &o, text, len), 0);
	assert_int_equal(change_end(ct->t, ct, 0), 0);
	memcpy(m->id, o.envelope, sizeof(m->id));
	memcpy(m->body, o.sealed.bytes, sizeof(m->body));
}

/* All parts of one item of end 1; ${chain} moves on.  Returns how many. */
static size_t
make_item(struct story *st, struct made *m, int n, size_t len,
    uint8_t chain[TACIT_HASH_LEN])
{
	static char bytes[TACIT_TEXT_MAX + 1];
	tacit_state_Out o = tacit_state_Out_init_zero;
	uint32_t type = type_of(n);
	size_t at, size;

	item(bytes, 1, n, len);
	o.seq = (uint64_t)n;
	o.type = type;
	o.parts = text_parts(type, bytes, len);
	memcpy(o.previous, chain, TACIT_HASH_LEN);
	for (at = 0; at < len; at += size, o.part++) {
		size = text_part_len(type, bytes + at, len - at);
		make_part(st, &m[o.part], &o, bytes + at, size);
	}
	keys_chain(chain, chain, o.seq, type, bytes, len);
	return o.parts;
}

static void
hand(struct story *st, const struct made *m)
{
	story_hand(st, 0, m->id, m->body, sizeof(m->body));
}

static void
parts_in_any_order_are_handed_on_whole_and_in_order(void **state)
{
	uint64_t seed = story_number("TACIT_SEED", randombytes_random());
	struct made *m = calloc(ENVELOPES, sizeof(*m)), swap;
	uint8_t chain[TACIT_HASH_LEN] = { 0 };
	size_t len[ITEMS + 1], n = 0, i, k;
	struct tacit_event e;
	struct story st;

	(void)state;
	print_message("TACIT_SEED=%llu\n", (unsigned long long)seed);
	assert_non_null(m);
	begin(&st, seed);
	for (i = 1; i <= ITEMS; i++) {
		len[i] = 1 + stage_below(st.s, i % 4 == 0 ? TACIT_TEXT_MAX :
		    4000);
		assert_true(n + TACIT_TEXT_PARTS_MAX <= ENVELOPES);
		n += make_item(&st, &m[n], (int)i, len[i], chain);
	}
	for (i = n; i > 1; i--) {
		k = stage_below(st.s, (uint32_t)i);
		swap = m[k];
		m[k] = m[i - 1];
		m[i - 1] = swap;
	}
	for (i = 0; i < n; i++) {
		hand(&st, &m[i]);
		hand(&st, &m[stage_below(st.s, (uint32_t)i + 1)]);
		if (stage_below(st.s, 8) == 0)
			stage_crash(st.s, 0);
	}
	for (i = 1; i <= ITEMS; i++) {
		assert_int_equal(story_next(&st, 0, &e), 1);
		assert_int_equal(e.seq, i);
		assert_int_equal(e.late, 0);
		shows_len(&e, 1, (int)i, len[i]);
	}
	assert_int_equal(story_next(&st, 0, &e), 0);
	free(m);
	stage_free(st.s);
}

/* A relay that says OK to posts of end 0 and keeps none of them. */
struct liar {
	struct stage *s;
	int on, lies;
};

static int
lie(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	tacit_Frame ok = tacit_Frame_init_zero;
	struct liar *l = arg;
	struct tacit_frame f;
	size_t used, n;
	uint8_t answer[64];

	if (i != 0 || !l->on)
		return 1;
	ok.which_is = tacit_Frame_ok_tag;
	ok.is.ok.id_count = 1;
	for (; len > 0; msg += used, len -= used) {
		assert_int_equal(tacit_frame_parse(&f, &used, msg, len), 0);
		if (f.head.which_is != tacit_Frame_post_tag)
			return 1;
		ok.is.ok.id[0] = f.head.id;
		n = tacit_frame_write(answer, sizeof(answer), &ok, NULL);
		stage_inject(l->s, 0, conn, answer, n);
		l->lies++;
	}
	return 0;
}

static void
run(struct story *st, int turns)
{
	for (; turns > 0; turns--) {
		play_turns(st->s, 0, 3);
		stage_sleep(st->s, 100);
	}
}

static void
what_the_relay_lost_is_asked_for_and_comes(void **state)
{
	struct liar l = { .on = 0 };
	struct stage_tap tap = { .up = lie, .arg = &l };
	int n, heard = 0, gap = 0, late = 0;
	struct tacit_event e;
	struct story st;

	(void)state;
	begin(&st, 6);
	l.s = st.s;
	stage_tap(st.s, &tap);
	write_items(&st, 0, 1, 1);
	run(&st, 10);
	l.on = 1;
	write_items(&st, 0, 2, 14);
	run(&st, 20);
	assert_true(l.lies >= 14);
	l.on = 0;
	write_items(&st, 0, 16, 2);
	run(&st, 10);
	stage_quiesce(st.s);
	while (story_next(&st, 1, &e)) {
		gap += e.type == TACIT_EV_GAP;
		if (!is_shown(&e))
			continue;
		heard++;
		late += e.late;
		n = heard == 1 ? 1 : heard <= 3 ? 14 + heard : heard - 2;
		shows_len(&e, 0, n, short_len(n));
	}
	assert_true(gap == 1 && heard == 17 && late == 14);
	stage_free(st.s);
}

/* After any turn one end stops, and goes on from what is in its vault. */
static void
a_crash_at_any_step_loses_and_changes_nothing(void **state)
{
	struct story st;
	int step, i, n = 0;

	(void)state;
	begin(&st, 7);
	for (step = 0; step < PLAY_STEPS; step += play_stride(5))
		for (i = 0; i < 2; i++, n += 6) {
			write_items(&st, 0, n, 6);
			write_items(&st, 1, n, 6);
			play_turns(st.s, 0, step);
			stage_crash(st.s, i);
			stage_quiesce(st.s);
			are_shown(&st, 0, n, 6, 0);
			are_shown(&st, 1, n, 6, 0);
		}
	histories_agree(&st, 0);
	histories_agree(&st, 1);
	stage_free(st.s);
}

/*
 * The other end is shown ${n} items of ${i} in ${order}, or, after a gap, in
 * the one behind it.  Returns how many gaps it was told of.
 */
static int
are_shown_as(struct story *st, int i, const int *order, int n)
{
	struct tacit_event e;
	int k = 0, gaps = 0;

	while (story_next(st, 1 - i, &e)) {
		gaps += e.type == TACIT_EV_GAP;
		if (!is_shown(&e))
			continue;
		/* Who only listened finds out by a hole, filled at the end. */
		if (k == 0 && gaps > 0)
			order += n;
		assert_true(k < n);
		shows_len(&e, i, order[k], short_len(order[k]));
		k++;
	}
	assert_int_equal(k, n);
	return gaps;
}

enum { FIRST = 4, MORE = 9, AFTER = 100, END = 3 };

/* Those from ${from} on and the last, in order; then the last come first. */
static int
orders(int *out, int from)
{
	int k, n = 0, all = FIRST + MORE - from + END;

	for (k = from; k < FIRST + MORE; k++, n++)
		out[n] = out[all + END + n] = k;
	for (k = 0; k < END; k++)
		out[n + k] = out[all + k] = AFTER + k;
	return all;
}

/*
 * End ${x} goes back over items, its ${own} or those of the other end; what
 * it wrote is read at the other end still, what it lacks comes again.
 */
static void
goes_back(int x, int own, int backup)
{
	int y = 1 - x, order[2 * (FIRST + MORE + END)], gaps;
	struct story st;
	uint64_t event;

	print_message("end %d back over %s, %s\n", x,
	    own ? "its own" : "theirs", backup ? "backup" : "copy");
	begin(&st, 80 + (uint64_t)(4 * x + 2 * own + backup));
	write_items(&st, 0, 0, FIRST);
	write_items(&st, 1, 0, FIRST);
	stage_quiesce(st.s);
	are_shown(&st, y, 0, FIRST, 0);
	event = st.event[x];
	if (backup)
		stage_keep_backup(st.s, x, 0);
	else
		stage_keep(st.s, x, 0);
	write_items(&st, own ? x : y, FIRST, MORE);
	stage_quiesce(st.s);
	/* What was had comes from the history alone. */
	stage_sleep(st.s, 25 * (int64_t)HOUR);
	stage_quiesce(st.s);
	assert_null(story_contact(&st, own ? x : y)->out);
	stage_put_back(st.s, x, 0);
	st.event[x] = event;

	write_items(&st, x, AFTER, END);
	heal_settle(&st);
	write_items(&st, y, AFTER, END);
	heal_settle(&st);
	gaps = own ? are_shown_as(&st, x, order, orders(order, 0)) :
	    are_shown_as(&st, y, order, orders(order, FIRST));
	assert_true(gaps <= !own);
	histories_agree(&st, own ? x : y);
	stage_free(st.s);
}

static void
a_vault_that_was_put_back_heals(void **state)
{
	int x, own;

	(void)state;
	for (x = 0; x < 2; x++)
		for (own = 0; own < 2; own++)
			goes_back(x, own, 0);
}

static void
a_vault_that_was_restored_heals(void **state)
{
	int x, own;

	(void)state;
	for (x = 0; x < 2; x++)
		for (own = 0; own < 2; own++)
			goes_back(x, own, 1);
}

/* What waits to go out keeps its type, also when the vault is restored. */
static void
what_waits_in_a_backup_goes_out_as_what_it_is(void **state)
{
	struct story st;
	uint64_t event;

	(void)state;
	begin(&st, 9);
	write_items(&st, 0, 0, 8);
	event = st.event[0];
	stage_keep_backup(st.s, 0, 0);
	stage_put_back(st.s, 0, 0);
	st.event[0] = event;
	heal_settle(&st);
	are_shown(&st, 0, 0, 8, 1);
	histories_agree(&st, 0);
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_size_arrives_both_ways_as_it_was_written),
		cmocka_unit_test(what_was_accepted_is_told_with_its_type),
		cmocka_unit_test(only_texts_are_unread),
		cmocka_unit_test(
		    parts_in_any_order_are_handed_on_whole_and_in_order),
		cmocka_unit_test(what_the_relay_lost_is_asked_for_and_comes),
		cmocka_unit_test(
		    a_crash_at_any_step_loses_and_changes_nothing),
		cmocka_unit_test(a_vault_that_was_put_back_heals),
		cmocka_unit_test(a_vault_that_was_restored_heals),
		cmocka_unit_test(
		    what_waits_in_a_backup_goes_out_as_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
