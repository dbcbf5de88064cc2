/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "change.h"
#include "contact.h"
#include "content.h"
#include "ending.h"
#include "event.h"
#include "heard.h"
#include "inbox.h"
#include "letter.h"
#include "outbox.h"
#include "pair.h"
#include "record.h"
#include "reorder.h"

enum { ASIDE_KEY_LEN = CONTACT_ID_LEN + TACIT_ENVELOPE_ID_LEN };

/* One envelope on its way up. */
struct arrival {
	struct seal_place place;
	const uint8_t *body;
	size_t len;
	int seal;			/* what open_seal() said; if 0, */
	struct seal_header head;
	int key1;			/* opened under k1, */
	struct heard heard;		/* and what was heard of its stream */
	int is_gap;			/* the ratchet cannot reach so far */
	size_t cap;			/* of both: */
	uint8_t *msg;			/* the ratchet message */
	uint8_t *padded;		/* the content, once there is any */
};

static void
aside_key(const struct tacit_contact *ct, const struct arrival *a,
    uint8_t row[ASIDE_KEY_LEN])
{
	memcpy(row, ct->id, CONTACT_ID_LEN);
	memcpy(row + CONTACT_ID_LEN, a->place.envelope,
	    TACIT_ENVELOPE_ID_LEN);
}

/* 1 if no more can be kept of what is of no use; 0; or an error. */
static int
is_full(struct tacit_contact *ct)
{
	int rc;

	if (ct->aside_full)
		return 1;
	rc = record_has(ct->t->vault, VAULT_ASIDE, ct->id, sizeof(ct->id),
	    TACIT_SETS_ASIDE_MAX);
	ct->aside_full = rc == 1;
	return rc;
}

/* Keep what cannot be used: the first 64 of a mailbox. */
static int
set_aside(struct tacit_contact *ct, const struct arrival *a)
{
	uint8_t row[ASIDE_KEY_LEN];
	int rc;

	if ((rc = is_full(ct)) != 0)
		return rc < 0 ? rc : 0;
	aside_key(ct, a, row);
	return vault_put(ct->t->vault, VAULT_ASIDE, row, sizeof(row),
	    a->body, a->len);
}

/*
 * 1 if the app has not been told of ${a}; 0; or an error.  What was kept was
 * told; when no more can be kept, one of a kind is told by each process.
 */
static int
is_news(struct tacit_contact *ct, const struct arrival *a, uint32_t kind)
{
	struct vault_value value;
	uint8_t row[ASIDE_KEY_LEN];
	int rc;

	aside_key(ct, a, row);
	if ((rc = vault_get(ct->t->vault, VAULT_ASIDE, row, sizeof(row),
	    &value)) != 0)
		return rc;
	rc = value.data == NULL;
	vault_value_free(&value);
	if (rc != 1 || (rc = is_full(ct)) < 0)
		return rc;
	return rc == 0 || (ct->told & kind) == 0;
}

static enum tacit_event_type
event_of(int why)
{
	switch (why) {
	case TACIT_E_IDENTITY_CHANGED:
		return TACIT_EV_IDENTITY_CHANGED;
	case TACIT_E_INVITATION_USED:
		return TACIT_EV_INVITATION_MISUSED;
	default:
		return TACIT_EV_POISON;
	}
}

/*
 * Authentic, but of no use, because ${why}: kept, and the app is told, once.
 * What was begun with it has been undone.
 */
static int
poison(struct tacit_contact *ct, const struct arrival *a, int why)
{
	const enum tacit_event_type event = event_of(why);
	const uint32_t kind = UINT32_C(1) << event;
	/* Too many were lost in one chain: an answer of ours begins another. */
	int owes = a->is_gap && ct->rec.have_owed < TACIT_HAVE_ALONE_AFTER;
	int rc, news;

	if ((news = is_news(ct, a, kind)) < 0)
		return news;
	if (!news && !owes)
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	if (owes)
		ct->rec.have_owed = TACIT_HAVE_ALONE_AFTER;
	if (news && (rc = set_aside(ct, a)) == 0)
		rc = event_say(ct->t, ct, event);
	if ((rc = change_end(ct->t, ct, rc)) == 0)
		ct->told |= kind;
	return rc;
}

/* Find the key by the hint and open the seal.  Errors: TACIT_E_CRYPTO. */
static int
open_seal(struct tacit_contact *ct, struct arrival *a)
{
	struct seal_keys keys;
	int key1, rc = TACIT_E_CRYPTO;

	for (key1 = 1; key1 >= 0 && rc == TACIT_E_CRYPTO; key1--) {
		if (sodium_is_zero(key1 ? ct->rec.key1 : ct->rec.key0,
		    TACIT_KEY_LEN))
			continue;
		letter_keys(ct, 1, key1, &keys);
		if (!seal_names(a->body, &keys, &a->place))
			continue;
		a->key1 = key1;
		rc = seal_open(&a->head, a->msg, a->body, a->len, &keys,
		    &a->place);
	}
	sodium_memzero(&keys, sizeof(keys));
	return rc;
}

static int
open_ratchet(struct tacit_contact *ct, struct arrival *a, tacit_Content *c)
{
	struct ratchet_session s;
	size_t n = 0;
	int rc;

	contact_session(ct, &s);
	if (a->head.generation != s.generation)
		return TACIT_E_POISON;
	if ((a->padded = malloc(a->cap)) == NULL)
		return TACIT_E_NOMEM;
	rc = ratchet_decrypt(ct->t->ratchet, &s,
	    a->head.kind == SEAL_PREKEY ? RATCHET_PREKEY : RATCHET_WHISPER, 0,
	    a->msg, a->head.length, a->padded, a->cap, &n);
	a->is_gap = rc == TACIT_E_LIMIT;
	return rc != 0 ? rc : content_read(c, a->padded, n);
}

/* `have` that we owe: with the next letter, or alone when much or long. */
static void
owe_have(struct tacit_contact *ct)
{
	ct->rec.have_owed++;
	if (ct->rec.have_due_ms == 0)
		ct->rec.have_due_ms = (uint64_t)(env_unix_ms(ct->t) +
		    env_random_between(ct->t, 3600 * 1000, 24 * 3600 * 1000));
}

/* The content of an authentic envelope.  ${h} is its stream's. */
static int
take_content(struct tacit_contact *ct, const tacit_Content *c,
    struct heard *h)
{
	size_t i;
	int rc;

	for (i = 0; i < c->have_count; i++)
		if ((rc = outbox_had(ct, &c->have[i])) != 0)
			return rc;
	switch (c->which_is) {
	case tacit_Content_text_tag:
		memcpy(ct->rec.their_stream, c->stream,
		    sizeof(ct->rec.their_stream));
		owe_have(ct);
		return reorder_take(ct, c, h);
	case tacit_Content_hello_ack_tag:
		return pair_on_hello_ack(ct, &c->is.hello_ack);
	case tacit_Content_closed_tag:
		return ending_told(ct);
	case tacit_Content_need_tag:
		return outbox_need(ct, c->is.need.from, c->is.need.to);
	case tacit_Content_confirm_tag:
	case tacit_Content_have_only_tag:
		return 0;
	default:
		return TACIT_E_POISON;
	}
}

/* Below the seal.  Errors: verdicts on the envelope, or of storage. */
static int
take_opened(struct tacit_contact *ct, struct arrival *a, struct heard *h)
{
	tacit_Content *c;
	int rc;

	if (a->head.kind == SEAL_HELLO)
		return pair_on_hello(ct, a->msg, a->head.length);
	/* Before Hello nobody is known who could have changed. */
	if (ct->rec.step == tacit_state_Step_I3_INVITED)
		return TACIT_E_CRYPTO;
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return TACIT_E_NOMEM;
	if ((rc = open_ratchet(ct, a, c)) != 0)
		goto out;
	if (memcmp(c->stream, a->head.stream, sizeof(c->stream)) != 0) {
		rc = TACIT_E_POISON;
		goto out;
	}
	if (a->key1 && (rc = pair_on_key1(ct)) != 0)
		goto out;
	rc = take_content(ct, c, h);
out:
	sodium_memzero(c, sizeof(*c));
	free(c);
	return rc;
}

/* About the envelope, that is: not about our own storage. */
static int
is_verdict(int rc)
{
	return rc < 0 && (rc > TACIT_E_NOMEM || rc < TACIT_E_INTERNAL);
}

/*
 * Open the seal, without a change.  Returns 1 if nothing of ${a} is to be
 * kept, 0 if there may be; or an error.  Forgeries and replays, of which a
 * relay can send any number, end here: the disk has no work with them.
 */
static int
look(struct tacit_contact *ct, struct arrival *a)
{
	int rc;

	if ((a->seal = open_seal(ct, a)) == TACIT_E_CRYPTO)
		return is_full(ct);
	if (a->seal != 0)
		return is_verdict(a->seal) ? 0 : a->seal;
	if ((rc = heard_get(ct, a->head.stream, &a->heard)) != 0)
		return rc;
#ifdef TACIT_CONTROL_NO_REPLAY_MARK
	return 0;
#endif
	return marks_has(&a->heard.replay, a->head.counter) &&
	    !(a->head.kind == SEAL_HELLO && pair_owes_ack(ct));
}

/* Errors:  verdicts on the envelope, of storage; 1: leave no trace of it. */
static int
take(struct tacit_contact *ct, struct arrival *a)
{
	struct heard *h = &a->heard;
	int rc;

	if (a->seal == TACIT_E_CRYPTO)
		return set_aside(ct, a);
	if (a->seal != 0)
		return a->seal;
	if ((rc = heard_is_one_too_many(ct, h)) != 0)
		return rc < 0 ? rc : TACIT_E_LIMIT;
#ifndef TACIT_CONTROL_NO_REPLAY_MARK
	if (!marks_add(&h->replay, a->head.counter))
		return pair_on_hello_again(ct);
#endif
	/*
	 * Who has S can seal what the ratchet refuses: that leaves no mark,
	 * which would have the true owner of the counter refused.
	 */
	if ((rc = take_opened(ct, a, h)) != 0)
		return rc == TACIT_E_REPLAY ? 1 : rc;
	if (h->waiting_ms != 0)
		ct->in_order = 0;
	return heard_put(ct, a->head.stream, h);
}

int
inbox_take(struct tacit_contact *ct,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], const uint8_t *body,
    size_t len)
{
	struct arrival a = { .body = body, .len = len };
	int rc;

	a.cap = seal_capacity(len);
	if ((a.msg = malloc(a.cap + 1)) == NULL)
		return TACIT_E_NOMEM;
	memcpy(a.place.address, ct->rec.my_address, sizeof(a.place.address));
	memcpy(a.place.envelope, envelope, sizeof(a.place.envelope));
	if ((rc = look(ct, &a)) == 0 && (rc = change_begin(ct->t)) == 0)
		rc = change_end(ct->t, ct, take(ct, &a));
	if (is_verdict(rc))
		rc = poison(ct, &a, rc);
	if (a.padded != NULL)
		sodium_memzero(a.padded, a.cap);
	free(a.padded);
	free(a.msg);
	return rc == 1 ? 0 : rc;
}

enum { GAP_WAIT_MS = 60 * 1000 };

int64_t
inbox_due(const struct tacit_contact *ct)
{
	return ct->drained && !ct->in_order ? ct->drained_at + GAP_WAIT_MS :
	    -1;
}

/* True if a text has waited for a minute; a clock that was set back counts. */
static int
has_waited(const struct tacit_contact *ct, const struct heard *h)
{
	uint64_t now = (uint64_t)env_unix_ms(ct->t);

	return now < h->waiting_ms || now - h->waiting_ms >= GAP_WAIT_MS;
}

int
inbox_tend(struct tacit_contact *ct)
{
	struct heard h;
	int rc;

	if (inbox_due(ct) < 0 || env_mono_ms(ct->t) < inbox_due(ct))
		return 0;
	ct->drained_at = env_mono_ms(ct->t);
	if ((rc = heard_get(ct, ct->rec.their_stream, &h)) != 0)
		return rc;
	ct->in_order = h.waiting_ms == 0;
	if (ct->in_order || !has_waited(ct, &h))
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	if ((rc = reorder_skip(ct, ct->rec.their_stream, &h)) == 0 &&
	    (rc = heard_put(ct, ct->rec.their_stream, &h)) == 0 &&
	    !outbox_has(ct, tacit_state_OutKind_OUT_NEED) &&
	    ct->rec.step != tacit_state_Step_CLOSED)
		rc = outbox_add_control(ct, tacit_state_OutKind_OUT_NEED);
	return change_end(ct->t, ct, rc);
}
