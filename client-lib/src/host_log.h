/* SPDX-License-Identifier: Apache-2.0 */
/* Lines for the host's log.  tacit/host.h lists them: there are no others. */
#ifndef CLIENT_HOST_LOG_H
#define CLIENT_HOST_LOG_H

#include "model.h"

/*
 * "${what}", "${what} ${word}", "${what} ${n}" or all three: ${word} may be
 * NULL, ${n} negative.  Words are of our own tables; nothing of the vault or a relay
 * stands in one.  Does nothing where there is no log.
 */
void host_log(const struct tacit_host *host, enum tacit_log_level level,
    const char *what, const char *word, int64_t n);

#endif
