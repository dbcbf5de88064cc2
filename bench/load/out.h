/* SPDX-License-Identifier: Apache-2.0 */
/* Measurements as lines of JSON; bench/load/README.md names their members. */
#ifndef LOAD_OUT_H
#define LOAD_OUT_H

#include "works.h"

/* Members that one kind of work has beside the figures; NULL: none. */
void out_figures(const struct plan *p, const struct run *r,
    const struct figures *f, json_t *more);

#endif
