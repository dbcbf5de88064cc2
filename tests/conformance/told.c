/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tacit/error.h"
#include "told.h"

enum { HEAD_MAX = 4096, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10,
	ASK = 1, LAST = 2 };

#define NAME_OF(name, value, word, text) { value, #name },
static const struct {
	int value;
	const char *name;
} errors[] = { TACIT_ERRORS(NAME_OF) };
#undef NAME_OF

void
told_add(char out[CONFORM_WORDS], const char *word)
{
	size_t n = strlen(out);

	(void)snprintf(out + n, CONFORM_WORDS - n, "%s%s",
	    n > 0 ? ", " : "", word);
}

void
told_verdict(int rc, char out[CONFORM_WORDS])
{
	char word[64] = "ok";
	size_t i;

	if (rc != 0)
		(void)snprintf(word, sizeof(word), "error %d", -rc);
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].value == rc)
			(void)snprintf(word, sizeof(word), "error %s",
			    errors[i].name);
	told_add(out, word);
}

int
told_ping(struct raw_ws *w, uint32_t id)
{
	tacit_Frame f = { .id = id, .which_is = tacit_Frame_ping_tag };
	uint8_t buf[6 + 32] = { 0x82 };	/* the mask is zeros */
	size_t n = tacit_frame_write(buf + 6, sizeof(buf) - 6, &f, NULL);

	buf[1] = (uint8_t)(0x80 | n);
	return raw_ws_send_bytes(w, buf, 6 + n);
}

/* The OKs of one frame; 1: ${until} is among them. */
static int
tell_oks(const tacit_Ok *ok, uint32_t until, char *out)
{
	int last = 0;
	pb_size_t i;

	for (i = 0; i < ok->id_count; i++) {
		if (until != 0 && ok->id[i] == until)
			last = LAST;
		if (until == 0 || ok->id[i] != until)
			told_add(out, "ok");
	}
	return last;
}

/* One frame of ours; LAST: it answered ${until}; ASK: it was WELCOME. */
static int
tell_frame(const struct tacit_frame *f, uint32_t until, char *out)
{
	switch (f->head.which_is) {
	case tacit_Frame_ok_tag:
		return tell_oks(&f->head.is.ok, until, out);
	case tacit_Frame_error_tag:
		told_verdict(-(int)f->head.is.error.code, out);
		return 0;
	case tacit_Frame_welcome_tag:
		told_add(out, "welcome");
		return ASK;
	case tacit_Frame_subscribed_tag:
		told_add(out, "subscribed");
		return 0;
	case tacit_Frame_invitation_tag:
		told_add(out, "invitation");
		return 0;
	case tacit_Frame_deliver_tag:
		told_add(out, "deliver");
		return 0;
	case tacit_Frame_drained_tag:
		told_add(out, "drained");
		return 0;
	default:
		told_add(out, "ended");
		return 0;
	}
}

static int
tell_message(const uint8_t *data, size_t len, uint32_t until, char *out)
{
	struct tacit_frame f;
	size_t used;
	int last = 0;

	for (; len > 0; data += used, len -= used) {
		if (tacit_frame_parse(&f, &used, data, len) != 0) {
			told_add(out, "nonsense");
			return LAST;
		}
		last |= tell_frame(&f, until, out);
	}
	return last;
}

/*
 * After its close frame the relay closes TCP once that was answered, or our
 * side is; it cannot see the answer where the bytes before were cut short.
 * What it had queued may come in between: the close was then made by
 * libwebsockets.
 */
static void
tell_close(struct raw_ws *w, const uint8_t *data, size_t len, char *out)
{
	char word[64] = "close", rest[512];
	int n;

	if (len >= 2)
		(void)snprintf(word, sizeof(word), "close %d",
		    data[0] << 8 | data[1]);
	told_add(out, word);
	(void)raw_ws_send_frame(w, 0x80 | OP_CLOSE, 1, data, len < 2 ? 0 : 2);
	do {
		n = raw_ws_read(w, rest, sizeof(rest), TOLD_CLOSING_MS);
	} while (n > 0);
	if (n == RAW_TIMEOUT && shutdown(raw_ws_fd(w), SHUT_WR) == 0)
		n = raw_ws_read(w, rest, sizeof(rest), TOLD_PATIENCE_MS);
	if (n != RAW_CLOSED)
		told_add(out, "left open");
}

static size_t
count_words(const char *s)
{
	size_t n = *s != '\0';

	for (; *s != '\0'; s++)
		n += *s == ',';
	return n;
}

/* One frame of RFC 6455; LAST: there is nothing after it. */
static int
tell_next(struct raw_ws *w, uint32_t until, char *out)
{
	char word[32];
	const uint8_t *data;
	uint8_t first;
	size_t len;
	int rc = raw_ws_next(w, &first, &data, &len, TOLD_PATIENCE_MS);

	if (rc != 0) {
		told_add(out, rc == RAW_TIMEOUT ? "open" :
		    rc == RAW_CLOSED ? "closed" : "nonsense");
		return LAST;
	}
	switch (first) {
	case 0x82:
		return tell_message(data, len, until, out);
	case 0x80 | OP_CLOSE:
		tell_close(w, data, len, out);
		return LAST;
	case 0x80 | OP_PONG:
		(void)snprintf(word, sizeof(word), "pong %zu", len);
		told_add(out, word);
		return 0;
	case 0x80 | OP_PING:
		return 0;
	default:
		told_add(out, "nonsense");
		return LAST;
	}
}

void
told_frames(struct raw_ws *w, uint32_t until, char out[CONFORM_WORDS])
{
	int rc = 0;

	while ((rc & LAST) == 0) {
		if (rc == ASK && told_ping(w, until) != 0)
			told_add(out, "not taken");
		rc = tell_next(w, until, out);
	}
}

void
told_answers(struct raw_ws *w, const char *want, uint32_t until,
    char out[CONFORM_WORDS])
{
	size_t n = count_words(want);
	int rc = 0;

	while ((rc & LAST) == 0 && count_words(out) < n)
		rc = tell_next(w, 0, out);
	if ((rc & LAST) == 0 && told_ping(w, until) == 0)
		told_frames(w, until, out);
}

/* What every answer of a kind must carry; a 101 must agree to nothing else. */
static int
head_is_whole(const char *head, int status)
{
	if (status == 101)
		return strcasestr(head, "\r\nUpgrade: websocket\r\n") &&
		    strcasestr(head, "\r\nConnection: Upgrade\r\n") &&
		    strcasestr(head, "\r\nSec-WebSocket-Accept: ") &&
		    strcasestr(head, "\r\nSec-WebSocket-Protocol: tacit.1\r\n")
		    && !strcasestr(head, "\r\nSec-WebSocket-Extensions");
	if (status == 426)
		return strcasestr(head, "\r\nSec-WebSocket-Version: 13\r\n")
		    != NULL;
	if (status == 405)
		return strcasestr(head, "\r\nAllow: GET\r\n") != NULL;
	return 1;
}

/* Whatever follows a refusal: nothing but the end may. */
static void
tell_rest(struct raw_ws *w, int patience_ms, char *out)
{
	char buf[HEAD_MAX + 1];
	int n, body = 0;

	while ((n = raw_ws_read(w, buf, HEAD_MAX, patience_ms)) > 0) {
		buf[n] = '\0';
		if (strstr(buf, "HTTP/1.1 ") != NULL)
			told_add(out, "a second answer");
		body += n;
		if (body > HEAD_MAX)
			break;
	}
	if (n != RAW_CLOSED)
		told_add(out, "left open");
}

void
told_http(struct raw_ws *w, uint32_t until, int patience_ms,
    char out[CONFORM_WORDS])
{
	char head[HEAD_MAX + 1] = "", word[16];
	size_t n = 0;
	int rc = 0, status = 0;

	while (strstr(head, "\r\n\r\n") == NULL && n < HEAD_MAX) {
		/* One by one: what follows is not ours to take. */
		rc = raw_ws_read(w, head + n, 1, patience_ms);
		if (rc < 0)
			break;
		head[++n] = '\0';
	}
	if (n == 0) {
		told_add(out, rc == RAW_CLOSED ? "closed" : "silent");
		return;
	}
	(void)sscanf(head, "HTTP/1.%*1d %d ", &status);
	(void)snprintf(word, sizeof(word), "%d%s", status,
	    head_is_whole(head, status) ? "" : "?");
	told_add(out, word);
	if (status != 101)
		tell_rest(w, patience_ms, out);
	else
		told_frames(w, until, out);
}
