/* SPDX-License-Identifier: Apache-2.0 */
/* One letter through ratchet and seal; a turn of the ratchet, by curve. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "change.h"
#include "curves.h"
#include "letter.h"
#include "lib.h"
#include "outbox.h"
#include "talk.h"

enum { LETTERS = TALK_LETTERS };

static const char text[] = "How have the evenings been since we spoke of it?";

/* ---- a letter on its way down ------------------------------------------------- */

/* What one end made, on its way to the other. */
struct made {
	uint8_t body[TACIT_LETTER_LEN];	/* sealed, or the ratchet's message */
	struct seal_place place;
	enum ratchet_kind kind;
	size_t len;			/* of the ratchet's message */
};

static void
seal(struct tacit_contact *ct, struct made *m, const uint8_t *msg)
{
	struct seal_header h = { .kind = SEAL_WHISPER, .counter = 1,
	    .generation = 1, .length = (uint16_t)m->len };
	struct seal_keys keys;
	uint8_t random[16];
	int rc;

	env_random(ct->t, m->place.envelope, sizeof(m->place.envelope));
	env_random(ct->t, random, sizeof(random));
	memcpy(m->place.address, ct->rec.their_address,
	    sizeof(m->place.address));
	letter_keys(ct, 0, LETTER_KEY1, &keys);
	rc = seal_close(m->body, sizeof(m->body), &keys, &m->place, &h, msg,
	    random);
	assert(rc == 0);
	sodium_memzero(&keys, sizeof(keys));
}

static double
make_all(struct talk *k, struct made *m, int sealed, const uint8_t *padded)
{
	struct tacit_contact *ct = story_contact(&k->st, 0);
	double began = rows_cpu_us();
	uint8_t msg[TACIT_LETTER_LEN];
	int i, rc;

	for (i = 0; i < LETTERS; i++, m++) {
		rc = ratchet_encrypt(ct->t->ratchet, &k->at[0], padded,
		    TACIT_CONTENT_LEN, sealed ? msg : m->body, sizeof(msg),
		    &m->len, &m->kind);
		assert(rc == 0);
		if (sealed)
			seal(ct, m, msg);
	}
	return (rows_cpu_us() - began) / LETTERS;
}

static void
read_all(struct talk *k, struct made *m, int sealed, const uint8_t *padded)
{
	struct tacit_contact *ct = story_contact(&k->st, 1);
	uint8_t msg[TACIT_LETTER_LEN], read[TACIT_LETTER_LEN];
	struct seal_header h;
	struct seal_keys keys;
	size_t n;
	int i, rc;

	letter_keys(ct, 1, LETTER_KEY1, &keys);
	for (i = 0; i < LETTERS; i++, m++) {
		rc = sealed ? seal_open(&h, msg, m->body, sizeof(m->body),
		    &keys, &m->place) : 0;
		assert(rc == 0);
		rc = ratchet_decrypt(ct->t->ratchet, &k->at[1], m->kind, 0,
		    sealed ? msg : m->body, m->len, read, sizeof(read), &n);
		assert(rc == 0 && n == TACIT_CONTENT_LEN &&
		    memcmp(read, padded, n) == 0);
	}
}

/* LETTERS of padded content go down, and are read at the other end. */
static double
make_and_read(struct talk *k, int sealed)
{
	static struct made made[LETTERS];
	uint8_t padded[TACIT_CONTENT_LEN];
	double took;

	memset(padded, 'x', sizeof(padded));
	talk_begin(k);
	took = make_all(k, made, sealed, padded);
	read_all(k, made, sealed, padded);
	talk_end(k);
	return took;
}

static double
run_ratchet(void *arg)
{
	return make_and_read(arg, 0);
}

static double
run_sealed(void *arg)
{
	return make_and_read(arg, 1);
}

/* What post.c does with a row, without the row: content, ratchet, seal. */
static double
seal_all(struct talk *k, tacit_state_Out *o)
{
	struct tacit_contact *ct = story_contact(&k->st, 0);
	struct out_ref *ref = ct->out;
	double took = 0, began;
	char *said = NULL;
	size_t len = 0, i;
	int rc;

	/* What was sent before waits to be had. */
	while (ref != NULL && ref->okayed)
		ref = ref->next;
	rc = change_begin(ct->t);
	assert(rc == 0);
	for (i = 0; i < LETTERS; i++, ref = ref->next) {
		assert(ref != NULL);
		rc = outbox_row_get(ct, ref->n, &o[i], &said, &len);
		assert(rc == 0);
		began = rows_cpu_us();
		rc = letter_seal(ct, &o[i], said, len);
		took += rows_cpu_us() - began;
		assert(rc == 0);
		free(said);
	}
	while (ct->out != NULL && rc == 0)
		rc = outbox_ref_remove(ct, &ct->out);
	rc = change_end(ct->t, ct, rc);
	assert(rc == 0);
	return took / LETTERS;
}

static double
run_whole(void *arg)
{
	static tacit_state_Out o[LETTERS];
	struct talk *k = arg;
	double took;
	size_t i;
	int rc;

	for (i = 0; i < LETTERS; i++) {
		rc = tacit_send(story_contact(&k->st, 0), text,
		    sizeof(text) - 1, NULL, NULL);
		assert(rc == 0);
	}
	took = seal_all(k, o);
	for (i = 0; i < LETTERS; i++)
		story_hand(&k->st, 1, o[i].envelope, o[i].sealed.bytes,
		    o[i].sealed.size);
	rc = story_count(&k->st, 1, TACIT_EV_MESSAGE);
	assert(rc == LETTERS);
	return took;
}

/* ---- turns --------------------------------------------------------------------- */

static double
turns(struct talk *k, int own)
{
	double took;
	int i;

	curves_use_own(own);
	talk_begin(k);
	took = rows_cpu_us();
	for (i = 0; i < LETTERS; i++)
		talk_letter(k, i % 2);
	took = rows_cpu_us() - took;
	talk_end(k);
	curves_use_own(0);
	return took / LETTERS;
}

static double
run_turn(void *arg)
{
	return turns(arg, 0);
}

static double
run_turn_own(void *arg)
{
	return turns(arg, 1);
}

int
ratchet_group(const struct bench *b)
{
	struct row r[] = {
		{ .name = "ratchet of one letter", .unit = "us",
		    .run = run_ratchet },
		{ .name = "ratchet and seal of one letter", .unit = "us",
		    .run = run_sealed, .over = "ratchet of one letter",
		    .kind = GOAL_RATIO_MAX, .goal = 1.15 },
		{ .name = "the same with content and what a row notes",
		    .unit = "us", .run = run_whole,
		    .over = "ratchet of one letter" },
		{ .name = "a turn of the ratchet, both ends", .unit = "us",
		    .run = run_turn },
		{ .name = "a turn, with libsignal's own curve", .unit = "us",
		    .run = run_turn_own,
		    .over = "a turn of the ratchet, both ends",
		    .kind = GOAL_RATIO_MIN, .goal = 3 },
	};
	struct talk k;
	int missed;

	talk_new(&k, story_scratch());
	missed = rows_run(r, sizeof(r) / sizeof(r[0]), &k, b->json);
	talk_free(&k);
	return missed;
}
