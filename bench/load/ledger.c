/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "fail.h"
#include "ledger.h"

enum { POSTED = 1, ACKED = 2, DELIVERED = 4 };

void
ledger_init(struct ledger *l, uint64_t n, uint32_t recipients)
{
	*l = (struct ledger){ .n = n, .recipients = recipients };
	l->state = calloc(n + 1, sizeof(*l->state));
	l->next = calloc((size_t)recipients + 1, sizeof(*l->next));
	if (l->state == NULL || l->next == NULL)
		fail("no memory");
}

void
ledger_free(struct ledger *l)
{
	free(l->state);
	free(l->next);
	l->state = NULL;
	l->next = NULL;
}

void
ledger_posted(struct ledger *l, uint64_t tag)
{
	l->state[tag] |= POSTED;
	l->posted++;
}

void
ledger_acked(struct ledger *l, uint64_t tag)
{
	if (tag >= l->n || (l->state[tag] & (POSTED | ACKED)) != POSTED) {
		l->answered_twice++;
		return;
	}
	l->state[tag] |= ACKED;
	l->acked++;
}

void
ledger_delivered(struct ledger *l, uint32_t recipient, uint64_t tag)
{
	if (tag >= l->n || recipient >= l->recipients ||
	    !(l->state[tag] & POSTED)) {
		l->astray++;
		return;
	}
	if (l->state[tag] & DELIVERED) {
		l->doubled++;
		return;
	}
	if (tag < l->next[recipient])
		l->disordered++;
	else
		l->next[recipient] = tag + 1;
	l->state[tag] |= DELIVERED;
	l->delivered++;
}

void
ledger_changed(struct ledger *l)
{
	l->changed++;
}

uint64_t
ledger_lost(const struct ledger *l)
{
	return l->posted - l->delivered;
}

uint64_t
ledger_unacked(const struct ledger *l)
{
	return l->posted - l->acked;
}

int
ledger_sound_so_far(const struct ledger *l)
{
	return l->posted == l->n && l->acked == l->n && l->doubled == 0 &&
	    l->answered_twice == 0 && l->changed == 0 && l->astray == 0 &&
	    l->disordered == 0;
}

int
ledger_sound(const struct ledger *l)
{
	return ledger_sound_so_far(l) && l->delivered == l->n;
}
