/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handles that were closed, of each kind, and pointers that never were
 * handles: TACIT_E_HANDLE, also when other vaults were opened since.
 */
#include <stdlib.h>

#include "world.h"

enum { LIVES = 150 };

static struct world w;

/* What is behind ${w} is closed: calls on it, and closing it once more. */
static size_t
all_stale(size_t *wrong)
{
	size_t n = world_all_say(&w, EVERY_VAULT, TACIT_E_HANDLE, wrong);

	n += world_all_say(&w, EVERY_CONTACT, TACIT_E_HANDLE, wrong);
	n += world_all_say(&w, EVERY_PRACTICE, TACIT_E_HANDLE, wrong);
	n += world_all_say(&w, EVERY_CHECKIN, TACIT_E_HANDLE, wrong);
	n += world_all_say(&w, EVERY_SERIES, TACIT_E_HANDLE, wrong);
	tacit_wake(w.t);
	tacit_series_close(w.s);
	tacit_checkin_close(w.c);
	tacit_practice_close(w.p);
	tacit_close(w.t);
	return n;
}

/* No handles: others' memory, numbers, handles of the wrong kind. */
static size_t
no_handles(size_t *wrong)
{
	static char memory[64];
	void *const bad[] = { memory, memory + 8, (void *)8, (void *)1,
	    (void *)-1, (void *)-8, (void *)(intptr_t)0x7ffffffffff8,
	    w.pp, w.practice.p.ct, };
	struct world was = w;
	size_t i, n = 0;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		w.t = bad[i];
		w.p = bad[i] == w.pp ? (void *)memory : bad[i];
		w.c = bad[i];
		w.s = bad[i];
		w.ct = bad[i] == w.practice.p.ct ? (void *)memory : bad[i];
		n += all_stale(wrong);
	}
	w.t = was.t;
	w.p = was.p;
	w.c = was.c;
	w.s = was.s;
	w.ct = was.ct;
	return n;
}

/* A contact of one vault does not become that of another. */
static size_t
many_lives(size_t *wrong)
{
	struct tacit_contact *old = w.ct;
	struct tacit *was = w.t;
	size_t i, n = 0;

	for (i = 0; i < 5; i++) {
		HELD(*wrong, app_reopen(&w.client) == 0);
		HELD(*wrong, w.client.p.t != was && w.client.p.ct != old);
		HELD(*wrong, tacit_verify(old) == TACIT_E_HANDLE);
		HELD(*wrong, tacit_contact_next(w.client.p.t, old) == NULL);
		HELD(*wrong, tacit_hold_get(w.client.p.t, old) ==
		    TACIT_E_HANDLE);
		HELD(*wrong, tacit_hold_get(w.client.p.t,
		    w.practice.p.ct) == TACIT_E_INVALID);
		n += 4;
		tacit_close(w.client.p.t);
	}
	HELD(*wrong, app_reopen(&w.client) == 0);
	n += all_stale(wrong);
	return n;
}

/* So many that places are used again: an old handle stays an old one. */
static size_t
many_handles(size_t *wrong)
{
	static const uint8_t key[TACIT_VAULT_KEY_SIZE] = { 1 };
	struct tacit_config cfg = TACIT_CONFIG_INIT;
	struct tacit_host host = TACIT_HOST_INIT;
	static struct tacit *old[LIVES];
	char path[256];
	size_t i, k;

	(void)snprintf(path, sizeof(path), "%s/many", w.relay.base);
	cfg.path = path;
	cfg.host = &host;
	host.key = key;
	HELD(*wrong, tacit_create(&cfg, "many") == 0);
	for (i = 0; i < LIVES; i++) {
		HELD(*wrong, tacit_open(&old[i], &cfg) == 0);
		for (k = 0; k < i; k++)
			HELD(*wrong, tacit_fd(old[k]) == TACIT_E_HANDLE);
		HELD(*wrong, tacit_fd(old[i]) >= 0);
		tacit_close(old[i]);
	}
	return LIVES * LIVES / 2;
}

int
main(void)
{
	size_t calls = 0, wrong = 0;

	world_open(&w, 0);
	calls += many_handles(&wrong);
	calls += no_handles(&wrong);
	world_is_sound(&w);

	/* The vault first: what stands on it finds that out. */
	tacit_close(w.t);
	calls += world_all_say(&w, EVERY_VAULT, TACIT_E_HANDLE, &wrong);
	calls += world_all_say(&w, EVERY_CONTACT, TACIT_E_HANDLE, &wrong);
	HELD(wrong, tacit_practice_step(w.p, w.now) == TACIT_E_HANDLE);
	HELD(wrong, tacit_checkin_submit(w.c) < 0);
	tacit_practice_close(w.p);
	calls += world_all_say(&w, EVERY_PRACTICE, TACIT_E_HANDLE, &wrong);
	calls += world_all_say(&w, EVERY_CHECKIN, TACIT_E_HANDLE, &wrong);
	tacit_checkin_close(w.c);
	tacit_series_close(w.s);
	calls += all_stale(&wrong);
	calls += many_lives(&wrong);
	world_is_sound(&w);
	world_close(&w);
	return world_verdict("use_after_close", calls, wrong);
}
