/* SPDX-License-Identifier: Apache-2.0 */
/* How long connections wait; net_open() uses NET_TIMES, tests less. */
#ifndef CLIENT_NET_TIMES_H
#define CLIENT_NET_TIMES_H

#include <stdint.h>

struct net;

struct net_times {
	uint32_t connect_ms;		/* from open() to NET_OPEN */
	uint16_t ping_s, hangup_s;	/* since anything came */
};
#define NET_TIMES { 10000, 60, 90 }

int net_open_timed(struct net **out, const char *proxy,
    const struct net_times *times);

#endif
