/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "raw.h"
#include "tacit/hash.h"

struct raw {
	struct raw_ws *ws;
	tacit_Welcome welcome;
	uint32_t id;			/* of the last request */
	struct raw_frame *first, **end;	/* came, not yet taken */
};

void
raw_target(struct raw_target *t, const struct tacit_place *p)
{
	memset(t, 0, sizeof(*t));
	memcpy(t->host, p->host, sizeof(t->host));
	t->port = p->port;
	t->plaintext = (p->flags & TACIT_LINK_PLAINTEXT) != 0;
	t->pin = t->plaintext ? NULL : p->pin;
}

static int
keep(struct raw *r, const struct tacit_frame *f)
{
	struct raw_frame *k = malloc(sizeof(*k) + f->body_len);

	if (k == NULL)
		return RAW_NOMEM;
	k->next = NULL;
	k->head = f->head;
	k->body_len = f->body_len;
	if (f->body_len > 0)
		memcpy(k->body, f->body, f->body_len);
	*r->end = k;
	r->end = &k->next;
	return 0;
}

/* Take one WebSocket message apart. */
static int
receive(struct raw *r, int timeout_ms)
{
	struct tacit_frame f;
	const uint8_t *data;
	size_t len, used;
	int text, rc;

	rc = raw_ws_receive(r->ws, &data, &len, &text, timeout_ms);
	if (rc != 0)
		return rc;
	if (text || len == 0)
		return RAW_PROTOCOL;
	for (; len > 0; data += used, len -= used) {
		if (tacit_frame_parse(&f, &used, data, len) != 0 ||
		    tacit_frame_is_request(&f.head) || f.head.id != 0)
			return RAW_PROTOCOL;
		if ((rc = keep(r, &f)) != 0)
			return rc;
	}
	return 0;
}

static struct raw_frame *
unlink_frame(struct raw *r, struct raw_frame **at)
{
	struct raw_frame *f = *at;

	*at = f->next;
	if (r->end == &f->next)
		r->end = at;
	return f;
}

struct raw_frame *
raw_next(struct raw *r, int timeout_ms, int *rc)
{
	*rc = 0;
	if (r->first == NULL && (*rc = receive(r, timeout_ms)) != 0)
		return NULL;
	return unlink_frame(r, &r->first);
}

void
raw_frame_free(struct raw_frame *f)
{
	free(f);
}

/* 1 if ${f} answers ${id}; then ${verdict}. */
static int
is_answer(const struct raw_frame *f, uint32_t id, int *verdict)
{
	pb_size_t i;

	*verdict = 0;
	switch (f->head.which_is) {
	case tacit_Frame_ok_tag:
		for (i = 0; i < f->head.is.ok.id_count; i++) {
			if (f->head.is.ok.id[i] == id)
				return 1;
		}
		return 0;
	case tacit_Frame_error_tag:
		*verdict = -(int)f->head.is.error.code;
		return f->head.is.error.id == id;
	case tacit_Frame_subscribed_tag:
		return f->head.is.subscribed.id == id;
	case tacit_Frame_invitation_tag:
		return f->head.is.invitation.id == id;
	case tacit_Frame_recalled_tag:
		return f->head.is.recalled.id == id;
	case tacit_Frame_anchored_tag:
		return f->head.is.anchored.id == id;
	default:
		return 0;
	}
}

/* An OK answers several; the others may be waited for later. */
static struct raw_frame *
take_answer(struct raw *r, struct raw_frame **at, uint32_t id)
{
	tacit_Ok *ok = &(*at)->head.is.ok;
	struct raw_frame *copy;
	pb_size_t i;

	if ((*at)->head.which_is != tacit_Frame_ok_tag || ok->id_count == 1)
		return unlink_frame(r, at);
	if ((copy = malloc(sizeof(*copy))) == NULL)
		return NULL;
	memcpy(copy, *at, sizeof(*copy));
	for (i = 0; ok->id[i] != id; i++)
		;
	ok->id[i] = ok->id[--ok->id_count];
	copy->next = NULL;
	return copy;
}

int
raw_wait(struct raw *r, uint32_t id, int timeout_ms,
    struct raw_frame **answer)
{
	struct raw_frame **at, *f;
	int verdict, rc;

	if (answer != NULL)
		*answer = NULL;
	if (id == 0)
		return RAW_CLOSED;
	for (at = &r->first;; at = &(*at)->next) {
		/* receive() appends through ${r->end}, which is ${at}. */
		if (*at == NULL && (rc = receive(r, timeout_ms)) != 0)
			return rc;
		if (is_answer(*at, id, &verdict))
			break;
	}
	if ((f = take_answer(r, at, id)) == NULL)
		return RAW_NOMEM;
	if (answer != NULL)
		*answer = f;
	else
		raw_frame_free(f);
	return verdict;
}

static int
check_welcome(struct raw *r, const uint8_t *relay_key)
{
	const tacit_Welcome *w = &r->welcome;
	uint8_t hash[TACIT_HASH_LEN];

	tacit_hash_welcome(hash, w->nonce, w->next_pin);
	if (relay_key != NULL &&
	    memcmp(relay_key, w->relay_key, TACIT_KEY_LEN) != 0)
		return RAW_PIN;
	return crypto_sign_verify_detached(w->signature, hash, sizeof(hash),
	    w->relay_key) == 0 ? 0 : RAW_PIN;
}

int
raw_open(struct raw **out, const struct raw_target *t,
    const uint8_t *relay_key)
{
	struct raw *r = calloc(1, sizeof(*r));
	struct raw_frame *f;
	int rc = RAW_NOMEM;

	*out = NULL;
	if (r == NULL)
		return rc;
	r->end = &r->first;
	if ((rc = raw_ws_open(&r->ws, t, NULL)) != 0 ||
	    (f = raw_next(r, RAW_WAIT_MS, &rc)) == NULL)
		goto out;
	rc = RAW_PROTOCOL;
	if (f->head.which_is == tacit_Frame_welcome_tag) {
		r->welcome = f->head.is.welcome;
		rc = check_welcome(r, relay_key);
	}
	raw_frame_free(f);
out:
	if (rc == 0)
		*out = r;
	else
		raw_free(r);
	return rc;
}

void
raw_free(struct raw *r)
{
	if (r == NULL)
		return;
	while (r->first != NULL)
		raw_frame_free(unlink_frame(r, &r->first));
	raw_ws_free(r->ws);
	free(r);
}

void
raw_bye(struct raw *r)
{
	if (r != NULL)
		(void)raw_ws_send_close(r->ws, 1000);
	raw_free(r);
}

const tacit_Welcome *
raw_welcome(const struct raw *r)
{
	return &r->welcome;
}

struct raw_ws *
raw_ws(struct raw *r)
{
	return r->ws;
}

uint32_t
raw_next_id(const struct raw *r)
{
	return r->id + 1;
}

int
raw_send_frames(struct raw *r, tacit_Frame *heads,
    const uint8_t *const *bodies, size_t n)
{
	uint8_t *buf = malloc(TACIT_MESSAGE_MAX);
	size_t i, len = 0, one;
	int rc = RAW_NOMEM;

	for (i = 0; buf != NULL && i < n; i++) {
		if (heads[i].id == 0)
			heads[i].id = r->id + 1;
		r->id = heads[i].id;
		one = tacit_frame_write(buf + len, TACIT_MESSAGE_MAX - len,
		    &heads[i], bodies != NULL ? bodies[i] : NULL);
		if (one == 0) {
			rc = RAW_PROTOCOL;
			goto out;
		}
		len += one;
	}
	if (buf != NULL)
		rc = raw_ws_send_frame(r->ws, 0x82, 1, buf, len);
out:
	free(buf);
	return rc;
}

uint32_t
raw_send(struct raw *r, tacit_Frame *head, const uint8_t *body)
{
	return raw_send_frames(r, head, &body, 1) == 0 ? head->id : 0;
}
