/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <sodium.h>

#include "change.h"
#include "content.pb.h"
#include "letter.h"
#include "link_base.h"
#include "pad.h"
#include "story.h"
#include "tacit/frame.h"
#include "vault_file.h"

enum { PAIRED, INVITED, JOINING, MSG_MAX = 1989 };

struct link_base link_base[LINK_BASES];
uint8_t link_welcome[1024], link_blob[TACIT_BLOB_LEN];
size_t link_welcome_len;
char link_text[LINK_TEXTS][TACIT_TEXT_MAX + 1];
int link_n_texts;

/* ---- what the relay had ------------------------------------------------------------ */

static void
keep(struct link_base *b, const struct tacit_frame *f)
{
	struct link_envelope *e = &b->envelope[b->n_envelope];

	if (b->n_envelope == LINK_ENVELOPES)
		return;
	b->n_envelope++;
	e->head = f->head.is.deliver;
	memcpy(e->body, f->body, sizeof(e->body));
}

/* On the wire: everything that comes down to an end. */
static int
down(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	struct tacit_frame f;
	size_t used;

	(void)arg;
	(void)conn;
	for (; len > 0; msg += used, len -= used) {
		FUZZ_CHECK(tacit_frame_parse(&f, &used, msg, len) == 0);
		if (f.head.which_is == tacit_Frame_welcome_tag) {
			FUZZ_CHECK(used <= sizeof(link_welcome));
			memcpy(link_welcome, msg, used);
			link_welcome_len = used;
		} else if (f.head.which_is == tacit_Frame_invitation_tag) {
			memcpy(link_blob, f.body, sizeof(link_blob));
		} else if (f.head.which_is == tacit_Frame_deliver_tag) {
			if (i == 1) {
				keep(&link_base[JOINING], &f);
			} else {
				keep(&link_base[PAIRED], &f);
				keep(&link_base[INVITED], &f);
			}
		}
	}
	return 1;
}

/* ---- what the peer wrote ------------------------------------------------------------- */

static void
wrote(const char *text)
{
	FUZZ_CHECK(link_n_texts < LINK_TEXTS);
	(void)snprintf(link_text[link_n_texts++], sizeof(link_text[0]), "%s",
	    text);
}

static void
let_go(struct story *st, int i)
{
	int n;

	for (n = 0; n < 12; n++) {
		(void)stage_turn(st->s, i);
		stage_relay_turn(st->s);
	}
}

static void
write_letters(struct story *st)
{
	char text[5000];
	int n;

	for (n = 1; n <= 6; n++) {
		(void)snprintf(text, sizeof(text), "letter %d", n);
		wrote(text);
		FUZZ_CHECK(story_write(st, 1, n) == 0);
	}
	memset(text, 'x', sizeof(text) - 1);	/* in four parts */
	text[sizeof(text) - 1] = '\0';
	wrote(text);
	FUZZ_CHECK(tacit_send(story_contact(st, 1), text, strlen(text), NULL,
	    NULL) == 0);
	let_go(st, 1);
}

/* ${c} from the peer, whose library would not say so, as an envelope. */
static void
peer_says(struct story *st, const tacit_Content *c)
{
	struct tacit_contact *ct = story_contact(st, 1);
	uint8_t padded[TACIT_CONTENT_LEN], msg[MSG_MAX];
	uint8_t body[TACIT_LETTER_LEN], random[16];
	struct seal_header h = { .kind = SEAL_WHISPER, .generation = 1 };
	tacit_Frame head = { .which_is = tacit_Frame_deliver_tag };
	struct tacit_frame f = { .body = body };
	struct ratchet_session s;
	struct seal_place place;
	struct seal_keys keys;
	enum ratchet_kind kind;
	size_t len;

	FUZZ_CHECK(pad_write(padded, sizeof(padded), tacit_Content_fields,
	    c) == 0);
	contact_session(ct, &s);
	FUZZ_CHECK(change_begin(ct->t) == 0);
	FUZZ_CHECK(ratchet_encrypt(ct->t->ratchet, &s, padded, sizeof(padded),
	    msg, sizeof(msg), &len, &kind) == 0);
	memcpy(h.stream, ct->rec.stream, sizeof(h.stream));
	h.counter = ++ct->rec.counter;
	h.length = (uint16_t)len;
	memcpy(place.address, ct->rec.their_address, sizeof(place.address));
	randombytes_buf(place.envelope, sizeof(place.envelope));
	randombytes_buf(random, sizeof(random));
	letter_keys(ct, 0, 1, &keys);
	FUZZ_CHECK(seal_close(body, sizeof(body), &keys, &place, &h, msg,
	    random) == 0);
	FUZZ_CHECK(change_end(ct->t, ct, 0) == 0);

	memcpy(head.is.deliver.address, place.address, 32);
	memcpy(head.is.deliver.envelope, place.envelope, 16);
	head.is.deliver.kind = tacit_Kind_KIND_LETTER;
	f.head = head;
	keep(&link_base[PAIRED], &f);
}

static void
peer_text(struct story *st, uint64_t seq, uint32_t part, uint32_t parts,
    const char *text, int other_stream)
{
	tacit_Content c = { .seq = seq, .time_ms = 1,
	    .which_is = tacit_Content_text_tag };

	memcpy(c.stream, story_contact(st, 1)->rec.stream, sizeof(c.stream));
	c.stream[0] ^= (uint8_t)other_stream;
	c.is.text.part = part;
	c.is.text.parts = parts;
	c.is.text.data.size = (pb_size_t)strlen(text);
	memcpy(c.is.text.data.bytes, text, strlen(text));
	if (parts == 1)
		wrote(text);
	peer_says(st, &c);
}

static void
peer_control(struct story *st, pb_size_t which, uint64_t from, uint64_t to)
{
	tacit_Content c = { .which_is = which, .have_count = 1 };
	const struct tacit_contact *ct = story_contact(st, 1);

	memcpy(c.stream, ct->rec.stream, sizeof(c.stream));
	memcpy(c.have[0].stream, ct->rec.their_stream, sizeof(c.stream));
	c.have[0].contiguous = from;
	c.have[0].range_count = 1;
	c.have[0].range[0].from = from + 2;
	c.have[0].range[0].to = to;
	if (which == tacit_Content_need_tag) {
		c.is.need.from = from;
		c.is.need.to = to;
	}
	peer_says(st, &c);
}

/* What only a peer gone bad says. */
static void
write_oddities(struct story *st)
{
	uint64_t next = story_contact(st, 1)->rec.seq + 1;

	peer_text(st, next - 1, 0, 1, "another for a number", 0);
	peer_text(st, next + 9, 0, 1, "far", 0);
	peer_text(st, next + 4097, 0, 1, "farther", 0);
	peer_text(st, UINT64_MAX, 0, 1, "at the end", 0);
	peer_text(st, 1, 0, 1, "of another stream", 1);
	peer_text(st, next, 1, 2, "part", 0);
	peer_text(st, next, 2, 3, "of others", 0);
	peer_text(st, next, 0, 1, "\xff\xfe", 0);
	peer_text(st, 0, 0, 1, "no number", 0);
	peer_control(st, tacit_Content_have_only_tag, 0, UINT64_MAX);
	peer_control(st, tacit_Content_have_only_tag, 3, 5);
	peer_control(st, tacit_Content_need_tag, 1, UINT64_MAX);
	peer_control(st, tacit_Content_need_tag, 1, 2);
	peer_control(st, tacit_Content_confirm_tag, 1, 3);
	peer_control(st, tacit_Content_hello_ack_tag, 1, 3);
	peer_control(st, tacit_Content_closed_tag, 1, 3);
}

/* ---- the vaults ------------------------------------------------------------------------- */

static uint8_t *
load(size_t *len, const char *name)
{
	enum { CAP = 1 << 20 };
	uint8_t *buf = malloc(CAP);
	FILE *f = fopen(name, "rb");

	FUZZ_CHECK(buf != NULL);
	*len = 0;
	if (f == NULL)
		return buf;
	*len = fread(buf, 1, CAP, f);
	FUZZ_CHECK(*len < CAP && fclose(f) == 0);
	return buf;
}

static void
store(const uint8_t *data, size_t len, const char *name)
{
	FILE *f = fopen(name, "wb");

	FUZZ_CHECK(f != NULL && fwrite(data, 1, len, f) == len);
	FUZZ_CHECK(fclose(f) == 0);
}

static void
snapshot(struct link_base *b, struct story *st, int i)
{
	const struct tacit *t = stage_end(st->s, i);
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/end%d", fuzz_scratch(), i);
	b->file = load(&b->file_len, path);
	(void)snprintf(path, sizeof(path), "%s/end%d-wal", fuzz_scratch(), i);
	b->wal = load(&b->wal_len, path);
	b->now = env_unix_ms(t);
	b->event = t->self.next_event - 1;
}

struct vault *
link_base_open(const struct link_base *b)
{
	char path[200], wal[210];
	struct vault *v;

	(void)snprintf(path, sizeof(path), "%s/subject", fuzz_scratch());
	(void)snprintf(wal, sizeof(wal), "%s-wal", path);
	vault_file_remove(path);
	store(b->file, b->file_len, path);
	if (b->wal_len > 0)
		store(b->wal, b->wal_len, wal);
	FUZZ_CHECK(stage_vault(&v, path) == 0);
	return v;
}

void
link_base_make(void)
{
	const struct stage_tap tap = { .down = down };
	struct story st = { .s = stage_new(fuzz_scratch(), 5) };

	stage_tap(st.s, &tap);
	story_invite(&st, TACIT_INVITE_IN_PERSON, 0);
	snapshot(&link_base[INVITED], &st, 0);
	story_accept(&st);
	snapshot(&link_base[JOINING], &st, 1);
	stage_quiesce(st.s);
	FUZZ_CHECK(story_write(&st, 0, 1) == 0);
	FUZZ_CHECK(story_write(&st, 0, 2) == 0);
	snapshot(&link_base[PAIRED], &st, 0);
	write_letters(&st);
	write_oddities(&st);
	let_go(&st, 0);
	let_go(&st, 1);
	FUZZ_CHECK(link_welcome_len > 0 && link_base[PAIRED].n_envelope > 10 &&
	    link_base[JOINING].n_envelope > 0);
	stage_free(st.s);
}
