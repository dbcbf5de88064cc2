/* SPDX-License-Identifier: Apache-2.0 */
/* How clients misbehave, one kind each. */
#ifndef FLOOD_KINDS_H
#define FLOOD_KINDS_H

#include "link.h"
#include "raw.h"

enum kind_of {
	/* There all the time, and cost as little as they can. */
	KIND_IDLE,
	KIND_SLOW_HEADER, KIND_SLOW_READER, KIND_NEVER_ACKER, KIND_DRIPPING,
	/* As fast as they can. */
	KIND_CONNECT, KIND_HELD, KIND_SPREAD, KIND_HANDSHAKE, KIND_GARBAGE,
	KIND_PING, KIND_POST, KIND_GET, KIND_SUBSCRIBE,
	KIND_COUNT
};

extern const struct kind kinds[KIND_COUNT];

/* What links_arg() of theirs is: mailboxes that never-ackers read. */
struct kinds_arg {
	const struct raw_mailbox *stuck;
	uint32_t n_stuck;
};

#endif
