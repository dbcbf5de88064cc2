/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls that are made on Node's thread, each a function of tacit.h with
 * the vault first, and a contact by its id.  index.js has looked at the types
 * of all that they are given.
 */
#ifndef CALL_H
#define CALL_H

#include "vault.h"

struct call {
	struct args a;			/* v[0] the vault, v[1] the contact */
	struct vault *v;
	struct tacit *t;
	struct tacit_contact *ct;
};

/* Of ${n} arguments; -1 with an exception pending. */
int	call_vault(struct call *c, napi_env env, napi_callback_info info,
	    size_t n);
int	call_contact(struct call *c, napi_env env, napi_callback_info info,
	    size_t n);

/* After a change: the exception for a negative ${rc}, or ${v}. */
napi_value	call_done(struct call *c, int rc, napi_value v);

/* The id of ${ct} (NULL: null), its error, or null for 0. */
napi_value	call_contact_id(napi_env env, struct tacit_contact *ct);
napi_value	call_problem(napi_env env, int problem);

/* { message, seq } */
napi_value	call_sent(napi_env env, const char *message, uint64_t seq);

/* X(JavaScript's name, function) */
#define CALLS(X)							\
	X("name", call_name) X("progress", call_progress)		\
	X("addRelay", call_add_relay)					\
	X("contacts", call_contacts) X("findContact", call_find_contact) \
	X("info", call_info) X("invite", call_invite)			\
	X("link", call_link) X("accept", call_accept)			\
	X("safetyNumber", call_safety_number) X("verify", call_verify)	\
	X("acceptUnverified", call_accept_unverified)			\
	X("rotate", call_rotate) X("closeContact", call_close_contact)	\
	X("send", text_send) X("sendData", text_send_data)		\
	X("history", text_history) X("recall", text_recall)		\
	X("recallExport", text_recall_export)				\
	X("recallCheck", text_recall_check) X("forget", text_forget)	\
	X("hold", text_hold) X("setHold", text_set_hold)		\
	X("holdNow", text_hold_now) X("held", text_held)		\
	X("nextEvent", event_next) X("eventDone", event_done)		\
	X("dataGet", row_get) X("dataNext", row_next)			\
	X("commit", row_commit)

#define CALL_DECLARE(name, function)					\
	napi_value	function(napi_env env, napi_callback_info info);
CALLS(CALL_DECLARE)
#undef CALL_DECLARE

#endif
