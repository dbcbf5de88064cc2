/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "change.h"
#include "contact_store.h"
#include "event.h"
#include "host_log.h"
#include "journal.h"
#include "keep.h"
#include "record.h"

/* Quiet for so long, replaced rows leave the files for good. */
enum { SETTLE_MS = 1000 };

int
change_load_self(struct tacit *t)
{
	int rc = record_get_self(t->vault, &t->self);

	t->self_changed = 0;
	return rc == 0 ? TACIT_E_CORRUPT : rc < 0 ? rc : 0;
}

static int
write_change(struct tacit *t, struct tacit_contact *const *ct, size_t n)
{
	size_t i;
	int rc;

	for (i = 0; i < n; i++)
		if ((rc = contact_store(ct[i])) != 0)
			return rc;
	if (t->self_changed &&
	    (rc = record_put_self(t->vault, &t->self)) != 0)
		return rc;
	return vault_commit(t->vault);
}

/* Commit, or undo. */
static int
finish(struct tacit *t, struct tacit_contact *const *ct, size_t n, int rc)
{
	size_t i;
	int undone;

	if (rc == 0 && (rc = write_change(t, ct, n)) == 0) {
		t->self_changed = 0;
		t->unlock_ms = 0;
		t->settle_at = env_mono_ms(t) + SETTLE_MS;
		for (i = 0; i < n; i++)
			ct[i]->pairing_changed = 0;
		return 0;
	}
	if (rc <= TACIT_E_NOMEM && rc >= TACIT_E_INTERNAL)
		host_log(&t->host, TACIT_LEVEL_ERROR, "change-failed",
		    tacit_error_word(rc), -1);
	vault_rollback(t->vault);
	undone = change_load_self(t);
	for (i = 0; i < n && undone == 0; i++)
		undone = contact_reload(ct[i]);
	if (undone == 0)
		undone = event_count_unread(t);
	if (undone == 0)
		undone = keep_load(t);
	if (undone != 0) {
		t->broken = undone;
		host_log(&t->host, TACIT_LEVEL_ERROR, "vault-broken",
		    tacit_error_word(undone), -1);
	}
	return rc;
}

int
change_begin(struct tacit *t)
{
	int rc;

	if (t->broken != 0)
		return t->broken;
	if (t->batch.begun)
		return t->batch.failed;
	if ((rc = vault_begin(t->vault)) != 0)
		return rc;
	/* First in the log is that the vault was opened. */
	if ((rc = journal_settle(t)) != 0)
		return finish(t, NULL, 0, rc);
	t->batch.begun = t->batch.open;
	return 0;
}

/* Its end is that of the batch. */
static void
touch(struct tacit *t, struct tacit_contact *ct)
{
	size_t i;

	for (i = 0; i < t->batch.n; i++)
		if (t->batch.ct[i] == ct)
			return;
	assert(t->batch.n < BATCH_MAX);
	t->batch.ct[t->batch.n++] = ct;
}

int
change_end_all(struct tacit *t, struct tacit_contact *const *ct, size_t n,
    int rc)
{
	size_t i;

	if (!t->batch.begun)
		return finish(t, ct, n, rc);
	for (i = 0; i < n; i++)
		touch(t, ct[i]);
	if (t->batch.failed == 0)
		t->batch.failed = rc;
	return rc;
}

int
change_end(struct tacit *t, struct tacit_contact *ct, int rc)
{
	return change_end_all(t, &ct, ct != NULL, rc);
}

void
change_batch(struct tacit *t)
{
	assert(!t->batch.open);
	t->batch.open = 1;
}

int
change_batch_end(struct tacit *t, int rc)
{
	if (t->batch.failed != 0)
		rc = t->batch.failed;
	if (t->batch.begun)
		rc = finish(t, t->batch.ct, t->batch.n, rc);
	t->batch.open = t->batch.begun = 0;
	t->batch.n = 0;
	t->batch.failed = 0;
	return rc;
}
