/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where what is printed goes, a piece at a time: a file, a pipe, memory.
 *
 * The first failure stays: nothing is written after it, so who prints need
 * ask for it once, at the end.
 */
#ifndef PRACTICE_SINK_H
#define PRACTICE_SINK_H

#include <stddef.h>

enum { SINK_FORMAT_MAX = 512 };

struct sink {
	/* All ${len} bytes, or an error of tacit/error.h. */
	int (*write)(void *context, const void *bytes, size_t len);
	void *context;
	int error;			/* 0 at the beginning */
};

void sink_put(struct sink *s, const void *bytes, size_t len);
void sink_text(struct sink *s, const char *text);

/*
 * For numbers, and words of our own: up to SINK_FORMAT_MAX bytes, else the
 * error is TACIT_E_LIMIT.
 */
void sink_format(struct sink *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
