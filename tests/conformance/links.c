/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links with every fault, given to a vault: each is refused by name, and
 * nobody is called.  The relay of all of them is a listening socket of this
 * program, so that a call would be seen; the one good link is the control.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sodium.h>

#include "capture.h"
#include "tacit/error.h"
#include "tacit/link.h"
#include "tacit/tacit.h"

enum { STEPS = 3, CAP = 1 << 20 };

struct run {
	struct tacit *t;
	int listener;
	char good[TACIT_LINK_SIZE];
	char *text;			/* CAP bytes */
	int cases, links, failures;
};

static int
listen_here(uint16_t *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(fd, 64) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		abort();
	*port = ntohs(a.sin_port);
	return fd;
}

/* 1 if somebody connected within ${ms}; whoever did is sent away. */
static int
was_called(const struct run *r, int ms)
{
	struct pollfd p = { .fd = r->listener, .events = POLLIN };

	if (poll(&p, 1, ms) <= 0)
		return 0;
	(void)close(accept(r->listener, NULL, NULL));
	return 1;
}

static void
try_link(struct run *r, const char *name, const char *text, size_t len,
    int want)
{
	struct tacit_contact *ct;
	int rc = tacit_accept(&ct, r->t, text, len, "b"), i;

	r->links++;
	for (i = 0; i < STEPS; i++)
		if (tacit_step(r->t, 0) != 0)
			abort();
	if (rc == want && !was_called(r, 0))
		return;
	printf("FAILED  links: %s: %d in place of %d, or a call\n", name, rc,
	    want);
	r->failures++;
}

/* The good link with ${a} replaced by ${b}. */
static void
replaced(struct run *r, const char *name, const char *a, const char *b)
{
	const char *at = strstr(r->good, a);
	int n;

	if (at == NULL)
		abort();
	n = snprintf(r->text, CAP, "%.*s%s%s", (int)(at - r->good), r->good,
	    b, at + strlen(a));
	r->cases++;
	try_link(r, name, r->text, (size_t)n, TACIT_E_LINK);
}

/* Every single byte of the good link changed in one way. */
static void
swept(struct run *r, const char *name, char (*change)(char c))
{
	size_t len = strlen(r->good), i;
	char c;

	r->cases++;
	for (i = 0; i < len; i++) {
		c = change(r->good[i]);
		if (c == r->good[i])
			continue;
		memcpy(r->text, r->good, len);
		r->text[i] = c;
		try_link(r, name, r->text, len, TACIT_E_LINK);
	}
}

static char
next_letter(char c)
{
	return c == 'z' ? 'A' : (char)(c + 1);
}

static char
other_case(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ?
	    (char)(c ^ 0x20) : c;
}

static char
a_blank(char c)
{
	(void)c;
	return ' ';
}

static char
nul(char c)
{
	(void)c;
	return '\0';
}

static char
top_bit(char c)
{
	return (char)(c ^ 0x80);
}

/* One byte less, or one more, anywhere. */
static void
lengths(struct run *r)
{
	size_t len = strlen(r->good), i;

	for (i = 0; i < len; i++) {
		try_link(r, "cut", r->good, i, TACIT_E_LINK);
		memcpy(r->text, r->good, i);
		memcpy(r->text + i, r->good + i + 1, len - i - 1);
		if (i + 1 < len && r->good[i] != r->good[i + 1])
			try_link(r, "a byte left out", r->text, len - 1,
			    TACIT_E_LINK);
		memcpy(r->text, r->good, i + 1);
		memcpy(r->text + i + 1, r->good + i, len - i);
		try_link(r, "a byte twice", r->text, len + 1, TACIT_E_LINK);
	}
	memcpy(r->text, r->good, len);
	memset(r->text + len, 'A', CAP - len);
	try_link(r, "a million bytes", r->text, CAP, TACIT_E_LINK);
	memset(r->text, 'A', CAP);
	try_link(r, "a million letters", r->text, CAP, TACIT_E_LINK);
	try_link(r, "nothing", "", 0, TACIT_E_LINK);
	r->cases += 6;
}

static void
spellings(struct run *r)
{
	replaced(r, "another scheme", "tacit://", "http://");
	replaced(r, "no scheme", "tacit://", "");
	replaced(r, "a scheme in capitals", "tacit://", "TACIT://");
	replaced(r, "an admission line", "tacit://", "tacit-relay:wss://");
	replaced(r, "javascript", "tacit://", "javascript:");
	replaced(r, "a user", "127.0.0.1", "u@127.0.0.1");
	replaced(r, "a user and a password", "127.0.0.1", "u:p@127.0.0.1");
	replaced(r, "another way to write the host", "127.0.0.1", "127.1");
	replaced(r, "the host as a number", "127.0.0.1", "2130706433");
	replaced(r, "another host", "127.0.0.1", "127.0.0.2");
	replaced(r, "a name for the host", "127.0.0.1", "localhost");
	replaced(r, "Cyrillic letters", "tacit", "t\xd0\xb0" "cit");
	replaced(r, "full-width digits", "127", "\xef\xbc\x91" "27");
	replaced(r, "another path", "/i#", "/j#");
	replaced(r, "a query", "/i#", "/i?x#");
	replaced(r, "no fragment", "/i#", "/i");
	replaced(r, "two fragments", "/i#", "/i##");
	replaced(r, "an escape", "/i#", "/%69#");
	replaced(r, "a space before", "tacit://", " tacit://");
	replaced(r, "a line end before", "tacit://", "\ntacit://");
	replaced(r, "a byte order mark", "tacit://", "\xef\xbb\xbftacit://");
	replaced(r, "a direction override", "tacit://",
	    "\xe2\x80\xaetacit://");
	replaced(r, "a zero-width space", "/i#", "/i#\xe2\x80\x8b");
	replaced(r, "a soft line break", "/i#", "/i#\r\n");
}

static void
open_vault(struct run *r, const char *dir)
{
	struct tacit_config cfg = TACIT_CONFIG_INIT;
	struct tacit_link l = { .place = { .host = "127.0.0.1",
	    .pin = { 1 }, .relay_key = { 1 } }, .secret = { 7 } };
	char path[192];

	r->listener = listen_here(&l.place.port);
	(void)snprintf(path, sizeof(path), "%s/vault", dir);
	cfg.path = path;
	cfg.passphrase = "only for this test";
	cfg.passphrase_len = strlen(cfg.passphrase);
	cfg.argon_mib = TACIT_ARGON_MIB_FLOOR;
	r->text = malloc(CAP);
	if (r->text == NULL || tacit_create(&cfg, "a") != 0 ||
	    tacit_open(&r->t, &cfg) != 0 ||
	    tacit_link_write(r->good, sizeof(r->good), &l) != 0)
		abort();
}

int
main(void)
{
	struct run r = { .t = NULL };
	struct tacit_contact *ct;
	char dir[128];
	int i, called = 0;

	if (sodium_init() < 0)
		return 1;
	capture_mkdir(dir, sizeof(dir));
	open_vault(&r, dir);
	spellings(&r);
	swept(&r, "a byte changed", next_letter);
	swept(&r, "a byte in the other case", other_case);
	swept(&r, "a byte with its top bit", top_bit);
	swept(&r, "a space in it", a_blank);
	swept(&r, "a NUL in it", nul);
	lengths(&r);
	/* The control: what is accepted does call. */
	if (tacit_accept(&ct, r.t, r.good, strlen(r.good), "b") != 0)
		abort();
	for (i = 0; i < 100 && !called; i++)
		called = tacit_step(r.t, 50) == 0 && was_called(&r, 0);
	r.cases++;
	if (!called) {
		printf("FAILED  links: the good link calls nobody\n");
		r.failures++;
	}
	tacit_close(r.t);
	(void)close(r.listener);
	free(r.text);
	capture_rmdir(dir);
	printf("links: %d cases, 0 deviations, %d failed, %d links tried\n",
	    r.cases, r.failures, r.links);
	return r.failures == 0 ? 0 : 1;
}
