/* SPDX-License-Identifier: Apache-2.0 */
/* Whether anything is written to stdout or stderr. */
#ifndef SUPPORT_SILENCE_H
#define SUPPORT_SILENCE_H

/* From here on both go to a file without a name. */
void silence_begin(void);

/* Both are as before; how many bytes were written. */
long silence_end(void);

/* If a case failed before it ended the silence: end it, show what was said. */
void silence_break(void);

#endif
