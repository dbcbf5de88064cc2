/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strongest adversary of a link: it has the link and is the relay.  It
 * joins the inviter as a stranger and shows the joiner an invitation of its
 * own under the same secret.  What it cannot make is equal safety numbers,
 * and nothing is sent to it before they were compared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "story.h"
#include "tacit/link.h"

enum { INVITER, JOINER, TO_INVITER, TO_JOINER };

/* The adversary's randomness, which gives the leaked secret once. */
struct leaked {
	struct env real;
	uint8_t secret[TACIT_SECRET_LEN];
	int given;
};

static int64_t
leaked_unix_ms(void *arg)
{
	struct leaked *l = arg;

	return l->real.unix_ms(l->real.arg);
}

static int64_t
leaked_mono_ms(void *arg)
{
	struct leaked *l = arg;

	return l->real.mono_ms(l->real.arg);
}

static void
leaked_random(void *arg, void *out, size_t len)
{
	struct leaked *l = arg;

	l->real.random(l->real.arg, out, len);
	if (!l->given && len == sizeof(l->secret)) {
		memcpy(out, l->secret, len);
		l->given = 1;
	}
}

static void
until_link(struct stage *s, int i, struct tacit_contact *ct,
    char link[TACIT_LINK_SIZE])
{
	int n, rc = TACIT_E_WAIT;

	for (n = 0; n < 100 && rc == TACIT_E_WAIT; n++) {
		(void)stage_turn(s, i);
		stage_relay_turn(s);
		rc = tacit_invitation_link(ct, link);
	}
	assert_int_equal(rc, 0);
}

/* An invitation under the secret of ${link}; to who reads it, the same link. */
static struct tacit_contact *
invite_under(struct stage *s, const char *link)
{
	struct tacit *t = stage_end(s, TO_JOINER);
	struct leaked leaked = { .real = t->env };
	char again[TACIT_LINK_SIZE];
	struct tacit_contact *ct;
	struct tacit_link l;

	assert_int_equal(tacit_link_parse(&l, link, strlen(link)), 0);
	memcpy(leaked.secret, l.secret, sizeof(leaked.secret));
	t->env = (struct env){ leaked_unix_ms, leaked_mono_ms, leaked_random,
	    &leaked };
	assert_int_equal(tacit_invite(&ct, t, "joiner",
	    l.flags & TACIT_LINK_IN_PERSON ? TACIT_INVITE_IN_PERSON : 0, 0,
	    NULL), 0);
	t->env = leaked.real;
	until_link(s, TO_JOINER, ct, again);
	assert_string_equal(again, link);
	return ct;
}

static struct tacit_contact *
accept_at(struct stage *s, int i, const char *link)
{
	struct tacit_contact *ct;

	assert_int_equal(tacit_accept(&ct, stage_end(s, i), link,
	    strlen(link), "somebody"), 0);
	return ct;
}

static void
is_active(struct tacit_contact *ct, int verified, char digits[TACIT_SAFETY_SIZE])
{
	struct tacit_contact_info info = { .size = sizeof(info) };

	assert_int_equal(tacit_contact_info(ct, &info), 0);
	assert_int_equal(info.state, TACIT_ACTIVE);
	assert_int_equal(info.verified, verified);
	assert_int_equal(tacit_safety_number(ct, digits), 0);
	assert_int_equal(strlen(digits), 60);
}

/* Texts that ${t} was shown. */
static int
shown(struct tacit *t, const char *text)
{
	struct tacit_event e = { .size = sizeof(e) };
	uint64_t after = 0;
	int n = 0;

	while (tacit_next_event(t, after, &e) == 1) {
		after = e.id;
		n += e.type == TACIT_EV_MESSAGE && strcmp(e.text, text) == 0;
	}
	return n;
}

static void
a_spliced_link_shows_unverified_and_other_numbers(void **state)
{
	char link[TACIT_LINK_SIZE], inviter[61], joiner[61], adversary[2][61];
	struct tacit_contact *i, *j, *to_i, *to_j;
	struct stage *s = stage_new(story_scratch(), 1);
	struct stage_relay *second = stage_relay_twin(stage_relay(s));

	(void)state;
	stage_route(s, JOINER, second);
	stage_route(s, TO_JOINER, second);
	assert_int_equal(tacit_invite(&i, stage_end(s, INVITER), "client", 0,
	    0, NULL), 0);
	assert_int_equal(tacit_send(i, "queued", 6, NULL, NULL), 0);
	until_link(s, INVITER, i, link);

	to_i = accept_at(s, TO_INVITER, link);
	to_j = invite_under(s, link);
	j = accept_at(s, JOINER, link);
	stage_quiesce(s);

	/* The splice stands: each honest end is paired, with the adversary. */
	is_active(i, 0, inviter);
	is_active(j, 0, joiner);
	is_active(to_i, 0, adversary[0]);
	is_active(to_j, 0, adversary[1]);
	assert_string_equal(inviter, adversary[0]);
	assert_string_equal(joiner, adversary[1]);

	/* And cannot be hidden, nor is anything sent into it. */
	assert_string_not_equal(inviter, joiner);
	assert_int_equal(tacit_send(i, "hello", 5, NULL, NULL),
	    TACIT_E_NOT_VERIFIED);
	stage_quiesce(s);
	assert_int_equal(contact_queued(i), 1);
	assert_int_equal(shown(stage_end(s, TO_INVITER), "queued"), 0);
	assert_int_equal(stage_relay_envelopes(stage_relay(s)), 0);

	/* The joiner is told, not held up: that much reaches the adversary. */
	assert_int_equal(tacit_send(j, "hello", 5, NULL, NULL), 0);
	stage_quiesce(s);
	assert_int_equal(shown(stage_end(s, TO_JOINER), "hello"), 1);
	assert_int_equal(shown(stage_end(s, INVITER), "hello"), 0);
	stage_free(s);
	stage_relay_free(second);
}

static void
an_honest_link_has_equal_numbers(void **state)
{
	struct story st = { .s = stage_new(story_scratch(), 2) };
	char digits[2][61];
	int i;

	(void)state;
	story_pair(&st, 0);
	for (i = 0; i < 2; i++)
		is_active(story_contact(&st, i), 0, digits[i]);
	assert_string_equal(digits[0], digits[1]);

	/* Confirmed, the text that was refused goes. */
	assert_int_equal(story_write(&st, 0, 1), TACIT_E_NOT_VERIFIED);
	assert_int_equal(tacit_verify(story_contact(&st, 0)), 0);
	assert_int_equal(story_write(&st, 0, 1), 0);
	stage_quiesce(st.s);
	assert_int_equal(story_count(&st, 1, TACIT_EV_MESSAGE), 1);
	stage_free(st.s);
}

/* What a relay can put together without the secret of the link: nothing. */
static void
a_relay_without_the_link_cannot_splice(void **state)
{
	struct stage *s = stage_new(story_scratch(), 3);
	struct stage_relay *second = stage_relay_twin(stage_relay(s));
	struct tacit_contact *i, *j, *other;
	struct tacit_event e = { .size = sizeof(e) };
	char link[TACIT_LINK_SIZE], own[TACIT_LINK_SIZE];

	(void)state;
	stage_route(s, JOINER, second);
	stage_route(s, TO_JOINER, second);
	assert_int_equal(tacit_invite(&i, stage_end(s, INVITER), "client",
	    TACIT_INVITE_IN_PERSON, 0, NULL), 0);
	until_link(s, INVITER, i, link);
	assert_int_equal(tacit_invite(&other, stage_end(s, TO_JOINER),
	    "joiner", TACIT_INVITE_IN_PERSON, 0, NULL), 0);
	/* It knows where the joiner will ask, and puts its own blob there. */
	memcpy(other->rec.invitation, i->rec.invitation, TACIT_ADDRESS_LEN);
	until_link(s, TO_JOINER, other, own);

	j = accept_at(s, JOINER, link);
	stage_quiesce(s);
	assert_false(contact_is_shown(j));
	assert_int_equal(tacit_next_event(stage_end(s, JOINER), 0, &e), 1);
	assert_int_equal(e.type, TACIT_EV_REFUSED);
	assert_int_equal(e.reason, TACIT_E_CRYPTO);
	stage_free(s);
	stage_relay_free(second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_spliced_link_shows_unverified_and_other_numbers),
		cmocka_unit_test(an_honest_link_has_equal_numbers),
		cmocka_unit_test(a_relay_without_the_link_cannot_splice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
