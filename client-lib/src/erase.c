/* SPDX-License-Identifier: Apache-2.0 */
/* The public API on removing a contact for good. */
#include <string.h>

#include <sodium.h>

#include "change.h"
#include "contact.h"
#include "contact_store.h"
#include "data.h"
#include "ending.h"
#include "event.h"
#include "journal.h"
#include "outbox.h"
#include "post.h"
#include "record.h"
#include "tacit/erase.h"

static int
is_closed(const struct tacit_contact *ct)
{
	return ct->rec.step == tacit_state_Step_CLOSED;
}

int64_t
tacit_contact_ended_ms(const struct tacit_contact *ct)
{
	return is_closed(ct) ? (int64_t)ct->rec.closed_ms : 0;
}

/* So long ago that nothing of it can wait at a relay any more. */
static int
is_long_ago(const struct tacit_contact *ct)
{
	uint64_t ttl_ms = TACIT_TTL_DAYS * 24ULL * 3600 * 1000;

	return (uint64_t)env_unix_ms(ct->t) >= ct->rec.closed_ms + ttl_ms;
}

static int
check(const struct tacit_contact *ct, const struct tacit_prefix *rows,
    size_t n, const char *words)
{
	size_t i;

	if (ct == NULL || (rows == NULL && n > 0) || words == NULL)
		return TACIT_E_INVALID;
	for (i = 0; i < n; i++)
		if (!data_key_is_valid(rows[i].data, rows[i].len))
			return TACIT_E_INVALID;
	if (!journal_words_fit(words))
		return TACIT_E_TEXT;
	if (!is_closed(ct))
		return TACIT_E_STATE;
	/* Answers to what is under way find what they are about. */
	if (post_is_under_way(ct) || ct->recall != 0)
		return TACIT_E_WAIT;
	return !is_long_ago(ct) && outbox_has(ct,
	    tacit_state_OutKind_OUT_CLOSED) ? TACIT_E_WAIT : 0;
}

static int
clear_rows(struct tacit *t, const struct tacit_prefix *prefix)
{
	uint8_t key[TACIT_ROW_KEY_SIZE];
	size_t len = 0;
	int rc;

	while ((rc = tacit_data_next(t, prefix->data, prefix->len, key, len,
	    key, &len)) == 1)
		if ((rc = data_del(t, key, len)) != 0)
			break;
	sodium_memzero(key, sizeof(key));
	return rc;
}

/* What is left of it are requests that its relay still has to be asked. */
static int
clear_contact(struct tacit_contact *ct)
{
	int rc;

	if ((rc = ending_alone(ct)) != 0 || (rc = event_clear(ct)) != 0 ||
	    (rc = contact_erase(ct)) != 0)
		return rc;
	/* The invitation was answered, and ends by itself. */
	ct->rec.due &= DUE_CLOSE | DUE_SHUT;
	if (is_long_ago(ct))
		ct->rec.due = 0;
	sodium_memzero(&ct->rec.label, sizeof(ct->rec.label));
	sodium_memzero(&ct->rec.their_name, sizeof(ct->rec.their_name));
	return 0;
}

static void
take_back(struct tacit *t)
{
	record_tail_free(t->shown.text, t->shown.len);
	record_tail_free(t->read.text, t->read.len);
	memset(&t->shown, 0, sizeof(t->shown));
	memset(&t->read, 0, sizeof(t->read));
	memset(&t->past, 0, sizeof(t->past));
	data_forget(t);
}

int
tacit_contact_erase(struct tacit_contact *ct, const struct tacit_prefix *rows,
    size_t n, const char *words)
{
	size_t i;
	int rc;

	if ((rc = check(ct, rows, n, words)) != 0 ||
	    (rc = change_begin(ct->t)) != 0)
		return rc;
	rc = journal_write(ct->t, TACIT_LOG_DELETED, ct, words);
	for (i = 0; i < n && rc == 0; i++)
		rc = clear_rows(ct->t, &rows[i]);
	if (rc == 0)
		rc = clear_contact(ct);
	if ((rc = change_end(ct->t, ct, rc)) != 0)
		return rc;
	take_back(ct->t);
	return vault_settle(ct->t->vault);
}
