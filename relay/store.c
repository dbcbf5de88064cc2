/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>

#include <sodium.h>

#include "store.h"
#include "tacit/hash.h"

int
store_apply(struct store *s, struct op *batch)
{
	struct op *op;
	int rc;

	if ((rc = s->ops->begin(s)) != 0)
		goto undo;
	for (op = batch; op != NULL; op = op->next) {
		if ((rc = s->ops->run[op->kind](s, op)) != 0)
			goto undo;
	}
	if ((rc = s->ops->tidy(s)) == 0 && (rc = s->ops->commit(s)) == 0)
		return 0;
undo:
	s->ops->rollback(s);
	for (op = batch; op != NULL; op = op->next) {
		op_release(op);
		op->rc = TACIT_E_UNAVAILABLE;
	}
	return rc;
}

void
op_release(struct op *op)
{
	struct stored *st;

	if (op->kind == OP_GET_INVITATION) {
		free(op->u.get.blob);
		op->u.get.blob = NULL;
	}
	if (op->kind != OP_FETCH)
		return;
	while ((st = op->u.fetch.first) != NULL) {
		op->u.fetch.first = st->next;
		free(st);
	}
}

int
store_anchor_is(const uint8_t value[TACIT_ANCHOR_LEN],
    const uint8_t expected[TACIT_HASH_LEN])
{
	uint8_t hash[TACIT_HASH_LEN] = { 0 };

	if (!sodium_is_zero(value, TACIT_ANCHOR_LEN))
		tacit_hash_anchor(hash, value);
	return sodium_memcmp(hash, expected, sizeof(hash)) == 0;
}

size_t
store_body_len(uint8_t kind)
{
	assert(kind == LETTER || kind == PARCEL);
	return kind == LETTER ? TACIT_LETTER_LEN : TACIT_PARCEL_LEN;
}
