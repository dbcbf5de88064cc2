/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "host_log.h"

enum { LINE_MAX_LEN = 128 };

void
host_log(const struct tacit_host *host, enum tacit_log_level level,
    const char *what, const char *word, int64_t n)
{
	char line[LINE_MAX_LEN], number[24] = "";

	if (host->log == NULL)
		return;
	if (n >= 0)
		(void)snprintf(number, sizeof(number), " %" PRId64, n);
	(void)snprintf(line, sizeof(line), "%s%s%s%s", what,
	    word != NULL ? " " : "", word != NULL ? word : "", number);
	host->log(host->arg, level, line);
}
