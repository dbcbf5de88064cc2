/* SPDX-License-Identifier: Apache-2.0 */
/* What a relay does on one connection, told in words. */
#ifndef CONFORMANCE_TOLD_H
#define CONFORMANCE_TOLD_H

#include "conform.h"

/*
 * Read WebSocket frames until the answer to request ${until} comes, or the
 * end, or nothing more.  Words: "ok", "error FRAME", "pong 3", "deliver",
 * "close 1002", "closed" (without a close frame), "open" (nothing comes).
 * WELCOME makes it write PING ${until}.  ${until}'s own OK is not told; 0: there is none.
 */
void told_frames(struct raw_ws *w, uint32_t until, char out[CONFORM_WORDS]);

/*
 * Read as many words as ${want} has; then write PING ${until} and tell what
 * else comes before its answer.
 */
void told_answers(struct raw_ws *w, const char *want, uint32_t until,
    char out[CONFORM_WORDS]);

/*
 * Read an HTTP answer and what follows.  Words: "400", "closed" (no answer),
 * "silent"; "?" behind a status whose headers lack something; after a
 * 101 what comes is told as above, and behind WELCOME PING ${until} is asked.
 */
void told_http(struct raw_ws *w, uint32_t until, int patience_ms,
    char out[CONFORM_WORDS]);

/* Write request PING ${id}; 0 or a RAW_*. */
int told_ping(struct raw_ws *w, uint32_t id);

/* ${out} becomes what it was and ${word}. */
void told_add(char out[CONFORM_WORDS], const char *word);

/* The TACIT_E_ name of an error, as in "error FRAME"; or "ok". */
void told_verdict(int rc, char out[CONFORM_WORDS]);

enum { TOLD_PATIENCE_MS = 5000, TOLD_CLOSING_MS = 300 };

#endif
