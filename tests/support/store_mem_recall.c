/* SPDX-License-Identifier: Apache-2.0 */
/* RECALL, and what a process of the relay knows. */
#include <stdlib.h>
#include <string.h>

#include "store_mem_priv.h"
#include "tacit/hash.h"

struct statement *
mem_statement(struct mem *m, const uint8_t *address, const uint8_t *id)
{
	size_t i;

	for (i = 0; i < m->n_statement; i++)
		if (mem_same(m->statement[i].is.address, address, 32) &&
		    mem_same(m->statement[i].is.envelope, id, 16))
			return &m->statement[i];
	return NULL;
}

static void
say(struct mem *m, struct op_recall *r)
{
	struct statement *st = APPEND(m, statement);

	r->is.number = ++m->said;
	memcpy(r->is.previous, m->head, 32);
	tacit_hash_recall(m->head, &r->is);
	r->sign(r->signature, m->head, r->key);
	st->is = r->is;
	memcpy(st->signature, r->signature, 64);
	st->expiry_day = r->expiry_day;
}

int
mem_recall(struct store *s, struct op *op)
{
	struct mem *m = (struct mem *)s;
	struct op_recall *r = &op->u.recall;
	struct mailbox *box = mem_mailbox(m, r->is.address);
	struct envelope *e = mem_envelope(m, r->is.address, r->is.envelope);
	struct statement *st = mem_statement(m, r->is.address,
	    r->is.envelope);

	op->rc = TACIT_E_REFUSED;
	if (box == NULL || (!mem_same(box->token, r->token_hash, 32) &&
	    !(box->has_old && mem_same(box->old, r->token_hash, 32))))
		return 0;
	op->rc = 0;
	if (st != NULL) {
		r->is = st->is;
		memcpy(r->signature, st->signature, 64);
		return 0;
	}
	memset(r->is.body_hash, 0, 32);
	r->is.outcome = TAKEN;
	if (e != NULL) {
		r->is.outcome = e->first && !e->given ? UNDELIVERED :
		    UNACKNOWLEDGED;
		tacit_hash_body(r->is.body_hash, e->body,
		    store_body_len(e->kind));
		mem_remove(m, e);
	}
	say(m, r);
	return 0;
}

void
mem_expire_statements(struct mem *m, struct op_sweep *sw)
{
	size_t i;

	for (i = m->n_statement; i > 0; i--) {
		if (m->statement[i - 1].expiry_day >= m->hour / 24)
			continue;
		sw->more |= sw->removed == sw->max;
		if (sw->removed == sw->max)
			continue;
		sw->removed++;
		REMOVE(m, statement, i - 1);
	}
}

void
store_mem_restarted(struct store *s)
{
	struct mem *m = (struct mem *)s;
	size_t i;

	for (i = m->n_envelope; i > 0; i--) {
		m->envelope[i - 1].first = m->envelope[i - 1].given = 0;
		if (m->envelope[i - 1].held)
			mem_remove(m, &m->envelope[i - 1]);
	}
}
