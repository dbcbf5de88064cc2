/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock by its system calls; for confine.c only. */
#ifndef RELAY_CONFINE_LANDLOCK_H
#define RELAY_CONFINE_LANDLOCK_H

/*
 * Confine the calling thread, which has no_new_privs, to what is left to do
 * in ${dir}.
 * Errors:  TACIT_E_STATE (the kernel lacks it), TACIT_E_IO (${dir}).
 */
int landlock_confine(const char *dir);

#endif
