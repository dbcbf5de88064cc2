/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "features.h"
#include "frame.pb.h"
#include "scene.h"

const char *const feature_names[FEATURES] = {
	"posted", "bytes", "since delivery", "delivery to ACK",
	"WELCOME to POST", "POST to OK", "POST to delivery",
	"its delivery to ACK", "bytes of that", "POST to answer",
	"POST to the next", "POST elsewhere", "CREATEs before", "bytes near",
	"POSTs", "DELIVERs", "ACKs", "OKs", "SUBSCRIBEs", "CREATEs",
	"ANCHORs", "RECALLs", "connections", "its POSTs", "its DELIVERs",
	"its ACKs", "its OKs", "its SUBSCRIBEs", "its CREATEs", "its ANCHORs",
	"its RECALLs", "its connections",
};

static const unsigned kinds[F_KINDS] = {
	tacit_Frame_post_tag, tacit_Frame_deliver_tag, tacit_Frame_ack_tag,
	tacit_Frame_ok_tag, tacit_Frame_subscribe_tag,
	tacit_Frame_create_tag, tacit_Frame_anchor_tag,
	tacit_Frame_recall_tag, tacit_Frame_welcome_tag,
};

static const int64_t NEAR_US = 1000000, AROUND_US = 60000000,
    LONG_US = (int64_t)SPREAD_MS * 1000;

struct log {
	const struct seen *s;
	size_t n;
};

/* The next ${what} of ${end} from place ${i} on; log.n: none. */
static size_t
find(const struct log *l, size_t i, int end, unsigned what)
{
	while (i < l->n && (l->s[i].end != end || l->s[i].what != what))
		i++;
	return i;
}

/* The same on the connection of ${i}. */
static size_t
find_answer(const struct log *l, size_t i, unsigned what)
{
	uint32_t conn = l->s[i].conn;
	int end = l->s[i].end;

	do
		i = find(l, i + 1, end, what);
	while (i < l->n && l->s[i].conn != conn);
	return i;
}

static double
until(const struct log *l, size_t from, size_t to)
{
	int64_t d = to < l->n ? l->s[to].us - l->s[from].us : LONG_US;

	return (double)(d < LONG_US ? d : LONG_US);
}

/* What was delivered to this end before, and its ACK. */
static void
before(double *out, const struct log *l, size_t k)
{
	size_t d = l->n, i, ack;

	for (i = find(l, 0, l->s[k].end, tacit_Frame_deliver_tag); i < k;
	    i = find(l, i + 1, l->s[k].end, tacit_Frame_deliver_tag))
		d = i;
	for (i = 0; i < k; i++) {
		if (l->s[i].conn == l->s[k].conn &&
		    l->s[i].end == l->s[k].end &&
		    l->s[i].what == tacit_Frame_welcome_tag)
			out[F_OPENED] = until(l, i, k);
		if (l->s[i].end == l->s[k].end &&
		    l->s[i].what == tacit_Frame_create_tag)
			out[F_CREATES]++;
	}
	out[F_SINCE] = (double)LONG_US * 100;
	if (d == l->n)
		return;
	out[F_SINCE] = (double)(l->s[k].us - l->s[d].us);
	ack = find(l, d, l->s[k].end, tacit_Frame_ack_tag);
	out[F_ACK] = until(l, d, ack);
}

static void
after(double *out, const struct log *l, size_t k, int peer)
{
	size_t i = find(l, k, peer, tacit_Frame_deliver_tag), ack;

	out[F_OK] = until(l, k, find_answer(l, k, tacit_Frame_ok_tag));
	out[F_DELIVERED] = until(l, k, i);
	out[F_ANSWER] = until(l, k, find(l, k, peer, tacit_Frame_post_tag));
	if (i == l->n)
		return;
	ack = find(l, i, peer, tacit_Frame_ack_tag);
	out[F_ACKED] = until(l, i, ack);
	if (ack < l->n)
		out[F_ACK_BYTES] = l->s[ack].bytes;
}

/* Other POSTs of this end. */
static void
beside(double *out, const struct log *l, size_t k)
{
	const struct seen *p = &l->s[k], *q;
	int64_t d;
	size_t i;

	out[F_ELSEWHERE] = out[F_AGAIN] = (double)LONG_US;
	for (i = 0; i < l->n; i++) {
		q = &l->s[i];
		if (i == k || q->end != p->end ||
		    q->what != tacit_Frame_post_tag)
			continue;
		d = q->us > p->us ? q->us - p->us : p->us - q->us;
		if (memcmp(q->box, p->box, sizeof(q->box)) != 0) {
			if ((double)d < out[F_ELSEWHERE])
				out[F_ELSEWHERE] = (double)d;
		} else if (i > k && (double)d < out[F_AGAIN])
			out[F_AGAIN] = (double)d;
	}
}

static void
around(double *out, const struct log *l, size_t k, int peer)
{
	const struct seen *q;
	int64_t d;
	size_t i, f;

	for (i = 0; i < l->n; i++) {
		q = &l->s[i];
		d = q->us > l->s[k].us ? q->us - l->s[k].us :
		    l->s[k].us - q->us;
		if (d > AROUND_US || (q->end != l->s[k].end &&
		    q->end != peer))
			continue;
		if (d <= NEAR_US && q->end == l->s[k].end)
			out[F_NEAR_BYTES] += q->bytes;
		for (f = 0; f < F_KINDS; f++)
			if (q->what == kinds[f])
				out[F_FRAMES + f +
				    (q->end == peer ? F_KINDS : 0)]++;
	}
}

int
features(double out[FEATURES], const struct watch *w, int actor, int peer,
    const uint8_t *box, int64_t from)
{
	struct log l;
	size_t k;

	memset(out, 0, sizeof(*out) * FEATURES);
	l.s = watch_log(w, &l.n);
	for (k = 0; k < l.n; k++)
		if (l.s[k].us >= from && l.s[k].end == actor &&
		    l.s[k].what == tacit_Frame_post_tag &&
		    memcmp(l.s[k].box, box, sizeof(l.s[k].box)) == 0)
			break;
	if (k == l.n)
		return 0;
	out[F_POSTED] = 1;
	out[F_BYTES] = l.s[k].bytes;
	before(out, &l, k);
	after(out, &l, k, peer);
	beside(out, &l, k);
	around(out, &l, k, peer);
	return 1;
}
