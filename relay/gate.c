/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "gate.h"
#include "tacit/limits.h"

/* The longest Connection that libwebsockets 4.1.6 goes on with. */
enum { LIST_MAX = 120 };

/* Is ${word} one of the comma-separated words of ${list}? */
static int
lists(const char *list, const char *word)
{
	size_t len = strlen(word), n;

	while (*list != '\0') {
		list += strspn(list, " \t,");
		n = strcspn(list, " \t,");
		if (n == len && strncasecmp(list, word, len) == 0)
			return 1;
		list += n;
	}
	return 0;
}

/* The base64 of exactly 16 bytes; two headers joined are longer. */
static int
is_key(const char *s)
{
	size_t i;

	if (strlen(s) != 24 || s[22] != '=' || s[23] != '=')
		return 0;
	for (i = 0; i < 22; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '+' &&
		    s[i] != '/')
			return 0;
	return strchr("AQgw", s[21]) != NULL;
}

static int
is(const char *value, const char *want)
{
	return value != NULL && strcmp(value, want) == 0;
}

/*
 * Cheap and telling answers first: where, how, who, then whether it is a
 * WebSocket handshake as RFC 6455, section 4.2.1 has it.
 */
int
gate_check(const struct gate_request *q)
{
	if (q->too_long)
		return 431;
	if (!is(q->uri, TACIT_PATH) || q->query != NULL)
		return 404;
	if (!is(q->method, "GET"))
		return 405;
	if (q->malformed || !is(q->version, "HTTP/1.1") || q->host == NULL ||
	    *q->host == '\0' || strpbrk(q->host, " ,\t/@") != NULL)
		return 400;
	if (q->transfer_encoding != NULL ||
	    (q->content_length != NULL && !is(q->content_length, "0")))
		return 400;
	if (q->origin != NULL)
		return 403;
	if (q->upgrade == NULL || strcasecmp(q->upgrade, "websocket") != 0 ||
	    q->connection == NULL || strlen(q->connection) > LIST_MAX ||
	    !lists(q->connection, "upgrade"))
		return 400;
	if (!is(q->ws_version, "13"))
		return 426;
	if (q->key == NULL || !is_key(q->key) ||
	    !is(q->subprotocol, TACIT_SUBPROTOCOL))
		return 400;
	if (q->full)
		return 503;
	return 101;
}

int
gate_unread(const void *bytes, size_t len)
{
	const char *s = bytes;
	size_t n = 0;

	while (n < len && s[n] >= 'A' && s[n] <= 'Z')
		n++;
	return n > 0 && len - n >= 2 && s[n] == ' ' && s[n + 1] == '/' ?
	    405 : 400;
}

#define ANSWER(line, more)						\
	"HTTP/1.1 " line "\r\n" more					\
	"Content-Length: 0\r\nConnection: close\r\n\r\n"

const char *
gate_answer(int status)
{
	switch (status) {
	case 400:
		return ANSWER("400 Bad Request", "");
	case 403:
		return ANSWER("403 Forbidden", "");
	case 405:
		return ANSWER("405 Method Not Allowed", "Allow: GET\r\n");
	case 426:
		return ANSWER("426 Upgrade Required",
		    "Sec-WebSocket-Version: 13\r\n");
	case 431:
		return ANSWER("431 Request Header Fields Too Large", "");
	case 503:
		return ANSWER("503 Service Unavailable",
		    "Retry-After: 30\r\n");
	default:
		return ANSWER("404 Not Found", "");
	}
}
