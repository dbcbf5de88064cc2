/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory twin: a store so plain that it can be held against PROTOCOL.md
 * line by line.  It is the oracle of tests/store, keeps everything in arrays
 * that it searches from end to end, and never fails but by abort().
 */
#ifndef TESTS_STORE_MEM_H
#define TESTS_STORE_MEM_H

#include "store.h"

struct store *store_mem_new(const struct store_limits *limits);

/* What is in ${s} now, while nothing runs in it, for another process. */
struct store *store_mem_copy(const struct store *s);

/* Another process has it: of no envelope it knows the whole life. */
void store_mem_restarted(struct store *s);

#endif
