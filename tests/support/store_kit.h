/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the store share: directories, operations made from small
 * numbers, and what an operation answered as one line of text.  Everything
 * that has a number (mailbox 3, token 7) is some bytes that follow from it.
 */
#ifndef TESTS_STORE_KIT_H
#define TESTS_STORE_KIT_H

#include "store.h"

enum { KIT_ARGS = 6, KIT_TEXT = 1024, KIT_BODIES = 256,
    KIT_ANCHORS = 16, KIT_FIRST = 4, KIT_WATCHED = 8, KIT_HOLD = 16 };

/*
 * One operation.  ${arg}, by kind:
 *   CREATE	mailbox, token, code
 *   SUBSCRIBE	mailbox
 *   POST	mailbox, token, envelope, LETTER or PARCEL (KIT_FIRST,
 *		KIT_WATCHED, KIT_HOLD), body, expiry day
 *   KEEP	mailbox, counter
 *   ACK	mailbox, first envelope, how many
 *   FETCH	mailbox, after, max
 *   CLOSE	mailbox, code; 0: none
 *   SET_TOKEN	mailbox, token, keep
 *   ANCHOR	mailbox, expected and next value; 0: none
 *   RECALL	mailbox, token, envelope, expiry day
 *   SPLIT	code, pass, units
 *   ADMIT	code, units, expiry day
 *   PUT	invitation, key, code, pass, blob, expiry hour
 *   GET	invitation, reader
 *   REVOKE	invitation, key
 *   SWEEP	hour, max
 *   COUNT
 */
struct op kit_op(enum op_kind kind, const uint64_t arg[KIT_ARGS]);

/*
 * What an operation that ran tells besides its verdict:
 *   POST	"", "known", "nearly", "known nearly", "held", "held nearly"
 *   FETCH	"7L 8P +": envelopes 7 and 8, and there are more; a "!" is
 *		for a body that is not the one of that number
 *   GET	"blob 5"
 *   ANCHOR	"is 5", with TACIT_E_CONFLICT
 *   RECALL	"2 taken": the second statement; "!" if it does not follow
 *		from what it names
 *   SWEEP	"removed 2 more";  COUNT "m1 e2 i3 a4"
 */
void kit_text(char out[KIT_TEXT], const struct op *op);

/*
 * The bytes of envelope or blob body ${n}, which is taken modulo KIT_BODIES;
 * TACIT_PARCEL_LEN can be read.
 */
const uint8_t *kit_body(uint64_t n);

/* The bytes that stand for number ${n} of a kind of thing. */
void kit_name(uint8_t *out, size_t len, char what, uint64_t n);

/* A new directory, and its removal with all that is in it. */
void kit_dir_make(char path[64]);
void kit_dir_remove(const char *path);

/* TACIT_SEED, or a new one; printed, so that a run can be repeated. */
uint64_t kit_seed(void);
/* The next number of the stream that ${state} is in, below ${n}. */
uint64_t kit_random(uint64_t *state, uint64_t n);

/* Open a store that must open; run one op, which must not fail. */
struct store *kit_open(const char *dir, const struct store_limits *limits);
void kit_run(struct store *s, struct op *op);
/* Run one that must be granted, and forget what it gave. */
void kit_ask(struct store *s, enum op_kind kind, uint64_t a0, uint64_t a1,
    uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5);

/* How often ${what} occurs in the files of ${dir}. */
unsigned kit_grep(const char *dir, const void *what, size_t len);

#endif
