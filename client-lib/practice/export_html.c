/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page to read and to print, which needs nothing else and runs nothing.
 * Its policy allows this one style sheet, named by its hash: whatever slipped
 * in beside it would not be obeyed.  Every element is closed, so that the
 * page is XML, too.
 */
#include <inttypes.h>
#include <string.h>

#include <sodium.h>

#include <tacit/error.h>

#include "export.h"
#include "export_table.h"
#include "safe.h"
#include "stamp.h"

static const char style[] =
    ":root{color-scheme:light dark;--ground:#fff;--ink:#1c1c1e;"
    "--soft:#5b5b62;--line:#c8c8ce;--me:#e6f0ea;--them:#f0f0f4;"
    "--edge:#2f6b4f;--warn:#8f1d1d}\n"
    "@media screen and (prefers-color-scheme:dark){:root{"
    "--ground:#17181a;--ink:#e8e8ea;--soft:#a3a3ab;--line:#46474c;"
    "--me:#1f3329;--them:#26272c;--edge:#6fbf97;--warn:#ff9d94}}\n"
    "*{box-sizing:border-box}\n"
    "body{max-width:46rem;margin:0 auto;padding:1.5rem 1rem;"
    "background:var(--ground);color:var(--ink);"
    "font:1rem/1.5 system-ui,sans-serif}\n"
    "h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem;"
    "overflow-wrap:anywhere}\n"
    "h2{font-size:1rem;margin:2rem 0 .75rem;padding-bottom:.25rem;"
    "border-bottom:1px solid var(--line);break-after:avoid}\n"
    "dl{display:grid;grid-template-columns:auto 1fr;gap:.15rem 1rem;"
    "margin:0;color:var(--soft)}\n"
    "dd{margin:0;overflow-wrap:anywhere}\n"
    "figure{margin:1.5rem 0;break-inside:avoid;overflow-x:auto}\n"
    "figure>svg{display:block;width:100%;min-width:36rem;height:auto}\n"
    "article{margin:.6rem 0;padding:.5rem .8rem;border-radius:.4rem;"
    "border-left:.3rem solid var(--line);background:var(--them);"
    "max-width:92%;width:fit-content;min-width:16rem}\n"
    "article.me{margin-left:auto;background:var(--me);"
    "border-left-color:var(--edge)}\n"
    "article.note{max-width:100%;width:auto;background:none;"
    "border-left-style:dotted}\n"
    "header{font-size:.85rem;color:var(--soft);break-after:avoid;"
    "overflow-wrap:anywhere}\n"
    "header bdi{color:var(--ink);font-weight:bold}\n"
    "p{margin:.2rem 0 0;white-space:pre-wrap;overflow-wrap:anywhere;"
    "unicode-bidi:plaintext}\n"
    "p.fate{color:var(--warn);font-style:italic;font-size:.9rem}\n"
    "b.c{font:.75em/1 monospace;color:var(--warn);unicode-bidi:isolate;"
    "direction:ltr;border:1px solid;border-radius:.2em;padding:0 .2em;"
    "white-space:nowrap}\n"
    "table{border-collapse:collapse;width:100%;margin:.4rem 0;"
    "font-size:.95rem}\n"
    "caption{text-align:left;font-weight:bold;padding:.2rem 0;"
    "overflow-wrap:anywhere}\n"
    "th,td{text-align:start;vertical-align:top;padding:.25rem .5rem;"
    "border-top:1px solid var(--line);overflow-wrap:anywhere;"
    "white-space:pre-wrap;unicode-bidi:plaintext}\n"
    "th{font-weight:normal}\n"
    "th.group{font-weight:bold}\n"
    "th.in2{padding-inline-start:1.5rem}th.in3{padding-inline-start:2.5rem}"
    "th.in4{padding-inline-start:3.5rem}\n"
    "td{width:45%}\n"
    "td.none{color:var(--soft);font-style:italic}\n"
    "tr.told td,tr.told th{font-weight:bold;color:var(--warn)}\n"
    "tr{break-inside:avoid}\n"
    "footer{margin-top:2rem;padding-top:.5rem;color:var(--soft);"
    "border-top:1px solid var(--line);font-size:.9rem}\n"
    "@media print{:root{color-scheme:light}figure>svg{min-width:0}"
    "body{max-width:none;padding:0;font-size:10.5pt}"
    "article{border:1px solid var(--line);"
    "border-left:.3rem solid var(--line)}"
    "header{break-inside:avoid;break-after:avoid}table{break-inside:avoid}"
    "p{orphans:3;widows:3}}\n";

static void
put_words(struct sink *s, const char *text)
{
	safe_html(s, text, strlen(text));
}

static void
put_policy(struct sink *s)
{
	char hash[sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES,
	    sodium_base64_VARIANT_ORIGINAL)];
	unsigned char h[crypto_hash_sha256_BYTES];

	(void)crypto_hash_sha256(h, (const unsigned char *)style,
	    sizeof(style) - 1);
	(void)sodium_bin2base64(hash, sizeof(hash), h, sizeof(h),
	    sodium_base64_VARIANT_ORIGINAL);
	sink_format(s, "<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; style-src 'sha256-%s'; "
	    "base-uri 'none'; form-action 'none'\"/>\n", hash);
}

static void
put_time(struct sink *s, int64_t time_ms, int zone)
{
	char time[STAMP_LEN];

	stamp_print(time, time_ms, zone);
	sink_format(s, "<time datetime=\"%s\">%.10s %.5s %s</time>", time,
	    time, time + 11, time + 19);
}

static void
put_about(struct export *x)
{
	const struct export_head *h = x->head;
	struct sink *s = x->sink;

	sink_text(s, "<dl><dt>Between</dt><dd><bdi>");
	put_words(s, h->me);
	sink_text(s, "</bdi> and <bdi>");
	put_words(s, h->label);
	sink_format(s, "</bdi> (%s)</dd>\n<dt>Period</dt><dd>", h->contact);
	if (h->to_ms != 0) {
		put_time(s, h->from_ms, h->zone_minutes);
		sink_text(s, " to ");
		put_time(s, h->to_ms, h->zone_minutes);
	} else {
		sink_text(s, "all that is kept");
	}
	sink_text(s, "</dd>\n<dt>Made</dt><dd>");
	put_time(s, h->made_ms, h->zone_minutes);
	sink_text(s, ", ");
	put_words(s, h->software);
	sink_text(s, "</dd></dl>\n");
}

static int
begin(struct export *x)
{
	struct sink *s = x->sink;

	sink_text(s, "<!DOCTYPE html>\n"
	    "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n"
	    "<head>\n<meta charset=\"utf-8\"/>\n");
	put_policy(s);
	sink_text(s, "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
	    "<meta name=\"robots\" content=\"noindex\"/>\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\"/>\n<title>Conversation with ");
	safe_xml(s, x->head->label, strlen(x->head->label));
	sink_text(s, "</title>\n<style>");
	sink_text(s, style);
	sink_text(s, "</style>\n</head>\n<body>\n<h1>Conversation with "
	    "<bdi>");
	put_words(s, x->head->label);
	sink_text(s, "</bdi></h1>\n");
	put_about(x);
	sink_text(s, "<main>\n");
	return s->error;
}

static int
trend(struct export *x, const struct trend *t)
{
	int rc = trend_check(t);

	if (rc != 0)
		return rc;
	sink_text(x->sink, "<figure>\n");
	rc = trend_svg(x->sink, t, x->trends);
	sink_text(x->sink, "</figure>\n");
	return rc != 0 ? rc : x->sink->error;
}

/* A heading where a day begins. */
static void
put_day(struct export *x, const struct entry *e)
{
	uint32_t date = stamp_date(e->time_ms, e->zone_minutes);
	char day[STAMP_DAY_LEN];

	if (date == x->date)
		return;
	stamp_day(day, date);
	sink_format(x->sink, "<h2>%s</h2>\n", day);
}

/* "Ada, 18:05 +01:00, delivered" */
static void
put_header(struct export *x, const struct entry *e)
{
	struct sink *s = x->sink;
	char time[STAMP_LEN];

	stamp_print(time, e->time_ms, e->zone_minutes);
	sink_format(s, "<article class=\"%s\" id=\"%s\">\n<header><bdi>",
	    e->kind == ENTRY_NOTE ? "note" : e->from_me ? "me" : "them",
	    e->id);
	put_words(s, export_writer(x, e));
	sink_format(s, "</bdi> \xc2\xb7 <time datetime=\"%s\">%.5s %s</time>",
	    time, time + 11, time + 19);
	if (e->kind == ENTRY_NOTE)
		sink_text(s, " \xc2\xb7 note");
	else
		sink_format(s, "%s \xc2\xb7 %s",
		    e->kind == ENTRY_CHECKIN ? " \xc2\xb7 check-in" : "",
		    export_state_word(e->state));
	sink_text(s, "</header>\n");
}

static int
entry(struct export *x, const struct entry *e)
{
	struct sink *s = x->sink;

	put_day(x, e);
	put_header(x, e);
	if (e->text != NULL) {
		sink_text(s, "<p dir=\"auto\">");
		safe_html(s, e->text, e->text_len);
		sink_text(s, "</p>\n");
	}
	if (e->answers != NULL)
		export_table(s, e->answers);
	if (e->fate != ENTRY_KEPT)
		sink_format(s, "<p class=\"fate\">%s</p>\n",
		    export_fate_text(e->fate));
	sink_text(s, "</article>\n");
	return s->error;
}

static int
end(struct export *x)
{
	sink_format(x->sink, "</main>\n<footer>Messages: %" PRIu64
	    ", check-ins: %" PRIu64 ", notes: %" PRIu64 ". End of the "
	    "transcript.</footer>\n</body>\n</html>\n", x->messages,
	    x->checkins, x->notes);
	return x->sink->error;
}

const struct export_format export_html = { "html", ".html", begin, trend,
    entry, end };
