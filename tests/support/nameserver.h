/* SPDX-License-Identifier: Apache-2.0 */
/*
 * getaddrinfo() of the test program, which takes the place of the system's
 * also for libuv: names that end in ".test" are answered here.
 *
 *   silent.test	no answer before nameserver_release()
 *   missing.test	there is no such name
 *   N.addresses.test	what nameserver_answer() said
 *
 * All others go to the system.  Every name that is not numeric is counted.
 */
#ifndef SUPPORT_NAMESERVER_H
#define SUPPORT_NAMESERVER_H

/* Numeric addresses for all names under addresses.test; NULL ends. */
void nameserver_answer(const char *const *addresses);
/* The same for ${name}, whatever it is; NULL: no more. */
void nameserver_also(const char *name);
void nameserver_release(void);
void nameserver_hold(void);
/* How often was a name looked up; how many wait. */
unsigned nameserver_asked(void);
unsigned nameserver_waiting(void);

#endif
