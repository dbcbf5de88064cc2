/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many vaults in one process, by the public calls, without a relay: what each
 * holds, how long it takes to open, to ask, and to write into.  What they do
 * beside a relay is the business of tests/loops and docs/gateway.md.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sodium.h>

#include "lib.h"
#include "tacit/link.h"
#include "tacit/tacit.h"

static const uint8_t key[TACIT_VAULT_KEY_SIZE] = "only for this measurement";

struct desk {
	struct tacit *t;
	struct tacit_contact *ct;
};

struct desks {
	const struct bench *b;
	struct desk *all;
	unsigned n, said;
};

static void
config_of(struct tacit_config *cfg, struct tacit_host *host, char path[400],
    const struct bench *b, unsigned i)
{
	const struct tacit_config init = TACIT_CONFIG_INIT;
	const struct tacit_host none = TACIT_HOST_INIT;

	*cfg = init;
	*host = none;
	(void)snprintf(path, 400, "%s/%u.vault", b->dir, i);
	host->key = key;
	cfg->host = host;
	cfg->path = path;
}

static void
must(const char *what, int rc)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "library: %s: %s\n", what, tacit_error_word(rc));
	exit(70);
}

/* A vault with a contact to whom one may write; nobody will ever answer. */
static void
make_one(const struct bench *b, unsigned i)
{
	struct tacit_admission a = { .place = { .host = "127.0.0.1",
	    .port = 1, .pin = { 1 } } };
	char path[400], line[TACIT_LINK_SIZE];
	struct tacit_config cfg;
	struct tacit_host host;
	struct tacit_contact *ct;
	struct tacit *t;

	config_of(&cfg, &host, path, b, i);
	(void)remove(path);
	must("create", tacit_create(&cfg, "Desk"));
	must("open", tacit_open(&t, &cfg));
	randombytes_buf(a.code, sizeof(a.code));
	must("line", tacit_admission_write(line, sizeof(line), &a));
	must("relay", tacit_relay_add(t, line, strlen(line), NULL));
	must("invite", tacit_invite(&ct, t, "somebody",
	    TACIT_INVITE_IN_PERSON, 0, NULL));
	tacit_close(t);
}

static double
open_all(struct desks *d)
{
	double began = rows_wall_us();
	struct tacit_config cfg;
	struct tacit_host host;
	char path[400];
	unsigned i;

	for (i = 0; i < d->n; i++) {
		config_of(&cfg, &host, path, d->b, i);
		must("open", tacit_open(&d->all[i].t, &cfg));
		d->all[i].ct = tacit_contact_next(d->all[i].t, NULL);
		assert(d->all[i].ct != NULL);
	}
	return (rows_wall_us() - began) / d->n;
}

static double
resident_kib(void)
{
	static const char name[] = "VmRSS:";
	FILE *f = fopen("/proc/self/status", "r");
	char line[100];
	long kib = 0;

	assert(f != NULL);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, sizeof(name) - 1) == 0)
			kib = strtol(line + sizeof(name) - 1, NULL, 10);
	(void)fclose(f);
	return (double)kib;
}

static void
close_all(struct desks *d)
{
	unsigned i;

	for (i = 0; i < d->n; i++)
		tacit_close(d->all[i].t);
}

/* Opened and closed, once each round: time and memory. */
static double
run_open(void *arg)
{
	struct desks *d = arg;
	double took;

	close_all(d);
	took = open_all(d);
	return took;
}

static double
run_ask(void *arg)
{
	struct desks *d = arg;
	double began = rows_cpu_us();
	unsigned i;

	for (i = 0; i < d->n; i++)
		(void)tacit_timeout_ms(d->all[i].t);
	return (rows_cpu_us() - began) / d->n;
}

static void
say(struct desks *d, unsigned i)
{
	char text[40];

	(void)snprintf(text, sizeof(text), "text %u", d->said++);
	must("send", tacit_send(d->all[i].ct, text, strlen(text), NULL,
	    NULL));
}

static double
run_each(void *arg)
{
	struct desks *d = arg;
	double began = rows_wall_us();
	unsigned i;

	for (i = 0; i < d->n; i++)
		say(d, i);
	return d->n * 1e6 / (rows_wall_us() - began);
}

static double
run_one(void *arg)
{
	struct desks *d = arg;
	double began = rows_wall_us();
	unsigned i;

	for (i = 0; i < d->n; i++)
		say(d, 0);
	return d->n * 1e6 / (rows_wall_us() - began);
}

/* Of each vault all that was written to it is there, and it is the last. */
static void
check(struct desks *d)
{
	struct tacit_message m = { .size = sizeof(m) };
	const unsigned rounds = ROWS_ROUNDS + 1;
	unsigned i, want;

	close_all(d);
	(void)open_all(d);
	for (i = 0; i < d->n; i++) {
		must("history", tacit_history(d->all[i].ct, 0, &m));
		want = i == 0 ? rounds * (d->n + 1) : rounds;
		assert(m.place == want);
	}
}

static void
allow_many_files(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		return;
	r.rlim_cur = r.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &r);
}

int
thousand_group(const struct bench *b)
{
	struct row r[] = {
		{ .name = "open, each of the vaults, with its loop",
		    .unit = "us", .run = run_open },
		{ .name = "when is anything due?", .unit = "us",
		    .run = run_ask },
		{ .name = "send, durable, to one vault of them",
		    .unit = "/s", .run = run_one },
		{ .name = "send, durable, to each in turn", .unit = "/s",
		    .run = run_each,
		    .over = "send, durable, to one vault of them" },
	};
	struct row memory = { .name = "memory of each of the vaults",
	    .unit = "KiB" };
	struct desks d = { .b = b, .n = b->vaults };
	double before;
	unsigned i;
	int missed;

	allow_many_files();
	d.all = calloc(d.n, sizeof(*d.all));
	assert(d.all != NULL && sodium_init() >= 0);
	for (i = 0; i < d.n; i++)
		make_one(b, i);
	before = resident_kib();
	(void)open_all(&d);
	for (i = 0; i < ROWS_ROUNDS; i++)
		memory.v[i] = (resident_kib() - before) / d.n;
	missed = rows_show(&memory, 1, b->json);
	missed += rows_run(r, sizeof(r) / sizeof(r[0]), &d, b->json);
	check(&d);
	close_all(&d);
	free(d.all);
	return missed;
}
