/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct transport over connections of the host (tacit/host.h): numbers,
 * pins, and the queue of what came; no socket.
 */
#ifndef CLIENT_HOSTED_H
#define CLIENT_HOSTED_H

#include "net.h"
#include "tacit/tacit.h"

struct hosted;

/* ${arg} is for the callbacks of ${use}.  Errors: TACIT_E_NOMEM. */
int hosted_open(struct hosted **out, const struct tacit_transport *use,
    void *arg);
/* Closes what is open; NULL is fine. */
void hosted_close(struct hosted *h);
struct transport *hosted_transport(struct hosted *h);

/* As those of net.h. */
int hosted_fd(const struct hosted *h);
int hosted_timeout_ms(const struct hosted *h);
void hosted_step(struct hosted *h, int timeout_ms);
void hosted_wake(struct hosted *h);
int hosted_next(struct hosted *h, struct net_event *out);

/* What the host says; returns as the calls of tacit/host.h. */
int hosted_opened(struct hosted *h, uint32_t conn, const uint8_t *key_hash);
int hosted_message(struct hosted *h, uint32_t conn, const void *message,
    size_t len);
int hosted_closed(struct hosted *h, uint32_t conn, int why);

#endif
