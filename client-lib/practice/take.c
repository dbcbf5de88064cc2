/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <pb_decode.h>
#include <sodium.h>

#include "batch.h"
#include "queue.h"
#include "take.h"

bool
take_is_ours(const struct tacit_event *ev)
{
	return ev->data_type == PRACTICE_TYPE &&
	    (ev->type == TACIT_EV_DATA || ev->type == TACIT_EV_ACCEPTED ||
	    ev->type == TACIT_EV_UNDELIVERED);
}

/* Only that it is done, and one more in ${counter}, if not NULL. */
static int
set_aside(struct tacit_practice *p, const struct tacit_event *ev,
    uint64_t *(*counter)(tacit_rows_State *))
{
	struct batch b;

	batch_begin(&b, p);
	batch_done(&b, ev->id);
	if (counter != NULL) {
		++*counter(&b.state);
		b.state_changed = true;
	}
	return batch_commit(&b);
}

static uint64_t *
unknown(tacit_rows_State *state)
{
	return &state->unknown;
}

static uint64_t *
malformed(tacit_rows_State *state)
{
	return &state->malformed;
}

static take_fn *
taker_of(const struct practice_parts *parts, pb_size_t tag)
{
	size_t i;

	for (i = 0; i < parts->n_takers; i++)
		if (parts->takers[i].tag == tag)
			return parts->takers[i].take;
	return NULL;
}

/* A message that decodes and that somebody takes. */
static int
hand_on(struct tacit_practice *p, const struct tacit_event *ev,
    const tacit_practice_Practice *m, take_fn *take)
{
	struct taken in = { .ct = ev->contact, .ev = ev, .m = m };
	struct batch b;
	int rc;

	if ((rc = practice_contact_id(in.ct, in.contact)) != 0)
		return rc;
	batch_begin(&b, p);
	batch_done(&b, ev->id);
	if ((rc = take(&b, &in)) == 0)
		return batch_commit(&b);
	batch_drop(&b);
	return rc == TACIT_E_POISON ? set_aside(p, ev, malformed) : rc;
}

bool
take_read(tacit_practice_Practice *out, const char *data, size_t len)
{
	pb_istream_t s = pb_istream_from_buffer((const pb_byte_t *)data, len);

	return pb_decode(&s, tacit_practice_Practice_fields, out);
}

static int
take_data(struct tacit_practice *p, const struct tacit_event *ev)
{
	tacit_practice_Practice *m = calloc(1, sizeof(*m));
	take_fn *take;
	int rc;

	if (m == NULL)
		return TACIT_E_NOMEM;
	if (ev->contact == NULL ||
	    !take_read(m, ev->text, ev->text_len))
		rc = set_aside(p, ev, malformed);
	else if ((take = taker_of(p->parts, m->which_is)) == NULL)
		rc = set_aside(p, ev, unknown);
	else
		rc = hand_on(p, ev, m, take);
	sodium_memzero(m, sizeof(*m));
	free(m);
	return rc;
}

/* Something of ours did not arrive in all the time there is: somebody waits. */
static int
take_undelivered(struct tacit_practice *p, const struct tacit_event *ev)
{
	tacit_rows_Event told = tacit_rows_Event_init_zero;
	struct batch b;

	batch_begin(&b, p);
	batch_done(&b, ev->id);
	told.type = TACIT_PRACTICE_UNDELIVERED;
	memcpy(told.about, ev->message, sizeof(ev->message));
	queue_tell(&b, ev->contact, &told);
	return batch_commit(&b);
}

int
take_event(struct tacit_practice *p, const struct tacit_event *ev)
{
	switch (ev->type) {
	case TACIT_EV_DATA:
		return take_data(p, ev);
	case TACIT_EV_UNDELIVERED:
		return take_undelivered(p, ev);
	default:
		return set_aside(p, ev, NULL);
	}
}
