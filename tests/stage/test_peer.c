/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other end lies: authentic envelopes whose content makes no sense.  It
 * can hurt what it says itself, and nothing else: no crash, no text under two
 * ids, no silent gap, and afterwards both directions work.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "change.h"
#include "forge.h"
#include "ratchet.h"
#include "story.h"

enum { EVENTS_MAX = 8 };

/* What the liar says, and what the app is shown then. */
struct lie {
	const char *name;
	void (*tell)(struct forge *f);
	const char *shown;	/* words of events, texts in quotes */
};

static tacit_Content
text_content(struct forge *f, uint64_t seq, uint32_t part, uint32_t parts,
    const char *text)
{
	tacit_Content c = tacit_Content_init_zero;

	memcpy(c.stream, f->ct->rec.stream, sizeof(c.stream));
	memcpy(c.previous, f->ct->rec.chain, sizeof(c.previous));
	c.seq = seq;
	c.time_ms = 1;
	c.which_is = tacit_Content_text_tag;
	c.is.text.part = part;
	c.is.text.parts = parts;
	c.is.text.data.size = (pb_size_t)strlen(text);
	memcpy(c.is.text.data.bytes, text, c.is.text.data.size);
	return c;
}

static tacit_Content
control(struct forge *f, pb_size_t which)
{
	tacit_Content c = tacit_Content_init_zero;

	memcpy(c.stream, f->ct->rec.stream, sizeof(c.stream));
	c.which_is = which;
	return c;
}

static void
say_text(struct forge *f, uint64_t seq, uint32_t part, uint32_t parts,
    const char *text)
{
	tacit_Content c = text_content(f, seq, part, parts, text);

	forge_say(f, &c);
}

/* The next number that the honest library of the liar would use. */
static uint64_t
next(const struct forge *f)
{
	return f->ct->rec.seq + 1;
}

static void
seq_zero(struct forge *f)
{
	say_text(f, 0, 0, 1, "zero");
}

static void
seq_far_ahead(struct forge *f)
{
	say_text(f, next(f) + 4097, 0, 1, "far");
}

static void
seq_without_end(struct forge *f)
{
	say_text(f, UINT64_MAX, 0, 1, "end");
	say_text(f, UINT64_MAX - 1, 0, 1, "nearly");
}

static void
seq_again(struct forge *f)
{
	say_text(f, next(f) - 1, 0, 1, "another text for a number shown");
}

static void
part_beyond(struct forge *f)
{
	say_text(f, next(f), 2, 2, "beyond");
	say_text(f, next(f), 16, 17, "beyond any");
	say_text(f, next(f), 0, 0, "none");
	say_text(f, next(f), 0, 1, "");
}

static void
parts_contradict(struct forge *f)
{
	say_text(f, next(f), 0, 2, "a");
	say_text(f, next(f), 1, 3, "b");
	say_text(f, next(f), 0, 1, "c");
}

static void
parts_too_long(struct forge *f)
{
	tacit_Content c = text_content(f, next(f), 0, 16, "");
	uint32_t i;

	memset(c.is.text.data.bytes, 'x', sizeof(c.is.text.data.bytes));
	c.is.text.data.size = sizeof(c.is.text.data.bytes);
	for (i = 0; i < 16; i++) {
		c.is.text.part = i;
		forge_say(f, &c);
	}
}

static void
not_utf8(struct forge *f)
{
	say_text(f, next(f), 0, 1, "\xff\xfe");
	say_text(f, next(f), 0, 1, "\xc0\xaf");
	say_text(f, next(f), 0, 1, "\xed\xa0\x80");
}

static void
another_stream_inside(struct forge *f)
{
	tacit_Content c = text_content(f, next(f), 0, 1, "stream");

	c.stream[0] ^= 1;
	forge_say_as(f, &c, f->ct->rec.stream, SEAL_WHISPER, 1);
}

static void
another_generation(struct forge *f)
{
	tacit_Content c = text_content(f, next(f), 0, 1, "generation");

	forge_say_as(f, &c, f->ct->rec.stream, SEAL_WHISPER, 2);
	forge_say_as(f, &c, f->ct->rec.stream, SEAL_WHISPER, UINT32_MAX);
}

static void
hello_inside(struct forge *f)
{
	tacit_Content c = control(f, tacit_Content_hello_tag);

	c.is.hello.name.size = 1;
	c.is.hello.name.bytes[0] = 'x';
	c.is.hello.relay_url.size = (pb_size_t)snprintf(
	    (char *)c.is.hello.relay_url.bytes,
	    sizeof(c.is.hello.relay_url.bytes), "wss://127.0.0.1:1");
	forge_say(f, &c);
}

static void
hello_as_kind(struct forge *f)
{
	tacit_Content c = control(f, tacit_Content_confirm_tag);

	forge_say_as(f, &c, f->ct->rec.stream, SEAL_HELLO, 1);
}

static void
prekey_as_kind(struct forge *f)
{
	tacit_Content c = control(f, tacit_Content_confirm_tag);

	forge_say_as(f, &c, f->ct->rec.stream, SEAL_PREKEY, 1);
}

static void
hello_ack_again(struct forge *f)
{
	tacit_Content c = control(f, tacit_Content_hello_ack_tag);

	memset(c.is.hello_ack.nonce, 7, sizeof(c.is.hello_ack.nonce));
	memset(c.is.hello_ack.token, 7, sizeof(c.is.hello_ack.token));
	forge_say(f, &c);
}

static void
nothing_inside(struct forge *f)
{
	tacit_Content c = control(f, 0);

	forge_say(f, &c);
}

static void
need_everything(struct forge *f)
{
	tacit_Content c = control(f, tacit_Content_need_tag);

	c.is.need.from = 1;
	c.is.need.to = UINT64_MAX;
	forge_say(f, &c);
	c.is.need.from = 0;
	forge_say(f, &c);
}

static void
have_ranges_astray(struct forge *f)
{
	tacit_Content c = control(f, tacit_Content_have_only_tag);

	memset(c.have[0].stream, 9, sizeof(c.have[0].stream));
	c.have_count = 1;
	c.have[0].contiguous = UINT64_MAX;
	c.have[0].range_count = 1;
	c.have[0].range[0].from = 1;
	c.have[0].range[0].to = 0;
	forge_say(f, &c);
}

static void
previous_astray(struct forge *f)
{
	tacit_Content c = text_content(f, next(f), 0, 1, "p");

	memset(c.previous, 1, sizeof(c.previous));
	forge_say(f, &c);
	f->ct->rec.seq++;
}

static void
ahead_then_behind(struct forge *f)
{
	uint64_t n = next(f);

	say_text(f, n + 1, 0, 1, "later");
	say_text(f, n + 1, 0, 1, "later again");
	say_text(f, n, 0, 1, "sooner");
	say_text(f, n, 0, 1, "sooner again");
	f->ct->rec.seq += 2;
}

static const struct lie lies[] = {
	{ "seq 0",		seq_zero,		"poison" },
	{ "seq far ahead",	seq_far_ahead,		"poison" },
	{ "seq without end",	seq_without_end,	"poison poison" },
	{ "seq again",		seq_again,		"" },
	{ "part beyond",	part_beyond,
	    "poison poison poison poison" },
	{ "parts contradict",	parts_contradict,	"poison poison" },
	{ "parts too long",	parts_too_long,		"poison" },
	{ "not UTF-8",		not_utf8,		"poison poison poison" },
	{ "stream inside",	another_stream_inside,	"" },
	{ "generation",		another_generation,	"" },
	{ "hello inside",	hello_inside,		"poison" },
	{ "hello as kind",	hello_as_kind,		"poison" },
	{ "prekey as kind",	prekey_as_kind,		"poison" },
	{ "nothing inside",	nothing_inside,		"poison" },
	{ "need everything",	need_everything,	"poison" },
	{ "have astray",	have_ranges_astray,	"poison" },
	{ "previous astray",	previous_astray,	"\"p\" poison" },
	{ "out of order",	ahead_then_behind,	"\"sooner\" \"later\" poison" },
};

/* The events of end ${i} since the last look, as words. */
static void
shown(struct story *st, int i, char *out, size_t size)
{
	struct tacit_event e;
	size_t n = 0;

	out[0] = '\0';
	while (story_next(st, i, &e)) {
		if (e.type == TACIT_EV_ACCEPTED)
			continue;
		n += (size_t)snprintf(out + n, size - n, "%s%s%s%s",
		    n > 0 ? " " : "", e.type == TACIT_EV_MESSAGE ? "\"" : "",
		    e.type == TACIT_EV_MESSAGE ? e.text :
		    tacit_event_word(e.type),
		    e.type == TACIT_EV_MESSAGE ? "\"" : "");
		assert_true(n < size);
	}
}

/* Letters go both ways.  ${skipped}: the liar's number was used up. */
static void
still_talk(struct story *st, int n)
{
	struct tacit_event e;
	int i, seen;

	for (i = 0; i < 2; i++)
		assert_int_equal(story_write(st, i, n), 0);
	stage_quiesce(st->s);
	for (i = 0; i < 2; i++) {
		seen = 0;
		while (story_next(st, i, &e))
			if (e.type == TACIT_EV_MESSAGE) {
				assert_int_equal(story_letter(&e), n);
				seen++;
			} else
				assert_int_equal(e.type, TACIT_EV_ACCEPTED);
		assert_int_equal(seen, 1);
	}
}

/* It says no more, by itself, of what it has: the liar never wrote it. */
static void
keep_quiet(struct tacit_contact *ct)
{
	ct->rec.have_owed = 0;
	ct->rec.have_due_ms = 0;
}

static void
a_lie_hurts_nothing_but_itself(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 1000) };
	struct forge f;
	char got[400];
	int liar, n = 0;
	size_t k;

	(void)state;
	for (liar = 0; liar < 2; liar++)
		for (k = 0; k < sizeof(lies) / sizeof(lies[0]); k++) {
			story_pair(&st, TACIT_INVITE_IN_PERSON);
			still_talk(&st, ++n);
			forge_peer(&f, &st, liar);
			lies[k].tell(&f);
			shown(&st, 1 - liar, got, sizeof(got));
			/* Who made no bundle takes it for one withdrawn. */
			if (lies[k].tell == prekey_as_kind && liar == 0)
				assert_string_equal(got, "");
			else if (strcmp(got, lies[k].shown) != 0)
				fail_msg("%s: shown %s, not %s",
				    lies[k].name, got, lies[k].shown);
			keep_quiet(story_contact(&st, 1 - liar));
			/* These left a number half used: see below. */
			if (lies[k].tell == parts_contradict ||
			    lies[k].tell == another_stream_inside ||
			    lies[k].tell == parts_too_long ||
			    lies[k].tell == previous_astray ||
			    lies[k].tell == ahead_then_behind)
				continue;
			still_talk(&st, ++n);
			keep_quiet(story_contact(&st, 1 - liar));
		}
	stage_free(st.s);
}

/* What never became a text is a gap with a name once the next one is there. */
static void
what_never_becomes_a_text_is_a_gap(void **state)
{
	static void (*const tell[])(struct forge *) = {
		parts_contradict, parts_too_long
	};
	struct story st = { .s = stage_new(story_scratch(), 1001) };
	struct tacit_event e;
	struct forge f;
	uint64_t n;
	size_t k;

	(void)state;
	for (k = 0; k < sizeof(tell) / sizeof(tell[0]); k++) {
		story_pair(&st, TACIT_INVITE_IN_PERSON);
		forge_peer(&f, &st, 1);
		n = next(&f);
		tell[k](&f);
		say_text(&f, n + 1, 0, 1, "the next");
		while (story_next(&st, 0, &e))
			assert_int_equal(e.type, TACIT_EV_POISON);
		stage_quiesce(st.s);
		assert_int_equal(story_next(&st, 0, &e), 1);
		assert_int_equal(e.type, TACIT_EV_GAP);
		assert_int_equal(e.from, n);
		assert_int_equal(e.to, n);
		assert_int_equal(story_next(&st, 0, &e), 1);
		assert_int_equal(e.type, TACIT_EV_MESSAGE);
		assert_int_equal(e.seq, n + 1);
		assert_string_equal(e.text, "the next");
		assert_false(e.late);
	}
	stage_free(st.s);
}

/* The other end says that it has what was never sent: it is sent all the same. */
static void
having_what_was_never_sent_changes_nothing(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 1002) };
	struct tacit_contact *ct;
	struct tacit_event e;
	struct forge f;
	tacit_Content c;
	int n;

	(void)state;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	ct = story_contact(&st, 0);
	for (n = 1; n <= 3; n++)
		assert_int_equal(story_write(&st, 0, n), 0);
	forge_peer(&f, &st, 1);
	c = control(&f, tacit_Content_have_only_tag);
	memcpy(c.have[0].stream, ct->rec.stream, sizeof(c.have[0].stream));
	c.have_count = 1;
	c.have[0].contiguous = UINT64_MAX;
	forge_say(&f, &c);
	assert_int_equal(contact_queued(ct), 3);
	assert_int_equal(story_count(&st, 0, TACIT_EV_ACCEPTED), 0);
	stage_quiesce(st.s);
	/* It could be a copy of an older vault who is told so: both say it. */
	assert_int_equal(story_next(&st, 1, &e), 1);
	assert_int_equal(e.type, TACIT_EV_ROLLED_BACK);
	for (n = 1; n <= 3; n++) {
		assert_int_equal(story_next(&st, 1, &e), 1);
		assert_int_equal(story_letter(&e), n);
	}
	assert_int_equal(contact_queued(ct), 0);
	assert_int_equal(story_count(&st, 0, TACIT_EV_ACCEPTED), 3);
	stage_free(st.s);
}

/* One row per stream that is heard of: their number is bounded. */
static void
streams_are_bounded(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 1005) };
	uint8_t stream[TACIT_STREAM_LEN] = { 0xff };
	struct vault_key key = { .len = 0 };
	struct tacit_contact *ct;
	struct forge f;
	tacit_Content c;
	int n, rows = -1;

	(void)state;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	still_talk(&st, 1);
	ct = story_contact(&st, 0);
	forge_peer(&f, &st, 1);
	for (n = 0; n < 2 * TACIT_STREAMS_MAX; n++) {
		stream[1] = (uint8_t)n;
		c = control(&f, tacit_Content_have_only_tag);
		memcpy(c.stream, stream, sizeof(c.stream));
		forge_say_as(&f, &c, stream, SEAL_WHISPER, 1);
	}
	do {
		assert_int_equal(vault_next(ct->t->vault, VAULT_MARK, ct->id,
		    sizeof(ct->id), &key, NULL), 0);
		rows++;
	} while (key.len != 0);
	assert_int_equal(rows, TACIT_STREAMS_MAX);
	(void)story_count(&st, 0, TACIT_EV_POISON);
	still_talk(&st, 1);
	stage_free(st.s);
}

static size_t
rows(const struct tacit_contact *ct, enum vault_table table)
{
	struct vault_key key = { .len = 0 };
	size_t n = 0;

	do {
		assert_int_equal(vault_next(ct->t->vault, table, ct->id,
		    sizeof(ct->id), &key, NULL), 0);
		n += key.len != 0;
	} while (key.len != 0);
	return n;
}

/* All but one part of text after text, so that none is ever whole. */
static void
early_texts_are_bounded(void **state)
{
	enum { PARTS = 16, TEXTS = TACIT_EARLY_PARTS_MAX / (PARTS - 1) + 2 };
	struct story st = { .s = stage_new(story_scratch(), 1005) };
	struct tacit_contact *ct;
	struct forge f;
	uint64_t first;
	uint32_t i;

	(void)state;
	story_pair(&st, TACIT_INVITE_IN_PERSON);
	forge_peer(&f, &st, 1);
	ct = story_contact(&st, 0);
	first = next(&f);
	for (i = 0; i < TEXTS * (PARTS - 1); i++)
		say_text(&f, first + 1 + i / (PARTS - 1), i % (PARTS - 1),
		    PARTS, "x");
	assert_int_equal(rows(ct, VAULT_INBOX), TACIT_EARLY_PARTS_MAX);
	assert_int_equal(story_count(&st, 0, TACIT_EV_POISON), 0);

	/* What all wait for is taken, and so is the next, in parts. */
	say_text(&f, first, 0, 2, "letter");
	assert_int_equal(rows(ct, VAULT_INBOX), TACIT_EARLY_PARTS_MAX + 1);
	say_text(&f, first, 1, 2, " 1");
	say_text(&f, first + 1, PARTS - 1, PARTS, "x");
	assert_int_equal(story_count(&st, 0, TACIT_EV_MESSAGE), 2);
	assert_int_equal(rows(ct, VAULT_INBOX),
	    TACIT_EARLY_PARTS_MAX - (PARTS - 1));
	stage_free(st.s);
}

/* An authentic second HelloAck, or one in the other direction. */
static void
hello_ack_counts_once(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 1003) };
	uint8_t key[TACIT_KEY_LEN], token[TACIT_KEY_LEN];
	struct tacit_contact *ct;
	struct forge f;
	int liar;

	(void)state;
	for (liar = 0; liar < 2; liar++) {
		story_pair(&st, TACIT_INVITE_IN_PERSON);
		ct = story_contact(&st, 1 - liar);
		memcpy(key, ct->rec.key1, sizeof(key));
		memcpy(token, ct->rec.their_token, sizeof(token));
		forge_peer(&f, &st, liar);
		hello_ack_again(&f);
		ct = story_contact(&st, 1 - liar);
		assert_memory_equal(ct->rec.key1, key, sizeof(key));
		assert_memory_equal(ct->rec.their_token, token,
		    sizeof(token));
		(void)story_count(&st, 1 - liar, TACIT_EV_POISON);
		still_talk(&st, 1);
	}
	stage_free(st.s);
}

static void
closed_counts_once(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 1004) };
	struct forge f;
	tacit_Content c;
	int liar, n;

	(void)state;
	for (liar = 0; liar < 2; liar++) {
		story_pair(&st, TACIT_INVITE_IN_PERSON);
		forge_peer(&f, &st, liar);
		c = control(&f, tacit_Content_closed_tag);
		for (n = 0; n < 3; n++)
			forge_say(&f, &c);
		/* Closed, and yet it goes on talking: it is shown, not lost. */
		say_text(&f, next(&f), 0, 1, "letter 1");
		assert_int_equal(story_write(&st, 1 - liar, 2),
		    TACIT_E_CONTACT_CLOSED);
		stage_quiesce(st.s);
		assert_int_equal(story_count(&st, 1 - liar,
		    TACIT_EV_CLOSED), 1);
		forge_say(&f, &c);
		assert_int_equal(story_count(&st, 1 - liar,
		    TACIT_EV_CLOSED), 0);
		assert_int_equal(story_contact(&st, 1 - liar)->rec.mailbox,
		    0);
	}
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lie_hurts_nothing_but_itself),
		cmocka_unit_test(what_never_becomes_a_text_is_a_gap),
		cmocka_unit_test(having_what_was_never_sent_changes_nothing),
		cmocka_unit_test(streams_are_bounded),
		cmocka_unit_test(early_texts_are_bounded),
		cmocka_unit_test(hello_ack_counts_once),
		cmocka_unit_test(closed_counts_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
