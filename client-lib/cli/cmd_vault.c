/* SPDX-License-Identifier: Apache-2.0 */
/* init, passphrase, relay add: the vault and what it knows of relays. */
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli.h"

static int
create(struct cli *c, const char *name, uint32_t mib)
{
	struct cli_passphrase p = { .len = 0 };
	struct tacit_config cfg;
	int rc, status;

	if ((status = passphrase_get(c, &p, true)) == 0) {
		cfg = session_config(c, &p);
		cfg.argon_mib = mib;
		if ((rc = tacit_create(&cfg, name)) != 0)
			status = cli_fail(c, rc, NULL);
	}
	passphrase_wipe(&p);
	return status;
}

int
cmd_init(struct cli *c)
{
	char name[CLI_LINE_MAX];
	uint32_t mib = 0;
	int status;

	if ((status = session_argon_mib(c, &mib)) != 0)
		return status;
	if (access(c->vault, F_OK) == 0)
		return cli_fail(c, TACIT_E_VAULT_EXISTS, NULL);
	status = input_line(c, "name", "The name that others will see", name,
	    sizeof(name), NULL);
	if (status != 0 || (status = session_make_parents(c)) != 0 ||
	    (status = create(c, name, mib)) != 0)
		return status;
	if (c->json)
		return cli_done(c, json_out("{s:s}", "vault", c->vault));
	printf("Your vault is ready: %s\nNothing opens it but its passphrase; "
	    "keep both.\n", c->vault);
	return EX_OK;
}

/* With both phrases at hand: open with the old, which proves it, and change. */
static int
change(struct cli *c, const struct cli_passphrase *old,
    const struct cli_passphrase *fresh)
{
	struct tacit_config cfg = session_config(c, old);
	int rc;

	if ((rc = tacit_open(&c->t, &cfg)) != 0 ||
	    (rc = tacit_change_passphrase(c->t, old->bytes, old->len,
	    fresh->bytes, fresh->len)) != 0)
		return cli_fail(c, rc, NULL);
	if (c->json)
		return cli_done(c, json_out("{s:s}", "vault", c->vault));
	puts("The passphrase was changed.");
	return EX_OK;
}

int
cmd_passphrase(struct cli *c)
{
	struct cli_passphrase old = { .len = 0 }, fresh = { .len = 0 };
	int status;

	if ((status = passphrase_line(c, &old, "old passphrase", false)) == 0 &&
	    (status = passphrase_line(c, &fresh, "new passphrase", true)) == 0)
		status = change(c, &old, &fresh);
	passphrase_wipe(&old);
	passphrase_wipe(&fresh);
	return status;
}

int
cmd_relay_add(struct cli *c)
{
	char line[CLI_LINE_MAX], url[TACIT_LINK_SIZE];
	size_t len = 0;
	int rc, status;

	status = input_line(c, "relay line",
	    "The tacit-relay: line from the relay's operator", line,
	    sizeof(line), &len);
	if (status == 0 && (status = session_open(c)) == 0) {
		if ((rc = tacit_relay_add(c->t, line, len, url)) != 0)
			status = cli_fail(c, rc, NULL);
		else if (c->json)
			status = cli_done(c, json_out("{s:s}", "relay", url));
		else
			printf("Relay added: %s\n", url);
	}
	explicit_bzero(line, sizeof(line));
	return status;
}
