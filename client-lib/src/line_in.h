/* SPDX-License-Identifier: Apache-2.0 */
/* What comes in on a line: frames to the parts that know what they mean. */
#ifndef CLIENT_LINE_IN_H
#define CLIENT_LINE_IN_H

#include "model.h"

/* What the transport says.  Returns storage failures only. */
int line_event(struct tacit *t, const struct net_event *e);

#endif
