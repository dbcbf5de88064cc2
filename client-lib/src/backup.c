/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "backup.h"
#include "contact.h"
#include "contact_store.h"
#include "core.h"
#include "data.h"
#include "ending.h"
#include "event.h"
#include "journal.h"
#include "keystore.h"
#include "outbox.h"
#include "record.h"
#include "restart.h"

/*
 * Events of the restored vault are numbered from so much further on: an app
 * must not take one for another that it had since the backup.
 */
static const uint64_t EVENT_LEAP = (uint64_t)1 << 32;

/* ---- rows from one vault into another --------------------------------------- */

static int
copy_row(struct vault *to, enum vault_table t, const struct vault_key *key,
    const struct vault_value *value)
{
	return vault_put(to, t, key->data, key->len, value->data, value->len);
}

/*
 * Of what waits to go out the text stays, and not what a session made of it.
 * HELLO_ACK is the exception: it is made once, and its bytes may go again.
 */
static int
copy_out(struct vault *to, enum vault_table t, const struct vault_key *key,
    const struct vault_value *value)
{
	tacit_state_Out o = tacit_state_Out_init_zero;
	char *text;
	size_t len;
	int rc;

	if ((rc = record_read(value, tacit_state_Out_fields, &o, &text,
	    &len)) != 0)
		return rc;
	if (o.kind != tacit_state_OutKind_OUT_HELLO_ACK) {
		outbox_unseal(&o);
		o.lost = 1;
		memset(o.turn, 0, sizeof(o.turn));
	} else if (o.sealed.size == 0)
		goto out;
	rc = record_put(to, t, key->data, key->len, tacit_state_Out_fields,
	    &o, text, len);
out:
	record_tail_free(text, len);
	return rc;
}

/* Of the keys of a relationship what is no session and no prekey. */
static int
copy_identities(struct vault *to, struct vault *from)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	tacit_state_Contact rec;
	int rc;

	for (;;) {
		if ((rc = vault_next(from, VAULT_CONTACT, NULL, 0, &key,
		    &value)) != 0 || key.len == 0)
			break;
		memset(&rec, 0, sizeof(rec));
		rc = record_read(&value, tacit_state_Contact_fields, &rec,
		    NULL, NULL);
		vault_value_free(&value);
		if (rc != 0 || (rc = keystore_carry(to, from,
		    rec.relationship)) != 0)
			break;
	}
	sodium_memzero(&rec, sizeof(rec));
	return rc;
}

static int
copy_table(struct vault *to, struct vault *from, enum vault_table t,
    int (*copy)(struct vault *to, enum vault_table t,
    const struct vault_key *key, const struct vault_value *value))
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	int rc;

	for (;;) {
		if ((rc = vault_next(from, t, NULL, 0, &key, &value)) != 0 ||
		    key.len == 0)
			return rc;
		rc = copy(to, t, &key, &value);
		vault_value_free(&value);
		if (rc != 0)
			return rc;
	}
}

/* Left out: VAULT_JOB, VAULT_ASIDE, and VAULT_RATCHET but for identities. */
static int
copy_all(struct vault *to, struct vault *from)
{
	static const enum vault_table plain[] = {
		VAULT_SELF, VAULT_RELAY, VAULT_CONTACT, VAULT_PAIRING,
		VAULT_MARK, VAULT_INBOX, VAULT_EVENT, VAULT_ANCHOR, VAULT_KEEP,
		VAULT_STATEMENT, VAULT_REWRITTEN, VAULT_HISTORY, VAULT_LOG
	};
	size_t i;
	int rc;

	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if ((rc = copy_table(to, from, plain[i], copy_row)) != 0)
			return rc;
	if ((rc = copy_table(to, from, VAULT_OUTBOX, copy_out)) != 0 ||
	    (rc = data_carry(to, from)) != 0)
		return rc;
	return copy_identities(to, from);
}

/* ---- out -------------------------------------------------------------------- */

static int
rows_out(struct vault *to, void *arg)
{
	return copy_all(to, arg);
}

/* One read transaction, so that nothing moves meanwhile. */
int
backup_write(struct vault *from, const char *path, const char *passphrase,
    size_t len)
{
	struct vault_cost cost;
	int rc;

	if ((rc = vault_begin(from)) != 0)
		return rc;
	if ((rc = vault_cost(from, &cost)) == 0)
		rc = vault_make(path, passphrase, len, &cost, VAULT_BACKUP,
		    rows_out, from);
	vault_rollback(from);
	return rc;
}

/* ---- back ------------------------------------------------------------------- */

/* True if the keys that the other side answers to are gone: its prekeys. */
static int
is_lost(const struct tacit_contact *ct)
{
	switch (ct->rec.step) {
	case tacit_state_Step_I1_MADE:
	case tacit_state_Step_I2_CREATED:
	case tacit_state_Step_I3_INVITED:
	case tacit_state_Step_J1_READING:
	case tacit_state_Step_J2_READ:
	case tacit_state_Step_J3_JOINING:
		return 1;
	case tacit_state_Step_STEP_NONE:
	case tacit_state_Step_I4_ANSWERED:
	case tacit_state_Step_I5_ACTIVE:
	case tacit_state_Step_J4_ACTIVE:
	case tacit_state_Step_CLOSED:
	case tacit_state_Step_REMOVED:
		break;
	}
	return 0;
}

/*
 * End what was not paired: the mailbox and the invitation go, what was
 * written stays to be read.
 */
static int
end_pairing(struct tacit_contact *ct)
{
	int made = ct->rec.step != tacit_state_Step_J1_READING, rc;
	tacit_state_Event e = tacit_state_Event_init_zero;

	ct->rec.step = tacit_state_Step_CLOSED;
	ct->rec.closed_by_me = ct->rec.told_closed = 1;
	ct->rec.closed_ms = (uint64_t)env_unix_ms(ct->t);
	ct->rec.due = ct->rec.inviter ? DUE_REVOKE : 0;
	ct->rec.mailbox = 1;
	if ((rc = ending_alone(ct)) != 0)
		return rc;
	if (!made)
		ct->rec.due = 0;
	e.type = TACIT_EV_REFUSED;
	e.reason = TACIT_E_ROLLED_BACK;
	return event_add(ct->t, ct, &e, NULL, 0);
}

/* Turn the rows of a backup into those of a vault that knows what it is. */
static int
mark(struct tacit *t, uint32_t *contacts)
{
	struct tacit_contact *ct;
	int rc;

	if ((rc = core_load(t)) != 0)
		return rc;
	t->self.next_event += EVENT_LEAP;
	/* What was tried is counted anew at its new place. */
	t->self.tries = 0;
	if ((rc = journal_say(t, TACIT_LOG_RESTORE, NULL)) != 0)
		return rc;
	if ((rc = restart_mark(t)) != 0)
		return rc;
	for (ct = t->contacts; ct != NULL; ct = ct->next) {
		*contacts += contact_is_shown(ct) != 0;
		if (is_lost(ct) && ((rc = end_pairing(ct)) != 0 ||
		    (rc = contact_store(ct)) != 0))
			return rc;
	}
	return record_put_self(t->vault, &t->self);
}

struct back {
	struct vault *from;
	struct backup_target *to;
};

static int
rows_back(struct vault *v, void *arg)
{
	struct back *b = arg;
	struct tacit t = { .vault = v, .env = *b->to->env };
	int rc;

	if ((rc = copy_all(v, b->from)) != 0 ||
	    (rc = ratchet_open(&t.ratchet, v)) != 0)
		return rc;
	b->to->contacts = 0;
	rc = mark(&t, &b->to->contacts);
	core_free(&t);
	ratchet_close(t.ratchet);
	return rc;
}

int
backup_restore(struct vault *from, struct backup_target *to)
{
	struct back b = { from, to };

	return vault_make_by(to->path, &to->by, &to->cost, VAULT_LIVED_IN,
	    rows_back, &b);
}
