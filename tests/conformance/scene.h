/* SPDX-License-Identifier: Apache-2.0 */
/* Well-formed requests, and what each case of them begins with. */
#ifndef CONFORMANCE_SCENE_H
#define CONFORMANCE_SCENE_H

#include "told.h"

/* Two connections, and a mailbox that exists. */
struct scene {
	const uint8_t *code;
	struct raw *r, *other;
	struct raw_mailbox m, none;	/* ${none} does not exist */
	struct raw_invitation v;	/* not yet put */
	uint8_t id[TACIT_ENVELOPE_ID_LEN], body[TACIT_LETTER_LEN];
	char *got;
};

struct scene_case {
	const char *name;
	void (*play)(struct scene *s);	/* says what it is answered */
	const char *want;
};

/* ${rc} is what a request was answered with: "ok" or "error NAME". */
void scene_say(struct scene *s, int rc);

/* SUBSCRIBE: the result of the one entry. */
void scene_subscribe(struct scene *s, struct raw *r,
    const struct raw_mailbox *m);

/* What is in the mailbox: "deliver" each, with "changed" if not ${body}. */
void scene_contents(struct scene *s);

/* Play all cases of a program; its exit status. */
int scene_run(const char *batch, const struct scene_case *cases, size_t n);

#endif
