/* SPDX-License-Identifier: Apache-2.0 */
/* What the relay's store does, for relay_world.c: hooks around the twin's. */
#include <sodium.h>

#include "relay_world.h"

/* The store's thread and its hooks have no argument of ours. */
static struct world *here;
static struct store_ops hooked;
static const struct store_ops *real;

struct world_post *
world_find(struct world *w, const uint8_t *address, const uint8_t *envelope,
    const uint8_t *hash)
{
	uint32_t i;

	for (i = w->n_post; i-- > 0;)
		if (memcmp(w->post[i].address, address, 32) == 0 &&
		    memcmp(w->post[i].envelope, envelope, 16) == 0 &&
		    (hash == NULL || memcmp(w->post[i].hash, hash, 8) == 0))
			return &w->post[i];
	return NULL;
}

void
world_hash(uint8_t out[8], const uint8_t *body, size_t len)
{
	static const uint8_t key[16] = { 1 };

	(void)crypto_shorthash(out, body, len, key);
}

static int
begin(struct store *s)
{
	int rc = here->fail;

	here->fail = 0;
	here->failed |= rc != 0;
	return rc != 0 ? rc : real->begin(s);
}

static void
rollback(struct store *s)
{
	(void)s;			/* nothing had begun */
}

static int
run_post(struct store *s, struct op *op)
{
	int rc = real->run[OP_POST](s, op);
	const struct op_post *p = &op->u.post;
	struct world_post *o;
	uint8_t again;

	if (rc != 0 || op->rc != 0 || p->known)
		return rc;
	FUZZ_CHECK(here->n_post < WORLD_POSTS);
	again = world_find(here, p->address, p->envelope, NULL) != NULL;
	o = &here->post[here->n_post++];
	memcpy(o->address, p->address, sizeof(o->address));
	memcpy(o->envelope, p->envelope, sizeof(o->envelope));
	world_hash(o->hash, p->body, store_body_len(p->kind));
	o->expiry_day = p->expiry_day;
	o->live = 1;
	o->again = again;
	o->seen = o->undelivered = o->shown = 0;
	return 0;
}

static int
run_ack(struct store *s, struct op *op)
{
	int rc = real->run[OP_ACK](s, op);
	const struct op_ack *a = &op->u.ack;
	struct world_post *o;
	uint32_t i;

	for (i = 0; rc == 0 && op->rc == 0 && i < a->n; i++)
		if ((o = world_find(here, a->address, a->envelope[i],
		    NULL)) != NULL)
			o->live = 0;
	return rc;
}

static int
run_recall(struct store *s, struct op *op)
{
	int rc = real->run[OP_RECALL](s, op);
	const struct tacit_recall *is = &op->u.recall.is;
	struct world_post *o;

	if (rc == 0 && op->rc == 0 && (o = world_find(here, is->address,
	    is->envelope, NULL)) != NULL)
		o->live = 0;
	return rc;
}

static int
run_close(struct store *s, struct op *op)
{
	int rc = real->run[OP_CLOSE](s, op);
	uint32_t i;

	for (i = 0; rc == 0 && op->rc == 0 && i < here->n_post; i++)
		if (memcmp(here->post[i].address, op->u.close.address,
		    32) == 0)
			here->post[i].live = 0;
	return rc;
}

static int
run_sweep(struct store *s, struct op *op)
{
	int rc = real->run[OP_SWEEP](s, op);
	uint32_t i;

	for (i = 0; i < here->n_post; i++)
		if (here->post[i].expiry_day < op->u.sweep.hour / 24)
			here->post[i].live = 0;
	return rc;
}

void
world_watch(struct world *w, struct store *s)
{
	here = w;
	real = s->ops;
	hooked = *real;
	hooked.begin = begin;
	hooked.rollback = rollback;
	hooked.run[OP_POST] = run_post;
	hooked.run[OP_ACK] = run_ack;
	hooked.run[OP_RECALL] = run_recall;
	hooked.run[OP_CLOSE] = run_close;
	hooked.run[OP_SWEEP] = run_sweep;
	s->ops = &hooked;
}
