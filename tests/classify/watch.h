/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire between the ends of a stage and its relay, with time in it: each
 * message takes its time, each end the processor time that it really used,
 * and somebody at the end of every cable notes what goes by.
 */
#ifndef CLASSIFY_WATCH_H
#define CLASSIFY_WATCH_H

#include <tacit/practice.h>

#include "random.h"
#include "stage.h"

/* One frame, as the relay reads it. */
struct seen {
	int64_t us;
	int end;
	uint32_t conn;
	int up;
	unsigned what;			/* tacit_Frame_..._tag */
	uint32_t bytes;			/* of its message; 0: not the first */
	uint8_t box[8];			/* POST, DELIVER, ACK: which mailbox */
};

struct watch;

/* ${p}: the practice layer of each end; NULL where there is none. */
struct watch *watch_new(struct stage *s, struct tacit_practice **p,
    struct random *random);
void watch_free(struct watch *w);

/* Let ${ms} pass. */
void watch_run(struct watch *w, int64_t ms);
int64_t watch_ms(const struct watch *w);	/* Unix ms */

/* What was noted since watch_forget(). */
const struct seen *watch_log(const struct watch *w, size_t *n);
void watch_forget(struct watch *w);

/*
 * Controls: messages with a POST of end ${i} leave ${us} later, and look so
 * many ${bytes} longer.
 */
void watch_disguise(struct watch *w, int i, int64_t us, uint32_t bytes);

#endif
