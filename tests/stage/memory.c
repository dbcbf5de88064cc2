/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a whole process still holds of its secrets: two people pair and write,
 * while every key that libsignal computes with, and ours, is remembered in a
 * form that the search does not find; then all memory that can be written to
 * is searched, once with both vaults open, and once after they were closed.
 *
 * usage: memory 0|1	1: something must be found (the control)
 *
 * Prints what was found and where; exit 1 if that is not as it should be.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <signal/signal_protocol.h>
#include <sodium.h>

#include "story.h"
#include "vault_priv.h"

enum { NEEDLE = 24, NEEDLES = 30000, CHUNK = 1 << 20, MASK = 0xa5 };

/* Secrets that an open vault needs; all others are gone when it rests. */
enum life { PASSING, STAYS };

struct needle {
	uint8_t masked[NEEDLE];
	uint8_t len;
	uint8_t life;
	const char *what;
	struct needle *next;
};

static struct {
	struct needle all[NEEDLES];
	struct needle *by_start[65536];
	uint8_t chunk[CHUNK + NEEDLE];
	size_t n;
} *kept;

static void
remember(const char *what, enum life life, const void *secret, size_t len)
{
	const volatile uint8_t *p = secret;
	struct needle *x = &kept->all[kept->n];
	size_t i, start;

	if (len < 16 || sodium_is_zero(secret, len))
		return;
	assert(kept->n < NEEDLES);
	kept->n++;
	x->len = (uint8_t)(len < NEEDLE ? len : NEEDLE);
	x->life = (uint8_t)life;
	x->what = what;
	for (i = 0; i < x->len; i++)
		x->masked[i] = p[i] ^ MASK;
	start = (size_t)p[0] << 8 | p[1];
	x->next = kept->by_start[start];
	kept->by_start[start] = x;
}

/* ---- what libsignal computes with ------------------------------------------------ */

static signal_crypto_provider ours;

static int
see_random(uint8_t *data, size_t len, void *arg)
{
	int rc = ours.random_func(data, len, arg);

	/* A private key, once its first and last bits are set. */
	if (len == 32)
		remember("private key", PASSING, data + 1, 30);
	return rc;
}

static int
see_hmac(void **h, const uint8_t *key, size_t len, void *arg)
{
	remember("key of an HMAC", PASSING, key, len);
	return ours.hmac_sha256_init_func(h, key, len, arg);
}

static int
see_mac(void *h, signal_buffer **out, void *arg)
{
	int rc = ours.hmac_sha256_final_func(h, out, arg);

	if (rc == 0)
		remember("derived key", PASSING, signal_buffer_data(*out),
		    signal_buffer_len(*out));
	return rc;
}

static int
see_encrypt(signal_buffer **out, int mode, const uint8_t *key, size_t key_len,
    const uint8_t *iv, size_t iv_len, const uint8_t *in, size_t len, void *arg)
{
	remember("message key", PASSING, key, key_len);
	return ours.encrypt_func(out, mode, key, key_len, iv, iv_len, in, len,
	    arg);
}

static int
see_decrypt(signal_buffer **out, int mode, const uint8_t *key, size_t key_len,
    const uint8_t *iv, size_t iv_len, const uint8_t *in, size_t len, void *arg)
{
	remember("message key", PASSING, key, key_len);
	return ours.decrypt_func(out, mode, key, key_len, iv, iv_len, in, len,
	    arg);
}

int __real_signal_context_set_crypto_provider(signal_context *c,
    const signal_crypto_provider *p);
int __wrap_signal_context_set_crypto_provider(signal_context *c,
    const signal_crypto_provider *p);

int
__wrap_signal_context_set_crypto_provider(signal_context *c,
    const signal_crypto_provider *p)
{
	signal_crypto_provider watched = *p;

	ours = *p;
	watched.random_func = see_random;
	watched.hmac_sha256_init_func = see_hmac;
	watched.hmac_sha256_final_func = see_mac;
	watched.encrypt_func = see_encrypt;
	watched.decrypt_func = see_decrypt;
	return __real_signal_context_set_crypto_provider(c, &watched);
}

/* ---- ours -------------------------------------------------------------------------- */

static void
remember_contact(struct tacit_contact *ct)
{
	const tacit_state_Contact *r = &ct->rec;
	const tacit_state_Pairing *p = ct->pairing;

	remember("k0", PASSING, r->key0, sizeof(r->key0));
	remember("k1", STAYS, r->key1, sizeof(r->key1));
	remember("owner key", STAYS, r->my_owner, sizeof(r->my_owner));
	remember("token", STAYS, r->my_token, sizeof(r->my_token));
	remember("next token", STAYS, r->my_next_token,
	    sizeof(r->my_next_token));
	remember("their token", STAYS, r->their_token,
	    sizeof(r->their_token));
	if (p == NULL)
		return;
	remember("S", PASSING, p->secret, sizeof(p->secret));
	/* It pays for the joiner's anchor, should the relay lose that. */
	remember("guest pass", STAYS, p->guest_pass, sizeof(p->guest_pass));
	remember("key of Hello", PASSING, p->hello_secret,
	    sizeof(p->hello_secret));
	remember("r_I", PASSING, p->nonce_i, sizeof(p->nonce_i));
	remember("r_J", PASSING, p->nonce_j, sizeof(p->nonce_j));
	remember("throwaway key", PASSING, p->key, sizeof(p->key));
}

static void
remember_ends(struct story *st)
{
	struct tacit_contact *ct;
	int i;

	for (i = 0; i < 2; i++)
		for (ct = stage_end(st->s, i)->contacts; ct != NULL;
		    ct = ct->next)
			remember_contact(ct);
}

static void
remember_vault(struct tacit *t)
{
	const struct vault_keys *k = t->vault->keys;

	remember("vault key", STAYS, k->vault, sizeof(k->vault));
	remember("row key", STAYS, k->row, sizeof(k->row));
	remember("sum key", STAYS, k->sum, sizeof(k->sum));
	remember("state key", STAYS, k->state, sizeof(k->state));
}

/* ---- the search -------------------------------------------------------------------- */

static int
matches(const struct needle *x, const uint8_t *at)
{
	size_t i;

	for (i = 0; i < x->len; i++)
		if ((at[i] ^ MASK) != x->masked[i])
			return 0;
	return 1;
}

static unsigned
look_through(const uint8_t *p, size_t len, int closed, const char *where)
{
	const struct needle *x;
	unsigned found = 0;
	size_t i;

	for (i = 0; i + NEEDLE <= len; i++)
		for (x = kept->by_start[(size_t)p[i] << 8 | p[i + 1]];
		    x != NULL; x = x->next)
			if ((closed || x->life == PASSING) &&
			    matches(x, p + i)) {
				found++;
				printf("found: %s in %s", x->what, where);
			}
	return found;
}

/* Every map that can be written to, but for our own. */
static unsigned
search(int closed)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	int mem = open("/proc/self/mem", O_RDONLY);
	unsigned long from, to, at;
	unsigned found = 0;
	char line[400], mode[5];
	size_t bytes = 0;
	ssize_t n;

	assert(maps != NULL && mem >= 0);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx %4s", &from, &to, mode) != 3 ||
		    mode[0] != 'r' || mode[1] != 'w')
			continue;
		for (at = from; at < to; at += CHUNK) {
			if (at >= (unsigned long)kept &&
			    at < (unsigned long)(kept + 1))
				continue;
			n = pread(mem, kept->chunk, to - at < sizeof(
			    kept->chunk) ? to - at : sizeof(kept->chunk),
			    (off_t)at);
			if (n <= 0)
				continue;
			bytes += (size_t)n;
			found += look_through(kept->chunk, (size_t)n, closed,
			    line);
		}
	}
	(void)close(mem);
	(void)fclose(maps);
	printf("%s: %zu MB searched for %zu secrets, %u found\n", closed ?
	    "vaults closed" : "vaults open", bytes >> 20, kept->n, found);
	return found;
}

/* ---- the story --------------------------------------------------------------------- */

/* A letter of words that stand in no file. */
static void
write_secret_letter(struct story *st, int from)
{
	size_t len = 300, i;
	char *text = malloc(len);

	assert(text != NULL);
	for (i = 0; i < len; i++)
		text[i] = (char)('a' + randombytes_uniform(26));
	remember("letter", PASSING, text, len);
	remember("letter, further on", PASSING, text + 200, 100);
	assert(tacit_send(story_contact(st, from), text, len, NULL,
	    NULL) == 0);
	sodium_memzero(text, len);
	free(text);
}

/* All events are shown and confirmed. */
static void
confirm(struct tacit *t)
{
	struct tacit_event e = { .size = sizeof(e) };

	while (tacit_next_event(t, 0, &e) == 1)
		assert(tacit_event_done(t, e.id) == 0);
}

int
main(int argc, char **argv)
{
	int control = argc > 1 && argv[1][0] == '1', i;
	struct story st;
	unsigned open_found, closed_found;

	kept = mmap(NULL, sizeof(*kept), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert(kept != MAP_FAILED);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	memset(&st, 0, sizeof(st));
	st.s = stage_new(story_scratch(), 1);
	story_invite(&st, TACIT_INVITE_IN_PERSON, 0);
	story_accept(&st);
	for (i = 0; i < 400; i++) {
		remember_ends(&st);
		(void)stage_turn(st.s, i % 2);
		if (i % 4 == 3)
			stage_relay_turn(st.s);
		if (i % 50 == 49)
			stage_sleep(st.s, 61 * 1000);
	}
	stage_quiesce(st.s);
	remember_ends(&st);
	for (i = 0; i < 6; i++) {
		write_secret_letter(&st, i % 2);
		stage_quiesce(st.s);
	}
	for (i = 0; i < 2; i++) {
		confirm(stage_end(st.s, i));
		remember_vault(stage_end(st.s, i));
	}
	open_found = search(0);
	stage_free(st.s);
	closed_found = search(1);
	if (control)
		return open_found + closed_found > 0 ? 0 : 1;
	return open_found + closed_found == 0 ? 0 : 1;
}
