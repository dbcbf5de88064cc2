/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "set.h"

size_t
set_end(const struct tacit_contact *ct)
{
	return SET_OLD + ct->rec.old_count;
}

static void
of_now(const struct tacit_contact *ct, struct set *out)
{
	out->id = ct->rec.rotation;
	out->owner = ct->rec.my_owner;
	out->address = ct->rec.my_address;
	out->pair = ct->rec.key1;
	out->mailbox = ct->rec.mailbox;
}

int
set_get(const struct tacit_contact *ct, size_t i, struct set *out)
{
	const tacit_state_Set *s;

	if (i == SET_NOW) {
		of_now(ct, out);
		return 1;
	}
	s = i == SET_NEXT ? &ct->rec.next : &ct->rec.old[i - SET_OLD];
	out->id = s->id;
	out->owner = s->owner;
	out->address = s->address;
	out->pair = s->pair;
	out->mailbox = s->mailbox;
	return i != SET_NEXT || s->id != 0;
}

static int
is_same(const uint8_t a[TACIT_ADDRESS_LEN], const uint8_t b[TACIT_ADDRESS_LEN])
{
	return sodium_memcmp(a, b, TACIT_ADDRESS_LEN) == 0;
}

int
set_has_mailbox(const struct tacit_contact *ct,
    const uint8_t address[TACIT_ADDRESS_LEN])
{
	struct set s;
	size_t i;

	for (i = 0; i < set_end(ct); i++)
		if (set_get(ct, i, &s) && s.mailbox &&
		    is_same(s.address, address))
			return 1;
	return 0;
}

static const struct box *
find_box(const struct tacit_contact *ct,
    const uint8_t address[TACIT_ADDRESS_LEN])
{
	size_t i;

	for (i = 0; i < BOXES; i++)
		if (is_same(ct->box[i].address, address))
			return &ct->box[i];
	return NULL;
}

struct box *
set_box(struct tacit_contact *ct, const uint8_t address[TACIT_ADDRESS_LEN])
{
	struct box *b = ct->box;

	if (find_box(ct, address) != NULL)
		return &ct->box[find_box(ct, address) - ct->box];
	/* There are no more sets than boxes: one is of a set that is gone. */
	while (b < &ct->box[BOXES - 1] && set_has_mailbox(ct, b->address))
		b++;
	memset(b, 0, sizeof(*b));
	memcpy(b->address, address, sizeof(b->address));
	return b;
}

int
set_all_drained(const struct tacit_contact *ct)
{
	const struct box *b;
	struct set s;
	size_t i;

	for (i = 0; i < set_end(ct); i++) {
		if (!set_get(ct, i, &s) || !s.mailbox)
			continue;
		if ((b = find_box(ct, s.address)) == NULL || !b->drained)
			return 0;
	}
	return 1;
}

void
set_look_again(struct tacit_contact *ct,
    const uint8_t address[TACIT_ADDRESS_LEN])
{
	struct box *b = set_box(ct, address);

	b->read_conn = 0;
	b->drained = 0;
	b->again = 1;
}

enum set_look
set_look(const struct tacit_contact *ct,
    const uint8_t address[TACIT_ADDRESS_LEN])
{
	const struct box *b = find_box(ct, address);

	if (!set_has_mailbox(ct, address))
		return SET_LOOKED;
	if (b == NULL || !b->again)
		return SET_NO_LOOK;
	return b->drained ? SET_LOOKED : SET_LOOKS;
}
