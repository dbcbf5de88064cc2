/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of a vault: what it has rows of, over crashes and a full disk; that
 * a row which was changed, moved or removed is noticed by who could seal it;
 * and what can be known of wrong passphrases, which are counted beside it.
 */
#include <sodium.h>

#include "../unit/client/vault_disk.h"
#include "change.h"
#include "record.h"
#include "story.h"
#include "tacit/vault_log.h"
#include "vault_tries.h"

enum { ROWS_MAX = 300 };

static struct tacit_log_row got[ROWS_MAX];	/* newest first */

/* Read all of it; the verdict. */
static int
read_log(struct tacit *t, size_t *n)
{
	uint64_t before = 0;
	int rc;

	for (*n = 0;; ++*n) {
		assert_true(*n < ROWS_MAX);
		got[*n].size = sizeof(got[*n]);
		rc = tacit_log_next(t, before, &got[*n]);
		if (rc != 1)
			return rc;
		before = got[*n].place;
	}
}

/* The kinds of all rows from the oldest, as "unlock verify". */
static const char *
kinds(struct tacit *t)
{
	static char out[4096];
	size_t n, i;

	assert_int_equal(read_log(t, &n), 0);
	out[0] = '\0';
	for (i = n; i-- > 0;) {
		assert_int_equal(got[i].place, n - i);
		(void)snprintf(out + strlen(out), sizeof(out) - strlen(out),
		    "%s%s", i + 1 < n ? " " : "", tacit_log_word(got[i].kind));
	}
	return out;
}

static struct tacit_config
config(const char *path, const char *passphrase)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;

	cfg.path = path;
	cfg.passphrase = passphrase;
	cfg.passphrase_len = strlen(passphrase);
	cfg.argon_mib = TACIT_ARGON_MIB_FLOOR;
	cfg.lock_wait_ms = 0;
	return cfg;
}

static struct tacit *
open_vault(const char *path)
{
	struct tacit_config cfg = config(path, PASS);
	struct tacit *t = NULL;

	assert_int_equal(tacit_open(&t, &cfg), 0);
	return t;
}

static struct tacit *
new_vault(const char *path)
{
	struct tacit_config cfg = config(path, PASS);

	assert_int_equal(tacit_create(&cfg, "Anna"), 0);
	return open_vault(path);
}

static void
fail_to_open(const char *path)
{
	struct tacit_config cfg = config(path, "something else");
	struct tacit *t = NULL;

	assert_int_equal(tacit_open(&t, &cfg), TACIT_E_PASSPHRASE);
	assert_null(t);
}

/* ---- what there are rows of ----------------------------------------------------- */

static void
each_thing_is_a_row_of_its_own(void **state)
{
	struct fixture *f = *state;
	struct tacit *t = new_vault(f->path);
	struct tacit_contact *ct;
	struct story st = { .s = stage_new(story_scratch(), 1) };
	size_t n;

	assert_string_equal(kinds(t), "unlock");
	tacit_close(t);
	fail_to_open(f->path);
	fail_to_open(f->path);
	t = open_vault(f->path);
	assert_string_equal(kinds(t), "unlock failed-unlock unlock");
	assert_int_equal(got[1].count, 2);
	assert_true(got[1].until_ms > got[1].time_ms);
	assert_int_equal(tacit_change_passphrase(t, "no", 2, "new", 3),
	    TACIT_E_PASSPHRASE);
	assert_int_equal(tacit_change_passphrase(t, PASS, PLEN, PASS, PLEN),
	    0);
	assert_int_equal(tacit_log_note(t, TACIT_LOG_EXPORT, NULL,
	    "transcript.html"), 0);
	assert_int_equal(tacit_backup(t, f->other, "of its own", 10), 0);
	assert_string_equal(kinds(t), "unlock failed-unlock unlock "
	    "failed-unlock passphrase export backup");
	assert_string_equal(got[1].words, "transcript.html");
	tacit_close(t);

	/* And about a contact. */
	story_pair(&st, 0);
	t = stage_end(st.s, 0);
	ct = story_contact(&st, 0);
	assert_int_equal(tacit_accept_unverified(ct), 0);
	assert_int_equal(tacit_verify(ct), 0);
	assert_int_equal(read_log(t, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(got[1].kind, TACIT_LOG_UNVERIFIED);
	assert_int_equal(got[0].kind, TACIT_LOG_VERIFY);
	assert_memory_equal(got[0].contact + 2, st.id[0], CONTACT_ID_LEN);
	assert_true(got[0].time_ms > 0);
	stage_free(st.s);
}

static void
openings_of_one_hour_are_one_row(void **state)
{
	struct fixture *f = *state;
	struct tacit *t = new_vault(f->path);
	int i;

	for (i = 0; i < 5; i++) {
		tacit_close(t);
		t = open_vault(f->path);
	}
	assert_string_equal(kinds(t), "unlock");
	assert_int_equal(got[0].count, 6);
	assert_true(got[0].until_ms >= got[0].time_ms);
	assert_int_equal(tacit_log_note(t, TACIT_LOG_NOTE, NULL, NULL), 0);
	tacit_close(t);
	t = open_vault(f->path);
	assert_string_equal(kinds(t), "unlock note unlock");
	tacit_close(t);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	struct fixture *f = *state;
	struct tacit *t = new_vault(f->path);
	struct tacit_log_row row = { .size = sizeof(row) - 1 };
	struct stage *s = stage_new(story_scratch(), 2);
	struct story st = { .s = s };
	char words[TACIT_LOG_WORDS_SIZE + 1];

	story_pair(&st, 0);
	memset(words, 'w', sizeof(words));
	words[TACIT_LOG_WORDS_SIZE] = '\0';
	assert_int_equal(tacit_log_next(t, 0, &row), TACIT_E_INVALID);
	assert_int_equal(tacit_log_next(t, 0, NULL), TACIT_E_INVALID);
	assert_int_equal(tacit_log_next(NULL, 0, &row), TACIT_E_INVALID);
	assert_int_equal(tacit_log_note(t, TACIT_LOG_UNLOCK, NULL, ""),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_log_note(t, TACIT_LOG_VERIFY, NULL, ""),
	    TACIT_E_INVALID);
	assert_int_equal(tacit_log_note(t, TACIT_LOG_NOTE,
	    story_contact(&st, 0), ""), TACIT_E_INVALID);
	assert_int_equal(tacit_log_note(t, TACIT_LOG_NOTE, NULL, words),
	    TACIT_E_TEXT);
	assert_int_equal(tacit_log_note(t, TACIT_LOG_NOTE, NULL, "a\nb"),
	    TACIT_E_TEXT);
	assert_int_equal(tacit_log_note(t, TACIT_LOG_NOTE, NULL, "\xff"),
	    TACIT_E_TEXT);
	assert_string_equal(kinds(t), "unlock");
	words[TACIT_LOG_WORDS_SIZE - 1] = '\0';
	assert_int_equal(tacit_log_note(t, TACIT_LOG_NOTE, NULL, words), 0);
	assert_string_equal(kinds(t), "unlock note");
	assert_string_equal(got[0].words, words);
	stage_free(s);
	tacit_close(t);
}

/* ---- tampering -------------------------------------------------------------------- */

enum harm { KIND, TIME, UNTIL, COUNT, WHO, WORDS, SWAP, REMOVE, MORE, HARMS };

static void
put(struct tacit *t, uint64_t place, const tacit_state_Log *row,
    const char *words, size_t len)
{
	struct record_key key;

	record_key(&key, "", 0, place);
	assert_int_equal(record_put(t->vault, VAULT_LOG, key.data, key.len,
	    tacit_state_Log_fields, row, words, len), 0);
}

static void
get(struct tacit *t, uint64_t place, tacit_state_Log *row, char **words,
    size_t *len)
{
	struct record_key key;

	record_key(&key, "", 0, place);
	assert_int_equal(record_get(t->vault, VAULT_LOG, key.data, key.len,
	    tacit_state_Log_fields, row, sizeof(*row), words, len), 1);
}

static void
change(tacit_state_Log *row, char *words, enum harm how)
{
	if (how == KIND)
		row->kind ^= 1;
	else if (how == TIME)
		row->time_ms++;
	else if (how == UNTIL)
		row->until_ms++;
	else if (how == COUNT)
		row->count++;
	else if (how == WHO)
		row->contact.size = CONTACT_ID_LEN;
	else if (how == WORDS)
		words[0] ^= 1;
}

/* By who can seal rows: the chain alone has to notice. */
static void
harm(struct tacit *t, enum harm how, uint64_t place)
{
	tacit_state_Log row, other;
	char *words, *more;
	struct record_key key;
	size_t len, more_len;

	get(t, place, &row, &words, &len);
	get(t, place - 1, &other, &more, &more_len);
	assert_int_equal(vault_begin(t->vault), 0);
	/* An opening has no words: then some are put there. */
	if (how == WORDS && len == 0) {
		free(words);
		words = strdup("1");
		len = 1;
	}
	change(&row, words, how);
	put(t, how == MORE ? t->self.log + 1 : how == SWAP ? place - 1 :
	    place, &row, words, len);
	if (how == SWAP)
		put(t, place, &other, more, more_len);
	record_key(&key, "", 0, place);
	if (how == REMOVE)
		assert_int_equal(vault_del(t->vault, VAULT_LOG, key.data,
		    key.len), 0);
	assert_int_equal(vault_commit(t->vault), 0);
	free(words);
	free(more);
}

static void
nothing_that_was_changed_is_read(void **state)
{
	static const uint64_t places[] = { 2, 5, 8 };
	struct fixture *f = *state;
	struct tacit *t = new_vault(f->path);
	struct fixture_bytes b;
	char words[8];
	size_t k, n;
	int how, i;

	for (i = 2; i <= 7; i++) {
		(void)snprintf(words, sizeof(words), "%d", i);
		assert_int_equal(tacit_log_note(t, TACIT_LOG_NOTE, NULL,
		    words), 0);
	}
	tacit_close(t);
	b = fixture_read(f->path);
	for (how = 0; how < HARMS; how++)
		for (k = 0; k < sizeof(places) / sizeof(places[0]); k++) {
			fixture_write(f->path, b.data, b.len);
			t = open_vault(f->path);
			assert_int_equal(read_log(t, &n), 0);
			assert_int_equal(n, 8);
			harm(t, (enum harm)how, places[k]);
			/* Above the place it can be read, and no further. */
			assert_int_equal(read_log(t, &n), TACIT_E_CORRUPT);
			assert_int_equal(n, how == MORE ? 0 : 8 - places[k]);
			/* It is not mended by what comes after. */
			assert_int_equal(tacit_log_note(t, TACIT_LOG_NOTE,
			    NULL, "later"), 0);
			assert_int_equal(read_log(t, &n), how == MORE ? 0 :
			    TACIT_E_CORRUPT);
			tacit_close(t);
		}
	free(b.data);
}

/* ---- wrong passphrases -------------------------------------------------------------- */

static int
lock_of(const char *path)
{
	char name[128];
	int fd;

	(void)snprintf(name, sizeof(name), "%s.lock", path);
	assert_true((fd = open(name, O_RDWR)) >= 0);
	return fd;
}

static uint64_t
failures(struct tacit *t)
{
	uint64_t sum = 0;
	size_t n, i;

	assert_int_equal(read_log(t, &n), 0);
	for (i = 0; i < n; i++)
		if (got[i].kind == TACIT_LOG_FAILED)
			sum += got[i].count;
	return sum;
}

static void
any_number_of_failures_takes_a_little_room(void **state)
{
	struct fixture *f = *state;
	struct tacit *t = new_vault(f->path);
	struct stat st;
	int fd = lock_of(f->path), i;

	tacit_close(t);
	for (i = 0; i < 1000; i++)
		assert_int_equal(vault_tries_add(fd), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(st.st_size < 1024);
	t = open_vault(f->path);
	assert_int_equal(failures(t), 1000);
	assert_string_equal(kinds(t), "unlock failed-unlock failed-unlock "
	    "unlock");
	assert_int_equal(got[2].time_ms, 0);
	tacit_close(t);
	t = open_vault(f->path);
	assert_int_equal(failures(t), 1000);
	tacit_close(t);
	(void)close(fd);
}

static void
a_count_that_went_back_is_told(void **state)
{
	struct fixture *f = *state;
	struct tacit *t = new_vault(f->path);
	int fd = lock_of(f->path);

	tacit_close(t);
	fail_to_open(f->path);
	fail_to_open(f->path);
	tacit_close(open_vault(f->path));
	assert_int_equal(ftruncate(fd, 0), 0);
	fail_to_open(f->path);
	t = open_vault(f->path);
	assert_string_equal(kinds(t), "unlock failed-unlock unlock tries-lost "
	    "failed-unlock unlock");
	assert_int_equal(failures(t), 3);
	tacit_close(t);
	/* Whatever stands there keeps nobody out. */
	assert_int_equal(pwrite(fd, "not of this kind", 16, 0), 16);
	t = open_vault(f->path);
	assert_int_equal(failures(t), 3);
	assert_int_equal(got[1].kind, TACIT_LOG_TRIES_LOST);
	tacit_close(t);
	(void)close(fd);
}

/* The file as somebody could write it: a number of tries as large as can be. */
static void
a_hostile_count_costs_a_few_rows(void **state)
{
	struct fixture *f = *state;
	struct tacit *t = new_vault(f->path);
	int fd = lock_of(f->path);
	uint8_t file[528];
	size_t n;

	tacit_close(t);
	memset(file, 0xff, sizeof(file));
	memcpy(file, "TACITRY", 8);
	assert_int_equal(pwrite(fd, file, sizeof(file), 0), sizeof(file));
	fail_to_open(f->path);
	t = open_vault(f->path);
	assert_int_equal(read_log(t, &n), 0);
	assert_true(n <= 3 + VAULT_TRIES_KEPT);
	tacit_close(t);
	/* Another vault at this place knows nothing of it. */
	assert_int_equal(unlink(f->path), 0);
	t = new_vault(f->path);
	assert_string_equal(kinds(t), "unlock");
	tacit_close(t);
	(void)close(fd);
}

/* ---- crashes, and a full disk -------------------------------------------------------- */

static void
die_at(const char *path, int n)
{
	struct tacit_config cfg = config(path, PASS);
	struct tacit *t = NULL;

	disk_set(DIE, n);
	if (tacit_open(&t, &cfg) != 0 ||
	    tacit_log_note(t, TACIT_LOG_EXPORT, NULL, "it") != 0)
		_exit(1);
	/* It is durable: whoever waits may count on it. */
	_exit(0);
}

static void
a_crash_at_any_write_loses_and_doubles_nothing(void **state)
{
	struct fixture *f = *state;
	struct tacit *t = new_vault(f->path);
	int stride = story_number("TACIT_EVERY_STEP", 0) != 0 ? 1 : 4;
	int n, status, done = 0;
	uint64_t tried;
	pid_t pid = -1;

	tacit_close(t);
	for (n = 0, tried = 0; !done; n += stride) {
		fail_to_open(f->path);
		tried++;
		assert_true(n < 100 && (pid = fork()) >= 0);
		if (pid == 0)
			die_at(f->path, n);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		done = WIFEXITED(status);
		assert_true(!done || WEXITSTATUS(status) == 0);
		t = open_vault(f->path);
		assert_int_equal(failures(t), tried);
		if (done)
			assert_int_equal(got[1].kind, TACIT_LOG_EXPORT);
		tacit_close(t);
	}
	assert_true(n > 3);
	print_message("%d writes\n", n);
}

static void
a_full_disk_keeps_nobody_out(void **state)
{
	struct fixture *f = *state;
	struct tacit_config cfg = config(f->path, PASS);
	struct tacit *t = new_vault(f->path);
	uint64_t count;

	assert_string_equal(kinds(t), "unlock");
	count = got[0].count;
	tacit_close(t);
	disk_set(FULL, 0);
	disk.countdown = 0;
	assert_int_equal(tacit_open(&t, &cfg), 0);
	assert_string_equal(kinds(t), "unlock");
	assert_int_equal(got[0].count, count);
	assert_int_equal(tacit_log_note(t, TACIT_LOG_NOTE, NULL, "no"),
	    TACIT_E_DISK_FULL);
	disk_set(NONE, 0);
	assert_int_equal(tacit_log_note(t, TACIT_LOG_NOTE, NULL, "now"), 0);
	assert_string_equal(kinds(t), "unlock note");
	assert_int_equal(got[1].count, count + 1);
	tacit_close(t);
}

/* ---- backups ------------------------------------------------------------------------- */

static void
a_backup_carries_it(void **state)
{
	struct fixture *f = *state;
	struct tacit_config cfg = config(f->path, PASS);
	struct tacit *t = new_vault(f->path);
	struct tacit_log_row was;

	tacit_close(t);
	fail_to_open(f->path);
	t = open_vault(f->path);
	assert_int_equal(tacit_backup(t, f->other, "of its own", 10), 0);
	assert_string_equal(kinds(t), "unlock failed-unlock unlock backup");
	was = got[0];
	tacit_close(t);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(tacit_restore(&cfg, f->other, "of its own", 10,
	    NULL), 0);
	t = open_vault(f->path);
	assert_string_equal(kinds(t), "unlock failed-unlock unlock backup "
	    "restore unlock");
	assert_memory_equal(got[2].hash, was.hash, sizeof(was.hash));
	tacit_close(t);
}

#define T(name)	\
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(each_thing_is_a_row_of_its_own),
		T(openings_of_one_hour_are_one_row),
		T(what_makes_no_sense_is_refused),
		T(nothing_that_was_changed_is_read),
		T(any_number_of_failures_takes_a_little_room),
		T(a_count_that_went_back_is_told),
		T(a_hostile_count_costs_a_few_rows),
		T(a_crash_at_any_write_loses_and_doubles_nothing),
		T(a_full_disk_keeps_nobody_out),
		T(a_backup_carries_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
