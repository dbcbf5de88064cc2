/* SPDX-License-Identifier: Apache-2.0 */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "raw.h"
#include "stranger_relay.h"

static _Noreturn void
wrong(const char *what)
{
	fprintf(stderr, "check-relay: %s\n", what);
	exit(64);
}

static void
hex32(uint8_t out[32], const char *hex, const char *what)
{
	size_t n;

	if (sodium_hex2bin(out, 32, hex, strlen(hex), NULL, &n, NULL) != 0 ||
	    n != 32 || strlen(hex) != 64)
		wrong(what);
}

/* The first address of the host, as digits. */
static void
resolve(struct tacit_place *p)
{
	const struct addrinfo want = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char host[sizeof(p->host)];
	size_t n = strlen(p->host);

	memcpy(host, p->host, sizeof(host));
	if (host[0] == '[') {
		host[n - 1] = '\0';
		memmove(host, host + 1, n - 1);
	}
	if (getaddrinfo(host, NULL, &want, &found) != 0 ||
	    getnameinfo(found->ai_addr, found->ai_addrlen, p->host,
	    sizeof(p->host), NULL, 0, NI_NUMERICHOST) != 0)
		wrong("the host of the URL has no address");
	freeaddrinfo(found);
}

int
stranger_relay(struct tacit_place *place, uint8_t code[TACIT_CODE_LEN])
{
	const char *relay = getenv("TACIT_CHECK_RELAY");
	const char *line = getenv("TACIT_CHECK_ADMISSION");
	char url[256], pin[80], key[80];
	struct tacit_admission a;

	if (relay == NULL || line == NULL)
		return 0;
	if (sscanf(relay, "%255s %79s %79s", url, pin, key) != 3 ||
	    tacit_url_parse(place, url, strlen(url)) != 0)
		wrong("URL: wss://HOST:PORT, or ws:// on loopback");
	hex32(place->pin, pin, "PIN: 64 hexadecimal digits");
	hex32(place->relay_key, key, "KEY: 64 hexadecimal digits");
	if (tacit_admission_parse(&a, line, strlen(line)) != 0)
		wrong("ADMISSION: a line tacit-relay:...");
	memcpy(code, a.code, TACIT_CODE_LEN);
	sodium_memzero(&a, sizeof(a));
	resolve(place);
	return 1;
}

void
stranger_welcome(const struct tacit_place *place)
{
	struct raw_target t;
	struct raw *r;
	int rc;

	raw_target(&t, place);
	rc = raw_open(&r, &t, place->relay_key);
	stranger_case("welcome", "signed by the key given", "ok",
	    rc == 0 ? "ok" : rc == RAW_PIN ? "another pin, key or signature" :
	    rc == RAW_CONNECT ? "no connection, or no TLS 1.3" :
	    rc == RAW_HTTP ? "no 101" : "no WELCOME");
	raw_free(r);
	if (rc != 0)
		exit(1);
}

void
stranger_case(const char *batch, const char *name, const char *want,
    const char *got)
{
	printf("%s\t%s\t%s\t%s\n", batch, name, want, got);
	(void)fflush(stdout);
}
