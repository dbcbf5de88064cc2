/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vault that a key of the host opens in place of a passphrase: made, opened,
 * restored, changed from one to the other, and each wrong way of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tacit/tacit.h"
#include "tacit/vault_log.h"

static const uint8_t key[TACIT_VAULT_KEY_SIZE] = { 1, 2, 3 };
static const uint8_t wrong[TACIT_VAULT_KEY_SIZE] = { 1, 2, 4 };
static const char words[] = "only for this test";
static char dir[] = "/dev/shm/tacit-key-XXXXXX";

/* What a vault is opened by: bytes, or NULL for the other kind. */
struct by {
	struct tacit_config cfg;
	struct tacit_host host;
	char path[64];
};

static void
by_init(struct by *b, const char *name, const uint8_t *k, const char *pass)
{
	*b = (struct by){ .cfg = TACIT_CONFIG_INIT, .host = TACIT_HOST_INIT };
	(void)snprintf(b->path, sizeof(b->path), "%s/%s", dir, name);
	b->cfg.path = b->path;
	b->cfg.passphrase = pass;
	b->cfg.passphrase_len = pass != NULL ? strlen(pass) : 0;
	b->cfg.lock_wait_ms = 0;
	b->cfg.argon_mib = 64;
	b->cfg.argon_passes = 3;
	b->host.key = k;
	b->cfg.host = &b->host;
}

static int
try_open(const char *name, const uint8_t *k, const char *pass)
{
	struct tacit *t;
	struct by b;
	int rc;

	by_init(&b, name, k, pass);
	rc = tacit_open(&t, &b.cfg);
	assert_true((rc == 0) == (t != NULL));
	tacit_close(t);
	return rc;
}

static void
make(const char *name, const uint8_t *k, const char *pass)
{
	struct by b;

	by_init(&b, name, k, pass);
	assert_int_equal(tacit_create(&b.cfg, "somebody"), 0);
}

static void
each_vault_is_opened_by_its_own_kind(void **state)
{
	static const struct {
		const char *name;
		const uint8_t *made_key, *key;
		const char *made_words, *words;
		int rc;
	} row[] = {
		{ "k1", key, key, NULL, NULL, 0 },
		{ "k2", key, wrong, NULL, NULL, TACIT_E_PASSPHRASE },
		{ "k3", key, NULL, NULL, words, TACIT_E_OTHER_SECRET },
		{ "k4", NULL, key, words, NULL, TACIT_E_OTHER_SECRET },
		{ "k5", NULL, NULL, words, words, 0 },
		{ "k6", NULL, NULL, words, "another", TACIT_E_PASSPHRASE },
		{ "k7", key, key, NULL, words, TACIT_E_INVALID },
		{ "k8", key, NULL, NULL, NULL, TACIT_E_INVALID },
		{ "k9", key, NULL, NULL, "", TACIT_E_INVALID },
	};
	struct by b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		make(row[i].name, row[i].made_key, row[i].made_words);
		assert_int_equal(try_open(row[i].name, row[i].key,
		    row[i].words), row[i].rc);
		/* It is as it was. */
		assert_int_equal(try_open(row[i].name, row[i].made_key,
		    row[i].made_words), 0);
		by_init(&b, row[i].name, row[i].made_key, row[i].made_words);
		assert_int_equal(tacit_create(&b.cfg, "again"),
		    TACIT_E_VAULT_EXISTS);
	}
}

static int
change(struct tacit *t, const uint8_t *old_key, const char *old_words,
    const uint8_t *new_key, const char *new_words)
{
	const struct tacit_secret old = { sizeof(old), old_words,
	    old_words != NULL ? strlen(old_words) : 0, old_key };
	const struct tacit_secret new_ = { sizeof(new_), new_words,
	    new_words != NULL ? strlen(new_words) : 0, new_key };

	return tacit_change_secret(t, &old, &new_);
}

static void
one_is_changed_for_the_other_and_back(void **state)
{
	struct tacit_secret small = { sizeof(small) - 1, words, 4, NULL };
	struct tacit *t;
	struct by b;

	(void)state;
	make("change", NULL, words);
	by_init(&b, "change", NULL, words);
	assert_int_equal(tacit_open(&t, &b.cfg), 0);
	assert_int_equal(change(t, wrong, NULL, key, NULL),
	    TACIT_E_OTHER_SECRET);
	assert_int_equal(change(t, NULL, "not it", key, NULL),
	    TACIT_E_PASSPHRASE);
	assert_int_equal(change(t, NULL, words, NULL, NULL), TACIT_E_INVALID);
	assert_int_equal(change(t, NULL, words, key, words), TACIT_E_INVALID);
	assert_int_equal(change(t, NULL, words, NULL, ""), TACIT_E_INVALID);
	assert_int_equal(tacit_change_secret(t, &small, &small),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_change_secret(t, NULL, &small),
	    TACIT_E_INVALID);
	assert_int_equal(change(t, NULL, words, key, NULL), 0);
	assert_int_equal(tacit_change_passphrase(t, words, strlen(words),
	    "x", 1), TACIT_E_OTHER_SECRET);
	assert_int_equal(change(t, NULL, words, key, NULL),
	    TACIT_E_OTHER_SECRET);
	tacit_close(t);
	assert_int_equal(try_open("change", NULL, words),
	    TACIT_E_OTHER_SECRET);
	by_init(&b, "change", key, NULL);
	assert_int_equal(tacit_open(&t, &b.cfg), 0);
	assert_int_equal(change(t, wrong, NULL, NULL, words),
	    TACIT_E_PASSPHRASE);
	assert_int_equal(change(t, key, NULL, wrong, NULL), 0);
	assert_int_equal(change(t, key, NULL, NULL, words),
	    TACIT_E_PASSPHRASE);
	assert_int_equal(change(t, wrong, NULL, NULL, words), 0);
	tacit_close(t);
	assert_int_equal(try_open("change", wrong, NULL),
	    TACIT_E_OTHER_SECRET);
	assert_int_equal(try_open("change", NULL, words), 0);
}

static uint64_t
failed(struct tacit *t)
{
	struct tacit_log_row row = { .size = sizeof(row) };
	uint64_t before = 0, n = 0;

	while (tacit_log_next(t, before, &row) == 1) {
		n += row.kind == TACIT_LOG_FAILED ? row.count : 0;
		before = row.place;
	}
	return n;
}

static void
wrong_keys_are_logged_as_wrong_passphrases_are(void **state)
{
	struct tacit *t;
	struct by b;
	int i;

	(void)state;
	make("tries", key, NULL);
	for (i = 0; i < 3; i++)
		assert_int_equal(try_open("tries", wrong, NULL),
		    TACIT_E_PASSPHRASE);
	/* This is no attempt: it could never open it. */
	assert_int_equal(try_open("tries", NULL, words),
	    TACIT_E_OTHER_SECRET);
	by_init(&b, "tries", key, NULL);
	assert_int_equal(tacit_open(&t, &b.cfg), 0);
	assert_int_equal(failed(t), 3);
	assert_int_equal(change(t, wrong, NULL, key, NULL),
	    TACIT_E_PASSPHRASE);
	assert_int_equal(failed(t), 4);
	tacit_close(t);
}

static void
a_backup_of_it_has_a_passphrase_and_becomes_either(void **state)
{
	char backup[64], name[TACIT_NAME_SIZE];
	struct tacit *t;
	struct by b;
	uint32_t n;

	(void)state;
	(void)snprintf(backup, sizeof(backup), "%s/backup", dir);
	make("from", key, NULL);
	by_init(&b, "from", key, NULL);
	assert_int_equal(tacit_open(&t, &b.cfg), 0);
	assert_int_equal(tacit_backup(t, backup, words, strlen(words)), 0);
	tacit_close(t);

	by_init(&b, "to-key", wrong, NULL);
	assert_int_equal(tacit_restore(&b.cfg, backup, words, strlen(words),
	    &n), 0);
	assert_int_equal(try_open("to-key", key, NULL), TACIT_E_PASSPHRASE);
	assert_int_equal(tacit_open(&t, &b.cfg), 0);
	tacit_name(t, name);
	assert_string_equal(name, "somebody");
	tacit_close(t);
	by_init(&b, "to-words", NULL, words);
	assert_int_equal(tacit_restore(&b.cfg, backup, words, strlen(words),
	    NULL), 0);
	assert_int_equal(try_open("to-words", NULL, words), 0);
	by_init(&b, "to-both", key, words);
	assert_int_equal(tacit_restore(&b.cfg, backup, words, strlen(words),
	    NULL), TACIT_E_INVALID);
	assert_int_not_equal(access(b.path, F_OK), 0);
}

/* A host that was built before struct tacit_config grew, and sizes of none. */
static void
an_older_size_is_taken_and_no_other(void **state)
{
	const size_t old = offsetof(struct tacit_config, host);
	struct tacit *t;
	struct by b;
	size_t size;

	(void)state;
	make("size", NULL, words);
	for (size = 0; size <= sizeof(b.cfg) + 8; size++) {
		by_init(&b, "size", NULL, words);
		b.cfg.size = size;
		b.host.size = 0;	/* not looked at by who is older */
		if (size == sizeof(b.cfg))
			b.cfg.host = NULL;
		assert_int_equal(tacit_open(&t, &b.cfg),
		    size == old || size == sizeof(b.cfg) ? 0 :
		    TACIT_E_INVALID);
		tacit_close(t);
	}
	for (size = 0; size <= sizeof(b.host) + 8; size++) {
		by_init(&b, "size", NULL, words);
		b.host.size = size;
		assert_int_equal(tacit_open(&t, &b.cfg),
		    size == sizeof(b.host) ? 0 : TACIT_E_INVALID);
		tacit_close(t);
	}
}

static int
begin(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

static int
end(void **state)
{
	char command[96];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_vault_is_opened_by_its_own_kind),
		cmocka_unit_test(one_is_changed_for_the_other_and_back),
		cmocka_unit_test(wrong_keys_are_logged_as_wrong_passphrases_are),
		cmocka_unit_test(
		    a_backup_of_it_has_a_passphrase_and_becomes_either),
		cmocka_unit_test(an_older_size_is_taken_and_no_other),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
