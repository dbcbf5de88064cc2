/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "tacit/limits.h"
#include "tunnel.h"

enum {
	REQUEST_MAX = 2 * (TACIT_URL_MAX + 8) + 64,
	ANSWER_MAX = 16 * 1024,
	STATUS_LEN = 12			/* "HTTP/1.1 200" */
};

struct tunnel {
	char request[REQUEST_MAX];
	size_t len, sent;
	char status[STATUS_LEN];
	size_t heard;			/* bytes of the answer */
	unsigned ending;		/* of "\r\n\r\n", seen last */
	int open, refused;		/* for good */
};

/* "HTTP/1.x 2xx" is a yes. */
static int
is_yes(const char s[STATUS_LEN])
{
	return strncmp(s, "HTTP/1.", 7) == 0 && s[7] >= '0' && s[7] <= '9' &&
	    s[8] == ' ' && s[9] == '2' && s[10] >= '0' && s[10] <= '9' &&
	    s[11] >= '0' && s[11] <= '9';
}

/*
 * One byte of the answer.  -1: it is no yes, or has no end.  What comes behind
 * a no may look like a yes: nothing is heard after it.
 */
static int
hear(struct tunnel *t, char byte)
{
	static const char end[] = "\r\n\r\n";

	if (t->heard < STATUS_LEN)
		t->status[t->heard] = byte;
	if (++t->heard == STATUS_LEN && !is_yes(t->status))
		return -1;
	if (t->heard > ANSWER_MAX)
		return -1;
	if (byte == end[t->ending])
		t->ending++;
	else
		t->ending = byte == '\r';
	if (t->ending == 4) {
		if (t->heard < STATUS_LEN)
			return -1;
		t->open = 1;
	}
	return 0;
}

/*
 * Ask and wait for the answer, as far as it goes without blocking: 1 when the
 * tunnel stands; else -1, and the flags of ${b} say what is waited for, if
 * anything is.  The answer is read byte by byte, since what follows it is
 * not ours.
 */
static int
establish(BIO *b, struct tunnel *t)
{
	BIO *next = BIO_next(b);
	char byte;
	int n;

	BIO_clear_retry_flags(b);
	while (t->sent < t->len) {
		n = BIO_write(next, t->request + t->sent,
		    (int)(t->len - t->sent));
		if (n <= 0) {
			BIO_copy_next_retry(b);
			return -1;
		}
		t->sent += (size_t)n;
	}
	if (t->refused)
		return -1;
	while (!t->open) {
		if (BIO_read(next, &byte, 1) <= 0) {
			BIO_copy_next_retry(b);
			return -1;
		}
		if (hear(t, byte) != 0) {
			t->refused = 1;
			return -1;
		}
	}
	return 1;
}

static int
tunnel_write(BIO *b, const char *data, int len)
{
	int n;

	if (establish(b, BIO_get_data(b)) < 0)
		return -1;
	n = BIO_write(BIO_next(b), data, len);
	BIO_copy_next_retry(b);
	return n;
}

static int
tunnel_read(BIO *b, char *data, int len)
{
	int n;

	if (establish(b, BIO_get_data(b)) < 0)
		return -1;
	n = BIO_read(BIO_next(b), data, len);
	BIO_copy_next_retry(b);
	return n;
}

static long
tunnel_ctrl(BIO *b, int what, long num, void *ptr)
{
	long rc;

	if (BIO_next(b) == NULL)
		return 0;
	rc = BIO_ctrl(BIO_next(b), what, num, ptr);
	BIO_copy_next_retry(b);
	return rc;
}

static int
tunnel_free(BIO *b)
{
	free(BIO_get_data(b));
	BIO_set_data(b, NULL);
	return 1;
}

int
tunnel_open(struct bio_method_st **out)
{
	/* Without a number of its own: a process has 127 of them in all. */
	BIO_METHOD *m = BIO_meth_new(BIO_TYPE_FILTER, "HTTP CONNECT");

	*out = NULL;
	if (m == NULL)
		return TACIT_E_NOMEM;
	if (BIO_meth_set_write(m, tunnel_write) != 1 ||
	    BIO_meth_set_read(m, tunnel_read) != 1 ||
	    BIO_meth_set_ctrl(m, tunnel_ctrl) != 1 ||
	    BIO_meth_set_destroy(m, tunnel_free) != 1) {
		BIO_meth_free(m);
		return TACIT_E_NOMEM;
	}
	*out = m;
	return 0;
}

void
tunnel_close(struct bio_method_st *kind)
{
	BIO_meth_free(kind);
}

int
tunnel_add(struct bio_method_st *kind, struct ssl_st *ssl, const char *host,
    uint16_t port)
{
	BIO *socket = SSL_get_rbio(ssl), *b;
	struct tunnel *t;

	if ((t = calloc(1, sizeof(*t))) == NULL)
		return TACIT_E_NOMEM;
	if ((b = BIO_new(kind)) == NULL) {
		free(t);
		return TACIT_E_NOMEM;
	}
	t->len = (size_t)snprintf(t->request, sizeof(t->request),
	    "CONNECT %s:%u HTTP/1.1\r\nHost: %s:%u\r\n\r\n", host, port,
	    host, port);
	BIO_set_data(b, t);
	BIO_set_init(b, 1);
	/* ${ssl} lets go of the socket's layer once, the tunnel holds it. */
	(void)BIO_up_ref(socket);
	(void)BIO_push(b, socket);
	SSL_set_bio(ssl, b, b);
	return 0;
}
