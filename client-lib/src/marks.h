/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of numbers that mostly grows by one: a high-water mark and the ranges
 * missing below it.  Serves as replay mark (of counters) and as `have` (of
 * seqs).  No allocation; the struct is stored as it is encoded here.
 */
#ifndef CLIENT_MARKS_H
#define CLIENT_MARKS_H

#include <stddef.h>
#include <stdint.h>

enum { MARKS_MISSING_MAX = 64, MARKS_ENCODED_MAX = 8 + 2 + 64 * 16 };

struct marks_range {
	uint64_t from, to;		/* both included */
};

struct marks {
	uint64_t high;			/* highest number in the set; 0: none */
	uint16_t n;
	struct marks_range missing[MARKS_MISSING_MAX];	/* ascending */
};

/* True if ${number} (>= 1) is in the set. */
int marks_has(const struct marks *m, uint64_t number);

/*
 * Add ${number} >= 1.  If more than MARKS_MISSING_MAX ranges would be
 * missing, the lowest is taken into the set: an old hole counts as seen.
 * Returns 1 if it was new, 0 if it was in the set.
 */
int marks_add(struct marks *m, uint64_t number);

/*
 * True if marks_add() of ${number} takes no hole into the set.  Who tells the
 * other end what it has must ask first: a hole taken for seen is a message
 * that is never sent again.
 */
int marks_keeps(const struct marks *m, uint64_t number);

/* Everything up to this number is in the set. */
uint64_t marks_contiguous(const struct marks *m);

/* The first ${max} ranges in the set above marks_contiguous(). */
size_t marks_ranges(const struct marks *m, struct marks_range *out,
    size_t max);

/* Bytes written, at most MARKS_ENCODED_MAX; read returns 0 or
 * TACIT_E_CORRUPT (not ascending, overlapping, over the high mark). */
size_t marks_write(uint8_t *out, const struct marks *m);
int marks_read(struct marks *m, const uint8_t *in, size_t len);

#endif
