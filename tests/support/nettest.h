/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of net.c share: a server, a place, waiting for events. */
#ifndef SUPPORT_NETTEST_H
#define SUPPORT_NETTEST_H

#include "net.h"
#include "net_times.h"
#include "wsserver.h"

/* Long enough for any machine; only a defect waits this long. */
enum { NETTEST_PATIENCE_MS = 30000 };

/* The place of ${s} under the name ${host}, pinned. */
struct tacit_place nettest_place(struct wsserver *s, const char *host);

int nettest_dial(struct net *n, uint32_t conn, const struct tacit_place *p);
int nettest_send(struct net *n, uint32_t conn, const void *msg, size_t len);
void nettest_hang_up(struct net *n, uint32_t conn);

/* The next event; fails the test after NETTEST_PATIENCE_MS. */
struct net_event nettest_next(struct net *n);
/* The same for a host that polls the descriptor and never waits in a step. */
struct net_event nettest_poll(struct net *n);
/* The next event, which must be this one of ${conn}; its ${why}. */
int nettest_expect(struct net *n, enum net_what what, uint32_t conn);
/* The next event must be this message. */
void nettest_expect_message(struct net *n, uint32_t conn, const void *msg,
    size_t len);

uint64_t nettest_ms(void);
/* Open descriptors of this process. */
unsigned nettest_fds(void);

#endif
