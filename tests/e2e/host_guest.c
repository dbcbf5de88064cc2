/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The library is a good guest: what it changes in the process it lives in is
 * what tacit.h says of that, and nothing else.  The process is looked at
 * before and after whole lives of vaults, good and bad ones.
 */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <libwebsockets.h>
#include <openssl/err.h>
#include <sodium.h>

#include "looks.h"
#include "person.h"
#include "silence.h"

enum {
	WORKERS = 3,			/* of libuv, by its environment */
	WARM = 2, CYCLES = 50,
	HEAP_A_CYCLE = 192,		/* OpenSSL's, see tacit.h */
	RESIDENT_ALL = 1024 * 1024
};

/*
 * What each handle changes: SIGPIPE, what libwebsockets logs, and OpenSSL's
 * errors of this thread.
 */
#define LOST		"-signal/13 -weblog -tlserror "
#define NEW		"+signal/13 +weblog +tlserror "
#define DOCUMENTED	LOST NEW

/* A look has room for everything, which is too much for a stack. */
struct world {
	struct relay_proc relay;
	struct tacit_admission admission;
	int mute;			/* listens, never answers */
	uint16_t mute_port, dead_port;
	struct looks before, open, after;
	char differ[1024];
	unsigned long error;		/* of the host */
};

/* ---- the world ---------------------------------------------------------- */

static uint16_t
port_of(int fd)
{
	struct sockaddr_in at;
	socklen_t len = sizeof(at);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	return ntohs(at.sin_port);
}

static int
bound(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	int fd = bound();

	assert_non_null(w);
	*state = w;
	w->dead_port = port_of(fd);
	(void)close(fd);
	w->mute = bound();
	w->mute_port = port_of(w->mute);
	assert_int_equal(listen(w->mute, 8), 0);
	relay_proc_make(&w->relay, "ok_tick_ms = 5\n");
	relay_proc_start(&w->relay);
	relay_proc_admit(&w->relay, "50", &w->admission);
	return 0;
}

static int
loud(void **state)
{
	(void)state;
	silence_break();
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	(void)close(w->mute);
	relay_proc_free(&w->relay);
	free(w);
	return 0;
}

/*
 * As a host that wants SIGPIPE, that lets libwebsockets say what is wrong, and
 * did not ask OpenSSL yet about an error of its own.
 */
static void
look_before(struct world *w)
{
	assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	ERR_clear_error();
	ERR_raise(ERR_LIB_USER, 1);
	w->error = ERR_peek_error();
	silence_begin();
	looks_take(&w->before);
}

static void
look_after(struct world *w, const char *expected)
{
	unsigned long error = ERR_peek_last_error();
	long said;

	looks_take(&w->after);
	said = silence_end();
	looks_differ(w->differ, sizeof(w->differ), &w->before, &w->after);
	assert_string_equal(w->differ, expected);
	assert_int_equal(said, 0);
	assert_true(error == 0 || error == w->error);
}

/* ---- lives -------------------------------------------------------------- */

static void
add_relay(struct person *p, const struct tacit_admission *a)
{
	char line[TACIT_LINK_SIZE];

	assert_int_equal(tacit_admission_write(line, sizeof(line), a), 0);
	assert_int_equal(tacit_relay_add(p->t, line, strlen(line), NULL), 0);
}

/* The vault of ${name}, made at the first time: passphrases are dear. */
static void
begin(const struct world *w, struct person *p, const char *name)
{
	(void)snprintf(p->path, sizeof(p->path), "%s/%s.vault",
	    w->relay.base, name);
	if (access(p->path, F_OK) != 0)
		person_make(p, w->relay.base, name);
	person_open(p, NULL);
}

static int
has_letter(const struct person *p)
{
	struct tacit_contact_info i = { .size = sizeof(i) };

	assert_int_equal(tacit_contact_info(p->ct, &i), 0);
	return i.unread > 0;
}

static void
take_all(struct person *p)
{
	struct tacit_event e = { .size = sizeof(e) };

	while (tacit_next_event(p->t, 0, &e) == 1)
		assert_int_equal(tacit_event_done(p->t, e.id), 0);
}

static void
say(struct person *from, struct person *to)
{
	assert_int_equal(tacit_accept_unverified(from->ct), 0);
	assert_int_equal(tacit_send(from->ct, "text", 4, NULL, NULL), 0);
	take_all(to);
	person_run(to, from, has_letter);
	take_all(to);
}

/* Two people who have not met, until a text went each way. */
static void
meet(const struct world *w, struct person *a, struct person *b,
    const struct tacit_admission *admission)
{
	begin(w, a, "anna");
	begin(w, b, "ben");
	add_relay(a, admission);
	person_pair(a, b);
	say(a, b);
	say(b, a);
}

/* All that is in ${w->open} and was not before may stay while it is open. */
static void
open_is_modest(struct world *w)
{
	static const char *const may[] = { "-signal/13", "+signal/13",
	    "-weblog", "+weblog", "-tlserror", "+tlserror", "-VmLck", "+VmLck", "+fd/", "+thread" };
	char *name, *rest = w->differ;
	size_t i, n = sizeof(may) / sizeof(may[0]);

	looks_differ(w->differ, sizeof(w->differ), &w->before, &w->open);
	while ((name = strtok_r(rest, " ", &rest)) != NULL) {
		for (i = 0; i < n; i++)
			if (strncmp(name, may[i], strlen(may[i])) == 0)
				break;
		if (i == n)
			print_error("while open: %s\n", name);
		assert_true(i < n);
	}
}

static int
inherited(const struct looks *l)
{
	const char *at = l->text;
	int n = 0;

	while ((at = strstr(at, " is inherited ")) != NULL) {
		at++;
		n++;
	}
	return n;
}

static void
live(struct world *w, const struct tacit_admission *admission,
    const char *expected)
{
	struct person a, b;

	look_before(w);
	meet(w, &a, &b, admission);
	looks_take(&w->open);
	tacit_close(a.t);
	tacit_close(b.t);
	look_after(w, expected);
	open_is_modest(w);
	print_message("figure: two open vaults:%.*s locked\n",
	    (int)strcspn(strstr(w->open.text, "\nVmLck") + 6, "\n"),
	    strstr(w->open.text, "\nVmLck") + 6);
	assert_int_equal(inherited(&w->open), inherited(&w->before));
}

/*
 * The first life of the process: libuv makes a pipe that it keeps.  An address
 * needs no worker.
 */
static void
a_life_changes_what_is_documented(void **state)
{
	struct world *w = *state;

	live(w, &w->admission, DOCUMENTED "+fd/pipe +fd/pipe ");
}

static void
another_life_leaves_nothing(void **state)
{
	struct world *w = *state;

	live(w, &w->admission, DOCUMENTED);
}

/* ---- lives that fail ---------------------------------------------------- */

static int
has_problem(const struct person *p)
{
	struct tacit_progress g = { .size = sizeof(g) };

	assert_int_equal(tacit_progress(p->t, &g), 0);
	return g.problem != 0;
}

static void
try(const struct world *w, const struct tacit_admission *a, int silent)
{
	struct person p;
	int i;

	begin(w, &p, "carl");
	add_relay(&p, a);
	person_invite(&p);
	if (silent)
		for (i = 0; i < 10; i++)
			assert_int_equal(tacit_step(p.t, 10), 0);
	else
		person_run(&p, NULL, has_problem);
	tacit_close(p.t);
}

static void
a_relay_that_fails_changes_nothing_more(void **state)
{
	struct world *w = *state;
	struct tacit_admission dead = w->admission, mute = w->admission,
	    other = w->admission;

	dead.place.port = w->dead_port;
	mute.place.port = w->mute_port;
	other.place.pin[0] ^= 1;
	look_before(w);
	try(w, &dead, 0);
	try(w, &mute, 1);
	try(w, &other, 0);
	look_after(w, DOCUMENTED);
}

static void
a_relay_that_dies_changes_nothing_more(void **state)
{
	struct world *w = *state;
	struct person a, b;

	look_before(w);
	meet(w, &a, &b, &w->admission);
	assert_int_equal(kill(w->relay.pid, SIGKILL), 0);
	assert_int_equal(tacit_send(a.ct, "text", 4, NULL, NULL), 0);
	person_run(&a, &b, has_problem);
	tacit_close(a.t);
	tacit_close(b.t);
	/* The relay is the test's own child. */
	look_after(w, LOST "-ended " NEW "+ended ");
}

/* A disk that fails, when it is broken. */
static int broken_disk;

__attribute__((visibility("default")))
int
fdatasync(int fd)
{
	if (!broken_disk)
		return (int)syscall(SYS_fdatasync, fd);
	errno = EIO;
	return -1;
}

static void
refused(const struct tacit_config *cfg, int why)
{
	struct tacit *t;

	assert_int_equal(tacit_open(&t, cfg), why);
	assert_null(t);
}

static void
a_vault_that_fails_changes_nothing_at_all(void **state)
{
	struct world *w = *state;
	struct tacit_config cfg;
	struct person p, none;

	person_make(&p, w->relay.base, "dora");
	look_before(w);
	cfg = person_config(&p, NULL);
	assert_int_equal(tacit_create(&cfg, "dora"), TACIT_E_VAULT_EXISTS);
	cfg.passphrase_len--;
	refused(&cfg, TACIT_E_PASSPHRASE);
	cfg = person_config(&p, "no port");
	refused(&cfg, TACIT_E_INVALID);
	none = p;
	(void)snprintf(none.path, sizeof(none.path), "%s", w->relay.log);
	cfg = person_config(&none, NULL);
	refused(&cfg, TACIT_E_NOT_A_VAULT);
	(void)snprintf(none.path, sizeof(none.path), "%s/no/vault",
	    w->relay.base);
	cfg = person_config(&none, NULL);
	refused(&cfg, TACIT_E_NOT_A_VAULT);
	assert_true(tacit_create(&cfg, "dora") < 0);
	look_after(w, "");
}

static void
a_disk_that_fails_changes_nothing_more(void **state)
{
	struct world *w = *state;
	struct person a, b;

	look_before(w);
	meet(w, &a, &b, &w->admission);
	broken_disk = 1;
	assert_int_equal(tacit_send(a.ct, "text", 4, NULL, NULL), TACIT_E_IO);
	assert_true(tacit_step(a.t, 10) <= 0);
	tacit_close(a.t);
	broken_disk = 0;
	tacit_close(b.t);
	look_after(w, DOCUMENTED);
}

/* ---- many lives --------------------------------------------------------- */

static void
cycle(struct person *p)
{
	person_open(p, NULL);
	assert_int_equal(tacit_step(p->t, 0), 0);
	assert_int_equal(tacit_step(p->t, 1), 0);
	tacit_close(p->t);
}

static void
fifty_cycles_keep_nothing(void **state)
{
	struct world *w = *state;
	size_t heap, resident, heap_after, resident_after;
	struct person a;
	int i;

	begin(w, &a, "anna");
	tacit_close(a.t);
	for (i = 0; i < WARM; i++)
		cycle(&a);
	look_before(w);
	heap = looks_heap();
	resident = looks_resident();
	for (i = 0; i < CYCLES; i++)
		cycle(&a);
	heap_after = looks_heap();
	resident_after = looks_resident();
	look_after(w, DOCUMENTED);
	print_message("figure: %d cycles: %ld bytes of heap, %ld resident\n",
	    CYCLES, (long)heap_after - (long)heap,
	    (long)resident_after - (long)resident);
	if (heap == 0)
		return;			/* a sanitizer's, which keeps it */
	assert_true(heap_after <= heap + CYCLES * HEAP_A_CYCLE);
	assert_true(resident_after <= resident + RESIDENT_ALL);
}

/* ---- fork --------------------------------------------------------------- */

static void
a_child_that_leaves_harms_nothing(void **state)
{
	struct world *w = *state;
	struct person a, b;
	struct tacit_config cfg;
	struct tacit *t;
	int status, i;
	pid_t pid;

	meet(w, &a, &b, &w->admission);
	for (i = 0; i < 3; i++) {
		if ((pid = fork()) == 0)
			_exit(7);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(WEXITSTATUS(status), 7);
		say(&a, &b);
		say(&b, &a);
	}
	/* The lock is still the parent's. */
	if ((pid = fork()) == 0) {
		cfg = person_config(&a, NULL);
		cfg.lock_wait_ms = 0;
		_exit(tacit_open(&t, &cfg) == TACIT_E_BUSY ? 7 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 7);
	tacit_close(a.t);
	tacit_close(b.t);
}

/* A name is looked up by libuv's workers, which stay. */
static void
a_name_brings_the_workers_of_libuv(void **state)
{
	struct world *w = *state;
	struct tacit_admission named = w->admission;

	(void)snprintf(named.place.host, sizeof(named.place.host),
	    "localhost");
	live(w, &named, DOCUMENTED "+thread +thread +thread ");
}

#define CASE(f)	cmocka_unit_test_teardown(f, loud)

int
main(void)
{
	/* In this order: what stays is seen where it begins. */
	const struct CMUnitTest tests[] = {
		CASE(a_vault_that_fails_changes_nothing_at_all),
		CASE(a_life_changes_what_is_documented),
		CASE(another_life_leaves_nothing),
		CASE(a_relay_that_fails_changes_nothing_more),
		CASE(a_disk_that_fails_changes_nothing_more),
		CASE(fifty_cycles_keep_nothing),
		CASE(a_child_that_leaves_harms_nothing),
		CASE(a_name_brings_the_workers_of_libuv),
		CASE(a_relay_that_dies_changes_nothing_more),
	};
	char workers[8];

	(void)snprintf(workers, sizeof(workers), "%d", WORKERS);
	if (sodium_init() < 0 || setenv("UV_THREADPOOL_SIZE", workers, 1) != 0)
		return 1;
	looks_begin();
	return cmocka_run_group_tests(tests, setup, teardown);
}
