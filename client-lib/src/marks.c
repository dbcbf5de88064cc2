/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ranges ascend, do not touch, and lie below the high mark, which is
 * itself in the set.
 */
#include <string.h>

#include "marks.h"
#include "tacit/error.h"

enum { NUMBER_LEN = 8, COUNT_LEN = 2, RANGE_LEN = 2 * NUMBER_LEN };

/* The missing range that ${number} is in, or n. */
static uint16_t
find(const struct marks *m, uint64_t number)
{
	uint16_t i;

	for (i = 0; i < m->n; i++) {
		if (number >= m->missing[i].from && number <= m->missing[i].to)
			break;
	}
	return i;
}

int
marks_has(const struct marks *m, uint64_t number)
{
	return number >= 1 && number <= m->high && find(m, number) == m->n;
}

static void
remove_at(struct marks *m, uint16_t i)
{
	memmove(&m->missing[i], &m->missing[i + 1],
	    (size_t)(m->n - i - 1) * sizeof(m->missing[0]));
	m->n--;
}

/* ${i} may be n: then it becomes the last. */
static void
insert_at(struct marks *m, uint16_t i, struct marks_range r)
{
	if (m->n == MARKS_MISSING_MAX) {
		if (i == 0)
			return;		/* it would be the lowest */
		remove_at(m, 0);
		i--;
	}
	memmove(&m->missing[i + 1], &m->missing[i],
	    (size_t)(m->n - i) * sizeof(m->missing[0]));
	m->missing[i] = r;
	m->n++;
}

int
marks_add(struct marks *m, uint64_t number)
{
	struct marks_range below = { m->high + 1, number - 1 }, *r;
	uint16_t i;

	if (number > m->high) {
		m->high = number;
		if (below.from <= below.to)
			insert_at(m, m->n, below);
		return 1;
	}
	if (number < 1 || (i = find(m, number)) == m->n)
		return 0;

	r = &m->missing[i];
	below.from = r->from;
	if (number < r->to) {
		r->from = number + 1;
		if (below.from <= below.to)
			insert_at(m, i, below);
	} else if (number > r->from) {
		r->to = number - 1;
	} else {
		remove_at(m, i);
	}
	return 1;
}

int
marks_keeps(const struct marks *m, uint64_t number)
{
	uint16_t i;

	if (m->n < MARKS_MISSING_MAX)
		return 1;
	if (number > m->high)
		return number - m->high == 1;
	i = find(m, number);
	return i == m->n || number == m->missing[i].from ||
	    number == m->missing[i].to;
}

uint64_t
marks_contiguous(const struct marks *m)
{
	return m->n > 0 ? m->missing[0].from - 1 : m->high;
}

size_t
marks_ranges(const struct marks *m, struct marks_range *out, size_t max)
{
	size_t i;

	for (i = 0; i < max && i < m->n; i++) {
		out[i].from = m->missing[i].to + 1;
		out[i].to = i + 1 < m->n ?
		    m->missing[i + 1].from - 1 : m->high;
	}
	return i;
}

static uint8_t *
put(uint8_t *to, uint64_t v, size_t n)
{
	size_t i;

	for (i = n; i-- > 0; v >>= 8)
		to[i] = (uint8_t)v;
	return to + n;
}

static uint64_t
get(const uint8_t *from, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | *from++;
	return v;
}

size_t
marks_write(uint8_t *out, const struct marks *m)
{
	uint8_t *p = out;
	uint16_t i;

	p = put(p, m->high, NUMBER_LEN);
	p = put(p, m->n, COUNT_LEN);
	for (i = 0; i < m->n; i++) {
		p = put(p, m->missing[i].from, NUMBER_LEN);
		p = put(p, m->missing[i].to, NUMBER_LEN);
	}
	return (size_t)(p - out);
}

int
marks_read(struct marks *m, const uint8_t *in, size_t len)
{
	struct marks tmp = { 0 };
	uint64_t before = 0;
	uint16_t i;

	if (len < NUMBER_LEN + COUNT_LEN)
		return TACIT_E_CORRUPT;
	tmp.high = get(in, NUMBER_LEN);
	tmp.n = (uint16_t)get(in + NUMBER_LEN, COUNT_LEN);
	if (tmp.n > MARKS_MISSING_MAX ||
	    len != NUMBER_LEN + COUNT_LEN + (size_t)tmp.n * RANGE_LEN)
		return TACIT_E_CORRUPT;

	in += NUMBER_LEN + COUNT_LEN;
	for (i = 0; i < tmp.n; i++, in += RANGE_LEN) {
		struct marks_range r = {
			get(in, NUMBER_LEN), get(in + NUMBER_LEN, NUMBER_LEN)
		};

		/* The first may begin at 1; a later one leaves a gap. */
		if (r.from <= before || (i > 0 && r.from == before + 1) ||
		    r.from > r.to || r.to >= tmp.high)
			return TACIT_E_CORRUPT;
		tmp.missing[i] = r;
		before = r.to;
	}
	*m = tmp;
	return 0;
}
