/* SPDX-License-Identifier: Apache-2.0 */
/* The options of a question, as a person sees and chooses them. */
#ifndef CLI_CHOICE_H
#define CLI_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include <tacit/practice.h>

enum { CHOICE_NAME_SIZE = 12 };

/* Option ${i} as it is shown; NULL: it cannot be. */
const char *choice_shown(const struct tacit_checkin *k, uint32_t at,
    uint32_t i, char value[TACIT_CHECKIN_VALUE_SIZE]);

/* Beside options that begin with a digit a number would mean two of them. */
bool choice_letters(const struct tacit_checkin *k, uint32_t at, uint32_t n);

/* What stands before option ${i}: 1 and so on, or a to z, aa and so on. */
void choice_name(char out[CHOICE_NAME_SIZE], bool letters, uint32_t i);

/*
 * The option that a person means by ${text}: what stands before it, or it is
 * shown so itself, which goes first.  -1: none.
 */
int choice_find(const struct tacit_checkin *k, uint32_t at, uint32_t n,
    const char *text);

#endif
