/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promise: the relay's keys are made once, are readable by nobody else, and
 * are refused, with the file's name, when anything about them is off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "capture.h"
#include "file.h"
#include "keys.h"
#include "tls.h"

struct place {
	char dir[64];
	struct config config;
};

static int
setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return -1;
	capture_mkdir(p->dir, sizeof(p->dir));
	config_default(&p->config);
	(void)snprintf(p->config.data, sizeof(p->config.data), "%s", p->dir);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct place *p = *state;

	capture_rmdir(p->dir);
	free(p);
	return 0;
}

static void
path_of(char *out, size_t cap, const struct place *p, const char *name)
{
	file_path(out, cap, p->dir, name);
}

static void
keys_are_made_once_and_stay(void **state)
{
	static const char *const names[] = { "relay.key", "tls.key",
	    "tls.crt", "tls-next.key" };
	struct place *p = *state;
	struct keys a, b;
	struct stat st;
	char path[256];
	size_t i;

	assert_int_equal(keys_load(&a, &p->config), 0);
	for (i = 0; i < 4; i++) {
		path_of(path, sizeof(path), p, names[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
	assert_int_equal(keys_load(&b, &p->config), 0);
	assert_memory_equal(a.key, b.key, sizeof(a.key));
	assert_memory_equal(a.signing, b.signing, 64);
	assert_memory_equal(a.pin, b.pin, sizeof(a.pin));
	assert_memory_equal(a.next_pin, b.next_pin, sizeof(a.next_pin));
	assert_memory_not_equal(a.pin, a.next_pin, sizeof(a.pin));
	keys_free(&a);
	keys_free(&b);
}

static void
the_next_key_becomes_the_key(void **state)
{
	struct place *p = *state;
	char key[256], next[256], crt[256];
	struct keys a, b;

	assert_int_equal(keys_load(&a, &p->config), 0);
	path_of(key, sizeof(key), p, "tls.key");
	path_of(next, sizeof(next), p, "tls-next.key");
	path_of(crt, sizeof(crt), p, "tls.crt");
	assert_int_equal(rename(next, key), 0);
	assert_int_equal(unlink(crt), 0);
	assert_int_equal(keys_load(&b, &p->config), 0);
	assert_memory_equal(a.next_pin, b.pin, sizeof(a.pin));
	assert_memory_not_equal(b.next_pin, b.pin, sizeof(b.pin));
	assert_memory_equal(a.key, b.key, sizeof(a.key));
	keys_free(&a);
	keys_free(&b);
}

static void
a_crash_between_two_files_is_mended(void **state)
{
	struct place *p = *state;
	char path[256];
	struct keys a, b;

	assert_int_equal(keys_load(&a, &p->config), 0);
	path_of(path, sizeof(path), p, "tls.crt");
	assert_int_equal(unlink(path), 0);
	path_of(path, sizeof(path), p, "tls-next.key.new");
	assert_int_equal(file_write(path, "half", 4), 0);
	path_of(path, sizeof(path), p, "tls-next.key");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(keys_load(&b, &p->config), 0);
	assert_memory_equal(a.pin, b.pin, sizeof(a.pin));
	keys_free(&a);
	keys_free(&b);
}

static void
write_over(const struct place *p, const char *name, const void *data,
    size_t len)
{
	char path[256];

	path_of(path, sizeof(path), p, name);
	assert_int_equal(file_write(path, data, len), 0);
}

/* What makes one file bad, and the file that must be named. */
static void
flip_signing(const struct place *p)
{
	char path[256];
	struct bytes b;

	path_of(path, sizeof(path), p, "relay.key");
	assert_int_equal(file_read(&b, path, 1), 0);
	b.data[7] ^= 1;
	write_over(p, "relay.key", b.data, b.len);
	bytes_free(&b);
}

static void
cut_signing(const struct place *p)
{
	char path[256];

	path_of(path, sizeof(path), p, "relay.key");
	assert_int_equal(truncate(path, 63), 0);
}

static void
empty_tls(const struct place *p)
{
	write_over(p, "tls.key", "", 0);
}

static void
text_tls(const struct place *p)
{
	write_over(p, "tls.key", "not a key\n", 10);
}

static void
text_certificate(const struct place *p)
{
	write_over(p, "tls.crt", "not a certificate\n", 18);
}

static void
other_certificate(const struct place *p)
{
	struct bytes key, crt;

	assert_int_equal(tls_key_make(&key), 0);
	assert_int_equal(tls_certificate_make(&crt, &key), 0);
	write_over(p, "tls.crt", crt.data, crt.len);
	bytes_free(&key);
	bytes_free(&crt);
}

static void
open_to(const struct place *p, const char *name, mode_t mode)
{
	char path[256];

	path_of(path, sizeof(path), p, name);
	assert_int_equal(chmod(path, mode), 0);
}

static void
group_signing(const struct place *p)
{
	open_to(p, "relay.key", 0640);
}

static void
others_tls(const struct place *p)
{
	open_to(p, "tls.key", 0604);
}

static void
others_next(const struct place *p)
{
	open_to(p, "tls-next.key", 0602);
}

static void
directory_tls(const struct place *p)
{
	char path[256];

	path_of(path, sizeof(path), p, "tls.key");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void
huge_next(const struct place *p)
{
	char path[256];

	path_of(path, sizeof(path), p, "tls-next.key");
	assert_int_equal(truncate(path, FILE_LEN_MAX + 1), 0);
}

static const struct {
	const char *name;
	void (*damage)(const struct place *);
	const char *file;
} damages[] = {
	{ "one bit of the signing key", flip_signing, "relay.key" },
	{ "signing key one byte short", cut_signing, "relay.key" },
	{ "signing key open to its group", group_signing, "relay.key" },
	{ "empty TLS key", empty_tls, "tls.key" },
	{ "TLS key that is text", text_tls, "tls.key" },
	{ "TLS key open to others", others_tls, "tls.key" },
	{ "TLS key that is a directory", directory_tls, "tls.key" },
	{ "certificate that is text", text_certificate, "tls.crt" },
	{ "certificate of another key", other_certificate, "tls.crt" },
	{ "next key that others may write", others_next, "tls-next.key" },
	{ "next key of 64 KiB", huge_next, "tls-next.key" },
};

static void
bad_files_are_refused_by_name(void **state)
{
	struct place *p;
	void *fresh = NULL;
	char said[512];
	struct keys k;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		assert_int_equal(setup(&fresh), 0);
		p = fresh;
		assert_int_equal(keys_load(&k, &p->config), 0);
		keys_free(&k);
		damages[i].damage(p);
		capture_begin();
		rc = keys_load(&k, &p->config);
		capture_end(said, sizeof(said));
		if (rc != TACIT_E_CORRUPT || k.signing != NULL ||
		    strstr(said, damages[i].file) == NULL)
			fail_msg("%s: %d \"%s\"", damages[i].name, rc, said);
		assert_int_equal(teardown(&fresh), 0);
	}
}

/* A configured pair: made by ourselves, but elsewhere. */
static void
configure(struct place *p)
{
	char path[256];
	struct bytes key, crt;

	assert_int_equal(tls_key_make(&key), 0);
	assert_int_equal(tls_certificate_make(&crt, &key), 0);
	write_over(p, "my.key", key.data, key.len);
	write_over(p, "my.crt", crt.data, crt.len);
	path_of(path, sizeof(path), p, "my.key");
	strcpy(p->config.tls_key, path);
	path_of(path, sizeof(path), p, "my.crt");
	strcpy(p->config.tls_certificate, path);
	bytes_free(&key);
	bytes_free(&crt);
}

static void
a_configured_certificate_gives_the_pin(void **state)
{
	static const uint8_t none[TACIT_HASH_LEN];
	struct place *p = *state;
	uint8_t pin[TACIT_HASH_LEN];
	struct bytes crt;
	struct keys k;
	char path[256];

	configure(p);
	assert_int_equal(keys_load(&k, &p->config), 0);
	assert_int_equal(file_read(&crt, p->config.tls_certificate, 0), 0);
	assert_int_equal(tls_certificate_pin(pin, &crt), 0);
	bytes_free(&crt);
	assert_memory_equal(k.pin, pin, sizeof(pin));
	assert_memory_equal(k.next_pin, none, sizeof(none));
	assert_string_equal(k.tls_key, p->config.tls_key);
	path_of(path, sizeof(path), p, "tls.key");
	assert_false(file_exists(path));
	keys_free(&k);
}

static void
a_configured_pair_must_match(void **state)
{
	struct place *p = *state;
	char said[512];
	struct keys k;
	int rc;

	configure(p);
	other_certificate(p);
	path_of(p->config.tls_certificate, sizeof(p->config.tls_certificate),
	    p, "tls.crt");
	capture_begin();
	rc = keys_load(&k, &p->config);
	capture_end(said, sizeof(said));
	assert_int_equal(rc, TACIT_E_CORRUPT);
	assert_non_null(strstr(said, "tls.crt"));
}

static void
a_missing_configured_file_is_no_reason_to_make_one(void **state)
{
	struct place *p = *state;
	char said[512];
	struct keys k;
	int rc;

	configure(p);
	assert_int_equal(unlink(p->config.tls_key), 0);
	capture_begin();
	rc = keys_load(&k, &p->config);
	capture_end(said, sizeof(said));
	assert_int_equal(rc, TACIT_E_IO);
	assert_non_null(strstr(said, "my.key"));
	assert_false(file_exists(p->config.tls_key));
}

static void
a_directory_that_cannot_be_written_fails(void **state)
{
	struct place *p = *state;
	char said[512];
	struct keys k;
	int rc;

	strcat(p->config.data, "/missing");
	capture_begin();
	rc = keys_load(&k, &p->config);
	capture_end(said, sizeof(said));
	assert_int_equal(rc, TACIT_E_IO);
	assert_non_null(strstr(said, "relay.key"));
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(keys_are_made_once_and_stay),
		T(the_next_key_becomes_the_key),
		T(a_crash_between_two_files_is_mended),
		cmocka_unit_test(bad_files_are_refused_by_name),
		T(a_configured_certificate_gives_the_pin),
		T(a_configured_pair_must_match),
		T(a_missing_configured_file_is_no_reason_to_make_one),
		T(a_directory_that_cannot_be_written_fails),
	};
#undef T

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
