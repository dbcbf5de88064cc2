/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the files of an export: none leads out of its directory. */
#ifndef PRACTICE_MANIFEST_NAME_H
#define PRACTICE_MANIFEST_NAME_H

#include "manifest.h"

bool manifest_name_is(const char *name);

/* True if one of the ${n} files has it. */
bool manifest_name_find(const struct manifest_file *files, size_t n,
    const char *name);

#endif
