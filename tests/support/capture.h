/* SPDX-License-Identifier: Apache-2.0 */
/* What a function under test says on stderr. */
#ifndef SUPPORT_CAPTURE_H
#define SUPPORT_CAPTURE_H

#include <stddef.h>

/* From here on stderr goes to a file without a name. */
void capture_begin(void);

/* stderr is as before; what was written, up to ${cap} - 1 bytes. */
void capture_end(char *out, size_t cap);

/*
 * A new empty directory below the one of the test; removed with all that is
 * in it by capture_rmdir().
 */
void capture_mkdir(char *out, size_t cap);
void capture_rmdir(const char *dir);

#endif
