/* SPDX-License-Identifier: Apache-2.0 */
/* Invitations and what admits to a relay: SPLIT, PUT, GET, REVOKE. */
#include <string.h>

#include "rate.h"
#include "request.h"

int
request_split(struct dispatch *d, struct conn *c, const struct tacit_frame *f)
{
	const tacit_Split *m = &f->head.is.split;
	struct request *r;
	struct op_split *op;

	if (m->units == 0) {
		conn_push_error(c, f->head.id, TACIT_E_LIMIT, 0);
		return 0;
	}
	r = request_new(d, c, f->head.id, OP_SPLIT, request_done, 0);
	if (r == NULL)
		return 0;
	op = &r->job.op.u.split;
	tacit_hash_code(op->code_hash, m->code);
	memcpy(op->pass_hash, m->pass_hash, sizeof(op->pass_hash));
	op->units = m->units;
	request_submit(r);
	return 0;
}

/*
 * All that a PUT says, so that the same again can be told from another.  The
 * code itself goes in, which is on no disk: with its hash, everything hashed
 * here would stand in the database, and who has that could try which codes and
 * passes belong to which invitation.
 */
static void
hash_put(struct op_put *op, const uint8_t code[TACIT_CODE_LEN],
    uint32_t hours)
{
	const uint8_t h[4] = {
		(uint8_t)(hours >> 24), (uint8_t)(hours >> 16),
		(uint8_t)(hours >> 8), (uint8_t)hours
	};
	const struct tacit_part part[] = {
		{ op->address, sizeof(op->address) },
		{ op->key, sizeof(op->key) },
		{ code, TACIT_CODE_LEN },
		{ op->pass_hash, sizeof(op->pass_hash) },
		{ h, sizeof(h) },
		{ op->blob, TACIT_BLOB_LEN },
	};

	tacit_hash(op->request_hash, "tacit/1/put", part,
	    sizeof(part) / sizeof(part[0]));
}

int
request_put(struct dispatch *d, struct conn *c, const struct tacit_frame *f)
{
	const tacit_PutInvitation *m = &f->head.is.put_invitation;
	struct request *r;
	struct op_put *op;

	if (m->hours == 0 || m->hours > TACIT_INVITATION_HOURS_MAX) {
		conn_push_error(c, f->head.id, TACIT_E_LIMIT, 0);
		return 0;
	}
	r = request_new(d, c, f->head.id, OP_PUT_INVITATION, request_done,
	    TACIT_BLOB_LEN);
	if (r == NULL)
		return 0;
	op = &r->job.op.u.put;
	memcpy(op->address, m->address, sizeof(op->address));
	memcpy(op->key, m->key, sizeof(op->key));
	tacit_hash_code(op->code_hash, m->code);
	memcpy(op->pass_hash, m->pass_hash, sizeof(op->pass_hash));
	/* The hour that runs now is not a whole one any more. */
	op->expiry_hour = d->relay->hour + m->hours + 1;
	memcpy(r->body, f->body, TACIT_BLOB_LEN);
	op->blob = r->body;
	hash_put(op, m->code, m->hours);
	request_submit(r);
	return 0;
}

static void
done_get(struct job *j)
{
	struct request *r = j->owner;
	tacit_Frame f = { .which_is = tacit_Frame_invitation_tag };

	if (j->op.rc != 0) {
		request_done(j);
		return;
	}
	f.is.invitation.id = r->id;
	conn_push(r->conn, &f, j->op.u.get.blob);
	request_free(r);
}

int
request_get(struct dispatch *d, struct conn *c, const struct tacit_frame *f)
{
	const struct rate_limit limit = {
		d->relay->config->invitation_rate,
		d->relay->config->invitation_rate
	};
	const tacit_GetInvitation *m = &f->head.is.get_invitation;
	struct request *r;
	struct op_get *op;
	uint32_t ms;

	ms = rate_take(d->rate, rate_key(d->rate, 'g', c->source,
	    sizeof(c->source), NULL, 0), &limit, d->now_ms);
	if (ms != 0) {
		conn_push_error(c, f->head.id, TACIT_E_RATE, ms);
		return 0;
	}
	if (request_verify(d, c, f, m->address, m->reader, m->signature,
	    NULL, 0) != 0)
		return request_refuse(d, c, f->head.id, m->address);
	r = request_new(d, c, f->head.id, OP_GET_INVITATION, done_get, 0);
	if (r == NULL)
		return 0;
	op = &r->job.op.u.get;
	memcpy(op->address, m->address, sizeof(op->address));
	memcpy(op->reader, m->reader, sizeof(op->reader));
	request_submit(r);
	return 0;
}

int
request_revoke(struct dispatch *d, struct conn *c,
    const struct tacit_frame *f)
{
	const tacit_RevokeInvitation *m = &f->head.is.revoke_invitation;
	struct request *r;
	struct op_revoke *op;

	if (request_verify(d, c, f, m->address, m->key, m->signature, NULL,
	    0) != 0)
		return request_refuse(d, c, f->head.id, m->address);
	r = request_new(d, c, f->head.id, OP_REVOKE_INVITATION, request_done,
	    0);
	if (r == NULL)
		return 0;
	op = &r->job.op.u.revoke;
	memcpy(op->address, m->address, sizeof(op->address));
	memcpy(op->key, m->key, sizeof(op->key));
	request_submit(r);
	return 0;
}
