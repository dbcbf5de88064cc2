/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public calls, wrongly made: each says the error that tacit.h names, and
 * after it nothing has changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "tacit/link.h"
#include "tacit/tacit.h"
#include "vault.h"

static const char passphrase[] = "only for this test";
static char dir[] = "/dev/shm/tacit-calls-XXXXXX";

static struct tacit_config
config(char path[64], const char *name)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;

	if (strstr(dir, "XXXXXX") != NULL)
		assert_non_null(mkdtemp(dir));
	(void)snprintf(path, 64, "%s/%s", dir, name);
	cfg.path = path;
	cfg.passphrase = passphrase;
	cfg.passphrase_len = strlen(passphrase);
	cfg.argon_mib = TACIT_ARGON_MIB_FLOOR;
	cfg.lock_wait_ms = 0;
	return cfg;
}

static void
forget(const char *path)
{
	static const char *const suffix[] = { "", ".lock", "-wal", "-shm" };
	char name[80];
	size_t i;

	for (i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path, suffix[i]);
		(void)unlink(name);
	}
}

/* A new open vault, with a relay on loopback. */
static struct tacit *
vault(char path[64], const char *name)
{
	struct tacit_admission a = { .place = { .host = "127.0.0.1",
	    .port = 1, .pin = { 1 }, .relay_key = { 1 } }, .code = { 1 } };
	struct tacit_config cfg = config(path, name);
	char line[TACIT_LINK_SIZE], url[TACIT_LINK_SIZE];
	struct tacit *t;

	forget(path);
	assert_int_equal(tacit_create(&cfg, name), 0);
	assert_int_equal(tacit_open(&t, &cfg), 0);
	assert_int_equal(tacit_admission_write(line, sizeof(line), &a), 0);
	assert_int_equal(tacit_relay_add(t, line, strlen(line), url), 0);
	assert_string_equal(url, "wss://127.0.0.1:1");
	return t;
}

static void
drop(struct tacit *t, const char *path)
{
	tacit_close(t);
	forget(path);
}

/* ---- a vault ------------------------------------------------------------------ */

static void
a_vault_is_not_made_of_nonsense(void **state)
{
	char path[64], big[TACIT_PASSPHRASE_MAX + 2], name[66];
	struct tacit_config ok = config(path, "made"), cfg;

	(void)state;
	forget(path);
	memset(big, 'x', sizeof(big));
	memset(name, 'n', sizeof(name) - 1);
	name[65] = '\0';
#define REFUSED(change, error)						\
	do {								\
		cfg = ok;						\
		change;							\
		assert_int_equal(tacit_create(&cfg, "me"), error);	\
		assert_int_equal(access(path, F_OK), -1);		\
	} while (0)
	REFUSED(cfg.size = 0, TACIT_E_INVALID);
	REFUSED(cfg.size++, TACIT_E_INVALID);
	REFUSED(cfg.path = NULL, TACIT_E_INVALID);
	REFUSED(cfg.passphrase = NULL, TACIT_E_INVALID);
	REFUSED(cfg.passphrase_len = 0, TACIT_E_INVALID);
	REFUSED((cfg.passphrase = big, cfg.passphrase_len = sizeof(big) - 1),
	    TACIT_E_INVALID);
	REFUSED(cfg.argon_mib = TACIT_ARGON_MIB_FLOOR - 1, TACIT_E_INVALID);
	REFUSED(cfg.argon_passes = TACIT_ARGON_PASSES_FLOOR - 1,
	    TACIT_E_INVALID);
#undef REFUSED
	assert_int_equal(tacit_create(NULL, "me"), TACIT_E_INVALID);
	assert_int_equal(tacit_create(&ok, NULL), TACIT_E_INVALID);
	assert_int_equal(tacit_create(&ok, ""), TACIT_E_LABEL);
	assert_int_equal(tacit_create(&ok, name), TACIT_E_LABEL);
	assert_int_equal(tacit_create(&ok, "two\nlines"), TACIT_E_LABEL);
	assert_int_equal(tacit_create(&ok, "\xe2\x80\xae" "em"),
	    TACIT_E_LABEL);
	assert_int_equal(tacit_create(&ok, "\xff"), TACIT_E_LABEL);
	assert_int_equal(access(path, F_OK), -1);

	name[64] = '\0';
	assert_int_equal(tacit_create(&ok, name), 0);
	assert_int_equal(tacit_create(&ok, "me"), TACIT_E_VAULT_EXISTS);
	cfg = ok;
	cfg.passphrase = "another";
	cfg.passphrase_len = 7;
	assert_int_equal(tacit_create(&cfg, "me"), TACIT_E_VAULT_EXISTS);
	forget(path);
}

/* Cut short between the file and its first row. */
static void
a_vault_half_made_is_made_whole_by_its_maker(void **state)
{
	struct vault_cost cost = { TACIT_ARGON_PASSES_FLOOR,
	    TACIT_ARGON_MIB_FLOOR };
	char path[64];
	struct tacit_config cfg = config(path, "half"), other = cfg;
	struct tacit *t;

	(void)state;
	forget(path);
	assert_int_equal(vault_create(path, passphrase, strlen(passphrase),
	    &cost), 0);
	other.passphrase = "another";
	other.passphrase_len = 7;
	assert_int_equal(tacit_create(&other, "me"), TACIT_E_VAULT_EXISTS);
	assert_int_equal(tacit_open(&t, &cfg), TACIT_E_CORRUPT);
	assert_null(t);
	assert_int_equal(tacit_create(&cfg, "me"), 0);
	assert_int_equal(tacit_create(&cfg, "me"), TACIT_E_VAULT_EXISTS);
	assert_int_equal(tacit_open(&t, &cfg), 0);
	drop(t, path);
}

static void
a_vault_is_opened_by_its_owner_once(void **state)
{
	char path[64], none[64];
	struct tacit *t = vault(path, "open"), *second = t;
	struct tacit_config ok = config(path, "open"), cfg;

	(void)state;
#define REFUSED(change, error)						\
	do {								\
		cfg = ok;						\
		second = t;						\
		change;							\
		assert_int_equal(tacit_open(&second, &cfg), error);	\
		assert_null(second);					\
	} while (0)
	REFUSED(cfg.size = 0, TACIT_E_INVALID);
	REFUSED(cfg.path = NULL, TACIT_E_INVALID);
	REFUSED(cfg.passphrase_len = 0, TACIT_E_INVALID);
	REFUSED((void)cfg, TACIT_E_BUSY);
	(void)config(none, "none");
	REFUSED(cfg.path = none, TACIT_E_NOT_A_VAULT);
	tacit_close(t);
	REFUSED(cfg.passphrase_len--, TACIT_E_PASSPHRASE);
	REFUSED(cfg.proxy = "no port", TACIT_E_INVALID);
#undef REFUSED
	assert_int_equal(tacit_open(NULL, &ok), TACIT_E_INVALID);
	assert_int_equal(tacit_open(&second, NULL), TACIT_E_INVALID);
	assert_int_equal(tacit_open(&t, &ok), 0);
	drop(t, path);
	tacit_close(NULL);
}

static void
a_passphrase_is_changed_by_who_knows_it(void **state)
{
	char path[64], big[TACIT_PASSPHRASE_MAX + 1];
	struct tacit *t = vault(path, "pass");
	struct tacit_config cfg = config(path, "pass");
	size_t len = strlen(passphrase);

	(void)state;
	memset(big, 'x', sizeof(big));
	assert_int_equal(tacit_change_passphrase(t, "wrong", 5, "new one", 7),
	    TACIT_E_PASSPHRASE);
	assert_int_equal(tacit_change_passphrase(t, passphrase, len, "", 0),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_change_passphrase(t, passphrase, len, big,
	    sizeof(big)), TACIT_E_INVALID);
	assert_int_equal(tacit_change_passphrase(t, NULL, 0, "new one", 7),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_change_passphrase(t, passphrase, len, NULL, 7),
	    TACIT_E_INVALID);
	tacit_close(t);
	assert_int_equal(tacit_open(&t, &cfg), 0);
	assert_int_equal(tacit_change_passphrase(t, passphrase, len,
	    "new one", 7), 0);
	tacit_close(t);
	assert_int_equal(tacit_open(&t, &cfg), TACIT_E_PASSPHRASE);
	cfg.passphrase = "new one";
	cfg.passphrase_len = 7;
	assert_int_equal(tacit_open(&t, &cfg), 0);
	drop(t, path);
}

/* ---- contacts and texts --------------------------------------------------------- */

/* What a host can see of ${t}, in one number. */
static uint64_t
looks(struct tacit *t)
{
	struct tacit_contact_info info;
	struct tacit_progress p = { .size = sizeof(p) };
	struct tacit_message m = { .size = sizeof(m) };
	struct tacit_event e = { .size = sizeof(e) };
	struct tacit_contact *ct = NULL;
	crypto_generichash_state h;
	uint8_t out[16];
	uint64_t all;

	(void)crypto_generichash_init(&h, NULL, 0, sizeof(out));
	while ((ct = tacit_contact_next(t, ct)) != NULL) {
		memset(&info, 0, sizeof(info));
		info.size = sizeof(info);
		assert_int_equal(tacit_contact_info(ct, &info), 0);
		(void)crypto_generichash_update(&h, (uint8_t *)&info,
		    sizeof(info));
		if (tacit_history(ct, 0, &m) == 0)
			(void)crypto_generichash_update(&h,
			    (const uint8_t *)m.text, m.text_len);
	}
	assert_int_equal(tacit_progress(t, &p), 0);
	(void)crypto_generichash_update(&h, (uint8_t *)&p, sizeof(p));
	while (tacit_next_event(t, e.id, &e) == 1)
		(void)crypto_generichash_update(&h, (uint8_t *)&e.id,
		    sizeof(e.id));
	(void)crypto_generichash_final(&h, out,
	    sizeof(out));
	memcpy(&all, out, sizeof(all));
	return all;
}

static void
calls_on_a_vault_check_what_they_are_given(void **state)
{
	struct tacit_progress p = { .size = sizeof(p) - 1 };
	struct tacit_event e = { .size = 0 };
	char path[64], line[TACIT_LINK_SIZE];
	struct tacit *t = vault(path, "args");
	struct tacit_admission a = { .place = { .host = "192.0.2.1",
	    .port = 1, .flags = TACIT_LINK_PLAINTEXT,
	    .relay_key = { 1 } }, .code = { 1 } };
	uint64_t before = looks(t);

	(void)state;
	assert_int_equal(tacit_progress(t, &p), TACIT_E_INVALID);
	assert_int_equal(tacit_progress(t, NULL), TACIT_E_INVALID);
	assert_int_equal(tacit_next_event(t, 0, &e), TACIT_E_INVALID);
	assert_int_equal(tacit_next_event(t, 0, NULL), TACIT_E_INVALID);
	e.size = sizeof(e);
	assert_int_equal(tacit_next_event(t, UINT64_MAX, &e), 0);
	assert_int_equal(tacit_event_done(t, 0), 0);
	assert_int_equal(tacit_event_done(t, 12345), 0);
	assert_int_equal(tacit_event_done(t, UINT64_MAX), 0);
	assert_int_equal(tacit_relay_add(t, NULL, 0, NULL), TACIT_E_INVALID);
	assert_int_equal(tacit_relay_add(t, "", 0, NULL), TACIT_E_LINK);
	assert_int_equal(tacit_relay_add(t, "tacit-relay:wss://x#", 20, line),
	    TACIT_E_LINK);
	assert_true(tacit_admission_write(line, sizeof(line), &a) != 0 ||
	    tacit_relay_add(t, line, strlen(line), NULL) ==
	    TACIT_E_PLAINTEXT);
	assert_int_equal(looks(t), before);
	assert_true(tacit_fd(t) >= 0);
	assert_string_equal(tacit_version(), "0.1.0");
	assert_string_equal(tacit_event_word(TACIT_EV_GAP), "gap");
	assert_string_equal(tacit_event_word((enum tacit_event_type)99),
	    "unknown");
	assert_non_null(tacit_error_text(-119));
	assert_non_null(tacit_error_word(12345));
	drop(t, path);
}

static void
contacts_are_not_made_of_nonsense(void **state)
{
	char path[64];
	struct tacit *t = vault(path, "contacts");
	struct tacit_contact *ct;
	uint64_t before = looks(t);

	(void)state;
#define INVITE(error, label, flags, minutes, relay)			\
	do {								\
		ct = (struct tacit_contact *)path;			\
		assert_int_equal(tacit_invite(&ct, t, label, flags,	\
		    minutes, relay), error);				\
		if ((error) != TACIT_E_INVALID)				\
			assert_null(ct);				\
		assert_int_equal(looks(t), before);			\
	} while (0)
	INVITE(TACIT_E_INVALID, NULL, 0, 0, NULL);
	INVITE(TACIT_E_INVALID, "a", 2, 0, NULL);
	INVITE(TACIT_E_INVALID, "a", 0, 44641, NULL);
	INVITE(TACIT_E_INVALID, "a", TACIT_INVITE_IN_PERSON, 11, NULL);
	INVITE(TACIT_E_LABEL, "", 0, 0, NULL);
	INVITE(TACIT_E_LABEL, "a\tb", 0, 0, NULL);
	INVITE(TACIT_E_NO_RELAY, "a", 0, 0, "wss://127.0.0.1:2");
	INVITE(TACIT_E_NO_RELAY, "a", 0, 0, "");
#undef INVITE
	assert_int_equal(tacit_invite(NULL, t, "a", 0, 0, NULL),
	    TACIT_E_INVALID);
	drop(t, path);
}

static void
no_link_is_accepted_but_a_link(void **state)
{
	char path[64], link[TACIT_LINK_SIZE];
	struct tacit *t = vault(path, "accept");
	struct tacit_contact *ct;
	struct tacit_link l = { .place = { .host = "127.0.0.1", .port = 1,
	    .pin = { 1 }, .relay_key = { 1 } }, .secret = { 7 } };
	uint64_t before = looks(t);

	(void)state;
	assert_int_equal(tacit_link_write(link, sizeof(link), &l), 0);
#define ACCEPT(error, link, len, label)					\
	do {								\
		assert_int_equal(tacit_accept(&ct, t, link, len,	\
		    label), error);					\
		assert_int_equal(looks(t), before);			\
	} while (0)
	ACCEPT(TACIT_E_INVALID, NULL, 0, "b");
	ACCEPT(TACIT_E_INVALID, link, strlen(link), NULL);
	ACCEPT(TACIT_E_LINK, link, strlen(link) - 1, "b");
	ACCEPT(TACIT_E_LINK, link, 0, "b");
	ACCEPT(TACIT_E_LABEL, link, strlen(link), "");
	ACCEPT(TACIT_E_LABEL, link, strlen(link), "\xc0\x80");
#undef ACCEPT
	assert_int_equal(tacit_accept(NULL, t, link, strlen(link), "b"),
	    TACIT_E_INVALID);
	drop(t, path);
}

static void
a_contact_is_found_by_what_it_is_called(void **state)
{
	char path[64];
	struct tacit *t = vault(path, "find");
	struct tacit_contact *ct, *found;
	uint64_t before;

	(void)state;
	assert_int_equal(tacit_invite(&ct, t, "a", 0, 44640,
	    "wss://127.0.0.1:1"), 0);
	before = looks(t);
	assert_int_equal(tacit_contact_find(NULL, t, "a"), TACIT_E_INVALID);
	assert_int_equal(tacit_contact_find(&found, t, NULL),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_contact_find(&found, t, ""),
	    TACIT_E_UNKNOWN_CONTACT);
	assert_int_equal(tacit_contact_find(&found, t, "0"),
	    TACIT_E_UNKNOWN_CONTACT);
	assert_int_equal(tacit_contact_find(&found, t, "01"),
	    TACIT_E_UNKNOWN_CONTACT);
	assert_null(found);
	assert_int_equal(tacit_contact_find(&found, t, "1"), 0);
	assert_ptr_equal(found, ct);
	assert_int_equal(looks(t), before);
	drop(t, path);
}

static void
bad_data_is_refused(struct tacit_contact *ct)
{
	static const struct {
		uint32_t type;
		size_t len;
		int nothing;
	} bad[] = {
		{ 0, 1, 0 }, { 65536, 1, 0 }, { UINT32_MAX, 1, 0 },
		{ 1, 0, 0 }, { 1, TACIT_TEXT_MAX + 1, 0 }, { 1, 5, 1 },
	};
	static char data[TACIT_TEXT_MAX + 1];
	char out[TACIT_MESSAGE_ID_SIZE];
	uint64_t seq = 77;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(tacit_send_data(ct, bad[i].type,
		    bad[i].nothing ? NULL : data, bad[i].len, out, &seq),
		    TACIT_E_INVALID);
	assert_int_equal(seq, 77);
}

static void
calls_on_a_contact_check_what_they_are_given(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} bad[] = {
		{ NULL, 5 }, { "", 0 }, { "\xff", 1 }, { "a\xc3", 2 },
		{ "\xc0\xaf", 2 }, { "\xed\xa0\x80", 3 },
		{ "\xf4\x90\x80\x80", 4 }, { "\xe2\x82", 2 },
	};
	static char long_text[TACIT_TEXT_MAX + 2];
	struct tacit_contact_info info = { .size = 1 };
	struct tacit_message m = { .size = 1 };
	char path[64], out[TACIT_LINK_SIZE];
	struct tacit *t = vault(path, "contact");
	struct tacit_contact *ct;
	uint64_t before, seq = 77;
	size_t i;

	(void)state;
	assert_int_equal(tacit_invite(&ct, t, "a", 0, 0, NULL), 0);
	before = looks(t);
	assert_int_equal(tacit_contact_info(ct, &info), TACIT_E_INVALID);
	assert_int_equal(tacit_contact_info(ct, NULL), TACIT_E_INVALID);
	assert_int_equal(tacit_history(ct, 0, &m), TACIT_E_INVALID);
	assert_int_equal(tacit_history(ct, 0, NULL), TACIT_E_INVALID);
	m.size = sizeof(m);
	assert_int_equal(tacit_history(ct, 0, &m), TACIT_E_STATE);
	assert_int_equal(tacit_invitation_link(ct, NULL), TACIT_E_INVALID);
	assert_int_equal(tacit_invitation_link(ct, out), TACIT_E_WAIT);
	assert_int_equal(tacit_safety_number(ct, NULL), TACIT_E_INVALID);
	assert_int_equal(tacit_safety_number(ct, out), TACIT_E_STATE);
	assert_int_equal(tacit_verify(ct), TACIT_E_STATE);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(tacit_send(ct, bad[i].text, bad[i].len, out,
		    &seq), TACIT_E_TEXT);
	memset(long_text, 'x', sizeof(long_text) - 1);
	assert_int_equal(tacit_send(ct, long_text, TACIT_TEXT_MAX + 1, out,
	    &seq), TACIT_E_TEXT);
	bad_data_is_refused(ct);
	assert_int_equal(seq, 77);
	assert_int_equal(looks(t), before);

	assert_int_equal(tacit_send(ct, long_text, TACIT_TEXT_MAX, out,
	    &seq), 0);
	assert_int_equal(seq, 1);
	assert_int_equal(tacit_send(ct, "x", 1, NULL, NULL), 0);
	assert_int_equal(tacit_send_data(ct, 65535, long_text, TACIT_TEXT_MAX,
	    out, &seq), 0);
	assert_int_equal(seq, 3);
	assert_int_equal(tacit_send_data(ct, 1, "\0", 1, NULL, NULL), 0);
	assert_int_not_equal(looks(t), before);
	drop(t, path);
}

/* What one vault does is nothing to another in the same process. */
static void
two_vaults_in_one_process_are_independent(void **state)
{
	char path[2][64], link[TACIT_LINK_SIZE];
	struct tacit *one = vault(path[0], "one"), *two = vault(path[1],
	    "two");
	struct tacit_link l = { .place = { .host = "127.0.0.1", .port = 1,
	    .pin = { 1 }, .relay_key = { 1 } }, .secret = { 7 } };
	struct tacit_contact *ct;
	uint64_t before = looks(two);
	int n;

	(void)state;
	assert_int_equal(tacit_link_write(link, sizeof(link), &l), 0);
	assert_int_equal(tacit_invite(&ct, one, "a", 0, 0, NULL), 0);
	for (n = 0; n < 3; n++)
		assert_int_equal(tacit_step(one, 0), 0);
	assert_int_equal(looks(two), before);
	assert_int_equal(tacit_accept(&ct, one, link, strlen(link), "x"), 0);
	assert_int_equal(tacit_accept(&ct, two, link, strlen(link), "x"), 0);
	before = looks(two);
	tacit_close(one);
	for (n = 0; n < 3; n++)
		assert_int_equal(tacit_step(two, 0), 0);
	assert_ptr_equal(tacit_contact_next(two, NULL), ct);
	assert_int_equal(tacit_contact_close(ct), 0);
	assert_null(tacit_contact_next(two, NULL));
	for (n = 0; n < 3; n++)
		assert_int_equal(tacit_step(two, 0), 0);
	drop(two, path[1]);
	forget(path[0]);
	(void)rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vault_is_not_made_of_nonsense),
		cmocka_unit_test(a_vault_half_made_is_made_whole_by_its_maker),
		cmocka_unit_test(a_vault_is_opened_by_its_owner_once),
		cmocka_unit_test(a_passphrase_is_changed_by_who_knows_it),
		cmocka_unit_test(calls_on_a_vault_check_what_they_are_given),
		cmocka_unit_test(contacts_are_not_made_of_nonsense),
		cmocka_unit_test(no_link_is_accepted_but_a_link),
		cmocka_unit_test(a_contact_is_found_by_what_it_is_called),
		cmocka_unit_test(calls_on_a_contact_check_what_they_are_given),
		cmocka_unit_test(two_vaults_in_one_process_are_independent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
