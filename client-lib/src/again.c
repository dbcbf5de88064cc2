/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "again.h"
#include "history.h"
#include "keep.h"
#include "outbox.h"
#include "recall.h"
#include "record.h"

enum { HOLE_MS = 10 * 60 * 1000 };

static int
is_text(const struct out_ref *o)
{
	return o->kind == tacit_state_OutKind_OUT_TEXT;
}

/* The chain value before the text of ${ref}. */
static int
chain_before(struct tacit_contact *ct, const struct out_ref *ref,
    uint8_t out[HISTORY_CHAIN_LEN])
{
	tacit_state_Out o;
	int rc;

	if ((rc = outbox_row_get(ct, ref->n, &o, NULL, NULL)) == 0)
		memcpy(out, o.previous, HISTORY_CHAIN_LEN);
	return rc;
}

/* 1 and the chain value after ${seq} of what I write; 0: unknown; error. */
static int
chain_after(struct tacit_contact *ct, uint64_t seq,
    uint8_t out[HISTORY_CHAIN_LEN])
{
	uint8_t known = 0;
	struct history_chains c = { .first = seq, .n = 1, .want = 1,
	    .chain = (uint8_t (*)[HISTORY_CHAIN_LEN])out, .known = &known };
	const struct out_ref *o;
	int rc;

	if (seq == ct->rec.seq) {
		memcpy(out, ct->rec.chain, HISTORY_CHAIN_LEN);
		return 1;
	}
	for (o = ct->out; o != NULL; o = o->next)
		if (is_text(o) && o->seq == seq + 1 &&
		    stream_is(o->stream, ct->rec.stream))
			return (rc = chain_before(ct, o, out)) != 0 ? rc : 1;
	rc = history_chains(ct, 1, ct->rec.stream, &c);
	return rc != 0 ? rc : known;
}

/* Any row that ${have} covers? */
static int
covers_any(const struct tacit_contact *ct, const tacit_Have *have)
{
	const struct out_ref *o;

	for (o = ct->out; o != NULL; o = o->next)
		if (is_text(o) && stream_is(o->stream, have->stream) &&
		    outbox_covers(have, o->seq))
			return 1;
	return 0;
}

/* Is ${have} of my stream of texts that I did not write? */
static int
is_beyond(const struct tacit_contact *ct, const tacit_Have *have)
{
	return have->contiguous > ct->rec.seq || (have->range_count > 0 &&
	    have->range[have->range_count - 1].to > ct->rec.seq);
}

/* ${same}: 1 if the chain value of ${have} is ours; 0: unknown; -1: another. */
static int
compare(struct tacit_contact *ct, const tacit_Have *have, int *same)
{
	uint8_t ours[HISTORY_CHAIN_LEN];
	int rc;

	*same = 0;
	if (have->chain.size == 0 || have->contiguous == 0)
		return 0;
	if ((rc = chain_after(ct, have->contiguous, ours)) <= 0)
		return rc;
	*same = sodium_memcmp(ours, have->chain.bytes, sizeof(ours)) == 0 ?
	    1 : -1;
	return 0;
}

static int
was_tried(struct tacit_contact *ct, const struct out_ref *ref)
{
	tacit_state_Out o;
	int rc;

	if (ref->okayed_ms != 0)
		return 1;
	rc = outbox_row_get(ct, ref->n, &o, NULL, NULL);
	return rc != 0 ? rc : o.tried;
}

/* Had, but not yet for sure: it does not go again. */
static int
rest(struct tacit_contact *ct, struct out_ref *ref)
{
	int first, rc;

	if (ref->okayed)
		return 0;
	if ((rc = outbox_okay(ct, ref, &first)) != 0 || !first ||
	    !ref->last_part)
		return rc;
	return outbox_say_accepted(ct, ref);
}

/* One row that is covered; ${sure}: it leaves. */
static int
had_one(struct tacit_contact *ct, struct out_ref **at, int sure)
{
	struct out_ref *ref = *at;
	int rc;

	/* What the relay says comes first; then a tombstone takes its place. */
	if (ref->recall == RECALL_ASKED)
		return 0;
	if (!sure)
		return rest(ct, ref);
	if (ref->okayed_ms == 0 && ref->last_part &&
	    (rc = outbox_say_accepted(ct, ref)) != 0)
		return rc;
	return outbox_ref_remove(ct, at);
}

static int
had_rows(struct tacit_contact *ct, const tacit_Have *have, uint64_t sure)
{
	struct out_ref **at = &ct->out, *o;
	int rc;

	while ((o = *at) != NULL) {
		if (is_text(o) && stream_is(o->stream, have->stream) &&
		    outbox_covers(have, o->seq) &&
		    (rc = had_one(ct, at, o->seq <= sure)) != 0)
			return rc;
		if (*at == o)
			at = &o->next;
	}
	return 0;
}

/*
 * What lies below something that they have came before it, or was lost, also
 * when it was posted again because they asked.  So it goes once more, but not
 * while it may still be on its way.
 */
static int
fill_holes(struct tacit_contact *ct, const tacit_Have *have)
{
	uint64_t now = (uint64_t)env_unix_ms(ct->t), top;
	struct out_ref *o;
	int rc;

	if (have->range_count == 0)
		return 0;
	top = have->range[have->range_count - 1].to;
	for (o = ct->out; o != NULL; o = o->next)
		if (is_text(o) && o->okayed && o->seq < top &&
		    stream_is(o->stream, have->stream) &&
		    !outbox_covers(have, o->seq) &&
		    now - o->okayed_ms >= HOLE_MS &&
		    (rc = outbox_again(ct, o)) != 0)
			return rc;
	return 0;
}

int
again_had(struct tacit_contact *ct, const tacit_Have *have)
{
	const struct out_ref *o;
	int rc, same;

	/* Of a stream that I left, both ends agreed what is in it. */
	if (!stream_is(have->stream, ct->rec.stream))
		return had_rows(ct, have, UINT64_MAX);
	if (ct->rec.healing)
		return 0;
	if (is_beyond(ct, have))
		return 1;
	if (!covers_any(ct, have))
		return 0;
	/* Of what is being taken back they may have what stands for it. */
	for (o = ct->out; o != NULL; o = o->next)
		if (is_text(o) && o->recall != RECALL_ASKED &&
		    stream_is(o->stream, have->stream) &&
		    outbox_covers(have, o->seq) &&
		    (rc = was_tried(ct, o)) <= 0)
			return rc == 0 ? 1 : rc;
	if ((rc = compare(ct, have, &same)) != 0)
		return rc;
	if (same < 0)
		return 1;
	rc = had_rows(ct, have, same > 0 ? have->contiguous : 0);
	return rc != 0 ? rc : fill_holes(ct, have);
}

static int
is_covered(const tacit_Have *have, size_t n,
    const uint8_t stream[TACIT_STREAM_LEN], uint64_t seq)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (stream_is(have[i].stream, stream) &&
		    outbox_covers(&have[i], seq))
			return 1;
	return 0;
}

int
again_rest(struct tacit_contact *ct, const tacit_Have *have, size_t n)
{
	struct out_ref *o;
	int rc;

	for (o = ct->out; o != NULL; o = o->next)
		if (is_text(o) && !is_covered(have, n, o->stream, o->seq) &&
		    (rc = outbox_again(ct, o)) != 0)
			return rc;
	return 0;
}

/* ---- from the history ------------------------------------------------------ */

/* What is looked for, and where it was found, newest first. */
struct wanted {
	struct tacit_contact *ct;
	const tacit_Have *have;
	size_t n_have;
	const tacit_Need *only;		/* or NULL: all */
	uint64_t high;			/* highest seq of its stream here */
	uint64_t *place;
	size_t n, cap;
	tacit_Gone *gone;		/* runs of what was forgotten */
	size_t n_gone, cap_gone;
};

static int
add_place(struct wanted *w, uint64_t place)
{
	uint64_t *more;

	if (w->n == w->cap) {
		w->cap = w->cap == 0 ? 64 : w->cap * 2;
		more = realloc(w->place, w->cap * sizeof(*more));
		if (more == NULL)
			return TACIT_E_NOMEM;
		w->place = more;
	}
	w->place[w->n++] = place;
	return 0;
}

/* It was forgotten: seqs in a row are said together. */
static int
add_gone(struct wanted *w, const tacit_state_Past *p)
{
	tacit_Gone *more, *last;

	last = w->n_gone > 0 ? &w->gone[w->n_gone - 1] : NULL;
	if (last != NULL && last->from == p->seq + 1 &&
	    stream_is(last->stream, p->stream)) {
		last->from = p->seq;
		return 0;
	}
	if (w->gone == NULL || w->n_gone == w->cap_gone) {
		w->cap_gone = w->cap_gone == 0 ? 16 : w->cap_gone * 2;
		more = realloc(w->gone, w->cap_gone * sizeof(*more));
		if (more == NULL)
			return TACIT_E_NOMEM;
		w->gone = more;
	}
	last = &w->gone[w->n_gone++];
	memcpy(last->stream, p->stream, sizeof(last->stream));
	last->from = last->to = p->seq;
	return 0;
}

static int
is_in_outbox(const struct tacit_contact *ct, const tacit_state_Past *p)
{
	const struct out_ref *o;

	for (o = ct->out; o != NULL; o = o->next)
		if (o->seq == p->seq && is_text(o) &&
		    stream_is(o->stream, p->stream))
			return 1;
	return 0;
}

static int
see_wanted(void *arg, uint64_t place, const tacit_state_Past *p,
    const char *text, size_t len)
{
	struct wanted *w = arg;
	const tacit_Need *only = w->only;

	(void)text;
	(void)len;
	if (!p->from_me)
		return 0;
	if (only != NULL) {
		if (!stream_is(p->stream, only->stream))
			return 0;
		if (p->seq > w->high)
			w->high = p->seq;
		if (p->seq < only->from)
			return 1;
		if (p->seq > only->to)
			return 0;
	}
	if (is_covered(w->have, w->n_have, p->stream, p->seq) ||
	    is_in_outbox(w->ct, p))
		return 0;
	/* What was taken back is said of it for ever; no text is needed. */
	if (p->keep.gone.size > 0 && p->fate <= TACIT_FATE_ASKED)
		return add_gone(w, p);
	return add_place(w, place);
}

/* The rows of one text, as they were when it was written. */
static int
offer_again(struct tacit_contact *ct, uint64_t place)
{
	tacit_state_Out o = tacit_state_Out_init_zero;
	tacit_state_Past p;
	char *text = NULL;
	size_t len = 0, at = 0, n;
	int rc;

	if ((rc = history_row(ct, place, &p, &text, &len)) != 0)
		return rc;
	o.kind = tacit_state_OutKind_OUT_TEXT;
	o.seq = p.seq;
	o.type = p.type;
	o.keep = p.keep;
	o.place = p.keep.hours != 0 ? place : 0;
	o.parts = keep_parts(p.type, &p.keep, text, len);
	o.lost = 1;
	o.time_ms = (uint64_t)p.time_ms;
	/* The app was told long ago that it was accepted. */
	o.okayed_ms = (uint64_t)env_unix_ms(ct->t);
	o.tried = 1;
	memcpy(o.previous, p.previous, sizeof(o.previous));
	memcpy(o.stream, p.stream, sizeof(o.stream));
	if (p.fate > TACIT_FATE_ASKED) {
		recall_tombstone(&o);
		history_chain(o.chain, &p, text, len);
		rc = outbox_add(ct, &o, NULL, 0);
		at = len;
	}
	for (; at < len && rc == 0; at += n, o.part++) {
		n = keep_part_len(p.type, &p.keep, text + at, len - at);
		rc = outbox_add(ct, &o, text + at, n);
	}
	record_tail_free(text, len);
	return rc;
}

/* Oldest first, and then what was waiting already. */
static int
offer_all(struct tacit_contact *ct, const struct wanted *w)
{
	struct out_ref **at = &ct->out, *last;
	uint64_t n = ct->rec.next_out;
	size_t i;
	int rc;

	if (w->n == 0)
		return 0;
	for (i = w->n; i > 0; i--)
		if ((rc = offer_again(ct, w->place[i - 1])) != 0)
			return rc;
	for (last = ct->out; last != NULL && last->n <= n;) {
		if (!is_text(last)) {
			at = &last->next;
			last = *at;
			continue;
		}
		if ((rc = outbox_move_back(ct, at)) != 0)
			return rc;
		last = *at;
	}
	return 0;
}

static int
add_gone_row(struct tacit_contact *ct, const tacit_Gone *g)
{
	tacit_state_Out o = tacit_state_Out_init_zero;

	o.kind = tacit_state_OutKind_OUT_GONE;
	o.time_ms = (uint64_t)env_unix_ms(ct->t);
	memcpy(o.about, g->stream, sizeof(o.about));
	o.from = g->from;
	o.to = g->to;
	return outbox_add(ct, &o, NULL, 0);
}

static int
look(struct tacit_contact *ct, struct wanted *w)
{
	size_t i;
	int rc;

	rc = history_back(ct, see_wanted, w);
#ifdef TACIT_CONTROL_OK_IS_HAD
	w->n = 0;
#endif
	if (rc == 0)
		rc = offer_all(ct, w);
	for (i = 0; i < w->n_gone && rc == 0; i++)
		rc = add_gone_row(ct, &w->gone[i]);
	free(w->place);
	free(w->gone);
	return rc;
}

int
again_history(struct tacit_contact *ct, const tacit_Have *have, size_t n)
{
	struct wanted w = { .ct = ct, .have = have, .n_have = n };

	return look(ct, &w);
}

/* Seqs of an older stream that were lost with the vault they were in. */
static int
say_gone(struct tacit_contact *ct, const tacit_Need *need, uint64_t high)
{
	tacit_Gone g = { .from = need->from > high ? need->from : high + 1,
	    .to = need->to };

	if (high >= need->to || stream_is(need->stream, ct->rec.stream))
		return 0;
	memcpy(g.stream, need->stream, sizeof(g.stream));
	return add_gone_row(ct, &g);
}

int
again_need(struct tacit_contact *ct, const tacit_Need *need,
    const tacit_Have *have, size_t n)
{
	struct wanted w = { .ct = ct, .have = have, .n_have = n };
	struct out_ref *o;
	tacit_Need only = *need;
	uint64_t here = 0;
	int rc;

	if (sodium_is_zero(only.stream, sizeof(only.stream)))
		memcpy(only.stream, ct->rec.stream, sizeof(only.stream));
	for (o = ct->out; o != NULL; o = o->next) {
		if (!is_text(o) || !stream_is(o->stream, only.stream) ||
		    o->seq < only.from || o->seq > only.to)
			continue;
		here += o->last_part;
		if (o->okayed && !is_covered(have, n, o->stream, o->seq) &&
		    (rc = outbox_again(ct, o)) != 0)
			return rc;
	}
	/* The history has work only with what is not here. */
	if (here == only.to - only.from + 1 || ct->rec.healing)
		return 0;
	w.only = &only;
	if ((rc = look(ct, &w)) != 0)
		return rc;
	return say_gone(ct, &only, w.high);
}
