/* SPDX-License-Identifier: Apache-2.0 */
/* A text on its way: what has to hold before it goes to this contact. */
#include <string.h>

#include <sodium.h>

#include "bounds.h"
#include "words.h"
#include "zone.h"

enum { SWITCH_MS = 2 * 60 * 1000 };

/* A safety number is of one relationship and its keys; none yet is fine. */
static int
words_for(struct tacit_contact *ct, char out[TACIT_WORDS_SIZE])
{
	struct {
		char id[TACIT_CONTACT_ID_SIZE];
		char safety[TACIT_SAFETY_SIZE];
	} name;
	int rc;

	memset(&name, 0, sizeof(name));
	if ((rc = practice_contact_id(ct, name.id)) != 0)
		return rc;
	rc = tacit_safety_number(ct, name.safety);
	if (rc != 0 && rc != TACIT_E_STATE)
		return rc;
	words_of(out, &name, sizeof(name));
	return 0;
}

int
tacit_practice_words(struct tacit_practice *p, struct tacit_contact *ct,
    char out[TACIT_WORDS_SIZE])
{
	if (p == NULL || ct == NULL || out == NULL)
		return TACIT_E_INVALID;
	return words_for(ct, out);
}

int
tacit_practice_named(struct tacit_practice *p, struct tacit_contact *ct,
    const char *text, size_t len, char label[TACIT_NAME_SIZE])
{
	struct tacit_contact_info own = { .size = sizeof(own) };
	struct tacit_contact_info info = { .size = sizeof(info) };
	struct tacit_contact *other = NULL;
	int rc;

	if (p == NULL || ct == NULL || label == NULL ||
	    (text == NULL && len > 0))
		return TACIT_E_INVALID;
	label[0] = '\0';
	if ((rc = tacit_contact_info(ct, &own)) != 0)
		return rc;
	while ((other = tacit_contact_next(p->t, other)) != NULL) {
		if (other == ct)
			continue;
		if ((rc = tacit_contact_info(other, &info)) != 0)
			return rc;
		if (!words_name(text, len, info.label, own.label))
			continue;
		memcpy(label, info.label, TACIT_NAME_SIZE);
		return 1;
	}
	return 0;
}

/* 1 if the words must be said before a text to ${id}; 0; or an error. */
static int
must_confirm(struct tacit_practice *p, int64_t now_ms, const char *id)
{
	tacit_rows_Wrote w = tacit_rows_Wrote_init_zero;
	struct row_key k;
	int rc;

	row_key(&k, ROW_WROTE);
	if ((rc = row_get(p->t, &k, tacit_rows_Wrote_fields, &w)) <= 0)
		return rc < 0 ? rc : 1;
	if (w.date != zone_civil(now_ms).date)
		return 1;
	/* Also if the clock went back: nobody knows how long it was. */
	return strcmp(w.contact, id) != 0 && now_ms < w.time_ms + SWITCH_MS;
}

static int
check_words(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, const char *id, const char *confirm)
{
	char words[TACIT_WORDS_SIZE];
	int rc;

#ifdef TACIT_CONTROL_NO_CONFIRM
	return 0;
#endif
	if (confirm == NULL || confirm[0] == '\0') {
		rc = must_confirm(p, now_ms, id);
		return rc == 1 ? TACIT_E_CONFIRM : rc;
	}
	if ((rc = words_for(ct, words)) != 0)
		return rc;
	return words_same(words, confirm) ? 0 : TACIT_E_CONFIRM;
}

/* What tacit_send() would refuse anyhow too, before a person is asked. */
static int
check_contact(struct tacit_practice *p, const struct tacit_contact_info *info)
{
	int rc;

	if (info->state == TACIT_CLOSED)
		return TACIT_E_CONTACT_CLOSED;
	/* Of another identity: it is verified with words about how. */
	if ((rc = life_check(p, info)) != 0)
		return rc;
	return info->unconfirmed && info->state == TACIT_ACTIVE ?
	    TACIT_E_NOT_VERIFIED : 0;
}

/* What the vault was told of them, and no step has looked at yet. */
static int
look_now(struct tacit_practice *p, int64_t now_ms)
{
	p->now_ms = now_ms;
	return look_tend(p);
}

int
tacit_practice_send(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, const char *text, size_t len,
    const char *confirm, unsigned flags, char message[TACIT_MESSAGE_ID_SIZE],
    uint64_t *seq)
{
	return tacit_practice_send_fleeting(p, now_ms, ct, text, len, 0,
	    confirm, flags, message, seq);
}

int
tacit_practice_send_fleeting(struct tacit_practice *p, int64_t now_ms,
    struct tacit_contact *ct, const char *text, size_t len,
    uint32_t keep_hours, const char *confirm, unsigned flags,
    char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	tacit_rows_Wrote w = tacit_rows_Wrote_init_zero;
	char label[TACIT_NAME_SIZE];
	struct row_key k;
	struct batch b;
	int rc;

	if (p == NULL || ct == NULL || text == NULL || now_ms < 0 ||
	    (flags & ~(unsigned)TACIT_SEND_ANYWAY) != 0)
		return TACIT_E_INVALID;
	if ((rc = tacit_contact_info(ct, &info)) != 0 ||
	    (rc = look_now(p, now_ms)) != 0 ||
	    (rc = check_contact(p, &info)) != 0 ||
	    (rc = card_check(p, &info)) != 0)
		return rc;
	if ((flags & TACIT_SEND_ANYWAY) == 0 &&
	    (rc = tacit_practice_named(p, ct, text, len, label)) != 0)
		return rc < 0 ? rc : TACIT_E_OTHER_NAME;
	if ((rc = check_words(p, now_ms, ct, info.id, confirm)) != 0)
		return rc;
	w.date = zone_civil(now_ms).date;
	w.time_ms = now_ms;
	memcpy(w.contact, info.id, sizeof(info.id));
	row_key(&k, ROW_WROTE);
	batch_begin(&b, p);
	batch_put(&b, &k, tacit_rows_Wrote_fields, &w);
	batch_text(&b, ct, text, len, keep_hours, message, seq);
	return batch_commit(&b);
}
