/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has not the key, the token or the code has nothing: 5,000 attempts with
 * guessed, stale, swapped and bit-flipped ones, on the victims' connection,
 * on another, after it went, after a restart, hours later.  Each is refused
 * with the same bytes, and the relay's tables stay as they were.
 *
 * TACIT_SEED repeats a run; TACIT_ATTEMPTS says how many.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <sodium.h>
#include <sqlite3.h>

#include "claims.h"
#include "tacit/error.h"

enum { ATTEMPTS = 5000, PHASES = 5, PAIRS = 300 };

static const char *const kind_names[KINDS] = {
	"SUBSCRIBE", "CLOSE", "SET_TOKEN", "CREATE", "ANCHOR", "GET_INVITATION",
	"REVOKE_INVITATION", "POST", "ACK", "ACK of mine, their ids",
	"CREATE by code", "PUT by code", "SPLIT by code"
};

/* ---- the victims -------------------------------------------------------- */

static void
remember_nonce(struct world *w, const struct raw *r)
{
	memcpy(w->nonce[w->n_nonces++ % NONCES], raw_welcome(r)->nonce,
	    TACIT_NONCE_LEN);
}

static void
settle(struct world *w)
{
	struct raw *r = relay_proc_connect(&w->relay);
	struct letter *l;
	size_t i, j;

	remember_nonce(w, r);
	for (i = 0; i < VICTIMS; i++) {
		raw_mailbox_make(&w->victim[i]);
		assert_int_equal(raw_create(r, &w->victim[i],
		    w->admission.code), 0);
		memcpy(w->old_token[i], w->victim[i].token, TACIT_TOKEN_LEN);
		randombytes_buf(w->victim[i].token, TACIT_TOKEN_LEN);
		assert_int_equal(raw_set_token(r, &w->victim[i],
		    w->victim[i].token, 0), 0);
		for (j = 0; j < LETTERS; j++) {
			l = &w->letter[i][j];
			randombytes_buf(l, sizeof(*l));
			assert_int_equal(raw_post(r, &w->victim[i],
			    l->envelope, l->body), 0);
		}
	}
	raw_mailbox_make(&w->mine);
	assert_int_equal(raw_create(r, &w->mine, w->admission.code), 0);
	raw_invitation_make(&w->invitation, 700);
	raw_key_make(&w->reader);
	assert_int_equal(raw_put(r, &w->invitation, w->admission.code), 0);
	raw_bye(r);
}

/*
 * A connection that reads mine; if an ${owners}, victim 0's as well, and what
 * is signed on it is overheard.
 */
static struct raw *
line(struct world *w, int owners)
{
	struct raw *r = relay_proc_connect(&w->relay);
	struct raw_mailbox both[2] = { w->mine, w->victim[0] };
	uint8_t results[2] = { 0 };

	if (owners)
		remember_nonce(w, r);
	assert_int_equal(raw_subscribe(r, both, owners ? 2 : 1, results), 0);
	assert_int_equal(results[0] | results[1], 0);
	return r;
}

static void
add_table(crypto_generichash_state *h, sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;
	const void *p;
	uint64_t len;
	int i;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW)
		for (i = 0; i < sqlite3_column_count(s); i++) {
			p = sqlite3_column_blob(s, i);
			len = (uint64_t)sqlite3_column_bytes(s, i);
			(void)crypto_generichash_update(h, (void *)&len, 8);
			(void)crypto_generichash_update(h, p, len);
		}
	(void)sqlite3_finalize(s);
}

static void
add_bodies(crypto_generichash_state *h, const struct world *w)
{
	static uint8_t buf[TACIT_PARCEL_LEN];
	char path[256];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/relay.bodies", w->relay.data);
	assert_non_null(f = fopen(path, "rb"));
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		(void)crypto_generichash_update(h, buf, n);
	assert_int_equal(ferror(f), 0);
	assert_true(ftell(f) >= VICTIMS * LETTERS * TACIT_LETTER_LEN);
	(void)fclose(f);
}

/* Every row of the relay, which does not run, but its clock; and bodies. */
static void
tables(struct world *w, uint8_t out[TACIT_HASH_LEN])
{
	static const char *const sql[] = {
		"SELECT * FROM mailbox ORDER BY id",
		"SELECT * FROM block ORDER BY id",
		"SELECT * FROM invitation ORDER BY address",
		"SELECT * FROM admission ORDER BY hash",
	};
	crypto_generichash_state h;
	char path[256];
	sqlite3 *db;
	size_t i;

	(void)snprintf(path, sizeof(path), "%s/relay.db", w->relay.data);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY,
	    NULL), SQLITE_OK);
	(void)crypto_generichash_init(&h, NULL, 0, TACIT_HASH_LEN);
	for (i = 0; i < sizeof(sql) / sizeof(sql[0]); i++)
		add_table(&h, db, sql[i]);
	add_bodies(&h, w);
	(void)crypto_generichash_final(&h, out, TACIT_HASH_LEN);
	(void)sqlite3_close(db);
}

/* ---- attempts ----------------------------------------------------------- */

/* The answer, but for its id, must be the one that all others got. */
static void
same_bytes(struct world *w, struct raw_frame *answer, int expected)
{
	size_t of = expected == TACIT_E_ADMISSION, len;
	uint8_t bytes[TACIT_HEADER_MAX + 2];

	answer->head.is.error.id = 0;
	len = tacit_frame_write(bytes, sizeof(bytes), &answer->head, NULL);
	assert_true(len > 0);
	if (w->refusal_len[of] == 0) {
		memcpy(w->refusal[of], bytes, len);
		w->refusal_len[of] = len;
	}
	assert_int_equal(len, w->refusal_len[of]);
	assert_memory_equal(bytes, w->refusal[of], len);
}

static void
try_one(struct world *w, enum kind kind)
{
	struct raw_frame *answer = NULL;
	struct attempt a;
	int rc;

	attempt_make(w, &a, kind);
	rc = raw_wait(w->line, raw_send(w->line, &a.f, a.body), RAW_WAIT_MS,
	    &answer);
	if (kind == SUBSCRIBE && rc == 0)
		rc = answer->body_len == 1 ? -answer->body[0] : RAW_PROTOCOL;
	else if (rc != 0 && answer != NULL)
		same_bytes(w, answer, a.expected);
	if (rc != a.expected)
		fail_msg("%s was not refused: %d, not %d", kind_names[kind],
		    rc, a.expected);
	raw_frame_free(answer);
	w->tried[kind]++;
}

/* The same bytes again on the same connection: the id does not rise. */
static void
replay(struct world *w)
{
	struct raw *r = relay_proc_connect(&w->relay);
	struct raw_mailbox *m = &w->victim[1];
	tacit_Frame f = tacit_Frame_init_zero;
	uint8_t body[TACIT_SUBSCRIBE_ENTRY_LEN];
	struct raw_frame *answer = NULL;
	uint32_t id;

	f.id = raw_next_id(r);
	f.which_is = tacit_Frame_subscribe_tag;
	f.is.subscribe.count = 1;
	memcpy(body, m->owner.pk, TACIT_KEY_LEN);
	raw_sign(r, body + TACIT_KEY_LEN, &m->owner, f.id,
	    tacit_Frame_subscribe_tag, m->address, NULL, 0);
	id = raw_send(r, &f, body);
	assert_int_equal(raw_wait(r, id, RAW_WAIT_MS, &answer), 0);
	raw_frame_free(answer);
	f.id = id;
	assert_int_equal(raw_wait(r, raw_send(r, &f, body), RAW_WAIT_MS,
	    NULL), TACIT_E_FRAME);
	raw_free(r);
}

static void
attack(struct world *w, unsigned n, const char *where)
{
	unsigned i;

	print_message("%u attempts %s\n", n, where);
	for (i = 0; i < n; i++)
		try_one(w, (enum kind)(i % KINDS));
}

/* ---- what the victims see afterwards ------------------------------------ */

static void
owners_have_all(struct world *w)
{
	struct raw *r = relay_proc_connect(&w->relay);
	uint8_t results[VICTIMS], blob[TACIT_BLOB_LEN], id[TACIT_ENVELOPE_ID_LEN];
	size_t next[VICTIMS] = { 0 }, i, left = VICTIMS * LETTERS;
	struct raw_frame *f;
	int rc;

	assert_int_equal(raw_subscribe(r, w->victim, VICTIMS, results), 0);
	while (left > 0) {
		assert_non_null(f = raw_next(r, RAW_WAIT_MS, &rc));
		if (f->head.which_is == tacit_Frame_deliver_tag) {
			for (i = 0; memcmp(f->head.is.deliver.address,
			    w->victim[i].address, TACIT_ADDRESS_LEN) != 0; i++)
				assert_true(i < VICTIMS - 1);
			assert_memory_equal(f->body,
			    w->letter[i][next[i]++].body, TACIT_LETTER_LEN);
			left--;
		}
		raw_frame_free(f);
	}
	for (i = 0; i < VICTIMS; i++) {
		randombytes_buf(id, sizeof(id));
		assert_int_equal(raw_post(r, &w->victim[i], id,
		    w->letter[i][0].body), 0);
		assert_int_equal(raw_ack(r, w->victim[i].address,
		    w->letter[i][0].envelope), 0);
	}
	assert_int_equal(raw_get(r, w->invitation.address, &w->reader, blob),
	    0);
	assert_memory_equal(blob, w->invitation.blob, sizeof(blob));
	assert_int_equal(raw_revoke(r, &w->invitation), 0);
	raw_free(r);
}

static unsigned
attempts(void)
{
	const char *given = getenv("TACIT_ATTEMPTS");

	return given != NULL ? (unsigned)strtoul(given, NULL, 10) : ATTEMPTS;
}

static void
no_attempt_has_an_effect(void **state)
{
	struct world *w = *state;
	uint8_t before[TACIT_HASH_LEN], after[TACIT_HASH_LEN];
	unsigned n = attempts() / PHASES, all = 0, i;

	assert_int_equal(relay_proc_stop(&w->relay, SIGTERM), 0);
	tables(w, before);
	relay_proc_start(&w->relay);

	w->line = line(w, 1);
	attack(w, n, "on the connection of an owner");
	raw_free(w->line);
	w->line = line(w, 0);
	attack(w, n, "on another, after that one went");
	raw_free(w->line);
	for (i = 0; i < 5; i++)
		replay(w);
	(void)relay_proc_stop(&w->relay, SIGKILL);
	relay_proc_start(&w->relay);
	w->line = line(w, 1);
	attack(w, n, "after a restart");
	raw_free(w->line);
	w->line = line(w, 0);
	relay_sleep_ms(3500);		/* hour_seconds = 1 */
	attack(w, n, "on a connection three hours old");
	raw_free(w->line);
	assert_int_equal(relay_proc_stop(&w->relay, SIGTERM), 0);
	relay_sleep_ms(3500);
	relay_proc_start(&w->relay);
	w->line = line(w, 1);
	attack(w, n, "after three hours without a relay");
	raw_free(w->line);

	assert_int_equal(relay_proc_stop(&w->relay, SIGTERM), 0);
	tables(w, after);
	assert_memory_equal(before, after, sizeof(before));
	relay_proc_start(&w->relay);
	owners_have_all(w);
	for (i = 0; i < KINDS; i++)
		all += w->tried[i];
	print_message("figure: %u attempts over %d kinds of claim, 0 with an "
	    "effect, one refusal of %zu bytes\n", all, KINDS,
	    w->refusal_len[0]);
}

/* ---- time --------------------------------------------------------------- */

static double
timed_close(struct world *w, const struct raw_mailbox *m, enum how how)
{
	struct raw_frame *answer = NULL;
	struct claim c = { .args_len = TACIT_HASH_LEN };
	struct timespec a, b;
	struct attempt at;

	memset(&at, 0, sizeof(at));
	at.f.id = raw_next_id(w->line);
	at.f.which_is = tacit_Frame_close_tag;
	owner_claim(&c, m);
	memcpy(at.f.is.close.owner, m->owner.pk, TACIT_KEY_LEN);
	prove(w, at.f.is.close.signature, c, how, at.f.id,
	    tacit_Frame_close_tag);
	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(raw_wait(w->line, raw_send(w->line, &at.f, NULL),
	    RAW_WAIT_MS, &answer), TACIT_E_REFUSED);
	(void)clock_gettime(CLOCK_MONOTONIC, &b);
	raw_frame_free(answer);
	return (double)(b.tv_sec - a.tv_sec) * 1e6 +
	    (double)(b.tv_nsec - a.tv_nsec) / 1e3;
}

static int
by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Printed only: what a machine does besides is no fault of the relay. */
static void
refusals_take_the_same_time(void **state)
{
	struct world *w = *state;
	double us[2][PAIRS];
	struct raw_mailbox nobody;
	int i, which, turn;

	w->line = relay_proc_connect(&w->relay);
	remember_nonce(w, w->line);
	for (i = 0; i < PAIRS; i++) {
		which = (int)random_below(&w->random, 2);
		raw_mailbox_make(&nobody);
		for (turn = 0; turn < 2; turn++, which = !which)
			us[which][i] = timed_close(w, which ? &nobody :
			    &w->victim[1], OTHER_OPCODE);
	}
	raw_free(w->line);
	qsort(us[0], PAIRS, sizeof(us[0][0]), by_value);
	qsort(us[1], PAIRS, sizeof(us[1][0]), by_value);
	print_message("figure: refusal, median of %d: wrong key %.0f us, no "
	    "such mailbox %.0f us\n", PAIRS, us[0][PAIRS / 2],
	    us[1][PAIRS / 2]);
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return -1;
	*state = w;
	w->random = random_start();
	relay_proc_make(&w->relay, "ok_tick_ms = 0\nhour_seconds = 1\n"
	    "post_rate = 100000\npost_burst = 1000000\n"
	    "invitation_rate = 100000\n");
	relay_proc_start(&w->relay);
	relay_proc_admit(&w->relay, "10", &w->admission);
	settle(w);
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	relay_proc_free(&w->relay);
	free(w);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_attempt_has_an_effect),
		cmocka_unit_test(refusals_take_the_same_time),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, setup, teardown);
}
