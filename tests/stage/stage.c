/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "anchor.h"
#include "backup.h"
#include "contact.h"
#include "line_in.h"
#include "stage.h"

/* What goes at a random time soon goes after a few turns. */
enum { IDLE_MS = 40 };

/* Argon2id would cost more than all that is tested. */
static const uint8_t key[TACIT_VAULT_KEY_SIZE] = "only for this test";

/* An end's side of a connection. */
struct cable {
	struct cable *next;
	uint32_t conn;
	struct stage_wire *wire;
};

struct queued {
	struct queued *next;
	struct net_event e;
};

struct end {
	struct transport transport;	/* first: the core hands it back */
	struct stage *s;
	struct stage_relay *relay;
	char path[256];
	struct tacit *t;
	struct cable *cables;
	struct queued *first, **last;
	int copies;			/* of the vault, that were kept */
};

struct stage {
	struct stage_relay *relay;
	struct end end[STAGE_ENDS];
	char dir[200];
	uint64_t random;
	int64_t now;
	struct stage_tap tap;
};

struct stage_relay *
stage_relay(struct stage *s)
{
	return s->relay;
}

uint64_t
stage_anchors(struct stage *s, int i)
{
	const struct anchor *a = stage_end(s, i)->anchors;
	uint64_t n = 0;

	for (; a != NULL; a = a->next)
		n += a->rec.created;
	return n;
}

void
stage_route(struct stage *s, int i, struct stage_relay *r)
{
	s->end[i].relay = r;
}

void
stage_use_relay(struct stage *s, struct stage_relay *r)
{
	int i;

	for (i = 0; i < STAGE_ENDS; i++) {
		assert(s->end[i].cables == NULL);
		s->end[i].relay = r;
	}
	stage_relay_free(s->relay);
	s->relay = r;
}

void
stage_tap(struct stage *s, const struct stage_tap *tap)
{
	s->tap = tap != NULL ? *tap : (struct stage_tap){ .arg = NULL };
}

/* splitmix64: a test needs the same numbers again, not secret ones. */
static uint64_t
next_random(struct stage *s)
{
	uint64_t z = s->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint32_t
stage_below(struct stage *s, uint32_t n)
{
	return (uint32_t)(next_random(s) % n);
}

void
stage_sleep(struct stage *s, int64_t ms)
{
	s->now += ms;
}

int64_t
stage_now(const struct stage *s)
{
	return s->now;
}

/* ---- what the core is given ----------------------------------------------- */

static int64_t
stage_ms(void *arg)
{
	return ((struct stage *)arg)->now;
}

static void
stage_random(void *arg, void *out, size_t len)
{
	uint8_t *p = out;
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = (uint8_t)next_random(arg);
}

static void
queue(struct end *e, enum net_what what, uint32_t conn, uint8_t *data,
    size_t len)
{
	struct queued *q = calloc(1, sizeof(*q));

	assert(q != NULL);
	q->e = (struct net_event){ .what = what, .conn = conn, .data = data,
	    .len = len };
	*e->last = q;
	e->last = &q->next;
}

static int
end_open(struct transport *tr, uint32_t conn, const struct tacit_place *place,
    const uint8_t next_pin[TACIT_HASH_LEN])
{
	struct end *e = (struct end *)tr;
	struct cable *c = calloc(1, sizeof(*c));

	(void)place;
	(void)next_pin;
	assert(c != NULL);
	c->conn = conn;
	c->wire = stage_wire_open(e->relay);
	c->next = e->cables;
	e->cables = c;
	queue(e, NET_OPEN, conn, NULL, 0);
	return 0;
}

static struct cable **
find_cable(struct end *e, uint32_t conn)
{
	struct cable **at = &e->cables;

	while (*at != NULL && (*at)->conn != conn)
		at = &(*at)->next;
	return at;
}

void
stage_forward(struct stage *s, int i, uint32_t conn, const uint8_t *msg,
    size_t len)
{
	struct cable *c = *find_cable(&s->end[i], conn);

	assert(c == NULL || stage_wire_input(c->wire, msg, len,
	    (uint64_t)s->now) == 0);
}

static int
end_send(struct transport *tr, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct end *e = (struct end *)tr;

	if (*find_cable(e, conn) == NULL)
		return TACIT_E_STATE;
	if (e->s->tap.up != NULL && !e->s->tap.up(e->s->tap.arg,
	    (int)(e - e->s->end), conn, msg, len))
		return 0;
	stage_forward(e->s, (int)(e - e->s->end), conn, msg, len);
	return 0;
}

static void
drop_queued(struct end *e, uint32_t conn)
{
	struct queued **at = &e->first, *q;

	while ((q = *at) != NULL) {
		if (conn != 0 && q->e.conn != conn) {
			at = &q->next;
			continue;
		}
		*at = q->next;
		free(q->e.data);
		free(q);
	}
	e->last = at;
}

static void
drop_cable(struct end *e, struct cable **at)
{
	struct cable *c = *at;

	*at = c->next;
	drop_queued(e, c->conn);
	stage_wire_close(c->wire);
	free(c);
}

static void
end_close(struct transport *tr, uint32_t conn)
{
	struct end *e = (struct end *)tr;
	struct cable **at = find_cable(e, conn);

	if (*at != NULL)
		drop_cable(e, at);
}

static const struct transport_ops end_ops = { end_open, end_send, end_close };

/* ---- ends ------------------------------------------------------------------ */

int
stage_vault(struct vault **out, const char *path)
{
	const struct vault_secret by = { key, sizeof(key), 1 };

	return vault_open_by(out, path, &by, 0);
}

static void
end_start(struct end *e)
{
	struct tacit *t = calloc(1, sizeof(*t));

	assert(t != NULL);
	t->env = (struct env){ stage_ms, stage_ms, stage_random, e->s };
	t->transport = &e->transport;
	if (stage_vault(&t->vault, e->path) != 0 ||
	    ratchet_open(&t->ratchet, t->vault) != 0 || core_load(t) != 0)
		abort();
	e->t = t;
}

static void
add_relay(struct end *e)
{
	struct tacit_admission a = { .place = { .host = "127.0.0.1",
	    .port = 1, .pin = { 1 } } };
	char line[TACIT_LINK_SIZE];
	int rc;

	memcpy(a.place.relay_key, stage_relay_key(e->relay),
	    sizeof(a.place.relay_key));
	stage_random(e->s, a.code, sizeof(a.code));
	stage_relay_admit(e->relay, a.code, 1000000);
	rc = tacit_admission_write(line, sizeof(line), &a);
	assert(rc == 0);
	rc = tacit_relay_add(e->t, line, strlen(line), NULL);
	assert(rc == 0);
}

struct tacit *
stage_end(struct stage *s, int i)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;
	struct tacit_host host = TACIT_HOST_INIT;
	struct end *e = &s->end[i];
	char name[16];
	int rc;

	if (e->t != NULL)
		return e->t;
	(void)snprintf(e->path, sizeof(e->path), "%s/end%d", s->dir, i);
	(void)snprintf(name, sizeof(name), "end %d", i);
	(void)unlink(e->path);
	cfg.path = e->path;
	cfg.host = &host;
	host.key = key;
	rc = tacit_create(&cfg, name);
	assert(rc == 0);
	end_start(e);
	add_relay(e);
	return e->t;
}

int
stage_has_input(const struct stage *s, int i)
{
	return s->end[i].first != NULL;
}

int
stage_try(struct stage *s, int i, int *rc)
{
	struct end *e = &s->end[i];
	struct queued *q = e->first;

	(void)stage_end(s, i);
	*rc = 0;
	if (q != NULL) {
		if ((e->first = q->next) == NULL)
			e->last = &e->first;
		/* A message waits in the core, as one taken in part does. */
		if (q->e.what == NET_MESSAGE) {
			free(e->t->event.data);
			e->t->event = q->e;
		} else
			*rc = line_event(e->t, &q->e);
		free(q);
	}
	if (*rc == 0)
		*rc = core_step(e->t);
	return q != NULL;
}

int
stage_turn(struct stage *s, int i)
{
	int rc, had;

	if (s->end[i].first == NULL)
		stage_sleep(s, IDLE_MS);
	had = stage_try(s, i, &rc);
	assert(rc == 0);
	return had;
}

void
stage_inject(struct stage *s, int i, uint32_t conn, const uint8_t *msg,
    size_t len)
{
	uint8_t *copy = malloc(len);

	assert(copy != NULL);
	memcpy(copy, msg, len);
	queue(&s->end[i], NET_MESSAGE, conn, copy, len);
}

/* What the relay has for ${c} goes on its way.  True if that was anything. */
static int
collect(struct stage *s, int i, const struct cable *c)
{
	uint8_t *msg;
	size_t len;
	int any = 0;

	while ((msg = stage_wire_output(c->wire, &len)) != NULL) {
		if (s->tap.down == NULL || s->tap.down(s->tap.arg, i,
		    c->conn, msg, len))
			stage_inject(s, i, c->conn, msg, len);
		free(msg);
		any = 1;
	}
	return any;
}

void
stage_relay_turn(struct stage *s)
{
	struct cable *c;
	int i, again;

	do {
		again = 0;
		stage_relay_settle(s->relay, (uint64_t)s->now);
		for (i = 0; i < STAGE_ENDS; i++) {
			if (s->end[i].relay != s->relay)
				stage_relay_settle(s->end[i].relay,
				    (uint64_t)s->now);
			for (c = s->end[i].cables; c != NULL; c = c->next)
				again |= collect(s, i, c);
		}
	} while (again);
}

void
stage_cut(struct stage *s, int i)
{
	struct end *e = &s->end[i];
	uint32_t conn;

	while (e->cables != NULL) {
		conn = e->cables->conn;
		drop_cable(e, &e->cables);
		queue(e, NET_CLOSED, conn, NULL, 0);
	}
}

static void
end_stop(struct end *e)
{
	while (e->cables != NULL)
		drop_cable(e, &e->cables);
	drop_queued(e, 0);
	if (e->t == NULL)
		return;
	core_free(e->t);
	ratchet_close(e->t->ratchet);
	vault_rollback(e->t->vault);
	free(e->t->shown.text);
	free(e->t->read.text);
}

/*
 * The core's memory is lost; the vault stays open, because what opening it
 * after a real kill does is the business of the vault's own tests.
 */
void
stage_crash(struct stage *s, int i)
{
	struct end *e = &s->end[i];
	struct tacit *t = e->t;
	struct vault *v;

	if (t == NULL)
		return;
	v = t->vault;
	end_stop(e);
	memset(t, 0, sizeof(*t));
	t->vault = v;
	t->env = (struct env){ stage_ms, stage_ms, stage_random, s };
	t->transport = &e->transport;
	if (ratchet_open(&t->ratchet, v) != 0 || core_load(t) != 0)
		abort();
}

static void
copy_file(const char *from, const char *to)
{
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	char buf[4096];
	size_t n;

	assert(in != NULL && out != NULL);
	while ((n = fread(buf, 1, sizeof(buf), in)) > 0)
		if (fwrite(buf, 1, n, out) != n)
			abort();
	if (fclose(out) != 0)
		abort();
	(void)fclose(in);
}

static void
copy_name(char out[300], struct end *e, int n)
{
	(void)snprintf(out, 300, "%s.copy%d", e->path, n);
	if (n >= e->copies)
		e->copies = n + 1;
}

void
stage_keep(struct stage *s, int i, int n)
{
	struct end *e = &s->end[i];
	char name[300];

	if (vault_settle(stage_end(s, i)->vault) != 0)
		abort();
	copy_name(name, e, n);
	copy_file(e->path, name);
}

void
stage_keep_backup(struct stage *s, int i, int n)
{
	struct end *e = &s->end[i];
	struct tacit *t = stage_end(s, i);
	char name[300], copy[310];
	struct backup_target to = { .path = name,
	    .by = { key, sizeof(key), 1 }, .env = &t->env };
	struct vault *v;

	copy_name(name, e, n);
	(void)snprintf(copy, sizeof(copy), "%s.backup", name);
	if (backup_write(t->vault, copy, "of a backup", 11) != 0 ||
	    vault_open_backup(&v, copy, "of a backup", 11) != 0 ||
	    backup_restore(v, &to) != 0)
		abort();
	vault_close(v);
	(void)unlink(copy);
}

void
stage_put_back(struct stage *s, int i, int n)
{
	struct end *e = &s->end[i];
	char name[300];

	end_stop(e);
	vault_close(e->t->vault);
	free(e->t);
	e->t = NULL;
	copy_name(name, e, n);
	copy_file(name, e->path);
	end_start(e);
}

static void
remove_copies(struct end *e)
{
	char name[300];
	int n;

	for (n = 0; n < e->copies; n++) {
		copy_name(name, e, n);
		(void)unlink(name);
	}
}

void
stage_quiesce(struct stage *s)
{
	int i, still = 0, moved;

	while (still < 9) {
		moved = 0;
		stage_relay_turn(s);
		for (i = 0; i < STAGE_ENDS; i++)
			while (s->end[i].t != NULL && stage_turn(s, i))
				moved = 1;
		/* No answer may be late by the jump of the clock below. */
		stage_relay_turn(s);
		for (i = 0; i < STAGE_ENDS; i++)
			moved |= stage_has_input(s, i);
		if (moved) {
			still = 0;
			continue;
		}
		/* ACKs; then longer than any back-off, not than a habit. */
		stage_sleep(s, still == 0 ? 200 : 61 * 1000);
		still++;
	}
}

struct stage *
stage_new(const char *dir, uint64_t seed)
{
	struct stage *s = calloc(1, sizeof(*s));
	int i;

	assert(s != NULL && sodium_init() >= 0);
	(void)snprintf(s->dir, sizeof(s->dir), "%s", dir);
	s->random = seed;
	s->now = 1790000000000;
	s->relay = stage_relay_new();
	for (i = 0; i < STAGE_ENDS; i++) {
		s->end[i].transport.ops = &end_ops;
		s->end[i].s = s;
		s->end[i].relay = s->relay;
		s->end[i].last = &s->end[i].first;
	}
	return s;
}

void
stage_free(struct stage *s)
{
	int i;

	for (i = 0; i < STAGE_ENDS; i++) {
		if (s->end[i].t == NULL)
			continue;
		remove_copies(&s->end[i]);
		end_stop(&s->end[i]);
		vault_close(s->end[i].t->vault);
		free(s->end[i].t);
	}
	stage_relay_free(s->relay);
	free(s);
}
