/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of real vaults: what was written and answered, each thing once and
 * in its order, whatever the other end says; and a manifest that follows the
 * one before it, over any failure.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pb_encode.h>
#include <sodium.h>

#include "checkin.h"
#include "clinic.h"
#include "vault.h"

enum { ROOM = 1 << 20 };

/* ---- how often the vault is read ----------------------------------------------- */

static unsigned long reads;

int __real_vault_get(struct vault *v, enum vault_table table, const void *key,
    size_t len, struct vault_value *out);
int __wrap_vault_get(struct vault *v, enum vault_table table, const void *key,
    size_t len, struct vault_value *out);

int
__wrap_vault_get(struct vault *v, enum vault_table table, const void *key,
    size_t len, struct vault_value *out)
{
	reads++;
	return __real_vault_get(v, table, key, len, out);
}

/* ---- where records go ------------------------------------------------------------- */

struct paper {
	char text[ROOM];
	size_t len, room;		/* more is an error */
	struct tacit_record record;
};
static struct paper paper;

static int
put(void *context, const void *bytes, size_t len)
{
	struct paper *p = context;

	if (len >= p->room - p->len)
		return TACIT_E_DISK_FULL;
	memcpy(p->text + p->len, bytes, len);
	p->len += len;
	p->text[p->len] = '\0';
	return 0;
}

static const struct tacit_record_options plain = {
	.size = sizeof(plain), .format = "json", .name = "r.jsonl" };

static int
write_as(struct clinic *c, int i, const struct tacit_record_options *o)
{
	const struct tacit_writer to = { put, &paper };

	paper.len = 0;
	if (paper.room == 0)
		paper.room = sizeof(paper.text);
	paper.record.size = sizeof(paper.record);
	return tacit_record_write(c->p[i], clinic_ct(c, i), o, c->now, &to,
	    &paper.record);
}

/* Written, and how often ${part} stands in it. */
static int
times(struct clinic *c, int i, const char *part)
{
	const char *at;
	int n = 0;

	assert_int_equal(write_as(c, i, &plain), 0);
	for (at = paper.text; (at = strstr(at, part)) != NULL; at++)
		n++;
	return n;
}

static int
read_paper(void *context, const char *name, uint64_t at, void *out,
    size_t cap, size_t *len)
{
	const struct paper *p = context;

	assert_string_equal(name, "r.jsonl");
	*len = at >= p->len ? 0 : p->len - (size_t)at < cap ?
	    p->len - (size_t)at : cap;
	memcpy(out, p->text + at, *len);
	return 0;
}

static int
check(const char *key)
{
	const struct tacit_reader from = { read_paper, &paper };
	char signer[TACIT_RECORD_KEY_SIZE], why[TACIT_RECORD_WHY_SIZE];
	int rc = tacit_record_check(paper.record.manifest,
	    paper.record.manifest_len, paper.record.signature, key, &from,
	    signer, why);

	if (rc == 0)
		assert_string_equal(signer, paper.record.key);
	else if (rc != TACIT_E_INVALID)
		assert_true(why[0] != '\0');
	return rc;
}

static void
say(struct clinic *c, int i, const char *text, size_t len)
{
	assert_int_equal(tacit_send(clinic_ct(c, i), text, len, NULL, NULL),
	    0);
	clinic_settle(c);
}

/* ---- records ----------------------------------------------------------------------------- */

static void
a_record_has_what_both_wrote_in_their_order(void **state)
{
	static const char *const order[] = { "Paired, in person", "\"one\"",
	    "\"two\"", "again and again from 2026-03-21 to 2026-04-05: Evening",
	    "\"kind\":\"check-in\"", "\"three\"", "Paused: Back soon.",
	    "\"kind\":\"end\",\"messages\":3,\"check-ins\":1,\"notes\":3}" };
	struct tacit_checkin_when w = clinic_evenings(20260321, 20260405);
	char id[TACIT_CHECKIN_ID_SIZE];
	const char *at;
	struct clinic c;
	size_t n;
	int i;

	(void)state;
	clinic_begin(&c, 5);
	clinic_settle(&c);
	say(&c, 0, "one", 3);
	say(&c, 1, "two", 3);
	clinic_send(&c, &w, id);
	clinic_go(&c, 20260321, 1100);
	clinic_answer(&c, id, "bad", "6");
	say(&c, 0, "three", 5);
	assert_int_equal(tacit_life_change(c.p[0], c.now, clinic_ct(&c, 0),
	    TACIT_LIFE_PAUSE, "Back soon."), 0);
	clinic_settle(&c);
	for (i = 0; i < 2; i++) {
		assert_int_equal(write_as(&c, i, &plain), 0);
		for (at = paper.text, n = 0; n < sizeof(order) /
		    sizeof(order[0]); n++)
			if ((at = strstr(at, order[n])) == NULL)
				fail_msg("end %d: no %s in its place in\n%s",
				    i, order[n], paper.text);
		assert_true(paper.record.messages == 3 &&
		    paper.record.checkins == 1 && paper.record.notes == 3);
		/* What it scores is the therapist's alone. */
		assert_int_equal(strstr(paper.text, "\"low\"") != NULL,
		    i == 0);
		assert_int_equal(check(NULL), 0);
	}
	clinic_end(&c);
}

static void
texts_that_are_hard_to_print_do_not_keep_a_record_from_being(void **state)
{
	static const char *const formats[] = { "json", "html", "fhir" };
	struct tacit_record_options o = plain;
	struct clinic c;
	size_t i;

	(void)state;
	clinic_begin(&c, 6);
	story_write_raw(&c.st, 1, "a\0b", 3);
	clinic_settle(&c);
	say(&c, 1, "\xe2\x80\xae\xef\xbf\xbf\x1b[2J</html>", 17);
	for (i = 0; i < 3; i++) {
		o.format = formats[i];
		assert_int_equal(write_as(&c, 0, &o), 0);
		assert_int_equal(paper.record.messages, 2);
		assert_null(memchr(paper.text, '\0', paper.len));
		assert_null(strchr(paper.text, '\x1b'));
	}
	clinic_end(&c);
}

static void
days_bound_a_record(void **state)
{
	struct tacit_record_options o = plain;
	struct clinic c;

	(void)state;
	clinic_begin(&c, 7);
	say(&c, 0, "one", 3);
	stage_sleep(c.st.s, (int64_t)4 * 24 * 3600 * 1000);
	say(&c, 1, "two", 3);
	o.from = 19700101;
	o.until = 19991231;
	assert_int_equal(write_as(&c, 0, &o), 0);
	assert_int_equal(paper.record.messages, 0);
	o.until = 22001231;
	assert_int_equal(write_as(&c, 0, &o), 0);
	assert_int_equal(paper.record.messages, 2);
	o.until = 0;
	o.checkins = 1;
	assert_int_equal(write_as(&c, 0, &o), 0);
	assert_true(paper.record.messages == 0 && paper.record.notes == 0);
	clinic_end(&c);
}

/* ---- an end that lies --------------------------------------------------------------------- */

static tacit_practice_Practice message;	/* too large for a stack */

static tacit_practice_Practice *
fresh(pb_size_t tag)
{
	memset(&message, 0, sizeof(message));
	message.which_is = tag;
	return &message;
}

static void
send_as(struct clinic *c, int i, uint32_t type)
{
	static uint8_t bytes[tacit_practice_Definition_size + 64];
	pb_ostream_t s = pb_ostream_from_buffer(bytes, sizeof(bytes));

	assert_true(pb_encode(&s, tacit_practice_Practice_fields, &message));
	assert_int_equal(tacit_send_data(clinic_ct(c, i), type, bytes,
	    s.bytes_written, NULL, NULL), 0);
	clinic_settle(c);
}

static void
send_message(struct clinic *c, int i)
{
	send_as(c, i, 1);
}

/* Mood is option 1, drinks are 2: in the one spelling there is. */
static const char good[] = "\x0a\x04\x12\x02\x30\x01"
    "\x0a\x06\x08\x01\x12\x02\x10\x04";

static void
send_answers(struct clinic *c, const char *id, uint32_t date, size_t len)
{
	tacit_practice_Answered *a =
	    &fresh(tacit_practice_Practice_answered_tag)->is.answered;

	(void)snprintf(a->id, sizeof(a->id), "%s", id);
	a->date = date;
	a->answers.size = (pb_size_t)len;
	memcpy(a->answers.bytes, good, len);
	send_message(c, 1);
}

static void
what_an_end_may_not_say_is_in_no_record(void **state)
{
	struct tacit_checkin_when w = clinic_evenings(20260321, 20260405);
	char id[TACIT_CHECKIN_ID_SIZE];
	tacit_practice_Practice *m;
	struct clinic c;
	int before;

	(void)state;
	clinic_begin(&c, 8);
	clinic_send(&c, &w, id);
	clinic_go(&c, 20260321, 1100);
	clinic_answer(&c, id, "bad", "6");
	before = times(&c, 0, "\"kind\":");
	assert_int_equal(times(&c, 0, "\"kind\":\"check-in\""), 1);

	/* Answers to nothing, to a day that is none, other ones to the same. */
	send_answers(&c, "k_aaaaaaaaaaaa", 20260321, sizeof(good) - 1);
	send_answers(&c, "nonsense", 20260321, sizeof(good) - 1);
	send_answers(&c, id, 20260501, sizeof(good) - 1);
	send_answers(&c, id, 20260321, sizeof(good) - 1);
	send_answers(&c, id, 20260321, 0);
	/* A client decides nothing of the relationship and is not away. */
	m = fresh(tacit_practice_Practice_life_tag);
	m->is.life.number = 9;
	m->is.life.state = TACIT_LIFE_DISCHARGED;
	send_message(&c, 1);
	m = fresh(tacit_practice_Practice_away_tag);
	(void)snprintf(m->is.away.text, sizeof(m->is.away.text), "gone");
	send_message(&c, 1);
	/* Nor does it stop what is asked of it; and this is no message. */
	m = fresh(tacit_practice_Practice_stop_tag);
	(void)snprintf(m->is.stop.id, sizeof(m->is.stop.id), "%s", id);
	send_message(&c, 1);
	assert_int_equal(tacit_send_data(clinic_ct(&c, 1), 1, "\xff\xff", 2,
	    NULL, NULL), 0);
	clinic_settle(&c);
	/* Data of the host are its own, whatever they look like. */
	m = fresh(tacit_practice_Practice_away_tag);
	(void)snprintf(m->is.away.text, sizeof(m->is.away.text), "secret");
	send_as(&c, 0, 100);
	assert_int_equal(times(&c, 0, "\"kind\":"), before);
	assert_null(strstr(paper.text, "secret"));
	clinic_end(&c);
}

/* ---- how long it takes ------------------------------------------------------------------------- */

static unsigned long
reads_of(struct clinic *c, int texts)
{
	int i;

	for (i = 0; i < texts; i++)
		assert_int_equal(tacit_send(clinic_ct(c, 0), "text", 4, NULL,
		    NULL), 0);
	reads = 0;
	assert_int_equal(write_as(c, 0, &plain), 0);
	return reads;
}

static void
a_long_history_is_read_once(void **state)
{
	unsigned long some, more;
	struct clinic c;

	(void)state;
	clinic_begin(&c, 9);
	some = reads_of(&c, 100);
	more = reads_of(&c, 300);
	assert_int_equal(paper.record.messages, 400);
	if (more > 4 * some)
		fail_msg("%lu reads for 100 texts, %lu for 400", some, more);
	clinic_end(&c);
}

/* ---- manifests ---------------------------------------------------------------------------------- */

/* What the last manifest says of the one before it. */
static void
follows(const char *hash)
{
	char line[128];

	(void)snprintf(line, sizeof(line), hash != NULL ?
	    "\"previous\": \"%s\"" : "\"previous\": null%s",
	    hash != NULL ? hash : "");
	paper.record.manifest[paper.record.manifest_len] = '\0';
	if (strstr(paper.record.manifest, line) == NULL)
		fail_msg("no %s in %s", line, paper.record.manifest);
}

static void
hash_of(char out[65])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	(void)crypto_hash_sha256(hash,
	    (const uint8_t *)paper.record.manifest, paper.record.manifest_len);
	(void)sodium_bin2hex(out, 65, hash, sizeof(hash));
}

static void
manifests_follow_one_another_over_failures_and_crashes(void **state)
{
	struct tacit_record_options o = plain;
	char hash[65], key[TACIT_RECORD_KEY_SIZE];
	struct clinic c;
	size_t room;

	(void)state;
	clinic_begin(&c, 10);
	say(&c, 0, "one", 3);
	assert_int_equal(write_as(&c, 0, &plain), 0);
	follows(NULL);
	hash_of(hash);
	memcpy(key, paper.record.key, sizeof(key));
	/* None of these is noted: no room, from the first byte to the last;
	   nothing to sign. */
	for (room = 1; (paper.room = room, write_as(&c, 0, &plain)) != 0;
	    room += 7)
		assert_int_equal(paper.record.manifest_len, 0);
	assert_true(room > 100);
	paper.room = sizeof(paper.text);
	follows(hash);
	hash_of(hash);
	o.name = NULL;
	assert_int_equal(write_as(&c, 0, &o), 0);
	assert_int_equal(paper.record.manifest_len, 0);
	clinic_crash(&c, 0);
	assert_int_equal(write_as(&c, 0, &plain), 0);
	follows(hash);
	hash_of(hash);
	assert_string_equal(paper.record.key, key);
	assert_int_equal(check(key), 0);
	assert_int_equal(write_as(&c, 0, &plain), 0);
	follows(hash);
	/* The other end has its own. */
	assert_int_equal(write_as(&c, 1, &plain), 0);
	follows(NULL);
	assert_string_not_equal(paper.record.key, key);
	assert_int_equal(check(key), TACIT_E_CRYPTO);
	clinic_end(&c);
}

static void
every_changed_byte_is_noticed(void **state)
{
	struct clinic c;
	size_t i;

	(void)state;
	clinic_begin(&c, 11);
	say(&c, 0, "one", 3);
	assert_int_equal(write_as(&c, 0, &plain), 0);
	assert_int_equal(check(paper.record.key), 0);
	for (i = 0; i < paper.len; i++) {
		paper.text[i] ^= 1;
		assert_int_equal(check(NULL), TACIT_E_CRYPTO);
		paper.text[i] ^= 1;
	}
	for (i = 0; i < paper.record.manifest_len; i++) {
		paper.record.manifest[i] ^= 1;
		assert_int_equal(check(paper.record.key), TACIT_E_CRYPTO);
		paper.record.manifest[i] ^= 1;
	}
	for (i = 0; i < sizeof(paper.record.signature); i++) {
		paper.record.signature[i] ^= 1;
		assert_int_equal(check(NULL), TACIT_E_CRYPTO);
		paper.record.signature[i] ^= 1;
	}
	paper.len--;
	assert_int_equal(check(NULL), TACIT_E_CRYPTO);
	paper.len += 2;
	assert_int_equal(check(NULL), TACIT_E_CRYPTO);
	assert_int_equal(check(""), TACIT_E_INVALID);
	assert_int_equal(check("zz"), TACIT_E_INVALID);
	clinic_end(&c);
}

static void
bad_calls_of_records_are_refused(void **state)
{
	static const struct {
		const char *format, *name;
		uint32_t from, until;
		int64_t now_ms;
	} bad[] = {
		{ NULL, "r", 0, 0, 1 }, { "pdf", "r", 0, 0, 1 },
		{ "", "r", 0, 0, 1 }, { "JSON", "r", 0, 0, 1 },
		{ "json", "", 0, 0, 1 }, { "json", ".r", 0, 0, 1 },
		{ "json", "-r", 0, 0, 1 }, { "json", "a/b", 0, 0, 1 },
		{ "json", "a b", 0, 0, 1 }, { "json", "..", 0, 0, 1 },
		{ "json", "r", 1, 0, 1 }, { "json", "r", 20260230, 0, 1 },
		{ "json", "r", 0, 20261301, 1 }, { "json", "r", 19691231, 0, 1 },
		{ "json", "r", 20260102, 20260101, 1 },
		{ "json", "r", 0, 0, -1 }, { "json", "r", 0, 0, INT64_MAX },
	};
	const struct tacit_writer to = { put, &paper }, none = { NULL, NULL };
	struct tacit_record_options o;
	struct tacit_contact *ct;
	struct clinic c;
	size_t i;

	(void)state;
	clinic_begin(&c, 12);
	ct = clinic_ct(&c, 0);
	paper.record.size = sizeof(paper.record);
	paper.len = 0;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		o = plain;
		o.format = bad[i].format;
		o.name = bad[i].name;
		o.from = bad[i].from;
		o.until = bad[i].until;
		if (tacit_record_write(c.p[0], ct, &o, bad[i].now_ms, &to,
		    &paper.record) != TACIT_E_INVALID)
			fail_msg("row %zu", i);
	}
	o = plain;
	o.size--;
#define WRITE(p, ct, o, to, out) \
	assert_int_equal(tacit_record_write(p, ct, o, 1, to, out), \
	    TACIT_E_INVALID)
	WRITE(c.p[0], ct, &o, &to, &paper.record);
	WRITE(NULL, ct, &plain, &to, &paper.record);
	WRITE(c.p[0], NULL, &plain, &to, &paper.record);
	WRITE(c.p[0], ct, NULL, &to, &paper.record);
	WRITE(c.p[0], ct, &plain, NULL, &paper.record);
	WRITE(c.p[0], ct, &plain, &none, &paper.record);
	WRITE(c.p[0], ct, &plain, &to, NULL);
	paper.record.size = 0;
	WRITE(c.p[0], ct, &plain, &to, &paper.record);
	assert_int_equal(paper.len, 0);
	assert_int_equal(write_as(&c, 0, &plain), 0);
	follows(NULL);
	clinic_end(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_has_what_both_wrote_in_their_order),
		cmocka_unit_test(
		 texts_that_are_hard_to_print_do_not_keep_a_record_from_being),
		cmocka_unit_test(days_bound_a_record),
		cmocka_unit_test(what_an_end_may_not_say_is_in_no_record),
		cmocka_unit_test(a_long_history_is_read_once),
		cmocka_unit_test(
		    manifests_follow_one_another_over_failures_and_crashes),
		cmocka_unit_test(every_changed_byte_is_noticed),
		cmocka_unit_test(bad_calls_of_records_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
