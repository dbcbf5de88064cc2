/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libtacit, driven by check-client: the line protocol of README.md, by the
 * public calls alone.  TACIT_KIT_DIR is where this end keeps what it has.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tacit/tacit.h>

enum { STEPS = 100, STEP_MS = 100, PATH = 4096 };

struct end {
	struct tacit_config cfg;
	char path[PATH];
	struct tacit *t;
	struct tacit_contact *contact;
};

static int
start(struct end *e)
{
	int rc = tacit_open(&e->t, &e->cfg);

	if (rc == 0)
		e->contact = tacit_contact_next(e->t, NULL);
	return rc;
}

static int
init(struct end *e, const char *name)
{
	int rc = tacit_create(&e->cfg, name);

	return rc != 0 ? rc : start(e);
}

/* Shown first, then done: who is killed in between shows it again. */
static int
show(struct end *e)
{
	struct tacit_event ev = { .size = sizeof(ev) };
	int rc;

	while ((rc = tacit_next_event(e->t, 0, &ev)) == 1) {
		if (ev.type == TACIT_EV_MESSAGE)
			printf("text %.*s\n", (int)ev.text_len, ev.text);
		(void)fflush(stdout);
		if ((rc = tacit_event_done(e->t, ev.id)) != 0)
			return rc;
	}
	return rc;
}

/* Until all is read and offered; whoever was cut off calls again by itself. */
static int
sync_all(struct end *e)
{
	struct tacit_progress p = { .size = sizeof(p) };
	int i, rc = 0;

	for (i = 0; i < STEPS && rc == 0; i++) {
		if ((rc = tacit_step(e->t, STEP_MS)) == 0 &&
		    (rc = show(e)) == 0)
			rc = tacit_progress(e->t, &p);
		if (p.drained && p.offered && !p.busy)
			break;
	}
	return rc;
}

/* The link is there when the relay has the invitation. */
static int
invite(struct end *e)
{
	struct tacit_progress p = { .size = sizeof(p), .hope = 1 };
	char link[TACIT_LINK_SIZE];
	int i, rc;

	if ((rc = tacit_invite(&e->contact, e->t, "other", 0, 0, NULL)) != 0)
		return rc;
	for (i = 0; i < STEPS && rc == 0; i++) {
		rc = tacit_invitation_link(e->contact, link);
		if (rc == 0) {
			printf("ok %s\n", link);
			return 1;
		}
		if (rc == TACIT_E_WAIT &&
		    (rc = tacit_step(e->t, STEP_MS)) == 0 &&
		    (rc = tacit_progress(e->t, &p)) == 0 && !p.hope &&
		    p.problem != 0)
			return p.problem;
	}
	return rc != 0 ? rc : TACIT_E_UNREACHABLE;
}

static int
send_text(struct end *e, const char *text)
{
	int rc = tacit_accept_unverified(e->contact);

	return rc != 0 ? rc : tacit_send(e->contact, text, strlen(text),
	    NULL, NULL);
}

static int
number(struct end *e)
{
	char digits[TACIT_SAFETY_SIZE];
	int rc = tacit_safety_number(e->contact, digits);

	if (rc != 0)
		return rc;
	printf("ok %s\n", digits);
	return 1;
}

/* 1: it was answered; 0: "ok" is the answer; else an error. */
static int
act(struct end *e, const char *word, const char *rest)
{
	if (strcmp(word, "init") == 0)
		return init(e, rest);
	if (e->t == NULL)
		return TACIT_E_STATE;
	if (strcmp(word, "relay") == 0)
		return tacit_relay_add(e->t, rest, strlen(rest), NULL);
	if (strcmp(word, "invite") == 0)
		return invite(e);
	if (strcmp(word, "accept") == 0)
		return tacit_accept(&e->contact, e->t, rest, strlen(rest),
		    "other");
	if (strcmp(word, "sync") == 0)
		return sync_all(e);
	if (e->contact == NULL)
		return TACIT_E_STATE;
	if (strcmp(word, "send") == 0)
		return send_text(e, rest);
	return strcmp(word, "number") == 0 ? number(e) : TACIT_E_INVALID;
}

int
main(void)
{
	static const char passphrase[] = "only for this check";
	struct end e = { .cfg = TACIT_CONFIG_INIT };
	const char *dir = getenv("TACIT_KIT_DIR");
	char line[2048], *rest;
	int rc;

	if (dir == NULL || strlen(dir) + sizeof("/vault") > PATH)
		return 64;
	(void)snprintf(e.path, sizeof(e.path), "%s/vault", dir);
	e.cfg.path = e.path;
	e.cfg.passphrase = passphrase;
	e.cfg.passphrase_len = strlen(passphrase);
	e.cfg.argon_mib = 64;
	(void)start(&e);		/* there may be none before init */
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		rest = line + strcspn(line, " ");
		if (*rest == ' ')
			*rest++ = '\0';
		if ((rc = act(&e, line, rest)) < 0)
			printf("no %s\n", tacit_error_word(rc));
		else if (rc == 0)
			puts("ok");
		(void)fflush(stdout);
	}
	if (e.t != NULL)
		tacit_close(e.t);
	return 0;
}
