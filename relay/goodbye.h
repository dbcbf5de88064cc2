/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which close frames a client may send (RFC 6455, sections 5.5.1 and 7.4).
 * Pure.  libwebsockets 4.1.6 looks at some of the codes only.
 */
#ifndef RELAY_GOODBYE_H
#define RELAY_GOODBYE_H

#include <stddef.h>
#include <stdint.h>

/*
 * 1 if the ${len} bytes of a close frame's payload are nothing, or a code
 * that may be sent and a reason in UTF-8.
 */
int goodbye_is_valid(const uint8_t *payload, size_t len);

#endif
