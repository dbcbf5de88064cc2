/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tacit/limits.h"
#include "wspeer.h"

int
wspeer_get(struct wspeer *p, void *to, size_t len)
{
	uint8_t *at = to;
	size_t n;
	ssize_t r;

	while (len > 0) {
		if (p->ssl != NULL) {
			if (SSL_read_ex(p->ssl, at, len, &n) != 1)
				return -1;
		} else {
			if ((r = recv(p->fd, at, len, 0)) <= 0)
				return -1;
			n = (size_t)r;
		}
		at += n;
		len -= n;
	}
	return 0;
}

int
wspeer_put(struct wspeer *p, const void *from, size_t len)
{
	const uint8_t *at = from;
	ssize_t r;
	size_t n;

	if (p->holding) {
		if ((p->held = realloc(p->held, p->held_len + len)) == NULL)
			abort();
		memcpy(p->held + p->held_len, from, len);
		p->held_len += len;
		return 0;
	}
	if (p->ssl != NULL)
		return SSL_write_ex(p->ssl, from, len, &n) == 1 ? 0 : -1;
	while (len > 0) {
		if ((r = send(p->fd, at, len, MSG_NOSIGNAL)) <= 0)
			return -1;
		at += r;
		len -= (size_t)r;
	}
	return 0;
}

/* Header of a frame at ${to}; returns its length. */
static size_t
frame(uint8_t *to, unsigned first, uint64_t len)
{
	size_t i, n = len < 126 ? 0 : len <= UINT16_MAX ? 2 : 8;

	to[0] = (uint8_t)first;
	to[1] = (uint8_t)(n == 0 ? len : n == 2 ? 126 : 127);
	for (i = 0; i < n; i++)
		to[2 + i] = (uint8_t)(len >> 8 * (n - 1 - i));
	return 2 + n;
}

int
wspeer_put_frame(struct wspeer *p, unsigned first, const void *data, size_t len)
{
	uint8_t head[10];

	if (wspeer_put(p, head, frame(head, first, len)) != 0)
		return -1;
	return len == 0 ? 0 : wspeer_put(p, data, len);
}

void
wspeer_let_go(struct wspeer *p)
{
	static const uint8_t good[2048];
	int i;

	for (i = 0; i < 20; i++)
		(void)wspeer_put_frame(p, 0x82, good, sizeof(good));
	p->holding = 0;
	(void)wspeer_put(p, p->held, p->held_len);
	free(p->held);
	p->held = NULL;
}

static void
oversize(struct wspeer *p, uint8_t *data)
{
	size_t piece = 60000, left = TACIT_MESSAGE_MAX + 1;
	unsigned first = 0x02;

	for (; left > piece; left -= piece, first = 0x00)
		if (wspeer_put_frame(p, first, data, piece) != 0)
			return;
	(void)wspeer_put_frame(p, 0x80, data, left);
}

static void
fragments(struct wspeer *p)
{
	(void)wspeer_put_frame(p, 0x02, "one ", 4);
	(void)wspeer_put_frame(p, 0x89, "ping", 4);
	(void)wspeer_put_frame(p, 0x00, "", 0);
	(void)wspeer_put_frame(p, 0x00, "two ", 4);
	(void)wspeer_put_frame(p, 0x89, "", 0);
	(void)wspeer_put_frame(p, 0x80, "three", 5);
}

/* Message i is filled with the low byte of i; all go in one write. */
static void
burst(struct wspeer *p)
{
	size_t n = p->o->burst, len = p->o->burst_len, i, at = 0;
	uint8_t *all = malloc(n * (len + 10));

	if (all == NULL)
		return;
	for (i = 0; i < n; i++) {
		at += frame(all + at, 0x82, len);
		memset(all + at, (int)(i & 255), len);
		at += len;
	}
	(void)wspeer_put(p, all, at);
	free(all);
}

static uint32_t
draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

/* Mostly sound frames, so that the unsound ones meet every state. */
static void
noise(struct wspeer *p, uint8_t *data)
{
	static const uint8_t firsts[] = {
		0x82, 0x82, 0x82, 0x02, 0x00, 0x80, 0x80, 0x89, 0x8a, 0x88,
		0x81, 0x09, 0xc2, 0x8b, 0x12
	};
	static const uint32_t lens[] = { 1, 3, 126, 127, 4000, 20000, 70000 };
	uint64_t seed = p->o->noise;
	uint8_t head[14];
	size_t n, cut;
	uint32_t i, len, frames = 1 + draw(&seed, 30);
	unsigned first;

	for (i = 0; i < frames; i++) {
		first = firsts[draw(&seed, sizeof(firsts))];
		len = draw(&seed, lens[draw(&seed, 7)]);
		if (first == 0x89 || first == 0x8a || first == 0x88)
			len %= draw(&seed, 8) > 0 ? 126 : 300;
		n = frame(head, first, len);
		if (draw(&seed, 12) == 0)
			head[1] |= 0x80;
		cut = draw(&seed, 20) == 0 ? draw(&seed, len + 1) : len;
		if (wspeer_put(p, head, n) != 0 ||
		    wspeer_put(p, data, cut) != 0)
			return;
	}
}

void
wspeer_misbehave(struct wspeer *p)
{
	static const uint8_t huge[10] = {
		0x82, 127, 0x40, 0, 0, 0, 0, 0, 0, 0
	};
	uint8_t *data = calloc(1, TACIT_MESSAGE_MAX + 1);

	if (data == NULL)
		return;
	switch (p->o->act) {
	case WSS_TEXT:
		(void)wspeer_put_frame(p, 0x81, "hello", 5);
		break;
	case WSS_FRAGMENTS:
		fragments(p);
		break;
	case WSS_LARGEST:
		(void)wspeer_put_frame(p, 0x82, data, TACIT_MESSAGE_MAX);
		break;
	case WSS_OVERSIZE:
		(void)wspeer_put_frame(p, 0x82, data, TACIT_MESSAGE_MAX + 1);
		break;
	case WSS_OVERSIZE_PIECES:
		oversize(p, data);
		break;
	case WSS_HUGE:
		(void)wspeer_put(p, huge, sizeof(huge));
		(void)wspeer_put(p, data, 40000);
		break;
	case WSS_BAD_OPCODE:
		(void)wspeer_put_frame(p, 0x83, "x", 1);
		break;
	case WSS_NOISE:
		noise(p, data);
		break;
	case WSS_BURST:
		burst(p);
		break;
	case WSS_LEAVE:
		(void)wspeer_put_frame(p, 0x88, "\x03\xe9", 2);
		break;
	default:
		break;
	}
	free(data);
}
