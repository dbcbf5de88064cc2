/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "side.h"
#include "wrap.h"

enum { EVENTS_A_TURN = 8 };

static int
dead(const struct side *d)
{
	return disk_end(d->disk) != DISK_FINE;
}

/* Its contact in ${rel} has this label. */
struct tacit_contact *
app_contact(struct side *d, int rel, struct tacit_contact_info *info)
{
	struct tacit_contact *ct = NULL;
	char label[16];

	(void)snprintf(label, sizeof(label), "rel %d", rel);
	while ((ct = tacit_contact_next(d->t, ct)) != NULL) {
		info->size = sizeof(*info);
		if (tacit_contact_info(ct, info) == 0 &&
		    strcmp(info->label, label) == 0)
			return ct;
	}
	return NULL;
}

static int
rel_of(struct tacit_contact *ct)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	int rel = -1;

	if (ct == NULL || tacit_contact_info(ct, &info) != 0 ||
	    sscanf(info.label, "rel %d", &rel) != 1)
		return -1;
	return rel;
}

/* ---- invitations -------------------------------------------------------------- */

/* The joiner gets the link; it wakes up if it sleeps. */
static void
hand_over(struct side *d, int rel)
{
	struct side *to;
	int a, b;

	plan_pair(d->s->plan, rel, &a, &b);
	to = d->s->side[b];
	if (to->t != NULL)
		to->due = d->s->now;
}

static int
as_inviter(struct side *d, int rel)
{
	struct tacit_contact_info info;
	struct tacit_contact *ct = app_contact(d, rel, &info);
	char label[16];
	int rc = 0;

	(void)snprintf(label, sizeof(label), "rel %d", rel);
	if (ct == NULL && d->s->link[rel][0] == '\0')
		return tacit_invite(&ct, d->t, label, 0, 0, NULL);
	if (ct == NULL)
		return 0;
	if (info.state == TACIT_INVITED && d->s->refused[rel]) {
		d->s->refused[rel] = 0;
		return tacit_contact_close(ct);
	}
	if (info.state == TACIT_INVITED && d->s->link[rel][0] == '\0') {
		rc = tacit_invitation_link(ct, d->s->link[rel]);
		if (rc != 0 || dead(d))
			d->s->link[rel][0] = '\0';
		else
			hand_over(d, rel);
		return rc == TACIT_E_WAIT || rc == TACIT_E_STATE ? 0 : rc;
	}
	if (info.unconfirmed && info.state == TACIT_ACTIVE)
		rc = tacit_accept_unverified(ct);
	return rc;
}

static int
as_joiner(struct side *d, int rel)
{
	struct tacit_contact_info info;
	struct tacit_contact *ct = app_contact(d, rel, &info);
	struct tacit_event e = { .size = sizeof(e) };
	char label[16];
	int rc;

	if (ct != NULL || d->s->link[rel][0] == '\0')
		return 0;
	/* A link that was refused is not tried again: that may be the event. */
	if ((rc = tacit_next_event(d->t, 0, &e)) != 0)
		return rc < 0 ? rc : 0;
	(void)snprintf(label, sizeof(label), "rel %d", rel);
	return tacit_accept(&ct, d->t, d->s->link[rel],
	    strlen(d->s->link[rel]), label);
}

static int
tend_rels(struct side *d)
{
	int r, a, b, rc = 0;

	for (r = 0; r < d->s->plan->rels && rc == 0; r++) {
		if (!d->s->wanted[r])
			continue;
		plan_pair(d->s->plan, r, &a, &b);
		if (a == d->i)
			rc = as_inviter(d, r);
		else if (b == d->i)
			rc = as_joiner(d, r);
	}
	return rc;
}

/* ---- events ------------------------------------------------------------------- */

/* The invitation came to nothing: the inviter makes another. */
static void
note_refused(struct side *d, int rel)
{
	int a, b;

	if (rel < 0 || !d->s->wanted[rel])
		return;
	plan_pair(d->s->plan, rel, &a, &b);
	d->s->link[rel][0] = '\0';
	d->s->refused[rel] = d->i == b;
	if (d->s->side[a]->t != NULL)
		d->s->side[a]->due = d->s->now;
}

/* Shown, and mostly confirmed. */
static int
one_event(struct side *d, const struct tacit_event *e)
{
	uint64_t id = e->id;
	int rc;

	if (dead(d))
		return 0;
	sim_say(d->s, "end %d event %llu %s rel %d seq %llu late %d %.24s",
	    d->i, (unsigned long long)id, tacit_event_word(e->type),
	    rel_of(e->contact), (unsigned long long)e->seq, e->late,
	    e->text != NULL ? e->text : "");
	ledger_event(d->s->ledger, d->i, rel_of(e->contact), e);
	if (e->type == TACIT_EV_REFUSED)
		note_refused(d, rel_of(e->contact));
	if (!d->s->calm && random_below(&d->chance, 8) == 0)
		return TACIT_E_WAIT;
	rc = tacit_event_done(d->t, id);
	if (rc == 0 || rc == TACIT_E_IO || dead(d))
		ledger_done(d->s->ledger, d->i, id, rc != 0 || dead(d));
	return rc;
}

static int
tend_events(struct side *d)
{
	struct tacit_event e = { .size = sizeof(e) };
	int i, rc = 0;

	if (!d->s->calm && random_below(&d->chance, 4) == 0)
		return 0;
	for (i = 0; i < EVENTS_A_TURN && rc == 0; i++) {
		if ((rc = tacit_next_event(d->t, 0, &e)) <= 0)
			break;
		rc = one_event(d, &e);
	}
	return rc == TACIT_E_WAIT ? 0 : rc;
}

int
app_turn(struct side *d)
{
	int rc = tend_rels(d);

	return rc != 0 ? rc : tend_events(d);
}

int
app_is_busy(struct side *d)
{
	struct tacit_event e = { .size = sizeof(e) };
	struct tacit_contact_info info;
	struct tacit_contact *ct;
	int r, a, b;

	for (r = 0; r < d->s->plan->rels; r++) {
		plan_pair(d->s->plan, r, &a, &b);
		if (!d->s->wanted[r] || (a != d->i && b != d->i))
			continue;
		ct = app_contact(d, r, &info);
		if (ct == NULL && (a == d->i) == (d->s->link[r][0] == '\0'))
			return 1;
		if (ct != NULL && a == d->i && info.state == TACIT_INVITED &&
		    info.ready && d->s->link[r][0] == '\0')
			return 1;
		if (ct != NULL && a == d->i && info.unconfirmed &&
		    info.state == TACIT_ACTIVE)
			return 1;
	}
	return tacit_next_event(d->t, 0, &e) == 1;
}

/* ---- texts -------------------------------------------------------------------- */

int
app_write(struct side *d, int rel, uint32_t size, uint32_t hours)
{
	char message[TACIT_MESSAGE_ID_SIZE] = "", *text;
	struct tacit_contact_info info;
	struct tacit_contact *ct = app_contact(d, rel, &info);
	enum ledger_call how = CALL_REFUSED;
	uint64_t seq = 0;
	size_t len = size;
	uint32_t type;
	int rc, number;

	if (ct == NULL || info.state == TACIT_CLOSED || (info.inviter &&
	    (info.unconfirmed || info.state == TACIT_INVITED)))
		return 0;
	if ((text = __real_malloc(LEDGER_TEXT)) == NULL)
		abort();
	number = ledger_text(d->s->ledger, d->i, rel, text, &len);
	type = ledger_type(d->i, rel, number);
	if (type != 0)
		rc = tacit_send_data(ct, type, text, len, message, &seq);
	else if (hours == 0)
		rc = tacit_send(ct, text, len, message, &seq);
	else {
		ledger_keeps(d->s->ledger, d->i, rel, number, hours);
		rc = tacit_send_fleeting(ct, text, len, hours, message, &seq);
	}
	if (rc == TACIT_E_IO || dead(d))
		how = CALL_UNKNOWN;
	else if (rc == 0)
		how = CALL_DONE;
	ledger_wrote(d->s->ledger, d->i, rel, number, how, message, seq);
	sim_say(d->s, "end %d writes %d in %d: %d seq %llu", d->i, number, rel,
	    rc, (unsigned long long)seq);
	free(text);
	return rc;
}

int
app_look_back(struct side *d, int rel)
{
	struct tacit_message m = { .size = sizeof(m) };
	struct tacit_event e = { .size = sizeof(e) };
	struct tacit_contact_info info;
	struct tacit_contact *ct = app_contact(d, rel, &info);
	int rc;

	if (ct == NULL)
		return 0;
	if ((rc = tacit_next_event(d->t, 0, &e)) < 0)
		return rc;
	ledger_unread(d->s->ledger, d->i, rc);
	ledger_history_begin(d->s->ledger);
	for (m.place = 0; (rc = tacit_history(ct, m.place, &m)) == 0;)
		ledger_history(d->s->ledger, d->i, rel, &m);
	if (rc == TACIT_E_STATE)
		ledger_history_end(d->s->ledger, d->i, rel);
	return rc == TACIT_E_STATE ? 0 : rc;
}

int
app_close(struct side *d, int rel)
{
	struct tacit_contact_info info;
	struct tacit_contact *ct = app_contact(d, rel, &info);
	int rc;

	if (ct == NULL || info.state != TACIT_ACTIVE)
		return 0;
	ledger_ended(d->s->ledger, d->i, rel);
	d->s->wanted[rel] = 0;
	rc = tacit_contact_close(ct);
	sim_say(d->s, "end %d closes %d: %d", d->i, rel, rc);
	return rc;
}

int
app_rotate(struct side *d, int rel)
{
	struct tacit_contact_info info;
	struct tacit_contact *ct = app_contact(d, rel, &info);
	int rc;

	if (ct == NULL || info.state != TACIT_ACTIVE)
		return 0;
	ledger_rotates(d->s->ledger, rel);
	rc = tacit_rotate(ct);
	sim_say(d->s, "end %d wants new keys in %d: %d", d->i, rel, rc);
	return rc;
}
