/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a forged envelope costs its reader: from the bytes of a message that
 * arrived on a connection to the acknowledgement that is handed to it, in CPU
 * time, and in writes to the vault.  Beside it what libsignal alone takes to
 * refuse a forged message.
 *
 * usage: forged [N=5000] [STATES=40]
 *
 * Prints a line per kind, "KIND N MEDIAN P99 WRITES" (microseconds; writes to
 * any file in all N), the same of libsignal, and how many times as much that
 * is.  Exit 1 if a median is not below 50, or anything was written.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <sodium.h>

#include "forged.h"
#include "keys.h"
#include "letter.h"
#include "line.h"
#include "line_in.h"
#include "outbox.h"
#include "story.h"
#include "tacit/frame.h"

enum { READER = 1, LIMIT_US = 50, FRAME_CAP = TACIT_PARCEL_LEN + 600 };

/* Who reads, and on what. */
struct reader {
	struct story st;
	struct tacit *t;
	struct tacit_contact *ct;
	struct line *line;
	tacit_Frame f;			/* DELIVER */
	uint8_t *body, *message;
	tacit_state_Out genuine;	/* one that it has read before */
};

/* What the reader says goes nowhere: the relay's work is not measured. */
static int
nowhere(void *arg, int i, uint32_t conn, const uint8_t *msg, size_t len)
{
	(void)arg;
	(void)i;
	(void)conn;
	(void)msg;
	(void)len;
	return 0;
}

/* A letter that arrives; its row keeps the envelope that it travels in. */
static void
send_genuine(struct reader *r)
{
	struct tacit_contact *ct = story_contact(&r->st, 0);
	char *text = NULL;
	size_t len;
	int i;

	assert(story_write(&r->st, 0, 1) == 0);
	for (i = 0; i < 20 && r->genuine.sealed.size == 0; i++) {
		(void)stage_turn(r->st.s, 0);
		assert(outbox_row_get(ct, ct->out->n, &r->genuine, &text,
		    &len) == 0);
		free(text);
		text = NULL;
		if (r->genuine.sealed.size == 0)
			stage_relay_turn(r->st.s);
	}
	assert(r->genuine.sealed.size == TACIT_LETTER_LEN);
	stage_quiesce(r->st.s);
	assert(story_count(&r->st, READER, TACIT_EV_MESSAGE) == 1);
}

static void
reader_new(struct reader *r)
{
	const struct stage_tap deaf = { nowhere, nowhere, NULL };

	memset(r, 0, sizeof(*r));
	r->st.s = stage_new(story_scratch(), 3);
	story_pair(&r->st, TACIT_INVITE_IN_PERSON);
	send_genuine(r);
	r->t = stage_end(r->st.s, READER);
	r->ct = story_contact(&r->st, READER);
	for (r->line = r->t->lines; r->line != NULL; r->line = r->line->next)
		if (r->line->use == LINE_READ)
			break;
	assert(r->line != NULL && r->ct->box[0].read_conn == r->line->conn);
	r->f.which_is = tacit_Frame_deliver_tag;
	memcpy(r->f.is.deliver.address, r->ct->rec.my_address,
	    sizeof(r->f.is.deliver.address));
	r->body = malloc(TACIT_PARCEL_LEN);
	r->message = malloc(FRAME_CAP);
	assert(r->body != NULL && r->message != NULL);
	stage_tap(r->st.s, &deaf);
}

static void
reader_free(struct reader *r)
{
	free(r->body);
	free(r->message);
	stage_free(r->st.s);
}

/* ---- kinds of forgery: fill r->f and r->body ---------------------------------- */

static void
noise(struct reader *r, tacit_Kind kind)
{
	r->f.is.deliver.kind = kind;
	randombytes_buf(r->f.is.deliver.envelope,
	    sizeof(r->f.is.deliver.envelope));
	randombytes_buf(r->body, tacit_kind_len(kind));
}

static void
random_letter(struct reader *r)
{
	noise(r, tacit_Kind_KIND_LETTER);
}

static void
random_parcel(struct reader *r)
{
	noise(r, tacit_Kind_KIND_PARCEL);
}

/* As the relay can make it of an envelope that it carried: its first bytes. */
static void
with_hint(struct reader *r, tacit_Kind kind)
{
	noise(r, kind);
	memcpy(r->f.is.deliver.envelope, r->genuine.envelope,
	    sizeof(r->f.is.deliver.envelope));
	memcpy(r->body, r->genuine.sealed.bytes, TACIT_HINT_LEN);
}

static void
hint_letter(struct reader *r)
{
	with_hint(r, tacit_Kind_KIND_LETTER);
}

static void
hint_parcel(struct reader *r)
{
	with_hint(r, tacit_Kind_KIND_PARCEL);
}

static void
one_bit(struct reader *r)
{
	with_hint(r, tacit_Kind_KIND_LETTER);
	memcpy(r->body, r->genuine.sealed.bytes, TACIT_LETTER_LEN);
	r->body[TACIT_LETTER_LEN - 1] ^= 1;
}

static void
replay(struct reader *r)
{
	with_hint(r, tacit_Kind_KIND_LETTER);
	memcpy(r->body, r->genuine.sealed.bytes, TACIT_LETTER_LEN);
}

static const struct kind {
	const char *name;
	void (*make)(struct reader *r);
} kinds[] = {
	{ "random-letter", random_letter },
	{ "random-parcel", random_parcel },
	{ "right-hint-letter", hint_letter },
	{ "right-hint-parcel", hint_parcel },
	{ "one-bit-flipped", one_bit },
	{ "replay", replay },
};

/* ---- measuring ------------------------------------------------------------------ */

static double
cpu_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

/* Calls of write() and its like by this process until now. */
static long
writes(void)
{
	FILE *f = fopen("/proc/self/io", "r");
	char line[80];
	long n = -1;

	assert(f != NULL);
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "syscw: %ld", &n) == 1)
			break;
	(void)fclose(f);
	return n;
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Prints the line of ${name}, and returns the median. */
static double
report(const char *name, double *us, unsigned n, long written)
{
	qsort(us, n, sizeof(*us), by_size);
	printf("%-18s %6u %9.1f %9.1f %4ld\n", name, n, us[n / 2],
	    us[n - 1 - n / 100], written);
	return us[n / 2];
}

/* One message that arrives; what there is to say to it leaves at once. */
static double
arrive(struct reader *r, size_t len)
{
	struct net_event e = { .what = NET_MESSAGE, .conn = r->line->conn,
	    .data = r->message, .len = len };
	double began = cpu_us();
	int rc = line_event(r->t, &e);

	line_flush_all(r->t);
	began = cpu_us() - began;
	assert(rc == 0);
	return began;
}

static double
measure(struct reader *r, const struct kind *k, double *us, unsigned n,
    long *written)
{
	unsigned i;
	size_t len;
	long before = 0, extra;

	/* The first 64 that nothing opens are kept; those are not meant. */
	for (i = 0; i < n + 100; i++) {
		if (i == 100)
			before = writes();
		k->make(r);
		len = tacit_frame_write(r->message, FRAME_CAP, &r->f,
		    r->body);
		assert(len > 0);
		us[i < 100 ? i : i - 100] = arrive(r, len);
		assert(r->line->conn != 0);
	}
	extra = writes() - before;
	*written += extra;
	return report(k->name, us, n, extra);
}

static double
measure_bare(double *us, unsigned states)
{
	struct bare *b = bare_new(states);
	unsigned i, n = 5;
	double median, began;
	char name[40];

	for (i = 0; i < n; i++) {
		began = cpu_us();
		assert(bare_forged(b) == 0);
		us[i] = cpu_us() - began;
	}
	(void)snprintf(name, sizeof(name), "libsignal-%u", states);
	median = report(name, us, n, 0);
	bare_free(b);
	return median;
}

int
main(int argc, char **argv)
{
	unsigned n = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 5000;
	unsigned states = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 40;
	double *us = calloc(n + 100, sizeof(*us)), worst = 0, m;
	struct reader r;
	long written = 0;
	size_t k;

	assert(us != NULL && n >= 100);
	reader_new(&r);
	printf("%-18s %6s %9s %9s %4s\n", "kind", "n", "median", "p99",
	    "writes");
	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		m = measure(&r, &kinds[k], us, n, &written);
		if (m > worst)
			worst = m;
	}
	reader_free(&r);
	(void)measure_bare(us, 1);
	m = measure_bare(us, states + 1);
	printf("worst median %.1f us, limit %d; libsignal alone %.0f times "
	    "as much\n", worst, LIMIT_US, m / worst);
	free(us);
	return worst < LIMIT_US && written == 0 ? 0 : 1;
}
