/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What takes Argon2id its time, on a worker thread of Node.  Each returns a
 * promise; what it needs of its arguments it has copied when it returns, and
 * wipes what is secret.
 */
#ifndef WORK_H
#define WORK_H

#include "value.h"

/*
 * opener = [passphrase, 0] or [key, 1]
 * what = [path, ...opener, lockWaitMs, proxy, argonMib, argonPasses]
 */

/* open(...what), create(...what, name): a vault. */
napi_value	work_open(napi_env env, napi_callback_info info);
napi_value	work_create(napi_env env, napi_callback_info info);

/* restore(...what, backup, passphrase): a vault. */
napi_value	work_restore(napi_env env, napi_callback_info info);

/* backup(vault, path, passphrase), changePassphrase(vault, old, new) */
napi_value	work_backup(napi_env env, napi_callback_info info);
napi_value	work_change_passphrase(napi_env env, napi_callback_info info);

/* changeSecret(vault, ...opener, ...opener) */
napi_value	work_change_secret(napi_env env, napi_callback_info info);

#endif
