/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "change.h"
#include "contact.h"
#include "event.h"
#include "history.h"
#include "keep.h"
#include "record.h"
#include "tacit/hash.h"
#include "text.h"

enum { HOUR_MS = 3600 * 1000, SAID_TYPE = 0x10000 };

struct kept {
	struct kept *next;
	char id[CONTACT_ID_LEN];
	uint64_t place;
	tacit_state_Due due;		/* event 0 once it is confirmed */
};

/* ---- the text ---------------------------------------------------------------- */

/* Above all types that there are: nothing else has such a chain value. */
void
keep_said(struct said *out, uint32_t type, const tacit_state_Keep *k,
    const char *text, size_t len)
{
	const struct tacit_part part[] = {
		{ k->salt.bytes, k->salt.size }, { text, len },
	};

	out->type = type;
	out->text = text;
	out->len = len;
	if (k->hours == 0)
		return;
	if (k->gone.size == sizeof(out->digest))
		memcpy(out->digest, k->gone.bytes, sizeof(out->digest));
	else
		tacit_hash(out->digest, "tacit/1/text", part, 2);
	out->type = SAID_TYPE + k->hours;
	out->text = out->digest;
	out->len = sizeof(out->digest);
}

size_t
keep_part_len(uint32_t type, const tacit_state_Keep *k, const char *text,
    size_t len)
{
	return k->hours == 0 ? text_part_len(type, text, len) :
	    text_cut(text, len, TACIT_KEEP_PART_MAX);
}

uint32_t
keep_parts(uint32_t type, const tacit_state_Keep *k, const char *text,
    size_t len)
{
	uint32_t n = 0;
	size_t at;

	for (at = 0; at < len; n++)
		at += keep_part_len(type, k, text + at, len - at);
	return n;
}

void
keep_make(struct tacit *t, tacit_state_Keep *k, uint32_t hours)
{
	memset(k, 0, sizeof(*k));
	k->hours = hours;
	if (hours == 0)
		return;
	k->salt.size = TACIT_SALT_LEN;
	env_random(t, k->salt.bytes, TACIT_SALT_LEN);
}

/* ---- rows ------------------------------------------------------------------------ */

static int
put(struct tacit *t, const struct kept *k)
{
	struct record_key key;

	record_key(&key, k->id, sizeof(k->id), k->place);
	return record_put(t->vault, VAULT_KEEP, key.data, key.len,
	    tacit_state_Due_fields, &k->due, NULL, 0);
}

static int
insert(struct tacit *t, const struct kept *like)
{
	struct kept *k = malloc(sizeof(*k));

	if (k == NULL)
		return TACIT_E_NOMEM;
	*k = *like;
	k->next = t->kept;
	t->kept = k;
	return 0;
}

void
keep_free(struct tacit *t)
{
	struct kept *k;

	while ((k = t->kept) != NULL) {
		t->kept = k->next;
		free(k);
	}
}

/* One row.  Of an event that is done there is nothing to wait for. */
static int
load(struct tacit *t, const struct vault_key *key,
    const struct vault_value *value)
{
	struct kept k = { .place = 0 };
	tacit_state_Event e;
	int rc;

	if (key->len != sizeof(k.id) + 8 || record_read(value,
	    tacit_state_Due_fields, &k.due, NULL, NULL) != 0)
		return TACIT_E_CORRUPT;
	memcpy(k.id, key->data, sizeof(k.id));
	k.place = record_key_number(key->data, key->len);
	if (k.due.event != 0) {
		if ((rc = event_get(t, k.due.event, &e)) < 0)
			return rc;
		if (rc == 0)
			k.due.event = 0;
	}
	return insert(t, &k);
}

int
keep_load(struct tacit *t)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	int rc;

	keep_free(t);
	for (;;) {
		if ((rc = vault_next(t->vault, VAULT_KEEP, NULL, 0, &key,
		    &value)) != 0 || key.len == 0)
			return rc;
		rc = load(t, &key, &value);
		vault_value_free(&value);
		if (rc != 0)
			return rc;
	}
}

static uint64_t
due_of(const struct tacit *t, uint32_t hours)
{
	return (uint64_t)env_unix_ms(t) + (uint64_t)hours * HOUR_MS;
}

int
keep_add(struct tacit_contact *ct, uint32_t hours, uint64_t event)
{
	struct kept k = { .place = ct->rec.history };
	int rc;

	memcpy(k.id, ct->id, sizeof(k.id));
	k.due.hours = hours;
	k.due.event = event;
	if (event != 0)
		k.due.due_ms = due_of(ct->t, hours);
	rc = put(ct->t, &k);
	return rc != 0 ? rc : insert(ct->t, &k);
}

int
keep_left(struct tacit_contact *ct, uint64_t place)
{
	struct kept *k;

	for (k = ct->t->kept; k != NULL; k = k->next)
		if (k->place == place && k->due.due_ms == 0 &&
		    memcmp(k->id, ct->id, sizeof(k->id)) == 0) {
			k->due.due_ms = due_of(ct->t, k->due.hours);
			return put(ct->t, k);
		}
	return 0;
}

void
keep_confirmed(struct tacit *t, uint64_t event)
{
	struct kept *k;

	for (k = t->kept; k != NULL; k = k->next)
		if (k->due.event == event)
			k->due.event = 0;
}

/* ---- time ------------------------------------------------------------------------- */

/* It goes out again: whoever lacks it is to have it first. */
static int
is_going(const struct tacit_contact *ct, uint64_t place)
{
	const struct out_ref *o;

	for (o = ct->out; o != NULL; o = o->next)
		if (o->place == place)
			return 1;
	return 0;
}

/* ms until ${k} is forgotten; -1: not by time alone. */
static int64_t
wait_for(const struct tacit *t, const struct kept *k)
{
	const struct tacit_contact *ct;
	uint64_t now = (uint64_t)env_unix_ms(t);

	if (k->due.due_ms == 0 || k->due.event != 0)
		return -1;
	for (ct = t->contacts; ct != NULL; ct = ct->next)
		if (memcmp(ct->id, k->id, sizeof(k->id)) == 0)
			break;
	if (ct == NULL || ct->rec.history < k->place ||
	    is_going(ct, k->place))
		return -1;
	return k->due.due_ms <= now ? 0 : (int64_t)(k->due.due_ms - now);
}

static int
forget(struct tacit_contact *ct, const struct kept *k)
{
	tacit_state_Event e = tacit_state_Event_init_zero;
	struct record_key key;
	tacit_state_Past p;
	int rc;

	if ((rc = history_forget(ct, k->place, &p)) != 0)
		return rc;
	record_key(&key, k->id, sizeof(k->id), k->place);
	if ((rc = vault_del(ct->t->vault, VAULT_KEEP, key.data,
	    key.len)) != 0)
		return rc;
	e.type = TACIT_EV_FORGOTTEN;
	e.who = p.from_me ? TACIT_WHO_ME : TACIT_WHO_THEM;
	memcpy(e.stream, p.stream, sizeof(e.stream));
	e.seq = p.seq;
	return event_add(ct->t, ct, &e, NULL, 0);
}

/* On success ${*at} is gone; else all may have been read anew. */
static int
forget_at(struct tacit *t, struct kept **at)
{
	struct kept *k = *at;
	struct tacit_contact *ct = contact_by_id(t, k->id);
	int rc;

	if (ct == NULL)
		return TACIT_E_INTERNAL;
	if ((rc = change_begin(t)) != 0)
		return rc;
	if ((rc = change_end(t, ct, forget(ct, k))) != 0)
		return rc;
	*at = k->next;
	free(k);
	return 0;
}

int
keep_tend(struct tacit *t)
{
	struct kept **at = &t->kept;
	int rc;

	while (*at != NULL && !turn_is_over(t)) {
		if (wait_for(t, *at) != 0)
			at = &(*at)->next;
		else if ((rc = forget_at(t, at)) != 0)
			return rc;
	}
	return 0;
}

int64_t
keep_wait(const struct tacit *t)
{
	const struct kept *k;
	int64_t wait = -1;

	for (k = t->kept; k != NULL; k = k->next)
		wait = env_sooner(wait, wait_for(t, k));
	return wait;
}
