/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Envelopes that are held: in the index like any other, with their body and
 * without a row.  Each mailbox holds the end of its queue and nothing before
 * it, since what is written is written from the front (PROTOCOL.md, section
 * 7, the prefix rule).  A batch that only adds or removes what is held writes
 * nothing, and asks SQLite nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "store_sqlite.h"

int
hold_add(struct store_sqlite *q, struct box *b, struct item *given,
    const uint8_t *body)
{
	size_t len = store_body_len(given->kind);
	int rc;

	if ((given->body = malloc(len)) == NULL)
		return TACIT_E_NOMEM;
	memcpy(given->body, body, len);
	if ((rc = index_add_item(&q->index, b, given, NULL)) != 0)
		free(given->body);
	return rc;
}

int
hold_keep(struct store_sqlite *q, struct box *b, uint64_t counter)
{
	struct item *i = index_held(b);
	int64_t row;
	int rc;

	for (; i != NULL && i->counter <= counter; i = index_next(i)) {
		if ((rc = rows_take(q, i->kind, &row)) != 0)
			return rc;
		index_keep(&q->index, i, row);
		if ((rc = rows_write(q, i)) != 0)
			return rc;
	}
	return 0;
}

int
mail_keep(struct store *s, struct op *op)
{
	struct store_sqlite *q = (struct store_sqlite *)s;
	const struct op_keep *k = &op->u.keep;
	struct box *b = index_box(&q->index, k->address);

	op->rc = 0;
	return b != NULL ? hold_keep(q, b, k->counter) : 0;
}
