/* SPDX-License-Identifier: Apache-2.0 */
/* What a contact is told of their texts, in one letter now and then. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "bounds.h"
#include "receipts.h"

enum { TO_TELL = 0x0f, TOLD_SHIFT = 4 };

/* One page, as it is in its row. */
struct page {
	uint8_t bytes[RECEIPT_PAGE * RECEIPT_ENTRY_LEN];
	size_t len;
};

static void
receipts_key(struct row_key *k, const char *id)
{
	row_key(k, ROW_RECEIPTS);
	row_key_contact(k, id);
}

static int
receipts_of(struct tacit_practice *p, const char *id, tacit_rows_Receipts *out)
{
	struct row_key k;
	int rc;

	receipts_key(&k, id);
	rc = row_get(p->t, &k, tacit_rows_Receipts_fields, out);
	return rc < 0 ? rc : 0;
}

static void
put_receipts(struct batch *b, const char *id, const tacit_rows_Receipts *row)
{
	struct row_key k;

	receipts_key(&k, id);
	batch_put(b, &k, tacit_rows_Receipts_fields, row);
}

/* ---- pages ------------------------------------------------------------------ */

static void
page_key(struct row_key *k, const char *id, uint32_t n)
{
	row_key(k, ROW_RECEIPT_PAGE);
	row_key_contact(k, id);
	row_key_u32(k, n);
}

/* None yet is an empty one. */
static int
page_get(struct tacit_practice *p, const char *id, uint32_t n,
    struct page *out)
{
	struct row_key k;
	int rc;

	page_key(&k, id, n);
	rc = row_get_bytes(p->t, &k, out->bytes, sizeof(out->bytes),
	    &out->len);
	if (rc == 1 && out->len % RECEIPT_ENTRY_LEN != 0)
		return TACIT_E_CORRUPT;
	return rc < 0 ? rc : 0;
}

static void
page_put(struct batch *b, const char *id, uint32_t n, const struct page *page)
{
	struct row_key k;

	page_key(&k, id, n);
	batch_put_bytes(b, &k, page->bytes, page->len);
}

static void
page_delete(struct batch *b, const char *id, uint32_t n)
{
	struct row_key k;

	page_key(&k, id, n);
	batch_delete(b, &k);
}

/* The oldest page that is still there. */
static uint32_t
oldest(const tacit_rows_Receipts *row)
{
	return row->page >= row->first + RECEIPT_PAGES ?
	    row->page - RECEIPT_PAGES + 1 : row->first;
}

/* ---- when -------------------------------------------------------------------- */

/*
 * Something is to be told at ${now_ms}: choose when, unless that was done.
 * Windows never overlap and one letter goes in each, so that neither many
 * texts nor their times can be told from outside.
 */
static void
plan(tacit_rows_Receipts *row, int64_t now_ms)
{
	int64_t begin = now_ms > row->next_ms ? now_ms : row->next_ms;

	if (row->post_ms != 0)
		return;
	row->post_ms = begin + RECEIPT_LEAST_MS + (int64_t)randombytes_uniform(
	    RECEIPT_WINDOW_MS - RECEIPT_LEAST_MS + 1);
	row->next_ms = begin + RECEIPT_WINDOW_MS;
}

/* Write the row with what is planned. */
static void
put_planned(struct batch *b, const char *id, tacit_rows_Receipts *row)
{
	plan(row, b->p->now_ms);
	put_receipts(b, id, row);
	practice_wake(b->p, row->post_ms);
}

/* ---- the switch ----------------------------------------------------------------- */

/* What was to be told is not told any more. */
static void
forget(struct batch *b, const char *id, tacit_rows_Receipts *row)
{
	uint32_t n;

	for (n = oldest(row); n <= row->page; n++)
		page_delete(b, id, n);
	row->on = false;
	row->post_ms = 0;
}

int
tacit_receipts_set(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, int on)
{
	char id[TACIT_CONTACT_ID_SIZE];
	tacit_rows_Receipts row;
	struct batch b;
	int rc;

	if (p == NULL || ct == NULL || now_ms < 0 || (on != 0 && on != 1))
		return TACIT_E_INVALID;
	if (on == 1 && practice_is_closed(ct))
		return TACIT_E_CONTACT_CLOSED;
	/* What is there already came before. */
	p->now_ms = now_ms;
	if ((rc = look_tend(p)) != 0 ||
	    (rc = practice_contact_id(ct, id)) != 0 ||
	    (rc = receipts_of(p, id, &row)) != 0)
		return rc;
	if (row.on == (on == 1))
		return 0;
	batch_begin(&b, p);
	if (on == 1) {
		row.on = true;
		row.first = ++row.page;
	} else
		forget(&b, id, &row);
	put_receipts(&b, id, &row);
	look_note(&b, p->seen);
	return batch_commit(&b);
}

int
tacit_receipts_get(struct tacit_practice *p, struct tacit_contact *ct)
{
	char id[TACIT_CONTACT_ID_SIZE];
	tacit_rows_Receipts row;
	int rc;

	if (p == NULL || ct == NULL)
		return TACIT_E_INVALID;
	if ((rc = practice_contact_id(ct, id)) != 0 ||
	    (rc = receipts_of(p, id, &row)) != 0)
		return rc;
	return row.on;
}

/* ---- what is to be told ------------------------------------------------------------ */

/* One more text; a page that is full is followed by another. */
static void
add(struct batch *b, const char *id, tacit_rows_Receipts *row,
    const uint8_t message[RECEIPT_ID_LEN])
{
	struct page page;

	batch_fail(b, page_get(b->p, id, row->page, &page));
	if (b->rc != 0)
		return;
	if (page.len == sizeof(page.bytes)) {
		page.len = 0;
		row->page++;
		if (row->page >= row->first + RECEIPT_PAGES)
			page_delete(b, id, row->page - RECEIPT_PAGES);
	}
	memcpy(page.bytes + page.len, message, RECEIPT_ID_LEN);
	page.bytes[page.len + RECEIPT_ID_LEN] = TACIT_RECEIPT_DELIVERED;
	page.len += RECEIPT_ENTRY_LEN;
	page_put(b, id, row->page, &page);
}

void
receipts_look(struct batch *b, const struct tacit_event *ev)
{
	uint8_t message[RECEIPT_ID_LEN];
	char id[TACIT_CONTACT_ID_SIZE];
	tacit_rows_Receipts row;
	int rc;

	if (ev->type != TACIT_EV_MESSAGE)
		return;
	if ((rc = practice_contact_id(ev->contact, id)) != 0 ||
	    (rc = receipts_of(b->p, id, &row)) != 0) {
		batch_fail(b, rc);
		return;
	}
	if (!row.on || !receipt_id(message, ev->message))
		return;
	look_note(b, ev->id);
	add(b, id, &row, message);
	put_planned(b, id, &row);
}

/* The byte of ${message} in a page, or NULL. */
static uint8_t *
find(struct page *page, const uint8_t message[RECEIPT_ID_LEN])
{
	size_t at;

	for (at = 0; at < page->len; at += RECEIPT_ENTRY_LEN)
		if (memcmp(page->bytes + at, message, RECEIPT_ID_LEN) == 0)
			return page->bytes + at + RECEIPT_ID_LEN;
	return NULL;
}

/* The row says on; the newest is the likeliest. */
static int
mark_read(struct tacit_practice *p, const char *id, tacit_rows_Receipts *row,
    const uint8_t message[RECEIPT_ID_LEN])
{
	uint32_t n, last = oldest(row);
	uint8_t *state = NULL;
	struct page page;
	struct batch b;
	int rc;

	for (n = row->page; n >= last && state == NULL; n--) {
		if ((rc = page_get(p, id, n, &page)) != 0)
			return rc;
		state = find(&page, message);
	}
	if (state == NULL || (*state & TO_TELL) == TACIT_RECEIPT_READ)
		return 0;
	*state = (uint8_t)((*state & ~TO_TELL) | TACIT_RECEIPT_READ);
	batch_begin(&b, p);
	page_put(&b, id, n + 1, &page);
	put_planned(&b, id, row);
	return batch_commit(&b);
}

int
tacit_receipts_read(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, const char *message)
{
	uint8_t bytes[RECEIPT_ID_LEN];
	char id[TACIT_CONTACT_ID_SIZE];
	tacit_rows_Receipts row;
	int rc;

	if (p == NULL || ct == NULL || message == NULL || now_ms < 0 ||
	    !receipt_id(bytes, message))
		return TACIT_E_INVALID;
	p->now_ms = now_ms;
	if ((rc = look_tend(p)) != 0 ||
	    (rc = practice_contact_id(ct, id)) != 0 ||
	    (rc = receipts_of(p, id, &row)) != 0)
		return rc;
	return row.on ? mark_read(p, id, &row, bytes) : 0;
}

/* ---- telling it ---------------------------------------------------------------------- */

/* Take from a page what is to be told, while there is room in ${m}. */
static bool
gather(tacit_practice_Receipt *m, struct page *page, size_t *n, bool *left)
{
	size_t at, had = *n;
	uint8_t *e, state;

	for (at = 0; at < page->len; at += RECEIPT_ENTRY_LEN) {
		e = page->bytes + at;
		state = e[RECEIPT_ID_LEN] & TO_TELL;
		if (state <= e[RECEIPT_ID_LEN] >> TOLD_SHIFT)
			continue;
		if (*n == RECEIPT_LETTER) {
			*left = true;
			break;
		}
		if (state == TACIT_RECEIPT_READ) {
			memcpy(m->read.bytes + m->read.size, e,
			    RECEIPT_ID_LEN);
			m->read.size += RECEIPT_ID_LEN;
		} else {
			memcpy(m->delivered.bytes + m->delivered.size, e,
			    RECEIPT_ID_LEN);
			m->delivered.size += RECEIPT_ID_LEN;
		}
		e[RECEIPT_ID_LEN] = (uint8_t)(state << TOLD_SHIFT | state);
		++*n;
	}
	return *n > had;
}

/* The letter, and that it went, in one. */
static int
tell(struct tacit_practice *p, struct tacit_contact *ct, const char *id,
    tacit_rows_Receipts *row)
{
	tacit_practice_Practice *m = calloc(1, sizeof(*m));
	struct page page;
	bool left = false;
	struct batch b;
	size_t n = 0;
	uint32_t at;

	if (m == NULL)
		return TACIT_E_NOMEM;
	m->which_is = tacit_practice_Practice_receipt_tag;
	batch_begin(&b, p);
	for (at = oldest(row); at <= row->page && !left; at++) {
		batch_fail(&b, page_get(p, id, at, &page));
		if (b.rc == 0 && gather(&m->is.receipt, &page, &n, &left))
			page_put(&b, id, at, &page);
	}
	if (n > 0)
		batch_send(&b, ct, m, NULL);
	free(m);
	/* One that is late has a window of its own. */
	if (p->now_ms > row->next_ms)
		row->next_ms = p->now_ms + RECEIPT_WINDOW_MS;
	row->post_ms = 0;
	if (left)
		put_planned(&b, id, row);
	else
		put_receipts(&b, id, row);
	practice_wake(p, 0);
	return batch_commit(&b);
}

/* The clock was set back: what was planned may be years away. */
static int
plan_anew(struct tacit_practice *p, const char *id, tacit_rows_Receipts *row)
{
	struct batch b;

	batch_begin(&b, p);
	row->post_ms = row->next_ms = 0;
	put_planned(&b, id, row);
	return batch_commit(&b);
}

/* Nobody is there to be told. */
static int
give_up(struct tacit_practice *p, const char *id, tacit_rows_Receipts *row)
{
	struct batch b;

	batch_begin(&b, p);
	forget(&b, id, row);
	put_receipts(&b, id, row);
	return batch_commit(&b);
}

int
receipts_may_tell(struct tacit_practice *p,
    const struct tacit_contact_info *info)
{
	int rc;

	if (!bounds_reaches(info))
		return 0;
	rc = life_check(p, info);
	return rc == 0 ? 1 : rc == TACIT_E_CONTACT_CLOSED ||
	    rc == TACIT_E_IDENTITY_CHANGED || rc == TACIT_E_PAUSED ? 0 : rc;
}

static int
tend_one(struct tacit_practice *p, const char *id, tacit_rows_Receipts *row)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	struct tacit_contact *ct = practice_contact(p, id);
	int rc;

	if (ct == NULL || practice_is_closed(ct))
		return give_up(p, id, row);
	if (row->post_ms > p->now_ms + 2 * RECEIPT_WINDOW_MS)
		return plan_anew(p, id, row);
	if (row->post_ms > p->now_ms) {
		practice_wake(p, row->post_ms);
		return 0;
	}
	if ((rc = tacit_contact_info(ct, &info)) != 0 ||
	    (rc = receipts_may_tell(p, &info)) < 0)
		return rc;
	if (rc == 1)
		return tell(p, ct, id, row);
	practice_wake(p, p->now_ms + RECEIPT_RETRY_MS);
	return 0;
}

int
receipts_tend(struct tacit_practice *p)
{
	char id[TACIT_CONTACT_ID_SIZE] = "";
	struct row_key prefix, at = { .len = 0 };
	tacit_rows_Receipts row;
	int rc;

	row_key(&prefix, ROW_RECEIPTS);
	while ((rc = row_next(p->t, &prefix, &at)) == 1) {
		if (at.len != prefix.len + sizeof(id) - 1)
			return TACIT_E_CORRUPT;
		memcpy(id, at.data + prefix.len, sizeof(id) - 1);
		if ((rc = row_get(p->t, &at, tacit_rows_Receipts_fields,
		    &row)) < 0)
			return rc;
		if (row.post_ms != 0 && (rc = tend_one(p, id, &row)) != 0)
			return rc;
	}
	return rc;
}
