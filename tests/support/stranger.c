/* SPDX-License-Identifier: Apache-2.0 */
/*
 *	stranger VAULT	has the vault say what it says when something arrives
 *			in the place of contact 1 under another identity key
 *
 * The passphrase stands in the file that TACIT_PASSPHRASE_FILE names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tacit/tacit.h>

#include "change.h"
#include "event.h"

int
main(int argc, char **argv)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;
	const char *name = getenv("TACIT_PASSPHRASE_FILE");
	FILE *f = name != NULL ? fopen(name, "r") : NULL;
	char passphrase[200] = "";
	struct tacit_contact *ct;
	struct tacit *t;

	if (argc != 2 || f == NULL ||
	    fgets(passphrase, sizeof(passphrase), f) == NULL)
		return 64;
	(void)fclose(f);
	cfg.path = argv[1];
	cfg.passphrase = passphrase;
	cfg.passphrase_len = strcspn(passphrase, "\n");
	if (tacit_open(&t, &cfg) != 0 ||
	    (ct = tacit_contact_next(t, NULL)) == NULL ||
	    change_begin(t) != 0 ||
	    change_end(t, ct, event_say(t, ct,
	    TACIT_EV_IDENTITY_CHANGED)) != 0)
		return 70;
	tacit_close(t);
	return 0;
}
