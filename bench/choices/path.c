/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one message costs the relay: processor time of each of its threads,
 * system calls and bytes written, by phase.  Ratios of two builds are told by
 * running them in turn; instructions by callgrind (callgrind.sh).
 *
 * usage: path [plain] [of=N] [batch=N] [window=N] [boxes=N] [senders=N]
 *
 *   of	letters in each phase; window	of them under way per sender
 *   batch	frames in one WebSocket message of a sender
 *   boxes	mailboxes, shared out among READERS readers
 *
 * Phases: "enqueue", nobody reads; "drain", all is read and acked, ids of one
 * mailbox together in one ACK; "both", while it comes.  PATH_HOOK, if set, is
 * run as "PATH_HOOK begin|end PHASE PID", with PID that of the relay.  What is
 * shown is the relay's alone; the driver's threads block and are no measure
 * of what a relay can do at most.
 */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "relay_proc.h"

enum { SENDERS = 8, READERS = 4, BATCH_MOST = 64, WAIT_MS = 600000 };

static const char config[] =
    "confinement = off\nok_tick_ms = 0\npost_rate = 100000\n"
    "post_burst = 1000000\nmailbox_letters = 65536\n"
    "source_rate = 100000\nhangup_seconds = 7200\nping_seconds = 3600\n";

struct run {
	struct relay_proc relay;
	struct raw_mailbox *box;
	struct raw *sender[SENDERS], *reader[READERS];
	long of, batch, window, boxes, senders;
	_Atomic long got;
};

/* One thread's part of a phase. */
struct part {
	pthread_t thread;
	struct run *r;
	long which, n;
};

/* What the kernel knows of the relay. */
struct spent {
	double at, loop, store;		/* seconds */
	double written, calls;		/* bytes, write(2) and its like */
};

static void
must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "path: %s\n", what);
	exit(1);
}

/* ---- the relay's accounts ------------------------------------------------ */

static double
thread_seconds(pid_t pid, const char *task)
{
	unsigned long long ns = 0;
	char path[96];
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%.20s/schedstat",
	    (int)pid, task);
	if ((f = fopen(path, "r")) == NULL)
		return 0.;
	must(fscanf(f, "%llu", &ns) == 1, path);
	(void)fclose(f);
	return (double)ns / 1e9;
}

static double
io_count(pid_t pid, const char *what)
{
	unsigned long long n = 0, v;
	char path[64], name[32];
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/io", (int)pid);
	must((f = fopen(path, "r")) != NULL, path);
	while (fscanf(f, "%31s %llu", name, &v) == 2) {
		if (strcmp(name, what) == 0)
			n = v;
	}
	(void)fclose(f);
	return (double)n;
}

static void
account(const struct run *r, struct spent *s)
{
	char path[64];
	struct timespec ts;
	struct dirent *e;
	DIR *d;

	memset(s, 0, sizeof(*s));
	(void)snprintf(path, sizeof(path), "/proc/%d/task", (int)r->relay.pid);
	must((d = opendir(path)) != NULL, path);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		if (strtol(e->d_name, NULL, 10) == r->relay.pid)
			s->loop += thread_seconds(r->relay.pid, e->d_name);
		else
			s->store += thread_seconds(r->relay.pid, e->d_name);
	}
	(void)closedir(d);
	s->written = io_count(r->relay.pid, "write_bytes:");
	s->calls = io_count(r->relay.pid, "syscw:");
	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	s->at = (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
hook(const struct run *r, const char *when, const char *phase)
{
	const char *command = getenv("PATH_HOOK");
	char line[512];

	if (command == NULL)
		return;
	(void)snprintf(line, sizeof(line), "%s %s %s %d", command, when,
	    phase, (int)r->relay.pid);
	must(system(line) == 0, line);
}

/* ---- senders and readers ------------------------------------------------- */

/* ${n} letters in one message to mailboxes in turn. */
static void
post(struct raw *c, const struct run *r, long *turn, long n)
{
	static const uint8_t body[TACIT_LETTER_LEN];
	tacit_Frame head[BATCH_MOST];
	const uint8_t *bodies[BATCH_MOST];
	const struct raw_mailbox *m;
	tacit_Post *p;
	long i;

	memset(head, 0, (size_t)n * sizeof(head[0]));
	for (i = 0; i < n; i++) {
		m = &r->box[(*turn)++ % r->boxes];
		head[i].which_is = tacit_Frame_post_tag;
		p = &head[i].is.post;
		memcpy(p->address, m->address, sizeof(p->address));
		memcpy(p->token, m->token, sizeof(p->token));
		randombytes_buf(p->envelope, sizeof(p->envelope));
		p->kind = tacit_Kind_KIND_LETTER;
		p->first = 1;
		bodies[i] = body;
	}
	must(raw_send_frames(c, head, bodies, (size_t)n) == 0, "POST");
}

/* How many requests ${f} answers. */
static long
answers(const struct raw_frame *f)
{
	must(f->head.which_is != tacit_Frame_error_tag, "an ERROR");
	return f->head.which_is == tacit_Frame_ok_tag ?
	    f->head.is.ok.id_count : 0;
}

static void *
sender(void *arg)
{
	const struct part *p = arg;
	const struct run *r = p->r;
	struct raw *c = r->sender[p->which];
	long sent = 0, done = 0, turn = p->which * r->boxes / r->senders, n;
	struct raw_frame *f;
	int rc;

	while (done < p->n) {
		n = r->batch < p->n - sent ? r->batch : p->n - sent;
		if (n > 0 && sent - done + n <= r->window) {
			post(c, r, &turn, n);
			sent += n;
			continue;
		}
		must((f = raw_next(c, WAIT_MS, &rc)) != NULL, "no OK");
		done += answers(f);
		raw_frame_free(f);
	}
	return NULL;
}

/* Add ${d} to the ACKs at ${ack}; how many there are now. */
static size_t
add_ack(tacit_Frame *ack, size_t n, const tacit_Deliver *d)
{
	tacit_Ack *a;
	size_t i;

	for (i = 0; i < n; i++) {
		a = &ack[i].is.ack;
		if (a->envelope_count < TACIT_ACK_MAX && memcmp(a->address,
		    d->address, sizeof(a->address)) == 0)
			break;
	}
	if (i == n) {
		memset(&ack[i], 0, sizeof(ack[i]));
		ack[i].which_is = tacit_Frame_ack_tag;
		memcpy(ack[i].is.ack.address, d->address,
		    sizeof(d->address));
		n++;
	}
	a = &ack[i].is.ack;
	memcpy(a->envelope[a->envelope_count++], d->envelope,
	    sizeof(d->envelope));
	return n;
}

/* Until all readers together have got ${p->n}; the last wakes nobody. */
static void *
reader(void *arg)
{
	const struct part *p = arg;
	struct run *r = p->r;
	struct raw *c = r->reader[p->which];
	tacit_Frame ack[BATCH_MOST];
	struct raw_frame *f;
	size_t n = 0;
	int rc, wait;

	while (n > 0 || atomic_load(&r->got) < p->n) {
		wait = n > 0 ? 0 : 20;
		f = raw_next(c, wait, &rc);
		must(f != NULL || rc == RAW_TIMEOUT, "a reader's link");
		if (f != NULL && f->head.which_is == tacit_Frame_deliver_tag) {
			n = add_ack(ack, n, &f->head.is.deliver);
			atomic_fetch_add(&r->got, 1);
		}
		if (n == BATCH_MOST || (f == NULL && n > 0)) {
			must(raw_send_frames(c, ack, NULL, n) == 0, "ACK");
			n = 0;
		}
		raw_frame_free(f);
	}
	must(raw_ping(c) == 0, "PING");
	return NULL;
}

/* ---- phases -------------------------------------------------------------- */

static void
begin(struct part *p, struct run *r, long which, long n,
    void *(*run)(void *))
{
	p->r = r;
	p->which = which;
	p->n = n;
	must(pthread_create(&p->thread, NULL, run, p) == 0, "a thread");
}

static void
subscribe(struct run *r)
{
	long i, n = r->boxes / READERS;
	uint8_t result[TACIT_SUBSCRIBE_MAX];

	for (i = 0; i < READERS; i++)
		must(raw_subscribe(r->reader[i], r->box + i * n, (size_t)n,
		    result) == 0, "SUBSCRIBE");
}

static void
phase(struct run *r, const char *name, int sends, int reads)
{
	struct part part[SENDERS + READERS];
	struct spent a, b;
	long i, n = 0;

	atomic_store(&r->got, 0);
	hook(r, "begin", name);
	account(r, &a);
	if (reads && !sends)
		subscribe(r);
	for (i = 0; reads && i < READERS; i++)
		begin(&part[n++], r, i, r->of / r->senders * r->senders,
		    reader);
	for (i = 0; sends && i < r->senders; i++)
		begin(&part[n++], r, i, r->of / r->senders, sender);
	while (n > 0)
		must(pthread_join(part[--n].thread, NULL) == 0, "join");
	account(r, &b);
	hook(r, "end", name);
	printf("%-8s %7.0f/s  loop %6.2f us  store %6.2f us  "
	    "%5.2f writes  %6.2f KB\n", name, (double)r->of / (b.at - a.at),
	    (b.loop - a.loop) / (double)r->of * 1e6,
	    (b.store - a.store) / (double)r->of * 1e6,
	    (b.calls - a.calls) / (double)r->of,
	    (b.written - a.written) / (double)r->of / 1000.);
	(void)fflush(stdout);
}

static void
prepare(struct run *r)
{
	struct tacit_admission a;
	long i;

	relay_proc_start(&r->relay);
	relay_proc_admit(&r->relay, "1000", &a);
	for (i = 0; i < SENDERS; i++)
		r->sender[i] = relay_proc_connect(&r->relay);
	for (i = 0; i < READERS; i++)
		r->reader[i] = relay_proc_connect(&r->relay);
	r->box = calloc((size_t)r->boxes, sizeof(r->box[0]));
	must(r->box != NULL, "memory");
	for (i = 0; i < r->boxes; i++) {
		raw_mailbox_make(&r->box[i]);
		must(raw_create(r->sender[0], &r->box[i], a.code) == 0,
		    "CREATE");
	}
}

/* If ${word} is "name=N". */
static int
number(const char *word, const char *name, long *out)
{
	size_t len = strlen(name);

	if (strncmp(word, name, len) != 0 || word[len] != '=')
		return 0;
	*out = strtol(word + len + 1, NULL, 10);
	return 1;
}

static void
arguments(struct run *r, int argc, char **argv)
{
	int i;

	*r = (struct run){ .of = 20000, .batch = 8, .window = 32,
	    .boxes = 100, .senders = SENDERS };
	relay_proc_make(&r->relay, config);
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "plain") == 0)
			r->relay.plaintext = 1;
		else
			must(number(argv[i], "of", &r->of) ||
			    number(argv[i], "batch", &r->batch) ||
			    number(argv[i], "window", &r->window) ||
			    number(argv[i], "boxes", &r->boxes) ||
			    number(argv[i], "senders", &r->senders),
			    argv[i]);
	}
	must(r->batch > 0 && r->batch <= BATCH_MOST &&
	    r->window >= r->batch && r->window <= 4096 &&
	    r->of >= SENDERS && r->boxes >= READERS &&
	    r->boxes <= TACIT_SUBSCRIBE_MAX && r->senders > 0 &&
	    r->senders <= SENDERS, "batch 1 to 64, window batch to 4096, "
	    "of 8, boxes 4 to 1000, senders 1 to 8");
}

int
main(int argc, char **argv)
{
	static struct run r;
	long i;

	must(sodium_init() >= 0, "sodium_init");
	arguments(&r, argc, argv);
	prepare(&r);
	phase(&r, "enqueue", 1, 0);
	phase(&r, "drain", 0, 1);
	phase(&r, "both", 1, 1);
	for (i = 0; i < SENDERS; i++)
		raw_free(r.sender[i]);
	for (i = 0; i < READERS; i++)
		raw_free(r.reader[i]);
	must(relay_proc_stop(&r.relay, SIGTERM) == 0, "the relay's exit");
	relay_proc_free(&r.relay);
	free(r.box);
	return 0;
}
