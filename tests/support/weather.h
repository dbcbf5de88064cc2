/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCP forwarder on loopback in front of a port, through which a good relay
 * becomes a slow, a silent or a deaf one, and a good one again.
 */
#ifndef SUPPORT_WEATHER_H
#define SUPPORT_WEATHER_H

#include <stdint.h>

enum weather_kind {
	WEATHER_FAIR,
	WEATHER_CALM,		/* connections are made, nothing moves */
	WEATHER_DRIPS		/* to the client: one byte every 2 ms */
};

struct weather;

struct weather *weather_start(uint16_t target);
void weather_stop(struct weather *w);
uint16_t weather_port(const struct weather *w);
void weather_set(struct weather *w, enum weather_kind kind);

#endif
