/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A therapist (end 0) and a client (end 1) with the practice layer that hosts
 * have, in Berlin, under a clock of the test's.  To be included by one file
 * of a program, after cmocka.h.
 */
#ifndef CLINIC_H
#define CLINIC_H

#include <time.h>
#include <unistd.h>

#include "batch.h"
#include "story.h"
#include "zone.h"

/* A choice that is scored, a number with an alert, words that may be left. */
static const char clinic_form[] =
"{\"resourceType\":\"Questionnaire\",\"status\":\"active\",\"title\":"
"\"Evening\",\"extension\":[{"
"\"url\":\"urn:tacit:score\",\"extension\":[{\"url\":\"label\","
"\"valueString\":\"Mood\"},{\"url\":\"band\",\"extension\":[{\"url\":\"from\","
"\"valueDecimal\":0},{\"url\":\"label\",\"valueString\":\"low\"},{\"url\":"
"\"alert\",\"valueBoolean\":true}]},{\"url\":\"band\",\"extension\":[{\"url\":"
"\"from\",\"valueDecimal\":2},{\"url\":\"label\",\"valueString\":\"fine\"}]}]}"
"],\"item\":[{\"linkId\":\"mood\",\"type\":\"choice\",\"text\":\"How was it?\""
",\"required\":true,\"answerOption\":[{\"valueCoding\":{\"code\":\"bad\"},"
"\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/"
"ordinalValue\",\"valueDecimal\":1}]},{\"valueCoding\":{\"code\":\"good\"},"
"\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/"
"ordinalValue\",\"valueDecimal\":3}]}]},{\"linkId\":\"drinks\",\"type\":"
"\"integer\",\"text\":\"Drinks\",\"required\":true,\"extension\":[{\"url\":"
"\"http://hl7.org/fhir/StructureDefinition/maxValue\",\"valueInteger\":20},{"
"\"url\":\"urn:tacit:alert\",\"extension\":[{\"url\":\"operator\","
"\"valueString\":\">\"},{\"url\":\"value\",\"valueInteger\":5},{\"url\":"
"\"label\",\"valueString\":\"many drinks\"}]}]},{\"linkId\":\"note\",\"type\":"
"\"text\",\"text\":\"Anything else?\"}]}";

enum { MINUTE = 60 * 1000 };

struct clinic {
	struct story st;
	struct tacit_practice *p[2];
	int64_t now;
	char form[TACIT_CHECKIN_ID_SIZE];
	uint64_t seen[2];		/* practice events looked at */
};

static inline struct tacit_contact *
clinic_ct(struct clinic *c, int i)
{
	return story_contact(&c->st, i);
}

static inline int64_t
clinic_at(uint32_t date, uint32_t minute)
{
	struct civil at = { date, minute };

	return zone_ms(at);
}

static inline void
clinic_begin(struct clinic *c, uint64_t seed)
{
	char why[TACIT_CHECKIN_WHY_SIZE];
	int i;

	memset(c, 0, sizeof(*c));
	assert_int_equal(setenv("TZ", access("/usr/share/zoneinfo/Europe/"
	    "Berlin", R_OK) == 0 ? "Europe/Berlin" :
	    "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
	tzset();
	c->now = clinic_at(20260320, 12 * 60);
	c->st.s = stage_new(story_scratch(), seed);
	story_pair(&c->st, TACIT_INVITE_IN_PERSON);
	for (i = 0; i < 2; i++)
		assert_int_equal(tacit_practice_open(&c->p[i],
		    stage_end(c->st.s, i)), 0);
	if (tacit_checkin_import(c->p[0], clinic_form, strlen(clinic_form),
	    c->form, why) != 0)
		fail_msg("%s", why);
}

static inline void
clinic_end(struct clinic *c)
{
	tacit_practice_close(c->p[0]);
	tacit_practice_close(c->p[1]);
	stage_free(c->st.s);
}

static inline void
clinic_step(struct clinic *c, int i)
{
	assert_int_equal(tacit_practice_step(c->p[i], c->now), 0);
}

/* What is sent arrives and is taken; the clock stands. */
static inline void
clinic_settle(struct clinic *c)
{
	int n;

	for (n = 0; n < 2; n++) {
		clinic_step(c, 0);
		clinic_step(c, 1);
		stage_quiesce(c->st.s);
	}
	clinic_step(c, 0);
	clinic_step(c, 1);
}

static inline void
clinic_go(struct clinic *c, uint32_t date, uint32_t minute)
{
	c->now = clinic_at(date, minute);
	clinic_settle(c);
}

/* Both devices stay on for as long as it takes to know that they are. */
static inline void
clinic_stay(struct clinic *c)
{
	int n;

	for (n = 0; n < 3; n++) {
		c->now += 2 * MINUTE;
		clinic_settle(c);
	}
}

static inline void
clinic_crash(struct clinic *c, int i)
{
	tacit_practice_close(c->p[i]);
	stage_crash(c->st.s, i);
	assert_int_equal(tacit_practice_open(&c->p[i],
	    stage_end(c->st.s, i)), 0);
	clinic_step(c, i);
}

/* The next event of end ${i}; type 0: there is none. */
static inline struct tacit_practice_event
clinic_event(struct clinic *c, int i)
{
	struct tacit_practice_event ev = { .size = sizeof(ev) };
	int rc = tacit_practice_next_event(c->p[i], c->seen[i], &ev);

	assert_true(rc == 0 || rc == 1);
	if (rc == 1)
		c->seen[i] = ev.id;
	else
		memset(&ev, 0, sizeof(ev));
	return ev;
}

/* It is of this type, about this occurrence. */
static inline void
clinic_told(struct clinic *c, int i, enum tacit_practice_event_type type,
    const char *id, uint32_t date)
{
	struct tacit_practice_event ev = clinic_event(c, i);

	if (ev.type != type || ev.date != date)
		fail_msg("end %d: event %d of %u, not %d of %u", i,
		    (int)ev.type, (unsigned)ev.date, (int)type,
		    (unsigned)date);
	if (type == 0)
		return;
	assert_string_equal(ev.about, id);
	assert_string_equal(ev.title, "Evening");
	assert_ptr_equal(ev.contact, clinic_ct(c, i));
}

static inline void
clinic_quiet(struct clinic *c, int i)
{
	clinic_told(c, i, (enum tacit_practice_event_type)0, "", 0);
}

/* Every evening from 18:00 to 21:00. */
static inline struct tacit_checkin_when
clinic_evenings(uint32_t from, uint32_t until)
{
	struct tacit_checkin_when w = { .size = sizeof(w), .from = from,
	    .until = until, .every = 1, .open = 1080, .close = 1260 };

	return w;
}

/* Sent, posted and taken. */
static inline void
clinic_send(struct clinic *c, const struct tacit_checkin_when *w,
    char id[TACIT_CHECKIN_ID_SIZE])
{
	assert_int_equal(tacit_checkin_send(c->p[0], clinic_ct(c, 0),
	    c->form, w, c->now, id), 0);
	clinic_settle(c);
	c->now += 15 * MINUTE;
	clinic_settle(c);
}

/* A clinic begins, and its client is asked on the evening of the first day. */
static inline void
clinic_asked(struct clinic *c, uint64_t seed, const struct tacit_checkin_when *w,
    char id[TACIT_CHECKIN_ID_SIZE])
{
	clinic_begin(c, seed);
	clinic_send(c, w, id);
	clinic_go(c, 20260320, 1100);
	clinic_told(c, 1, TACIT_CHECKIN_DUE, id, 20260320);
}

/* Answer what is asked now. */
static inline void
clinic_answer(struct clinic *c, const char *id, const char *mood,
    const char *drinks)
{
	struct tacit_checkin *k;

	assert_int_equal(tacit_checkin_open(&k, c->p[1], clinic_ct(c, 1), id),
	    0);
	assert_int_equal(tacit_checkin_set(k, 0, mood, NULL), 0);
	assert_int_equal(tacit_checkin_set(k, 1, drinks, NULL), 0);
	assert_int_equal(tacit_checkin_submit(k), 0);
	tacit_checkin_close(k);
	clinic_settle(c);
}

#endif
