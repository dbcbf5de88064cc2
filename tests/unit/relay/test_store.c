/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each operation of the store, as PROTOCOL.md, section 6, has it.  A script
 * is run four times: on the memory twin; on SQLite with a transaction for
 * each step; with one for all steps; and with the file closed and opened
 * again between any two steps.  All must answer alike.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "store_kit.h"
#include "store_mem.h"

#define REFUSED		TACIT_E_REFUSED
#define ADMISSION	TACIT_E_ADMISSION
#define CONFLICT	TACIT_E_CONFLICT
#define QUOTA		TACIT_E_QUOTA
#define USED		TACIT_E_INVITATION_USED
#define EXPIRED		TACIT_E_INVITATION_EXPIRED
#define REVOKED		TACIT_E_INVITATION_REVOKED
#define UNKNOWN		TACIT_E_INVITATION_UNKNOWN

struct step {
	enum op_kind kind;
	uint64_t arg[KIT_ARGS];
	int want;
	const char *text;
};

static const struct store_limits limits = { 4, 2, 3, 2 };

static const struct step create[] = {
	{ OP_CREATE, { 1, 1, 9 }, ADMISSION, "" },	/* no such code */
	{ OP_ADMIT, { 9, 2, 30 }, 0, "" },
	{ OP_ADMIT, { 9, 7, 30 }, 0, "" },		/* adds nothing */
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },		/* again: not spent */
	{ OP_CREATE, { 1, 1, 8 }, 0, "" },		/* with any code */
	{ OP_CREATE, { 1, 2, 9 }, REFUSED, "" },	/* another token */
	{ OP_CREATE, { 1, 2, 8 }, REFUSED, "" },
	{ OP_CREATE, { 2, 1, 9 }, 0, "" },		/* spends the last */
	{ OP_CREATE, { 3, 1, 9 }, ADMISSION, "" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },
	{ OP_COUNT, { 0 }, 0, "m2 e0 i0 a1" },
	{ OP_ADMIT, { 7, 5, 3 }, 0, "" },
	{ OP_SWEEP, { 3 * 24 + 23, 0 }, 0, "removed 0" },
	{ OP_CREATE, { 3, 1, 7 }, 0, "" },		/* last day */
	{ OP_SWEEP, { 4 * 24, 0 }, 0, "removed 0 more" },
	{ OP_CREATE, { 4, 1, 7 }, ADMISSION, "" },	/* day after */
	{ OP_SUBSCRIBE, { 4 }, REFUSED, "" },
	{ OP_SUBSCRIBE, { 3 }, 0, "" },
};

static const struct step post[] = {
	{ OP_ADMIT, { 9, 9, 30 }, 0, "" },
	{ OP_POST, { 1, 1, 10, LETTER, 10, 40 }, REFUSED, "" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },
	{ OP_CREATE, { 2, 2, 9 }, 0, "" },
	{ OP_POST, { 1, 2, 10, LETTER, 10, 40 }, REFUSED, "" },
	{ OP_POST, { 1, 1, 10, LETTER, 10, 40 }, 0, "" },
	{ OP_POST, { 1, 1, 10, LETTER, 10, 41 }, 0, "known" },
	{ OP_POST, { 1, 1, 10, LETTER, 11, 40 }, CONFLICT, "" },
	{ OP_POST, { 1, 1, 10, PARCEL, 10, 40 }, CONFLICT, "" },
	{ OP_POST, { 1, 3, 10, LETTER, 10, 40 }, REFUSED, "" },
	{ OP_POST, { 1, 3, 10, LETTER, 11, 40 }, REFUSED, "" },
	{ OP_POST, { 2, 2, 10, LETTER, 10, 40 }, 0, "" }, /* other mailbox */
	{ OP_POST, { 1, 1, 11, PARCEL, 11, 40 }, 0, "" },
	{ OP_POST, { 1, 1, 11, LETTER, 11, 40 }, CONFLICT, "" },
	{ OP_FETCH, { 1, 0, 9 }, 0, "10L 11P" },
	{ OP_FETCH, { 2, 0, 9 }, 0, "10L" },
	{ OP_COUNT, { 0 }, 0, "m2 e3 i0 a1" },
};

/* The token is looked at before fullness: a stranger learns nothing of it. */
static const struct step quota[] = {
	{ OP_ADMIT, { 9, 9, 30 }, 0, "" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },
	{ OP_POST, { 1, 1, 1, LETTER, 1, 40 }, 0, "" },
	{ OP_POST, { 1, 1, 2, LETTER, 2, 40 }, 0, "" },
	{ OP_POST, { 1, 1, 3, LETTER, 3, 40 }, 0, "nearly" },
	{ OP_POST, { 1, 1, 1, LETTER, 1, 40 }, 0, "known nearly" },
	{ OP_POST, { 1, 1, 4, LETTER, 4, 40 }, 0, "nearly" },
	{ OP_POST, { 1, 1, 5, LETTER, 5, 40 }, QUOTA, "nearly" },
	{ OP_POST, { 1, 2, 5, LETTER, 5, 40 }, REFUSED, "" },
	{ OP_POST, { 1, 1, 4, LETTER, 4, 40 }, 0, "known nearly" },
	{ OP_POST, { 1, 1, 4, LETTER, 5, 40 }, CONFLICT, "nearly" },
	{ OP_POST, { 1, 1, 6, PARCEL, 6, 40 }, 0, "nearly" },
	{ OP_POST, { 1, 1, 7, PARCEL, 7, 40 }, 0, "nearly" },
	{ OP_POST, { 1, 1, 8, PARCEL, 8, 40 }, QUOTA, "nearly" },
	{ OP_ACK, { 1, 1, 1 }, 0, "" },
	{ OP_POST, { 1, 1, 8, PARCEL, 8, 40 }, QUOTA, "nearly" },
	{ OP_POST, { 1, 1, 5, LETTER, 5, 40 }, 0, "nearly" },
	{ OP_POST, { 1, 1, 9, LETTER, 9, 40 }, QUOTA, "nearly" },
	{ OP_FETCH, { 1, 0, 9 }, 0, "2L 3L 4L 6P 7P 5L" },
	{ OP_FETCH, { 1, 0, 9, 71680 }, 0, "2L 3L 4L 6P +" },
	{ OP_FETCH, { 1, 0, 9, 71679 }, 0, "2L 3L 4L +" },
	{ OP_ACK, { 1, 2, 6 }, 0, "" },
	{ OP_POST, { 1, 1, 9, LETTER, 9, 40 }, 0, "" },
};

static const struct step ack[] = {
	{ OP_ACK, { 1, 1, 3 }, 0, "" },			/* no such mailbox */
	{ OP_ADMIT, { 9, 9, 30 }, 0, "" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },
	{ OP_CREATE, { 2, 1, 9 }, 0, "" },
	{ OP_POST, { 1, 1, 1, LETTER, 1, 40 }, 0, "" },
	{ OP_POST, { 1, 1, 2, LETTER, 2, 40 }, 0, "" },
	{ OP_POST, { 1, 1, 3, PARCEL, 3, 40 }, 0, "" },
	{ OP_ACK, { 2, 1, 16 }, 0, "" },		/* not its own */
	{ OP_ACK, { 1, 50, 16 }, 0, "" },		/* unknown */
	{ OP_ACK, { 1, 1, 0 }, 0, "" },
	{ OP_FETCH, { 1, 0, 9 }, 0, "1L 2L 3P" },
	{ OP_ACK, { 1, 2, 1 }, 0, "" },
	{ OP_ACK, { 1, 2, 1 }, 0, "" },
	{ OP_FETCH, { 1, 0, 9 }, 0, "1L 3P" },
	{ OP_POST, { 1, 1, 2, LETTER, 2, 40 }, 0, "" },	/* stored again */
	{ OP_FETCH, { 1, 0, 9 }, 0, "1L 3P 2L" },
	{ OP_ACK, { 1, 1, 16 }, 0, "" },
	{ OP_FETCH, { 1, 0, 9 }, 0, "" },
	{ OP_COUNT, { 0 }, 0, "m2 e0 i0 a1" },
};

static const struct step fetch[] = {
	{ OP_FETCH, { 1, 0, 9 }, REFUSED, "" },
	{ OP_ADMIT, { 9, 9, 30 }, 0, "" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },
	{ OP_FETCH, { 1, 0, 9 }, 0, "" },
	{ OP_POST, { 1, 1, 1, LETTER, 1, 40 }, 0, "" },
	{ OP_POST, { 1, 1, 2, LETTER, 2, 40 }, 0, "" },
	{ OP_POST, { 1, 1, 3, LETTER, 3, 40 }, 0, "nearly" },
	{ OP_FETCH, { 1, 0, 0 }, 0, "+" },
	{ OP_FETCH, { 1, 0, 2 }, 0, "1L 2L +" },
	{ OP_FETCH, { 1, 0, 3 }, 0, "1L 2L 3L" },
	{ OP_FETCH, { 1, 0, 9, 6144 }, 0, "1L 2L 3L" },
	{ OP_FETCH, { 1, 0, 9, 6143 }, 0, "1L 2L +" },
	{ OP_FETCH, { 1, 0, 1, 6144 }, 0, "1L +" },
	{ OP_FETCH, { 1, 0, 9, 1 }, 0, "1L +" },	/* one in any case */
	{ OP_FETCH, { 1, 0, 0, 6144 }, 0, "+" },
	{ OP_FETCH, { 1, 1, 1 }, 0, "2L +" },
	{ OP_FETCH, { 1, 2, 9 }, 0, "3L" },
	{ OP_FETCH, { 1, 3, 9 }, 0, "" },
	{ OP_FETCH, { 1, 1000, 9 }, 0, "" },
	{ OP_ACK, { 1, 1, 1 }, 0, "" },
	{ OP_FETCH, { 1, 0, 1 }, 0, "2L +" },
	{ OP_FETCH, { 1, 1, 9 }, 0, "2L 3L" },
};

static const struct step closing[] = {
	{ OP_CLOSE, { 1 }, 0, "" },
	{ OP_ADMIT, { 9, 3, 30 }, 0, "" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },
	{ OP_CREATE, { 2, 2, 9 }, 0, "" },
	{ OP_POST, { 1, 1, 1, LETTER, 1, 40 }, 0, "" },
	{ OP_POST, { 1, 1, 2, PARCEL, 2, 40 }, 0, "" },
	{ OP_POST, { 2, 2, 3, LETTER, 3, 40 }, 0, "" },
	{ OP_CLOSE, { 1 }, 0, "" },
	{ OP_CLOSE, { 1 }, 0, "" },
	{ OP_COUNT, { 0 }, 0, "m1 e1 i0 a1" },
	{ OP_POST, { 1, 1, 1, LETTER, 1, 40 }, REFUSED, "" },
	{ OP_SUBSCRIBE, { 1 }, REFUSED, "" },
	{ OP_FETCH, { 1, 0, 9 }, REFUSED, "" },
	{ OP_SET_TOKEN, { 1, 1, 0 }, REFUSED, "" },
	{ OP_ACK, { 1, 1, 1 }, 0, "" },
	{ OP_CREATE, { 1, 4, 9 }, 0, "" },		/* spends again */
	{ OP_FETCH, { 1, 0, 9 }, 0, "" },		/* empty again */
	{ OP_POST, { 1, 1, 1, LETTER, 1, 40 }, REFUSED, "" },
	{ OP_POST, { 1, 4, 1, LETTER, 1, 40 }, 0, "" },
	{ OP_CLOSE, { 1 }, 0, "" },
	{ OP_CREATE, { 1, 4, 9 }, ADMISSION, "" },
	{ OP_FETCH, { 2, 0, 9 }, 0, "3L" },
};

/* The unit goes back, once, to a code that is there and may be used. */
static const struct step credit[] = {
	{ OP_ADMIT, { 9, 1, 30 }, 0, "" },
	{ OP_ADMIT, { 8, 1, 3 }, 0, "" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },
	{ OP_CREATE, { 2, 1, 9 }, ADMISSION, "" },
	{ OP_CLOSE, { 2, 9 }, 0, "" },			/* of nothing */
	{ OP_CREATE, { 2, 1, 9 }, ADMISSION, "" },
	{ OP_CLOSE, { 1, 9 }, 0, "" },
	{ OP_CLOSE, { 1, 9 }, 0, "" },			/* again: no more */
	{ OP_CREATE, { 2, 1, 9 }, 0, "" },
	{ OP_CREATE, { 3, 1, 9 }, ADMISSION, "" },
	{ OP_CLOSE, { 2, 7 }, 0, "" },			/* no such code */
	{ OP_COUNT, { 0 }, 0, "m0 e0 i0 a2" },
	{ OP_CREATE, { 2, 1, 7 }, ADMISSION, "" },
	{ OP_CREATE, { 2, 1, 9 }, ADMISSION, "" },
	{ OP_CREATE, { 2, 1, 8 }, 0, "" },
	{ OP_CLOSE, { 2 }, 0, "" },			/* to nobody */
	{ OP_CREATE, { 2, 1, 8 }, ADMISSION, "" },
	{ OP_ADMIT, { 6, 2, 3 }, 0, "" },
	{ OP_CREATE, { 3, 1, 6 }, 0, "" },
	{ OP_CREATE, { 4, 1, 6 }, 0, "" },
	{ OP_SWEEP, { 3 * 24 + 23, 0 }, 0, "removed 0" },
	{ OP_CLOSE, { 3, 9 }, 0, "" },			/* whoever paid */
	{ OP_CREATE, { 3, 1, 9 }, 0, "" },
	{ OP_SWEEP, { 4 * 24, 0 }, 0, "removed 0 more" },
	{ OP_CLOSE, { 4, 6 }, 0, "" },			/* it has expired */
	{ OP_SWEEP, { 4 * 24, 9 }, 0, "removed 2" },
	{ OP_COUNT, { 0 }, 0, "m1 e0 i0 a1" },
};

static const struct step set_token[] = {
	{ OP_SET_TOKEN, { 1, 1, 0 }, REFUSED, "" },
	{ OP_ADMIT, { 9, 9, 30 }, 0, "" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },
	{ OP_SET_TOKEN, { 1, 2, 1 }, 0, "" },		/* keeps 1 */
	{ OP_SET_TOKEN, { 1, 2, 1 }, 0, "" },		/* again */
	{ OP_POST, { 1, 1, 1, LETTER, 1, 40 }, 0, "" },
	{ OP_POST, { 1, 2, 1, LETTER, 1, 40 }, 0, "known" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },
	{ OP_CREATE, { 1, 2, 9 }, 0, "" },
	{ OP_SET_TOKEN, { 1, 2, 0 }, 0, "" },		/* drops 1 */
	{ OP_POST, { 1, 1, 1, LETTER, 1, 40 }, REFUSED, "" },
	{ OP_POST, { 1, 2, 1, LETTER, 1, 40 }, 0, "known" },
	{ OP_CREATE, { 1, 1, 9 }, REFUSED, "" },
	{ OP_SET_TOKEN, { 1, 3, 0 }, 0, "" },		/* drops 2 at once */
	{ OP_POST, { 1, 2, 1, LETTER, 1, 40 }, REFUSED, "" },
	{ OP_SET_TOKEN, { 1, 4, 1 }, 0, "" },
	{ OP_SET_TOKEN, { 1, 5, 1 }, 0, "" },		/* keeps 4, not 3 */
	{ OP_POST, { 1, 3, 1, LETTER, 1, 40 }, REFUSED, "" },
	{ OP_POST, { 1, 4, 1, LETTER, 1, 40 }, 0, "known" },
	{ OP_SET_TOKEN, { 1, 4, 1 }, 0, "" },		/* and back */
	{ OP_POST, { 1, 5, 1, LETTER, 1, 40 }, 0, "known" },
	{ OP_POST, { 1, 4, 1, LETTER, 1, 40 }, 0, "known" },
};

static const struct step anchor[] = {
	{ OP_ANCHOR, { 1, 0, 1 }, REFUSED, "" },
	{ OP_ADMIT, { 9, 9, 30 }, 0, "" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },
	{ OP_CREATE, { 2, 2, 9 }, 0, "" },
	{ OP_ANCHOR, { 1, 3, 1 }, CONFLICT, "is 0" },
	{ OP_ANCHOR, { 1, 0, 1 }, 0, "" },
	{ OP_ANCHOR, { 1, 0, 1 }, 0, "" },		/* again */
	{ OP_ANCHOR, { 1, 3, 1 }, 0, "" },		/* whatever it was */
	{ OP_ANCHOR, { 1, 0, 2 }, CONFLICT, "is 1" },
	{ OP_ANCHOR, { 1, 2, 3 }, CONFLICT, "is 1" },
	{ OP_ANCHOR, { 1, 1, 2 }, 0, "" },
	{ OP_ANCHOR, { 1, 1, 2 }, 0, "" },
	{ OP_ANCHOR, { 1, 1, 3 }, CONFLICT, "is 2" },
	{ OP_ANCHOR, { 2, 9, 9 }, CONFLICT, "is 0" },	/* others: nothing */
	{ OP_POST, { 1, 1, 1, LETTER, 1, 40 }, 0, "" },	/* a mailbox still */
	{ OP_SET_TOKEN, { 1, 3, 0 }, 0, "" },
	{ OP_ANCHOR, { 1, 9, 9 }, CONFLICT, "is 2" },
	{ OP_ANCHOR, { 1, 2, 0 }, 0, "" },		/* to nothing */
	{ OP_ANCHOR, { 1, 2, 4 }, CONFLICT, "is 0" },
	{ OP_ANCHOR, { 1, 0, 4 }, 0, "" },
	{ OP_CLOSE, { 1 }, 0, "" },
	{ OP_ANCHOR, { 1, 4, 5 }, REFUSED, "" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },
	{ OP_ANCHOR, { 1, 9, 9 }, CONFLICT, "is 0" },	/* nothing is left */
};

static const struct step recall[] = {
	{ OP_RECALL, { 1, 1, 1, 40 }, REFUSED, "" },	/* no mailbox */
	{ OP_ADMIT, { 9, 9, 90 }, 0, "" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },
	{ OP_CREATE, { 2, 2, 9 }, 0, "" },
	{ OP_POST, { 1, 1, 1, LETTER, 1, 40 }, 0, "" },
	{ OP_POST, { 1, 1, 2, LETTER, 2, 40 }, 0, "" },
	{ OP_POST, { 2, 2, 1, LETTER, 1, 40 }, 0, "" },
	{ OP_RECALL, { 1, 2, 1, 40 }, REFUSED, "" },	/* another's token */
	{ OP_RECALL, { 3, 1, 1, 40 }, REFUSED, "" },
	{ OP_FETCH, { 1, 0, 9 }, 0, "1L 2L" },		/* nothing happened */
	{ OP_RECALL, { 1, 1, 1, 40 }, 0, "1 unacknowledged" },
	{ OP_RECALL, { 1, 1, 1, 90 }, 0, "1 unacknowledged" },	/* again */
	{ OP_RECALL, { 1, 1, 7, 40 }, 0, "2 taken" },	/* never came, */
	{ OP_RECALL, { 1, 1, 7, 40 }, 0, "2 taken" },
	{ OP_POST, { 1, 1, 7, LETTER, 7, 40 }, CONFLICT, "" },	/* nor will */
	{ OP_POST, { 1, 1, 1, LETTER, 1, 40 }, CONFLICT, "" },
	{ OP_POST, { 1, 3, 1, LETTER, 1, 40 }, REFUSED, "" },
	{ OP_FETCH, { 1, 0, 9 }, 0, "2L" },
	{ OP_ACK, { 1, 2, 1 }, 0, "" },
	{ OP_RECALL, { 1, 1, 2, 40 }, 0, "3 taken" },	/* it was acked */
	{ OP_FETCH, { 2, 0, 9 }, 0, "1L" },		/* others have theirs */
	{ OP_SET_TOKEN, { 1, 4, 1 }, 0, "" },
	{ OP_RECALL, { 1, 1, 1, 40 }, 0, "1 unacknowledged" },
	{ OP_RECALL, { 1, 4, 8, 41 }, 0, "4 taken" },
	{ OP_SET_TOKEN, { 1, 4, 0 }, 0, "" },
	{ OP_RECALL, { 1, 1, 1, 40 }, REFUSED, "" },
	{ OP_CLOSE, { 1 }, 0, "" },
	{ OP_RECALL, { 1, 4, 1, 40 }, REFUSED, "" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },		/* the name is known */
	{ OP_POST, { 1, 1, 1, LETTER, 1, 40 }, CONFLICT, "" },
	{ OP_SWEEP, { 40 * 24, 9 }, 0, "removed 0" },
	{ OP_SWEEP, { 41 * 24, 2 }, 0, "removed 2 more" },
	{ OP_SWEEP, { 41 * 24, 9 }, 0, "removed 2" },
	{ OP_RECALL, { 1, 1, 1, 80 }, 0, "5 taken" },	/* the chain goes on */
	{ OP_POST, { 1, 1, 2, LETTER, 2, 80 }, 0, "" },
};

/* What one process knows of an envelope, and no other does. */
static const struct step known[] = {
	{ OP_ADMIT, { 9, 9, 90 }, 0, "" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },
	{ OP_POST, { 1, 1, 1, LETTER | KIT_FIRST, 1, 40 }, 0, "" },
	{ OP_POST, { 1, 1, 2, LETTER, 2, 40 }, 0, "" },
	{ OP_POST, { 1, 1, 3, LETTER | KIT_FIRST | KIT_WATCHED, 3, 40 }, 0,
	    "nearly" },
	{ OP_RECALL, { 1, 1, 1, 40 }, 0, "1 undelivered" },
	{ OP_RECALL, { 1, 1, 2, 40 }, 0, "2 unacknowledged" },	/* not new */
	{ OP_RECALL, { 1, 1, 3, 40 }, 0, "3 unacknowledged" },	/* is read */
	{ OP_POST, { 1, 1, 4, LETTER | KIT_FIRST, 4, 40 }, 0, "" },
	{ OP_POST, { 1, 1, 5, LETTER | KIT_FIRST, 5, 40 }, 0, "" },
	{ OP_FETCH, { 1, 0, 1 }, 0, "4L +" },
	{ OP_RECALL, { 1, 1, 4, 40 }, 0, "4 unacknowledged" },	/* given */
	{ OP_RECALL, { 1, 1, 5, 40 }, 0, "5 undelivered" },	/* not yet */
	{ OP_POST, { 1, 1, 6, LETTER | KIT_FIRST, 6, 40 }, 0, "" },
	{ OP_POST, { 1, 1, 6, LETTER, 6, 40 }, 0, "known" },
	{ OP_RECALL, { 1, 1, 6, 40 }, 0, "6 undelivered" },
	{ OP_POST, { 1, 1, 7, LETTER | KIT_FIRST, 7, 40 }, 0, "" },
	{ OP_POST, { 1, 1, 7, LETTER | KIT_WATCHED, 7, 40 }, 0, "known" },
	{ OP_RECALL, { 1, 1, 7, 40 }, 0, "7 unacknowledged" },
	{ OP_POST, { 1, 1, 8, LETTER | KIT_FIRST, 8, 40 }, 0, "" },
	{ OP_FETCH, { 1, 0, 9 }, 0, "8L" },
	{ OP_ACK, { 1, 8, 1 }, 0, "" },
	{ OP_POST, { 1, 1, 8, LETTER, 8, 40 }, 0, "" },	/* its OK was lost */
	{ OP_RECALL, { 1, 1, 8, 40 }, 0, "8 unacknowledged" },
};

static const struct step split[] = {
	{ OP_SPLIT, { 9, 8, 1 }, ADMISSION, "" },
	{ OP_ADMIT, { 9, 5, 2 }, 0, "" },
	{ OP_SPLIT, { 9, 8, 0 }, TACIT_E_LIMIT, "" },
	{ OP_SPLIT, { 9, 8, 6 }, ADMISSION, "" },
	{ OP_SPLIT, { 9, 8, UINT32_MAX }, ADMISSION, "" },
	{ OP_CREATE, { 1, 1, 8 }, ADMISSION, "" },	/* nothing moved */
	{ OP_SPLIT, { 9, 8, 3 }, 0, "" },
	{ OP_SPLIT, { 9, 8, 3 }, 0, "" },		/* again: not moved */
	{ OP_SPLIT, { 7, 8, 3 }, 0, "" },
	{ OP_SPLIT, { 9, 9, 1 }, 0, "" },		/* exists, too */
	{ OP_SPLIT, { 9, 7, 3 }, ADMISSION, "" },
	{ OP_SPLIT, { 9, 7, 2 }, 0, "" },
	{ OP_CREATE, { 1, 1, 9 }, ADMISSION, "" },	/* all gone */
	{ OP_CREATE, { 1, 1, 7 }, 0, "" },
	{ OP_CREATE, { 2, 1, 7 }, 0, "" },
	{ OP_CREATE, { 3, 1, 7 }, ADMISSION, "" },
	{ OP_COUNT, { 0 }, 0, "m2 e0 i0 a3" },
	{ OP_SWEEP, { 3 * 24, 0 }, 0, "removed 0 more" },
	{ OP_SPLIT, { 8, 6, 1 }, ADMISSION, "" },	/* expired with 9 */
	{ OP_SWEEP, { 3 * 24, 9 }, 0, "removed 3" },
	{ OP_COUNT, { 0 }, 0, "m2 e0 i0 a0" },
};

static const struct step put[] = {
	{ OP_PUT_INVITATION, { 1, 1, 9, 8, 1, 50 }, ADMISSION, "" },
	{ OP_ADMIT, { 9, 7, 30 }, 0, "" },
	{ OP_PUT_INVITATION, { 1, 1, 9, 8, 1, 50 }, 0, "" },
	{ OP_PUT_INVITATION, { 1, 1, 9, 8, 1, 50 }, 0, "" },
	{ OP_PUT_INVITATION, { 1, 1, 9, 8, 2, 50 }, CONFLICT, "" },
	{ OP_PUT_INVITATION, { 1, 2, 9, 8, 1, 50 }, CONFLICT, "" },
	{ OP_PUT_INVITATION, { 2, 1, 9, 8, 2, 50 }, CONFLICT, "" },
	{ OP_PUT_INVITATION, { 2, 1, 9, 9, 2, 50 }, CONFLICT, "" },
	{ OP_PUT_INVITATION, { 2, 1, 9, 7, 2, 50 }, ADMISSION, "" },
	{ OP_COUNT, { 0 }, 0, "m0 e0 i1 a2" },
	{ OP_CREATE, { 1, 1, 8 }, 0, "" },		/* the pass works */
	{ OP_CREATE, { 2, 1, 8 }, 0, "" },
	{ OP_CREATE, { 3, 1, 8 }, 0, "" },
	{ OP_CREATE, { 4, 1, 8 }, ADMISSION, "" },
	{ OP_CREATE, { 4, 1, 9 }, 0, "" },		/* 7 - 1 - 3 = 3 left */
	{ OP_CREATE, { 5, 1, 9 }, 0, "" },
	{ OP_CREATE, { 6, 1, 9 }, 0, "" },
	{ OP_CREATE, { 7, 1, 9 }, ADMISSION, "" },
	{ OP_PUT_INVITATION, { 1, 1, 9, 8, 1, 50 }, 0, "" },
};

static const struct step get[] = {
	{ OP_GET_INVITATION, { 1, 1 }, UNKNOWN, "" },
	{ OP_ADMIT, { 9, 9, 30 }, 0, "" },
	{ OP_PUT_INVITATION, { 1, 1, 9, 8, 5, 50 }, 0, "" },
	{ OP_PUT_INVITATION, { 2, 1, 9, 7, 6, 50 }, 0, "" },
	{ OP_GET_INVITATION, { 3, 1 }, UNKNOWN, "" },
	{ OP_GET_INVITATION, { 1, 1 }, 0, "blob 5" },
	{ OP_GET_INVITATION, { 1, 2 }, USED, "" },
	{ OP_GET_INVITATION, { 1, 1 }, 0, "blob 5" },	/* may repeat */
	{ OP_PUT_INVITATION, { 1, 1, 9, 8, 5, 50 }, 0, "" },
	{ OP_GET_INVITATION, { 1, 2 }, USED, "" },
	{ OP_SWEEP, { 49, 0 }, 0, "removed 0" },
	{ OP_GET_INVITATION, { 1, 1 }, 0, "blob 5" },
	{ OP_SWEEP, { 50, 0 }, 0, "removed 0 more" },
	{ OP_GET_INVITATION, { 1, 1 }, EXPIRED, "" },
	{ OP_GET_INVITATION, { 1, 2 }, EXPIRED, "" },
	{ OP_GET_INVITATION, { 2, 1 }, EXPIRED, "" },
	{ OP_SWEEP, { 50, 1 }, 0, "removed 1 more" },
	{ OP_SWEEP, { 50, 1 }, 0, "removed 1" },
	{ OP_GET_INVITATION, { 1, 1 }, UNKNOWN, "" },
};

static const struct step revoke[] = {
	{ OP_REVOKE_INVITATION, { 1, 1 }, 0, "" },	/* unknown */
	{ OP_ADMIT, { 9, 12, 30 }, 0, "" },
	{ OP_PUT_INVITATION, { 1, 1, 9, 8, 5, 50 }, 0, "" },
	{ OP_PUT_INVITATION, { 2, 2, 9, 7, 6, 50 }, 0, "" },
	{ OP_REVOKE_INVITATION, { 1, 2 }, REFUSED, "" },
	{ OP_GET_INVITATION, { 2, 1 }, 0, "blob 6" },
	{ OP_REVOKE_INVITATION, { 2, 1 }, REFUSED, "" },
	{ OP_GET_INVITATION, { 2, 1 }, 0, "blob 6" },
	{ OP_REVOKE_INVITATION, { 1, 1 }, 0, "" },
	{ OP_REVOKE_INVITATION, { 2, 2 }, 0, "" },
	{ OP_REVOKE_INVITATION, { 2, 2 }, 0, "" },
	{ OP_GET_INVITATION, { 1, 1 }, REVOKED, "" },
	{ OP_GET_INVITATION, { 2, 1 }, USED, "" },
	{ OP_GET_INVITATION, { 2, 9 }, USED, "" },
	{ OP_PUT_INVITATION, { 1, 1, 9, 8, 5, 50 }, CONFLICT, "" },
	{ OP_COUNT, { 0 }, 0, "m0 e0 i2 a3" },		/* kept until expiry */
	{ OP_SWEEP, { 50, 9 }, 0, "removed 2" },
	{ OP_GET_INVITATION, { 1, 1 }, UNKNOWN, "" },
	{ OP_GET_INVITATION, { 2, 1 }, UNKNOWN, "" },
};

static const struct step sweep[] = {
	{ OP_SWEEP, { 0, 9 }, 0, "removed 0" },
	{ OP_ADMIT, { 9, 12, 30 }, 0, "" },
	{ OP_CREATE, { 1, 1, 9 }, 0, "" },
	{ OP_CREATE, { 2, 1, 9 }, 0, "" },
	{ OP_POST, { 1, 1, 1, LETTER, 1, 5 }, 0, "" },
	{ OP_POST, { 1, 1, 2, LETTER, 2, 7 }, 0, "" },
	{ OP_POST, { 1, 1, 3, PARCEL, 3, 6 }, 0, "" },
	{ OP_POST, { 2, 1, 4, LETTER, 4, 6 }, 0, "" },
	{ OP_SWEEP, { 5 * 24 + 23, 9 }, 0, "removed 0" },
	{ OP_SWEEP, { 6 * 24, 9 }, 0, "removed 1" },
	{ OP_FETCH, { 1, 0, 9 }, 0, "2L 3P" },
	{ OP_SWEEP, { 7 * 24, 1 }, 0, "removed 1 more" },
	{ OP_SWEEP, { 3 * 24, 1 }, 0, "removed 1" },	/* never goes back */
	{ OP_SWEEP, { 0, 9 }, 0, "removed 0" },
	{ OP_FETCH, { 1, 0, 9 }, 0, "2L" },
	{ OP_FETCH, { 2, 0, 9 }, 0, "" },
	{ OP_COUNT, { 0 }, 0, "m2 e1 i0 a1" },
	{ OP_SWEEP, { 31 * 24, 9 }, 0, "removed 2" },
	{ OP_COUNT, { 0 }, 0, "m2 e0 i0 a0" },		/* mailboxes stay */
};

#define SCRIPT(s)	{ #s, s, sizeof(s) / sizeof((s)[0]) }
static const struct script {
	const char *name;
	const struct step *step;
	size_t n;
} scripts[] = {
	SCRIPT(create), SCRIPT(post), SCRIPT(quota), SCRIPT(ack),
	SCRIPT(fetch), SCRIPT(closing), SCRIPT(credit),
	SCRIPT(set_token),
	SCRIPT(anchor), SCRIPT(recall), SCRIPT(known), SCRIPT(split),
	SCRIPT(put), SCRIPT(get), SCRIPT(revoke), SCRIPT(sweep),
};

/* How a script is run. */
enum mode { TWIN, EACH, ALL, REOPEN, MODES };

static void
check(const struct script *sc, enum mode mode, size_t i, const struct op *op)
{
	static const char *const name[] = { "twin", "each", "all", "reopen" };
	char text[KIT_TEXT];

	kit_text(text, op);
	if (op->rc == sc->step[i].want && strcmp(text, sc->step[i].text) == 0)
		return;
	fail_msg("%s, %s, step %zu: %d \"%s\", not %d \"%s\"", sc->name,
	    name[mode], i, op->rc, text, sc->step[i].want, sc->step[i].text);
}

static void
run_script(const struct script *sc, enum mode mode)
{
	char dir[64];
	struct store *s;
	struct op *op = calloc(sc->n, sizeof(*op));
	size_t i;

	assert_non_null(op);
	kit_dir_make(dir);
	s = mode == TWIN ? store_mem_new(&limits) : kit_open(dir, &limits);
	for (i = 0; i < sc->n; i++) {
		op[i] = kit_op(sc->step[i].kind, sc->step[i].arg);
		if (i > 0 && mode == ALL)
			op[i - 1].next = &op[i];
		if (mode == ALL)
			continue;
		kit_run(s, &op[i]);
		if (mode == REOPEN) {
			s->ops->close(s);
			s = kit_open(dir, &limits);
		}
	}
	if (mode == ALL)
		assert_int_equal(store_apply(s, op), 0);
	for (i = 0; i < sc->n; i++) {
		check(sc, mode, i, &op[i]);
		op_release(&op[i]);
	}
	s->ops->close(s);
	kit_dir_remove(dir);
	free(op);
}

static void
each_operation_answers_as_the_protocol_says(void **state)
{
	size_t i;
	int mode;

	(void)state;
	for (i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		for (mode = TWIN; mode < MODES; mode++)
			if (mode != REOPEN || scripts[i].step != known)
				run_script(&scripts[i], (enum mode)mode);
	}
}

/* Also after the queue was empty, while the store is open. */
static void
counters_are_never_reused(void **state)
{
	static const uint64_t code[KIT_ARGS] = { 9, 9, 30 };
	static const uint64_t box[KIT_ARGS] = { 1, 1, 9 };
	uint64_t arg[KIT_ARGS] = { 1, 1, 0, LETTER, 0, 40 }, last = 0;
	uint64_t ack_arg[KIT_ARGS] = { 1, 0, 1 };
	struct op op;
	struct store *s;
	char dir[64];
	int i;

	(void)state;
	kit_dir_make(dir);
	s = kit_open(dir, &limits);
	op = kit_op(OP_ADMIT, code);
	kit_run(s, &op);
	op = kit_op(OP_CREATE, box);
	kit_run(s, &op);
	for (i = 1; i <= 600; i++) {
		arg[2] = arg[4] = ack_arg[1] = (uint64_t)i;
		op = kit_op(OP_SUBSCRIBE, box);
		kit_run(s, &op);
		assert_true(op.u.subscribe.next > last);
		last = op.u.subscribe.next;
		op = kit_op(OP_POST, arg);
		kit_run(s, &op);
		assert_int_equal(op.rc, 0);
		assert_int_equal(op.u.post.counter, last);
		op = kit_op(OP_ACK, ack_arg);
		kit_run(s, &op);
	}
	s->ops->close(s);
	kit_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_operation_answers_as_the_protocol_says),
		cmocka_unit_test(counters_are_never_reused),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
