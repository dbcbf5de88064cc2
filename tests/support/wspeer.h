/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the test server: one connection, and how it misbehaves. */
#ifndef SUPPORT_WSPEER_H
#define SUPPORT_WSPEER_H

#include <pthread.h>
#include <stddef.h>

#include <openssl/ssl.h>

#include "wsserver.h"

struct wspeer {
	struct wsserver *s;
	const struct wsserver_options *o;
	pthread_t thread;
	int fd;
	SSL *ssl;			/* NULL: plain */
	int holding;			/* wspeer_put() only collects */
	uint8_t *held;
	size_t held_len;
};

/* All ${len} bytes, or -1. */
int wspeer_get(struct wspeer *p, void *to, size_t len);
int wspeer_put(struct wspeer *p, const void *from, size_t len);
int wspeer_put_frame(struct wspeer *p, unsigned first, const void *data,
    size_t len);

/* Send what was collected, and 40 KiB more. */
void wspeer_let_go(struct wspeer *p);

/* Send what ${act} sends after the upgrade. */
void wspeer_misbehave(struct wspeer *p);

#endif
