/* SPDX-License-Identifier: Apache-2.0 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <sodium.h>

#include "source.h"
#include "tacit/error.h"

enum {
	BUCKETS = 16384,
	HASH_LEN = 16,
	LOOK_AT = 64,			/* at a time: are they silent? */
	IPV6_PREFIX = 8			/* bytes that one customer has */
};

struct source {
	struct source *next_in_bucket, **prev_in_bucket;
	struct source *newer, *older;	/* those without connections */
	uint8_t hash[HASH_LEN];
	uint8_t name[SOURCE_NAME_LEN];
	uint32_t open, unfinished;
	uint32_t generation;		/* of the salt of ${hash} */
	uint64_t next_us;		/* due time of its next connection */
};

struct sources {
	struct source_limits limits;
	const struct source_wire *io;
	uint8_t salt[2][crypto_generichash_KEYBYTES];	/* now, before */
	uint32_t generation;
	uint64_t drawn_ms;
	struct source *bucket[BUCKETS];
	size_t n, n_idle;
	struct source *idle_oldest, *idle_newest;
	struct guest *all;
	struct guest_queue quiet, heard;	/* when they were last looked at */
	uint32_t unfinished;
};

int
sources_open(struct sources **out, const struct source_limits *l,
    const struct source_wire *io, uint64_t now_ms)
{
	struct sources *s = calloc(1, sizeof(*s));

	*out = s;
	if (s == NULL)
		return TACIT_E_NOMEM;
	s->limits = *l;
	s->io = io;
	s->generation = 1;
	s->drawn_ms = now_ms;
	randombytes_buf(s->salt, sizeof(s->salt));
	return 0;
}

size_t
source_address(int fd, uint8_t ip[SOURCE_IP_MAX])
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);

	if (getpeername(fd, (struct sockaddr *)&ss, &len) != 0)
		return 0;
	return source_of(ip, &ss);
}

size_t
source_of(uint8_t ip[SOURCE_IP_MAX], const struct sockaddr_storage *ss)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (ss->ss_family == AF_INET) {
		memcpy(&in, ss, sizeof(in));
		memcpy(ip, &in.sin_addr, 4);
		return 4;
	}
	if (ss->ss_family != AF_INET6)
		return 0;
	memcpy(&in6, ss, sizeof(in6));
	if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
		memcpy(ip, in6.sin6_addr.s6_addr + 12, 4);
		return 4;
	}
	memcpy(ip, &in6.sin6_addr, 16);
	return IPV6_PREFIX;
}

/* ---- the table ----------------------------------------------------------- */

static struct source **
place(struct sources *s, const uint8_t hash[HASH_LEN])
{
	uint32_t v;

	memcpy(&v, hash, sizeof(v));
	return &s->bucket[v % BUCKETS];
}

static void
hash_of(const struct sources *s, uint8_t out[HASH_LEN], int before,
    const uint8_t *ip, size_t len)
{
	(void)crypto_generichash(out, HASH_LEN, ip, len, s->salt[before],
	    sizeof(s->salt[before]));
}

static void
insert(struct sources *s, struct source *src)
{
	struct source **p = place(s, src->hash);

	if ((src->next_in_bucket = *p) != NULL)
		(*p)->prev_in_bucket = &src->next_in_bucket;
	src->prev_in_bucket = p;
	*p = src;
	s->n++;
}

static void
take_out(struct sources *s, struct source *src)
{
	if ((*src->prev_in_bucket = src->next_in_bucket) != NULL)
		src->next_in_bucket->prev_in_bucket = src->prev_in_bucket;
	s->n--;
}

static void
to_idle(struct sources *s, struct source *src)
{
	src->newer = NULL;
	if ((src->older = s->idle_newest) != NULL)
		s->idle_newest->newer = src;
	else
		s->idle_oldest = src;
	s->idle_newest = src;
	s->n_idle++;
}

static void
from_idle(struct sources *s, struct source *src)
{
	if (src->newer != NULL)
		src->newer->older = src->older;
	else
		s->idle_newest = src->older;
	if (src->older != NULL)
		src->older->newer = src->newer;
	else
		s->idle_oldest = src->newer;
	s->n_idle--;
}

static void
erase(struct sources *s, struct source *src)
{
	take_out(s, src);
	sodium_memzero(src, sizeof(*src));
	free(src);
}

/* There is one. */
static void
forget_oldest(struct sources *s)
{
	struct source *src = s->idle_oldest;

	if ((s->idle_oldest = src->newer) != NULL)
		s->idle_oldest->older = NULL;
	else
		s->idle_newest = NULL;
	s->n_idle--;
	erase(s, src);
}

/* Give ${src} the hash ${hash} under the salt of now. */
static void
rehash(struct sources *s, struct source *src, const uint8_t hash[HASH_LEN])
{
	take_out(s, src);
	memcpy(src->hash, hash, HASH_LEN);
	src->generation = s->generation;
	insert(s, src);
}

static struct source *
lookup(struct sources *s, const uint8_t hash[HASH_LEN], uint32_t generation)
{
	struct source *src = *place(s, hash);

	while (src != NULL && (src->generation != generation ||
	    sodium_memcmp(src->hash, hash, HASH_LEN) != 0))
		src = src->next_in_bucket;
	return src;
}

/* The source at ${ip}, made if it is new. */
static struct source *
find(struct sources *s, const uint8_t *ip, size_t len)
{
	uint8_t now[HASH_LEN], before[HASH_LEN];
	struct source *src;

	hash_of(s, now, 0, ip, len);
	if ((src = lookup(s, now, s->generation)) != NULL)
		return src;
	hash_of(s, before, 1, ip, len);
	if ((src = lookup(s, before, s->generation - 1)) != NULL) {
		rehash(s, src, now);
		return src;
	}
	if ((src = calloc(1, sizeof(*src))) == NULL)
		return NULL;
	if (s->n_idle >= SOURCE_IDLE_MAX)
		forget_oldest(s);
	memcpy(src->hash, now, HASH_LEN);
	src->generation = s->generation;
	randombytes_buf(src->name, sizeof(src->name));
	insert(s, src);
	to_idle(s, src);
	return src;
}

void
sources_rotate(struct sources *s, uint64_t now_ms)
{
	uint8_t ip[SOURCE_IP_MAX], hash[HASH_LEN];
	struct source *src, *newer;
	struct guest *g;
	size_t len;

	if (now_ms - s->drawn_ms < SOURCE_SALT_MS)
		return;
	s->drawn_ms = now_ms;
	s->generation++;
	memcpy(s->salt[1], s->salt[0], sizeof(s->salt[1]));
	randombytes_buf(s->salt[0], sizeof(s->salt[0]));
	for (g = s->all; g != NULL; g = g->next)
		if (g->source->generation != s->generation && g->wire != NULL &&
		    (len = s->io->address(g->wire, ip)) > 0) {
			hash_of(s, hash, 0, ip, len);
			rehash(s, g->source, hash);
		}
	for (src = s->idle_oldest; src != NULL; src = newer) {
		newer = src->newer;
		if (src->generation + 1 < s->generation) {
			from_idle(s, src);
			erase(s, src);
		}
	}
	sodium_memzero(ip, sizeof(ip));
}

/* ---- guests -------------------------------------------------------------- */

/* One new connection of ${src}: 1 if that is not too fast. */
static int
in_time(const struct sources *s, struct source *src, uint64_t now_ms)
{
	uint64_t now_us = now_ms * 1000;
	uint64_t each_us = 1000000 / s->limits.per_second;
	uint64_t burst_us = each_us * s->limits.open;

	if (src->next_us < now_us)
		src->next_us = now_us;
	if (src->next_us - now_us > burst_us - each_us)
		return 0;
	src->next_us += each_us;
	return 1;
}

static void
enqueue(struct guest_queue *q, struct guest *g)
{
	g->queue = q;
	g->younger = NULL;
	if ((g->older = q->youngest) != NULL)
		q->youngest->younger = g;
	else
		q->oldest = g;
	q->youngest = g;
}

static void
dequeue(struct guest *g)
{
	if (g->younger != NULL)
		g->younger->older = g->older;
	else
		g->queue->youngest = g->older;
	if (g->older != NULL)
		g->older->younger = g->younger;
	else
		g->queue->oldest = g->younger;
	g->queue = NULL;
}

static struct guest *
oldest(const struct sources *s)
{
	struct guest *q = s->quiet.oldest, *h = s->heard.oldest;

	if (q == NULL || h == NULL)
		return q == NULL ? h : q;
	return q->since_ms < h->since_ms ? q : h;
}

/* Did the oldest handshake last so long already? */
static int
lasted(const struct sources *s, uint64_t ms, uint64_t now_ms)
{
	const struct guest *g = oldest(s);

	return g != NULL && now_ms - g->since_ms >= ms;
}

/*
 * Who could go if there are too many, or NULL.  Who has said something is
 * asked once: the quiet ones behind must not be hidden by those.
 */
static struct guest *
dispensable(struct sources *s, uint64_t now_ms)
{
	struct guest *g;
	int i;

	for (i = 0; i < LOOK_AT && (g = s->quiet.oldest) != NULL; i++) {
		if (g->wire == NULL)
			break;
		if (s->io->is_silent(g->wire))
			return g;
		dequeue(g);
		enqueue(&s->heard, g);
	}
	return lasted(s, SOURCE_GRACE_MS, now_ms) ? oldest(s) : NULL;
}

static int
has_room(struct sources *s, uint64_t now_ms)
{
	uint32_t over = s->unfinished - s->limits.all_unfinished;

	return s->unfinished < s->limits.all_unfinished ||
	    (over < SOURCE_OVER && dispensable(s, now_ms) != NULL);
}

struct guest *
source_admit(struct sources *s, const uint8_t *ip, size_t len,
    uint64_t now_ms)
{
	struct source *src = find(s, ip, len);
	struct guest *g;

	if (src == NULL || src->open >= s->limits.open ||
	    src->unfinished >= s->limits.unfinished ||
	    !has_room(s, now_ms) || !in_time(s, src, now_ms) ||
	    (g = calloc(1, sizeof(*g))) == NULL)
		return NULL;
	if (src->open++ == 0)
		from_idle(s, src);
	src->unfinished++;
	g->source = src;
	g->since_ms = now_ms;
	if ((g->next = s->all) != NULL)
		s->all->prev = &g->next;
	g->prev = &s->all;
	s->all = g;

	enqueue(&s->quiet, g);
	s->unfinished++;
	return g;
}

/* ${g} is not in its handshake any more. */
static void
settle(struct sources *s, struct guest *g, enum source_state state)
{
	if (g->state == SOURCE_UNFINISHED) {
		dequeue(g);
		g->source->unfinished--;
		s->unfinished--;
	}
	g->state = state;
}

struct guest *
source_expel(struct sources *s, uint64_t now_ms)
{
	struct guest *g = NULL;

	if (lasted(s, s->limits.handshake_ms, now_ms))
		g = oldest(s);
	else if (s->unfinished > s->limits.all_unfinished)
		g = dispensable(s, now_ms);
	if (g == NULL)
		return NULL;
	settle(s, g, SOURCE_LEAVING);
	return g;
}

uint64_t
source_next_ms(const struct sources *s, uint64_t now_ms)
{
	const struct guest *g = oldest(s);
	uint64_t due;

	if (g == NULL)
		return 0;
	due = g->since_ms + s->limits.handshake_ms;
	return due > now_ms ? due - now_ms : 1;
}

void
guest_finished(struct sources *s, struct guest *g)
{
	settle(s, g, SOURCE_FINISHED);
}

void
guest_gone(struct sources *s, struct guest *g)
{
	settle(s, g, SOURCE_LEAVING);
	if ((*g->prev = g->next) != NULL)
		g->next->prev = g->prev;
	if (--g->source->open == 0)
		to_idle(s, g->source);
	free(g);
	if (s->n_idle > SOURCE_IDLE_MAX)
		forget_oldest(s);
}

const uint8_t *
guest_name(const struct guest *g)
{
	return g->source->name;
}

size_t
sources_count(const struct sources *s)
{
	return s->n;
}

void
sources_free(struct sources *s)
{
	struct guest *g, *next;

	if (s == NULL)
		return;
	for (g = s->all; g != NULL; g = next) {
		next = g->next;
		guest_gone(s, g);
	}
	while (s->idle_oldest != NULL)
		forget_oldest(s);
	sodium_memzero(s->salt, sizeof(s->salt));
	free(s);
}
