/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "contact.h"
#include "event.h"
#include "letter.h"
#include "line.h"
#include "outbox.h"
#include "record.h"

enum {
	RETRY_MIN_MS = 200,
	REFUSED_RETRY_MS = 3600 * 1000,
	NEARLY_FULL_MS = 30 * 1000,
	HELLO_AGAIN_MS = 10 * 60 * 1000
};

static void
row_key(struct record_key *key, const struct tacit_contact *ct, uint64_t n)
{
	record_key(key, ct->id, sizeof(ct->id), n);
}

static int
row_get(struct tacit_contact *ct, uint64_t n, tacit_state_Out *o,
    char **text, size_t *len)
{
	struct record_key key;
	int rc;

	row_key(&key, ct, n);
	rc = record_get(ct->t->vault, VAULT_OUTBOX, key.data, key.len,
	    tacit_state_Out_fields, o, sizeof(*o), text, len);
	return rc == 0 ? TACIT_E_CORRUPT : rc < 0 ? rc : 0;
}

static int
row_put(struct tacit_contact *ct, uint64_t n, const tacit_state_Out *o,
    const char *text, size_t len)
{
	struct record_key key;

	row_key(&key, ct, n);
	return record_put(ct->t->vault, VAULT_OUTBOX, key.data, key.len,
	    tacit_state_Out_fields, o, text, len);
}

void
outbox_free(struct tacit_contact *ct)
{
	struct out_ref *o;

	while ((o = ct->out) != NULL) {
		ct->out = o->next;
		free(o);
	}
}

static int
ref_add(struct tacit_contact *ct, uint64_t n, const tacit_state_Out *o)
{
	struct out_ref **at, *ref;

	if ((ref = calloc(1, sizeof(*ref))) == NULL)
		return TACIT_E_NOMEM;
	ref->n = n;
	ref->kind = o->kind;
	ref->seq = o->seq;
	ref->last_part = o->part + 1 == o->parts;
	/* A new process offers Hello again: the answer may have been lost. */
	ref->okayed = o->okayed && o->kind != tacit_state_OutKind_OUT_HELLO;
	for (at = &ct->out; *at != NULL; at = &(*at)->next)
		continue;
	*at = ref;
	return 0;
}

int
outbox_load(struct tacit_contact *ct)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	tacit_state_Out o;
	int rc;

	outbox_free(ct);
	for (;;) {
		if ((rc = vault_next(ct->t->vault, VAULT_OUTBOX, ct->id,
		    sizeof(ct->id), &key, &value)) != 0 || key.len == 0)
			return rc;
		rc = record_read(&value, tacit_state_Out_fields, &o, NULL,
		    NULL);
		vault_value_free(&value);
		if (rc == 0)
			rc = ref_add(ct, record_key_number(key.data, key.len),
			    &o);
		if (rc != 0)
			return rc;
	}
}

int
outbox_add(struct tacit_contact *ct, tacit_state_Out *o, const char *text,
    size_t len)
{
	uint64_t n = ++ct->rec.next_out;
	int rc;

	memcpy(o->stream, ct->rec.stream, sizeof(o->stream));
	if ((rc = row_put(ct, n, o, text, len)) != 0)
		return rc;
	return ref_add(ct, n, o);
}

int
outbox_add_control(struct tacit_contact *ct, tacit_state_OutKind kind)
{
	tacit_state_Out o = tacit_state_Out_init_zero;

	o.kind = kind;
	o.time_ms = (uint64_t)core_unix_ms(ct->t);
	return outbox_add(ct, &o, NULL, 0);
}

static int
ref_remove(struct tacit_contact *ct, struct out_ref **at)
{
	struct out_ref *ref = *at;
	struct record_key key;

	row_key(&key, ct, ref->n);
	*at = ref->next;
	free(ref);
	return vault_del(ct->t->vault, VAULT_OUTBOX, key.data, key.len);
}

int
outbox_remove(struct tacit_contact *ct, tacit_state_OutKind kind)
{
	struct out_ref **at = &ct->out;
	int rc;

	while (*at != NULL) {
		if ((*at)->kind != kind)
			at = &(*at)->next;
		else if ((rc = ref_remove(ct, at)) != 0)
			return rc;
	}
	return 0;
}

int
outbox_has(const struct tacit_contact *ct, tacit_state_OutKind kind)
{
	const struct out_ref *o;

	for (o = ct->out; o != NULL; o = o->next)
		if (o->kind == kind)
			return 1;
	return 0;
}

static int
have_covers(const tacit_Have *have, uint64_t seq)
{
	size_t i;

	if (seq <= have->contiguous)
		return 1;
	for (i = 0; i < have->range_count; i++)
		if (seq >= have->range[i].from && seq <= have->range[i].to)
			return 1;
	return 0;
}

static int
say_accepted(struct tacit_contact *ct, uint64_t seq)
{
	tacit_state_Event e = tacit_state_Event_init_zero;

	e.type = TACIT_EV_ACCEPTED;
	memcpy(e.stream, ct->rec.stream, sizeof(e.stream));
	e.seq = seq;
	return event_add(ct->t, ct, &e, NULL, 0);
}

int
outbox_had(struct tacit_contact *ct, const tacit_Have *have)
{
	struct out_ref **at = &ct->out, *o;
	int rc;

	if (memcmp(have->stream, ct->rec.stream, sizeof(have->stream)) != 0)
		return 0;
	while ((o = *at) != NULL) {
		if (o->seq == 0 || !have_covers(have, o->seq)) {
			at = &o->next;
			continue;
		}
		if (!o->okayed && o->last_part &&
		    (rc = say_accepted(ct, o->seq)) != 0)
			return rc;
		if ((rc = ref_remove(ct, at)) != 0)
			return rc;
	}
	return 0;
}

enum tacit_message_state
outbox_state(const struct tacit_contact *ct, uint64_t seq)
{
	enum tacit_message_state state = TACIT_HAD;
	const struct out_ref *o;

	for (o = ct->out; o != NULL; o = o->next) {
		if (o->seq != seq)
			continue;
		if (!o->okayed)
			return TACIT_QUEUED;
		state = TACIT_ACCEPTED;
	}
	return state;
}

/* The mailbox of the other side is known and, for a joiner, mine is made. */
static int
can_post(const struct tacit_contact *ct)
{
	switch (ct->rec.step) {
	case tacit_state_Step_I4_ANSWERED:
	case tacit_state_Step_I5_ACTIVE:
	case tacit_state_Step_J3_JOINING:
	case tacit_state_Step_J4_ACTIVE:
	case tacit_state_Step_CLOSED:
		return 1;
	default:
		return 0;
	}
}

static int
may_go(const struct tacit_contact *ct, const struct out_ref *o)
{
	if (o->request != 0)
		return 0;
	if (o->kind == tacit_state_OutKind_OUT_HELLO)
		return !o->okayed || core_mono_ms(ct->t) >= ct->hello_at;
	if (o->okayed)
		return 0;
	return o->kind != tacit_state_OutKind_OUT_TEXT ||
	    (contact_is_trusted(ct) &&
	    core_mono_ms(ct->t) >= ct->texts_at);
}

/* What goes next: control first, then texts, each in order. */
static struct out_ref *
next_ref(const struct tacit_contact *ct)
{
	struct out_ref *o, *text = NULL;

	for (o = ct->out; o != NULL; o = o->next) {
		if (!may_go(ct, o))
			continue;
		if (o->kind != tacit_state_OutKind_OUT_TEXT)
			return o;
		if (text == NULL)
			text = o;
	}
	return text;
}

int
outbox_wants(const struct tacit_contact *ct)
{
	return can_post(ct) && core_mono_ms(ct->t) >= ct->post_at &&
	    !ct->failing && next_ref(ct) != NULL;
}

int
outbox_is_under_way(const struct tacit_contact *ct)
{
	const struct out_ref *o;

	for (o = ct->out; o != NULL; o = o->next)
		if (o->request != 0)
			return 1;
	return 0;
}

int64_t
outbox_due(const struct tacit_contact *ct)
{
	int64_t now = core_mono_ms(ct->t), at = -1;

	if (!can_post(ct) || ct->out == NULL)
		return -1;
	if (ct->post_at > now)
		at = ct->post_at;
	else if (ct->texts_at > now)
		at = ct->texts_at;
	if (ct->out->kind == tacit_state_OutKind_OUT_HELLO &&
	    ct->hello_at > now && (at < 0 || ct->hello_at < at))
		at = ct->hello_at;
	return at;
}

/* One row on its way out. */
struct going {
	struct out_ref *ref;
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

	if ((rc = row_get(ct, g->ref->n, &o, &text, &len)) != 0)
		return rc;
	if ((rc = letter_is_fresh(ct, &o)) == 0 &&
	    (rc = letter_seal(ct, &o, text, len)) == 0)
		rc = row_put(ct, g->ref->n, &o, text, len);
	if (rc >= 0) {
		memcpy(g->envelope, o.envelope, sizeof(g->envelope));
		memcpy(g->body, o.sealed.bytes, sizeof(g->body));
		rc = 0;
	}
	record_tail_free(text, len);
	return rc;
}

static int
post(struct tacit_contact *ct, struct going *g)
{
	tacit_Frame f = tacit_Frame_init_zero;

	f.which_is = tacit_Frame_post_tag;
	memcpy(f.is.post.address, ct->rec.their_address,
	    sizeof(f.is.post.address));
	memcpy(f.is.post.token, ct->rec.their_token,
	    sizeof(f.is.post.token));
	memcpy(f.is.post.envelope, g->envelope, sizeof(f.is.post.envelope));
	f.is.post.kind = tacit_Kind_KIND_LETTER;
	f.is.post.resume = ct->resume;
	ct->resume = 0;
	return line_request(ct->post, &f, g->body, &g->ref->request);
}

int
outbox_pump(struct tacit_contact *ct)
{
	struct going *going;
	struct out_ref *o;
	size_t n = 0, i, room = OUT_WINDOW;
	int rc;

	for (o = ct->out; o != NULL; o = o->next)
		room -= o->request != 0;
	if (room == 0 || !outbox_wants(ct))
		return 0;
	if ((going = calloc(room, sizeof(*going))) == NULL)
		return TACIT_E_NOMEM;

	if ((rc = core_begin(ct->t)) != 0)
		goto out;
	while (rc == 0 && n < room && (o = next_ref(ct)) != NULL) {
		going[n].ref = o;
		o->request = UINT32_MAX;	/* taken; named by post() */
		rc = make_ready(ct, &going[n++]);
	}
	if ((rc = core_end(ct->t, ct, rc)) != 0)
		goto out;
	for (i = 0; i < n && rc == 0; i++)
		rc = post(ct, &going[i]);
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
	tacit_state_Out o;
	char *text = NULL;
	size_t len = 0;
	int rc;

	if ((rc = row_get(ct, ref->n, &o, &text, &len)) != 0)
		return rc;
	ref->okayed = 1;
	o.okayed = 1;
	if (ref->kind == tacit_state_OutKind_OUT_TEXT) {
		memset(o.envelope, 0, sizeof(o.envelope));
		o.sealed.size = 0;
	} else
		ct->hello_at = core_mono_ms(ct->t) + HELLO_AGAIN_MS;
	rc = row_put(ct, ref->n, &o, text, len);
	record_tail_free(text, len);
	if (rc == 0 && ref->kind == tacit_state_OutKind_OUT_TEXT &&
	    outbox_state(ct, ref->seq) == TACIT_ACCEPTED)
		rc = say_accepted(ct, ref->seq);
	return rc;
}

/* The relay has our Closed; if the peer's came before, nothing is left. */
static void
closed_okayed(struct tacit_contact *ct)
{
	if (ct->rec.told_closed && ct->rec.mailbox) {
		ct->rec.mailbox = 0;
		ct->rec.due |= DUE_CLOSE;
	}
}

static int
one_okayed(struct tacit_contact *ct, uint32_t id)
{
	struct out_ref *o = ref_by_request(ct, id), **at;

	if (o == NULL)
		return 0;
	o->request = 0;
	if (o->kind == tacit_state_OutKind_OUT_TEXT ||
	    o->kind == tacit_state_OutKind_OUT_HELLO)
		return row_okayed(ct, o);
	if (o->kind == tacit_state_OutKind_OUT_CLOSED)
		closed_okayed(ct);
	for (at = &ct->out; *at != o; at = &(*at)->next)
		continue;
	return ref_remove(ct, at);
}

int
outbox_ok(struct tacit_contact *ct, const tacit_Ok *ok)
{
	size_t i;
	int rc;

	if ((rc = core_begin(ct->t)) != 0)
		return rc;
	for (i = 0; i < ok->id_count && rc == 0; i++)
		rc = one_okayed(ct, ok->id[i]);
	ct->rec.unreachable = 0;
	if ((rc = core_end(ct->t, ct, rc)) != 0)
		return rc;
	if (ok->nearly_full)
		ct->texts_at = core_mono_ms(ct->t) + NEARLY_FULL_MS;
	if (!outbox_is_under_way(ct))
		ct->failing = 0;
	return 0;
}

/* The mailbox refuses us: said once, the text is kept, tried again hourly. */
static int
say_unreachable(struct tacit_contact *ct)
{
	int rc;

	ct->post_at = core_mono_ms(ct->t) + REFUSED_RETRY_MS;
	if (ct->rec.unreachable)
		return 0;
	if ((rc = core_begin(ct->t)) != 0)
		return rc;
	ct->rec.unreachable = 1;
	rc = event_say(ct->t, ct, TACIT_EV_UNREACHABLE);
	return core_end(ct->t, ct, rc);
}

/* Another envelope has this id: the row needs a new one. */
static int
unseal(struct tacit_contact *ct, uint64_t n)
{
	tacit_state_Out o;
	char *text = NULL;
	size_t len = 0;
	int rc;

	if ((rc = core_begin(ct->t)) != 0)
		return rc;
	if ((rc = row_get(ct, n, &o, &text, &len)) == 0) {
		memset(o.envelope, 0, sizeof(o.envelope));
		o.sealed.size = 0;
		rc = row_put(ct, n, &o, text, len);
	}
	record_tail_free(text, len);
	return core_end(ct->t, ct, rc);
}

int
outbox_error(struct tacit_contact *ct, const tacit_Error *e)
{
	struct out_ref *o = ref_by_request(ct, e->id);
	int64_t wait = e->retry_after_ms;
	uint64_t n;
	int rc = 0;

	if (o == NULL)
		return 0;
	n = o->n;
	o->request = 0;
	if (!ct->failing) {
		ct->failing = 1;
		ct->resume = 1;
		if (wait < RETRY_MIN_MS)
			wait = RETRY_MIN_MS;
		ct->post_at = core_mono_ms(ct->t) +
		    core_random_between(ct->t, wait, wait + wait / 2);
		if (e->code == -TACIT_E_REFUSED)
			rc = say_unreachable(ct);
		else if (e->code == -TACIT_E_CONFLICT)
			rc = unseal(ct, n);
	}
	if (!outbox_is_under_way(ct))
		ct->failing = 0;
	return rc;
}

void
outbox_line_lost(struct tacit_contact *ct)
{
	struct out_ref *o;

	for (o = ct->out; o != NULL; o = o->next)
		o->request = 0;
	ct->failing = 0;
	ct->resume = 1;
}
