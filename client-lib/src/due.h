/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that a contact still has to make of a relay, one at a time, each
 * on a throwaway connection: bits of ${rec.due}, in the order of enum due.
 * All are safe to repeat after a crash or a lost answer.
 */
#ifndef CLIENT_DUE_H
#define CLIENT_DUE_H

#include "model.h"
#include "frame.pb.h"

/* The request that comes next, or 0. */
enum due due_next(const struct tacit_contact *ct);

/* Put it on ${ct->once}, a line that is ready. */
int due_ask(struct tacit_contact *ct);

/*
 * The relay's answer: 0 or an error, and for GET the blob (else NULL).  A
 * final refusal of an invitation or admission ends the contact and is told
 * by an event; others are tried again later.
 */
int due_answer(struct tacit_contact *ct, int answer, const uint8_t *blob);

#endif
