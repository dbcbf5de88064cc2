/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real relay under many idle and slow connections, then under one flood
 * after another, beside good clients whose letters are followed.
 *
 * usage: flood IDLE SLOW SECONDS [no-limits]
 *
 * Exit 0 if memory kept to the formula of relay/DESIGN.md, the good clients'
 * p99 to what it was before plus 50 ms, and nothing was lost.  With
 * "no-limits" the limits per source are off and few handshakes are allowed:
 * the control, which must fail.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sodium.h>

#include "good.h"
#include "kinds.h"

enum {
	GOOD = 10,
	FLOODERS = 64, FLOOD_SOURCES = 64,
	STUCK_LETTERS = TACIT_IN_FLIGHT_MAX + 2,
	PATIENCE_MS = 600000, CONTROL_MS = 10000,
	P99_MORE_MS = 50, P99_SECONDS = 20
};

/* relay/DESIGN.md, "Bounds". */
enum {
	BASE_KIB = 36864 + 16384,
	CONNECTION_KIB = 20,
	HANDSHAKES_KIB = 512 * 64,
	KEPT_PERCENT = 150
};

struct order {
	enum { ADD, DROP, COUNT } what;
	enum kind_of kind;
	uint32_t n, from, sources;
};

struct run {
	struct relay_proc relay, twin;	/* the twin has no load */
	struct good *good[2];		/* of the relay, of the twin */
	struct kinds_arg stuck;
	/* Who only waits must not have to wait for those that make the load. */
	struct load {
		pid_t pid;
		int orders;
	} hostile, waiting;
	int seconds, failures;
	uint32_t idle, slow;
	uint64_t idle_ended;		/* while they came, on a busy machine */
	int no_limits;
};

/* ---- the process that makes the load ------------------------------------- */

static void __attribute__((noreturn))
be_load(const struct run *r, int fd)
{
	struct links *s = links_new(r->relay.place.port, &r->stuck);
	struct links_count c;
	struct order o;
	ssize_t n;

	for (;;) {
		links_run(s, 20);
		n = recv(fd, &o, sizeof(o), MSG_DONTWAIT);
		if (n == 0)
			_exit(0);
		if (n != (ssize_t)sizeof(o))
			continue;
		if (o.what == ADD)
			links_add(s, &kinds[o.kind], o.n, o.from, o.sources);
		links_count(s, &kinds[o.kind], &c);
		if (o.what == DROP)
			links_drop(s, &kinds[o.kind]);
		if (send(fd, &c, sizeof(c), MSG_NOSIGNAL) !=
		    (ssize_t)sizeof(c))
			_exit(1);
	}
}

static struct links_count
order(struct run *r, struct order o)
{
	const struct load *l = o.kind == KIND_IDLE ? &r->waiting :
	    &r->hostile;
	struct links_count c;

	if (send(l->orders, &o, sizeof(o), MSG_NOSIGNAL) !=
	    (ssize_t)sizeof(o) ||
	    recv(l->orders, &c, sizeof(c), MSG_WAITALL) !=
	    (ssize_t)sizeof(c)) {
		perror("load");
		abort();
	}
	return c;
}

static void
start_load(const struct run *r, struct load *l)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0 ||
	    (l->pid = fork()) < 0) {
		perror("load");
		abort();
	}
	if (l->pid == 0) {
		(void)close(fds[0]);
		be_load(r, fds[1]);
	}
	(void)close(fds[1]);
	l->orders = fds[0];
}

static void
end_load(struct load *l)
{
	(void)close(l->orders);
	(void)waitpid(l->pid, NULL, 0);
}

/* ---- what must hold ------------------------------------------------------ */

static void
must(struct run *r, int ok, const char *what)
{
	if (ok)
		return;
	printf("FALLS SHORT: %s\n", what);
	r->failures++;
}

static long
rss_kib(pid_t pid)
{
	char path[64], line[256];
	long kib = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "VmRSS: %ld", &kib) == 1)
			break;
	(void)fclose(f);
	return kib;
}

static void
check_memory(struct run *r, const char *when)
{
	long connections = relay_proc_status(&r->relay, "connections");
	long kept = relay_proc_status(&r->relay, "buffered") / 1024;
	long rss = rss_kib(r->relay.pid);
	long bound = BASE_KIB + HANDSHAKES_KIB +
	    CONNECTION_KIB * connections + kept * KEPT_PERCENT / 100;

	printf("memory %s: %ld KiB of %ld, %ld connections, %ld KiB kept\n",
	    when, rss, bound, connections, kept);
	must(r, rss > 0 && rss <= bound, "memory is not within the formula");
}

/* Figures of the relay; of the twin that they are compared with, p99. */
static void
show(struct run *r, const char *when, const struct good_figures f[2])
{
	printf("%-20s %5u letters, %u lost; POST to OK p50 %.1f p99 %.1f "
	    "max %.1f ms, twin's p99 %.1f; %u new connections, %u failed, "
	    "slowest %.0f ms\n", when, f->letters, f->lost, f->p50_ms,
	    f->p99_ms, f->max_ms, f[1].p99_ms, f->fresh, f->fresh_failed,
	    f->fresh_max_ms);
	must(r, f->lost == 0 && f->letters > 0, "letters were lost");
	must(r, f->fresh_failed == 0, "new good clients were not served");
}

/* ---- the play ------------------------------------------------------------ */

/* Mailboxes with more letters than may be under way. */
static void
make_stuck(struct run *r, const uint8_t code[TACIT_CODE_LEN])
{
	static const uint8_t body[TACIT_LETTER_LEN];
	struct raw *c = relay_proc_connect(&r->relay);
	uint8_t id[TACIT_ENVELOPE_ID_LEN];
	struct raw_mailbox *m;
	uint32_t i, k, last = 0;

	r->stuck.n_stuck = r->slow / 10;
	if ((m = calloc(r->stuck.n_stuck, sizeof(*m))) == NULL)
		abort();
	r->stuck.stuck = m;
	for (i = 0; i < r->stuck.n_stuck; i++, m++) {
		raw_mailbox_make(m);
		if (raw_create(c, m, code) != 0)
			abort();
		for (k = 0; k < STUCK_LETTERS; k++) {
			randombytes_buf(id, sizeof(id));
			last = raw_send_post(c, m, id,
			    tacit_Kind_KIND_LETTER, 0, body);
		}
		if (raw_wait(c, last, RAW_WAIT_MS, NULL) != 0)
			abort();
	}
	raw_bye(c);
}

static void
add(struct run *r, enum kind_of kind, uint32_t n, uint32_t net,
    uint32_t sources)
{
	(void)order(r, (struct order){ ADD, kind, n, 127u << 24 | net << 16 |
	    1, sources });
}

/* The standing load, until it stands; good clients go on, or seem dead. */
static void
add_standing(struct run *r)
{
	struct good_figures f[2];
	long until = relay_now_ms() +
	    (r->no_limits ? CONTROL_MS : PATIENCE_MS);
	const struct order idle = { COUNT, KIND_IDLE, 0, 0, 0 };
	uint32_t rest = r->slow - r->stuck.n_stuck;

	add(r, KIND_IDLE, r->idle, 1, 250);
	add(r, KIND_NEVER_ACKER, r->stuck.n_stuck, 2, 100);
	add(r, KIND_SLOW_HEADER, rest / 3, 3, 100);
	add(r, KIND_SLOW_READER, rest / 3, 4, 100);
	add(r, KIND_DRIPPING, rest - rest / 3 * 2, 5, 100);
	while (order(r, idle).open < r->idle && relay_now_ms() < until)
		good_play(r->good, 1, f);
	must(r, order(r, idle).open == r->idle, "not all idle ones are open");
	r->idle_ended = order(r, idle).closed;
	must(r, !r->no_limits || r->idle_ended == 0,
	    "honest handshakes were ended");
}

static void
flood(struct run *r, enum kind_of kind)
{
	struct good_figures f[2];
	struct links_count c, idle;
	char when[64];

	if (kind == KIND_HELD)
		add(r, kind, 4 * FLOODERS, 6, 1);
	else if (kind == KIND_SPREAD)
		add(r, kind, 16 * FLOODERS, 7, 250);
	else
		add(r, kind, FLOODERS, 8, FLOOD_SOURCES);
	good_play(r->good, r->seconds, f);
	(void)snprintf(when, sizeof(when), "under %s", kinds[kind].name);
	check_memory(r, when);
	c = order(r, (struct order){ DROP, kind, 0, 0, 0 });
	show(r, kinds[kind].name, f);
	idle = order(r, (struct order){ COUNT, KIND_IDLE, 0, 0, 0 });
	printf("  the flood: %llu tried, %llu let in, %llu ended; of the idle "
	    "%llu\n", (unsigned long long)c.tried,
	    (unsigned long long)c.opened, (unsigned long long)c.closed,
	    (unsigned long long)(idle.closed - r->idle_ended));
}

static void
play(struct run *r)
{
	struct good_figures alone[2], f[2];
	double without;
	int k;

	good_play(r->good, r->seconds, alone);
	show(r, "alone", alone);
	check_memory(r, "alone");

	add_standing(r);
	check_memory(r, "when all stand");
	good_play(r->good, r->seconds, f);
	show(r, "beside idle and slow", f);
	check_memory(r, "beside idle and slow");
	without = f[1].p99_ms > alone[0].p99_ms ? f[1].p99_ms :
	    alone[0].p99_ms;
	printf("p99 %.1f ms; %.1f before, %.1f at the twin meanwhile\n",
	    f[0].p99_ms, alone[0].p99_ms, f[1].p99_ms);
	/* Fewer samples say nothing about one in a hundred. */
	must(r, r->seconds < P99_SECONDS ||
	    f[0].p99_ms <= without + P99_MORE_MS,
	    "p99 rose by more than 50 ms");
	for (k = KIND_CONNECT; k < KIND_COUNT; k++)
		if (!r->no_limits || k == KIND_SPREAD)
			flood(r, (enum kind_of)k);
}

/* Whoever only waited is still there, and so is all that waits for them. */
static void
finish(struct run *r)
{
	struct links_count idle = order(r, (struct order){ COUNT, KIND_IDLE,
	    0, 0, 0 });
	struct good_figures f[2];
	long left;

	printf("idle: %u open of %u, %llu ended\n", idle.open, idle.links,
	    (unsigned long long)(idle.closed - r->idle_ended));
	must(r, idle.open == idle.links && idle.closed == r->idle_ended,
	    "idle connections were ended");
	end_load(&r->hostile);
	end_load(&r->waiting);
	good_play(r->good, 1, f);
	show(r, "afterwards", f);
	good_free(r->good[0]);
	good_free(r->good[1]);
	left = relay_proc_status(&r->relay, "envelopes");
	printf("letters that wait: %ld of %u\n", left,
	    r->stuck.n_stuck * STUCK_LETTERS);
	must(r, left == (long)r->stuck.n_stuck * STUCK_LETTERS,
	    "stored letters were lost");
	must(r, relay_proc_stop(&r->relay, SIGTERM) == 0,
	    "the relay ended badly");
	relay_proc_free(&r->relay);
	relay_proc_free(&r->twin);
}

/* A relay with its good clients. */
static void
start_relay(struct run *r, struct relay_proc *p, struct good **good,
    struct tacit_admission *a)
{
	char text[1024], units[16];

	(void)snprintf(text, sizeof(text), "ok_tick_ms = 0\n"
	    "max_connections = %u\npost_rate = 1000\npost_burst = 100000\n%s",
	    r->idle + r->slow + 1000, !r->no_limits ? "" :
	    "max_handshakes = 4\nsource_handshakes = 60000\n"
	    "source_connections = 1000000\nsource_rate = 100000\n");
	relay_proc_make(p, text);
	relay_proc_start(p);
	(void)snprintf(units, sizeof(units), "%u", GOOD + r->slow / 40);
	relay_proc_admit(p, units, a);
	*good = good_new(p, GOOD, a->code);
}

static void
start(struct run *r)
{
	struct tacit_admission a;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	start_relay(r, &r->twin, &r->good[1], &a);
	start_relay(r, &r->relay, &r->good[0], &a);
	make_stuck(r, a.code);
	start_load(r, &r->waiting);
	start_load(r, &r->hostile);
}

int
main(int argc, char **argv)
{
	struct run r = { 0 };

	if (argc < 4 || sodium_init() < 0)
		return 64;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	r.idle = (uint32_t)atoi(argv[1]);
	r.slow = (uint32_t)atoi(argv[2]);
	r.seconds = atoi(argv[3]);
	r.no_limits = argc > 4;
	start(&r);
	play(&r);
	finish(&r);
	printf("%d failures\n", r.failures);
	return r.failures == 0 ? 0 : 1;
}
