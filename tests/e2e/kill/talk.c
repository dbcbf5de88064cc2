/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One end of the kill loop: an app over libtacit that pairs, writes as fast
 * as it can, and takes what comes, until somebody kills it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "book.h"
#include "model.h"

enum {
	AHEAD_MAX = 160,
	WRITE_MAX = 32,
	STEP_MS = 20,
	HASTE = 600			/* an hour in six seconds */
};

struct talker {
	struct shared *s;
	int end;
	char path[200];
	struct tacit *t;
	struct tacit_contact *ct[KILL_RELS];
	uint32_t said[KILL_RELS];
	struct env real;
};

static const char passphrase[] = "only for this test";

static int
check(const char *what, int rc)
{
	if (rc >= 0)
		return rc;
	fprintf(stderr, "%s: %s\n", what, tacit_error_word(rc));
	_exit(1);
}

static void
wrong(const char *what)
{
	fprintf(stderr, "%s\n", what);
	_exit(1);
}

/* ---- texts ---------------------------------------------------------------------- */

size_t
kill_text(char out[KILL_TEXT], int from, int rel, uint32_t n)
{
	size_t len = n % 16 == 0 ? 1600 + n * 37 % 1400 : 24 + n % 180, at;
	uint32_t x = n * 2654435761u + (uint32_t)(from * 7 + rel);

	at = (size_t)snprintf(out, KILL_TEXT, "%d/%d/%u:", from, rel, n);
	for (; at < len; at++) {
		x = x * 1664525u + 1013904223u;
		out[at] = (char)('a' + (x >> 24) % 26);
	}
	return at;
}

uint32_t
kill_number(const char *text, size_t len, int from, int rel)
{
	char as_written[KILL_TEXT];
	int f = -1, r = -1;
	uint32_t n = 0;

	if (sscanf(text, "%d/%d/%u:", &f, &r, &n) != 3 || f != from ||
	    r != rel || kill_text(as_written, f, r, n) != len ||
	    memcmp(as_written, text, len) != 0)
		return 0;
	return n;
}

/* ---- records -------------------------------------------------------------------- */

static void
record(struct talker *k, const struct record *r)
{
	struct book *b = &k->s->book[k->end];
	uint64_t n = atomic_load(&b->n);

	if (n == KILL_RECORDS)
		wrong("the book is full");
	b->all[n] = *r;
	atomic_store(&b->n, n + 1);
}

static void
record_said(struct talker *k, int rel, uint32_t n, uint64_t seq,
    const char *message)
{
	struct record r = { .kind = REC_SAID, .rel = (uint8_t)rel, .n = n,
	    .seq = seq };

	(void)snprintf(r.message, sizeof(r.message), "%s", message);
	record(k, &r);
	k->said[rel] = n;
	atomic_store(&k->s->said[k->end][rel], n);
}

/* ---- a process begins ------------------------------------------------------------ */

/* The calendar runs ahead, so that an hour between rotations is not long. */
static int64_t
hasty_unix_ms(void *arg)
{
	const struct talker *k = arg;
	int64_t now = k->real.unix_ms(k->real.arg);

	return k->s->began_ms + (now - k->s->began_ms) * HASTE;
}

static int64_t
real_mono_ms(void *arg)
{
	const struct talker *k = arg;

	return k->real.mono_ms(k->real.arg);
}

static void
real_random(void *arg, void *out, size_t len)
{
	const struct talker *k = arg;

	k->real.random(k->real.arg, out, len);
}

static int
is_mine(const struct talker *k, int rel)
{
	return k->end == 0 || k->end == rel + 1;
}

static void
open_vault(struct talker *k)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;
	char name[16];

	(void)snprintf(k->path, sizeof(k->path), "%s/end%d", k->s->dir,
	    k->end);
	(void)snprintf(name, sizeof(name), "end %d", k->end);
	cfg.path = k->path;
	cfg.passphrase = passphrase;
	cfg.passphrase_len = strlen(passphrase);
	cfg.argon_mib = 64;
	if (access(k->path, F_OK) != 0)
		check("create", tacit_create(&cfg, name));
	check("open", tacit_open(&k->t, &cfg));
	k->real = k->t->env;
	k->t->env = (struct env){ hasty_unix_ms, real_mono_ms, real_random,
	    k };
}

/* What was under way when the last process ended: is it in the vault? */
static void
go_on(struct talker *k, int rel)
{
	struct tacit_message m = { .size = sizeof(m) };
	uint32_t n = 0, said = atomic_load(&k->s->said[k->end][rel]);
	int rc;

	k->said[rel] = said;
	do
		rc = tacit_history(k->ct[rel], m.place, &m);
	while (rc == 0 && !m.from_me);
	if (rc == 0)
		n = kill_number(m.text, m.text_len, k->end, rel);
	else if (rc != TACIT_E_STATE)
		check("history", rc);
	if (n == said + 1)
		record_said(k, rel, n, m.seq, m.id);
	else if (n != said)
		wrong("LOST: a text that tacit_send() had taken");
}

static void
find_contacts(struct talker *k)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	struct tacit_contact *ct = NULL;
	int rel;

	while ((ct = tacit_contact_next(k->t, ct)) != NULL) {
		check("info", tacit_contact_info(ct, &info));
		if (sscanf(info.label, "rel %d", &rel) == 1)
			k->ct[rel] = ct;
	}
}

/* In peace: nobody is killed before all are paired. */
static void
pair(struct talker *k, int rel)
{
	struct shared *s = k->s;
	char label[16];
	int rc;

	(void)snprintf(label, sizeof(label), "rel %d", rel);
	if (k->end == 0) {
		check("invite", tacit_invite(&k->ct[rel], k->t, label,
		    TACIT_INVITE_IN_PERSON, 0, NULL));
		while ((rc = tacit_invitation_link(k->ct[rel],
		    s->link[rel])) == TACIT_E_WAIT)
			check("step", tacit_step(k->t, STEP_MS));
		check("link", rc);
		atomic_store(&s->linked[rel], 1);
		return;
	}
	while (!atomic_load(&s->linked[rel]))
		(void)usleep(5000);
	check("accept", tacit_accept(&k->ct[rel], k->t, s->link[rel],
	    strlen(s->link[rel]), label));
}

static void
begin(struct talker *k)
{
	int rel, known;

	open_vault(k);
	find_contacts(k);
	known = tacit_contact_next(k->t, NULL) != NULL;
	if (!known && k->end == 0)
		check("relay", tacit_relay_add(k->t, k->s->admission,
		    strlen(k->s->admission), NULL));
	for (rel = 0; rel < KILL_RELS; rel++) {
		if (!is_mine(k, rel))
			continue;
		if (!known) {
			pair(k, rel);
			continue;
		}
		go_on(k, rel);
		/* The next kill may hit it. */
		check("rotate", tacit_rotate(k->ct[rel]));
	}
}

/* ---- talk ----------------------------------------------------------------------- */

/* Not too far ahead of what was shown, so that a mailbox is never full. */
static void
write_some(struct talker *k, int rel)
{
	uint32_t shown = atomic_load(&k->s->shown[k->end][rel]);
	char text[KILL_TEXT], message[TACIT_MESSAGE_ID_SIZE];
	uint64_t seq;
	size_t len;
	int i;

	for (i = 0; i < WRITE_MAX && k->said[rel] < shown + AHEAD_MAX; i++) {
		len = kill_text(text, k->end, rel, k->said[rel] + 1);
		check("send", tacit_send(k->ct[rel], text, len, message,
		    &seq));
		record_said(k, rel, k->said[rel] + 1, seq, message);
	}
}

static void
see_message(struct talker *k, struct record *r, const struct tacit_event *e)
{
	int from = kill_other(k->end, r->rel);

	r->kind = REC_SHOWN;
	r->n = kill_number(e->text, e->text_len, from, r->rel);
	r->foreign = r->n == 0;
	r->late = e->late != 0;
	record(k, r);
	if (r->n > atomic_load(&k->s->shown[from][r->rel]))
		atomic_store(&k->s->shown[from][r->rel], r->n);
}

/* Each is counted once, at the end that all share. */
static void
see_rotated(struct talker *k, const struct tacit_event *e)
{
	if (k->end != 0 || e->id <= atomic_load(&k->s->rotated_at))
		return;
	atomic_store(&k->s->rotated_at, e->id);
	atomic_fetch_add(&k->s->rotated, 1);
}

static void
see(struct talker *k, const struct tacit_event *e)
{
	struct record r = { .seq = e->seq, .event = e->id };
	int rel = 0;

	while (rel < KILL_RELS && k->ct[rel] != e->contact)
		rel++;
	r.rel = (uint8_t)(rel % KILL_RELS);
	(void)snprintf(r.message, sizeof(r.message), "%s", e->message);
	if (rel < KILL_RELS && e->type == TACIT_EV_MESSAGE) {
		see_message(k, &r, e);
	} else if (rel < KILL_RELS && e->type == TACIT_EV_PAIRED) {
		atomic_store(&k->s->paired[k->end][rel], 1);
	} else if (rel < KILL_RELS && e->type == TACIT_EV_ROTATED) {
		see_rotated(k, e);
	} else if (rel < KILL_RELS && e->type == TACIT_EV_ACCEPTED) {
		r.kind = REC_ACCEPTED;
		record(k, &r);
		atomic_fetch_add(&k->s->accepted, 1);
	} else {
		fprintf(stderr, "told: %s\n", tacit_event_word(e->type));
		r.kind = REC_ALARM;
		record(k, &r);
	}
}

/* A careless app confirms first, and loses what it was about to show. */
static int
take_events(struct talker *k)
{
	struct tacit_event e = { .size = sizeof(e) };
	int any = 0;

	while (check("event", tacit_next_event(k->t, 0, &e)) == 1) {
		if (k->s->careless)
			check("done", tacit_event_done(k->t, e.id));
		see(k, &e);
		if (!k->s->careless)
			check("done", tacit_event_done(k->t, e.id));
		any = 1;
	}
	return any;
}

static int
is_quiet(struct talker *k)
{
	struct tacit_progress p = { .size = sizeof(p) };

	check("progress", tacit_progress(k->t, &p));
	return p.drained && p.offered && !p.busy && p.queued == 0;
}

static void
look(struct talker *k, int rel)
{
	struct tacit_message m = { .size = sizeof(m) };
	struct record r = { .rel = (uint8_t)rel };
	int rc;

	while ((rc = tacit_history(k->ct[rel], m.place, &m)) == 0) {
		r.kind = m.from_me ? REC_MINE : REC_THEIRS;
		r.n = kill_number(m.text, m.text_len, m.from_me ? k->end :
		    kill_other(k->end, rel), rel);
		r.seq = m.seq;
		(void)snprintf(r.message, sizeof(r.message), "%s", m.id);
		record(k, &r);
	}
	if (rc != TACIT_E_STATE)
		check("history", rc);
}

static void
each(struct talker *k, void (*act)(struct talker *, int))
{
	int rel;

	for (rel = 0; rel < KILL_RELS; rel++)
		if (is_mine(k, rel))
			act(k, rel);
}

static int
all_paired(const struct talker *k)
{
	int rel;

	for (rel = 0; rel < KILL_RELS; rel++)
		if (is_mine(k, rel) &&
		    !atomic_load(&k->s->paired[k->end][rel]))
			return 0;
	return 1;
}

int
kill_talk(struct shared *s, int end)
{
	struct talker k = { .s = s, .end = end };
	int mode, any;

	begin(&k);
	while ((mode = atomic_load(&s->mode)) != MODE_LOOK) {
		if (mode == MODE_TALK && all_paired(&k))
			each(&k, write_some);
		check("step", tacit_step(k.t, STEP_MS));
		any = take_events(&k);
		atomic_store(&s->quiet[end], !any && is_quiet(&k));
	}
	each(&k, look);
	tacit_close(k.t);
	return 0;
}
