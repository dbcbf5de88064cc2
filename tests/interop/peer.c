/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our ratchet as a process that is told line by line what to do, so that
 * other implementations can talk to it.
 *
 * usage: interop_peer DIRECTORY	(where its vault is made)
 *
 * One request per line, words separated by one space, bytes in hexadecimal;
 * R names a relationship (64 digits), OWNER is "mine" or "theirs".  To each
 * comes one line: "ok WORD..." or "no ERROR", the error by its word.
 *
 *   offer R			ok REGISTRATION IDENTITY SIGNED-ID SIGNED
 *				    SIGNATURE ONE-TIME-ID ONE-TIME
 *   accept R BUNDLE...		ok	(the words that offer gives)
 *   encrypt R OWNER TEXT	ok whisper|prekey MESSAGE
 *   decrypt R OWNER KIND MESSAGE	ok TEXT
 *   number R			ok DIGITS
 *   state			ok HASH	(of everything the ratchet keeps)
 *
 * A bundle without a one-time prekey has the id 0.  Every transaction is
 * committed, also after an error: what failed must have written nothing.
 * exit: 0 at the end of the input, 1 if it cannot work, 2 on a wrong request.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "ratchet.h"
#include "tacit/error_text.h"

enum { WORDS_MAX = 9, GENERATION = 1 };

struct peer {
	struct vault *vault;
	struct ratchet *ratchet;
	size_t n;			/* words of the request in hand */
	char *word[WORDS_MAX];
	uint8_t message[2 * TACIT_PARCEL_LEN];
	uint8_t result[TACIT_PARCEL_LEN];
};

static _Noreturn void
wrong(const char *what)
{

	fprintf(stderr, "interop_peer: %s\n", what);
	exit(2);
}

/* ---- words ----------------------------------------------------------------- */

/* Exactly ${len} bytes from word ${i}. */
static void
fixed(struct peer *p, size_t i, uint8_t *out, size_t len)
{
	size_t got;

	if (i >= p->n || sodium_hex2bin(out, len, p->word[i],
	    strlen(p->word[i]), NULL, &got, NULL) != 0 || got != len)
		wrong("expected bytes of another length");
}

/* Word ${i} to p->message; returns the length. */
static size_t
bytes(struct peer *p, size_t i)
{
	size_t len;

	if (i >= p->n || sodium_hex2bin(p->message, sizeof(p->message),
	    p->word[i], strlen(p->word[i]), NULL, &len, NULL) != 0)
		wrong("expected bytes");
	return len;
}

static uint32_t
number(struct peer *p, size_t i)
{
	unsigned long v;
	char *end;

	if (i >= p->n)
		wrong("expected a number");
	v = strtoul(p->word[i], &end, 10);
	if (*p->word[i] == '\0' || *end != '\0' || v > UINT32_MAX)
		wrong("expected a number");
	return (uint32_t)v;
}

static void
session(struct peer *p, struct ratchet_session *s)
{

	fixed(p, 1, s->relationship, sizeof(s->relationship));
	s->generation = GENERATION;
	s->owner = p->n > 2 && strcmp(p->word[2], "mine") == 0 ?
	    RATCHET_MINE : RATCHET_THEIRS;
}

static void
put_bytes(const uint8_t *data, size_t len)
{
	size_t i;

	putchar(' ');
	for (i = 0; i < len; i++)
		printf("%02x", data[i]);
}

/* ---- requests -------------------------------------------------------------------- */

static int
do_offer(struct peer *p)
{
	uint8_t relationship[TACIT_HASH_LEN];
	struct ratchet_bundle b;
	int rc;

	fixed(p, 1, relationship, sizeof(relationship));
	if ((rc = ratchet_offer(p->ratchet, relationship, &b)) != 0)
		return rc;
	printf("ok %u", b.registration_id);
	put_bytes(b.identity, sizeof(b.identity));
	printf(" %u", b.signed_prekey_id);
	put_bytes(b.signed_prekey, sizeof(b.signed_prekey));
	put_bytes(b.signature, sizeof(b.signature));
	printf(" %u", b.one_time_prekey_id);
	put_bytes(b.one_time_prekey, sizeof(b.one_time_prekey));
	return 0;
}

static int
do_accept(struct peer *p)
{
	struct ratchet_session s;
	struct ratchet_bundle b = { 0 };
	int rc;

	session(p, &s);
	s.owner = RATCHET_THEIRS;
	b.registration_id = number(p, 2);
	fixed(p, 3, b.identity, sizeof(b.identity));
	b.signed_prekey_id = number(p, 4);
	fixed(p, 5, b.signed_prekey, sizeof(b.signed_prekey));
	fixed(p, 6, b.signature, sizeof(b.signature));
	b.one_time_prekey_id = number(p, 7);
	fixed(p, 8, b.one_time_prekey, sizeof(b.one_time_prekey));
	if ((rc = ratchet_accept(p->ratchet, &s, &b)) == 0)
		fputs("ok", stdout);
	return rc;
}

static int
do_encrypt(struct peer *p)
{
	struct ratchet_session s;
	enum ratchet_kind kind;
	size_t len;
	int rc;

	session(p, &s);
	rc = ratchet_encrypt(p->ratchet, &s, p->message, bytes(p, 3),
	    p->result, sizeof(p->result), &len, &kind);
	if (rc != 0)
		return rc;
	fputs(kind == RATCHET_PREKEY ? "ok prekey" : "ok whisper", stdout);
	put_bytes(p->result, len);
	return 0;
}

static int
do_decrypt(struct peer *p)
{
	struct ratchet_session s;
	enum ratchet_kind kind;
	size_t len;
	int rc;

	session(p, &s);
	kind = p->n > 3 && strcmp(p->word[3], "prekey") == 0 ?
	    RATCHET_PREKEY : RATCHET_WHISPER;
	rc = ratchet_decrypt(p->ratchet, &s, kind, 1, p->message, bytes(p, 4),
	    p->result, sizeof(p->result), &len);
	if (rc != 0)
		return rc;
	fputs("ok", stdout);
	put_bytes(p->result, len);
	return 0;
}

static int
do_number(struct peer *p)
{
	uint8_t relationship[TACIT_HASH_LEN];
	char digits[61];
	int rc;

	fixed(p, 1, relationship, sizeof(relationship));
	rc = ratchet_safety_number(p->ratchet, relationship, digits);
	if (rc == 0)
		printf("ok %s", digits);
	return rc;
}

static int
do_state(struct peer *p)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value = { NULL, 0 };
	crypto_generichash_state h;
	uint8_t sum[TACIT_HASH_LEN];
	int rc;

	(void)crypto_generichash_init(&h, NULL, 0, sizeof(sum));
	while ((rc = vault_next(p->vault, VAULT_RATCHET, "", 0, &key,
	    &value)) == 0 && key.len > 0) {
		(void)crypto_generichash_update(&h, (uint8_t *)&key.len,
		    sizeof(key.len));
		(void)crypto_generichash_update(&h, key.data, key.len);
		(void)crypto_generichash_update(&h, (uint8_t *)&value.len,
		    sizeof(value.len));
		(void)crypto_generichash_update(&h, value.data, value.len);
		vault_value_free(&value);
	}
	(void)crypto_generichash_final(&h, sum, sizeof(sum));
	if (rc == 0) {
		fputs("ok", stdout);
		put_bytes(sum, sizeof(sum));
	}
	return rc;
}

static const struct request {
	const char *word;
	int (*run)(struct peer *);
	int writes;
} requests[] = {
	{ "offer", do_offer, 1 },
	{ "accept", do_accept, 1 },
	{ "encrypt", do_encrypt, 1 },
	{ "decrypt", do_decrypt, 1 },
	{ "number", do_number, 0 },
	{ "state", do_state, 0 },
};

static const struct request *
request_of(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (strcmp(word, requests[i].word) == 0)
			return &requests[i];
	wrong("no such request");
}

static void
answer(struct peer *p)
{
	const struct request *r = request_of(p->word[0]);
	int rc;

	if (r->writes && vault_begin(p->vault) != 0)
		wrong("no transaction");
	if ((rc = r->run(p)) != 0)
		printf("no %s", tacit_error_word(rc));
	if (r->writes && vault_commit(p->vault) != 0)
		wrong("not committed");
	putchar('\n');
	(void)fflush(stdout);
}

static void
serve(struct peer *p)
{
	char *line = NULL, *rest, *word;
	size_t cap = 0;

	while (getline(&line, &cap, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		rest = line;
		for (p->n = 0; p->n < WORDS_MAX &&
		    (word = strsep(&rest, " ")) != NULL; p->n++)
			p->word[p->n] = word;
		answer(p);
	}
	free(line);
}

int
main(int argc, char **argv)
{
	const struct vault_cost floor = {
		TACIT_ARGON_PASSES_FLOOR, TACIT_ARGON_MIB_FLOOR
	};
	const char *pass = "a passphrase of tests";
	static struct peer peer;
	char path[PATH_MAX];
	int n;

	if (argc != 2 || sodium_init() < 0)
		return 1;
	n = snprintf(path, sizeof(path), "%s/vault", argv[1]);
	if (n < 0 || (size_t)n >= sizeof(path) ||
	    vault_create(path, pass, strlen(pass), &floor) != 0 ||
	    vault_open(&peer.vault, path, pass, strlen(pass), 0) != 0 ||
	    ratchet_open(&peer.ratchet, peer.vault) != 0)
		return 1;
	serve(&peer);
	ratchet_close(peer.ratchet);
	vault_close(peer.vault);
	return 0;
}
