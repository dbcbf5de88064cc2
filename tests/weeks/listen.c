/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "acts.h"
#include "listen.h"
#include "world.h"

/* Which client it is about. */
static int
client_of(struct world *w, int i, struct tacit_contact *ct)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	int k;

	if (i != 0)
		return i;
	if (ct == NULL || tacit_contact_info(ct, &info) != 0)
		return 0;
	for (k = 1; k < PEOPLE; k++)
		if (strcmp(w->who[k].mine, info.id) == 0)
			return k;
	return 0;
}

/* The text that ${e} shows; fails on any other. */
static struct text *
find_text(struct book *b, const struct tacit_event *e)
{
	char body[BOOK_TEXT_MAX];
	size_t n = 0;

	if (sscanf(e->text, MARK_TEXT " %zu,", &n) != 1 || n >= b->texts ||
	    book_body(body, n) != e->text_len ||
	    memcmp(body, e->text, e->text_len) != 0) {
		book_finding(b, "text", "nobody wrote \"%.40s\"", e->text);
		return NULL;
	}
	return &b->text[n];
}

static void
take_text(struct world *w, int i, int about, const struct tacit_event *e)
{
	struct book *b = &w->book;
	struct text *t;
	int wrote = i == 0 ? about : 0;

	/* The last words of a discharge are a text as any other. */
	if (i != 0 && strcmp(e->text, ACTS_LAST_WORDS) == 0)
		return;
	if ((t = find_text(b, e)) == NULL)
		return;
	if (t->from != wrote || t->to != i)
		book_finding(b, "misdelivered", "%s of %d for %d, at %d",
		    t->id, t->from, t->to, i);
	/* Once shown, it has this name for ever. */
	if (t->shown > 0 && strcmp(t->shown_id, e->message) != 0)
		book_finding(b, "id", "%s is %s to %d", t->shown_id,
		    e->message, i);
	if (t->shown++ == 0) {
		t->shown_ms = world_now(w);
		memcpy(t->shown_id, e->message, sizeof(t->shown_id));
		t->order = b->shown++;
		t->late = e->late;
	} else if (book_life(b, i, world_now(w)) > t->shown_ms &&
	    book_was_undone(b, i, t->shown_ms)) {
		t->again++;
		t->again_ms = world_now(w);
	}
	if (i == 0)
		w->who[about].owes++;
}

static void
take_other(struct world *w, int i, int about, const struct tacit_event *e)
{
	struct heard *h = BOOK_ADD(&w->book, heard);

	h->who = i;
	h->about = about;
	h->type = e->type;
	h->whose = e->who;
	h->ms = world_now(w);
}

static void
take_vault(struct world *w, int i)
{
	struct tacit_event e = { .size = sizeof(e) };
	struct tacit *t = stage_end(w->s, i);
	int about, rc;

	while ((rc = tacit_next_event(t, w->who[i].data, &e)) == 1) {
		w->who[i].data = e.id;
		if (e.data_type != 0 && e.type != TACIT_EV_ACCEPTED)
			continue;
		about = client_of(w, i, e.contact);
		if (e.type == TACIT_EV_MESSAGE)
			take_text(w, i, about, &e);
		else if (e.type != TACIT_EV_ACCEPTED)
			take_other(w, i, about, &e);
		if (e.data_type == 0 && tacit_event_done(t, e.id) != 0)
			book_finding(&w->book, "error", "done at %d", i);
	}
	if (rc != 0)
		book_finding(&w->book, "error", "events of %d: %s", i,
		    tacit_error_word(rc));
}

/* What a client does about it. */
static void
heed(struct world *w, int k, const struct told *t)
{
	struct person *who = &w->who[k];

	switch (t->type) {
	case TACIT_PRACTICE_CARD:
		who->must_ack = 1;
		break;
	case TACIT_PRACTICE_PAUSED:
		who->paused = 1;
		break;
	case TACIT_PRACTICE_RESUMED:
		who->paused = 0;
		break;
	case TACIT_PRACTICE_DISCHARGED:
		who->over = 1;
		break;
	case TACIT_CHECKIN_DUE:
		acts_due(w, k, t->ask, t->date);
		break;
	default:
		break;
	}
}

static void
take_layer(struct world *w, int i)
{
	struct tacit_practice_event e = { .size = sizeof(e) };
	struct tacit_practice *p = world_layer(w, i);
	struct told *t, copy;
	int rc;

	while ((rc = tacit_practice_next_event(p, 0, &e)) == 1) {
		t = BOOK_ADD(&w->book, told);
		t->who = i;
		t->about = client_of(w, i, e.contact);
		t->type = e.type;
		t->ask = book_ask(&w->book, e.about);
		t->date = e.date;
		(void)snprintf(t->label, sizeof(t->label), "%s", e.label);
		t->ms = world_now(w);
		copy = *t;
		if (t->ask >= 0 && w->book.ask[t->ask].client != t->about)
			book_finding(&w->book, "misdelivered",
			    "check-in %d at %d", t->ask, t->about);
		if (tacit_practice_event_done(p, e.id) != 0)
			book_finding(&w->book, "error", "done at %d", i);
		if (i != 0)
			heed(w, i, &copy);
	}
	if (rc != 0)
		book_finding(&w->book, "error", "events of %d: %s", i,
		    tacit_error_word(rc));
}

void
listen_take(struct world *w, int i)
{
	take_vault(w, i);
	take_layer(w, i);
}
