/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "again.h"
#include "aside.h"
#include "change.h"
#include "contact.h"
#include "content.h"
#include "ending.h"
#include "event.h"
#include "have.h"
#include "heard.h"
#include "journal.h"
#include "inbox.h"
#include "letter.h"
#include "outbox.h"
#include "pair.h"
#include "reorder.h"
#include "reset.h"
#include "restart.h"
#include "rotate.h"
#include "set.h"

/* What a counter that was heard before means. */
enum repeated {
	NOT_REPEATED,
	LONG_AGO,			/* in which envelope, is not known */
	OTHER_ENVELOPE,
	OFFER_REPEATED			/* an offer that we accepted */
};

/* One envelope on its way up. */
struct arrival {
	struct seal_place place;
	const uint8_t *body;
	size_t len;
	int seal;			/* what open_seal() said; if 0, */
	struct seal_header head;
	int key;			/* under enum letter_key, */
	size_t set;			/* of that set, */
	struct heard heard;		/* and what was heard of its stream */
	enum repeated repeated;		/* its counter was heard before */
	int says_old;			/* and yet: our vault is an older copy */
	int unread;			/* the ratchet cannot read it */
	size_t cap;			/* of both: */
	uint8_t *msg;			/* the ratchet message */
	uint8_t *padded;		/* the content, once there is any */
};

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
 * 1 if the app has not been told of ${a}; 0; or an error.  What was kept was
 * told; when no more can be kept, one of a kind is told by each process.
 */
static int
is_news(struct tacit_contact *ct, const struct arrival *a, uint32_t kind)
{
	int rc;

	if ((rc = aside_has(ct, a->place.envelope)) != 0)
		return rc < 0 ? rc : 0;
	if ((rc = aside_is_full(ct)) < 0)
		return rc;
	return rc == 0 || (ct->told & kind) == 0;
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
	int rc;

	if ((rc = is_news(ct, a, kind)) <= 0)
		return rc;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	if ((rc = aside_keep(ct, a->place.envelope, a->body, a->len)) == 0)
		rc = event_say(ct->t, ct, event);
	if (rc == 0 && event == TACIT_EV_IDENTITY_CHANGED)
		rc = journal_say(ct->t, TACIT_LOG_IDENTITY, ct);
	if ((rc = change_end(ct->t, ct, rc)) == 0)
		ct->told |= kind;
	return rc;
}

/* Which keys they use: ${a} is authentic, if it is under a pair key. */
static int
hear(struct tacit_contact *ct, const struct arrival *a)
{
	int back = a->repeated == OTHER_ENVELOPE;
	struct set s;

	if (a->key == LETTER_KEY0 || !set_get(ct, a->set, &s))
		return 0;
	return rotate_heard(ct, s.id, back ||
	    a->head.counter > a->heard.replay.high, back);
}

/*
 * Authentic, but no session of ours reads it: kept, and a new session is
 * offered, by which it will come again.
 */
static int
unread(struct tacit_contact *ct, const struct arrival *a)
{
	int rc;

	if (reset_is_pending(ct) && (rc = aside_is_full(ct)) != 0)
		return rc < 0 ? rc : 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	if ((rc = pair_on_key1(ct)) == 0 && (rc = hear(ct, a)) == 0)
		rc = aside_keep(ct, a->place.envelope, a->body, a->len);
	reset_owe(ct);
	return change_end(ct->t, ct, rc);
}

/* Errors: TACIT_E_CRYPTO, another key sealed it. */
static int
try_key(const struct tacit_contact *ct, struct arrival *a, int key)
{
	struct seal_keys keys;
	int rc = TACIT_E_CRYPTO;

	if (sodium_is_zero(letter_key(ct, key), TACIT_KEY_LEN))
		return rc;
	letter_keys(ct, 1, key, &keys);
	if (seal_names(a->body, &keys, &a->place)) {
		a->key = key;
		rc = seal_open(&a->head, a->msg, a->body, a->len, &keys,
		    &a->place);
	}
	sodium_memzero(&keys, sizeof(keys));
	return rc;
}

static int
is_pair_key(int key)
{
	return key == LETTER_KEY1 || key >= LETTER_SETS;
}

/* Find the key by the hint and open the seal.  Errors: TACIT_E_CRYPTO. */
static int
open_seal(struct tacit_contact *ct, struct arrival *a)
{
	int rc = TACIT_E_CRYPTO;
	struct set s;
	size_t i;

	/* Each key goes with its mailbox; a rotation may keep that. */
	for (i = set_end(ct); i-- > 0 && rc == TACIT_E_CRYPTO;) {
		if (!set_get(ct, i, &s) || sodium_memcmp(s.address,
		    a->place.address, TACIT_ADDRESS_LEN) != 0)
			continue;
		a->set = i;
		rc = try_key(ct, a, i == SET_NOW ? LETTER_KEY1 :
		    LETTER_SETS + (int)i);
	}
	if (rc == TACIT_E_CRYPTO)
		rc = try_key(ct, a, LETTER_RECOVERY);
	if (rc == TACIT_E_CRYPTO)
		rc = try_key(ct, a, LETTER_KEY0);
	if (rc == 0 && (a->key == LETTER_RECOVERY) !=
	    (a->head.kind == SEAL_RESET || a->head.kind == SEAL_STALE))
		return TACIT_E_POISON;
	return rc;
}

/* Errors that a new session would heal. */
static int
is_unread(int rc)
{
	return rc == TACIT_E_CRYPTO || rc == TACIT_E_REPLAY ||
	    rc == TACIT_E_LIMIT;
}

/*
 * The session that ${a} belongs to: that of its generation, by the bundle of
 * either.  The one that is written with is tried first.
 * Output:  ${s}, ${n}.
 */
static int
decrypt(struct tacit_contact *ct, struct arrival *a,
    struct ratchet_session *s, size_t *n)
{
	enum ratchet_kind kind = a->head.kind == SEAL_PREKEY ?
	    RATCHET_PREKEY : RATCHET_WHISPER;
	int rc, tries;

	contact_session(ct, s);
	if (kind == RATCHET_PREKEY)
		s->owner = RATCHET_MINE;
	s->generation = a->head.generation;
	if (s->generation > ct->rec.generation ||
	    s->generation + GENERATIONS_READ <= ct->rec.generation)
		return TACIT_E_CRYPTO;
	/* A bundle begins a session of its own generation. */
	if (kind == RATCHET_PREKEY && !reset_is_answer(ct, s) &&
	    (rc = ratchet_has(ct->t->ratchet, s)) != 1)
		return rc < 0 ? rc : TACIT_E_CRYPTO;
	for (tries = 0;; tries++) {
		rc = ratchet_decrypt(ct->t->ratchet, s, kind, 0, a->msg,
		    a->head.length, a->padded, a->cap, n);
		if (rc != TACIT_E_CRYPTO || tries == 1 ||
		    kind == RATCHET_PREKEY)
			return rc;
		s->owner = s->owner == RATCHET_MINE ? RATCHET_THEIRS :
		    RATCHET_MINE;
	}
}

static int
open_ratchet(struct tacit_contact *ct, struct arrival *a, tacit_Content *c)
{
	struct ratchet_session s;
	size_t n = 0;
	int rc;

	if ((a->padded = malloc(a->cap)) == NULL)
		return TACIT_E_NOMEM;
	if ((rc = decrypt(ct, a, &s, &n)) != 0) {
		a->unread = is_unread(rc) && is_pair_key(a->key);
		return rc;
	}
	if ((rc = content_read(c, a->padded, n)) != 0)
		return rc;
	if ((rc = hear(ct, a)) != 0)
		return rc;
	return reset_is_answer(ct, &s) ?
	    reset_answered(ct, c->have, c->have_count) : 0;
}

/* Text, or what stands in its place, of whichever stream of theirs. */
static int
take_text(struct tacit_contact *ct, struct arrival *a,
    const tacit_Content *c)
{
	struct heard own, *h = &a->heard;
	int rc;

	if (!stream_is(c->stream, a->head.stream)) {
		h = &own;
		if ((rc = heard_get(ct, c->stream, h)) != 0)
			return rc;
		if ((rc = heard_make_room(ct, h)) != 0)
			return rc < 0 ? rc : TACIT_E_POISON;
	}
	heard_current(ct, c->stream, h);
	have_owe(ct);
	if ((rc = reorder_take(ct, c, h)) != 0)
		return rc;
	if (h->waiting_ms != 0)
		ct->in_order = 0;
	return h == &own ? heard_put(ct, c->stream, h) : 0;
}

static int
take_gone(struct tacit_contact *ct, struct arrival *a, const tacit_Gone *g)
{
	struct heard own, *h = &a->heard;
	int rc;

	if (!stream_is(g->stream, a->head.stream)) {
		h = &own;
		if ((rc = heard_get(ct, g->stream, h)) != 0)
			return rc;
	}
	if ((rc = reorder_gone(ct, g->stream, h, g->from, g->to)) != 0 ||
	    h != &own || !h->known)
		return rc;
	return heard_put(ct, g->stream, h);
}

/* What they have; it may show that our vault is an older copy. */
static int
take_have(struct tacit_contact *ct, const tacit_Content *c)
{
	size_t i;
	int rc;

	for (i = 0; i < c->have_count; i++)
		if ((rc = again_had(ct, &c->have[i])) < 0 ||
		    (rc == 1 && (rc = restart_by_peer(ct)) != 0))
			return rc;
	return outbox_left(ct);
}

/* The content of an authentic envelope. */
static int
take_content(struct tacit_contact *ct, struct arrival *a,
    const tacit_Content *c)
{
	int rc;

	if ((rc = take_have(ct, c)) != 0)
		return rc;
	switch (c->which_is) {
	case tacit_Content_text_tag:
	case tacit_Content_taken_back_tag:
		return take_text(ct, a, c);
	case tacit_Content_hello_ack_tag:
		return pair_on_hello_ack(ct, &c->is.hello_ack);
	case tacit_Content_closed_tag:
		return ending_told(ct);
	case tacit_Content_need_tag:
		return again_need(ct, &c->is.need, c->have, c->have_count);
	case tacit_Content_gone_tag:
		return take_gone(ct, a, &c->is.gone);
	case tacit_Content_old_tag:
		return restart_on_old(ct, c, a->head.stream);
	case tacit_Content_agree_tag:
		return restart_on_agree(ct, c);
	case tacit_Content_rotate_tag:
	case tacit_Content_rotate_ack_tag:
	case tacit_Content_rotate_wanted_tag:
		return rotate_take(ct, c, a->set == SET_NOW);
	case tacit_Content_confirm_tag:
	case tacit_Content_have_only_tag:
		return 0;
	default:
		return TACIT_E_POISON;
	}
}

/* Below the seal.  Errors: verdicts on the envelope, or of storage. */
static int
take_opened(struct tacit_contact *ct, struct arrival *a)
{
	tacit_Content *c;
	int rc;

	if (a->head.kind == SEAL_HELLO)
		return pair_on_hello(ct, a->msg, a->head.length);
	if (a->key == LETTER_RECOVERY)
		return reset_take(ct, &a->head, a->msg,
		    a->head.counter > a->heard.replay.high);
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return TACIT_E_NOMEM;
	if ((rc = open_ratchet(ct, a, c)) != 0)
		goto out;
	if (is_pair_key(a->key) && (rc = pair_on_key1(ct)) != 0)
		goto out;
	rc = take_content(ct, a, c);
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
 * A counter that was heard before.  Returns as look().  An offer that says so
 * is made once; in the same envelope it is nothing but a replay.
 */
static int
is_repeated(struct tacit_contact *ct, struct arrival *a)
{
	int same = a->heard.dead ? 0 : heard_is_same(&a->heard,
	    a->head.counter, a->place.envelope);

	if (same == 1 && a->head.kind == SEAL_RESET &&
	    reset_may_be_stale(ct, a->head.generation)) {
		a->repeated = OFFER_REPEATED;
		return 0;
	}
	/* Under k0 whoever saw the link may have used it. */
	if (same == 1 || a->key == LETTER_KEY0 || !reset_is_possible(ct))
		return 1;
	a->repeated = same == 0 ? OTHER_ENVELOPE : LONG_AGO;
	if ((a->says_old = reset_says_old(ct, &a->head, a->msg)))
		return 0;
	if (reset_is_pending(ct) && (same < 0 || (ct->rec.twice &&
	    stream_is(ct->rec.their_wire, a->head.stream))))
		return 1;
	return 0;
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
		return aside_is_full(ct);
	if (a->seal != 0)
		return is_verdict(a->seal) ? 0 : a->seal;
	if ((rc = heard_get(ct, a->head.stream, &a->heard)) != 0)
		return rc;
#ifdef TACIT_CONTROL_NO_REPLAY_MARK
	return 0;
#endif
	if (!marks_has(&a->heard.replay, a->head.counter) && !a->heard.dead)
		return 0;
	if (a->head.kind == SEAL_HELLO && pair_owes_ack(ct))
		return 0;
	return is_repeated(ct, a);
}

/* Their counter, in another envelope: two copies of a vault wrote it. */
static int
take_repeated(struct tacit_contact *ct, struct arrival *a)
{
	int rc;

	if (a->repeated == OFFER_REPEATED)
		return reset_say_stale(ct);
	if (a->says_old && a->heard.dead)
		return reset_restart(ct, &a->head);
	if (a->repeated == OTHER_ENVELOPE) {
		if ((rc = hear(ct, a)) != 0)
			return rc;
		if ((rc = restart_found(ct, a->head.stream)) != 0)
			return rc;
		a->heard.dead = 1;
		if ((rc = heard_put(ct, a->head.stream, &a->heard)) != 0)
			return rc;
		/* An offer that does not say so is of no use to them. */
		ct->rec.reset_owed = reset_is_possible(ct);
	}
	if (a->says_old)
		return reset_restart(ct, &a->head);
	reset_owe(ct);
	return 0;
}

/* An envelope in order leaves its mark, and what came before it is past. */
static int
mark(struct tacit_contact *ct, struct arrival *a)
{
	heard_add(&a->heard, a->head.counter, a->place.envelope);
	if (!stream_is(ct->rec.their_wire, a->head.stream)) {
		memcpy(ct->rec.their_wire, a->head.stream,
		    sizeof(ct->rec.their_wire));
		ct->rec.twice = 0;
	}
	return heard_put(ct, a->head.stream, &a->heard);
}

/* Errors:  verdicts on the envelope, of storage; 1: leave no trace of it. */
static int
take(struct tacit_contact *ct, struct arrival *a)
{
	int rc;

	if (a->seal == TACIT_E_CRYPTO) {
		if (sodium_is_zero(ct->rec.key0, sizeof(ct->rec.key0)))
			reset_owe(ct);
		return aside_keep(ct, a->place.envelope, a->body, a->len);
	}
	if (a->seal != 0)
		return a->seal;
	if (a->repeated != NOT_REPEATED)
		return take_repeated(ct, a);
	if ((rc = heard_make_room(ct, &a->heard)) != 0)
		return rc < 0 ? rc : TACIT_E_POISON;
#ifndef TACIT_CONTROL_NO_REPLAY_MARK
	if (marks_has(&a->heard.replay, a->head.counter))
		return pair_acknowledge(ct);
#endif
	/*
	 * Before Hello, which may have been lost, nobody is known who could
	 * have written: kept, without a mark, and asked for later.
	 */
	if (ct->rec.step == tacit_state_Step_I3_INVITED &&
	    a->head.kind != SEAL_HELLO)
		return aside_keep(ct, a->place.envelope, a->body, a->len);
	/*
	 * Who has S can seal what the ratchet refuses: that leaves no mark,
	 * which would have the true owner of the counter refused.
	 */
	a->heard.known = 1;
	if ((rc = take_opened(ct, a)) != 0)
		return rc == TACIT_E_REPLAY && !a->unread ? 1 : rc;
	return mark(ct, a);
}

int
inbox_take(struct tacit_contact *ct, const uint8_t address[TACIT_ADDRESS_LEN],
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], const uint8_t *body,
    size_t len)
{
	struct arrival a = { .body = body, .len = len };
	int rc;

	a.cap = seal_capacity(len);
	if ((a.msg = malloc(a.cap + 1)) == NULL)
		return TACIT_E_NOMEM;
	memcpy(a.place.address, address, sizeof(a.place.address));
	memcpy(a.place.envelope, envelope, sizeof(a.place.envelope));
	if ((rc = look(ct, &a)) == 0 && (rc = change_begin(ct->t)) == 0)
		rc = change_end(ct->t, ct, take(ct, &a));
	/* Of a batch, which is undone now, it is said when it comes alone. */
	if (is_verdict(rc))
		rc = a.unread ? unread(ct, &a) : poison(ct, &a, rc);
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
	return set_all_drained(ct) && !ct->in_order ?
	    ct->drained_at + GAP_WAIT_MS : -1;
}

/* True if a text has waited for a minute; a clock that was set back counts. */
static int
has_waited(const struct tacit_contact *ct, const struct heard *h)
{
	uint64_t now = (uint64_t)env_unix_ms(ct->t);

	return now < h->waiting_ms || now - h->waiting_ms >= GAP_WAIT_MS;
}

/* What ${stream} is missing is a gap now, and is asked for. */
static int
skip(struct tacit_contact *ct, const uint8_t stream[TACIT_STREAM_LEN],
    struct heard *h)
{
	tacit_state_Out o = tacit_state_Out_init_zero;
	int rc;

	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	o.kind = tacit_state_OutKind_OUT_NEED;
	o.time_ms = (uint64_t)env_unix_ms(ct->t);
	memcpy(o.about, stream, sizeof(o.about));
	if ((rc = reorder_skip(ct, stream, h)) == 0 &&
	    (rc = heard_put(ct, stream, h)) == 0 &&
	    !outbox_has(ct, tacit_state_OutKind_OUT_NEED) &&
	    ct->rec.step != tacit_state_Step_CLOSED)
		rc = outbox_add(ct, &o, NULL, 0);
	return change_end(ct->t, ct, rc);
}

int
inbox_tend(struct tacit_contact *ct)
{
	struct vault_key key = { .len = 0 };
	uint8_t stream[TACIT_STREAM_LEN];
	struct heard h;
	int rc, waiting = 0;

	if (inbox_due(ct) < 0 || env_mono_ms(ct->t) < inbox_due(ct))
		return 0;
	ct->drained_at = env_mono_ms(ct->t);
	for (;;) {
		if ((rc = heard_next(ct, &key, stream, &h)) != 0)
			return rc;
		if (key.len == 0)
			break;
		if (h.waiting_ms == 0)
			continue;
		waiting = 1;
		if (has_waited(ct, &h) && (rc = skip(ct, stream, &h)) != 0)
			return rc;
	}
	ct->in_order = !waiting;
	return 0;
}
