/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handle of the practice layer as its parts see it, and what a part is:
 * functions in two tables, one by the kind of message, one for what time
 * demands.
 */
#ifndef PRACTICE_PART_H
#define PRACTICE_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tacit/practice.h>

#include "practice.pb.h"
#include "rows.pb.h"

enum { PRACTICE_TYPE = 1 };		/* of tacit_send_data() */

struct batch;

/* One message of the other end. */
struct taken {
	struct tacit_contact *ct;
	char contact[TACIT_CONTACT_ID_SIZE];
	const struct tacit_event *ev;
	const tacit_practice_Practice *m;
};

/*
 * Add to ${b} what follows from a message: rows, events, answers; that the
 * event is done is in it already.  What the rows say may be as new or newer
 * than the message: after an older copy of a vault was put back, messages
 * come again.
 * Returns: 0; TACIT_E_POISON: the message makes no sense and is set aside,
 * with nothing of what was added; or an error, and it is taken again later.
 */
typedef int take_fn(struct batch *b, const struct taken *m);

struct taker {
	pb_size_t tag;			/* tacit_practice_Practice_*_tag */
	take_fn *take;
};

/*
 * Do what is due at ${p->now_ms}, each thing in a batch of its own, and say
 * by practice_wake() when there is more.
 */
typedef int tend_fn(struct tacit_practice *p);

struct practice_parts {
	const struct taker *takers;
	size_t n_takers;
	tend_fn *const *tend;
	size_t n_tend;
};

struct tacit_practice {
	struct tacit *t;
	const struct practice_parts *parts;
	tacit_rows_State state;
	uint64_t looked;		/* events of the vault up to here are
					   done, or not ours */
	int64_t now_ms;			/* of the step that is under way */
	int64_t due_ms;			/* of the next; INT64_MAX: none */
	int64_t step_ms;		/* of the last step; 0: none yet */
	int64_t fresh_ms;		/* what was read from relays may be of
					   before the device slept, until then */
	uint64_t seen;			/* events of the vault that look.c is
					   through with; 0: not read yet */
	tacit_rows_Event *shown;	/* lent to the host, or NULL */
};

/* What a version knows. */
extern const struct practice_parts practice_parts;

/* Open with other parts than that. */
int practice_open_with(struct tacit_practice **out, struct tacit *t,
    const struct practice_parts *parts);

/* There is something to do at ${at_ms}, at the latest. */
void practice_wake(struct tacit_practice *p, int64_t at_ms);

/*
 * What goes by itself goes at a random time in the next ${spread_ms}, as what
 * people write does: when that is; whether it has come, by a clock that may
 * have been set back.  If not, practice_wake() is called.
 */
enum { PRACTICE_SPREAD_MS = 15 * 60 * 1000 };
int64_t practice_later(int64_t now_ms, uint32_t spread_ms);
bool practice_is_due(struct tacit_practice *p, int64_t at_ms,
    uint32_t spread_ms);

/* True of UTF-8 without control characters but line ends. */
bool practice_is_text(const char *text);

/* The contact with this id, or NULL: it is gone. */
struct tacit_contact *practice_contact(struct tacit_practice *p,
    const char id[TACIT_CONTACT_ID_SIZE]);

/* True if nothing can be sent to ${ct} any more. */
bool practice_is_closed(struct tacit_contact *ct);

/* And the id of a contact. */
int practice_contact_id(struct tacit_contact *ct,
    char id[TACIT_CONTACT_ID_SIZE]);

#endif
