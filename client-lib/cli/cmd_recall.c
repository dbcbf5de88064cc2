/* SPDX-License-Identifier: Apache-2.0 */
/* hold, recall, statement check: second thoughts. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli.h"

const char *
recall_sentence(enum tacit_fate fate)
{
	switch (fate) {
	case TACIT_FATE_NONE:
		return "it was not taken back";
	case TACIT_FATE_ASKED:
		return "nothing more of it is sent; the relay was not heard "
		    "yet (`tacit sync')";
	case TACIT_FATE_UNDONE:
		return "undone: it never left";
	case TACIT_FATE_UNDELIVERED:
		return "recalled: the relay destroyed it and gave it to "
		    "nobody";
	case TACIT_FATE_UNACKNOWLEDGED:
		return "recalled: the relay destroyed it, but may have given "
		    "it to them before";
	case TACIT_FATE_TAKEN:
		return "too late, or not known: the relay did not have it "
		    "any more";
	}
	return "";
}

enum tacit_message_state
recall_shown(struct tacit_contact *ct, const struct tacit_message *m)
{
	enum tacit_fate fate = TACIT_FATE_NONE;

	if (m->state == TACIT_RECALLED &&
	    tacit_recall(ct, m->id, &fate) == 0 && fate == TACIT_FATE_TAKEN)
		return TACIT_ACCEPTED;
	return m->state;
}

int
cmd_hold(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	int rc = 0, status, by_hand, seconds = (int)c->hold;

	if ((c->given & OPT_DEFAULT) != 0 && (c->contact == NULL ||
	    (c->given & OPT_HOLD) != 0))
		return cli_usage(c, "--default is for a CONTACT, and without "
		    "--hold");
	if ((c->given & OPT_DEFAULT) != 0)
		seconds = -1;
	if ((status = session_open(c)) != 0 || (c->contact != NULL &&
	    (status = session_contact(c, &ct, &info)) != 0))
		return status;
	if ((c->given & (OPT_HOLD | OPT_DEFAULT)) != 0 &&
	    (rc = tacit_hold_set(c->t, ct, seconds)) != 0)
		return cli_fail(c, rc, NULL);
	seconds = tacit_hold_get(c->t, ct);
	if (ct == NULL && c->json)
		return cli_done(c, json_out("{s:i}", "hold", seconds));
	if (ct == NULL) {
		printf("Texts are held back for %d seconds.\n", seconds);
		if (!tacit_hold_is_set(c->t, NULL))
			printf("Nobody has set that.  What you type to those "
			    "whom you invited is held back for %d.\n",
			    TACIT_PRACTICE_HOLD);
		return EX_OK;
	}
	if ((by_hand = tacit_practice_hold(c->p, ct)) < 0)
		return cli_fail(c, by_hand, NULL);
	if (c->json)
		return cli_done(c, json_out("{s:s, s:i, s:i}", "contact",
		    info.id, "hold", seconds, "by_hand", by_hand));
	printf("Texts are held back for %d seconds", seconds);
	if (by_hand != seconds)
		printf("; what you type, for %d", by_hand);
	puts(".");
	return EX_OK;
}

/* Until the relay was heard, or the time is over. */
static int
await(struct cli *c, struct tacit_contact *ct, enum tacit_fate *fate)
{
	int64_t deadline = session_now_ms() + c->wait_ms;
	int rc = 0;

	while (*fate == TACIT_FATE_ASKED && session_now_ms() < deadline &&
	    (rc = session_step(c, deadline)) == 0)
		if ((rc = tacit_recall(ct, c->message, fate)) != 0)
			break;
	return rc;
}

/* What the relay said, to ${o}.  0, TACIT_E_STATE: nothing; or an error. */
static int
export(struct cli *c, struct tacit_contact *ct, struct outfile *o)
{
	char *text = malloc(TACIT_STATEMENTS_SIZE);
	size_t len;
	int rc;

	if (text == NULL)
		return TACIT_E_NOMEM;
	if ((rc = tacit_recall_export(ct, c->message, text,
	    TACIT_STATEMENTS_SIZE, &len)) == 0)
		rc = outfile_write(o, text, len);
	free(text);
	return rc;
}

static int
report(struct cli *c, struct tacit_contact *ct, const char *id,
    enum tacit_fate fate, struct outfile *o)
{
	const char *back = retraction_of(c, ct, c->message);
	int rc = o != NULL ? export(c, ct, o) : TACIT_E_STATE, status;

	if (rc != 0 && rc != TACIT_E_STATE)
		return outfile_fail(c, o, rc);
	if (rc == 0 && (status = outfile_keep(c, o, 1)) != EX_OK)
		return status;
	if (c->json)
		return cli_done(c, json_out("{s:s, s:s, s:s, s:s*, s:s*}",
		    "contact", id, "message", c->message, "fate",
		    tacit_fate_word(fate), "retraction", back, "statement",
		    rc == 0 ? c->statement : NULL));
	puts(recall_sentence(fate));
	if (back != NULL)
		puts(strcmp(back, "done") == 0 ? "They have taken it back." :
		    strcmp(back, "kept") == 0 ? "You asked them to take it "
		    "back, and they keep it, for the record." :
		    "They are asked to take it back, and have not answered.");
	if (o != NULL && rc != 0)
		puts("The relay has made no statement about it.");
	return EX_OK;
}

static int
take_back(struct cli *c, struct outfile *o)
{
	enum tacit_fate fate = TACIT_FATE_NONE;
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	bool had;
	int rc, status;

	if ((c->given & OPT_WAIT) == 0)
		c->wait_ms = CLI_REACH_MS;
	if ((status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	rc = tacit_recall(ct, c->message, &fate);
	had = rc == TACIT_E_HAD && (c->given & OPT_ASK) != 0;
	if (had)
		rc = 0;
	else if (rc == 0)
		rc = await(c, ct, &fate);
	if (rc == 0 && (c->given & OPT_ASK) != 0 && (had ||
	    fate == TACIT_FATE_TAKEN || fate == TACIT_FATE_UNACKNOWLEDGED))
		rc = retraction_ask(c, ct, c->message);
	if (rc != 0)
		return cli_fail(c, rc, rc == TACIT_E_NOT_FOUND ?
		    "no text of yours has this id" : rc == TACIT_E_HAD ?
		    "--ask asks them to take it back" : NULL);
	return report(c, ct, info.id, had ? TACIT_FATE_TAKEN : fate, o);
}

/* The file is known to be fine before anything is taken back. */
int
cmd_recall(struct cli *c)
{
	bool wanted = (c->given & OPT_STATEMENT) != 0;
	struct outfile o;
	int status;

	if (!wanted)
		return take_back(c, NULL);
	if ((status = outfile_open(c, &o, c->statement,
	    (c->given & OPT_YES) != 0)) == EX_OK)
		status = take_back(c, &o);
	outfile_close(&o);
	return status;
}

/* All of ${path}, up to TACIT_STATEMENTS_SIZE bytes. */
static int
read_file(const char *path, char **out, size_t *len)
{
	FILE *f = fopen(path, "rbe");
	int rc = TACIT_E_IO;

	*out = malloc(TACIT_STATEMENTS_SIZE + 1);
	if (f != NULL && *out != NULL) {
		*len = fread(*out, 1, TACIT_STATEMENTS_SIZE + 1, f);
		if (ferror(f) == 0)
			rc = *len > TACIT_STATEMENTS_SIZE ? TACIT_E_STATEMENT : 0;
	}
	if (f != NULL)
		(void)fclose(f);
	return rc;
}

int
cmd_statement_check(struct cli *c)
{
	struct tacit_recall_claim claim = { .size = sizeof(claim) };
	char *text = NULL;
	size_t len = 0;
	int rc;

	if ((rc = read_file(c->file, &text, &len)) == 0)
		rc = tacit_recall_check(text, len, &claim);
	free(text);
	if (rc != 0)
		return cli_fail(c, rc, c->file);
	if (c->json)
		return cli_done(c, json_out("{s:s, s:i, s:s}", "fate",
		    tacit_fate_word(claim.fate), "statements",
		    (int)claim.statements, "relay_key", claim.relay_key));
	printf("%s: %u statement%s, signed by relay key\n%s\n",
	    tacit_fate_word(claim.fate), claim.statements,
	    claim.statements == 1 ? "" : "s", claim.relay_key);
	return EX_OK;
}
