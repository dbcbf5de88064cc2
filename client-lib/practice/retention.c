/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include <tacit/erase.h>
#include <tacit/vault_log.h>

#include "queue.h"
#include "retention.h"
#include "zone.h"

/* ---- for how long --------------------------------------------------------------- */

int
tacit_retention_years(struct tacit_practice *p, uint32_t *years)
{
	tacit_rows_Retention row;
	struct row_key k;
	int rc;

	if (p == NULL || years == NULL)
		return TACIT_E_INVALID;
	row_key(&k, ROW_RETENTION);
	if ((rc = row_get(p->t, &k, tacit_rows_Retention_fields, &row)) < 0)
		return rc;
	*years = rc == 1 ? row.years : TACIT_RETENTION_YEARS;
	return rc;
}

int
tacit_retention_set(struct tacit_practice *p, uint32_t years)
{
	tacit_rows_Retention row = { years };
	char words[TACIT_LOG_WORDS_SIZE];
	struct row_key k;
	struct batch b;
	uint32_t before;
	int rc;

	if (p == NULL || years == 0 || years > TACIT_RETENTION_YEARS_MAX)
		return TACIT_E_INVALID;
	if ((rc = tacit_retention_years(p, &before)) < 0)
		return rc;
	(void)snprintf(words, sizeof(words), "records are kept for %u years, "
	    "before for %u", (unsigned)years, (unsigned)before);
	if ((rc = tacit_log_note(p->t, TACIT_LOG_NOTE, NULL, words)) != 0)
		return rc;
	row_key(&k, ROW_RETENTION);
	batch_begin(&b, p);
	batch_put(&b, &k, tacit_rows_Retention_fields, &row);
	rc = batch_commit(&b);
	practice_wake(p, 0);
	return rc;
}

/* Of 29 February the day after, where there is none: not a day too few. */
static uint32_t
years_after(uint32_t date, uint32_t years)
{
	date += years * 10000;
	return civil_is_date(date) ? date : date / 10000 * 10000 + 301;
}

int
tacit_retention_get(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, struct tacit_retention *out)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	uint32_t years;
	int rc;

	if (p == NULL || ct == NULL || now_ms < 0 || out == NULL ||
	    out->size != sizeof(*out))
		return TACIT_E_INVALID;
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	if ((rc = tacit_contact_info(ct, &info)) != 0 ||
	    (rc = tacit_retention_years(p, &years)) < 0)
		return rc;
	if (tacit_contact_ended_ms(ct) == 0)
		return 0;
	out->ended = zone_civil(tacit_contact_ended_ms(ct)).date;
	if (info.inviter)
		out->until = years_after(out->ended, years);
	out->due = zone_civil(now_ms).date > out->until;
	return 0;
}

/* ---- what the log knows of the clock ---------------------------------------------- */

struct stretch {
	int64_t ended, next;		/* what came after it, or 0 */
	int64_t from, until;		/* the longest */
};

/* Somebody was there until ${ms}, and then at ${s->next}. */
static void
stretch(struct stretch *s, int64_t ms)
{
	if (ms < s->ended)
		ms = s->ended;
	if (s->next - ms > s->until - s->from) {
		s->from = ms;
		s->until = s->next;
	}
}

int
tacit_retention_idle(struct tacit_practice *p, struct tacit_contact *ct,
    uint32_t *from, uint32_t *until)
{
	struct tacit_log_row row = { .size = sizeof(row) };
	struct stretch s = { .next = 0 };
	int rc;

	if (p == NULL || ct == NULL || from == NULL || until == NULL)
		return TACIT_E_INVALID;
	*from = *until = 0;
	if ((s.ended = tacit_contact_ended_ms(ct)) == 0)
		return TACIT_E_STATE;
	while ((rc = tacit_log_next(p->t, row.place, &row)) == 1) {
		/* A wrong passphrase opens nothing. */
		if (row.time_ms == 0 || row.kind == TACIT_LOG_FAILED)
			continue;
		stretch(&s, row.until_ms);
		s.next = row.time_ms;
	}
	if (rc != 0)
		return rc;
	stretch(&s, s.ended);
	if (s.until != 0) {
		*from = zone_civil(s.from).date;
		*until = zone_civil(s.until).date;
	}
	return 0;
}

/* ---- it is due ---------------------------------------------------------------------- */

static int
told(struct tacit_practice *p, const struct row_key *k, uint32_t *day)
{
	uint8_t bytes[4];
	size_t len;
	int rc = row_get_bytes(p->t, k, bytes, sizeof(bytes), &len);

	*day = 0;
	if (rc == 1 && len == sizeof(bytes))
		*day = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
		    (uint32_t)bytes[2] << 8 | bytes[3];
	return rc < 0 ? rc : 0;
}

static void
tell(struct batch *b, struct tacit_contact *ct, const struct row_key *k,
    uint32_t until)
{
	tacit_rows_Event ev = tacit_rows_Event_init_zero;
	struct row_key day = { .len = 0 };

	row_key_u32(&day, until);
	batch_put_bytes(b, k, day.data, day.len);
	ev.type = TACIT_RECORD_DUE;
	ev.date = until;
	queue_tell(b, ct, &ev);
}

static int
tend(struct tacit_practice *p, struct tacit_contact *ct)
{
	struct tacit_retention r = { .size = sizeof(r) };
	char id[TACIT_CONTACT_ID_SIZE];
	struct row_key k;
	struct batch b;
	uint32_t day;
	int rc;

	if ((rc = tacit_retention_get(p, p->now_ms, ct, &r)) != 0 ||
	    r.until == 0 || (rc = practice_contact_id(ct, id)) != 0)
		return rc;
	row_key(&k, ROW_RECORD_DUE);
	row_key_contact(&k, id);
	if ((rc = told(p, &k, &day)) != 0)
		return rc;
	batch_begin(&b, p);
	if (r.due && day != r.until)
		tell(&b, ct, &k, r.until);
	/* A clock that was wrong, or more years: it will be told again. */
	if (!r.due && day != 0)
		batch_delete(&b, &k);
	if (!r.due)
		practice_wake(p, zone_ms((struct civil){ r.until,
		    MINUTES_OF_DAY }));
	return batch_commit(&b);
}

int
retention_tend(struct tacit_practice *p)
{
	struct tacit_contact *ct = NULL;
	int rc;

	while ((ct = tacit_contact_next(p->t, ct)) != NULL)
		if ((rc = tend(p, ct)) != 0)
			return rc;
	return 0;
}

/* ---- and deleted --------------------------------------------------------------------- */

/* The beginnings of the keys of what goes. */
struct doomed {
	struct row_key *all;
	size_t n, cap;
};

static int
doom(struct doomed *d, const struct row_key *k)
{
	size_t cap = d->cap == 0 ? 2 * (UCHAR_MAX + 1) : 2 * d->cap;
	struct row_key *more;

	if (d->n == d->cap) {
		more = reallocarray(d->all, cap, sizeof(*more));
		if (more == NULL)
			return TACIT_E_NOMEM;
		d->all = more;
		d->cap = cap;
	}
	d->all[d->n++] = *k;
	return 0;
}

/* Rows whose key begins with the contact, of whichever kind. */
static int
doom_kinds(struct doomed *d, const char *id)
{
	struct row_key k;
	int kind, rc = 0;

	for (kind = 0; kind <= UCHAR_MAX && rc == 0; kind++) {
		row_key(&k, (enum row_kind)kind);
		row_key_contact(&k, id);
		rc = doom(d, &k);
	}
	return rc;
}

/* Rows that name it inside. */
static int
doom_others(struct tacit_practice *p, struct doomed *d, const char *id)
{
	tacit_rows_Event *ev = calloc(1, sizeof(*ev));
	tacit_rows_Wrote wrote;
	struct row_key prefix, at = { .len = 0 };
	int rc;

	if (ev == NULL)
		return TACIT_E_NOMEM;
	row_key(&prefix, ROW_EVENT);
	while ((rc = row_next(p->t, &prefix, &at)) == 1) {
		rc = row_get(p->t, &at, tacit_rows_Event_fields, ev);
		if (rc == 1 && strcmp(ev->contact, id) == 0)
			rc = doom(d, &at);
		if (rc < 0)
			break;
	}
	if (rc == 0) {
		row_key(&at, ROW_WROTE);
		rc = row_get(p->t, &at, tacit_rows_Wrote_fields, &wrote);
		rc = rc == 1 && strcmp(wrote.contact, id) == 0 ?
		    doom(d, &at) : rc < 0 ? rc : 0;
	}
	sodium_memzero(ev, sizeof(*ev));
	free(ev);
	return rc;
}

static int
erase(struct tacit_contact *ct, const struct doomed *d, uint32_t until)
{
	struct tacit_prefix *rows = calloc(d->n, sizeof(*rows));
	char words[TACIT_LOG_WORDS_SIZE] = "";
	size_t i;
	int rc;

	if (rows == NULL)
		return TACIT_E_NOMEM;
	for (i = 0; i < d->n; i++) {
		rows[i].data = d->all[i].data;
		rows[i].len = d->all[i].len;
	}
	if (until != 0)
		(void)snprintf(words, sizeof(words), "it was to be kept until "
		    "%04u-%02u-%02u", (unsigned)(until / 10000),
		    (unsigned)(until / 100 % 100), (unsigned)(until % 100));
	rc = tacit_contact_erase(ct, rows, d->n, words);
	free(rows);
	return rc;
}

int
tacit_retention_delete(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, uint32_t today)
{
	struct tacit_retention r = { .size = sizeof(r) };
	struct doomed d = { NULL, 0, 0 };
	char id[TACIT_CONTACT_ID_SIZE];
	int rc;

	if ((rc = tacit_retention_get(p, now_ms, ct, &r)) != 0)
		return rc;
	if (r.ended == 0)
		return TACIT_E_STATE;
	if (!r.due)
		return TACIT_E_RETAINED;
	if (today != zone_civil(now_ms).date)
		return TACIT_E_TODAY;
	if ((rc = practice_contact_id(ct, id)) == 0 &&
	    (rc = doom_kinds(&d, id)) == 0 &&
	    (rc = doom_others(p, &d, id)) == 0)
		rc = erase(ct, &d, r.until);
	free(d.all);
	if (rc == 0 && p->shown != NULL)
		sodium_memzero(p->shown, sizeof(*p->shown));
	return rc;
}
