/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Second thoughts of an end: texts that are held back and taken back, by the
 * public API, and whether what is over is gone from its vault.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app.h"
#include "contact.h"
#include "letter.h"
#include "side.h"
#include "vault.h"
#include "wrap.h"

enum {
	PROOF = 65536,
	WORDS = 32,
	HOUR_MS = 3600 * 1000,
	SLIP_MS = 5 * 60 * 1000
};

WRAP(int, letter_seal, struct tacit_contact *, tacit_state_Out *,
    const char *, size_t);

/* All that is sealed passes here: what became of which text. */
int
__wrap_letter_seal(struct tacit_contact *ct, tacit_state_Out *o,
    const char *text, size_t len)
{
	struct side *d = ct->t->env.arg;
	char message[TACIT_MESSAGE_ID_SIZE];
	int rc = __real_letter_seal(ct, o, text, len);

	if (rc != 0 || len == 0)
		return rc;
	contact_message_id(message, o->stream, o->seq);
	ledger_sealed(d->s->ledger, d->i, message, text, len, o->envelope);
	return 0;
}

static int
recall(struct side *d, int rel, int back)
{
	char message[TACIT_MESSAGE_ID_SIZE];
	enum tacit_fate fate = TACIT_FATE_NONE;
	struct tacit_contact_info info;
	struct tacit_contact *ct = app_contact(d, rel, &info);
	int rc, number, dead;

	number = ledger_pick(d->s->ledger, d->i, rel, back, message);
	if (ct == NULL || number == 0)
		return 0;
	rc = tacit_recall(ct, message, &fate);
	dead = disk_end(d->disk) != DISK_FINE;
	ledger_recalls(d->s->ledger, d->i, rel, number, rc, fate,
	    rc == TACIT_E_IO || dead);
	sim_say(d->s, "end %d takes %d in %d back: %d %s", d->i, number, rel,
	    rc, tacit_fate_word(fate));
	return rc == TACIT_E_HAD || rc == TACIT_E_NOT_FOUND ? 0 : rc;
}

static void
take_back(struct side *d, int rel, int back)
{
	struct actor *was;
	int rc;

	if (d->t == NULL)
		return;
	was = actor_enter(&d->actor);
	rc = recall(d, rel, back);
	(void)actor_enter(was);
	side_judge(d, rc);
}

static void
hold(struct side *d, int rel, int seconds)
{
	struct tacit_contact_info info;
	struct tacit_contact *ct;
	struct actor *was;
	int rc = 0;

	if (d->t == NULL)
		return;
	was = actor_enter(&d->actor);
	if ((ct = app_contact(d, rel, &info)) != NULL)
		rc = tacit_hold_set(d->t, ct, seconds);
	(void)actor_enter(was);
	side_judge(d, rc);
}

static int
other_end(const struct sim *s, int rel, int64_t at)
{
	int a, b;

	plan_pair(s->plan, rel, &a, &b);
	return at == a ? b : a;
}

void
thought(struct sim *s, const struct step *st)
{
	const int64_t *a = st->arg;
	struct side *d = s->side[a[0]];

	switch (st->kind) {
	case STEP_recall:
		take_back(d, (int)a[1], (int)a[2]);
		break;
	case STEP_hold:
		hold(d, (int)a[1], (int)a[2]);
		break;
	case STEP_undo:
		/* Not held back: the other end does not hear it at once. */
		if (a[2] == 0)
			s->parted[other_end(s, (int)a[1], a[0])] =
			    s->now + SLIP_MS;
		hold(d, (int)a[1], (int)a[2]);
		side_write(d, (int)a[1], 1, 0, 0);
		sim_micro(s, a[3]);
		take_back(d, (int)a[1], 0);
		break;
	case STEP_fleet:
		side_write(d, (int)a[1], (int)a[2], 0, (uint32_t)a[3]);
		break;
	default:
		break;
	}
}

/* ---- the end ----------------------------------------------------------------- */

/* What the relay signed says no more, and no less, than the end was told. */
static void
check_proof(struct side *d, struct tacit_contact *ct, const char *message,
    enum tacit_fate fate)
{
	struct tacit_recall_claim c = { .size = sizeof(c) };
	char *text = __real_malloc(PROOF), key[65];
	size_t len = 0;
	int rc;

	if (text == NULL)
		abort();
	rc = tacit_recall_export(ct, message, text, PROOF, &len);
	if (rc == TACIT_E_STATE && (fate == TACIT_FATE_TAKEN ||
	    fate == TACIT_FATE_UNDONE))
		goto out;
	if (rc == 0)
		rc = tacit_recall_check(text, len, &c);
	if (rc != 0) {
		ledger_broken(d->s->ledger, "statement: of %s end %d has "
		    "none: %s", message, d->i, tacit_error_word(rc));
		goto out;
	}
	(void)sodium_bin2hex(key, sizeof(key), host_key(d->s->host), 32);
	if (strcmp(key, c.relay_key) != 0 || c.fate > fate ||
	    fate == TACIT_FATE_UNDONE || (c.fate < fate &&
	    fate != TACIT_FATE_UNACKNOWLEDGED))
		ledger_broken(d->s->ledger, "statement: of %s end %d is told "
		    "%s, and it says %s", message, d->i,
		    tacit_fate_word(fate), tacit_fate_word(c.fate));
out:
	free(text);
}

/* Said again, it is what it was. */
static void
ask_again(struct side *d, int rel)
{
	char message[TACIT_MESSAGE_ID_SIZE];
	struct tacit_contact_info info;
	struct tacit_contact *ct = app_contact(d, rel, &info);
	enum tacit_fate told, now;
	int back, number, rc;

	for (back = 0; ct != NULL && (number = ledger_pick(d->s->ledger, d->i,
	    rel, back, message)) != 0; back++) {
		if (!ledger_fate(d->s->ledger, d->i, rel, number, &told))
			continue;
		now = TACIT_FATE_NONE;
		rc = tacit_recall(ct, message, &now);
		/* Of who has closed a relay is asked no more. */
		if (rc != 0 || (now != told && told != TACIT_FATE_ASKED))
			ledger_broken(d->s->ledger, "taken back: of %s end %d "
			    "was told %s, and its vault says %s (%s)", message,
			    d->i, tacit_fate_word(told), tacit_fate_word(now),
			    tacit_error_word(rc));
		else if (now > TACIT_FATE_ASKED)
			check_proof(d, ct, message, now);
	}
}

/* A row of ${d} holds text ${number} of ${from}. */
static int
is_in_rows(struct side *d, const char *words)
{
	struct vault_value value;
	struct vault_key key;
	int t, found = 0;

	for (t = 1; t <= VAULT_LAST && !found; t++)
		for (key.len = 0;;) {
			if (vault_next(d->t->vault, (enum vault_table)t, NULL,
			    0, &key, &value) != 0 || key.len == 0)
				break;
			found |= memmem(value.data, value.len, words,
			    strlen(words)) != NULL;
			vault_value_free(&value);
		}
	return found ? t - 1 : 0;
}

static void
look_for(struct side *d, int rel, int from)
{
	int n = ledger_written(d->s->ledger, from, rel), table;
	char words[WORDS];

	for (; n > 0; n--) {
		if (!ledger_is_over(d->s->ledger, d->i, rel, from, n))
			continue;
		(void)snprintf(words, sizeof(words), "%d/%d/%d:", from, rel, n);
		if ((table = is_in_rows(d, words)) != 0)
			ledger_broken(d->s->ledger, "forgotten: end %d has "
			    "text %d of end %d in relationship %d in table %d",
			    d->i, n, from, rel, table);
	}
}

static void
look(struct side *d)
{
	struct actor *was;
	int r, a, b;

	if (d->t == NULL)
		return;
	was = actor_enter(&d->actor);
	for (r = 0; r < d->s->plan->rels; r++) {
		plan_pair(d->s->plan, r, &a, &b);
		if (a != d->i && b != d->i)
			continue;
		ask_again(d, r);
		look_for(d, r, a);
		look_for(d, r, b);
	}
	(void)actor_enter(was);
}

void
thoughts_end(struct sim *s)
{
	int64_t most = 0;
	size_t i;
	int k;

	for (i = 0; i < s->plan->n; i++)
		if (s->plan->step[i].kind == STEP_fleet &&
		    most < s->plan->step[i].arg[3])
			most = s->plan->step[i].arg[3];
	/* What they write says what they have. */
	for (k = 0; most > 0 && k < 2; k++) {
		sim_probe(s);
		sim_sleep_until(s, s->now + SLIP_MS);
	}
	if (most > 0)
		sim_sleep_until(s, s->now + (most + 1) * HOUR_MS +
		    ledger_jumps(s->ledger));
	for (k = 0; k < s->plan->ends; k++)
		look(s->side[k]);
}
