/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RELAY_SERVE_H
#define RELAY_SERVE_H

#include "config.h"

/*
 * Run the relay until SIGTERM or SIGINT.  Everything of it is brought up
 * before the READY line is printed, and in the order in which a failure costs
 * least: lock, keys, store, control socket, store thread, listening socket.
 *
 * Returns 0 after a signal, or the error that kept it from starting or
 * stopped it, which was said on stderr.
 */
int serve(const struct config *config);

#endif
