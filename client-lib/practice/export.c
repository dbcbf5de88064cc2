/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include <tacit/error.h>

#include "export.h"
#include "safe.h"
#include "stamp.h"

#define ID_SIGNS	"abcdefghijklmnopqrstuvwxyz0123456789_-" \
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const struct export_format *const formats[] = { &export_html,
    &export_json, &export_fhir };

const struct export_format *
export_find(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i]->word, word) == 0)
			return formats[i];
	return NULL;
}

static bool
is_id(const char *id)
{
	size_t len = id != NULL ? strlen(id) : 0;

	return len > 0 && len <= EXPORT_ID_MAX && strspn(id, ID_SIGNS) == len;
}

static bool
is_name(const char *name)
{
	size_t len = name != NULL ? strlen(name) : 0, i;

	for (i = 0; i < len; i++)
		if ((unsigned char)name[i] < 0x20)
			return false;
	return len > 0 && len <= EXPORT_NAME_MAX && safe_is_text(name, len);
}

int
export_check_head(const struct export_head *h)
{
	if (!is_name(h->label) || !is_name(h->me) || !is_name(h->software))
		return TACIT_E_LABEL;
	if (!is_id(h->contact) || !stamp_is(h->made_ms, h->zone_minutes) ||
	    !stamp_is(h->from_ms, h->to_ms != 0 ? h->zone_minutes : 0) ||
	    !stamp_is(h->to_ms, h->to_ms != 0 ? h->zone_minutes : 0))
		return TACIT_E_INVALID;
	return 0;
}

int
export_begin(struct export *x, const struct export_format *format,
    struct sink *s, const struct export_head *head)
{
	int rc = export_check_head(head);

	memset(x, 0, sizeof(*x));
	x->format = format;
	x->sink = s;
	x->head = head;
	return rc != 0 ? rc : format->begin(x);
}

int
export_trend(struct export *x, const struct trend *t)
{
	if (x->format->trend == NULL)
		return x->sink->error;
	x->trends++;
	return x->format->trend(x, t);
}

/* A text may have NULs: they steer, and are made visible as all that does. */
static bool
is_utf8(const char *text, size_t len)
{
	uint32_t c;
	size_t n;

	for (; len > 0; text += n, len -= n)
		if ((n = safe_take(&c, text, len)) == 0)
			return false;
	return true;
}

static int
check_entry(const struct entry *e)
{
	bool checkin = e->kind == ENTRY_CHECKIN;

	if (e->kind < ENTRY_MESSAGE || e->kind > ENTRY_NOTE ||
	    e->state < ENTRY_QUEUED || e->state > ENTRY_RECEIVED ||
	    e->fate < ENTRY_KEPT || e->fate > ENTRY_RETRACTED ||
	    (e->text != NULL && checkin) || (e->answers != NULL && !checkin) ||
	    !is_id(e->id) || !stamp_is(e->time_ms, e->zone_minutes))
		return TACIT_E_INVALID;
	if (e->fate == ENTRY_KEPT && e->text == NULL && e->answers == NULL)
		return TACIT_E_INVALID;
	if ((e->fate == ENTRY_EPHEMERAL || e->fate == ENTRY_DELETED) &&
	    e->text != NULL)
		return TACIT_E_INVALID;
	if (e->text != NULL && (e->text_len == 0 ||
	    e->text_len > EXPORT_TEXT_MAX ||
	    !is_utf8(e->text, e->text_len)))
		return TACIT_E_TEXT;
	return 0;
}

int
export_entry(struct export *x, const struct entry *e)
{
	int rc = check_entry(e);

	if (rc != 0 || (rc = x->format->entry(x, e)) != 0)
		return rc;
	x->date = stamp_date(e->time_ms, e->zone_minutes);
	x->messages += e->kind == ENTRY_MESSAGE;
	x->checkins += e->kind == ENTRY_CHECKIN;
	x->notes += e->kind == ENTRY_NOTE;
	return 0;
}

int
export_end(struct export *x)
{
	return x->format->end(x);
}

const char *
export_writer(const struct export *x, const struct entry *e)
{
	return e->from_me ? x->head->me : x->head->label;
}

const char *
export_fate_text(enum entry_fate fate)
{
	switch (fate) {
	case ENTRY_KEPT:
		break;
	case ENTRY_EPHEMERAL:
		return "left out: both ends will forget this text";
	case ENTRY_DELETED:
		return "left out: both ends have forgotten this text";
	case ENTRY_RECALLED:
		return "recalled by its writer before it was delivered";
	case ENTRY_RETRACTED:
		return "retracted by its writer after it was delivered";
	}
	return NULL;
}

const char *
export_fate_word(enum entry_fate fate)
{
	static const char *const words[] = { "kept", "ephemeral", "deleted",
	    "recalled", "retracted" };

	return words[fate];
}

const char *
export_state_word(enum entry_state state)
{
	static const char *const words[] = { "", "queued", "accepted",
	    "delivered", "read", "undelivered", "received" };

	return words[state];
}

const char *
export_kind_word(enum entry_kind kind)
{
	static const char *const words[] = { "", "message", "check-in",
	    "note" };

	return words[kind];
}

void
export_uuid(char out[EXPORT_UUID_LEN], const char *space, const char *id)
{
	static const char prefix[] = "urn:tacit:";
	unsigned char h[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	char hex[33];

	(void)crypto_hash_sha256_init(&state);
	(void)crypto_hash_sha256_update(&state, (const unsigned char *)prefix,
	    strlen(prefix));
	(void)crypto_hash_sha256_update(&state, (const unsigned char *)space,
	    strlen(space));
	(void)crypto_hash_sha256_update(&state, (const unsigned char *)":",
	    1);
	(void)crypto_hash_sha256_update(&state, (const unsigned char *)id,
	    strlen(id));
	(void)crypto_hash_sha256_final(&state, h);
	h[6] = (unsigned char)(0x80 | (h[6] & 0x0f));	/* version 8 */
	h[8] = (unsigned char)(0x80 | (h[8] & 0x3f));	/* variant */
	(void)sodium_bin2hex(hex, sizeof(hex), h, 16);
	(void)snprintf(out, EXPORT_UUID_LEN, "%.8s-%.4s-%.4s-%.4s-%.12s", hex,
	    hex + 8, hex + 12, hex + 16, hex + 20);
}
