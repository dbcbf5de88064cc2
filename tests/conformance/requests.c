/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own frames, malformed in every way that PROTOCOL.md, section 4, rules
 * out: each request with each of its fields absent, ill-sized, twice, of
 * another type, in another place; and frames and messages as a whole.  Each
 * on a connection of its own, which must go on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "told.h"

enum { UNTIL = 99, CAP = 8192, FIELDS = 24 };

/* Bytes being put together. */
struct bytes {
	uint8_t b[CAP];
	size_t n;
};

/* One field of a protobuf message: its bytes, with its tag. */
struct field {
	const uint8_t *at;
	size_t len, value;		/* where the value begins */
	unsigned int number, type;	/* 0: varint, 2: bytes */
};

struct message {
	struct field f[FIELDS];
	size_t n;
};

static void
put(struct bytes *o, const void *p, size_t n)
{
	if (n > sizeof(o->b) - o->n)
		abort();
	memcpy(o->b + o->n, p, n);
	o->n += n;
}

static void
put_byte(struct bytes *o, unsigned int b)
{
	const uint8_t c = (uint8_t)b;

	put(o, &c, 1);
}

static void
put_varint(struct bytes *o, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		put_byte(o, (unsigned int)(v & 0x7f) | 0x80);
	put_byte(o, (unsigned int)v);
}

static uint64_t
take_varint(const uint8_t *p, size_t *used)
{
	uint64_t v = 0;
	size_t i = 0;

	do {
		v |= (uint64_t)(p[i] & 0x7f) << 7 * i;
	} while ((p[i++] & 0x80) != 0);
	*used = i;
	return v;
}

static void
split(struct message *m, const uint8_t *p, size_t len)
{
	const uint8_t *end = p + len;
	struct field *f;
	uint64_t v;
	size_t used;

	for (m->n = 0; p < end; p += f->len) {
		f = &m->f[m->n++];
		f->at = p;
		v = take_varint(p, &used);
		f->number = (unsigned int)(v >> 3);
		f->type = (unsigned int)(v & 7);
		f->value = used;
		v = take_varint(p + f->value, &used);
		f->value += f->type == 2 ? used : 0;
		f->len = f->type == 2 ? f->value + v : f->value + used;
	}
}

static void
put_field(struct bytes *o, const struct field *f)
{
	put(o, f->at, f->len);
}

/* The field with ${by} bytes more, or fewer. */
static void
put_resized(struct bytes *o, const struct field *f, int by)
{
	size_t have = f->len - f->value, n = (size_t)((int)have + by);

	put_varint(o, f->number << 3 | 2);
	put_varint(o, n);
	put(o, f->at + f->value, n < have ? n : have);
	if (n > have)
		put_byte(o, 'x');
}

static void
put_retyped(struct bytes *o, const struct field *f)
{
	put_varint(o, f->number << 3 | (f->type == 2 ? 0 : 2));
	put_byte(o, 1);
	if (f->type != 2)
		put_byte(o, 'x');
}

/* A varint with a byte more than it needs: its tag, or its value. */
static void
put_long_varint(struct bytes *o, const uint8_t *p, size_t len)
{
	put(o, p, len - 1);
	put_byte(o, p[len - 1] | 0x80U);
	put_byte(o, 0);
}

static void
put_long_tag(struct bytes *o, const struct field *f)
{
	size_t tag;

	(void)take_varint(f->at, &tag);
	put_long_varint(o, f->at, tag);
	put(o, f->at + tag, f->len - tag);
}

/* The length of bytes, or the number, one byte longer than need be. */
static void
put_long_value(struct bytes *o, const struct field *f)
{
	size_t tag, n;

	(void)take_varint(f->at, &tag);
	(void)take_varint(f->at + tag, &n);
	put(o, f->at, tag);
	put_long_varint(o, f->at + tag, n);
	put(o, f->at + tag + n, f->len - tag - n);
}

enum change {
	ABSENT, SHORTER, LONGER, EMPTY, TWICE, RETYPED, LONG_TAG, LONG_VALUE,
	UNKNOWN_BEFORE, LATER, CHANGES
};

static const char *const change_names[CHANGES] = {
	"absent", "a byte short", "a byte long", "empty", "twice",
	"of another type", "with a long tag", "with a long varint",
	"behind an unknown field", "behind the next"
};

static void
put_changed(struct bytes *o, const struct message *m, size_t i,
    enum change how)
{
	const struct field *f = &m->f[i];

	switch (how) {
	case ABSENT:
		break;
	case SHORTER:
	case LONGER:
		put_resized(o, f, how == LONGER ? 1 : -1);
		break;
	case EMPTY:
		put_resized(o, f, -(int)(f->len - f->value));
		break;
	case TWICE:
		put_field(o, f);
		put_field(o, f);
		break;
	case RETYPED:
		put_retyped(o, f);
		break;
	case LONG_TAG:
		put_long_tag(o, f);
		break;
	case LONG_VALUE:
		put_long_value(o, f);
		break;
	case UNKNOWN_BEFORE:
		put(o, "\x78\1", 2);	/* field 15 = 1 */
		put_field(o, f);
		break;
	case LATER:
		put_field(o, f + 1);
		put_field(o, f);
		break;
	case CHANGES:
		break;
	}
}

/* Does ${how} make sense for field ${i}? */
static int
applies(const struct message *m, size_t i, enum change how)
{
	switch (how) {
	case SHORTER:
	case LONGER:
	case EMPTY:
		return m->f[i].type == 2 && m->f[i].len > m->f[i].value;
	case LATER:
		return i + 1 < m->n && m->f[i].number != m->f[i + 1].number;
	default:
		return 1;
	}
}

/* ---- the requests --------------------------------------------------------- */

static const struct kind {
	const char *name;
	pb_size_t tag;
	const char *want;		/* well-formed, of nothing there is */
	const char *fields[7];
} kinds[] = {
	{ "CREATE", tacit_Frame_create_tag, "error REFUSED",
	    { "owner", "token_hash", "code", "signature" } },
	{ "SUBSCRIBE", tacit_Frame_subscribe_tag, "subscribed",
	    { "count" } },
	{ "POST", tacit_Frame_post_tag, "error REFUSED",
	    { "address", "token", "envelope", "kind", "resume", "first" } },
	{ "RECALL", tacit_Frame_recall_tag, "error REFUSED",
	    { "address", "token", "envelope" } },
	{ "ACK", tacit_Frame_ack_tag, "error REFUSED",
	    { "address", "envelope" } },
	{ "CLOSE", tacit_Frame_close_tag, "error REFUSED",
	    { "owner", "signature", "pass_hash" } },
	{ "SET_TOKEN", tacit_Frame_set_token_tag, "error REFUSED",
	    { "owner", "token_hash", "keep", "signature" } },
	{ "ANCHOR", tacit_Frame_anchor_tag, "error REFUSED",
	    { "owner", "expected_hash", "next", "signature" } },
	{ "SPLIT", tacit_Frame_split_tag, "error ADMISSION",
	    { "code", "pass_hash", "units" } },
	{ "PUT", tacit_Frame_put_invitation_tag, "error ADMISSION",
	    { "address", "key", "code", "pass_hash", "hours" } },
	{ "GET", tacit_Frame_get_invitation_tag, "error REFUSED",
	    { "address", "reader", "signature" } },
	{ "REVOKE", tacit_Frame_revoke_invitation_tag, "error REFUSED",
	    { "address", "key", "signature" } },
	{ "PING", tacit_Frame_ping_tag, "ok", { NULL } },
};

/* What is well-formed without that field. */
static const struct {
	const char *name, *want;
} defaults[] = {
	{ "POST: resume absent", "error REFUSED" },
	{ "POST: first absent", "error REFUSED" },
	{ "SET_TOKEN: keep absent", "error REFUSED" },
	{ "SPLIT: units absent", "error LIMIT" },
	{ "PUT: hours absent", "error LIMIT" },
};

static void
fill(tacit_Frame *f, const struct kind *k)
{
	memset(f, 0, sizeof(*f));
	randombytes_buf(&f->is, sizeof(f->is));
	f->id = 1;
	f->which_is = k->tag;
	f->is.post.kind = k->tag == tacit_Frame_post_tag ?
	    tacit_Kind_KIND_LETTER : f->is.post.kind;
	if (k->tag == tacit_Frame_post_tag)
		f->is.post.resume = f->is.post.first = 1;
	if (k->tag == tacit_Frame_set_token_tag)
		f->is.set_token.keep = 1;
	if (k->tag == tacit_Frame_subscribe_tag)
		f->is.subscribe.count = 1;
	if (k->tag == tacit_Frame_ack_tag)
		f->is.ack.envelope_count = 1;
	if (k->tag == tacit_Frame_split_tag)
		f->is.split.units = 1;
	if (k->tag == tacit_Frame_put_invitation_tag)
		f->is.put_invitation.hours = 1;
}

/* A good frame of kind ${k}: header in ${head}, its request in ${inner}. */
static size_t
good(const struct kind *k, struct bytes *head, struct message *outer,
    struct message *inner)
{
	static const uint8_t zeros[4096];
	uint8_t buf[CAP];
	tacit_Frame f;
	const struct field *is;
	size_t n;

	fill(&f, k);
	n = tacit_frame_write(buf, sizeof(buf), &f, zeros);
	if (n == 0)
		abort();
	head->n = 0;
	put(head, buf + 2, (size_t)buf[0] << 8 | buf[1]);
	split(outer, head->b, head->n);
	is = &outer->f[1];
	split(inner, is->at + is->value, is->len - is->value);
	return n - 2 - head->n;
}

/* Write header ${h} and ${body} zeros as one message; tell what comes. */
static void
try_header(struct conform *c, const char *name, const char *want,
    const struct bytes *h, size_t body)
{
	struct raw *r = relay_proc_connect(conform_relay(c));
	char got[CONFORM_WORDS] = "";
	static uint8_t m[2 * CAP];

	m[0] = (uint8_t)(h->n >> 8);
	m[1] = (uint8_t)h->n;
	memcpy(m + 2, h->b, h->n);
	memset(m + 2 + h->n, 0, body);
	(void)raw_ws_send_frame(raw_ws(r), 0x82, 1, m, 2 + h->n + body);
	told_answers(raw_ws(r), want, UNTIL, got);
	raw_free(r);
	conform_case(c, name, want, got);
}

static const char *
expected(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (strcmp(defaults[i].name, name) == 0)
			return defaults[i].want;
	return "error FRAME";
}

/* The header with ${inner} in place of its request. */
static void
wrap(struct bytes *out, const struct kind *k, const struct bytes *inner)
{
	out->n = 0;
	put(out, "\x08\1", 2);
	put_varint(out, (uint64_t)k->tag << 3 | 2);
	put_varint(out, inner->n);
	put(out, inner->b, inner->n);
}

/* Each field of request ${k}, in each way. */
static void
each_field(struct conform *c, const struct kind *k)
{
	static struct bytes head, inner, whole;
	struct message outer, m;
	size_t body = good(k, &head, &outer, &m), i, j;
	enum change how;
	char name[128];

	try_header(c, k->name, k->want, &head, body);
	for (i = 0; i < m.n; i++) {
		for (how = ABSENT; how < CHANGES; how++) {
			if (!applies(&m, i, how))
				continue;
			inner.n = 0;
			for (j = 0; j < m.n; j++) {
				if (j == i)
					put_changed(&inner, &m, i, how);
				else if (how != LATER || j != i + 1)
					put_field(&inner, &m.f[j]);
			}
			(void)snprintf(name, sizeof(name), "%s: %s %s",
			    k->name, k->fields[i], change_names[how]);
			if (strstr(name, "ACK: envelope twice") != NULL)
				continue;	/* two ids: well-formed */
			wrap(&whole, k, &inner);
			try_header(c, name, expected(name), &whole, body);
		}
	}
	inner.n = 0;
	for (j = 0; j < m.n; j++)
		put_field(&inner, &m.f[j]);
	put(&inner, "\x78\1", 2);
	wrap(&whole, k, &inner);
	(void)snprintf(name, sizeof(name), "%s: an unknown field at the end",
	    k->name);
	try_header(c, name, "error FRAME", &whole, body);
	if (body > 0) {
		(void)snprintf(name, sizeof(name), "%s: no body", k->name);
		try_header(c, name, "error FRAME", &head, 0);
		(void)snprintf(name, sizeof(name), "%s: body a byte short",
		    k->name);
		try_header(c, name, "error FRAME", &head, body - 1);
	}
}

/* ---- headers and messages as a whole -------------------------------------- */

#define B(s)	s, sizeof(s) - 1

static const struct {
	const char *name, *bytes;	/* of a whole message */
	size_t len;
	const char *want;
} messages[] = {
	{ "one byte", B("\0"), "error FRAME" },
	{ "header of 0 bytes", B("\0\0"), "error FRAME" },
	{ "header longer than the message", B("\0\5\x08\1\x72\0"),
	    "error FRAME" },
	{ "header of 513 bytes", B("\2\1\x08\1\x72\0"), "error FRAME" },
	{ "header of 65,535 bytes", B("\xff\xff\x08\1\x72\0"),
	    "error FRAME" },
	{ "header not protobuf", B("\0\4\xff\xff\xff\xff"),
	    "error FRAME" },
	{ "id absent", B("\0\2\x72\0"), "error FRAME" },
	{ "id 0", B("\0\4\x08\0\x72\0"), "error FRAME" },
	{ "id of 2^32", B("\0\x08\x08\x80\x80\x80\x80\x10\x72\0"),
	    "error FRAME" },
	{ "id with a long varint", B("\0\5\x08\x81\0\x72\0"),
	    "error FRAME" },
	{ "id of eleven bytes", B("\0\x0e\x08\x81\x80\x80\x80\x80\x80\x80"
	    "\x80\x80\x80\0\x72\0"), "error FRAME" },
	{ "id that never ends", B("\0\3\x08\xff\xff"), "error FRAME" },
	{ "id twice", B("\0\6\x08\1\x08\1\x72\0"), "error FRAME" },
	{ "id behind the request", B("\0\4\x72\0\x08\1"), "error FRAME" },
	{ "id of another type", B("\0\5\x0a\1\1\x72\0"), "error FRAME" },
	{ "id as a fixed number", B("\0\7\x0d\1\0\0\0\x72\0"),
	    "error FRAME" },
	{ "no request", B("\0\2\x08\1"), "error FRAME" },
	{ "request twice", B("\0\6\x08\1\x72\0\x72\0"), "error FRAME" },
	{ "two requests in one header", B("\0\x08\x08\1\x12\2\x0a\0\x72"
	    "\0"), "error FRAME" },
	{ "request as a number", B("\0\4\x08\1\x70\0"), "error FRAME" },
	{ "request as a group", B("\0\4\x08\1\x73\x74"), "error FRAME" },
	{ "length of a request too long", B("\0\4\x08\1\x72\1"),
	    "error FRAME" },
	{ "length of a request of 2^32", B("\0\x08\x08\1\x72\x80\x80\x80"
	    "\x80\x10"), "error FRAME" },
	{ "length of a request with a long varint", B("\0\5\x08\1\x72\x80"
	    "\0"), "error FRAME" },
	{ "field 0", B("\0\6\x08\1\x72\0\0\0"), "error FRAME" },
	{ "unknown field 15", B("\0\6\x08\1\x72\0\x78\1"),
	    "error FRAME" },
	{ "recall without fields", B("\0\4\x08\1\x5a\0"),
	    "error FRAME" },
	{ "anchor without fields", B("\0\4\x08\1\x62\0"),
	    "error FRAME" },
	{ "unknown request 29", B("\0\5\x08\1\xea\1\0"), "error FRAME" },
	{ "unknown request 1000", B("\0\5\x08\1\xc2\x3e\0"),
	    "error FRAME" },
	{ "WELCOME from a client", B("\0\5\x08\1\xf2\1\0"),
	    "error FRAME" },
	{ "OK from a client", B("\0\x08\x08\1\xfa\1\3\x0a\1\1"),
	    "error FRAME" },
	{ "ERROR from a client", B("\0\7\x08\1\x82\2\2\x08\1"),
	    "error FRAME" },
	{ "SUBSCRIBED from a client", B("\0\x09\x08\1\x8a\2\4\x08\1\x10"
	    "\1" "\0"), "error FRAME" },
	{ "SUBSCRIBE of 0", B("\0\4\x08\1\x1a\0"), "error FRAME" },
	{ "SUBSCRIBE of 1,001", B("\0\7\x08\1\x1a\3\x08\xe9\7"),
	    "error FRAME" },
	{ "SUBSCRIBE of 2^32 - 1", B("\0\x0a\x08\1\x1a\6\x08\xff\xff\xff"
	    "\xff\x0f"), "error FRAME" },
	{ "a byte behind a request", B("\0\4\x08\1\x72\0\0"),
	    "ok, error FRAME" },
	{ "junk behind a request", B("\0\4\x08\1\x72\0\xff\xff\xff\xff"),
	    "ok, error FRAME" },
	{ "a request behind a malformed one", B("\0\4\x08\1\x70\0\0\4\x08"
	    "\2\x72\0"), "error FRAME" },
	{ "the same id twice", B("\0\4\x08\5\x72\0\0\4\x08\5\x72\0"),
	    "ok, error FRAME" },
	{ "an id that falls", B("\0\4\x08\5\x72\0\0\4\x08\4\x72\0"),
	    "ok, error FRAME" },
	{ "ids with gaps", B("\0\4\x08\5\x72\0\0\4\x08\x50\x72\0"),
	    "ok, ok" },
};

/* ${n} times the ${len} bytes at ${p}, each with the next id if ${rising}. */
static void
many(struct conform *c, const char *name, const char *want, int n,
    int in_one, const char *p, size_t len)
{
	struct raw *r = relay_proc_connect(conform_relay(c));
	char got[CONFORM_WORDS] = "";
	struct bytes m = { .n = 0 };
	int i;

	for (i = 1; i <= n; i++) {
		put(&m, p, len);
		if (len > 3)
			m.b[m.n - 3] = (uint8_t)i;	/* the id */
		if (in_one && i < n)
			continue;
		(void)raw_ws_send_frame(raw_ws(r), 0x82, 1, m.b, m.n);
		m.n = 0;
	}
	told_answers(raw_ws(r), want, UNTIL, got);
	raw_free(r);
	conform_case(c, name, want, got);
}

#define THREE(s) s ", " s ", " s
#define EIGHT(s) THREE(s) ", " THREE(s) ", " s ", " s
#define NINE(s)	EIGHT(s) ", " s
#define OK64	EIGHT(EIGHT("ok"))

static void
whole(struct conform *c, const char *name, const char *want, const char *p,
    size_t len)
{
	struct raw *r = relay_proc_connect(conform_relay(c));
	char got[CONFORM_WORDS] = "";

	(void)raw_ws_send_frame(raw_ws(r), 0x82, 1, p, len);
	told_answers(raw_ws(r), want, UNTIL, got);
	raw_free(r);
	conform_case(c, name, want, got);
}

int
main(void)
{
	struct conform *c = conform_open("requests", "");
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		each_field(c, &kinds[i]);
	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		whole(c, messages[i].name, messages[i].want,
		    messages[i].bytes, messages[i].len);
	many(c, "64 requests in a message", OK64, 64, 1, B("\0\4\x08\1\x72\0"));
	many(c, "65 requests in a message", OK64 ", error FRAME", 65, 1,
	    B("\0\4\x08\1\x72\0"));
	many(c, "nine malformed messages", NINE("error FRAME"), 9, 0,
	    B("\0\0"));
	many(c, "ten malformed messages", NINE("error FRAME")
	    ", error FRAME, close 1008", 10, 0, B("\0\0"));
	return conform_close(c);
}
