/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sodium.h>

#include "change.h"
#include "contact.h"
#include "journal.h"
#include "record.h"
#include "tacit/hash.h"
#include "text.h"

enum { HOUR_MS = 3600 * 1000 };

/* The hash by which the next row, or oneself, names this one. */
static void
row_hash(uint8_t out[TACIT_HASH_LEN], const tacit_state_Log *row,
    const char *words, size_t len)
{
	uint8_t kind[8], time[8], until[8], count[8];
	const struct tacit_part part[] = {
		{ row->before, sizeof(row->before) }, { kind, sizeof(kind) },
		{ time, sizeof(time) }, { until, sizeof(until) },
		{ count, sizeof(count) },
		{ row->contact.bytes, row->contact.size }, { words, len },
	};

	record_number(kind, row->kind);
	record_number(time, row->time_ms);
	record_number(until, row->until_ms);
	record_number(count, row->count);
	tacit_hash(out, "tacit/1/log", part, sizeof(part) / sizeof(part[0]));
}

/* The row at ${place}, if ${hash} names it.  Output: ${words}, a tail. */
static int
row_get(struct tacit *t, uint64_t place, const uint8_t hash[TACIT_HASH_LEN],
    tacit_state_Log *row, char **words, size_t *len)
{
	uint8_t is[TACIT_HASH_LEN];
	struct record_key key;
	int rc;

	record_key(&key, "", 0, place);
	rc = record_get(t->vault, VAULT_LOG, key.data, key.len,
	    tacit_state_Log_fields, row, sizeof(*row), words, len);
	if (rc <= 0)
		return rc == 0 ? TACIT_E_CORRUPT : rc;
	row_hash(is, row, *words, *len);
	if (sodium_memcmp(is, hash, sizeof(is)) == 0)
		return 0;
	record_tail_free(*words, *len);
	*words = NULL;
	return TACIT_E_CORRUPT;
}

static int
row_put(struct tacit *t, const tacit_state_Log *row, const char *words,
    size_t len)
{
	struct record_key key;

	row_hash(t->self.log_head, row, words, len);
	t->self_changed = 1;
	t->logged.place = 0;
	record_key(&key, "", 0, t->self.log);
	return record_put(t->vault, VAULT_LOG, key.data, key.len,
	    tacit_state_Log_fields, row, words, len);
}

static int
add(struct tacit *t, tacit_state_Log *row, const char *words)
{
	memcpy(row->before, t->self.log_head, sizeof(row->before));
	t->self.log++;
	return row_put(t, row, words, strlen(words));
}

static tacit_state_Log
row_of(struct tacit *t, enum tacit_log_kind kind,
    const struct tacit_contact *ct)
{
	tacit_state_Log row = tacit_state_Log_init_zero;

	row.kind = kind;
	row.time_ms = (uint64_t)env_unix_ms(t);
	row.count = 1;
	if (ct != NULL) {
		memcpy(row.contact.bytes, ct->id, sizeof(ct->id));
		row.contact.size = sizeof(ct->id);
	}
	return row;
}

int
journal_words_fit(const char *words)
{
	return words[0] == '\0' || text_is_line(words, strlen(words),
	    TACIT_LOG_WORDS_SIZE - 1);
}

int
journal_write(struct tacit *t, enum tacit_log_kind kind,
    const struct tacit_contact *ct, const char *words)
{
	tacit_state_Log row = row_of(t, kind, ct);

	return add(t, &row, words);
}

int
journal_say(struct tacit *t, enum tacit_log_kind kind,
    const struct tacit_contact *ct)
{
	return journal_write(t, kind, ct, "");
}

/* Once more what the last row says, if that is of this hour. */
static int
again(struct tacit *t, enum tacit_log_kind kind, uint64_t ms)
{
	tacit_state_Log row = tacit_state_Log_init_zero;
	char *words = NULL;
	size_t len = 0;
	int rc = TACIT_E_CORRUPT;

	if (t->self.log > 0)
		rc = row_get(t, t->self.log, t->self.log_head, &row, &words,
		    &len);
	if (rc == 0 && row.kind == kind && ms >= row.time_ms &&
	    ms - row.time_ms < HOUR_MS) {
		row.until_ms = ms > row.until_ms ? ms : row.until_ms;
		row.count++;
		rc = row_put(t, &row, words, len);
		record_tail_free(words, len);
		return rc;
	}
	record_tail_free(words, len);
	/* What is wrong below is for the reader to find, not for us. */
	if (rc != 0 && rc != TACIT_E_CORRUPT)
		return rc;
	memset(&row, 0, sizeof(row));
	row.kind = kind;
	row.time_ms = ms;
	row.count = 1;
	return add(t, &row, "");
}

/* What was tried since the vault was opened last. */
static int
take_tries(struct tacit *t)
{
	tacit_state_Log row = tacit_state_Log_init_zero;
	struct vault_tries tries;
	uint64_t n;
	int rc = 0;

	vault_tries(t->vault, &tries);
	if (tries.count == t->self.tries)
		return 0;
	if (tries.count < t->self.tries) {
		rc = journal_say(t, TACIT_LOG_TRIES_LOST, NULL);
		t->self.tries = 0;
	}
	n = t->self.tries;
	if (rc == 0 && tries.count - n > VAULT_TRIES_KEPT) {
		row.kind = TACIT_LOG_FAILED;
		row.count = tries.count - n - VAULT_TRIES_KEPT;
		rc = add(t, &row, "");
		n = tries.count - VAULT_TRIES_KEPT;
	}
	for (; rc == 0 && n < tries.count; n++)
		rc = again(t, TACIT_LOG_FAILED,
		    (uint64_t)tries.unix_ms[n % VAULT_TRIES_KEPT]);
	t->self.tries = tries.count;
	t->self_changed = 1;
	return rc;
}

int
journal_settle(struct tacit *t)
{
	int rc;

	if (t->unlock_ms == 0)
		return 0;
	if ((rc = take_tries(t)) != 0)
		return rc;
	return again(t, TACIT_LOG_UNLOCK, (uint64_t)t->unlock_ms);
}

int
journal_opened(struct tacit *t)
{
	int rc;

	t->unlock_ms = env_unix_ms(t);
	if ((rc = change_begin(t)) != 0)
		return rc;
	rc = change_end(t, NULL, 0);
	return rc == TACIT_E_DISK_FULL ? 0 : rc;
}

/* ---- the public calls --------------------------------------------------------- */

/* Nothing may stand above the last row. */
static int
begin(struct tacit *t)
{
	struct vault_key key = { .len = 0 };
	int rc;

	if ((rc = vault_prev(t->vault, VAULT_LOG, NULL, 0, &key, NULL)) != 0)
		return rc;
	if (key.len != 0 && (key.len != 8 ||
	    record_key_number(key.data, key.len) != t->self.log))
		return TACIT_E_CORRUPT;
	t->logged.place = t->self.log;
	memcpy(t->logged.hash, t->self.log_head, sizeof(t->logged.hash));
	return 0;
}

static void
show(struct tacit_log_row *out, uint64_t place, const tacit_state_Log *row,
    const uint8_t hash[TACIT_HASH_LEN], const char *words, size_t len)
{
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	out->place = place;
	out->kind = (enum tacit_log_kind)row->kind;
	out->time_ms = (int64_t)row->time_ms;
	out->until_ms = (int64_t)(row->until_ms != 0 ? row->until_ms :
	    row->time_ms);
	out->count = row->count;
	if (row->contact.size == CONTACT_ID_LEN) {
		memcpy(out->contact, "c_", 2);
		memcpy(out->contact + 2, row->contact.bytes, CONTACT_ID_LEN);
	}
	if (len < sizeof(out->words))
		memcpy(out->words, words, len);
	memcpy(out->hash, hash, TACIT_HASH_LEN);
}

int
tacit_log_next(struct tacit *t, uint64_t before, struct tacit_log_row *out)
{
	tacit_state_Log row;
	uint64_t place;
	char *words = NULL;
	size_t len = 0;
	int rc;

	if (t == NULL || out == NULL || out->size != sizeof(*out))
		return TACIT_E_INVALID;
	if (t->broken != 0)
		return t->broken;
	if (before == 0 || before > t->self.log)
		before = t->self.log + 1;
	if ((before > t->self.log || t->logged.place < before - 1) &&
	    (rc = begin(t)) != 0)
		return rc;
	if (before == 1)
		return 0;
	/* The chain is followed from its head, or from where we were. */
	for (place = t->logged.place; place > 0; place--) {
		t->logged.place = 0;
		if ((rc = row_get(t, place, t->logged.hash, &row, &words,
		    &len)) != 0)
			return rc;
		if (place == before - 1)
			break;
		memcpy(t->logged.hash, row.before, sizeof(row.before));
		record_tail_free(words, len);
	}
	if (place == 0 || (place == 1 && !sodium_is_zero(row.before,
	    sizeof(row.before)))) {
		record_tail_free(words, len);
		return TACIT_E_CORRUPT;
	}
	show(out, place, &row, t->logged.hash, words, len);
	record_tail_free(words, len);
	t->logged.place = place - 1;
	memcpy(t->logged.hash, row.before, sizeof(row.before));
	return 1;
}

int
tacit_log_note(struct tacit *t, enum tacit_log_kind kind,
    struct tacit_contact *ct, const char *words)
{
	int rc;

	if (t == NULL || (ct != NULL && ct->t != t) ||
	    (kind != TACIT_LOG_EXPORT && kind != TACIT_LOG_NOTE))
		return TACIT_E_INVALID;
	if (words == NULL)
		words = "";
	if (!journal_words_fit(words))
		return TACIT_E_TEXT;
	if ((rc = change_begin(t)) != 0)
		return rc;
	return change_end(t, NULL, journal_write(t, kind, ct, words));
}

const char *
tacit_log_word(enum tacit_log_kind kind)
{
	switch (kind) {
	case TACIT_LOG_UNLOCK:
		return "unlock";
	case TACIT_LOG_FAILED:
		return "failed-unlock";
	case TACIT_LOG_TRIES_LOST:
		return "tries-lost";
	case TACIT_LOG_PASSPHRASE:
		return "passphrase";
	case TACIT_LOG_VERIFY:
		return "verify";
	case TACIT_LOG_UNVERIFIED:
		return "accept-unverified";
	case TACIT_LOG_IDENTITY:
		return "identity-changed";
	case TACIT_LOG_BACKUP:
		return "backup";
	case TACIT_LOG_RESTORE:
		return "restore";
	case TACIT_LOG_EXPORT:
		return "export";
	case TACIT_LOG_NOTE:
		return "note";
	case TACIT_LOG_DELETED:
		return "deleted";
	}
	return "unknown";
}
