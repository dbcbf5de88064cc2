/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of tacit/practice.h that are handed on as they are. */
#include "practice_calls.h"

int
tacit_practice_step(struct tacit_practice *handle, int64_t now_ms)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_practice_step(p, now_ms));
}

int
tacit_practice_counts(const struct tacit_practice *handle,
    struct tacit_practice_counts *out)
{
	struct tacit_practice *p;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_practice_counts(p, out));
}

int
tacit_practice_next_event(struct tacit_practice *handle, uint64_t after,
    struct tacit_practice_event *out)
{
	struct tacit_practice *p;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_practice_next_event(p, after, out));
}

int
tacit_practice_event_done(struct tacit_practice *handle, uint64_t id)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_practice_event_done(p, id));
}

int
tacit_checkin_import(struct tacit_practice *handle, const char *json,
    size_t len, char form[TACIT_CHECKIN_ID_SIZE],
    char why[TACIT_CHECKIN_WHY_SIZE])
{
	struct tacit_practice *p;
	int rc;

	if (json == NULL || form == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_checkin_import(p, json, len, form,
	    why));
}

int
tacit_checkin_import_shipped(struct tacit_practice *handle, const char *name,
    char form[TACIT_CHECKIN_ID_SIZE])
{
	struct tacit_practice *p;
	int rc;

	if (name == NULL || form == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_checkin_import_shipped(p, name,
	    form));
}

int
tacit_checkin_form_next(struct tacit_practice *handle, const char *after,
    struct tacit_checkin_form *out)
{
	struct tacit_practice *p;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_checkin_form_next(p, after, out));
}

int
tacit_checkin_send(struct tacit_practice *handle, struct tacit_contact *ct,
    const char *form, const struct tacit_checkin_when *when, int64_t now_ms,
    char id[TACIT_CHECKIN_ID_SIZE])
{
	struct tacit_practice *p;
	int rc;

	if (form == NULL || id == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_checkin_send(p, ct, form, when,
	    now_ms, id));
}

int
tacit_checkin_stop(struct tacit_practice *handle, struct tacit_contact *ct,
    const char *id)
{
	struct tacit_practice *p;
	int rc;

	if (id == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_checkin_stop(p, ct, id));
}

int
tacit_checkin_next(struct tacit_practice *handle, struct tacit_contact *ct,
    const char *after, struct tacit_checkin_info *out)
{
	struct tacit_practice *p;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_checkin_next(p, ct, after, out));
}

int
tacit_checkin_find(struct tacit_practice *handle, const char *id,
    struct tacit_contact **ct)
{
	struct tacit_practice *p;
	int rc;

	if (id == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_checkin_find(p, id, ct));
}

int
tacit_checkin_response_next(struct tacit_practice *handle,
    struct tacit_contact *ct, const char *id, uint32_t after, uint32_t *date,
    int64_t *time_ms)
{
	struct tacit_practice *p;
	int rc;

	if (id == NULL || date == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_checkin_response_next(p, ct, id,
	    after, date, time_ms));
}

int
tacit_checkin_response(struct tacit_practice *handle, struct tacit_contact *ct,
    const char *id, uint32_t date, char **json)
{
	struct tacit_practice *p;
	int rc;

	if (id == NULL || json == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_checkin_response(p, ct, id, date,
	    json));
}

int
tacit_checkin_score(struct tacit_practice *handle, struct tacit_contact *ct,
    const char *id, uint32_t date, unsigned int n,
    struct tacit_checkin_score *out)
{
	struct tacit_practice *p;
	int rc;

	if (id == NULL || out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_checkin_score(p, ct, id, date, n,
	    out));
}

int
tacit_checkin_item(const struct tacit_checkin *handle, uint32_t at,
    struct tacit_checkin_item *out)
{
	struct tacit_checkin *c;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_checkin(&c, handle)) != 0)
		return rc;
	return left_checkin(handle, inner_checkin_item(c, at, out));
}

int
tacit_checkin_option(const struct tacit_checkin *handle, uint32_t at,
    uint32_t n, char value[TACIT_CHECKIN_VALUE_SIZE], const char **shown)
{
	struct tacit_checkin *c;
	int rc;

	if (value == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_checkin(&c, handle)) != 0)
		return rc;
	return left_checkin(handle, inner_checkin_option(c, at, n, value,
	    shown));
}

int
tacit_checkin_answer(const struct tacit_checkin *handle, uint32_t at,
    uint32_t n, char *out, size_t cap)
{
	struct tacit_checkin *c;
	int rc;

	if ((rc = call_checkin(&c, handle)) != 0)
		return rc;
	return left_checkin(handle, inner_checkin_answer(c, at, n, out, cap));
}

int
tacit_checkin_set(struct tacit_checkin *handle, uint32_t at, const char *text,
    const char **reason)
{
	struct tacit_checkin *c;
	int rc;

	if (text == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_checkin(&c, handle)) != 0)
		return rc;
	return left_checkin(handle, inner_checkin_set(c, at, text, reason));
}

int
tacit_checkin_choose(struct tacit_checkin *handle, uint32_t at, uint32_t option,
    const char **reason)
{
	struct tacit_checkin *c;
	int rc;

	if ((rc = call_checkin(&c, handle)) != 0)
		return rc;
	return left_checkin(handle, inner_checkin_choose(c, at, option,
	    reason));
}

int
tacit_checkin_clear(struct tacit_checkin *handle, uint32_t at)
{
	struct tacit_checkin *c;
	int rc;

	if ((rc = call_checkin(&c, handle)) != 0)
		return rc;
	return left_checkin(handle, inner_checkin_clear(c, at));
}

int
tacit_checkin_submit(struct tacit_checkin *handle)
{
	struct tacit_checkin *c;
	int rc;

	if ((rc = call_checkin(&c, handle)) != 0)
		return rc;
	return left_checkin(handle, inner_checkin_submit(c));
}
