/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "anchor.h"
#include "contact.h"
#include "due.h"
#include "line.h"
#include "post.h"
#include "recall.h"
#include "set.h"
#include "tend.h"

enum {
	POST_LIFE_MIN_MS = 60 * 1000,
	POST_LIFE_MAX_MS = 10 * 60 * 1000,
	SILENCE_MS = 60 * 1000		/* then the relay is given up */
};

/* Make the lines that ${ct} needs. */
static int
want_lines(struct tacit_contact *ct)
{
	struct tacit *t = ct->t;

	if (contact_has_mailbox(ct) &&
	    line_reading(t, &ct->rec.my_place) == NULL &&
	    line_new(t, LINE_READ, NULL, &ct->rec.my_place) == NULL)
		return TACIT_E_NOMEM;
	if (ct->post == NULL && post_wants(ct) && (ct->post = line_new(t,
	    LINE_POST, ct, &ct->rec.their_place)) == NULL)
		return TACIT_E_NOMEM;
	if (ct->once == NULL && due_next(ct) != 0 &&
	    env_mono_ms(t) >= ct->once_at && (ct->once = line_new(t,
	    LINE_ONCE, ct, &ct->rec.my_place)) == NULL)
		return TACIT_E_NOMEM;
	return 0;
}

/* The mailboxes of ${ct} that ${l} does not read yet; with ${body}, ask. */
static uint32_t
add_entries(struct line *l, struct tacit_contact *ct, const tacit_Frame *f,
    uint8_t *body, uint32_t room)
{
	uint8_t sk[crypto_sign_SECRETKEYBYTES], *entry;
	struct asked *a;
	struct set s;
	struct box *b;
	uint32_t n = 0;
	size_t i;

	if (!contact_place_equal(&l->place, &ct->rec.my_place))
		return 0;
	for (i = 0; i < set_end(ct) && n < room; i++) {
		if (!set_get(ct, i, &s) || !s.mailbox ||
		    (b = set_box(ct, s.address))->read_conn == l->conn)
			continue;
		n++;
		if (body == NULL)
			continue;
		a = &l->asked[l->n_asked];
		entry = body + (size_t)l->n_asked * TACIT_SUBSCRIBE_ENTRY_LEN;
		(void)crypto_sign_seed_keypair(entry, sk, s.owner);
		line_sign(l, f, s.address, NULL, 0, s.owner,
		    entry + TACIT_KEY_LEN);
		sodium_memzero(sk, sizeof(sk));
		b->read_conn = l->conn;
		b->reading = b->drained = 0;
		restored_reads(ct, l->conn);
		a->ct = ct;
		memcpy(a->address, s.address, sizeof(a->address));
		l->n_asked++;
	}
	return n;
}

/* One SUBSCRIBE for the mailboxes that this line does not read yet. */
static int
subscribe(struct line *l)
{
	tacit_Frame f = tacit_Frame_init_zero;
	struct tacit_contact *ct;
	uint32_t n = 0;
	uint8_t *body;
	int rc;

	for (ct = l->t->contacts; ct != NULL; ct = ct->next)
		n += add_entries(l, ct, &f, NULL, BOXES);
	if (n == 0 || l->asked != NULL)
		return 0;
	/* What still waits for its ACK would come again, perhaps for ever. */
	if (line_release_due(l) >= 0 && (rc = line_release(l)) != 0)
		return rc;
	if (n > TACIT_SUBSCRIBE_MAX)
		n = TACIT_SUBSCRIBE_MAX;
	body = malloc((size_t)n * TACIT_SUBSCRIBE_ENTRY_LEN);
	l->asked = calloc(n, sizeof(*l->asked));
	if (body == NULL || l->asked == NULL) {
		free(body);
		free(l->asked);
		l->asked = NULL;
		return TACIT_E_NOMEM;
	}
	f.which_is = tacit_Frame_subscribe_tag;
	f.is.subscribe.count = n;
	for (ct = l->t->contacts; ct != NULL && l->n_asked < n;
	    ct = ct->next)
		(void)add_entries(l, ct, &f, body, n - l->n_asked);
	rc = line_request(l, &f, body, &l->asked_id);
	free(body);
	return rc;
}

static int
pump(struct tacit_contact *ct)
{
	int rc;

	if ((rc = post_pump(ct)) != 0 || ct->post == NULL)
		return rc;
	return ct->post->conn != 0 ? recall_pump(ct) : 0;
}

static int
tend_ready(struct line *l)
{
	int64_t at;
	int rc;

	if (l->use == LINE_READ) {
		at = line_release_due(l);
		if (at >= 0 && env_mono_ms(l->t) >= at &&
		    (rc = line_release(l)) != 0)
			return rc;
		return subscribe(l);
	}
	if (l->use == LINE_ANCHOR)
		return anchor_ask(l);
	if (l->use == LINE_ONCE)
		return 0;
	if (env_mono_ms(l->t) < l->until)
		return env_mono_ms(l->t) >= l->release_at &&
		    anchor_is_open(l->t, &l->place) ? pump(l->ct) : 0;
	if (!post_is_under_way(l->ct))
		line_free(l);
	return 0;
}

/* A line that nobody needs and that is not connected is forgotten. */
static int
is_wanted(const struct line *l)
{
	struct tacit_contact *ct;

	if (l->use == LINE_ONCE)
		return due_next(l->ct) != 0;
	if (l->use == LINE_POST)
		return post_wants(l->ct);
	if (l->use == LINE_ANCHOR)
		return 1;
	for (ct = l->t->contacts; ct != NULL; ct = ct->next)
		if (contact_has_mailbox(ct) &&
		    contact_place_equal(&l->place, &ct->rec.my_place))
			return 1;
	return 0;
}

/* Something was asked of the relay, if only its WELCOME. */
static int
is_waiting(const struct line *l)
{
	if (l->conn == 0)
		return 0;
	if (!l->ready || l->use == LINE_ONCE)
		return 1;
	if (l->use == LINE_ANCHOR)
		return l->due != 0;
	if (l->use == LINE_READ)
		return l->asked != NULL || l->acks > 0;
	return post_is_under_way(l->ct);
}

static int
tend(struct line *l)
{
	if (is_waiting(l) && env_mono_ms(l->t) - l->moved_at >= SILENCE_MS) {
		line_fail(l, TACIT_E_UNREACHABLE);
		return 0;
	}
	if (l->ready)
		return tend_ready(l);
	if (l->conn != 0)
		return 0;
	if (!is_wanted(l)) {
		line_free(l);
		return 0;
	}
	if (env_mono_ms(l->t) >= l->retry_at) {
		if (l->use == LINE_POST)
			l->until = env_mono_ms(l->t) + env_random_between(
			    l->t, POST_LIFE_MIN_MS, POST_LIFE_MAX_MS);
		line_connect(l);
	}
	return 0;
}

/* Who was cut off goes first next time. */
static void
begin_with(struct tacit *t, struct line *first)
{
	struct line *l = t->lines;

	if (l == first)
		return;
	while (l->next != first)
		l = l->next;
	l->next = NULL;
	for (l = first; l->next != NULL;)
		l = l->next;
	l->next = t->lines;
	t->lines = first;
}

int
tend_lines(struct tacit *t)
{
	struct tacit_contact *ct;
	struct line *l, *next;
	int rc;

	for (ct = t->contacts; ct != NULL; ct = ct->next)
		if ((rc = want_lines(ct)) != 0)
			return rc;
	if ((rc = anchor_tend(t)) != 0)
		return rc;
	for (l = t->lines; l != NULL; l = next) {
		next = l->next;
		if ((rc = tend(l)) != 0)
			return rc;
		if (next != NULL && turn_is_over(t)) {
			begin_with(t, next);
			break;
		}
	}
	return 0;
}

/* Is there no use in waiting for that relay now? */
static int
is_hopeless(int problem)
{
	return problem == TACIT_E_UNREACHABLE || problem == TACIT_E_PIN ||
	    problem == TACIT_E_VERSION;
}

static void
add_left(struct tend_left *left, const struct line *l)
{
	left->any = 1;
	left->hope |= l == NULL || !is_hopeless(l->problem);
}

/* No use to wait for what an anchor holds up, if that cannot be asked. */
static int
is_held_up(const struct tacit_contact *ct)
{
	const tacit_state_Place *place = &ct->rec.their_place;

	return !anchor_is_open(ct->t, place) &&
	    is_hopeless(anchor_at(ct->t, place)->problem);
}

struct tend_left
tend_left(const struct tacit_contact *ct)
{
	struct tend_left left = { 0 };

	if (contact_has_mailbox(ct) && !set_all_drained(ct)) {
		left.unread = 1;
		add_left(&left, line_reading(ct->t, &ct->rec.my_place));
	}
	if (post_wants(ct) || post_is_under_way(ct)) {
		left.unsent = left.any = 1;
		if (!is_held_up(ct))
			add_left(&left, ct->post);
	}
	/* What is held back is not offered, and it is no use to wait. */
	if (recall_held_until(ct) >= 0)
		left.unsent = 1;
	if (due_next(ct) != 0) {
		/* Its line lasts for one try only. */
		left.due = left.any = 1;
		left.hope |= !is_hopeless(ct->problem);
	}
	return left;
}

static void
earlier(int64_t *at, int64_t due)
{
	if (due >= 0 && (*at < 0 || due < *at))
		*at = due;
}

/* When tend() has work by time alone. */
static int64_t
line_due(const struct line *l)
{
	int64_t at = line_release_due(l);

	if (l->conn == 0)
		return l->retry_at;
	if (is_waiting(l))
		return env_sooner(at, l->moved_at + SILENCE_MS);
	return l->use == LINE_POST ? l->until : at;
}

/* The same of want_lines() and post_pump(): when there is work; or -1. */
static int64_t
contact_due(const struct tacit_contact *ct)
{
	int64_t now = env_mono_ms(ct->t);

	if (contact_has_mailbox(ct) &&
	    line_reading(ct->t, &ct->rec.my_place) == NULL)
		return now;
	if (ct->post == NULL)
		return post_wants(ct) ? now : -1;
	if (!ct->post->ready || now >= ct->post->until ||
	    !anchor_is_open(ct->t, &ct->post->place) ||
	    !((post_has_room(ct) && post_wants(ct)) || recall_wants(ct)))
		return -1;
	return now < ct->post->release_at ? ct->post->release_at : now;
}

int64_t
tend_due(const struct tacit *t)
{
	const struct tacit_contact *ct;
	const struct line *l;
	int64_t at = anchor_due(t);

	for (l = t->lines; l != NULL; l = l->next)
		earlier(&at, line_due(l));
	for (ct = t->contacts; ct != NULL; ct = ct->next) {
		earlier(&at, contact_due(ct));
		if (due_next(ct) != 0 && ct->once == NULL)
			earlier(&at, ct->once_at);
		earlier(&at, post_due(ct));
	}
	return at;
}

struct tend_left
tend_anchors_left(const struct tacit *t)
{
	struct tend_left left = { 0 };
	const struct anchor *a;

	for (a = t->anchors; a != NULL; a = a->next) {
		if (!anchor_is_busy(a))
			continue;
		left.due = left.any = 1;
		left.hope |= !is_hopeless(a->problem);
	}
	return left;
}
