/* SPDX-License-Identifier: Apache-2.0 */
/* RECALL: from frame to job, from job to the relay's statement. */
#include <string.h>

#include <sodium.h>

#include "auth.h"
#include "rate.h"
#include "request.h"

enum {
	EXPIRY_SPREAD_DAYS = 7,		/* as of what is posted */
	PER_MINUTE = 1			/* after as many as a mailbox holds */
};

static void
done_recall(struct job *j)
{
	const struct op_recall *op = &j->op.u.recall;
	struct request *r = j->owner;
	tacit_Frame f = { .which_is = tacit_Frame_recalled_tag };
	tacit_Recalled *m = &f.is.recalled;

	if (j->op.rc != 0) {
		request_done(j);
		return;
	}
	m->id = r->id;
	m->outcome = (tacit_Outcome)op->is.outcome;
	memcpy(m->body_hash, op->is.body_hash, sizeof(m->body_hash));
	m->number = op->is.number;
	memcpy(m->previous, op->is.previous, sizeof(m->previous));
	memcpy(m->signature, op->signature, sizeof(m->signature));
	conn_push(r->conn, &f, NULL);
	request_free(r);
}

/* Each leaves a row: of one mailbox so many, whoever asks. */
int
request_recall(struct dispatch *d, struct conn *c,
    const struct tacit_frame *f)
{
	const tacit_Recall *m = &f->head.is.recall;
	const struct config *cf = d->relay->config;
	const struct rate_limit limit = { PER_MINUTE, cf->limits.letters };
	struct request *r;
	struct op_recall *op;
	uint32_t wait;

	wait = rate_take(d->rate, rate_key(d->rate, 'r', m->address,
	    sizeof(m->address), NULL, 0), &limit, d->now_ms);
	if (wait != 0) {
		conn_push_error(c, f->head.id, TACIT_E_RATE, wait);
		return 0;
	}
	r = request_new(d, c, f->head.id, OP_RECALL, done_recall, 0);
	if (r == NULL)
		return 0;
	op = &r->job.op.u.recall;
	memcpy(op->is.address, m->address, sizeof(op->is.address));
	memcpy(op->is.envelope, m->envelope, sizeof(op->is.envelope));
	tacit_hash_token(op->token_hash, m->token);
	op->expiry_day = (uint32_t)(d->relay->hour / 24) + cf->ttl_days +
	    randombytes_uniform(EXPIRY_SPREAD_DAYS);
	op->sign = auth_sign;
	op->key = d->relay->keys->signing;
	request_submit(r);
	return 0;
}
