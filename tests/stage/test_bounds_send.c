/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No misdirected message: the first text of a day, and a quick switch to
 * somebody else, need the words of whom it goes to; a text that names
 * somebody else does not go out unseen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <sodium.h>

#include "../unit/client/vault_disk.h"
#include "desk.h"
#include "play.h"
#include "twin.h"

/* 2026-11-22 12:00 UTC */
static const int64_t NOON = INT64_C(1795348800000);

/* A desk whose end 0 has a second contact, with the label ${label}. */
static struct tacit_contact *
two_contacts(struct desk *d, uint64_t seed, const char *label)
{
	struct tacit_contact *other = NULL;

	begin(d, seed);
	assert_int_equal(tacit_invite(&other, stage_end(d->st.s, 0), label, 0,
	    0, NULL), 0);
	stage_quiesce(d->st.s);
	return other;
}

static int
write_as(struct desk *d, struct tacit_contact *ct, int64_t now,
    const char *text, const char *confirm, unsigned flags)
{
	return tacit_practice_send(d->p[0], now, ct, text, strlen(text),
	    confirm, flags, NULL, NULL);
}

static void
words_of_contact(struct desk *d, struct tacit_contact *ct, char *out)
{
	assert_int_equal(tacit_practice_words(d->p[0], ct, out), 0);
	assert_non_null(strchr(out, ' '));
}

static uint64_t
written(struct desk *d)
{
	return story_contact(&d->st, 0)->rec.seq;
}

static void
the_first_of_a_day_is_confirmed(void **state)
{
	char w[TACIT_WORDS_SIZE], id[TACIT_MESSAGE_ID_SIZE] = "";
	struct tacit_contact *ct;
	uint64_t seq = 0;
	struct desk d;

	(void)state;
	begin(&d, 21);
	ct = story_contact(&d.st, 0);
	words_of_contact(&d, ct, w);
	assert_int_equal(write_as(&d, ct, NOON, "a", NULL, 0),
	    TACIT_E_CONFIRM);
	assert_int_equal(write_as(&d, ct, NOON, "a", "", 0), TACIT_E_CONFIRM);
	assert_int_equal(write_as(&d, ct, NOON, "a", "acorn acorn", 0),
	    TACIT_E_CONFIRM);
	assert_int_equal(write_as(&d, ct, NOON, "a", "y", 0),
	    TACIT_E_CONFIRM);
	assert_int_equal(written(&d), 0);
	assert_int_equal(tacit_practice_send(d.p[0], NOON, ct, "a", 1, w, 0,
	    id, &seq), 0);
	assert_int_equal(seq, 1);
	assert_memory_equal(id, "m_", 2);
	/* For the rest of the day; words that are wrong are wrong all day. */
	assert_int_equal(write_as(&d, ct, NOON + 1, "b", NULL, 0), 0);
	assert_int_equal(write_as(&d, ct, NOON + 1, "b", "acorn acorn", 0),
	    TACIT_E_CONFIRM);
	crash(&d, 0);
	assert_int_equal(write_as(&d, story_contact(&d.st, 0),
	    NOON + 11 * HOUR, "c", NULL, 0), 0);
	assert_int_equal(write_as(&d, story_contact(&d.st, 0),
	    NOON + 12 * HOUR, "d", NULL, 0), TACIT_E_CONFIRM);
	/* A clock that went back to yesterday begins a day too. */
	assert_int_equal(write_as(&d, story_contact(&d.st, 0),
	    NOON - 24 * HOUR, "d", NULL, 0), TACIT_E_CONFIRM);
	assert_int_equal(written(&d), 3);
	end(&d);
}

/* The day is that of the device, over a change of the clocks as well. */
static void
the_day_is_that_of_the_device(void **state)
{
	static const struct {
		const char *zone;
		int64_t first, then;
		int rc;
	} rows[] = {
		/* midnight in Berlin is 23:00 UTC in winter */
		{ "Europe/Berlin", 1795386000000, 1795388340000, 0 },
		{ "Europe/Berlin", 1795386000000, 1795388400000,
		    TACIT_E_CONFIRM },
		{ "UTC", 1795386000000, 1795388400000, 0 },
		{ "America/New_York", 1795386000000, 1795388400000, 0 },
		/* the long day of autumn: 25 October 2026, 00:30 and 23:30 */
		{ "Europe/Berlin", 1792881000000, 1792967400000, 0 },
		{ "Europe/Berlin", 1792881000000, 1792969200000,
		    TACIT_E_CONFIRM },
		/* the short one of spring: 29 March 2026, 00:30 and 23:30 */
		{ "Europe/Berlin", 1774740600000, 1774819800000, 0 },
		{ "Europe/Berlin", 1774740600000, 1774821600000,
		    TACIT_E_CONFIRM },
		{ "Asia/Kolkata", 1795386000000, 1795390200000, 0 },
	};
	char w[TACIT_WORDS_SIZE];
	struct tacit_contact *ct;
	struct desk d;
	size_t i;

	(void)state;
	begin(&d, 22);
	ct = story_contact(&d.st, 0);
	words_of_contact(&d, ct, w);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(setenv("TZ", rows[i].zone, 1), 0);
		tzset();
		assert_int_equal(write_as(&d, ct, rows[i].first, "a", w, 0),
		    0);
		assert_int_equal(write_as(&d, ct, rows[i].then, "b", NULL, 0),
		    rows[i].rc);
	}
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	tzset();
	end(&d);
}

static void
a_quick_switch_is_confirmed(void **state)
{
	char w[TACIT_WORDS_SIZE], x[TACIT_WORDS_SIZE];
	struct tacit_contact *ct, *other;
	struct desk d;

	(void)state;
	other = two_contacts(&d, 23, "Carla");
	ct = story_contact(&d.st, 0);
	words_of_contact(&d, ct, w);
	words_of_contact(&d, other, x);
	assert_string_not_equal(w, x);
	assert_int_equal(write_as(&d, ct, NOON, "a", w, 0), 0);
	assert_int_equal(write_as(&d, other, NOON + 1, "b", NULL, 0),
	    TACIT_E_CONFIRM);
	/* Those of the one before are of no use. */
	assert_int_equal(write_as(&d, other, NOON + 1, "b", w, 0),
	    TACIT_E_CONFIRM);
	assert_int_equal(write_as(&d, other, NOON + 119999, "b", NULL, 0),
	    TACIT_E_CONFIRM);
	assert_int_equal(write_as(&d, other, NOON - 1, "b", NULL, 0),
	    TACIT_E_CONFIRM);
	crash(&d, 0);
	ct = story_contact(&d.st, 0);
	other = tacit_contact_next(stage_end(d.st.s, 0), ct);
	assert_non_null(other);
	assert_int_equal(write_as(&d, other, NOON + 119999, "b", NULL, 0),
	    TACIT_E_CONFIRM);
	/* A refusal is no message: two minutes after the last it may go. */
	assert_int_equal(write_as(&d, other, NOON + 120000, "b", NULL, 0), 0);
	assert_int_equal(write_as(&d, other, NOON + 120001, "c", NULL, 0), 0);
	assert_int_equal(write_as(&d, ct, NOON + 121000, "d", NULL, 0),
	    TACIT_E_CONFIRM);
	assert_int_equal(write_as(&d, ct, NOON + 121000, "d", w, 0), 0);
	assert_int_equal(write_as(&d, other, NOON + 121001, "e", x, 0), 0);
	end(&d);
}

static void
a_text_that_names_somebody_else_is_refused(void **state)
{
	char w[TACIT_WORDS_SIZE], label[TACIT_NAME_SIZE];
	struct tacit_contact *ct, *other;
	struct desk d;

	(void)state;
	other = two_contacts(&d, 24, "Carla");
	ct = story_contact(&d.st, 0);
	words_of_contact(&d, ct, w);
	/* With the right words too, and before they are asked for. */
	assert_int_equal(write_as(&d, ct, NOON, "dear carla", NULL, 0),
	    TACIT_E_OTHER_NAME);
	assert_int_equal(write_as(&d, ct, NOON, "dear carla", w, 0),
	    TACIT_E_OTHER_NAME);
	assert_int_equal(written(&d), 0);
	assert_int_equal(tacit_practice_named(d.p[0], ct, "dear carla", 10,
	    label), 1);
	assert_string_equal(label, "Carla");
	assert_int_equal(tacit_practice_named(d.p[0], other, "dear carla", 10,
	    label), 0);
	assert_string_equal(label, "");
	assert_int_equal(tacit_practice_named(d.p[0], ct, NULL, 0, label), 0);
	/* Anyway is not yet confirmed. */
	assert_int_equal(write_as(&d, ct, NOON, "dear carla", NULL,
	    TACIT_SEND_ANYWAY), TACIT_E_CONFIRM);
	assert_int_equal(write_as(&d, ct, NOON, "dear carla", w,
	    TACIT_SEND_ANYWAY), 0);
	assert_int_equal(write_as(&d, ct, NOON, "dear you", NULL, 0), 0);
	/* One who is closed is somebody else as well. */
	assert_int_equal(write_as(&d, other, NOON + 130000, "carla!", NULL,
	    0), 0);
	end(&d);
}

static void
what_cannot_be_sent_is_not_noted(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		unsigned flags;
		int rc;
	} rows[] = {
		{ "", 0, 0, TACIT_E_TEXT },
		{ "\xff", 1, 0, TACIT_E_TEXT },
		{ "a", 1, 2, TACIT_E_INVALID },
		{ "a", 1, 0x80000000, TACIT_E_INVALID },
		{ NULL, 0, 0, TACIT_E_INVALID },
	};
	char w[TACIT_WORDS_SIZE], label[TACIT_NAME_SIZE];
	uint8_t before[32], now[32];
	struct tacit_contact *ct;
	struct desk d;
	size_t i;

	(void)state;
	begin(&d, 25);
	ct = story_contact(&d.st, 0);
	words_of_contact(&d, ct, w);
	/* That they paired is entered when it is first looked at. */
	assert_int_equal(write_as(&d, ct, NOON, "a", NULL, 0),
	    TACIT_E_CONFIRM);
	fingerprint(stage_end(d.st.s, 0)->vault, before);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(tacit_practice_send(d.p[0], NOON, ct,
		    rows[i].text, rows[i].len, w, rows[i].flags, NULL, NULL),
		    rows[i].rc);
	assert_int_equal(tacit_practice_send(NULL, NOON, ct, "a", 1, w, 0,
	    NULL, NULL), TACIT_E_INVALID);
	assert_int_equal(tacit_practice_send(d.p[0], -1, ct, "a", 1, w, 0,
	    NULL, NULL), TACIT_E_INVALID);
	assert_int_equal(tacit_practice_send(d.p[0], NOON, NULL, "a", 1, w, 0,
	    NULL, NULL), TACIT_E_INVALID);
	assert_int_equal(tacit_practice_words(d.p[0], NULL, w),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_practice_words(NULL, ct, w), TACIT_E_INVALID);
	assert_int_equal(tacit_practice_words(d.p[0], ct, NULL),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_practice_named(d.p[0], ct, NULL, 1, label),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_practice_named(d.p[0], ct, "a", 1, NULL),
	    TACIT_E_INVALID);
	fingerprint(stage_end(d.st.s, 0)->vault, now);
	assert_memory_equal(now, before, sizeof(now));
	assert_int_equal(tacit_contact_close(ct), 0);
	assert_int_equal(write_as(&d, ct, NOON, "a", w, 0),
	    TACIT_E_CONTACT_CLOSED);
	end(&d);
}

/* An unverified contact is refused before anybody is asked for words. */
static void
verification_comes_first(void **state)
{
	char w[TACIT_WORDS_SIZE];
	struct desk d;

	(void)state;
	memset(&d, 0, sizeof(d));
	d.st.s = stage_new(story_scratch(), 26);
	story_pair(&d.st, 0);
	open_both(&d);
	assert_int_equal(write_as(&d, story_contact(&d.st, 0), NOON, "a",
	    NULL, 0), TACIT_E_NOT_VERIFIED);
	assert_int_equal(tacit_accept_unverified(story_contact(&d.st, 0)), 0);
	assert_int_equal(write_as(&d, story_contact(&d.st, 0), NOON, "a",
	    NULL, 0), TACIT_E_CONFIRM);
	words_of_contact(&d, story_contact(&d.st, 0), w);
	assert_int_equal(write_as(&d, story_contact(&d.st, 0), NOON, "a", w,
	    0), 0);
	end(&d);
}

/* The text and the note of it are one: at any write that fails, neither. */
static void
the_note_and_the_text_are_one(void **state)
{
	char w[TACIT_WORDS_SIZE];
	struct tacit_contact *ct;
	struct desk d;
	int n, rc;

	(void)state;
	begin(&d, 27);
	ct = story_contact(&d.st, 0);
	words_of_contact(&d, ct, w);
	for (n = 0;; n++) {
		disk_set(FULL, n);
		rc = write_as(&d, ct, NOON, "a", w, 0);
		disk_set(NONE, 0);
		if (rc == 0)
			break;
		assert_int_equal(rc, TACIT_E_DISK_FULL);
		assert_int_equal(written(&d), 0);
		assert_int_equal(write_as(&d, ct, NOON, "a", NULL, 0),
		    TACIT_E_CONFIRM);
	}
	assert_true(n > 2);
	crash(&d, 0);
	assert_int_equal(written(&d), 1);
	assert_int_equal(write_as(&d, story_contact(&d.st, 0), NOON, "b",
	    NULL, 0), 0);
	end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_of_a_day_is_confirmed),
		cmocka_unit_test(the_day_is_that_of_the_device),
		cmocka_unit_test(a_quick_switch_is_confirmed),
		cmocka_unit_test(a_text_that_names_somebody_else_is_refused),
		cmocka_unit_test(what_cannot_be_sent_is_not_noted),
		cmocka_unit_test(verification_comes_first),
		cmocka_unit_test(the_note_and_the_text_are_one),
	};

	(void)setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
