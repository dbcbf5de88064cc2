/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "contact.h"
#include "contact_store.h"
#include "outbox.h"
#include "record.h"

int
contact_forget_pairing(struct tacit_contact *ct)
{
	sodium_free(ct->pairing);
	ct->pairing = NULL;
	ct->pairing_changed = 0;
	return vault_del(ct->t->vault, VAULT_PAIRING, ct->id, sizeof(ct->id));
}

int
contact_store(struct tacit_contact *ct)
{
	int rc;

	if (ct->rec.step == tacit_state_Step_REMOVED && ct->rec.due == 0)
		return contact_erase(ct);
	if ((rc = record_put(ct->t->vault, VAULT_CONTACT, ct->id,
	    sizeof(ct->id), tacit_state_Contact_fields, &ct->rec, NULL,
	    0)) != 0)
		return rc;
	if (ct->pairing == NULL || !ct->pairing_changed)
		return 0;
	return record_put(ct->t->vault, VAULT_PAIRING, ct->id,
	    sizeof(ct->id), tacit_state_Pairing_fields, ct->pairing, NULL, 0);
}

int
contact_erase(struct tacit_contact *ct)
{
	static const enum vault_table tables[] = {
		VAULT_CONTACT, VAULT_PAIRING, VAULT_MARK, VAULT_OUTBOX,
		VAULT_INBOX, VAULT_ASIDE, VAULT_STATEMENT, VAULT_HISTORY,
		VAULT_KEEP, VAULT_REWRITTEN
	};
	size_t i;
	int rc;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if ((rc = record_clear(ct->t->vault, tables[i], ct->id,
		    sizeof(ct->id))) != 0)
			return rc;
	sodium_free(ct->pairing);
	ct->pairing = NULL;
	ct->pairing_changed = 0;
	contact_free_out(ct);
	ct->rec.step = tacit_state_Step_REMOVED;
	ct->rec.history = 0;
	return ratchet_forget(ct->t->ratchet, ct->rec.relationship);
}

/* What is kept in memory beside the record. */
static int
contact_load_rest(struct tacit_contact *ct)
{
	tacit_state_Pairing *p;
	int rc;

	if ((p = sodium_malloc(sizeof(*p))) == NULL)
		return TACIT_E_NOMEM;
	rc = record_get(ct->t->vault, VAULT_PAIRING, ct->id, sizeof(ct->id),
	    tacit_state_Pairing_fields, p, sizeof(*p), NULL, NULL);
	if (rc <= 0) {
		sodium_free(p);
		p = NULL;
	}
	sodium_free(ct->pairing);
	ct->pairing = p;
	ct->pairing_changed = 0;
	return rc < 0 ? rc : outbox_load(ct);
}

int
contact_reload(struct tacit_contact *ct)
{
	tacit_state_Contact rec;
	int rc;

	rc = record_get(ct->t->vault, VAULT_CONTACT, ct->id, sizeof(ct->id),
	    tacit_state_Contact_fields, &rec, sizeof(rec), NULL, NULL);
	if (rc >= 0) {
		ct->rec = rec;
		if (rc == 0)
			ct->rec.step = tacit_state_Step_REMOVED;
		rc = contact_load_rest(ct);
	}
	sodium_memzero(&rec, sizeof(rec));
	return rc;
}

int
contact_load_all(struct tacit *t)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	struct tacit_contact *ct;
	int rc;

	for (;;) {
		if ((rc = vault_next(t->vault, VAULT_CONTACT, NULL, 0, &key,
		    &value)) != 0 || key.len == 0)
			return rc;
		if ((ct = contact_alloc(t)) == NULL) {
			vault_value_free(&value);
			return TACIT_E_NOMEM;
		}
		rc = key.len == sizeof(ct->id) ? record_read(&value,
		    tacit_state_Contact_fields, &ct->rec, NULL, NULL) :
		    TACIT_E_CORRUPT;
		vault_value_free(&value);
		if (rc == 0) {
			memcpy(ct->id, key.data, sizeof(ct->id));
			rc = contact_load_rest(ct);
		}
		if (rc != 0) {
			contact_free(ct);
			return rc;
		}
		contact_insert(ct);
	}
}
