/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "store_mem_priv.h"
#include "tacit/hash.h"

void *
mem_must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static uint8_t *
copy(const void *from, size_t len)
{
	return memcpy(mem_must(malloc(len)), from, len);
}

int
mem_same(const void *a, const void *b, size_t len)
{
	return memcmp(a, b, len) == 0;
}

struct mailbox *
mem_mailbox(struct mem *m, const uint8_t *address)
{
	size_t i;

	for (i = 0; i < m->n_mailbox; i++)
		if (mem_same(m->mailbox[i].address, address, 32))
			return &m->mailbox[i];
	return NULL;
}

struct envelope *
mem_envelope(struct mem *m, const uint8_t *address, const uint8_t *id)
{
	size_t i;

	for (i = 0; i < m->n_envelope; i++)
		if (mem_same(m->envelope[i].address, address, 32) &&
		    mem_same(m->envelope[i].id, id, 16))
			return &m->envelope[i];
	return NULL;
}

static struct invitation *
find_invitation(struct mem *m, const uint8_t *address)
{
	size_t i;

	for (i = 0; i < m->n_invitation; i++)
		if (mem_same(m->invitation[i].address, address, 32))
			return &m->invitation[i];
	return NULL;
}

static struct code *
find_code(struct mem *m, const uint8_t *hash)
{
	size_t i;

	for (i = 0; i < m->n_code; i++)
		if (mem_same(m->code[i].hash, hash, 32))
			return &m->code[i];
	return NULL;
}

void
mem_remove(struct mem *m, struct envelope *e)
{
	free(e->body);
	REMOVE(m, envelope, (size_t)(e - m->envelope));
}

static int
live(const struct mem *m, const struct code *c, uint64_t units)
{
	return c != NULL && c->units >= units &&
	    c->expiry_day >= m->hour / 24;
}

static void
add_code(struct mem *m, const uint8_t *hash, uint32_t units, uint32_t day)
{
	struct code *c = APPEND(m, code);

	memcpy(c->hash, hash, 32);
	c->units = units;
	c->expiry_day = day;
}

static int
create(struct store *s, struct op *op)
{
	struct mem *m = (struct mem *)s;
	const struct op_create *c = &op->u.create;
	struct mailbox *box = mem_mailbox(m, c->address);
	struct code *code = find_code(m, c->code_hash);

	op->rc = 0;
	if (box != NULL) {
		if (!mem_same(box->token, c->token_hash, 32) &&
		    !(box->has_old && mem_same(box->old, c->token_hash, 32)))
			op->rc = TACIT_E_REFUSED;
	} else if (!live(m, code, 1)) {
		op->rc = TACIT_E_ADMISSION;
	} else {
		code->units -= 1;
		box = APPEND(m, mailbox);
		memcpy(box->address, c->address, 32);
		memcpy(box->token, c->token_hash, 32);
		box->next = 1;
	}
	return 0;
}

static int
subscribe(struct store *s, struct op *op)
{
	struct mailbox *box = mem_mailbox((struct mem *)s,
	    op->u.subscribe.address);

	op->rc = box != NULL ? 0 : TACIT_E_REFUSED;
	op->u.subscribe.next = box != NULL ? box->next : 0;
	return 0;
}

static uint32_t
count_kind(const struct mem *m, const uint8_t *address, int kind)
{
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < m->n_envelope; i++)
		n += m->envelope[i].kind == kind &&
		    mem_same(m->envelope[i].address, address, 32);
	return n;
}

static void
queue(struct mem *m, struct mailbox *box, struct op_post *p)
{
	struct envelope *e = APPEND(m, envelope);

	memcpy(e->address, p->address, 32);
	memcpy(e->id, p->envelope, 16);
	e->kind = p->kind;
	e->expiry_day = p->expiry_day;
	e->body = copy(p->body, store_body_len(p->kind));
	e->first = p->first;
	e->given = p->watched | p->hold;
	e->held = p->held = p->hold;
	e->counter = p->counter = box->next++;
}

static void
write_held(struct mem *m, const uint8_t *address, uint64_t counter)
{
	size_t i;

	for (i = 0; i < m->n_envelope; i++)
		if (mem_same(m->envelope[i].address, address, 32) &&
		    m->envelope[i].counter <= counter)
			m->envelope[i].held = 0;
}

static int
keep(struct store *s, struct op *op)
{
	op->rc = 0;
	write_held((struct mem *)s, op->u.keep.address, op->u.keep.counter);
	return 0;
}

static int
post(struct store *s, struct op *op)
{
	struct mem *m = (struct mem *)s;
	struct op_post *p = &op->u.post;
	struct mailbox *box = mem_mailbox(m, p->address);
	struct envelope *e = mem_envelope(m, p->address, p->envelope);
	uint32_t max = p->kind == LETTER ? m->limits.letters :
	    m->limits.parcels;

	p->counter = 0;
	p->known = p->nearly_full = p->held = 0;
	op->rc = TACIT_E_REFUSED;
	if (box == NULL || (!mem_same(box->token, p->token_hash, 32) &&
	    !(box->has_old && mem_same(box->old, p->token_hash, 32))))
		return 0;
	op->rc = 0;
	if (mem_statement(m, p->address, p->envelope) != NULL) {
		op->rc = TACIT_E_CONFLICT;
	} else if (e != NULL) {
		if (e->kind == p->kind &&
		    mem_same(e->body, p->body, store_body_len(p->kind))) {
			p->known = 1;
			e->given |= p->watched;
			p->counter = e->counter;
			write_held(m, p->address, e->counter);
		} else {
			op->rc = TACIT_E_CONFLICT;
		}
	} else if (count_kind(m, p->address, p->kind) >= max) {
		op->rc = TACIT_E_QUOTA;
	} else {
		if (!p->hold)
			write_held(m, p->address, UINT64_MAX);
		queue(m, box, p);
	}
	p->nearly_full =
	    count_kind(m, p->address, LETTER) >= m->limits.nearly_letters ||
	    count_kind(m, p->address, PARCEL) >= m->limits.nearly_parcels;
	return 0;
}

static int
ack(struct store *s, struct op *op)
{
	struct mem *m = (struct mem *)s;
	struct envelope *e;
	uint32_t i;

	op->rc = 0;
	for (i = 0; i < op->u.ack.n; i++) {
		e = mem_envelope(m, op->u.ack.address,
		    op->u.ack.envelope[i]);
		if (e != NULL)
			mem_remove(m, e);
	}
	return 0;
}

static int
fetch(struct store *s, struct op *op)
{
	struct mem *m = (struct mem *)s;
	struct op_fetch *f = &op->u.fetch;
	struct stored **end = &f->first, *st;
	struct envelope *e;
	uint32_t n = 0;
	size_t i, len, bytes = 0;

	f->first = NULL;
	f->more = 0;
	op->rc = mem_mailbox(m, f->address) ? 0 : TACIT_E_REFUSED;
	for (i = 0; i < m->n_envelope; i++) {
		e = &m->envelope[i];
		if (!mem_same(e->address, f->address, 32) ||
		    e->counter <= f->after)
			continue;
		bytes += len = store_body_len(e->kind);
		if (n == f->max ||
		    (n > 0 && f->most > 0 && bytes > f->most)) {
			f->more = 1;
			break;
		}
		n++;
		e->given = 1;
		st = mem_must(malloc(sizeof(*st) + len));
		st->next = NULL;
		st->counter = e->counter;
		st->kind = e->kind;
		memcpy(st->envelope, e->id, 16);
		memcpy(st->body, e->body, len);
		*end = st;
		end = &st->next;
	}
	return 0;
}

static int
close_mailbox(struct store *s, struct op *op)
{
	struct mem *m = (struct mem *)s;
	const struct op_close *c = &op->u.close;
	struct mailbox *box = mem_mailbox(m, c->address);
	size_t i = m->n_envelope;

	op->rc = 0;
	while (i-- > 0)
		if (mem_same(m->envelope[i].address, c->address, 32))
			mem_remove(m, &m->envelope[i]);
	if (box == NULL)
		return 0;
	if (live(m, find_code(m, c->pass_hash), 0))
		find_code(m, c->pass_hash)->units++;
	return REMOVE(m, mailbox, (size_t)(box - m->mailbox)), 0;
}

static int
set_token(struct store *s, struct op *op)
{
	const struct op_set_token *t = &op->u.set_token;
	struct mailbox *box = mem_mailbox((struct mem *)s, t->address);

	op->rc = box != NULL ? 0 : TACIT_E_REFUSED;
	if (box == NULL)
		return 0;
	if (!mem_same(box->token, t->token_hash, 32)) {
		memcpy(box->old, box->token, 32);
		memcpy(box->token, t->token_hash, 32);
		box->has_old = 1;
	}
	if (!t->keep)
		box->has_old = 0;
	return 0;
}

/* Bytes of zeros are none. */
static int
anchor(struct store *s, struct op *op)
{
	struct op_anchor *a = &op->u.anchor;
	struct mailbox *box = mem_mailbox((struct mem *)s, a->address);
	uint8_t hash[32] = { 0 }, zeros[48] = { 0 };

	op->rc = box != NULL ? 0 : TACIT_E_REFUSED;
	if (box == NULL || mem_same(box->anchor, a->next, 48))
		return 0;
	memcpy(a->value, box->anchor, sizeof(a->value));
	if (!mem_same(box->anchor, zeros, 48))
		tacit_hash_anchor(hash, box->anchor);
	if (mem_same(hash, a->expected, 32))
		memcpy(box->anchor, a->next, 48);
	else
		op->rc = TACIT_E_CONFLICT;
	return 0;
}

static int
split(struct store *s, struct op *op)
{
	struct mem *m = (struct mem *)s;
	const struct op_split *sp = &op->u.split;
	struct code *code = find_code(m, sp->code_hash);

	if (sp->units == 0) {
		op->rc = TACIT_E_LIMIT;
	} else if (find_code(m, sp->pass_hash) != NULL) {
		op->rc = 0;
	} else if (!live(m, code, sp->units)) {
		op->rc = TACIT_E_ADMISSION;
	} else {
		code->units -= sp->units;
		add_code(m, sp->pass_hash, sp->units, code->expiry_day);
		op->rc = 0;
	}
	return 0;
}

static int
admit(struct store *s, struct op *op)
{
	struct mem *m = (struct mem *)s;
	const struct op_admit *a = &op->u.admit;

	op->rc = 0;
	if (find_code(m, a->code_hash) == NULL)
		add_code(m, a->code_hash, a->units, a->expiry_day);
	return 0;
}

static int
put(struct store *s, struct op *op)
{
	struct mem *m = (struct mem *)s;
	const struct op_put *p = &op->u.put;
	struct invitation *inv = find_invitation(m, p->address);
	struct code *code = find_code(m, p->code_hash);

	if (inv != NULL) {
		op->rc = !inv->revoked &&
		    mem_same(inv->request, p->request_hash, 32) ?
		    0 : TACIT_E_CONFLICT;
	} else if (find_code(m, p->pass_hash) != NULL) {
		op->rc = TACIT_E_CONFLICT;
	} else if (!live(m, code, 1 + 3)) {
		op->rc = TACIT_E_ADMISSION;
	} else {
		op->rc = 0;
		code->units -= 1 + 3;
		add_code(m, p->pass_hash, 3, code->expiry_day);
		inv = APPEND(m, invitation);
		memcpy(inv->address, p->address, 32);
		memcpy(inv->key, p->key, 32);
		memcpy(inv->request, p->request_hash, 32);
		inv->expiry_hour = p->expiry_hour;
		inv->blob = copy(p->blob, TACIT_BLOB_LEN);
	}
	return 0;
}

static int
get(struct store *s, struct op *op)
{
	struct mem *m = (struct mem *)s;
	struct op_get *g = &op->u.get;
	struct invitation *inv = find_invitation(m, g->address);

	if (inv == NULL) {
		op->rc = TACIT_E_INVITATION_UNKNOWN;
	} else if (inv->expiry_hour <= m->hour) {
		op->rc = TACIT_E_INVITATION_EXPIRED;
	} else if (inv->revoked) {
		op->rc = inv->bound ? TACIT_E_INVITATION_USED :
		    TACIT_E_INVITATION_REVOKED;
	} else if (inv->bound && !mem_same(inv->reader, g->reader, 32)) {
		op->rc = TACIT_E_INVITATION_USED;
	} else {
		op->rc = 0;
		inv->bound = 1;
		memcpy(inv->reader, g->reader, 32);
		g->blob = copy(inv->blob, TACIT_BLOB_LEN);
	}
	return 0;
}

static int
revoke(struct store *s, struct op *op)
{
	struct mem *m = (struct mem *)s;
	struct invitation *inv = find_invitation(m, op->u.revoke.address);

	op->rc = 0;
	if (inv == NULL || inv->revoked)
		return 0;
	if (!mem_same(inv->key, op->u.revoke.key, 32))
		op->rc = TACIT_E_REFUSED;
	else
		inv->revoked = 1;
	return 0;
}

/* Envelopes, then invitations, then codes, until ${max} are removed. */
static int
sweep(struct store *s, struct op *op)
{
	struct mem *m = (struct mem *)s;
	struct op_sweep *sw = &op->u.sweep;
	uint64_t day;
	size_t i;

	op->rc = 0;
	sw->removed = sw->more = 0;
	if (sw->hour > m->hour)
		m->hour = sw->hour;
	day = m->hour / 24;
	for (i = m->n_envelope; i > 0; i--) {
		if (m->envelope[i - 1].expiry_day >= day)
			continue;
		if (sw->removed == sw->max)
			sw->more = 1;
		else if (++sw->removed)
			mem_remove(m, &m->envelope[i - 1]);
	}
	for (i = m->n_invitation; i > 0; i--) {
		if (m->invitation[i - 1].expiry_hour > m->hour)
			continue;
		sw->more |= sw->removed == sw->max;
		if (sw->removed == sw->max)
			continue;
		sw->removed++;
		free(m->invitation[i - 1].blob);
		REMOVE(m, invitation, i - 1);
	}
	for (i = m->n_code; i > 0; i--) {
		if (m->code[i - 1].expiry_day >= day)
			continue;
		sw->more |= sw->removed == sw->max;
		if (sw->removed == sw->max)
			continue;
		sw->removed++;
		REMOVE(m, code, i - 1);
	}
	mem_expire_statements(m, sw);
	return 0;
}

static int
count(struct store *s, struct op *op)
{
	struct mem *m = (struct mem *)s;

	op->rc = 0;
	op->u.count.mailboxes = m->n_mailbox;
	op->u.count.envelopes = m->n_envelope;
	op->u.count.invitations = m->n_invitation;
	op->u.count.admissions = m->n_code;
	op->u.count.statements = m->n_statement;
	return 0;
}

static int
nothing(struct store *s)
{
	(void)s;
	return 0;
}

static void
cannot(struct store *s)
{
	(void)s;
	abort();
}

static void
close_mem(struct store *s)
{
	struct mem *m = (struct mem *)s;
	size_t i;

	for (i = 0; i < m->n_envelope; i++)
		free(m->envelope[i].body);
	for (i = 0; i < m->n_invitation; i++)
		free(m->invitation[i].blob);
	free(m->mailbox);
	free(m->envelope);
	free(m->invitation);
	free(m->code);
	free(m->statement);
	free(m);
}

static const struct store_ops mem_ops = {
	.begin = nothing,
	.run = {
		[OP_CREATE]		= create,
		[OP_SUBSCRIBE]		= subscribe,
		[OP_POST]		= post,
		[OP_KEEP]		= keep,
		[OP_ACK]		= ack,
		[OP_FETCH]		= fetch,
		[OP_CLOSE]		= close_mailbox,
		[OP_SET_TOKEN]		= set_token,
		[OP_ANCHOR]		= anchor,
		[OP_RECALL]		= mem_recall,
		[OP_SPLIT]		= split,
		[OP_ADMIT]		= admit,
		[OP_PUT_INVITATION]	= put,
		[OP_GET_INVITATION]	= get,
		[OP_REVOKE_INVITATION]	= revoke,
		[OP_SWEEP]		= sweep,
		[OP_COUNT]		= count,
	},
	.tidy = nothing,
	.commit = nothing,
	.rollback = cannot,
	.scrub = nothing,
	.close = close_mem,
};

#define COPY(m, what)	((m)->what = (m)->n_##what == 0 ? NULL : (void *)\
	copy((m)->what, (m)->n_##what * sizeof(*(m)->what)))

struct store *
store_mem_copy(const struct store *s)
{
	struct mem *m = (void *)copy(s, sizeof(*m));
	size_t i;

	COPY(m, mailbox);
	COPY(m, envelope);
	COPY(m, invitation);
	COPY(m, code);
	COPY(m, statement);
	for (i = 0; i < m->n_envelope; i++)
		m->envelope[i].body = copy(m->envelope[i].body,
		    store_body_len(m->envelope[i].kind));
	for (i = 0; i < m->n_invitation; i++)
		m->invitation[i].blob = copy(m->invitation[i].blob,
		    TACIT_BLOB_LEN);
	store_mem_restarted(&m->store);
	return &m->store;
}

struct store *
store_mem_new(const struct store_limits *limits)
{
	struct mem *m = mem_must(calloc(1, sizeof(*m)));

	m->store.ops = &mem_ops;
	m->limits = *limits;
	return &m->store;
}
