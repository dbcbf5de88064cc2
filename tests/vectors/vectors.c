/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Known answers: vectors FILE... checks that the library computes every `out`
 * of each FILE from its `in`; vectors --write FILE... fills them in.  The
 * answers count because a second implementation computes the same ones
 * without this code.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "vectors.h"

/* Answers longer than this stand in the file as their SHA-256. */
enum { OUT_MAX = 4096 };

void
die(const char *what, const char *why)
{
	fprintf(stderr, "vectors: %s: %s\n", what, why);
	exit(1);
}

json_t *
need(json_t *in, const char *name)
{
	json_t *v = json_object_get(in, name);

	if (v == NULL)
		die(name, "missing");
	return v;
}

uint64_t
number(json_t *in, const char *name)
{
	json_t *v = need(in, name);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		die(name, "not a number");
	return (uint64_t)json_integer_value(v);
}

const char *
string(json_t *in, const char *name)
{
	json_t *v = need(in, name);

	if (!json_is_string(v))
		die(name, "not a string");
	return json_string_value(v);
}

size_t
bytes_upto(uint8_t *out, size_t cap, json_t *in, const char *name)
{
	const char *hex = string(in, name), *end;
	size_t n;

	if (sodium_hex2bin(out, cap, hex, strlen(hex), NULL, &n, &end) != 0 ||
	    *end != '\0')
		die(name, "not hexadecimal, or too long");
	return n;
}

void
bytes(uint8_t *out, size_t len, json_t *in, const char *name)
{
	if (bytes_upto(out, len, in, name) != len)
		die(name, "too short");
}

json_t *
answer(const uint8_t *out, size_t len)
{
	char hex[2 * OUT_MAX + 1], hashed[80];
	uint8_t hash[crypto_hash_sha256_BYTES];

	if (len <= OUT_MAX)
		return json_string(sodium_bin2hex(hex, sizeof(hex), out,
		    len));
	crypto_hash_sha256(hash, out, len);
	(void)snprintf(hashed, sizeof(hashed), "sha256:%s",
	    sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash)));
	return json_string(hashed);
}

static const struct vector_rule *
rule_of(const char *what)
{
	size_t k;

	for (k = 0; vector_rules[k].what != NULL; k++)
		if (strcmp(vector_rules[k].what, what) == 0)
			return &vector_rules[k];
	die(what, "no rule for it");
}

/* All answers; with ${write} into the list, else compared with it. */
static int
run(json_t *list, const char *path, int write, int *used)
{
	const struct vector_rule *rule;
	json_t *one, *out;
	int failed = 0;
	size_t i;

	json_array_foreach(list, i, one) {
		rule = rule_of(string(one, "what"));
		used[rule - vector_rules] = 1;
		out = rule->compute(need(one, "in"));
		if (write) {
			json_object_set(one, "out", out);
		} else if (!json_equal(out, need(one, "out"))) {
			fprintf(stderr, "%s: vector %zu (%s) differs\n",
			    path, i, rule->what);
			failed++;
		}
		json_decref(out);
	}
	return failed;
}

static int
run_file(const char *path, int write, int *used, size_t *count)
{
	json_error_t err;
	json_t *list = json_load_file(path, JSON_REJECT_DUPLICATES, &err);
	int failed;

	if (list == NULL)
		die(path, err.text);
	failed = run(list, path, write, used);
	*count += json_array_size(list);
	if (write && json_dump_file(list, path, JSON_INDENT(1)) != 0)
		die(path, strerror(errno));
	json_decref(list);
	return failed;
}

int
main(int argc, char **argv)
{
	int write = argc > 2 && strcmp(argv[1], "--write") == 0, failed = 0;
	int used[64] = { 0 }, i;
	size_t k, count = 0;

	if (argc < 2 + write || sodium_init() < 0)
		die("usage", "vectors [--write] FILE...");
	for (i = 1 + write; i < argc; i++)
		failed += run_file(argv[i], write, used, &count);
	for (k = 0; vector_rules[k].what != NULL; k++) {
		if (!used[k])
			die(vector_rules[k].what, "has no vector");
	}
	printf("%zu vectors, %d differ\n", count, failed);
	return failed != 0;
}
