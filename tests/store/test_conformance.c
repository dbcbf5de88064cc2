/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One random stream of operations over the memory twin and SQLite: the same
 * verdicts, the same envelopes in the same order.  Batches have random
 * sizes; now and then SQLite is closed and opened again, scrubbed, or the
 * disk is full in the middle of a batch, which then changes nothing and is
 * run again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "store_kit.h"
#include "store_mem.h"
#include "vfs_fault.h"

enum {
	OPS = 15000, BATCH = 40,
	BOXES = 7, TOKENS = 3, ANCHORS = 3, CODES = 8, ENVELOPES = 60, INVITATIONS = 6
};

static const struct store_limits limits = { 10, 3, 8, 2 };

struct run {
	struct store *twin, *sqlite;
	struct op a[BATCH], b[BATCH];
	char dir[64];
	uint64_t random, hour;
	unsigned reopened, full, late, ran[OP_KINDS], good[OP_KINDS];
};

static uint64_t
below(struct run *r, uint64_t n)
{
	return kit_random(&r->random, n);
}

/*
 * Few names, so that most requests meet something: a repetition, another's
 * mailbox, a full one.  ${arg[4]}, the body, is the envelope's number but for
 * one in sixteen.
 */
static void
draw_mail(struct run *r, enum op_kind kind, uint64_t arg[KIT_ARGS])
{
	arg[0] = below(r, BOXES);
	arg[1] = below(r, 4) != 0 ? 0 : below(r, TOKENS);
	switch (kind) {
	case OP_CREATE:
		arg[2] = below(r, CODES);
		break;
	case OP_POST:
		arg[2] = below(r, ENVELOPES);
		arg[3] = (arg[2] % 8 == 0) != (below(r, 32) == 0) ?
		    PARCEL : LETTER;
		arg[3] |= below(r, 2) * KIT_FIRST;
		arg[3] |= below(r, 4) == 0 ? KIT_WATCHED : 0;
		arg[3] |= below(r, 3) == 0 ? KIT_HOLD : 0;
		arg[4] = below(r, 16) == 0 ? below(r, ENVELOPES) : arg[2];
		arg[5] = r->hour / 24 + below(r, 6);
		break;
	case OP_KEEP:
		arg[1] = below(r, 2) == 0 ? UINT64_MAX : below(r, OPS / 4);
		break;
	case OP_ACK:
		arg[1] = below(r, ENVELOPES);
		arg[2] = below(r, 6);
		break;
	case OP_FETCH:
		arg[1] = 0;
		arg[2] = below(r, 16);
		arg[3] = below(r, 2) == 0 ? below(r, 150000) : 0;
		break;
	case OP_CLOSE:
		arg[1] = below(r, CODES);
		break;
	case OP_RECALL:
		arg[2] = below(r, ENVELOPES);
		arg[3] = r->hour / 24 + below(r, 4);
		break;
	case OP_ANCHOR:
		arg[1] = below(r, ANCHORS);
		arg[2] = below(r, ANCHORS);
		break;
	default:
		arg[2] = below(r, 2);
		break;
	}
}

static void
draw_rest(struct run *r, enum op_kind kind, uint64_t arg[KIT_ARGS])
{
	static const uint64_t forward[] = { 0, 0, 0, 1, 2, 30 };

	arg[0] = below(r, INVITATIONS);
	arg[1] = below(r, 3);
	switch (kind) {
	case OP_SPLIT:
		arg[0] = below(r, CODES);
		arg[1] = below(r, CODES);
		arg[2] = below(r, 8);
		break;
	case OP_ADMIT:
		arg[0] = below(r, CODES);
		arg[1] = below(r, 24);
		arg[2] = r->hour / 24 + below(r, 9);
		break;
	case OP_PUT_INVITATION:
		arg[2] = below(r, CODES);
		arg[3] = below(r, 8) == 0 ? below(r, CODES) :
		    CODES + below(r, 1000);
		arg[4] = below(r, 3);
		arg[5] = r->hour + 1 + below(r, 60);
		break;
	case OP_SWEEP:
		r->hour += forward[below(r, 6)];
		arg[0] = below(r, 8) == 0 ? r->hour / 2 : r->hour;
		arg[1] = UINT32_MAX;
		break;
	default:
		break;
	}
}

static enum op_kind
draw_kind(struct run *r)
{
	static const uint8_t weight[OP_KINDS] = {
		[OP_CREATE] = 6, [OP_SUBSCRIBE] = 2, [OP_POST] = 40,
		[OP_KEEP] = 4, [OP_ACK] = 20, [OP_FETCH] = 10, [OP_CLOSE] = 1,
		[OP_SET_TOKEN] = 2, [OP_ANCHOR] = 6, [OP_RECALL] = 3,
		[OP_SPLIT] = 4, [OP_ADMIT] = 4,
		[OP_PUT_INVITATION] = 4, [OP_GET_INVITATION] = 4,
		[OP_REVOKE_INVITATION] = 2, [OP_SWEEP] = 1, [OP_COUNT] = 1,
	};
	uint64_t at = below(r, 114);
	int kind = 0;

	while (kind < OP_KINDS - 1 && at >= weight[kind])
		at -= weight[kind++];
	return (enum op_kind)kind;
}

static unsigned
draw_batch(struct run *r)
{
	unsigned n = 1 + (unsigned)below(r, BATCH), i;
	enum op_kind kind;

	for (i = 0; i < n; i++) {
		uint64_t arg[KIT_ARGS] = { 0 };

		kind = draw_kind(r);
		if (kind <= OP_RECALL)
			draw_mail(r, kind, arg);
		else
			draw_rest(r, kind, arg);
		r->a[i] = r->b[i] = kit_op(kind, arg);
		r->a[i].next = i + 1 < n ? &r->a[i + 1] : NULL;
		r->b[i].next = i + 1 < n ? &r->b[i + 1] : NULL;
	}
	return n;
}

/* The disk fills up at a random write of the batch. */
static void
fail_once(struct run *r, unsigned n)
{
	unsigned i, hit;
	int rc;

	vfs_fault_arm(VFS_WRITE, (unsigned)below(r, 12), VFS_DISK_FULL);
	rc = store_apply(r->sqlite, r->b);
	hit = vfs_fault_disarm();
	if (rc == 0)
		return;		/* fewer writes, or only a checkpoint failed */
	assert_int_equal(rc, TACIT_E_DISK_FULL);
	assert_int_equal(hit, 1);
	for (i = 0; i < n; i++)
		assert_int_equal(r->b[i].rc, TACIT_E_UNAVAILABLE);
	r->full++;
	assert_int_equal(store_apply(r->sqlite, r->b), 0);
}

static void
compare(struct run *r, unsigned n)
{
	char twin[KIT_TEXT], sqlite[KIT_TEXT];
	unsigned i;

	for (i = 0; i < n; i++) {
		kit_text(twin, &r->a[i]);
		kit_text(sqlite, &r->b[i]);
		if (r->a[i].rc != r->b[i].rc || strcmp(twin, sqlite) != 0)
			fail_msg("kind %d, %u of %u: %d \"%s\", twin %d "
			    "\"%s\"", r->a[i].kind, i, n, r->b[i].rc, sqlite,
			    r->a[i].rc, twin);
		r->ran[r->a[i].kind]++;
		r->good[r->a[i].kind] += r->a[i].rc == 0;
		op_release(&r->a[i]);
		op_release(&r->b[i]);
	}
}

/* Rows that ACKs left are removed by a later batch, or by none but this. */
static void
apply(struct run *r)
{
	const struct store_ops *o = r->sqlite->ops;
	struct op *op;

	if (below(r, 3) == 0) {
		assert_int_equal(store_apply(r->sqlite, r->b), 0);
		return;
	}
	assert_int_equal(o->begin(r->sqlite), 0);
	for (op = r->b; op != NULL; op = op->next) {
		assert_int_equal(o->run[op->kind](r->sqlite, op), 0);
		r->late += op->late;
	}
	assert_int_equal(o->commit(r->sqlite), 0);
}

static void
reopen(struct run *r)
{
	assert_int_equal(store_apply(r->sqlite, NULL), 0);
	r->sqlite->ops->close(r->sqlite);
	r->sqlite = kit_open(r->dir, &limits);
	store_mem_restarted(r->twin);
	r->reopened++;
}

static void
sqlite_answers_as_the_twin(void **state)
{
	struct run *r = calloc(1, sizeof(*r));
	unsigned done = 0, n, kind;

	(void)state;
	assert_non_null(r);
	r->random = kit_seed();
	kit_dir_make(r->dir);
	r->twin = store_mem_new(&limits);
	r->sqlite = kit_open(r->dir, &limits);
	while (done < OPS) {
		n = draw_batch(r);
		assert_int_equal(store_apply(r->twin, r->a), 0);
		if (below(r, 4) == 0)
			fail_once(r, n);
		else
			apply(r);
		compare(r, n);
		done += n;
		if (below(r, 30) == 0)
			reopen(r);
		if (below(r, 10) == 0)
			assert_int_equal(r->sqlite->ops->scrub(r->sqlite), 0);
	}
	for (kind = 0; kind < OP_KINDS; kind++) {
		printf("kind %u: %u ran, %u granted\n", kind, r->ran[kind],
		    r->good[kind]);
		assert_true(r->good[kind] > 0);
	}
	printf("%u reopened, %u times full, %u ACKs late\n", r->reopened,
	    r->full, r->late);
	assert_true(r->reopened > 0 && r->full > 0 && r->late > 0);
	r->twin->ops->close(r->twin);
	r->sqlite->ops->close(r->sqlite);
	kit_dir_remove(r->dir);
	free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sqlite_answers_as_the_twin),
	};

	if (sodium_init() < 0)
		return 99;
	vfs_fault_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
