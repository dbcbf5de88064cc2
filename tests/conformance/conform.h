/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run of cases against one real relay.  Beside it two good clients converse
 * all the time: after every case one more of their letters must have gone
 * from the one to the other, in order, before the next case begins.
 *
 * What a case leads to is said in words ("400", "close 1002", "error FRAME").
 * The file `deviations` lists the cases that libwebsockets answers otherwise,
 * version by version; such an answer must be exactly the one listed.
 *
 * Or the relay is somebody else's, of which there is only the address
 * (stranger_relay.h): nothing is listed then, and each case is reported.
 */
#ifndef CONFORMANCE_CONFORM_H
#define CONFORMANCE_CONFORM_H

#include "relay_proc.h"

enum { CONFORM_WORDS = 512 };

struct conform;

/*
 * Start relay and conversation; ${batch} is the first half of the name of
 * each case.  ${more}: lines for the relay's configuration.
 */
struct conform *conform_open(const char *batch, const char *more);

const struct relay_proc *conform_relay(const struct conform *c);

/* A new code, good for ${relationships}; of a stranger's relay the one code. */
void conform_code(struct conform *c, const char *relationships,
    uint8_t code[TACIT_CODE_LEN]);

/* Case ${name} led to ${got}; then the relay must be there and converse. */
void conform_case(struct conform *c, const char *name, const char *want,
    const char *got);

/*
 * The end: the log names nobody; prints "N cases, M deviations".
 * Returns the exit status of the program.
 */
int conform_close(struct conform *c);

#endif
