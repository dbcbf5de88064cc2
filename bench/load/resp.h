/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RESP 2, what Redis speaks, one element at a time: an array is its count,
 * and then its elements come.  No I/O and no state.
 */
#ifndef LOAD_RESP_H
#define LOAD_RESP_H

#include <stddef.h>
#include <stdint.h>

enum resp_kind {
	RESP_STATUS = '+', RESP_ERROR = '-', RESP_NUMBER = ':',
	RESP_BULK = '$', RESP_ARRAY = '*'
};

enum {
	RESP_LINE_MAX = 1024,		/* without its end */
	RESP_BULK_MAX = 60000,
	RESP_ARRAY_MAX = 65536,
	RESP_HEAD_MAX = 16		/* what a bulk adds to its bytes, at most */
};

struct resp {
	enum resp_kind kind;
	int nil;			/* bulk or array that is not there */
	int64_t number;			/* number; length of an array */
	const uint8_t *text;		/* else; borrowed from the input */
	size_t text_len;
};

/*
 * The element at the front of ${len} bytes.
 * Returns its length; 0: more is needed; -1: none, or one over its limit.
 */
ptrdiff_t resp_parse(struct resp *r, const uint8_t *data, size_t len);

/*
 * Write the head of a command of ${n} words, or one word, at ${to}; return
 * the length: at most RESP_HEAD_MAX and the word.
 */
size_t resp_command(uint8_t *to, size_t n);
size_t resp_word(uint8_t *to, const void *word, size_t len);

#endif
