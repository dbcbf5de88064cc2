/* SPDX-License-Identifier: Apache-2.0 */
/* The handle, and one step: events of the vault first, then what time asks. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "batch.h"
#include "take.h"
#include "wire_value.h"

enum { SLEPT_MS = 5 * 60 * 1000 };

int
practice_open_with(struct tacit_practice **out, struct tacit *t,
    const struct practice_parts *parts)
{
	struct tacit_practice *p;
	struct row_key k;
	int rc;

	*out = NULL;
	if (sodium_init() == -1)
		return TACIT_E_INTERNAL;
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return TACIT_E_NOMEM;
	p->t = t;
	p->parts = parts;
	row_key(&k, ROW_STATE);
	if ((rc = row_get(t, &k, tacit_rows_State_fields, &p->state)) < 0) {
		tacit_practice_close(p);
		return rc;
	}
	*out = p;
	return 0;
}

int
tacit_practice_open(struct tacit_practice **out, struct tacit *t)
{
	if (out == NULL || t == NULL)
		return TACIT_E_INVALID;
	return practice_open_with(out, t, &practice_parts);
}

void
tacit_practice_close(struct tacit_practice *p)
{
	if (p == NULL)
		return;
	if (p->shown != NULL)
		sodium_memzero(p->shown, sizeof(*p->shown));
	free(p->shown);
	free(p);
}

/* Others stay where they are, for the host. */
static int
take_events(struct tacit_practice *p)
{
	struct tacit_event ev = { .size = sizeof(ev) };
	int rc;

	while ((rc = tacit_next_event(p->t, p->looked, &ev)) == 1) {
		if (take_is_ours(&ev) && (rc = take_event(p, &ev)) != 0)
			return rc;
		/* A contact is new, a text came, something was accepted. */
		practice_wake(p, p->now_ms);
		p->looked = ev.id;
	}
	return rc;
}

/*
 * A device that slept finds out after a while only that its connections are
 * gone: until then the vault believes that it read all that there is.
 */
static void
note_sleep(struct tacit_practice *p, int64_t now_ms)
{
	if (p->step_ms != 0 && now_ms - p->step_ms > SLEPT_MS)
		p->fresh_ms = now_ms + SLEPT_MS;
	if (p->fresh_ms > now_ms + SLEPT_MS)
		p->fresh_ms = 0;		/* the clock was set back */
	p->step_ms = now_ms;
}

int
tacit_practice_step(struct tacit_practice *p, int64_t now_ms)
{
	size_t i;
	int rc;

	if (p == NULL || now_ms < 0)
		return TACIT_E_INVALID;
	/* A clock that was set back: what was due later may be due now. */
	if (now_ms < p->now_ms)
		practice_wake(p, 0);
	p->now_ms = now_ms;
	note_sleep(p, now_ms);
	if ((rc = take_events(p)) != 0)
		return rc;
	if (now_ms < p->due_ms)
		return 0;
	p->due_ms = INT64_MAX;
	for (i = 0; i < p->parts->n_tend && rc == 0; i++)
		rc = p->parts->tend[i](p);
	if (rc != 0)
		practice_wake(p, now_ms);
	return rc;
}

int
tacit_practice_timeout_ms(const struct tacit_practice *p, int64_t now_ms)
{
	if (p->due_ms == INT64_MAX)
		return -1;
	if (p->due_ms <= now_ms)
		return 0;
	return p->due_ms - now_ms > INT_MAX ? INT_MAX :
	    (int)(p->due_ms - now_ms);
}

void
practice_wake(struct tacit_practice *p, int64_t at_ms)
{
	if (at_ms < p->due_ms)
		p->due_ms = at_ms;
}

int64_t
practice_later(int64_t now_ms, uint32_t spread_ms)
{
	return now_ms + 1 + (int64_t)randombytes_uniform(spread_ms);
}

bool
practice_is_due(struct tacit_practice *p, int64_t at_ms, uint32_t spread_ms)
{
	if (at_ms <= p->now_ms || at_ms - p->now_ms > (int64_t)spread_ms)
		return true;
	practice_wake(p, at_ms);
	return false;
}

bool
practice_is_text(const char *text)
{
	return wire_is_text(text) && form_is_plain(text);
}

struct tacit_contact *
practice_contact(struct tacit_practice *p,
    const char id[TACIT_CONTACT_ID_SIZE])
{
	struct tacit_contact *ct;

	return tacit_contact_find(&ct, p->t, id) == 0 ? ct : NULL;
}

bool
practice_is_closed(struct tacit_contact *ct)
{
	struct tacit_contact_info info = { .size = sizeof(info) };

	return tacit_contact_info(ct, &info) == 0 &&
	    info.state == TACIT_CLOSED;
}

int
practice_contact_id(struct tacit_contact *ct, char id[TACIT_CONTACT_ID_SIZE])
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	int rc = tacit_contact_info(ct, &info);

	if (rc == 0)
		memcpy(id, info.id, TACIT_CONTACT_ID_SIZE);
	return rc;
}

int
tacit_practice_counts(const struct tacit_practice *p,
    struct tacit_practice_counts *out)
{
	if (p == NULL || out == NULL || out->size != sizeof(*out))
		return TACIT_E_INVALID;
	out->unknown = p->state.unknown;
	out->malformed = p->state.malformed;
	return 0;
}
