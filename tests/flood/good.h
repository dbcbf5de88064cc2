/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clients as they should be: each posts to a mailbox, reads it and acks, at a
 * steady pace, and every letter is followed to its end.
 */
#ifndef FLOOD_GOOD_H
#define FLOOD_GOOD_H

#include "relay_proc.h"

enum { GOOD_PACE_MS = 20, GOOD_FRESH_MS = 1000 };

struct good;

struct good_figures {
	uint32_t letters;		/* posted, delivered and acked */
	uint32_t lost;			/* refused, late, or not what was posted */
	uint32_t fresh, fresh_failed;	/* new connections with a ping */
	double p50_ms, p99_ms, max_ms;	/* POST to OK, from when it was due */
	double fresh_max_ms;
};

/* ${n} clients, each with a mailbox that ${code} pays for. */
struct good *good_new(const struct relay_proc *p, uint32_t n,
    const uint8_t code[TACIT_CODE_LEN]);
void good_free(struct good *g);

/*
 * Two go on for ${seconds}, a letter of the one after a letter of the other,
 * so that both meet the same neighbours on the machine.
 */
void good_play(struct good *const g[2], int seconds,
    struct good_figures out[2]);

#endif
