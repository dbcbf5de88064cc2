/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the drivers' parsers take and refuse.  Each input lies in memory of
 * just its size, also each beginning of it, which must ask for more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <cmocka.h>

#include "mqtt.h"
#include "nats.h"
#include "resp.h"

enum { RANDOM_INPUTS = 200000, RANDOM_MAX = 64 };

struct input {
	const char *what;
	const char *data;
	size_t len;
	ptrdiff_t want;			/* -1, or its whole length */
};

#define BYTES(text) text, sizeof(text) - 1
#define ALL(text) text, sizeof(text) - 1, sizeof(text) - 1

static ptrdiff_t
parse_mqtt(const uint8_t *data, size_t len)
{
	struct mqtt_packet p;

	return mqtt_parse(&p, data, len);
}

static ptrdiff_t
parse_nats(const uint8_t *data, size_t len)
{
	struct nats_said s;

	return nats_parse(&s, data, len);
}

static ptrdiff_t
parse_resp(const uint8_t *data, size_t len)
{
	struct resp r;

	return resp_parse(&r, data, len);
}

typedef ptrdiff_t parser(const uint8_t *data, size_t len);

static ptrdiff_t
parse_copy(parser *parse, const void *data, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	ptrdiff_t rc;

	assert_non_null(copy);
	memcpy(copy, data, len);
	rc = parse(copy, len);
	free(copy);
	return rc;
}

static void
run(parser *parse, const struct input *in, size_t n)
{
	ptrdiff_t rc;
	size_t i, len;

	for (i = 0; i < n; i++) {
		rc = parse_copy(parse, in[i].data, in[i].len);
		if (rc != in[i].want)
			fail_msg("%s: %td, not %td", in[i].what, rc,
			    in[i].want);
		for (len = 0; rc > 0 && len < (size_t)rc; len++)
			if (parse_copy(parse, in[i].data, len) != 0)
				fail_msg("%s: %zu bytes of it are taken",
				    in[i].what, len);
	}
}

static void
mqtt_takes_and_refuses(void **state)
{
	static const struct input in[] = {
		{ "PUBACK", ALL("\x40\x02\x00\x07") },
		{ "CONNACK", ALL("\x20\x02\x01\x00") },
		{ "SUBACK", ALL("\x90\x03\x00\x01\x01") },
		{ "PUBLISH", ALL("\x32\x07\x00\x01t\x00\x01xy") },
		{ "PUBLISH, again", ALL("\x3a\x07\x00\x01t\x00\x01xy") },
		{ "PUBLISH, empty", ALL("\x32\x05\x00\x01t\x00\x01") },
		{ "two packets", BYTES("\xd0\x00\xd0\x00"), 2 },
		{ "QoS 0", BYTES("\x30\x05\x00\x01txy"), -1 },
		{ "QoS 2", BYTES("\x34\x07\x00\x01t\x00\x01xy"), -1 },
		{ "QoS 3", BYTES("\x36\x07\x00\x01t\x00\x01xy"), -1 },
		{ "id 0", BYTES("\x32\x07\x00\x01t\x00\x00xy"), -1 },
		{ "no id", BYTES("\x32\x04\x00\x01t\x00"), -1 },
		{ "no topic", BYTES("\x32\x01\x00"), -1 },
		{ "topic over the end", BYTES("\x32\x05\x00\x02t\x00\x01"),
		    -1 },
		{ "long topic", BYTES("\x32\x05\xff\xfft\x00\x01"), -1 },
		{ "short PUBACK", BYTES("\x40\x01\x00"), -1 },
		{ "long PUBACK", BYTES("\x40\x03\x00\x01\x00"), -1 },
		{ "short CONNACK", BYTES("\x20\x01\x00"), -1 },
		{ "long SUBACK", BYTES("\x90\x04\x00\x01\x01\x01"), -1 },
		{ "long PINGRESP", BYTES("\xd0\x01\x00"), -1 },
		{ "a client's packet", BYTES("\xc0\x00"), -1 },
		{ "type 0", BYTES("\x00\x00"), -1 },
		{ "type 15", BYTES("\xf0\x00"), -1 },
		{ "length of 5 bytes", BYTES("\x32\x80\x80\x80\x80\x01"), -1 },
		{ "256 MB", BYTES("\x32\xff\xff\xff\x7f"), -1 },
	};

	(void)state;
	run(parse_mqtt, in, sizeof(in) / sizeof(in[0]));
}

static void
nats_takes_and_refuses(void **state)
{
	static const struct input in[] = {
		{ "MSG", ALL("MSG d.1 1 2\r\nxy\r\n") },
		{ "MSG with reply", ALL("MSG d.1 1 r.9 2\r\nxy\r\n") },
		{ "MSG, empty", ALL("MSG d.1 1 0\r\n\r\n") },
		{ "PING", ALL("PING\r\n") },
		{ "PONG", ALL("PONG\r\n") },
		{ "INFO", ALL("INFO {\"a\":\"b c\"}\r\n") },
		{ "-ERR", ALL("-ERR 'Stale Connection'\r\n") },
		{ "two", BYTES("PING\r\nPONG\r\n"), 6 },
		{ "HMSG", BYTES("HMSG d 1 2 4\r\nxxyy\r\n"), -1 },
		{ "+OK", BYTES("+OK\r\n"), -1 },
		{ "empty line", BYTES("\r\n"), -1 },
		{ "longer word", BYTES("PINGS\r\n"), -1 },
		{ "shorter word", BYTES("PIN\r\n"), -1 },
		{ "too few words", BYTES("MSG d.1 2\r\nxy\r\n"), -1 },
		{ "too many words", BYTES("MSG d 1 r s 2\r\nxy\r\n"), -1 },
		{ "no length", BYTES("MSG d.1 1 \r\nxy\r\n"), -1 },
		{ "not a length", BYTES("MSG d.1 1 2x\r\nxy\r\n"), -1 },
		{ "negative", BYTES("MSG d.1 1 -2\r\nxy\r\n"), -1 },
		{ "too long", BYTES("MSG d.1 1 60001\r\n"), -1 },
		{ "over 2^64", BYTES("MSG d 1 18446744073709551618\r\n"), -1 },
		{ "body too long", BYTES("MSG d.1 1 2\r\nxyz\r\n"), -1 },
		{ "body without end", BYTES("MSG d.1 1 2\r\nxyPI"), -1 },
	};
	char line[NATS_LINE_MAX + 2];
	uint64_t n;

	(void)state;
	run(parse_nats, in, sizeof(in) / sizeof(in[0]));
	memset(line, 'x', sizeof(line));
	assert_int_equal(parse_copy(parse_nats, line, NATS_LINE_MAX + 1), 0);
	assert_int_equal(parse_copy(parse_nats, line, NATS_LINE_MAX + 2), -1);
	assert_int_equal(nats_number(&n, "a.3.9223372036854775807", 23), 0);
	assert_true(n == INT64_MAX);
	assert_int_equal(nats_number(&n, "a.3.9223372036854775808", 23), -1);
	assert_int_equal(nats_number(&n, "a.3.", 4), -1);
	assert_int_equal(nats_number(&n, "a.3x", 4), -1);
	assert_int_equal(nats_number(&n, "17", 2), -1);
}

static void
resp_takes_and_refuses(void **state)
{
	static const struct input in[] = {
		{ "status", ALL("+PONG\r\n") },
		{ "error", ALL("-ERR no\r\n") },
		{ "number", ALL(":-17\r\n") },
		{ "bulk", ALL("$2\r\nxy\r\n") },
		{ "bulk with an end in it", ALL("$4\r\nx\r\ny\r\n") },
		{ "empty bulk", ALL("$0\r\n\r\n") },
		{ "nil", ALL("$-1\r\n") },
		{ "nil array", ALL("*-1\r\n") },
		{ "array", BYTES("*2\r\n:1\r\n:2\r\n"), 4 },
		{ "empty line", BYTES("\r\n"), -1 },
		{ "another kind", BYTES("%1\r\n"), -1 },
		{ "no number", BYTES(":\r\n"), -1 },
		{ "sign alone", BYTES(":-\r\n"), -1 },
		{ "not a number", BYTES(":1a\r\n"), -1 },
		{ "19 digits", BYTES(":1000000000000000000\r\n"), -1 },
		{ "bulk of -2", BYTES("$-2\r\n"), -1 },
		{ "array of -2", BYTES("*-2\r\n"), -1 },
		{ "bulk too long", BYTES("$60001\r\n"), -1 },
		{ "array too long", BYTES("*65537\r\n"), -1 },
		{ "bulk longer than told", BYTES("$2\r\nxyz\r\n"), -1 },
		{ "bulk without end", BYTES("$2\r\nxy:1"), -1 },
	};
	char line[RESP_LINE_MAX + 3];

	(void)state;
	run(parse_resp, in, sizeof(in) / sizeof(in[0]));
	memset(line, '+', sizeof(line));
	assert_int_equal(parse_copy(parse_resp, line, RESP_LINE_MAX + 2), 0);
	assert_int_equal(parse_copy(parse_resp, line, RESP_LINE_MAX + 3), -1);
}

static uint64_t
draw(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return *seed >> 33;
}

/* Nothing is taken beyond the input, whatever it is. */
static void
random_bytes_stay_in_bounds(void **state)
{
	static parser *const parse[] = { parse_mqtt, parse_nats, parse_resp };
	static const char like[] = "MSG 1 PING\r\n\r\n$*:+-0129\x32\x40\x02";
	const char *given = getenv("TACIT_SEED");
	uint8_t data[RANDOM_MAX];
	uint64_t seed, now;
	size_t len, i, j;
	ptrdiff_t rc;

	(void)state;
	assert_int_equal(getrandom(&seed, sizeof(seed), 0), sizeof(seed));
	if (given != NULL)
		seed = strtoull(given, NULL, 10);
	print_message("TACIT_SEED=%llu\n", (unsigned long long)seed);
	for (i = 0, now = seed; i < RANDOM_INPUTS; i++) {
		len = draw(&now) % RANDOM_MAX;
		for (j = 0; j < len; j++)
			data[j] = draw(&now) % 8 == 0 ? (uint8_t)draw(&now) :
			    (uint8_t)like[draw(&now) % (sizeof(like) - 1)];
		rc = parse_copy(parse[i % 3], data, len);
		assert_true(rc >= -1 && rc <= (ptrdiff_t)len);
	}
}

/* What we write, as the standard has it. */
static void
packets_are_as_specified(void **state)
{
	static const uint8_t connect[] = "\x10\x0e\x00\x04MQTT\x04\x00\x00\x00"
	    "\x00\x02q0";
	static const uint8_t subscribe[] = "\x82\x08\x00\x01\x00\x03q/0\x01";
	static const uint8_t body[200] = { 0 };
	uint8_t to[300];

	(void)state;
	assert_int_equal(mqtt_connect(to, "q0", 0), sizeof(connect) - 1);
	assert_memory_equal(to, connect, sizeof(connect) - 1);
	assert_int_equal(mqtt_connect(to, "q0", 1), sizeof(connect) - 1);
	assert_int_equal(to[9], 2);
	assert_int_equal(mqtt_subscribe(to, 1, "q/0"), sizeof(subscribe) - 1);
	assert_memory_equal(to, subscribe, sizeof(subscribe) - 1);
	assert_int_equal(mqtt_publish(to, 258, "q/0", body, sizeof(body)),
	    3 + 5 + 2 + sizeof(body));
	assert_memory_equal(to, "\x32\xcf\x01\x00\x03q/0\x01\x02", 10);
	assert_int_equal(mqtt_puback(to, 258), 4);
	assert_memory_equal(to, "\x40\x02\x01\x02", 4);
	assert_int_equal(mqtt_disconnect(to), 2);
	assert_memory_equal(to, "\xe0\x00", 2);
	assert_int_equal(resp_command(to, 105), 6);
	assert_memory_equal(to, "*105\r\n", 6);
	assert_int_equal(resp_word(to, "abcdefghij", 10), 17);
	assert_memory_equal(to, "$10\r\nabcdefghij\r\n", 17);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mqtt_takes_and_refuses),
		cmocka_unit_test(nats_takes_and_refuses),
		cmocka_unit_test(resp_takes_and_refuses),
		cmocka_unit_test(random_bytes_stay_in_bounds),
		cmocka_unit_test(packets_are_as_specified),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
