/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the memory twin; for store_mem*.c alone. */
#ifndef TESTS_STORE_MEM_PRIV_H
#define TESTS_STORE_MEM_PRIV_H

#include "store_mem.h"

struct mailbox {
	uint8_t address[32], token[32], old[32], anchor[48];
	int has_old;
	uint64_t next;
};

struct envelope {
	uint8_t address[32], id[16], kind;
	uint64_t counter;
	uint32_t expiry_day;
	uint8_t *body, first, given, held;
};

struct statement {
	struct tacit_recall is;
	uint8_t signature[64];
	uint32_t expiry_day;
};

struct invitation {
	uint8_t address[32], key[32], reader[32], request[32], *blob;
	int bound, revoked;
	uint64_t expiry_hour;
};

struct code {
	uint8_t hash[32];
	uint32_t units, expiry_day;
};

struct mem {
	struct store store;
	struct store_limits limits;
	uint64_t hour;
	struct mailbox *mailbox;
	struct envelope *envelope;
	struct invitation *invitation;
	struct code *code;
	struct statement *statement;
	size_t n_mailbox, n_envelope, n_invitation, n_code, n_statement;
	uint64_t said;			/* statements, and the last one */
	uint8_t head[32];
};

/* ${p}, or the end of the test. */
void *mem_must(void *p);
int mem_same(const void *a, const void *b, size_t len);

/* One more, at the end; all zeros. */
#define APPEND(m, what)							\
	((m)->what = mem_must(reallocarray((m)->what, (m)->n_##what + 1,	\
	    sizeof(*(m)->what))),					\
	(m)->n_##what++,						\
	memset(&(m)->what[(m)->n_##what - 1], 0, sizeof(*(m)->what)),	\
	&(m)->what[(m)->n_##what - 1])

#define REMOVE(m, what, i)						\
	memmove(&(m)->what[i], &(m)->what[(i) + 1],			\
	    (--(m)->n_##what - (i)) * sizeof(*(m)->what))

struct mailbox *mem_mailbox(struct mem *m, const uint8_t *address);
struct envelope *mem_envelope(struct mem *m, const uint8_t *address,
    const uint8_t *id);
void mem_remove(struct mem *m, struct envelope *e);

/* store_mem_recall.c */
struct statement *mem_statement(struct mem *m, const uint8_t *address,
    const uint8_t *id);
int mem_recall(struct store *s, struct op *op);
void mem_expire_statements(struct mem *m, struct op_sweep *sw);

#endif
