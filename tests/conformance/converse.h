/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two good clients that converse in a thread of their own: one posts letters,
 * the other gets and acks them.  Each letter must be OKed, and delivered once
 * and in order, before the next is written.
 */
#ifndef CONFORMANCE_CONVERSE_H
#define CONFORMANCE_CONVERSE_H

#include "relay_proc.h"

struct converse;

/*
 * ${code} pays for the one mailbox.  ${on_demand}: a letter goes only when
 * converse_goes_on() waits for one, to stay within a relay's rates.
 */
struct converse *converse_start(const struct relay_proc *p,
    const uint8_t code[TACIT_CODE_LEN], int on_demand);

/*
 * Wait until a letter that was not yet written arrived.
 * Returns NULL, or what is wrong.
 */
const char *converse_goes_on(struct converse *t, int timeout_ms);

/* End it; ${letters}: how many arrived.  Returns NULL, or what is wrong. */
const char *converse_stop(struct converse *t, long *letters);

#endif
