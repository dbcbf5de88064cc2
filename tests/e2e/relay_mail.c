/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises of a mailbox, kept by a real relay over TLS: order, redelivery,
 * one copy, back-pressure, one refusal, and that acked bytes are gone.
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

#include "relay_rows.h"

enum { QUICK_MS = 300, GONE_MS = 5000 };

struct world {
	struct relay_proc relay;
	struct tacit_admission admission;
	struct raw_mailbox box;
	struct raw *sender, *reader;
};

static int
setup_with(void **state, const char *config)
{
	struct world *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return -1;
	*state = w;
	relay_proc_make(&w->relay, config);
	relay_proc_start(&w->relay);
	relay_proc_admit(&w->relay, "1", &w->admission);
	w->sender = relay_proc_connect(&w->relay);
	w->reader = relay_proc_connect(&w->relay);
	raw_mailbox_make(&w->box);
	return raw_create(w->sender, &w->box, w->admission.code);
}

static int
setup(void **state)
{
	return setup_with(state, "ok_tick_ms = 5\n");
}

static int
setup_small(void **state)
{
	return setup_with(state, "ok_tick_ms = 5\nmailbox_letters = 4\n"
	    "mailbox_parcels = 1\n");
}

static int
teardown(void **state)
{
	struct world *w = *state;

	raw_free(w->sender);
	raw_free(w->reader);
	relay_proc_free(&w->relay);
	free(w);
	return 0;
}

/* Letter number ${n}: its id and its body can be told apart from others. */
static void
letter(uint8_t envelope[TACIT_ENVELOPE_ID_LEN], uint8_t *body, uint32_t n)
{
	uint8_t seed[randombytes_SEEDBYTES] = { 0 };

	memcpy(seed, &n, sizeof(n));
	randombytes_buf_deterministic(body, TACIT_LETTER_LEN, seed);
	memcpy(envelope, body, TACIT_ENVELOPE_ID_LEN);
	envelope[0] ^= 1;
}

static int
post(struct world *w, uint32_t n)
{
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];

	letter(envelope, body, n);
	return raw_post(w->sender, &w->box, envelope, body);
}

static void
subscribe(struct raw *r, const struct raw_mailbox *m)
{
	uint8_t result = 255;

	assert_int_equal(raw_subscribe(r, m, 1, &result), 0);
	assert_int_equal(result, 0);
}

static struct raw_frame *
next(struct raw *r, pb_size_t kind)
{
	struct raw_frame *f;
	int rc;

	if ((f = raw_next(r, RAW_WAIT_MS, &rc)) == NULL)
		fail_msg("no frame: %d", rc);
	assert_int_equal(f->head.which_is, kind);
	return f;
}

static void
expect_letter(struct raw *r, const struct raw_mailbox *m, uint32_t n)
{
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];
	struct raw_frame *f = next(r, tacit_Frame_deliver_tag);

	letter(envelope, body, n);
	assert_memory_equal(f->head.is.deliver.address, m->address,
	    TACIT_ADDRESS_LEN);
	assert_memory_equal(f->head.is.deliver.envelope, envelope,
	    TACIT_ENVELOPE_ID_LEN);
	assert_int_equal(f->body_len, TACIT_LETTER_LEN);
	assert_memory_equal(f->body, body, TACIT_LETTER_LEN);
	raw_frame_free(f);
}

static void
expect(struct raw *r, pb_size_t kind)
{
	raw_frame_free(next(r, kind));
}

static void
expect_silence(struct raw *r)
{
	struct raw_frame *f;
	int rc;

	f = raw_next(r, QUICK_MS, &rc);
	assert_null(f);
	assert_int_equal(rc, RAW_TIMEOUT);
}

static int
ack(struct raw *r, const struct raw_mailbox *m, uint32_t n)
{
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];

	letter(envelope, body, n);
	return raw_ack(r, m->address, envelope);
}

static void
what_is_posted_arrives_in_order_and_once(void **state)
{
	struct world *w = *state;
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];
	uint32_t id[100], n;

	for (n = 0; n < 100; n++) {
		letter(envelope, body, n);
		id[n] = raw_send_post(w->sender, &w->box, envelope,
		    tacit_Kind_KIND_LETTER, 0, body);
	}
	for (n = 0; n < 100; n++)
		assert_int_equal(raw_wait(w->sender, id[n], RAW_WAIT_MS,
		    NULL), 0);
	subscribe(w->reader, &w->box);
	for (n = 0; n < 100; n++) {
		expect_letter(w->reader, &w->box, n);
		assert_int_equal(ack(w->reader, &w->box, n), 0);
	}
	expect(w->reader, tacit_Frame_drained_tag);
	assert_int_equal(post(w, 100), 0);
	expect_letter(w->reader, &w->box, 100);
	assert_int_equal(ack(w->reader, &w->box, 100), 0);
	subscribe(w->reader, &w->box);
	expect(w->reader, tacit_Frame_drained_tag);
	expect_silence(w->reader);
}

static void
parcels_come_whole_and_in_turn(void **state)
{
	struct world *w = *state;
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
	uint8_t *parcel = malloc(TACIT_PARCEL_LEN);
	struct raw_frame *f;

	assert_non_null(parcel);
	randombytes_buf(parcel, TACIT_PARCEL_LEN);
	randombytes_buf(envelope, sizeof(envelope));
	assert_int_equal(post(w, 0), 0);
	assert_int_equal(raw_wait(w->sender, raw_send_post(w->sender, &w->box,
	    envelope, tacit_Kind_KIND_PARCEL, 0, parcel), RAW_WAIT_MS, NULL),
	    0);
	assert_int_equal(post(w, 1), 0);
	subscribe(w->reader, &w->box);
	expect_letter(w->reader, &w->box, 0);
	f = next(w->reader, tacit_Frame_deliver_tag);
	assert_int_equal(f->head.is.deliver.kind, tacit_Kind_KIND_PARCEL);
	assert_int_equal(f->body_len, TACIT_PARCEL_LEN);
	assert_memory_equal(f->body, parcel, TACIT_PARCEL_LEN);
	raw_frame_free(f);
	expect_letter(w->reader, &w->box, 1);
	free(parcel);
}

static void
what_is_not_acked_comes_again_to_whoever_subscribes(void **state)
{
	struct world *w = *state;
	struct raw *other;
	uint32_t n;

	for (n = 0; n < 5; n++)
		assert_int_equal(post(w, n), 0);
	subscribe(w->reader, &w->box);
	for (n = 0; n < 5; n++)
		expect_letter(w->reader, &w->box, n);
	expect(w->reader, tacit_Frame_drained_tag);
	assert_int_equal(ack(w->reader, &w->box, 1), 0);
	assert_int_equal(ack(w->reader, &w->box, 1), 0);

	other = relay_proc_connect(&w->relay);
	subscribe(other, &w->box);
	expect(w->reader, tacit_Frame_ended_tag);
	assert_int_equal(ack(w->reader, &w->box, 2), TACIT_E_REFUSED);
	for (n = 0; n < 5; n++) {
		if (n != 1)
			expect_letter(other, &w->box, n);
	}
	expect(other, tacit_Frame_drained_tag);
	raw_free(other);
}

static void
an_ack_removes_only_what_was_sent_on_that_subscription(void **state)
{
	struct world *w = *state;
	struct raw *other = relay_proc_connect(&w->relay);

	assert_int_equal(post(w, 0), 0);
	assert_int_equal(ack(other, &w->box, 0), TACIT_E_REFUSED);
	subscribe(w->reader, &w->box);
	expect_letter(w->reader, &w->box, 0);
	expect(w->reader, tacit_Frame_drained_tag);
	assert_int_equal(ack(other, &w->box, 0), TACIT_E_REFUSED);
	assert_int_equal(ack(w->reader, &w->box, 77), 0);
	subscribe(w->reader, &w->box);
	expect_letter(w->reader, &w->box, 0);
	raw_free(other);
}

static void
the_same_bytes_are_one_copy_and_other_bytes_a_conflict(void **state)
{
	struct world *w = *state;
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];

	assert_int_equal(post(w, 0), 0);
	assert_int_equal(post(w, 0), 0);
	letter(envelope, body, 0);
	body[2047] ^= 1;
	assert_int_equal(raw_post(w->sender, &w->box, envelope, body),
	    TACIT_E_CONFLICT);
	assert_int_equal(post(w, 1), TACIT_E_LATCHED);
	letter(envelope, body, 1);
	assert_int_equal(raw_wait(w->sender, raw_send_post(w->sender, &w->box,
	    envelope, tacit_Kind_KIND_LETTER, 1, body), RAW_WAIT_MS, NULL),
	    0);
	assert_int_equal(post(w, 2), 0);
	subscribe(w->reader, &w->box);
	expect_letter(w->reader, &w->box, 0);
	expect_letter(w->reader, &w->box, 1);
	expect_letter(w->reader, &w->box, 2);
	expect(w->reader, tacit_Frame_drained_tag);
}

static void
a_full_mailbox_pushes_back_and_loses_nothing(void **state)
{
	struct world *w = *state;
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];
	uint32_t n;

	for (n = 0; n < 4; n++)
		assert_int_equal(post(w, n), 0);
	assert_int_equal(post(w, 4), TACIT_E_QUOTA);
	assert_int_equal(post(w, 5), TACIT_E_LATCHED);
	subscribe(w->reader, &w->box);
	for (n = 0; n < 4; n++)
		expect_letter(w->reader, &w->box, n);
	expect(w->reader, tacit_Frame_drained_tag);
	assert_int_equal(ack(w->reader, &w->box, 0), 0);
	assert_int_equal(post(w, 4), TACIT_E_LATCHED);
	letter(envelope, body, 4);
	assert_int_equal(raw_wait(w->sender, raw_send_post(w->sender, &w->box,
	    envelope, tacit_Kind_KIND_LETTER, 1, body), RAW_WAIT_MS, NULL),
	    0);
	expect_letter(w->reader, &w->box, 4);
}

/* The bytes of the answer to a POST, but for the id. */
static void
refusal_of(struct raw *r, const struct raw_mailbox *m, uint8_t out[64])
{
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN] = { 0 };
	static const uint8_t body[TACIT_LETTER_LEN];
	struct raw_frame *f;
	int rc;

	rc = raw_wait(r, raw_send_post(r, m, envelope,
	    tacit_Kind_KIND_LETTER, 1, body), RAW_WAIT_MS, &f);
	assert_int_equal(rc, TACIT_E_REFUSED);
	f->head.is.error.id = 1;
	memset(out, 0, 64);
	assert_true(tacit_frame_write(out, 64, &f->head, NULL) > 0);
	raw_frame_free(f);
}

static void
there_is_one_refusal(void **state)
{
	struct world *w = *state;
	uint8_t token[64], unknown[64], closed[64], result = 0;
	struct raw_mailbox wrong = w->box, none, forged;

	wrong.token[31] ^= 1;
	raw_mailbox_make(&none);
	refusal_of(w->sender, &wrong, token);
	refusal_of(w->sender, &none, unknown);
	assert_memory_equal(token, unknown, 64);

	forged = w->box;
	raw_key_make(&forged.owner);
	memcpy(forged.owner.pk, w->box.owner.pk, TACIT_KEY_LEN);
	assert_int_equal(raw_subscribe(w->reader, &forged, 1, &result), 0);
	assert_int_equal(-(int)result, TACIT_E_REFUSED);
	assert_int_equal(raw_subscribe(w->reader, &none, 1, &result), 0);
	assert_int_equal(-(int)result, TACIT_E_REFUSED);
	assert_int_equal(raw_close(w->reader, &forged), TACIT_E_REFUSED);
	assert_int_equal(raw_set_token(w->reader, &forged, wrong.token, 0),
	    TACIT_E_REFUSED);

	subscribe(w->reader, &w->box);
	expect(w->reader, tacit_Frame_drained_tag);
	assert_int_equal(raw_close(w->sender, &w->box), 0);
	expect(w->reader, tacit_Frame_ended_tag);
	refusal_of(w->sender, &w->box, closed);
	assert_memory_equal(token, closed, 64);
	assert_int_equal(raw_close(w->sender, &w->box), 0);
}

static void
a_token_is_changed_with_or_without_the_old_one(void **state)
{
	struct world *w = *state;
	struct raw_mailbox second = w->box, third = w->box;

	randombytes_buf(second.token, sizeof(second.token));
	randombytes_buf(third.token, sizeof(third.token));
	assert_int_equal(raw_set_token(w->reader, &w->box, second.token, 1),
	    0);
	assert_int_equal(post(w, 0), 0);
	w->box = second;
	assert_int_equal(post(w, 1), 0);
	assert_int_equal(raw_set_token(w->reader, &w->box, third.token, 0),
	    0);
	assert_int_equal(post(w, 2), TACIT_E_REFUSED);
	w->box = third;
	assert_int_equal(post(w, 2), TACIT_E_LATCHED);
}

static void
a_restart_keeps_all_that_was_answered(void **state)
{
	struct world *w = *state;
	uint32_t n;

	for (n = 0; n < 10; n++)
		assert_int_equal(post(w, n), 0);
	assert_int_equal(relay_proc_stop(&w->relay, SIGTERM), 0);
	raw_free(w->sender);
	raw_free(w->reader);
	relay_proc_start(&w->relay);
	w->sender = relay_proc_connect(&w->relay);
	w->reader = relay_proc_connect(&w->relay);
	assert_int_equal(post(w, 10), 0);
	subscribe(w->reader, &w->box);
	for (n = 0; n < 11; n++)
		expect_letter(w->reader, &w->box, n);
	expect(w->reader, tacit_Frame_drained_tag);
}

/*
 * Letter ${n} can be read with what is in the files, by the key that stands
 * there; and is nowhere as it was sent.
 */
static struct relay_row
stored(struct world *w, uint32_t n)
{
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];
	struct relay_row row;
	size_t at;

	letter(envelope, body, n);
	assert_int_equal(relay_row_find(&w->relay, envelope, body,
	    sizeof(body), &row), 1);
	assert_true(relay_row_left(&w->relay, &row));
	for (at = 0; at + 32 <= TACIT_LETTER_LEN; at += 32)
		assert_false(relay_proc_contains(&w->relay, body + at, 32,
		    NULL));
	return row;
}

static void
acked_bytes_leave_all_files(void **state)
{
	struct world *w = *state;
	struct relay_row row[4];
	long until;
	uint32_t n;
	int left = 1;

	for (n = 0; n < 4; n++)
		assert_int_equal(post(w, n), 0);
	for (n = 0; n < 4; n++)
		row[n] = stored(w, n);
	subscribe(w->reader, &w->box);
	for (n = 0; n < 4; n++) {
		expect_letter(w->reader, &w->box, n);
		if (n != 2)
			assert_int_equal(ack(w->reader, &w->box, n), 0);
	}
	until = relay_now_ms() + GONE_MS;
	while (left && relay_now_ms() < until) {
		relay_sleep_ms(200);
		for (left = 0, n = 0; n < 4; n++)
			left |= n != 2 && relay_row_left(&w->relay, &row[n]);
	}
	assert_false(left);
	row[0] = stored(w, 2);
	assert_memory_equal(row[0].key, row[2].key, RELAY_KEY_LEN);
}

static void
after_a_crash_acked_bytes_are_gone_before_ready(void **state)
{
	struct world *w = *state;
	struct relay_row row;

	assert_int_equal(post(w, 0), 0);
	assert_int_equal(post(w, 1), 0);
	row = stored(w, 0);
	subscribe(w->reader, &w->box);
	expect_letter(w->reader, &w->box, 0);
	assert_int_equal(ack(w->reader, &w->box, 0), 0);
	assert_int_equal(relay_proc_stop(&w->relay, SIGKILL), 128 + SIGKILL);
	relay_proc_start(&w->relay);
	assert_false(relay_row_left(&w->relay, &row));
	(void)stored(w, 1);
}

/* A secret as it is, in hex, and in base64, with and without padding. */
static int
found(struct world *w, const uint8_t *secret, size_t len)
{
	char text[128];

	if (relay_proc_contains(&w->relay, secret, len, NULL))
		return 1;
	sodium_bin2hex(text, sizeof(text), secret, len);
	if (relay_proc_contains(&w->relay, text, 2 * len, NULL))
		return 1;
	sodium_bin2base64(text, sizeof(text), secret, len,
	    sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	if (relay_proc_contains(&w->relay, text, strlen(text), NULL))
		return 1;
	sodium_bin2base64(text, sizeof(text), secret, len,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return relay_proc_contains(&w->relay, text, strlen(text), NULL);
}

static void
no_secret_is_stored_or_logged(void **state)
{
	struct world *w = *state;
	struct raw_mailbox wrong = w->box;
	uint8_t unused[64], result;

	wrong.token[0] ^= 1;
	assert_int_equal(post(w, 0), 0);
	refusal_of(w->sender, &wrong, unused);
	assert_int_equal(raw_subscribe(w->reader, &w->box, 1, &result), 0);
	assert_false(found(w, w->box.token, sizeof(w->box.token)));
	assert_false(found(w, wrong.token, sizeof(wrong.token)));
	assert_false(found(w, w->box.owner.pk, TACIT_KEY_LEN));
	assert_false(found(w, w->admission.code, TACIT_CODE_LEN));
	assert_int_equal(relay_proc_stop(&w->relay, SIGTERM), 0);
	assert_false(found(w, w->box.token, sizeof(w->box.token)));
	assert_false(found(w, w->admission.code, TACIT_CODE_LEN));
	/* The search would find them: this is there, and is meant to be. */
	assert_true(found(w, w->box.address, TACIT_ADDRESS_LEN));
}

static void
the_log_names_nobody(void **state)
{
	struct world *w = *state;
	uint8_t result;
	char text[2 * TACIT_ADDRESS_LEN + 1], line[512];
	int lines = 0;
	FILE *f;

	assert_int_equal(post(w, 0), 0);
	assert_int_equal(raw_subscribe(w->reader, &w->box, 1, &result), 0);
	assert_int_equal(raw_ws_send_bytes(raw_ws(w->reader), "\xff\xff", 2),
	    0);
	assert_int_equal(relay_proc_stop(&w->relay, SIGTERM), 0);
	sodium_bin2hex(text, sizeof(text), w->box.address,
	    TACIT_ADDRESS_LEN);
	assert_non_null(f = fopen(w->relay.log, "r"));
	for (; fgets(line, sizeof(line), f) != NULL; lines++) {
		assert_null(strstr(line, "127.0.0.1"));
		assert_null(strstr(line, text));
	}
	(void)fclose(f);
	assert_true(lines > 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(what_is_posted_arrives_in_order_and_once),
		T(parcels_come_whole_and_in_turn),
		T(what_is_not_acked_comes_again_to_whoever_subscribes),
		T(an_ack_removes_only_what_was_sent_on_that_subscription),
		T(the_same_bytes_are_one_copy_and_other_bytes_a_conflict),
		cmocka_unit_test_setup_teardown(
		    a_full_mailbox_pushes_back_and_loses_nothing,
		    setup_small, teardown),
		T(there_is_one_refusal),
		T(a_token_is_changed_with_or_without_the_old_one),
		T(a_restart_keeps_all_that_was_answered),
		T(acked_bytes_leave_all_files),
		T(after_a_crash_acked_bytes_are_gone_before_ready),
		T(no_secret_is_stored_or_logged),
		T(the_log_names_nobody),
	};
#undef T

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
