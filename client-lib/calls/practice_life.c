/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing what the practice layer gives out; and small calls. */
#include <stdlib.h>

#include "practice_calls.h"

/* A check-in stands on its practice, but may be closed after it. */
struct standing {
	struct tacit_checkin *c;
	struct tacit_practice *on;	/* handle */
};

int
call_practice(struct tacit_practice **p, const struct tacit_practice *handle)
{
	void *object;
	int rc = handle_enter(handle, HANDLE_PRACTICE, &object);

	*p = rc == 0 ? object : NULL;
	return rc;
}

int
call_series(struct tacit_series **s, const struct tacit_series *handle)
{
	void *object;
	int rc = handle_enter(handle, HANDLE_SERIES, &object);

	*s = rc == 0 ? object : NULL;
	return rc;
}

static int
call_standing(struct standing **s, const struct tacit_checkin *handle)
{
	void *object;
	int rc = handle_enter(handle, HANDLE_CHECKIN, &object);

	*s = rc == 0 ? object : NULL;
	return rc;
}

int
call_checkin(struct tacit_checkin **c, const struct tacit_checkin *handle)
{
	struct standing *s;
	void *object;
	int rc;

	if ((rc = call_standing(&s, handle)) != 0)
		return rc;
	if ((rc = handle_enter(s->on, HANDLE_PRACTICE, &object)) != 0) {
		(void)handle_leave(handle, rc);
		return rc;
	}
	*c = s->c;
	return 0;
}

int
left_checkin(const struct tacit_checkin *handle, int rc)
{
	void *object;

	/* We are inside: it cannot fail. */
	if (handle_within(handle, handle, HANDLE_CHECKIN, &object) == 0)
		(void)handle_leave(((struct standing *)object)->on, 0);
	return handle_leave(handle, rc);
}

int
tacit_practice_open(struct tacit_practice **out, struct tacit *t)
{
	struct tacit_practice *p;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	*out = NULL;
	if ((rc = inner_practice_open(&p, t)) != 0)
		return rc;
	if ((*out = handle_new(HANDLE_PRACTICE, p, NULL)) != NULL)
		return 0;
	inner_practice_close(p);
	return TACIT_E_NOMEM;
}

void
tacit_practice_close(struct tacit_practice *handle)
{
	struct tacit_practice *p;

	if (call_practice(&p, handle) != 0)
		return;
	inner_practice_close(p);
	handle_end(handle);
}

/* A negative number would have the host wait for ever. */
int
tacit_practice_timeout_ms(const struct tacit_practice *handle, int64_t now_ms)
{
	struct tacit_practice *p;

	if (call_practice(&p, handle) != 0)
		return 0;
	return handle_leave(handle, inner_practice_timeout_ms(p, now_ms));
}

/* Handle of a check-in; ${c} is closed where there is none. */
static int
hand_out(struct tacit_checkin **out, struct tacit_checkin *c,
    struct tacit_practice *on)
{
	struct standing *s = calloc(1, sizeof(*s));

	if (s != NULL) {
		s->c = c;
		s->on = on;
		*out = handle_new(HANDLE_CHECKIN, s, NULL);
	}
	if (s != NULL && *out != NULL)
		return 0;
	free(s);
	inner_checkin_close(c);
	return TACIT_E_NOMEM;
}

int
tacit_checkin_open(struct tacit_checkin **out, struct tacit_practice *handle,
    struct tacit_contact *ct, const char *id)
{
	struct tacit_practice *p;
	struct tacit_checkin *c;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	*out = NULL;
	if (id == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	if ((rc = inner_checkin_open(&c, p, ct, id)) == 0)
		rc = hand_out(out, c, handle);
	return handle_leave(handle, rc);
}

int
tacit_checkin_read(struct tacit_checkin **out, struct tacit_practice *handle,
    struct tacit_contact *ct, const char *id, uint32_t date)
{
	struct tacit_practice *p;
	struct tacit_checkin *c;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	*out = NULL;
	if (id == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	if ((rc = inner_checkin_read(&c, p, ct, id, date)) == 0)
		rc = hand_out(out, c, handle);
	return handle_leave(handle, rc);
}

void
tacit_checkin_close(struct tacit_checkin *handle)
{
	struct standing *s;

	if (call_standing(&s, handle) != 0)
		return;
	inner_checkin_close(s->c);
	free(s);
	handle_end(handle);
}

static uint32_t
number_of(const struct tacit_checkin *handle,
    uint32_t (*call)(const struct tacit_checkin *c))
{
	struct tacit_checkin *c;
	uint32_t n;

	if (call_checkin(&c, handle) != 0)
		return 0;
	n = call(c);
	(void)left_checkin(handle, 0);
	return n;
}

uint32_t
tacit_checkin_date(const struct tacit_checkin *c)
{
	return number_of(c, inner_checkin_date);
}

uint32_t
tacit_checkin_items(const struct tacit_checkin *c)
{
	return number_of(c, inner_checkin_items);
}

uint32_t
tacit_checkin_missing(const struct tacit_checkin *c)
{
	return number_of(c, inner_checkin_missing);
}

const char *
tacit_checkin_title(const struct tacit_checkin *handle)
{
	struct tacit_checkin *c;
	const char *title;

	if (call_checkin(&c, handle) != 0)
		return "";
	title = inner_checkin_title(c);
	(void)left_checkin(handle, 0);
	return title;
}

int
tacit_checkin_begun(const struct tacit_checkin *handle)
{
	struct tacit_checkin *c;

	if (call_checkin(&c, handle) != 0)
		return 0;
	return left_checkin(handle, inner_checkin_begun(c));
}

int
tacit_series_open(struct tacit_series **out, struct tacit_practice *handle,
    struct tacit_contact *ct, const char *form)
{
	struct tacit_practice *p;
	struct tacit_series *s;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	*out = NULL;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	if ((rc = inner_series_open(&s, p, ct, form)) == 0 &&
	    (*out = handle_new(HANDLE_SERIES, s, NULL)) == NULL) {
		inner_series_close(s);
		rc = TACIT_E_NOMEM;
	}
	return handle_leave(handle, rc);
}

void
tacit_series_close(struct tacit_series *handle)
{
	struct tacit_series *s;

	if (call_series(&s, handle) != 0)
		return;
	inner_series_close(s);
	handle_end(handle);
}
