/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, closing, running; and calls on a vault that contacts go through. */
#include <stdlib.h>

#include "calls.h"

/* A whole open vault, and handles for all that is in it. */
static int
hand_out(struct tacit **out, struct tacit *t)
{
	struct tacit_contact *ct;
	struct tacit *handle;

	if ((handle = handle_new(HANDLE_VAULT, t, NULL)) == NULL)
		return TACIT_E_NOMEM;
	for (ct = t->contacts; ct != NULL; ct = ct->next)
		if ((ct->handle = handle_new(HANDLE_CONTACT, ct,
		    handle)) == NULL)
			break;
	*out = handle;
	return ct == NULL ? 0 : TACIT_E_NOMEM;
}

static void
take_back(struct tacit *handle, struct tacit *t)
{
	struct tacit_contact *ct;

	for (ct = t->contacts; ct != NULL; ct = ct->next)
		if (ct->handle != NULL)
			handle_drop(ct->handle);
	inner_close(t);
	if (handle != NULL)
		handle_end(handle);
}

int
tacit_open(struct tacit **out, const struct tacit_config *cfg)
{
	struct tacit *t, *handle = NULL;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	*out = NULL;
	if ((rc = inner_open(&t, cfg)) != 0)
		return rc;
	if ((rc = hand_out(&handle, t)) == 0)
		*out = handle;
	else
		take_back(handle, t);
	return rc;
}

void
tacit_close(struct tacit *handle)
{
	struct tacit *t;

	if (call_vault(&t, handle) != 0)
		return;
	handle_ending(handle);
	take_back(handle, t);
}

void
tacit_wake(struct tacit *handle)
{
	struct tacit *t = handle_pin(handle, HANDLE_VAULT);

	if (t == NULL)
		return;
	inner_wake(t);
	handle_unpin(handle);
}

void
tacit_name(const struct tacit *handle, char out[TACIT_NAME_SIZE])
{
	struct tacit *t;

	if (out == NULL)
		return;
	out[0] = '\0';
	if (call_vault(&t, handle) != 0)
		return;
	inner_name(t, out);
	(void)handle_leave(handle, 0);
}

int
tacit_fd(const struct tacit *handle)
{
	struct tacit *t;
	int rc;

	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	return handle_leave(handle, inner_fd(t));
}

/* A negative number would have the host wait for ever. */
int
tacit_timeout_ms(const struct tacit *handle)
{
	struct tacit *t;

	if (call_vault(&t, handle) != 0)
		return 0;
	return handle_leave(handle, inner_timeout_ms(t));
}

struct tacit_contact *
tacit_contact_next(struct tacit *handle, struct tacit_contact *after)
{
	struct tacit_contact *ct, *next = NULL;
	struct tacit *t;

	if (call_vault(&t, handle) != 0)
		return NULL;
	if (call_within(&ct, handle, after) == 0 &&
	    (next = inner_contact_next(t, ct)) != NULL)
		next = next->handle;
	(void)handle_leave(handle, 0);
	return next;
}

int
tacit_contact_find(struct tacit_contact **out, struct tacit *handle,
    const char *text)
{
	struct tacit_contact *ct;
	struct tacit *t;
	int rc;

	if (out == NULL || text == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	if ((rc = inner_contact_find(&ct, t, text)) == 0)
		*out = ct->handle;
	return handle_leave(handle, rc);
}

/* The room for a new contact's handle is there before the contact is. */
static struct tacit_contact *
settle(struct tacit_contact *ct, void *room)
{
	if (ct == NULL || ct->handle != NULL) {
		handle_drop(room);
		return ct != NULL ? ct->handle : NULL;
	}
	handle_set(room, ct);
	ct->handle = room;
	return ct->handle;
}

int
tacit_invite(struct tacit_contact **out, struct tacit *handle,
    const char *label, unsigned flags, uint32_t minutes, const char *relay)
{
	struct tacit_contact *ct = NULL;
	struct tacit *t;
	void *room;
	int rc;

	if (out == NULL || label == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	if ((room = handle_new(HANDLE_CONTACT, NULL, handle)) == NULL)
		return handle_leave(handle, TACIT_E_NOMEM);
	rc = inner_invite(&ct, t, label, flags, minutes, relay);
	ct = settle(rc == 0 ? ct : NULL, room);
	if (rc == 0)
		*out = ct;
	return handle_leave(handle, rc);
}

int
tacit_accept(struct tacit_contact **out, struct tacit *handle,
    const char *link, size_t len, const char *label)
{
	struct tacit_contact *ct = NULL;
	struct tacit *t;
	void *room;
	int rc;

	if (out == NULL || link == NULL || label == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	if ((room = handle_new(HANDLE_CONTACT, NULL, handle)) == NULL)
		return handle_leave(handle, TACIT_E_NOMEM);
	rc = inner_accept(&ct, t, link, len, label);
	ct = settle(rc == 0 ? ct : NULL, room);
	if (rc == 0)
		*out = ct;
	return handle_leave(handle, rc);
}

int
tacit_next_event(struct tacit *handle, uint64_t after,
    struct tacit_event *out)
{
	struct tacit *t;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	rc = inner_next_event(t, after, out);
	if (rc == 1 && out->contact != NULL)
		out->contact = out->contact->handle;
	return handle_leave(handle, rc);
}

/* ${ops} with what is behind the handles in them. */
static int
look_behind(struct tacit_op *copy, const struct tacit *handle,
    const struct tacit_op *ops, size_t n)
{
	size_t i;
	int rc;

	for (i = 0; i < n; i++) {
		if (ops[i].size != sizeof(*ops))
			return TACIT_E_INVALID;
		copy[i] = ops[i];
		if ((rc = call_within(&copy[i].contact, handle,
		    ops[i].contact)) != 0)
			return rc;
	}
	return 0;
}

int
tacit_commit(struct tacit *handle, const struct tacit_op *ops, size_t n)
{
	struct tacit_op *copy;
	struct tacit *t;
	int rc;

	if ((ops == NULL && n > 0) || n > TACIT_OPS_MAX)
		return TACIT_E_INVALID;
	if ((copy = calloc(n + 1, sizeof(*copy))) == NULL)
		return TACIT_E_NOMEM;
	if ((rc = call_vault(&t, handle)) == 0) {
		if ((rc = look_behind(copy, handle, ops, n)) == 0)
			rc = inner_commit(t, copy, n);
		(void)handle_leave(handle, rc);
	}
	free(copy);
	return rc;
}

int
tacit_log_note(struct tacit *handle, enum tacit_log_kind kind,
    struct tacit_contact *about, const char *words)
{
	struct tacit_contact *ct;
	struct tacit *t;
	int rc;

	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	if ((rc = call_within(&ct, handle, about)) == 0)
		rc = inner_log_note(t, kind, ct, words);
	return handle_leave(handle, rc);
}

int
tacit_hold_set(struct tacit *handle, struct tacit_contact *of, int seconds)
{
	struct tacit_contact *ct;
	struct tacit *t;
	int rc;

	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	if ((rc = call_within(&ct, handle, of)) == 0)
		rc = inner_hold_set(t, ct, seconds);
	return handle_leave(handle, rc);
}

int
tacit_hold_get(const struct tacit *handle, const struct tacit_contact *of)
{
	struct tacit_contact *ct;
	struct tacit *t;
	int rc;

	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	if ((rc = call_within(&ct, handle, of)) == 0)
		rc = inner_hold_get(t, ct);
	return handle_leave(handle, rc);
}

int
tacit_hold_is_set(const struct tacit *handle, const struct tacit_contact *of)
{
	struct tacit_contact *ct;
	struct tacit *t;
	int rc;

	if ((rc = call_vault(&t, handle)) != 0)
		return rc;
	if ((rc = call_within(&ct, handle, of)) == 0)
		rc = inner_hold_is_set(t, ct);
	return handle_leave(handle, rc);
}
