/* SPDX-License-Identifier: Apache-2.0 */
/* What wire.c (buffers, framing) and wire_net.c (sockets) share. */
#ifndef LOAD_WIRE_PRIV_H
#define LOAD_WIRE_PRIV_H

#include "wire.h"

struct tls;

struct wires {
	int epoll;
	struct tls *tls;		/* NULL until the first that needs it */
	uint64_t random;		/* of masks: never 0 */
	struct wire **dirty;		/* with something to write */
	size_t n_dirty, dirty_cap;
	size_t n_wires;
};

/* Space for reading: at least 1 byte, ${*cap} of them. */
uint8_t *wire_space(struct wire *w, size_t *cap);

/* ${len} bytes were read there: make payload of them as far as it goes. */
void wire_got(struct wire *w, size_t len);

/* Finish the open message: nothing is added to it any more. */
void wire_seal(struct wire *w);

/* One control frame, after what waits. */
void wire_control(struct wire *w, uint8_t opcode, const uint8_t *data,
    size_t len);

#endif
