/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Make DIR/0.vault to DIR/N-1.vault, each under a key of its own in a file
 * beside it, and pair 0 with 1, 2 with 3 and so on.
 * usage: make_vaults DIR N <line of tacit-relay admit, good for N
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "tacit/tacit.h"

enum { AT_ONCE = 100 };

struct one {
	struct tacit *t;
	struct tacit_contact *ct;
};

static void
must(const char *what, int rc)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "make_vaults: %s: %s\n", what, tacit_error_word(rc));
	exit(1);
}

static void
begin(struct one *o, const char *dir, unsigned n, const char *line)
{
	struct tacit_host host = TACIT_HOST_INIT;
	struct tacit_config cfg = TACIT_CONFIG_INIT;
	uint8_t key[TACIT_VAULT_KEY_SIZE];
	char path[256], name[300];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%u.vault", dir, n);
	(void)snprintf(name, sizeof(name), "%s.key", path);
	randombytes_buf(key, sizeof(key));
	if ((f = fopen(name, "wb")) == NULL ||
	    fwrite(key, sizeof(key), 1, f) != 1 || fclose(f) != 0)
		must(name, TACIT_E_IO);
	host.key = key;
	cfg.host = &host;
	cfg.path = path;
	(void)snprintf(name, sizeof(name), "Desk %u", n);
	must("create", tacit_create(&cfg, name));
	must("open", tacit_open(&o->t, &cfg));
	if (n % 2 == 0) {
		must("relay", tacit_relay_add(o->t, line, strlen(line), NULL));
		must("invite", tacit_invite(&o->ct, o->t, "the other",
		    TACIT_INVITE_IN_PERSON, 0, NULL));
	}
}

static void
take_events(struct one *o)
{
	struct tacit_event ev = { .size = sizeof(ev) };

	must("step", tacit_step(o->t, 0));
	while (tacit_next_event(o->t, 0, &ev) == 1)
		must("done", tacit_event_done(o->t, ev.id));
}

/* One turn of a pair; 1 when both ends are done with pairing. */
static int
turn(struct one *a, struct one *b)
{
	struct tacit_contact_info i = { .size = sizeof(i) };
	struct tacit_progress p = { .size = sizeof(p) };
	struct one *both[2] = { a, b };
	char link[TACIT_LINK_SIZE];
	int k, done = 0;

	take_events(a);
	take_events(b);
	if (b->ct == NULL && tacit_invitation_link(a->ct, link) == 0)
		must("accept", tacit_accept(&b->ct, b->t, link, strlen(link),
		    "the other"));
	for (k = 0; k < 2 && both[k]->ct != NULL; k++) {
		must("info", tacit_contact_info(both[k]->ct, &i));
		must("progress", tacit_progress(both[k]->t, &p));
		done += i.state == TACIT_ACTIVE && p.drained && p.offered &&
		    !p.busy;
	}
	return done == 2;
}

int
main(int argc, char **argv)
{
	struct one all[AT_ONCE];
	char line[TACIT_LINK_SIZE];
	unsigned n, from, i, count, done;

	if (argc != 3 || fgets(line, sizeof(line), stdin) == NULL ||
	    sodium_init() < 0)
		return 64;
	line[strcspn(line, "\n")] = '\0';
	n = (unsigned)strtoul(argv[2], NULL, 10) & ~1U;
	for (from = 0; from < n; from += count) {
		count = n - from < AT_ONCE ? n - from : AT_ONCE;
		memset(all, 0, sizeof(all));
		for (i = 0; i < count; i++)
			begin(&all[i], argv[1], from + i, line);
		do {
			for (i = done = 0; i < count; i += 2)
				done += (unsigned)turn(&all[i], &all[i + 1]);
			(void)usleep(2000);
		} while (done < count / 2);
		for (i = 0; i < count; i++)
			tacit_close(all[i].t);
	}
	return 0;
}
