/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kill loop: a relay, a therapist and two clients as real processes that
 * write to each other without pause, while one, several or all of them are
 * killed with SIGKILL and start again at once.  Books outside all vaults are
 * judged for each set of people; see book.h.
 *
 *	kill_loop [--cycles N] [--letters N] [--of-a-set N] [--careless]
 *	    [--expect-failure]
 *
 * A cycle ends with a kill, after ${letters} on average were shown since the
 * last, or at once, so that beginnings are hit as well.  Who starts asks for a
 * rotation in each relationship; the calendar of the ends runs ahead, so that
 * many come to pass.  TACIT_RELAY names the relay, TACIT_SEED repeats who is
 * hit and when; the machine chooses the rest.  --careless: apps confirm events
 * before they record them (a control: the loop must find what is lost by
 * that).  Files lie below TMPDIR.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "book.h"
#include "capture.h"
#include "random.h"
#include "relay_proc.h"

enum {
	RELAY = KILL_ENDS,
	PROCESSES = KILL_ENDS + 1,
	STUCK_MS = 240 * 1000,		/* longer than any back-off */
	POLL_MS = 5,
	TOLD_MS = 60 * 1000
};

static const char relay_conf[] =
    "mailbox_letters = 8192\n"
    "post_rate = 100000\n"
    "post_burst = 1000000\n"
    "source_rate = 100000\n"
    "invitation_rate = 1000\n"
    "ok_tick_ms = 10\n";

struct loop {
	long cycles, letters, of_a_set;
	int careless, expect_failure;
	const char *self;
	struct random r;
	struct shared *s;
	int fd;
	struct relay_proc relay;
	pid_t pid[KILL_ENDS];
	long done, kills, relay_kills, told_at, began;
	uint64_t rotated;
	struct faults all;
	int bad;
};

/* ${status}: 1 if a promise was broken, as opposed to this test. */
static void __attribute__((noreturn))
leave(struct loop *l, const char *what, int status)
{
	int i;

	printf("FAILED: %s\n", what);
	(void)fflush(stdout);
	for (i = 0; i < KILL_ENDS; i++)
		if (l->pid[i] > 0)
			(void)kill(l->pid[i], SIGKILL);
	relay_proc_free(&l->relay);
	exit(l->expect_failure ? status != 1 : status);
}

static void __attribute__((noreturn))
die(struct loop *l, const char *what)
{
	leave(l, what, 70);
}

static size_t
below(struct loop *l, long n)
{
	return n > 0 ? random_below(&l->r, (size_t)n) : 0;
}

/* ---- processes ------------------------------------------------------------------ */

static void
start(struct loop *l, int i)
{
	char fd[16], end[16];

	if (i == RELAY) {
		relay_proc_start(&l->relay);
		l->relay.port = l->relay.place.port;
		return;
	}
	(void)snprintf(fd, sizeof(fd), "%d", l->fd);
	(void)snprintf(end, sizeof(end), "%d", i);
	(void)fflush(NULL);
	if ((l->pid[i] = fork()) < 0)
		die(l, "fork");
	if (l->pid[i] == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl(l->self, "kill_loop", "talk", fd, end, (char *)NULL);
		_exit(127);
	}
}

/* It runs, unless something is wrong. */
static void
look_after(struct loop *l)
{
	int i, status;

	for (i = 0; i < KILL_ENDS; i++)
		if (l->pid[i] > 0 &&
		    waitpid(l->pid[i], &status, WNOHANG) == l->pid[i]) {
			l->pid[i] = 0;
			die(l, "an end has ended by itself");
		}
	if (l->relay.pid > 0 &&
	    waitpid(l->relay.pid, &status, WNOHANG) == l->relay.pid) {
		l->relay.pid = 0;
		die(l, "the relay has ended by itself");
	}
}

static void
strike(struct loop *l, int i)
{
	int status;

	if (i == RELAY) {
		(void)relay_proc_stop(&l->relay, SIGKILL);
		l->relay_kills++;
	} else {
		(void)kill(l->pid[i], SIGKILL);
		(void)waitpid(l->pid[i], &status, 0);
		if (!WIFSIGNALED(status))
			die(l, "an end has ended by itself");
		l->pid[i] = 0;
	}
	l->kills++;
}

/* ---- what goes on --------------------------------------------------------------- */

static uint64_t
shown(const struct loop *l)
{
	uint64_t n = 0;
	int i, r;

	for (i = 0; i < KILL_ENDS; i++)
		for (r = 0; r < KILL_RELS; r++)
			n += atomic_load(&l->s->shown[i][r]);
	return n;
}

static void
tell(struct loop *l)
{
	long now = relay_now_ms();
	uint64_t n = l->all.accepted + atomic_load(&l->s->accepted);

	if (now - l->told_at < TOLD_MS)
		return;
	l->told_at = now;
	printf("so far: %ld cycles, %ld kills, %ld of the relay, %llu letters "
	    "accepted; %ld s\n", l->done, l->kills, l->relay_kills,
	    (unsigned long long)n, (now - l->began) / 1000);
	(void)fflush(stdout);
}

/* Until so many more were shown. */
static void
let_run(struct loop *l, uint64_t more)
{
	uint64_t was = shown(l), until = was + more, now = was;
	long moved = relay_now_ms();

	while (now < until) {
		relay_sleep_ms(POLL_MS);
		look_after(l);
		tell(l);
		if ((now = shown(l)) != was)
			moved = relay_now_ms();
		was = now;
		if (relay_now_ms() - moved > STUCK_MS)
			leave(l, "stuck: nothing has been shown for minutes",
			    1);
	}
}

/* Whom this kill hits: bits. */
static unsigned
victims(struct loop *l)
{
	size_t pick = below(l, 10);

	if (pick < 2)
		return 1u << 0;
	if (pick < 5)
		return 1u << (1 + pick % 2);
	if (pick < 8)
		return 1u << RELAY;
	return pick == 8 ? (1u << RELAY) - 1 : (1u << PROCESSES) - 1;
}

static void
cycle(struct loop *l)
{
	unsigned who = victims(l);
	int i;

	if (below(l, 6) == 0)
		relay_sleep_ms((unsigned)below(l, 300));
	else
		let_run(l, 1 + below(l, 12 * l->letters / 5));
	relay_sleep_ms((unsigned)below(l, 30));
	for (i = 0; i < PROCESSES; i++)
		if ((who & 1u << i) != 0)
			strike(l, i);
	if (below(l, 3) == 0)
		relay_sleep_ms((unsigned)below(l, 300));
	for (i = PROCESSES - 1; i >= 0; i--)
		if ((who & 1u << i) != 0)
			start(l, i);
	l->done++;
	tell(l);
}

/* ---- a set of people ------------------------------------------------------------ */

static int
all_paired(const struct loop *l)
{
	int r;

	for (r = 0; r < KILL_RELS; r++)
		if (!atomic_load(&l->s->paired[0][r]) ||
		    !atomic_load(&l->s->paired[r + 1][r]))
			return 0;
	return 1;
}

static int
at_rest(const struct loop *l)
{
	int i, r;

	for (i = 0; i < KILL_ENDS; i++) {
		if (!atomic_load(&l->s->quiet[i]))
			return 0;
		for (r = 0; r < KILL_RELS; r++)
			if (atomic_load(&l->s->said[i][r]) !=
			    atomic_load(&l->s->shown[i][r]))
				return 0;
	}
	return 1;
}

static void
wait_for(struct loop *l, int (*so)(const struct loop *), const char *what)
{
	long began = relay_now_ms();

	while (!so(l)) {
		relay_sleep_ms(POLL_MS);
		look_after(l);
		if (relay_now_ms() - began > STUCK_MS)
			leave(l, what, 1);
	}
}

static void
meet(struct loop *l)
{
	struct tacit_admission a;
	int i;

	memset(l->s, 0, offsetof(struct shared, book));
	for (i = 0; i < KILL_ENDS; i++)
		atomic_store(&l->s->book[i].n, 0);
	l->s->careless = l->careless;
	l->s->began_ms = (int64_t)time(NULL) * 1000;
	relay_proc_make(&l->relay, relay_conf);
	(void)snprintf(l->s->dir, sizeof(l->s->dir), "%s", l->relay.base);
	start(l, RELAY);
	relay_proc_admit(&l->relay, "4", &a);
	if (tacit_admission_write(l->s->admission, sizeof(l->s->admission),
	    &a) != 0)
		die(l, "admission");
	for (i = 0; i < KILL_ENDS; i++)
		start(l, i);
	wait_for(l, all_paired, "they never pair");
}

static void
look(struct loop *l)
{
	int i, status;

	atomic_store(&l->s->mode, MODE_LOOK);
	for (i = 0; i < KILL_ENDS; i++) {
		if (waitpid(l->pid[i], &status, 0) != l->pid[i] ||
		    status != 0)
			die(l, "an end cannot read its history");
		l->pid[i] = 0;
	}
}

static void
part(struct loop *l)
{
	struct faults f, *all = &l->all;
	int i, r;

	atomic_store(&l->s->mode, MODE_REST);
	wait_for(l, at_rest, "stuck: not at rest, or something is missing");
	look(l);
	l->rotated += atomic_load(&l->s->rotated);
	for (i = 0; i < KILL_ENDS; i++)
		for (r = 0; r < KILL_RELS; r++) {
			if (i != 0 && i != r + 1)
				continue;
			memset(&f, 0, sizeof(f));
			kill_judge(&f, l->s, i, r);
			all->written += f.written;
			all->accepted += f.accepted;
			all->repeated += f.repeated;
			all->lost += f.lost;
			all->doubled += f.doubled;
			all->disordered += f.disordered;
			all->foreign += f.foreign;
			all->alarms += f.alarms;
			all->unaccepted += f.unaccepted;
		}
	if (kill_faults(all) == 0 && !kill_judge_looks(l->s, 0, 0))
		l->bad = 1;
	relay_proc_free(&l->relay);
}

static void
report(const struct loop *l)
{
	const struct faults *f = &l->all;

	printf("%ld cycles, %ld kills, %ld of the relay, %llu letters written, "
	    "%llu accepted, %llu shown again before they were confirmed; %llu "
	    "rotations; %ld s\n", l->done, l->kills, l->relay_kills,
	    (unsigned long long)f->written, (unsigned long long)f->accepted,
	    (unsigned long long)f->repeated, (unsigned long long)l->rotated,
	    (relay_now_ms() - l->began) / 1000);
	printf("%llu lost, %llu doubled, %llu out of order, %llu foreign, %llu "
	    "alarms, %llu never accepted\n", (unsigned long long)f->lost,
	    (unsigned long long)f->doubled,
	    (unsigned long long)f->disordered,
	    (unsigned long long)f->foreign, (unsigned long long)f->alarms,
	    (unsigned long long)f->unaccepted);
}

static int
run(struct loop *l)
{
	long until;

	l->began = l->told_at = relay_now_ms();
	while (l->done < l->cycles && kill_faults(&l->all) == 0 && !l->bad) {
		meet(l);
		until = l->done + l->of_a_set;
		while (l->done < l->cycles && l->done < until)
			cycle(l);
		part(l);
		atomic_store(&l->s->accepted, 0);
		l->told_at -= TOLD_MS;
		tell(l);
	}
	report(l);
	return kill_faults(&l->all) > 0 || l->bad;
}

/* ---- the program ---------------------------------------------------------------- */

static int
talk(char **argv)
{
	struct shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
	    MAP_SHARED, atoi(argv[2]), 0);

	return s == MAP_FAILED ? 71 : kill_talk(s, atoi(argv[3]));
}

static int
read_options(struct loop *l, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--careless") == 0)
			l->careless = 1;
		else if (strcmp(argv[i], "--expect-failure") == 0)
			l->expect_failure = 1;
		else if (i + 1 == argc)
			return 0;
		else if (strcmp(argv[i], "--cycles") == 0)
			l->cycles = atol(argv[++i]);
		else if (strcmp(argv[i], "--letters") == 0)
			l->letters = atol(argv[++i]);
		else if (strcmp(argv[i], "--of-a-set") == 0)
			l->of_a_set = atol(argv[++i]);
		else
			return 0;
	}
	return l->cycles > 0 && l->letters > 0 && l->of_a_set > 0;
}

int
main(int argc, char **argv)
{
	struct loop l = { .cycles = 10, .letters = 100, .of_a_set = 50,
	    .self = "/proc/self/exe" };
	int rc;

	if (argc == 4 && strcmp(argv[1], "talk") == 0)
		return talk(argv);
	if (!read_options(&l, argc, argv)) {
		fprintf(stderr, "usage: kill_loop [--cycles N] [--letters N] "
		    "[--of-a-set N] [--careless] [--expect-failure]\n");
		return 64;
	}
	l.r = random_start();
	if ((l.fd = memfd_create("books", 0)) < 0 ||
	    ftruncate(l.fd, sizeof(struct shared)) != 0 ||
	    (l.s = mmap(NULL, sizeof(*l.s), PROT_READ | PROT_WRITE,
	    MAP_SHARED, l.fd, 0)) == MAP_FAILED) {
		perror("books");
		return 71;
	}
	rc = run(&l);
	printf("kill_loop: %s\n", rc == 0 ? "ok" : "FAILED");
	return l.expect_failure ? rc != 1 : rc;
}
