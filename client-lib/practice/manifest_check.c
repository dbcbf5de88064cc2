/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <tacit/error.h>

#include "form_json.h"
#include "manifest.h"
#include "manifest_name.h"

#define NAME_SIGNS	"abcdefghijklmnopqrstuvwxyz0123456789_-." \
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum { CHUNK = 8192 };

/* What of a manifest is held against other things. */
struct stated {
	uint8_t key[MANIFEST_KEY_SIZE], previous[MANIFEST_HASH_SIZE];
	bool follows;			/* there is a previous one */
	size_t n_files;
	struct manifest_file files[MANIFEST_FILES_MAX];
};

static int refuse(struct manifest_problem *why, int rc, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

static int
refuse(struct manifest_problem *why, int rc, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(why->what, sizeof(why->what), format, ap);
	va_end(ap);
	return rc;
}

bool
manifest_name_is(const char *name)
{
	size_t len = strnlen(name, MANIFEST_NAME_SIZE);

	return len > 0 && len < MANIFEST_NAME_SIZE && name[0] != '.' &&
	    name[0] != '-' && strspn(name, NAME_SIGNS) == len;
}

bool
manifest_name_find(const struct manifest_file *files, size_t n,
    const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(files[i].name, name) == 0)
			return true;
	return false;
}

/* ---- what it says ------------------------------------------------------- */

/* 32 bytes in the one spelling that we write. */
static bool
take_hex(uint8_t out[MANIFEST_HASH_SIZE], const char *text)
{
	return strlen(text) == 2 * MANIFEST_HASH_SIZE &&
	    strspn(text, "0123456789abcdef") == strlen(text) &&
	    sodium_hex2bin(out, MANIFEST_HASH_SIZE, text, strlen(text), NULL,
	    NULL, NULL) == 0;
}

static bool
take_file(struct stated *st, json_t *o)
{
	struct manifest_file *f = &st->files[st->n_files];
	const char *name, *hash;
	json_int_t bytes;

	if (json_unpack_ex(o, NULL, JSON_STRICT, "{s:s, s:I, s:s}", "name",
	    &name, "bytes", &bytes, "sha256", &hash) != 0 || bytes < 0 ||
	    !take_hex(f->sha256, hash) || !manifest_name_is(name) ||
	    manifest_name_find(st->files, st->n_files, name))
		return false;
	(void)snprintf(f->name, sizeof(f->name), "%s", name);
	f->bytes = (uint64_t)bytes;
	st->n_files++;
	return true;
}

static int
take(struct stated *st, json_t *o, struct manifest_problem *why)
{
	json_t *version = json_object_get(o, "version"), *files, *from, *to;
	const char *is, *contact, *label, *made, *software, *key;
	json_int_t v, n[3];
	json_t *previous;
	size_t i;

	if (json_is_integer(version) && json_integer_value(version) != 1)
		return refuse(why, TACIT_E_VERSION, "the manifest is of a "
		    "version that is not known here");
	if (json_unpack_ex(o, NULL, JSON_STRICT, "{s:s, s:I, s:s, s:s, s:o, "
	    "s:o, s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:s}", "manifest", &is,
	    "version", &v, "contact", &contact, "label", &label, "from", &from,
	    "to", &to, "made", &made, "software", &software, "messages", &n[0],
	    "check-ins", &n[1], "notes", &n[2], "files", &files, "previous",
	    &previous, "key", &key) != 0 || strcmp(is, "tacit") != 0)
		return refuse(why, TACIT_E_POISON, "the manifest does not "
		    "have what every one has");
	if (!take_hex(st->key, key))
		return refuse(why, TACIT_E_POISON, "the manifest names no "
		    "key");
	st->follows = !json_is_null(previous);
	if (st->follows && (!json_is_string(previous) ||
	    !take_hex(st->previous, json_string_value(previous))))
		return refuse(why, TACIT_E_POISON, "the manifest names no "
		    "manifest before it");
	if (!json_is_array(files) || json_array_size(files) == 0 ||
	    json_array_size(files) > MANIFEST_FILES_MAX)
		return refuse(why, TACIT_E_POISON, "the manifest names no "
		    "files, or too many");
	for (i = 0; i < json_array_size(files); i++)
		if (!take_file(st, json_array_get(files, i)))
			return refuse(why, TACIT_E_POISON, "file %zu of the "
			    "manifest makes no sense", i + 1);
	return 0;
}

static int
read_stated(struct stated *st, const char *bytes, size_t len,
    struct manifest_problem *why)
{
	struct form_problem wrong;
	json_t *o;
	int rc;

	if (len > MANIFEST_MAX)
		return refuse(why, TACIT_E_POISON, "the manifest is too long");
	if ((rc = form_json_read(&o, bytes, len, &wrong)) != 0)
		return refuse(why, rc == TACIT_E_NOMEM ? rc : TACIT_E_POISON,
		    "the manifest is not JSON: %.120s", rc == TACIT_E_NOMEM ?
		    "no memory" : wrong.what);
	rc = take(st, o, why);
	json_decref(o);
	return rc;
}

/* ---- whether it is so --------------------------------------------------- */

static int
check_file(const struct manifest_file *f, const struct manifest_reader *r,
    struct manifest_problem *why)
{
	uint8_t chunk[CHUNK], hash[MANIFEST_HASH_SIZE];
	crypto_hash_sha256_state state;
	uint64_t at = 0;
	size_t n;
	int rc;

	(void)crypto_hash_sha256_init(&state);
	do {
		n = 0;
		rc = r->read(r->context, f->name, at, chunk, sizeof(chunk),
		    &n);
		if (rc != 0)
			return refuse(why, rc, "%s cannot be read", f->name);
		(void)crypto_hash_sha256_update(&state, chunk, n);
		at += n;
	} while (n > 0 && at <= f->bytes);
	if (at > f->bytes)
		return refuse(why, TACIT_E_CRYPTO, "%s is longer than the %"
		    PRIu64 " bytes it had", f->name, f->bytes);
	if (at < f->bytes)
		return refuse(why, TACIT_E_CRYPTO, "%s has %" PRIu64 " bytes "
		    "and had %" PRIu64, f->name, at, f->bytes);
	(void)crypto_hash_sha256_final(&state, hash);
	if (sodium_memcmp(hash, f->sha256, sizeof(hash)) != 0)
		return refuse(why, TACIT_E_CRYPTO, "%s is not what it was",
		    f->name);
	return 0;
}

static int
check_signature(const char *bytes, size_t len, const uint8_t *signature,
    const uint8_t *key, struct manifest_problem *why)
{
	if (crypto_sign_verify_detached(signature,
	    (const unsigned char *)bytes, len, key) == 0)
		return 0;
	return refuse(why, TACIT_E_CRYPTO, "the signature is not of this "
	    "manifest and this key");
}

int
manifest_check(const char *bytes, size_t len,
    const uint8_t signature[MANIFEST_SIGNATURE_SIZE], const uint8_t *key,
    const uint8_t *previous, const struct manifest_reader *r,
    uint8_t signer[MANIFEST_KEY_SIZE], struct manifest_problem *why)
{
	struct manifest_problem unread;
	struct stated st = { .n_files = 0 };
	size_t i;
	int rc = 0;

	if (why == NULL)
		why = &unread;
	why->what[0] = '\0';
	if (key != NULL)
		rc = check_signature(bytes, len, signature, key, why);
	if (rc == 0)
		rc = read_stated(&st, bytes, len, why);
	if (rc == 0 && key == NULL)
		rc = check_signature(bytes, len, signature, st.key, why);
	if (rc == 0 && key != NULL &&
	    sodium_memcmp(key, st.key, sizeof(st.key)) != 0)
		rc = refuse(why, TACIT_E_CRYPTO, "the manifest names another "
		    "key than its signature has");
	if (rc == 0 && previous != NULL && (!st.follows ||
	    sodium_memcmp(previous, st.previous, sizeof(st.previous)) != 0))
		rc = refuse(why, TACIT_E_CRYPTO, "the manifest does not "
		    "follow the one before");
	for (i = 0; i < st.n_files && rc == 0; i++)
		rc = check_file(&st.files[i], r, why);
	if (rc == 0 && signer != NULL)
		memcpy(signer, st.key, MANIFEST_KEY_SIZE);
	return rc;
}
