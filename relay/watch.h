/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patience with one connection: when it is pinged, when it is given up, how
 * long a message may take to arrive, and how many control frames it may send.
 * Pure: every time is an argument.
 */
#ifndef RELAY_WATCH_H
#define RELAY_WATCH_H

#include <stdint.h>

enum {
	WATCH_CONTROL_BURST = 30,	/* pings and the like at once, */
	WATCH_CONTROL_MS = 1000,	/* then one in so many ms */
	WATCH_CLOSING_MS = 10000	/* for what is queued before a close */
};

struct watch_limits {
	uint32_t ping_ms, hangup_ms;	/* without a sign of life */
	uint32_t message_ms;		/* from first byte to last */
};

struct watch {
	uint64_t alive_ms;		/* the last sign of life */
	uint64_t half_ms;		/* message ${half} was seen half */
	uint32_t half;			/* 0: none was */
	uint64_t closing_ms;		/* a close was seen waiting; 0: none */
	uint64_t control_ms;		/* when the next control frame is due */
	uint8_t pinged;
};

enum watch_verdict {
	WATCH_FINE,
	WATCH_PING,			/* ask whether it is there */
	WATCH_SLOW,			/* 1008: its message never ends */
	WATCH_DEAD			/* break off; it would not read a close */
};

void watch_begin(struct watch *w, uint64_t now_ms);

/* It sent something, or took something of ours. */
void watch_alive(struct watch *w, uint64_t now_ms);

/* It sent a control frame: 0, or -1 if these are too many. */
int watch_control(struct watch *w, uint64_t now_ms);

/*
 * About once a second.  ${half}: the number of the message whose rest is
 * missing, or 0; ${closing}: a close waits until all is written.
 */
enum watch_verdict watch_check(struct watch *w, const struct watch_limits *l,
    uint32_t half, int closing, uint64_t now_ms);

#endif
