/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disk is full, or memory is short, at any one of the calls that a core
 * makes of its vault: the call that failed changed nothing, memory is what the
 * vault says, nothing was posted or acknowledged that is not durable, and
 * when there is room again everything arrives once and in order (D2, D3).
 *
 * The linker hands the core's calls of the vault to the ones below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "contact.h"
#include "core.h"
#include "outbox.h"
#include "record.h"
#include "story.h"
#include "tacit/frame.h"
#include "twin.h"
#include "words.h"

enum { LETTERS = 3, LONG = 4000, NEVER = 1 << 30 };

/* ---- a vault that fails ---------------------------------------------------- */

static struct {
	struct vault *vault;		/* whose calls are counted */
	int after;			/* calls that pass before one fails */
	int times;			/* how many fail, one after another */
	int fired;
	int code;			/* of the transaction that failed; 0 */
} fault;

int __real_vault_begin(struct vault *v);
int __real_vault_commit(struct vault *v);
void __real_vault_rollback(struct vault *v);
int __real_vault_get(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, struct vault_value *out);
int __real_vault_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const void *value, size_t len);
int __real_vault_del(struct vault *v, enum vault_table t, const void *key,
    size_t key_len);
int __real_vault_next(struct vault *v, enum vault_table t, const void *prefix,
    size_t prefix_len, struct vault_key *key, struct vault_value *out);
int __wrap_vault_begin(struct vault *v);
int __wrap_vault_commit(struct vault *v);
void __wrap_vault_rollback(struct vault *v);
int __wrap_vault_get(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, struct vault_value *out);
int __wrap_vault_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const void *value, size_t len);
int __wrap_vault_del(struct vault *v, enum vault_table t, const void *key,
    size_t key_len);
int __wrap_vault_next(struct vault *v, enum vault_table t, const void *prefix,
    size_t prefix_len, struct vault_key *key, struct vault_value *out);

static int
fails(const struct vault *v, int code)
{
	if (v != fault.vault)
		return 0;
	if (fault.code != 0)		/* the rest of its transaction too */
		return fault.code;
	if (fault.times == 0 || fault.after-- > 0)
		return 0;
	fault.times--;
	fault.after = 0;
	fault.fired++;
	return code;
}

int
__wrap_vault_begin(struct vault *v)
{
	int rc = fails(v, TACIT_E_DISK_FULL);

	return rc != 0 ? rc : __real_vault_begin(v);
}

int
__wrap_vault_commit(struct vault *v)
{
	int rc = fails(v, TACIT_E_DISK_FULL);

	if (rc == 0)
		return __real_vault_commit(v);
	__wrap_vault_rollback(v);
	return rc;
}

void
__wrap_vault_rollback(struct vault *v)
{
	if (v == fault.vault)
		fault.code = 0;
	__real_vault_rollback(v);
}

int
__wrap_vault_put(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, const void *value, size_t len)
{
	int rc = fails(v, TACIT_E_DISK_FULL);

	if (rc == 0)
		return __real_vault_put(v, t, key, key_len, value, len);
	fault.code = rc;
	return rc;
}

int
__wrap_vault_del(struct vault *v, enum vault_table t, const void *key,
    size_t key_len)
{
	int rc = fails(v, TACIT_E_DISK_FULL);

	if (rc == 0)
		return __real_vault_del(v, t, key, key_len);
	fault.code = rc;
	return rc;
}

/* Only inside a transaction: what undoes one must be able to read. */
int
__wrap_vault_get(struct vault *v, enum vault_table t, const void *key,
    size_t key_len, struct vault_value *out)
{
	if (vault_in_transaction(v) && fails(v, TACIT_E_NOMEM) != 0)
		return TACIT_E_NOMEM;
	return __real_vault_get(v, t, key, key_len, out);
}

int
__wrap_vault_next(struct vault *v, enum vault_table t, const void *prefix,
    size_t prefix_len, struct vault_key *key, struct vault_value *out)
{
	if (vault_in_transaction(v) && fails(v, TACIT_E_NOMEM) != 0)
		return TACIT_E_NOMEM;
	return __real_vault_next(v, t, prefix, prefix_len, key, out);
}

/* ---- only what is durable is posted ------------------------------------------ */

static void
posted_is_in_the_vault(struct tacit *t, const struct tacit_frame *f)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	tacit_state_Out o;

	assert_false(vault_in_transaction(t->vault));
	for (;;) {
		assert_int_equal(__real_vault_next(t->vault, VAULT_OUTBOX,
		    NULL, 0, &key, &value), 0);
		assert_int_not_equal(key.len, 0);
		assert_int_equal(record_read(&value, tacit_state_Out_fields,
		    &o, NULL, NULL), 0);
		vault_value_free(&value);
		if (memcmp(o.envelope, f->head.is.post.envelope,
		    sizeof(o.envelope)) == 0)
			break;
	}
	assert_int_equal(o.sealed.size, f->body_len);
	assert_memory_equal(o.sealed.bytes, f->body, f->body_len);
}

static int
watch(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct tacit_frame f;
	size_t used;

	(void)conn;
	for (; len > 0; msg += used, len -= used) {
		assert_int_equal(tacit_frame_parse(&f, &used, msg, len), 0);
		if (f.head.which_is == tacit_Frame_post_tag)
			posted_is_in_the_vault(stage_end(arg, i), &f);
	}
	return 1;
}

/* ---- one relationship, with one failure --------------------------------------- */

struct play {
	struct story st;
	int victim;
	int written[2], heard[2], paired[2], closed[2];
};

/* ${rc} is what a call of end ${i} said: 0, or it changed nothing. */
static int
again(struct play *p, int i, int rc)
{
	if (rc == 0)
		return 0;
	assert_int_equal(i, p->victim);
	assert_true(fault.fired > 0);
	assert_true(rc == TACIT_E_DISK_FULL || rc == TACIT_E_NOMEM);
	memory_is_what_the_vault_says(stage_end(p->st.s, i));
	return 1;
}

static void
turns(struct play *p, int n)
{
	int i, rc;

	while (n-- > 0) {
		stage_relay_turn(p->st.s);
		for (i = 0; i < 2; i++)
			do {
				(void)stage_try(p->st.s, i, &rc);
				if (rc != 0)	/* the rest is due, soon */
					assert_in_range(core_wait(
					    stage_end(p->st.s, i)), 0, 1000);
				(void)again(p, i, rc);
			} while (stage_has_input(p->st.s, i));
		stage_sleep(p->st.s, 2000);
	}
}

static struct tacit_contact *
contact_of(struct play *p, int i)
{
	return contact_by_id(stage_end(p->st.s, i), p->st.id[i]);
}

static void
write_letter(struct play *p, int i)
{
	static char text[LONG + 1];
	int n = ++p->written[i];
	size_t len = n == 2 ? LONG : 10;
	uint64_t seq = 0;
	int rc;

	words(text, len, (uint32_t)n);
	do
		rc = tacit_send(contact_of(p, i), text, len, NULL, &seq);
	while (again(p, i, rc));
	assert_int_equal(seq, n);
}

static void
look_at(struct play *p, int i, const struct tacit_event *e)
{
	static char text[LONG + 1];
	size_t len;

	switch (e->type) {
	case TACIT_EV_MESSAGE:
		len = ++p->heard[i] == 2 ? LONG : 10;
		words(text, len, (uint32_t)p->heard[i]);
		assert_int_equal(e->text_len, len);
		assert_memory_equal(e->text, text, len);
		assert_int_equal(e->late, 0);
		break;
	case TACIT_EV_PAIRED:
		p->paired[i]++;
		break;
	case TACIT_EV_CLOSED:
		p->closed[i]++;
		break;
	case TACIT_EV_ACCEPTED:
		break;
	default:
		fail_msg("event %s", tacit_event_word(e->type));
	}
}

/* Take all events of end ${i}, each until it is done. */
static void
look(struct play *p, int i)
{
	struct tacit *t = stage_end(p->st.s, i);
	struct tacit_event e = { .size = sizeof(e) };
	int rc;

	while ((rc = tacit_next_event(t, 0, &e)) == 1) {
		if (e.contact == contact_of(p, i))
			look_at(p, i, &e);
		do
			rc = tacit_event_done(t, e.id);
		while (again(p, i, rc));
	}
	assert_int_equal(rc, 0);
}

static void
pair(struct play *p)
{
	struct tacit_contact *ct;
	struct stage *s = p->st.s;
	char link[TACIT_LINK_SIZE];
	int n;

	while (again(p, 0, tacit_invite(&ct, stage_end(s, 0), "client", 0, 0,
	    NULL)))
		assert_null(ct);
	while (again(p, 0, tacit_accept_unverified(ct)))
		continue;
	memcpy(p->st.id[0], ct->id, CONTACT_ID_LEN);
	for (n = 0; n < 100 && tacit_invitation_link(ct, link) ==
	    TACIT_E_WAIT; n++)
		turns(p, 1);
	assert_int_equal(tacit_invitation_link(ct, link), 0);
	while (again(p, 1, tacit_accept(&ct, stage_end(s, 1), link,
	    strlen(link), "therapist")))
		assert_null(ct);
	memcpy(p->st.id[1], ct->id, CONTACT_ID_LEN);
}

/* True if the failure came before all was over. */
static int
play(struct stage *s, int victim, int after, int times)
{
	struct play p = { .st = { .s = s }, .victim = victim };
	int i, n;

	fault.vault = stage_end(s, victim)->vault;
	fault.after = after;
	fault.times = times;
	fault.fired = fault.code = 0;
	pair(&p);
	for (n = 0; n < LETTERS; n++) {
		for (i = 0; i < 2; i++)
			write_letter(&p, i);
		turns(&p, 8);
		if (n == 1)
			for (i = 0; i < 2; i++)
				look(&p, i);
	}
	while (again(&p, 0, tacit_contact_close(contact_of(&p, 0))))
		continue;
	turns(&p, 60);
	n = fault.fired;
	fault.times = 0;
	fault.vault = NULL;
	stage_quiesce(s);
	for (i = 0; i < 2; i++) {
		look(&p, i);
		assert_int_equal(p.paired[i], 1);
		assert_int_equal(p.heard[i], LETTERS);
		memory_is_what_the_vault_says(stage_end(s, i));
	}
	assert_int_equal(p.closed[0], 0);
	assert_int_equal(p.closed[1], 1);
	assert_int_equal(stage_relay_envelopes(stage_relay(s)), 0);
	return n > 0;
}

/*
 * Every STRIDE-th call, from a random one on; TACIT_STRIDE=1 tries them all.
 */
static void
no_failure_of_storage_loses_or_repeats_anything(void **state)
{
	uint64_t seed = story_number("TACIT_SEED", randombytes_random());
	uint32_t stride = (uint32_t)story_number("TACIT_STRIDE", 25);
	struct stage_tap tap = { .up = watch };
	struct stage *s = NULL;
	int victim, times, at, n = 0;

	(void)state;
	print_message("TACIT_SEED=%llu TACIT_STRIDE=%u\n",
	    (unsigned long long)seed, (unsigned)stride);
	for (victim = 0; victim < 2; victim++)
		for (times = 1; times <= 4; times += 3)
			for (at = (int)(seed % stride);; at += (int)stride) {
				if (n++ % 30 == 0) {
					if (s != NULL)
						stage_free(s);
					s = stage_new(story_scratch(),
					    seed + (uint64_t)n);
					tap.arg = s;
					stage_tap(s, &tap);
				}
				if (!play(s, victim, at, times))
					break;
			}
	stage_free(s);
	print_message("%d relationships\n", n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    no_failure_of_storage_loses_or_repeats_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
