/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "aside.h"
#include "record.h"

enum { KEY_LEN = CONTACT_ID_LEN + TACIT_ENVELOPE_ID_LEN };

static void
aside_key(const struct tacit_contact *ct,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], uint8_t row[KEY_LEN])
{
	memcpy(row, ct->id, CONTACT_ID_LEN);
	memcpy(row + CONTACT_ID_LEN, envelope, TACIT_ENVELOPE_ID_LEN);
}

int
aside_is_full(struct tacit_contact *ct)
{
	int rc;

	if (ct->aside_full)
		return 1;
	rc = record_has(ct->t->vault, VAULT_ASIDE, ct->id, sizeof(ct->id),
	    TACIT_SETS_ASIDE_MAX);
	ct->aside_full = rc == 1;
	return rc;
}

int
aside_has(struct tacit_contact *ct,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN])
{
	struct vault_value value;
	uint8_t row[KEY_LEN];
	int rc;

	aside_key(ct, envelope, row);
	if ((rc = vault_get(ct->t->vault, VAULT_ASIDE, row, sizeof(row),
	    &value)) != 0)
		return rc;
	rc = value.data != NULL;
	vault_value_free(&value);
	return rc;
}

int
aside_keep(struct tacit_contact *ct,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], const uint8_t *body,
    size_t len)
{
	uint8_t row[KEY_LEN];
	int rc;

	if ((rc = aside_is_full(ct)) != 0)
		return rc < 0 ? rc : 0;
	aside_key(ct, envelope, row);
	return vault_put(ct->t->vault, VAULT_ASIDE, row, sizeof(row), body,
	    len);
}
