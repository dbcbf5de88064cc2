/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often a relay goes to the system for what it sends: counted by the
 * kernel, for the thread of the loop alone, which writes nothing but to
 * sockets.  No time is looked at.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "relay_proc.h"

/*
 * A TLS record takes 16 KiB, and the store gives out eight letters at a time,
 * which are a little more: two writes, and as many that the socket refuses.
 * One for each letter are far too many.
 */
enum { LETTERS = TACIT_IN_FLIGHT_MAX, WRITES_MOST = 3 * LETTERS / 4 };

static struct relay_proc relay;
static struct raw *sender, *reader;
static struct raw_mailbox box;

static int
setup(void **state)
{
	struct tacit_admission a;

	(void)state;
	relay_proc_make(&relay, "ok_tick_ms = 0\n");
	relay_proc_start(&relay);
	relay_proc_admit(&relay, "1", &a);
	sender = relay_proc_connect(&relay);
	reader = relay_proc_connect(&relay);
	raw_mailbox_make(&box);
	return raw_create(sender, &box, a.code);
}

static int
teardown(void **state)
{
	(void)state;
	raw_free(sender);
	raw_free(reader);
	relay_proc_free(&relay);
	return 0;
}

/* write(2) and its like, of the loop: the thread that main() runs in. */
static unsigned long
writes(void)
{
	unsigned long v, n = 0;
	char path[96], name[32];
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/io",
	    (int)relay.pid, (int)relay.pid);
	assert_non_null(f = fopen(path, "r"));
	while (fscanf(f, "%31s %lu", name, &v) == 2) {
		if (strcmp(name, "syscw:") == 0)
			n = v;
	}
	(void)fclose(f);
	return n;
}

static void
post_all(void)
{
	static const uint8_t body[TACIT_LETTER_LEN];
	uint8_t envelope[TACIT_ENVELOPE_ID_LEN];
	uint32_t i;

	for (i = 0; i < LETTERS; i++) {
		randombytes_buf(envelope, sizeof(envelope));
		assert_int_equal(raw_post(sender, &box, envelope, body), 0);
	}
}

static void
letters_that_wait_leave_many_at_a_time(void **state)
{
	struct raw_frame *f;
	unsigned long before, n = 0;
	uint8_t result = 1;
	int rc;

	(void)state;
	post_all();
	before = writes();
	assert_int_equal(raw_subscribe(reader, &box, 1, &result), 0);
	assert_int_equal(result, 0);
	while (n < LETTERS) {
		assert_non_null(f = raw_next(reader, RAW_WAIT_MS, &rc));
		n += f->head.which_is == tacit_Frame_deliver_tag;
		raw_frame_free(f);
	}
	assert_true(writes() > before);
	assert_in_range(writes() - before, 1, WRITES_MOST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    letters_that_wait_leave_many_at_a_time, setup, teardown),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
