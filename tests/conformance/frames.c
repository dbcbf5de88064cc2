/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 6455 frame by frame, as bytes over TLS, on a subprotocol that speaks
 * binary messages only.  After what should leave the connection open a good
 * request is made on it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <unistd.h>

#include "told.h"

#define B(s)	s, sizeof(s) - 1
#define M	"\0\0\0\0"		/* the mask */
/* A good request: PING with id 1 to 3; and the parts of one. */
#define ASK1	"\0\4\x08\1\x72\0"
#define ASK2	"\0\4\x08\2\x72\0"
#define ASK3	"\0\4\x08\3\x72\0"
#define TEN(s)	s s s s s s s s s s
#define HUNDRED(s) TEN(s) TEN(s) TEN(s) TEN(s) TEN(s) TEN(s) TEN(s) TEN(s) \
	TEN(s) TEN(s)
#define X125	HUNDRED("x") TEN("x") TEN("x") "xxxxx"

enum { UNTIL = 99, FINAL = 1 };		/* FINAL: nothing is asked after it */

static const struct row {
	const char *name, *bytes;
	size_t len;
	const char *want;
	int how;
} rows[] = {
	{ "a message", B("\x82\x86" M ASK1), "ok", 0 },
	{ "two in one record", B("\x82\x86" M ASK1 "\x82\x86" M ASK2),
	    "ok, ok", 0 },
	{ "two requests in one message", B("\x82\x8c" M ASK1 ASK2),
	    "ok, ok", 0 },
	{ "an empty message", B("\x82\x80" M), "error FRAME", 0 },

	{ "text", B("\x81\x82" M "hi"), "close 1003", FINAL },
	{ "text that is a request", B("\x81\x86" M ASK1), "close 1003",
	    FINAL },
	{ "empty text", B("\x81\x80" M), "close 1003", FINAL },
	{ "text that is no UTF-8", B("\x81\x82" M "\xff\xfe"), "close 1003",
	    FINAL },
	{ "text in fragments", B("\1\x81" M "h\x80\x81" M "i"), "close 1003",
	    FINAL },
	{ "text after a request", B("\x82\x86" M ASK1 "\x81\x82" M "hi"),
	    "close 1003", FINAL },

	{ "opcode 3", B("\x83\x80" M), "close 1002", FINAL },
	{ "opcode 4", B("\x84\x80" M), "close 1002", FINAL },
	{ "opcode 5", B("\x85\x80" M), "close 1002", FINAL },
	{ "opcode 6", B("\x86\x80" M), "close 1002", FINAL },
	{ "opcode 7", B("\x87\x80" M), "close 1002", FINAL },
	{ "opcode 11", B("\x8b\x80" M), "close 1002", FINAL },
	{ "opcode 12", B("\x8c\x80" M), "close 1002", FINAL },
	{ "opcode 13", B("\x8d\x80" M), "close 1002", FINAL },
	{ "opcode 14", B("\x8e\x80" M), "close 1002", FINAL },
	{ "opcode 15", B("\x8f\x80" M), "close 1002", FINAL },
	{ "opcode 3 with payload", B("\x83\x86" M ASK1), "close 1002",
	    FINAL },
	{ "opcode 3 after a request", B("\x82\x86" M ASK1 "\x83\x80" M),
	    "close 1002", FINAL },

	{ "RSV1", B("\xc2\x86" M ASK1), "close 1002", FINAL },
	{ "RSV2", B("\xa2\x86" M ASK1), "close 1002", FINAL },
	{ "RSV3", B("\x92\x86" M ASK1), "close 1002", FINAL },
	{ "all RSV", B("\xf2\x86" M ASK1), "close 1002", FINAL },
	{ "RSV1 on a ping", B("\xc9\x80" M), "close 1002", FINAL },
	{ "RSV2 on a close", B("\xa8\x80" M), "close 1002", FINAL },
	{ "RSV1 on a continuation", B("\2\x83" M "\0\4\x08\xc0\x83" M
	    "\1\x72\0"), "close 1002", FINAL },

	{ "ping", B("\x89\x80" M), "pong 0", 0 },
	{ "ping of 4", B("\x89\x84" M "abcd"), "pong 4", 0 },
	{ "ping of 125", B("\x89\xfd" M X125), "pong 125", 0 },
	{ "ping of 126", B("\x89\xfe\0\x7e" M X125 "x"), "close 1002",
	    FINAL },
	{ "ping of 64 bits", B("\x89\xff\0\0\0\0\0\0\0\1" M "x"),
	    "close 1002", FINAL },
	{ "ping in a fragment", B("\x09\x80" M), "close 1002", FINAL },
	{ "pong in a fragment", B("\x0a\x80" M), "close 1002", FINAL },
	{ "close in a fragment", B("\x08\x82" M "\3\xe8"), "close 1002",
	    FINAL },
	{ "pong unasked", B("\x8a\x80" M), "", 0 },
	{ "pong of 125", B("\x8a\xfd" M X125), "", 0 },
	{ "pong of 126", B("\x8a\xfe\0\x7e" M X125 "x"), "close 1002",
	    FINAL },
	{ "close of 126", B("\x88\xfe\0\x7e" M "\3\xe8" X125), "close 1002",
	    FINAL },

	{ "fragments", B("\2\x83" M "\0\4\x08\x80\x83" M "\1\x72\0"), "ok",
	    0 },
	{ "fragments of one byte", B("\2\x81" M "\0" "\0\x81" M "\4"
	    "\0\x81" M "\x08" "\0\x81" M "\1" "\0\x81" M "\x72" "\x80\x81" M
	    "\0"), "ok", 0 },
	{ "empty fragments", B("\2\x80" M TEN("\0\x80" M) "\0\x86" M ASK1
	    TEN("\0\x80" M) "\x80\x80" M), "ok", 0 },
	{ "only empty fragments", B("\2\x80" M TEN("\0\x80" M) "\x80\x80" M),
	    "error FRAME", 0 },
	{ "a ping between fragments", B("\2\x83" M "\0\4\x08\x89\x82" M "ab"
	    "\x80\x83" M "\1\x72\0"), "pong 2, ok", 0 },
	{ "a pong between fragments", B("\2\x83" M "\0\4\x08\x8a\x82" M "ab"
	    "\x80\x83" M "\1\x72\0"), "ok", 0 },
	{ "a close between fragments", B("\2\x83" M "\0\4\x08\x88\x82" M
	    "\3\xe8"), "close 1000", FINAL },
	{ "continuation of nothing", B("\x80\x86" M ASK1), "close 1002",
	    FINAL },
	{ "continuation of nothing, not last", B("\0\x86" M ASK1),
	    "close 1002", FINAL },
	{ "continuation after a message", B("\x82\x86" M ASK1 "\x80\x86" M
	    ASK2), "close 1002", FINAL },
	{ "continuation after fragments", B("\2\x83" M "\0\4\x08\x80\x83" M
	    "\1\x72\0" "\0\x80" M), "close 1002", FINAL },
	{ "a message between fragments", B("\2\x83" M "\0\4\x08\x82\x86" M
	    ASK2), "close 1002", FINAL },
	{ "text between fragments", B("\2\x83" M "\0\4\x08\x81\x82" M "hi"),
	    "close 1002", FINAL },
	{ "a message begun between fragments", B("\2\x83" M "\0\4\x08\2\x83"
	    M "\0\4\x08"), "close 1002", FINAL },

	{ "6 bytes as 16 bits", B("\x82\xfe\0\6" M ASK1), "close 1002", 0 },
	{ "6 bytes as 64 bits", B("\x82\xff\0\0\0\0\0\0\0\6" M ASK1),
	    "close 1002", 0 },
	{ "0 bytes as 16 bits", B("\x82\xfe\0\0" M), "close 1002", 0 },
	{ "length of 2^63", B("\x82\xff\x80\0\0\0\0\0\0\0" M "x"),
	    "close 1002", FINAL },
	{ "length of 2^64 - 1", B("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	    M "x"), "close 1002", FINAL },
	{ "length of 2^63 - 1", B("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff"
	    M "x"), "close 1009", FINAL },
	{ "length of 2^32 + 6", B("\x82\xff\0\0\0\1\0\0\0\6" M ASK1),
	    "close 1009", FINAL },
	{ "length of 2^32", B("\x82\xff\0\0\0\1\0\0\0\0" M "x"),
	    "close 1009", FINAL },
	{ "one byte too long", B("\x82\xff\0\0\0\0\0\4\0\1" M "x"),
	    "close 1009", FINAL },
	{ "a fragment that is too long", B("\2\xff\0\0\0\0\0\4\0\1" M "x"),
	    "close 1009", FINAL },
	{ "too long together", B("\2\x81" M "\0\x80\xff\0\0\0\0\0\4\0\0" M
	    "x"), "close 1009", FINAL },

	{ "unmasked", B("\x82\6" ASK1), "close 1002", 0 },
	{ "unmasked ping", B("\x89\1x"), "close 1002", 0 },
	{ "unmasked close", B("\x88\2\3\xe8"), "close 1002", FINAL },
	{ "unmasked text", B("\x81\2hi"), "close 1002", FINAL },
	{ "unmasked continuation", B("\2\x83" M "\0\4\x08\x80\3\1\x72\0"),
	    "close 1002", 0 },
	{ "another mask", B("\x82\x86\1\2\3\4\1\6\x0b\5\x73\2"), "ok", 0 },

	{ "close without a code", B("\x88\x80" M), "close", FINAL },
	{ "close of one byte", B("\x88\x81" M "\3"), "close 1002", FINAL },
	{ "close with a reason", B("\x88\x85" M "\3\xe8" "bye"),
	    "close 1000", FINAL },
	{ "close with the longest reason", B("\x88\xfd" M "\3\xe8"
	    HUNDRED("x") TEN("x") TEN("x") "xxx"), "close 1000", FINAL },
	{ "close with a reason in UTF-8", B("\x88\x84" M "\3\xe8\xc3\xa4"),
	    "close 1000", FINAL },
	{ "reason cut in a letter", B("\x88\x83" M "\3\xe8\xc3"),
	    "close 1002", FINAL },
	{ "reason of stray bytes", B("\x88\x84" M "\3\xe8\xff\xfe"),
	    "close 1002", FINAL },
	{ "reason of a surrogate", B("\x88\x85" M "\3\xe8\xed\xa0\x80"),
	    "close 1002", FINAL },
	{ "reason spelt too long", B("\x88\x84" M "\3\xe8\xc0\xaf"),
	    "close 1002", FINAL },
	{ "two closes", B("\x88\x82" M "\3\xe8\x88\x82" M "\3\xe8"),
	    "close 1000", FINAL },
	{ "a request after a close", B("\x88\x82" M "\3\xe8\x82\x86" M ASK1),
	    "close 1000", FINAL },
	{ "a ping after a close", B("\x88\x82" M "\3\xe8\x89\x80" M),
	    "close 1000", FINAL },
	{ "junk after a close", B("\x88\x82" M "\3\xe8\xff\xff\xff\xff"),
	    "close 1000", FINAL },
};

static struct raw *
connect_to(struct conform *c)
{
	return relay_proc_connect(conform_relay(c));
}

static void
look(struct conform *c, const char *name, const char *want, struct raw *r,
    int how)
{
	char got[CONFORM_WORDS] = "";

	if (how != FINAL)
		(void)told_ping(raw_ws(r), UNTIL);
	told_frames(raw_ws(r), UNTIL, got);
	raw_free(r);
	conform_case(c, name, want, got);
}

static void
run(struct conform *c, const struct row *row)
{
	struct raw *r = connect_to(c);

	(void)raw_ws_send_bytes(raw_ws(r), row->bytes, row->len);
	look(c, row->name, row->want, r, row->how);
}

/* Every code there is a rule about, as client's and as answer. */
static void
close_codes(struct conform *c)
{
	static const struct {
		int code, want;
	} codes[] = {
		{ 1000, 1000 }, { 1001, 1001 }, { 1002, 1002 },
		{ 1003, 1003 }, { 1007, 1007 }, { 1008, 1008 },
		{ 1009, 1009 }, { 1010, 1010 }, { 1011, 1011 },
		{ 3000, 3000 }, { 3999, 3999 }, { 4000, 4000 },
		{ 4999, 4999 },
		{ 0, 1002 }, { 1, 1002 }, { 999, 1002 }, { 1004, 1002 },
		{ 1005, 1002 }, { 1006, 1002 }, { 1012, 1002 },
		{ 1013, 1002 }, { 1014, 1002 }, { 1015, 1002 },
		{ 1016, 1002 }, { 1100, 1002 }, { 2000, 1002 },
		{ 2999, 1002 }, { 5000, 1002 }, { 65535, 1002 },
	};
	char name[32], want[32];
	struct raw *r;
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		(void)snprintf(name, sizeof(name), "close code %d",
		    codes[i].code);
		(void)snprintf(want, sizeof(want), "close %d",
		    codes[i].want);
		r = connect_to(c);
		(void)raw_ws_send_close(raw_ws(r), (uint16_t)codes[i].code);
		look(c, name, want, r, FINAL);
	}
}

/* Each byte in a TLS record of its own. */
static void
chopped(struct conform *c, const char *name, const char *want,
    const char *bytes, size_t len, int how)
{
	struct raw *r = connect_to(c);
	size_t i;

	for (i = 0; i < len; i++)
		(void)raw_ws_send_bytes(raw_ws(r), bytes + i, 1);
	look(c, name, want, r, how);
}

/* ${n} fragments of ${len} zeros, the last of them final if ${end}. */
static void
fragments(struct conform *c, const char *name, const char *want, int n,
    size_t len, int end, int how)
{
	uint8_t *zeros = calloc(1, len + 1);
	struct raw *r = connect_to(c);
	int i;

	if (zeros == NULL)
		abort();
	for (i = 0; i < n; i++)
		(void)raw_ws_send_frame(raw_ws(r), (uint8_t)((i == 0 ? 2 : 0) |
		    (end && i == n - 1 ? 0x80 : 0)), 1, zeros, len);
	free(zeros);
	look(c, name, want, r, how);
}

/* It goes away in the middle; nobody is left to be answered. */
static void
broken_off(struct conform *c, const char *name, const char *bytes,
    size_t len)
{
	struct raw *r = connect_to(c);

	(void)raw_ws_send_bytes(raw_ws(r), bytes, len);
	raw_free(r);
	conform_case(c, name, "", "");
}

/* Bytes below TLS, on a connection that speaks TLS. */
static void
below_tls(struct conform *c, const char *name, const char *bytes, size_t len)
{
	struct raw *r = connect_to(c);

	if (write(raw_ws_fd(raw_ws(r)), bytes, len) != (ssize_t)len)
		abort();
	look(c, name, "closed", r, FINAL);
}

int
main(void)
{
	struct conform *c = conform_open("frames", "");
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run(c, &rows[i]);
	close_codes(c);
	chopped(c, "a message chopped", "ok", B("\x82\x86" M ASK1), 0);
	chopped(c, "fragments chopped", "pong 2, ok", B("\2\x83" M
	    "\0\4\x08\x89\x82" M "ab\x80\x83" M "\1\x72\0"), 0);
	chopped(c, "a ping chopped", "pong 4", B("\x89\x84" M "abcd"), 0);
	chopped(c, "a close chopped", "close 1000", B("\x88\x85" M "\3\xe8"
	    "bye"), FINAL);
	chopped(c, "a length chopped", "close 1009", B("\x82\xff\0\0\0\0\0\4"
	    "\0\1" M "x"), FINAL);
	fragments(c, "the longest message", "error FRAME", 1, 262144, 1, 0);
	fragments(c, "the longest message in fragments", "error FRAME", 4,
	    65536, 1, 0);
	fragments(c, "a message one byte too long", "close 1009", 1, 262145,
	    1, FINAL);
	fragments(c, "fragments without end", "close 1009", 3, 100000, 0,
	    FINAL);
	fragments(c, "1,000 empty fragments", "error FRAME", 1000, 0, 1, 0);
	fragments(c, "5,000 fragments of a byte", "error FRAME", 5000, 1, 1,
	    0);
	broken_off(c, "gone in a header", B("\x82"));
	broken_off(c, "gone in a mask", B("\x82\x86\0\0"));
	broken_off(c, "gone in a payload", B("\x82\x86" M "\0\4"));
	broken_off(c, "gone between fragments", B("\2\x83" M "\0\4\x08"));
	broken_off(c, "gone after a request", B("\x82\x86" M ASK1));
	below_tls(c, "junk below TLS", B("\xff\xff\xff\xff\xff\xff"));
	below_tls(c, "an unencrypted record", B("\x17\3\3\0\6" ASK1));
	below_tls(c, "a record of 16 KiB and more", B("\x17\3\3\x7f\xff" X125));
	return conform_close(c);
}
