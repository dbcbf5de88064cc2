/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out of a vault: our own connections (net.h), those of the host
 * (hosted.h), or, in a simulation, neither.
 */
#ifndef CLIENT_WAY_H
#define CLIENT_WAY_H

#include "supply.h"

/* Fill net or hosted, and transport, of ${t}.  Errors: net_open()'s. */
int way_open(struct tacit *t, const struct supply *c);
void way_close(struct tacit *t);

int way_is_there(const struct tacit *t);
int way_fd(const struct tacit *t);
int64_t way_timeout_ms(const struct tacit *t);
void way_step(struct tacit *t, int timeout_ms);
void way_flush(struct tacit *t);
void way_wake(struct tacit *t);
int way_next(struct tacit *t, struct net_event *out);

#endif
