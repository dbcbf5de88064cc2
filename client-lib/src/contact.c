/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "contact.h"
#include "set.h"

void
contact_base32(char *out, size_t chars, const uint8_t *in, size_t len)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	size_t i, bit;
	unsigned v;

	for (i = 0; i < chars; i++) {
		bit = i * 5;
		v = (unsigned)in[bit / 8] << 8;
		if (bit / 8 + 1 < len)
			v |= in[bit / 8 + 1];
		out[i] = alphabet[v >> (11 - bit % 8) & 31];
	}
	out[chars] = '\0';
}

void
contact_message_id(char out[TACIT_MESSAGE_ID_SIZE],
    const uint8_t stream[TACIT_STREAM_LEN], uint64_t seq)
{
	uint8_t id[12];
	size_t i;

	memcpy(id, stream, TACIT_STREAM_LEN);
	for (i = 0; i < 6; i++)
		id[6 + i] = (uint8_t)(seq >> (40 - 8 * i));
	memcpy(out, "m_", 2);
	contact_base32(out + 2, TACIT_MESSAGE_ID_SIZE - 3, id, sizeof(id));
}

void
contact_place_read(struct tacit_place *out, const tacit_state_Place *in)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->host, in->host.bytes, in->host.size);
	out->port = (uint16_t)in->port;
	out->flags = (uint8_t)in->flags;
	memcpy(out->pin, in->pin, sizeof(out->pin));
	memcpy(out->relay_key, in->relay_key, sizeof(out->relay_key));
}

void
contact_place_write(tacit_state_Place *out, const struct tacit_place *in)
{
	memset(out, 0, sizeof(*out));
	out->host.size = (pb_size_t)strlen(in->host);
	memcpy(out->host.bytes, in->host, out->host.size);
	out->port = in->port;
	out->flags = in->flags;
	memcpy(out->pin, in->pin, sizeof(out->pin));
	memcpy(out->relay_key, in->relay_key, sizeof(out->relay_key));
}

int
contact_place_equal(const tacit_state_Place *a, const tacit_state_Place *b)
{
	return a->port == b->port && a->host.size == b->host.size &&
	    memcmp(a->host.bytes, b->host.bytes, a->host.size) == 0 &&
	    sodium_memcmp(a->relay_key, b->relay_key,
	    sizeof(a->relay_key)) == 0;
}

struct tacit_contact *
contact_alloc(struct tacit *t)
{
	struct tacit_contact *ct = sodium_malloc(sizeof(*ct));

	if (ct != NULL) {
		memset(ct, 0, sizeof(*ct));
		ct->t = t;
	}
	return ct;
}

int
contact_new(struct tacit_contact **out, struct tacit *t, const char *label)
{
	struct tacit_contact *ct = contact_alloc(t);
	uint8_t random[8];
	char id[CONTACT_ID_LEN + 1];
	size_t len = strlen(label);

	if (ct == NULL)
		return TACIT_E_NOMEM;
	env_random(t, random, sizeof(random));
	contact_base32(id, CONTACT_ID_LEN, random, sizeof(random));
	memcpy(ct->id, id, CONTACT_ID_LEN);
	memcpy(ct->rec.label.bytes, label, len);
	ct->rec.label.size = (pb_size_t)len;
	env_random(t, ct->rec.stream, sizeof(ct->rec.stream));
	memcpy(ct->rec.wire_stream, ct->rec.stream,
	    sizeof(ct->rec.wire_stream));
	ct->rec.generation = ct->rec.send_generation = 1;
	ct->rec.answered = 1;
	ct->rec.restarts = t->self.restarts;
	*out = ct;
	return 0;
}

void
contact_insert(struct tacit_contact *ct)
{
	struct tacit_contact **at = &ct->t->contacts;

	while (*at != NULL && (*at)->rec.number < ct->rec.number)
		at = &(*at)->next;
	ct->next = *at;
	*at = ct;
}

void
contact_add(struct tacit_contact *ct)
{
	ct->rec.number = ++ct->t->self.next_number;
	ct->t->self_changed = 1;
	contact_insert(ct);
}

void
contact_remove(struct tacit_contact *ct)
{
	struct tacit_contact **at = &ct->t->contacts;

	while (*at != ct)
		at = &(*at)->next;
	*at = ct->next;
	contact_free(ct);
}

void
contact_free_out(struct tacit_contact *ct)
{
	struct out_ref *o;

	ct->out_last = NULL;
	while ((o = ct->out) != NULL) {
		ct->out = o->next;
		free(o);
	}
}

void
contact_free(struct tacit_contact *ct)
{
	if (ct == NULL)
		return;
	contact_free_out(ct);
	sodium_free(ct->pairing);
	sodium_free(ct);
}

int
contact_pairing(struct tacit_contact *ct)
{
	if (ct->pairing != NULL)
		return 0;
	if ((ct->pairing = sodium_malloc(sizeof(*ct->pairing))) == NULL)
		return TACIT_E_NOMEM;
	memset(ct->pairing, 0, sizeof(*ct->pairing));
	ct->pairing_changed = 1;
	return 0;
}

struct tacit_contact *
contact_by_id(struct tacit *t, const void *id)
{
	struct tacit_contact *ct;

	for (ct = t->contacts; ct != NULL; ct = ct->next)
		if (memcmp(ct->id, id, sizeof(ct->id)) == 0)
			break;
	return ct;
}

struct tacit_contact *
contact_by_address(struct tacit *t, const uint8_t address[TACIT_ADDRESS_LEN])
{
	struct tacit_contact *ct;

	for (ct = t->contacts; ct != NULL; ct = ct->next)
		if (set_has_mailbox(ct, address))
			break;
	return ct;
}

struct tacit_contact *
contact_by_invitation(struct tacit *t, const uint8_t a[TACIT_ADDRESS_LEN])
{
	struct tacit_contact *ct;

	for (ct = t->contacts; ct != NULL; ct = ct->next)
		if (contact_is_shown(ct) && sodium_memcmp(ct->rec.invitation,
		    a, TACIT_ADDRESS_LEN) == 0)
			break;
	return ct;
}

void
contact_session(const struct tacit_contact *ct, struct ratchet_session *out)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->relationship, ct->rec.relationship,
	    sizeof(out->relationship));
	out->generation = ct->rec.send_generation;
	out->owner = ct->rec.send_theirs ? RATCHET_THEIRS : RATCHET_MINE;
}

int
contact_can_seal(const struct tacit_contact *ct)
{
	return ct->rec.send_generation >= ct->rec.floor;
}

int
contact_is_trusted(const struct tacit_contact *ct)
{
	return !ct->rec.inviter || ct->rec.verified ||
	    ct->rec.accepted_ms != 0;
}

int
contact_is_shown(const struct tacit_contact *ct)
{
	return ct->rec.step != tacit_state_Step_REMOVED;
}

int
contact_has_mailbox(const struct tacit_contact *ct)
{
	return ct->rec.mailbox;
}

uint32_t
contact_queued(const struct tacit_contact *ct)
{
	const struct out_ref *o;
	uint32_t n = 0;

	for (o = ct->out; o != NULL; o = o->next)
		n += o->kind == tacit_state_OutKind_OUT_TEXT && !o->okayed &&
		    o->last_part;
	return n;
}
