/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every call from inside every callback: TACIT_E_REENTERED, and the call that
 * it is inside of goes on as if nothing had been.
 */
#include "world.h"

static struct world w;
static size_t calls, wrong;
static int inside, within[4];

/* In a callback of the vault; once for each of them is enough. */
static void
call_all(int which)
{
	if (inside || within[which]++ > 0)
		return;
	inside = 1;
	calls += world_all_say(&w, EVERY_VAULT, TACIT_E_REENTERED, &wrong);
	calls += world_all_say(&w, EVERY_CONTACT, TACIT_E_REENTERED, &wrong);
	tacit_wake(w.t);
	tacit_close(w.t);
	inside = 0;
}

static int64_t (*clock_of)(void *arg);
static struct tacit_transport transport;

static int64_t
now_ms(void *arg)
{
	if (w.t != NULL)
		call_all(0);
	return clock_of(arg);
}

static int
open_wire(void *arg, const struct tacit_peer *peer)
{
	call_all(1);
	return transport.open(arg, peer);
}

static int
send_wire(void *arg, uint32_t conn, const void *message, size_t len)
{
	call_all(2);
	return transport.send(arg, conn, message, len);
}

static void
close_wire(void *arg, uint32_t conn)
{
	call_all(3);
	transport.close(arg, conn);
}

static const struct tacit_transport ours = {
	sizeof(ours), open_wire, send_wire, close_wire
};

/* A callback of the practice layer. */
static int
write_all(void *context, const void *bytes, size_t len)
{
	(void)context;
	(void)bytes;
	(void)len;
	if (inside)
		return 0;
	inside = 1;
	calls += world_all_say(&w, EVERY_PRACTICE, TACIT_E_REENTERED, &wrong);
	calls += world_all_say(&w, EVERY_CHECKIN, TACIT_E_REENTERED, &wrong);
	tacit_practice_close(w.p);
	inside = 0;
	return 0;
}

int
main(void)
{
	struct tacit_record_options o = { .size = sizeof(o),
	    .format = "json" };
	struct tacit_record record = { .size = sizeof(record) };
	const struct tacit_writer to = { write_all, NULL };
	size_t i;

	world_open(&w, APP_WIRES | APP_CLOCK | APP_LOG);
	/* The same vault with callbacks that misbehave. */
	tacit_series_close(w.s);
	tacit_checkin_close(w.c);
	tacit_practice_close(w.p);
	tacit_close(w.t);
	w.t = NULL;
	clock_of = w.client.host.now_ms;
	transport = *w.client.host.transport;
	w.client.host.now_ms = now_ms;
	w.client.host.transport = &ours;
	HELD(wrong, app_reopen(&w.client) == 0);
	w.t = w.client.p.t;
	w.ct = w.client.p.ct;
	HELD(wrong, tacit_practice_open(&w.p, w.t) == 0);
	HELD(wrong, tacit_series_open(&w.s, w.p, w.ct, NULL) == 0);
	w.c = NULL;
	world_is_sound(&w);
	for (i = 0; i < 3; i++)
		HELD(wrong, within[i] > 0);
	{
		struct tacit_checkin_info info = { .size = sizeof(info) };

		HELD(wrong, tacit_checkin_next(w.p, w.ct, NULL, &info) == 1);
		HELD(wrong, tacit_checkin_open(&w.c, w.p, w.ct,
		    info.id) == 0);
	}
	HELD(wrong, tacit_record_write(w.p, w.ct, &o, w.now, &to,
	    &record) == 0);
	world_is_sound(&w);
	world_close(&w);
	HELD(wrong, within[3] > 0);
	return world_verdict("re_entry", calls, wrong);
}
