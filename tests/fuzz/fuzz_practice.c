/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the other end's practice layer sends, over a vault in memory: a form
 * was imported and asked of a contact once.  Input: records of a byte and what
 * follows from it: u16 length and a message (0), u16 minutes that pass (1),
 * the id of our check-in in the next message (2).  Whatever comes is taken or
 * set aside, each in one commit within the limits of tacit.h.
 */
#include <stdbool.h>

#include "fuzz.h"

#include <tacit/erase.h>
#include <tacit/practice.h>
#include <tacit/vault_log.h>

enum { ROWS = 600, KINDS = 3 };

struct tacit_contact {
	int unused;
};

/* The vault: rows in the order of their keys, and one event at most. */
struct tacit {
	struct tacit_contact contact;
	struct {
		uint8_t key[TACIT_ROW_KEY_SIZE];
		size_t key_len, len;
		uint8_t *value;
	} row[ROWS];
	size_t n;
	struct tacit_event event;
	bool waits;
};

static int
compare(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	size_t n = a_len < b_len ? a_len : b_len;
	int c = n > 0 ? memcmp(a, b, n) : 0;

	return c != 0 ? c : a_len < b_len ? -1 : a_len > b_len;
}

/* The first row whose key is not below ${key}. */
static size_t
place(const struct tacit *t, const uint8_t *key, size_t len)
{
	size_t i = 0;

	while (i < t->n && compare(t->row[i].key, t->row[i].key_len, key,
	    len) < 0)
		i++;
	return i;
}

static bool
is_at(const struct tacit *t, size_t i, const uint8_t *key, size_t len)
{
	return i < t->n && compare(t->row[i].key, t->row[i].key_len, key,
	    len) == 0;
}

/* ---- what the practice layer calls ------------------------------------------- */

int
tacit_data_get(struct tacit *t, const void *key, size_t key_len, void *value,
    size_t cap, size_t *len)
{
	size_t i = place(t, key, key_len);

	if (!is_at(t, i, key, key_len))
		return 0;
	*len = t->row[i].len;
	if (*len > cap)
		return TACIT_E_LIMIT;
	if (*len > 0)
		memcpy(value, t->row[i].value, *len);
	return 1;
}

int
tacit_data_next(struct tacit *t, const void *prefix, size_t prefix_len,
    const void *after, size_t after_len, void *key, size_t *key_len)
{
	size_t i = place(t, after, after_len);

	if (after_len > 0 && is_at(t, i, after, after_len))
		i++;
	for (; i < t->n; i++) {
		if (t->row[i].key_len < prefix_len ||
		    memcmp(t->row[i].key, prefix, prefix_len) != 0)
			continue;
		*key_len = t->row[i].key_len;
		memcpy(key, t->row[i].key, *key_len);
		return 1;
	}
	return 0;
}

static void
delete_row(struct tacit *t, const struct tacit_op *op)
{
	size_t i = place(t, op->key, op->key_len);

	if (!is_at(t, i, op->key, op->key_len))
		return;
	free(t->row[i].value);
	t->n--;
	memmove(&t->row[i], &t->row[i + 1], (t->n - i) * sizeof(t->row[0]));
}

static void
put_row(struct tacit *t, const struct tacit_op *op)
{
	size_t i;

	delete_row(t, op);
	FUZZ_CHECK(t->n < ROWS);
	i = place(t, op->key, op->key_len);
	memmove(&t->row[i + 1], &t->row[i], (t->n - i) * sizeof(t->row[0]));
	t->n++;
	memcpy(t->row[i].key, op->key, op->key_len);
	t->row[i].key_len = op->key_len;
	t->row[i].len = op->len;
	FUZZ_CHECK((t->row[i].value = malloc(op->len + 1)) != NULL);
	if (op->len > 0)
		memcpy(t->row[i].value, op->data, op->len);
}

int
tacit_commit(struct tacit *t, const struct tacit_op *ops, size_t n)
{
	const struct tacit_op *op;

	FUZZ_CHECK(n > 0 && n <= TACIT_OPS_MAX);
	for (op = ops; op < ops + n; op++) {
		FUZZ_CHECK(op->size == sizeof(*op));
		if (op->kind == TACIT_OP_PUT || op->kind == TACIT_OP_DELETE)
			FUZZ_CHECK(op->key_len >= 2 && op->key_len <=
			    TACIT_ROW_KEY_SIZE &&
			    ((const uint8_t *)op->key)[0] == 0);
		FUZZ_CHECK(op->len <= TACIT_ROW_VALUE_SIZE);
		switch (op->kind) {
		case TACIT_OP_PUT:
			put_row(t, op);
			break;
		case TACIT_OP_DELETE:
			delete_row(t, op);
			break;
		case TACIT_OP_SEND:
			FUZZ_CHECK(op->type == 1 && op->len > 0 &&
			    op->len <= 24576);
			FUZZ_CHECK(op->contact == &t->contact);
			break;
		case TACIT_OP_DONE:
			FUZZ_CHECK(t->waits && op->event == t->event.id);
			t->waits = false;
			break;
		case TACIT_OP_VERIFY:
			FUZZ_CHECK(op->contact == &t->contact);
			break;
		}
	}
	return 0;
}

int
tacit_next_event(struct tacit *t, uint64_t after, struct tacit_event *out)
{
	if (!t->waits || t->event.id <= after)
		return 0;
	*out = t->event;
	return 1;
}

int
tacit_progress(struct tacit *t, struct tacit_progress *out)
{
	(void)t;
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	out->drained = 1;
	return 0;
}

int
tacit_contact_info(struct tacit_contact *ct, struct tacit_contact_info *out)
{
	(void)ct;
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	memcpy(out->id, "c_abcdefghijkl", sizeof(out->id));
	out->state = TACIT_ACTIVE;
	return 0;
}

struct tacit_contact *
tacit_contact_next(struct tacit *t, struct tacit_contact *after)
{
	return after == NULL ? &t->contact : NULL;
}

int
tacit_contact_close(struct tacit_contact *ct)
{
	(void)ct;
	return 0;
}

int
tacit_contact_find(struct tacit_contact **out, struct tacit *t,
    const char *text)
{
	*out = &t->contact;
	return strcmp(text, "c_abcdefghijkl") == 0 ? 0 :
	    TACIT_E_UNKNOWN_CONTACT;
}

/* A text of mine, one of theirs, data, and a text that has not left. */
static const char *const history[] = { "m_aaaaaaaaaaaaaaaaaaaq",
    "m_baaaaaaaaaaaaaaaaaaq", "m_caaaaaaaaaaaaaaaaaaq",
    "m_daaaaaaaaaaaaaaaaaaq" };
enum { MINE = 1, THEIRS, DATA, QUEUED, PLACES = QUEUED };

int
tacit_history(struct tacit_contact *ct, uint64_t before,
    struct tacit_message *out)
{
	(void)ct;
	if (before == 1)
		return TACIT_E_STATE;
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	out->place = before == 0 ? PLACES : before - 1;
	memcpy(out->id, history[out->place - 1], sizeof(out->id));
	out->from_me = out->place != THEIRS;
	out->type = out->place == DATA;
	out->state = out->place == QUEUED ? TACIT_QUEUED : TACIT_ACCEPTED;
	out->text = "";
	return 0;
}

/* What they may ask back is theirs. */
int
tacit_forget(struct tacit_contact *ct, const char *message)
{
	(void)ct;
	FUZZ_CHECK(strcmp(message, history[THEIRS - 1]) == 0);
	return 0;
}

/* What no message of theirs leads to. */
int
tacit_recall(struct tacit_contact *ct, const char *message,
    enum tacit_fate *fate)
{
	(void)ct;
	(void)message;
	(void)fate;
	return TACIT_E_NOT_FOUND;
}

int64_t
tacit_contact_ended_ms(const struct tacit_contact *ct)
{
	(void)ct;
	return 0;
}

int
tacit_contact_erase(struct tacit_contact *ct, const struct tacit_prefix *rows,
    size_t n, const char *words)
{
	(void)ct;
	(void)rows;
	(void)n;
	(void)words;
	return TACIT_E_STATE;
}

int
tacit_log_note(struct tacit *t, enum tacit_log_kind kind,
    struct tacit_contact *ct, const char *words)
{
	(void)t;
	(void)kind;
	(void)ct;
	(void)words;
	return 0;
}

int
tacit_log_next(struct tacit *t, uint64_t before, struct tacit_log_row *out)
{
	(void)t;
	(void)before;
	(void)out;
	return TACIT_E_STATE;
}

/* ---- one life ---------------------------------------------------------------------- */

static const int64_t begin_ms = 1774000000000;	/* a March in Berlin */

static void
ask_once(struct tacit *t, struct tacit_practice **p,
    char id[TACIT_CHECKIN_ID_SIZE])
{
	struct tacit_checkin_when w = { .size = sizeof(w), .until = 20260601,
	    .every = 1, .open = 60, .close = 1200 };
	char form[TACIT_CHECKIN_ID_SIZE];

	FUZZ_CHECK(tacit_practice_open(p, t) == 0);
	FUZZ_CHECK(tacit_retract_policy_set(*p, NULL, TACIT_RETRACT_ACCEPT) ==
	    0);
	FUZZ_CHECK(tacit_checkin_import_shipped(*p, "daily-check-in",
	    form) == 0);
	FUZZ_CHECK(tacit_checkin_send(*p, &t->contact, form, &w, begin_ms,
	    id) == 0);
	FUZZ_CHECK(tacit_practice_step(*p, begin_ms + 900001) == 0);
}

/* Of one text only anything can be told. */
static void
look_at_receipts(struct tacit_practice *p, struct tacit *t)
{
	int i, rc;

	for (i = 0; i < PLACES; i++) {
		rc = tacit_receipt_state(p, &t->contact, history[i]);
		FUZZ_CHECK(rc == TACIT_RECEIPT_NONE || (i == MINE - 1 &&
		    (rc == TACIT_RECEIPT_DELIVERED ||
		    rc == TACIT_RECEIPT_READ)));
	}
	FUZZ_CHECK(tacit_receipts_get(p, &t->contact) == 0);
}

/* Everything that a host may ask. */
static void
look(struct tacit_practice *p, struct tacit *t)
{
	struct tacit_checkin_info i = { .size = sizeof(i) };
	struct tacit_practice_event ev = { .size = sizeof(ev) };
	struct tacit_checkin *k;
	int n = 0;

	while (tacit_practice_next_event(p, 0, &ev) == 1)
		FUZZ_CHECK(tacit_practice_event_done(p, ev.id) == 0);
	look_at_receipts(p, t);
	while (tacit_checkin_next(p, &t->contact, i.id[0] != '\0' ? i.id :
	    NULL, &i) == 1) {
		FUZZ_CHECK(++n <= 512 + 128);
		if (i.asked == 0)
			continue;
		FUZZ_CHECK(tacit_checkin_open(&k, p, &t->contact, i.id) == 0);
		tacit_checkin_close(k);
	}
}

/* One message; ${id}, if not NULL, is put where an id of its own would be. */
static void
message(struct tacit_practice *p, struct tacit *t, struct fuzz_in *in,
    const char *id, int64_t now)
{
	size_t len = fuzz_u16(in);
	uint8_t *bytes = fuzz_block(in, &len);

	if (len > 24576)
		len = 24576;
	if (id != NULL && len >= 4 + TACIT_CHECKIN_ID_SIZE - 1)
		memcpy(bytes + 4, id, TACIT_CHECKIN_ID_SIZE - 1);
	t->event.size = sizeof(t->event);
	t->event.id++;
	t->event.type = TACIT_EV_DATA;
	t->event.data_type = 1;
	t->event.contact = &t->contact;
	t->event.text = (const char *)bytes;
	t->event.text_len = len;
	t->waits = true;
	FUZZ_CHECK(tacit_practice_step(p, now) == 0);
	FUZZ_CHECK(!t->waits);
	free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	struct tacit *t = calloc(1, sizeof(*t));
	char id[TACIT_CHECKIN_ID_SIZE];
	int64_t now = begin_ms + 900001;
	struct tacit_practice *p;
	uint8_t kind;
	int n;

	FUZZ_CHECK(t != NULL && setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3",
	    1) == 0);
	fuzz_begin(1);
	ask_once(t, &p, id);
	for (n = 0; n < 64 && in.left > 0; n++) {
		kind = fuzz_u8(&in) % KINDS;
		if (kind == 1)
			now += (int64_t)fuzz_u16(&in) * 60000;
		else
			message(p, t, &in, kind == 2 ? id : NULL, now);
		FUZZ_CHECK(tacit_practice_step(p, now) == 0);
		look(p, t);
	}
	tacit_practice_close(p);
	while (t->n > 0)
		free(t->row[--t->n].value);
	free(t);
	return 0;
}
