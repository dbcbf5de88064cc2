/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "person.h"

enum { PATIENCE_MS = 60000 };

static const char passphrase[] = "a passphrase that is long";

static void
must(int rc, const char *what)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "person: %s: %s\n", what, tacit_error_word(rc));
	abort();
}

struct tacit_config
person_config(const struct person *p, const char *proxy)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;

	cfg.path = p->path;
	cfg.passphrase = passphrase;
	cfg.passphrase_len = sizeof(passphrase) - 1;
	cfg.argon_mib = 64;
	cfg.proxy = proxy;
	return cfg;
}

void
person_make(struct person *p, const char *dir, const char *name)
{
	struct tacit_config cfg;

	memset(p, 0, sizeof(*p));
	(void)snprintf(p->path, sizeof(p->path), "%s/%s.vault", dir, name);
	cfg = person_config(p, NULL);
	must(tacit_create(&cfg, name), "create");
}

void
person_open(struct person *p, const char *proxy)
{
	struct tacit_config cfg = person_config(p, proxy);

	must(tacit_open(&p->t, &cfg), "open");
	p->ct = tacit_contact_next(p->t, NULL);
}

void
person_add_relay(struct person *p, struct relay_proc *r, uint16_t port,
    const char *host)
{
	struct tacit_admission a;
	char line[TACIT_LINK_SIZE];

	relay_proc_admit(r, "5", &a);
	a.place.port = port;
	if (host != NULL)
		(void)snprintf(a.place.host, sizeof(a.place.host), "%s", host);
	must(tacit_admission_write(line, sizeof(line), &a), "admission");
	must(tacit_relay_add(p->t, line, strlen(line), NULL), "relay");
}

void
person_invite(struct person *p)
{
	must(tacit_invite(&p->ct, p->t, "somebody", TACIT_INVITE_IN_PERSON, 0,
	    NULL), "invite");
}

static struct tacit_contact_info
info(const struct person *p)
{
	struct tacit_contact_info i = { .size = sizeof(i) };

	must(tacit_contact_info(p->ct, &i), "info");
	return i;
}

static int
is_ready(const struct person *p)
{
	return info(p).ready;
}

static int
is_active(const struct person *p)
{
	return info(p).state == TACIT_ACTIVE;
}

int
person_has_sent(const struct person *p)
{
	return info(p).queued == 0;
}

int
person_is_drained(const struct person *p)
{
	struct tacit_progress g = { .size = sizeof(g) };

	must(tacit_progress(p->t, &g), "progress");
	return g.drained;
}

void
person_run(struct person *p, struct person *other,
    int (*is_so)(const struct person *p))
{
	long end = relay_now_ms() + PATIENCE_MS;

	while (!is_so(p)) {
		if (relay_now_ms() > end)
			must(TACIT_E_UNREACHABLE, "waiting");
		must(tacit_step(p->t, 10), "step");
		if (other != NULL)
			must(tacit_step(other->t, 10), "step");
	}
}

void
person_pair(struct person *a, struct person *b)
{
	char link[TACIT_LINK_SIZE];

	person_invite(a);
	person_run(a, NULL, is_ready);
	must(tacit_invitation_link(a->ct, link), "link");
	must(tacit_accept(&b->ct, b->t, link, strlen(link), "inviter"),
	    "accept");
	person_run(a, b, is_active);
	person_run(b, a, is_active);
	person_run(a, b, person_is_drained);
}
