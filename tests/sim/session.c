/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session layer alone, ratchet below seal, between two ends without a
 * relay: random writing, loss, repetition, reorder, transactions undone and
 * new generations, then calm; after that a letter each way must be read at
 * once.  What libsignal's own fuzzing of sessions does, over ours.
 *
 * usage: sim_session [SEQUENCES]; TACIT_SEED repeats a run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "actor.h"
#include "disk.h"
#include "disk_vfs.h"
#include "ratchet.h"
#include "seal.h"
#include "wrap.h"

enum { ON_WAY = 24, STEPS = 60, TEXT = 64, KEPT = 3, PLAIN = 1839 };

struct envelope {
	int used;
	struct seal_header head;
	enum ratchet_owner owner;	/* as its reader sees it */
	uint8_t id[TACIT_ENVELOPE_ID_LEN];
	uint8_t body[TACIT_LETTER_LEN];
	uint8_t text[TEXT];
};

struct end {
	struct vault *vault;
	struct ratchet *ratchet;
	uint32_t generation;		/* sends on it */
	enum ratchet_owner owner;
	uint64_t counter;
	struct envelope out[ON_WAY];
};

struct world {
	struct random r;
	struct end end[2];
	uint8_t relationship[TACIT_HASH_LEN];
	struct seal_keys keys[2];	/* by sender */
	uint64_t read, lost, resets, repeats;
};

static void
must(int ok, const struct world *w, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "FAILED: %s (state %llu)\n", what,
	    (unsigned long long)w->r.state);
	exit(1);
}

static struct seal_place
place_of(const struct envelope *e)
{
	struct seal_place p;

	memset(&p, 7, sizeof(p));
	memcpy(p.envelope, e->id, sizeof(p.envelope));
	return p;
}

/* A letter of end ${i}, ready to go; 0 if its change was undone. */
static int
write_letter(struct world *w, int i, struct envelope *e, int undo)
{
	struct end *me = &w->end[i];
	struct ratchet_session s = { .generation = me->generation,
	    .owner = me->owner };
	uint8_t msg[TACIT_LETTER_LEN], plain[PLAIN] = { 0 };
	uint8_t nonce[16];
	enum ratchet_kind kind;
	struct seal_place at;
	size_t len;

	memset(e, 0, sizeof(*e));
	memcpy(s.relationship, w->relationship, sizeof(s.relationship));
	random_fill(&w->r, e->id, sizeof(e->id));
	random_fill(&w->r, e->text, sizeof(e->text));
	memcpy(plain, e->text, sizeof(e->text));
	must(vault_begin(me->vault) == 0, w, "begin");
	must(ratchet_encrypt(me->ratchet, &s, plain, sizeof(plain), msg,
	    seal_capacity(TACIT_LETTER_LEN), &len, &kind) == 0, w, "encrypt");
	if (undo) {
		vault_rollback(me->vault);
		return 0;
	}
	must(vault_commit(me->vault) == 0, w, "commit");
	e->head = (struct seal_header){ .kind = kind == RATCHET_PREKEY ?
	    SEAL_PREKEY : SEAL_WHISPER, .counter = ++me->counter,
	    .generation = me->generation, .length = (uint16_t)len };
	e->owner = me->owner == RATCHET_MINE ? RATCHET_THEIRS : RATCHET_MINE;
	at = place_of(e);
	random_fill(&w->r, nonce, sizeof(nonce));
	must(seal_close(e->body, sizeof(e->body), &w->keys[i], &at, &e->head,
	    msg, nonce) == 0, w, "seal");
	e->used = 1;
	return 1;
}

/* True if end ${i} can go over to that session: it is above its own. */
static int
is_better(const struct end *me, int i, const struct ratchet_session *s)
{
	enum ratchet_owner inviters = i == 0 ? RATCHET_MINE : RATCHET_THEIRS;

	return s->generation > me->generation ||
	    (s->generation == me->generation && s->owner == inviters);
}

/* End ${i} reads ${e}; true if it could. */
static int
read_letter(struct world *w, int i, const struct envelope *e, int undo)
{
	struct end *me = &w->end[i];
	struct ratchet_session s = { .generation = e->head.generation,
	    .owner = e->owner };
	uint8_t msg[TACIT_LETTER_LEN], plain[TACIT_LETTER_LEN];
	struct seal_place at = place_of(e);
	struct seal_header h;
	size_t len = 0;
	int rc;

	memcpy(s.relationship, w->relationship, sizeof(s.relationship));
	must(seal_open(&h, msg, e->body, sizeof(e->body), &w->keys[!i],
	    &at) == 0, w, "open");
	must(vault_begin(me->vault) == 0, w, "begin");
	rc = ratchet_decrypt(me->ratchet, &s, h.kind == SEAL_PREKEY ?
	    RATCHET_PREKEY : RATCHET_WHISPER, 1, msg, h.length, plain,
	    sizeof(plain), &len);
	must(rc == 0 || rc == TACIT_E_REPLAY || rc == TACIT_E_CRYPTO ||
	    rc == TACIT_E_LIMIT, w, "decrypt: another verdict");
	if (rc != 0 || undo) {
		vault_rollback(me->vault);
		return 0;
	}
	must(len == PLAIN && memcmp(plain, e->text, TEXT) == 0, w, "text");
	must(vault_commit(me->vault) == 0, w, "commit");
	if (is_better(me, i, &s)) {
		me->generation = s.generation;
		me->owner = s.owner;
	}
	w->read++;
	return 1;
}

/* End ${i} offers a generation, and the other end takes it. */
static void
offer(struct world *w, int i, uint32_t generation)
{
	struct ratchet_session s = { .generation = generation,
	    .owner = RATCHET_THEIRS };
	struct end *me = &w->end[i], *you = &w->end[!i];
	struct ratchet_bundle b;

	memcpy(s.relationship, w->relationship, sizeof(s.relationship));
	must(vault_begin(me->vault) == 0 && ratchet_offer(me->ratchet,
	    w->relationship, &b) == 0 && vault_commit(me->vault) == 0, w,
	    "offer");
	must(vault_begin(you->vault) == 0 && ratchet_accept(you->ratchet, &s,
	    &b) == 0, w, "accept");
	if (generation > KEPT)
		must(ratchet_drop(you->ratchet, w->relationship,
		    generation - KEPT + 1) == 0, w, "drop");
	must(vault_commit(you->vault) == 0, w, "commit");
	if (is_better(you, !i, &s)) {
		you->generation = generation;
		you->owner = RATCHET_THEIRS;
	}
	w->resets++;
}

static void
reset(struct world *w)
{
	uint32_t g = w->end[0].generation > w->end[1].generation ?
	    w->end[0].generation : w->end[1].generation;
	int i = (int)random_below(&w->r, 2);

	offer(w, i, g + 1);
	if (random_below(&w->r, 3) == 0)
		offer(w, !i, g + 1);	/* both at once */
}

static void
adversity(struct world *w)
{
	int i = (int)random_below(&w->r, 2);
	struct envelope *e = &w->end[i].out[random_below(&w->r, ON_WAY)];

	switch (random_below(&w->r, 16)) {
	case 0:
		reset(w);
		break;
	case 1:
		w->lost += (uint64_t)e->used;
		e->used = 0;
		break;
	case 2:
		(void)write_letter(w, i, e, 1);
		break;
	case 3:
		if (e->used)
			(void)read_letter(w, !i, e, 1);
		break;
	case 4:
		w->repeats += e->used && read_letter(w, !i, e, 0);
		break;
	case 5: case 6: case 7: case 8: case 9:
		if (w->end[i].generation != 0)
			(void)write_letter(w, i, e, 0);
		break;
	default:
		if (e->used)
			(void)read_letter(w, !i, e, 0);
		e->used = 0;
		break;
	}
}

/* Two round trips; the second must be read, whatever came before. */
static void
calm(struct world *w)
{
	struct envelope e;
	int trip, i, ok;

	for (trip = 0; trip < 2; trip++)
		for (i = 1; i >= 0; i--) {
			must(write_letter(w, i, &e, 0), w, "write");
			ok = read_letter(w, !i, &e, 0);
			must(ok || trip == 0, w, "no agreement after two "
			    "round trips");
		}
	must(w->end[0].generation == w->end[1].generation, w,
	    "two generations");
}

static void
begin(struct world *w)
{
	uint8_t secret[TACIT_KEY_LEN];
	struct envelope e;
	int i;

	random_fill(&w->r, w->relationship, sizeof(w->relationship));
	random_fill(&w->r, secret, sizeof(secret));
	keys_seal(&w->keys[0], secret, SEAL_I_TO_J);
	keys_seal(&w->keys[1], secret, SEAL_J_TO_I);
	for (i = 0; i < 2; i++) {
		w->end[i].generation = 0;
		memset(w->end[i].out, 0, sizeof(w->end[i].out));
	}
	offer(w, 0, 1);
	must(write_letter(w, 1, &e, 0) && read_letter(w, 0, &e, 0), w,
	    "the first letter");
}

static void
open_end(struct world *w, int i)
{
	static const struct vault_cost cost = { TACIT_ARGON_PASSES_FLOOR,
	    TACIT_ARGON_MIB_FLOOR };
	char path[32];

	(void)snprintf(path, sizeof(path), "/sim/%d/vault", i);
	(void)disk_new((unsigned)i, &w->r);
	must(vault_create(path, "words", 5, &cost) == 0 &&
	    vault_open(&w->end[i].vault, path, "words", 5, 0) == 0 &&
	    ratchet_open(&w->end[i].ratchet, w->end[i].vault) == 0, w,
	    "a vault");
}

int
main(int argc, char **argv)
{
	static struct world w;
	int n = argc > 1 ? atoi(argv[1]) : 2000, k, s;

	actor_install();
	disk_vfs_install();
	w.r = random_start();
	for (k = 0; k < 2; k++)
		open_end(&w, k);
	for (k = 0; k < n; k++) {
		begin(&w);
		for (s = (int)random_below(&w.r, STEPS); s > 0; s--)
			adversity(&w);
		calm(&w);
		for (s = 0; s < 2; s++)
			must(vault_begin(w.end[s].vault) == 0 &&
			    ratchet_forget(w.end[s].ratchet,
			    w.relationship) == 0 &&
			    vault_commit(w.end[s].vault) == 0, &w, "forget");
	}
	printf("%d sequences: %llu letters read, %llu lost, %llu repeated, "
	    "%llu new generations; all agreed within two round trips\n", n,
	    (unsigned long long)w.read, (unsigned long long)w.lost,
	    (unsigned long long)w.repeats, (unsigned long long)w.resets);
	return 0;
}
