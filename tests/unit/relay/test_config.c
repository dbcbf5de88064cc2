/* SPDX-License-Identifier: Apache-2.0 */
/* Promise: a configuration is taken whole, or refused with file and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "capture.h"
#include "config.h"

#define LISTEN(text)	"listen = \"" text "\"\n"

/* ${line} 0: accepted; else the line that must be named, and a word of it. */
/* What every line must be. */
#define LINES	"KEY = VALUE"

static const struct {
	const char *name, *text;
	int line;
	const char *word;
} files[] = {
	{ "nothing at all", "", 0, NULL },
	{ "a comment", "# relay\n", 0, NULL },
	{ "a comment without line end", "hold_ms = 1 # x", 0, NULL },
	{ "the least", "ttl_days = 1\nhold_ms = 0\n", 0, NULL },
	{ "the most", "ttl_days = 365\npost_burst = 1000000\n", 0, NULL },
	{ "IPv6", LISTEN("[::1]:0"), 0, NULL },
	{ "a hash inside quotes", "tls_key = \"a#b\"\n", 0, NULL },
	{ "unknown key", "ttl_day = 3\n", 1, "ttl_day" },
	{ "unknown key after comments", "# a\n# b\n\nx = 1\n", 4, "x" },
	{ "zero days", "ttl_days = 0\n", 1, "1 to 365" },
	{ "one day too many", "ttl_days = 366\n", 1, "1 to 365" },
	{ "a unit", "# c\nttl_days = 30d\n", 2, "ttl_days" },
	{ "negative", "post_rate = -1\n", 1, "post_rate" },
	{ "hexadecimal", "post_rate = 0x10\n", 1, "post_rate" },
	{ "a fraction", "post_rate = 1.5\n", 1, "post_rate" },
	{ "far too large", "post_burst = 99999999999999999999\n", 1,
	  "post_burst" },
	{ "a long hour", "hour_seconds = 3601\n", 1, "1 to 3600" },
	{ "no hour", "hour_seconds = 0\n", 1, "1 to 3600" },
	{ "no letters", "mailbox_letters = 0\n", 1, "mailbox_letters" },
	{ "no parcels", "mailbox_parcels = 0\n", 1, "mailbox_parcels" },
	{ "nobody", "max_connections = 0\n", 1, "max_connections" },
	{ "nobody may begin", "max_handshakes = 0\n", 1, "1 to 60000" },
	{ "nobody of a source", "source_connections = 0\n", 1,
	  "source_connections" },
	{ "no handshake of a source", "source_handshakes = 0\n", 1,
	  "source_handshakes" },
	{ "nothing new", "source_rate = 0\n", 1, "1 to 100000" },
	{ "no time for a handshake", "handshake_seconds = 0\n", 1,
	  "1 to 60" },
	{ "no time for a message", "message_seconds = 0\n", 1,
	  "1 to 3600" },
	{ "no bytes", "max_buffered_mib = 0\n", 1, "1 to 65536" },
	{ "none held", "max_held_mib = 0\n", 1, "1 to 65536" },
	{ "a ping at once", "ping_seconds = 0\n", 1, "1 to 3600" },
	{ "room without end", "reserve_mib = 65537\n", 1, "0 to 65536" },
	{ "a long hold", "hold_ms = 10001\n", 1, "0 to 10000" },
	{ "a long tick", "ok_tick_ms = 10001\n", 1, "0 to 10000" },
	{ "a number that is text", "ttl_days = \"\"\n", 1, "ttl_days" },
	{ "no value", "ttl_days =", 1, LINES },
	{ "no equal sign", "ttl_days 3\n", 1, LINES },
	{ "twice", "# a\nttl_days = 3\nhold_ms = 1\nttl_days = 4\n", 4,
	  "twice" },
	{ "twice the same", "ttl_days = 3\nttl_days = 3\n", 2, "twice" },
	{ "listen twice", LISTEN("127.0.0.1:1") LISTEN("127.0.0.1:2"), 2,
	  "twice" },
	{ "appended", "ttl_days += 3\n", 1, LINES },
	{ "a list", "ttl_days = {3}\n", 1, LINES },
	{ "a section", "relay {\n}\n", 1, LINES },
	{ "an include", "include(\"/etc/passwd\")\n", 1, LINES },
	{ "a name to listen on", LISTEN("localhost:1"), 1, "listen" },
	{ "no port", LISTEN("127.0.0.1"), 1, "listen" },
	{ "empty port", LISTEN("127.0.0.1:"), 1, "listen" },
	{ "port too large", LISTEN("127.0.0.1:65536"), 1, "listen" },
	{ "IPv6 without brackets", LISTEN("::1:80"), 1, "listen" },
	{ "IPv4 in brackets", LISTEN("[127.0.0.1]:80"), 1, "listen" },
	{ "bracket not closed", LISTEN("[::1:80"), 1, "listen" },
	{ "blank in the port", LISTEN("127.0.0.1: 80"), 1, "listen" },
	{ "all of it", "confinement = full\n", 0, NULL },
	{ "a word that is none", "confinement = on\n", 1, "available" },
	{ "half a word", "# a\nconfinement = ful\n", 2, "full" },
	{ "no word", "confinement = \"\"\n", 1, "confinement" },
	{ "empty path", "tls_key = \"\"\n", 1, "tls_key" },
	{ "control bytes", "\001\002 = 3\n", 1, LINES },
	{ "an open comment", "hold_ms = 1\n/* listen\n", 2, LINES },
	{ "a comment of C++", "// hold_ms\n", 1, LINES },
	{ "a lone quote", "\n\"\n", 2, LINES },
	{ "a lone star", "*\n", 1, LINES },
	{ "a quote left open", "tls_key = \"a\nb\"\n", 1, LINES },
	{ "two in a line", "ttl_days = 3 hold_ms = 1\n", 1, LINES },
	{ "a brace behind it", "ttl_days = 3}\n", 1, LINES },
};

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
each_file_is_taken_whole_or_refused_by_line(void **state)
{
	char dir[64], path[128], said[1024], want[160];
	struct config c;
	size_t i;
	int rc;

	(void)state;
	capture_mkdir(dir, sizeof(dir));
	(void)snprintf(path, sizeof(path), "%s/relay.conf", dir);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		write_file(path, files[i].text);
		config_default(&c);
		capture_begin();
		rc = config_read(&c, path);
		capture_end(said, sizeof(said));
		(void)snprintf(want, sizeof(want), "%s:%d: ", path,
		    files[i].line);
		if (files[i].line == 0 ? rc != 0 || said[0] != '\0' :
		    rc != TACIT_E_INVALID ||
		    strncmp(said, want, strlen(want)) != 0 ||
		    strstr(said + strlen(want), files[i].word) == NULL)
			fail_msg("%s: %d \"%s\"", files[i].name, rc, said);
	}
	capture_rmdir(dir);
}

static void
what_is_no_file_is_refused(void **state)
{
	static const char *const paths[] = { "/", "/nonexistent/x",
	    "/dev/zero" };
	char said[256];
	struct config c;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		config_default(&c);
		capture_begin();
		rc = config_read(&c, paths[i]);
		capture_end(said, sizeof(said));
		assert_int_equal(rc, TACIT_E_INVALID);
		assert_int_equal(strncmp(said, paths[i], strlen(paths[i])),
		    0);
	}
}

static void
values_arrive(void **state)
{
	char dir[64], path[128];
	struct config c;

	(void)state;
	capture_mkdir(dir, sizeof(dir));
	(void)snprintf(path, sizeof(path), "%s/relay.conf", dir);
	write_file(path, LISTEN("[::1]:9") "hold_ms = 1\nok_tick_ms = 2\n"
	    "ttl_days = 3\nmailbox_letters = 100\nmailbox_parcels = 8\n"
	    "post_rate = 6\npost_burst = 7\nmax_connections = 8\n"
	    "invitation_rate = 11\nhour_seconds = 9\nconfinement = available\n"
	    "tls_certificate = \"a\"\ntls_key = \"b\"\n");
	config_default(&c);
	assert_int_equal(config_read(&c, path), 0);
	assert_string_equal(c.host, "::1");
	assert_int_equal(c.port, 9);
	assert_int_equal(c.loopback, 1);
	assert_int_equal(c.hold_ms, 1);
	assert_int_equal(c.ok_tick_ms, 2);
	assert_int_equal(c.ttl_days, 3);
	assert_int_equal(c.limits.letters, 100);
	assert_int_equal(c.limits.nearly_letters, 84);
	assert_int_equal(c.limits.parcels, 8);
	assert_int_equal(c.limits.nearly_parcels, 6);
	assert_int_equal(c.post_rate, 6);
	assert_int_equal(c.post_burst, 7);
	assert_int_equal(c.max_connections, 8);
	assert_int_equal(c.invitation_rate, 11);
	assert_int_equal(c.hour_seconds, 9);
	assert_int_equal(c.confinement, CONFINE_AVAILABLE);
	assert_string_equal(c.tls_certificate, "a");
	assert_string_equal(c.tls_key, "b");
	capture_rmdir(dir);
}

static void
defaults_are_those_of_the_contract(void **state)
{
	struct config c;

	(void)state;
	config_default(&c);
	assert_string_equal(c.host, "127.0.0.1");
	assert_int_equal(c.port, 8443);
	assert_int_equal(c.hold_ms, 250);
	assert_int_equal(c.max_held_mib, 16);
	assert_int_equal(c.ok_tick_ms, 100);
	assert_int_equal(c.ttl_days, 30);
	assert_int_equal(c.limits.letters, 512);
	assert_int_equal(c.limits.nearly_letters, 496);
	assert_int_equal(c.limits.parcels, 64);
	assert_int_equal(c.limits.nearly_parcels, 56);
	assert_int_equal(c.hour_seconds, 3600);
	assert_int_equal(config_check(&c), 0);
}

static const struct {
	const char *name, *listen;
	uint32_t hour_seconds;
	uint8_t plaintext;
	const char *certificate, *key;
	int want;
} together[] = {
	{ "open to all, as usual", "0.0.0.0:1", 3600, 0, "", "", 0 },
	{ "short hour, loopback", "127.9.9.9:1", 1, 0, "", "", 0 },
	{ "short hour, IPv6 loopback", "[::1]:1", 1, 0, "", "", 0 },
	{ "plaintext, loopback", "127.0.0.1:1", 3600, 1, "", "", 0 },
	{ "own certificate", "0.0.0.0:1", 3600, 0, "c", "k", 0 },
	{ "short hour, open", "0.0.0.0:1", 3599, 0, "", "", 1 },
	{ "short hour, all of IPv6", "[::]:1", 1, 0, "", "", 1 },
	{ "plaintext, open", "0.0.0.0:1", 3600, 1, "", "", 1 },
	{ "plaintext, a private network", "10.0.0.1:1", 3600, 1, "", "", 1 },
	{ "plaintext, mapped IPv4", "[::ffff:10.0.0.1]:1", 3600, 1, "", "",
	  1 },
	{ "plaintext and certificate", "127.0.0.1:1", 3600, 1, "c", "k", 1 },
	{ "certificate alone", "127.0.0.1:1", 3600, 0, "c", "", 1 },
	{ "key alone", "127.0.0.1:1", 3600, 0, "", "k", 1 },
};

static void
unsafe_combinations_are_refused(void **state)
{
	char said[256];
	struct config c;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(together) / sizeof(together[0]); i++) {
		config_default(&c);
		assert_int_equal(config_listen(&c, together[i].listen), 0);
		c.hour_seconds = together[i].hour_seconds;
		c.plaintext = together[i].plaintext;
		strcpy(c.tls_certificate, together[i].certificate);
		strcpy(c.tls_key, together[i].key);
		capture_begin();
		rc = config_check(&c);
		capture_end(said, sizeof(said));
		if ((rc != 0) != together[i].want ||
		    (said[0] != '\0') != together[i].want)
			fail_msg("%s: %d \"%s\"", together[i].name, rc, said);
	}
}

static void
a_ping_comes_before_the_end(void **state)
{
	char said[256];
	struct config c;
	int rc;

	(void)state;
	config_default(&c);
	c.ping_seconds = c.hangup_seconds = 60;
	capture_begin();
	rc = config_check(&c);
	capture_end(said, sizeof(said));
	assert_int_equal(rc, TACIT_E_INVALID);
	assert_non_null(strstr(said, "hangup_seconds"));
	c.hangup_seconds++;
	assert_int_equal(config_check(&c), 0);
}

static void
a_refused_address_changes_nothing(void **state)
{
	struct config c, before;

	(void)state;
	config_default(&c);
	before = c;
	assert_int_equal(config_listen(&c, "[::1]:70000"), TACIT_E_INVALID);
	assert_int_equal(config_listen(&c, ""), TACIT_E_INVALID);
	assert_int_equal(config_listen(&c, ":1"), TACIT_E_INVALID);
	assert_int_equal(config_listen(&c, "[]:1"), TACIT_E_INVALID);
	assert_int_equal(config_listen(&c, "[:1"), TACIT_E_INVALID);
	assert_memory_equal(&c, &before, sizeof(c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_file_is_taken_whole_or_refused_by_line),
		cmocka_unit_test(what_is_no_file_is_refused),
		cmocka_unit_test(values_arrive),
		cmocka_unit_test(defaults_are_those_of_the_contract),
		cmocka_unit_test(unsafe_combinations_are_refused),
		cmocka_unit_test(a_ping_comes_before_the_end),
		cmocka_unit_test(a_refused_address_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
