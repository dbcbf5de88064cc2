/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that sends data between texts, which `tacit' itself never does.
 *
 *	hostdata VAULT send TYPE	standard input to contact 1, and on
 *	hostdata VAULT fetch SEQ	until theirs numbered SEQ is here; no
 *					event is confirmed
 *	hostdata VAULT list		"TYPE BYTES" of the history, newest first
 *
 * The passphrase stands in the file that TACIT_PASSPHRASE_FILE names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tacit/tacit.h>

static int
check(const char *what, int rc)
{
	if (rc >= 0)
		return rc;
	fprintf(stderr, "%s: %s\n", what, tacit_error_text(rc));
	exit(1);
}

static struct tacit *
open_vault(const char *path)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;
	const char *name = getenv("TACIT_PASSPHRASE_FILE");
	FILE *f = name != NULL ? fopen(name, "r") : NULL;
	char passphrase[200] = "";
	struct tacit *t;

	if (f == NULL || fgets(passphrase, sizeof(passphrase), f) == NULL)
		exit(64);
	(void)fclose(f);
	cfg.path = path;
	cfg.passphrase = passphrase;
	cfg.passphrase_len = strcspn(passphrase, "\n");
	check("open", tacit_open(&t, &cfg));
	return t;
}

static void
send_data(struct tacit *t, struct tacit_contact *ct, const char *type)
{
	struct tacit_progress p = { .size = sizeof(p) };
	static char bytes[24576];
	size_t len = fread(bytes, 1, sizeof(bytes), stdin);

	check("send", tacit_send_data(ct, (uint32_t)atoi(type), bytes, len,
	    NULL, NULL));
	do {
		check("step", tacit_step(t, 100));
		check("progress", tacit_progress(t, &p));
	} while (p.queued > 0);
}

/* Is the newest of theirs numbered ${seq}? */
static int
is_here(struct tacit_contact *ct, uint64_t seq)
{
	struct tacit_message m = { .size = sizeof(m) };

	while (tacit_history(ct, m.place, &m) == 0)
		if (!m.from_me)
			return m.seq >= seq;
	return 0;
}

static void
list(struct tacit_contact *ct)
{
	struct tacit_message m = { .size = sizeof(m) };

	while (tacit_history(ct, m.place, &m) == 0)
		printf("%u %.*s\n", m.type, (int)m.text_len, m.text);
}

int
main(int argc, char **argv)
{
	struct tacit_contact *ct;
	struct tacit *t;

	if (argc < 3)
		return 64;
	t = open_vault(argv[1]);
	check("contact", tacit_contact_find(&ct, t, "1"));
	if (strcmp(argv[2], "send") == 0 && argc == 4)
		send_data(t, ct, argv[3]);
	else if (strcmp(argv[2], "fetch") == 0 && argc == 4)
		while (!is_here(ct, (uint64_t)atoi(argv[3])))
			check("step", tacit_step(t, 100));
	else if (strcmp(argv[2], "list") == 0)
		list(ct);
	else
		return 64;
	tacit_close(t);
	return 0;
}
