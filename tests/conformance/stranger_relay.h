/* SPDX-License-Identifier: Apache-2.0 */
/* A relay that is not ours: what check-relay says about it, and is told. */
#ifndef CONFORMANCE_STRANGER_RELAY_H
#define CONFORMANCE_STRANGER_RELAY_H

#include <stdint.h>

#include "tacit/link.h"

/*
 * The relay that TACIT_CHECK_RELAY ("URL PIN KEY", as in a READY line) and
 * TACIT_CHECK_ADMISSION (its admission line) name: 1, or 0 if they are not set.
 * What makes no sense in them, or an unknown host, ends the program with 64.
 * Output:  ${place}, its host a numeric address; ${code}.
 */
int stranger_relay(struct tacit_place *place, uint8_t code[TACIT_CODE_LEN]);

/* Report whether WELCOME is signed as it must be; without it the run ends. */
void stranger_welcome(const struct tacit_place *place);

/* One line on stdout: BATCH, name, what was wanted, what came; tabs between. */
void stranger_case(const char *batch, const char *name, const char *want,
    const char *got);

#endif
