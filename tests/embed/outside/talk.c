/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What examples/hello.c does, in what C99 and C++17 share, and with the
 * practice layer.  It pairs with examples/hello.c as well.
 *
 *	talk VAULT NAME <LINE
 */
#include <tacit/practice.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int
check(const char *what, int rc)
{
	if (rc >= 0)
		return rc;
	fprintf(stderr, "%s: %s\n", what, tacit_error_text(rc));
	exit(1);
}

static void
invite(struct tacit_contact **contact, struct tacit *t, const char *line)
{
	char link[TACIT_LINK_SIZE];
	int rc;

	check("relay", tacit_relay_add(t, line, strlen(line), 0));
	check("invite", tacit_invite(contact, t, "the other",
	    TACIT_INVITE_IN_PERSON, 0, 0));
	while ((rc = tacit_invitation_link(*contact, link)) == TACIT_E_WAIT)
		check("step", tacit_step(t, 1000));
	check("link", rc);
	check("write", puts(link) < 0 ? TACIT_E_IO : fflush(stdout));
}

/* Says whether a text was among what happened. */
static int
listen_once(struct tacit *t, struct tacit_practice *p, const char *name)
{
	struct tacit_event ev;
	int heard = 0;

	check("step", tacit_step(t, 1000));
	check("practice step", tacit_practice_step(p,
	    (int64_t)time(0) * 1000));
	memset(&ev, 0, sizeof(ev));
	ev.size = sizeof(ev);
	while (check("event", tacit_next_event(t, 0, &ev)) == 1) {
		if (ev.type == TACIT_EV_MESSAGE)
			heard = fprintf(stderr, "%s heard: %.*s\n", name,
			    (int)ev.text_len, ev.text);
		check("done", tacit_event_done(t, ev.id));
	}
	return heard;
}

static void
talk(struct tacit *t, const char *name, const char *line)
{
	struct tacit_practice *p;
	struct tacit_contact *contact;
	struct tacit_progress left;
	char text[128];
	int heard = 0;

	check("practice", tacit_practice_open(&p, t));
	if (strncmp(line, "tacit://", 8) != 0)
		invite(&contact, t, line);
	else
		check("accept", tacit_accept(&contact, t, line, strlen(line),
		    "the other"));
	snprintf(text, sizeof(text), "Hello from %s.", name);
	check("send", tacit_send(contact, text, strlen(text), 0, 0));
	do {
		heard |= listen_once(t, p, name);
		memset(&left, 0, sizeof(left));
		left.size = sizeof(left);
		check("progress", tacit_progress(t, &left));
	} while (!heard || left.queued > 0 || left.busy);
	tacit_practice_close(p);
}

int
main(int argc, char **argv)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;
	struct tacit *t;
	char line[TACIT_LINK_SIZE];

	if (argc != 3 || fgets(line, sizeof(line), stdin) == 0)
		return 64;
	line[strcspn(line, "\n")] = '\0';
	cfg.path = argv[1];
	cfg.passphrase = "of a test";
	cfg.passphrase_len = strlen(cfg.passphrase);
	cfg.argon_mib = 64;
	check("create", tacit_create(&cfg, argv[2]));
	check("open", tacit_open(&t, &cfg));
	talk(t, argv[2], line);
	tacit_close(t);
	return 0;
}
