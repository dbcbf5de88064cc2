/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handshake gate.  Input: one byte of flags, then the values of a request
 * one a line, in the order of struct gate_request; a line that is "-", and
 * one that is missing, is a header that was not sent.
 */
#include "fuzz.h"
#include "gate.h"
#include "tacit/limits.h"

enum { VALUES = 13 };

/* Cut ${text} into lines; NULL for those that are not there. */
static void
cut(const char *value[VALUES], char *text)
{
	char *end;
	int i;

	for (i = 0; i < VALUES; i++)
		value[i] = NULL;
	for (i = 0; i < VALUES && text != NULL; i++) {
		if ((end = strchr(text, '\n')) != NULL)
			*end++ = '\0';
		if (strcmp(text, "-") != 0)
			value[i] = text;
		text = end;
	}
}

/* What nobody may upgrade without, said again and otherwise. */
static void
check_upgrade(const struct gate_request *q)
{
	FUZZ_CHECK(!q->too_long && !q->full);
	FUZZ_CHECK(strcmp(q->method, "GET") == 0);
	FUZZ_CHECK(strcmp(q->uri, TACIT_PATH) == 0 && q->query == NULL);
	FUZZ_CHECK(strcmp(q->version, "HTTP/1.1") == 0);
	FUZZ_CHECK(q->host != NULL && q->host[0] != '\0');
	FUZZ_CHECK(strcmp(q->ws_version, "13") == 0);
	FUZZ_CHECK(strcmp(q->subprotocol, TACIT_SUBPROTOCOL) == 0);
	FUZZ_CHECK(strlen(q->key) == 24);
	FUZZ_CHECK(q->origin == NULL && q->transfer_encoding == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	uint8_t flags = fuzz_u8(&in);
	const char *v[VALUES];
	size_t len = in.left;
	char *text = malloc(len + 1);
	int status;

	if (text == NULL)
		abort();
	(void)fuzz_fill(&in, text, len);
	text[len] = '\0';
	cut(v, text);
	const struct gate_request q = {
		.method = v[0], .uri = v[1], .query = v[2], .version = v[3],
		.host = v[4], .upgrade = v[5], .connection = v[6],
		.key = v[7], .ws_version = v[8], .subprotocol = v[9],
		.origin = v[10], .content_length = v[11],
		.transfer_encoding = v[12],
		.too_long = flags & 1, .full = flags >> 1 & 1,
	};

	status = gate_check(&q);
	if (status == 101)
		check_upgrade(&q);
	else
		FUZZ_CHECK(status >= 400 && status < 600);
	FUZZ_CHECK(strncmp(gate_answer(status), "HTTP/1.1 4", 10) == 0 ||
	    status == 503);
	free(text);
	return 0;
}
