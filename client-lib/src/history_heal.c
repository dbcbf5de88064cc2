/* SPDX-License-Identifier: Apache-2.0 */
/* What healing asks of the history: chain values of it, and new names. */
#include <string.h>

#include "history.h"
#include "keep.h"
#include "keys.h"
#include "record.h"

void
history_chain(uint8_t out[TACIT_HASH_LEN], const tacit_state_Past *p,
    const char *text, size_t len)
{
	struct said said;

	if (p->fate == TACIT_FATE_UNDONE || p->given_up) {
		memcpy(out, p->after, TACIT_HASH_LEN);
		return;
	}
	keep_said(&said, p->type, &p->keep, text, len);
	keys_chain(out, p->previous, p->seq, said.type, said.text, said.len);
}

struct chains {
	struct history_chains *out;
	const uint8_t *stream;
	int from_me;
};

static int
see_chain(void *arg, uint64_t place, const tacit_state_Past *p,
    const char *text, size_t len)
{
	const struct chains *c = arg;
	struct history_chains *out = c->out;
	uint8_t chain[TACIT_HASH_LEN];
	uint64_t i = p->seq - out->first;

	(void)place;
	if (p->from_me != c->from_me || p->seq < out->first || i >= out->n ||
	    !stream_is(p->stream, c->stream) ||
	    out->known[i])
		return 0;
	history_chain(chain, p, text, len);
	memcpy(out->chain[i], chain, HISTORY_CHAIN_LEN);
	out->known[i] = 1;
	return --out->want == 0;
}

int
history_chains(struct tacit_contact *ct, int from_me,
    const uint8_t stream[TACIT_STREAM_LEN], struct history_chains *out)
{
	struct chains c = { out, stream, from_me };

	memset(out->known, 0, out->n);
	return out->want == 0 ? 0 : history_back(ct, see_chain, &c);
}

/* Where the rows to be renamed begin. */
struct span {
	const uint8_t *stream;
	uint64_t upto, left, first;
};

static int
see_span(void *arg, uint64_t place, const tacit_state_Past *p,
    const char *text, size_t len)
{
	struct span *s = arg;

	(void)text;
	(void)len;
	if (!p->from_me || p->seq <= s->upto ||
	    !stream_is(p->stream, s->stream))
		return 0;
	s->first = place;
	return --s->left == 0;
}

int
history_rename(struct tacit_contact *ct,
    const uint8_t from[TACIT_STREAM_LEN], uint64_t upto,
    const uint8_t to[TACIT_STREAM_LEN], uint64_t n,
    uint8_t (*previous)[TACIT_HASH_LEN], uint8_t chain[TACIT_HASH_LEN])
{
	struct span s = { from, upto, n, 0 };
	uint8_t head[TACIT_HASH_LEN] = { 0 };
	tacit_state_Past p;
	uint64_t place;
	char *text = NULL;
	size_t len = 0;
	int rc;

	memset(chain, 0, TACIT_HASH_LEN);
	if (n == 0)
		return 0;
	if ((rc = history_back(ct, see_span, &s)) != 0)
		return rc;
	if (s.left != 0)
		return TACIT_E_CORRUPT;
	for (place = s.first; place <= ct->rec.history && rc == 0; place++) {
		if ((rc = history_row(ct, place, &p, &text, &len)) != 0)
			return rc;
		if (place != s.first)
			memcpy(p.before, head, sizeof(p.before));
		if (p.from_me && p.seq > upto &&
		    stream_is(p.stream, from)) {
			p.seq -= upto;
			memcpy(p.stream, to, TACIT_STREAM_LEN);
			memcpy(p.previous, chain, sizeof(p.previous));
			memcpy(previous[p.seq - 1], chain, TACIT_HASH_LEN);
			history_chain(chain, &p, text, len);
		}
		rc = history_put(ct, place, &p, text, len, head);
		record_tail_free(text, len);
	}
	memcpy(ct->rec.history_head, head, sizeof(head));
	ct->t->past.ct = NULL;
	return rc;
}
