/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two strings that people carry from place to place: the admission line
 * of a relay and the link of an invitation.  Each has one canonical spelling
 * and a checksum, and is refused whole if anything about it is off.
 */
#ifndef TACIT_LINK_H
#define TACIT_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "tacit/error.h"
#include "tacit/limits.h"

enum {
	TACIT_LINK_IN_PERSON = 1,	/* read in the room: pairs as verified */
	TACIT_LINK_WEBPKI = 2,		/* certificate by WebPKI; pin is zero */
	TACIT_LINK_PLAINTEXT = 4,	/* ws://, loopback only; pin is zero */

	TACIT_LINK_TEXT_MAX = 512	/* bytes with the final NUL */
};

/* Where a relay is, and how one knows that it is the one. */
struct tacit_place {
	char host[TACIT_URL_MAX + 1];	/* name, IPv4, or IPv6 in brackets */
	uint16_t port;
	uint8_t flags;			/* TACIT_LINK_WEBPKI or _PLAINTEXT */
	uint8_t pin[TACIT_HASH_LEN];	/* SHA-256 of the TLS key's SPKI;
					   zero if and only if flags */
	uint8_t relay_key[TACIT_KEY_LEN];
};

/* A place and the secret that goes with it. */
struct tacit_admission {
	struct tacit_place place;
	uint8_t code[TACIT_CODE_LEN];
};

struct tacit_link {
	struct tacit_place place;
	uint8_t flags;			/* TACIT_LINK_IN_PERSON or 0 */
	uint8_t secret[TACIT_SECRET_LEN];
};

/*
 * Write the canonical text of a line or link, NUL-terminated.
 * Limits:  ${cap} >= TACIT_LINK_TEXT_MAX always suffices.
 * Errors:  TACIT_E_LIMIT if it does not fit; TACIT_E_LINK or _PLAINTEXT if
 *          there is no such line or link, that is, if reading it would fail.
 *          ${out} is then untouched.
 */
int tacit_admission_write(char *out, size_t cap,
    const struct tacit_admission *a);
int tacit_link_write(char *out, size_t cap, const struct tacit_link *l);

/*
 * Read a line or link; ${text} is ${len} bytes without line end.  A link is
 * read in its tacit:// and its https:// spelling.
 * Errors:  TACIT_E_LINK (grammar, spelling, version, flags, checksum),
 *          TACIT_E_PLAINTEXT (ws:// to a host that is not loopback).
 *          ${out} is then wiped.
 */
int tacit_admission_parse(struct tacit_admission *out, const char *text,
    size_t len);
int tacit_link_parse(struct tacit_link *out, const char *text, size_t len);

/*
 * Read and write "wss://HOST:PORT" or "ws://HOST:PORT"; the port is always
 * written, and when read may be left out for 443 (wss) only.
 * Only host, port and TACIT_LINK_PLAINTEXT of ${p} are read or written.
 * Limits:  ${cap} > TACIT_URL_MAX always suffices.
 * Errors:  as above; nothing is changed then.
 */
int tacit_url_write(char *out, size_t cap, const struct tacit_place *p);
int tacit_url_parse(struct tacit_place *p, const char *text, size_t len);

/* True for 127.0.0.0/8, [::1] and "localhost". */
int tacit_host_is_loopback(const char *host);

#endif
