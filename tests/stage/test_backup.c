/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Backups of vaults in which people live: what is in them, what never is,
 * what a vault made of one knows, and what is no backup.
 */
#include <sodium.h>

#include "backup_life.h"
#include "change.h"
#include "outbox.h"
#include "record.h"
#include "restart.h"

enum { FLIPS = 25 };

/* ---- rows --------------------------------------------------------------------- */

static void
same_table(struct vault *a, struct vault *b, enum vault_table t)
{
	struct vault_key x = { .len = 0 }, y = { .len = 0 };
	struct vault_value v, w;

	for (;;) {
		assert_int_equal(vault_next(a, t, NULL, 0, &x, &v), 0);
		assert_int_equal(vault_next(b, t, NULL, 0, &y, &w), 0);
		assert_int_equal(x.len, y.len);
		if (x.len == 0)
			return;
		assert_memory_equal(x.data, y.data, x.len);
		assert_int_equal(v.len, w.len);
		assert_memory_equal(v.data, w.data, v.len);
		vault_value_free(&v);
		vault_value_free(&w);
	}
}

static unsigned
rows(struct vault *v, enum vault_table t)
{
	struct vault_key key = { .len = 0 };
	unsigned n = 0;

	for (;; n++) {
		assert_int_equal(vault_next(v, t, NULL, 0, &key, NULL), 0);
		if (key.len == 0)
			return n;
	}
}

/* Rows of VAULT_RATCHET of one kind, by what keystore.h says of row keys. */
static unsigned
keys_of_kind(struct vault *v, char kind)
{
	struct vault_key key = { .len = 0 };
	unsigned n = 0;

	for (;;) {
		assert_int_equal(vault_next(v, VAULT_RATCHET, NULL, 0, &key,
		    NULL), 0);
		if (key.len == 0)
			return n;
		n += key.len == 1 ? key.data[0] == kind :
		    key.data[TACIT_HASH_LEN] == kind;
	}
}

/* Sealed envelopes in the outbox, and texts. */
static void
outbox(struct vault *v, unsigned *sealed, unsigned *texts)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	tacit_state_Out o = tacit_state_Out_init_zero;

	for (*sealed = *texts = 0;;) {
		assert_int_equal(vault_next(v, VAULT_OUTBOX, NULL, 0, &key,
		    &value), 0);
		if (key.len == 0)
			return;
		assert_int_equal(record_read(&value, tacit_state_Out_fields,
		    &o, NULL, NULL), 0);
		vault_value_free(&value);
		*sealed += o.sealed.size > 0;
		*texts += o.kind == tacit_state_OutKind_OUT_TEXT;
	}
}

static struct vault *
open_backup(struct life *l)
{
	struct vault *v;

	assert_int_equal(vault_open_backup(&v, l->back, SECRET, SLEN), 0);
	return v;
}

/*
 * What a table is for stands in DESIGN.md.  The control is the vault itself,
 * in which the same looks find what must not be in the backup.
 */
static void
a_backup_holds_all_but_sessions_and_prekeys(void **state)
{
	static const enum vault_table whole[] = {
		VAULT_SELF, VAULT_RELAY, VAULT_CONTACT, VAULT_PAIRING,
		VAULT_MARK, VAULT_INBOX, VAULT_EVENT, VAULT_HISTORY
	};
	unsigned sealed, texts, was_sealed, were_texts;
	struct life l;
	struct vault *v;
	size_t i;

	live(&l, state);
	for (i = was_sealed = 0; i < 20 && was_sealed == 0; i++) {
		(void)stage_turn(l.s, 0);
		stage_relay_turn(l.s);
		outbox(l.t->vault, &was_sealed, &were_texts);
	}
	assert_true(was_sealed > 0);
	assert_int_equal(back_up(&l), 0);
	v = open_backup(&l);
	for (i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		same_table(l.t->vault, v, whole[i]);
	assert_int_equal(rows(v, VAULT_JOB) + rows(v, VAULT_ASIDE), 0);
	assert_true(rows(v, VAULT_HISTORY) >= 9);

	assert_true(keys_of_kind(l.t->vault, 's') > 0);
	assert_true(keys_of_kind(l.t->vault, 'g') > 0);
	assert_true(keys_of_kind(l.t->vault, 'o') > 0);
	assert_int_equal(keys_of_kind(v, 's'), 0);
	assert_int_equal(keys_of_kind(v, 'g'), 0);
	assert_int_equal(keys_of_kind(v, 'o'), 0);
	assert_int_equal(keys_of_kind(v, 'n'), 1);
	assert_int_equal(keys_of_kind(v, 'i'), 2);
	assert_int_equal(keys_of_kind(v, 'p'), 1);
	assert_int_equal(rows(v, VAULT_RATCHET), 4);

	outbox(v, &sealed, &texts);
	assert_int_equal(sealed, 0);
	assert_int_equal(texts, were_texts);
	vault_close(v);
	end_life(&l);
}

/* No row, and no file, of the one says anything of the other's. */
static void
a_backup_shares_no_key_with_its_vault(void **state)
{
	uint8_t a[TACIT_KEY_LEN], b[TACIT_KEY_LEN], c[TACIT_KEY_LEN];
	struct life l;
	struct vault *v;
	struct stat st;

	live(&l, state);
	assert_int_equal(back_up(&l), 0);
	v = open_backup(&l);
	vault_derive(l.t->vault, a, "any");
	vault_derive(v, b, "any");
	vault_close(v);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_int_equal(restore(&l, SECRET), 0);
	v = fixture_open(l.f->path);
	vault_derive(v, c, "any");
	vault_close(v);
	assert_memory_not_equal(a, c, sizeof(a));
	assert_memory_not_equal(b, c, sizeof(a));
	assert_int_equal(stat(l.back, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(l.f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	end_life(&l);
}

/* ---- what a restored vault knows ------------------------------------------------ */

static void
a_restored_vault_knows_what_was_known_then(void **state)
{
	char then[2000], now[2000], number[2][TACIT_SAFETY_SIZE];
	struct tacit_contact_info was = { .size = sizeof(was) };
	struct tacit_contact_info is = { .size = sizeof(is) };
	struct tacit_contact *ct;
	struct life l;
	struct tacit *t;
	int n;

	live(&l, state);
	assert_int_equal(back_up(&l), 0);
	ct = story_contact(&l.st, 0);
	read_history(ct, then, sizeof(then));
	assert_int_equal(tacit_safety_number(ct, number[0]), 0);
	assert_int_equal(tacit_contact_info(ct, &was), 0);
	/* The vault goes on: none of that is in the backup. */
	for (n = 6; n < 9; n++)
		assert_int_equal(story_write(&l.st, 0, n), 0);
	stage_quiesce(l.s);

	assert_int_equal(restore(&l, SECRET), 0);
	open_restored(&l, &t);
	assert_int_equal(t->self.restarts, l.t->self.restarts + 1);
	assert_true(restart_is_due(contact_by_id(t, l.st.id[0])));
	ct = contact_by_id(t, l.st.id[0]);
	assert_non_null(ct);
	read_history(ct, now, sizeof(now));
	assert_string_equal(now, then);
	assert_int_equal(tacit_safety_number(ct, number[1]), 0);
	assert_string_equal(number[0], number[1]);
	assert_int_equal(tacit_contact_info(ct, &is), 0);
	assert_string_equal(is.label, was.label);
	assert_string_equal(is.their_name, was.their_name);
	assert_int_equal(is.verified, was.verified);
	assert_int_equal(is.state, TACIT_ACTIVE);
	tacit_close(t);
	end_life(&l);
}

/* Its prekeys are not in the backup, so nobody could answer it any more. */
static void
an_open_invitation_is_ended_and_what_was_written_stays(void **state)
{
	struct tacit_contact *ct = NULL;
	struct tacit_event e = { .size = sizeof(e) };
	struct life l;
	struct tacit *t;
	char texts[500];
	uint64_t last;
	int found = 0;

	live(&l, state);
	assert_int_equal(back_up(&l), 0);
	last = l.t->self.next_event;
	assert_int_equal(restore(&l, SECRET), 0);
	open_restored(&l, &t);
	assert_int_equal(tacit_contact_find(&ct, t, "nobody yet"), 0);
	assert_int_equal(ct->rec.step, tacit_state_Step_CLOSED);
	assert_int_equal(ct->rec.due, DUE_REVOKE | DUE_CLOSE);
	assert_true(sodium_is_zero(ct->rec.key0, sizeof(ct->rec.key0)));
	read_history(ct, texts, sizeof(texts));
	assert_non_null(strstr(texts, "are you there:queued"));
	/* Numbers of events are not used twice. */
	for (e.id = 0; tacit_next_event(t, e.id, &e) == 1;)
		if (e.id > last) {
			assert_true(e.id > last + UINT32_MAX);
			found++;
			if (e.contact == NULL) {
				assert_int_equal(e.type, TACIT_EV_ROLLED_BACK);
				continue;
			}
			assert_int_equal(e.type, TACIT_EV_REFUSED);
			assert_int_equal(e.reason, TACIT_E_ROLLED_BACK);
			assert_ptr_equal(e.contact, ct);
		}
	assert_int_equal(found, 2);
	tacit_close(t);
	end_life(&l);
}

/*
 * Answered, and not confirmed yet: it begins again, and HELLO_ACK, for which
 * there is no session, goes as it is, if it is.
 */
static void
a_pairing_in_its_middle_begins_again(void **state)
{
	struct tacit_contact *ct;
	unsigned sealed, texts;
	struct vault *v;
	struct life l;
	struct tacit *t;

	live(&l, state);
	ct = story_contact(&l.st, 0);
	assert_int_equal(change_begin(l.t), 0);
	ct->rec.step = tacit_state_Step_I4_ANSWERED;
	assert_int_equal(change_end(l.t, ct, outbox_add_control(ct,
	    tacit_state_OutKind_OUT_HELLO_ACK)), 0);
	assert_true(contact_can_seal(ct));
	assert_int_equal(back_up(&l), 0);
	v = open_backup(&l);
	outbox(v, &sealed, &texts);
	vault_close(v);
	assert_int_equal(sealed, 0);
	assert_int_equal(restore(&l, SECRET), 0);
	open_restored(&l, &t);
	ct = contact_by_id(t, l.st.id[0]);
	assert_true(restart_is_due(ct));
	assert_false(outbox_has(ct, tacit_state_OutKind_OUT_HELLO_ACK));
	tacit_close(t);
	end_life(&l);
}

/* The vault is open and in the middle of things; the backup is one moment. */
static void
a_backup_of_a_vault_in_use_is_one_moment_of_it(void **state)
{
	char then[4000];
	struct life l;
	int n;

	live(&l, state);
	for (n = 0; n < 3; n++) {
		assert_int_equal(story_write(&l.st, 0, 10 + n), 0);
		assert_int_equal(story_write(&l.st, 1, 110 + n), 0);
		(void)stage_turn(l.s, 1);
		(void)stage_turn(l.s, 0);
		stage_relay_turn(l.s);
		(void)stage_turn(l.s, n % 2);
		assert_int_equal(vault_begin(l.t->vault), 0);
		assert_int_equal(back_up(&l), TACIT_E_STATE);
		vault_rollback(l.t->vault);
		assert_int_equal(back_up(&l), 0);
		read_history(story_contact(&l.st, 0), then, sizeof(then));
		stage_quiesce(l.s);
		assert_int_equal(restore(&l, SECRET), 0);
		is_restored(&l, then);
		assert_int_equal(unlink(l.back), 0);
	}
	end_life(&l);
}

/* ---- refusals ------------------------------------------------------------------- */

static void
nothing_but_a_backup_is_restored(void **state)
{
	struct fixture_bytes b;
	struct vault *v;
	struct life l;
	size_t len;

	live(&l, state);
	assert_int_equal(restore(&l, SECRET), TACIT_E_NOT_A_BACKUP);
	assert_int_equal(back_up(&l), 0);
	assert_int_equal(back_up(&l), TACIT_E_VAULT_EXISTS);
	assert_int_equal(restore(&l, PASS), TACIT_E_PASSPHRASE);
	assert_int_equal(vault_open(&v, l.back, SECRET, SLEN, 0),
	    TACIT_E_NOT_A_VAULT);
	b = fixture_read(l.back);
	for (len = 0; len < b.len; len = len * 4 + 1) {
		fixture_write(l.back, b.data, len);
		assert_int_equal(restore(&l, SECRET), len < 1 ?
		    TACIT_E_NOT_A_BACKUP : TACIT_E_TRUNCATED);
	}
	b.data[63] = 2;			/* user version */
	fixture_write(l.back, b.data, b.len);
	assert_int_equal(restore(&l, SECRET), TACIT_E_VERSION);
	b.data[63] = 1;
	/* With the name and the mode of a vault it is none all the same. */
	memcpy(b.data + 68, "TACV", 4);
	b.data[18] = b.data[19] = 2;
	fixture_write(l.back, b.data, b.len);
	assert_int_equal(restore(&l, SECRET), TACIT_E_NOT_A_BACKUP);
	assert_int_equal(vault_open(&v, l.back, SECRET, SLEN, 0),
	    TACIT_E_CORRUPT);
	free(b.data);
	vault_close(fixture_create(l.f->other));
	assert_int_equal(rename(l.f->other, l.back), 0);
	assert_int_equal(restore(&l, PASS), TACIT_E_NOT_A_BACKUP);
	assert_int_equal(access(l.f->path, F_OK), -1);
	end_life(&l);
}

static void
arguments_that_cannot_be_are_refused(void **state)
{
	static char longer[1026];
	struct life l;

	live(&l, state);
	memset(longer, 'x', sizeof(longer) - 1);
	assert_int_equal(tacit_backup(l.t, NULL, SECRET, SLEN),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_backup(l.t, l.back, NULL, 5), TACIT_E_INVALID);
	assert_int_equal(tacit_backup(l.t, l.back, "", 0), TACIT_E_INVALID);
	assert_int_equal(tacit_backup(l.t, l.back, longer, 1025),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_backup(l.t, "no/such/directory", SECRET, SLEN),
	    TACIT_E_IO);
	assert_int_equal(tacit_backup(l.t, l.f->dir, SECRET, SLEN),
	    TACIT_E_VAULT_EXISTS);
	assert_int_equal(access(l.back, F_OK), -1);
	assert_int_equal(back_up(&l), 0);
	vault_close(fixture_create(l.f->path));
	assert_int_equal(restore(&l, SECRET), TACIT_E_VAULT_EXISTS);
	assert_int_equal(fixture_try(l.f->path), 0);
	end_life(&l);
}

/* One byte anywhere: a clear error, or exactly what was backed up. */
static void
a_changed_backup_is_refused_or_means_the_same(void **state)
{
	uint64_t seed = fixture_seed();
	char then[2000];
	struct fixture_bytes b;
	struct life l;
	int i, rc, refused = 0;
	uint8_t bit;
	size_t at;

	live(&l, state);
	assert_int_equal(back_up(&l), 0);
	read_history(story_contact(&l.st, 0), then, sizeof(then));
	b = fixture_read(l.back);
	for (i = 0; i < FLIPS; i++) {
		at = fixture_below(&seed, b.len);
		bit = (uint8_t)(1 << fixture_below(&seed, 8));
		b.data[at] ^= bit;
		fixture_write(l.back, b.data, b.len);
		b.data[at] ^= bit;
		if ((rc = restore(&l, SECRET)) == 0) {
			is_restored(&l, then);
			continue;
		}
		assert_true(rc == TACIT_E_CORRUPT || rc == TACIT_E_TRUNCATED ||
		    rc == TACIT_E_NOT_A_BACKUP || rc == TACIT_E_VERSION);
		refused++;
	}
	free(b.data);
	print_message("%d of %d refused\n", refused, FLIPS);
	assert_true(refused > 0);
	end_life(&l);
}

/* Also what is only read when somebody looks: the history. */
static void
a_backup_without_one_of_its_letters_is_refused(void **state)
{
	struct life l;
	char sql[400];

	live(&l, state);
	assert_int_equal(back_up(&l), 0);
	(void)snprintf(sql, sizeof(sql), "python3 -c \"import sqlite3;"
	    "c = sqlite3.connect('%s');"
	    "c.execute('DELETE FROM entry WHERE t = 32 AND k ="
	    " (SELECT max(k) FROM entry WHERE t = 32)'); c.commit()\"",
	    l.back);
	assert_int_equal(system(sql), 0);
	assert_int_equal(restore(&l, SECRET), TACIT_E_CORRUPT);
	end_life(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_backup_holds_all_but_sessions_and_prekeys),
		T(a_backup_shares_no_key_with_its_vault),
		T(a_restored_vault_knows_what_was_known_then),
		T(a_pairing_in_its_middle_begins_again),
		T(an_open_invitation_is_ended_and_what_was_written_stays),
		T(a_backup_of_a_vault_in_use_is_one_moment_of_it),
		T(nothing_but_a_backup_is_restored),
		T(arguments_that_cannot_be_are_refused),
		T(a_changed_backup_is_refused_or_means_the_same),
		T(a_backup_without_one_of_its_letters_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
