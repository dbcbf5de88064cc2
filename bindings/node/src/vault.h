/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An open vault in Node's event loop: its descriptor is polled and its timer
 * runs there, tacit_step() is called there and never waits, and after each
 * step a function of JavaScript is told.  While a vault is open it keeps the
 * process alive, as a server that listens does; vault_close() ends that.
 */
#ifndef VAULT_H
#define VAULT_H

#include "lib.h"
#include "value.h"

struct vault;

/*
 * Wrap ${t}, which is the vault's from now on: also on failure, when it is
 * closed and NULL is returned with an exception pending.
 */
napi_value	vault_wrap(napi_env env, struct tacit *t);

/* watch(vault, told): begin to step; told(rc) after each, 0 or an error. */
napi_value	vault_watch(napi_env env, napi_callback_info info);

/* close(vault): a second time does nothing. */
napi_value	vault_close(napi_env env, napi_callback_info info);

/* The handle in ${v}, or NULL with an exception: closed, lent, or no vault. */
struct vault	*vault_take(napi_env env, napi_value v);

/* For one call on this thread; vault_moved() after what may give work. */
struct tacit	*vault_tacit(struct vault *v);
void		vault_moved(struct vault *v);

/*
 * Lend it to another thread: it is not stepped, and vault_take() fails, until
 * it is returned on this one.  What asks for its end meanwhile waits for that.
 */
struct tacit	*vault_lend(struct vault *v);
void		vault_return(struct vault *v);

#endif
