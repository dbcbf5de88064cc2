/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "anchor.h"
#include "contact.h"
#include "host_log.h"
#include "line.h"
#include "outbox.h"
#include "tacit/frame.h"
#include "tacit/hash.h"

enum {
	BACKOFF_MIN_MS = 500,
	BACKOFF_MAX_MS = 60 * 1000,
	OUT_FIRST = 2048,		/* first size of what goes out */
	OUT_CAP = TACIT_MESSAGE_MAX,
	ACK_MIN_MS = 50,
	ACK_MAX_MS = 150,
	HELD_MAX = 32			/* then more could not be delivered */
};

uint32_t
line_next_id(const struct line *l)
{
	return l->last_id + 1;
}

static void
forget_out(struct line *l)
{
	if (l->out != NULL)
		sodium_memzero(l->out, l->out_len);
	free(l->out);
	l->out = NULL;
	l->out_len = l->out_cap = 0;
	l->out_frames = 0;
}

/* Room for ${need} more bytes; of thousands of lines few have any. */
static int
make_room(struct line *l, size_t need)
{
	size_t cap = l->out_cap != 0 ? l->out_cap : OUT_FIRST;
	uint8_t *more;

	while (cap < l->out_len + need && cap < OUT_CAP)
		cap *= 2;
	if (cap == l->out_cap)
		return 0;
	if ((more = malloc(cap)) == NULL)
		return TACIT_E_NOMEM;
	if (l->out != NULL) {
		memcpy(more, l->out, l->out_len);
		sodium_memzero(l->out, l->out_len);
	}
	free(l->out);
	l->out = more;
	l->out_cap = cap;
	return 0;
}

static int
line_flush(struct line *l)
{
	int rc;

	if (l->out_len == 0)
		return 0;
	rc = l->t->transport->ops->send(l->t->transport, l->conn, l->out,
	    l->out_len);
	forget_out(l);
	return rc;
}

int
line_request(struct line *l, tacit_Frame *f, const uint8_t *body,
    uint32_t *id)
{
	size_t need = 2 + TACIT_HEADER_MAX + tacit_frame_body_len(f), n;
	int rc;

	if ((l->out_frames == TACIT_FRAMES_MAX ||
	    need > OUT_CAP - l->out_len) && (rc = line_flush(l)) != 0)
		return rc;
	if ((rc = make_room(l, need)) != 0)
		return rc;
	f->id = ++l->last_id;
	l->moved_at = env_mono_ms(l->t);
	n = tacit_frame_write(l->out + l->out_len, l->out_cap - l->out_len, f,
	    body);
	if (n == 0)
		return TACIT_E_INTERNAL;
	l->out_len += n;
	l->out_frames++;
	*id = f->id;
	return 0;
}

void
line_sign(const struct line *l, const tacit_Frame *f,
    const uint8_t address[TACIT_ADDRESS_LEN], const void *args,
    size_t args_len, const uint8_t seed[TACIT_KEY_LEN],
    uint8_t signature[TACIT_SIGNATURE_LEN])
{
	uint8_t pk[crypto_sign_PUBLICKEYBYTES], sk[crypto_sign_SECRETKEYBYTES];
	struct tacit_statement st = { .id = line_next_id(l) };
	uint8_t hash[TACIT_HASH_LEN];

	memcpy(st.relay_key, l->place.relay_key, sizeof(st.relay_key));
	memcpy(st.nonce, l->nonce, sizeof(st.nonce));
	st.opcode = (uint8_t)f->which_is;
	memcpy(st.address, address, sizeof(st.address));
	st.args = args;
	st.args_len = args_len;
	tacit_hash_statement(hash, &st);
	(void)crypto_sign_seed_keypair(pk, sk, seed);
	(void)crypto_sign_detached(signature, NULL, hash, sizeof(hash), sk);
	sodium_memzero(sk, sizeof(sk));
}

/*
 * Number ${*i} of those that wait, and those after it of the same mailbox, as
 * many as one ACK names.  Output: ${*i} moves on by so many.
 */
static int
acknowledge(struct line *l, uint32_t *i)
{
	tacit_Frame f = tacit_Frame_init_zero;
	const struct held_ack *first = &l->held[*i];
	tacit_Ack *ack = &f.is.ack;
	uint32_t id;

	f.which_is = tacit_Frame_ack_tag;
	memcpy(ack->address, first->address, sizeof(ack->address));
	for (; *i < l->n_held && ack->envelope_count < TACIT_ACK_MAX &&
	    sodium_memcmp(l->held[*i].address, ack->address,
	    sizeof(ack->address)) == 0; ++*i)
		memcpy(ack->envelope[ack->envelope_count++],
		    l->held[*i].envelope, sizeof(ack->envelope[0]));
	l->acks++;
	anchor_used(l->t, &l->place, 0);
	return line_request(l, &f, NULL, &id);
}

void
line_received(struct line *l)
{
	if (l->n_held == 0)
		l->release_at = env_mono_ms(l->t) + env_random_between(l->t,
		    ACK_MIN_MS, ACK_MAX_MS);
}

int
line_hold(struct line *l, const struct held_ack *ack)
{
	struct held_ack *more;

	/* A relay gives out no more than so many of each mailbox. */
	more = reallocarray(l->held, (size_t)l->n_held + 1, sizeof(*more));
	if (more == NULL)
		return TACIT_E_NOMEM;
	l->held = more;
	l->held[l->n_held++] = *ack;
	return 0;
}

int64_t
line_release_due(const struct line *l)
{
	if (l->n_held == 0 || !anchor_is_open(l->t, &l->place))
		return -1;
	return l->n_held >= HELD_MAX ? env_mono_ms(l->t) : l->release_at;
}

int
line_release(struct line *l)
{
	uint32_t i = 0;
	int rc = 0;

	while (i < l->n_held && rc == 0)
		rc = acknowledge(l, &i);
	l->n_held = 0;
	return rc;
}

void
line_leave(struct tacit *t)
{
	struct line *l;

	for (l = t->lines; l != NULL; l = l->next)
		if (line_release_due(l) >= 0)
			(void)line_release(l);
	line_flush_all(t);
}

/* Twice as long each time, and never two ends in step. */
static int64_t
back_off(struct tacit *t, int64_t *wait)
{
	*wait = *wait == 0 ? BACKOFF_MIN_MS : *wait * 2;
	if (*wait > BACKOFF_MAX_MS)
		*wait = BACKOFF_MAX_MS;
	return env_mono_ms(t) + env_random_between(t, *wait / 2, *wait);
}

void
line_free(struct line *l)
{
	struct line **at;

	for (at = &l->t->lines; *at != l; at = &(*at)->next)
		continue;
	*at = l->next;
	if (l->ct != NULL && l->use == LINE_POST)
		l->ct->post = NULL;
	if (l->ct != NULL && l->use == LINE_ONCE)
		l->ct->once = NULL;
	if (l->anchor != NULL)
		l->anchor->line = NULL;
	if (l->conn != 0)
		l->t->transport->ops->close(l->t->transport, l->conn);
	forget_out(l);
	free(l->asked);
	free(l->held);
	free(l);
}

/* Forget the connection; what was under way on it goes again. */
static void
line_reset(struct line *l)
{
	struct tacit_contact *ct;
	struct box *b;

	if (l->use == LINE_POST)
		outbox_forget_requests(l->ct);
	if (l->use == LINE_READ)
		for (ct = l->t->contacts; ct != NULL; ct = ct->next)
			for (b = ct->box; b < &ct->box[BOXES]; b++)
				if (b->read_conn == l->conn) {
					b->read_conn = 0;
					b->drained = 0;
				}
	forget_out(l);
	free(l->asked);
	l->asked = NULL;
	l->n_asked = 0;
	free(l->held);
	l->held = NULL;
	l->n_held = 0;
	l->acks = 0;
	l->conn = 0;
	l->ready = 0;
	l->last_id = 0;
}

void
line_drop(struct line *l)
{
	struct tacit_contact *ct = l->ct;

	if (l->conn != 0)
		l->t->transport->ops->close(l->t->transport, l->conn);
	line_reset(l);
	if (l->use == LINE_ONCE) {
		ct->once_at = back_off(l->t, &ct->once_wait);
		line_free(l);
		return;
	}
	if (l->use == LINE_ANCHOR) {
		l->anchor->at = back_off(l->t, &l->anchor->wait);
		line_free(l);
		return;
	}
	l->retry_at = back_off(l->t, &l->wait);
}

void
line_fail(struct line *l, int why)
{
	host_log(&l->t->host, TACIT_LEVEL_WARNING, "relay-lost",
	    tacit_error_word(why), l->conn);
	l->t->problem = l->problem = why;
	if (l->use == LINE_ONCE)
		l->ct->problem = why;
	if (l->use == LINE_ANCHOR)
		l->anchor->problem = why;
	line_drop(l);
}

void
line_flush_all(struct tacit *t)
{
	struct line *l, *next;

	for (l = t->lines; l != NULL; l = next) {
		next = l->next;
		if (line_flush(l) != 0)
			line_drop(l);
	}
}

void
line_free_all(struct tacit *t)
{
	while (t->lines != NULL)
		line_free(t->lines);
}

struct line *
line_reading(const struct tacit *t, const tacit_state_Place *place)
{
	struct line *l;

	for (l = t->lines; l != NULL; l = l->next)
		if (l->use == LINE_READ &&
		    contact_place_equal(&l->place, place))
			break;
	return l;
}

struct line *
line_new(struct tacit *t, enum line_use use, struct tacit_contact *ct,
    const tacit_state_Place *place)
{
	struct line *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->t = t;
	l->use = use;
	l->ct = ct;
	l->place = *place;
	l->next = t->lines;
	t->lines = l;
	return l;
}

void
line_connect(struct line *l)
{
	struct tacit_place place;
	int rc;

	contact_place_read(&place, &l->place);
	l->conn = ++l->t->next_conn;
	l->moved_at = env_mono_ms(l->t);
	rc = l->t->transport->ops->open(l->t->transport, l->conn, &place,
	    l->place.next_pin);
	if (rc != 0) {
		l->conn = 0;
		line_fail(l, rc);
	}
}
