/* SPDX-License-Identifier: Apache-2.0 */
/* What comes in on a line: frames to the parts that know what they mean. */
#ifndef CLIENT_LINE_IN_H
#define CLIENT_LINE_IN_H

#include "model.h"

/*
 * What the transport says.  Returns storage failures only.  A message of many
 * frames may end with the turn; if ${e->taken} is below ${e->len}, the next
 * call goes on there.
 */
int line_event(struct tacit *t, struct net_event *e);

#endif
