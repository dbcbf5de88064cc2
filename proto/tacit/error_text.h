/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TACIT_ERROR_TEXT_H
#define TACIT_ERROR_TEXT_H

/* Visible: libtacit exports both, see tacit/tacit.h. */
#define TACIT_ERROR_API	__attribute__((visibility("default")))

/* One line for a person; never NULL, static. */
TACIT_ERROR_API const char *tacit_error_text(int err);

/* The word that commands print, as "invitation-used"; never NULL, static. */
TACIT_ERROR_API const char *tacit_error_word(int err);

#endif
