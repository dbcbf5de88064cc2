/* SPDX-License-Identifier: Apache-2.0 */
/* What a mailbox gives back, in which order, and what RECALL says of it
 * (PROTOCOL.md, sections 6, 7 and 21). */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "scene.h"
#include "tacit/hash.h"

enum { LETTERS = 5, WINDOW = 64, MORE = 66 };

/* Letter ${n}: its number is its id and its first byte. */
static void
number(struct scene *s, uint8_t n)
{
	memset(s->id, n, sizeof(s->id));
	s->body[0] = n;
}

static void
post(struct scene *s, uint8_t from, uint8_t to)
{
	uint8_t n;
	int rc = 0;

	for (n = from; n <= to && rc == 0; n++) {
		number(s, n);
		rc = raw_post(s->r, &s->m, s->id, s->body);
	}
	scene_say(s, rc);
}

/*
 * Tell ${n} frames of the reader: the number of each letter, "drained"; then
 * "nothing" if a PING is answered before any other.
 */
static void
tell(struct scene *s, int n)
{
	struct raw_frame *f;
	char word[8];
	int rc;

	for (; n > 0 && (f = raw_next(s->other, RAW_WAIT_MS, &rc)) != NULL;
	    n--) {
		(void)snprintf(word, sizeof(word), "%u",
		    f->body_len > 0 ? f->body[0] : 0u);
		told_add(s->got, f->head.which_is == tacit_Frame_deliver_tag ?
		    word : f->head.which_is == tacit_Frame_drained_tag ?
		    "drained" : "something else");
		raw_frame_free(f);
	}
	scene_say(s, raw_ping(s->other));
	if ((f = raw_next(s->other, 0, &rc)) == NULL)
		told_add(s->got, "nothing");
	raw_frame_free(f);
}

static void
ack(struct scene *s, uint8_t n)
{
	number(s, n);
	scene_say(s, raw_ack(s->other, s->m.address, s->id));
}

static void
an_empty_mailbox(struct scene *s)
{
	scene_subscribe(s, s->other, &s->m);
	tell(s, 1);
}

static void
in_the_order_of_posts(struct scene *s)
{
	post(s, 1, LETTERS);
	scene_subscribe(s, s->other, &s->m);
	tell(s, LETTERS + 1);
}

static void
live_behind_the_backlog(struct scene *s)
{
	post(s, 1, 2);
	scene_subscribe(s, s->other, &s->m);
	post(s, 3, 4);
	tell(s, 5);
}

static void
again_until_acked(struct scene *s)
{
	post(s, 1, 3);
	scene_subscribe(s, s->other, &s->m);
	tell(s, 4);
	ack(s, 2);
	scene_subscribe(s, s->other, &s->m);
	tell(s, 3);
}

static void
again_on_another_connection(struct scene *s)
{
	struct raw *first = s->other;

	post(s, 1, 1);
	scene_subscribe(s, s->other, &s->m);
	tell(s, 2);
	s->other = s->r;
	scene_subscribe(s, s->r, &s->m);
	tell(s, 2);
	s->other = first;
}

/* Posted again when it was acked and is gone: it is a letter like any other. */
static void
posted_again_after_ack(struct scene *s)
{
	post(s, 1, 1);
	scene_subscribe(s, s->other, &s->m);
	tell(s, 2);
	ack(s, 1);
	post(s, 1, 1);
	tell(s, 1);
}

static void
sixty_four_under_way(struct scene *s)
{
	struct raw_frame *f;
	int n, rc;

	post(s, 1, MORE);
	scene_subscribe(s, s->other, &s->m);
	for (n = 0; n < WINDOW &&
	    (f = raw_next(s->other, RAW_WAIT_MS, &rc)) != NULL; n++) {
		if (f->head.which_is != tacit_Frame_deliver_tag)
			told_add(s->got, "something else");
		raw_frame_free(f);
	}
	tell(s, 0);
	ack(s, 1);
	tell(s, 1);
}

static void
a_parcel(struct scene *s)
{
	static uint8_t parcel[TACIT_PARCEL_LEN];
	struct raw_frame *f;
	int rc;

	memset(parcel, 7, sizeof(parcel));
	scene_say(s, raw_wait(s->r, raw_send_post(s->r, &s->m, s->id,
	    tacit_Kind_KIND_PARCEL, 0, parcel), RAW_WAIT_MS, NULL));
	scene_subscribe(s, s->other, &s->m);
	if ((f = raw_next(s->other, RAW_WAIT_MS, &rc)) != NULL &&
	    f->body_len == sizeof(parcel) &&
	    memcmp(f->body, parcel, sizeof(parcel)) == 0)
		told_add(s->got, "as it was");
	raw_frame_free(f);
}

/* One POST; "nearly full" if its OK says so. */
static int
fill(struct scene *s, unsigned n, int *nearly)
{
	struct raw_frame *answer = NULL;
	int rc;

	memset(s->id, (int)(n & 0xff), sizeof(s->id));
	s->id[0] = (uint8_t)(n >> 8);
	rc = raw_wait(s->r, raw_send_post(s->r, &s->m, s->id,
	    tacit_Kind_KIND_LETTER, 0, s->body), RAW_WAIT_MS, &answer);
	*nearly = rc == 0 && answer->head.is.ok.nearly_full;
	raw_frame_free(answer);
	return rc;
}

/* As many letters as WELCOME says, nearly full 16 before, and no more. */
static void
until_it_is_full(struct scene *s)
{
	const unsigned max = raw_welcome(s->r)->letters;
	unsigned n = 0, first = 0;
	int rc = 0, nearly;

	for (; rc == 0 && n <= max; n++) {
		rc = fill(s, n + 1, &nearly);
		if (nearly && first == 0)
			first = n + 1;
	}
	told_add(s->got, n - 1 == max ? "all" : "another number");
	told_add(s->got, first == max - max / 32 ? "told" : "not told");
	scene_say(s, rc);
}

/* ---- RECALL ----------------------------------------------------------------- */

static void
recall(struct scene *s, struct tacit_recall *is)
{
	char word[16];
	int rc = raw_recall(s->r, &s->m, s->id, is);

	(void)snprintf(word, sizeof(word), "says %u", is->outcome);
	if (rc == 0)
		told_add(s->got, word);
	else if (rc == RAW_PROTOCOL)
		told_add(s->got, "not signed");
	else
		scene_say(s, rc);
}

static void
recall_before_delivery(struct scene *s)
{
	struct tacit_recall is = { 0 }, again = { 0 };

	scene_say(s, raw_post_first(s->r, &s->m, s->id, s->body));
	recall(s, &is);
	recall(s, &again);
	told_add(s->got, is.number == again.number && is.outcome ==
	    again.outcome && memcmp(is.previous, again.previous,
	    sizeof(is.previous)) == 0 ? "the same" : "another");
	scene_contents(s);
	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
}

static void
recall_after_delivery(struct scene *s)
{
	struct tacit_recall is = { 0 };

	scene_say(s, raw_post_first(s->r, &s->m, s->id, s->body));
	scene_contents(s);
	recall(s, &is);
	scene_contents(s);
}

static void
recall_of_what_is_acked(struct scene *s)
{
	struct tacit_recall is = { 0 };

	scene_say(s, raw_post_first(s->r, &s->m, s->id, s->body));
	scene_contents(s);
	scene_say(s, raw_ack(s->other, s->m.address, s->id));
	recall(s, &is);
	told_add(s->got, sodium_is_zero(is.body_hash, sizeof(is.body_hash)) ?
	    "no hash" : "a hash");
}

/* It says 1 only of what was told to be new. */
static void
recall_of_a_second_post(struct scene *s)
{
	struct tacit_recall is = { 0 };

	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	recall(s, &is);
}

static void
recall_names_the_letter(struct scene *s)
{
	struct tacit_recall is = { 0 };
	uint8_t hash[TACIT_HASH_LEN];

	scene_say(s, raw_post_first(s->r, &s->m, s->id, s->body));
	recall(s, &is);
	tacit_hash_body(hash, s->body, sizeof(s->body));
	told_add(s->got, memcmp(hash, is.body_hash, sizeof(hash)) == 0 ?
	    "its hash" : "another hash");
}

/* Unless somebody else recalls at the same time, the two are neighbours. */
static void
recalls_are_a_chain(struct scene *s)
{
	struct tacit_recall one = { 0 }, two = { 0 };
	uint8_t hash[TACIT_HASH_LEN];

	recall(s, &one);
	number(s, 1);
	recall(s, &two);
	tacit_hash_recall(hash, &one);
	told_add(s->got, two.number > one.number ? "later" : "not later");
	told_add(s->got, two.number != one.number + 1 ||
	    memcmp(hash, two.previous, sizeof(hash)) == 0 ? "linked" :
	    "not linked");
}

static void
recall_with_another_token(struct scene *s)
{
	struct tacit_recall is = { 0 };

	scene_say(s, raw_post(s->r, &s->m, s->id, s->body));
	s->m.token[0] ^= 1;
	recall(s, &is);
	scene_contents(s);
}

static const struct scene_case cases[] = {
	{ "an empty mailbox", an_empty_mailbox,
	    "ok, drained, ok, nothing" },
	{ "in the order of the POSTs", in_the_order_of_posts,
	    "ok, ok, 1, 2, 3, 4, 5, drained, ok, nothing" },
	{ "live behind the backlog", live_behind_the_backlog,
	    "ok, ok, ok, 1, 2, drained, 3, 4, ok, nothing" },
	{ "again until acked", again_until_acked,
	    "ok, ok, 1, 2, 3, drained, ok, nothing, ok, ok, 1, 3, drained, "
	    "ok, nothing" },
	{ "again on another connection", again_on_another_connection,
	    "ok, ok, 1, drained, ok, nothing, ok, 1, drained, ok, nothing" },
	{ "posted again after ACK", posted_again_after_ack,
	    "ok, ok, 1, drained, ok, nothing, ok, ok, 1, ok, nothing" },
	{ "64 under way", sixty_four_under_way,
	    "ok, ok, ok, nothing, ok, 65, ok, nothing" },
	{ "a parcel", a_parcel, "ok, ok, as it was" },
	{ "until it is full", until_it_is_full, "all, told, error QUOTA" },
	{ "RECALL before delivery", recall_before_delivery,
	    "ok, says 1, says 1, the same, ok, error CONFLICT" },
	{ "RECALL after delivery", recall_after_delivery,
	    "ok, ok, deliver, says 2, ok" },
	{ "RECALL of what is acked", recall_of_what_is_acked,
	    "ok, ok, deliver, ok, says 3, no hash" },
	{ "RECALL of a second POST", recall_of_a_second_post,
	    "ok, says 2" },
	{ "RECALL names the letter", recall_names_the_letter,
	    "ok, says 1, its hash" },
	{ "RECALLs are a chain", recalls_are_a_chain,
	    "says 3, says 3, later, linked" },
	{ "RECALL with another token", recall_with_another_token,
	    "ok, error REFUSED, ok, deliver" },
};

int
main(void)
{
	return scene_run("delivery", cases, sizeof(cases) / sizeof(cases[0]));
}
