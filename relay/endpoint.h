/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DIR/endpoint: where the relay listened when it last started, and with which
 * certificate, so that `admit` can name it while it does not run.
 */
#ifndef RELAY_ENDPOINT_H
#define RELAY_ENDPOINT_H

#include "config.h"
#include "keys.h"
#include "tacit/link.h"

/* Errors:  those of file_write(). */
int endpoint_save(const struct config *c);

/*
 * Put it over ${c}; without such a file ${c} stays as it is.
 * Errors:  TACIT_E_CORRUPT and those of file_read(), with a line on stderr.
 */
int endpoint_load(struct config *c);

/* How a client names the relay of ${c} and ${k}. */
void endpoint_place(struct tacit_place *p, const struct config *c,
    const struct keys *k);

/* 1 if ${c} listens on all addresses, which names none. */
int endpoint_is_wildcard(const struct config *c);

#endif
