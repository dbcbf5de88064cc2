/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <pb_encode.h>
#include <sodium.h>

#include "batch.h"

struct batch_block {
	struct batch_block *next;
	size_t len;
	uint8_t data[];
};

void
batch_begin(struct batch *b, struct tacit_practice *p)
{
	memset(b, 0, sizeof(*b));
	b->p = p;
	b->state = p->state;
}

void
batch_fail(struct batch *b, int error)
{
	if (b->rc == 0)
		b->rc = error;
}

/* ${len} bytes that live as long as the batch; NULL after an error. */
static uint8_t *
keep(struct batch *b, size_t len)
{
	struct batch_block *block;

	if (b->rc == 0 && len > BATCH_BYTES_MAX - b->bytes)
		b->rc = TACIT_E_LIMIT;
	if (b->rc != 0)
		return NULL;
	if ((block = calloc(1, sizeof(*block) + len)) == NULL) {
		b->rc = TACIT_E_NOMEM;
		return NULL;
	}
	block->len = len;
	block->next = b->blocks;
	b->blocks = block;
	b->bytes += len;
	return block->data;
}

/* The next operation; NULL after an error. */
static struct tacit_op *
next_op(struct batch *b, enum tacit_op_kind kind)
{
	struct tacit_op *op = &b->ops[b->n];

	if (b->rc == 0 && b->n == BATCH_OPS_MAX)
		b->rc = TACIT_E_LIMIT;
	if (b->rc != 0)
		return NULL;
	b->n++;
	op->size = sizeof(*op);
	op->kind = kind;
	return op;
}

static void
set_key(struct batch *b, struct tacit_op *op, const struct row_key *k)
{
	uint8_t *copy = op != NULL ? keep(b, k->len) : NULL;

	if (copy == NULL)
		return;
	memcpy(copy, k->data, k->len);
	op->key = copy;
	op->key_len = k->len;
}

static void
set_bytes(struct batch *b, struct tacit_op *op, const void *data, size_t len)
{
	uint8_t *copy = op != NULL ? keep(b, len) : NULL;

	if (copy == NULL)
		return;
	if (len > 0)
		memcpy(copy, data, len);
	op->data = copy;
	op->len = len;
}

/* The message is encoded where it stays. */
static void
set_message(struct batch *b, struct tacit_op *op, const pb_msgdesc_t *fields,
    const void *message)
{
	size_t len = 0;
	pb_ostream_t s;
	uint8_t *out;

	if (op == NULL)
		return;
	if (!pb_get_encoded_size(&len, fields, message))
		batch_fail(b, TACIT_E_INTERNAL);
	if ((out = keep(b, len)) == NULL)
		return;
	s = pb_ostream_from_buffer(out, len);
	if (!pb_encode(&s, fields, message))
		batch_fail(b, TACIT_E_INTERNAL);
	op->data = out;
	op->len = s.bytes_written;
}

void
batch_put(struct batch *b, const struct row_key *k,
    const pb_msgdesc_t *fields, const void *message)
{
	struct tacit_op *op = next_op(b, TACIT_OP_PUT);

	set_key(b, op, k);
	set_message(b, op, fields, message);
}

void
batch_put_bytes(struct batch *b, const struct row_key *k, const void *data,
    size_t len)
{
	struct tacit_op *op = next_op(b, TACIT_OP_PUT);

	set_key(b, op, k);
	set_bytes(b, op, data, len);
}

void
batch_delete(struct batch *b, const struct row_key *k)
{
	set_key(b, next_op(b, TACIT_OP_DELETE), k);
}

void
batch_send(struct batch *b, struct tacit_contact *ct,
    const tacit_practice_Practice *m, char message[TACIT_MESSAGE_ID_SIZE])
{
	struct tacit_op *op = next_op(b, TACIT_OP_SEND);

	set_message(b, op, tacit_practice_Practice_fields, m);
	if (op == NULL)
		return;
	op->contact = ct;
	op->type = PRACTICE_TYPE;
	op->message = message;
}

void
batch_text(struct batch *b, struct tacit_contact *ct, const char *text,
    size_t len, uint32_t keep_hours, char message[TACIT_MESSAGE_ID_SIZE],
    uint64_t *seq)
{
	struct tacit_op *op = next_op(b, TACIT_OP_SEND);

	set_bytes(b, op, text, len);
	if (op == NULL)
		return;
	op->contact = ct;
	op->keep_hours = keep_hours;
	op->message = message;
	op->seq = seq;
}

void
batch_done(struct batch *b, uint64_t event)
{
	struct tacit_op *op = next_op(b, TACIT_OP_DONE);

	if (op != NULL)
		op->event = event;
}

void
batch_verify(struct batch *b, struct tacit_contact *ct)
{
	struct tacit_op *op = next_op(b, TACIT_OP_VERIFY);

	if (op != NULL)
		op->contact = ct;
}

void
batch_drop(struct batch *b)
{
	struct batch_block *block;

	while ((block = b->blocks) != NULL) {
		b->blocks = block->next;
		sodium_memzero(block->data, block->len);
		free(block);
	}
	b->n = b->bytes = 0;
}

/* The state goes with everything else; there is room kept for it. */
static void
put_state(struct batch *b)
{
	struct tacit_op *op = &b->ops[b->n];
	struct row_key k;

	if (b->rc != 0 || !b->state_changed)
		return;
	b->n++;
	op->size = sizeof(*op);
	op->kind = TACIT_OP_PUT;
	row_key(&k, ROW_STATE);
	set_key(b, op, &k);
	set_message(b, op, tacit_rows_State_fields, &b->state);
}

int
batch_commit(struct batch *b)
{
	int rc;

	put_state(b);
	rc = b->rc;
	if (rc == 0 && b->n > 0)
		rc = tacit_commit(b->p->t, b->ops, b->n);
	if (rc == 0)
		b->p->state = b->state;
	batch_drop(b);
	return rc;
}
