/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <confuse.h>

#include "config.h"

/* Every number there is: X(key, member, lowest, highest). */
#define NUMBERS(X)							\
	X(hold_ms, hold_ms, 0, 10000)					\
	X(max_held_mib, max_held_mib, 1, 65536)				\
	X(ok_tick_ms, ok_tick_ms, 0, 10000)				\
	X(ttl_days, ttl_days, 1, 365)					\
	X(mailbox_letters, limits.letters, 1, 65536)			\
	X(mailbox_parcels, limits.parcels, 1, 4096)			\
	X(post_rate, post_rate, 1, 100000)				\
	X(post_burst, post_burst, 1, 1000000)				\
	X(invitation_rate, invitation_rate, 1, 100000)			\
	X(max_connections, max_connections, 1, 1000000)			\
	X(max_handshakes, max_handshakes, 1, 60000)			\
	X(source_connections, source_connections, 1, 1000000)		\
	X(source_handshakes, source_handshakes, 1, 60000)		\
	X(source_rate, source_rate, 1, 100000)				\
	X(handshake_seconds, handshake_seconds, 1, 60)			\
	X(message_seconds, message_seconds, 1, 3600)			\
	X(ping_seconds, ping_seconds, 1, 3600)				\
	X(hangup_seconds, hangup_seconds, 2, 7200)			\
	X(max_buffered_mib, max_buffered_mib, 1, 65536)			\
	X(reserve_mib, reserve_mib, 0, 65536)				\
	X(hour_seconds, hour_seconds, 1, 3600)

/* Every text: X(key, longest value in bytes). */
#define TEXTS(X)							\
	X(listen, sizeof(((struct config *)0)->host) + 8)		\
	X(tls_certificate, sizeof(((struct config *)0)->tls_certificate) - 1) \
	X(tls_key, sizeof(((struct config *)0)->tls_key) - 1)		\
	X(confinement, sizeof("available") - 1)

static const struct {
	const char *name;
	long lowest, highest;
} numbers[] = {
#define ROW(key, member, lowest, highest) { #key, lowest, highest },
	NUMBERS(ROW)
#undef ROW
};

/* How many below the quota a mailbox counts as nearly full. */
enum { RESERVE_LETTERS = 16, RESERVE_PARCELS = 8 };

static uint32_t
nearly(uint32_t quota, uint32_t reserve)
{
	return quota - (reserve < quota / 4 ? reserve : quota / 4);
}

void
config_default(struct config *c)
{
	memset(c, 0, sizeof(*c));
	(void)config_listen(c, "127.0.0.1:8443");
	c->hold_ms = 250;
	c->max_held_mib = 16;
	c->ok_tick_ms = 100;
	c->ttl_days = TACIT_TTL_DAYS;
	c->limits.letters = TACIT_MAILBOX_LETTERS;
	c->limits.parcels = TACIT_MAILBOX_PARCELS;
	c->limits.nearly_letters = TACIT_NEARLY_FULL_LETTERS;
	c->limits.nearly_parcels = TACIT_NEARLY_FULL_PARCELS;
	c->post_rate = TACIT_POST_RATE;
	c->post_burst = TACIT_POST_BURST;
	c->invitation_rate = TACIT_GET_PER_MINUTE;
	c->max_connections = 4096;
	c->max_handshakes = 512;
	c->source_connections = 1024;
	c->source_handshakes = 64;
	c->source_rate = 50;
	c->handshake_seconds = 10;
	c->message_seconds = 30;
	c->ping_seconds = 50;
	c->hangup_seconds = 75;
	c->max_buffered_mib = 256;
	c->hour_seconds = 3600;
	c->confinement = TACIT_CONFINEMENT;
}

/* The port in ${text}, or -1: digits only, no sign, no blank, at most 65535. */
static long
port_of(const char *text)
{
	size_t len = strspn(text, "0123456789");
	long port;

	if (len == 0 || len > 5 || text[len] != '\0')
		return -1;
	port = strtol(text, NULL, 10);
	return port <= UINT16_MAX ? port : -1;
}

int
config_listen(struct config *c, const char *text)
{
	char host[sizeof(c->host)];
	const char *colon = strrchr(text, ':');
	struct in_addr v4;
	struct in6_addr v6;
	size_t len;
	long port;
	int six = text[0] == '[';

	if (colon == NULL || (port = port_of(colon + 1)) < 0)
		return TACIT_E_INVALID;
	len = (size_t)(colon - text);
	if (six && (len < 2 || colon[-1] != ']'))
		return TACIT_E_INVALID;
	len -= six ? 2 : 0;
	if (len >= sizeof(host))
		return TACIT_E_INVALID;
	memcpy(host, text + six, len);
	host[len] = '\0';
	if (inet_pton(six ? AF_INET6 : AF_INET, host,
	    six ? (void *)&v6 : (void *)&v4) != 1)
		return TACIT_E_INVALID;

	memcpy(c->host, host, len + 1);
	c->port = (uint16_t)port;
	c->loopback = six ? (uint8_t)IN6_IS_ADDR_LOOPBACK(&v6) :
	    ntohl(v4.s_addr) >> 24 == 127;
	return 0;
}

/* Everything that libconfuse has to say comes out as FILE:LINE: what. */
static void __attribute__((format(printf, 2, 0)))
complain(cfg_t *cfg, const char *fmt, va_list ap)
{
	char text[512], *p;

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	for (p = text; *p != '\0'; p++) {
		if (!isprint((unsigned char)*p))
			*p = '?';
	}
	fprintf(stderr, "%s:%d: %s\n", cfg->filename, cfg->line, text);
}

/* libconfuse lets the later one win; the comment is our mark of the first. */
static int
refuse_second(cfg_t *cfg, cfg_opt_t *opt)
{
	static char seen[] = "seen";

	if (opt->comment != NULL) {
		cfg_error(cfg, "%s: given twice; give it once", opt->name);
		return -1;
	}
	return cfg_opt_setcomment(opt, seen) == CFG_SUCCESS ? 0 : -1;
}

static int
read_number(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	size_t i = 0, len = strspn(value, "0123456789");
	long v;

	if (refuse_second(cfg, opt) != 0)
		return -1;
	while (strcmp(numbers[i].name, opt->name) != 0)
		i++;
	v = len > 0 && len < 10 ? strtol(value, NULL, 10) : -1;
	if (value[len] != '\0' || v < numbers[i].lowest ||
	    v > numbers[i].highest) {
		cfg_error(cfg, "%s: \"%s\" is not a number from %ld to %ld",
		    opt->name, value, numbers[i].lowest, numbers[i].highest);
		return -1;
	}
	*(long *)result = v;
	return 0;
}

static size_t
longest(const char *option)
{
#define ROW(name, limit)						\
	if (strcmp(option, #name) == 0)					\
		return limit;
	TEXTS(ROW)
#undef ROW
	return 0;
}

static int
read_text(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct config scratch;

	if (refuse_second(cfg, opt) != 0)
		return -1;
	if (value[0] == '\0' || strlen(value) > longest(opt->name)) {
		cfg_error(cfg, "%s: must be 1 to %zu bytes", opt->name,
		    longest(opt->name));
		return -1;
	}
	if (strcmp(opt->name, "listen") == 0 &&
	    config_listen(&scratch, value) != 0) {
		cfg_error(cfg, "listen: \"%s\" is not ADDR:PORT with a "
		    "numeric address ([ADDR]:PORT for IPv6) and a port from "
		    "0 to 65535", value);
		return -1;
	}
	if (strcmp(opt->name, "confinement") == 0 &&
	    confine_parse(&scratch.confinement, value) != 0) {
		cfg_error(cfg, "confinement: \"%s\" is not full, available "
		    "or off", value);
		return -1;
	}
	*(const char **)result = value;
	return 0;
}

static void
take(struct config *c, cfg_t *cfg)
{
	const char *text;

#define ROW(key, member, lowest, highest)				\
	if (cfg_size(cfg, #key) > 0)					\
		c->member = (uint32_t)cfg_getint(cfg, #key);
	NUMBERS(ROW)
#undef ROW
	c->limits.nearly_letters = nearly(c->limits.letters, RESERVE_LETTERS);
	c->limits.nearly_parcels = nearly(c->limits.parcels, RESERVE_PARCELS);
	if ((text = cfg_getstr(cfg, "listen")) != NULL)
		(void)config_listen(c, text);
	if ((text = cfg_getstr(cfg, "tls_certificate")) != NULL)
		memcpy(c->tls_certificate, text, strlen(text) + 1);
	if ((text = cfg_getstr(cfg, "tls_key")) != NULL)
		memcpy(c->tls_key, text, strlen(text) + 1);
	if ((text = cfg_getstr(cfg, "confinement")) != NULL)
		(void)confine_parse(&c->confinement, text);
}

/* Longer files are not configurations of ours. */
enum { FILE_MAX = 65536 };

/* The text of a regular file in ${buf}; its length, or -1 with a reason. */
static ssize_t
slurp(char *buf, const char *path)
{
	struct stat st;
	ssize_t n = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0 && fstat(fd, &st) == 0) {
		if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX) {
			fprintf(stderr, "%s:0: must be a regular file of at "
			    "most %d bytes\n", path, FILE_MAX);
			(void)close(fd);
			return -1;
		}
		n = read(fd, buf, FILE_MAX);
	}
	if (n < 0)
		fprintf(stderr, "%s:0: %s\n", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return n;
}

static char *
blanks(char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

/* Past the value at ${p}: a word, or text in quotes; NULL: neither. */
static char *
value(char *p, const char *end)
{
	const char quote = *p;

	if (quote != '"' && quote != '\'') {
		while (p < end && (isalnum((unsigned char)*p) ||
		    memchr("._-:/[]", *p, 7) != NULL))
			p++;
		return p;
	}
	for (p++; p < end && *p != quote; p++) {
		if (iscntrl((unsigned char)*p))
			return NULL;
		if (*p == '\\')
			p++;
		if (p == end)
			return NULL;
	}
	return p < end ? p + 1 : NULL;
}

/*
 * Is this line blank, a comment, or KEY = VALUE and perhaps a comment?  The
 * comment becomes blanks, for libconfuse 3.3 counts its line more than once
 * and messages then name the wrong one.
 */
static int
is_plain(char *p, const char *end)
{
	p = blanks(p, end);
	if (p < end && *p != '#') {
		while (p < end && (islower((unsigned char)*p) || *p == '_'))
			p++;
		if ((p = blanks(p, end)) == end || *p != '=' ||
		    (p = blanks(p + 1, end)) == end ||
		    (p = value(p, end)) == NULL)
			return 0;
		p = blanks(p, end);
	}
	if (p < end && *p != '#')
		return 0;
	memset(p, ' ', (size_t)(end - p));
	return 1;
}

/*
 * libconfuse would take more than lines of their own: what stands alone it
 * passes over, and after an open comment or quote it reads no further.
 */
static int
is_plain_text(char *text, size_t len, const char *path)
{
	char *p = text, *end = text + len, *eol;
	int line = 1;

	for (; p < end; p = eol + 1, line++) {
		if ((eol = memchr(p, '\n', (size_t)(end - p))) == NULL)
			eol = end;
		if (is_plain(p, eol))
			continue;
		fprintf(stderr, "%s:%d: must be KEY = VALUE, VALUE a word or "
		    "in quotes; a comment begins with #\n", path, line);
		return 0;
	}
	return 1;
}

int
config_read(struct config *c, const char *path)
{
	cfg_opt_t opts[] = {
#define ROW(key, member, lowest, highest)				\
		CFG_INT_CB(#key, 0, CFGF_NODEFAULT, read_number),
		NUMBERS(ROW)
#undef ROW
#define ROW(key, limit) CFG_STR_CB(#key, NULL, CFGF_NODEFAULT, read_text),
		TEXTS(ROW)
#undef ROW
		CFG_END()
	};
	char text[FILE_MAX];
	ssize_t len;
	cfg_t *cfg = NULL;
	FILE *f = NULL;
	int rc = TACIT_E_INVALID;

	if ((len = slurp(text, path)) < 0)
		goto out;
	if (len == 0)
		return 0;
	if (!is_plain_text(text, (size_t)len, path) ||
	    (f = fmemopen(text, (size_t)len, "r")) == NULL ||
	    (cfg = cfg_init(opts, CFGF_NONE)) == NULL)
		goto out;
	(void)cfg_set_error_function(cfg, complain);
	free(cfg->filename);		/* cfg_free() frees ours */
	if ((cfg->filename = strdup(path)) == NULL)
		goto out;
	if (cfg_parse_fp(cfg, f) != CFG_SUCCESS)
		goto out;
	take(c, cfg);
	rc = 0;
out:
	if (cfg != NULL)
		(void)cfg_free(cfg);
	if (f != NULL)
		(void)fclose(f);
	return rc;
}

int
config_check(const struct config *c)
{
	const char *problem = NULL;

	if (c->hour_seconds != 3600 && !c->loopback)
		problem = "hour_seconds: other than 3600 only when listening "
		    "on a loopback address";
	else if (c->hangup_seconds <= c->ping_seconds)
		problem = "hangup_seconds: must be more than ping_seconds";
	else if (c->plaintext && !c->loopback)
		problem = "--plaintext: only when listening on a loopback "
		    "address";
	else if ((c->tls_certificate[0] == '\0') != (c->tls_key[0] == '\0'))
		problem = "tls_certificate and tls_key: give both or neither";
	else if (c->plaintext && c->tls_key[0] != '\0')
		problem = "--plaintext: not together with tls_certificate";
	if (problem == NULL)
		return 0;
	fprintf(stderr, "tacit-relay: %s\n", problem);
	return TACIT_E_INVALID;
}
