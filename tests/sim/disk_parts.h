/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that grow, and directories; for disk*.c alone. */
#ifndef SIM_DISK_PARTS_H
#define SIM_DISK_PARTS_H

#include <stddef.h>
#include <stdint.h>

enum { NAME_MAX_LEN = 64, BYTES_FIRST = 1024 * 1024 };

struct node;

struct bytes {
	uint8_t *p;
	size_t len, cap;
};

struct name {
	char text[NAME_MAX_LEN];
	struct node *node;
};

/* What a directory says. */
struct names {
	struct name *all;
	size_t n;
};

void *must(void *p);			/* or abort */

/* Longer with zeros, or shorter. */
void bytes_size(struct bytes *b, size_t len);
void bytes_put(struct bytes *b, const void *data, size_t len, size_t at);
void bytes_copy(struct bytes *to, const struct bytes *from);

struct names names_copy(const struct names *from);
struct name *names_find(struct names *s, const char *text);
void names_add(struct names *s, const char *text, struct node *n);
void names_drop(struct names *s, struct name *at);

#endif
