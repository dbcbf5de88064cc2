/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "change.h"
#include "inbox.h"
#include "story.h"
#include "write.h"

static char scratch[] = "/dev/shm/tacit-story-XXXXXX";

static void
remove_scratch(void)
{
	static const char *const suffix[] = { "", ".lock", "-wal", "-shm" };
	char path[300];
	size_t k;
	int i;

	for (i = 0; i < STAGE_ENDS; i++)
		for (k = 0; k < sizeof(suffix) / sizeof(suffix[0]); k++) {
			(void)snprintf(path, sizeof(path), "%s/end%d%s",
			    scratch, i, suffix[k]);
			(void)unlink(path);
		}
	(void)rmdir(scratch);
}

const char *
story_scratch(void)
{
	if (strstr(scratch, "XXXXXX") != NULL) {
		assert_non_null(mkdtemp(scratch));
		assert_int_equal(atexit(remove_scratch), 0);
	}
	return scratch;
}

uint64_t
story_number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 0) : otherwise;
}

void
story_invite(struct story *st, unsigned flags, uint32_t minutes)
{
	struct tacit_contact *ct;
	int i, rc = TACIT_E_WAIT;

	assert_int_equal(tacit_invite(&ct, stage_end(st->s, 0), "client",
	    flags, minutes, NULL), 0);
	memcpy(st->id[0], ct->id, CONTACT_ID_LEN);
	st->event[0] = stage_end(st->s, 0)->self.next_event;
	st->event[1] = stage_end(st->s, 1)->self.next_event;
	for (i = 0; i < 100 && rc == TACIT_E_WAIT; i++) {
		(void)stage_turn(st->s, 0);
		stage_relay_turn(st->s);
		rc = tacit_invitation_link(ct, st->link);
	}
	assert_int_equal(rc, 0);
}

void
story_accept(struct story *st)
{
	struct tacit_contact *ct;

	assert_int_equal(tacit_accept(&ct, stage_end(st->s, 1), st->link,
	    strlen(st->link), "therapist"), 0);
	memcpy(st->id[1], ct->id, CONTACT_ID_LEN);
}

void
story_pair(struct story *st, unsigned flags)
{
	int i;

	story_invite(st, flags, 0);
	story_accept(st);
	stage_quiesce(st->s);
	for (i = 0; i < 2; i++)
		assert_int_equal(story_count(st, i, TACIT_EV_PAIRED), 1);
}

struct tacit_contact *
story_contact(struct story *st, int i)
{
	struct tacit_contact *ct;

	ct = contact_by_id(stage_end(st->s, i), st->id[i]);
	return ct != NULL && contact_is_shown(ct) ? ct : NULL;
}

int
story_write(struct story *st, int i, int n)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "letter %d", n);
	return tacit_send(story_contact(st, i), text, strlen(text), NULL,
	    NULL);
}

void
story_write_raw(struct story *st, int i, const char *text, size_t len)
{
	struct tacit_contact *ct = story_contact(st, i);

	assert_int_equal(change_begin(ct->t), 0);
	assert_int_equal(change_end(ct->t, ct, write_add(ct, 0, text, len,
	    0)), 0);
}

int
story_letter(const struct tacit_event *e)
{
	char text[32];
	int n = 0;

	assert_int_equal(e->type, TACIT_EV_MESSAGE);
	if (sscanf(e->text, "letter %d", &n) != 1)
		fail_msg("nobody wrote \"%s\"", e->text);
	(void)snprintf(text, sizeof(text), "letter %d", n);
	assert_string_equal(e->text, text);
	return n;
}

int
story_next(struct story *st, int i, struct tacit_event *e)
{
	struct tacit_contact *ct = contact_by_id(stage_end(st->s, i),
	    st->id[i]);
	int rc;

	do {
		e->size = sizeof(*e);
		rc = tacit_next_event(stage_end(st->s, i), st->event[i], e);
		if (rc == 1)
			st->event[i] = e->id;
	} while (rc == 1 && e->contact != ct);
	assert_true(rc >= 0);
	return rc;
}

int
story_count(struct story *st, int i, enum tacit_event_type type)
{
	struct tacit_event e;
	int n = 0;

	while (story_next(st, i, &e))
		n += e.type == type;
	return n;
}

void
story_hand(struct story *st, int i,
    const uint8_t envelope[TACIT_ENVELOPE_ID_LEN], const uint8_t *body,
    size_t len)
{
	assert_int_equal(inbox_take(story_contact(st, i),
	    story_contact(st, i)->rec.my_address, envelope, body, len), 0);
}
