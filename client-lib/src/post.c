/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "anchor.h"
#include "change.h"
#include "contact.h"
#include "ending.h"
#include "event.h"
#include "letter.h"
#include "line.h"
#include "outbox.h"
#include "recall.h"
#include "post.h"
#include "record.h"
#include "reset.h"
#include "restart.h"
#include "rotate.h"

enum {
	RETRY_MIN_MS = 200,
	RETRY_MAX_MS = 60 * 1000,
	REFUSED_RETRY_MS = 3600 * 1000,
	NEARLY_FULL_MS = 30 * 1000,
	HELLO_AGAIN_MS = 10 * 60 * 1000
};

int
post_can(const struct tacit_contact *ct)
{
	/* An older copy of a vault says nothing in its old streams. */
	if (restart_is_due(ct))
		return 0;
	switch (ct->rec.step) {
	case tacit_state_Step_I4_ANSWERED:
	case tacit_state_Step_I5_ACTIVE:
	case tacit_state_Step_J3_JOINING:
	case tacit_state_Step_J4_ACTIVE:
		return 1;
	case tacit_state_Step_CLOSED:
		return ct->rec.mailbox;
	default:
		return 0;
	}
}

static int
may_go(const struct tacit_contact *ct, const struct out_ref *o)
{
	if (o->request != 0 || o->recall == RECALL_ASKED)
		return 0;
	if (o->kind == tacit_state_OutKind_OUT_HELLO)
		return !o->okayed || env_mono_ms(ct->t) >= ct->hello_at;
	if (o->okayed)
		return 0;
	if (o->kind == tacit_state_OutKind_OUT_RESET ||
	    o->kind == tacit_state_OutKind_OUT_STALE ||
	    o->kind == tacit_state_OutKind_OUT_HELLO_ACK)
		return 1;
	if (!contact_can_seal(ct))
		return 0;
	if (o->kind != tacit_state_OutKind_OUT_TEXT &&
	    o->kind != tacit_state_OutKind_OUT_CLOSED)
		return 1;
	/* Closed does not overtake the texts that wait for room. */
	if (ct->rec.healing || env_mono_ms(ct->t) < ct->texts_at)
		return 0;
	return o->kind == tacit_state_OutKind_OUT_CLOSED ||
	    (contact_is_trusted(ct) && !ct->rec.told_closed);
}

/*
 * What stands in the place of a text goes where that was; of an earlier
 * stream, before all of this one.
 */
static int
is_before(const struct tacit_contact *ct, const struct out_ref *o,
    const struct out_ref *text)
{
	if (o->recall != RECALL_TOMBSTONE)
		return 0;
	if (stream_is(o->stream, text->stream))
		return o->seq < text->seq;
	return stream_is(text->stream, ct->rec.stream);
}

/* ${held} is the first text that is held back; NULL: none is. */
static int
is_behind(const struct tacit_contact *ct, const struct out_ref *o,
    const struct out_ref *held)
{
	if (held == NULL || o->kind == tacit_state_OutKind_OUT_CLOSED)
		return held != NULL;
	return o->kind == tacit_state_OutKind_OUT_TEXT &&
	    !is_before(ct, o, held);
}

/*
 * What goes next: control, then texts, and what stands in the place of one,
 * each in order; Closed is the end.  A text that is held back holds up those
 * after it.
 */
static struct out_ref *
next_ref(const struct tacit_contact *ct)
{
	struct out_ref *o, *text = NULL, *closed = NULL, *held = NULL;

	for (o = ct->out; o != NULL; o = o->next) {
		if (held == NULL && recall_holds(ct, o))
			held = o;
		if (!may_go(ct, o) || is_behind(ct, o, held))
			continue;
		if (o->kind == tacit_state_OutKind_OUT_CLOSED)
			closed = o;
		else if (o->kind != tacit_state_OutKind_OUT_TEXT)
			return o;
		else if (text == NULL || is_before(ct, o, text))
			text = o;
	}
	return text != NULL ? text : closed;
}

/* A POST has no answer yet. */
static int
is_posting(const struct tacit_contact *ct)
{
	const struct out_ref *o;

	for (o = ct->out; o != NULL; o = o->next)
		if (o->request != 0)
			return 1;
	return 0;
}

/*
 * After an error nothing goes until all that was under way is answered, or
 * gone from the outbox: what was had may be, before its OK comes.
 */
static int
wants_row(const struct tacit_contact *ct)
{
	return post_can(ct) && env_mono_ms(ct->t) >= ct->post_at &&
	    !(ct->failing && is_posting(ct)) && next_ref(ct) != NULL;
}

int
post_wants(const struct tacit_contact *ct)
{
	return wants_row(ct) || (post_can(ct) && recall_wants(ct));
}

int
post_is_under_way(const struct tacit_contact *ct)
{
	return is_posting(ct) || ct->recall != 0;
}

static size_t
window_room(const struct tacit_contact *ct)
{
	const struct out_ref *o;
	size_t room = OUT_WINDOW;

	for (o = ct->out; o != NULL && room > 0; o = o->next)
		room -= o->request != 0;
	return room;
}

int
post_has_room(const struct tacit_contact *ct)
{
	return window_room(ct) > 0;
}

int64_t
post_due(const struct tacit_contact *ct)
{
	int64_t now = env_mono_ms(ct->t), at = -1;

	if (!post_can(ct) || ct->out == NULL)
		return -1;
	if (ct->post_at > now)
		at = ct->post_at;
	else if (ct->texts_at > now)
		at = ct->texts_at;
	if (outbox_has(ct, tacit_state_OutKind_OUT_HELLO) &&
	    ct->hello_at > now && (at < 0 || ct->hello_at < at))
		at = ct->hello_at;
	return env_sooner(at, recall_due(ct));
}

/* When to try again: twice as long each time, and not before ${least} ms. */
static int64_t
post_back_off(struct tacit_contact *ct, int64_t least)
{
	int64_t wait;

	ct->post_wait = ct->post_wait == 0 ? RETRY_MIN_MS : ct->post_wait * 2;
	if (ct->post_wait > RETRY_MAX_MS)
		ct->post_wait = RETRY_MAX_MS;
	wait = least < ct->post_wait ? ct->post_wait : least;
	if (wait > REFUSED_RETRY_MS)
		wait = REFUSED_RETRY_MS;
	return env_mono_ms(ct->t) + env_random_between(ct->t, wait,
	    wait + wait / 2);
}

/* One row on its way out. */
struct going {
	struct out_ref *ref;
	int first;			/* sealed just now, and never before */
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
	uint8_t body[TACIT_LETTER_LEN];
};

/*
 * Read a row and seal it if it was not, or not under what holds now: the
 * newest key, and the chain that the other end can still follow.
 */
static int
make_ready(struct tacit_contact *ct, struct going *g)
{
	tacit_state_Out o;
	char *text = NULL;
	size_t len = 0;
	int rc;

	if ((rc = outbox_row_get(ct, g->ref->n, &o, &text, &len)) != 0)
		return rc;
	if ((rc = letter_is_fresh(ct, &o)) == 0 &&
	    (rc = letter_seal(ct, &o, text, len)) == 0) {
		recall_note(&o);
		g->first = 1;
		rc = outbox_row_put(ct, g->ref->n, &o, text, len);
	}
#ifdef TACIT_CONTROL_FALSE_ACCEPTED
	if (rc == 0 && g->ref->last_part && g->ref->seq != 0)
		rc = outbox_say_accepted(ct, g->ref);
#endif
	if (rc >= 0) {
		memcpy(g->envelope, o.envelope, sizeof(g->envelope));
		memcpy(g->body, o.sealed.bytes, sizeof(g->body));
		rc = 0;
	}
	record_tail_free(text, len);
	return rc;
}

static int
send_one(struct tacit_contact *ct, struct going *g)
{
	tacit_Frame f = tacit_Frame_init_zero;
	int rc;

	f.which_is = tacit_Frame_post_tag;
	memcpy(f.is.post.address, ct->rec.their_address,
	    sizeof(f.is.post.address));
	memcpy(f.is.post.token, ct->rec.their_token,
	    sizeof(f.is.post.token));
	memcpy(f.is.post.envelope, g->envelope, sizeof(f.is.post.envelope));
	f.is.post.kind = tacit_Kind_KIND_LETTER;
	f.is.post.resume = ct->resume;
	f.is.post.first = g->first != 0;
	ct->resume = 0;
	rc = line_request(ct->post, &f, g->body, &g->ref->request);
	sodium_memzero(&f, sizeof(f));
	return rc;
}

int
post_pump(struct tacit_contact *ct)
{
	struct going *going;
	struct out_ref *o;
	size_t n = 0, i, room = window_room(ct);
	int rc;

	if (room == 0 || !wants_row(ct))
		return 0;
	ct->failing = 0;
	if ((going = calloc(room, sizeof(*going))) == NULL)
		return TACIT_E_NOMEM;

	if ((rc = change_begin(ct->t)) != 0)
		goto out;
	while (rc == 0 && n < room && (o = next_ref(ct)) != NULL) {
		going[n].ref = o;
		o->request = UINT32_MAX;	/* taken; named by send_one() */
		rc = make_ready(ct, &going[n++]);
	}
	if ((rc = change_end(ct->t, ct, rc)) != 0) {
		ct->post_at = post_back_off(ct, 0);
		goto out;
	}
	for (i = 0; i < n && rc == 0; i++)
		rc = send_one(ct, &going[i]);
	anchor_used(ct->t, &ct->post->place, (uint32_t)n);
	if (rc != 0) {
		line_drop(ct->post);
		rc = rc == TACIT_E_NOMEM ? rc : 0;
	}
out:
	free(going);
	return rc;
}

static struct out_ref *
ref_by_request(const struct tacit_contact *ct, uint32_t id)
{
	struct out_ref *o;

	for (o = ct->out; o != NULL; o = o->next)
		if (o->request == id && id != 0)
			break;
	return o;
}

static int
row_okayed(struct tacit_contact *ct, struct out_ref *ref)
{
	int first, rc;

	if ((rc = outbox_okay(ct, ref, &first)) != 0)
		return rc;
	if (ref->kind == tacit_state_OutKind_OUT_HELLO)
		ct->hello_at = env_mono_ms(ct->t) + HELLO_AGAIN_MS;
	if (ref->kind == tacit_state_OutKind_OUT_TEXT && first &&
	    outbox_state(ct, ref->stream, ref->seq) == TACIT_ACCEPTED)
		rc = outbox_say_accepted(ct, ref);
	return rc;
}

static int
one_okayed(struct tacit_contact *ct, uint32_t id)
{
	struct out_ref *o = ref_by_request(ct, id), **at;
	tacit_state_OutKind kind;
	int rc;

	if (o == NULL)
		return 0;
	o->request = 0;
	kind = o->kind;
#ifdef TACIT_CONTROL_OK_IS_HAD
	if (kind == tacit_state_OutKind_OUT_TEXT)
		kind = tacit_state_OutKind_OUT_HAVE;
#endif
	if (kind == tacit_state_OutKind_OUT_TEXT ||
	    kind == tacit_state_OutKind_OUT_HELLO ||
	    kind == tacit_state_OutKind_OUT_RESET)
		return row_okayed(ct, o);
	for (at = &ct->out; *at != o; at = &(*at)->next)
		continue;
	rc = outbox_ref_remove(ct, at);
	if (rc == 0 && kind == tacit_state_OutKind_OUT_CLOSED)
		rc = ending_said(ct);
	return rc;
}

int
post_ok(struct tacit_contact *ct, const tacit_Ok *ok)
{
	size_t i;
	int rc;

	/* The disk has no work with what nobody asked. */
	for (i = 0; i < ok->id_count; i++)
		if (ref_by_request(ct, ok->id[i]) != NULL)
			break;
	if (i == ok->id_count)
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	for (; i < ok->id_count && rc == 0; i++)
		rc = one_okayed(ct, ok->id[i]);
	ct->rec.unreachable = 0;
	if ((rc = change_end(ct->t, ct, rc)) != 0)
		return rc;
	ct->post_wait = 0;
	if (ok->nearly_full)
		ct->texts_at = env_mono_ms(ct->t) + NEARLY_FULL_MS;
	if (!is_posting(ct))
		ct->failing = 0;
	return 0;
}

/*
 * The mailbox refuses us: said once, the text is kept, tried again hourly.  It
 * may be one of keys that they gave up with an earlier life of this vault.
 */
static int
say_unreachable(struct tacit_contact *ct)
{
	int rc;

	ct->post_at = env_mono_ms(ct->t) + REFUSED_RETRY_MS;
	if (ct->rec.unreachable)
		return reset_refused(ct);
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	ct->rec.unreachable = 1;
	rc = event_say(ct->t, ct, TACIT_EV_UNREACHABLE);
	return change_end(ct->t, ct, rc);
}

/* Their mailbox is gone while we are closing: nobody is left to be told. */
static int
end_alone(struct tacit_contact *ct)
{
	int rc;

	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	return change_end(ct->t, ct, ending_alone(ct));
}

/* Another envelope has this id: the row needs a new one. */
static int
unseal(struct tacit_contact *ct, uint64_t n)
{
	tacit_state_Out o;
	char *text = NULL;
	size_t len = 0;
	int rc;

	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	if ((rc = outbox_row_get(ct, n, &o, &text, &len)) == 0) {
		outbox_unseal(&o);
		rc = outbox_row_put(ct, n, &o, text, len);
	}
	record_tail_free(text, len);
	return change_end(ct->t, ct, rc);
}

int
post_error(struct tacit_contact *ct, const tacit_Error *e)
{
	struct out_ref *o = ref_by_request(ct, e->id);
	uint64_t n;
	int rc = 0;

	if (o == NULL)
		return 0;
	n = o->n;
	o->request = 0;
	if (!ct->failing) {
		ct->failing = 1;
		ct->resume = 1;
		ct->post_at = post_back_off(ct, e->retry_after_ms);
		if (e->code == -TACIT_E_REFUSED && rotate_is_doubtful(ct))
			rc = rotate_refused(ct);
		else if (e->code == -TACIT_E_REFUSED)
			rc = ct->rec.step == tacit_state_Step_CLOSED ?
			    end_alone(ct) : say_unreachable(ct);
		else if (e->code == -TACIT_E_CONFLICT)
			rc = unseal(ct, n);
	}
	if (!is_posting(ct))
		ct->failing = 0;
	return rc;
}
