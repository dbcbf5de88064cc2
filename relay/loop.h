/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One turn of the event loop: collect what the store gave back, go on with
 * what waits for signatures, send verdicts on the tick, and the steps of a
 * stop.  Knows libev and no socket.
 */
#ifndef RELAY_LOOP_H
#define RELAY_LOOP_H

#include "dispatch.h"

struct loop;

/* Errors:  TACIT_E_NOMEM.  ${r->loop} and ${d} must outlive it. */
int loop_open(struct loop **out, struct relay *r, struct dispatch *d);
void loop_free(struct loop *l);		/* NULL does nothing */

/* From any thread: have the loop collect soon. */
void loop_wake(struct loop *l);

/* As ws_stop(). */
void loop_stop(struct loop *l);

/* From a prepare watcher after the loop's own: it must not sleep this turn. */
void loop_stay_awake(struct loop *l);

/* A clock that never goes back, in milliseconds and in microseconds. */
uint64_t loop_ms(void);
uint64_t loop_us(void);

#endif
