/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of tacit/receipts.h, tacit/retention.h and tacit/retractions.h. */
#include "practice_calls.h"

int
tacit_receipts_set(struct tacit_practice *handle, int64_t now_ms,
    struct tacit_contact *ct, int on)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_receipts_set(p, now_ms, ct, on));
}

int
tacit_receipts_get(struct tacit_practice *handle, struct tacit_contact *ct)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_receipts_get(p, ct));
}

int
tacit_receipts_read(struct tacit_practice *handle, int64_t now_ms,
    struct tacit_contact *ct, const char *message)
{
	struct tacit_practice *p;
	int rc;

	if (message == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_receipts_read(p, now_ms, ct,
	    message));
}

int
tacit_receipt_state(struct tacit_practice *handle, struct tacit_contact *ct,
    const char *message)
{
	struct tacit_practice *p;
	int rc;

	if (message == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_receipt_state(p, ct, message));
}

int
tacit_retention_years(struct tacit_practice *handle, uint32_t *years)
{
	struct tacit_practice *p;
	int rc;

	if (years == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_retention_years(p, years));
}

int
tacit_retention_set(struct tacit_practice *handle, uint32_t years)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_retention_set(p, years));
}

int
tacit_retention_get(struct tacit_practice *handle, int64_t now_ms,
    struct tacit_contact *ct, struct tacit_retention *out)
{
	struct tacit_practice *p;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_retention_get(p, now_ms, ct, out));
}

int
tacit_retention_idle(struct tacit_practice *handle, struct tacit_contact *ct,
    uint32_t *from, uint32_t *until)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_retention_idle(p, ct, from, until));
}

int
tacit_retention_delete(struct tacit_practice *handle, int64_t now_ms,
    struct tacit_contact *ct, uint32_t today)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_retention_delete(p, now_ms, ct,
	    today));
}

int
tacit_retract(struct tacit_practice *handle, int64_t now_ms,
    struct tacit_contact *ct, const char *message)
{
	struct tacit_practice *p;
	int rc;

	if (message == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_retract(p, now_ms, ct, message));
}

int
tacit_retraction_state(struct tacit_practice *handle, struct tacit_contact *ct,
    const char *message)
{
	struct tacit_practice *p;
	int rc;

	if (message == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_retraction_state(p, ct, message));
}

int
tacit_retraction_answer(struct tacit_practice *handle, int64_t now_ms,
    struct tacit_contact *ct, const char *message, int accept)
{
	struct tacit_practice *p;
	int rc;

	if (message == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_retraction_answer(p, now_ms, ct,
	    message, accept));
}

int
tacit_retract_policy_set(struct tacit_practice *handle,
    struct tacit_contact *ct, enum tacit_retract_policy policy)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_retract_policy_set(p, ct, policy));
}

int
tacit_retract_policy_get(struct tacit_practice *handle,
    struct tacit_contact *ct)
{
	struct tacit_practice *p;
	int rc;

	if ((rc = call_practice(&p, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_retract_policy_get(p, ct));
}
