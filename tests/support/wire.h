/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transport that is none: what conn.c asks of it is counted, and what it
 * has to send is taken out frame by frame.
 */
#ifndef TESTS_WIRE_H
#define TESTS_WIRE_H

#include <stdlib.h>
#include <string.h>

#include "conn.h"

struct wire {
	int writes;			/* times that it was asked to write */
	int reading;
};

static inline void
wire_write(void *w)
{
	((struct wire *)w)->writes++;
}

static inline void
wire_read(void *w, int on)
{
	((struct wire *)w)->reading = on;
}

static const struct conn_io wire_io = { wire_write, wire_read };

/*
 * Take the next frame that ${c} has to send; ${*at} is where in the first
 * message, 0 to begin.  The body is good until the next call.
 * Returns 0 if there is none; aborts on bytes that are no frame.
 */
static inline int
wire_next(struct conn *c, size_t *at, struct tacit_frame *f)
{
	const struct out *o = conn_output(c);
	size_t used;

	if (o != NULL && *at == o->len) {
		conn_written(c);
		*at = 0;
		o = conn_output(c);
	}
	if (o == NULL)
		return 0;
	if (tacit_frame_parse(f, &used, o->buf + CONN_HEADROOM + *at,
	    o->len - *at) != 0)
		abort();
	*at += used;
	return 1;
}

#endif
