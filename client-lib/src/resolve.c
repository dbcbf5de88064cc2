/* SPDX-License-Identifier: Apache-2.0 */
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <uv.h>

#include "resolve.h"

struct lookup {
	uv_getaddrinfo_t req;
	struct resolve *owner;
	struct resolve_wait *waiting;
	struct lookup *next;
	char host[TACIT_URL_MAX + 1];
};

struct resolve {
	uv_loop_t *loop;
	struct lookup *first;
};

int
resolve_open(struct resolve **out, struct uv_loop_s *loop)
{
	struct resolve *r = calloc(1, sizeof(*r));

	*out = r;
	if (r == NULL)
		return TACIT_E_NOMEM;
	r->loop = loop;
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
	struct lookup **at = &l->owner->first;

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

	for (l = r->first; l != NULL; l = l->next)
		if (strcmp(l->host, host) == 0)
			break;
	*out = l;
	if (l != NULL)
		return 0;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		return TACIT_E_NOMEM;
	memcpy(l->host, host, strlen(host));
	l->owner = r;
	l->req.data = l;
	if (uv_getaddrinfo(r->loop, &l->req, looked_up, l->host, NULL,
	    &hints) != 0) {
		free(l);
		return TACIT_E_UNREACHABLE;
	}
	l->next = r->first;
	r->first = l;
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
resolve_cancel(struct resolve *r)
{
	struct lookup *l;

	for (l = r->first; l != NULL; l = l->next)
		(void)uv_cancel((uv_req_t *)&l->req);
}

int
resolve_busy(const struct resolve *r)
{
	return r->first != NULL;
}

void
resolve_close(struct resolve *r)
{
	free(r);
}
