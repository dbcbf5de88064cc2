/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the relay says while it runs: one event per line on stderr.  The
 * narrow arguments are the point: an event is a fixed word, a number is a
 * count, and no address, mailbox, key or code can be passed by mistake.
 */
#ifndef RELAY_LOG_H
#define RELAY_LOG_H

#include <stdint.h>

/* "tacit-relay: EVENT" */
void log_event(const char *event);

/* "tacit-relay: EVENT WHAT=N" */
void log_count(const char *event, const char *what, uint64_t n);

/* "tacit-relay: EVENT error=WORD", the word of an enum tacit_error. */
void log_error(const char *event, int err);

/* "tacit-relay: DIR/relay.db: why it cannot be used", for the operator. */
void log_store(const char *dir, int err);

#endif
