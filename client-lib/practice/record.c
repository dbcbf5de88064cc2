/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include <tacit/vault_log.h>

#include "manifest_name.h"
#include "record.h"
#include "series.h"
#include "stamp.h"
#include "zone.h"

/* ---- what is asked for ------------------------------------------------------------ */

static bool
are_days(const struct tacit_record_options *o)
{
	return (o->from == 0 || (civil_is_date(o->from) &&
	    o->from >= 19700101)) &&
	    (o->until == 0 || (civil_is_date(o->until) &&
	    o->until >= 19700101 && o->until >= o->from));
}

/* The midnights of this device around the days. */
static void
take_days(struct record *r, const struct tacit_record_options *o)
{
	struct civil from = { o->from, 0 }, to = { o->until, MINUTES_OF_DAY };

	r->from = o->from;
	r->until = o->until;
	r->from_ms = o->from != 0 ? zone_ms(from) : 0;
	if (r->from_ms < 0)
		r->from_ms = 0;
	r->to_ms = o->until != 0 ? zone_ms(to) : 0;
}

static int
begin(struct record *r, const struct tacit_record_options *o, int64_t now_ms)
{
	struct entry now;
	int rc;

	r->info.size = sizeof(r->info);
	if ((rc = tacit_contact_info(r->ct, &r->info)) != 0)
		return rc;
	r->checkins = o->checkins != 0;
	take_days(r, o);
	tacit_name(r->p->t, r->me);
	(void)snprintf(r->software, sizeof(r->software), "tacit %s",
	    tacit_version());
	record_time(&now, now_ms);
	r->head.contact = r->info.id;
	r->head.label = r->info.label;
	r->head.me = r->me;
	r->head.software = r->software;
	r->head.made_ms = now_ms;
	r->head.zone_minutes = now.zone_minutes;
	/* What is open ends now. */
	if (o->from != 0 || o->until != 0) {
		r->head.from_ms = r->from_ms;
		r->head.to_ms = r->to_ms != 0 ? r->to_ms - 1 : now_ms;
	}
	return 0;
}

/* ---- series ------------------------------------------------------------------------- */

/* Its points of these days. */
static void
cut(struct trend *t, const struct record *r)
{
	while (t->n_points > 0 && t->points[0].date < r->from) {
		t->points++;
		t->n_points--;
	}
	while (r->until != 0 && t->n_points > 0 &&
	    t->points[t->n_points - 1].date > r->until)
		t->n_points--;
}

static int
print_series(struct record *r)
{
	struct tacit_series *s;
	struct trend t;
	size_t i;
	int rc;

	if (r->x.format->trend == NULL)
		return 0;
	if ((rc = tacit_series_open(&s, r->p, r->ct, NULL)) != 0)
		return rc;
	for (i = 0; i < s->n && rc == 0; i++) {
		t = s->list[i].trend;
		cut(&t, r);
		if (t.n_points > 0)
			rc = export_trend(&r->x, &t);
	}
	tacit_series_close(s);
	return rc;
}

/* ---- all of it ------------------------------------------------------------------------ */

static int
print_all(struct record *r, const struct export_format *format,
    struct sink *s)
{
	struct past *first = NULL;
	const struct past *m;
	int rc;

	if ((rc = past_read(&first, r)) == 0 &&
	    (rc = export_begin(&r->x, format, s, &r->head)) == 0)
		rc = print_series(r);
	for (m = first; m != NULL && rc == 0; m = m->next)
		if ((rc = note_life(r, m->time_ms)) == 0)
			rc = past_print(r, m);
	if (rc == 0 && (rc = note_life(r, INT64_MAX)) == 0)
		rc = export_end(&r->x);
	past_free(first);
	return rc;
}

static int
print_and_seal(struct record *r, const struct export_format *format,
    const struct tacit_writer *to, const char *name, struct tacit_record *out)
{
	struct sink sink = { to->write, to->context, 0 };
	struct manifest m = { .head = &r->head };
	struct manifest_tee tee;
	int rc;

	manifest_tee_begin(&tee, &sink);
	if ((rc = print_all(r, format, &tee.sink)) != 0)
		return rc;
	out->messages = m.messages = r->x.messages;
	out->checkins = m.checkins = r->x.checkins;
	out->notes = m.notes = r->x.notes;
	if (name == NULL)
		return 0;
	if ((rc = manifest_tee_end(&tee, &m, name)) != 0)
		return rc;
	return seal_make(out, r, &m);
}

int
tacit_record_write(struct tacit_practice *p, struct tacit_contact *ct,
    const struct tacit_record_options *options, int64_t now_ms,
    const struct tacit_writer *to, struct tacit_record *out)
{
	const struct export_format *format;
	struct record r = { .p = p, .ct = ct };
	int rc;

	if (p == NULL || ct == NULL || options == NULL ||
	    options->size != sizeof(*options) || options->format == NULL ||
	    to == NULL || to->write == NULL || out == NULL ||
	    out->size != sizeof(*out) || !are_days(options) ||
	    !stamp_is(now_ms, 0) || (options->name != NULL &&
	    !manifest_name_is(options->name)) ||
	    (format = export_find(options->format)) == NULL)
		return TACIT_E_INVALID;
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	if ((rc = begin(&r, options, now_ms)) == 0 &&
	    (rc = tacit_log_note(p->t, TACIT_LOG_EXPORT, ct,
	    options->format)) == 0)
		rc = print_and_seal(&r, format, to, options->name, out);
	sodium_memzero(&r, sizeof(r));
	return rc;
}
