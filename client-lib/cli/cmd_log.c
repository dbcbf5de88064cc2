/* SPDX-License-Identifier: Apache-2.0 */
/* log: what was done with the vault, oldest first. */
#include <stdlib.h>
#include <string.h>

#include <tacit/vault_log.h>

#include "cli.h"

/* The rows of a log, newest first. */
struct rows {
	struct tacit_log_row *all;
	size_t n, cap;
};

static int
keep(struct rows *r, const struct tacit_log_row *row)
{
	size_t cap = r->cap == 0 ? 64 : 2 * r->cap;
	struct tacit_log_row *more;

	if (r->n == r->cap) {
		more = reallocarray(r->all, cap, sizeof(*more));
		if (more == NULL)
			return TACIT_E_NOMEM;
		r->all = more;
		r->cap = cap;
	}
	r->all[r->n++] = *row;
	return 0;
}

/* The newest ${last}; but all are read, and so verified. */
static int
read_rows(struct cli *c, struct rows *r, uint32_t last)
{
	struct tacit_log_row row = { .size = sizeof(row) };
	uint64_t before = 0;
	int rc;

	while ((rc = tacit_log_next(c->t, before, &row)) == 1) {
		before = row.place;
		if (r->n < last && (rc = keep(r, &row)) != 0)
			return rc;
	}
	return rc;
}

static int
row_json(const struct tacit_log_row *row)
{
	char when[32], until[32], hash[2 * sizeof(row->hash) + 1];
	size_t i;

	text_time(when, row->time_ms);
	text_time(until, row->until_ms);
	for (i = 0; i < sizeof(row->hash); i++)
		(void)snprintf(hash + 2 * i, 3, "%02x", row->hash[i]);
	return json_out("{s:I, s:s, s:s*, s:s*, s:I, s:s*, s:s*, s:s}",
	    "place", (long long)row->place, "kind", tacit_log_word(row->kind),
	    "time", row->time_ms != 0 ? when : NULL,
	    "until", row->until_ms != row->time_ms ? until : NULL,
	    "count", (long long)row->count,
	    "contact", row->contact[0] != '\0' ? row->contact : NULL,
	    "words", row->words[0] != '\0' ? row->words : NULL,
	    "hash", hash);
}

static const char *
sentence(enum tacit_log_kind kind)
{
	switch (kind) {
	case TACIT_LOG_UNLOCK:
		return "opened";
	case TACIT_LOG_FAILED:
		return "a wrong passphrase was tried";
	case TACIT_LOG_TRIES_LOST:
		return "the count of wrong passphrases was lost or replaced "
		    "(or the vault was moved)";
	case TACIT_LOG_PASSPHRASE:
		return "the passphrase was changed";
	case TACIT_LOG_VERIFY:
		return "verified";
	case TACIT_LOG_UNVERIFIED:
		return "the risk of not verifying was accepted";
	case TACIT_LOG_IDENTITY:
		return "the identity changed";
	case TACIT_LOG_BACKUP:
		return "a backup was begun";
	case TACIT_LOG_RESTORE:
		return "this vault was made of a backup";
	case TACIT_LOG_EXPORT:
		return "an export was begun";
	case TACIT_LOG_NOTE:
		return "note";
	case TACIT_LOG_DELETED:
		return "deleted, with all that was written";
	}
	return "something that this version does not know";
}

static void
row_line(struct cli *c, const struct tacit_log_row *row)
{
	struct tacit_contact *ct;
	char when[32] = "at some time", until[32];

	if (row->time_ms != 0)
		text_clock(when, row->time_ms);
	printf("%s  ", when);
	if (row->contact[0] != '\0') {
		text_put_name(stdout, tacit_contact_find(&ct, c->t,
		    row->contact) == 0 ? session_info(ct).label :
		    row->contact);
		fputs(": ", stdout);
	}
	fputs(sentence(row->kind), stdout);
	if (row->words[0] != '\0') {
		fputs(": ", stdout);
		text_put_name(stdout, row->words);
	}
	if (row->count > 1)
		printf(", %llu times", (unsigned long long)row->count);
	if (row->until_ms != row->time_ms) {
		text_clock(until, row->until_ms);
		printf(" until %s", until);
	}
	putchar('\n');
}

int
cmd_log(struct cli *c)
{
	struct rows r = { NULL, 0, 0 };
	size_t i;
	int rc, status;

	if ((status = session_open(c)) != 0)
		return status;
	rc = read_rows(c, &r, (c->given & OPT_LAST) != 0 ? c->last :
	    UINT32_MAX);
	for (i = r.n; i-- > 0 && rc == 0;) {
		if (c->json)
			rc = row_json(&r.all[i]);
		else
			row_line(c, &r.all[i]);
	}
	if (r.all != NULL)
		explicit_bzero(r.all, r.cap * sizeof(*r.all));
	free(r.all);
	return rc == TACIT_E_CORRUPT ? cli_fail_as(c, rc,
	    "the log was changed by something else; it is not shown") :
	    cli_done(c, rc);
}
