/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of second thoughts share: end 0 writes, end 1 is away. */
#ifndef RECALL_PLAY_H
#define RECALL_PLAY_H

#include <stdio.h>
#include <string.h>

#include "story.h"

enum { SECOND = 1000, CAP = 65536, LONG = 5000 };

/* What end 1 was shown, as the letters' numbers; and what else it was told. */
struct shown {
	char letters[64];
	int gaps, poison;
};

/* Of end 0: the fate of the last text that an event spoke of. */
struct told {
	enum tacit_fate fate;
	int events;
};

static inline void
begin(struct story *st, uint64_t seed)
{
	memset(st, 0, sizeof(*st));
	st->s = stage_new(story_scratch(), seed);
	story_pair(st, TACIT_INVITE_IN_PERSON);
	stage_cut(st->s, 1);
}

/* End 0 and the relay; the other end is away. */
static inline void
alone(struct story *st, int turns)
{
	while (turns-- > 0) {
		stage_relay_turn(st->s);
		while (stage_turn(st->s, 0))
			continue;
		stage_sleep(st->s, 100);
	}
}

static inline void
look(struct story *st, struct shown *s)
{
	struct tacit_event e;
	size_t at = strlen(s->letters);

	while (story_next(st, 1, &e)) {
		s->gaps += e.type == TACIT_EV_GAP;
		s->poison += e.type == TACIT_EV_POISON;
		if (e.type != TACIT_EV_MESSAGE)
			continue;
		assert_true(at < sizeof(s->letters) - 1);
		s->letters[at++] = e.text_len == LONG ? 'L' :
		    (char)('0' + story_letter(&e));
		s->letters[at] = '\0';
	}
}

static inline struct told
heard(struct story *st)
{
	struct told t = { TACIT_FATE_NONE, 0 };
	struct tacit_event e;

	while (story_next(st, 0, &e)) {
		if (e.type != TACIT_EV_RECALLED)
			continue;
		t.fate = (enum tacit_fate)e.reason;
		t.events++;
	}
	return t;
}

/* End 0 writes letter ${n}; its id. */
static inline void
write_one(struct story *st, int n, uint32_t hold,
    char id[TACIT_MESSAGE_ID_SIZE])
{
	char text[32];
	int len = snprintf(text, sizeof(text), "letter %d", n);

	assert_int_equal(tacit_hold_now(story_contact(st, 0), hold), 0);
	assert_int_equal(tacit_send(story_contact(st, 0), text, (size_t)len,
	    id, NULL), 0);
}

static inline enum tacit_fate
recall(struct story *st, const char *id)
{
	enum tacit_fate fate = TACIT_FATE_NONE;

	assert_int_equal(tacit_recall(story_contact(st, 0), id, &fate), 0);
	return fate;
}

static inline enum tacit_message_state
state_of(struct story *st, const char *id)
{
	struct tacit_message m = { .size = sizeof(m) };
	uint64_t before = 0;

	while (tacit_history(story_contact(st, 0), before, &m) == 0) {
		if (strcmp(m.id, id) == 0)
			return m.state;
		before = m.place;
	}
	return 0;
}

#endif
