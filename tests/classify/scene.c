/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "contact.h"
#include "scene.h"
#include "story.h"
#include "zone.h"

enum { TEXT_SIZE = 400, KEEP_HOURS = 24, HOST_TYPE = 100,
    RECALL_MIN_MS = 1000, RECALL_MS = 30000 };

static const char form[] =
"{\"resourceType\":\"Questionnaire\",\"status\":\"active\",\"title\":"
"\"Evening\",\"item\":[{\"linkId\":\"a\",\"type\":\"integer\",\"text\":"
"\"How was it?\",\"required\":true},{\"linkId\":\"b\",\"type\":\"text\","
"\"text\":\"Anything else?\"}]}";

struct tacit_contact *
scene_client(struct scene *sc, int k)
{
	return contact_by_id(stage_end(sc->s, 0), sc->mine[k]);
}

struct tacit_contact *
scene_practice(struct scene *sc, int k)
{
	return contact_by_id(stage_end(sc->s, k), sc->theirs[k]);
}

struct tacit_contact *
scene_ct(struct scene *sc, int i)
{
	return i == 0 ? scene_client(sc, 1) : scene_practice(sc, 1);
}

int64_t
scene_some(struct scene *sc, int64_t ms)
{
	return (int64_t)random_below(sc->random, (size_t)ms + 1);
}

static void
pair(struct scene *sc, int k)
{
	struct tacit_contact *ct, *joined;
	char link[TACIT_LINK_SIZE];
	int i, rc;

	rc = tacit_invite(&ct, stage_end(sc->s, 0), "client",
	    TACIT_INVITE_IN_PERSON, 0, NULL);
	assert(rc == 0);
	memcpy(sc->mine[k], ct->id, CONTACT_ID_LEN);
	for (i = 0, rc = TACIT_E_WAIT; i < 100 && rc == TACIT_E_WAIT; i++) {
		(void)stage_turn(sc->s, 0);
		stage_relay_turn(sc->s);
		rc = tacit_invitation_link(ct, link);
	}
	assert(rc == 0);
	rc = tacit_accept(&joined, stage_end(sc->s, k), link, strlen(link),
	    "practice");
	assert(rc == 0);
	memcpy(sc->theirs[k], joined->id, CONTACT_ID_LEN);
	stage_quiesce(sc->s);
}

void
scene_begin(struct scene *sc, struct random *random)
{
	char why[TACIT_CHECKIN_WHY_SIZE];
	int i, rc;

	memset(sc, 0, sizeof(*sc));
	sc->random = random;
	sc->s = stage_new(story_scratch(), random_next(random));
	for (i = 1; i <= CLIENTS; i++)
		pair(sc, i);
	for (i = 0; i < STAGE_ENDS; i++) {
		rc = tacit_practice_open(&sc->p[i], stage_end(sc->s, i));
		assert(rc == 0);
	}
	rc = tacit_checkin_import(sc->p[0], form, strlen(form), sc->form,
	    why);
	assert(rc == 0);
	sc->w = watch_new(sc->s, sc->p, random);
	/* The form, once; the first card. */
	scene_ask(sc, 1);
	scene_card(sc);
	watch_run(sc->w, 5 * HOUR_MS);
}

void
scene_end(struct scene *sc)
{
	int i;

	watch_free(sc->w);
	for (i = 0; i < STAGE_ENDS; i++)
		tacit_practice_close(sc->p[i]);
	stage_free(sc->s);
}

/* As long as texts and answers happen to be. */
static size_t
some_text(struct scene *sc, char text[TEXT_SIZE])
{
	int n = snprintf(text, TEXT_SIZE, "%0*d",
	    1 + (int)scene_some(sc, 300), ++sc->n);

	return (size_t)n;
}

void
scene_write(struct scene *sc, int i)
{
	char text[TEXT_SIZE];
	size_t n = some_text(sc, text);
	int rc = tacit_send(scene_ct(sc, i), text, n, NULL, NULL);

	assert(rc == 0);
}

void
scene_write_fleeting(struct scene *sc, int i)
{
	char text[TEXT_SIZE];
	size_t n = some_text(sc, text);
	int rc = tacit_send_fleeting(scene_ct(sc, i), text, n, KEEP_HOURS,
	    NULL, NULL);

	assert(rc == 0);
}

void
scene_write_data(struct scene *sc, int i)
{
	char text[TEXT_SIZE];
	size_t n = some_text(sc, text);
	int rc = tacit_send_data(scene_ct(sc, i), HOST_TYPE, text, n, NULL,
	    NULL);

	assert(rc == 0);
}

void
scene_recall(struct scene *sc, int i)
{
	char text[TEXT_SIZE], id[TACIT_MESSAGE_ID_SIZE];
	size_t n = some_text(sc, text);
	enum tacit_fate fate;
	int rc;

	rc = tacit_send(scene_ct(sc, i), text, n, id, NULL);
	assert(rc == 0);
	watch_run(sc->w, RECALL_MIN_MS + scene_some(sc, RECALL_MS));
	rc = tacit_recall(scene_ct(sc, i), id, &fate);
	assert(rc == 0);
}

void
scene_receipts(struct scene *sc, int i, int on)
{
	int rc = tacit_receipts_set(sc->p[i], watch_ms(sc->w),
	    scene_ct(sc, i), on);

	assert(rc == 0);
}

void
scene_ask(struct scene *sc, int repeat)
{
	uint32_t today = zone_civil(watch_ms(sc->w)).date;
	struct tacit_checkin_when when = { .size = sizeof(when),
	    .once = !repeat, .from = today, .until = zone_civil(
	    watch_ms(sc->w) + 48 * HOUR_MS).date };
	char id[TACIT_CHECKIN_ID_SIZE];
	int rc;

	if (repeat) {
		when.every = 1;
		when.open = 1;
		when.close = 1440;
	}
	rc = tacit_checkin_send(sc->p[0], scene_client(sc, 1), sc->form, &when,
	    watch_ms(sc->w), id);
	assert(rc == 0);
	if (!repeat)
		memcpy(sc->asked, id, sizeof(id));
}

void
scene_answer(struct scene *sc)
{
	struct tacit_checkin *k;
	char text[400];
	int rc;

	rc = tacit_checkin_open(&k, sc->p[1], scene_practice(sc, 1),
	    sc->asked);
	assert(rc == 0);
	rc = tacit_checkin_set(k, 0, "7", NULL);
	assert(rc == 0);
	(void)snprintf(text, sizeof(text), "%0*d",
	    1 + (int)scene_some(sc, 300), 1);
	rc = tacit_checkin_set(k, 1, text, NULL);
	assert(rc == 0);
	rc = tacit_checkin_submit(k);
	assert(rc == 0);
	tacit_checkin_close(k);
}

void
scene_card(struct scene *sc)
{
	struct tacit_card c = { .size = sizeof(c) };
	int rc;

	(void)snprintf(c.response, sizeof(c.response), "Card %d.", ++sc->n);
	(void)snprintf(c.notice, sizeof(c.notice), "Nobody watches.");
	rc = tacit_card_set(sc->p[0], watch_ms(sc->w), &c);
	assert(rc == 0);
}

int64_t
scene_card_at(struct scene *sc)
{
	char id[TACIT_CONTACT_ID_SIZE];
	tacit_rows_CardOf row;
	struct row_key k;
	int rc;

	rc = practice_contact_id(scene_client(sc, 1), id);
	assert(rc == 0);
	row_key(&k, ROW_CARD_OF);
	row_key_contact(&k, id);
	rc = row_get(stage_end(sc->s, 0), &k, tacit_rows_CardOf_fields,
	    &row);
	assert(rc >= 0);
	return row.post_ms;
}

void
scene_card_read(struct scene *sc)
{
	struct tacit_card c = { .size = sizeof(c) };
	struct tacit_contact *ct = scene_practice(sc, 1);
	int rc;

	rc = tacit_card_get(sc->p[1], ct, &c);
	assert(rc == 0);
	rc = tacit_card_acknowledge(sc->p[1], watch_ms(sc->w), ct, c.version);
	assert(rc == 0);
}
