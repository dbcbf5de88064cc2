/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <tacit/error.h>

#include "safe.h"
#include "stamp.h"
#include "trend.h"

static void
put_point(struct sink *s, const struct trend *t, const struct trend_point *p)
{
	struct value day = { .kind = VALUE_DATE, .number = p->date };
	char number[VALUE_DECIMAL_LEN] = "", date[VALUE_DATE_LEN];
	char time[STAMP_LEN];
	const char *band = p->band >= 0 ? t->bands[p->band].label : "";

	value_print_date(date, &day);
	stamp_print(time, p->time_ms, 0);
	if (p->value.kind != VALUE_NONE)
		value_print_decimal(number, &p->value);
	safe_csv(s, t->title, strlen(t->title));
	sink_text(s, ",");
	safe_csv(s, t->label, strlen(t->label));
	sink_format(s, ",%s,%s,%s,%s,", date, time,
	    p->value.kind == VALUE_NONE ? "missed" : "answered", number);
	safe_csv(s, band, strlen(band));
	sink_text(s, "\r\n");
}

int
trend_csv(struct sink *s, const struct trend *t, bool names)
{
	size_t i;
	int rc = trend_check(t);

	if (rc != 0)
		return rc;
	if (names)
		sink_text(s, "form,label,date,time,state,value,band\r\n");
	for (i = 0; i < t->n_points; i++)
		put_point(s, t, &t->points[i]);
	return s->error;
}
