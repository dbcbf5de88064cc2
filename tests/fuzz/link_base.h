/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fuzz_link.c begins from: three vaults as files, what a true relay had
 * for each, and all that the peer ever wrote.  Made once, by the real cores
 * on the stage.
 */
#ifndef LINK_BASE_H
#define LINK_BASE_H

#include "core.h"
#include "frame.pb.h"
#include "fuzz.h"

enum { LINK_BASES = 3, LINK_ENVELOPES = 80, LINK_TEXTS = 32 };

struct link_envelope {
	tacit_Deliver head;
	uint8_t body[TACIT_LETTER_LEN];
};

struct link_base {			/* paired; invited; joining */
	uint8_t *file, *wal;
	size_t file_len, wal_len;
	int64_t now;
	uint64_t event;			/* the host knows those up to it */
	struct link_envelope envelope[LINK_ENVELOPES];
	unsigned int n_envelope;
};

extern struct link_base link_base[LINK_BASES];
extern uint8_t link_welcome[1024], link_blob[TACIT_BLOB_LEN];
extern size_t link_welcome_len;
extern char link_text[LINK_TEXTS][TACIT_TEXT_MAX + 1];
extern int link_n_texts;

void link_base_make(void);

/* The vault of ${b}, as it was. */
struct vault *link_base_open(const struct link_base *b);

#endif
