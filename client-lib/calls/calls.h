/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public calls as hosts make them.  The core has each of them, on its own
 * structs and for who makes no mistake; when the library is linked, those get
 * the names below (inner.names), and the functions here theirs: they know a
 * handle that was closed, a second thread, a callback and a fork from a call
 * that is right, find what is behind the handle, and hand on.
 */
#ifndef CALLS_CALLS_H
#define CALLS_CALLS_H

#include "handle.h"
#include "model.h"
#include "tacit/erase.h"
#include "tacit/vault_log.h"

extern __typeof__(tacit_accept) inner_accept;
extern __typeof__(tacit_accept_unverified) inner_accept_unverified;
extern __typeof__(tacit_backup) inner_backup;
extern __typeof__(tacit_change_passphrase) inner_change_passphrase;
extern __typeof__(tacit_change_secret) inner_change_secret;
extern __typeof__(tacit_close) inner_close;
extern __typeof__(tacit_commit) inner_commit;
extern __typeof__(tacit_contact_close) inner_contact_close;
extern __typeof__(tacit_contact_ended_ms) inner_contact_ended_ms;
extern __typeof__(tacit_contact_erase) inner_contact_erase;
extern __typeof__(tacit_contact_find) inner_contact_find;
extern __typeof__(tacit_contact_info) inner_contact_info;
extern __typeof__(tacit_contact_next) inner_contact_next;
extern __typeof__(tacit_data_get) inner_data_get;
extern __typeof__(tacit_data_next) inner_data_next;
extern __typeof__(tacit_event_done) inner_event_done;
extern __typeof__(tacit_fd) inner_fd;
extern __typeof__(tacit_forget) inner_forget;
extern __typeof__(tacit_held) inner_held;
extern __typeof__(tacit_history) inner_history;
extern __typeof__(tacit_hold_get) inner_hold_get;
extern __typeof__(tacit_hold_is_set) inner_hold_is_set;
extern __typeof__(tacit_hold_now) inner_hold_now;
extern __typeof__(tacit_hold_set) inner_hold_set;
extern __typeof__(tacit_invitation_link) inner_invitation_link;
extern __typeof__(tacit_invite) inner_invite;
extern __typeof__(tacit_log_next) inner_log_next;
extern __typeof__(tacit_log_note) inner_log_note;
extern __typeof__(tacit_name) inner_name;
extern __typeof__(tacit_next_event) inner_next_event;
extern __typeof__(tacit_open) inner_open;
extern __typeof__(tacit_progress) inner_progress;
extern __typeof__(tacit_recall) inner_recall;
extern __typeof__(tacit_recall_export) inner_recall_export;
extern __typeof__(tacit_relay_add) inner_relay_add;
extern __typeof__(tacit_rotate) inner_rotate;
extern __typeof__(tacit_safety_number) inner_safety_number;
extern __typeof__(tacit_send) inner_send;
extern __typeof__(tacit_send_data) inner_send_data;
extern __typeof__(tacit_send_fleeting) inner_send_fleeting;
extern __typeof__(tacit_step) inner_step;
extern __typeof__(tacit_timeout_ms) inner_timeout_ms;
extern __typeof__(tacit_transport_closed) inner_transport_closed;
extern __typeof__(tacit_transport_message) inner_transport_message;
extern __typeof__(tacit_transport_opened) inner_transport_opened;
extern __typeof__(tacit_verify) inner_verify;
extern __typeof__(tacit_wake) inner_wake;

/* Begin a call: what is behind the handle.  Errors: those of handle_enter(). */
static inline int
call_vault(struct tacit **t, const struct tacit *handle)
{
	void *object;
	int rc = handle_enter(handle, HANDLE_VAULT, &object);

	*t = rc == 0 ? object : NULL;
	return rc;
}

static inline int
call_contact(struct tacit_contact **ct, const struct tacit_contact *handle)
{
	void *object;
	int rc = handle_enter(handle, HANDLE_CONTACT, &object);

	*ct = rc == 0 ? object : NULL;
	return rc;
}

/*
 * In a call on ${vault}: a contact of it; NULL for NULL.
 * Errors:  those of handle_within().
 */
static inline int
call_within(struct tacit_contact **ct, const struct tacit *vault,
    const struct tacit_contact *handle)
{
	void *object = NULL;
	int rc = 0;

	if (handle != NULL)
		rc = handle_within(vault, handle, HANDLE_CONTACT, &object);
	*ct = object;
	return rc;
}

#endif
