/* SPDX-License-Identifier: Apache-2.0 */
#include <semaphore.h>

#include <sodium.h>

#include "relay_world.h"
#include "store_mem.h"

/* The store's thread wakes without an argument of ours. */
static sem_t woken;

static void
wake(void *arg)
{
	(void)sem_post(arg);
}

void
world_collect(struct world *w)
{
	while (commit_pending(w->relay.commit) > 0) {
		(void)sem_wait(&woken);
		commit_collect(w->relay.commit);
	}
}

static void
no_answer(struct job *j)
{
	free(j);
}

static void
run_job(struct world *w, const struct op *op)
{
	struct job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		abort();
	j->op = *op;
	j->done = no_answer;
	commit_submit(w->relay.commit, j);
	world_collect(w);
}

void
world_hours(struct world *w, uint32_t n)
{
	struct op op = { .kind = OP_SWEEP };

	w->relay.hour += n;
	op.u.sweep.hour = w->relay.hour;
	op.u.sweep.max = 100000;
	run_job(w, &op);
}

/* ---- clients -------------------------------------------------------------------- */

static void
want_write(void *wire)
{
	(void)wire;
}

static void
want_read(void *wire, int on)
{
	((struct world_client *)wire)->reading = on;
}

static const struct conn_io io = { want_write, want_read };

static void
connect_client(struct world *w, int i)
{
	struct world_client *c = &w->client[i];

	c->n = 0;
	c->id = c->seen = 0;
	c->reading = 1;
	c->over = 0;
	memset(c->reads, 0, sizeof(c->reads));
	memset(c->read_once, 0, sizeof(c->read_once));
	c->conn = dispatch_accept(w->dispatch, &io, c, "\1\2\3\4", 4);
	FUZZ_CHECK(c->conn != NULL);
}

void
world_reconnect(struct world *w, int i)
{
	dispatch_closed(w->dispatch, w->client[i].conn);
	connect_client(w, i);
}

static int
box_of(const struct world *w, const uint8_t *address)
{
	int i;

	for (i = 0; i < WORLD_BOXES; i++)
		if (memcmp(w->owner[i].address, address, 32) == 0)
			return i;
	return -1;
}

static struct world_asked *
find_asked(struct world_client *c, uint32_t id)
{
	uint32_t i;

	for (i = 0; i < c->n; i++)
		if (c->asked[i].id == id)
			return &c->asked[i];
	return NULL;
}

/* Note what ${f} asks; what the harness did not sign has no authority. */
static void
note(struct world_client *c, const struct tacit_frame *f,
    const struct world_asked *good)
{
	struct world_asked *a;

	if (c->n == WORLD_ASKED)
		return;
	a = &c->asked[c->n++];
	memset(a, 0, sizeof(*a));
	if (good != NULL)
		*a = *good;
	a->id = c->seen = f->head.id;
	a->tag = (uint16_t)f->head.which_is;
	if (a->tag == tacit_Frame_post_tag) {
		memcpy(a->address, f->head.is.post.address, 32);
		memcpy(a->envelope, f->head.is.post.envelope, 16);
	} else if (a->tag == tacit_Frame_ack_tag) {
		memcpy(a->address, f->head.is.ack.address, 32);
	} else if (a->tag == tacit_Frame_recall_tag) {
		memcpy(a->address, f->head.is.recall.address, 32);
		memcpy(a->envelope, f->head.is.recall.envelope, 16);
	}
}

/* All frames of a message up to the first that cannot be read. */
static void
note_all(struct world_client *c, const uint8_t *msg, size_t len,
    const struct world_asked *good, size_t n_good)
{
	struct tacit_frame f;
	size_t used, k = 0, g = 0;

	while (len > 0 && k++ < TACIT_FRAMES_MAX &&
	    tacit_frame_parse(&f, &used, msg, len) == 0 &&
	    tacit_frame_is_request(&f.head) && f.head.id > c->seen) {
		while (g < n_good && good[g].id < f.head.id)
			g++;
		note(c, &f, g < n_good && good[g].id == f.head.id &&
		    good[g].tag == f.head.which_is ? &good[g] : NULL);
		msg += used;
		len -= used;
	}
}

void
world_send(struct world *w, int i, const uint8_t *msg, size_t len,
    size_t piece, const struct world_asked *good, size_t n_good)
{
	struct world_client *c = &w->client[i];
	size_t n;
	int code;

	c->over = c->reading ? 0 : c->over + len;
	if (c->conn->close_code != 0 || c->over > WORLD_OVER)
		return;
	note_all(c, msg, len, good, n_good);
	do {
		n = piece > 0 && piece < len ? piece : len;
		code = dispatch_input(w->dispatch, c->conn, msg, n, 0,
		    n == len, w->now_ms);
		msg += n;
		len -= n;
	} while (code == 0 && len > 0);
	if (code != 0)
		world_reconnect(w, i);
}

/* ---- what clients are told ------------------------------------------------------- */

static struct world_asked *
take_answer(struct world_client *c, uint32_t id)
{
	struct world_asked *a = find_asked(c, id);

	if (a == NULL) {
		FUZZ_CHECK(c->n == WORLD_ASKED);
		return NULL;
	}
	FUZZ_CHECK(!a->answered);
	a->answered = 1;
	return a;
}

static void
see_ok(struct world *w, struct world_client *c, uint32_t id)
{
	struct world_asked *a = take_answer(c, id);
	int box;

	if (a == NULL)
		return;
	switch (a->tag) {
	case tacit_Frame_post_tag:	/* never before it is committed */
		FUZZ_CHECK(world_find(w, a->address, a->envelope, NULL) !=
		    NULL);
		break;
	case tacit_Frame_ack_tag:	/* only where it reads */
		box = box_of(w, a->address);
		FUZZ_CHECK(box >= 0 && c->read_once[box]);
		break;
	case tacit_Frame_ping_tag:
	case tacit_Frame_split_tag:
	case tacit_Frame_put_invitation_tag:
		break;
	default:
		FUZZ_CHECK(a->good);
	}
}

static void
see_subscribed(struct world_client *c, const struct tacit_frame *f)
{
	struct world_asked *a = take_answer(c, f->head.is.subscribed.id);
	int box;

	if (a == NULL)
		return;
	FUZZ_CHECK(a->tag == tacit_Frame_subscribe_tag);
	if (!a->good) {			/* not one entry of it was signed */
		for (box = 0; box < (int)f->body_len; box++)
			FUZZ_CHECK(f->body[box] != 0);
		return;
	}
	FUZZ_CHECK(f->body_len == WORLD_BOXES || a->good == WORLD_MAYBE);
	for (box = 0; box < WORLD_BOXES && box < (int)f->body_len; box++) {
		if (f->body[box] != 0)
			continue;
		FUZZ_CHECK(a->boxes >> box & 1);
		c->reads[box] = c->read_once[box] = 1;
	}
}

/* Nobody is ever given what was said to be undelivered. */
static void
see_recalled(struct world *w, struct world_client *c,
    const tacit_Recalled *m)
{
	struct world_asked *a = take_answer(c, m->id);
	struct world_post *o;

	if (a == NULL)
		return;
	FUZZ_CHECK(a->tag == tacit_Frame_recall_tag);
	o = world_find(w, a->address, a->envelope, NULL);
	FUZZ_CHECK(o != NULL || m->outcome == tacit_Outcome_OUTCOME_TAKEN);
	if (m->outcome != tacit_Outcome_OUTCOME_UNDELIVERED || o->again)
		return;
	FUZZ_CHECK(!o->seen);
	o->undelivered = 1;
}

static void
see_deliver(struct world *w, struct world_client *c,
    const struct tacit_frame *f)
{
	const tacit_Deliver *d = &f->head.is.deliver;
	struct world_post *o;
	int box = box_of(w, d->address);
	uint8_t hash[8];

	FUZZ_CHECK(box >= 0 && c->reads[box]);
	world_hash(hash, f->body, f->body_len);
	o = world_find(w, d->address, d->envelope, hash);
	FUZZ_CHECK(o != NULL && !o->undelivered);
	o->seen = 1;
	if (w->draining) {
		FUZZ_CHECK(o - w->post >= w->next[box]);
		w->next[box] = (uint32_t)(o - w->post) + 1;
		o->shown = 1;
	}
}

static void
see(struct world *w, struct world_client *c, const struct tacit_frame *f)
{
	struct world_asked *a;
	pb_size_t i;
	int box;

	switch (f->head.which_is) {
	case tacit_Frame_welcome_tag:
		return;
	case tacit_Frame_ok_tag:
		for (i = 0; i < f->head.is.ok.id_count; i++)
			see_ok(w, c, f->head.is.ok.id[i]);
		return;
	case tacit_Frame_error_tag:
		if (-(int)f->head.is.error.code != TACIT_E_FRAME)
			(void)take_answer(c, f->head.is.error.id);
		return;
	case tacit_Frame_subscribed_tag:
		see_subscribed(c, f);
		return;
	case tacit_Frame_invitation_tag:
		a = take_answer(c, f->head.is.invitation.id);
		FUZZ_CHECK(a == NULL || a->good);
		return;
	case tacit_Frame_recalled_tag:
		see_recalled(w, c, &f->head.is.recalled);
		return;
	case tacit_Frame_anchored_tag:
		a = take_answer(c, f->head.is.anchored.id);
		FUZZ_CHECK(a == NULL || a->good);
		return;
	case tacit_Frame_deliver_tag:
		see_deliver(w, c, f);
		return;
	case tacit_Frame_drained_tag:
		box = box_of(w, f->head.is.drained.address);
		FUZZ_CHECK(box >= 0 && c->reads[box]);
		return;
	case tacit_Frame_ended_tag:
		box = box_of(w, f->head.is.ended.address);
		FUZZ_CHECK(box >= 0);
		c->reads[box] = 0;
		return;
	default:
		FUZZ_CHECK(f->head.which_is == 0);
	}
}

void
world_read(struct world *w, int i, int n)
{
	struct world_client *c = &w->client[i];
	const struct out *o;
	struct tacit_frame f;
	size_t at, used;

	while (n-- != 0 && (o = conn_output(c->conn)) != NULL) {
		FUZZ_CHECK(o->len <= TACIT_MESSAGE_MAX);
		for (at = 0; at < o->len; at += used) {
			FUZZ_CHECK(tacit_frame_parse(&f, &used, o->buf +
			    CONN_HEADROOM + at, o->len - at) == 0);
			see(w, c, &f);
		}
		conn_written(c->conn);
		dispatch_written(w->dispatch, c->conn);
	}
	if (conn_output(c->conn) == NULL && c->conn->close_code != 0)
		world_reconnect(w, i);
}

/* What a connection may hold: input, input behind it, output. */
static void
check_bounds(const struct conn *c)
{
	const size_t fetched = (size_t)HUB_FETCHES_MAX * (HUB_FETCH_BYTES +
	    HUB_FETCH_MAX * TACIT_HEADER_MAX);

	FUZZ_CHECK(c->in_len <= TACIT_MESSAGE_MAX);
	FUZZ_CHECK(c->later_len <= CONN_LATER_MAX);
	FUZZ_CHECK(c->out_bytes <= CONN_OUT_HIGH + fetched + CONN_LATER_MAX);
	FUZZ_CHECK(c->pending_bytes <= CONN_PENDING_BYTES +
	    TACIT_MESSAGE_MAX + CONN_LATER_MAX);
}

void
world_turn(struct world *w)
{
	int i;

	(void)dispatch_turn(w->dispatch, w->now_ms);
	holds_turn(hub_holds(w->relay.hub), w->now_ms);
	if (dispatch_ticking(w->dispatch))
		dispatch_tick(w->dispatch, w->now_ms);
	for (i = 0; i < WORLD_CLIENTS; i++)
		check_bounds(w->client[i].conn);
}

static void
quiet(struct world *w)
{
	int i, again;

	do {
		world_collect(w);
		again = dispatch_turn(w->dispatch, w->now_ms);
		holds_turn(hub_holds(w->relay.hub), UINT64_MAX);
		/* A relay whose disk failed for good stops instead. */
		if (commit_failed(w->relay.commit) == 0)
			holds_retry(hub_holds(w->relay.hub));
		if (dispatch_ticking(w->dispatch))
			dispatch_tick(w->dispatch, UINT64_MAX);
		for (i = 0; i < WORLD_CLIENTS; i++) {
			again |= conn_output(w->client[i].conn) != NULL;
			world_read(w, i, -1);
		}
	} while (again || commit_pending(w->relay.commit) > 0);
}

/* Every request that could be read was answered, unless we were put out. */
void
world_settle(struct world *w)
{
	const struct world_client *c;
	uint32_t k;
	int i;

	quiet(w);
	/* What is held then was not answered, and never will be. */
	if (commit_failed(w->relay.commit) != 0)
		return;
	for (i = 0; i < WORLD_CLIENTS; i++) {
		c = &w->client[i];
		for (k = 0; k < c->n; k++)
			FUZZ_CHECK(c->asked[k].answered);
	}
}

/* ---- the world ------------------------------------------------------------------- */

static void
make_key(struct world_key *k, uint8_t n)
{
	memset(k->pk, n, sizeof(k->pk));
	memset(k->sk, n, sizeof(k->sk));
	tacit_hash_address(k->address, k->pk);
}

static void
configure(struct world *w)
{
	int i;

	memset(&w->relay, 0, sizeof(w->relay));
	config_default(&w->config);
	w->config.limits = (struct store_limits){ 12, 3, 10, 2 };
	w->config.post_burst = 40;
	w->config.invitation_rate = 6;
	memset(w->keys.key, 'r', sizeof(w->keys.key));
	memset(w->secret, 'r', sizeof(w->secret));
	w->keys.signing = w->secret;
	w->relay.config = &w->config;
	w->relay.keys = &w->keys;
	w->relay.hour = 1000;
	w->now_ms = 1000;
	memset(w->code, 'c', sizeof(w->code));
	for (i = 0; i < WORLD_BOXES; i++)
		make_key(&w->owner[i], (uint8_t)('A' + i));
	make_key(&w->reader[0], 'x');
	make_key(&w->reader[1], 'y');
	make_key(&w->invitation, 'z');
}

void
world_start(struct world *w)
{
	struct op op = { .kind = OP_ADMIT };
	struct store *store;
	int i;

	w->n_post = 0;
	w->fail = w->failed = w->draining = 0;
	memset(w->next, 0, sizeof(w->next));
	(void)sem_init(&woken, 0, 0);
	configure(w);
	store = store_mem_new(&w->config.limits);
	world_watch(w, store);
	FUZZ_CHECK(commit_start(&w->relay.commit, store, wake, &woken) == 0);
	FUZZ_CHECK(hub_open(&w->relay.hub, &w->relay) == 0);
	FUZZ_CHECK(dispatch_open(&w->dispatch, &w->relay) == 0);
	tacit_hash_code(op.u.admit.code_hash, w->code);
	op.u.admit.units = 10;
	op.u.admit.expiry_day = 60;
	run_job(w, &op);
	for (i = 0; i < WORLD_CLIENTS; i++)
		connect_client(w, i);
}

void
world_stop(struct world *w)
{
	int i;

	for (i = 0; i < WORLD_CLIENTS; i++)
		dispatch_closed(w->dispatch, w->client[i].conn);
	w->relay.stopping = 1;
	(void)commit_stop(w->relay.commit);
	dispatch_free(w->dispatch);
	hub_free(w->relay.hub);
	(void)sem_destroy(&woken);
}
