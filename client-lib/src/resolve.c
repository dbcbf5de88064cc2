/* SPDX-License-Identifier: Apache-2.0 */
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <uv.h>

#include "resolve.h"

struct lookup {
	uv_getaddrinfo_t req;
	struct desk *desk;
	struct resolve_wait *waiting;
	struct lookup *next;
	char host[TACIT_URL_MAX + 1];
};

/* Lookups under way, and the loop that they come back to. */
struct desk {
	uv_loop_t loop;
	uv_prepare_t first_turn;
	struct lookup *first;
	struct desk *next;		/* in ${left} */
};

struct resolve {
	uv_loop_t *loop;		/* the handle's */
	uv_poll_t *watch;		/* in it: ${desk} has work */
	struct desk *desk;		/* NULL: nothing was looked up yet */
};

/*
 * Desks whose handle was closed while a worker was busy.  Nothing else of the
 * library is shared in a process, and nobody waits for this lock longer than
 * it takes to look at them.
 */
static struct {
	pthread_mutex_t lock;
	struct desk *first;
} left = { PTHREAD_MUTEX_INITIALIZER, NULL };

/* Free ${d} if nothing of it is under way: 1. */
static int
desk_free(struct desk *d)
{
	(void)uv_run(&d->loop, UV_RUN_NOWAIT);
	if (d->first != NULL)
		return 0;
	(void)uv_loop_close(&d->loop);
	free(d);
	return 1;
}

/* Free what has ended by now; keep ${d} as well, if it is not NULL. */
static void
clear_desks(struct desk *d)
{
	struct desk **at, *next;

	(void)pthread_mutex_lock(&left.lock);
	if (d != NULL) {
		d->next = left.first;
		left.first = d;
	}
	for (at = &left.first; *at != NULL;) {
		next = (*at)->next;
		if (desk_free(*at))
			*at = next;
		else
			at = &(*at)->next;
	}
	(void)pthread_mutex_unlock(&left.lock);
}

int
resolve_open(struct resolve **out, struct uv_loop_s *loop)
{
	struct resolve *r = calloc(1, sizeof(*r));

	*out = r;
	if (r == NULL)
		return TACIT_E_NOMEM;
	r->loop = loop;
	clear_desks(NULL);
	return 0;
}

static void
desk_has_work(uv_poll_t *p, int status, int events)
{
	struct resolve *r = p->data;

	(void)status;
	(void)events;
	(void)uv_run(&r->desk->loop, UV_RUN_NOWAIT);
}

static void
nothing(uv_prepare_t *p)
{
	(void)p;
}

/*
 * A loop that never turned has not given its descriptor anything to watch,
 * and without a handle it does not turn.
 */
static void
turn_once(struct desk *d)
{
	(void)uv_prepare_init(&d->loop, &d->first_turn);
	(void)uv_prepare_start(&d->first_turn, nothing);
	(void)uv_run(&d->loop, UV_RUN_NOWAIT);
	uv_close((uv_handle_t *)&d->first_turn, NULL);
	(void)uv_run(&d->loop, UV_RUN_NOWAIT);
}

/* The desk, made when the first name is to be looked up. */
static int
open_desk(struct resolve *r)
{
	struct desk *d;

	if (r->desk != NULL)
		return 0;
	if ((d = calloc(1, sizeof(*d))) == NULL)
		return TACIT_E_NOMEM;
	if (uv_loop_init(&d->loop) != 0) {
		free(d);
		return TACIT_E_NOMEM;
	}
	if ((r->watch = malloc(sizeof(*r->watch))) == NULL ||
	    uv_poll_init(r->loop, r->watch, uv_backend_fd(&d->loop)) != 0) {
		free(r->watch);
		r->watch = NULL;
		(void)desk_free(d);
		return TACIT_E_NOMEM;
	}
	turn_once(d);
	r->watch->data = r;
	r->desk = d;
	(void)uv_poll_start(r->watch, UV_READABLE, desk_has_work);
	return 0;
}

static void
collect(struct resolved *out, const struct addrinfo *ai)
{
	out->n = 0;
	for (; ai != NULL && out->n < RESOLVED_MAX; ai = ai->ai_next) {
		if (ai->ai_family != AF_INET && ai->ai_family != AF_INET6)
			continue;
		if (getnameinfo(ai->ai_addr, ai->ai_addrlen,
		    out->text[out->n], RESOLVED_TEXT, NULL, 0,
		    NI_NUMERICHOST) == 0)
			out->n++;
	}
}

/* A numeric ${host} needs no name server, and so no worker. */
static int
numeric(struct resolve *r, struct resolved *out, const char *host)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM
	};
	uv_getaddrinfo_t req;

	if (uv_getaddrinfo(r->loop, &req, NULL, host, NULL, &hints) != 0)
		return 0;
	collect(out, req.addrinfo);
	uv_freeaddrinfo(req.addrinfo);
	return out->n > 0;
}

static void
unlink_lookup(struct lookup *l)
{
	struct lookup **at = &l->desk->first;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
}

/* From the loop.  Who is told may start and stop others. */
static void
looked_up(uv_getaddrinfo_t *req, int status, struct addrinfo *ai)
{
	struct lookup *l = req->data;
	struct resolve_wait *w;
	struct resolved found = { 0 };

	if (status == 0)
		collect(&found, ai);
	uv_freeaddrinfo(ai);
	unlink_lookup(l);
	while ((w = l->waiting) != NULL) {
		l->waiting = w->next;
		w->lookup = NULL;
		w->found = found;
		w->done(w);
	}
	free(l);
}

/* The lookup of ${host}, which may be under way already. */
static int
lookup(struct lookup **out, struct resolve *r, const char *host)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct lookup *l;
	int rc;

	*out = NULL;
	if ((rc = open_desk(r)) != 0)
		return rc;
	for (l = r->desk->first; l != NULL; l = l->next)
		if (strcmp(l->host, host) == 0)
			break;
	*out = l;
	if (l != NULL)
		return 0;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		return TACIT_E_NOMEM;
	memcpy(l->host, host, strlen(host));
	l->desk = r->desk;
	l->req.data = l;
	if (uv_getaddrinfo(&r->desk->loop, &l->req, looked_up, l->host, NULL,
	    &hints) != 0) {
		free(l);
		return TACIT_E_UNREACHABLE;
	}
	l->next = r->desk->first;
	r->desk->first = l;
	*out = l;
	return 0;
}

int
resolve_start(struct resolve *r, struct resolve_wait *w, const char *host)
{
	char bare[TACIT_URL_MAX + 1];
	size_t len = strlen(host);
	struct lookup *l;
	int rc;

	w->lookup = NULL;
	if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
		host++;
		len -= 2;
	}
	if (len == 0 || len >= sizeof(bare))
		return TACIT_E_UNREACHABLE;
	memcpy(bare, host, len);
	bare[len] = '\0';

	if (numeric(r, &w->found, bare))
		return 1;
	if ((rc = lookup(&l, r, bare)) != 0)
		return rc;
	w->lookup = l;
	w->next = l->waiting;
	l->waiting = w;
	return 0;
}

void
resolve_stop(struct resolve *r, struct resolve_wait *w)
{
	struct resolve_wait **at;

	(void)r;
	if (w->lookup == NULL)
		return;
	for (at = &w->lookup->waiting; *at != w; at = &(*at)->next)
		;
	*at = w->next;
	w->lookup = NULL;
}

void
resolve_close(struct resolve *r)
{
	struct lookup *l;

	if (r == NULL)
		return;
	if (r->desk != NULL) {
		uv_close((uv_handle_t *)r->watch, (uv_close_cb)free);
		for (l = r->desk->first; l != NULL; l = l->next)
			(void)uv_cancel((uv_req_t *)&l->req);
		clear_desks(r->desk);
	}
	free(r);
}
