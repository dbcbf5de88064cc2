/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "anchor.h"
#include "change.h"
#include "contact.h"
#include "pins.h"
#include "record.h"

static int
same_pins(const tacit_state_Place *a, const tacit_state_Place *b)
{
	return sodium_memcmp(a->pin, b->pin, sizeof(a->pin)) == 0 &&
	    sodium_memcmp(a->next_pin, b->next_pin,
	    sizeof(a->next_pin)) == 0;
}

/* True if ${p} is of this relay and was behind. */
static int
bring_up(tacit_state_Place *p, const tacit_state_Place *now)
{
	if (!contact_place_equal(p, now) || same_pins(p, now))
		return 0;
	memcpy(p->pin, now->pin, sizeof(p->pin));
	memcpy(p->next_pin, now->next_pin, sizeof(p->next_pin));
	return 1;
}

static int
in_contact(struct tacit_contact *ct, const tacit_state_Place *now)
{
	tacit_state_Place mine = ct->rec.my_place;
	tacit_state_Place theirs = ct->rec.their_place;
	int rc, changed = bring_up(&mine, now);

	changed |= bring_up(&theirs, now);
	if (!changed)
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	ct->rec.my_place = mine;
	ct->rec.their_place = theirs;
	return change_end(ct->t, ct, 0);
}

static int
in_anchor(struct tacit *t, const tacit_state_Place *now)
{
	struct anchor *a = anchor_at(t, now);
	tacit_state_Anchor rec;
	int rc = 0;

	if (a == NULL)
		return 0;
	rec = a->rec;
	if (bring_up(&rec.place, now))
		rc = anchor_commit(a, &rec, 0);
	sodium_memzero(&rec, sizeof(rec));
	return rc;
}

/* What later invitations will name. */
static int
in_relays(struct tacit *t, const tacit_state_Place *now)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	tacit_state_Relay r;
	int rc;

	for (;;) {
		if ((rc = vault_next(t->vault, VAULT_RELAY, NULL, 0, &key,
		    &value)) != 0 || key.len == 0)
			break;
		rc = record_read(&value, tacit_state_Relay_fields, &r, NULL,
		    NULL);
		vault_value_free(&value);
		if (rc != 0)
			break;
		if (!bring_up(&r.place, now))
			continue;
		if ((rc = change_begin(t)) != 0)
			break;
		rc = change_end(t, NULL, record_put(t->vault, VAULT_RELAY,
		    key.data, key.len, tacit_state_Relay_fields, &r, NULL,
		    0));
		if (rc != 0)
			break;
	}
	sodium_memzero(&r, sizeof(r));
	return rc;
}

int
pins_learn(struct tacit *t, tacit_state_Place *place, int by_next,
    const uint8_t announced[TACIT_HASH_LEN])
{
	tacit_state_Place now = *place;
	struct tacit_contact *ct;
	int rc;

	if (by_next)
		memcpy(now.pin, place->next_pin, sizeof(now.pin));
	memcpy(now.next_pin, announced, sizeof(now.next_pin));
	if (!bring_up(place, &now))
		return 0;
	for (ct = t->contacts; ct != NULL; ct = ct->next)
		if ((rc = in_contact(ct, &now)) != 0)
			return rc;
	if ((rc = in_anchor(t, &now)) != 0)
		return rc;
	return in_relays(t, &now);
}
