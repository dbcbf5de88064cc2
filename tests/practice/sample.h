/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of what is printed have in common: where to, and of what. */
#ifndef PRACTICE_SAMPLE_H
#define PRACTICE_SAMPLE_H

#include "export.h"
#include "kit.h"
#include "trend.h"

/* What was printed; a sink that has failed must not be written to again. */
struct memory {
	char *bytes;			/* NUL-terminated */
	size_t len, cap;
	size_t room;			/* writes beyond it fail */
	bool failed;
};
#define SAMPLE_FAILURE	TACIT_E_DISK_FULL

struct sink memory_sink(struct memory *m, size_t room);
void memory_free(struct memory *m);

/* Texts that try to be more than text.  They have no NUL. */
extern const char *const sample_hostile[];
extern const size_t sample_hostile_len;

/* What sort of conversation. */
enum sample {
	SAMPLE_EMPTY,
	SAMPLE_EVERY,			/* kind, state and fate */
	SAMPLE_HOSTILE,			/* all words are */
	SAMPLE_LONG			/* 200 messages, months, both ways */
};
/* By its name, or -1. */
int sample_find(const char *name);

extern const struct export_head sample_head, sample_hostile_head;

/* Three months of answers and misses, with bands; words of ${which}. */
const struct trend *sample_trend(enum sample which);

/*
 * Answers to a form of which every word is ${which}'s; to be freed with
 * sample_answers_free().
 */
struct answers *sample_answers(enum sample which);
void sample_answers_free(struct answers *a);

/* Print such a conversation; returns the first error. */
int sample_export(const struct export_format *format, struct sink *s,
    enum sample which);

#endif
