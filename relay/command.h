/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admit, status, inspect: ask the relay that runs on the directory; if none
 * does, take its lock, open the database and answer oneself.
 *
 * Each prints its result on stdout and returns 0, or prints one line on
 * stderr and returns the error.
 */
#ifndef RELAY_COMMAND_H
#define RELAY_COMMAND_H

#include "config.h"
#include "options.h"

/* ${c} is what was configured; with ${o->config} NULL, the defaults. */
int command_admit(const struct options *o, struct config *c);
int command_status(const struct options *o, struct config *c);
int command_inspect(const struct options *o, struct config *c);

#endif
