/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Very many clients in one thread: TCP, TLS 1.3 and WebSocket, never
 * blocking, each stopping and misbehaving where its kind says.  What cannot
 * fail in a sound test aborts it with a reason.
 */
#ifndef FLOOD_LINK_H
#define FLOOD_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "tacit/frame.h"

/* How far a link has come; WELCOME was read when it is LINK_OPEN. */
enum link_stage { LINK_NONE, LINK_TCP, LINK_TLS, LINK_HTTP, LINK_OPEN };

struct link;
struct links;

struct kind {
	const char *name;
	enum link_stage until;		/* it goes no further */
	int reads;			/* everything that comes */
	int floods;			/* step() whenever it can write */
	int again_ms;			/* connect again so long after an end */
	/* There, then each second, or as ${floods} says; -1: hang up. */
	int (*step)(struct links *, struct link *);
};

struct link {
	const struct kind *kind;
	uint32_t number;		/* within its kind */
	uint32_t from;			/* address, host order */
	enum link_stage stage;
	int fd;
	void *ssl;
	uint64_t due_ms;		/* step, or connect */
	uint32_t id, steps;
	tacit_Welcome welcome;
	uint32_t want;			/* events asked for */
	uint8_t connecting, upgraded;

	uint8_t *out;			/* not written yet */
	size_t out_len, out_cap;

	uint8_t head[10], text[512];	/* of what is being read */
	size_t head_len, text_len;
	uint64_t left;
};

struct links_count {
	uint32_t links, open;
	uint64_t tried, opened, closed;	/* since the start */
};

/* Links to loopback port ${port}; ${arg} is for the steps of kinds. */
struct links *links_new(uint16_t port, const void *arg);
const void *links_arg(const struct links *s);

/* ${n} links of ${kind} from ${sources} addresses that begin at ${from}. */
void links_add(struct links *s, const struct kind *kind, uint32_t n,
    uint32_t from, uint32_t sources);

/* Hang up all of ${kind}, for good. */
void links_drop(struct links *s, const struct kind *kind);

/* Go on for at most ${ms}. */
void links_run(struct links *s, int ms);
void links_count(const struct links *s, const struct kind *kind,
    struct links_count *c);

/* Write bytes as they are; what cannot go now goes later. */
void link_send(struct link *l, const void *data, size_t len);

/* Write one masked binary message of one frame. */
void link_send_frame(struct link *l, tacit_Frame *f, const uint8_t *body);

/* Read at most ${len} bytes below TLS's records, and forget them. */
void link_sip(struct link *l, size_t len);

uint64_t link_ms(void);

#endif
