/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stage: real cores of the library over real vaults, and the real core of
 * a relay, with a network, a clock and crashes that a test decides about.
 */
#ifndef STAGE_H
#define STAGE_H

#include "core.h"
#include "stage_relay.h"

enum { STAGE_ENDS = 40 };

struct stage;

/* A stage whose vaults lie in ${dir}; all that happens follows from ${seed}. */
struct stage *stage_new(const char *dir, uint64_t seed);
void stage_free(struct stage *s);

/* The core of end ${i}, made at first use under the name "end 0", ... */
struct tacit *stage_end(struct stage *s, int i);
struct stage_relay *stage_relay(struct stage *s);

/* How many anchors end ${i} has at its relay, as far as it knows. */
uint64_t stage_anchors(struct stage *s, int i);

/* ${r} is the relay of all ends from now on; the one before is freed. */
void stage_use_relay(struct stage *s, struct stage_relay *r);

/* End ${i} finds ${r} where it looks for its relay, from its next connection. */
void stage_route(struct stage *s, int i, struct stage_relay *r);

/*
 * Somebody on the wire who sees every message between the ends and their
 * relays: true lets it pass.  For end ${i} on its connection ${conn}.
 */
struct stage_tap {
	int (*down)(void *arg, int i, uint32_t conn, const uint8_t *msg,
	    size_t len);
	int (*up)(void *arg, int i, uint32_t conn, const uint8_t *msg,
	    size_t len);
	void *arg;
};
void stage_tap(struct stage *s, const struct stage_tap *tap);
/* A message for end ${i}, as if its relay had sent it. */
void stage_inject(struct stage *s, int i, uint32_t conn, const uint8_t *msg,
    size_t len);

/* A message of end ${i} goes on to its relay, past the tap. */
void stage_forward(struct stage *s, int i, uint32_t conn, const uint8_t *msg,
    size_t len);

/* Uniform below ${n}, from the seed. */
uint32_t stage_below(struct stage *s, uint32_t n);
void stage_sleep(struct stage *s, int64_t ms);
int64_t stage_now(const struct stage *s);	/* Unix ms */

/*
 * End ${i} takes its turn: one message that came in, if there is one, then
 * all that the core wants to do.  True if there was a message; if there was
 * none, 40 ms passed.
 */
int stage_turn(struct stage *s, int i);

/* The same where the core may fail: ${*rc} is what it said. */
int stage_try(struct stage *s, int i, int *rc);
/* True if a message waits for end ${i}. */
int stage_has_input(const struct stage *s, int i);

/* The relay's answers arrive in the queues of the ends. */
void stage_relay_turn(struct stage *s);

/* End ${i} stops between two instructions of its core and starts again. */
void stage_crash(struct stage *s, int i);

/* Open the vault of an end, or a copy of one, at ${path}. */
int stage_vault(struct vault **out, const char *path);

/*
 * Keep a copy of end ${i}'s vault file as it is now, under number ${n}; and
 * put that copy in the place of the vault: the end starts again from it.
 */
void stage_keep(struct stage *s, int i, int n);
void stage_put_back(struct stage *s, int i, int n);

/* The same of a vault that was restored from a backup made now. */
void stage_keep_backup(struct stage *s, int i, int n);

/* All connections of end ${i} are lost, with what was on them. */
void stage_cut(struct stage *s, int i);

/* Let all ends run, with time passing, until nothing moves any more. */
void stage_quiesce(struct stage *s);

#endif
