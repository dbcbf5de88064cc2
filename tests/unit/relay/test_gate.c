/* SPDX-License-Identifier: Apache-2.0 */
/* The gate opens for the one handshake there is, and for no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gate.h"

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define GOOD								\
	.method = "GET", .uri = "/v1", .version = "HTTP/1.1",		\
	.host = "relay.example:8443", .upgrade = "websocket",		\
	.connection = "Upgrade", .key = KEY, .ws_version = "13",	\
	.subprotocol = "tacit.1"

/* A later initializer of one member overrides GOOD's: that is the point. */
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#endif

static const struct {
	const char *name;
	struct gate_request q;
	int want;
} cases[] = {
	{ "as it should be",	{ GOOD }, 101 },
	{ "upgrade in capitals", { GOOD, .upgrade = "WebSocket" }, 101 },
	{ "connection is a list",
	    { GOOD, .connection = "keep-alive, Upgrade" }, 101 },
	{ "content length 0",	{ GOOD, .content_length = "0" }, 101 },
	{ "a value over the buffer", { GOOD, .too_long = 1 }, 431 },
	{ "control bytes in a value", { GOOD, .malformed = 1 }, 400 },
	{ "control bytes elsewhere", { GOOD, .malformed = 1,
	    .uri = "/i" }, 404 },
	{ "Connection too long to go on with", { GOOD, .connection = "a,b,c,"
	    "a,b,c,a,b,c,a,b,c,a,b,c,a,b,c,a,b,c,a,b,c,a,b,c,a,b,c,a,b,c,a,"
	    "b,c,a,b,c,a,b,c,a,b,c,a,b,c,a,b,c,a,b,c,a,b,c,Upgrade" }, 400 },
	{ "no path",		{ GOOD, .uri = NULL }, 404 },
	{ "root",		{ GOOD, .uri = "/" }, 404 },
	{ "invitation",		{ GOOD, .uri = "/i" }, 404 },
	{ "deeper path",	{ GOOD, .uri = "/v1/x" }, 404 },
	{ "path in capitals",	{ GOOD, .uri = "/V1" }, 404 },
	{ "absolute URI",	{ GOOD, .uri = "http://x/v1" }, 404 },
	{ "query",		{ GOOD, .query = "" }, 404 },
	{ "POST",		{ GOOD, .method = "POST" }, 405 },
	{ "another method",	{ GOOD, .method = "OTHER" }, 405 },
	{ "HTTP/1.0",		{ GOOD, .version = "HTTP/1.0" }, 400 },
	{ "HTTP/2 preface",	{ GOOD, .version = "HTTP/2.0" }, 400 },
	{ "no version",		{ GOOD, .version = NULL }, 400 },
	{ "no host",		{ GOOD, .host = NULL }, 400 },
	{ "empty host",		{ GOOD, .host = "" }, 400 },
	{ "two hosts",		{ GOOD, .host = "a,b" }, 400 },
	{ "host with user",	{ GOOD, .host = "a@b" }, 400 },
	{ "a body",		{ GOOD, .content_length = "5" }, 400 },
	{ "length not a number", { GOOD, .content_length = "x" }, 400 },
	{ "length twice",	{ GOOD, .content_length = "0,0" }, 400 },
	{ "chunked",		{ GOOD, .transfer_encoding = "" }, 400 },
	{ "an origin",		{ GOOD, .origin = "" }, 403 },
	{ "own origin",		{ GOOD, .origin = "https://relay" }, 403 },
	{ "no upgrade",		{ GOOD, .upgrade = NULL }, 400 },
	{ "h2c",		{ GOOD, .upgrade = "h2c" }, 400 },
	{ "foo",		{ GOOD, .upgrade = "foo" }, 400 },
	{ "list of upgrades",	{ GOOD, .upgrade = "websocket, h2c" }, 400 },
	{ "no connection",	{ GOOD, .connection = NULL }, 400 },
	{ "connection closes",	{ GOOD, .connection = "close" }, 400 },
	{ "connection nearly",	{ GOOD, .connection = "Upgraded" }, 400 },
	{ "no ws version",	{ GOOD, .ws_version = NULL }, 426 },
	{ "version 7",		{ GOOD, .ws_version = "7" }, 426 },
	{ "versions 13, 8",	{ GOOD, .ws_version = "13, 8" }, 426 },
	{ "version 013",	{ GOOD, .ws_version = "013" }, 426 },
	{ "no key",		{ GOOD, .key = NULL }, 400 },
	{ "empty key",		{ GOOD, .key = "" }, 400 },
	{ "short key",		{ GOOD, .key = "AAAA" }, 400 },
	{ "two keys",		{ GOOD, .key = KEY "," KEY }, 400 },
	{ "key not base64",	{ GOOD, .key = "!" "GhlIHNhbXBsZSBub25jZQ==" },
	    400 },
	{ "key of 17 bytes",	{ GOOD, .key = "dGhlIHNhbXBsZSBub25jZQA=" },
	    400 },
	{ "key not canonical",	{ GOOD, .key = "dGhlIHNhbXBsZSBub25jZR==" },
	    400 },
	{ "no subprotocol",	{ GOOD, .subprotocol = NULL }, 400 },
	{ "unknown subprotocol", { GOOD, .subprotocol = "tacit.2" }, 400 },
	{ "two subprotocols",	{ GOOD, .subprotocol = "tacit.1, x" }, 400 },
	{ "relay is full",	{ GOOD, .full = 1 }, 503 },
	{ "wrong path comes first", { GOOD, .uri = "/x", .full = 1,
	    .origin = "", .method = "POST" }, 404 },
	{ "nothing at all",	{ 0 }, 404 },
};

static void
gate_answers_each_handshake_with_its_status(void **state)
{
	size_t i;
	int got;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if ((got = gate_check(&cases[i].q)) != cases[i].want)
			fail_msg("%s: %d, not %d", cases[i].name, got,
			    cases[i].want);
	}
}

static void
what_cannot_be_read_is_400_or_405(void **state)
{
	(void)state;
	assert_int_equal(gate_unread("CONNECT /v1 HTTP/1.1\r\n", 22), 405);
	assert_int_equal(gate_unread("F /", 3), 405);
	assert_int_equal(gate_unread("F /", 2), 400);
	assert_int_equal(gate_unread("FETCH", 5), 400);
	assert_int_equal(gate_unread("get /", 5), 400);
	assert_int_equal(gate_unread(" /", 2), 400);
	assert_int_equal(gate_unread("PRI * HTTP/2.0", 14), 400);
	assert_int_equal(gate_unread("\1\2\3", 3), 400);
	assert_int_equal(gate_unread("", 0), 400);
}

static void
every_answer_is_whole_and_carries_its_status(void **state)
{
	static const int all[] = { 400, 403, 404, 405, 426, 431, 503 };
	const char *s;
	char want[32];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		s = gate_answer(all[i]);
		(void)snprintf(want, sizeof(want), "HTTP/1.1 %d ", all[i]);
		assert_int_equal(strncmp(s, want, strlen(want)), 0);
		assert_string_equal(s + strlen(s) - 4, "\r\n\r\n");
		assert_non_null(strstr(s, "\r\nContent-Length: 0\r\n"));
		assert_non_null(strstr(s, "\r\nConnection: close\r\n"));
		assert_in_range(strlen(s), 1, 256);
	}
	assert_non_null(strstr(gate_answer(426),
	    "\r\nSec-WebSocket-Version: 13\r\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gate_answers_each_handshake_with_its_status),
		cmocka_unit_test(what_cannot_be_read_is_400_or_405),
		cmocka_unit_test(every_answer_is_whole_and_carries_its_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
