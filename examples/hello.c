/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two copies of this program pair and exchange one message.  The passphrase
 * of both vaults stands in HELLO_PASSPHRASE.
 *
 *	tacit-relay admit --data DIR | hello a.vault Anna | hello b.vault Ben
 *
 * The first reads the relay's line and prints a link for the second.
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

/* Invite, and print the link as soon as the relay has the invitation. */
static void
invite(struct tacit_contact **contact, struct tacit *t, const char *line)
{
	char link[TACIT_LINK_SIZE];
	int rc;

	check("relay", tacit_relay_add(t, line, strlen(line), NULL));
	check("invite", tacit_invite(contact, t, "the other",
	    TACIT_INVITE_IN_PERSON, 0, NULL));
	while ((rc = tacit_invitation_link(*contact, link)) == TACIT_E_WAIT)
		check("step", tacit_step(t, 1000));
	check("link", rc);
	check("write", puts(link) < 0 ? TACIT_E_IO : fflush(stdout));
}

int
main(int argc, char **argv)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;
	struct tacit_event ev = { .size = sizeof(ev) };
	struct tacit_progress left = { .size = sizeof(left), .queued = 1 };
	struct tacit_contact *contact;
	struct tacit *t;
	char line[TACIT_LINK_SIZE], text[128];
	int heard = 0;

	if (argc != 3 || fgets(line, sizeof(line), stdin) == NULL)
		return 64;
	line[strcspn(line, "\n")] = '\0';
	cfg.path = argv[1];
	cfg.passphrase = getenv("HELLO_PASSPHRASE");
	cfg.passphrase_len = cfg.passphrase ? strlen(cfg.passphrase) : 0;
	check("create", tacit_create(&cfg, argv[2]));
	check("open", tacit_open(&t, &cfg));
	if (strncmp(line, "tacit://", 8) != 0)
		invite(&contact, t, line);
	else
		check("accept", tacit_accept(&contact, t, line, strlen(line),
		    "the other"));
	snprintf(text, sizeof(text), "Hello from %s.", argv[2]);
	check("send", tacit_send(contact, text, strlen(text), NULL, NULL));

	while (!heard || left.queued > 0 || left.busy) {
		check("step", tacit_step(t, 1000));
		while (check("event", tacit_next_event(t, 0, &ev)) == 1) {
			if (ev.type == TACIT_EV_MESSAGE)
				heard = fprintf(stderr, "%s heard: %.*s\n",
				    argv[2], (int)ev.text_len, ev.text);
			check("done", tacit_event_done(t, ev.id));
		}
		check("progress", tacit_progress(t, &left));
	}
	tacit_close(t);
	return 0;
}
