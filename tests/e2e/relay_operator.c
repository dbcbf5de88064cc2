/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises to the operator: admit, status and inspect work with and without
 * a running relay, and nobody else is answered.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>
#include <sqlite3.h>

#include "relay_proc.h"

enum { TEXT = 16384 };

static int
setup(void **state)
{
	struct relay_proc *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return -1;
	*state = p;
	relay_proc_make(p, "");
	return 0;
}

static int
teardown(void **state)
{
	relay_proc_free(*state);
	free(*state);
	return 0;
}

static int
lines(const char *text)
{
	int n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void
write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* ---- admit --------------------------------------------------------------- */

static void
admit_names_the_relay_running_or_not(void **state)
{
	struct relay_proc *p = *state;
	struct tacit_admission first, second, third;
	struct raw_mailbox m;
	struct raw *r;

	relay_proc_admit(p, "1", &first);	/* before any start */
	assert_string_equal(first.place.host, "127.0.0.1");
	assert_int_equal(first.place.port, 8443);
	relay_proc_start(p);
	relay_proc_admit(p, "2", &second);
	assert_memory_equal(&second.place, &p->place, sizeof(p->place));
	assert_memory_equal(first.place.pin, p->place.pin, TACIT_HASH_LEN);
	assert_memory_equal(first.place.relay_key, p->place.relay_key,
	    TACIT_KEY_LEN);
	assert_int_equal(relay_proc_stop(p, SIGTERM), 0);
	relay_proc_admit(p, "1", &third);
	assert_memory_equal(&third.place, &second.place,
	    sizeof(third.place));
	assert_memory_not_equal(second.code, third.code, TACIT_CODE_LEN);
	relay_proc_start(p);
	r = relay_proc_connect(p);
	raw_mailbox_make(&m);
	assert_int_equal(raw_create(r, &m, first.code), 0);
	raw_mailbox_make(&m);
	assert_int_equal(raw_create(r, &m, third.code), 0);
	raw_free(r);
}

static const struct {
	const char *url;
	int code;
} urls[] = {
	{ "wss://relay.example.org", 0 },
	{ "wss://relay.example.org:8443", 0 },
	{ "wss://[2001:db8::1]:8443", 0 },
	{ "ws://127.0.0.1:1", 64 },
	{ "ws://relay.example.org:1", 64 },
	{ "https://relay.example.org", 64 },
	{ "wss://relay.example.org/v1", 64 },
	{ "wss://", 64 },
	{ "wss://relay.example.org:0", 64 },
	{ "wss://relay.example.org:65536", 64 },
	{ "relay.example.org", 64 },
};

static void
admit_takes_the_name_that_clients_use(void **state)
{
	struct relay_proc *p = *state;
	const char *words[] = { "admit", "--url", NULL, NULL };
	struct tacit_admission a;
	char out[TEXT], err[TEXT];
	size_t i;
	int code;

	relay_proc_start(p);
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		words[2] = urls[i].url;
		code = relay_proc_run(p, words, out, err, TEXT);
		if (code != urls[i].code || (code != 0 &&
		    (out[0] != '\0' || strstr(err, "--url") == NULL)))
			fail_msg("%s: exit %d %s", urls[i].url, code, err);
		if (code != 0)
			continue;
		assert_int_equal(tacit_admission_parse(&a, out,
		    strcspn(out, "\n")), 0);
		assert_memory_equal(a.place.pin, p->place.pin,
		    TACIT_HASH_LEN);
	}
	assert_int_equal(relay_proc_status(p, "admissions"), 3);
}

static void
admit_wants_a_name_when_all_addresses_are_served(void **state)
{
	static const char *const plain[] = { "admit", NULL };
	static const char *const named[] = { "admit", "--url",
	    "wss://relay.example.org", NULL };
	struct relay_proc *p = *state;
	const char *configured[] = { "admit", "--config", p->config, NULL };
	char out[TEXT], err[TEXT], path[256];

	assert_int_equal(mkdir(p->data, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/endpoint", p->data);
	write_text(path, "{\"listen\":\"0.0.0.0:443\",\"plaintext\":false,"
	    "\"tls_certificate\":\"\",\"tls_key\":\"\"}\n");
	assert_int_equal(relay_proc_run(p, plain, out, err, TEXT), 64);
	assert_non_null(strstr(err, "--url"));
	assert_int_equal(relay_proc_run(p, named, out, err, TEXT), 0);
	assert_non_null(strstr(out, "wss://relay.example.org:443#"));
	write_text(p->config, "listen = \"127.0.0.1:4430\"\n");
	assert_int_equal(relay_proc_run(p, configured, out, err, TEXT), 0);
	assert_non_null(strstr(out, "wss://127.0.0.1:4430#"));
	write_text(path, "{\"listen\":7}");
	assert_int_equal(relay_proc_run(p, plain, out, err, TEXT), 65);
}

static void
many_admits_at_once_all_succeed(void **state)
{
	struct relay_proc *p = *state;
	struct tacit_admission a;
	pid_t pid[6];
	int i, status;

	relay_proc_admit(p, "1", &a);
	for (i = 0; i < 6; i++) {
		if ((pid[i] = fork()) == 0) {
			relay_proc_admit(p, "1", &a);
			_exit(0);
		}
	}
	for (i = 0; i < 6; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(relay_proc_status(p, "admissions"), 7);
}

/* ---- status and inspect -------------------------------------------------- */

static json_t *
ask(const struct relay_proc *p, const char *command)
{
	const char *words[] = { command, "--json", NULL };
	char out[TEXT], err[TEXT];
	json_t *j;

	assert_int_equal(relay_proc_run(p, words, out, err, TEXT), 0);
	assert_int_equal(lines(out), 1);
	assert_string_equal(err, "");
	j = json_loads(out, 0, NULL);
	assert_non_null(j);
	return j;
}

static void
status_counts_running_or_not(void **state)
{
	static const char *const keys[] = { "mailboxes", "envelopes", "held",
	    "connections", "invitations", "admissions" };
	struct relay_proc *p = *state;
	struct tacit_admission a;
	struct raw *r;
	json_t *j;
	size_t i;

	relay_proc_start(p);
	relay_proc_admit(p, "1", &a);
	r = relay_proc_connect(p);
	j = ask(p, "status");
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_true(json_is_integer(json_object_get(j, keys[i])));
	assert_int_equal(json_integer_value(json_object_get(j,
	    "connections")), 1);
	assert_int_equal(json_integer_value(json_object_get(j,
	    "admissions")), 1);
	assert_true(json_is_string(json_object_get(j, "version")));
	json_decref(j);
	raw_free(r);
	assert_int_equal(relay_proc_stop(p, SIGTERM), 0);
	j = ask(p, "status");
	assert_int_equal(json_integer_value(json_object_get(j,
	    "connections")), 0);
	assert_int_equal(json_integer_value(json_object_get(j,
	    "admissions")), 1);
	json_decref(j);
}

/* The columns of table ${name}, as the database has them. */
static json_t *
columns(sqlite3 *db, const char *name)
{
	json_t *all = json_array();
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_prepare_v2(db,
	    "SELECT name FROM pragma_table_info(?1)", -1, &st, NULL),
	    SQLITE_OK);
	(void)sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	while (sqlite3_step(st) == SQLITE_ROW)
		(void)json_array_append_new(all, json_string(
		    (const char *)sqlite3_column_text(st, 0)));
	(void)sqlite3_finalize(st);
	return all;
}

static const json_t *
kind(const json_t *inspect, const char *name)
{
	const json_t *j;
	size_t i;

	json_array_foreach(json_object_get(inspect, "stored"), i, j) {
		if (strcmp(json_string_value(json_object_get(j, "name")),
		    name) == 0)
			return j;
	}
	fail_msg("inspect does not know table %s", name);
	return NULL;
}

static void
inspect_tells_every_table_and_column_there_is(void **state)
{
	struct relay_proc *p = *state;
	json_t *inspect, *want;
	const json_t *k;
	sqlite3_stmt *st;
	sqlite3 *db;
	char path[256];
	const char *name;
	size_t n = 0;

	relay_proc_start(p);
	inspect = ask(p, "inspect");
	assert_int_equal(relay_proc_stop(p, SIGTERM), 0);
	want = ask(p, "inspect");
	assert_true(json_equal(json_object_get(inspect, "stored"),
	    json_object_get(want, "stored")));
	json_decref(want);
	(void)snprintf(path, sizeof(path), "%s/relay.db", p->data);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM"
	    " sqlite_master WHERE type = 'table'", -1, &st, NULL),
	    SQLITE_OK);
	for (; sqlite3_step(st) == SQLITE_ROW; n++) {
		name = (const char *)sqlite3_column_text(st, 0);
		k = kind(inspect, name);
		want = columns(db, name);
		if (!json_equal(json_object_get(k, "columns"), want))
			fail_msg("other columns in table %s", name);
		json_decref(want);
		assert_true(json_is_string(json_object_get(k, "is")));
		assert_true(json_is_string(json_object_get(k,
		    "does_not_tell")));
		assert_true(json_is_integer(json_object_get(k, "count")));
	}
	/* And what is in a block. */
	(void)kind(inspect, "envelope");
	(void)kind(inspect, "body");
	assert_int_equal(n + 2, json_array_size(json_object_get(inspect,
	    "stored")));
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(db);
	json_decref(inspect);
}

static void
people_can_read_it_too(void **state)
{
	static const char *const status[] = { "status", NULL };
	static const char *const inspect[] = { "inspect", NULL };
	struct relay_proc *p = *state;
	char out[TEXT], err[TEXT];

	relay_proc_start(p);
	assert_int_equal(relay_proc_run(p, status, out, err,
	    TEXT), 0);
	assert_non_null(strstr(out, "mailboxes    0\n"));
	assert_int_equal(relay_proc_run(p, inspect, out, err,
	    TEXT), 0);
	assert_non_null(strstr(out, "Does not tell: "));
}

/* ---- control socket ------------------------------------------------------ */

static int
control(const struct relay_proc *p)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_in_range(snprintf(a.sun_path, sizeof(a.sun_path),
	    "%.90s/control", p->data), 1, sizeof(a.sun_path) - 1);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static const char *const bad_requests[] = {
	"\n", "{}\n", "[]\n", "7\n", "nonsense\n", "{\"do\":\"stop\"}\n",
	"{\"do\":7}\n", "{\"do\":\"status\",\"more\":1}\n",
	"{\"do\":\"status\",\"do\":\"status\"}\n", "{\"do\":\"admit\"}\n",
	"{\"do\":\"admit\",\"hash\":\"00\",\"units\":1,\"hours\":1}\n",
	"{\"do\":\"admit\",\"hash\":\"" "0000000000000000000000000000000000"
	"000000000000000000000000000000" "\",\"units\":0,\"hours\":1}\n",
	"{\"do\":\"admit\",\"hash\":\"" "0000000000000000000000000000000000"
	"000000000000000000000000000000" "\",\"units\":1,\"hours\":8761}\n",
	"{\"do\":\"admit\",\"hash\":\"" "0000000000000000000000000000000000"
	"00000000000000000000000000000g" "\",\"units\":1,\"hours\":1}\n",
};

static void
bad_requests_are_answered_and_change_nothing(void **state)
{
	struct relay_proc *p = *state;
	char answer[256];
	ssize_t n;
	size_t i;
	int fd;

	relay_proc_start(p);
	for (i = 0; i < sizeof(bad_requests) / sizeof(char *); i++) {
		fd = control(p);
		n = (ssize_t)strlen(bad_requests[i]);
		assert_int_equal(write(fd, bad_requests[i], (size_t)n), n);
		n = read(fd, answer, sizeof(answer) - 1);
		assert_true(n > 0);
		answer[n] = '\0';
		if (strstr(answer, "\"error\":\"usage\"") == NULL)
			fail_msg("%s: %s", bad_requests[i], answer);
		assert_int_equal(read(fd, answer, 1), 0);
		(void)close(fd);
	}
	assert_int_equal(relay_proc_status(p, "admissions"), 0);
}

static void
silent_and_endless_requests_hold_nobody_up(void **state)
{
	struct relay_proc *p = *state;
	char junk[8192];
	int fd[4], i;

	relay_proc_start(p);
	for (i = 0; i < 4; i++)
		fd[i] = control(p);
	memset(junk, 'x', sizeof(junk));
	(void)signal(SIGPIPE, SIG_IGN);
	(void)!write(fd[0], junk, sizeof(junk));
	assert_true(read(fd[0], junk, 1) <= 0);
	assert_int_equal(relay_proc_status(p, "mailboxes"), 0);
	assert_int_equal(relay_proc_stop(p, SIGTERM), 0);
	for (i = 0; i < 4; i++)
		(void)close(fd[i]);
}

/* Somebody else, even if the modes of the files would let him in. */
static void
others_are_not_answered(void **state)
{
	struct relay_proc *p = *state;
	char path[256], c;
	struct stat st;
	pid_t pid;
	int status;

	relay_proc_start(p);
	(void)snprintf(path, sizeof(path), "%s/control", p->data);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(p->data, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(p->base, 0755), 0);
	assert_int_equal(chmod(p->data, 0755), 0);
	assert_int_equal(chmod(path, 0666), 0);
	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		int fd;

		if (setuid(65534) != 0)
			_exit(2);
		fd = control(p);
		(void)signal(SIGPIPE, SIG_IGN);
		(void)!write(fd, "{\"do\":\"status\"}\n", 16);
		_exit(read(fd, &c, 1) <= 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
a_directory_with_a_long_name_works(void **state)
{
	struct relay_proc *p = *state;
	char deep[sizeof(p->data)];
	struct tacit_admission a;

	memset(deep, 0, sizeof(deep));
	(void)snprintf(deep, sizeof(deep), "%s/%0*d", p->base,
	    (int)(sizeof(deep) - strlen(p->base) - 2), 0);
	assert_true(strlen(deep) > sizeof(((struct sockaddr_un *)0)->
	    sun_path));
	memcpy(p->data, deep, sizeof(deep));
	relay_proc_start(p);
	relay_proc_admit(p, "1", &a);
	assert_int_equal(relay_proc_status(p, "admissions"), 1);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(admit_names_the_relay_running_or_not),
		T(admit_takes_the_name_that_clients_use),
		T(admit_wants_a_name_when_all_addresses_are_served),
		T(many_admits_at_once_all_succeed),
		T(status_counts_running_or_not),
		T(inspect_tells_every_table_and_column_there_is),
		T(people_can_read_it_too),
		T(bad_requests_are_answered_and_change_nothing),
		T(silent_and_endless_requests_hold_nobody_up),
		T(others_are_not_answered),
		T(a_directory_with_a_long_name_works),
	};
#undef T

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
