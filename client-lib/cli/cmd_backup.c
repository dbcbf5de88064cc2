/* SPDX-License-Identifier: Apache-2.0 */
/* backup, restore: a file of its own, under a passphrase of its own. */
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli.h"

/* On a terminal, say whose passphrase is asked for next. */
static void
announce(const char *text)
{
	if (input_person())
		fprintf(stderr, "%s\n", text);
}

static int
taken(const struct cli *c)
{
	return cli_fail_as(c, TACIT_E_VAULT_EXISTS,
	    "there is already something of this name; a backup never replaces "
	    "a file");
}

static int
write_backup(struct cli *c)
{
	struct cli_passphrase p = { .len = 0 };
	int rc, status;

	announce("The backup gets a passphrase of its own.");
	status = passphrase_line(c, &p, "passphrase of the backup", true);
	if (status == 0 &&
	    (rc = tacit_backup(c->t, c->file, p.bytes, p.len)) != 0)
		status = rc == TACIT_E_VAULT_EXISTS ? taken(c) :
		    cli_fail(c, rc, rc == TACIT_E_IO ? c->file : NULL);
	passphrase_wipe(&p);
	return status;
}

int
cmd_backup(struct cli *c)
{
	int status;

	if (access(c->file, F_OK) == 0)
		return taken(c);
	if ((status = session_open(c)) != 0 || (status = write_backup(c)) != 0)
		return status;
	if (c->json)
		return cli_done(c, json_out("{s:s}", "backup", c->file));
	printf("The backup is written: %s\nNothing opens it but its "
	    "passphrase; keep both, and not beside the vault.\n", c->file);
	return EX_OK;
}

/* What is wrong with a backup, in words of its own; NULL: nothing special. */
static const char *
wrong_with_backup(int error)
{
	switch (error) {
	case TACIT_E_PASSPHRASE:
		return "wrong passphrase for this backup";
	case TACIT_E_CORRUPT:
		return "the backup was changed by something else; it is not "
		    "used";
	case TACIT_E_TRUNCATED:
		return "the backup is cut short; it is not used";
	case TACIT_E_VERSION:
		return "the backup was made by a newer version of Tacit";
	default:
		return NULL;
	}
}

static int
restore(struct cli *c, const struct cli_passphrase *of_backup,
    const struct cli_passphrase *of_vault, uint32_t *contacts)
{
	struct tacit_config cfg = session_config(c, of_vault);
	const char *text;
	int rc, status;

	if ((status = session_argon_mib(c, &cfg.argon_mib)) != 0 ||
	    (status = session_make_parents(c)) != 0)
		return status;
	rc = tacit_restore(&cfg, c->file, of_backup->bytes, of_backup->len,
	    contacts);
	if ((text = wrong_with_backup(rc)) != NULL)
		return cli_fail_as(c, rc, text);
	return cli_done(c, rc);
}

/* Everything is asked for before anything is made. */
static int
ask_and_restore(struct cli *c, uint32_t *contacts)
{
	struct cli_passphrase of_backup = { .len = 0 };
	struct cli_passphrase of_vault = { .len = 0 };
	int status;

	status = passphrase_line(c, &of_backup, "passphrase of the backup",
	    false);
	if (status == 0) {
		announce("The new vault gets a passphrase of its own.");
		status = passphrase_get(c, &of_vault, true);
	}
	if (status == 0)
		status = restore(c, &of_backup, &of_vault, contacts);
	passphrase_wipe(&of_backup);
	passphrase_wipe(&of_vault);
	return status;
}

int
cmd_restore(struct cli *c)
{
	uint32_t contacts = 0;
	int status;

	if (access(c->vault, F_OK) == 0)
		return cli_fail(c, TACIT_E_VAULT_EXISTS, NULL);
	if (access(c->file, F_OK) != 0)
		return cli_fail_as(c, TACIT_E_NOT_A_BACKUP,
		    "there is no such file");
	if ((status = ask_and_restore(c, &contacts)) != 0)
		return status;
	if (c->json)
		return cli_done(c, json_out("{s:s, s:I}", "vault", c->vault,
		    "contacts", (long long)contacts));
	printf("Your vault is back, with %u contact%s: %s\n`tacit sync' lets "
	    "each conversation agree on new keys.  Do not use the old\nvault "
	    "any more.\n", (unsigned)contacts, contacts == 1 ? "" : "s",
	    c->vault);
	return EX_OK;
}
