/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check-ins: what their files share.  At the end that asks there are forms,
 * plans (what was sent to whom, and when it is asked) and responses; at the
 * end that answers there are definitions, tasks and drafts.
 *
 *	checkin_form.c	  forms: import, list, load
 *	checkin_plan.c	  send, stop, list; posting after a while; missed
 *	checkin_response.c  what was answered: taken, listed, scored, as FHIR
 *	checkin_task.c	  what is asked of me: taken; due and missed
 *	checkin_fill.c	  answering, one by one
 *
 * A row of the other end's making is checked when it is taken; whoever reads
 * it later need not.
 */
#ifndef PRACTICE_CHECKIN_H
#define PRACTICE_CHECKIN_H

#include "batch.h"
#include "form.h"
#include "ident.h"
#include "queue.h"
#include "schedule.h"

enum {
	CHECKIN_HASH_LEN = 16,
	CHECKIN_FORMS_MAX = 64,		/* of mine, and those of one contact */
	CHECKIN_PLANS_MAX = 512,	/* of one contact, with what is over */
	CHECKIN_TASKS_MAX = 128,	/* the same at the other end; there
					   what is over makes room */
	CHECKIN_ALERTS_MAX = 24,	/* told of one response */
	CHECKIN_MISSED_MAX = 32,	/* told at once of one check-in */
	CHECKIN_SPREAD_MS = 15 * 60 * 1000,	/* a definition or schedule
						   waits for up to that */
	CHECKIN_RETRY_MS = 60 * 60 * 1000,	/* one that may not be sent */
	CHECKIN_LOOK_MS = 60 * 1000,	/* is there an answer at a relay? */
	CHECKIN_ZONES_MS = 26 * 60 * 60 * 1000	/* from the first zone's
						   midnight to the last's */
};

void checkin_hash(uint8_t out[CHECKIN_HASH_LEN], const uint8_t *bytes,
    size_t len);

/* ROW_FORM; ROW_SENT_FORM and ROW_ASKED_FORM of a contact. */
void checkin_form_key(struct row_key *k,
    const uint8_t hash[CHECKIN_HASH_LEN]);
void checkin_contact_form_key(struct row_key *k, enum row_kind kind,
    const char contact[TACIT_CONTACT_ID_SIZE],
    const uint8_t hash[CHECKIN_HASH_LEN]);

/* ROW_PLAN and ROW_TASK; ${id} NULL: what all of the contact begin with. */
void checkin_key(struct row_key *k, enum row_kind kind,
    const char contact[TACIT_CONTACT_ID_SIZE], const char *id);
/* ROW_RESPONSE and ROW_DRAFT; ${date} 0: what all of them begin with. */
void checkin_day_key(struct row_key *k, enum row_kind kind,
    const char contact[TACIT_CONTACT_ID_SIZE], const char *id,
    uint32_t date);

/* Contact and id in a key of checkin_key(). */
void checkin_key_contact(const struct row_key *k,
    char contact[TACIT_CONTACT_ID_SIZE]);
void checkin_key_id(const struct row_key *k, char id[IDENT_SIZE]);

/*
 * The form in the row ${k}; the caller's, form_free().
 * Returns: 1, 0 (no such row), or an error.
 */
int checkin_form_load(struct form **out, struct tacit *t,
    const struct row_key *k);

/* How many rows begin with ${prefix}, counted up to ${max}. */
int checkin_count(struct tacit *t, const struct row_key *prefix, int max);

/* The event ${type} about the occurrence ${date} of ${id}. */
void checkin_tell(struct batch *b, struct tacit_contact *ct,
    enum tacit_practice_event_type type, const char *id, uint32_t date,
    const char *title, const char *label, const char *value);

/* The answers to ${f} of a response row; the caller's, answers_free(). */
struct answers;
int checkin_answers(struct answers **out, const struct form *f,
    const tacit_rows_Response *r);

/*
 * A response with its form and answers; checkin_free_opened() also after an
 * error.  Errors: those of tacit_checkin_response().
 */
struct checkin_opened {
	tacit_rows_Response *r;
	struct form *f;
	struct answers *a;
};
int checkin_open_response(struct checkin_opened *o, struct tacit_practice *p,
    struct tacit_contact *ct, const char *id, uint32_t date);
void checkin_free_opened(struct checkin_opened *o);

take_fn checkin_take_definition, checkin_take_schedule, checkin_take_stop;
take_fn checkin_take_answered;
tend_fn checkin_tend_plans, checkin_tend_tasks;

#endif
