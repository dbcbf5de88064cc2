/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CREATE, ANCHOR and CLOSE of an anchor, and what their answers say of the
 * age of this vault and of the relay.
 *
 * What a relay can show is what it was given: nobody else makes a value that
 * opens.  So one that is above all that this vault made was made by a later
 * life of it, and one below was once there: the relay went back.
 */
#include <string.h>

#include <sodium.h>

#include "anchor.h"
#include "anchor_value.h"
#include "contact.h"
#include "keys.h"
#include "line.h"
#include "tacit/frame.h"

static int
is_same(const uint8_t a[TACIT_ANCHOR_LEN], const uint8_t b[TACIT_ANCHOR_LEN])
{
	return sodium_memcmp(a, b, TACIT_ANCHOR_LEN) == 0;
}

/* ---- asking --------------------------------------------------------------- */

static void
fill_create(struct line *l, tacit_Frame *f)
{
	const struct anchor *a = l->anchor;
	uint8_t args[TACIT_HASH_LEN + TACIT_CODE_LEN];
	uint8_t address[TACIT_ADDRESS_LEN];
	tacit_Create *q = &f->is.create;

	anchor_value_key(q->owner, a->rec.owner);
	keys_anchor_token(q->token_hash, a->rec.owner);
	memcpy(q->code, a->rec.code, sizeof(q->code));
	memcpy(args, q->token_hash, TACIT_HASH_LEN);
	memcpy(args + TACIT_HASH_LEN, q->code, TACIT_CODE_LEN);
	anchor_value_address(address, a->rec.owner);
	line_sign(l, f, address, args, sizeof(args), a->rec.owner,
	    q->signature);
	sodium_memzero(args, sizeof(args));
}

static void
fill_anchor(struct line *l, tacit_Frame *f)
{
	const struct anchor *a = l->anchor;
	uint8_t args[TACIT_HASH_LEN + TACIT_ANCHOR_LEN];
	uint8_t address[TACIT_ADDRESS_LEN];
	tacit_Anchor *q = &f->is.anchor;

	anchor_value_key(q->owner, a->rec.owner);
	if (!sodium_is_zero(a->rec.base, sizeof(a->rec.base)))
		tacit_hash_anchor(q->expected_hash, a->rec.base);
	memcpy(q->next, a->rec.next, sizeof(q->next));
	memcpy(args, q->expected_hash, TACIT_HASH_LEN);
	memcpy(args + TACIT_HASH_LEN, q->next, TACIT_ANCHOR_LEN);
	anchor_value_address(address, a->rec.owner);
	line_sign(l, f, address, args, sizeof(args), a->rec.owner,
	    q->signature);
}

static void
fill_close(struct line *l, tacit_Frame *f)
{
	uint8_t address[TACIT_ADDRESS_LEN];

	anchor_value_key(f->is.close.owner, l->anchor->rec.owner);
	anchor_value_address(address, l->anchor->rec.owner);
	line_sign(l, f, address, f->is.close.pass_hash, TACIT_HASH_LEN,
	    l->anchor->rec.owner, f->is.close.signature);
}

/* What is asked for is committed before it is asked. */
static int
choose_next(struct anchor *a)
{
	tacit_state_Anchor rec = a->rec;
	uint8_t nonce[TACIT_SEAL_NONCE_LEN];
	int rc = 0;

	if (!sodium_is_zero(rec.next, sizeof(rec.next)))
		goto out;
	env_random(a->t, nonce, sizeof(nonce));
	anchor_value_close(rec.next, rec.owner, rec.epoch + 1, nonce);
	rc = anchor_commit(a, &rec, 0);
out:
	sodium_memzero(&rec, sizeof(rec));
	return rc;
}

/* The relay went back: what it had goes again, before it is used. */
static int
say_again(struct anchor *a)
{
	struct tacit_contact *ct;
	int rc = 0;

	for (ct = a->t->contacts; ct != NULL && rc == 0; ct = ct->next)
		if (contact_has_mailbox(ct) &&
		    contact_place_equal(&ct->rec.my_place, &a->rec.place))
			rc = restored_contact(ct);
	return rc;
}

static int
send_request(struct line *l, pb_size_t kind)
{
	tacit_Frame f = tacit_Frame_init_zero;
	uint32_t id;
	int rc;

	f.which_is = kind;
	if (kind == tacit_Frame_create_tag)
		fill_create(l, &f);
	else if (kind == tacit_Frame_anchor_tag)
		fill_anchor(l, &f);
	else
		fill_close(l, &f);
	l->due = kind;
	rc = line_request(l, &f, NULL, &id);
	sodium_memzero(&f, sizeof(f));
	return rc;
}

int
anchor_ask(struct line *l)
{
	struct anchor *a = l->anchor;
	const struct line *read = line_reading(a->t, &a->rec.place);
	int rc;

	if (l->due != 0)
		return 0;
	if (anchor_is_over(a))
		return send_request(l, tacit_Frame_close_tag);
	/* What is verified now says nothing of a connection to come. */
	if (read == NULL)		/* nobody reads there any more */
		line_free(l);
	if (read == NULL || !read->ready)
		return 0;
	if (a->rec.restored && (rc = say_again(a)) != 0)
		return rc;
	if (!a->rec.created)
		return send_request(l, tacit_Frame_create_tag);
	if ((rc = choose_next(a)) != 0)
		return rc;
	a->asked_on = read->conn;
	restored_ask(a);
	return send_request(l, tacit_Frame_anchor_tag);
}

/* ---- answers -------------------------------------------------------------- */

static int
created(struct line *l)
{
	tacit_state_Anchor rec = l->anchor->rec;
	int rc;

	rec.created = 1;
	rc = anchor_commit(l->anchor, &rec, 0);
	sodium_memzero(&rec, sizeof(rec));
	l->due = 0;
	return rc != 0 ? rc : anchor_ask(l);
}

/* It is there: this vault is the newest that the relay heard of. */
static int
moved(struct line *l)
{
	struct anchor *a = l->anchor;
	tacit_state_Anchor rec = a->rec;
	int rc;

	rec.epoch++;
	memcpy(rec.value, rec.next, sizeof(rec.value));
	memcpy(rec.base, rec.next, sizeof(rec.base));
	memset(rec.next, 0, sizeof(rec.next));
	rec.restored = 0;
	rec.denied_ms = 0;
	rec.restarts = a->t->self.restarts;
	rc = anchor_commit(a, &rec, 0);
	sodium_memzero(&rec, sizeof(rec));
	if (rc != 0)
		return rc;
	a->verified = a->asked_on;
	a->posts = 0;
	a->check_at = a->again ? env_mono_ms(a->t) : 0;
	a->again = 0;
	a->at = a->wait = 0;
	a->problem = 0;
	line_free(l);
	return restored_moved(a);
}

/*
 * No anchor here, as there is no unit left to pay it with; what the relay had
 * is said again all the same.
 */
static int
denied(struct line *l)
{
	struct anchor *a = l->anchor;
	tacit_state_Anchor rec = a->rec;
	int rc;

	rec.denied_ms = (uint64_t)env_unix_ms(a->t);
	rec.restored = 0;
	rc = anchor_commit(a, &rec, 0);
	sodium_memzero(&rec, sizeof(rec));
	if (rc != 0)
		return rc;
	a->denied = 1;
	line_free(l);
	return 0;
}

/* Say it once, until the anchor was verified again. */
static int
went_back(struct anchor *a, tacit_state_Anchor *rec)
{
	int say = rec->restored ? 0 : TACIT_EV_RELAY_RESTORED;

	rec->restored = 1;
	return anchor_commit(a, rec, say);
}

/* The relay does not know the mailbox: it went back to before that. */
static int
gone(struct anchor *a)
{
	tacit_state_Anchor rec = a->rec;
	int rc;

	rec.created = 0;
	memset(rec.base, 0, sizeof(rec.base));
	rc = went_back(a, &rec);
	sodium_memzero(&rec, sizeof(rec));
	return rc;
}

/*
 * A later life of this vault was here.  What it did is not known, and what
 * this one does from now on is above it.  If the vault restarted since this
 * anchor was verified last (another relay said so, or it was made of a
 * backup), that was for the same reason.
 */
static int
is_old(struct anchor *a, tacit_state_Anchor *rec, uint64_t epoch)
{
	int known = rec->restarts != a->t->self.restarts;

	rec->epoch = epoch;
	memcpy(rec->value, rec->base, sizeof(rec->value));
	memset(rec->next, 0, sizeof(rec->next));
	rec->restarts = a->t->self.restarts + !known;
	return anchor_commit(a, rec, known ? 0 : TACIT_EV_ROLLED_BACK);
}

/* Something else is there. */
static int
judge(struct anchor *a, const uint8_t value[TACIT_ANCHOR_LEN])
{
	uint64_t epoch = anchor_value_open(value, a->rec.owner);
	tacit_state_Anchor rec;
	int rc;

	if (is_same(value, a->rec.base))
		return TACIT_E_FRAME;	/* it is what was expected */
	rec = a->rec;
	memcpy(rec.base, value, sizeof(rec.base));
	if (is_same(value, rec.value))
		rc = anchor_commit(a, &rec, 0);
	else if (epoch >= rec.epoch && epoch != 0)
		rc = is_old(a, &rec, epoch);
	else
		rc = went_back(a, &rec);
	sodium_memzero(&rec, sizeof(rec));
	return rc;
}

/* Refusals that stay what they are. */
static int
is_final(int answer)
{
	return answer == TACIT_E_ADMISSION || answer == TACIT_E_REFUSED ||
	    answer == TACIT_E_FRAME;
}

static int
refused(struct line *l, const tacit_Error *e)
{
	struct anchor *a = l->anchor;
	int answer = e->code > 0 && e->code < 120 ? -(int)e->code :
	    TACIT_E_INTERNAL;
	int rc = 0;

	if (!is_final(answer)) {
		a->problem = answer;
		line_drop(l);
		if (e->retry_after_ms > 0)
			a->at = env_mono_ms(a->t) + e->retry_after_ms;
		return 0;
	}
	if (l->due == tacit_Frame_close_tag)
		return anchor_remove(a);
	if (l->due == tacit_Frame_create_tag || answer == TACIT_E_FRAME)
		return denied(l);
	rc = gone(a);
	line_drop(l);
	return rc;
}

static int
granted(struct line *l)
{
	switch (l->due) {
	case tacit_Frame_create_tag:
		return created(l);
	case tacit_Frame_anchor_tag:
		return moved(l);
	case tacit_Frame_close_tag:
		return anchor_remove(l->anchor);
	default:
		return TACIT_E_FRAME;
	}
}

int
anchor_answer(struct line *l, const struct tacit_frame *f)
{
	int rc;

	switch (f->head.which_is) {
	case tacit_Frame_ok_tag:
		return granted(l);
	case tacit_Frame_error_tag:
		return l->due == 0 ? TACIT_E_FRAME :
		    refused(l, &f->head.is.error);
	case tacit_Frame_anchored_tag:
		if (l->due != tacit_Frame_anchor_tag)
			return TACIT_E_FRAME;
		if (is_same(f->head.is.anchored.value, l->anchor->rec.next))
			return moved(l);
		/* A relay that goes on like this is asked less and less. */
		if ((rc = judge(l->anchor, f->head.is.anchored.value)) == 0)
			line_drop(l);
		return rc;
	default:
		return TACIT_E_FRAME;
	}
}
