/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP CONNECT proxy on loopback for tests: whatever name it is asked for,
 * it connects to one port of 127.0.0.1, and it keeps the request.
 */
#ifndef SUPPORT_CONNECTPROXY_H
#define SUPPORT_CONNECTPROXY_H

#include <stddef.h>
#include <stdint.h>

enum connectproxy_act {
	CONNECTPROXY_WORKS,
	CONNECTPROXY_HTTP10,		/* answers as HTTP/1.0 */
	CONNECTPROXY_SPLITS,		/* sends its answer byte by byte */
	CONNECTPROXY_CHATTY,		/* 12 KiB of headers */
	CONNECTPROXY_REFUSES,		/* 403 */
	CONNECTPROXY_ENDLESS,		/* headers without an end */
	CONNECTPROXY_GARBAGE,		/* an end, but no status */
	CONNECTPROXY_DRIPS,		/* a header byte every 10 ms, no end */
	CONNECTPROXY_CUTS,		/* closes when it read the request */
	CONNECTPROXY_SILENT		/* never answers */
};

struct connectproxy;

struct connectproxy *connectproxy_start(enum connectproxy_act act,
    uint16_t target);
void connectproxy_stop(struct connectproxy *p);
uint16_t connectproxy_port(const struct connectproxy *p);
void connectproxy_request(struct connectproxy *p, char *out, size_t cap);

#endif
