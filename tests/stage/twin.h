/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory is what the vault says: a core against another one, loaded from the
 * same vault.  To be included by one file of a program, after cmocka.h.
 */
#ifndef TWIN_H
#define TWIN_H

#include <pb_encode.h>
#include <sodium.h>

#include "contact.h"
#include "core.h"

static inline void
same_record(const pb_msgdesc_t *fields, const void *a, const void *b)
{
	static uint8_t one[16384], two[16384];
	pb_ostream_t x = pb_ostream_from_buffer(one, sizeof(one));
	pb_ostream_t y = pb_ostream_from_buffer(two, sizeof(two));

	assert_true(pb_encode(&x, fields, a));
	assert_true(pb_encode(&y, fields, b));
	assert_int_equal(x.bytes_written, y.bytes_written);
	assert_memory_equal(one, two, x.bytes_written);
}

static inline void
same_contact(const struct tacit_contact *a, const struct tacit_contact *b)
{
	const struct out_ref *o, *p;

	same_record(tacit_state_Contact_fields, &a->rec, &b->rec);
	assert_int_equal(a->pairing == NULL, b->pairing == NULL);
	if (a->pairing != NULL)
		same_record(tacit_state_Pairing_fields, a->pairing,
		    b->pairing);
	assert_int_equal(a->unread, b->unread);
	for (o = a->out, p = b->out; o != NULL && p != NULL;
	    o = o->next, p = p->next) {
		assert_int_equal(o->n, p->n);
		assert_int_equal(o->kind, p->kind);
		assert_int_equal(o->seq, p->seq);
		assert_int_equal(o->type, p->type);
		assert_int_equal(o->last_part, p->last_part);
		assert_int_equal(o->okayed_ms, p->okayed_ms);
		if (o->kind != tacit_state_OutKind_OUT_HELLO)
			assert_int_equal(o->okayed, p->okayed);
	}
	assert_null(o);
	assert_null(p);
}

static inline void
memory_is_what_the_vault_says(struct tacit *t)
{
	struct tacit twin = { .vault = t->vault, .ratchet = t->ratchet,
	    .env = t->env };
	const struct tacit_contact *a, *b;

	assert_false(vault_in_transaction(t->vault));
	assert_int_equal(t->broken, 0);
	assert_int_equal(core_load(&twin), 0);
	same_record(tacit_state_Self_fields, &t->self, &twin.self);
	for (a = t->contacts, b = twin.contacts; a != NULL; a = a->next) {
		if (!contact_is_shown(a) && a->rec.due == 0)
			continue;
		assert_non_null(b);
		assert_memory_equal(a->id, b->id, sizeof(a->id));
		same_contact(a, b);
		b = b->next;
	}
	assert_null(b);
	core_free(&twin);
}

/* Every row of every table. */
static inline void
fingerprint(struct vault *v, uint8_t out[32])
{
	struct vault_key key;
	struct vault_value value;
	crypto_generichash_state h;
	int table;

	(void)crypto_generichash_init(&h, NULL, 0, 32);
	for (table = 1; table <= VAULT_LAST; table++)
		for (key.len = 0;;) {
			assert_int_equal(vault_next(v, (enum vault_table)table,
			    NULL, 0, &key, &value), 0);
			if (key.len == 0)
				break;
			(void)crypto_generichash_update(&h, key.data, key.len);
			(void)crypto_generichash_update(&h, value.data,
			    value.len);
			vault_value_free(&value);
		}
	(void)crypto_generichash_final(&h, out, 32);
}

#endif
