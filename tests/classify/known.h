/* SPDX-License-Identifier: Apache-2.0 */
/* What is known to be told apart; PROTOCOL.md, section 16, says why. */
#ifndef CLASSIFY_KNOWN_H
#define CLASSIFY_KNOWN_H

enum known {
	KNOWN_NOT,			/* it must not be */
	KNOWN_MAY,			/* it may or may not */
	KNOWN_MUST			/* it must, or the list is out of date */
};

/* Of two acts of ${group}; "all", "": of all that are to be alike. */
enum known known(const char *group, const char *a, const char *b);

/* Is it to be told from all others? */
enum known known_not_alike(const char *group, const char *act);

#endif
