/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One process at a time works in the relay's directory: who holds the flock
 * on DIR/lock.  The file stays; the kernel drops the lock with the process.
 */
#ifndef RELAY_LOCK_H
#define RELAY_LOCK_H

#include "tacit/error.h"

/*
 * Make ${dir} (mode 0700) if it is missing and take its lock, trying again
 * for ${wait_ms}: a command that looked into the directory holds it briefly.
 * Output:  ${fd}, to be closed to give the lock up.
 * Errors:  TACIT_E_UNAVAILABLE (held; nothing is printed), TACIT_E_IO (the
 *          reason is one line on stderr).
 */
int lock_take(int *fd, const char *dir, unsigned int wait_ms);

#endif
