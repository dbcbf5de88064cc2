/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Print the secrets of a vault, as needles for the search: lines "NAME HEX".
 *
 * usage: vaultkeys VAULT PASSPHRASE-FILE
 *
 * "secret." may stand nowhere outside; "address." is what a relay must know.
 */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "model.h"

static void
put(const char *name, const void *bytes, size_t len)
{
	char hex[2 * 64 + 1];

	if (!sodium_is_zero(bytes, len))
		printf("%s %s\n", name, sodium_bin2hex(hex, sizeof(hex),
		    bytes, len));
}

#define PUT(name, field)	put((name), (field), sizeof(field))

static void
put_owner(const tacit_state_Contact *r)
{
	uint8_t pk[crypto_sign_PUBLICKEYBYTES], sk[crypto_sign_SECRETKEYBYTES];

	PUT("secret.owner", r->my_owner);
	(void)crypto_sign_seed_keypair(pk, sk, r->my_owner);
	PUT("secret.owner_public", pk);
}

static void
put_pairing(const tacit_state_Pairing *p)
{
	PUT("secret.S", p->secret);
	PUT("secret.throwaway", p->key);
	PUT("secret.code", p->code);
	PUT("secret.guest_pass", p->guest_pass);
	PUT("secret.hello", p->hello_secret);
	PUT("secret.nonce_i", p->nonce_i);
	PUT("secret.nonce_j", p->nonce_j);
}

static void
put_contact(const struct tacit *t, const struct tacit_contact *ct)
{
	const tacit_state_Contact *r = &ct->rec;
	uint8_t identity[TACIT_KEY_LEN];

	PUT("secret.relationship", r->relationship);
	PUT("secret.my_token", r->my_token);
	PUT("secret.my_next_token", r->my_next_token);
	PUT("secret.their_token", r->their_token);
	PUT("secret.k0", r->key0);
	PUT("secret.k1", r->key1);
	PUT("secret.chain", r->chain);
	PUT("address.invitation", r->invitation);
	PUT("address.mine", r->my_address);
	PUT("address.theirs", r->their_address);
	put_owner(r);
	if (ratchet_my_identity(t->ratchet, r->relationship, identity) == 0)
		PUT("secret.my_identity", identity);
	if (ratchet_their_identity(t->ratchet, r->relationship,
	    identity) == 0)
		PUT("secret.their_identity", identity);
	if (ct->pairing != NULL)
		put_pairing(ct->pairing);
}

int
main(int argc, char **argv)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;
	const struct tacit_contact *ct;
	char passphrase[1024];
	struct tacit *t;
	FILE *f;
	int rc;

	if (argc != 3 || (f = fopen(argv[2], "r")) == NULL) {
		fputs("usage: vaultkeys VAULT PASSPHRASE-FILE\n", stderr);
		return 2;
	}
	if (fgets(passphrase, sizeof(passphrase), f) == NULL)
		passphrase[0] = '\0';
	(void)fclose(f);
	cfg.path = argv[1];
	cfg.passphrase = passphrase;
	cfg.passphrase_len = strcspn(passphrase, "\n");
	if ((rc = tacit_open(&t, &cfg)) != 0) {
		fprintf(stderr, "vaultkeys: %s\n", tacit_error_text(rc));
		return 1;
	}
	for (ct = t->contacts; ct != NULL; ct = ct->next)
		put_contact(t, ct);
	tacit_close(t);
	return 0;
}
