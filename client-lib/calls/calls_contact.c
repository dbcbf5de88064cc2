/* SPDX-License-Identifier: Apache-2.0 */
/* Calls on a contact. */
#include "calls.h"

int
tacit_contact_info(struct tacit_contact *handle, struct tacit_contact_info *out)
{
	struct tacit_contact *ct;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_contact_info(ct, out));
}

int
tacit_invitation_link(struct tacit_contact *handle, char out[TACIT_LINK_SIZE])
{
	struct tacit_contact *ct;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_invitation_link(ct, out));
}

int
tacit_safety_number(struct tacit_contact *handle, char out[TACIT_SAFETY_SIZE])
{
	struct tacit_contact *ct;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_safety_number(ct, out));
}

int
tacit_verify(struct tacit_contact *handle)
{
	struct tacit_contact *ct;
	int rc;

	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_verify(ct));
}

int
tacit_accept_unverified(struct tacit_contact *handle)
{
	struct tacit_contact *ct;
	int rc;

	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_accept_unverified(ct));
}

int
tacit_rotate(struct tacit_contact *handle)
{
	struct tacit_contact *ct;
	int rc;

	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_rotate(ct));
}

int
tacit_contact_close(struct tacit_contact *handle)
{
	struct tacit_contact *ct;
	int rc;

	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_contact_close(ct));
}

int
tacit_send(struct tacit_contact *handle, const char *text, size_t len,
    char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq)
{
	struct tacit_contact *ct;
	int rc;

	if (text == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_send(ct, text, len, message, seq));
}

int
tacit_send_data(struct tacit_contact *handle, uint32_t type, const void *data,
    size_t len, char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq)
{
	struct tacit_contact *ct;
	int rc;

	if (data == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_send_data(ct, type, data, len,
	    message, seq));
}

int
tacit_history(struct tacit_contact *handle, uint64_t before,
    struct tacit_message *out)
{
	struct tacit_contact *ct;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_history(ct, before, out));
}

int
tacit_send_fleeting(struct tacit_contact *handle, const char *text, size_t len,
    uint32_t keep_hours, char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq)
{
	struct tacit_contact *ct;
	int rc;

	if (text == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_send_fleeting(ct, text, len,
	    keep_hours, message, seq));
}

int
tacit_hold_now(struct tacit_contact *handle, uint32_t seconds)
{
	struct tacit_contact *ct;
	int rc;

	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_hold_now(ct, seconds));
}

int
tacit_recall(struct tacit_contact *handle, const char *message,
    enum tacit_fate *fate)
{
	struct tacit_contact *ct;
	int rc;

	if (message == NULL || fate == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_recall(ct, message, fate));
}

int
tacit_recall_export(struct tacit_contact *handle, const char *message,
    char *out, size_t cap, size_t *len)
{
	struct tacit_contact *ct;
	int rc;

	if (message == NULL || out == NULL || len == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_recall_export(ct, message, out, cap,
	    len));
}

int
tacit_forget(struct tacit_contact *handle, const char *message)
{
	struct tacit_contact *ct;
	int rc;

	if (message == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_forget(ct, message));
}

int
tacit_contact_erase(struct tacit_contact *handle,
    const struct tacit_prefix *rows, size_t n, const char *words)
{
	struct tacit_contact *ct;
	int rc;

	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_contact_erase(ct, rows, n, words));
}

uint32_t
tacit_held(const struct tacit_contact *handle, int64_t *left_ms)
{
	struct tacit_contact *ct;
	uint32_t n;

	if (left_ms != NULL)
		*left_ms = 0;
	if (call_contact(&ct, handle) != 0)
		return 0;
	n = inner_held(ct, left_ms);
	(void)handle_leave(handle, 0);
	return n;
}

int64_t
tacit_contact_ended_ms(const struct tacit_contact *handle)
{
	struct tacit_contact *ct;
	int64_t ms;
	int rc;

	if ((rc = call_contact(&ct, handle)) != 0)
		return rc;
	ms = inner_contact_ended_ms(ct);
	(void)handle_leave(handle, 0);
	return ms;
}
