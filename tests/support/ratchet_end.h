/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two ends that talk through ratchet.h, each with a real vault.  Relationships
 * are cheap and vaults are not: one pair of ends serves a whole program, and
 * every test takes a relationship of its own.
 */
#ifndef TEST_RATCHET_END_H
#define TEST_RATCHET_END_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "ratchet.h"

struct end {
	struct vault *vault;
	struct ratchet *ratchet;
	char path[64];
};

/* I made the bundle, J accepted it. */
struct pair {
	struct end i, j;
	char dir[32];
};

/* One session as both see it. */
struct talk {
	struct end *i, *j;
	struct ratchet_session at_i, at_j;
};

struct letter {
	uint8_t data[TACIT_PARCEL_LEN];
	size_t len;
	enum ratchet_kind kind;
};

/* Every row of the ratchet, one after the other, each with its lengths. */
struct dump {
	uint8_t *data;
	size_t len;
};

static inline void
end_open(struct end *e, const char *dir, const char *name)
{
	const struct vault_cost floor = {
		TACIT_ARGON_PASSES_FLOOR, TACIT_ARGON_MIB_FLOOR
	};
	const char *pass = "a passphrase of tests";

	snprintf(e->path, sizeof(e->path), "%s/%s", dir, name);
	assert_int_equal(vault_create(e->path, pass, strlen(pass), &floor), 0);
	assert_int_equal(vault_open(&e->vault, e->path, pass, strlen(pass), 0),
	    0);
	assert_int_equal(ratchet_open(&e->ratchet, e->vault), 0);
}

static inline void
end_close(struct end *e)
{
	static const char *const suffix[] = { "", "-wal", "-shm", ".lock" };
	char path[80];
	size_t i;

	ratchet_close(e->ratchet);
	vault_close(e->vault);
	for (i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", e->path, suffix[i]);
		unlink(path);
	}
}

static inline int
pair_setup(void **state)
{
	struct pair *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return -1;
	snprintf(p->dir, sizeof(p->dir), "ratchet.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	end_open(&p->i, p->dir, "i");
	end_open(&p->j, p->dir, "j");
	*state = p;
	return 0;
}

static inline int
pair_teardown(void **state)
{
	struct pair *p = *state;

	end_close(&p->i);
	end_close(&p->j);
	rmdir(p->dir);
	free(p);
	return 0;
}

static inline void
begin(struct end *e)
{

	assert_int_equal(vault_begin(e->vault), 0);
}

static inline void
commit(struct end *e)
{

	assert_int_equal(vault_commit(e->vault), 0);
}

static inline void
offer(struct end *e, const uint8_t relationship[32], struct ratchet_bundle *b)
{

	begin(e);
	assert_int_equal(ratchet_offer(e->ratchet, relationship, b), 0);
	commit(e);
}

/* Commits even after an error: a call that failed must have left nothing. */
static inline int
accept_bundle(struct end *e, const struct ratchet_session *s,
    const struct ratchet_bundle *b)
{
	int rc;

	begin(e);
	rc = ratchet_accept(e->ratchet, s, b);
	commit(e);
	return rc;
}

/* A relationship that nobody knows yet. */
static inline void
talk_new(struct talk *t, struct pair *p)
{

	memset(t, 0, sizeof(*t));
	t->i = &p->i;
	t->j = &p->j;
	randombytes_buf(t->at_i.relationship, sizeof(t->at_i.relationship));
	t->at_i.generation = 1;
	t->at_i.owner = RATCHET_MINE;
	t->at_j = t->at_i;
	t->at_j.owner = RATCHET_THEIRS;
}

/* One whose bundle J has accepted, so that J can write. */
static inline void
talk_begin(struct talk *t, struct pair *p)
{
	struct ratchet_bundle b;

	talk_new(t, p);
	offer(t->i, t->at_i.relationship, &b);
	assert_int_equal(accept_bundle(t->j, &t->at_j, &b), 0);
}

static inline int
try_write(struct end *e, const struct ratchet_session *s, const void *text,
    size_t len, struct letter *out)
{
	int rc;

	begin(e);
	rc = ratchet_encrypt(e->ratchet, s, text, len, out->data,
	    sizeof(out->data), &out->len, &out->kind);
	commit(e);
	return rc;
}

static inline void
write_letter(struct end *e, const struct ratchet_session *s, const char *text,
    struct letter *out)
{

	assert_int_equal(try_write(e, s, text, strlen(text), out), 0);
}

/* As accept_bundle(): commits in any case. */
static inline int
try_read(struct end *e, const struct ratchet_session *s, int may_learn,
    const struct letter *l, void *out, size_t *len)
{
	int rc;

	*len = 0;
	begin(e);
	rc = ratchet_decrypt(e->ratchet, s, l->kind, may_learn, l->data,
	    l->len, out, TACIT_PARCEL_LEN, len);
	commit(e);
	return rc;
}

static inline int
read_verdict(struct end *e, const struct ratchet_session *s, int may_learn,
    const struct letter *l)
{
	uint8_t out[TACIT_PARCEL_LEN];
	size_t len;

	return try_read(e, s, may_learn, l, out, &len);
}

static inline void
read_letter(struct end *e, const struct ratchet_session *s,
    const struct letter *l, const char *expect)
{
	uint8_t out[TACIT_PARCEL_LEN];
	size_t len;

	assert_int_equal(try_read(e, s, 1, l, out, &len), 0);
	assert_int_equal(len, strlen(expect));
	assert_memory_equal(out, expect, len);
}

enum side { FROM_J, FROM_I };

/* One letter there. */
static inline void
say(struct talk *t, enum side from, const char *text)
{
	struct letter l;

	if (from == FROM_I) {
		write_letter(t->i, &t->at_i, text, &l);
		read_letter(t->j, &t->at_j, &l, text);
	} else {
		write_letter(t->j, &t->at_j, text, &l);
		read_letter(t->i, &t->at_i, &l, text);
	}
}

/* One that both ends have confirmed. */
static inline void
talk_settle(struct talk *t, struct pair *p)
{

	talk_begin(t, p);
	say(t, FROM_J, "hello");
	say(t, FROM_I, "hello back");
}

static inline void
dump_append(struct dump *d, const void *data, size_t len)
{

	d->data = realloc(d->data, d->len + sizeof(len) + len);
	assert_non_null(d->data);
	memcpy(d->data + d->len, &len, sizeof(len));
	if (len > 0)
		memcpy(d->data + d->len + sizeof(len), data, len);
	d->len += sizeof(len) + len;
}

static inline struct dump
dump_take(struct end *e)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value = { NULL, 0 };
	struct dump d = { NULL, 0 };

	for (;;) {
		assert_int_equal(vault_next(e->vault, VAULT_RATCHET, "", 0,
		    &key, &value), 0);
		if (key.len == 0)
			return d;
		dump_append(&d, key.data, key.len);
		dump_append(&d, value.data, value.len);
		vault_value_free(&value);
	}
}

/* Not one byte of the vault's ratchet differs from ${before}; frees it. */
static inline void
assert_nothing_written(struct end *e, struct dump *before)
{
	struct dump now = dump_take(e);

	assert_int_equal(now.len, before->len);
	if (now.len > 0)
		assert_memory_equal(now.data, before->data, now.len);
	free(now.data);
	free(before->data);
}

#endif
