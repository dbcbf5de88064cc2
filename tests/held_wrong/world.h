/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A practice and a client beside a real relay, with everything of them open
 * that a host can hold; and every public call on what the client holds.
 */
#ifndef HELD_WRONG_WORLD_H
#define HELD_WRONG_WORLD_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "tacit/erase.h"
#include "tacit/practice.h"
#include "tacit/vault_log.h"

enum { ROOMS = 12, ROOM = 128 * 1024 };

struct world {
	struct relay_proc relay;
	struct app practice, client;
	struct tacit_practice *pp;	/* of the practice */
	/* What the calls below are made on: the client's. */
	struct tacit *t;
	struct tacit_contact *ct;
	struct tacit_practice *p;
	struct tacit_checkin *c;
	struct tacit_series *s;
	int64_t now;
	struct tacit_config cfg;	/* of nothing that there is */
	struct tacit_writer writer;
	struct tacit_reader reader;
	size_t bad_size;		/* 0: structs are as they should be */
	_Alignas(16) char room[ROOMS][ROOM];
};

enum every_kind {
	EVERY_NONE, EVERY_VAULT, EVERY_CONTACT, EVERY_PRACTICE, EVERY_CHECKIN,
	EVERY_SERIES
};
enum every_result { EVERY_INT, EVERY_OTHER };

/* Made of the headers by every.py. */
struct every {
	const char *name;
	const char *null;		/* the parameter that is NULL; or "" */
	int must;			/* it must not be */
	enum every_kind kind;		/* of the handle that it is called on */
	enum every_result result;	/* an error; or what says nothing: 0 */
	int structs;			/* that it takes and have a size */
	long (*call)(struct world *w);
};
extern const struct every every[];
extern const size_t n_every;

/* Aborts if it cannot be made.  ${supplies} is of app.h, for the client. */
void world_open(struct world *w, unsigned supplies);
void world_close(struct world *w);

/* A struct in a room: zeros, and its size or ${w->bad_size}. */
void world_room(struct world *w, size_t i, size_t size);

/* Texts still go both ways. */
void world_is_sound(struct world *w);

/*
 * Each call on a handle of ${kind} says ${error}; those whose result is no
 * error say 0.  How many calls were made; failures are printed and counted.
 */
size_t world_all_say(struct world *w, enum every_kind kind, int error,
    size_t *wrong);

/* Print and count what is not so. */
#define HELD(wrong, is_so) do { \
	if (!(is_so)) { \
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, \
		    #is_so); \
		(wrong)++; \
	} \
} while (0)

/* The end of each program: says how many calls it made. */
int world_verdict(const char *what, size_t calls, size_t wrong);

#endif
