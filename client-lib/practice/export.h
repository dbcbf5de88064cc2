/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was written with one contact, printed an entry at a time: to be read
 * (HTML), for programs (JSON lines), for records (FHIR R4).
 *
 *	export_begin(), export_trend() for each plot, export_entry() for each
 *	entry from the oldest, export_end()
 *
 * Errors:  of all: what the sink says, TACIT_E_NOMEM; a file is not to be
 *          used then.  Whatever is refused for what it is leaves no byte.
 */
#ifndef PRACTICE_EXPORT_H
#define PRACTICE_EXPORT_H

#include "answer.h"
#include "sink.h"
#include "trend.h"

enum {
	EXPORT_NAME_MAX = 64,		/* bytes */
	EXPORT_ID_MAX = 64,
	EXPORT_TEXT_MAX = 24576,
	EXPORT_UUID_LEN = 37		/* with NUL */
};

enum entry_kind {
	ENTRY_MESSAGE = 1,		/* text */
	ENTRY_CHECKIN,			/* answers: a response */
	ENTRY_NOTE			/* text: what happened, as in a log */
};

enum entry_state {
	ENTRY_QUEUED = 1,		/* in the vault alone */
	ENTRY_ACCEPTED,			/* at the relay */
	ENTRY_DELIVERED,		/* the other end has it, and says so */
	ENTRY_READ,
	ENTRY_UNDELIVERED,		/* it never got there */
	ENTRY_RECEIVED			/* theirs */
};

enum entry_fate {
	ENTRY_KEPT = 0,			/* for the record */
	ENTRY_EPHEMERAL,		/* both ends will forget it: no text,
					   for a file would keep it */
	ENTRY_DELETED,			/* both ends forgot it: no text */
	ENTRY_RECALLED,			/* by its writer, before it arrived */
	ENTRY_RETRACTED			/* its writer asked for that later */
};

struct entry {
	enum entry_kind kind;
	const char *id;			/* of the message; a note has one too:
					   A-Z a-z 0-9 _ - */
	uint64_t seq;			/* 0: none */
	bool from_me;
	int64_t time_ms;		/* when it was written */
	int zone_minutes;		/* east of UTC then, for who reads it */
	enum entry_state state;		/* of a note: RECEIVED */
	enum entry_fate fate;
	const char *text;		/* UTF-8; NULL: is not in the record */
	size_t text_len;
	const struct answers *answers;	/* or NULL: not there any more */
};

struct export_head {
	const char *contact;		/* id */
	const char *label;		/* mine for them */
	const char *me;			/* my name for myself */
	const char *software;		/* "tacit 0.1.0" */
	int64_t made_ms;
	int zone_minutes;		/* of now */
	int64_t from_ms, to_ms;		/* what was asked for; to_ms 0: all */
};

struct export;
struct export_format {
	const char *word;		/* "html" */
	const char *suffix;		/* ".html" */
	int (*begin)(struct export *x);
	int (*trend)(struct export *x, const struct trend *t); /* or NULL */
	int (*entry)(struct export *x, const struct entry *e);
	int (*end)(struct export *x);
};
extern const struct export_format export_html, export_json, export_fhir;

/* Its fields are for the formats. */
struct export {
	const struct export_format *format;
	struct sink *sink;
	const struct export_head *head;
	uint32_t date;			/* of the last entry; 0: none yet */
	uint64_t messages, checkins, notes;
	unsigned int trends;
};

/* The format of this name, or NULL. */
const struct export_format *export_find(const char *word);

/*
 * Begin.  ${s} and ${head} must stay until the end.
 * Errors:  TACIT_E_INVALID (id, times), TACIT_E_LABEL (names).
 */
int export_begin(struct export *x, const struct export_format *format,
    struct sink *s, const struct export_head *head);

/* A plot, in formats that have some.  Errors: of trend_svg(). */
int export_trend(struct export *x, const struct trend *t);

/*
 * Errors:  TACIT_E_TEXT (not UTF-8, too long), TACIT_E_INVALID (id,
 *          time, kind, state, fate, or what does not belong together).
 */
int export_entry(struct export *x, const struct entry *e);

/* End; ${x} has counted what there was. */
int export_end(struct export *x);

/* The errors of export_begin(). */
int export_check_head(const struct export_head *head);

/* ---- for the formats ---------------------------------------------------- */

/* The name of who wrote it. */
const char *export_writer(const struct export *x, const struct entry *e);

/* As "ephemeral: it is to be deleted at both ends"; NULL: nothing to say. */
const char *export_fate_text(enum entry_fate fate);
const char *export_fate_word(enum entry_fate fate);
const char *export_state_word(enum entry_state state);
const char *export_kind_word(enum entry_kind kind);

/*
 * A name for ever, from an id: version 8 of RFC 9562, of the first bits of
 * SHA-256 over "urn:tacit:", ${space}, ":" and ${id}.
 */
void export_uuid(char out[EXPORT_UUID_LEN], const char *space,
    const char *id);

#endif
