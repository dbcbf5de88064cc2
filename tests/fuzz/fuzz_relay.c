/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay's whole machine of states.  Input: what three clients and the
 * world around them do, one act after the other (enum act); each takes its
 * arguments from what follows.  relay_world.c watches; at the end the owners
 * come with their true keys, and all that is owed to them must be there.
 */
#include <sodium.h>

#include "relay_world.h"

enum { ACTS_MAX = 96, MESSAGE_CAP = TACIT_MESSAGE_MAX };

enum act {
	ACT_CREATE, ACT_SUBSCRIBE, ACT_POST, ACT_ACK, ACT_CLOSE, ACT_TOKEN,
	ACT_SPLIT, ACT_PUT, ACT_GET, ACT_REVOKE, ACT_PING, ACT_RAW, ACT_AGAIN,
	ACT_TIME, ACT_READ, ACT_DROP, ACT_COLLECT, ACT_HOURS, ACT_FAIL,
	ACT_SEND, ACT_FLIP, ACTS
};

/* A message that is being put together, and the one before it. */
struct draft {
	uint8_t *buf;
	size_t len;
	struct world_asked good[TACIT_FRAMES_MAX];
	size_t n;
	uint8_t last[4096];
	size_t last_len;
	struct world_asked last_good[TACIT_FRAMES_MAX];
	size_t last_n;
};

static struct world w;
static struct draft draft[WORLD_CLIENTS];

/* Something happened to these requests: they may still be what they were. */
static void
doubt(struct world_asked *a, size_t n)
{
	for (; n > 0; n--, a++) {
		a->good = WORLD_MAYBE;
		a->boxes = 0xff;
	}
}

static void
send_draft(int i, size_t piece)
{
	struct draft *d = &draft[i];

	if (d->len == 0)
		return;
	world_send(&w, i, d->buf, d->len, piece, d->good, d->n);
	d->last_len = d->len < sizeof(d->last) ? d->len : sizeof(d->last);
	memcpy(d->last, d->buf, d->last_len);
	memcpy(d->last_good, d->good, sizeof(d->good));
	doubt(d->last_good, d->last_n = d->n);
	d->len = d->n = 0;
}

/* Add ${f}, which has authority if ${good}; sent when there is no ${more}. */
static void
add(int i, tacit_Frame *f, const uint8_t *body, int good, uint8_t boxes,
    int more)
{
	struct draft *d = &draft[i];
	struct world_asked *a;
	size_t n;

	f->id = w.client[i].id;
	n = tacit_frame_write(d->buf + d->len, MESSAGE_CAP - d->len, f, body);
	if (n > 0 && d->n < TACIT_FRAMES_MAX) {
		d->len += n;
		a = &d->good[d->n++];
		memset(a, 0, sizeof(*a));
		a->id = f->id;
		a->tag = (uint16_t)f->which_is;
		a->good = good != 0;
		a->boxes = boxes;
	}
	if (!more)
		send_draft(i, 0);
}

static void
sign(int i, const struct world_key *k, const uint8_t *address, pb_size_t tag,
    const void *args, size_t args_len, uint8_t *signature, int good)
{
	struct tacit_statement st = { .id = w.client[i].id,
	    .opcode = (uint8_t)tag, .args = args, .args_len = args_len };
	uint8_t hash[TACIT_HASH_LEN], sk[64];

	memcpy(st.relay_key, w.keys.key, sizeof(st.relay_key));
	memcpy(st.nonce, w.client[i].conn->nonce, sizeof(st.nonce));
	memcpy(st.address, address, sizeof(st.address));
	tacit_hash_statement(hash, &st);
	memcpy(sk + 32, k->pk, 32);
	(void)crypto_sign_detached(signature, NULL, hash, sizeof(hash), sk);
	signature[7] ^= !good;
}

/* Four tokens there are for each mailbox. */
static void
token(uint8_t out[TACIT_TOKEN_LEN], uint8_t which)
{
	memset(out, 't', TACIT_TOKEN_LEN);
	out[0] = which & 3;
}

/* ---- requests ---------------------------------------------------------------- */

static void
create(int i, struct fuzz_in *in, int good, int more)
{
	const struct world_key *k = &w.owner[fuzz_u8(in) % WORLD_BOXES];
	tacit_Frame f = { .which_is = tacit_Frame_create_tag };
	tacit_Create *m = &f.is.create;
	uint8_t args[TACIT_HASH_LEN + TACIT_CODE_LEN], t[TACIT_TOKEN_LEN];

	token(t, fuzz_u8(in));
	memcpy(m->owner, k->pk, 32);
	tacit_hash_token(m->token_hash, t);
	memcpy(m->code, w.code, sizeof(m->code));
	memcpy(args, m->token_hash, 32);
	memcpy(args + 32, m->code, sizeof(m->code));
	sign(i, k, k->address, f.which_is, args, sizeof(args), m->signature,
	    good);
	add(i, &f, NULL, good, 0, more);
}

/* An entry for each mailbox; ${boxes} says whose is signed rightly. */
static void
subscribe(int i, uint8_t boxes, int more)
{
	uint8_t body[WORLD_BOXES * TACIT_SUBSCRIBE_ENTRY_LEN], *p = body;
	tacit_Frame f = { .which_is = tacit_Frame_subscribe_tag };
	int k;

	f.is.subscribe.count = WORLD_BOXES;
	for (k = 0; k < WORLD_BOXES; k++, p += TACIT_SUBSCRIBE_ENTRY_LEN) {
		memcpy(p, w.owner[k].pk, 32);
		sign(i, &w.owner[k], w.owner[k].address, f.which_is, NULL, 0,
		    p + 32, boxes >> k & 1);
	}
	add(i, &f, body, 1, boxes, more);
}

static void
recall(int i, const tacit_Post *p, int more)
{
	tacit_Frame f = { .which_is = tacit_Frame_recall_tag };

	memcpy(f.is.recall.address, p->address, 32);
	memcpy(f.is.recall.token, p->token, sizeof(p->token));
	memcpy(f.is.recall.envelope, p->envelope, sizeof(p->envelope));
	add(i, &f, NULL, 0, 0, more);
}

static void
post(int i, struct fuzz_in *in, int more)
{
	static uint8_t body[TACIT_PARCEL_LEN];
	const struct world_key *k = &w.owner[fuzz_u8(in) % WORLD_BOXES];
	tacit_Frame f = { .which_is = tacit_Frame_post_tag };
	tacit_Post *m = &f.is.post;
	uint8_t how = fuzz_u8(in);
	int n = how >> 4 == 15 ? 60 : 1;

	memcpy(m->address, k->address, 32);
	token(m->token, how);
	m->resume = how >> 2 & 1;
	m->kind = how >> 3 & 1 ? tacit_Kind_KIND_PARCEL :
	    tacit_Kind_KIND_LETTER;
	m->envelope[0] = fuzz_u8(in);
	body[0] = fuzz_u8(in);
	m->first = how >> 4 == 13;
	if (how >> 4 == 14) {
		recall(i, m, more);
		return;
	}
	while (n-- > 0) {
		m->envelope[1] = (uint8_t)n;
		add(i, &f, body, 0, 0, more || n > 0);
		w.client[i].id++;
	}
}

static void
ack(int i, struct fuzz_in *in, int more)
{
	const struct world_key *k = &w.owner[fuzz_u8(in) % WORLD_BOXES];
	tacit_Frame f = { .which_is = tacit_Frame_ack_tag };
	pb_size_t n;

	memcpy(f.is.ack.address, k->address, 32);
	f.is.ack.envelope_count = (pb_size_t)(1 + fuzz_u8(in) % 16);
	for (n = 0; n < f.is.ack.envelope_count; n++)
		f.is.ack.envelope[n][0] = fuzz_u8(in);
	add(i, &f, NULL, 0, 0, more);
}

static void
close_box(int i, struct fuzz_in *in, int good, int more)
{
	const struct world_key *k = &w.owner[fuzz_u8(in) % WORLD_BOXES];
	tacit_Frame f = { .which_is = tacit_Frame_close_tag };

	memcpy(f.is.close.owner, k->pk, 32);
	sign(i, k, k->address, f.which_is, f.is.close.pass_hash, 32,
	    f.is.close.signature, good);
	add(i, &f, NULL, good, 0, more);
}

/* Three values there are, and none. */
static void
anchor(int i, const struct world_key *k, uint8_t how, int good, int more)
{
	tacit_Frame f = { .which_is = tacit_Frame_anchor_tag };
	tacit_Anchor *m = &f.is.anchor;
	uint8_t args[TACIT_HASH_LEN + TACIT_ANCHOR_LEN];

	memcpy(m->owner, k->pk, 32);
	m->next[47] = how & 3;
	if (m->next[47] != 0)
		tacit_hash_anchor(m->expected_hash, m->next);
	m->next[47] = how >> 2 & 3;
	memcpy(args, m->expected_hash, 32);
	memcpy(args + 32, m->next, sizeof(m->next));
	sign(i, k, k->address, f.which_is, args, sizeof(args), m->signature,
	    good);
	add(i, &f, NULL, good, 0, more);
}

static void
set_token(int i, struct fuzz_in *in, int good, int more)
{
	const struct world_key *k = &w.owner[fuzz_u8(in) % WORLD_BOXES];
	tacit_Frame f = { .which_is = tacit_Frame_set_token_tag };
	tacit_SetToken *m = &f.is.set_token;
	uint8_t args[TACIT_HASH_LEN + 1], t[TACIT_TOKEN_LEN];
	uint8_t how = fuzz_u8(in);

	if (how >> 6 == 3) {
		anchor(i, k, how, good, more);
		return;
	}
	memcpy(m->owner, k->pk, 32);
	token(t, how);
	tacit_hash_token(m->token_hash, t);
	m->keep = how >> 2 & 1;
	memcpy(args, m->token_hash, 32);
	args[32] = m->keep;
	sign(i, k, k->address, f.which_is, args, sizeof(args), m->signature,
	    good);
	add(i, &f, NULL, good, 0, more);
}

static void
split(int i, struct fuzz_in *in, int more)
{
	tacit_Frame f = { .which_is = tacit_Frame_split_tag };

	memcpy(f.is.split.code, w.code, sizeof(f.is.split.code));
	f.is.split.code[0] ^= fuzz_u8(in) & 1;
	f.is.split.pass_hash[0] = fuzz_u8(in);
	f.is.split.units = fuzz_u8(in) % 5;
	add(i, &f, NULL, 0, 0, more);
}

static void
put(int i, struct fuzz_in *in, int more)
{
	static uint8_t blob[TACIT_BLOB_LEN];
	tacit_Frame f = { .which_is = tacit_Frame_put_invitation_tag };
	tacit_PutInvitation *m = &f.is.put_invitation;

	m->address[0] = fuzz_u8(in) & 1;
	memcpy(m->key, w.invitation.pk, 32);
	memcpy(m->code, w.code, sizeof(m->code));
	m->code[0] ^= fuzz_u8(in) & 1;
	m->pass_hash[0] = 1;
	m->hours = fuzz_u16(in) % 1000;
	add(i, &f, blob, 0, 0, more);
}

static void
get(int i, struct fuzz_in *in, int good, int more)
{
	tacit_Frame f = { .which_is = tacit_Frame_get_invitation_tag };
	tacit_GetInvitation *m = &f.is.get_invitation;
	uint8_t which = fuzz_u8(in);

	m->address[0] = which & 1;
	memcpy(m->reader, w.reader[which >> 1 & 1].pk, 32);
	sign(i, &w.reader[which >> 1 & 1], m->address, f.which_is, NULL, 0,
	    m->signature, good);
	add(i, &f, NULL, good, 0, more);
}

static void
revoke(int i, struct fuzz_in *in, int good, int more)
{
	tacit_Frame f = { .which_is = tacit_Frame_revoke_invitation_tag };
	tacit_RevokeInvitation *m = &f.is.revoke_invitation;

	m->address[0] = fuzz_u8(in) & 1;
	memcpy(m->key, w.invitation.pk, 32);
	sign(i, &w.invitation, m->address, f.which_is, NULL, 0, m->signature,
	    good);
	add(i, &f, NULL, good, 0, more);
}

static void
ping(int i, int more)
{
	tacit_Frame f = { .which_is = tacit_Frame_ping_tag };

	add(i, &f, NULL, 0, 0, more);
}

/* ---- the rest of the world ------------------------------------------------------ */

/* A message of the input's own, or one that some client sent before. */
static void
raw(int i, struct fuzz_in *in, enum act what)
{
	const struct draft *d = &draft[fuzz_u8(in) % WORLD_CLIENTS];
	size_t len = fuzz_u16(in) % 600;
	uint8_t *msg;

	if (what == ACT_AGAIN) {
		world_send(&w, i, d->last, d->last_len, 0, d->last_good,
		    d->last_n);
		return;
	}
	msg = fuzz_block(in, &len);
	world_send(&w, i, msg, len, len / 3, NULL, 0);
	free(msg);
}

static void
fail_next(struct fuzz_in *in)
{
	world_collect(&w);
	w.fail = fuzz_u8(in) & 1 ? TACIT_E_DISK_FULL : TACIT_E_IO;
}

static void
outside(int i, enum act what, struct fuzz_in *in)
{
	struct draft *d = &draft[i];

	switch (what) {
	case ACT_RAW:
	case ACT_AGAIN:
		raw(i, in, what);
		break;
	case ACT_TIME:
		w.now_ms += fuzz_u16(in) * 4u;
		world_turn(&w);
		break;
	case ACT_READ:
		world_read(&w, i, 1 + fuzz_u8(in) % 8);
		break;
	case ACT_DROP:
		world_reconnect(&w, i);
		d->len = d->n = 0;
		break;
	case ACT_COLLECT:
		world_collect(&w);
		break;
	case ACT_HOURS:
		world_hours(&w, fuzz_u16(in) % 2000);
		break;
	case ACT_FAIL:
		fail_next(in);
		break;
	case ACT_SEND:
		send_draft(i, fuzz_u8(in));
		break;
	default:			/* ACT_FLIP: then it means what it may */
		if (d->len > 0)
			d->buf[fuzz_u16(in) % d->len] ^= fuzz_u8(in);
		doubt(d->good, d->n);
	}
}

static void
act(struct fuzz_in *in)
{
	enum act what = fuzz_u8(in) % ACTS;
	uint8_t how = fuzz_u8(in);
	int i = (how & 3) % WORLD_CLIENTS, more = how >> 2 & 1;
	int good = (how >> 3 & 7) != 7;

	if (what < ACT_RAW)
		w.client[i].id += 1u + (how >> 6 == 3);
	switch (what) {
	case ACT_CREATE:	create(i, in, good, more); break;
	case ACT_SUBSCRIBE:	subscribe(i, fuzz_u8(in), more); break;
	case ACT_POST:		post(i, in, more); break;
	case ACT_ACK:		ack(i, in, more); break;
	case ACT_CLOSE:		close_box(i, in, good, more); break;
	case ACT_TOKEN:		set_token(i, in, good, more); break;
	case ACT_SPLIT:		split(i, in, more); break;
	case ACT_PUT:		put(i, in, more); break;
	case ACT_GET:		get(i, in, good, more); break;
	case ACT_REVOKE:	revoke(i, in, good, more); break;
	case ACT_PING:		ping(i, more); break;
	default:		outside(i, what, in); break;
	}
}

/* ---- the end ---------------------------------------------------------------------- */

static void
ack_all(const struct world_post *due, uint32_t n)
{
	tacit_Frame f = { .which_is = tacit_Frame_ack_tag };
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (!due[i].live || !w.post[i].shown || !w.post[i].live)
			continue;
		memcpy(f.is.ack.address, due[i].address, 32);
		memcpy(f.is.ack.envelope[0], due[i].envelope, 16);
		f.is.ack.envelope_count = 1;
		w.client[0].id++;
		add(0, &f, NULL, 0, 0, 0);
		world_settle(&w);
	}
}

/* The owners come on a new connection and are shown what is theirs. */
static void
drain(void)
{
	static struct world_post due[WORLD_POSTS];
	uint32_t i, n = w.n_post;
	int k;

	for (k = 0; k < WORLD_CLIENTS; k++) {
		world_reconnect(&w, k);
		draft[k].len = draft[k].n = 0;
	}
	world_settle(&w);
	memcpy(due, w.post, n * sizeof(due[0]));
	w.draining = 1;
	w.client[0].id = 1;
	subscribe(0, 0xff, 0);
	world_settle(&w);
	for (i = 0; i < n; i++)
		FUZZ_CHECK(w.post[i].shown == due[i].live);
	ack_all(due, n);
	for (i = 0; i < n; i++)
		FUZZ_CHECK(!w.post[i].live);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	int i, n = 0;

	fuzz_begin(1);
	for (i = 0; i < WORLD_CLIENTS; i++) {
		if (draft[i].buf == NULL && (draft[i].buf =
		    malloc(MESSAGE_CAP)) == NULL)
			abort();
		draft[i].len = draft[i].n = draft[i].last_len = 0;
		draft[i].last_n = 0;
	}
	world_start(&w);
	while (in.left > 0 && n++ < ACTS_MAX) {
		act(&in);
		world_turn(&w);
	}
	w.fail = 0;
	world_settle(&w);
	if (!w.failed)
		drain();
	world_stop(&w);
	return 0;
}
