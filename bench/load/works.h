/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The works by name, as --works lists them: "mail" (enqueue to offline
 * recipients, then drain), "online" (both online, as fast as it goes),
 * "rate:N" (both online, N a second), "paced:N" (offline, N a second, then
 * drained), "one" (a window of one, offline), "pair" (one sender, one
 * recipient, online), "idle" (connections that do nothing, and stay),
 * "restart", "subscribe", "wait:SECONDS"; "fill" (what is stored for others
 * comes now, not first) and "round:N" (what follows is of that round).
 */
#ifndef LOAD_WORKS_H
#define LOAD_WORKS_H

#include "run.h"

struct plan {
	const char *driver;
	const char *works;		/* with commas between */
	const char *dir;		/* an empty directory, or NULL: made */
	uint64_t letters;
	uint64_t to_store, stored;	/* for others: in the end, and now */
	uint32_t recipients, senders, window, body, seconds, idle, patience;
	uint32_t round;			/* a number for the report */
	int plain;
	const char *settings;
	const char *label;		/* what is unlike other runs; or NULL */
	enum tamper tamper;
};

/* 1 if each name of ${works} is one; else ${bad} is a copy of the first. */
int works_known(const char *works, char *bad, size_t cap);

/*
 * Run ${p}: one line of JSON on standard output for each measurement.
 * Exits FAIL_VOID after the line of a work that was not sound.
 */
void works_run(const struct plan *p);

#endif
