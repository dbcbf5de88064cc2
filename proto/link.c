/* SPDX-License-Identifier: Apache-2.0 */
/*
 * There is one canonical spelling of everything: a reader takes the text
 * apart, writes again what it understood, and refuses the text if the two
 * differ in a single byte.  So the grammar below may be lax where the writer
 * is strict.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "tacit/hash.h"
#include "tacit/link.h"

enum {
	VERSION = 1,
	PORT_DEFAULT = 443,
	PORT_DIGITS = 5,
	LABEL_MAX = 63,
	HOST_MAX = TACIT_URL_MAX - (int)sizeof("wss://:65535") + 1,
	CHECKSUM_LEN = 4,

	/* What stands behind the '#', before it is spelled in base64url. */
	HEAD_LEN = 2,			/* version, flags */
	LINK_LEN = HEAD_LEN + TACIT_SECRET_LEN + TACIT_HASH_LEN +
	    TACIT_KEY_LEN + CHECKSUM_LEN,
	ADMISSION_LEN = HEAD_LEN + TACIT_HASH_LEN + TACIT_KEY_LEN +
	    TACIT_CODE_LEN + CHECKSUM_LEN,
	BASE64_CAP = sodium_base64_ENCODED_LEN(LINK_LEN,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING)
};

static const char link_scheme[] = "tacit://";
static const char link_scheme_https[] = "https://";
static const char link_path[] = "/i#";
static const char admission_scheme[] = "tacit-relay:";
static const char link_label[] = "tacit/1/link";
static const char admission_label[] = "tacit/1/admission";

/* ---- hosts --------------------------------------------------------------- */

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
}

/* Labels of a-z, 0-9 and inner hyphens; the last begins with a letter. */
static int
is_name(const char *host)
{
	const char *label = host, *p;

	for (p = host; ; p++) {
		if (is_name_char(*p))
			continue;
		if (p == label || p - label > LABEL_MAX || *label == '-' ||
		    p[-1] == '-')
			return 0;
		if (*p == '\0')
			return !is_digit(*label);
		if (*p != '.')
			return 0;
		label = p + 1;
	}
}

/* The address family's own spelling of an address, and no other. */
static int
is_address(int family, const char *text)
{
	char again[INET6_ADDRSTRLEN];
	struct in6_addr addr;

	return inet_pton(family, text, &addr) == 1 &&
	    inet_ntop(family, &addr, again, sizeof(again)) != NULL &&
	    strcmp(again, text) == 0;
}

static int
is_host(const char *host)
{
	char inner[HOST_MAX + 1];
	size_t len = strlen(host);

	if (len == 0 || len > HOST_MAX)
		return 0;
	if (host[0] != '[')
		return is_address(AF_INET, host) || is_name(host);
	if (host[len - 1] != ']' || len < 2)
		return 0;
	memcpy(inner, host + 1, len - 2);
	inner[len - 2] = '\0';
	return is_address(AF_INET6, inner);
}

int
tacit_host_is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	    (strncmp(host, "127.", 4) == 0 && is_address(AF_INET, host));
}

/* ---- places -------------------------------------------------------------- */

/* Host and port have a spelling, and without TLS stay on this machine. */
static int
check_reach(const struct tacit_place *p, int plaintext)
{
	if (memchr(p->host, '\0', sizeof(p->host)) == NULL ||
	    !is_host(p->host) || p->port == 0)
		return TACIT_E_LINK;
	if (plaintext && !tacit_host_is_loopback(p->host))
		return TACIT_E_PLAINTEXT;
	return 0;
}

/* A pin, or the one flag that says why there is none. */
static int
check_place(const struct tacit_place *p)
{
	int unpinned = sodium_is_zero(p->pin, sizeof(p->pin));
	int excused = p->flags == TACIT_LINK_WEBPKI ||
	    p->flags == TACIT_LINK_PLAINTEXT;

	if (unpinned ? !excused : p->flags != 0)
		return TACIT_E_LINK;
	return check_reach(p, p->flags == TACIT_LINK_PLAINTEXT);
}

/*
 * Read HOST[:PORT] from the ${len} bytes at ${text}; ${port} is what an
 * absent one means, 0 if it may not be absent.
 */
static int
read_reach(struct tacit_place *p, const char *text, size_t len, uint16_t port)
{
	const char *colon = memrchr(text, ':', len);
	size_t host_len = len, i;
	unsigned int n = 0;

	if (colon != NULL && text[len - 1] != ']') {
		host_len = (size_t)(colon - text);
		if (len - host_len - 1 > PORT_DIGITS)
			return TACIT_E_LINK;
		for (i = host_len + 1; i < len; i++) {
			if (!is_digit(text[i]))
				return TACIT_E_LINK;
			n = n * 10 + (unsigned int)(text[i] - '0');
		}
		if (n == 0 || n > UINT16_MAX || colon[1] == '0')
			return TACIT_E_LINK;
		port = (uint16_t)n;
	}
	if (port == 0 || host_len > HOST_MAX ||
	    memchr(text, '\0', host_len) != NULL)
		return TACIT_E_LINK;
	memset(p->host, 0, sizeof(p->host));
	memcpy(p->host, text, host_len);
	p->port = port;
	return 0;
}

static int
starts_with(const char *text, size_t len, const char *prefix)
{
	size_t n = strlen(prefix);

	return len >= n && memcmp(text, prefix, n) == 0;
}

int
tacit_url_parse(struct tacit_place *p, const char *text, size_t len)
{
	struct tacit_place tmp;
	int rc, tls = starts_with(text, len, "wss://");
	size_t skip = strlen(tls ? "wss://" : "ws://");

	if (len > TACIT_URL_MAX || (!tls && !starts_with(text, len, "ws://")))
		return TACIT_E_LINK;
	if ((rc = read_reach(&tmp, text + skip, len - skip,
	    tls ? PORT_DEFAULT : 0)) != 0)
		return rc;
	if ((rc = check_reach(&tmp, !tls)) != 0)
		return rc;

	memcpy(p->host, tmp.host, sizeof(p->host));
	p->port = tmp.port;
	p->flags = (uint8_t)(p->flags & ~TACIT_LINK_PLAINTEXT);
	if (!tls)
		p->flags |= TACIT_LINK_PLAINTEXT;
	return 0;
}

/* Publish ${text} if it fits. */
static int
publish(char *out, size_t cap, const char *text)
{
	size_t len = strlen(text);

	if (len >= cap)
		return TACIT_E_LIMIT;
	memcpy(out, text, len + 1);
	return 0;
}

int
tacit_url_write(char *out, size_t cap, const struct tacit_place *p)
{
	int rc, plaintext = (p->flags & TACIT_LINK_PLAINTEXT) != 0;
	char text[TACIT_URL_MAX + 1];

	if ((rc = check_reach(p, plaintext)) != 0)
		return rc;
	(void)snprintf(text, sizeof(text), "%s://%.*s:%u",
	    plaintext ? "ws" : "wss", HOST_MAX, p->host,
	    (unsigned int)p->port);
	return publish(out, cap, text);
}

/* ---- what stands behind the '#' ------------------------------------------ */

/* Over where the relay is and all of ${raw} but its last bytes. */
static void
checksum(uint8_t out[CHECKSUM_LEN], const char *label,
    const struct tacit_place *p, const uint8_t *raw, size_t len)
{
	char reach[TACIT_URL_MAX + 1];
	uint8_t hash[TACIT_HASH_LEN];
	int n = snprintf(reach, sizeof(reach), "%.*s:%u", HOST_MAX,
	    p->host, (unsigned int)p->port);
	const struct tacit_part part[] = {
		{ reach, (size_t)n }, { raw, len - CHECKSUM_LEN },
	};

	tacit_hash(hash, label, part, 2);
	memcpy(out, hash, CHECKSUM_LEN);
}

/* Finish the ${len} bytes at ${raw} by a checksum and spell them. */
static void
spell(char out[BASE64_CAP], uint8_t *raw, size_t len, const char *label,
    const struct tacit_place *p)
{
	checksum(raw + len - CHECKSUM_LEN, label, p, raw, len);
	(void)sodium_bin2base64(out, BASE64_CAP, raw, len,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/*
 * The way back: exactly ${len} bytes.  Version and checksum are not looked
 * at, because whoever writes the text again gives them its own.
 */
static int
unspell(uint8_t *raw, size_t len, const char *text, size_t text_len)
{
	const char *end;
	size_t n;

	return sodium_base642bin(raw, len, text, text_len, NULL, &n, &end,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 && n == len &&
	    end == text + text_len ? 0 : TACIT_E_LINK;
}

static uint8_t *
put(uint8_t *to, const uint8_t *from, size_t len)
{
	memcpy(to, from, len);
	return to + len;
}

static const uint8_t *
get(uint8_t *to, const uint8_t *from, size_t len)
{
	memcpy(to, from, len);
	return from + len;
}

/* ---- admission lines ----------------------------------------------------- */

int
tacit_admission_write(char *out, size_t cap, const struct tacit_admission *a)
{
	uint8_t raw[ADMISSION_LEN] = { VERSION, a->place.flags }, *p;
	char text[TACIT_LINK_TEXT_MAX], b64[BASE64_CAP];
	char url[TACIT_URL_MAX + 1];
	int rc;

	if ((rc = check_place(&a->place)) != 0 ||
	    (rc = tacit_url_write(url, sizeof(url), &a->place)) != 0)
		return rc;
	p = put(raw + HEAD_LEN, a->place.pin, sizeof(a->place.pin));
	p = put(p, a->place.relay_key, sizeof(a->place.relay_key));
	(void)put(p, a->code, sizeof(a->code));
	spell(b64, raw, sizeof(raw), admission_label, &a->place);

	(void)snprintf(text, sizeof(text), "%s%s#%s", admission_scheme, url,
	    b64);
	rc = publish(out, cap, text);
	sodium_memzero(raw, sizeof(raw));
	sodium_memzero(b64, sizeof(b64));
	sodium_memzero(text, sizeof(text));
	return rc;
}

/* Fill ${a} from the ${len} bytes behind the scheme, however spelled. */
static int
read_admission(struct tacit_admission *a, const char *text, size_t len)
{
	const char *hash = memchr(text, '#', len);
	uint8_t raw[ADMISSION_LEN];
	const uint8_t *p = raw + HEAD_LEN;
	size_t url_len;
	int rc;

	if (hash == NULL)
		return TACIT_E_LINK;
	url_len = (size_t)(hash - text);
	if ((rc = tacit_url_parse(&a->place, text, url_len)) != 0)
		return rc;
	if ((rc = unspell(raw, sizeof(raw), hash + 1,
	    len - url_len - 1)) != 0)
		goto out;
	a->place.flags = raw[1];
	p = get(a->place.pin, p, sizeof(a->place.pin));
	p = get(a->place.relay_key, p, sizeof(a->place.relay_key));
	(void)get(a->code, p, sizeof(a->code));
out:
	sodium_memzero(raw, sizeof(raw));
	return rc;
}

int
tacit_admission_parse(struct tacit_admission *out, const char *text,
    size_t len)
{
	char again[TACIT_LINK_TEXT_MAX];
	size_t skip = strlen(admission_scheme);
	int rc = TACIT_E_LINK;

	memset(out, 0, sizeof(*out));
	if (len >= sizeof(again) || !starts_with(text, len, admission_scheme))
		goto out;
	if ((rc = read_admission(out, text + skip, len - skip)) != 0 ||
	    (rc = tacit_admission_write(again, sizeof(again), out)) != 0)
		goto out;
	if (strlen(again) != len || sodium_memcmp(again, text, len) != 0)
		rc = TACIT_E_LINK;
	sodium_memzero(again, sizeof(again));
out:
	if (rc != 0)
		sodium_memzero(out, sizeof(*out));
	return rc;
}

/* ---- links of invitations ------------------------------------------------ */

int
tacit_link_write(char *out, size_t cap, const struct tacit_link *l)
{
	uint8_t raw[LINK_LEN] = {
		VERSION, (uint8_t)(l->place.flags | l->flags)
	}, *p;
	char text[TACIT_LINK_TEXT_MAX], b64[BASE64_CAP], port[8] = "";
	int rc;

	if ((l->flags & ~TACIT_LINK_IN_PERSON) != 0)
		return TACIT_E_LINK;
	if ((rc = check_place(&l->place)) != 0)
		return rc;
	p = put(raw + HEAD_LEN, l->secret, sizeof(l->secret));
	p = put(p, l->place.pin, sizeof(l->place.pin));
	(void)put(p, l->place.relay_key, sizeof(l->place.relay_key));
	spell(b64, raw, sizeof(raw), link_label, &l->place);

	if (l->place.port != PORT_DEFAULT)
		(void)snprintf(port, sizeof(port), ":%u",
		    (unsigned int)l->place.port);
	(void)snprintf(text, sizeof(text), "%s%s%s%s%s", link_scheme,
	    l->place.host, port, link_path, b64);
	rc = publish(out, cap, text);
	sodium_memzero(raw, sizeof(raw));
	sodium_memzero(b64, sizeof(b64));
	sodium_memzero(text, sizeof(text));
	return rc;
}

/* Fill ${l} from the ${len} bytes behind the scheme, however spelled. */
static int
read_link(struct tacit_link *l, const char *text, size_t len)
{
	const char *path = memmem(text, len, link_path, strlen(link_path));
	uint8_t raw[LINK_LEN];
	const uint8_t *p = raw + HEAD_LEN;
	size_t skip;
	int rc;

	if (path == NULL)
		return TACIT_E_LINK;
	skip = (size_t)(path - text) + strlen(link_path);
	if ((rc = read_reach(&l->place, text, (size_t)(path - text),
	    PORT_DEFAULT)) != 0)
		return rc;
	if ((rc = unspell(raw, sizeof(raw), text + skip, len - skip)) != 0)
		goto out;
	l->flags = raw[1] & TACIT_LINK_IN_PERSON;
	l->place.flags = (uint8_t)(raw[1] & ~TACIT_LINK_IN_PERSON);
	p = get(l->secret, p, sizeof(l->secret));
	p = get(l->place.pin, p, sizeof(l->place.pin));
	(void)get(l->place.relay_key, p, sizeof(l->place.relay_key));
out:
	sodium_memzero(raw, sizeof(raw));
	return rc;
}

int
tacit_link_parse(struct tacit_link *out, const char *text, size_t len)
{
	char again[TACIT_LINK_TEXT_MAX];
	size_t skip = strlen(link_scheme);
	int rc = TACIT_E_LINK;

	_Static_assert(sizeof(link_scheme) == sizeof(link_scheme_https),
	    "both spellings of a link are compared from the same offset");
	memset(out, 0, sizeof(*out));
	if (len >= sizeof(again) || (!starts_with(text, len, link_scheme) &&
	    !starts_with(text, len, link_scheme_https)))
		goto out;
	if ((rc = read_link(out, text + skip, len - skip)) != 0 ||
	    (rc = tacit_link_write(again, sizeof(again), out)) != 0)
		goto out;
	if (strlen(again) != len ||
	    sodium_memcmp(again + skip, text + skip, len - skip) != 0)
		rc = TACIT_E_LINK;
	sodium_memzero(again, sizeof(again));
out:
	if (rc != 0)
		sodium_memzero(out, sizeof(*out));
	return rc;
}
