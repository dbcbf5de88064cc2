/* SPDX-License-Identifier: Apache-2.0 */
/* The public API on several changes as one. */
#include "change.h"
#include "contact.h"
#include "data.h"
#include "event.h"
#include "write.h"

/* The contacts that are written to, each once. */
struct touched {
	struct tacit_contact *all[TACIT_OPS_MAX];
	size_t n;
};

static void
touch(struct touched *w, struct tacit_contact *ct)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->all[i] == ct)
			return;
	w->all[w->n++] = ct;
}

static int
op_check(const struct tacit *t, const struct tacit_op *op)
{
	if (op->size != sizeof(*op))
		return TACIT_E_INVALID;
	switch (op->kind) {
	case TACIT_OP_PUT:
		return data_key_is_valid(op->key, op->key_len) &&
		    op->len <= TACIT_ROW_VALUE_SIZE &&
		    (op->data != NULL || op->len == 0) ? 0 : TACIT_E_INVALID;
	case TACIT_OP_DELETE:
		return data_key_is_valid(op->key, op->key_len) ? 0 :
		    TACIT_E_INVALID;
	case TACIT_OP_SEND:
		if (op->contact == NULL || op->contact->t != t)
			return TACIT_E_INVALID;
		return write_check(op->contact, op->type, op->data, op->len,
		    op->keep_hours);
	case TACIT_OP_DONE:
		return op->event != 0 ? 0 : TACIT_E_INVALID;
	case TACIT_OP_VERIFY:
		return op->contact != NULL && op->contact->t == t ?
		    contact_can_verify(op->contact) : TACIT_E_INVALID;
	}
	return TACIT_E_INVALID;
}

/* Inside a change.  ${*seq}: of what is sent. */
static int
op_do(struct tacit *t, const struct tacit_op *op, struct touched *w,
    uint64_t *seq)
{
	int rc;

	switch (op->kind) {
	case TACIT_OP_PUT:
		return data_put(t, op->key, op->key_len, op->data, op->len);
	case TACIT_OP_DELETE:
		return data_del(t, op->key, op->key_len);
	case TACIT_OP_SEND:
		touch(w, op->contact);
		rc = write_add(op->contact, op->type, op->data, op->len,
		    op->keep_hours);
		*seq = op->contact->rec.seq;
		return rc;
	case TACIT_OP_DONE:
		return event_remove(t, op->event);
	case TACIT_OP_VERIFY:
		touch(w, op->contact);
		return contact_verify(op->contact);
	}
	return TACIT_E_INTERNAL;
}

/* It is durable. */
static void
op_tell(struct tacit *t, const struct tacit_op *op, uint64_t seq)
{
	if (op->kind == TACIT_OP_PUT || op->kind == TACIT_OP_DELETE)
		data_note(t, op->key, op->key_len, op->kind == TACIT_OP_PUT);
	if (op->kind != TACIT_OP_SEND)
		return;
	if (op->message != NULL)
		contact_message_id(op->message, op->contact->rec.stream, seq);
	if (op->seq != NULL)
		*op->seq = seq;
}

int
tacit_commit(struct tacit *t, const struct tacit_op *ops, size_t n)
{
	uint64_t seq[TACIT_OPS_MAX] = { 0 };
	struct touched w = { .n = 0 };
	size_t i;
	int rc = 0;

	if (n > TACIT_OPS_MAX || (ops == NULL && n > 0))
		return TACIT_E_INVALID;
	for (i = 0; i < n; i++)
		if ((rc = op_check(t, &ops[i])) != 0)
			return rc;
	if ((rc = change_begin(t)) != 0)
		return rc;
	for (i = 0; i < n && rc == 0; i++)
		rc = op_do(t, &ops[i], &w, &seq[i]);
	if ((rc = change_end_all(t, w.all, w.n, rc)) != 0)
		return rc;
	for (i = 0; i < n; i++)
		op_tell(t, &ops[i], seq[i]);
	return 0;
}
