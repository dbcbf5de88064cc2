/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "people.h"
#include "recall.h"
#include "world.h"

enum { PROOF_MAX = 65536, REPLY_MS = 60000 };

static enum tacit_fate
fate_of(struct world *w, int k, const char *id)
{
	enum tacit_fate fate = TACIT_FATE_NONE;
	int rc = tacit_recall(world_client(w, k), id, &fate);

	if (rc == TACIT_E_HAD)
		return TACIT_FATE_NONE;
	people_says(w, "recall", rc, 0);
	return fate;
}

/* The relay is asked, and answers. */
static enum tacit_fate
take_back(struct world *w, int k, const char *id)
{
	enum tacit_fate fate = fate_of(w, k, id);

	if (fate != TACIT_FATE_ASKED)
		return fate;
	w->who[k].recalled++;
	world_settle(w);
	world_pass(w, world_now(w) + REPLY_MS);
	world_settle(w);
	return fate_of(w, k, id);
}

/* It is signed, by one relay, and says so much. */
static void
check_proof(struct world *w, int k, const char *id, enum tacit_fate want)
{
	struct tacit_recall_claim c = { .size = sizeof(c) };
	char *text = malloc(PROOF_MAX);
	size_t len = 0;

	if (text == NULL)
		abort();
	if (tacit_recall_export(world_client(w, k), id, text, PROOF_MAX,
	    &len) != 0 || tacit_recall_check(text, len, &c) != 0 ||
	    c.fate != want)
		book_finding(&w->book, "recall", "%s to %d is not proved to "
		    "be %s", id, k, tacit_fate_word(want));
	free(text);
}

void
recall_before(struct world *w, int k)
{
	enum tacit_fate fate;
	struct text *t;

	people_write(w, 0, k);
	world_settle(w);
	t = &w->book.text[w->book.texts - 1];
	t->destroyed = 1;
	fate = take_back(w, k, t->id);
	if (fate != TACIT_FATE_UNDELIVERED)
		book_finding(&w->book, "recall", "%s to %d is %s", t->id, k,
		    tacit_fate_word(fate));
	check_proof(w, k, t->id, TACIT_FATE_UNDELIVERED);
	/* Something follows it. */
	people_write(w, 0, k);
}

void
recall_after(struct world *w, int k, int what)
{
	const struct text *t = NULL;
	enum tacit_fate fate;
	size_t n;

	if (what == RECALL_WRITE) {
		people_write(w, 0, k);
		return;
	}
	for (n = 0; n < w->book.texts; n++)
		if (w->book.text[n].from == 0 && w->book.text[n].to == k &&
		    w->book.text[n].shown > 0)
			t = &w->book.text[n];
	if (t == NULL)
		return;
	fate = take_back(w, k, t->id);
	if (fate != TACIT_FATE_NONE && fate != TACIT_FATE_TAKEN)
		book_finding(&w->book, "recall", "%s to %d, who has it, is "
		    "%s", t->id, k, tacit_fate_word(fate));
	w->too_late++;
}

/* How ${ct} lists it; 0: not at all. */
static int
listed(struct tacit_contact *ct, const char *id)
{
	struct tacit_message m = { .size = sizeof(m) };
	uint64_t before = 0;

	while (tacit_history(ct, before, &m) == 0) {
		before = m.place;
		if (strcmp(m.id, id) == 0)
			return (int)m.state;
	}
	return 0;
}

void
recall_judge(struct world *w, size_t n)
{
	const struct text *t = &w->book.text[n];

	if (t->shown != 0 || listed(world_therapist(w, t->to), t->id) != 0)
		book_finding(&w->book, "recall", "%zu of %d to %d was "
		    "destroyed, and is shown", n, t->from, t->to);
	if (listed(world_client(w, t->to), t->id) != TACIT_RECALLED)
		book_finding(&w->book, "recall", "%zu to %d is not listed as "
		    "taken back", n, t->to);
}
