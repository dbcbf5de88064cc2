/* SPDX-License-Identifier: Apache-2.0 */
#include "hosted.h"
#include "way.h"

int
way_open(struct tacit *t, const struct supply *c)
{
	int rc;

	if (c->host.transport == NULL) {
		if ((rc = net_open(&t->net, c->is.proxy)) == 0)
			t->transport = net_transport(t->net);
		return rc;
	}
	rc = hosted_open(&t->hosted, &c->transport, c->host.arg);
	if (rc == 0)
		t->transport = hosted_transport(t->hosted);
	return rc;
}

void
way_close(struct tacit *t)
{
	net_close(t->net);
	hosted_close(t->hosted);
}

int
way_is_there(const struct tacit *t)
{
	return t->net != NULL || t->hosted != NULL;
}

int
way_fd(const struct tacit *t)
{
	return t->hosted != NULL ? hosted_fd(t->hosted) : net_fd(t->net);
}

int64_t
way_timeout_ms(const struct tacit *t)
{
	return t->hosted != NULL ? hosted_timeout_ms(t->hosted) :
	    net_timeout_ms(t->net);
}

void
way_step(struct tacit *t, int timeout_ms)
{
	if (t->hosted != NULL)
		hosted_step(t->hosted, timeout_ms);
	else
		net_step(t->net, timeout_ms);
}

void
way_flush(struct tacit *t)
{
	if (t->net != NULL)
		net_flush(t->net);
}

void
way_wake(struct tacit *t)
{
	if (t->hosted != NULL)
		hosted_wake(t->hosted);
	else
		net_wake(t->net);
}

int
way_next(struct tacit *t, struct net_event *out)
{
	if (t->hosted != NULL)
		return hosted_next(t->hosted, out);
	return t->net != NULL && net_next(t->net, out);
}
