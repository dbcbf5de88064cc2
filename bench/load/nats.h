/* SPDX-License-Identifier: Apache-2.0 */
/* What a NATS server says, as lines with bodies.  No I/O and no state. */
#ifndef LOAD_NATS_H
#define LOAD_NATS_H

#include <stddef.h>
#include <stdint.h>

enum nats_kind {
	NATS_INFO, NATS_MSG, NATS_PING, NATS_PONG, NATS_ERR
};

enum {
	NATS_LINE_MAX = 4096,		/* without its end */
	NATS_BODY_MAX = 60000
};

/* All borrowed from the input; texts without an end of their own. */
struct nats_said {
	enum nats_kind kind;
	const char *subject;		/* NATS_MSG */
	size_t subject_len;
	const char *reply;		/* NATS_MSG; of length 0: none */
	size_t reply_len;
	const uint8_t *body;		/* NATS_MSG; NATS_ERR: the reason */
	size_t body_len;
};

/*
 * What stands at the front of ${len} bytes.
 * Returns its length; 0: more is needed; -1: nothing that we understand
 * (headers were not asked for, so HMSG is among these).
 */
ptrdiff_t nats_parse(struct nats_said *s, const uint8_t *data, size_t len);

/*
 * The number behind the last dot of a subject, as in "answer.7.42".
 * Returns 0, or -1 if there is none below 2^63.
 */
int nats_number(uint64_t *out, const char *subject, size_t len);

#endif
