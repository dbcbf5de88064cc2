/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a relationship stands: what the practice decided, told to the client,
 * and each change as an entry that stays.
 */
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "queue.h"

static void
life_key(struct row_key *k, const char *id)
{
	row_key(k, ROW_LIFE);
	row_key_contact(k, id);
}

static int
life_of(struct tacit_practice *p, const char *id, tacit_rows_Life *out)
{
	struct row_key k;
	int rc;

	life_key(&k, id);
	rc = row_get(p->t, &k, tacit_rows_Life_fields, out);
	if (rc == 0)
		out->state = TACIT_LIFE_ACTIVE;
	return rc < 0 ? rc : 0;
}

static void
put_life(struct batch *b, const char *id, const tacit_rows_Life *row)
{
	struct row_key k;

	life_key(&k, id);
	batch_put(b, &k, tacit_rows_Life_fields, row);
}

static void
entry_key(struct row_key *k, const char *id, uint32_t n)
{
	row_key(k, ROW_ENTRY);
	row_key_contact(k, id);
	row_key_u32(k, n);
}

/* One more entry; ${row} is to be written after it. */
static void
enter(struct batch *b, const char *id, tacit_rows_Life *row,
    enum tacit_life_what what, bool them, enum tacit_how how, int64_t ms)
{
	tacit_rows_Entry e = tacit_rows_Entry_init_zero;
	struct row_key k;

	e.what = what;
	e.them = them;
	e.how = how;
	e.time_ms = ms;
	entry_key(&k, id, row->entries++);
	batch_put(b, &k, tacit_rows_Entry_fields, &e);
}

/* ---- what is known ------------------------------------------------------------ */

static enum tacit_life
state_of(const struct tacit_contact_info *info, const tacit_rows_Life *row)
{
	switch (info->state) {
	case TACIT_INVITED:
	case TACIT_JOINING:
		return TACIT_LIFE_INVITED;
	case TACIT_CLOSED:
		return info->inviter ? TACIT_LIFE_RETAINED :
		    TACIT_LIFE_DISCHARGED;
	case TACIT_ACTIVE:
	case TACIT_PAUSED:
		break;
	}
	return (enum tacit_life)row->state;
}

int
tacit_life_get(struct tacit_practice *p, struct tacit_contact *ct,
    struct tacit_life_info *out)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	tacit_rows_Life row;
	int rc;

	if (p == NULL || ct == NULL || out == NULL ||
	    out->size != sizeof(*out))
		return TACIT_E_INVALID;
	if ((rc = tacit_contact_info(ct, &info)) != 0 ||
	    (rc = life_of(p, info.id, &row)) != 0)
		return rc;
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	out->state = state_of(&info, &row);
	out->identity_changed = row.changed;
	memcpy(out->text, row.text, sizeof(out->text));
	out->entries = row.entries;
	return 0;
}

int
tacit_life_entry(struct tacit_practice *p, struct tacit_contact *ct,
    uint32_t n, struct tacit_life_entry *out)
{
	char id[TACIT_CONTACT_ID_SIZE];
	tacit_rows_Entry e;
	struct row_key k;
	int rc;

	if (p == NULL || ct == NULL || out == NULL ||
	    out->size != sizeof(*out))
		return TACIT_E_INVALID;
	if ((rc = practice_contact_id(ct, id)) != 0)
		return rc;
	entry_key(&k, id, n);
	if ((rc = row_get(p->t, &k, tacit_rows_Entry_fields, &e)) != 1)
		return rc;
	out->what = (enum tacit_life_what)e.what;
	out->who = e.them ? TACIT_WHO_THEM : TACIT_WHO_ME;
	out->how = (enum tacit_how)e.how;
	out->time_ms = e.time_ms;
	return 1;
}

int
life_check(struct tacit_practice *p, const struct tacit_contact_info *info)
{
	tacit_rows_Life row;
	int rc;

	if ((rc = life_of(p, info->id, &row)) != 0)
		return rc;
#ifndef TACIT_CONTROL_AFTER_DISCHARGE
	if (row.state == TACIT_LIFE_DISCHARGED)
		return TACIT_E_CONTACT_CLOSED;
#endif
	if (row.changed)
		return TACIT_E_IDENTITY_CHANGED;
	return !info->inviter && row.state == TACIT_LIFE_PAUSED ?
	    TACIT_E_PAUSED : 0;
}

/* ---- the practice decides -------------------------------------------------------- */

static enum tacit_life
state_after(enum tacit_life_what what)
{
	switch (what) {
	case TACIT_LIFE_PAUSE:
		return TACIT_LIFE_PAUSED;
	case TACIT_LIFE_RESUME:
		return TACIT_LIFE_ACTIVE;
	case TACIT_LIFE_DISCHARGE:
		return TACIT_LIFE_DISCHARGED;
	default:
		return (enum tacit_life)0;
	}
}

/* The message and all that goes with it, in one. */
static int
tell(struct tacit_practice *p, int64_t now_ms, struct tacit_contact *ct,
    const char *id, tacit_rows_Life *row, enum tacit_life_what what)
{
	tacit_practice_Practice *m = calloc(1, sizeof(*m));
	struct batch b;
	int rc;

	if (m == NULL)
		return TACIT_E_NOMEM;
	/* Above those of a vault that was put back, too. */
	row->number = row->number + 1 > (uint64_t)now_ms ? row->number + 1 :
	    (uint64_t)now_ms;
	m->which_is = tacit_practice_Practice_life_tag;
	m->is.life.number = row->number;
	m->is.life.state = row->state;
	batch_begin(&b, p);
	if (what == TACIT_LIFE_DISCHARGE)
		batch_text(&b, ct, row->text, strlen(row->text), 0, NULL,
		    NULL);
	else
		memcpy(m->is.life.text, row->text, sizeof(row->text));
	batch_send(&b, ct, m, NULL);
	enter(&b, id, row, what, false, TACIT_HOW_NONE, now_ms);
	put_life(&b, id, row);
	rc = batch_commit(&b);
	free(m);
	return rc;
}

int
tacit_life_change(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, enum tacit_life_what what, const char *text)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	enum tacit_life state = state_after(what);
	tacit_rows_Life row;
	int rc;

	if (p == NULL || ct == NULL || text == NULL || now_ms < 0 ||
	    state == 0)
		return TACIT_E_INVALID;
	if (strlen(text) >= sizeof(row.text) || !practice_is_text(text) ||
	    (what == TACIT_LIFE_DISCHARGE && text[0] == '\0'))
		return TACIT_E_TEXT;
	if ((rc = tacit_contact_info(ct, &info)) != 0 ||
	    (rc = life_of(p, info.id, &row)) != 0)
		return rc;
	if (!info.inviter || info.state == TACIT_INVITED)
		return TACIT_E_STATE;
	if (row.state == (uint32_t)state)
		return 0;
	if (info.state == TACIT_CLOSED ||
	    row.state == TACIT_LIFE_DISCHARGED ||
	    row.state == TACIT_LIFE_RETAINED)
		return TACIT_E_CONTACT_CLOSED;
	row.state = state;
	memcpy(row.text, text, strlen(text) + 1);
	if ((rc = tell(p, now_ms, ct, info.id, &row, what)) == 0)
		practice_wake(p, now_ms);
	return rc;
}

/* It was closed: what is left is the history. */
static int
retain(struct tacit_practice *p, const char *id, tacit_rows_Life *row)
{
	struct batch b;

	batch_begin(&b, p);
	row->state = TACIT_LIFE_RETAINED;
	enter(&b, id, row, TACIT_LIFE_CLOSE, false, TACIT_HOW_NONE,
	    p->now_ms);
	put_life(&b, id, row);
	return batch_commit(&b);
}

/* Who was discharged is closed when a relay has the last words. */
int
life_tend(struct tacit_practice *p)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	struct tacit_contact *ct = NULL;
	tacit_rows_Life row;
	int rc;

	while ((ct = tacit_contact_next(p->t, ct)) != NULL) {
		if ((rc = tacit_contact_info(ct, &info)) != 0 ||
		    (rc = life_of(p, info.id, &row)) != 0)
			return rc;
		if (!info.inviter || row.state != TACIT_LIFE_DISCHARGED)
			continue;
		if (info.state != TACIT_CLOSED && info.queued > 0)
			continue;
		if ((rc = tacit_contact_close(ct)) != 0 ||
		    (rc = retain(p, info.id, &row)) != 0)
			return rc;
	}
	return 0;
}

/* ---- the client hears of it --------------------------------------------------------- */

static enum tacit_life_what
what_of(uint32_t state)
{
	switch (state) {
	case TACIT_LIFE_ACTIVE:
		return TACIT_LIFE_RESUME;
	case TACIT_LIFE_PAUSED:
		return TACIT_LIFE_PAUSE;
	case TACIT_LIFE_DISCHARGED:
		return TACIT_LIFE_DISCHARGE;
	default:
		return (enum tacit_life_what)0;
	}
}

static uint32_t
event_of(enum tacit_life_what what)
{
	return what == TACIT_LIFE_PAUSE ? TACIT_PRACTICE_PAUSED :
	    what == TACIT_LIFE_RESUME ? TACIT_PRACTICE_RESUMED :
	    TACIT_PRACTICE_DISCHARGED;
}

int
life_take(struct batch *b, const struct taken *in)
{
	const tacit_practice_Life *m = &in->m->is.life;
	enum tacit_life_what what = what_of(m->state);
	tacit_rows_Event ev = tacit_rows_Event_init_zero;
	tacit_rows_Life row;
	int rc;

	if ((rc = bounds_is_practice(in->ct)) != 0)
		return rc < 0 ? rc : TACIT_E_POISON;
	if (what == 0 || !practice_is_text(m->text))
		return TACIT_E_POISON;
	if ((rc = life_of(b->p, in->contact, &row)) != 0)
		return rc;
	/* What was taken before, or is older than what was. */
	if (m->number <= row.number || row.state == TACIT_LIFE_DISCHARGED)
		return 0;
	row.number = m->number;
	row.state = m->state;
	memcpy(row.text, m->text, sizeof(row.text));
	enter(b, in->contact, &row, what, true, TACIT_HOW_NONE, b->p->now_ms);
	put_life(b, in->contact, &row);
	ev.type = event_of(what);
	memcpy(ev.value, m->text, sizeof(m->text));
	queue_tell(b, in->ct, &ev);
	return 0;
}

/* ---- what the vault tells ------------------------------------------------------------- */

void
life_look(struct batch *b, const struct tacit_event *ev)
{
	enum tacit_life_what what = TACIT_LIFE_PAIR;
	enum tacit_how how = TACIT_HOW_NONE;
	char id[TACIT_CONTACT_ID_SIZE];
	tacit_rows_Life row;
	int rc;

	switch (ev->type) {
	case TACIT_EV_PAIRED:
		how = ev->verified ? TACIT_HOW_IN_PERSON : TACIT_HOW_NONE;
		break;
	case TACIT_EV_CLOSED:
		what = TACIT_LIFE_CLOSE;
		break;
	case TACIT_EV_IDENTITY_CHANGED:
		what = TACIT_LIFE_IDENTITY;
		break;
	default:
		return;
	}
	if ((rc = practice_contact_id(ev->contact, id)) != 0 ||
	    (rc = life_of(b->p, id, &row)) != 0) {
		batch_fail(b, rc);
		return;
	}
	row.changed = row.changed || what == TACIT_LIFE_IDENTITY;
	enter(b, id, &row, what, true, how, b->p->now_ms);
	put_life(b, id, &row);
	look_note(b, ev->id);
}

int
tacit_life_verify(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, enum tacit_how how)
{
	char id[TACIT_CONTACT_ID_SIZE];
	tacit_rows_Life row;
	struct batch b;
	int rc;

	if (p == NULL || ct == NULL || now_ms < 0 ||
	    (how != TACIT_HOW_IN_PERSON && how != TACIT_HOW_VOICE &&
	    how != TACIT_HOW_VIDEO))
		return TACIT_E_INVALID;
	/* What was told before now is what is verified. */
	p->now_ms = now_ms;
	if ((rc = look_tend(p)) != 0 ||
	    (rc = practice_contact_id(ct, id)) != 0 ||
	    (rc = life_of(p, id, &row)) != 0)
		return rc;
	row.changed = false;
	batch_begin(&b, p);
	batch_verify(&b, ct);
	enter(&b, id, &row, TACIT_LIFE_VERIFY, false, how, now_ms);
	put_life(&b, id, &row);
	return batch_commit(&b);
}
