/* SPDX-License-Identifier: Apache-2.0 */
/* Calls on a vault that are handed on as they are. */
#include "calls.h"

int
tacit_change_passphrase(struct tacit *handle, const char *old, size_t old_len,
    const char *new_, size_t new_len)
{
	struct tacit *t;
	int rc;

	if (old == NULL || new_ == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_change_passphrase(t, old, old_len,
	    new_, new_len));
}

int
tacit_backup(struct tacit *handle, const char *path, const char *passphrase,
    size_t len)
{
	struct tacit *t;
	int rc;

	if (path == NULL || passphrase == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_backup(t, path, passphrase, len));
}

int
tacit_step(struct tacit *handle, int timeout_ms)
{
	struct tacit *t;
	int rc;

	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_step(t, timeout_ms));
}

int
tacit_progress(struct tacit *handle, struct tacit_progress *out)
{
	struct tacit *t;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_progress(t, out));
}

int
tacit_relay_add(struct tacit *handle, const char *line, size_t len,
    char url[TACIT_LINK_SIZE])
{
	struct tacit *t;
	int rc;

	if (line == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_relay_add(t, line, len, url));
}

int
tacit_event_done(struct tacit *handle, uint64_t id)
{
	struct tacit *t;
	int rc;

	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_event_done(t, id));
}

int
tacit_data_get(struct tacit *handle, const void *key, size_t key_len,
    void *value, size_t cap, size_t *len)
{
	struct tacit *t;
	int rc;

	if (key == NULL || len == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_data_get(t, key, key_len, value, cap,
	    len));
}

int
tacit_data_next(struct tacit *handle, const void *prefix, size_t prefix_len,
    const void *after, size_t after_len, void *key, size_t *key_len)
{
	struct tacit *t;
	int rc;

	if (key == NULL || key_len == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_data_next(t, prefix, prefix_len,
	    after, after_len, key, key_len));
}

int
tacit_transport_opened(struct tacit *handle, uint32_t conn,
    const uint8_t key_hash[TACIT_PIN_SIZE])
{
	struct tacit *t;
	int rc;

	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_transport_opened(t, conn, key_hash));
}

int
tacit_transport_message(struct tacit *handle, uint32_t conn,
    const void *message, size_t len)
{
	struct tacit *t;
	int rc;

	if (message == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_transport_message(t, conn, message,
	    len));
}

int
tacit_transport_closed(struct tacit *handle, uint32_t conn, int why)
{
	struct tacit *t;
	int rc;

	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_transport_closed(t, conn, why));
}

int
tacit_change_secret(struct tacit *handle, const struct tacit_secret *old,
    const struct tacit_secret *new_)
{
	struct tacit *t;
	int rc;

	if (old == NULL || new_ == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_change_secret(t, old, new_));
}

int
tacit_log_next(struct tacit *handle, uint64_t before, struct tacit_log_row *out)
{
	struct tacit *t;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_log_next(t, before, out));
}
