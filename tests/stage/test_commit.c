/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several changes as one: all of them are durable, after one fsync, or none
 * happened, whichever of them is refused, wherever storage fails, and at
 * whatever write the process dies; and memory is what the vault says (D2).
 *
 * The linker hands the core's calls of the vault to the ones below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <sodium.h>

#include "../unit/client/vault_disk.h"
#include "story.h"
#include "twin.h"

enum { OPS = 8, LONG = 4000 };

/* ---- a vault that fails ------------------------------------------------------ */

static struct {
	const struct vault *vault;	/* whose calls are counted; or NULL */
	int after;			/* calls that pass before one fails */
	int commits;			/* that were asked for */
} fault;

int __real_vault_commit(struct vault *v);
int __real_vault_get(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, struct vault_value *out);
int __real_vault_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const void *value, size_t len);
int __real_vault_del(struct vault *v, enum vault_table t, const void *key,
    size_t key_len);
int __wrap_vault_commit(struct vault *v);
int __wrap_vault_get(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, struct vault_value *out);
int __wrap_vault_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const void *value, size_t len);
int __wrap_vault_del(struct vault *v, enum vault_table t, const void *key,
    size_t key_len);

static int
fails(const struct vault *v)
{
	return v == fault.vault && vault_in_transaction(v) &&
	    fault.after-- == 0;
}

int
__wrap_vault_commit(struct vault *v)
{
	fault.commits++;
	if (!fails(v))
		return __real_vault_commit(v);
	vault_rollback(v);
	return TACIT_E_DISK_FULL;
}

int
__wrap_vault_get(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, struct vault_value *out)
{
	return fails(v) ? TACIT_E_NOMEM :
	    __real_vault_get(v, t, key, key_len, out);
}

int
__wrap_vault_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const void *value, size_t len)
{
	return fails(v) ? TACIT_E_DISK_FULL :
	    __real_vault_put(v, t, key, key_len, value, len);
}

int
__wrap_vault_del(struct vault *v, enum vault_table t, const void *key,
    size_t key_len)
{
	return fails(v) ? TACIT_E_DISK_FULL :
	    __real_vault_del(v, t, key, key_len);
}

/* ---- a vault with two contacts, and what is to be done ------------------------- */

struct scene {
	struct stage *s;
	struct story a, b;		/* both between ends 0 and 1 */
	uint64_t event;			/* a text of a's, not done yet */
	char data[LONG];
	struct tacit_op op[OPS];
	char message[OPS][TACIT_MESSAGE_ID_SIZE];
	uint64_t seq[OPS];
};

static struct tacit_op
op_of(enum tacit_op_kind kind, const char *key, const char *data)
{
	struct tacit_op op = { .size = sizeof(op), .kind = kind };

	op.key = key;
	op.key_len = key != NULL ? strlen(key) : 0;
	op.data = data;
	op.len = data != NULL ? strlen(data) : 0;
	return op;
}

static struct tacit_op
send_op(struct tacit_contact *ct, uint32_t type, const char *data, size_t len)
{
	struct tacit_op op = op_of(TACIT_OP_SEND, NULL, NULL);

	op.contact = ct;
	op.type = type;
	op.data = data;
	op.len = len;
	return op;
}

/* Contacts are found anew: a crash makes others. */
static void
plan(struct scene *p)
{
	struct tacit_contact *a = story_contact(&p->a, 0);
	struct tacit_contact *b = story_contact(&p->b, 0);
	size_t i;

	p->op[0] = op_of(TACIT_OP_PUT, "new", "1");
	p->op[1] = send_op(a, 1, p->data, LONG);
	p->op[2] = op_of(TACIT_OP_DELETE, "old", NULL);
	p->op[3] = send_op(b, 0, "letter 1", 8);
	p->op[4] = op_of(TACIT_OP_DONE, NULL, NULL);
	p->op[4].event = p->event;
	p->op[5] = send_op(a, 65535, "", 1);
	p->op[6] = op_of(TACIT_OP_PUT, "kept", "2");
	p->op[7] = send_op(a, 0, "letter 2", 8);
	for (i = 0; i < OPS; i++) {
		(void)snprintf(p->message[i], sizeof(p->message[i]), "unset");
		p->seq[i] = 77;
		p->op[i].message = p->message[i];
		p->op[i].seq = &p->seq[i];
	}
}

static void
begin(struct scene *p, uint64_t seed)
{
	struct tacit_event e;
	struct tacit_op op;
	int n;

	memset(p, 0, sizeof(*p));
	fault.vault = NULL;
	p->s = p->a.s = p->b.s = stage_new(story_scratch(), seed);
	story_pair(&p->a, TACIT_INVITE_IN_PERSON);
	story_pair(&p->b, TACIT_INVITE_IN_PERSON);
	for (n = 0; n < LONG; n++)
		p->data[n] = (char)(n * 7);
	op = op_of(TACIT_OP_PUT, "old", "0");
	assert_int_equal(tacit_commit(stage_end(p->s, 0), &op, 1), 0);
	op = op_of(TACIT_OP_PUT, "kept", "0");
	assert_int_equal(tacit_commit(stage_end(p->s, 0), &op, 1), 0);
	assert_int_equal(story_write(&p->a, 1, 1), 0);
	stage_quiesce(p->s);
	assert_int_equal(story_next(&p->a, 0, &e), 1);
	assert_int_equal(story_letter(&e), 1);
	p->event = e.id;
	plan(p);
}

/* The value of a row, or "-". */
static const char *
row(struct tacit *t, const char *key)
{
	static char value[8];
	size_t len = 0;
	int rc = tacit_data_get(t, key, strlen(key), value, sizeof(value) - 1,
	    &len);

	assert_true(rc == 0 || rc == 1);
	value[len] = '\0';
	return rc == 1 ? value : "-";
}

static void
rows_are(struct tacit *t, const char *new, const char *old, const char *kept)
{
	static const char *const names[] = { "kept", "new", "old" };
	const char *is[] = { kept, new, old };
	uint8_t key[TACIT_ROW_KEY_SIZE];
	size_t len = 0, i;

	for (i = 0; i < 3; i++) {
		assert_string_equal(row(t, names[i]), is[i]);
		if (strcmp(is[i], "-") == 0)
			continue;
		assert_int_equal(tacit_data_next(t, NULL, 0, key, len, key,
		    &len), 1);
		assert_int_equal(len, strlen(names[i]));
		assert_memory_equal(key, names[i], len);
	}
	assert_int_equal(tacit_data_next(t, NULL, 0, key, len, key, &len), 0);
}

/* Nothing happened: not in the vault, not in memory, not at the caller's. */
static void
nothing_happened(struct scene *p, const uint8_t before[32])
{
	struct tacit *t = stage_end(p->s, 0);
	uint8_t now[32];
	size_t i;

	fingerprint(t->vault, now);
	assert_memory_equal(now, before, sizeof(now));
	memory_is_what_the_vault_says(t);
	rows_are(t, "-", "0", "0");
	assert_int_equal(story_contact(&p->a, 0)->unread, 1);
	for (i = 0; i < OPS; i++) {
		assert_string_equal(p->message[i], "unset");
		assert_int_equal(p->seq[i], 77);
	}
}

/* The next of what was sent to end 1 is op ${k}. */
static void
arrived(struct scene *p, struct story *st, int k)
{
	struct tacit_event e;

	do
		assert_int_equal(story_next(st, 1, &e), 1);
	while (e.type == TACIT_EV_ACCEPTED);
	assert_int_equal(e.type, p->op[k].type == 0 ? TACIT_EV_MESSAGE :
	    TACIT_EV_DATA);
	assert_int_equal(e.data_type, p->op[k].type);
	assert_int_equal(e.seq, p->seq[k]);
	assert_string_equal(e.message, p->message[k]);
	assert_int_equal(e.text_len, p->op[k].len);
	assert_memory_equal(e.text, p->op[k].data, e.text_len);
}

static void
all_happened(struct scene *p)
{
	struct tacit_event e;
	struct tacit *t = stage_end(p->s, 0);

	memory_is_what_the_vault_says(t);
	rows_are(t, "1", "-", "2");
	assert_int_equal(story_contact(&p->a, 0)->unread, 0);
	assert_int_equal(p->seq[1], 1);
	assert_int_equal(p->seq[5], 2);
	assert_int_equal(p->seq[7], 3);
	assert_int_equal(p->seq[3], 1);
	stage_quiesce(p->s);
	arrived(p, &p->a, 1);
	arrived(p, &p->a, 5);
	arrived(p, &p->a, 7);
	arrived(p, &p->b, 3);
	assert_int_equal(story_next(&p->a, 1, &e), 0);
	assert_int_equal(story_next(&p->b, 1, &e), 0);
}

/* ---- all ----------------------------------------------------------------------- */

static void
all_of_it_is_one_transaction_and_one_fsync(void **state)
{
	struct tacit_op op;
	struct tacit *t;
	struct scene p;

	(void)state;
	begin(&p, 1);
	t = stage_end(p.s, 0);
	/* The first one after the log was emptied writes the head of it too. */
	assert_int_equal(vault_settle(t->vault), 0);
	op = op_of(TACIT_OP_PUT, "old", "0");
	assert_int_equal(tacit_commit(t, &op, 1), 0);
	fault.commits = 0;
	disk_set(NO_SYNC, 1000);
	assert_int_equal(tacit_commit(t, p.op, OPS), 0);
	assert_int_equal(1000 - disk.countdown, 1);
	disk_set(NONE, 0);
	assert_int_equal(fault.commits, 1);
	all_happened(&p);
	stage_crash(p.s, 0);
	rows_are(stage_end(p.s, 0), "1", "-", "2");
	stage_free(p.s);
}

static void
later_ones_see_what_earlier_ones_did(void **state)
{
	struct tacit_event e = { .size = sizeof(e) };
	struct scene p;
	struct tacit *t;

	(void)state;
	begin(&p, 2);
	t = stage_end(p.s, 0);
	p.op[0] = op_of(TACIT_OP_PUT, "new", "1");
	p.op[1] = op_of(TACIT_OP_PUT, "new", "2");
	p.op[2] = op_of(TACIT_OP_PUT, "old", "3");
	p.op[3] = op_of(TACIT_OP_DELETE, "old", NULL);
	p.op[4] = op_of(TACIT_OP_DELETE, "never there", NULL);
	p.op[6] = op_of(TACIT_OP_DONE, NULL, NULL);
	p.op[6].event = p.op[7].event = p.event;
	p.op[7].kind = TACIT_OP_DONE;		/* once more */
	/* The text of an event is lent until the next is asked for. */
	assert_int_equal(tacit_next_event(t, p.event - 1, &e), 1);
	p.op[5] = op_of(TACIT_OP_PUT, "kept", NULL);
	p.op[5].data = e.text;
	p.op[5].len = 7;
	assert_int_equal(tacit_commit(t, p.op, OPS), 0);
	rows_are(t, "2", "-", "letter ");
	assert_int_equal(story_contact(&p.a, 0)->unread, 0);
	memory_is_what_the_vault_says(t);
	stage_free(p.s);
}

/* ---- or nothing ------------------------------------------------------------------ */

static void
one_that_is_refused_at_any_position_leaves_nothing(void **state)
{
	static const char big[TACIT_TEXT_MAX + TACIT_ROW_VALUE_SIZE];
	struct tacit_op good[OPS], op;
	uint8_t before[32];
	struct scene p;
	struct tacit *t;
	size_t at, k;

	(void)state;
	begin(&p, 3);
	t = stage_end(p.s, 0);
	fingerprint(t->vault, before);
	memcpy(good, p.op, sizeof(good));
	const struct {
		struct tacit_op op;
		int error;
	} bad[] = {
		{ op_of((enum tacit_op_kind)0, "k", "v"), TACIT_E_INVALID },
		{ op_of((enum tacit_op_kind)5, "k", "v"), TACIT_E_INVALID },
		{ op_of(TACIT_OP_PUT, NULL, "v"), TACIT_E_INVALID },
		{ op_of(TACIT_OP_PUT, "", "v"), TACIT_E_INVALID },
		{ { sizeof(op), .kind = TACIT_OP_PUT, .key = big,
		    .key_len = 65 }, TACIT_E_INVALID },
		{ { sizeof(op), .kind = TACIT_OP_PUT, .key = "k",
		    .key_len = 1, .len = 1 }, TACIT_E_INVALID },
		{ { sizeof(op), .kind = TACIT_OP_PUT, .key = "k",
		    .key_len = 1, .data = big,
		    .len = TACIT_ROW_VALUE_SIZE + 1 }, TACIT_E_INVALID },
		{ { sizeof(op) - 1, .kind = TACIT_OP_PUT, .key = "k",
		    .key_len = 1 }, TACIT_E_INVALID },
		{ op_of(TACIT_OP_DELETE, NULL, NULL), TACIT_E_INVALID },
		{ op_of(TACIT_OP_DONE, NULL, NULL), TACIT_E_INVALID },
		{ send_op(NULL, 1, "x", 1), TACIT_E_INVALID },
		{ send_op(story_contact(&p.a, 1), 1, "x", 1),
		    TACIT_E_INVALID },		/* of another vault */
		{ send_op(story_contact(&p.a, 0), 65536, "x", 1),
		    TACIT_E_INVALID },
		{ send_op(story_contact(&p.a, 0), 1, "x", 0),
		    TACIT_E_INVALID },
		{ send_op(story_contact(&p.a, 0), 1, big,
		    TACIT_TEXT_MAX + 1), TACIT_E_INVALID },
		{ send_op(story_contact(&p.b, 0), 0, "\xff", 1),
		    TACIT_E_TEXT },
	};

	for (k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
		for (at = 0; at < OPS; at++) {
			memcpy(p.op, good, sizeof(good));
			p.op[at] = bad[k].op;
			if (tacit_commit(t, p.op, OPS) != bad[k].error)
				fail_msg("row %zu at %zu", k, at);
			nothing_happened(&p, before);
		}
	assert_int_equal(tacit_commit(t, NULL, 1), TACIT_E_INVALID);
	assert_int_equal(tacit_commit(t, NULL, 0), 0);
	nothing_happened(&p, before);
	stage_free(p.s);
}

static void
more_than_may_be_is_refused(void **state)
{
	struct tacit_op *op = calloc(TACIT_OPS_MAX + 1, sizeof(*op));
	struct scene p;
	struct tacit *t;
	size_t i;

	(void)state;
	assert_non_null(op);
	begin(&p, 4);
	t = stage_end(p.s, 0);
	for (i = 0; i <= TACIT_OPS_MAX; i++)
		op[i] = op_of(TACIT_OP_PUT, "new", "1");
	assert_int_equal(tacit_commit(t, op, TACIT_OPS_MAX + 1),
	    TACIT_E_INVALID);
	rows_are(t, "-", "0", "0");
	assert_int_equal(tacit_commit(t, op, TACIT_OPS_MAX), 0);
	rows_are(t, "1", "0", "0");
	free(op);
	stage_free(p.s);
}

/* A contact that may not be written to, beside one that may. */
static void
one_contact_that_is_closed_stops_all(void **state)
{
	uint8_t before[32];
	struct scene p;
	struct tacit *t;

	(void)state;
	begin(&p, 5);
	t = stage_end(p.s, 0);
	assert_int_equal(tacit_contact_close(story_contact(&p.b, 0)), 0);
	stage_quiesce(p.s);
	fingerprint(t->vault, before);
	assert_int_equal(tacit_commit(t, p.op, OPS), TACIT_E_CONTACT_CLOSED);
	nothing_happened(&p, before);
	stage_free(p.s);
}

static void
storage_that_fails_at_any_call_leaves_nothing(void **state)
{
	uint8_t before[32];
	struct scene p;
	struct tacit *t;
	int n, rc;

	(void)state;
	begin(&p, 6);
	t = stage_end(p.s, 0);
	fingerprint(t->vault, before);
	for (n = 0;; n++) {
		fault.vault = t->vault;
		fault.after = n;
		rc = tacit_commit(t, p.op, OPS);
		fault.vault = NULL;
		if (rc == 0)
			break;
		assert_true(rc == TACIT_E_DISK_FULL || rc == TACIT_E_NOMEM);
		nothing_happened(&p, before);
	}
	assert_true(n > OPS + 5);
	print_message("%d calls\n", n);
	all_happened(&p);
	stage_free(p.s);
}

/* The same below: the disk is full at any write. */
static void
a_disk_that_is_full_at_any_write_leaves_nothing(void **state)
{
	uint8_t before[32];
	struct scene p;
	struct tacit *t;
	int n, rc;

	(void)state;
	begin(&p, 7);
	t = stage_end(p.s, 0);
	fingerprint(t->vault, before);
	for (n = 0;; n++) {
		disk_set(FULL, n);
		rc = tacit_commit(t, p.op, OPS);
		disk_set(NONE, 0);
		if (rc == 0)
			break;
		assert_int_equal(rc, TACIT_E_DISK_FULL);
		nothing_happened(&p, before);
	}
	assert_true(n > 5);
	print_message("%d writes\n", n);
	all_happened(&p);
	stage_free(p.s);
}

/* ---- and death ------------------------------------------------------------------- */

/* A core without network over the vault at ${path}. */
static void
load(struct tacit *t, struct scene *p, const char *path)
{
	memset(t, 0, sizeof(*t));
	t->env = stage_end(p->s, 0)->env;
	assert_int_equal(stage_vault(&t->vault, path), 0);
	assert_int_equal(ratchet_open(&t->ratchet, t->vault), 0);
	assert_int_equal(core_load(t), 0);
}

static void
unload(struct tacit *t)
{
	core_free(t);
	ratchet_close(t->ratchet);
	vault_close(t->vault);
}

/* All of it in a vault of its own, dying at write ${n}. */
static void
die_at(struct scene *p, const char *path, int n)
{
	struct tacit t;
	size_t i;

	load(&t, p, path);
	for (i = 0; i < OPS; i++)
		if (p->op[i].contact != NULL)
			p->op[i].contact = contact_by_id(&t,
			    p->op[i].contact->id);
	disk_set(DIE, n);
	_exit(tacit_commit(&t, p->op, OPS) == 0 ? 0 : 1);
}

/* 1: all of it is there; 0: nothing. */
static int
is_there(struct scene *p, const char *path)
{
	struct tacit_contact *a, *b;
	struct tacit t;
	int all;

	load(&t, p, path);
	a = contact_by_id(&t, p->a.id[0]);
	b = contact_by_id(&t, p->b.id[0]);
	all = strcmp(row(&t, "new"), "1") == 0;
	rows_are(&t, all ? "1" : "-", all ? "-" : "0", all ? "2" : "0");
	assert_int_equal(a->rec.seq, all ? 3 : 0);
	assert_int_equal(b->rec.seq, all ? 1 : 0);
	assert_int_equal(a->unread, all ? 0 : 1);
	unload(&t);
	return all;
}

static void
a_process_may_die_at_any_write(void **state)
{
	struct fixture_bytes b;
	int stride = story_number("TACIT_EVERY_STEP", 0) != 0 ? 1 : 4;
	int n, status, done = 0, all = 0;
	char path[320], lock[330];
	struct scene p;
	pid_t pid;

	(void)state;
	begin(&p, 8);
	stage_keep(p.s, 0, 0);
	(void)snprintf(path, sizeof(path), "%s/end0.copy0", story_scratch());
	(void)snprintf(lock, sizeof(lock), "%s.lock", path);
	b = fixture_read(path);
	for (n = 0; !done; n += stride) {
		fixture_write(path, b.data, b.len);
		assert_true(n < 200 && (pid = fork()) >= 0);
		if (pid == 0)
			die_at(&p, path, n);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		done = WIFEXITED(status);
		assert_true(!done || WEXITSTATUS(status) == 0);
		all = is_there(&p, path);
	}
	assert_true(all);
	assert_true(n > 5);
	print_message("%d writes\n", n);
	free(b.data);
	(void)unlink(lock);
	stage_free(p.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it_is_one_transaction_and_one_fsync),
		cmocka_unit_test(later_ones_see_what_earlier_ones_did),
		cmocka_unit_test(
		    one_that_is_refused_at_any_position_leaves_nothing),
		cmocka_unit_test(more_than_may_be_is_refused),
		cmocka_unit_test(one_contact_that_is_closed_stops_all),
		cmocka_unit_test(
		    storage_that_fails_at_any_call_leaves_nothing),
		cmocka_unit_test(
		    a_disk_that_is_full_at_any_write_leaves_nothing),
		cmocka_unit_test(a_process_may_die_at_any_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
