/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "export_table.h"
#include "form_score.h"
#include "safe.h"

enum { DEEPEST = 4 };			/* that the style sheet has */

static void
put_words(struct sink *s, const char *text)
{
	if (text != NULL)
		safe_html(s, text, strlen(text));
}

static void
put_value(struct sink *s, const struct form_item *it, const struct value *v)
{
	const struct form_option *o = NULL;
	char text[VALUE_DECIMAL_LEN];

	if (v->kind == VALUE_OPTION) {
		o = &it->options[v->number];
		v = &o->value;
	}
	switch (v->kind) {
	case VALUE_NONE:
	case VALUE_OPTION:
		break;
	case VALUE_BOOLEAN:
		sink_text(s, v->number != 0 ? "yes" : "no");
		break;
	case VALUE_INTEGER:
		sink_format(s, "%" PRId64, v->number);
		break;
	case VALUE_DECIMAL:
		value_print_decimal(text, v);
		sink_text(s, text);
		break;
	case VALUE_DATE:
		value_print_date(text, v);
		sink_text(s, text);
		break;
	case VALUE_STRING:
		put_words(s, o != NULL && o->display != NULL ? o->display :
		    v->text);
		break;
	}
}

/* What is asked, further in the deeper it stands beneath others. */
static void
put_question(struct sink *s, const struct form_item *it)
{
	unsigned int in = it->depth < DEEPEST ? it->depth : DEEPEST;

	if (it->type == FORM_GROUP)
		sink_format(s, "<tr><th class=\"group in%u\" colspan=\"2\" "
		    "scope=\"rowgroup\" dir=\"auto\">", in);
	else
		sink_format(s, "<tr><th class=\"in%u\" scope=\"row\" "
		    "dir=\"auto\">", in);
	if (it->prefix != NULL) {
		put_words(s, it->prefix);
		sink_text(s, " ");
	}
	put_words(s, it->text != NULL ? it->text : it->link_id);
	sink_text(s, "</th>");
}

static void
put_item(struct sink *s, const struct answers *a, uint16_t at)
{
	const struct form_item *it = &answers_form(a)->items[at];
	const struct value *v;
	uint16_t i;

	put_question(s, it);
	if (it->type == FORM_GROUP) {
		sink_text(s, "</tr>\n");
		return;
	}
	if (answers_get(a, at, 0) == NULL)
		sink_text(s, "<td class=\"none\">not answered");
	else
		sink_text(s, "<td dir=\"auto\">");
	for (i = 0; (v = answers_get(a, at, i)) != NULL; i++) {
		if (i > 0)
			sink_text(s, "<br/>");
		put_value(s, it, v);
	}
	sink_text(s, "</td></tr>\n");
}

static void
put_score(struct sink *s, const struct answers *a,
    const struct form_score *score)
{
	const struct form_band *band;
	char number[VALUE_DECIMAL_LEN];
	struct form_sum sum;

	form_sum(&sum, a, score->over);
	band = form_band(score, &sum);
	value_print_decimal(number, &sum.sum);
	sink_format(s, "<tr%s><th class=\"group\" scope=\"row\" "
	    "dir=\"auto\">", band != NULL && band->alert ?
	    " class=\"told\"" : "");
	sink_text(s, "Score: ");
	put_words(s, score->label);
	sink_format(s, "</th><td dir=\"auto\">%s", number);
	if (band != NULL) {
		sink_text(s, ": ");
		put_words(s, band->label);
	} else if (sum.answered < sum.of) {
		sink_format(s, " (%u of %u answered)",
		    (unsigned int)sum.answered, (unsigned int)sum.of);
	}
	sink_text(s, "</td></tr>\n");
}

/* Alerts that answers raise; those of bands stand with their score. */
static void
put_alerts(struct sink *s, const struct answers *a)
{
	struct form_told told;
	unsigned int n;

	for (n = 0; form_told(&told, a, n) == 1; n++) {
		if (told.alert == NULL)
			continue;
		sink_text(s, "<tr class=\"told\"><th scope=\"row\" "
		    "dir=\"auto\">Alert: ");
		put_words(s, told.alert->label);
		sink_text(s, "</th><td dir=\"auto\">");
		put_words(s, told.item->text != NULL ? told.item->text :
		    told.item->link_id);
		sink_text(s, "</td></tr>\n");
	}
}

void
export_table(struct sink *s, const struct answers *a)
{
	const struct form *f = answers_form(a);
	uint16_t i;

	sink_text(s, "<table><caption>");
	put_words(s, f->title);
	sink_text(s, "</caption>\n<tbody>\n");
	for (i = 0; i < f->n_items; i++)
		if (answers_enabled(a, i) &&
		    f->items[i].type != FORM_DISPLAY)
			put_item(s, a, i);
	for (i = 0; i < f->n_scores; i++)
		put_score(s, a, &f->scores[i]);
	put_alerts(s, a);
	sink_text(s, "</tbody></table>\n");
}
