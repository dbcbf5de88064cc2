/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "talk.h"

/* Nothing waits to be confirmed. */
static void
confirm_all(struct tacit *t)
{
	struct tacit_event e = { .size = sizeof(e) };
	int rc;

	while (tacit_next_event(t, 0, &e) == 1) {
		rc = tacit_event_done(t, e.id);
		assert(rc == 0);
	}
}

void
talk_new(struct talk *k, const char *dir)
{
	int i;

	memset(k, 0, sizeof(*k));
	k->st.s = stage_new(dir, 7);
	story_pair(&k->st, TACIT_INVITE_IN_PERSON);
	assert(story_write(&k->st, 0, 1) == 0);
	stage_quiesce(k->st.s);
	assert(story_count(&k->st, 1, TACIT_EV_MESSAGE) == 1);
	for (i = 0; i < 2; i++) {
		contact_session(story_contact(&k->st, i), &k->at[i]);
		confirm_all(stage_end(k->st.s, i));
	}
}

void
talk_free(struct talk *k)
{
	stage_free(k->st.s);
}

void
talk_begin(struct talk *k)
{
	int i, rc;

	for (i = 0; i < 2; i++) {
		rc = vault_begin(stage_end(k->st.s, i)->vault);
		assert(rc == 0);
	}
}

void
talk_end(struct talk *k)
{
	int i, rc;

	for (i = 0; i < 2; i++) {
		rc = vault_commit(stage_end(k->st.s, i)->vault);
		assert(rc == 0);
	}
}

void
talk_letter(struct talk *k, int from)
{
	struct tacit *a = stage_end(k->st.s, from);
	struct tacit *b = stage_end(k->st.s, !from);
	uint8_t text[TACIT_CONTENT_LEN], msg[TACIT_LETTER_LEN];
	uint8_t read[TACIT_LETTER_LEN];
	enum ratchet_kind kind;
	size_t len = 0, n = 0;
	int rc;

	memset(text, (int)(k->n & 0xff), sizeof(text));
	memcpy(text, &k->n, sizeof(k->n));
	k->n++;
	rc = ratchet_encrypt(a->ratchet, &k->at[from], text, sizeof(text),
	    msg, sizeof(msg), &len, &kind);
	assert(rc == 0);
	rc = ratchet_decrypt(b->ratchet, &k->at[!from], kind, 0, msg, len,
	    read, sizeof(read), &n);
	assert(rc == 0 && n == sizeof(text) && memcmp(read, text, n) == 0);
}
