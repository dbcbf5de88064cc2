/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Print all that a vault holds, as it lies in its rows once they are opened,
 * for a search of it.
 *
 * usage: vaultrows VAULT PASSPHRASE-FILE
 */
#include <stdio.h>
#include <string.h>

#include "tacit/tacit.h"
#include "vault.h"

static int
print(struct vault *v, enum vault_table table)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	int rc;

	for (;;) {
		if ((rc = vault_next(v, table, NULL, 0, &key, &value)) != 0 ||
		    key.len == 0)
			return rc;
		printf("table %d key ", (int)table);
		(void)fwrite(key.data, 1, key.len, stdout);
		printf(" value ");
		(void)fwrite(value.data, 1, value.len, stdout);
		putchar('\n');
		vault_value_free(&value);
	}
}

int
main(int argc, char **argv)
{
	char passphrase[1024];
	struct vault *v;
	FILE *f;
	int table, rc;

	if (argc != 3 || (f = fopen(argv[2], "r")) == NULL) {
		fputs("usage: vaultrows VAULT PASSPHRASE-FILE\n", stderr);
		return 2;
	}
	if (fgets(passphrase, sizeof(passphrase), f) == NULL)
		passphrase[0] = '\0';
	(void)fclose(f);
	if ((rc = vault_open(&v, argv[1], passphrase,
	    strcspn(passphrase, "\n"), 5000)) != 0) {
		fprintf(stderr, "vaultrows: %s\n", tacit_error_text(rc));
		return 1;
	}
	for (table = 1; table <= VAULT_LAST && rc == 0; table++)
		rc = print(v, (enum vault_table)table);
	vault_close(v);
	return rc == 0 ? 0 : 1;
}
