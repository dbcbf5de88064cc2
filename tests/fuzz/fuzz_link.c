/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The library's whole machine of states against a relay that answers what
 * the input says: nothing, nonsense, other answers, envelopes again, in
 * another order, changed, of others.  link_base.c makes three vaults and what
 * a true relay had for them.  An app is shown nothing that the peer did not
 * write, and nothing twice.  Input: which vault, then acts (enum act).
 */
#include <sodium.h>

#include "letter.h"
#include "link_base.h"
#include "line_in.h"
#include "tacit/frame.h"

enum { ACTS_MAX = 80, CABLES = 16, ASKED = 64, MESSAGE_CAP = 1 << 18 };

enum act {
	ACT_OPEN, ACT_WELCOME, ACT_OK, ACT_ERROR, ACT_SUBSCRIBED, ACT_DELIVER,
	ACT_DRAINED, ACT_ENDED, ACT_INVITATION, ACT_RAW, ACT_LOST, ACT_TIME,
	ACT_WRITE, ACT_EVENTS, ACT_RESTART, ACT_SEAL, ACTS
};

struct cable {
	uint32_t conn;			/* 0: none */
	uint32_t asked[ASKED];		/* ids, the last ones */
	uint32_t count;			/* entries of the last SUBSCRIBE */
	unsigned int n;
};

/* The library as the relay and the host see it. */
static struct {
	struct transport transport;	/* first: the core hands it back */
	struct tacit *t;
	const struct link_base *base;
	struct cable cable[CABLES];
	int64_t now;
	uint8_t *buf;			/* a message for the library */
	size_t len;
	uint64_t event;			/* last one looked at */
	uint8_t shown[LINK_TEXTS];
} s;

/* ---- what the core is given --------------------------------------------------------- */

static int64_t
now_ms(void *arg)
{
	(void)arg;
	return s.now;
}

static void
random_bytes(void *arg, void *out, size_t len)
{
	(void)arg;
	randombytes_buf(out, len);
}

static struct cable *
find_cable(uint32_t conn)
{
	int i;

	for (i = 0; i < CABLES; i++)
		if (s.cable[i].conn == conn)
			return &s.cable[i];
	return NULL;
}

static int
on_open(struct transport *tr, uint32_t conn, const struct tacit_place *place,
    const uint8_t next_pin[TACIT_HASH_LEN])
{
	struct cable *c = find_cable(0);

	(void)tr;
	(void)place;
	(void)next_pin;
	FUZZ_CHECK(conn != 0);
	if (c == NULL)
		return TACIT_E_NOMEM;
	memset(c, 0, sizeof(*c));
	c->conn = conn;
	return 0;
}

/* Whatever the library sends is a message of frames that a relay accepts. */
static int
on_send(struct transport *tr, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct cable *c = find_cable(conn);
	struct tacit_frame f;
	size_t used;

	(void)tr;
	if (c == NULL)
		return TACIT_E_STATE;
	FUZZ_CHECK(len > 0 && len <= TACIT_MESSAGE_MAX);
	for (; len > 0; msg += used, len -= used) {
		FUZZ_CHECK(tacit_frame_parse(&f, &used, msg, len) == 0);
		FUZZ_CHECK(tacit_frame_is_request(&f.head));
		if (f.head.which_is == tacit_Frame_subscribe_tag)
			c->count = f.head.is.subscribe.count;
		c->asked[c->n++ % ASKED] = f.head.id;
	}
	return 0;
}

static void
on_close(struct transport *tr, uint32_t conn)
{
	struct cable *c = find_cable(conn);

	(void)tr;
	if (c != NULL && conn != 0)
		c->conn = 0;
}

static const struct transport_ops ops = { on_open, on_send, on_close };

/* ---- life ------------------------------------------------------------------------------ */

static void
start(void)
{
	struct tacit *t = calloc(1, sizeof(*t));

	FUZZ_CHECK(t != NULL);
	t->env = (struct env){ now_ms, now_ms, random_bytes, NULL };
	s.transport.ops = &ops;
	t->transport = &s.transport;
	t->vault = link_base_open(s.base);
	FUZZ_CHECK(ratchet_open(&t->ratchet, t->vault) == 0);
	FUZZ_CHECK(core_load(t) == 0);
	s.t = t;
}

static void
stop_core(void)
{
	core_free(s.t);
	ratchet_close(s.t->ratchet);
	vault_rollback(s.t->vault);
	free(s.t->shown.text);
	free(s.t->read.text);
}

/* The process died and comes again; the vault stays open, as in stage.c. */
static void
restart(void)
{
	struct vault *v = s.t->vault;

	stop_core();
	memset(s.cable, 0, sizeof(s.cable));
	memset(s.t, 0, sizeof(*s.t));
	s.t->vault = v;
	s.t->env = (struct env){ now_ms, now_ms, random_bytes, NULL };
	s.t->transport = &s.transport;
	FUZZ_CHECK(ratchet_open(&s.t->ratchet, v) == 0);
	FUZZ_CHECK(core_load(s.t) == 0);
}

/* ---- what the relay says --------------------------------------------------------------- */

static void
say(const tacit_Frame *f, const uint8_t *body)
{
	s.len += tacit_frame_write(s.buf + s.len, MESSAGE_CAP - s.len, f,
	    body);
}

/* Hand an event over; bytes are alone in a block of their size. */
static void
hand(uint32_t conn, enum net_what what, int why)
{
	struct net_event e = { .what = what, .conn = conn, .why = why };

	if (what == NET_MESSAGE) {
		e.data = malloc(s.len > 0 ? s.len : 1);
		FUZZ_CHECK(e.data != NULL);
		memcpy(e.data, s.buf, s.len);
		e.len = s.len;
		s.len = 0;
	}
	FUZZ_CHECK(line_event(s.t, &e) == 0);
	free(e.data);
}

/* One of the last requests, mostly; else any number. */
static uint32_t
some_id(const struct cable *c, struct fuzz_in *in)
{
	uint8_t back = fuzz_u8(in);

	if (back == 0xff)
		return fuzz_u32(in);
	return c->n == 0 ? 0 : c->asked[(c->n - 1 - back % c->n) % ASKED];
}

static void
say_ok(const struct cable *c, struct fuzz_in *in)
{
	tacit_Frame f = { .which_is = tacit_Frame_ok_tag };
	pb_size_t i;

	f.is.ok.id_count = (pb_size_t)(1 + fuzz_u8(in) % 8);
	for (i = 0; i < f.is.ok.id_count; i++)
		f.is.ok.id[i] = some_id(c, in);
	f.is.ok.nearly_full = fuzz_u8(in) & 1;
	say(&f, NULL);
}

static void
say_error(const struct cable *c, struct fuzz_in *in)
{
	tacit_Frame f = { .which_is = tacit_Frame_error_tag };

	f.is.error.id = some_id(c, in);
	f.is.error.code = fuzz_u8(in);
	f.is.error.retry_after_ms = fuzz_u8(in) == 0 ? fuzz_u32(in) : 0;
	say(&f, NULL);
}

static void
say_subscribed(const struct cable *c, struct fuzz_in *in)
{
	tacit_Frame f = { .which_is = tacit_Frame_subscribed_tag };
	uint8_t result[1000], n = fuzz_u8(in);

	memset(result, fuzz_u8(in), sizeof(result));
	f.is.subscribed.id = some_id(c, in);
	f.is.subscribed.count = n == 0 ? c->count : n;
	say(&f, result);
}

/* An envelope that a true relay had, as it is or with something changed. */
static void
say_deliver(struct fuzz_in *in)
{
	const struct link_envelope *e = &s.base->envelope[fuzz_u8(in) %
	    s.base->n_envelope];
	tacit_Frame f = { .which_is = tacit_Frame_deliver_tag };
	uint8_t body[TACIT_LETTER_LEN], how = fuzz_u8(in);

	f.is.deliver = e->head;
	memcpy(body, e->body, sizeof(body));
	if (how & 1)
		body[fuzz_u16(in) % sizeof(body)] ^= fuzz_u8(in);
	if (how & 2)
		f.is.deliver.envelope[0] ^= fuzz_u8(in);
	if (how & 4)
		memcpy(f.is.deliver.address, s.base->envelope[fuzz_u8(in) %
		    s.base->n_envelope].head.address, 32);
	say(&f, body);
}

/* True keys, as the peer or a thief of the link has them; any message. */
static void
say_sealed(struct fuzz_in *in)
{
	struct tacit_contact *ct = s.t->contacts;
	tacit_Frame f = { .which_is = tacit_Frame_deliver_tag };
	uint8_t body[TACIT_LETTER_LEN], msg[1989], how = fuzz_u8(in);
	struct seal_header h = { .kind = fuzz_u8(in) };
	struct seal_place place;
	struct seal_keys keys;

	if (ct == NULL)
		return;
	memcpy(f.is.deliver.address, ct->rec.my_address, 32);
	f.is.deliver.envelope[0] = fuzz_u8(in);
	f.is.deliver.kind = tacit_Kind_KIND_LETTER;
	memcpy(h.stream, ct->rec.their_stream, sizeof(h.stream));
	h.stream[0] ^= how >> 4;
	h.counter = fuzz_u16(in);
	h.generation = how & 2 ? fuzz_u32(in) : 1;
	h.length = fuzz_u16(in) % 1989;
	memset(msg, 0, sizeof(msg));
	(void)fuzz_fill(in, msg, h.length < 300 ? h.length : 300);
	memcpy(place.address, ct->rec.my_address, 32);
	memcpy(place.envelope, f.is.deliver.envelope, sizeof(place.envelope));
	letter_keys(ct, 1, how & 1, &keys);
	if (seal_close(body, sizeof(body), &keys, &place, &h, msg,
	    (const uint8_t *)"sixteen bytes of") == 0)
		say(&f, body);
}

static void
say_about(pb_size_t tag, struct fuzz_in *in)
{
	tacit_Frame f = { .which_is = tag };

	/* Both have the address alone. */
	memcpy(f.is.drained.address, s.base->envelope[fuzz_u8(in) %
	    s.base->n_envelope].head.address, 32);
	say(&f, NULL);
}

static void
say_invitation(const struct cable *c, struct fuzz_in *in)
{
	tacit_Frame f = { .which_is = tacit_Frame_invitation_tag };
	uint8_t blob[TACIT_BLOB_LEN];

	f.is.invitation.id = some_id(c, in);
	memcpy(blob, link_blob, sizeof(blob));
	if (fuzz_u8(in) & 1)
		blob[fuzz_u16(in) % sizeof(blob)] ^= fuzz_u8(in);
	say(&f, blob);
}

static void
say_raw(struct fuzz_in *in)
{
	size_t n = fuzz_u16(in) % 700;

	if (n > MESSAGE_CAP - s.len)
		n = MESSAGE_CAP - s.len;
	s.len += fuzz_fill(in, s.buf + s.len, n);
}

static void
relay_says(enum act what, const struct cable *c, struct fuzz_in *in)
{
	switch (what) {
	case ACT_WELCOME:
		FUZZ_CHECK(link_welcome_len <= MESSAGE_CAP - s.len);
		memcpy(s.buf + s.len, link_welcome, link_welcome_len);
		s.len += link_welcome_len;
		break;
	case ACT_OK:		say_ok(c, in); break;
	case ACT_ERROR:		say_error(c, in); break;
	case ACT_SUBSCRIBED:	say_subscribed(c, in); break;
	case ACT_DELIVER:	say_deliver(in); break;
	case ACT_SEAL:		say_sealed(in); break;
	case ACT_DRAINED:
		say_about(tacit_Frame_drained_tag, in);
		break;
	case ACT_ENDED:
		say_about(tacit_Frame_ended_tag, in);
		break;
	case ACT_INVITATION:	say_invitation(c, in); break;
	default:		say_raw(in); break;
	}
}

/* ---- what the host does ---------------------------------------------------------------- */

/* Shown: a text of the peer, for the first time. */
static void
see_text(const struct tacit_event *e)
{
	int i;

	for (i = 0; i < link_n_texts; i++)
		if (e->text_len == strlen(link_text[i]) &&
		    memcmp(e->text, link_text[i], e->text_len) == 0)
			break;
	FUZZ_CHECK(i < link_n_texts);
	FUZZ_CHECK(!s.shown[i]);
	s.shown[i] = 1;
}

/* ${done}: they are confirmed, too. */
static void
look(int done)
{
	struct tacit_event e = { .size = sizeof(e) };
	int rc;

	while ((rc = tacit_next_event(s.t, s.event, &e)) == 1) {
		FUZZ_CHECK(e.id > s.event);
		s.event = e.id;
		if (e.type == TACIT_EV_MESSAGE)
			see_text(&e);
		FUZZ_CHECK(tacit_event_word(e.type) != NULL);
		if (done)
			FUZZ_CHECK(tacit_event_done(s.t, e.id) == 0);
	}
	FUZZ_CHECK(rc == 0);
}

static void
write_text(struct fuzz_in *in)
{
	static char text[TACIT_TEXT_MAX];
	size_t len = fuzz_u16(in);
	int rc;

	len = 1 + len % (fuzz_u8(in) == 0 ? (size_t)TACIT_TEXT_MAX : 100);
	if (s.t->contacts == NULL)
		return;
	memset(text, 'w', sizeof(text));
	rc = tacit_send(s.t->contacts, text, len, NULL, NULL);
	FUZZ_CHECK(rc == 0 || rc == TACIT_E_CONTACT_CLOSED ||
	    rc == TACIT_E_NOT_VERIFIED || rc == TACIT_E_QUOTA ||
	    rc == TACIT_E_IDENTITY_CHANGED);
}

/* What was said is what the peer wrote, or what is mine. */
static void
look_back(void)
{
	struct tacit_message m = { .size = sizeof(m) };
	struct tacit_contact_info info = { .size = sizeof(info) };
	uint64_t before = 0;
	int i, rc;

	if (s.t->contacts == NULL)
		return;
	FUZZ_CHECK(tacit_contact_info(s.t->contacts, &info) == 0);
	while ((rc = tacit_history(s.t->contacts, before, &m)) == 0) {
		FUZZ_CHECK(before == 0 || m.place < before);
		before = m.place;
		for (i = 0; !m.from_me && i < link_n_texts; i++)
			if (m.text_len == strlen(link_text[i]) &&
			    memcmp(m.text, link_text[i], m.text_len) == 0)
				break;
		FUZZ_CHECK(m.from_me || i < link_n_texts);
	}
	FUZZ_CHECK(rc == TACIT_E_STATE);
}

static void
end_it(void)
{
	int rc;

	if (s.t->contacts == NULL)
		return;
	rc = tacit_contact_close(s.t->contacts);
	FUZZ_CHECK(rc == 0 || rc == TACIT_E_CONTACT_CLOSED);
}

static void
wait_some(struct fuzz_in *in)
{
	uint8_t unit = fuzz_u8(in);
	int64_t n = fuzz_u8(in);

	s.now += n * (unit < 100 ? 100 : unit < 200 ? 10000 : 3600000);
}

static void
act(struct fuzz_in *in)
{
	uint8_t b = fuzz_u8(in), how = fuzz_u8(in);
	enum act what = b % ACTS;
	struct cable *c = &s.cable[how % 4];
	uint32_t conn = c->conn;

	switch (what) {
	case ACT_OPEN:
		hand(conn, NET_OPEN, 0);
		break;
	case ACT_LOST:
		c->conn = 0;
		hand(conn, NET_CLOSED, -(int)fuzz_u8(in));
		break;
	case ACT_TIME:		wait_some(in); break;
	case ACT_WRITE:
		if ((how & 0xf0) == 0xf0)
			end_it();
		else
			write_text(in);
		break;
	case ACT_EVENTS:
		look(how & 4);
		if (how & 8)
			look_back();
		break;
	case ACT_RESTART:	restart(); break;
	default:
		relay_says(what, c, in);
		if ((how & 0x80) == 0)	/* else more in the same message */
			hand(conn, NET_MESSAGE, 0);
	}
	FUZZ_CHECK(core_step(s.t) == 0);
	FUZZ_CHECK(core_wait(s.t) >= -1);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_begin(5);
	link_base_make();
	s.buf = malloc(MESSAGE_CAP);
	FUZZ_CHECK(s.buf != NULL);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	int n = 0;

	fuzz_begin(1);
	s.base = &link_base[fuzz_u8(&in) % LINK_BASES];
	memset(s.cable, 0, sizeof(s.cable));
	memset(s.shown, 0, sizeof(s.shown));
	s.now = s.base->now;
	s.len = 0;
	s.event = s.base->event;
	start();
	FUZZ_CHECK(core_step(s.t) == 0);
	while (in.left > 0 && n++ < ACTS_MAX)
		act(&in);
	look(0);
	stop_core();
	vault_close(s.t->vault);
	free(s.t);
	return 0;
}
