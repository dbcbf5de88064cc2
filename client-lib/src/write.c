/* SPDX-License-Identifier: Apache-2.0 */
/* The public API on texts and data: each -> outbox rows and history. */
#include <string.h>

#include "change.h"
#include "contact.h"
#include "content.h"
#include "history.h"
#include "keep.h"
#include "keys.h"
#include "outbox.h"
#include "recall.h"
#include "write.h"

/* What must hold before a word is kept for this contact. */
static int
may_write(const struct tacit_contact *ct)
{
	switch (ct->rec.step) {
	case tacit_state_Step_CLOSED:
	case tacit_state_Step_REMOVED:
	case tacit_state_Step_STEP_NONE:
		return TACIT_E_CONTACT_CLOSED;
	case tacit_state_Step_I4_ANSWERED:
	case tacit_state_Step_I5_ACTIVE:
		return contact_is_trusted(ct) ? 0 : TACIT_E_NOT_VERIFIED;
	case tacit_state_Step_I1_MADE:
	case tacit_state_Step_I2_CREATED:
	case tacit_state_Step_I3_INVITED:
	case tacit_state_Step_J1_READING:
	case tacit_state_Step_J2_READ:
	case tacit_state_Step_J3_JOINING:
	case tacit_state_Step_J4_ACTIVE:
		break;
	}
	return 0;
}

/*
 * NUL can neither be typed nor shown, and ends a text for much that reads it.
 * One that comes is taken: the chain over what is left out would not hold.
 */
static int
has_nul(uint32_t type, const void *data, size_t len)
{
	return type == 0 && memchr(data, '\0', len) != NULL;
}

int
write_check(const struct tacit_contact *ct, uint32_t type, const void *data,
    size_t len, uint32_t hours)
{
	if (hours > TACIT_KEEP_HOURS_MAX || (hours > 0 && type != 0))
		return TACIT_E_INVALID;
	if (data == NULL || !text_is_sound(type, data, len, hours > 0 ?
	    TACIT_KEEP_TEXT_MAX : TACIT_TEXT_MAX) || has_nul(type, data, len))
		return type == 0 ? TACIT_E_TEXT : TACIT_E_INVALID;
	return may_write(ct);
}

static int
add_parts(struct tacit_contact *ct, uint32_t type, const char *text,
    size_t len, const tacit_state_Past *p)
{
	tacit_state_Out o = tacit_state_Out_init_zero;
	size_t at, n;
	int rc;

	o.kind = tacit_state_OutKind_OUT_TEXT;
	o.type = type;
	o.seq = ct->rec.seq;
	o.keep = p->keep;
	o.place = p->keep.hours != 0 ? ct->rec.history : 0;
	o.parts = keep_parts(type, &p->keep, text, len);
	o.time_ms = (uint64_t)p->time_ms;
	o.hold_ms = type == 0 ? recall_hold_ms(ct) : 0;
	memcpy(o.previous, ct->rec.chain, sizeof(o.previous));
	for (at = 0; at < len; at += n, o.part++) {
		n = keep_part_len(type, &p->keep, text + at, len - at);
		if ((rc = outbox_add(ct, &o, text + at, n)) != 0)
			return rc;
	}
	return 0;
}

int
write_add(struct tacit_contact *ct, uint32_t type, const void *data,
    size_t len, uint32_t hours)
{
	tacit_state_Past p = tacit_state_Past_init_zero;
	struct said said;
	int rc;

	ct->rec.seq++;
	p.from_me = 1;
	p.type = type;
	memcpy(p.stream, ct->rec.stream, sizeof(p.stream));
	p.seq = ct->rec.seq;
	p.time_ms = env_unix_ms(ct->t);
	memcpy(p.previous, ct->rec.chain, sizeof(p.previous));
	keep_make(ct->t, &p.keep, hours);
	if ((rc = history_add(ct, &p, data, len)) == 0)
		rc = add_parts(ct, type, data, len, &p);
	if (rc == 0 && hours > 0)
		rc = keep_add(ct, hours, 0);
	keep_said(&said, type, &p.keep, data, len);
	keys_chain(ct->rec.chain, ct->rec.chain, ct->rec.seq, said.type,
	    said.text, said.len);
	return rc;
}

static int
send_one(struct tacit_contact *ct, uint32_t type, const void *data,
    size_t len, uint32_t hours, char message[TACIT_MESSAGE_ID_SIZE],
    uint64_t *seq)
{
	int rc;

	if ((rc = write_check(ct, type, data, len, hours)) != 0 ||
	    (rc = change_begin(ct->t)) != 0)
		return rc;
	rc = write_add(ct, type, data, len, hours);
	if ((rc = change_end(ct->t, ct, rc)) != 0)
		return rc;
	if (message != NULL)
		contact_message_id(message, ct->rec.stream, ct->rec.seq);
	if (seq != NULL)
		*seq = ct->rec.seq;
	return 0;
}

int
tacit_send(struct tacit_contact *ct, const char *text, size_t len,
    char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq)
{
	return send_one(ct, 0, text, len, 0, message, seq);
}

int
tacit_send_fleeting(struct tacit_contact *ct, const char *text, size_t len,
    uint32_t keep_hours, char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq)
{
	if (keep_hours == 0)
		return TACIT_E_INVALID;
	return send_one(ct, 0, text, len, keep_hours, message, seq);
}

int
tacit_send_data(struct tacit_contact *ct, uint32_t type, const void *data,
    size_t len, char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq)
{
	if (type == 0)
		return TACIT_E_INVALID;
	return send_one(ct, type, data, len, 0, message, seq);
}
