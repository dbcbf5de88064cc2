/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The practice layer takes what is its own, once, whatever crashes or fails:
 * that a message is done, the rows and events that follow from it, and the
 * answer to it are one transaction (D2, D3).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <sodium.h>

#include "../unit/client/vault_disk.h"
#include "desk.h"
#include "play.h"
#include "twin.h"

/* ---- once -------------------------------------------------------------------------- */

static void
a_message_is_taken_with_all_that_follows(void **state)
{
	uint64_t id;
	struct desk d;

	(void)state;
	begin(&d, 1);
	send_number(&d, 0, 'a');
	send_number(&d, 0, 'b');
	settle(&d);
	id = told(&d, 1, told(&d, 1, 0, 'a'), 'b');
	no_more(&d, 1, id);
	id = told(&d, 0, told(&d, 0, 0, '!'), '!');
	no_more(&d, 0, id);
	assert_int_equal(counted(stage_end(d.st.s, 1)), 2);
	assert_int_equal(counted(stage_end(d.st.s, 0)), 2);
	assert_int_equal(waiting(&d, 0), 0);
	assert_int_equal(waiting(&d, 1), 0);
	end(&d);
}

/* After any turn one end stops, and goes on from what is in its vault. */
static void
a_crash_at_any_step_takes_nothing_twice(void **state)
{
	uint64_t after[2] = { 0, 0 };
	struct desk d;
	int turns, i, k, n = 0;

	(void)state;
	begin(&d, 2);
	for (turns = 0; turns < PLAY_STEPS; turns += play_stride(5))
		for (i = 0; i < 2; i++, n++) {
			send_number(&d, 0, 'x');
			for (k = 0; k < turns; k++) {
				play_turns(d.st.s, k, 1);
				assert_int_equal(turn(&d, k % 2), 0);
			}
			crash(&d, i);
			settle(&d);
			after[1] = told(&d, 1, after[1], 'x');
			after[0] = told(&d, 0, after[0], '!');
			no_more(&d, 0, after[0]);
			no_more(&d, 1, after[1]);
		}
	assert_int_equal(counted(stage_end(d.st.s, 1)), n);
	assert_int_equal(counted(stage_end(d.st.s, 0)), n);
	end(&d);
}

static void
a_disk_that_is_full_at_any_write_leaves_it_for_later(void **state)
{
	uint8_t before[32], now[32];
	struct tacit *t;
	struct desk d;
	int n, rc;

	(void)state;
	begin(&d, 3);
	send_number(&d, 0, 'a');
	stage_quiesce(d.st.s);
	t = stage_end(d.st.s, 1);
	fingerprint(t->vault, before);
	for (n = 0;; n++) {
		disk_set(FULL, n);
		rc = turn(&d, 1);
		disk_set(NONE, 0);
		if (rc == 0)
			break;
		assert_int_equal(rc, TACIT_E_DISK_FULL);
		fingerprint(t->vault, now);
		assert_memory_equal(now, before, sizeof(now));
		memory_is_what_the_vault_says(t);
		no_more(&d, 1, 0);
		assert_int_equal(waiting(&d, 1), 1);
	}
	assert_true(n > 3);
	settle(&d);
	no_more(&d, 1, told(&d, 1, 0, 'a'));
	no_more(&d, 0, told(&d, 0, 0, '!'));
	end(&d);
}

/* A core without network over the vault at ${path}. */
static void
load(struct tacit *t, struct desk *d, const char *path)
{
	memset(t, 0, sizeof(*t));
	t->env = stage_end(d->st.s, 1)->env;
	assert_int_equal(stage_vault(&t->vault, path), 0);
	assert_int_equal(ratchet_open(&t->ratchet, t->vault), 0);
	assert_int_equal(core_load(t), 0);
}

static void
unload(struct tacit *t)
{
	core_free(t);
	ratchet_close(t->ratchet);
	vault_close(t->vault);
}

static void
die_at(struct desk *d, const char *path, int n)
{
	struct tacit_practice *p;
	struct tacit t;

	load(&t, d, path);
	assert_int_equal(practice_open_with(&p, &t, &parts), 0);
	disk_set(DIE, n);
	_exit(tacit_practice_step(p, 1000) == 0 ? 0 : 1);
}

/* 1: all that follows is there and the event is done; 0: nothing. */
static int
is_there(struct desk *d, const char *path)
{
	struct tacit_practice_event pe = { .size = sizeof(pe) };
	struct tacit_event ev = { .size = sizeof(ev) };
	struct tacit_practice *p;
	uint64_t after = 0;
	int all, left = 0;
	struct tacit t;

	load(&t, d, path);
	assert_int_equal(practice_open_with(&p, &t, &parts), 0);
	all = counted(&t) == 1;
	while (tacit_next_event(&t, after, &ev) == 1) {
		after = ev.id;
		left += ev.type == TACIT_EV_DATA;
	}
	assert_int_equal(left, !all);
	assert_int_equal(tacit_practice_next_event(p, 0, &pe), all);
	assert_int_equal(contact_by_id(&t, d->st.id[1])->rec.seq, all);
	/* And it goes on from there. */
	assert_int_equal(tacit_practice_step(p, 1000), 0);
	assert_int_equal(counted(&t), 1);
	tacit_practice_close(p);
	unload(&t);
	return all;
}

static void
a_process_may_die_at_any_write(void **state)
{
	int stride = story_number("TACIT_EVERY_STEP", 0) != 0 ? 1 : 3;
	int n, status, done = 0, all = 0;
	struct fixture_bytes b;
	char path[320], lock[330];
	struct desk d;
	pid_t pid;

	(void)state;
	begin(&d, 4);
	send_number(&d, 0, 'a');
	stage_quiesce(d.st.s);
	stage_keep(d.st.s, 1, 0);
	(void)snprintf(path, sizeof(path), "%s/end1.copy0", story_scratch());
	(void)snprintf(lock, sizeof(lock), "%s.lock", path);
	b = fixture_read(path);
	for (n = 0; !done; n += stride) {
		fixture_write(path, b.data, b.len);
		assert_true(n < 200 && (pid = fork()) >= 0);
		if (pid == 0)
			die_at(&d, path, n);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		done = WIFEXITED(status);
		assert_true(!done || WEXITSTATUS(status) == 0);
		all = is_there(&d, path);
	}
	assert_true(all && n > 5);
	free(b.data);
	(void)unlink(lock);
	end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_taken_with_all_that_follows),
		cmocka_unit_test(a_crash_at_any_step_takes_nothing_twice),
		cmocka_unit_test(
		    a_disk_that_is_full_at_any_write_leaves_it_for_later),
		cmocka_unit_test(a_process_may_die_at_any_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
