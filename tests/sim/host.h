/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay of the simulation: its real dispatch, hub and commit over its
 * real SQLite store, on a disk of ours, its store thread as a coroutine.
 */
#ifndef SIM_HOST_H
#define SIM_HOST_H

#include "actor.h"
#include "disk.h"

struct host;
struct wire;				/* a connection, relay's side */

/* Not started yet; its files are on ${d}, which is /sim/${number}. */
struct host *host_new(struct actor *a, struct disk *d, unsigned number);
void host_free(struct host *h);

/* 0, or why the process does not start. */
int host_start(struct host *h);
/* It ends, and every wire with it; how, the disk knows. */
void host_stop(struct host *h);
int host_runs(const struct host *h);
/* It would stop by itself: its storage has failed. */
int host_failed(const struct host *h);

/* The public half of its signing key. */
const uint8_t *host_key(const struct host *h);
/* Have it know an admission code. */
void host_admit(struct host *h, const uint8_t code[16], uint32_t units);

struct wire *host_accept(struct host *h);
void host_hang_up(struct wire *w);
/* 0, or the relay closes. */
int host_input(struct wire *w, const uint8_t *msg, size_t len);
/* The next message for the client, malloc'ed; NULL: none. */
uint8_t *host_output(struct wire *w, size_t *len);
/* As the setting reserve_mib, in this life and all that follow. */
void host_room(struct host *h, uint32_t mib);
/* An envelope that ${w} was sent is acked by nobody and gone: 1; 0: it stays. */
int host_lose(struct wire *w, const uint8_t *address,
    const uint8_t *envelope);
int host_has_output(const struct wire *w);
/* The relay closes this one: all is written. */
int host_closes(const struct wire *w);

/* The store thread has work; and: it does some. */
int host_owes(const struct host *h);
void host_store(struct host *h);
/* One turn of the loop: what came back, what waits, the tick, the clock. */
void host_turn(struct host *h);
void host_second(struct host *h);
/* When a turn has something to do by then: a tick, the end of a window; -1. */
int64_t host_due(const struct host *h);

uint64_t host_envelopes(struct host *h);

#endif
