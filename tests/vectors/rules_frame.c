/* SPDX-License-Identifier: Apache-2.0 */
/* Frames, by a table of their fields, and signatures of requests. */
#include <string.h>

#include <sodium.h>

#include "tacit/frame.h"
#include "tacit/hash.h"
#include "vectors.h"

enum type { END, FIXED, UINT, BOOL, IDS, UINTS };

struct field {
	enum type type;
	const char *name;
	size_t at, len;
};

enum { FIELDS_MAX = 9 };

#define AT(kind, field)		offsetof(tacit_Frame, is.kind.field)
#define BYTES(kind, field)	{ FIXED, #field, AT(kind, field),	\
	sizeof(((tacit_Frame *)0)->is.kind.field) }
#define NUMBER(kind, field)	{ UINT, #field, AT(kind, field), 4 }
#define FLAG(kind, field)	{ BOOL, #field, AT(kind, field), 1 }

static const struct kind {
	const char *name;
	pb_size_t which;
	struct field field[FIELDS_MAX + 1];
} kinds[] = {
#define KIND(kind, ...)	{ #kind, tacit_Frame_##kind##_tag, { __VA_ARGS__ } }
	KIND(create, BYTES(create, owner), BYTES(create, token_hash),
	    BYTES(create, code), BYTES(create, signature)),
	KIND(subscribe, NUMBER(subscribe, count)),
	KIND(post, BYTES(post, address), BYTES(post, token),
	    BYTES(post, envelope), NUMBER(post, kind), FLAG(post, resume),
	    FLAG(post, first)),
	KIND(recall, BYTES(recall, address), BYTES(recall, token),
	    BYTES(recall, envelope)),
	KIND(ack, BYTES(ack, address),
	    { IDS, "envelope", AT(ack, envelope), TACIT_ENVELOPE_ID_LEN }),
	KIND(close, BYTES(close, owner), BYTES(close, signature),
	    BYTES(close, pass_hash)),
	KIND(set_token, BYTES(set_token, owner), BYTES(set_token, token_hash),
	    FLAG(set_token, keep), BYTES(set_token, signature)),
	KIND(anchor, BYTES(anchor, owner), BYTES(anchor, expected_hash),
	    BYTES(anchor, next), BYTES(anchor, signature)),
	KIND(split, BYTES(split, code), BYTES(split, pass_hash),
	    NUMBER(split, units)),
	KIND(put_invitation, BYTES(put_invitation, address),
	    BYTES(put_invitation, key), BYTES(put_invitation, code),
	    BYTES(put_invitation, pass_hash), NUMBER(put_invitation, hours)),
	KIND(get_invitation, BYTES(get_invitation, address),
	    BYTES(get_invitation, reader), BYTES(get_invitation, signature)),
	KIND(revoke_invitation, BYTES(revoke_invitation, address),
	    BYTES(revoke_invitation, key),
	    BYTES(revoke_invitation, signature)),
	KIND(ping, { END, NULL, 0, 0 }),
	KIND(welcome, NUMBER(welcome, version), BYTES(welcome, nonce),
	    BYTES(welcome, relay_key), BYTES(welcome, next_pin),
	    NUMBER(welcome, letters), NUMBER(welcome, parcels),
	    NUMBER(welcome, in_flight), NUMBER(welcome, ttl_days),
	    BYTES(welcome, signature)),
	KIND(ok, { UINTS, "id", AT(ok, id), 4 }, FLAG(ok, nearly_full)),
	KIND(error, NUMBER(error, id), NUMBER(error, code),
	    NUMBER(error, retry_after_ms)),
	KIND(subscribed, NUMBER(subscribed, id), NUMBER(subscribed, count)),
	KIND(invitation, NUMBER(invitation, id)),
	KIND(deliver, BYTES(deliver, address), BYTES(deliver, envelope),
	    NUMBER(deliver, kind)),
	KIND(drained, BYTES(drained, address)),
	KIND(ended, BYTES(ended, address)),
	KIND(recalled, NUMBER(recalled, id), NUMBER(recalled, outcome),
	    BYTES(recalled, body_hash), NUMBER(recalled, number),
	    BYTES(recalled, previous), BYTES(recalled, signature)),
	KIND(anchored, NUMBER(anchored, id), BYTES(anchored, value)),
#undef KIND
};

/* The elements of a list, each put where the array has it. */
static void
read_list(tacit_Frame *f, const struct field *d, json_t *list)
{
	uint8_t *at = (uint8_t *)f + d->at;
	size_t i, n = json_array_size(list);
	json_t *one;
	uint32_t v;

	if (n > (d->type == IDS ? TACIT_ACK_MAX : TACIT_OK_MAX))
		die(d->name, "too many");
	json_array_foreach(list, i, one) {
		json_t *boxed = json_pack("{sO}", "v", one);

		if (d->type == IDS) {
			bytes(at + i * d->len, d->len, boxed, "v");
		} else {
			v = (uint32_t)number(boxed, "v");
			memcpy(at + i * sizeof(v), &v, sizeof(v));
		}
		json_decref(boxed);
	}
	if (d->type == IDS)
		f->is.ack.envelope_count = (pb_size_t)n;
	else
		f->is.ok.id_count = (pb_size_t)n;
}

static void
read_field(tacit_Frame *f, const struct field *d, json_t *in)
{
	uint8_t *at = (uint8_t *)f + d->at;
	uint32_t v;
	bool b;

	switch (d->type) {
	case END:
		break;
	case FIXED:
		bytes(at, d->len, in, d->name);
		break;
	case UINT:
		v = (uint32_t)number(in, d->name);
		memcpy(at, &v, sizeof(v));
		break;
	case BOOL:
		b = json_is_true(need(in, d->name));
		memcpy(at, &b, sizeof(b));
		break;
	case IDS:
	case UINTS:
		read_list(f, d, need(in, d->name));
		break;
	}
}

json_t *
frame(json_t *in)
{
	static uint8_t body[TACIT_PARCEL_LEN], out[TACIT_PARCEL_LEN + 1024];
	const char *is = string(in, "is");
	tacit_Frame head = tacit_Frame_init_zero;
	const struct field *d;
	struct tacit_frame back;
	size_t i, n, used;

	for (i = 0; strcmp(kinds[i].name, is) != 0; ) {
		if (++i == sizeof(kinds) / sizeof(kinds[0]))
			die(is, "no such frame");
	}
	head.id = (uint32_t)number(in, "id");
	head.which_is = kinds[i].which;
	for (d = kinds[i].field; d->type != END; d++)
		read_field(&head, d, need(in, "fields"));
	memset(body, (int)number(in, "fill"), sizeof(body));
	if ((n = tacit_frame_write(out, sizeof(out), &head, body)) == 0 ||
	    tacit_frame_parse(&back, &used, out, n) != 0 || used != n)
		die(is, "cannot be written and read again");
	return answer(out, n);
}

json_t *
signature(json_t *in)
{
	uint8_t seed[32], hash[32], out[64], pk[32], sk[64];

	bytes(seed, sizeof(seed), in, "seed");
	bytes(hash, sizeof(hash), in, "hash");
	(void)crypto_sign_seed_keypair(pk, sk, seed);
	(void)crypto_sign_detached(out, NULL, hash, sizeof(hash), sk);
	return answer(out, sizeof(out));
}
