/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "answer_wire.h"
#include "checkin.h"
#include "form_wire.h"

enum { AT_CONTACT = 2, AT_ID = AT_CONTACT + TACIT_CONTACT_ID_SIZE - 1 };

void
checkin_hash(uint8_t out[CHECKIN_HASH_LEN], const uint8_t *bytes, size_t len)
{
	(void)crypto_generichash(out, CHECKIN_HASH_LEN, bytes, len, NULL, 0);
}

void
checkin_form_key(struct row_key *k, const uint8_t hash[CHECKIN_HASH_LEN])
{
	row_key(k, ROW_FORM);
	row_key_bytes(k, hash, CHECKIN_HASH_LEN);
}

void
checkin_contact_form_key(struct row_key *k, enum row_kind kind,
    const char contact[TACIT_CONTACT_ID_SIZE],
    const uint8_t hash[CHECKIN_HASH_LEN])
{
	row_key(k, kind);
	row_key_contact(k, contact);
	row_key_bytes(k, hash, CHECKIN_HASH_LEN);
}

void
checkin_key(struct row_key *k, enum row_kind kind,
    const char contact[TACIT_CONTACT_ID_SIZE], const char *id)
{
	row_key(k, kind);
	row_key_contact(k, contact);
	if (id != NULL)
		row_key_bytes(k, id, IDENT_SIZE - 1);
}

void
checkin_day_key(struct row_key *k, enum row_kind kind,
    const char contact[TACIT_CONTACT_ID_SIZE], const char *id, uint32_t date)
{
	checkin_key(k, kind, contact, id);
	if (date != 0)
		row_key_u32(k, date);
}

void
checkin_key_contact(const struct row_key *k,
    char contact[TACIT_CONTACT_ID_SIZE])
{
	memcpy(contact, k->data + AT_CONTACT, TACIT_CONTACT_ID_SIZE - 1);
	contact[TACIT_CONTACT_ID_SIZE - 1] = '\0';
}

void
checkin_key_id(const struct row_key *k, char id[IDENT_SIZE])
{
	memcpy(id, k->data + AT_ID, IDENT_SIZE - 1);
	id[IDENT_SIZE - 1] = '\0';
}

int
checkin_form_load(struct form **out, struct tacit *t, const struct row_key *k)
{
	uint8_t *bytes = malloc(FORM_WIRE_MAX);
	size_t len = 0;
	int rc;

	*out = NULL;
	if (bytes == NULL)
		return TACIT_E_NOMEM;
	rc = row_get_bytes(t, k, bytes, FORM_WIRE_MAX, &len);
	if (rc == 1 && (rc = form_read(out, bytes, len, NULL)) == 0)
		rc = 1;
	free(bytes);
	return rc == TACIT_E_FORM ? TACIT_E_CORRUPT : rc;
}

int
checkin_count(struct tacit *t, const struct row_key *prefix, int max)
{
	struct row_key at = { .len = 0 };
	int n = 0, rc = 0;

	while (n < max && (rc = row_next(t, prefix, &at)) == 1)
		n++;
	return rc < 0 ? rc : n;
}

void
checkin_tell(struct batch *b, struct tacit_contact *ct,
    enum tacit_practice_event_type type, const char *id, uint32_t date,
    const char *title, const char *label, const char *value)
{
	tacit_rows_Event ev = tacit_rows_Event_init_zero;

	ev.type = (uint32_t)type;
	ev.date = date;
	(void)snprintf(ev.about, sizeof(ev.about), "%s", id);
	(void)snprintf(ev.title, sizeof(ev.title), "%s", title);
	(void)snprintf(ev.label, sizeof(ev.label), "%s", label);
	(void)snprintf(ev.value, sizeof(ev.value), "%s", value);
	queue_tell(b, ct, &ev);
	sodium_memzero(&ev, sizeof(ev));
}

int
checkin_answers(struct answers **out, const struct form *f,
    const tacit_rows_Response *r)
{
	int rc = answers_read(out, f, r->answers.bytes, r->answers.size);

	return rc == TACIT_E_ANSWER ? TACIT_E_CORRUPT : rc;
}
