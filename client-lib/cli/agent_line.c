/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes in and out: lines, of which each has a limit, and what waits. */
#include <stdlib.h>
#include <string.h>

#include "agent.h"

enum { CAP = AGENT_LINE_MAX + 1 };

int
agent_in_init(struct agent_in *in)
{
	memset(in, 0, sizeof(*in));
	in->bytes = malloc(CAP);
	return in->bytes != NULL ? 0 : TACIT_E_NOMEM;
}

void
agent_in_free(struct agent_in *in)
{
	/* What was taken is wiped already. */
	if (in->bytes != NULL)
		explicit_bzero(in->bytes + in->begin, in->end - in->begin);
	free(in->bytes);
	in->bytes = NULL;
}

/* Is there a newline?  ${at} is its place. */
static bool
find(struct agent_in *in, size_t *at)
{
	const char *newline = memchr(in->bytes + in->seen, '\n',
	    in->end - in->seen);

	in->seen = newline == NULL ? in->end :
	    (size_t)(newline - in->bytes);
	*at = in->seen;
	return newline != NULL;
}

char *
agent_in_room(struct agent_in *in, size_t *room)
{
	if (in->begin > 0) {
		memmove(in->bytes, in->bytes + in->begin,
		    in->end - in->begin);
		/* What was moved does not stay behind itself. */
		explicit_bzero(in->bytes + in->end - in->begin, in->begin);
		in->seen -= in->begin;
		in->end -= in->begin;
		in->begin = 0;
	}
	*room = CAP - in->end;
	return in->bytes + in->end;
}

void
agent_in_add(struct agent_in *in, size_t n)
{
	in->end += n;
}

/* Forget everything up to ${at}. */
static void
drop(struct agent_in *in, size_t at)
{
	explicit_bzero(in->bytes + in->begin, at - in->begin);
	in->begin = in->seen = at;
}

enum agent_got
agent_in_next(struct agent_in *in, char **line, size_t *len)
{
	size_t at;

	while (find(in, &at)) {
		*line = in->bytes + in->begin;
		*len = at - in->begin;
		if (!in->skips) {
			in->begin = in->seen = at + 1;
			return AGENT_LINE;
		}
		in->skips = false;
		drop(in, at + 1);
	}
	if (in->skips || in->end - in->begin == CAP) {
		drop(in, in->end);
		if (in->skips)
			return AGENT_NOTHING;
		in->skips = true;
		return AGENT_TOO_LONG;
	}
	if (!in->over || in->begin == in->end)
		return AGENT_NOTHING;
	*line = in->bytes + in->begin;
	*len = in->end - in->begin;
	in->begin = in->seen = in->end;
	return AGENT_LINE;
}

void
agent_in_done(char *line, size_t len)
{
	explicit_bzero(line, len);
}

bool
agent_in_waits(struct agent_in *in)
{
	size_t at;

	return find(in, &at) || in->end - in->begin == CAP ||
	    (in->over && in->begin < in->end);
}

int
agent_out_add(struct agent_out *out, const char *bytes, size_t len)
{
	size_t waits = out->end - out->begin, cap = out->cap;
	char *more;

	if (out->cap - out->end < len) {
		while (cap < waits + len)
			cap = cap > 0 ? 2 * cap : 4096;
		if ((more = malloc(cap)) == NULL)
			return TACIT_E_NOMEM;
		if (waits > 0)
			memcpy(more, out->bytes + out->begin, waits);
		agent_out_free(out);
		out->bytes = more;
		out->cap = cap;
		out->begin = 0;
		out->end = waits;
	}
	memcpy(out->bytes + out->end, bytes, len);
	out->end += len;
	if (waits + len > out->most)
		out->most = waits + len;
	return 0;
}

void
agent_out_sent(struct agent_out *out, size_t n)
{
	explicit_bzero(out->bytes + out->begin, n);
	out->begin += n;
	if (out->begin < out->end)
		return;
	/* A long answer does not keep its room for ever. */
	if (out->cap > (size_t)2 * AGENT_OUT_HIGH)
		agent_out_free(out);
	out->begin = out->end = 0;
}

size_t
agent_out_waits(const struct agent_out *out)
{
	return out->end - out->begin;
}

void
agent_out_free(struct agent_out *out)
{
	if (out->bytes != NULL)
		explicit_bzero(out->bytes, out->cap);
	free(out->bytes);
	out->bytes = NULL;
	out->cap = out->begin = out->end = 0;
}
