/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "anchor.h"
#include "change.h"
#include "contact.h"
#include "event.h"
#include "line.h"
#include "record.h"
#include "restart.h"

enum {
	CHECK_MS = 3600 * 1000,
	CHECK_POSTS = 100,
	DENIED_MS = 24 * 3600 * 1000
};

static struct anchor *
anchor_alloc(struct tacit *t, uint64_t n)
{
	struct anchor *a = sodium_malloc(sizeof(*a)), **at = &t->anchors;

	if (a == NULL)
		return NULL;
	memset(a, 0, sizeof(*a));
	a->t = t;
	a->n = n;
	while (*at != NULL)
		at = &(*at)->next;
	*at = a;
	return a;
}

static void
anchor_free(struct anchor *a)
{
	struct anchor **at = &a->t->anchors;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	if (a->line != NULL)
		line_free(a->line);
	sodium_free(a);
}

void
anchor_free_all(struct tacit *t)
{
	while (t->anchors != NULL)
		anchor_free(t->anchors);
}

/* Who was denied one asks again after a day, or with another code. */
static int
is_denied(const struct anchor *a)
{
	uint64_t now = (uint64_t)env_unix_ms(a->t);

	return a->rec.denied_ms != 0 && now < a->rec.denied_ms + DENIED_MS;
}

int
anchor_load(struct tacit *t)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	struct anchor *a;
	int rc;

	for (;;) {
		if ((rc = vault_next(t->vault, VAULT_ANCHOR, NULL, 0, &key,
		    &value)) != 0 || key.len == 0)
			return rc;
		a = anchor_alloc(t, record_key_number(key.data, key.len));
		rc = a == NULL ? TACIT_E_NOMEM : record_read(&value,
		    tacit_state_Anchor_fields, &a->rec, NULL, NULL);
		vault_value_free(&value);
		if (rc != 0)
			return rc;
		a->denied = is_denied(a) != 0;
	}
}

struct anchor *
anchor_at(const struct tacit *t, const tacit_state_Place *place)
{
	struct anchor *a;

	for (a = t->anchors; a != NULL; a = a->next)
		if (contact_place_equal(&a->rec.place, place))
			break;
	return a;
}

static int
tell(struct anchor *a, int type)
{
	tacit_state_Event e = tacit_state_Event_init_zero;
	char url[TACIT_LINK_TEXT_MAX];
	struct tacit_place place;
	int rc;

	if (type == TACIT_EV_ROLLED_BACK)
		return restart_mark(a->t);
	e.type = (uint32_t)type;
	contact_place_read(&place, &a->rec.place);
	if ((rc = tacit_url_write(url, sizeof(url), &place)) != 0)
		return rc;
	return event_add(a->t, NULL, &e, url, strlen(url));
}

int
anchor_commit(struct anchor *a, const tacit_state_Anchor *to, int say)
{
	struct record_key key;
	int rc;

	if ((rc = change_begin(a->t)) != 0)
		return rc;
	record_key(&key, "", 0, a->n);
	rc = record_put(a->t->vault, VAULT_ANCHOR, key.data, key.len,
	    tacit_state_Anchor_fields, to, NULL, 0);
	if (rc == 0 && say != 0)
		rc = tell(a, say);
	if ((rc = change_end(a->t, NULL, rc)) == 0)
		a->rec = *to;
	return rc;
}

int
anchor_remove(struct anchor *a)
{
	struct record_key key;
	int rc;

	if ((rc = change_begin(a->t)) != 0)
		return rc;
	record_key(&key, "", 0, a->n);
	if ((rc = change_end(a->t, NULL, vault_del(a->t->vault, VAULT_ANCHOR,
	    key.data, key.len))) == 0)
		anchor_free(a);
	return rc;
}

/* A contact has a mailbox where no anchor is, and what pays for one. */
static int
make(const struct tacit_contact *ct)
{
	tacit_state_Anchor rec = tacit_state_Anchor_init_zero;
	struct tacit *t = ct->t;
	struct anchor *a;
	uint64_t n = 1;
	int rc;

	for (a = t->anchors; a != NULL; a = a->next)
		n = a->n + 1;
	if ((a = anchor_alloc(t, n)) == NULL)
		return TACIT_E_NOMEM;
	rec.place = ct->rec.my_place;
	rec.home = ct->rec.inviter;
	rec.payer = ct->rec.number;
	memcpy(rec.code, ct->pairing->code, sizeof(rec.code));
	env_random(t, rec.owner, sizeof(rec.owner));
	if ((rc = anchor_commit(a, &rec, 0)) != 0)
		anchor_free(a);
	sodium_memzero(&rec, sizeof(rec));
	return rc;
}

/* Units may be left on the code of a later contact. */
static int
pay_with(struct anchor *a, const struct tacit_contact *ct)
{
	tacit_state_Anchor rec = a->rec;
	int rc;

	if (ct->rec.number <= rec.payer)
		return 0;
	rec.payer = ct->rec.number;
	memcpy(rec.code, ct->pairing->code, sizeof(rec.code));
	rec.home |= ct->rec.inviter;
	if ((rc = anchor_commit(a, &rec, 0)) == 0)
		a->denied = 0;
	sodium_memzero(&rec, sizeof(rec));
	return rc;
}

/* A contact with a mailbox there, or NULL. */
static const struct tacit_contact *
who_needs(const struct anchor *a)
{
	const struct tacit_contact *ct;

	for (ct = a->t->contacts; ct != NULL; ct = ct->next)
		if (contact_has_mailbox(ct) &&
		    contact_place_equal(&ct->rec.my_place, &a->rec.place))
			break;
	return ct;
}

int
anchor_is_over(const struct anchor *a)
{
	return !a->rec.home && who_needs(a) == NULL;
}

/* It was verified on the reading connection that there is now. */
static int
is_verified(const struct anchor *a)
{
	const struct line *l = line_reading(a->t, &a->rec.place);

	return a->verified != 0 && l != NULL && l->conn == a->verified;
}

int
anchor_is_open(const struct tacit *t, const tacit_state_Place *place)
{
	const struct anchor *a = anchor_at(t, place);

	return a == NULL || a->rec.denied_ms != 0 || is_verified(a);
}

int
anchor_is_busy(const struct anchor *a)
{
	if (who_needs(a) == NULL)
		return !a->rec.home;
	return !a->denied && !is_verified(a);
}

void
anchor_used(struct tacit *t, const tacit_state_Place *place, uint32_t posts)
{
	struct anchor *a = anchor_at(t, place);

	if (a == NULL || a->denied)
		return;
	a->posts += posts;
	if (a->check_at == 0)
		a->check_at = env_mono_ms(t) + CHECK_MS;
	if (a->posts >= CHECK_POSTS)
		a->check_at = env_mono_ms(t);
}

void
anchor_pass(struct tacit *t, const tacit_state_Place *place)
{
	struct anchor *a = anchor_at(t, place);

	if (a == NULL || a->denied)
		return;
	a->again = a->line != NULL;
	a->check_at = env_mono_ms(t);
}

void
anchor_doubt(struct tacit *t, const tacit_state_Place *place)
{
	struct anchor *a = anchor_at(t, place);

	if (a != NULL)
		a->verified = 0;
}

/* When ${a} needs a line that it has not: mono ms, or -1. */
static int64_t
line_at(const struct anchor *a)
{
	int64_t at = a->at;

	if (a->line != NULL)
		return -1;
	if (anchor_is_busy(a))
		return at;
	if (who_needs(a) == NULL || a->denied || a->check_at == 0)
		return -1;
	return at < a->check_at ? a->check_at : at;
}

int64_t
anchor_due(const struct tacit *t)
{
	const struct anchor *a;
	int64_t at = -1, due;

	for (a = t->anchors; a != NULL; a = a->next)
		if ((due = line_at(a)) >= 0 && (at < 0 || due < at))
			at = due;
	return at;
}

static int
want_anchors(struct tacit *t)
{
	struct tacit_contact *ct;
	struct anchor *a;
	int rc = 0;

	for (ct = t->contacts; ct != NULL && rc == 0; ct = ct->next) {
		if (!contact_has_mailbox(ct) || ct->pairing == NULL)
			continue;
		if ((a = anchor_at(t, &ct->rec.my_place)) == NULL)
			rc = make(ct);
		else if (a->denied)
			rc = pay_with(a, ct);
	}
	return rc;
}

int
anchor_tend(struct tacit *t)
{
	struct anchor *a;
	int64_t at;
	int rc;

	if ((rc = want_anchors(t)) != 0)
		return rc;
	for (a = t->anchors; a != NULL; a = a->next) {
		if ((at = line_at(a)) < 0 || env_mono_ms(t) < at)
			continue;
		if ((a->line = line_new(t, LINE_ANCHOR, NULL,
		    &a->rec.place)) == NULL)
			return TACIT_E_NOMEM;
		a->line->anchor = a;
	}
	return 0;
}
