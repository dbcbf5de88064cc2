/* SPDX-License-Identifier: Apache-2.0 */
/* checkin trend: what scores and numbers came to over time. */
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli.h"

enum { COLUMNS = 80, ALL = UINT32_MAX };

/* What argv asks for. */
struct wanted {
	enum tacit_series_as as;
	uint32_t one;			/* place of the series, or ALL */
};

static int
take_format(const struct cli *c, struct wanted *w)
{
	w->as = TACIT_SERIES_TERMINAL;
	if (c->format == NULL || strcmp(c->format, "text") == 0)
		return 0;
	if (strcmp(c->format, "svg") == 0)
		w->as = TACIT_SERIES_SVG;
	else if (strcmp(c->format, "csv") == 0)
		w->as = TACIT_SERIES_CSV;
	else
		return cli_usage(c, "--format takes text, svg or csv");
	if (c->json && c->out == NULL)
		return cli_usage(c, "with --json and --format goes --out "
		    "FILE");
	return 0;
}

static int
take_series(const struct cli *c, struct wanted *w)
{
	char *end = NULL;
	unsigned long n;

	w->one = ALL;
	if (c->series == NULL)
		return 0;
	n = strtoul(c->series, &end, 10);
	if (c->series[0] < '0' || c->series[0] > '9' || *end != '\0' ||
	    n < 1 || n > 1000000)
		return cli_usage(c, "SERIES is a number from 1, as they are "
		    "listed");
	w->one = (uint32_t)n - 1;
	return 0;
}

/* ---- lines ------------------------------------------------------------------------ */

/* Its number among those of its form, from 1. */
static unsigned
number_of(const struct tacit_series *s, uint32_t n,
    const struct tacit_series_info *i)
{
	struct tacit_series_info other = { .size = sizeof(other) };
	unsigned number = 1;

	while (n > 0 && tacit_series_info(s, --n, &other) == 1 &&
	    strcmp(other.form, i->form) == 0)
		number++;
	return number;
}

static int
point_json(const struct tacit_series_info *i, unsigned number,
    const struct tacit_series_point *p)
{
	char day[TEXT_DAY_SIZE], when[32];

	text_day(day, p->date);
	text_time(when, p->time_ms);
	return json_out("{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s*, s:s*}",
	    "form", i->form, "series", (long long)number, "title", i->title,
	    "label", i->label, "date", day, "time", when, "state",
	    p->missed ? "missed" : "answered", "value",
	    p->missed ? NULL : p->value, "band",
	    p->band[0] != '\0' ? p->band : NULL);
}

static int
series_json(const struct tacit_series *s, uint32_t n,
    const struct tacit_series_info *info)
{
	struct tacit_series_point p = { .size = sizeof(p) };
	unsigned number = number_of(s, n, info);
	uint32_t i;
	int rc = 0;

	for (i = 0; rc == 0 &&
	    (rc = tacit_series_point(s, n, i, &p)) == 1; i++)
		rc = point_json(info, number, &p);
	return rc;
}

/* As wide as the terminal, or 80. */
static unsigned
columns(void)
{
	struct winsize w = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col == 0)
		return COLUMNS;
	if (w.ws_col < TACIT_SERIES_COLUMNS_MIN)
		return TACIT_SERIES_COLUMNS_MIN;
	/* Wider is not easier to read. */
	return w.ws_col > 120 ? 120 : w.ws_col;
}

static enum tacit_series_as
for_terminal(void)
{
	return setlocale(LC_CTYPE, "") != NULL &&
	    strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ?
	    TACIT_SERIES_TERMINAL : TACIT_SERIES_ASCII;
}

/* ---- what goes where ------------------------------------------------------------------ */

/* Print the ${n}th through ${write}. */
static int
print_one(const struct tacit_series *s, uint32_t n, const struct wanted *w,
    bool first, int (*write)(void *, const void *, size_t), void *context)
{
	enum tacit_series_as as = w->as;
	unsigned wide = 0;
	char *text;
	size_t len;
	int rc;

	if (as == TACIT_SERIES_TERMINAL) {
		as = for_terminal();
		wide = columns();
	} else if (as == TACIT_SERIES_CSV && !first)
		as = TACIT_SERIES_CSV_MORE;
	if ((rc = tacit_series_print(s, n, as, wide, &text, &len)) != 0)
		return rc;
	rc = write(context, text, len);
	tacit_practice_free(text);
	return rc;
}

static int
to_stream(void *stream, const void *bytes, size_t len)
{
	return fwrite(bytes, 1, len, stream) == len ? 0 : TACIT_E_IO;
}

/* All that are wanted. */
static int
print(const struct tacit_series *s, const struct wanted *w,
    int (*write)(void *, const void *, size_t), void *context)
{
	struct tacit_series_info i = { .size = sizeof(i) };
	uint32_t n = w->one == ALL ? 0 : w->one;
	char line[80];
	int len, rc = 0;

	for (; rc == 0 && (rc = tacit_series_info(s, n, &i)) == 1; n++) {
		rc = 0;
		if (w->as == TACIT_SERIES_TERMINAL) {
			len = snprintf(line, sizeof(line), "%sform %s, series %u\n",
			    n > 0 && w->one == ALL ? "\n" : "", i.form,
			    number_of(s, n, &i));
			rc = write(context, line, (size_t)len);
		}
		if (rc == 0)
			rc = print_one(s, n, w, n == 0 || w->one != ALL,
			    write, context);
		if (w->one != ALL)
			break;
	}
	return rc;
}

static int
print_json(const struct tacit_series *s, const struct wanted *w)
{
	struct tacit_series_info i = { .size = sizeof(i) };
	uint32_t n = w->one == ALL ? 0 : w->one;
	int rc = 0;

	for (; rc == 0 && (rc = tacit_series_info(s, n, &i)) == 1; n++)
		if ((rc = series_json(s, n, &i)) != 0 || w->one != ALL)
			break;
	return rc;
}

static int
print_file(const struct cli *c, const struct tacit_series *s,
    const struct wanted *w)
{
	struct outfile o;
	int rc, status;

	status = outfile_open(c, &o, c->out, (c->given & OPT_YES) != 0);
	if (status == 0 && (rc = print(s, w, outfile_write, &o)) != 0)
		status = outfile_fail(c, &o, rc);
	if (status == 0)
		status = outfile_keep(c, &o, 1);
	outfile_close(&o);
	if (status == 0 && c->json)
		return cli_done(c, json_out("{s:s, s:s}", "file", c->out,
		    "format", c->format != NULL ? c->format : "text"));
	return status;
}

/* Is there what is wanted? */
static int
choose(const struct cli *c, const struct tacit_series *s, struct wanted *w)
{
	struct tacit_series_info i = { .size = sizeof(i) };
	uint32_t n = 0;

	while (tacit_series_info(s, n, &i) == 1)
		n++;
	if (n == 0)
		return cli_fail_as(c, TACIT_E_NOT_FOUND, "no check-in with a "
		    "score or a number was sent to this contact");
	if (w->one != ALL && w->one >= n)
		return cli_usage(c, "SERIES is a number from 1 to %u here",
		    (unsigned)n);
	if (w->as == TACIT_SERIES_SVG && w->one == ALL && n > 1)
		return cli_usage(c, "there are %u series and a drawing has "
		    "one: `tacit checkin trend CONTACT FORM SERIES'",
		    (unsigned)n);
	if (w->as == TACIT_SERIES_SVG && w->one == ALL)
		w->one = 0;
	return 0;
}

int
cmd_checkin_trend(struct cli *c)
{
	char form[TACIT_CHECKIN_ID_SIZE];
	struct tacit_contact_info info;
	struct tacit_contact *ct = NULL;
	struct tacit_series *s = NULL;
	struct wanted w;
	int rc, status;

	if ((status = take_format(c, &w)) != 0 ||
	    (status = take_series(c, &w)) != 0 ||
	    (status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	if ((rc = session_practice(c)) != 0)
		return cli_fail(c, rc, NULL);
	if (c->form != NULL)
		rc = checkin_find_form(c, form);
	if (rc == 0)
		rc = tacit_series_open(&s, c->p, ct, c->form != NULL ? form :
		    NULL);
	if (rc == TACIT_E_NOT_FOUND)
		return cli_fail_as(c, rc, "no such form was sent to this "
		    "contact; see tacit checkin list");
	if (rc != 0)
		return cli_fail(c, rc, NULL);
	if ((status = choose(c, s, &w)) != 0)
		goto out;
	if (c->out != NULL)
		status = print_file(c, s, &w);
	else
		status = cli_done(c, c->json ? print_json(s, &w) :
		    print(s, &w, to_stream, stdout));
out:
	tacit_series_close(s);
	return status;
}
