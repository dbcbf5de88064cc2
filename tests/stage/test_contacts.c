/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many relationships in one vault: each is found, read and ended by itself,
 * and their numbers are their places in the list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "story.h"

enum { MANY = 30 };

static struct tacit_contact_info
info_of(struct tacit_contact *ct)
{
	struct tacit_contact_info info = { .size = sizeof(info) };

	assert_int_equal(tacit_contact_info(ct, &info), 0);
	return info;
}

/* Number ${n} of end ${i}, found by its number. */
static struct tacit_contact *
numbered(struct stage *s, int i, int n)
{
	struct tacit_contact *ct;
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", n);
	assert_int_equal(tacit_contact_find(&ct, stage_end(s, i), text), 0);
	return ct;
}

static void
list_is_whole(struct stage *s, int i, int n)
{
	struct tacit_contact *ct = NULL, *found;
	struct tacit_contact_info info;
	int k = 0;

	while ((ct = tacit_contact_next(stage_end(s, i), ct)) != NULL) {
		info = info_of(ct);
		assert_int_equal(info.number, ++k);
		assert_ptr_equal(numbered(s, i, k), ct);
		assert_int_equal(tacit_contact_find(&found, stage_end(s, i),
		    info.id), 0);
		assert_ptr_equal(found, ct);
	}
	assert_int_equal(k, n);
}

/* Thirty clients of one therapist, all answered in one step of the clock. */
static struct stage *
practice(void)
{
	struct stage *s = stage_new(story_scratch(), 30);
	struct tacit_contact *ct, *mine[MANY];
	char label[16], link[TACIT_LINK_SIZE];
	int n;

	for (n = 0; n < MANY; n++) {
		(void)snprintf(label, sizeof(label), "client %c", 'A' + n);
		assert_int_equal(tacit_invite(&mine[n], stage_end(s, 0),
		    label, 0, 0, NULL), 0);
		assert_int_equal(tacit_accept_unverified(mine[n]), 0);
	}
	stage_quiesce(s);
	for (n = 0; n < MANY; n++) {
		assert_int_equal(tacit_invitation_link(mine[n], link), 0);
		assert_int_equal(tacit_accept(&ct, stage_end(s, 1), link,
		    strlen(link), "same label"), 0);
	}
	stage_quiesce(s);
	return s;
}

static void
thirty_relationships_are_told_apart(void **state)
{
	uint8_t sent[MANY + 1] = { 0 };
	struct tacit_event e = { .size = sizeof(e) };
	struct stage *s = practice();
	struct tacit_contact *ct;
	char text[32], number[2][TACIT_SAFETY_SIZE];
	int n, k, heard = 0;

	(void)state;
	list_is_whole(s, 0, MANY);
	list_is_whole(s, 1, MANY);
	for (n = 1; n <= MANY; n++) {
		assert_int_equal(info_of(numbered(s, 0, n)).state,
		    TACIT_ACTIVE);
		(void)snprintf(text, sizeof(text), "for number %d", n);
		assert_int_equal(tacit_send(numbered(s, 1, n), text,
		    strlen(text), NULL, NULL), 0);
	}
	stage_quiesce(s);
	while (tacit_next_event(stage_end(s, 0), e.id, &e) == 1) {
		if (e.type != TACIT_EV_MESSAGE)
			continue;
		assert_int_equal(sscanf(e.text, "for number %d", &k), 1);
		assert_ptr_equal(e.contact, numbered(s, 0, k));
		assert_int_equal(sent[k]++, 0);
		assert_int_equal(info_of(e.contact).unread, 1);
		heard++;
	}
	assert_int_equal(heard, MANY);

	/* Two contacts cannot find out that they talk to the same person. */
	for (n = 1; n < MANY; n++) {
		assert_int_equal(tacit_safety_number(numbered(s, 0, n),
		    number[0]), 0);
		assert_int_equal(tacit_safety_number(numbered(s, 0, n + 1),
		    number[1]), 0);
		assert_string_not_equal(number[0], number[1]);
		assert_memory_not_equal(number[0], number[1], 30);
	}
	assert_int_equal(tacit_contact_find(&ct, stage_end(s, 1),
	    "same label"), TACIT_E_AMBIGUOUS_CONTACT);
	assert_null(ct);
	assert_int_equal(tacit_contact_find(&ct, stage_end(s, 0),
	    "client C"), 0);
	assert_ptr_equal(ct, numbered(s, 0, 3));
	stage_free(s);
}

static void
those_that_ended_take_nothing_of_the_others(void **state)
{
	struct stage *s = practice();
	struct tacit_contact *ct, *ended[3], *next;
	uint32_t unread;
	int n, i;

	(void)state;
	for (n = 0; n < 3; n++) {
		ended[n] = numbered(s, 0, 5 + 7 * n);
		assert_int_equal(tacit_contact_close(ended[n]), 0);
		assert_int_equal(tacit_contact_close(ended[n]), 0);
	}
	/* One that nobody answered leaves the list. */
	assert_int_equal(tacit_invite(&ct, stage_end(s, 0), "nobody", 0, 0,
	    NULL), 0);
	assert_int_equal(info_of(ct).number, MANY + 1);
	assert_int_equal(tacit_contact_close(ct), 0);
	assert_int_equal(info_of(ct).number, 0);
	assert_int_equal(info_of(ct).state, TACIT_CLOSED);
	assert_null(tacit_contact_next(stage_end(s, 0), ct));
	assert_int_equal(tacit_contact_find(&next, stage_end(s, 0), "nobody"),
	    TACIT_E_UNKNOWN_CONTACT);
	stage_quiesce(s);

	list_is_whole(s, 0, MANY);
	for (n = 0; n < 3; n++) {
		assert_int_equal(info_of(ended[n]).state, TACIT_CLOSED);
		assert_int_equal(tacit_send(ended[n], "x", 1, NULL, NULL),
		    TACIT_E_CONTACT_CLOSED);
	}
	for (i = 0; i < 2; i++) {
		for (n = 1; n <= MANY; n++) {
			ct = numbered(s, i, n);
			unread = info_of(numbered(s, 1 - i, n)).unread;
			if (info_of(ct).state == TACIT_CLOSED)
				continue;
			assert_int_equal(tacit_send(ct, "still here", 10,
			    NULL, NULL), 0);
			stage_quiesce(s);
			assert_int_equal(info_of(numbered(s, 1 - i,
			    n)).unread, unread + 1);
			stage_crash(s, i);
			n += 9;
		}
		list_is_whole(s, i, MANY);
	}
	stage_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thirty_relationships_are_told_apart),
		cmocka_unit_test(those_that_ended_take_nothing_of_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
