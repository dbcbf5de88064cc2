/* SPDX-License-Identifier: Apache-2.0 */
/* Out of office, once a day and contact; and hours of quiet. */
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "civil.h"
#include "queue.h"
#include "zone.h"

enum { ALL_DAYS = 0x7f };

static int
away_row(struct tacit_practice *p, tacit_rows_Away *out)
{
	struct row_key k;

	row_key(&k, ROW_AWAY);
	return row_get(p->t, &k, tacit_rows_Away_fields, out);
}

/* Does the notice hold on this day? */
static bool
holds(const tacit_rows_Away *row, uint32_t date)
{
	return row->text[0] != '\0' && date >= row->from &&
	    (row->until == 0 || date <= row->until);
}

static bool
is_day(uint32_t date)
{
	return date == 0 || civil_is_date(date);
}

static bool
is_notice(const char *text)
{
	return text[0] != '\0' && practice_is_text(text);
}

int
tacit_away_set(struct tacit_practice *p, int64_t now_ms, const char *text,
    uint32_t from, uint32_t until)
{
	tacit_rows_Away row = tacit_rows_Away_init_zero;
	struct row_key k;
	struct batch b;
	int rc;

	if (p == NULL || text == NULL || now_ms < 0 || !is_day(from) ||
	    !is_day(until) || (until != 0 && until < from))
		return TACIT_E_INVALID;
	if (strlen(text) >= sizeof(row.text) || !is_notice(text))
		return TACIT_E_TEXT;
	/* What is there already came before. */
	p->now_ms = now_ms;
	if ((rc = look_tend(p)) != 0)
		return rc;
	memcpy(row.text, text, strlen(text) + 1);
	row.from = from;
	row.until = until;
	row_key(&k, ROW_AWAY);
	batch_begin(&b, p);
	batch_put(&b, &k, tacit_rows_Away_fields, &row);
	look_note(&b, p->seen);
	return batch_commit(&b);
}

static int
end_row(struct tacit_practice *p, enum row_kind kind)
{
	struct row_key k;
	struct batch b;

	if (p == NULL)
		return TACIT_E_INVALID;
	row_key(&k, kind);
	batch_begin(&b, p);
	batch_delete(&b, &k);
	return batch_commit(&b);
}

int
tacit_away_end(struct tacit_practice *p)
{
	return end_row(p, ROW_AWAY);
}

/* ---- at the practice ------------------------------------------------------------ */

static void
said_key(struct row_key *k, const char *id)
{
	row_key(k, ROW_AWAY_SAID);
	row_key_contact(k, id);
}

static void
note_said(struct batch *b, const char *id, uint32_t date)
{
	struct row_key k, value = { .len = 0 };

	said_key(&k, id);
	row_key_u32(&value, date);
	batch_put_bytes(b, &k, value.data, value.len);
}

/*
 * Was this contact answered on this day?  Also on the next one: who flies
 * west has a day twice.  1, 0 or an error.
 */
static int
was_said(struct tacit_practice *p, const char *id, uint32_t date)
{
	struct row_key k, value = { .len = 0 };
	uint32_t said;
	int rc;

	said_key(&k, id);
	rc = row_get_bytes(p->t, &k, value.data, 4, &value.len);
	if (rc == 1 && value.len != 4)
		return TACIT_E_CORRUPT;
#ifdef TACIT_CONTROL_AWAY_TWICE
	return 0;
#endif
	if (rc != 1)
		return rc;
	said = row_key_get_u32(&value, 0);
	return said == date || said == civil_date(civil_days(date) + 1);
}

/*
 * It is not said in the moment in which the text came: that would tell the
 * relay that nobody wrote it.
 */
static void
plan(struct batch *b, const char *id, uint32_t date)
{
	struct row_key k, value = { .len = 0 };

	note_said(b, id, date);
	row_key(&k, ROW_AWAY_DUE);
	row_key_contact(&k, id);
	row_key_u64(&value, (uint64_t)practice_later(b->p->now_ms,
	    PRACTICE_SPREAD_MS));
	batch_put_bytes(b, &k, value.data, value.len);
	practice_wake(b->p, b->p->now_ms);
}

static void
say(struct batch *b, struct tacit_contact *ct, const tacit_rows_Away *row)
{
	tacit_practice_Practice *m = calloc(1, sizeof(*m));

	if (m == NULL) {
		batch_fail(b, TACIT_E_NOMEM);
		return;
	}
	m->which_is = tacit_practice_Practice_away_tag;
	memcpy(m->is.away.text, row->text, sizeof(row->text));
	m->is.away.until = row->until;
	batch_send(b, ct, m, NULL);
	free(m);
}

/* The row ${k} waited for its time: said, unless we are back by now. */
static int
tend(struct tacit_practice *p, const struct row_key *k)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	char id[TACIT_CONTACT_ID_SIZE] = "";
	struct tacit_contact *ct;
	struct row_key value = { .len = 0 };
	uint32_t today = zone_civil(p->now_ms).date;
	tacit_rows_Away row;
	struct batch b;
	int rc;

	rc = row_get_bytes(p->t, k, value.data, 8, &value.len);
	if (rc != 1 || value.len != 8 || k->len < sizeof(id) - 1)
		return rc < 0 ? rc : TACIT_E_CORRUPT;
	if (!practice_is_due(p, (int64_t)row_key_get_u64(&value, 0),
	    PRACTICE_SPREAD_MS))
		return 0;
	memcpy(id, k->data + k->len - (sizeof(id) - 1), sizeof(id) - 1);
	ct = practice_contact(p, id);
	if ((rc = away_row(p, &row)) < 0 ||
	    (ct != NULL && (rc = tacit_contact_info(ct, &info)) < 0))
		return rc;
	batch_begin(&b, p);
	batch_delete(&b, k);
	if (holds(&row, today) && ct != NULL && bounds_reaches(&info)) {
		say(&b, ct, &row);
		/* It may have waited over a midnight. */
		note_said(&b, id, today);
	}
	return batch_commit(&b);
}

int
away_tend(struct tacit_practice *p)
{
	struct row_key prefix, at = { .len = 0 };
	int rc;

	row_key(&prefix, ROW_AWAY_DUE);
	while ((rc = row_next(p->t, &prefix, &at)) == 1)
		if ((rc = tend(p, &at)) != 0)
			return rc;
	return rc;
}

void
away_look(struct batch *b, const struct tacit_event *ev)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	uint32_t date = zone_civil(b->p->now_ms).date;
	tacit_rows_Away row;
	int rc;

	if (ev->type != TACIT_EV_MESSAGE)
		return;
	if ((rc = away_row(b->p, &row)) != 1) {
		batch_fail(b, rc);
		return;
	}
	/* From now on it has been seen, over any crash. */
	look_note(b, ev->id);
	if (!holds(&row, date))
		return;
	if ((rc = tacit_contact_info(ev->contact, &info)) != 0 ||
	    (rc = was_said(b->p, info.id, date)) < 0) {
		batch_fail(b, rc);
		return;
	}
	if (rc == 0 && info.inviter && bounds_reaches(&info))
		plan(b, info.id, date);
}

/* ---- at the client -------------------------------------------------------------------- */

int
away_take(struct batch *b, const struct taken *in)
{
	const tacit_practice_Away *m = &in->m->is.away;
	tacit_rows_Event ev = tacit_rows_Event_init_zero;
	int rc;

	if ((rc = bounds_is_practice(in->ct)) != 0)
		return rc < 0 ? rc : TACIT_E_POISON;
	if (!is_notice(m->text) || !is_day(m->until))
		return TACIT_E_POISON;
	ev.type = TACIT_PRACTICE_AWAY;
	ev.date = m->until;
	memcpy(ev.value, m->text, sizeof(m->text));
	queue_tell(b, in->ct, &ev);
	return 0;
}

/* ---- quiet ------------------------------------------------------------------------------- */

int
tacit_quiet_set(struct tacit_practice *p, uint32_t from, uint32_t until,
    uint32_t weekdays)
{
	tacit_rows_Quiet row = { from, until, weekdays };
	struct row_key k;
	struct batch b;

	if (p == NULL || from >= MINUTES_OF_DAY || until >= MINUTES_OF_DAY ||
	    weekdays == 0 || weekdays > ALL_DAYS)
		return TACIT_E_INVALID;
	row_key(&k, ROW_QUIET);
	batch_begin(&b, p);
	batch_put(&b, &k, tacit_rows_Quiet_fields, &row);
	return batch_commit(&b);
}

int
tacit_quiet_end(struct tacit_practice *p)
{
	return end_row(p, ROW_QUIET);
}

int
tacit_quiet_at(struct tacit_practice *p, int64_t now_ms)
{
	struct civil now;
	tacit_rows_Quiet q;
	uint32_t weekday, today, before;
	struct row_key k;
	int rc;

	if (p == NULL || now_ms < 0)
		return TACIT_E_INVALID;
	row_key(&k, ROW_QUIET);
	if ((rc = row_get(p->t, &k, tacit_rows_Quiet_fields, &q)) != 1)
		return rc;
	now = zone_civil(now_ms);
	weekday = civil_weekday(now.date);
	today = UINT32_C(1) << weekday & q.weekdays;
	before = UINT32_C(1) << (weekday + 6) % 7 & q.weekdays;
	if (q.from == q.until)
		return today != 0;
	if (q.from < q.until)
		return today != 0 && now.minute >= q.from &&
		    now.minute < q.until;
	return (today != 0 && now.minute >= q.from) ||
	    (before != 0 && now.minute < q.until);
}
