/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mailboxes and envelopes on SQLite: what is asked of them.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store_sqlite.h"

/* Places of the index that a sweep looks at, and for each it may remove. */
enum { EXPIRE_LOOKS = 4096, EXPIRE_LOOKS_EACH = 512 };

int
mail_check_token(const struct box *b, const uint8_t hash[TACIT_HASH_LEN])
{
	static const struct tokens nobody;
	const struct tokens *t = b != NULL ? &b->tokens : &nobody;
	int equal;

	equal = sodium_memcmp(t->now, hash, TACIT_HASH_LEN) == 0;
	equal |= sodium_memcmp(t->old, hash, TACIT_HASH_LEN) == 0;
	equal &= !sodium_is_zero(hash, TACIT_HASH_LEN);
	return equal & (b != NULL);
}

int
mail_create(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	const struct op_create *c = &op->u.create;
	struct box *b = index_box(&q->index, c->address);
	struct tokens tokens = { .old = { 0 } };
	int64_t row;
	int rc;

	if (b != NULL) {
		op->rc = mail_check_token(b, c->token_hash) ?
		    0 : TACIT_E_REFUSED;
		return 0;
	}
	rc = admit_spend(q, c->code_hash, TACIT_UNITS_CREATE, &op->rc);
	if (rc != 0 || op->rc != 0)
		return rc;
	if ((rc = rows_mailbox(q, &row)) != 0)
		return rc;
	rc = sql_run(q, SQL_MAILBOX_SET, SQL_ARGS(SQL_INT(row),
	    SQL_BLOB(c->address, TACIT_ADDRESS_LEN),
	    SQL_BLOB(c->token_hash, TACIT_HASH_LEN)));
	if (rc != 0)
		return rc;
	memcpy(tokens.now, c->token_hash, sizeof(tokens.now));
	return index_add_box(&q->index, row, c->address, &tokens);
}

int
mail_subscribe(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	const struct box *b = index_box(&q->index, op->u.subscribe.address);

	op->rc = b != NULL ? 0 : TACIT_E_REFUSED;
	op->u.subscribe.next = b != NULL ? b->next : 0;
	return 0;
}

/* This id is here already: the same envelope, or another of its name? */
static int
post_again(struct store_sqlite *q, struct op *op, struct box *b,
    struct item *i)
{
	struct op_post *p = &op->u.post;
	size_t len = store_body_len(i->kind);
	uint8_t *body;
	int rc, same;

	op->rc = TACIT_E_CONFLICT;
	if (p->kind != i->kind)
		return 0;
	if ((body = malloc(len)) == NULL)
		return TACIT_E_NOMEM;
	rc = body_read(q, i, body);
	same = rc == 0 && memcmp(body, p->body, len) == 0;
	free(body);
	if (!same)
		return rc;
	op->rc = 0;
	i->given |= p->watched;
	p->known = 1;
	p->counter = i->counter;
	return hold_keep(q, b, i->counter);
}

static int
add_envelope(struct store_sqlite *q, struct box *b, struct op_post *p)
{
	struct item *added, i = { .counter = b->next, .kind = p->kind,
	    .expiry_day = p->expiry_day, .fresh = p->first,
	    .given = p->watched | p->hold };
	int rc;

	memcpy(i.envelope, p->envelope, sizeof(i.envelope));
	p->counter = i.counter;
	if (p->hold) {
		p->held = 1;
		return hold_add(q, b, &i, p->body);
	}
	/* The job keeps its frame until the batch was committed or undone. */
	i.body = (uint8_t *)(uintptr_t)p->body;
	if ((rc = hold_keep(q, b, UINT64_MAX)) != 0 ||
	    (rc = rows_take(q, i.kind, &i.row)) != 0 ||
	    (rc = index_add_item(&q->index, b, &i, &added)) != 0)
		return rc;
	return rows_write(q, added);
}

int
mail_post(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	const struct store_limits *lim = &q->limits;
	struct op_post *p = &op->u.post;
	struct box *b = index_box(&q->index, p->address);
	struct item *i;
	int rc;

	p->counter = 0;
	p->known = 0;
	p->nearly_full = 0;
	p->held = 0;
	op->rc = TACIT_E_REFUSED;
	if (!mail_check_token(b, p->token_hash))
		return 0;
	/* What was recalled is not taken again. */
	if ((rc = recall_has(q, p->address, p->envelope)) < 0)
		return rc;
	op->rc = rc == 1 ? TACIT_E_CONFLICT : 0;
	if (rc == 1)
		rc = 0;
	else if ((i = index_item(&q->index, b, p->envelope)) != NULL)
		rc = post_again(q, op, b, i);
	else if (b->n[p->kind] >= (p->kind == LETTER ?
	    lim->letters : lim->parcels))
		op->rc = TACIT_E_QUOTA;
	else
		rc = add_envelope(q, b, p);
	p->nearly_full = b->n[LETTER] >= lim->nearly_letters ||
	    b->n[PARCEL] >= lim->nearly_parcels;
	return rc;
}

int
mail_remove(struct store_sqlite *q, struct item *i)
{
	int rc;

	if ((rc = rows_remove(q, i)) != 0)
		return rc;
	index_remove_item(&q->index, i);
	return 0;
}

int
mail_hash_body(struct store_sqlite *q, const struct item *i,
    uint8_t out[TACIT_HASH_LEN])
{
	size_t len = store_body_len(i->kind);
	uint8_t *body;
	int rc;

	if ((body = malloc(len)) == NULL)
		return TACIT_E_NOMEM;
	if ((rc = body_read(q, i, body)) == 0)
		tacit_hash_body(out, body, len);
	free(body);
	return rc;
}

int
mail_ack(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	const struct op_ack *a = &op->u.ack;
	struct box *b = index_box(&q->index, a->address);
	struct item *i;
	uint32_t n;
	int rc;

	op->rc = 0;
	assert(a->n <= TACIT_ACK_MAX);
	for (n = 0; b != NULL && n < a->n; n++) {
		if ((i = index_item(&q->index, b, a->envelope[n])) == NULL)
			continue;
		if ((rc = rows_remove_late(q, i, &op->late)) != 0)
			return rc;
		index_remove_item(&q->index, i);
	}
	return 0;
}

/* A copy of ${i} with its body; NULL after an error, which is in ${rc}. */
static struct stored *
fetch_one(struct store_sqlite *q, const struct item *i, int *rc)
{
	struct stored *st;

	*rc = TACIT_E_NOMEM;
	if ((st = malloc(sizeof(*st) + store_body_len(i->kind))) == NULL)
		return NULL;
	if ((*rc = body_read(q, i, st->body)) != 0) {
		free(st);
		return NULL;
	}
	memcpy(st->envelope, i->envelope, sizeof(st->envelope));
	st->counter = i->counter;
	st->kind = i->kind;
	st->next = NULL;
	return st;
}

int
mail_fetch(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	struct op_fetch *f = &op->u.fetch;
	const struct box *b = index_box(&q->index, f->address);
	struct stored **end = &f->first;
	size_t bytes = 0;
	struct item *i;
	uint32_t n;
	int rc;

	f->first = NULL;
	f->more = 0;
	op->rc = b != NULL ? 0 : TACIT_E_REFUSED;
	if (b == NULL)
		return 0;
	i = index_above(b, f->after);
	for (n = 0; i != NULL && n < f->max; n++, i = index_next(i)) {
		bytes += store_body_len(i->kind);
		if (n > 0 && f->most > 0 && bytes > f->most)
			break;
		if ((*end = fetch_one(q, i, &rc)) == NULL)
			return rc;
		i->given = 1;
		end = &(*end)->next;
	}
	f->more = i != NULL;
	return 0;
}

/* The mailbox goes, and its unit back to who is to have it. */
int
mail_close(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	struct box *b = index_box(&q->index, op->u.close.address);
	struct item *i;
	int rc;

	op->rc = 0;
	if (b == NULL)
		return 0;
	if ((rc = rows_tidy(q)) != 0)
		return rc;
	while ((i = index_above(b, 0)) != NULL) {
		if ((rc = mail_remove(q, i)) != 0)
			return rc;
	}
	if ((rc = sql_run(q, SQL_MAILBOX_DELETE,
	    SQL_ARGS(SQL_INT(b->row)))) != 0)
		return rc;
	index_remove_box(&q->index, b);
	return admit_credit(q, op->u.close.pass_hash, TACIT_UNITS_CREATE);
}

/* The same again leaves the token before as it is. */
int
mail_set_token(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	const struct op_set_token *t = &op->u.set_token;
	struct box *b = index_box(&q->index, t->address);
	struct tokens to = { .old = { 0 } };
	int rc;

	op->rc = b != NULL ? 0 : TACIT_E_REFUSED;
	if (b == NULL)
		return 0;
	memcpy(to.now, t->token_hash, sizeof(to.now));
	if (t->keep)
		memcpy(to.old, sodium_memcmp(b->tokens.now, to.now,
		    sizeof(to.now)) == 0 ? b->tokens.old : b->tokens.now,
		    sizeof(to.old));
	rc = sql_run(q, SQL_MAILBOX_SET_TOKENS, SQL_ARGS(SQL_INT(b->row),
	    SQL_BLOB(to.now, sizeof(to.now)),
	    SQL_BLOB(to.old, sizeof(to.old))));
	if (rc != 0)
		return rc;
	return index_set_tokens(&q->index, b, &to);
}

/*
 * Compare and set.  Bytes that are there already are no second change: the
 * answer to the first may have been lost.
 */
int
mail_anchor(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	struct op_anchor *a = &op->u.anchor;
	const struct box *b = index_box(&q->index, a->address);
	int rc;

	op->rc = b != NULL ? 0 : TACIT_E_REFUSED;
	if (b == NULL)
		return 0;
	rc = sql_step(q, SQL_MAILBOX_ANCHOR, SQL_ARGS(SQL_INT(b->row)));
	if (rc != 1)
		return rc == 0 ? sql_fail(q, SQLITE_CORRUPT) : rc;
	rc = sql_copy(q, SQL_MAILBOX_ANCHOR, 0, a->value, sizeof(a->value));
	sql_reset(q, SQL_MAILBOX_ANCHOR);
	if (rc != 0 || sodium_memcmp(a->value, a->next,
	    sizeof(a->value)) == 0)
		return rc;
	if (!store_anchor_is(a->value, a->expected)) {
		op->rc = TACIT_E_CONFLICT;
		return 0;
	}
	return sql_run(q, SQL_MAILBOX_SET_ANCHOR, SQL_ARGS(SQL_INT(b->row),
	    SQL_BLOB(a->next, sizeof(a->next))));
}

int
mail_expire(struct store_sqlite *q, struct op_sweep *op)
{
	size_t looks = EXPIRE_LOOKS + (size_t)op->max * EXPIRE_LOOKS_EACH;
	struct item *i;
	int rc;

	while ((i = index_expired(&q->index, q->clock.hour / 24,
	    &looks)) != NULL) {
		if (op->removed == op->max) {
			op->more = 1;
			return 0;
		}
		if ((rc = mail_remove(q, i)) != 0)
			return rc;
		op->removed++;
	}
	op->more = looks == 0;
	return 0;
}

/*
 * Mailboxes by row, to find those that the envelopes name.  Rows are random
 * (store_sqlite_rows.c): their last bits say where to look.
 */
struct row_place {
	int64_t row;
	struct box *box;
};

struct by_row {
	struct box **box;
	size_t n, cap;
	struct row_place *place;	/* NULL: free */
	size_t mask;
};

static int
load_mailbox(struct store_sqlite *q, struct by_row *all)
{
	uint8_t address[TACIT_ADDRESS_LEN];
	int64_t row = sqlite3_column_int64(q->stmt[SQL_MAILBOX_ALL], 0);
	struct box **grown;
	struct tokens t;
	int rc;

	if ((rc = sql_copy(q, SQL_MAILBOX_ALL, 1, address,
	    sizeof(address))) != 0 ||
	    (rc = sql_copy(q, SQL_MAILBOX_ALL, 2, t.now,
	    sizeof(t.now))) != 0 ||
	    (rc = sql_copy(q, SQL_MAILBOX_ALL, 3, t.old,
	    sizeof(t.old))) != 0)
		return rc;
	if (sodium_is_zero(address, sizeof(address)))
		return slots_add(&q->rows.mailboxes, row);
	if (all->n == all->cap) {
		all->cap = all->cap == 0 ? 256 : all->cap * 2;
		grown = reallocarray(all->box, all->cap,
		    sizeof(struct box *));
		if (grown == NULL)
			return TACIT_E_NOMEM;
		all->box = grown;
	}
	if ((rc = index_add_box(&q->index, row, address, &t)) != 0)
		return rc;
	all->box[all->n++] = index_box(&q->index, address);
	return 0;
}

/* At least half of the places stay free, so that a search is short. */
static int
place_rows(struct by_row *all)
{
	size_t i, k, size = 2;

	while (size < all->n * 2)
		size *= 2;
	all->mask = size - 1;
	if ((all->place = calloc(size, sizeof(*all->place))) == NULL)
		return TACIT_E_NOMEM;
	for (i = 0; i < all->n; i++) {
		k = (uint64_t)all->box[i]->row & all->mask;
		while (all->place[k].box != NULL)
			k = (k + 1) & all->mask;
		all->place[k].row = all->box[i]->row;
		all->place[k].box = all->box[i];
	}
	return 0;
}

static struct box *
find_row(const struct by_row *all, int64_t row)
{
	size_t k = (uint64_t)row & all->mask;

	while (all->place[k].box != NULL && all->place[k].row != row)
		k = (k + 1) & all->mask;
	return all->place[k].box;
}

static int
load_envelope(struct store_sqlite *q, const struct item *i, int64_t mailbox,
    void *arg)
{
	struct box *b = find_row(arg, mailbox);

	if (i->counter == 0 || b == NULL)
		return TACIT_E_CORRUPT;
	return index_load_item(&q->index, b, i);
}

int
mail_load(struct store_sqlite *q)
{
	struct by_row all = { .box = NULL };
	int rc;

	while ((rc = sql_step(q, SQL_MAILBOX_ALL, NULL, 0)) == 1)
		if ((rc = load_mailbox(q, &all)) != 0)
			goto out;
	if (rc != 0 || (rc = place_rows(&all)) != 0 ||
	    (rc = block_load(q, load_envelope, &all)) != 0)
		goto out;
	index_loaded(&q->index);
	index_commit(&q->index);
	rows_loaded(&q->rows);
out:
	sql_reset(q, SQL_MAILBOX_ALL);
	free(all.box);
	free(all.place);
	return rc;
}
