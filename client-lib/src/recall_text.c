/* SPDX-License-Identifier: Apache-2.0 */
/* What relays said of a text, as text to keep and to show, and its check. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "recall.h"
#include "record.h"
#include "tacit/hash.h"
#include "tacit/limits.h"

enum {
	BLOCK_MAX = 1024,
	BLOCK_LEN = 549,		/* at most, what is written of one */
	NAMES_MAX = 192 / RECALL_NAME_LEN	/* envelopes of a letter */
};

_Static_assert(BLOCK_LEN * TACIT_TEXT_PARTS_MAX * NAMES_MAX < TACIT_STATEMENTS_SIZE,
    "all statements about the longest text fit");
_Static_assert(sizeof(((tacit_state_Out *)0)->posted.bytes) ==
    NAMES_MAX * RECALL_NAME_LEN, "as many names as that");

static const char *const outcome_word[] = { NULL, "destroyed-undelivered",
	"destroyed-unacknowledged", "taken" };

static void
hex(char *out, const uint8_t *bytes, size_t len)
{
	(void)sodium_bin2hex(out, 2 * len + 1, bytes, len);
}

static void
write_block(char out[BLOCK_MAX], const tacit_state_Statement *st)
{
	char key[65], address[65], id[33], body[65], previous[65], sig[129];

	hex(key, st->relay_key, 32);
	hex(address, st->address, 32);
	hex(id, st->envelope, TACIT_ENVELOPE_ID_LEN);
	hex(body, st->body_hash, 32);
	hex(previous, st->previous, 32);
	hex(sig, st->signature, 64);
	(void)snprintf(out, BLOCK_MAX, "tacit-recall 1\nrelay-key %s\n"
	    "mailbox %s\nenvelope %s\noutcome %s\nbody %s\nnumber %" PRIu64
	    "\nprevious %s\nsignature %s\n", key, address, id,
	    outcome_word[st->outcome & 3], body, st->number, previous, sig);
}

int
tacit_recall_export(struct tacit_contact *ct, const char *message, char *out,
    size_t cap, size_t *len)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	tacit_state_Statement st;
	tacit_state_Past p;
	char block[BLOCK_MAX];
	uint64_t place;
	size_t n;
	int rc;

	if (message == NULL || out == NULL || len == NULL || cap == 0)
		return TACIT_E_INVALID;
	*len = 0;
	out[0] = '\0';
	if ((rc = recall_find(ct, message, &place, &p)) != 0)
		return rc;
	for (;;) {
		if ((rc = vault_next(ct->t->vault, VAULT_STATEMENT, ct->id,
		    sizeof(ct->id), &key, &value)) != 0)
			return rc;
		if (key.len == 0)
			return *len == 0 ? TACIT_E_STATE : 0;
		rc = record_read(&value, tacit_state_Statement_fields, &st,
		    NULL, NULL);
		vault_value_free(&value);
		if (rc != 0)
			return rc;
		if (st.place != place)
			continue;
		if (st.outcome == 0 || st.outcome > 3)
			return TACIT_E_CORRUPT;
		write_block(block, &st);
		n = strlen(block);
		if (n >= cap - *len)
			return TACIT_E_LIMIT;
		memcpy(out + *len, block, n + 1);
		*len += n;
	}
}

/* ---- the check ------------------------------------------------------------- */

/* What is left to be read; a failure moves nothing. */
struct rest {
	const char *at;
	size_t len;
};

/* The line "${name} VALUE": its value, which ends at the line's end. */
static int
line(struct rest *r, const char *name, struct rest *value)
{
	size_t n = strlen(name);
	const char *end = memchr(r->at, '\n', r->len);

	if (end == NULL || (size_t)(end - r->at) <= n + 1 ||
	    memcmp(r->at, name, n) != 0 || r->at[n] != ' ')
		return 0;
	value->at = r->at + n + 1;
	value->len = (size_t)(end - value->at);
	r->len -= (size_t)(end + 1 - r->at);
	r->at = end + 1;
	return 1;
}

static int
hex_line(struct rest *r, const char *name, uint8_t *out, size_t len)
{
	char again[2 * TACIT_SIGNATURE_LEN + 1];
	struct rest v;
	size_t n;

	if (!line(r, name, &v) || v.len != 2 * len || sodium_hex2bin(out, len,
	    v.at, v.len, NULL, &n, NULL) != 0 || n != len)
		return 0;
	hex(again, out, len);
	return memcmp(again, v.at, v.len) == 0;
}

static int
word_line(struct rest *r, const char *name, const char *word)
{
	struct rest v;

	return line(r, name, &v) && v.len == strlen(word) &&
	    memcmp(v.at, word, v.len) == 0;
}

static int
outcome_line(struct rest *r, uint8_t *outcome)
{
	struct rest v;

	if (!line(r, "outcome", &v))
		return 0;
	for (*outcome = 1; *outcome <= 3; ++*outcome)
		if (v.len == strlen(outcome_word[*outcome]) &&
		    memcmp(v.at, outcome_word[*outcome], v.len) == 0)
			return 1;
	return 0;
}

static int
number_line(struct rest *r, uint64_t *number)
{
	struct rest v;
	size_t i;

	if (!line(r, "number", &v) || v.len > 19 || v.at[0] == '0')
		return 0;
	for (*number = 0, i = 0; i < v.len; i++) {
		if (v.at[i] < '0' || v.at[i] > '9')
			return 0;
		*number = *number * 10 + (uint64_t)(v.at[i] - '0');
	}
	return 1;
}

/* One statement that is signed by the key that it names. */
static int
block(struct rest *r, uint8_t key[TACIT_KEY_LEN], uint8_t *outcome)
{
	uint8_t hash[TACIT_HASH_LEN], signature[TACIT_SIGNATURE_LEN];
	struct tacit_recall is;

	if (!word_line(r, "tacit-recall", "1") ||
	    !hex_line(r, "relay-key", key, TACIT_KEY_LEN) ||
	    !hex_line(r, "mailbox", is.address, sizeof(is.address)) ||
	    !hex_line(r, "envelope", is.envelope, sizeof(is.envelope)) ||
	    !outcome_line(r, &is.outcome) ||
	    !hex_line(r, "body", is.body_hash, sizeof(is.body_hash)) ||
	    !number_line(r, &is.number) ||
	    !hex_line(r, "previous", is.previous, sizeof(is.previous)) ||
	    !hex_line(r, "signature", signature, sizeof(signature)))
		return 0;
	*outcome = is.outcome;
	tacit_hash_recall(hash, &is);
	return crypto_sign_verify_detached(signature, hash, sizeof(hash),
	    key) == 0;
}

int
tacit_recall_check(const char *text, size_t len,
    struct tacit_recall_claim *out)
{
	uint8_t key[TACIT_KEY_LEN], first[TACIT_KEY_LEN], outcome, all = 0;
	struct rest r = { text, len };
	unsigned n;

	if (text == NULL || out == NULL || out->size != sizeof(*out))
		return TACIT_E_INVALID;
	for (n = 0; r.len > 0; n++) {
		if (!block(&r, key, &outcome))
			return TACIT_E_STATEMENT;
		if (n == 0)
			memcpy(first, key, sizeof(first));
		if (memcmp(first, key, sizeof(first)) != 0)
			return TACIT_E_STATEMENT;
		all |= (uint8_t)(1 << outcome);
	}
	if (n == 0)
		return TACIT_E_STATEMENT;
	out->statements = n;
	out->fate = all == 1 << 1 ? TACIT_FATE_UNDELIVERED :
	    (all & (1 << 1 | 1 << 2)) != 0 ? TACIT_FATE_UNACKNOWLEDGED :
	    TACIT_FATE_TAKEN;
	hex(out->relay_key, first, sizeof(first));
	return 0;
}
