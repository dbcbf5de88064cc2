/* SPDX-License-Identifier: Apache-2.0 */
/* Of all strings, one is the link of an invitation; no other passes for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <sodium.h>

#include "block.h"
#include "random.h"
#include "tacit/hash.h"
#include "tacit/link.h"

#define X60	"xxxxxxxxxx" "xxxxxxxxxx" "xxxxxxxxxx" "xxxxxxxxxx" \
		"xxxxxxxxxx" "xxxxxxxxxx"
#define X243	X60 "." X60 "." X60 "." X60

enum { OK = 0, BAD = TACIT_E_LINK, PLAIN = TACIT_E_PLAINTEXT };
enum { PIN = 256, NO_PIN = 512 };		/* flags of the rows below */

/*
 * Rows are spelled as they say and have the checksum that belongs to
 * ${sum}: only what the name tells is wrong with them.
 */
struct row {
	const char *name;
	const char *before;	/* all up to the '#' */
	const char *sum;	/* "HOST:PORT" under the checksum */
	int version, flags;
	int want;
};

static const struct row links[] = {
#define LINK(reach, sum, flags, want)					\
	"tacit://" reach "/i#", sum, 1, flags, want
	{ "a name",	LINK("r.example", "r.example:443", PIN, OK) },
	{ "in person",	LINK("r.example", "r.example:443", PIN | 1, OK) },
	{ "WebPKI",	LINK("r.example", "r.example:443", NO_PIN | 2, OK) },
	{ "all but pin", LINK("r.example", "r.example:443", NO_PIN | 3, OK) },
	{ "a port",	LINK("r.example:1", "r.example:1", PIN, OK) },
	{ "port 65535",	LINK("r.example:65535", "r.example:65535", PIN, OK) },
	{ "one label",	LINK("relay-1", "relay-1:443", PIN, OK) },
	{ "digits in a name", LINK("4.r2.x", "4.r2.x:443", PIN, OK) },
	{ "IPv4",	LINK("192.0.2.1", "192.0.2.1:443", PIN, OK) },
	{ "IPv6",	LINK("[2001:db8::1]", "[2001:db8::1]:443", PIN, OK) },
	{ "IPv6, port",	LINK("[::1]:8443", "[::1]:8443", PIN, OK) },
	{ "plaintext",	LINK("[::1]:80", "[::1]:80", NO_PIN | 4, OK) },
	{ "plaintext 2", LINK("localhost", "localhost:443", NO_PIN | 5, OK) },
	{ "longest host", LINK(X243, X243 ":443", PIN, OK) },
	{ "https", "https://r.example/i#", "r.example:443", 1, PIN, OK },

	{ "version 0", "tacit://r.example/i#", "r.example:443", 0, PIN, BAD },
	{ "version 2", "tacit://r.example/i#", "r.example:443", 2, PIN, BAD },
	{ "flag 8",	LINK("r.example", "r.example:443", PIN | 8, BAD) },
	{ "flag 128",	LINK("r.example", "r.example:443", PIN | 128, BAD) },
	{ "pin and WebPKI", LINK("r.example", "r.example:443", PIN | 2, BAD) },
	{ "pin and plaintext", LINK("[::1]", "[::1]:443", PIN | 4, BAD) },
	{ "no pin and no reason", LINK("r.example", "r.example:443", NO_PIN,
	    BAD) },
	{ "WebPKI and plaintext", LINK("[::1]", "[::1]:443", NO_PIN | 6,
	    BAD) },
	{ "plaintext elsewhere", LINK("r.example:80", "r.example:80",
	    NO_PIN | 4, PLAIN) },
	{ "plaintext to 128.0.0.1", LINK("128.0.0.1:80", "128.0.0.1:80",
	    NO_PIN | 4, PLAIN) },
	{ "plaintext to mapped loopback", LINK("[::ffff:127.0.0.1]:80",
	    "[::ffff:127.0.0.1]:80", NO_PIN | 4, PLAIN) },
	{ "plaintext to localhost.x", LINK("localhost.x:80",
	    "localhost.x:80", NO_PIN | 4, PLAIN) },
	{ "plaintext to 127.example", LINK("127.example:80",
	    "127.example:80", NO_PIN | 4, PLAIN) },
	{ "checksum of another port", LINK("r.example", "r.example:444", PIN,
	    BAD) },
	{ "checksum without port", LINK("r.example", "r.example", PIN, BAD) },
	{ "checksum of another host", LINK("r.example", "s.example:443", PIN,
	    BAD) },
	{ "port 443 written", LINK("r.example:443", "r.example:443", PIN,
	    BAD) },
	{ "port 0",	LINK("r.example:0", "r.example:0", PIN, BAD) },
	{ "port 65536",	LINK("r.example:65536", "r.example:65536", PIN,
	    BAD) },
	{ "port 65979 = 443", LINK("r.example:65979", "r.example:443", PIN,
	    BAD) },
	{ "port of 20 digits", LINK("r.example:18446744073709551617",
	    "r.example:1", PIN, BAD) },
	{ "port 080",	LINK("r.example:080", "r.example:80", PIN, BAD) },
	{ "port +80",	LINK("r.example:+80", "r.example:80", PIN, BAD) },
	{ "port missing", LINK("r.example:", "r.example:443", PIN, BAD) },
	{ "port of letters", LINK("r.example:x", "r.example:443", PIN, BAD) },
	{ "two ports",	LINK("r.example:1:2", "r.example:1:2", PIN, BAD) },
	{ "no host",	LINK("", ":443", PIN, BAD) },
	{ "port alone",	LINK(":80", ":80", PIN, BAD) },
	{ "user",	LINK("u@r.example", "u@r.example:443", PIN, BAD) },
	{ "user and password", LINK("u:p@r.example", "u:p@r.example:443",
	    PIN, BAD) },
	{ "upper case",	LINK("R.example", "R.example:443", PIN, BAD) },
	{ "final dot",	LINK("r.example.", "r.example.:443", PIN, BAD) },
	{ "first dot",	LINK(".example", ".example:443", PIN, BAD) },
	{ "empty label", LINK("r..example", "r..example:443", PIN, BAD) },
	{ "hyphen first", LINK("-r.example", "-r.example:443", PIN, BAD) },
	{ "hyphen last", LINK("r-.example", "r-.example:443", PIN, BAD) },
	{ "underscore",	LINK("r_1.example", "r_1.example:443", PIN, BAD) },
	{ "percent",	LINK("r%2eexample", "r%2eexample:443", PIN, BAD) },
	{ "label of 64", LINK(X60 "xxxx", X60 "xxxx:443", PIN, BAD) },
	{ "host of 244", LINK(X243 "x", X243 "x:443", PIN, BAD) },
	{ "Cyrillic a", LINK("rel\xd0\xb0y.x", "rel\xd0\xb0y.x:443", PIN,
	    BAD) },
	{ "IPv4 of 3 parts", LINK("192.0.2", "192.0.2:443", PIN, BAD) },
	{ "IPv4 of 5 parts", LINK("1.2.3.4.5", "1.2.3.4.5:443", PIN, BAD) },
	{ "IPv4, leading zero", LINK("192.0.2.01", "192.0.2.01:443", PIN,
	    BAD) },
	{ "IPv4 over 255", LINK("192.0.2.256", "192.0.2.256:443", PIN, BAD) },
	{ "IPv4 in hex", LINK("0x7f000001", "0x7f000001:443", PIN, BAD) },
	{ "IPv4 as number", LINK("2130706433", "2130706433:443", PIN, BAD) },
	{ "IPv6, no brackets", LINK("::1", "::1:443", PIN, BAD) },
	{ "IPv6, upper case", LINK("[2001:DB8::1]", "[2001:DB8::1]:443", PIN,
	    BAD) },
	{ "IPv6, zeros", LINK("[2001:db8::01]", "[2001:db8::01]:443", PIN,
	    BAD) },
	{ "IPv6 in full", LINK("[0:0:0:0:0:0:0:1]", "[0:0:0:0:0:0:0:1]:443",
	    PIN, BAD) },
	{ "IPv6, zone",	LINK("[fe80::1%1]", "[fe80::1%1]:443", PIN, BAD) },
	{ "IPv4 in brackets", LINK("[127.0.0.1]", "[127.0.0.1]:443", PIN,
	    BAD) },
	{ "empty brackets", LINK("[]", "[]:443", PIN, BAD) },
	{ "half brackets", LINK("[::1", "[::1:443", PIN, BAD) },
	{ "only a bracket", LINK("]", "]:443", PIN, BAD) },
	{ "text behind brackets", LINK("[::1]x", "[::1]x:443", PIN, BAD) },
	{ "upper case scheme", "TACIT://r.example/i#", "r.example:443", 1,
	    PIN, BAD },
	{ "http", "http://r.example/i#", "r.example:443", 1, PIN, BAD },
	{ "wss", "wss://r.example/i#", "r.example:443", 1, PIN, BAD },
	{ "one slash", "tacit:/r.example/i#", "r.example:443", 1, PIN, BAD },
	{ "no path", "tacit://r.example#", "r.example:443", 1, PIN, BAD },
	{ "other path", "tacit://r.example/I#", "r.example:443", 1, PIN,
	    BAD },
	{ "longer path", "tacit://r.example/i/#", "r.example:443", 1, PIN,
	    BAD },
	{ "a query", "tacit://r.example/i?#", "r.example:443", 1, PIN, BAD },
	{ "two fragments", "tacit://r.example/i#/i#", "r.example:443", 1,
	    PIN, BAD },
	{ "space in front", " tacit://r.example/i#", "r.example:443", 1, PIN,
	    BAD },
	{ "space inside", "tacit:// r.example/i#", "r.example:443", 1, PIN,
	    BAD },
	{ "tab inside", "tacit://r.example\t/i#", "r.example:443", 1, PIN,
	    BAD },
	{ "mark in front", "\xef\xbb\xbftacit://r.example/i#",
	    "r.example:443", 1, PIN, BAD },
#undef LINK
};

static const struct row admissions[] = {
#define LINE(url, sum, flags, want)					\
	"tacit-relay:" url "#", sum, 1, flags, want
	{ "pinned", LINE("wss://r.example:443", "r.example:443", PIN, OK) },
	{ "WebPKI", LINE("wss://r.example:1", "r.example:1", NO_PIN | 2,
	    OK) },
	{ "plaintext", LINE("ws://127.0.0.1:80", "127.0.0.1:80", NO_PIN | 4,
	    OK) },
	{ "port left out", LINE("wss://r.example", "r.example:443", PIN,
	    BAD) },
	{ "in person", LINE("wss://r.example:443", "r.example:443", PIN | 1,
	    BAD) },
	{ "flag 16", LINE("wss://r.example:443", "r.example:443", PIN | 16,
	    BAD) },
	{ "ws without its flag", LINE("ws://127.0.0.1:80", "127.0.0.1:80",
	    PIN, BAD) },
	{ "wss with the flag of ws", LINE("wss://127.0.0.1:80",
	    "127.0.0.1:80", NO_PIN | 4, BAD) },
	{ "ws elsewhere", LINE("ws://r.example:80", "r.example:80",
	    NO_PIN | 4, PLAIN) },
	{ "no pin and no reason", LINE("wss://r.example:1", "r.example:1",
	    NO_PIN, BAD) },
	{ "https", LINE("https://r.example:443", "r.example:443", PIN, BAD) },
	{ "path", LINE("wss://r.example:443/", "r.example:443", PIN, BAD) },
	{ "user", LINE("wss://u@r.example:443", "u@r.example:443", PIN,
	    BAD) },
	{ "other scheme", "tacit:wss://r.example:443#", "r.example:443", 1,
	    PIN, BAD },
	{ "version 2", "tacit-relay:wss://r.example:443#", "r.example:443",
	    2, PIN, BAD },
#undef LINE
};

enum { CAP = 1024, LINK_RAW = 98, ADMISSION_RAW = 82 };

/* Spell ${r} with the ${n} bytes that precede the checksum. */
static size_t
spell(char out[CAP], const struct row *r, const char *label, size_t n)
{
	uint8_t raw[LINK_RAW + 4], hash[TACIT_HASH_LEN];
	size_t pin_at = n == LINK_RAW ? 2 + 32 : 2;
	const struct tacit_part part[] = {
		{ r->sum, strlen(r->sum) }, { raw, n },
	};
	char b64[200];

	memset(raw, 0x5a, n);
	raw[0] = (uint8_t)r->version;
	raw[1] = (uint8_t)(r->flags & ~(PIN | NO_PIN));
	if ((r->flags & NO_PIN) != 0)
		memset(raw + pin_at, 0, TACIT_HASH_LEN);
	tacit_hash(hash, label, part, 2);
	memcpy(raw + n, hash, 4);
	(void)sodium_bin2base64(b64, sizeof(b64), raw, n + 4,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return (size_t)snprintf(out, CAP, "%s%s", r->before, b64);
}

static int
parse_link(struct tacit_link *l, const char *text, size_t len)
{
	char *exact = block_copy(text, len);
	int rc = tacit_link_parse(l, exact, len);

	free(exact);
	if (rc != 0)
		assert_true(sodium_is_zero((uint8_t *)l, sizeof(*l)));
	return rc;
}

static int
parse_admission(struct tacit_admission *a, const char *text, size_t len)
{
	char *exact = block_copy(text, len);
	int rc = tacit_admission_parse(a, exact, len);

	free(exact);
	if (rc != 0)
		assert_true(sodium_is_zero((uint8_t *)a, sizeof(*a)));
	return rc;
}

static void
only_what_we_would_write_is_a_link(void **state)
{
	char text[CAP], again[TACIT_LINK_TEXT_MAX];
	struct tacit_link l;
	size_t i, len;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		len = spell(text, &links[i], "tacit/1/link", LINK_RAW);
		if ((rc = parse_link(&l, text, len)) != links[i].want)
			fail_msg("%s: %d", links[i].name, rc);
		if (rc != 0)
			continue;
		assert_int_equal(l.flags | l.place.flags,
		    links[i].flags & ~(PIN | NO_PIN));
		assert_int_equal(tacit_link_write(again, sizeof(again), &l),
		    0);
		assert_string_equal(strchr(again, ':'), strchr(text, ':'));
		assert_memory_equal(again, "tacit:", 6);
	}
}

static void
only_what_we_would_write_is_an_admission_line(void **state)
{
	char text[CAP], again[TACIT_LINK_TEXT_MAX];
	struct tacit_admission a;
	size_t i, len;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(admissions) / sizeof(admissions[0]); i++) {
		len = spell(text, &admissions[i], "tacit/1/admission",
		    ADMISSION_RAW);
		rc = parse_admission(&a, text, len);
		if (rc != admissions[i].want)
			fail_msg("%s: %d", admissions[i].name, rc);
		if (rc != 0)
			continue;
		assert_int_equal(tacit_admission_write(again, sizeof(again),
		    &a), 0);
		assert_string_equal(again, text);
	}
}

static void
a_link_is_no_admission_line(void **state)
{
	char text[CAP];
	struct tacit_link l;
	struct tacit_admission a;
	size_t len;

	(void)state;
	len = spell(text, &links[0], "tacit/1/admission", LINK_RAW);
	assert_int_equal(parse_link(&l, text, len), BAD);
	len = spell(text, &links[0], "tacit/1/link", LINK_RAW);
	assert_int_equal(parse_admission(&a, text, len), BAD);
	len = spell(text, &admissions[0], "tacit/1/admission", ADMISSION_RAW);
	assert_int_equal(parse_link(&l, text, len), BAD);
}

/* No byte may be changed, lost, added or doubled. */
static void
every_damaged_byte_is_noticed(void **state)
{
	char text[CAP], bad[CAP];
	struct tacit_link l;
	struct tacit_admission a;
	size_t i, len, len2;
	int c, round;

	(void)state;
	for (round = 0; round < 2; round++) {
		len = round == 0 ?
		    spell(text, &links[4], "tacit/1/link", LINK_RAW) :
		    spell(text, &admissions[1], "tacit/1/admission",
		    ADMISSION_RAW);
#define REFUSED(s, n) assert_int_not_equal(round == 0 ?			\
	parse_link(&l, s, n) : parse_admission(&a, s, n), 0)
		for (i = 0; i < len; i++) {
			memcpy(bad, text, len);
			for (c = 0; c < 256; c++) {
				bad[i] = (char)c;
				if (bad[i] != text[i])
					REFUSED(bad, len);
			}
			len2 = len - 1;
			memmove(bad + i, text + i + 1, len2 - i);
			REFUSED(bad, len2);
			REFUSED(text, i);
			memcpy(bad, text, len);
			memmove(bad + i + 1, text + i, len - i);
			REFUSED(bad, len + 1);
		}
		for (c = 0; c < 256; c++) {
			memcpy(bad, text, len);
			bad[len] = (char)c;
			REFUSED(bad, len + 1);
		}
#undef REFUSED
	}
}

static void
a_text_over_511_bytes_is_refused(void **state)
{
	char text[TACIT_LINK_TEXT_MAX + 1];
	struct tacit_link l;
	struct tacit_admission a;
	size_t len;

	(void)state;
	memset(text, 'A', sizeof(text));
	for (len = 500; len <= sizeof(text); len++) {
		memcpy(text, "tacit://", 8);
		assert_int_equal(parse_link(&l, text, len), BAD);
		memcpy(text, "tacit-relay:wss://", 18);
		assert_int_equal(parse_admission(&a, text, len), BAD);
	}
}

static void
what_was_written_comes_back(void **state)
{
	static const char *const hosts[] = { "r.example", "192.0.2.1",
	    "[2001:db8::1]", X243 };
	struct random rnd = random_start();
	char text[TACIT_LINK_TEXT_MAX], cut[TACIT_LINK_TEXT_MAX];
	struct tacit_link l, l2;
	struct tacit_admission a, a2;
	size_t i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		memset(&l, 0, sizeof(l));
		strcpy(l.place.host, hosts[i % 4]);
		l.place.port = (uint16_t)(1 + random_below(&rnd, 65535));
		l.flags = (uint8_t)(i / 4 % 2);
		if (i / 8 % 2 != 0)
			l.place.flags = TACIT_LINK_WEBPKI;
		else
			random_fill(&rnd, l.place.pin, sizeof(l.place.pin));
		random_fill(&rnd, l.place.relay_key, TACIT_KEY_LEN);
		random_fill(&rnd, l.secret, sizeof(l.secret));
		assert_int_equal(tacit_link_write(text, sizeof(text), &l), 0);
		assert_int_equal(parse_link(&l2, text, strlen(text)), 0);
		assert_memory_equal(&l, &l2, sizeof(l));

		memset(cut, 'u', sizeof(cut));
		assert_int_equal(tacit_link_write(cut, strlen(text), &l),
		    TACIT_E_LIMIT);
		assert_int_equal(cut[0], 'u');
		assert_int_equal(tacit_link_write(cut, strlen(text) + 1, &l),
		    0);

		memset(&a, 0, sizeof(a));
		a.place = l.place;
		random_fill(&rnd, a.code, sizeof(a.code));
		assert_int_equal(tacit_admission_write(text, sizeof(text),
		    &a), 0);
		assert_int_equal(parse_admission(&a2, text, strlen(text)), 0);
		assert_memory_equal(&a, &a2, sizeof(a));
		assert_int_equal(tacit_admission_write(cut, strlen(text), &a),
		    TACIT_E_LIMIT);
	}
}

static void
what_could_not_be_read_is_not_written(void **state)
{
	struct tacit_link good = { .flags = 1 }, l;
	char text[TACIT_LINK_TEXT_MAX];

	(void)state;
	strcpy(good.place.host, "r.example");
	good.place.port = 443;
	good.place.pin[0] = 1;
	assert_int_equal(tacit_link_write(text, sizeof(text), &good), 0);
#define BAD_LINK(set, want) do {					\
	l = good;							\
	set;								\
	assert_int_equal(tacit_link_write(text, sizeof(text), &l), want); \
} while (0)
	BAD_LINK(l.flags = 3, BAD);
	BAD_LINK(l.place.flags = TACIT_LINK_IN_PERSON, BAD);
	BAD_LINK(l.place.flags = TACIT_LINK_WEBPKI, BAD);
	BAD_LINK(l.place.pin[0] = 0, BAD);
	BAD_LINK(l.place.port = 0, BAD);
	BAD_LINK(l.place.host[0] = 'R', BAD);
	BAD_LINK(l.place.host[0] = '\0', BAD);
	BAD_LINK(memset(l.place.host, 'x', sizeof(l.place.host)), BAD);
	BAD_LINK(l.place.pin[0] = 0; l.place.flags = TACIT_LINK_PLAINTEXT,
	    PLAIN);
#undef BAD_LINK
}

static void
a_url_is_read_in_two_spellings_and_written_in_one(void **state)
{
	static const struct {
		const char *in, *out;
		int want;
	} rows[] = {
		{ "wss://r.example", "wss://r.example:443", OK },
		{ "wss://r.example:443", "wss://r.example:443", OK },
		{ "wss://[::1]:8443", "wss://[::1]:8443", OK },
		{ "ws://localhost:80", "ws://localhost:80", OK },
		{ "ws://127.9.9.9:1", "ws://127.9.9.9:1", OK },
		{ "wss://" X243 ":65535", "wss://" X243 ":65535", OK },
		{ "wss://" X243 "x:65535", NULL, BAD },
		{ "ws://localhost", NULL, BAD },
		{ "ws://r.example:80", NULL, PLAIN },
		{ "ws://[::2]:80", NULL, PLAIN },
		{ "wss://", NULL, BAD }, { "wss:", NULL, BAD },
		{ "", NULL, BAD }, { "ws", NULL, BAD }, { "ws://", NULL, BAD },
		{ "WSS://r.example", NULL, BAD },
		{ "https://r.example", NULL, BAD },
		{ "wss://r.example/", NULL, BAD },
		{ "wss://r.example/v1", NULL, BAD },
		{ "wss://r.example:443/v1", NULL, BAD },
		{ "wss://u@r.example", NULL, BAD },
		{ "wss://r.example?", NULL, BAD },
		{ "wss://r.example#", NULL, BAD },
		{ "wss://r.example\n", NULL, BAD },
		{ "wss://r.example:0443", NULL, BAD },
		{ "wss://r.example:", NULL, BAD },
		{ " wss://r.example", NULL, BAD },
	};
	char text[TACIT_URL_MAX + 1], *exact;
	struct tacit_place p, before;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&p, 0x11, sizeof(p));
		before = p;
		exact = block_copy(rows[i].in, strlen(rows[i].in));
		rc = tacit_url_parse(&p, exact, strlen(rows[i].in));
		free(exact);
		if (rc != rows[i].want)
			fail_msg("%s: %d", rows[i].in, rc);
		if (rc != 0) {
			assert_memory_equal(&p, &before, sizeof(p));
			continue;
		}
		assert_memory_equal(p.pin, before.pin, sizeof(p.pin));
		assert_int_equal(p.flags & ~4, before.flags & ~4);
		assert_int_equal(tacit_url_write(text, sizeof(text), &p), 0);
		assert_string_equal(text, rows[i].out);
		assert_int_equal(tacit_url_write(text, strlen(text), &p),
		    TACIT_E_LIMIT);
	}
	assert_int_equal(tacit_url_parse(&p, "wss://r\0.example", 16), BAD);
	assert_int_equal(tacit_url_parse(&p, "wss://r.example\0", 16), BAD);
}

static void
loopback_is_this_machine_only(void **state)
{
	static const struct {
		const char *host;
		int want;
	} rows[] = {
		{ "127.0.0.1", 1 }, { "127.255.255.255", 1 },
		{ "localhost", 1 }, { "[::1]", 1 },
		{ "126.0.0.1", 0 }, { "128.0.0.1", 0 }, { "0.0.0.0", 0 },
		{ "127.0.0.1.example", 0 }, { "127.1", 0 }, { "127.", 0 },
		{ "127.0.0.1 ", 0 }, { "::1", 0 }, { "[::]", 0 },
		{ "[::2]", 0 }, { "[::ffff:127.0.0.1]", 0 },
		{ "localhost.example", 0 }, { "Localhost", 0 }, { "", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (tacit_host_is_loopback(rows[i].host) != rows[i].want)
			fail_msg("%s", rows[i].host);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_we_would_write_is_a_link),
		cmocka_unit_test(
		    only_what_we_would_write_is_an_admission_line),
		cmocka_unit_test(a_link_is_no_admission_line),
		cmocka_unit_test(every_damaged_byte_is_noticed),
		cmocka_unit_test(a_text_over_511_bytes_is_refused),
		cmocka_unit_test(what_was_written_comes_back),
		cmocka_unit_test(what_could_not_be_read_is_not_written),
		cmocka_unit_test(
		    a_url_is_read_in_two_spellings_and_written_in_one),
		cmocka_unit_test(loopback_is_this_machine_only),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
