/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS 1.3 as a client of loopback: nobody is authenticated, everything is
 * encrypted.  The one file of the load generator that knows OpenSSL.
 */
#ifndef LOAD_TLS_H
#define LOAD_TLS_H

#include <stddef.h>

struct tls;

enum { TLS_WANT_READ = -1, TLS_WANT_WRITE = -2, TLS_ENDED = -3 };

struct tls *tls_new(void);
void tls_free(struct tls *t);			/* NULL is fine */

/* A session; tls_detach().  ${small}: without buffers while nothing comes. */
void *tls_attach(struct tls *t, int fd, int small);
void tls_detach(void *session);			/* NULL is fine */

/* 0 when it is done, or TLS_*. */
int tls_shake(void *session);
/* Bytes moved, or TLS_*. */
long tls_read(void *session, void *buf, size_t cap);
long tls_write(void *session, const void *buf, size_t len);
/* Whether bytes lie read that no poll() will tell of. */
int tls_pending(const void *session);
void tls_bye(void *session);

/*
 * Write a new key on P-256 and a certificate for it, for servers that want
 * files: ${dir}/key.pem and ${dir}/cert.pem.
 */
void tls_files(const char *dir);

#endif
