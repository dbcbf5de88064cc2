/* SPDX-License-Identifier: Apache-2.0 */
/* The words of `status` and `inspect`. */
#ifndef RELAY_REPORT_H
#define RELAY_REPORT_H

#include <stdio.h>

#include "query.h"

/* Owner: the caller; NULL: out of memory. */
json_t *report_status(const struct op_count *n,
    const struct query_facts *facts);
json_t *report_inspect(const struct op_count *n,
    const struct query_facts *facts);

/* The same, to be read by people. */
void report_print_status(FILE *out, const json_t *status);
void report_print_inspect(FILE *out, const json_t *inspect);

#endif
