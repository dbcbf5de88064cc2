/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where connections come from, and how many one source may have.  A source
 * is an IPv4 address or an IPv6 network of 64 bits.  It is known by a hash
 * under a salt that is in memory only and no older than an hour; a name of
 * its own, drawn at random, stands for it everywhere else.
 *
 * What counts survives a new salt: of a source with open connections the
 * hash is made again, from what the kernel knows; one without is found under
 * the salt before, until that is wiped.
 *
 * Thread:  the loop's only.
 */
#ifndef RELAY_SOURCE_H
#define RELAY_SOURCE_H

#include <stddef.h>
#include <stdint.h>

enum {
	SOURCE_NAME_LEN = 16,
	SOURCE_IP_MAX = 16,
	SOURCE_SALT_MS = 1800000,	/* in use, and as long again before */
	SOURCE_GRACE_MS = 1000,		/* of a handshake that says something */
	SOURCE_OVER = 16,		/* too many, until the next expulsion */
	SOURCE_IDLE_MAX = 16384		/* remembered without connections */
};

struct source_limits {
	uint32_t open;			/* connections of one source, */
	uint32_t unfinished;		/* of these in their handshake, */
	uint32_t per_second;		/* new ones, after a burst of ${open} */
	uint32_t all_unfinished;	/* of all sources: see source_admit() */
	uint32_t handshake_ms;		/* then a handshake is given up */
};

enum source_state { SOURCE_UNFINISHED, SOURCE_FINISHED, SOURCE_LEAVING };

/* Unfinished ones, by age. */
struct guest_queue {
	struct guest *oldest, *youngest;
};

/* One connection, from its first byte to its last. */
struct guest {
	struct source *source;
	struct guest *next, **prev;		/* all */
	struct guest *younger, *older;		/* of ${queue} */
	struct guest_queue *queue;		/* NULL: not unfinished */
	uint64_t since_ms;
	void *wire;			/* the transport's own, or NULL */
	enum source_state state;
};

struct sources;
struct sockaddr_storage;

/* What the transport knows of a connection. */
struct source_wire {
	/* Fill in where from; return how many bytes that has, 0: unknown. */
	size_t (*address)(void *wire, uint8_t ip[SOURCE_IP_MAX]);
	/* Has not one byte come from it? */
	int (*is_silent)(void *wire);
};

/*
 * Owner:  ${io} must outlive it.
 * Errors:  TACIT_E_NOMEM.
 */
int sources_open(struct sources **out, const struct source_limits *l,
    const struct source_wire *io, uint64_t now_ms);
void sources_free(struct sources *s);	/* NULL does nothing */

/* What of ${ss}, or of the peer of socket ${fd}, names a source; 0: nothing. */
size_t source_of(uint8_t ip[SOURCE_IP_MAX], const struct sockaddr_storage *ss);
size_t source_address(int fd, uint8_t ip[SOURCE_IP_MAX]);

/*
 * A connection came.  Owner: the caller, until guest_gone().
 * Returns NULL if its source has too many already, makes them too fast, or
 * there is no memory: then nothing has changed.  Likewise if too many of all
 * sources are unfinished and none of them can go.  One that said something
 * has its grace: if handshakes came faster than they are done, and each new
 * one ended an old one, none would ever be done.
 */
struct guest *source_admit(struct sources *s, const uint8_t *ip, size_t len,
    uint64_t now_ms);

/*
 * The guest that must go now: its handshake took too long, or there are too
 * many and it is the oldest that is silent, or the oldest and its grace is
 * over.  It counts as leaving from here on.  NULL: none.
 */
struct guest *source_expel(struct sources *s, uint64_t now_ms);

/* Milliseconds until source_expel() may have one again; 0: never. */
uint64_t source_next_ms(const struct sources *s, uint64_t now_ms);

/* The handshake is done; and: the connection is gone. */
void guest_finished(struct sources *s, struct guest *g);
void guest_gone(struct sources *s, struct guest *g);	/* frees ${g} */

/* What stands for the source of ${g}: SOURCE_NAME_LEN bytes. */
const uint8_t *guest_name(const struct guest *g);

/* Draw a new salt if the time has come. */
void sources_rotate(struct sources *s, uint64_t now_ms);

/* Sources that are known. */
size_t sources_count(const struct sources *s);

#endif
