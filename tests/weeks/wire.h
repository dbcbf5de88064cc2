/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody who reads everything that a relay is sent and sends, and what lies
 * in its files: frames with their sizes, and the words that must not be there.
 */
#ifndef WEEKS_WIRE_H
#define WEEKS_WIRE_H

#include "book.h"
#include "stage.h"

enum { WIRE_KINDS = 64, WIRE_SAMPLES = 600, WIRE_SAMPLE = 48 };

struct wire {
	struct book *book;
	uint64_t frames[WIRE_KINDS];	/* by their number in frame.proto */
	uint64_t messages, letters;
	/* From the middle of letters that were posted, and later taken. */
	struct {
		uint8_t envelope[16], bytes[WIRE_SAMPLE];
		int taken;
	} sample[WIRE_SAMPLES];
	uint64_t posts;
	char dir[64];			/* of the relay */
};

void wire_begin(struct wire *w, struct book *b, struct stage *s);

/* Look for all marks in the files of ${dir}; ${what} they are. */
void wire_search(struct wire *w, const char *dir, const char *what);

/* The relay has stopped: no letter that was taken is in its files. */
void wire_shredded(struct wire *w);
void wire_end(struct wire *w);

#endif
