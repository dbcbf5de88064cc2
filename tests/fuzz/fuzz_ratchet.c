/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of the ratchet that something changed, against two sessions of
 * one end: one that talks, one that is still to begin.  Nothing but what the
 * other end wrote is read, and nothing of it twice.  Input: up to four
 * messages (struct act), one after the other; all is rolled back at the end.
 */
#include <sodium.h>

#include "fuzz.h"
#include "ratchet.h"

enum { MESSAGES = 10, MSG_MAX = 2048, PLAIN_MAX = 1024, ACTS = 4 };

struct end {
	struct vault *vault;
	struct ratchet *ratchet;
};

struct message {
	struct ratchet_session to;
	enum ratchet_kind kind;
	uint8_t data[MSG_MAX], plain[PLAIN_MAX];
	size_t len, plain_len;
};

static struct end here, there;
static struct message message[MESSAGES];
static int n_messages;

static void
end_open(struct end *e, const char *name)
{
	const struct vault_cost cost = { TACIT_ARGON_PASSES_FLOOR,
	    TACIT_ARGON_MIB_FLOOR };
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", fuzz_scratch(), name);
	FUZZ_CHECK(vault_create(path, "p", 1, &cost) == 0);
	FUZZ_CHECK(vault_open(&e->vault, path, "p", 1, 0) == 0);
	FUZZ_CHECK(ratchet_open(&e->ratchet, e->vault) == 0);
	FUZZ_CHECK(vault_begin(e->vault) == 0);
}

static void
say(struct end *from, const struct ratchet_session *s, struct message *m)
{
	memset(m->plain, n_messages, sizeof(m->plain));
	m->plain_len = (size_t)(20 + 90 * n_messages);
	FUZZ_CHECK(ratchet_encrypt(from->ratchet, s, m->plain, m->plain_len,
	    m->data, sizeof(m->data), &m->len, &m->kind) == 0);
}

static int
hear(struct end *at, const struct ratchet_session *s, enum ratchet_kind kind,
    const uint8_t *msg, size_t len, uint8_t *out, size_t *out_len)
{
	return ratchet_decrypt(at->ratchet, s, kind, 1, msg, len, out,
	    PLAIN_MAX, out_len);
}

static void
take_in(struct end *at, const struct ratchet_session *s,
    const struct message *m)
{
	uint8_t out[PLAIN_MAX];
	size_t len;

	FUZZ_CHECK(hear(at, s, m->kind, m->data, m->len, out, &len) == 0);
}

/* A session that has begun here, if ${talks}; and what comes in then. */
static void
prepare(uint8_t name, int talks)
{
	struct ratchet_session mine = { { name }, 1, RATCHET_MINE };
	struct ratchet_session theirs = { { name }, 1, RATCHET_THEIRS };
	struct ratchet_bundle b;
	struct message m;
	int i;

	FUZZ_CHECK(ratchet_offer(here.ratchet, mine.relationship, &b) == 0);
	FUZZ_CHECK(ratchet_accept(there.ratchet, &theirs, &b) == 0);
	if (talks) {
		say(&there, &theirs, &m);
		take_in(&here, &mine, &m);
		say(&here, &mine, &m);
		take_in(&there, &theirs, &m);
	}
	for (i = 0; i < MESSAGES / 2; i++) {
		message[n_messages].to = mine;
		say(&there, &theirs, &message[n_messages]);
		n_messages++;
	}
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_begin(3);
	end_open(&here, "here");
	end_open(&there, "there");
	prepare(1, 1);
	prepare(2, 0);
	FUZZ_CHECK(vault_commit(here.vault) == 0);
	FUZZ_CHECK(vault_commit(there.vault) == 0);
	return 0;
}

/* Change what is in ${buf}; returns true if the bytes are others then. */
static int
change(uint8_t *buf, size_t *len, const struct message *m,
    struct fuzz_in *in)
{
	int n = fuzz_u8(in) % 8;
	size_t at, k;

	while (n-- > 0 && in->left > 0) {
		at = fuzz_u16(in) % (*len + 1);
		switch (fuzz_u8(in) % 4) {
		case 0:
			if (at < *len)
				buf[at] ^= fuzz_u8(in);
			break;
		case 1:			/* one more byte */
			if (*len == MSG_MAX)
				break;
			memmove(buf + at + 1, buf + at, *len - at);
			buf[at] = fuzz_u8(in);
			++*len;
			break;
		case 2:			/* one less */
			if (at == *len)
				break;
			memmove(buf + at, buf + at + 1, *len - at - 1);
			--*len;
			break;
		default:		/* all else is the input's */
			k = fuzz_u8(in);
			if (at + k <= MSG_MAX) {
				(void)fuzz_fill(in, buf + at, k);
				*len = at + k;
			}
		}
	}
	return *len != m->len || memcmp(buf, m->data, *len) != 0;
}

static int
is_refusal(int rc)
{
	return rc == TACIT_E_CRYPTO || rc == TACIT_E_REPLAY ||
	    rc == TACIT_E_POISON || rc == TACIT_E_IDENTITY_CHANGED ||
	    rc == TACIT_E_LIMIT || rc == TACIT_E_INVALID;
}

/* Whose text is this?  It may not have been read before. */
static void
read_once(uint8_t heard[MESSAGES], const uint8_t *out, size_t len)
{
	int i;

	for (i = 0; i < n_messages; i++)
		if (message[i].plain_len == len &&
		    memcmp(message[i].plain, out, len) == 0)
			break;
	FUZZ_CHECK(i < n_messages);
	FUZZ_CHECK(!heard[i]);
	heard[i] = 1;
}

/* ${first}: nothing was done to the sessions before. */
static void
act(struct fuzz_in *in, uint8_t heard[MESSAGES], int first)
{
	uint8_t which = fuzz_u8(in), how = fuzz_u8(in);
	const struct message *m = &message[which % MESSAGES];
	struct ratchet_session s = m->to;
	enum ratchet_kind kind = m->kind;
	uint8_t buf[MSG_MAX], out[PLAIN_MAX], *copy;
	size_t len = m->len, out_len = 0;
	int rc, changed;

	memcpy(buf, m->data, len);
	changed = change(buf, &len, m, in);
	if (how & 1)
		kind = kind == RATCHET_PREKEY ? RATCHET_WHISPER :
		    RATCHET_PREKEY;
	if (how & 2)
		s.relationship[0] ^= how >> 4;
	if (how & 4)
		s.generation += how >> 4;
	if (how & 8)
		s.owner = RATCHET_THEIRS;
	if ((copy = malloc(len > 0 ? len : 1)) == NULL)
		abort();
	memcpy(copy, buf, len);
	rc = hear(&here, &s, kind, copy, len, out, &out_len);
	free(copy);
	if (rc == 0)
		read_once(heard, out, out_len);
	else
		FUZZ_CHECK(is_refusal(rc));
	if (first && !changed && (how & 15) == 0)
		FUZZ_CHECK(rc == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	uint8_t heard[MESSAGES] = { 0 };
	int n = 0;

	fuzz_begin(1);
	FUZZ_CHECK(vault_begin(here.vault) == 0);
	while (in.left > 0 && n++ < ACTS)
		act(&in, heard, n == 1);
	vault_rollback(here.vault);
	return 0;
}
