/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vault that is none, for fuzz_agent.c: what each call is given keeps to its
 * header, and what it answers is decided by ${state}.
 */
#ifndef FUZZ_AGENT_VAULT_H
#define FUZZ_AGENT_VAULT_H

#include <tacit/practice.h>

struct tacit;
struct tacit_practice;

/* Begin anew; both are static. */
void agent_vault_begin(uint32_t state, struct tacit **t,
    struct tacit_practice **p);

#endif
