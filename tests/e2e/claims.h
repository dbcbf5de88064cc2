/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of one who has not the key, the token or the code: what the tests
 * of authority send.
 */
#ifndef E2E_CLAIMS_H
#define E2E_CLAIMS_H

#include "random.h"
#include "relay_proc.h"

enum {
	VICTIMS = 4, LETTERS = 2, NONCES = 16,
	ARGS_MAX = TACIT_HASH_LEN + TACIT_ANCHOR_LEN
};

/* How a proof is wrong. */
enum how {
	RANDOM_SIGNATURE, FLIPPED_SIGNATURE, FOREIGN_KEY, OTHER_ID,
	OTHER_NONCE, OTHER_OPCODE, OTHER_MAILBOX, OTHER_RELAY, OTHER_ARGS,
	FLIPPED_OWNER, HOWS
};

enum kind {
	SUBSCRIBE, CLOSE, SET_TOKEN, CREATE, ANCHOR, GET, REVOKE, POST, ACK,
	ACK_OF_MINE, CODE_CREATE, CODE_PUT, CODE_SPLIT, KINDS
};

struct letter {
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
	uint8_t body[TACIT_LETTER_LEN];
};

struct world {
	struct relay_proc relay;
	struct random random;
	struct tacit_admission admission;
	struct raw_mailbox victim[VICTIMS], mine;
	uint8_t old_token[VICTIMS][TACIT_TOKEN_LEN];
	struct letter letter[VICTIMS][LETTERS];
	struct raw_invitation invitation;	/* nobody has read it */
	struct raw_key reader;
	uint8_t nonce[NONCES][TACIT_NONCE_LEN];	/* of the victims', before */
	size_t n_nonces;
	struct raw *line;			/* where it is tried */
	unsigned tried[KINDS];
	/* The one answer to each kind of claim, without its id. */
	uint8_t refusal[2][TACIT_HEADER_MAX + 2];
	size_t refusal_len[2];
};

/* What is to be proved. */
struct claim {
	const struct raw_key *key;
	uint8_t address[TACIT_ADDRESS_LEN];
	uint8_t args[ARGS_MAX];
	size_t args_len;
};

struct attempt {
	tacit_Frame f;
	uint8_t body[TACIT_LETTER_LEN];
	int expected;			/* what is answered */
};

void owner_claim(struct claim *c, const struct raw_mailbox *m);

/* A signature that proves something else than ${c} in request ${id}. */
void prove(struct world *w, uint8_t sig[TACIT_SIGNATURE_LEN], struct claim c,
    enum how how, uint32_t id, int tag);

/* The next request of ${w->line}; only the id is what it should be. */
void attempt_make(struct world *w, struct attempt *a, enum kind kind);

#endif
