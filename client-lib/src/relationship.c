/* SPDX-License-Identifier: Apache-2.0 */
/* The public API on contacts: find, pair, verify, write, end. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "change.h"
#include "contact.h"
#include "content.h"
#include "ending.h"
#include "model.h"
#include "history.h"
#include "journal.h"
#include "outbox.h"
#include "pair.h"
#include "record.h"
#include "restart.h"
#include "tend.h"

struct tacit_contact *
tacit_contact_next(struct tacit *t, struct tacit_contact *after)
{
	struct tacit_contact *ct = after == NULL ? t->contacts : after->next;

	while (ct != NULL && !contact_is_shown(ct))
		ct = ct->next;
	return ct;
}

/* Place in the list as people see it. */
static uint32_t
shown_number(struct tacit_contact *ct)
{
	struct tacit_contact *at = NULL;
	uint32_t n = 0;

	while ((at = tacit_contact_next(ct->t, at)) != NULL) {
		n++;
		if (at == ct)
			return n;
	}
	return 0;
}

static int
matches(struct tacit_contact *ct, const char *text)
{
	size_t len = strlen(text);
	char number[16];

	if (len == CONTACT_ID_LEN + 2 && memcmp(text, "c_", 2) == 0 &&
	    memcmp(text + 2, ct->id, CONTACT_ID_LEN) == 0)
		return 2;
	(void)snprintf(number, sizeof(number), "%u", shown_number(ct));
	if (strcmp(number, text) == 0)
		return 2;
	return len == ct->rec.label.size &&
	    memcmp(ct->rec.label.bytes, text, len) == 0;
}

int
tacit_contact_find(struct tacit_contact **out, struct tacit *t,
    const char *text)
{
	struct tacit_contact *ct = NULL, *found = NULL;
	int how, several = 0;

	if (out == NULL || text == NULL)
		return TACIT_E_INVALID;
	*out = NULL;
	while ((ct = tacit_contact_next(t, ct)) != NULL) {
		if ((how = matches(ct, text)) == 0)
			continue;
		if (how == 2) {
			*out = ct;
			return 0;
		}
		several = found != NULL;
		found = ct;
	}
	if (found == NULL)
		return TACIT_E_UNKNOWN_CONTACT;
	if (several)
		return TACIT_E_AMBIGUOUS_CONTACT;
	*out = found;
	return 0;
}

static enum tacit_contact_state
shown_state(const struct tacit_contact *ct)
{
	switch (ct->rec.step) {
	case tacit_state_Step_I1_MADE:
	case tacit_state_Step_I2_CREATED:
	case tacit_state_Step_I3_INVITED:
		return TACIT_INVITED;
	case tacit_state_Step_J1_READING:
	case tacit_state_Step_J2_READ:
	case tacit_state_Step_J3_JOINING:
		return TACIT_JOINING;
	case tacit_state_Step_I4_ANSWERED:
	case tacit_state_Step_I5_ACTIVE:
	case tacit_state_Step_J4_ACTIVE:
		return TACIT_ACTIVE;
	case tacit_state_Step_STEP_NONE:
	case tacit_state_Step_CLOSED:
	case tacit_state_Step_REMOVED:
		break;
	}
	return TACIT_CLOSED;
}

/* The relay has what the other side needs: my invitation, or my Hello. */
static int
is_ready(const struct tacit_contact *ct)
{
	const struct out_ref *o;

	if (ct->rec.inviter)
		return ct->rec.step >= tacit_state_Step_I3_INVITED &&
		    ct->rec.step <= tacit_state_Step_I5_ACTIVE;
	if (ct->rec.step == tacit_state_Step_J4_ACTIVE)
		return 1;
	if (ct->rec.step != tacit_state_Step_J3_JOINING)
		return 0;
	for (o = ct->out; o != NULL; o = o->next)
		if (o->kind == tacit_state_OutKind_OUT_HELLO)
			return o->okayed;
	return 1;
}

int
tacit_contact_info(struct tacit_contact *ct, struct tacit_contact_info *out)
{
	struct tend_left left;
	size_t size;

	if (out == NULL || out->size != sizeof(*out))
		return TACIT_E_INVALID;
	size = out->size;
	memset(out, 0, sizeof(*out));
	out->size = size;
	memcpy(out->id, "c_", 2);
	memcpy(out->id + 2, ct->id, CONTACT_ID_LEN);
	out->number = shown_number(ct);
	memcpy(out->label, ct->rec.label.bytes, ct->rec.label.size);
	memcpy(out->their_name, ct->rec.their_name.bytes,
	    ct->rec.their_name.size);
	out->state = shown_state(ct);
	out->verified = ct->rec.verified;
	out->inviter = ct->rec.inviter;
	out->unconfirmed = !contact_is_trusted(ct);
	out->unread = ct->unread;
	out->queued = contact_queued(ct);
	out->ready = is_ready(ct);
	out->problem = ct->problem;
	left = tend_left(ct);
	out->left = left.any;
	out->hope = left.hope;
	out->agreeing = restart_is_open(ct);
	return 0;
}

/* The relay with this URL, or the one added last. */
static int
find_relay(struct tacit *t, const char *url, tacit_state_Relay *out)
{
	struct vault_key key = { .len = 0 };
	struct vault_value value;
	struct tacit_place place;
	char is[TACIT_LINK_TEXT_MAX];
	int rc;

	for (;;) {
		if ((rc = vault_prev(t->vault, VAULT_RELAY, NULL, 0, &key,
		    &value)) != 0)
			return rc;
		if (key.len == 0)
			return TACIT_E_NO_RELAY;
		rc = record_read(&value, tacit_state_Relay_fields, out, NULL,
		    NULL);
		vault_value_free(&value);
		if (rc != 0)
			return rc;
		contact_place_read(&place, &out->place);
		if (url == NULL || (tacit_url_write(is, sizeof(is),
		    &place) == 0 && strcmp(is, url) == 0))
			return 0;
	}
}

int
tacit_invite(struct tacit_contact **out, struct tacit *t, const char *label,
    unsigned flags, uint32_t minutes, const char *relay)
{
	int in_person = (flags & TACIT_INVITE_IN_PERSON) != 0, rc;
	uint32_t longest = in_person ? TACIT_IN_PERSON_MINUTES :
	    TACIT_INVITATION_HOURS_MAX * 60;
	tacit_state_Relay r;

	if (out == NULL || label == NULL || flags > TACIT_INVITE_IN_PERSON ||
	    minutes > longest)
		return TACIT_E_INVALID;
	*out = NULL;
	if (!label_is_valid(label, strlen(label)))
		return TACIT_E_LABEL;
	if (minutes == 0)
		minutes = in_person ? TACIT_IN_PERSON_MINUTES :
		    TACIT_LINK_MINUTES;
	if ((rc = find_relay(t, relay, &r)) == 0)
		rc = pair_invite(out, t, label, in_person, minutes, &r);
	sodium_memzero(&r, sizeof(r));
	return rc;
}

int
tacit_invitation_link(struct tacit_contact *ct, char out[TACIT_LINK_SIZE])
{
	struct tacit_link link;
	int rc;

	if (out == NULL)
		return TACIT_E_INVALID;
	if (ct->problem == TACIT_E_ADMISSION)
		return ct->problem;
	if (!ct->rec.inviter || ct->pairing == NULL ||
	    ct->rec.step > tacit_state_Step_I3_INVITED)
		return TACIT_E_STATE;
	if (ct->rec.step < tacit_state_Step_I3_INVITED)
		return TACIT_E_WAIT;
	pair_link(ct, &link);
	rc = tacit_link_write(out, TACIT_LINK_SIZE, &link);
	sodium_memzero(&link, sizeof(link));
	return rc;
}

int
tacit_accept(struct tacit_contact **out, struct tacit *t, const char *link,
    size_t len, const char *label)
{
	struct tacit_link l;
	int rc;

	if (out == NULL || link == NULL || label == NULL)
		return TACIT_E_INVALID;
	*out = NULL;
	if ((rc = tacit_link_parse(&l, link, len)) != 0)
		return rc;
	rc = label_is_valid(label, strlen(label)) ?
	    pair_accept(out, t, &l, label) : TACIT_E_LABEL;
	sodium_memzero(&l, sizeof(l));
	return rc;
}

int
tacit_safety_number(struct tacit_contact *ct, char out[TACIT_SAFETY_SIZE])
{
	if (out == NULL)
		return TACIT_E_INVALID;
	return ratchet_safety_number(ct->t->ratchet, ct->rec.relationship,
	    out);
}

int
contact_can_verify(const struct tacit_contact *ct)
{
	char digits[TACIT_SAFETY_SIZE];

	return ratchet_safety_number(ct->t->ratchet, ct->rec.relationship,
	    digits);
}

int
contact_verify(struct tacit_contact *ct)
{
	ct->rec.verified = 1;
	return journal_say(ct->t, TACIT_LOG_VERIFY, ct);
}

int
tacit_verify(struct tacit_contact *ct)
{
	int rc;

	if ((rc = contact_can_verify(ct)) != 0 ||
	    (rc = change_begin(ct->t)) != 0)
		return rc;
	return change_end(ct->t, ct, contact_verify(ct));
}

int
tacit_accept_unverified(struct tacit_contact *ct)
{
	int rc;

	if (contact_is_trusted(ct))
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	ct->rec.accepted_ms = (uint64_t)env_unix_ms(ct->t);
	return change_end(ct->t, ct, journal_say(ct->t, TACIT_LOG_UNVERIFIED,
	    ct));
}

int
tacit_rotate(struct tacit_contact *ct)
{
	enum tacit_contact_state state = shown_state(ct);
	int rc;

	if (state != TACIT_ACTIVE)
		return state == TACIT_CLOSED ? TACIT_E_CONTACT_CLOSED :
		    TACIT_E_STATE;
	if (ct->rec.next.id != 0)
		return 0;		/* it is under way */
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	ct->rec.rotate_asked = 1;
	ct->rec.said_ms = 0;
	return change_end(ct->t, ct, 0);
}

int
tacit_contact_close(struct tacit_contact *ct)
{
	enum tacit_contact_state state = shown_state(ct);
	int rc;

	if (state == TACIT_CLOSED)
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	/* Once Hello may be on its way, the other end has to be told. */
	if (state != TACIT_ACTIVE &&
	    ct->rec.step != tacit_state_Step_J3_JOINING)
		return change_end(ct->t, ct, pair_abandon(ct));
	return change_end(ct->t, ct, ending_begin(ct));
}
