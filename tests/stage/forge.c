/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "change.h"
#include "forge.h"
#include "letter.h"
#include "pad.h"
#include "ratchet.h"

enum { MSG_MAX = 1989 };

void
forge_peer(struct forge *f, struct story *st, int from)
{
	f->st = st;
	f->from = from;
	f->ct = story_contact(st, from);
	assert_non_null(f->ct);
}

void
forge_seal(struct forge *f, int key1, const struct seal_header *h,
    const uint8_t *msg, uint8_t envelope[TACIT_ENVELOPE_ID_LEN], uint8_t *body)
{
	struct seal_place place;
	struct seal_keys keys;
	uint8_t random[16];

	randombytes_buf(random, sizeof(random));
	randombytes_buf(envelope, TACIT_ENVELOPE_ID_LEN);
	memcpy(place.envelope, envelope, TACIT_ENVELOPE_ID_LEN);
	memcpy(place.address, f->ct->rec.their_address, TACIT_ADDRESS_LEN);
	letter_keys(f->ct, 0, key1, &keys);
	assert_int_equal(seal_close(body, TACIT_LETTER_LEN, &keys, &place, h,
	    msg, random), 0);
}

void
forge_say_as(struct forge *f, const tacit_Content *c,
    const uint8_t stream[TACIT_STREAM_LEN], enum seal_kind kind,
    uint32_t generation)
{
	uint8_t padded[TACIT_CONTENT_LEN], msg[MSG_MAX];
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];
	struct seal_header h = { .kind = (uint8_t)kind };
	struct ratchet_session s;
	enum ratchet_kind which;
	size_t len;

	assert_int_equal(pad_write(padded, sizeof(padded),
	    tacit_Content_fields, c), 0);
	contact_session(f->ct, &s);
	assert_int_equal(change_begin(f->ct->t), 0);
	assert_int_equal(ratchet_encrypt(f->ct->t->ratchet, &s, padded,
	    sizeof(padded), msg, sizeof(msg), &len, &which), 0);
	assert_int_equal(which, RATCHET_WHISPER);
	memcpy(h.stream, stream, sizeof(h.stream));
	h.counter = ++f->ct->rec.counter;
	h.generation = generation;
	h.length = (uint16_t)len;
	forge_seal(f, 1, &h, msg, envelope, body);
	assert_int_equal(change_end(f->ct->t, f->ct, 0), 0);
	story_hand(f->st, 1 - f->from, envelope, body, sizeof(body));
}

void
forge_say(struct forge *f, const tacit_Content *c)
{
	forge_say_as(f, c, c->stream, SEAL_WHISPER, 1);
}
