/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever was changed of an export, its manifest says so. */
#include "sample.h"

#include "block.h"
#include "manifest.h"

enum { FILES = 3 };

/* Files that can be spoilt, and a manifest of them. */
struct world {
	char *bytes[FILES];
	size_t len[FILES];
	const char *gone;		/* cannot be read */
	size_t most;			/* bytes a read; 0: as asked for */
	uint8_t key[MANIFEST_KEY_SIZE], secret[MANIFEST_SECRET_SIZE];
	uint8_t previous[MANIFEST_HASH_SIZE];
	uint8_t signature[MANIFEST_SIGNATURE_SIZE];
	char manifest[MANIFEST_MAX];
	size_t manifest_len;
	struct manifest m;
};

static const char *const names[FILES] = { "talk.html", "talk.jsonl",
	"empty" };

static int
read_file(void *context, const char *name, uint64_t at, void *out, size_t cap,
    size_t *len)
{
	struct world *w = context;
	size_t i;

	if (w->gone != NULL && strcmp(w->gone, name) == 0)
		return TACIT_E_IO;
	for (i = 0; i < FILES; i++) {
		if (strcmp(names[i], name) != 0)
			continue;
		*len = at < w->len[i] ? w->len[i] - (size_t)at : 0;
		*len = *len < cap ? *len : cap;
		if (w->most > 0 && *len > w->most)
			*len = w->most;
		memcpy(out, w->bytes[i] + (at < w->len[i] ? at : 0), *len);
		return 0;
	}
	fail_msg("%s", name);
	return TACIT_E_IO;
}

static void
make_files(struct world *w)
{
	static const struct export_format *const formats[] = { &export_html,
	    &export_json };
	struct manifest_tee tee;
	struct memory m = { 0 };
	struct sink s;
	size_t i;

	for (i = 0; i < FILES; i++) {
		s = memory_sink(&m, SIZE_MAX);
		manifest_tee_begin(&tee, &s);
		if (i < COUNT(formats))
			assert_int_equal(sample_export(formats[i], &tee.sink,
			    SAMPLE_EVERY), 0);
		assert_int_equal(manifest_tee_end(&tee, &w->m, names[i]), 0);
		w->len[i] = m.len;
		w->bytes[i] = calloc(1, m.len + 1);
		memcpy(w->bytes[i], m.bytes, m.len);
	}
	memory_free(&m);
}

static struct world *
make(void)
{
	static const uint8_t seed[crypto_sign_SEEDBYTES] = { 7 };
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	(void)crypto_sign_seed_keypair(w->key, w->secret, seed);
	memset(w->previous, 0xa5, sizeof(w->previous));
	w->m.head = &sample_head;
	w->m.messages = 60;
	w->m.previous = w->previous;
	make_files(w);
	assert_int_equal(manifest_make(w->manifest, &w->manifest_len,
	    w->signature, &w->m, w->secret), 0);
	return w;
}

static void
destroy(struct world *w)
{
	size_t i;

	for (i = 0; i < FILES; i++)
		free(w->bytes[i]);
	free(w);
}

/* As it stands; ${why} of a refusal is never empty. */
static int
check(struct world *w, const uint8_t *key, const uint8_t *previous,
    struct manifest_problem *why)
{
	struct manifest_reader r = { read_file, w };
	char *exact = block_copy(w->manifest, w->manifest_len);
	int rc = manifest_check(exact, w->manifest_len, w->signature, key,
	    previous, &r, NULL, why);

	free(exact);
	assert_true((rc == 0) == (why->what[0] == '\0'));
	return rc;
}

/* Sign ${text} (' for ") as it is. */
static void
sign(struct world *w, const char *text)
{
	char *quoted = kit_json("%s", text);

	w->manifest_len = strlen(quoted);
	memcpy(w->manifest, quoted, w->manifest_len);
	free(quoted);
	(void)crypto_sign_detached(w->signature, NULL,
	    (unsigned char *)w->manifest, w->manifest_len, w->secret);
}

/* ---- what is so --------------------------------------------------------- */

static void
what_nobody_changed_is_whole(void **state)
{
	struct world *w = make();
	struct manifest_problem why;

	(void)state;
	assert_int_equal(check(w, w->key, w->previous, &why), 0);
	assert_int_equal(check(w, w->key, NULL, &why), 0);
	assert_int_equal(check(w, NULL, NULL, &why), 0);
	w->m.previous = NULL;
	w->m.head = &sample_hostile_head;
	assert_int_equal(manifest_make(w->manifest, &w->manifest_len,
	    w->signature, &w->m, w->secret), 0);
	assert_int_equal(check(w, w->key, NULL, &why), 0);
	assert_int_equal(check(w, w->key, w->previous, &why), TACIT_E_CRYPTO);
	destroy(w);
}

static void
a_manifest_says_what_it_covers(void **state)
{
	struct world *w = make();
	uint8_t hash[MANIFEST_HASH_SIZE], wanted[MANIFEST_HASH_SIZE];
	char *said = calloc(1, w->manifest_len + 1);

	(void)state;
	memcpy(said, w->manifest, w->manifest_len);
	assert_non_null(strstr(said, "{\n  \"manifest\": \"tacit\",\n"
	    "  \"version\": 1,\n  \"contact\": \"c_abcdefghijkl\",\n"
	    "  \"label\": \"R. Client\",\n"
	    "  \"from\": \"2026-09-07T09:00:00+00:00\",\n"
	    "  \"to\": \"2026-12-05T09:00:00+00:00\",\n"
	    "  \"made\": \"2026-12-06T09:00:00+00:00\",\n"
	    "  \"software\": \"tacit 0.1.0\",\n  \"messages\": 60,\n"
	    "  \"check-ins\": 0,\n  \"notes\": 0,\n  \"files\": [\n"
	    "    {\"name\": \"talk.html\", \"bytes\": "));
	assert_non_null(strstr(said, "{\"name\": \"empty\", \"bytes\": 0, "
	    "\"sha256\": \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca49"
	    "5991b7852b855\"}\n  ],\n"));
	manifest_hash(hash, w->manifest, w->manifest_len);
	(void)crypto_hash_sha256(wanted, (unsigned char *)said,
	    w->manifest_len);
	assert_memory_equal(hash, wanted, sizeof(hash));
	free(said);
	destroy(w);
}

/* ---- what was changed --------------------------------------------------- */

static void
any_bit_of_manifest_or_signature_is_noticed(void **state)
{
	struct world *w = make();
	struct manifest_problem why;
	size_t i;

	(void)state;
	for (i = 0; i < w->manifest_len; i++) {
		w->manifest[i] = (char)(w->manifest[i] ^ 1 << i % 8);
		assert_int_equal(check(w, w->key, NULL, &why),
		    TACIT_E_CRYPTO);
		assert_int_not_equal(check(w, NULL, NULL, &why), 0);
		w->manifest[i] = (char)(w->manifest[i] ^ 1 << i % 8);
	}
	for (i = 0; i < 8 * sizeof(w->signature); i++) {
		w->signature[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(check(w, w->key, NULL, &why),
		    TACIT_E_CRYPTO);
		assert_int_equal(check(w, NULL, NULL, &why), TACIT_E_CRYPTO);
		w->signature[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (i = 0; i < w->manifest_len; i++) {
		size_t all = w->manifest_len;

		w->manifest_len = i;
		assert_int_equal(check(w, w->key, NULL, &why),
		    TACIT_E_CRYPTO);
		w->manifest_len = all;
	}
	assert_int_equal(check(w, w->key, w->previous, &why), 0);
	destroy(w);
}

static void
the_first_file_that_differs_is_named(void **state)
{
	struct world *w = make();
	struct manifest_problem why;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++, w->most = 1) {
		char *last = &w->bytes[i][w->len[i] - 1];

		*last ^= 1;
		assert_int_equal(check(w, w->key, NULL, &why),
		    TACIT_E_CRYPTO);
		assert_int_equal(strncmp(why.what, names[i],
		    strlen(names[i])), 0);
		assert_non_null(strstr(why.what, "is not what it was"));
		*last ^= 1;
		w->len[i]--;
		assert_int_equal(check(w, w->key, NULL, &why),
		    TACIT_E_CRYPTO);
		assert_non_null(strstr(why.what, names[i]));
		assert_non_null(strstr(why.what, "bytes and had"));
		w->len[i] += 2;		/* and the NUL behind it */
		assert_int_equal(check(w, w->key, NULL, &why),
		    TACIT_E_CRYPTO);
		assert_non_null(strstr(why.what, "is longer than"));
		w->len[i]--;
	}
	w->len[2] = 1;
	assert_int_equal(check(w, w->key, NULL, &why), TACIT_E_CRYPTO);
	assert_string_equal(why.what, "empty is longer than the 0 bytes it "
	    "had");
	w->len[2] = 0;
	assert_int_equal(check(w, w->key, NULL, &why), 0);
	w->gone = "talk.jsonl";
	assert_int_equal(check(w, w->key, NULL, &why), TACIT_E_IO);
	assert_string_equal(why.what, "talk.jsonl cannot be read");
	destroy(w);
}

static void
another_key_or_another_manifest_before_is_noticed(void **state)
{
	struct world *w = make();
	struct manifest_problem why;
	uint8_t other[MANIFEST_KEY_SIZE], secret[MANIFEST_SECRET_SIZE];
	static const uint8_t zero[MANIFEST_KEY_SIZE];

	(void)state;
	(void)crypto_sign_keypair(other, secret);
	assert_int_equal(check(w, other, NULL, &why), TACIT_E_CRYPTO);
	assert_int_equal(check(w, zero, NULL, &why), TACIT_E_CRYPTO);
	assert_int_equal(check(w, w->key, other, &why), TACIT_E_CRYPTO);
	assert_string_equal(why.what, "the manifest does not follow the one "
	    "before");
	/* Signed by one key, naming another. */
	(void)crypto_sign_detached(w->signature, NULL,
	    (unsigned char *)w->manifest, w->manifest_len, secret);
	assert_int_equal(check(w, other, NULL, &why), TACIT_E_CRYPTO);
	assert_string_equal(why.what, "the manifest names another key than "
	    "its signature has");
	assert_int_equal(check(w, NULL, NULL, &why), TACIT_E_CRYPTO);
	destroy(w);
}

#define HASH	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852" \
		"b855"
#define FIRST	"{'manifest':'tacit','version':1,'contact':'c','label':'l'," \
		"'from':null,'to':null,'made':'m','software':'s'," \
		"'messages':1," \
		"'check-ins':0,'notes':0,"
#define LAST	",'previous':null,'key':'" HASH "'}"
#define ONE	"{'name':'empty','bytes':0,'sha256':'" HASH "'}"

static void
what_is_no_manifest_is_refused_though_it_is_signed(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} rows[] = {
		{ "", TACIT_E_POISON }, { "{}", TACIT_E_POISON },
		{ "[]", TACIT_E_POISON }, { "null", TACIT_E_POISON },
		{ "{'version':2}", TACIT_E_VERSION },
		{ "{'version':'1'}", TACIT_E_POISON },
		{ FIRST "'files':[]" LAST, TACIT_E_POISON },
		{ FIRST "'files':null" LAST, TACIT_E_POISON },
		{ FIRST "'files':{}" LAST, TACIT_E_POISON },
		{ FIRST "'files':[null]" LAST, TACIT_E_POISON },
		{ FIRST "'files':[{}]" LAST, TACIT_E_POISON },
		{ FIRST "'files':[" ONE "," ONE "]" LAST, TACIT_E_POISON },
		{ FIRST "'files':[" ONE "],'more':1" LAST, TACIT_E_POISON },
		{ FIRST "'files':[{'more':1,'name':'empty','bytes':0,"
		    "'sha256':'" HASH "'}]" LAST, TACIT_E_POISON },
		{ FIRST "'files':[" ONE "],'notes':1" LAST, TACIT_E_POISON },
		{ FIRST "'files':[" ONE "],'previous':null}", TACIT_E_POISON },
		{ FIRST "'files':[" ONE "],'previous':null,'key':'00'}",
		    TACIT_E_POISON },
		{ FIRST "'files':[" ONE "],'previous':7,'key':'" HASH "'}",
		    TACIT_E_POISON },
		{ FIRST "'files':[" ONE "],'previous':'x','key':'" HASH "'}",
		    TACIT_E_POISON },
#define NAMED(name) { FIRST "'files':[{'name':'" name "','bytes':0," \
		"'sha256':'" HASH "'}]" LAST, TACIT_E_POISON }
		NAMED(""), NAMED("."), NAMED(".."), NAMED("../x"),
		NAMED("/etc/passwd"), NAMED("a/b"), NAMED("a\\\\b"),
		NAMED("C:x"), NAMED(".x"), NAMED("-x"), NAMED("a b"),
		NAMED("\\n"), NAMED("\\u202e"), NAMED("\xc3\xa4"),
		NAMED("x23456789012345678901234567890123456789012345678901234"
		    "567890123456"),
#undef NAMED
#define SIZED(bytes, hash) { FIRST "'files':[{'name':'empty','bytes':" \
		bytes ",'sha256':'" hash "'}]" LAST, TACIT_E_POISON }
		SIZED("-1", HASH), SIZED("0.5", HASH), SIZED("'0'", HASH),
		SIZED("null", HASH), SIZED("99999999999999999999", HASH),
		SIZED("0", ""), SIZED("0", "e3"), SIZED("0", HASH "00"),
		SIZED("0", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA"
		    "495991B7852B855"),
#undef SIZED
		{ FIRST "'files':[" ONE "]" LAST, TACIT_E_CRYPTO },
		{ FIRST "'files':[" ONE "]" LAST "x", TACIT_E_POISON },
		{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
		    TACIT_E_POISON },
	};
	struct world *w = make();
	struct manifest_problem why;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		sign(w, rows[i].text);
		if ((rc = check(w, w->key, NULL, &why)) != rows[i].rc)
			fail_msg("%d, %s: %s", rc, why.what, rows[i].text);
		assert_int_not_equal(check(w, NULL, NULL, &why), 0);
	}
	destroy(w);
}

/* ---- what is not made --------------------------------------------------- */

static void
no_manifest_is_made_of_what_could_not_be_checked(void **state)
{
	static const char long_[] = "x23456789012345678901234567890123456789"
	    "01234567890123456789012345";
	static const char *const bad[] = { "", ".", "..", "a/b", "../x", ".x",
	    "-x", "a b", "a\n", "talk.html", "\xc3\xa4", long_ };
	struct world *w = make();
	struct manifest_tee tee;
	struct memory m = { 0 };
	struct sink s = memory_sink(&m, 4);
	struct manifest good = w->m;
	size_t i, len;

	(void)state;
	manifest_tee_begin(&tee, &s);
	sink_text(&tee.sink, "abcd");
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(manifest_tee_end(&tee, &w->m, bad[i]),
		    TACIT_E_INVALID);
	assert_int_equal(w->m.n_files, FILES);
	sink_text(&tee.sink, "e");
	assert_int_equal(manifest_tee_end(&tee, &w->m, "more"),
	    SAMPLE_FAILURE);
	for (i = 0; i < COUNT(bad); i++) {
		w->m = good;
		(void)snprintf(w->m.files[1].name, MANIFEST_NAME_SIZE, "%.64s",
		    bad[i]);
		if (strlen(bad[i]) < MANIFEST_NAME_SIZE)
			assert_int_equal(manifest_make(w->manifest, &len,
			    w->signature, &w->m, w->secret), TACIT_E_INVALID);
	}
	w->m = good;
	w->m.files[0].bytes = UINT64_MAX;
	assert_int_equal(manifest_make(w->manifest, &len, w->signature, &w->m,
	    w->secret), TACIT_E_INVALID);
	w->m = good;
	w->m.n_files = 0;
	assert_int_equal(manifest_make(w->manifest, &len, w->signature, &w->m,
	    w->secret), TACIT_E_INVALID);
	w->m.n_files = MANIFEST_FILES_MAX + 1;
	assert_int_equal(manifest_make(w->manifest, &len, w->signature, &w->m,
	    w->secret), TACIT_E_INVALID);
	memory_free(&m);
	destroy(w);
}

static void
a_manifest_has_room_for_all_its_files(void **state)
{
	struct world *w = make();
	struct manifest_problem why;
	struct manifest_tee tee;
	struct memory m = { 0 };
	struct sink s = memory_sink(&m, SIZE_MAX);
	char name[MANIFEST_NAME_SIZE];
	int i, rc = 0;

	(void)state;
	w->m.head = &sample_hostile_head;
	for (i = 0; rc == 0; i++) {
		manifest_tee_begin(&tee, &s);
		(void)snprintf(name, sizeof(name), "%064d", i);
		rc = manifest_tee_end(&tee, &w->m, name);
	}
	assert_int_equal(rc, TACIT_E_LIMIT);
	assert_int_equal(w->m.n_files, MANIFEST_FILES_MAX);
	assert_int_equal(manifest_make(w->manifest, &w->manifest_len,
	    w->signature, &w->m, w->secret), 0);
	w->gone = "talk.html";
	assert_int_equal(check(w, w->key, NULL, &why), TACIT_E_IO);
	memory_free(&m);
	destroy(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nobody_changed_is_whole),
		cmocka_unit_test(a_manifest_says_what_it_covers),
		cmocka_unit_test(any_bit_of_manifest_or_signature_is_noticed),
		cmocka_unit_test(the_first_file_that_differs_is_named),
		cmocka_unit_test(
		    another_key_or_another_manifest_before_is_noticed),
		cmocka_unit_test(
		    what_is_no_manifest_is_refused_though_it_is_signed),
		cmocka_unit_test(
		    no_manifest_is_made_of_what_could_not_be_checked),
		cmocka_unit_test(a_manifest_has_room_for_all_its_files),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
