/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large memory that is reached in no order: in pages of the usual size nearly
 * every access would first have to find out where its page is.
 */
#ifndef RELAY_PAGES_H
#define RELAY_PAGES_H

#include <stddef.h>

/*
 * Ask for large pages in what lies whole within ${len} bytes at ${start};
 * little is left as it is.  Only advice: nothing that is there changes.
 */
void pages_large(void *start, size_t len);

#endif
