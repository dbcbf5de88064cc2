/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of one contact, out of the vault: what their files share.
 *
 *	record.c	 the public call: head, series, entries in their order
 *	record_past.c	 the history, read once; a row of it becomes an entry
 *	record_note.c	 what else happened becomes a note
 *	record_seal.c	 the manifest, its key, and the chain of manifests
 */
#ifndef PRACTICE_RECORD_H
#define PRACTICE_RECORD_H

#include "checkin.h"
#include "export.h"
#include "manifest.h"

enum { RECORD_NOTE_MAX = 1024 };	/* bytes, with NUL */

/* What is exported, and by whom. */
struct record {
	struct tacit_practice *p;
	struct tacit_contact *ct;
	struct tacit_contact_info info;
	bool checkins;			/* these alone */
	uint32_t from, until;		/* days */
	int64_t from_ms, to_ms;		/* the same; to_ms 0: all */
	struct export x;
	struct export_head head;
	char me[TACIT_NAME_SIZE], software[EXPORT_NAME_MAX];
	uint32_t noted;			/* entries of its life so far */
};

/* A row of the history, copied; in a list from the oldest on. */
struct past {
	struct past *next;
	char id[TACIT_MESSAGE_ID_SIZE];
	uint64_t seq;
	uint32_t type;
	bool from_me;
	enum tacit_message_state state;
	enum entry_fate fate;
	int64_t time_ms;
	size_t len;			/* 0: of a text that is forgotten */
	char text[];			/* and NUL */
};

/*
 * Read what ${r} covers; backwards, as the history can be read at once.
 * Owner:   the caller, past_free(), also after an error.
 */
int past_read(struct past **out, struct record *r);
void past_free(struct past *first);

/* Print what ${m} is, if it is to be shown. */
int past_print(struct record *r, const struct past *m);

/* A time that can be printed, with its zone. */
void record_time(struct entry *e, int64_t time_ms);

/* True if that is in what ${r} covers. */
bool record_covers(const struct record *r, int64_t time_ms);

/* ---- notes -------------------------------------------------------------------- */

/*
 * What a message of this layer says to a person, as text.
 * Returns: 1, 0 (nothing; or it was no business of who sent it), or an error.
 */
int note_of_message(char out[RECORD_NOTE_MAX], struct record *r,
    const struct past *m, const tacit_practice_Practice *said);

/* Print as notes what the vault itself saw up to ${until_ms}. */
int note_life(struct record *r, int64_t until_ms);

/* ---- manifests ------------------------------------------------------------------ */

/*
 * Make the manifest of ${m} in ${out}, and note durably that it follows the
 * last one of ${r->info.id}.
 */
int seal_make(struct tacit_record *out, struct record *r,
    struct manifest *m);

#endif
