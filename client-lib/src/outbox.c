/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "contact.h"
#include "event.h"
#include "keep.h"
#include "outbox.h"
#include "record.h"

enum { LATE_LOOK_MS = 3600 * 1000, LEFT_MS = 6 * LATE_LOOK_MS };

static const uint64_t TTL_MS = TACIT_TTL_DAYS * 24ULL * 3600 * 1000;

static void
row_key(struct record_key *key, const struct tacit_contact *ct, uint64_t n)
{
	record_key(key, ct->id, sizeof(ct->id), n);
}

int
outbox_row_get(struct tacit_contact *ct, uint64_t n, tacit_state_Out *o,
    char **text, size_t *len)
{
	struct record_key key;
	int rc;

	row_key(&key, ct, n);
	rc = record_get(ct->t->vault, VAULT_OUTBOX, key.data, key.len,
	    tacit_state_Out_fields, o, sizeof(*o), text, len);
	return rc == 0 ? TACIT_E_CORRUPT : rc < 0 ? rc : 0;
}

int
outbox_row_put(struct tacit_contact *ct, uint64_t n, const tacit_state_Out *o,
    const char *text, size_t len)
{
	struct record_key key;

	row_key(&key, ct, n);
	return record_put(ct->t->vault, VAULT_OUTBOX, key.data, key.len,
	    tacit_state_Out_fields, o, text, len);
}

static int
ref_add(struct tacit_contact *ct, uint64_t n, const tacit_state_Out *o)
{
	struct out_ref **at, *ref;

	if ((ref = calloc(1, sizeof(*ref))) == NULL)
		return TACIT_E_NOMEM;
	ref->n = n;
	ref->kind = o->kind;
	memcpy(ref->stream, o->stream, sizeof(ref->stream));
	ref->seq = o->seq;
	ref->type = o->type;
	ref->place = o->place;
	ref->recall = (uint8_t)o->recall;
	ref->hold_ms = o->hold_ms;
	ref->time_ms = o->time_ms;
	ref->last_part = o->part + 1 == o->parts;
	/* A new process offers Hello again: the answer may have been lost. */
	ref->okayed = o->okayed && o->kind != tacit_state_OutKind_OUT_HELLO;
	ref->okayed_ms = o->okayed_ms;
	/* Not from the first: of texts that wait there may be thousands. */
	at = ct->out_last != NULL ? &ct->out_last->next : &ct->out;
	while (*at != NULL)
		at = &(*at)->next;
	*at = ct->out_last = ref;
	return 0;
}

int
outbox_load(struct tacit_contact *ct)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	tacit_state_Out o;
	int rc;

	contact_free_out(ct);
	outbox_forget_requests(ct);
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

	/* Only what is made anew from the history says another. */
	if (sodium_is_zero(o->stream, sizeof(o->stream)))
		memcpy(o->stream, ct->rec.stream, sizeof(o->stream));
	if ((rc = outbox_row_put(ct, n, o, text, len)) != 0)
		return rc;
	return ref_add(ct, n, o);
}

int
outbox_add_control(struct tacit_contact *ct, tacit_state_OutKind kind)
{
	tacit_state_Out o = tacit_state_Out_init_zero;

	o.kind = kind;
	o.time_ms = (uint64_t)env_unix_ms(ct->t);
	return outbox_add(ct, &o, NULL, 0);
}

int
outbox_ref_remove(struct tacit_contact *ct, struct out_ref **at)
{
	struct out_ref *ref = *at;
	uint64_t place = ref->last_part ? ref->place : 0;
	struct record_key key;
	int rc;

	row_key(&key, ct, ref->n);
	*at = ref->next;
	if (ct->out_last == ref)
		ct->out_last = NULL;
	free(ref);
	rc = vault_del(ct->t->vault, VAULT_OUTBOX, key.data, key.len);
	return rc != 0 || place == 0 ? rc : keep_left(ct, place);
}

int
outbox_remove(struct tacit_contact *ct, tacit_state_OutKind kind)
{
	struct out_ref **at = &ct->out;
	int rc;

	while (*at != NULL) {
		if ((*at)->kind != kind)
			at = &(*at)->next;
		else if ((rc = outbox_ref_remove(ct, at)) != 0)
			return rc;
	}
	return 0;
}

int
outbox_remove_control(struct tacit_contact *ct)
{
	struct out_ref **at = &ct->out;
	int rc;

	while (*at != NULL) {
		if ((*at)->kind == tacit_state_OutKind_OUT_TEXT)
			at = &(*at)->next;
		else if ((rc = outbox_ref_remove(ct, at)) != 0)
			return rc;
	}
	return 0;
}

int
outbox_move_back(struct tacit_contact *ct, struct out_ref **at)
{
	struct out_ref *ref = *at, **end;
	struct record_key key;
	tacit_state_Out o;
	char *text = NULL;
	size_t len = 0;
	int rc;

	if ((rc = outbox_row_get(ct, ref->n, &o, &text, &len)) != 0)
		return rc;
	row_key(&key, ct, ref->n);
	if ((rc = vault_del(ct->t->vault, VAULT_OUTBOX, key.data,
	    key.len)) == 0)
		rc = outbox_row_put(ct, ++ct->rec.next_out, &o, text, len);
	record_tail_free(text, len);
	if (rc != 0)
		return rc;
	ref->n = ct->rec.next_out;
	*at = ref->next;
	for (end = at; *end != NULL; end = &(*end)->next)
		continue;
	ref->next = NULL;
	*end = ct->out_last = ref;
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

int
outbox_covers(const tacit_Have *have, uint64_t seq)
{
	size_t i;

	if (seq <= have->contiguous)
		return 1;
	for (i = 0; i < have->range_count; i++)
		if (seq >= have->range[i].from && seq <= have->range[i].to)
			return 1;
	return 0;
}

int
outbox_say_accepted(struct tacit_contact *ct, const struct out_ref *ref)
{
	tacit_state_Event e = tacit_state_Event_init_zero;

	e.type = TACIT_EV_ACCEPTED;
	e.data_type = ref->type;
	memcpy(e.stream, ref->stream, sizeof(e.stream));
	e.seq = ref->seq;
	return event_add(ct->t, ct, &e, NULL, 0);
}

int
outbox_is_final(const tacit_state_Out *o)
{
	return o->kind == tacit_state_OutKind_OUT_HELLO ||
	    o->kind == tacit_state_OutKind_OUT_RESET ||
	    o->kind == tacit_state_OutKind_OUT_STALE;
}

void
outbox_unseal(tacit_state_Out *o)
{
	if (outbox_is_final(o))
		return;
	memset(o->envelope, 0, sizeof(o->envelope));
	o->sealed.size = 0;
}

int
outbox_okay(struct tacit_contact *ct, struct out_ref *ref, int *first)
{
	tacit_state_Out o;
	char *text = NULL;
	size_t len = 0;
	int rc;

	if ((rc = outbox_row_get(ct, ref->n, &o, &text, &len)) != 0)
		return rc;
	*first = ref->okayed_ms == 0;
	ref->okayed = 1;
	ref->okayed_ms = (uint64_t)env_unix_ms(ct->t);
	o.okayed = 1;
	o.okayed_ms = ref->okayed_ms;
	if (ref->kind == tacit_state_OutKind_OUT_TEXT)
		outbox_unseal(&o);
	rc = outbox_row_put(ct, ref->n, &o, text, len);
	record_tail_free(text, len);
	return rc;
}

/* Let ${ref} be posted again; ${late}: it was not had in time. */
static int
send_again(struct tacit_contact *ct, struct out_ref *ref, int late)
{
	tacit_state_Event e = tacit_state_Event_init_zero;
	tacit_state_Out o;
	char *text = NULL;
	size_t len = 0;
	int say, rc;

	if ((rc = outbox_row_get(ct, ref->n, &o, &text, &len)) != 0)
		return rc;
	say = late && ref->last_part && !o.undelivered;
	ref->okayed = 0;
	/* The answer to what was under way is about other bytes. */
	ref->request = 0;
	o.okayed = 0;
	o.undelivered |= say;
	outbox_unseal(&o);
	rc = outbox_row_put(ct, ref->n, &o, text, len);
	record_tail_free(text, len);
	if (rc != 0 || !say)
		return rc;
	e.type = TACIT_EV_UNDELIVERED;
	e.data_type = ref->type;
	memcpy(e.stream, ref->stream, sizeof(e.stream));
	e.seq = ref->seq;
	return event_add(ct->t, ct, &e, NULL, 0);
}

int
outbox_again(struct tacit_contact *ct, struct out_ref *ref)
{
	return send_again(ct, ref, 0);
}

int
outbox_restored(struct tacit_contact *ct)
{
	struct out_ref *o;
	int rc;

	for (o = ct->out; o != NULL; o = o->next)
		if (o->okayed && (rc = send_again(ct, o, 0)) != 0)
			return rc;
	return 0;
}

static int
is_late(const struct tacit_contact *ct, const struct out_ref *o)
{
	return o->seq != 0 && o->okayed && o->recall != RECALL_ASKED &&
	    (uint64_t)env_unix_ms(ct->t) >= o->okayed_ms + TTL_MS;
}

int64_t
outbox_due(const struct tacit_contact *ct)
{
	const struct out_ref *o;

	if (ct->rec.step == tacit_state_Step_CLOSED)
		return -1;
	for (o = ct->out; o != NULL; o = o->next)
		if (o->seq != 0 && o->okayed)
			return ct->late_at;
	return -1;
}

int
outbox_has_late(struct tacit_contact *ct)
{
	const struct out_ref *o;

	if (outbox_due(ct) < 0 || env_mono_ms(ct->t) < ct->late_at)
		return 0;
	ct->late_at = env_mono_ms(ct->t) + LATE_LOOK_MS;
	for (o = ct->out; o != NULL; o = o->next)
		if (is_late(ct, o))
			return 1;
	return 0;
}

int
outbox_late(struct tacit_contact *ct)
{
	struct out_ref *o;
	int rc;

	for (o = ct->out; o != NULL; o = o->next)
		if (is_late(ct, o) && (rc = send_again(ct, o, 1)) != 0)
			return rc;
	return 0;
}

int
outbox_left(struct tacit_contact *ct)
{
	uint64_t now = (uint64_t)env_unix_ms(ct->t);
	struct out_ref *o;
	int rc;

	for (o = ct->out; o != NULL; o = o->next)
		if (o->seq != 0 && o->okayed &&
		    !stream_is(o->stream, ct->rec.stream) &&
		    now >= o->okayed_ms + LEFT_MS &&
		    (rc = send_again(ct, o, 0)) != 0)
			return rc;
	return 0;
}

enum tacit_message_state
outbox_state(const struct tacit_contact *ct,
    const uint8_t stream[TACIT_STREAM_LEN], uint64_t seq)
{
	const struct out_ref *o;

	for (o = ct->out; o != NULL; o = o->next)
		if (o->seq == seq && !o->okayed &&
		    stream_is(o->stream, stream))
			return TACIT_QUEUED;
	return TACIT_ACCEPTED;
}

void
outbox_forget_requests(struct tacit_contact *ct)
{
	struct out_ref *o;

	for (o = ct->out; o != NULL; o = o->next)
		o->request = 0;
	ct->recall = 0;
	ct->failing = 0;
	ct->resume = 1;
}
