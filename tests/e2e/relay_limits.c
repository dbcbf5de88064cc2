/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every limit of a relay: how it is set, what it does to who exceeds it, and
 * that somebody else is served all the while.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "relay_proc.h"

#define ME	"127.0.0.1"
#define OTHER	"127.0.9.9"

/* What the peer gets, beside HTTP statuses, close codes and TACIT_E_*. */
enum { SERVED = 0, CUT_OFF = 1, MANY = 40 };

static struct relay_proc relay;
static struct tacit_admission admission;
static struct raw_ws *held[MANY];
static struct raw *other;
static struct raw_mailbox box;

/* The outcome of one more connection of ${from}; kept if it is served. */
static int
connect_from(const char *from)
{
	struct raw_target t;
	struct raw_ws *w;
	int status = 0, rc;
	size_t i = 0;

	raw_target(&t, &relay.place);
	t.from = from;
	if ((rc = raw_ws_open(&w, &t, &status)) != 0) {
		raw_ws_free(w);
		return rc == RAW_HTTP && status != 0 ? status : CUT_OFF;
	}
	while (held[i] != NULL)
		i++;
	held[i] = w;
	return SERVED;
}

static int
until_refused(void)
{
	int i, rc = SERVED;

	for (i = 0; i < 20 && rc == SERVED; i++)
		rc = connect_from(ME);
	return rc;
}

/* A socket that says nothing. */
static int
silent(const char *from)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	(void)inet_pton(AF_INET, from, &in.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	(void)inet_pton(AF_INET, relay.place.host, &in.sin_addr);
	in.sin_port = htons(relay.place.port);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

/* 1 if the other end closes ${fd} before the time of a test is up. */
static int
is_cut(int fd)
{
	const struct timeval wait = { .tv_sec = RAW_WAIT_MS / 1000 };
	char c;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return recv(fd, &c, 1, 0) == 0;
}

/* Silent sockets up to the limit, then one that would be served. */
static int
beside_silent_ones(void)
{
	int fd[3], rc, i;

	for (i = 0; i < 3; i++)
		fd[i] = silent(ME);
	relay_sleep_ms(50);
	rc = connect_from(ME);
	for (i = 0; i < 3; i++)
		(void)close(fd[i]);
	return rc;
}

/* Silent sockets of many sources: the oldest makes room. */
static int
the_oldest_of_many(void)
{
	int fd[5], i, rc;
	char from[32];

	for (i = 0; i < 5; i++) {
		(void)snprintf(from, sizeof(from), "127.0.3.%d", i + 1);
		fd[i] = silent(from);
	}
	rc = is_cut(fd[0]) && connect_from(ME) == SERVED ? CUT_OFF : SERVED;
	for (i = 0; i < 5; i++)
		(void)close(fd[i]);
	return rc;
}

static int
handshake(const char *request)
{
	struct raw_target t;
	struct raw_ws *w;
	int rc, status = 0;

	raw_target(&t, &relay.place);
	t.request = request;
	rc = raw_ws_open(&w, &t, &status);
	raw_ws_free(w);
	return rc == RAW_HTTP && status == 0 ? CUT_OFF : rc;
}

static int
silent_tcp(void)
{
	int fd = silent(ME), cut = is_cut(fd);

	(void)close(fd);
	return cut ? CUT_OFF : SERVED;
}

static int
silent_tls(void)
{
	return handshake("");
}

static int
half_a_header(void)
{
	return handshake("GET /v1 HTTP/1.1\r\nHost: x\r\nUpg");
}

/* Read to the end of ${r}; the code it closes with, or CUT_OFF. */
static int
end_of(struct raw *r)
{
	const uint8_t *data;
	size_t len;
	int text, rc, code;

	do {
		rc = raw_ws_receive(raw_ws(r), &data, &len, &text,
		    RAW_WAIT_MS);
	} while (rc == 0);
	code = rc != RAW_CLOSED ? SERVED : raw_ws_close_code(raw_ws(r));
	raw_free(r);
	return rc == RAW_CLOSED && code == 0 ? CUT_OFF : code;
}

/* Long enough without a word of ours; pings lie unread.  The other talks. */
static int
no_sign_of_life(void)
{
	struct raw *r = relay_proc_connect(&relay);
	int i;

	for (i = 0; i < 45; i++) {
		relay_sleep_ms(100);
		assert_int_equal(raw_ping(other), 0);
	}
	return end_of(r);
}

static int
the_rest_never_comes(void)
{
	struct raw *r = relay_proc_connect(&relay);

	assert_int_equal(raw_ws_send_bytes(raw_ws(r),
	    "\x82\xfe\x10\0\0\0\0\0abc", 11), 0);
	return end_of(r);
}

static int
pings(void)
{
	struct raw *r = relay_proc_connect(&relay);
	int i;

	for (i = 0; i < 200; i++) {
		if (raw_ws_send_frame(raw_ws(r), 0x89, 1, "p", 1) != 0)
			break;
		relay_sleep_ms(2);
	}
	return end_of(r);
}

/* Announce the most there is and send most of it, on several connections. */
static int
much_kept(void)
{
	static uint8_t part[250000];
	static const uint8_t head[14] = { 0x82, 0xff, 0, 0, 0, 0, 0, 4, 0, 0 };
	struct raw *r[6];
	int i, rc = SERVED;

	for (i = 0; i < 6; i++) {
		r[i] = relay_proc_connect(&relay);
		assert_int_equal(raw_ws_send_bytes(raw_ws(r[i]), head,
		    sizeof(head)), 0);
		assert_int_equal(raw_ws_send_bytes(raw_ws(r[i]), part,
		    sizeof(part)), 0);
	}
	for (i = 0; i < 6; i++)
		rc = end_of(r[i]);
	return rc;
}

static int
message_too_long(void)
{
	static uint8_t part[100000];
	struct raw *r = relay_proc_connect(&relay);
	int i;

	for (i = 0; i < 3; i++)
		(void)raw_ws_send_frame(raw_ws(r), i ? 0 : 2, 1, part,
		    sizeof(part));
	return end_of(r);
}

static int
malformed_ones(void)
{
	struct raw *r = relay_proc_connect(&relay);
	int i;

	for (i = 0; i < 10; i++)
		(void)raw_ws_send_frame(raw_ws(r), 0x82, 1, "\0\2\xff\xff",
		    4);
	return end_of(r);
}

/* ---- requests ------------------------------------------------------------ */

/* One mailbox, and the connection that made it. */
static struct raw *
with_box(void)
{
	struct raw *r = relay_proc_connect(&relay);

	raw_mailbox_make(&box);
	assert_int_equal(raw_create(r, &box, admission.code), 0);
	return r;
}

static int
post(struct raw *r, tacit_Kind kind)
{
	static const uint8_t body[TACIT_PARCEL_LEN];
	uint8_t id[TACIT_ENVELOPE_ID_LEN];

	randombytes_buf(id, sizeof(id));
	return raw_wait(r, raw_send_post(r, &box, id, kind, 1, body),
	    RAW_WAIT_MS, NULL);
}

static int
posts_of(tacit_Kind kind)
{
	struct raw *r = with_box();
	int i, rc = 0;

	for (i = 0; i < 3; i++)
		assert_int_equal(post(r, kind), 0);
	rc = post(r, kind);
	raw_bye(r);
	return rc;
}

static int
three_letters(void)
{
	return posts_of(tacit_Kind_KIND_LETTER);
}

static int
three_parcels(void)
{
	return posts_of(tacit_Kind_KIND_PARCEL);
}

static int
guesses(void)
{
	struct raw *r = relay_proc_connect(&relay);
	uint8_t address[TACIT_ADDRESS_LEN], blob[TACIT_BLOB_LEN];
	struct raw_key reader;
	int i, rc = 0;

	raw_key_make(&reader);
	for (i = 0; i < 4; i++) {
		randombytes_buf(address, sizeof(address));
		rc = raw_get(r, address, &reader, blob);
		if (i < 3)
			assert_int_equal(rc, TACIT_E_INVITATION_UNKNOWN);
	}
	raw_bye(r);
	return rc;
}

static int
invitation_for_a_month(void)
{
	struct raw *r = relay_proc_connect(&relay);
	struct raw_invitation v;
	int rc;

	raw_invitation_make(&v, TACIT_INVITATION_HOURS_MAX + 1);
	rc = raw_put(r, &v, admission.code);
	raw_bye(r);
	return rc;
}

/* The 65th is not delivered before one of the others is acked. */
static int
never_acked(void)
{
	struct raw *r = with_box(), *reader = relay_proc_connect(&relay);
	uint8_t result = 1;
	struct raw_frame *f = NULL;
	int i, n = 0, rc;

	for (i = 0; i < TACIT_IN_FLIGHT_MAX + 5; i++)
		assert_int_equal(post(r, tacit_Kind_KIND_LETTER), 0);
	assert_int_equal(raw_subscribe(reader, &box, 1, &result), 0);
	assert_int_equal(result, 0);
	while (n < TACIT_IN_FLIGHT_MAX &&
	    (f = raw_next(reader, RAW_WAIT_MS, &rc)) != NULL) {
		assert_int_equal(f->head.which_is, tacit_Frame_deliver_tag);
		if (++n < TACIT_IN_FLIGHT_MAX)
			raw_frame_free(f);
	}
	assert_non_null(f);
	assert_null(raw_next(reader, 300, &rc));
	assert_int_equal(raw_ack(reader, box.address,
	    f->head.is.deliver.envelope), 0);
	raw_frame_free(f);
	f = raw_next(reader, RAW_WAIT_MS, &rc);
	rc = f != NULL ? SERVED : RAW_TIMEOUT;
	raw_frame_free(f);
	raw_bye(reader);
	raw_bye(r);
	return rc;
}

#define FAST	"ok_tick_ms = 0\n"

static const struct {
	const char *limit, *config;
	int (*exceed)(void);
	int want;
} rows[] = {
	{ "connections", "max_connections = 4\n", until_refused, 503 },
	{ "connections of a source", "source_connections = 6\n",
	    until_refused, CUT_OFF },
	{ "new connections of a source", "source_connections = 14\n"
	    "source_rate = 1\n", until_refused, CUT_OFF },
	{ "handshakes of a source", "source_handshakes = 3\n",
	    beside_silent_ones, CUT_OFF },
	{ "handshakes", "max_handshakes = 4\nhandshake_seconds = 60\n",
	    the_oldest_of_many, CUT_OFF },
	{ "time of a handshake", "handshake_seconds = 1\n", silent_tcp,
	    CUT_OFF },
	{ "the same in TLS", "handshake_seconds = 1\n", silent_tls,
	    CUT_OFF },
	{ "the same in the header", "handshake_seconds = 1\n",
	    half_a_header, CUT_OFF },
	{ "time without a sign of life", "ping_seconds = 1\n"
	    "hangup_seconds = 3\n", no_sign_of_life, CUT_OFF },
	{ "time of a message", "message_seconds = 1\n",
	    the_rest_never_comes, 1008 },
	{ "control frames", "", pings, 1008 },
	{ "bytes kept", "max_buffered_mib = 1\n", much_kept, CUT_OFF },
	{ "bytes of a message", "", message_too_long, 1009 },
	{ "malformed frames", "", malformed_ones, 1008 },
	{ "posts to a mailbox", FAST "post_burst = 3\npost_rate = 1\n",
	    three_letters, TACIT_E_RATE },
	{ "letters in a mailbox", FAST "mailbox_letters = 3\n",
	    three_letters, TACIT_E_QUOTA },
	{ "parcels in a mailbox", FAST "mailbox_parcels = 3\n",
	    three_parcels, TACIT_E_QUOTA },
	{ "reads of invitations", "invitation_rate = 3\n", guesses,
	    TACIT_E_RATE },
	{ "hours of an invitation", "", invitation_for_a_month,
	    TACIT_E_LIMIT },
	{ "letters under way", FAST, never_acked, SERVED },
};

static void
let_go(void)
{
	size_t i;

	for (i = 0; i < MANY; i++) {
		raw_ws_free(held[i]);
		held[i] = NULL;
	}
}

static void
assert_row(size_t i, const char *config, int want)
{
	int got;

	relay_proc_make(&relay, config);
	relay_proc_start(&relay);
	relay_proc_admit(&relay, "1", &admission);
	other = relay_proc_connect_from(&relay, OTHER);
	got = rows[i].exceed();
	if (got != want)
		fail_msg("%s: %d, not %d", rows[i].limit, got, want);
	if (raw_ping(other) != 0)
		fail_msg("%s: another is not served", rows[i].limit);
	raw_bye(other);
	let_go();
	if (relay_proc_stop(&relay, SIGTERM) != 0)
		fail_msg("%s: the relay ended badly", rows[i].limit);
	relay_proc_free(&relay);
}

static void
each_limit_holds_and_others_are_served(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_row(i, rows[i].config, rows[i].want);
}

/* The control: with the defaults the same acts are served. */
static void
the_same_acts_within_the_defaults_are_served(void **state)
{
	static const size_t same[] = { 0, 1, 2, 3, 15, 16 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_row(same[i], FAST, SERVED);
}

static void
too_few_descriptors_are_told(void **state)
{
	static const char said[] = "few-descriptors max_connections=";
	struct rlimit files;

	(void)state;
	relay_proc_make(&relay, "max_connections = 1000000\n");
	relay_proc_start(&relay);
	assert_int_equal(connect_from(ME), SERVED);
	let_go();
	assert_int_equal(relay_proc_stop(&relay, SIGTERM), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	assert_int_equal(relay_proc_contains(&relay, said, strlen(said),
	    NULL), files.rlim_max < 1000000);
	relay_proc_free(&relay);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_limit_holds_and_others_are_served),
		cmocka_unit_test(the_same_acts_within_the_defaults_are_served),
		cmocka_unit_test(too_few_descriptors_are_told),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
