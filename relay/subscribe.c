/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SUBSCRIBE: many signed entries in one frame, verified over several turns of
 * the loop, each a job of its own; one answer when the last is back.
 */
#include <stdlib.h>
#include <string.h>

#include "request.h"

enum { CLOSE_INTERNAL = 1011 };

/* A SUBSCRIBE of which not every entry has come back. */
struct subscribing {
	uint32_t id, count;
	uint32_t begun;			/* entries given to the store */
	uint32_t left;			/* entries without a result */
	uint8_t result[];
};

static void
done_subscribe(struct job *j)
{
	struct request *r = j->owner;
	struct subscribing *g = r->group;
	struct conn *c = r->conn;
	struct hub *h = r->d->relay->hub;
	tacit_Frame f = { .which_is = tacit_Frame_subscribed_tag };
	int rc = r->refused != 0 ? r->refused : j->op.rc;

	if (rc == 0 && c->open)
		rc = hub_subscribe(h, c, j->op.u.subscribe.address,
		    j->op.u.subscribe.next) == 0 ? 0 : TACIT_E_UNAVAILABLE;
	g->result[r->entry] = (uint8_t)-rc;
	if (--g->left == 0) {
		f.is.subscribed.id = g->id;
		f.is.subscribed.count = g->count;
		conn_push(c, &f, g->result);
		c->subscribing--;
		hub_pump(h, c);
		free(g);
	}
	request_free(r);
}

/* As request_refuse(): a bad signature asks the store too, to no effect. */
static void
subscribe_entry(struct dispatch *d, struct conn *c,
    const struct tacit_frame *f, struct subscribing *g)
{
	const uint8_t *owner = f->body + g->begun * TACIT_SUBSCRIBE_ENTRY_LEN;
	uint8_t address[TACIT_ADDRESS_LEN];
	struct request *r;

	tacit_hash_address(address, owner);
	r = request_new(d, c, f->head.id, OP_SUBSCRIBE, done_subscribe, 0);
	if (r == NULL)
		return;
	memcpy(r->job.op.u.subscribe.address, address, sizeof(address));
	r->group = g;
	r->entry = g->begun++;
	r->refused = request_verify(d, c, f, address, owner,
	    owner + TACIT_KEY_LEN, NULL, 0);
	request_submit(r);
}

int
request_subscribe(struct dispatch *d, struct conn *c,
    const struct tacit_frame *f)
{
	uint32_t count = f->head.is.subscribe.count;
	struct subscribing *g = c->partial;

	if (g == NULL) {
		if ((g = calloc(1, sizeof(*g) + count)) == NULL) {
			conn_fail(c, CLOSE_INTERNAL);
			return 0;
		}
		g->id = f->head.id;
		g->count = g->left = count;
		c->partial = g;
		c->subscribing++;
	}
	while (g->begun < count && c->close_code == 0) {
		if (d->budget == 0)
			return TACIT_E_WAIT;
		subscribe_entry(d, c, f, g);
	}
	if (g->begun == count)
		c->partial = NULL;
	return 0;
}

void
subscribing_abandon(struct conn *c)
{
	struct subscribing *g = c->partial;

	if (g == NULL)
		return;
	c->partial = NULL;
	g->left -= g->count - g->begun;
	if (g->left == 0)
		free(g);
}
