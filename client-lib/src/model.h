/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a vault looks like in memory.  No file of the core does I/O of its
 * own: clock and randomness come from struct env, storage from vault.h, the
 * network from struct transport.
 */
#ifndef CLIENT_MODEL_H
#define CLIENT_MODEL_H

#include <string.h>

#include "net.h"
#include "ratchet.h"
#include "state.pb.h"
#include "tacit/tacit.h"
#include "vault.h"

enum {
	CONTACT_ID_LEN = 12,
	OUT_WINDOW = 32,		/* posts under way per contact */
	OLD_SETS = 3,			/* keys of earlier rotations, */
	BOXES = OLD_SETS + 2,		/* those of now, and next */
	BATCH_MAX = 32			/* changes that are made as one */
};

/* Relay requests that a contact still needs, in this order. */
enum due {
	DUE_SHUT = 1 << 0,		/* CLOSE of a mailbox that was left: */
	DUE_GET = 1 << 1,		/* its unit pays for another */
	DUE_CREATE = 1 << 2,
	DUE_PUT = 1 << 3,
	DUE_REVOKE = 1 << 4,
	DUE_TOKEN_KEEP = 1 << 5,	/* SET_TOKEN, the old one stays valid */
	DUE_TOKEN = 1 << 6,
	DUE_CLOSE = 1 << 7,
	DUE_BOX = 1 << 8,		/* CREATE of the next one */
	DUE_SPLIT = 1 << 9		/* the guest pass that I gave */
};

/* Clock and randomness, so that a simulation can supply them. */
struct env {
	int64_t (*unix_ms)(void *arg);
	int64_t (*mono_ms)(void *arg);	/* never goes back */
	void (*random)(void *arg, void *out, size_t len);
	void *arg;
};

/* Of a text: its relay is to destroy it; or what stands in its place. */
enum recall_mark { RECALL_NONE, RECALL_ASKED, RECALL_TOMBSTONE };

/* One row of the outbox, as much of it as is needed often. */
struct out_ref {
	struct out_ref *next;
	uint64_t n;			/* posting order */
	tacit_state_OutKind kind;
	uint8_t stream[TACIT_STREAM_LEN];
	uint64_t seq;
	uint32_t type;			/* 0: a text */
	uint64_t place;			/* of what is forgotten; or 0 */
	uint8_t last_part;
	uint8_t okayed;
	uint64_t okayed_ms;		/* Unix ms, when last; 0: never */
	uint32_t request;		/* under way on the posting line; or 0 */
	uint8_t recall;			/* enum recall_mark */
	uint32_t hold_ms;		/* not posted so long after */
	uint64_t time_ms;		/* it was written */
};

/* How one of my mailboxes is read. */
struct box {
	uint8_t address[TACIT_ADDRESS_LEN];
	uint32_t read_conn;		/* SUBSCRIBE went on this connection */
	uint32_t made_on;		/* on which it was made again */
	uint8_t reading;		/* ... and was answered */
	uint8_t drained;
	uint8_t again;			/* by set_look_again() */
};

/* The key of a row of the host. */
struct row_name {
	uint8_t len, data[TACIT_ROW_KEY_SIZE];
};

struct hosted;
struct line;
struct anchor;
struct kept;

struct tacit_contact {
	struct tacit *t;
	struct tacit_contact *next;	/* by number */
	void *handle;			/* of the host; or NULL (calls/) */
	char id[CONTACT_ID_LEN];
	tacit_state_Contact rec;
	tacit_state_Pairing *pairing;	/* NULL once both ends switched */
	uint8_t pairing_changed;
	struct out_ref *out, *out_last;	/* NULL: the last is not known */
	uint32_t unread;

	/* Since this process began. */
	struct line *post, *once;
	struct box box[BOXES];		/* found by set_box() */
	int64_t drained_at;		/* one of them last; mono ms */
	uint8_t in_order;		/* no text waits for an earlier one */
	int problem;			/* of the last relay request */
	int64_t once_at, once_wait;	/* next try of a request; back-off */
	int64_t post_at, post_wait;	/* nothing is posted before; back-off */
	int64_t late_at;		/* when to look for texts never had */
	int64_t texts_at;		/* mailbox nearly full: no texts before */
	int64_t hello_at;		/* Hello goes again after this */
	int64_t old_at, old_wait;	/* next `old`; back-off */
	int64_t agreed_until;		/* what they send for it is on its
					   way: mono ms; 0: nothing is */
	uint8_t holds;			/* tacit_hold_now() was called: */
	uint32_t hold_ms;
	uint32_t recall;		/* RECALL under way; or 0, */
	uint8_t recall_id[TACIT_ENVELOPE_ID_LEN];	/* of this one */
	int64_t recall_at, recall_wait;	/* next try; back-off */
	uint8_t failing;		/* answers of a broken window outstanding */
	uint8_t resume;			/* the next POST lifts the latch */
	uint8_t aside_full;		/* seen: its rows are never removed */
	uint32_t told;			/* events that inbox.c told: 1 << type */
	uint32_t taken_on;		/* restored.c: reading connection when */
	uint8_t taken;			/* ... a request was, and what of it */
};

struct tacit {
	struct vault *vault;
	struct ratchet *ratchet;
	struct net *net;		/* one of these; in a simulation */
	struct hosted *hosted;		/* none: way.h */
	struct transport *transport;
	struct env env;
	struct tacit_host host;		/* zeros: supplies nothing */
	tacit_state_Self self;
	uint8_t self_changed;
	int64_t settle_at;		/* mono ms; 0: nothing to settle */
	int64_t retry_at;		/* mono ms; 0: the last turn was whole */
	int64_t turn_ends;		/* mono ms; 0: nobody waits */
	uint8_t cut;			/* the last turn left work behind */
	struct net_event event;		/* a message taken in part; data NULL */
	struct tacit_contact *contacts;
	struct line *lines;
	struct anchor *anchors;		/* of each relay */
	uint32_t next_conn;
	int problem;			/* of the last connection; 0 */
	int broken;			/* memory may differ from the disk */
	struct {			/* changes made as one, by change.c */
		struct tacit_contact *ct[BATCH_MAX];
		size_t n;
		uint8_t open, begun;
		int failed;		/* the first of them that did */
	} batch;
	struct lent {
		char *text;
		size_t len;
	} shown, read;			/* lent to the host: event, history */
	struct {			/* by data.c: those there are, sorted */
		struct row_name *all;
		size_t n, cap;
		uint8_t known;		/* they were read */
	} rows;
	struct {			/* where tacit_history() is */
		struct tacit_contact *ct;
		uint64_t place;
		uint8_t hash[TACIT_HASH_LEN];
	} past;
	struct {			/* where tacit_log_next() is */
		uint64_t place;
		uint8_t hash[TACIT_HASH_LEN];
	} logged;
	struct kept *kept;		/* texts to be forgotten, by keep.c */
	int64_t unlock_ms;		/* Unix ms, of an opening that the log
					   has to have yet; 0: it has */
};

static inline int
stream_is(const uint8_t a[TACIT_STREAM_LEN], const uint8_t b[TACIT_STREAM_LEN])
{
	return memcmp(a, b, TACIT_STREAM_LEN) == 0;
}

static inline int64_t
env_unix_ms(const struct tacit *t)
{
	return t->env.unix_ms(t->env.arg);
}

static inline int64_t
env_mono_ms(const struct tacit *t)
{
	return t->env.mono_ms(t->env.arg);
}

/* The sooner of two times; below 0 is never. */
static inline int64_t
env_sooner(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

/*
 * What is left of ${wait} ms that began at ${since}, Unix ms.  A clock that
 * was set back has no say.
 */
static inline int64_t
env_left(const struct tacit *t, uint64_t since, uint64_t wait)
{
	uint64_t now = (uint64_t)env_unix_ms(t);

	if (now < since || now - since >= wait)
		return 0;
	return (int64_t)(wait - (now - since));
}

/*
 * The host waits for the one who asks: stop, once something was done, and say
 * that more is left (${t->cut}).
 */
static inline int
turn_is_over(const struct tacit *t)
{
	return t->turn_ends != 0 && env_mono_ms(t) >= t->turn_ends;
}

static inline void
env_random(const struct tacit *t, void *out, size_t len)
{
	t->env.random(t->env.arg, out, len);
}

/* Uniform in ${from} .. ${to}. */
static inline int64_t
env_random_between(const struct tacit *t, int64_t from, int64_t to)
{
	uint64_t r;

	env_random(t, &r, sizeof(r));
	return from + (int64_t)(r % ((uint64_t)(to - from) + 1));
}

#endif
