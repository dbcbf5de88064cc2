/* SPDX-License-Identifier: Apache-2.0 */
/* One end as a process: a vault on a disk, the core over it, an app above. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app.h"
#include "core.h"
#include "line_in.h"
#include "record.h"
#include "side.h"
#include "wrap.h"

static const char passphrase[] = "only for this test";

enum {
	RETRY_MS = 1000,
	DAY_MS = 24 * 3600 * 1000,
	FAILURES = 3,
	NAME = 48
};

struct disk *
side_disk(struct side *d)
{
	return d->disk;
}

struct actor *
side_actor(struct side *d)
{
	return &d->actor;
}

int
side_runs(const struct side *d)
{
	return d->t != NULL;
}

int64_t
side_due(const struct side *d)
{
	return d->due;
}

/* ---- what the core is given --------------------------------------------------- */

static int64_t
wall_ms(void *arg)
{
	return actor_wall_ms(&((struct side *)arg)->actor);
}

static int64_t
mono_ms(void *arg)
{
	return actor_mono_ms(&((struct side *)arg)->actor);
}

static void
fill(void *arg, void *out, size_t len)
{
	(void)arg;
	randombytes_buf(out, len);
}

/* What it does to the network is a point at which it may end, too. */
static int
is_gone(struct side *d)
{
	return disk_point(d->disk);
}

static int
t_open(struct transport *tr, uint32_t conn, const struct tacit_place *place,
    const uint8_t next_pin[TACIT_HASH_LEN])
{
	struct side *d = (struct side *)tr;

	(void)place;
	(void)next_pin;
	if (!is_gone(d))
		cable_open(d->s, d->i, conn);
	return 0;
}

static int
t_send(struct transport *tr, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct side *d = (struct side *)tr;

	return is_gone(d) ? 0 : cable_send(d->s, d->i, conn, msg, len);
}

static void
t_close(struct transport *tr, uint32_t conn)
{
	struct side *d = (struct side *)tr;

	cable_close(d->s, d->i, conn);
}

static const struct transport_ops ops = { t_open, t_send, t_close };

/* ---- a process ---------------------------------------------------------------- */

struct side *
side_new(struct sim *s, int i)
{
	struct side *d = __real_calloc(1, sizeof(*d));

	if (d == NULL)
		abort();
	d->transport.ops = &ops;
	d->s = s;
	d->i = i;
	d->actor = (struct actor){ .random = { s->plan->seed * 31 +
	    (uint64_t)i * 1000003 + 17 }, .now = &s->now, .booted = s->now };
	d->chance.state = s->plan->seed * 131 + (uint64_t)i;
	d->disk = disk_new((unsigned)i, &d->chance);
	(void)snprintf(d->path, sizeof(d->path), "/sim/%d/vault", i);
	return d;
}

static void
drop(struct side *d)
{
	struct tacit *t = d->t;

	if (t == NULL)
		return;
	core_free(t);
	ratchet_close(t->ratchet);
	vault_close(t->vault);
	record_tail_free(t->shown.text, t->shown.len);
	record_tail_free(t->read.text, t->read.len);
	free(t);
	d->t = NULL;
}

void
side_free(struct side *d)
{
	struct actor *was = actor_enter(&d->actor);

	d->actor.memory_times = 0;
	drop(d);
	(void)actor_enter(was);
	image_free(d->copy);
	image_free(d->backup);
	disk_free(d->disk);
	free(d);
}

/* A relay's admission line, as its operator prints it. */
static int
add_relay(struct side *d)
{
	struct tacit_admission a = { .place = { .host = "127.0.0.1",
	    .port = 1, .pin = { 1 } } };
	char line[TACIT_LINK_SIZE];
	int rc;

	memcpy(a.place.relay_key, host_key(d->s->host),
	    sizeof(a.place.relay_key));
	memset(a.code, 0x40 + d->i, sizeof(a.code));
	if ((rc = tacit_admission_write(line, sizeof(line), &a)) != 0)
		return rc;
	return tacit_relay_add(d->t, line, strlen(line), NULL);
}

static struct tacit_config
config_of(const struct side *d)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;

	cfg.path = d->path;
	cfg.passphrase = passphrase;
	cfg.passphrase_len = strlen(passphrase);
	cfg.argon_mib = TACIT_ARGON_MIB_FLOOR;
	return cfg;
}

static int
make(struct side *d)
{
	struct tacit_config cfg = config_of(d);
	char name[16];

	(void)snprintf(name, sizeof(name), "end %d", d->i);
	return tacit_create(&cfg, name);
}

/* The last attempt may have got far. */
static int
restore(struct side *d)
{
	struct tacit_config cfg = config_of(d);
	char name[NAME];
	int rc;

	(void)snprintf(name, sizeof(name), "/sim/%d/backup%u", d->i,
	    d->whole);
	rc = tacit_restore(&cfg, name, passphrase, strlen(passphrase), NULL);
	if (rc == 0 || rc == TACIT_E_VAULT_EXISTS)
		d->restoring = 0;
	return rc == TACIT_E_VAULT_EXISTS ? 0 : rc;
}

/* As tacit_open() does. */
static int
start(struct side *d)
{
	struct tacit *t;
	int rc;

	if (!d->made && (rc = make(d)) != 0 && rc != TACIT_E_VAULT_EXISTS)
		return rc;
	d->made = 1;
	if (d->restoring && (rc = restore(d)) != 0)
		return rc;
	if ((t = __real_calloc(1, sizeof(*t))) == NULL)
		abort();
	t->env = (struct env){ wall_ms, mono_ms, fill, d };
	t->transport = &d->transport;
	d->t = t;
	if ((rc = vault_open(&t->vault, d->path, passphrase,
	    strlen(passphrase), 0)) != 0 ||
	    (rc = ratchet_open(&t->ratchet, t->vault)) != 0 ||
	    (rc = core_load(t)) != 0)
		return rc;
	if (!d->has_relay && (rc = add_relay(d)) != 0)
		return rc;
	d->has_relay = disk_end(d->disk) == DISK_FINE;
	return 0;
}

/* Failures that the world has earned; all others break a promise. */
int
side_is_earned(struct side *d, int rc)
{
	return disk_end(d->disk) != DISK_FINE || rc == TACIT_E_IO ||
	    rc == TACIT_E_DISK_FULL || rc == TACIT_E_NOMEM;
}

void
side_start(struct side *d)
{
	struct actor *was;
	int rc;

	disk_start(d->disk);
	was = actor_enter(&d->actor);
	rc = start(d);
	if (rc != 0 && !side_is_earned(d, rc))
		ledger_broken(d->s->ledger, "end %d does not start: %s", d->i,
		    tacit_error_word(rc));
	d->failures = 0;
	(void)actor_enter(was);
	sim_say(d->s, "end %d starts: %d", d->i, rc);
	d->due = d->s->now;
	if (rc != 0 || disk_end(d->disk) != DISK_FINE)
		side_stop(d);
}

void
side_stop(struct side *d)
{
	struct actor *was = actor_enter(&d->actor);

	d->actor.memory_times = 0;
	drop(d);
	(void)actor_enter(was);
	cable_end_gone(d->s, d->i);
	if (disk_end(d->disk) == DISK_POWER)
		d->actor.booted = d->s->now;
	d->due = d->s->now + RETRY_MS;
	sim_say(d->s, "end %d is gone", d->i);
}

/* ---- a turn ------------------------------------------------------------------- */

/* When a turn would do something; -1: never. */
static int64_t
next_due(struct side *d)
{
	struct actor *was = actor_enter(&d->actor);
	int64_t wait = core_wait(d->t);

	if (wait > 0 && app_is_busy(d))
		wait = 0;
	if (wait < 0 && app_is_busy(d))
		wait = 0;
	(void)actor_enter(was);
	return wait < 0 ? -1 : d->s->now + wait;
}

void
side_judge(struct side *d, int rc)
{
	if (rc == 0)
		d->failures = 0;
	else if (!side_is_earned(d, rc))
		ledger_broken(d->s->ledger, "end %d: a turn says %s", d->i,
		    tacit_error_word(rc));
	else
		d->failures++;
	if (disk_end(d->disk) != DISK_FINE || rc == TACIT_E_IO ||
	    d->failures >= FAILURES)
		side_stop(d);
	else
		d->due = next_due(d);
}

void
side_turn(struct side *d, enum side_what what, uint32_t conn, uint8_t *data,
    size_t len)
{
	static const enum net_what as[] = {
		[SIDE_OPENED] = NET_OPEN, [SIDE_MESSAGE] = NET_MESSAGE,
		[SIDE_CLOSED] = NET_CLOSED,
	};
	struct net_event e = { .conn = conn, .data = data, .len = len };
	struct actor *was;
	int rc = 0;

	if (d->t == NULL) {
		free(data);
		return;
	}
	was = actor_enter(&d->actor);
	if (what != SIDE_TURN) {
		e.what = as[what];
		/* A message waits in the core, as one taken in part does. */
		if (what == SIDE_MESSAGE) {
			free(d->t->event.data);
			d->t->event = e;
		} else
			rc = line_event(d->t, &e);
	}
	if (rc == 0)
		rc = core_step(d->t);
	if (rc == 0)
		rc = app_turn(d);
	(void)actor_enter(was);
	side_judge(d, rc);
}

void
side_write(struct side *d, int rel, int n, uint32_t size, uint32_t hours)
{
	struct actor *was;
	int rc = 0;

	if (d->t == NULL)
		return;
	was = actor_enter(&d->actor);
	while (rc == 0 && n-- > 0)
		rc = app_write(d, rel, size, hours);
	(void)actor_enter(was);
	side_judge(d, rc);
}

void
side_look_back(struct side *d)
{
	struct actor *was;
	int r, rc = 0;

	if (d->t == NULL)
		return;
	was = actor_enter(&d->actor);
	for (r = 0; r < d->s->plan->rels && rc == 0; r++)
		rc = app_look_back(d, r);
	(void)actor_enter(was);
	side_judge(d, rc);
}

/* ---- copies ------------------------------------------------------------------- */

void
side_copy(struct side *d)
{
	/* One from before it was paired cannot go on, and is not tried. */
	if (!d->has_relay || d->restoring ||
	    disk_end(d->disk) != DISK_FINE || !ledger_is_paired(d->s->ledger, d->i))
		return;
	image_free(d->copy);
	d->copy = disk_copy(d->disk);
	d->copied = d->s->now;
	ledger_copied(d->s->ledger, d->i, LEDGER_FILES);
}

/*
 * By ${then} none may be left of the keys that what is from ${since} knows
 * (PROTOCOL.md, section 20, "Not healed").
 */
static int
is_too_old(int64_t since, int64_t then)
{
	return then - since > (int64_t)TACIT_TTL_DAYS * DAY_MS;
}

void
side_put_back(struct side *d)
{
	if (d->copy == NULL || is_too_old(d->copied, d->s->now))
		return;
	if (d->t != NULL)
		side_stop(d);
	disk_start(d->disk);
	disk_put_back(d->disk, d->copy);
	d->restoring = 0;
	d->life = d->copied;
	ledger_put_back(d->s->ledger, d->i, LEDGER_FILES);
}

void
side_backup(struct side *d)
{
	struct actor *was;
	char name[NAME];
	int rc;

	if (d->t == NULL || !d->has_relay ||
	    !ledger_is_paired(d->s->ledger, d->i))
		return;
	(void)snprintf(name, sizeof(name), "/sim/%d/backup%u", d->i,
	    ++d->tried);
	was = actor_enter(&d->actor);
	rc = tacit_backup(d->t, name, passphrase, strlen(passphrase));
	(void)actor_enter(was);
	sim_say(d->s, "end %d writes a backup: %d", d->i, rc);
	if (rc == 0 && disk_end(d->disk) == DISK_FINE) {
		image_free(d->backup);
		d->backup = disk_copy(d->disk);
		d->backed_up = d->s->now;
		d->whole = d->tried;
		ledger_copied(d->s->ledger, d->i, LEDGER_BACKUP);
	}
	side_judge(d, rc);
}

void
side_restore(struct side *d)
{
	char name[NAME];

	if (d->backup == NULL || is_too_old(d->backed_up, d->s->now))
		return;
	if (d->t != NULL)
		side_stop(d);
	sim_say(d->s, "end %d has its backup left", d->i);
	(void)snprintf(name, sizeof(name), "backup%u", d->whole);
	disk_start(d->disk);
	disk_put_back(d->disk, d->backup);
	disk_leave_only(d->disk, name);
	d->restoring = 1;
	d->life = d->backed_up;
	ledger_put_back(d->s->ledger, d->i, LEDGER_BACKUP);
}

void
side_close(struct side *d, int rel)
{
	struct actor *was;
	int rc;

	if (d->t == NULL)
		return;
	was = actor_enter(&d->actor);
	rc = app_close(d, rel);
	(void)actor_enter(was);
	side_judge(d, rc);
}

void
side_rotate(struct side *d, int rel)
{
	struct actor *was;
	int rc;

	if (d->t == NULL)
		return;
	was = actor_enter(&d->actor);
	rc = app_rotate(d, rel);
	(void)actor_enter(was);
	side_judge(d, rc);
}

int64_t
side_keys(struct side *d, int rel)
{
	struct tacit_contact_info info;
	struct tacit_contact *ct;

	if (d->t == NULL || (ct = app_contact(d, rel, &info)) == NULL ||
	    info.state != TACIT_ACTIVE)
		return -1;
	return (int64_t)(ct->rec.rotation & INT64_MAX);
}

/* Its vault is a copy, and does not use the keys of the other ends yet. */
static int
is_behind(struct side *d)
{
	int r, a, b;

	for (r = 0; d->life != 0 && r < d->s->plan->rels; r++) {
		plan_pair(d->s->plan, r, &a, &b);
		if ((a == d->i || b == d->i) && side_keys(d->s->side[a], r) !=
		    side_keys(d->s->side[b], r))
			return 1;
	}
	return 0;
}

int
side_away(struct side *d, int64_t until)
{
	struct actor *was;
	int busy;

	if (d->t == NULL || disk_end(d->disk) != DISK_FINE ||
	    (is_too_old(d->life, until) && is_behind(d)))
		return 0;
	was = actor_enter(&d->actor);
	busy = app_is_busy(d);
	(void)actor_enter(was);
	if (busy)
		return 0;
	side_stop(d);
	d->due = until;
	return 1;
}
