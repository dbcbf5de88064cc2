/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libtacit, loaded apart from what Node itself consists of.
 *
 * Node exports the functions of its own libuv, OpenSSL and zlib, and the
 * dynamic linker would have libtacit, libwebsockets and libssl use these,
 * whichever versions they are.  So libtacit is not linked: it is opened with
 * RTLD_DEEPBIND, by which it and all that it needs find each other first, and
 * is called through a table.  This addon itself uses Node's libuv, whose loop
 * it waits in.
 */
#ifndef LIB_H
#define LIB_H

#include <tacit/tacit.h>

/*
 * All that is called.  A step never waits here, so nobody wakes it; clock, log
 * and connections are not for JavaScript.
 */
#define LIB_CALLS(X)							\
	X(version) X(error_text) X(error_word)				\
	X(create) X(open) X(close) X(change_passphrase)		\
	X(change_secret) X(backup) X(restore) X(name)			\
	X(fd) X(timeout_ms) X(step) X(progress)				\
	X(relay_add)							\
	X(contact_next) X(contact_find) X(contact_info)			\
	X(invite) X(invitation_link) X(accept)				\
	X(safety_number) X(verify) X(accept_unverified) X(rotate)	\
	X(contact_close)						\
	X(send) X(send_data) X(send_fleeting) X(history)		\
	X(next_event) X(event_done) X(event_word)			\
	X(data_get) X(data_next) X(commit)				\
	X(hold_set) X(hold_get) X(hold_is_set) X(hold_now) X(held)	\
	X(recall) X(fate_word) X(recall_export) X(recall_check) X(forget)

struct lib {
#define LIB_MEMBER(name)	__typeof__(tacit_##name) *name;
	LIB_CALLS(LIB_MEMBER)
#undef LIB_MEMBER
};

/*
 * The table: the same for every thread, loaded at the first call, never
 * unloaded.  NULL if that failed: lib_why() then says why, in one line.
 */
const struct lib *lib(void);
const char *lib_why(void);

#endif
