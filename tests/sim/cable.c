/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections: in order within each, in any order between them, lost with
 * all that is on them.  An end may hear late that its relay is gone.
 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "sim.h"
#include "tacit/frame.h"
#include "tacit/hash.h"
#include "wrap.h"

enum { SILENCE_MS = 90 * 1000, CONNECT_MS = 10 * 1000 };

struct pipe {
	struct message *first, **last;
};

/* An envelope that is to be recalled, by request. */
struct asked {
	struct asked *next;
	uint32_t id;
	struct tacit_recall is;
};

struct cable {
	struct cable *next;
	struct asked *asked;
	int end;
	uint32_t conn;
	struct wire *wire;		/* NULL: not accepted, or gone */
	struct pipe up, down;
	int accepted, end_gone, relay_gone;
	int64_t heard_at;		/* when the end hears that it is gone */
	int64_t opened;
	int posts;			/* a posting connection */
};

static void
pipe_put(struct pipe *p, uint8_t *data, size_t len)
{
	struct message *m = __real_calloc(1, sizeof(*m));

	if (m == NULL)
		abort();
	m->data = data;
	m->len = len;
	*p->last = m;
	p->last = &m->next;
}

static struct message *
pipe_take(struct pipe *p)
{
	struct message *m = p->first;

	if (m != NULL && (p->first = m->next) == NULL)
		p->last = &p->first;
	return m;
}

static void
pipe_drop(struct pipe *p)
{
	struct message *m;

	while ((m = pipe_take(p)) != NULL) {
		free(m->data);
		free(m);
	}
}

static uint8_t *
copy_of(const uint8_t *data, size_t len)
{
	uint8_t *c = __real_malloc(len + 1);

	if (c == NULL)
		abort();
	memcpy(c, data, len);
	return c;
}

static struct cable *
find(struct sim *s, int i, uint32_t conn)
{
	struct cable *c;

	for (c = s->cables; c != NULL; c = c->next)
		if (c->end == i && c->conn == conn && !c->end_gone)
			return c;
	return NULL;
}

void
cable_open(struct sim *s, int i, uint32_t conn)
{
	struct cable *c = __real_calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	c->end = i;
	c->conn = conn;
	c->up.last = &c->up.first;
	c->down.last = &c->down.first;
	c->opened = s->now;
	c->next = s->cables;
	s->cables = c;
}

int
cable_send(struct sim *s, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct cable *c = find(s, i, conn);
	struct tacit_frame f;
	size_t used;

	if (c == NULL)
		return TACIT_E_STATE;
	if (tacit_frame_parse(&f, &used, msg, len) == 0 &&
	    f.head.which_is == tacit_Frame_post_tag)
		c->posts = 1;
	pipe_put(&c->up, copy_of(msg, len), len);
	return 0;
}

static void
hang_up(struct cable *c)
{
	if (c->wire != NULL)
		host_hang_up(c->wire);
	c->wire = NULL;
}

/* What was sent before may still arrive. */
static void
leave(struct sim *s, struct cable *c)
{
	c->end_gone = 1;
	pipe_drop(&c->down);
	if (sim_below(s, 2))
		pipe_drop(&c->up);
}

void
cable_close(struct sim *s, int i, uint32_t conn)
{
	struct cable *c = find(s, i, conn);

	if (c != NULL)
		leave(s, c);
}

void
cable_end_gone(struct sim *s, int i)
{
	struct cable *c;

	for (c = s->cables; c != NULL; c = c->next)
		if (c->end == i && !c->end_gone)
			leave(s, c);
}

void
cable_cut(struct sim *s, int i)
{
	struct cable *c;

	for (c = s->cables; c != NULL; c = c->next) {
		if (c->end != i || c->end_gone || c->relay_gone)
			continue;
		pipe_drop(&c->up);
		pipe_drop(&c->down);
		hang_up(c);
		c->relay_gone = 1;
		c->heard_at = s->now + (sim_below(s, 4) == 0 ? SILENCE_MS : 0);
	}
}

/* The relay's processes free their wires themselves. */
void
cable_relay_gone(struct sim *s)
{
	struct cable *c;

	for (c = s->cables; c != NULL; c = c->next) {
		c->wire = NULL;
		pipe_drop(&c->up);
		if (c->relay_gone || !c->accepted)
			continue;
		c->relay_gone = 1;
		c->heard_at = s->now + (sim_below(s, 4) == 0 ? SILENCE_MS : 0);
	}
}

static int
is_deliver(const uint8_t *msg, size_t len)
{
	struct tacit_frame f;
	size_t used;

	return tacit_frame_parse(&f, &used, msg, len) == 0 &&
	    f.head.which_is == tacit_Frame_deliver_tag;
}

void
cable_again(struct sim *s, int i)
{
	struct cable *c;
	struct message *m;

	for (c = s->cables; c != NULL; c = c->next) {
		if (c->end != i || c->end_gone)
			continue;
		for (m = c->down.first; m != NULL; m = m->next)
			if (is_deliver(m->data, m->len)) {
				pipe_put(&c->down, copy_of(m->data, m->len),
				    m->len);
				return;
			}
	}
}

/* ---- what moves --------------------------------------------------------------- */

static int
can_move(const struct sim *s, const struct cable *c)
{
	if (c->end_gone && (c->wire == NULL || c->up.first == NULL))
		return 1;		/* to be forgotten */
	if (s->parted[c->end] > s->now)
		return 0;
	if (c->relay_gone)
		return c->down.first != NULL || s->now >= c->heard_at;
	if (!c->accepted)
		return 1;
	return c->up.first != NULL || c->down.first != NULL ||
	    host_has_output(c->wire) || host_closes(c->wire);
}

int64_t
cable_due(const struct sim *s)
{
	const struct cable *c;
	int64_t due = -1, at;

	for (c = s->cables; c != NULL; c = c->next) {
		at = s->parted[c->end] > s->now ? s->parted[c->end] :
		    c->relay_gone ? c->heard_at : -1;
		if (at >= 0 && (due < 0 || at < due))
			due = at;
	}
	return due;
}

size_t
cable_busy(struct sim *s)
{
	const struct cable *c;
	size_t n = 0;

	for (c = s->cables; c != NULL; c = c->next)
		n += (size_t)can_move(s, c);
	return n;
}

static void
forget(struct sim *s, struct cable *c)
{
	struct cable **at = &s->cables;
	struct asked *a;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	hang_up(c);
	pipe_drop(&c->up);
	pipe_drop(&c->down);
	while ((a = c->asked) != NULL) {
		c->asked = a->next;
		free(a);
	}
	free(c);
}

void
cable_free_all(struct sim *s)
{
	while (s->cables != NULL)
		forget(s, s->cables);
}

/* The end hears that the connection is over. */
static void
end_it(struct sim *s, struct cable *c)
{
	int i = c->end, gone = c->end_gone;
	uint32_t conn = c->conn;

	sim_say(s, "connection %u of end %d is over", conn, i);

	forget(s, c);
	if (!gone)
		side_turn(s->side[i], SIDE_CLOSED, conn, NULL, 0);
}

static void
begin_it(struct sim *s, struct cable *c)
{
	if (s->now - c->opened > CONNECT_MS || !host_runs(s->host) ||
	    (c->wire = host_accept(s->host)) == NULL) {
		end_it(s, c);
		return;
	}
	c->accepted = 1;
	sim_say(s, "connection %u of end %d is made", c->conn, c->end);
	if (!c->end_gone)
		side_turn(s->side[c->end], SIDE_OPENED, c->conn, NULL, 0);
}

/* Every OK to a post, and every delivery, is a fact for the ledger. */
static void
note_facts(struct sim *s, const struct cable *c, const uint8_t *msg,
    size_t len)
{
	struct tacit_frame f;
	size_t used;
	uint32_t i;

	for (; len > 0 && tacit_frame_parse(&f, &used, msg, len) == 0;
	    msg += used, len -= used) {
		if (c->posts && f.head.which_is == tacit_Frame_ok_tag)
			for (i = 0; i < f.head.is.ok.id_count; i++)
				ledger_relay_ok(s->ledger, c->end);
		else if (f.head.which_is == tacit_Frame_deliver_tag)
			ledger_delivered(s->ledger, c->end);
	}
}

/* What reaches the relay, and is about an envelope. */
static void
note_asked(struct sim *s, struct cable *c, const uint8_t *msg, size_t len)
{
	struct tacit_frame f;
	struct asked *a;
	size_t used;

	for (; len > 0 && tacit_frame_parse(&f, &used, msg, len) == 0;
	    msg += used, len -= used) {
		if (f.head.which_is == tacit_Frame_post_tag)
			ledger_posted(s->ledger, f.head.is.post.envelope);
		if (f.head.which_is != tacit_Frame_recall_tag)
			continue;
		if ((a = __real_calloc(1, sizeof(*a))) == NULL)
			abort();
		a->id = f.head.id;
		memcpy(a->is.address, f.head.is.recall.address,
		    sizeof(a->is.address));
		memcpy(a->is.envelope, f.head.is.recall.envelope,
		    sizeof(a->is.envelope));
		a->next = c->asked;
		c->asked = a;
	}
}

static void
note_stated(struct sim *s, const struct cable *c, const tacit_Recalled *m)
{
	uint8_t hash[TACIT_HASH_LEN];
	struct asked *a;

	for (a = c->asked; a != NULL && a->id != m->id; a = a->next)
		continue;
	if (a == NULL) {
		ledger_broken(s->ledger, "a lie: a statement that nobody "
		    "asked for");
		return;
	}
	a->is.outcome = (uint8_t)m->outcome;
	memcpy(a->is.body_hash, m->body_hash, sizeof(a->is.body_hash));
	a->is.number = m->number;
	memcpy(a->is.previous, m->previous, sizeof(a->is.previous));
	tacit_hash_recall(hash, &a->is);
	ledger_stated(s->ledger, &a->is, crypto_sign_verify_detached(
	    m->signature, hash, sizeof(hash), host_key(s->host)) == 0);
}

/* What leaves the relay: whether it arrives is not its business. */
static void
note_given(struct sim *s, const struct cable *c, const uint8_t *msg,
    size_t len)
{
	struct tacit_frame f;
	size_t used;

	for (; len > 0 && tacit_frame_parse(&f, &used, msg, len) == 0;
	    msg += used, len -= used) {
		if (f.head.which_is == tacit_Frame_deliver_tag)
			ledger_given(s->ledger, f.head.is.deliver.envelope);
		else if (f.head.which_is == tacit_Frame_recalled_tag)
			note_stated(s, c, &f.head.is.recalled);
	}
}

static void
move_up(struct sim *s, struct cable *c)
{
	struct message *m = pipe_take(&c->up);

	note_asked(s, c, m->data, m->len);
	if (host_input(c->wire, m->data, m->len) != 0) {
		hang_up(c);
		c->relay_gone = 1;
		c->heard_at = s->now;
	}
	free(m->data);
	free(m);
}

/* Letters that are to be lost are; true if ${m} held nothing else. */
static int
loses(struct sim *s, struct cable *c, const uint8_t *msg, size_t len)
{
	struct tacit_frame f;
	size_t used;
	int all = 1;

	while (len > 0 && s->lose[c->end] > 0 && c->wire != NULL && all &&
	    tacit_frame_parse(&f, &used, msg, len) == 0) {
		if (f.head.which_is == tacit_Frame_deliver_tag &&
		    host_lose(c->wire, f.head.is.deliver.address,
		    f.head.is.deliver.envelope)) {
			ledger_lost(s->ledger, c->end);
			s->lose[c->end]--;
		} else
			all = 0;
		msg += used;
		len -= used;
	}
	return all && len == 0;
}

static void
move_down(struct sim *s, struct cable *c)
{
	struct message *m = pipe_take(&c->down);
	uint8_t *data = m->data;
	size_t len = m->len;

	free(m);
	if (loses(s, c, data, len)) {
		sim_say(s, "letters to end %d are lost", c->end);
		free(data);
		return;
	}
	note_facts(s, c, data, len);
	side_turn(s->side[c->end], SIDE_MESSAGE, c->conn, data, len);
}

static void
move_out(struct sim *s, struct cable *c)
{
	uint8_t *msg;
	size_t len;

	if (disk_point(s->relay_disk) || (msg = host_output(c->wire, &len)) ==
	    NULL)
		return;
	note_given(s, c, msg, len);
	if (c->end_gone) {
		free(msg);
		return;
	}
	pipe_put(&c->down, msg, len);
}

static void
move(struct sim *s, struct cable *c)
{
	if (c->end_gone && (c->wire == NULL || c->up.first == NULL))
		forget(s, c);
	else if (c->relay_gone && c->down.first == NULL)
		end_it(s, c);
	else if (c->relay_gone)
		move_down(s, c);
	else if (!c->accepted)
		begin_it(s, c);
	else if (c->down.first != NULL && sim_below(s, 2))
		move_down(s, c);
	else if (c->up.first != NULL && sim_below(s, 2))
		move_up(s, c);
	else if (host_has_output(c->wire))
		move_out(s, c);
	else if (host_closes(c->wire)) {
		hang_up(c);
		c->relay_gone = 1;
		c->heard_at = s->now;
	}
}

void
cable_move(struct sim *s, size_t which)
{
	struct cable *c;

	for (c = s->cables; c != NULL; c = c->next)
		if (can_move(s, c) && which-- == 0)
			break;
	if (c != NULL)
		move(s, c);
}
