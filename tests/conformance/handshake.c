/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which HTTP request becomes a connection, and what every other is answered
 * (PROTOCOL.md, section 3), as bytes over TLS.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "told.h"

#define KEY	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define UP	"Upgrade: websocket\r\n"
#define CONN	"Connection: Upgrade\r\n"
#define V13	"Sec-WebSocket-Version: 13\r\n"
#define PROTO	"Sec-WebSocket-Protocol: tacit.1\r\n"
#define HOST	"Host: secret.example\r\n"
#define GET	"GET /v1 HTTP/1.1\r\n"
#define HEAD	HOST UP CONN KEY V13 PROTO
#define END	"\r\n"
/* PING, request 1, as a masked message: never to be acted on too early. */
#define EARLY	"\x82\x86\0\0\0\0\0\4\x08\1\x72\0"
#define SIX(s)	s s s s s s
#define B(s)	s, sizeof(s) - 1

enum { UNTIL = 9, PATIENCE_MS = 5000, SLOW_MS = 15000, PLAIN = 1, DRIP = 2 };

static const struct row {
	const char *name, *bytes;
	size_t len;
	const char *want;
} rows[] = {
	{ "as it should be", B(GET HEAD END), "101, welcome" },

	{ "POST", B("POST /v1 HTTP/1.1\r\n" HEAD END), "405" },
	{ "PUT", B("PUT /v1 HTTP/1.1\r\n" HEAD END), "405" },
	{ "HEAD", B("HEAD /v1 HTTP/1.1\r\n" HEAD END), "405" },
	{ "OPTIONS", B("OPTIONS /v1 HTTP/1.1\r\n" HEAD END), "405" },
	{ "DELETE", B("DELETE /v1 HTTP/1.1\r\n" HEAD END), "405" },
	{ "PATCH", B("PATCH /v1 HTTP/1.1\r\n" HEAD END), "405" },
	{ "CONNECT", B("CONNECT /v1 HTTP/1.1\r\n" HEAD END), "405" },
	{ "TRACE", B("TRACE /v1 HTTP/1.1\r\n" HEAD END), "405" },
	{ "unknown method", B("FETCH /v1 HTTP/1.1\r\n" HEAD END), "405" },
	{ "method in small letters", B("get /v1 HTTP/1.1\r\n" HEAD END),
	    "405" },
	{ "POST with body", B("POST /v1 HTTP/1.1\r\n" HOST
	    "Content-Length: 3\r\n" END "abc"), "405" },
	{ "HTTP/1.0", B("GET /v1 HTTP/1.0\r\n" HEAD END), "400" },
	{ "HTTP/1.2", B("GET /v1 HTTP/1.2\r\n" HEAD END), "400" },
	{ "HTTP/2.0", B("GET /v1 HTTP/2.0\r\n" HEAD END), "400" },
	{ "HTTP/1.1 and more", B("GET /v1 HTTP/1.1 x\r\n" HEAD END), "400" },
	{ "no HTTP version", B("GET /v1\r\n" HEAD END), "400" },
	{ "HTTP/2 preface", B("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "400" },
	{ "not HTTP", B("\1\2\3\4\r\n\r\n"), "400" },

	{ "root", B("GET / HTTP/1.1\r\n" HEAD END), "404" },
	{ "root, no upgrade", B("GET / HTTP/1.1\r\n" HOST END), "404" },
	{ "invitation page", B("GET /i HTTP/1.1\r\n" HOST END), "404" },
	{ "invitation page, query", B("GET /i?x HTTP/1.1\r\n" HOST END),
	    "404" },
	{ "invitation page, upgrade", B("GET /i HTTP/1.1\r\n" HEAD END),
	    "404" },
	{ "other version", B("GET /v2 HTTP/1.1\r\n" HEAD END), "404" },
	{ "deeper path", B("GET /v1/ HTTP/1.1\r\n" HEAD END), "404" },
	{ "path in capitals", B("GET /V1 HTTP/1.1\r\n" HEAD END), "404" },
	{ "query", B("GET /v1?x=1 HTTP/1.1\r\n" HEAD END), "404" },
	{ "empty query", B("GET /v1? HTTP/1.1\r\n" HEAD END), "404" },
	{ "fragment", B("GET /v1#x HTTP/1.1\r\n" HEAD END), "404" },
	{ "absolute URI", B("GET http://secret.example/v1 HTTP/1.1\r\n" HEAD
	    END), "404" },
	{ "asterisk", B("GET * HTTP/1.1\r\n" HEAD END), "404" },
	{ "no slash", B("GET v1 HTTP/1.1\r\n" HEAD END), "404" },
	{ "two slashes", B("GET //v1 HTTP/1.1\r\n" HEAD END), "404" },
	{ "dot segments", B("GET /x/../v1 HTTP/1.1\r\n" HEAD END), "404" },
	{ "above the root", B("GET /../v1 HTTP/1.1\r\n" HEAD END), "404" },
	{ "percent-encoded", B("GET /%76%31 HTTP/1.1\r\n" HEAD END), "404" },
	{ "half an escape", B("GET /v1%7 HTTP/1.1\r\n" HEAD END), "404" },
	{ "NUL escaped", B("GET /v1%00 HTTP/1.1\r\n" HEAD END), "404" },
	{ "line end escaped", B("GET /v1%0d%0aX:1 HTTP/1.1\r\n" HEAD END),
	    "404" },
	{ "NUL in the path", B("GET /v1\0 HTTP/1.1\r\n" HEAD END), "404" },

	{ "no Host", B(GET UP CONN KEY V13 PROTO END), "400" },
	{ "two Hosts", B(GET HOST HEAD END), "400" },
	{ "two other Hosts", B(GET "Host: a\r\n" HEAD END), "400" },
	{ "empty Host", B(GET "Host: \r\n" UP CONN KEY V13 PROTO END),
	    "400" },
	{ "Host with a path", B(GET "Host: a/b\r\n" UP CONN KEY V13 PROTO
	    END), "400" },
	{ "Host with a user", B(GET "Host: a@b\r\n" UP CONN KEY V13 PROTO
	    END), "400" },
	{ "Host of 300 bytes", B(GET "Host: " SIX("1234567890"
	    "1234567890123456789012345678901234567890") "\r\n" UP CONN KEY
	    V13 PROTO END), "431" },

	{ "no Upgrade", B(GET HOST CONN KEY V13 PROTO END), "400" },
	{ "empty Upgrade", B(GET HOST "Upgrade: \r\n" CONN KEY V13 PROTO
	    END), "400" },
	{ "Upgrade in capitals", B(GET HOST "UPGRADE: WebSocket\r\n" CONN KEY
	    V13 PROTO END), "101, welcome" },
	{ "Upgrade: h2c", B(GET HOST "Upgrade: h2c\r\n" CONN KEY V13 PROTO
	    END), "400" },
	{ "Upgrade: h2c with settings", B(GET HOST "Upgrade: h2c\r\n"
	    "Connection: Upgrade, HTTP2-Settings\r\n"
	    "HTTP2-Settings: AAMAAABkAAQAAP__\r\n" END), "400" },
	{ "Upgrade: foo", B(GET HOST "Upgrade: foo\r\n" CONN KEY V13 PROTO
	    END), "400" },
	{ "Upgrade: websocket/13", B(GET HOST "Upgrade: websocket/13\r\n"
	    CONN KEY V13 PROTO END), "400" },
	{ "Upgrade: websocket, h2c", B(GET HOST "Upgrade: websocket, h2c\r\n"
	    CONN KEY V13 PROTO END), "400" },
	{ "Upgrade: h2c, websocket", B(GET HOST "Upgrade: h2c, websocket\r\n"
	    CONN KEY V13 PROTO END), "400" },
	{ "two Upgrades", B(GET HOST UP UP CONN KEY V13 PROTO END), "400" },
	{ "no Connection", B(GET HOST UP KEY V13 PROTO END), "400" },
	{ "empty Connection", B(GET HOST UP "Connection: \r\n" KEY V13 PROTO
	    END), "400" },
	{ "Connection: close", B(GET HOST UP "Connection: close\r\n" KEY V13
	    PROTO END), "400" },
	{ "Connection: Upgraded", B(GET HOST UP "Connection: Upgraded\r\n"
	    KEY V13 PROTO END), "400" },
	{ "Connection is a list", B(GET HOST UP
	    "Connection: keep-alive, upgrade\r\n" KEY V13 PROTO END),
	    "101, welcome" },
	{ "Connection list of 200", B(GET HOST UP "Connection: "
	    SIX(SIX("a,b,c,")) "upgrade\r\n" KEY V13 PROTO END), "400" },

	{ "version 7", B(GET HOST UP CONN KEY "Sec-WebSocket-Version: 7\r\n"
	    PROTO END), "426" },
	{ "version 14", B(GET HOST UP CONN KEY
	    "Sec-WebSocket-Version: 14\r\n" PROTO END), "426" },
	{ "version 0", B(GET HOST UP CONN KEY "Sec-WebSocket-Version: 0\r\n"
	    PROTO END), "426" },
	{ "version 013", B(GET HOST UP CONN KEY
	    "Sec-WebSocket-Version: 013\r\n" PROTO END), "426" },
	{ "version 13x", B(GET HOST UP CONN KEY
	    "Sec-WebSocket-Version: 13x\r\n" PROTO END), "426" },
	{ "version 13, 8", B(GET HOST UP CONN KEY
	    "Sec-WebSocket-Version: 13, 8\r\n" PROTO END), "426" },
	{ "two versions", B(GET HOST UP CONN KEY V13 V13 PROTO END), "426" },
	{ "no version", B(GET HOST UP CONN KEY PROTO END), "426" },
	{ "empty version", B(GET HOST UP CONN KEY
	    "Sec-WebSocket-Version: \r\n" PROTO END), "426" },

	{ "no Key", B(GET HOST UP CONN V13 PROTO END), "400" },
	{ "empty Key", B(GET HOST UP CONN "Sec-WebSocket-Key: \r\n" V13 PROTO
	    END), "400" },
	{ "two Keys", B(GET HEAD KEY END), "400" },
	{ "Key of 15 bytes", B(GET HOST UP CONN
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n" V13 PROTO END),
	    "400" },
	{ "Key of 17 bytes", B(GET HOST UP CONN
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQA=\r\n" V13 PROTO END),
	    "400" },
	{ "Key is not base64", B(GET HOST UP CONN
	    "Sec-WebSocket-Key: !!hlIHNhbXBsZSBub25jZQ==\r\n" V13 PROTO END),
	    "400" },
	{ "Key without padding", B(GET HOST UP CONN
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n" V13 PROTO END),
	    "400" },
	{ "Key not canonical", B(GET HOST UP CONN
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==\r\n" V13 PROTO END),
	    "400" },
	{ "Key of 200 bytes", B(GET HOST UP CONN "Sec-WebSocket-Key: "
	    SIX("dGhlIHNhbXBsZSBub25jZQdGhlIHNhbX") "\r\n" V13 PROTO END),
	    "400" },

	{ "Content-Length: 0", B(GET HEAD "Content-Length: 0\r\n" END),
	    "101, welcome" },
	{ "a body", B(GET HEAD "Content-Length: 5\r\n" END "hello"), "400" },
	{ "a body to come", B(GET HEAD "Content-Length: 5\r\n" END), "400" },
	{ "Content-Length: -1", B(GET HEAD "Content-Length: -1\r\n" END),
	    "400" },
	{ "Content-Length: x", B(GET HEAD "Content-Length: x\r\n" END),
	    "400" },
	{ "two Content-Lengths", B(GET HEAD "Content-Length: 0\r\n"
	    "Content-Length: 5\r\n" END "hello"), "400" },
	{ "Transfer-Encoding", B(GET HEAD "Transfer-Encoding: chunked\r\n"
	    END "0\r\n\r\n"), "400" },
	{ "Transfer-Encoding: identity", B(GET HEAD
	    "Transfer-Encoding: identity\r\n" END), "400" },
	{ "empty Transfer-Encoding", B(GET HEAD "Transfer-Encoding: \r\n"
	    END), "400" },
	{ "length and encoding", B(GET HEAD "Content-Length: 0\r\n"
	    "Transfer-Encoding: chunked\r\n" END), "400" },

	{ "no subprotocol", B(GET HOST UP CONN KEY V13 END), "400" },
	{ "empty subprotocol", B(GET HOST UP CONN KEY V13
	    "Sec-WebSocket-Protocol: \r\n" END), "400" },
	{ "unknown subprotocol", B(GET HOST UP CONN KEY V13
	    "Sec-WebSocket-Protocol: tacit.2\r\n" END), "400" },
	{ "subprotocol in capitals", B(GET HOST UP CONN KEY V13
	    "Sec-WebSocket-Protocol: TACIT.1\r\n" END), "400" },
	{ "two subprotocols", B(GET HOST UP CONN KEY V13
	    "Sec-WebSocket-Protocol: tacit.1, x\r\n" END), "400" },
	{ "two subprotocol lines", B(GET HEAD
	    "Sec-WebSocket-Protocol: x\r\n" END), "400" },
	{ "subprotocol and a comma", B(GET HOST UP CONN KEY V13
	    "Sec-WebSocket-Protocol: tacit.1,\r\n" END), "400" },

	{ "an Origin", B(GET HEAD "Origin: https://secret.example\r\n" END),
	    "403" },
	{ "Origin: null", B(GET HEAD "Origin: null\r\n" END), "403" },
	{ "empty Origin", B(GET HEAD "Origin: \r\n" END), "403" },
	{ "old spelling of Origin", B(GET HEAD
	    "Sec-WebSocket-Origin: https://secret.example\r\n" END), "403" },
	{ "X-Forwarded-For", B(GET HEAD "X-Forwarded-For: 192.0.2.1\r\n"
	    "Forwarded: for=192.0.2.1\r\nX-Real-IP: 192.0.2.1\r\n" END),
	    "101, welcome" },
	{ "X-Forwarded-Host", B(GET HEAD "X-Forwarded-Host: a\r\n"
	    "X-Forwarded-Proto: http\r\n" END), "101, welcome" },
	{ "X-HTTP-Method-Override", B(GET HEAD
	    "X-HTTP-Method-Override: POST\r\nX-Original-URL: /i\r\n" END),
	    "101, welcome" },
	{ "credentials", B(GET HEAD "Cookie: secret=1\r\n"
	    "Authorization: Basic c2VjcmV0\r\n" END), "101, welcome" },
	{ "deflate offered", B(GET HEAD
	    "Sec-WebSocket-Extensions: permessage-deflate\r\n" END),
	    "101, welcome" },
	{ "many extensions offered", B(GET HEAD "Sec-WebSocket-Extensions: "
	    SIX("x; a=1, permessage-deflate; client_max_window_bits, ")
	    "y\r\n" END), "101, welcome" },

	{ "a value of 3 KiB", B(GET HEAD "Zz: " SIX(SIX("1234567890"
	    "12345678901234567890123456789012345678901234567890"
	    "12345678901234567890")) "\r\n" END), "101, welcome" },
	{ "a value of 6 KiB", B(GET HEAD "Zz: " SIX(SIX(SIX("1234567890"
	    "12345678901234567890"))) "\r\n" END), "431" },
	{ "a name of 6 KiB", B(GET HEAD SIX(SIX(SIX("1234567890"
	    "12345678901234567890"))) ": 1\r\n" END), "431" },
	{ "a path of 6 KiB", B("GET /" SIX(SIX(SIX("1234567890"
	    "12345678901234567890"))) " HTTP/1.1\r\n" HEAD END), "431" },
	{ "a path of 300 bytes", B("GET /" SIX("1234567890"
	    "1234567890123456789012345678901234567890") " HTTP/1.1\r\n" HEAD
	    END), "431" },
	{ "78 headers", B(GET HEAD SIX(SIX("a: 1\r\nb: 2\r\n")) END),
	    "431" },
	{ "lines of one letter", B(GET HEAD SIX(SIX(SIX(SIX("a: 1\r\n"))))
	    END), "431" },

	{ "LF alone ends lines", B("GET /v1 HTTP/1.1\nHost: a\n"
	    "Upgrade: websocket\nConnection: Upgrade\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n"
	    "Sec-WebSocket-Version: 13\nSec-WebSocket-Protocol: tacit.1\n\n"),
	    "101, welcome" },
	{ "CR alone in a value", B(GET "Host: a\rb\r\n" UP CONN KEY V13 PROTO
	    END), "400" },
	{ "CR alone, then a header", B(GET HEAD "Zz: 1\rOrigin: b\r\n" END),
	    "400" },
	{ "NUL in Host", B(GET "Host: a\0b\r\n" UP CONN KEY V13 PROTO END),
	    "400" },
	{ "NUL in Upgrade", B(GET HOST "Upgrade: websocket\0, h2c\r\n" CONN
	    KEY V13 PROTO END), "400" },
	{ "NUL in Connection", B(GET HOST UP "Connection: Upgrade\0, a\r\n" KEY
	    V13 PROTO END), "400" },
	{ "NUL in Key", B(GET HOST UP CONN
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\0x\r\n" V13 PROTO
	    END), "400" },
	{ "NUL in version", B(GET HOST UP CONN KEY
	    "Sec-WebSocket-Version: 13\0x\r\n" PROTO END), "400" },
	{ "NUL in subprotocol", B(GET HOST UP CONN KEY V13
	    "Sec-WebSocket-Protocol: tacit.1\0, x\r\n" END), "400" },
	{ "NUL in Content-Length", B(GET HEAD "Content-Length: 0\0005\r\n"
	    END), "400" },
	{ "NUL in another value", B(GET HEAD "Zz: a\0b\r\n" END), "400" },
	{ "NUL in a name", B(GET HEAD "X\0-A: b\r\n" END), "400" },
	{ "control bytes in Host", B(GET "Host: a\1b\x7f\r\n" UP CONN KEY V13
	    PROTO END), "400" },
	{ "folded line", B(GET "Host: a\r\n b\r\n" UP CONN KEY V13 PROTO END),
	    "400" },
	{ "folded first line", B(GET " Host: a\r\n" UP CONN KEY V13 PROTO
	    END), "400" },
	{ "space before the colon", B(GET "Host : a\r\n" UP CONN KEY V13 PROTO
	    END), "400" },
	{ "space in a name", B(GET HEAD "X A: 1\r\n" END), "400" },
	{ "a name that begins another hides Origin", B(GET HEAD
	    "Orig: 1\r\nOrigin: a\r\n" END), "403" },
	{ "no colon", B(GET HEAD "Zz\r\nYy: 1\r\n" END), "400" },
	{ "no colon hides Origin", B(GET HEAD "Zz\r\nOrigin: a\r\n" END),
	    "400" },
	{ "no space after the colon", B(GET "Host:a\r\n" UP CONN KEY V13 PROTO
	    END), "101, welcome" },
	{ "spaces around values", B(GET "Host:  a \r\n" UP CONN KEY V13 PROTO
	    END), "101, welcome" },
	{ "a blank line first", B(END GET HEAD END), "400" },

	{ "a frame behind the header", B(GET HEAD END EARLY),
	    "101, close 1002" },
	{ "a request behind the header", B(GET HEAD END GET HEAD END),
	    "101, close 1002" },
	{ "HTTP/2 behind the header", B(GET HEAD END
	    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "101, close 1002" },
	{ "200 frames behind the header", B(GET HEAD END SIX(SIX(SIX(EARLY)))),
	    "101, close 1002" },
	{ "a request behind a refused one", B("GET /i HTTP/1.1\r\n" HEAD END
	    GET HEAD END), "404" },
	{ "a request behind a body", B("POST /v1 HTTP/1.1\r\n" HOST
	    "Content-Length: 3\r\n" END "abc" GET HEAD END), "405" },
	{ "frames behind a refused request", B(GET HEAD "Origin: a\r\n" END
	    EARLY), "403" },
	{ "keep-alive behind no upgrade", B(GET HOST
	    "Connection: keep-alive\r\n" END GET HEAD END), "400" },
};

/* These take their time: opened first of all, looked at last. */
static const struct slow {
	struct row row;
	int how;
} slow[] = {
	{ { "a name that begins another", B(GET HEAD "Orig: 1\r\n"
	    END), "101, welcome" }, 0 },
	{ { "no name", B(GET HEAD ": 1\r\n" END), "400" }, 0 },
	{ { "half a frame behind the header", B(GET HEAD END "\x82"),
	    "101, close 1002" }, 0 },
	{ { "silent TCP", B(""), "closed" }, PLAIN },
	{ { "silent TLS", B(""), "closed" }, 0 },
	{ { "half a TLS record", B("\x16\3\1\2\0\1\0\1\xfc\3\3"),
	    "closed" }, PLAIN },
	{ { "TLS garbage", B("\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6"),
	    "closed" }, PLAIN },
	{ { "HTTP without TLS", B(GET HEAD END), "closed" }, PLAIN },
	{ { "half a request line", B("GET /v"), "closed" }, 0 },
	{ { "half a header", B(GET HEAD), "closed" }, 0 },
	{ { "a header that drips", B(GET "Zz: "), "closed" }, DRIP },
	{ { "CONNECT, then nothing", B("CONNECT /v1 HTTP/1.1\r\n" HEAD END),
	    "405" }, 0 },
	{ { "a body that never comes", B("POST /v1 HTTP/1.1\r\n" HOST
	    "Content-Length: 100000\r\n" END), "405" }, 0 },
};

enum { SLOW = sizeof(slow) / sizeof(slow[0]) };

static struct raw_ws *
send_row(const struct conform *c, const struct row *r, int how)
{
	struct raw_target t;
	struct raw_ws *w;

	raw_target(&t, &conform_relay(c)->place);
	t.plaintext = (how & PLAIN) != 0;
	if (raw_ws_dial(&w, &t) == 0 && r->len > 0)
		(void)raw_ws_send_bytes(w, r->bytes, r->len);
	return w;
}

static void
run(struct conform *c, const struct row *r)
{
	char got[CONFORM_WORDS] = "";
	struct raw_ws *w = send_row(c, r, 0);

	if (w == NULL)
		told_add(got, "no TLS");
	else
		told_http(w, UNTIL, PATIENCE_MS, got);
	raw_ws_free(w);
	conform_case(c, r->name, r->want, got);
}

/* The one good request, torn into ${piece} bytes each. */
static void
torn(struct conform *c, const char *name, size_t piece)
{
	static const char good[] = GET HEAD END;
	char got[CONFORM_WORDS] = "";
	struct row none = { name, "", 0, NULL };
	struct raw_ws *w = send_row(c, &none, 0);
	size_t at, n;

	for (at = 0; w != NULL && at < sizeof(good) - 1; at += n) {
		n = sizeof(good) - 1 - at < piece ? sizeof(good) - 1 - at :
		    piece;
		(void)raw_ws_send_bytes(w, good + at, n);
	}
	if (w != NULL)
		told_http(w, UNTIL, PATIENCE_MS, got);
	raw_ws_free(w);
	conform_case(c, name, "101, welcome", got);
}

/* Which TLS it takes. */
static void
tls(struct conform *c, const char *name, const char *want, int tls_max,
    const char *alpn)
{
	struct raw_target t;
	struct raw_ws *w;
	int rc;

	raw_target(&t, &conform_relay(c)->place);
	t.tls_max = tls_max;
	t.alpn = alpn;
	rc = raw_ws_dial(&w, &t);
	raw_ws_free(w);
	conform_case(c, name, want, rc == 0 ? "TLS" : "no TLS");
}

static void
told_tcp(struct raw_ws *w, char *out)
{
	uint8_t b[512];
	int n = raw_ws_read(w, b, sizeof(b), SLOW_MS);

	if (n > 0) {
		told_add(out, b[0] == 0x15 ? "alert" : "something");
		n = raw_ws_read(w, b, sizeof(b), SLOW_MS);
		if (n == RAW_CLOSED)
			return;
	}
	told_add(out, n == RAW_CLOSED ? "closed" : "left open");
}

/* One byte now and then, until nobody takes it. */
static void
drip(struct raw_ws *w)
{
	uint8_t b;
	int i;

	for (i = 0; i < SLOW_MS / 200; i++) {
		if (raw_ws_send_bytes(w, "1", 1) != 0 ||
		    raw_ws_read(w, &b, 1, 200) == RAW_CLOSED)
			return;
	}
}

static void
look(struct conform *c, const struct slow *s, struct raw_ws *w)
{
	char got[CONFORM_WORDS] = "";

	if (s->how == DRIP)
		drip(w);
	if (s->how == PLAIN)
		told_tcp(w, got);
	else
		told_http(w, UNTIL, SLOW_MS, got);
	raw_ws_free(w);
	conform_case(c, s->row.name, s->row.want, got);
}

int
main(void)
{
	struct conform *c = conform_open("handshake", "");
	struct raw_ws *w[SLOW];
	size_t i;

	for (i = 0; i < SLOW; i++)
		if ((w[i] = send_row(c, &slow[i].row, slow[i].how)) == NULL)
			abort();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run(c, &rows[i]);
	torn(c, "in single bytes", 1);
	torn(c, "in pieces of seven", 7);
	tls(c, "TLS 1.2", "no TLS", TLS1_2_VERSION, NULL);
	tls(c, "TLS 1.0", "no TLS", TLS1_VERSION, NULL);
	tls(c, "ALPN h2", "no TLS", 0, "\x02h2");
	tls(c, "ALPN http/1.0", "no TLS", 0, "\x08http/1.0");
	tls(c, "ALPN h2 or http/1.1", "TLS", 0, "\x02h2\x08http/1.1");
	for (i = 0; i < SLOW; i++)
		look(c, &slow[i], w[i]);
	return conform_close(c);
}
