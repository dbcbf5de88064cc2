/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "anchor.h"
#include "change.h"
#include "contact.h"
#include "due.h"
#include "host_log.h"
#include "inbox.h"
#include "line.h"
#include "line_in.h"
#include "pins.h"
#include "post.h"
#include "recall.h"
#include "set.h"
#include "tacit/frame.h"

enum {
	NO_UNITS_MS = 3600 * 1000,	/* until a mailbox is asked for again */
	POST_MIN_MS = 5,		/* from WELCOME to POST: what it takes */
	POST_MAX_MS = 25		/* to seal one kind or another is less */
};

/*
 * WELCOME: is this the relay that was named, and does it speak our version?
 * Nothing was sent before.
 */
static int
welcome(struct line *l, const tacit_Welcome *w)
{
	uint8_t hash[TACIT_HASH_LEN];
	int rc;

	if (l->ready || w->version < TACIT_PROTOCOL_VERSION)
		return TACIT_E_VERSION;
	tacit_hash_welcome(hash, w->nonce, w->next_pin);
	if (sodium_memcmp(w->relay_key, l->place.relay_key,
	    sizeof(w->relay_key)) != 0 || crypto_sign_verify_detached(
	    w->signature, hash, sizeof(hash), w->relay_key) != 0)
		return TACIT_E_PIN;
	if ((rc = pins_learn(l->t, &l->place, l->by_next, w->next_pin)) != 0)
		return rc;
	memcpy(l->nonce, w->nonce, sizeof(l->nonce));
	l->ready = 1;
	l->t->problem = l->problem = 0;
	host_log(&l->t->host, TACIT_LEVEL_INFO, "relay-connected", NULL,
	    l->conn);
	if (l->use == LINE_ONCE) {
		if (due_next(l->ct) != 0)
			return due_ask(l->ct);
		line_drop(l);	/* given up while we connected */
		return 0;
	}
	if (l->use == LINE_POST) {
		l->ct->resume = 1;
		l->release_at = env_mono_ms(l->t) + env_random_between(l->t,
		    POST_MIN_MS, POST_MAX_MS);
	}
	return 0;
}

/*
 * The relay does not know this mailbox any more: nothing is in it.  It is
 * made again, unless it just was: such a relay is asked less and less.
 */
static int
unknown_box(const struct line *l, const struct asked *a)
{
	struct tacit_contact *ct = a->ct;
	struct box *b;

	if (!set_has_mailbox(ct, a->address))
		return 0;
	b = set_box(ct, a->address);
	if (b->made_on == l->conn)
		return TACIT_E_UNAVAILABLE;
	b->drained = 1;
	ct->drained_at = env_mono_ms(ct->t);
	/* One that was left is not missed. */
	if (sodium_memcmp(a->address, ct->rec.my_address,
	    sizeof(a->address)) != 0 && sodium_memcmp(a->address,
	    ct->rec.next.address, sizeof(a->address)) != 0)
		return 0;
	return restored_mailbox(ct);
}

static int
subscribed(struct line *l, const tacit_Subscribed *s, const uint8_t *result)
{
	int rc, gone = 0;
	uint32_t i;

	if (s->id != l->asked_id || s->count != l->n_asked)
		return TACIT_E_FRAME;
	for (i = 0; i < s->count; i++) {
		if (result[i] == 0) {
			set_box(l->asked[i].ct,
			    l->asked[i].address)->reading = 1;
			if ((rc = restored_read(l->asked[i].ct,
			    l->conn)) != 0)
				return rc;
			continue;
		}
		if (result[i] != -TACIT_E_REFUSED)
			return TACIT_E_UNAVAILABLE;
		gone = 1;
		if ((rc = unknown_box(l, &l->asked[i])) != 0)
			return rc;
	}
	free(l->asked);
	l->asked = NULL;
	l->n_asked = 0;
	if (!gone && !l->unacked)
		l->wait = 0;
	return 0;
}

/*
 * What comes from an earlier SUBSCRIBE of the same connection, comes again, in
 * order, from the one under way.
 */
static int
is_read(const struct line *l, const struct box *b)
{
	return b->read_conn == l->conn && b->reading;
}

/* Commit first, to acknowledge later; a failure leaves it with the relay. */
static int
deliver(struct line *l, const tacit_Deliver *d, const uint8_t *body,
    size_t len)
{
	struct tacit_contact *ct = contact_by_address(l->t, d->address);
	struct held_ack ack;
	int rc;

	if (ct == NULL || !is_read(l, set_box(ct, d->address)))
		return 0;
	line_received(l);
	rc = inbox_take(ct, d->address, d->envelope, body, len);
#ifdef TACIT_CONTROL_ACK_UNCOMMITTED
	(void)rc;
#else
	if (rc != 0)
		return rc;
#endif
	memcpy(ack.address, d->address, sizeof(ack.address));
	memcpy(ack.envelope, d->envelope, sizeof(ack.envelope));
	return line_hold(l, &ack);
}

static void
drained(struct line *l, const tacit_Drained *d)
{
	struct tacit_contact *ct = contact_by_address(l->t, d->address);
	struct box *b;

	if (ct == NULL || !is_read(l, b = set_box(ct, d->address)))
		return;
	b->drained = 1;
	ct->drained_at = env_mono_ms(l->t);
}

/* Acks are done when the relay says that they are durable there. */
static void
answered(struct line *l, uint32_t n)
{
	l->acks -= n < l->acks ? n : l->acks;
}

static void
acked(struct line *l, uint32_t n)
{
	answered(l, n);
	if (l->unacked)
		l->wait = 0;
	l->unacked = 0;
}

/*
 * What the relay could not remove stays under way on this connection, and
 * takes the place of what would follow; the next one is given it again.
 * Refused: the mailbox is read elsewhere, or closed.
 */
static int
not_acked(struct line *l, const tacit_Error *e)
{
	if (e->code != -TACIT_E_REFUSED) {
		l->unacked = 1;
		return TACIT_E_UNAVAILABLE;
	}
	answered(l, 1);
	return 0;
}

static int
reading_frame(struct line *l, const struct tacit_frame *f)
{
	switch (f->head.which_is) {
	case tacit_Frame_subscribed_tag:
		return subscribed(l, &f->head.is.subscribed, f->body);
	case tacit_Frame_deliver_tag:
		return deliver(l, &f->head.is.deliver, f->body, f->body_len);
	case tacit_Frame_drained_tag:
		drained(l, &f->head.is.drained);
		return 0;
	case tacit_Frame_ok_tag:
		acked(l, f->head.is.ok.id_count);
		return 0;
	case tacit_Frame_error_tag:
		/* Without SUBSCRIBE the line is of no use: another, later. */
		if (l->asked != NULL && f->head.is.error.id == l->asked_id)
			return TACIT_E_UNAVAILABLE;
		return not_acked(l, &f->head.is.error);
	case tacit_Frame_ended_tag:
		/*
		 * Somebody else subscribed with our key, perhaps a copy of
		 * this vault.  Asking again at once would only end the other
		 * in turn; the next connection does.  What the anchor says
		 * comes before all else.
		 */
		anchor_doubt(l->t, &l->place);
		return 0;
	default:
		return TACIT_E_FRAME;
	}
}


static int
posting_frame(struct line *l, const struct tacit_frame *f)
{
	switch (f->head.which_is) {
	case tacit_Frame_ok_tag:
		l->wait = 0;
		return post_ok(l->ct, &f->head.is.ok);
	case tacit_Frame_recalled_tag:
		return recall_answer(l->ct, &f->head.is.recalled);
	case tacit_Frame_error_tag:
		return f->head.is.error.id == l->ct->recall &&
		    l->ct->recall != 0 ?
		    recall_error(l->ct, &f->head.is.error) :
		    post_error(l->ct, &f->head.is.error);
	default:
		return TACIT_E_FRAME;
	}
}

/* The one answer that a throwaway line is there for; then it goes. */
static int
once_frame(struct line *l, const struct tacit_frame *f)
{
	struct tacit_contact *ct = l->ct;
	const tacit_Error *e = &f->head.is.error;
	enum due due = due_next(ct);
	int64_t wait = 0;
	int rc, answer = 0;

	/* It was asked before something else became due: of no use now. */
	if (l->due != (uint32_t)due) {
		line_drop(l);
		ct->once_at = ct->once_wait = 0;
		return 0;
	}
	switch (f->head.which_is) {
	case tacit_Frame_ok_tag:
		if (due == DUE_GET)
			return TACIT_E_FRAME;
		break;
	case tacit_Frame_invitation_tag:
		if (due != DUE_GET)
			return TACIT_E_FRAME;
		break;
	case tacit_Frame_error_tag:
		answer = e->code > 0 && e->code < 120 ? -(int)e->code :
		    TACIT_E_INTERNAL;
		wait = e->retry_after_ms;
		break;
	default:
		return TACIT_E_FRAME;
	}
	rc = due_answer(ct, answer, f->body);
	line_drop(l);
	if (answer == TACIT_E_ADMISSION && due_next(ct) == DUE_CREATE)
		wait = NO_UNITS_MS;
	if (rc == 0 && (answer == 0 || due_next(ct) != due))
		ct->once_at = ct->once_wait = 0;
	else if (wait > 0)
		ct->once_at = env_mono_ms(ct->t) + wait;
	return rc;
}

static int
one_frame(struct line *l, const struct tacit_frame *f)
{
	if (f->head.which_is == tacit_Frame_welcome_tag)
		return welcome(l, &f->head.is.welcome);
	if (!l->ready)
		return TACIT_E_FRAME;
	if (f->head.which_is == tacit_Frame_error_tag)
		host_log(&l->t->host, TACIT_LEVEL_WARNING, "relay-refused",
		    tacit_error_word(-(int)(f->head.is.error.code % 120)),
		    l->conn);
	switch (l->use) {
	case LINE_READ:
		return reading_frame(l, f);
	case LINE_POST:
		return posting_frame(l, f);
	case LINE_ONCE:
		return once_frame(l, f);
	case LINE_ANCHOR:
		return anchor_answer(l, f);
	}
	return TACIT_E_INTERNAL;
}

/* Failures of our own storage; everything else is the relay's fault. */
static int
is_ours(int rc)
{
	return rc <= TACIT_E_NOMEM && rc >= TACIT_E_INTERNAL;
}

static struct line *
line_by_conn(struct tacit *t, uint32_t conn)
{
	struct line *l;

	for (l = t->lines; l != NULL; l = l->next)
		if (l->conn == conn)
			break;
	return l;
}

/* What is wrong with a frame ends the line, and what follows with it. */
static int
bad_frame(struct tacit *t, uint32_t conn, int rc)
{
	struct line *l = line_by_conn(t, conn);

	if (l != NULL)
		line_fail(l, rc);
	return is_ours(rc) ? rc : 0;
}

static int
next_frame(struct line *l, struct net_event *e)
{
	struct tacit_frame f;
	size_t used;
	int rc;

	l->moved_at = env_mono_ms(l->t);
	if ((rc = tacit_frame_parse(&f, &used, e->data + e->taken,
	    e->len - e->taken)) == 0 && (rc = one_frame(l, &f)) == 0)
		e->taken += used;
	return rc;
}

/* How many letters, up to BATCH_MAX, come next without anything between. */
static size_t
letters_ahead(const struct line *l, const struct net_event *e)
{
	struct tacit_frame f;
	size_t at, used, n = 0;

	if (l->use != LINE_READ || !l->ready || e->taken < e->alone)
		return 0;
	for (at = e->taken; at < e->len && n < BATCH_MAX; at += used, n++)
		if (tacit_frame_parse(&f, &used, e->data + at,
		    e->len - at) != 0 ||
		    f.head.which_is != tacit_Frame_deliver_tag)
			break;
	return n;
}

/*
 * Letters that came together are one change.  If one of them is not as it
 * should be, they are taken one by one after all.
 */
static int
together(struct line *l, struct net_event *e, size_t n)
{
	size_t began = e->taken;
	uint32_t held = l->n_held;
	int rc = 0;

	change_batch(l->t);
	for (; n > 0 && rc == 0 && l->t->batch.failed == 0; n--) {
		rc = next_frame(l, e);
		if (turn_is_over(l->t))
			break;
	}
	if (change_batch_end(l->t, rc) == 0)
		return 0;
	e->alone = e->taken + 1;
	e->taken = began;
	l->n_held = held;
	return 0;
}

static int
frames(struct tacit *t, struct net_event *e)
{
	struct line *l;
	size_t n;
	int rc;

	/* A frame may end the line: look it up each time. */
	while (e->taken < e->len &&
	    (l = line_by_conn(t, e->conn)) != NULL) {
		n = letters_ahead(l, e);
		rc = n > 1 ? together(l, e, n) : next_frame(l, e);
		if (rc != 0) {
			e->taken = e->len;
			return bad_frame(t, e->conn, rc);
		}
		if (turn_is_over(t))
			return 0;
	}
	e->taken = e->len;
	return 0;
}

int
line_event(struct tacit *t, struct net_event *e)
{
	struct line *l = line_by_conn(t, e->conn);

	if (l == NULL) {
		e->taken = e->len;
		return 0;
	}
	switch (e->what) {
	case NET_OPEN:			/* the relay speaks first */
		l->by_next = e->by_next != 0;
		return 0;
	case NET_MESSAGE:
		return frames(t, e);
	case NET_CLOSED:
		line_fail(l, e->why != 0 ? e->why : TACIT_E_UNREACHABLE);
		return 0;
	}
	return 0;
}
