/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises about who may make what: codes and passes are spent exactly, an
 * invitation has one reader, and everything ends when it should.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>
#include <sqlite3.h>

#include "relay_rows.h"

enum { READERS = 32, WAIT_MS = 15000 };

struct world {
	struct relay_proc relay;
	uint8_t code[TACIT_CODE_LEN];	/* 9 units */
	struct raw *r;
};

static int
setup_with(void **state, const char *config)
{
	struct world *w = calloc(1, sizeof(*w));
	struct tacit_admission a;

	if (w == NULL)
		return -1;
	*state = w;
	relay_proc_make(&w->relay, config);
	relay_proc_start(&w->relay);
	relay_proc_admit(&w->relay, "1", &a);
	memcpy(w->code, a.code, sizeof(w->code));
	w->r = relay_proc_connect(&w->relay);
	return 0;
}

static int
setup(void **state)
{
	return setup_with(state, "");
}

static int
setup_fast(void **state)
{
	return setup_with(state, "hour_seconds = 1\nttl_days = 1\n"
	    "ok_tick_ms = 0\n");
}

static int
teardown(void **state)
{
	struct world *w = *state;

	raw_free(w->r);
	relay_proc_free(&w->relay);
	free(w);
	return 0;
}

static int
create(struct world *w, const uint8_t code[TACIT_CODE_LEN])
{
	struct raw_mailbox m;

	raw_mailbox_make(&m);
	return raw_create(w->r, &m, code);
}

/* How many mailboxes a code is still good for; they are made. */
static int
worth(struct world *w, const uint8_t code[TACIT_CODE_LEN])
{
	int n = 0, rc;

	while ((rc = create(w, code)) == 0)
		n++;
	assert_int_equal(rc, TACIT_E_ADMISSION);
	return n;
}

static void
a_code_is_worth_six_per_relationship_and_three(void **state)
{
	struct world *w = *state;
	struct tacit_admission a;
	uint8_t unknown[TACIT_CODE_LEN];

	assert_int_equal(worth(w, w->code), 9);
	relay_proc_admit(&w->relay, "3", &a);
	assert_int_equal(worth(w, a.code), 21);
	randombytes_buf(unknown, sizeof(unknown));
	assert_int_equal(worth(w, unknown), 0);
	assert_int_equal(relay_proc_status(&w->relay, "mailboxes"), 30);
}

static void
the_same_request_again_spends_nothing(void **state)
{
	struct world *w = *state;
	uint8_t pass[TACIT_CODE_LEN];
	struct raw_invitation v;
	struct raw_mailbox m;
	int i;

	raw_mailbox_make(&m);
	raw_invitation_make(&v, 24);
	randombytes_buf(pass, sizeof(pass));
	for (i = 0; i < 5; i++) {
		assert_int_equal(raw_create(w->r, &m, w->code), 0);
		assert_int_equal(raw_put(w->r, &v, w->code), 0);
		assert_int_equal(raw_split(w->r, w->code, pass, 2), 0);
	}
	assert_int_equal(worth(w, w->code), 9 - 1 - 1 - 3 - 2);
	assert_int_equal(worth(w, v.pass), 3);
	assert_int_equal(worth(w, pass), 2);
	/* Even when nothing is left. */
	assert_int_equal(raw_create(w->r, &m, w->code), 0);
	assert_int_equal(raw_put(w->r, &v, w->code), 0);
	randombytes_buf(m.token, sizeof(m.token));
	assert_int_equal(raw_create(w->r, &m, w->code), TACIT_E_REFUSED);
}

static void
what_a_code_does_not_cover_changes_nothing(void **state)
{
	struct world *w = *state;
	uint8_t pass[TACIT_CODE_LEN];
	struct raw_invitation v;

	randombytes_buf(pass, sizeof(pass));
	raw_invitation_make(&v, 24);
	assert_int_equal(raw_split(w->r, w->code, pass, 10),
	    TACIT_E_ADMISSION);
	assert_int_equal(raw_split(w->r, w->code, pass, 0), TACIT_E_LIMIT);
	assert_int_equal(raw_split(w->r, w->code, pass, UINT32_MAX),
	    TACIT_E_ADMISSION);
	assert_int_equal(raw_split(w->r, w->code, pass, 6), 0);
	/* 3 are left, and an invitation costs 4. */
	assert_int_equal(raw_put(w->r, &v, w->code), TACIT_E_ADMISSION);
	assert_int_equal(relay_proc_status(&w->relay, "invitations"), 0);
	assert_int_equal(worth(w, v.pass), 0);
	assert_int_equal(worth(w, w->code), 3);
	assert_int_equal(worth(w, pass), 6);
	assert_int_equal(relay_proc_status(&w->relay, "mailboxes"), 9);
}

static void
one_of_32_readers_gets_the_invitation(void **state)
{
	struct world *w = *state;
	struct raw *readers[READERS];
	struct raw_key keys[READERS];
	struct raw_invitation v;
	uint8_t blob[TACIT_BLOB_LEN];
	uint32_t id[READERS];
	char from[32];
	int i, rc, winner = -1;

	raw_invitation_make(&v, 24);
	assert_int_equal(raw_put(w->r, &v, w->code), 0);
	for (i = 0; i < READERS; i++) {
		(void)snprintf(from, sizeof(from), "127.0.1.%d", i + 1);
		readers[i] = relay_proc_connect_from(&w->relay, from);
		raw_key_make(&keys[i]);
	}
	for (i = 0; i < READERS; i++)
		id[i] = raw_send_get(readers[i], v.address, &keys[i]);
	for (i = 0; i < READERS; i++) {
		rc = raw_wait(readers[i], id[i], RAW_WAIT_MS, NULL);
		if (rc == 0 && winner < 0)
			winner = i;
		else
			assert_int_equal(rc, TACIT_E_INVITATION_USED);
	}
	assert_true(winner >= 0);
	/* The winner may come again, from anywhere; nobody else may. */
	assert_int_equal(raw_get(w->r, v.address, &keys[winner], blob), 0);
	assert_memory_equal(blob, v.blob, sizeof(blob));
	assert_int_equal(raw_get(w->r, v.address, &keys[(winner + 1) %
	    READERS], blob), TACIT_E_INVITATION_USED);
	for (i = 0; i < READERS; i++)
		raw_free(readers[i]);
}

static void
a_reader_stays_bound_over_a_crash(void **state)
{
	struct world *w = *state;
	struct raw_invitation v;
	struct raw_key first, second;
	uint8_t blob[TACIT_BLOB_LEN];

	raw_invitation_make(&v, 24);
	raw_key_make(&first);
	raw_key_make(&second);
	assert_int_equal(raw_put(w->r, &v, w->code), 0);
	assert_int_equal(raw_get(w->r, v.address, &first, blob), 0);
	assert_int_equal(relay_proc_stop(&w->relay, SIGKILL), 128 + SIGKILL);
	relay_proc_start(&w->relay);
	raw_free(w->r);
	w->r = relay_proc_connect(&w->relay);
	assert_int_equal(raw_get(w->r, v.address, &second, blob),
	    TACIT_E_INVITATION_USED);
	assert_int_equal(raw_get(w->r, v.address, &first, blob), 0);
}

static void
what_was_withdrawn_says_so_and_is_gone(void **state)
{
	struct world *w = *state;
	struct raw_invitation v, forged;
	struct raw_key reader;
	uint8_t blob[TACIT_BLOB_LEN];
	long until = relay_now_ms() + WAIT_MS;

	raw_invitation_make(&v, 24);
	raw_key_make(&reader);
	assert_int_equal(raw_put(w->r, &v, w->code), 0);
	assert_true(relay_proc_contains(&w->relay, v.blob, 64, NULL));
	forged = v;
	raw_key_make(&forged.key);
	assert_int_equal(raw_revoke(w->r, &forged), TACIT_E_REFUSED);
	assert_int_equal(raw_revoke(w->r, &v), 0);
	assert_int_equal(raw_revoke(w->r, &v), 0);
	assert_int_equal(raw_get(w->r, v.address, &reader, blob),
	    TACIT_E_INVITATION_REVOKED);
	while (relay_proc_contains(&w->relay, v.blob, 64, NULL)) {
		assert_true(relay_now_ms() < until);
		relay_sleep_ms(100);
	}
}

static void
refusals_of_invitations(void **state)
{
	struct world *w = *state;
	struct raw_invitation v, other;
	struct raw_key reader, forged;
	uint8_t blob[TACIT_BLOB_LEN];

	raw_invitation_make(&v, 24);
	raw_key_make(&reader);
	assert_int_equal(raw_get(w->r, v.address, &reader, blob),
	    TACIT_E_INVITATION_UNKNOWN);
	assert_int_equal(raw_revoke(w->r, &v), 0);
	assert_int_equal(raw_put(w->r, &v, w->code), 0);
	other = v;
	randombytes_buf(other.blob, sizeof(other.blob));
	assert_int_equal(raw_put(w->r, &other, w->code), TACIT_E_CONFLICT);
	raw_invitation_make(&other, 0);
	assert_int_equal(raw_put(w->r, &other, w->code), TACIT_E_LIMIT);
	other.hours = TACIT_INVITATION_HOURS_MAX + 1;
	assert_int_equal(raw_put(w->r, &other, w->code), TACIT_E_LIMIT);
	forged = reader;
	forged.pk[0] ^= 1;
	assert_int_equal(raw_get(w->r, v.address, &forged, blob),
	    TACIT_E_REFUSED);
	/* None of this bound it. */
	assert_int_equal(raw_get(w->r, v.address, &reader, blob), 0);
}

static void
an_invitation_ends_with_its_hours(void **state)
{
	struct world *w = *state;
	struct raw_invitation v, later;
	struct raw_key reader;
	uint8_t blob[TACIT_BLOB_LEN];
	long until = relay_now_ms() + WAIT_MS;
	int rc;

	raw_key_make(&reader);
	raw_invitation_make(&v, 1);
	assert_int_equal(raw_put(w->r, &v, w->code), 0);
	raw_invitation_make(&later, 700);
	assert_int_equal(raw_put(w->r, &later, w->code), 0);
	while (relay_proc_status(&w->relay, "invitations") > 1) {
		assert_true(relay_now_ms() < until);
		relay_sleep_ms(100);
	}
	rc = raw_get(w->r, v.address, &reader, blob);
	assert_true(rc == TACIT_E_INVITATION_UNKNOWN ||
	    rc == TACIT_E_INVITATION_EXPIRED);
	assert_int_equal(raw_get(w->r, later.address, &reader, blob), 0);
}

/* The relay stood still for ${days}, as its database will have it. */
static void
stand_still(struct world *w, int days)
{
	char path[256], sql[128];
	sqlite3 *db;

	assert_int_equal(relay_proc_stop(&w->relay, SIGTERM), 0);
	raw_free(w->r);
	(void)snprintf(path, sizeof(path), "%s/relay.db", w->relay.data);
	(void)snprintf(sql, sizeof(sql), "UPDATE relay SET wall_day ="
	    " wall_day - %d", days);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	relay_proc_start(&w->relay);
	w->r = relay_proc_connect(&w->relay);
}

/*
 * TTL is 1 day and 0 to 6 more; a start adds at most 7 days.  So a letter is
 * there after no start of a relay that slept a year, and gone after a second.
 */
static void
letters_and_codes_end_with_their_days(void **state)
{
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];
	struct world *w = *state;
	struct relay_row row;
	struct raw_mailbox m;
	struct tacit_admission a;

	randombytes_buf(envelope, sizeof(envelope));
	randombytes_buf(body, sizeof(body));
	raw_mailbox_make(&m);
	assert_int_equal(raw_create(w->r, &m, w->code), 0);
	assert_int_equal(raw_post(w->r, &m, envelope, body), 0);
	assert_int_equal(relay_row_find(&w->relay, envelope, body,
	    sizeof(body), &row), 1);
	stand_still(w, 0);
	assert_int_equal(relay_proc_status(&w->relay, "envelopes"), 1);
	assert_int_equal(create(w, w->code), 0);
	stand_still(w, 365);
	stand_still(w, 365);
	assert_int_equal(relay_proc_status(&w->relay, "envelopes"), 0);
	assert_false(relay_row_left(&w->relay, &row));
	/* 30 days: five starts reach it, two do not. */
	assert_int_equal(create(w, w->code), 0);
	stand_still(w, 365);
	stand_still(w, 365);
	stand_still(w, 365);
	assert_int_equal(create(w, w->code), TACIT_E_ADMISSION);
	relay_proc_admit(&w->relay, "1", &a);
	assert_int_equal(create(w, a.code), 0);
	assert_int_equal(relay_proc_status(&w->relay, "mailboxes"), 4);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define FAST(f) cmocka_unit_test_setup_teardown(f, setup_fast, teardown)
	const struct CMUnitTest tests[] = {
		T(a_code_is_worth_six_per_relationship_and_three),
		T(the_same_request_again_spends_nothing),
		T(what_a_code_does_not_cover_changes_nothing),
		T(one_of_32_readers_gets_the_invitation),
		T(a_reader_stays_bound_over_a_crash),
		T(what_was_withdrawn_says_so_and_is_gone),
		T(refusals_of_invitations),
		FAST(an_invitation_ends_with_its_hours),
		FAST(letters_and_codes_end_with_their_days),
	};
#undef T
#undef FAST

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
