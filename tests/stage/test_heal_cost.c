/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What healing leaves behind: after 2,100 letters that were lost, and after a
 * conversation began anew 41 times, no session is over 64 KiB, and an envelope
 * is taken in, with its commit, in under 2 ms of processor time.
 *
 * The linker hands inbox_take() to the one below, which looks at the clock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "heal.h"
#include "inbox.h"
#include "keystore.h"

enum {
	LOST = 2100,
	AGAIN = 41,
	LETTERS = 200,			/* measured each way */
	TAKE_US = 2000,
	SESSIONS = 6			/* three generations, either owner */
};

/* ---- how long ---------------------------------------------------------------- */

static struct {
	int n;
	int64_t all, worst;		/* us */
} took;

int __real_inbox_take(struct tacit_contact *ct,
    const uint8_t address[TACIT_ADDRESS_LEN],
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], const uint8_t *body,
    size_t len);
int __wrap_inbox_take(struct tacit_contact *ct,
    const uint8_t address[TACIT_ADDRESS_LEN],
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], const uint8_t *body,
    size_t len);

static int64_t
cpu_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int
__wrap_inbox_take(struct tacit_contact *ct,
    const uint8_t address[TACIT_ADDRESS_LEN],
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], const uint8_t *body,
    size_t len)
{
	int64_t began = cpu_us(), us;
	int rc = __real_inbox_take(ct, address, envelope, body, len);

	us = cpu_us() - began;
	took.n++;
	took.all += us;
	if (us > took.worst)
		took.worst = us;
	return rc;
}

/* ---- how large --------------------------------------------------------------- */

/* The largest session of end ${i}, and how many there are. */
static size_t
largest_session(struct story *st, int i, int *sessions)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	size_t most = 0;

	for (*sessions = 0;;) {
		assert_int_equal(vault_next(stage_end(st->s, i)->vault,
		    VAULT_RATCHET, NULL, 0, &key, &value), 0);
		if (key.len == 0)
			return most;
		if (key.len > TACIT_HASH_LEN &&
		    key.data[TACIT_HASH_LEN] == ROW_SESSION) {
			++*sessions;
			most = value.len > most ? value.len : most;
		}
		vault_value_free(&value);
	}
}

/* Both write and read, and what that costs is within bounds. */
static void
bounded(struct story *st, const char *after)
{
	static struct heal_shown shown[2];
	size_t most;
	int i, n, first;

	memset(shown, 0, sizeof(shown));
	for (i = 0; i < 2; i++)
		heal_look(st, i, &shown[i]);
	memset(&took, 0, sizeof(took));
	for (i = 0; i < 2; i++)
		heal_write(st, i, 1, LETTERS);
	stage_quiesce(st->s);
	for (i = 0; i < 2; i++) {
		first = shown[i].n;
		heal_look(st, i, &shown[i]);
		(void)heal_run(&shown[i], first, 1, LETTERS);
		most = largest_session(st, i, &n);
		print_message("after %s, end %d: %d sessions, the largest "
		    "%zu bytes\n", after, i, n, most);
		assert_true(n > 0 && n <= SESSIONS);
		assert_true(most > 0 && most <= KEYSTORE_RECORD_MAX);
	}
	print_message("after %s: %d envelopes taken, %d us each, worst %d\n",
	    after, took.n, (int)(took.all / took.n), (int)took.worst);
	assert_true(took.n >= 2 * LETTERS);
	assert_true(took.all / took.n < TAKE_US);
}

static void
begin(struct story *st)
{
	memset(st, 0, sizeof(*st));
	st->s = stage_new(story_scratch(), story_number("TACIT_SEED", 4));
	story_pair(st, TACIT_INVITE_IN_PERSON);
	bounded(st, "pairing");
}

/* ---- what happened ------------------------------------------------------------ */

/* The vault of end ${i} is put back; its events are looked at from here on. */
static void
put_back(struct story *st, int i)
{
	stage_put_back(st->s, i, 0);
	st->event[i] = stage_end(st->s, i)->self.next_event;
}

/* Somebody with a copy of the vault read them; then it is put back. */
static void
lost_letters_leave_nothing_large_and_nothing_slow(void **state)
{
	static const int lost[] = { 1, 100, LOST };
	static struct heal_shown shown;
	struct story st;
	char text[64];
	size_t k;

	(void)state;
	begin(&st);
	for (k = 0; k < sizeof(lost) / sizeof(lost[0]); k++) {
		stage_keep(st.s, 1, 0);
		heal_write(&st, 0, 1, lost[k]);
		heal_write(&st, 1, 1, 1);
		stage_quiesce(st.s);
		put_back(&st, 1);
		heal_write(&st, 1, 1, 1);
		heal_settle(&st);
		memset(&shown, 0, sizeof(shown));
		heal_look(&st, 1, &shown);
		assert_int_equal(shown.n, heal_run(&shown, 0, 1, lost[k]));
		(void)snprintf(text, sizeof(text), "a loss of %d", lost[k]);
		bounded(&st, text);
	}
	stage_free(st.s);
}

static void
beginning_anew_41_times_leaves_nothing_large_and_nothing_slow(void **state)
{
	struct story st;
	int n;

	(void)state;
	begin(&st);
	stage_keep(st.s, 0, 0);
	for (n = 0; n < AGAIN; n++) {
		put_back(&st, 0);
		heal_write(&st, 0, 1, 1);
		heal_write(&st, 1, 1, 1);
		heal_settle(&st);
	}
	bounded(&st, "41 beginnings");
	stage_free(st.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    lost_letters_leave_nothing_large_and_nothing_slow),
		cmocka_unit_test(
		    beginning_anew_41_times_leaves_nothing_large_and_nothing_slow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
