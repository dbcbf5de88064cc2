/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the vault share: a directory of their own, a vault at the
 * Argon2id floor in it, files as bytes.  Every helper fails the test itself.
 */
#ifndef VAULT_FIXTURE_H
#define VAULT_FIXTURE_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "vault.h"

#define PASS	"correct horse battery"
#define PLEN	(sizeof(PASS) - 1)

static const struct vault_cost fixture_cost = {
	TACIT_ARGON_PASSES_FLOOR, TACIT_ARGON_MIB_FLOOR
};

struct fixture {
	char dir[64];
	char path[80];
	char other[80];			/* a second vault, if a test makes it */
};

struct fixture_bytes {
	uint8_t *data;
	size_t len;
};

static inline int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	(void)snprintf(f->dir, sizeof(f->dir), "vault-XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	(void)snprintf(f->path, sizeof(f->path), "%s/vault", f->dir);
	(void)snprintf(f->other, sizeof(f->other), "%s/other", f->dir);
	*state = f;
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	struct fixture *f = *state;
	char cmd[128];
	int rc;

	(void)snprintf(cmd, sizeof(cmd), "rm -rf '%s'", f->dir);
	rc = system(cmd);
	free(f);
	return rc;
}

static inline struct vault *
fixture_open(const char *path)
{
	struct vault *v = NULL;

	assert_int_equal(vault_open(&v, path, PASS, PLEN, 0), 0);
	return v;
}

static inline struct vault *
fixture_create(const char *path)
{
	assert_int_equal(vault_create(path, PASS, PLEN, &fixture_cost), 0);
	return fixture_open(path);
}

/* Open and close; the verdict. */
static inline int
fixture_try(const char *path)
{
	struct vault *v = NULL;
	int rc = vault_open(&v, path, PASS, PLEN, 0);

	assert_true((rc == 0) == (v != NULL));
	vault_close(v);
	return rc;
}

static inline void
fixture_put(struct vault *v, enum vault_table t, const char *key,
    const char *value)
{
	assert_int_equal(vault_put(v, t, key, strlen(key), value,
	    strlen(value)), 0);
}

/* In a transaction of its own. */
static inline void
fixture_set(struct vault *v, enum vault_table t, const char *key,
    const char *value)
{
	assert_int_equal(vault_begin(v), 0);
	fixture_put(v, t, key, value);
	assert_int_equal(vault_commit(v), 0);
}

/* ${value} NULL: the row must be missing. */
static inline void
fixture_expect(struct vault *v, enum vault_table t, const char *key,
    const char *value)
{
	struct vault_value got;

	assert_int_equal(vault_get(v, t, key, strlen(key), &got), 0);
	if (value == NULL) {
		assert_null(got.data);
	} else {
		assert_non_null(got.data);
		assert_int_equal(got.len, strlen(value));
		assert_memory_equal(got.data, value, got.len);
	}
	vault_value_free(&got);
}

/* Two of everything, values as long as they are in life, and short ones. */
static inline void
fixture_furnish(struct vault *v, const char *mark)
{
	char value[1900];
	int i;

	memset(value, 'x', sizeof(value));
	assert_int_equal(vault_begin(v), 0);
	fixture_put(v, VAULT_SELF, "me", mark);
	fixture_put(v, VAULT_CONTACT, "a", "contact a");
	fixture_put(v, VAULT_CONTACT, "b", "contact b");
	fixture_put(v, VAULT_RATCHET, "a", mark);
	for (i = 0; i < 6; i++)
		assert_int_equal(vault_put(v, VAULT_OUTBOX,
		    &(char){ (char)('a' + i) }, 1, value,
		    sizeof(value) / (size_t)(i + 1)), 0);
	fixture_put(v, VAULT_KEEP, "a", "by tonight");
	fixture_put(v, VAULT_STATEMENT, "a", "destroyed");
	fixture_put(v, VAULT_REWRITTEN, "a", "recalled");
	fixture_put(v, VAULT_HISTORY, "a", "said this");
	fixture_put(v, VAULT_HISTORY, "b", "said that");
	fixture_put(v, VAULT_LOG, "log", "opened");
	assert_int_equal(vault_commit(v), 0);
}

static inline struct fixture_bytes
fixture_read(const char *path)
{
	struct fixture_bytes b = { NULL, 0 };
	FILE *f = fopen(path, "rb");
	long len;

	if (f == NULL)
		return b;
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	assert_true((len = ftell(f)) >= 0);
	rewind(f);
	b.len = (size_t)len;
	assert_non_null(b.data = malloc(b.len + 1));
	assert_int_equal(fread(b.data, 1, b.len, f), b.len);
	assert_int_equal(fclose(f), 0);
	return b;
}

static inline void
fixture_write(const char *path, const uint8_t *data, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	if (len > 0)
		assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* Seed from TACIT_SEED, else from the clock; printed either way. */
static inline uint64_t
fixture_seed(void)
{
	const char *env = getenv("TACIT_SEED");
	struct timespec ts;
	uint64_t seed;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	seed = env != NULL ? strtoull(env, NULL, 10) :
	    (uint64_t)ts.tv_sec * 1000000007u + (uint64_t)ts.tv_nsec;
	print_message("TACIT_SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

/* splitmix64: small, and the same everywhere. */
static inline uint64_t
fixture_random(uint64_t *s)
{
	uint64_t z = *s += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline size_t
fixture_below(uint64_t *s, size_t n)
{
	return (size_t)(fixture_random(s) % n);
}

#endif
