/* SPDX-License-Identifier: Apache-2.0 */
/* The public API on texts: one text -> outbox rows and history. */
#include <string.h>

#include "change.h"
#include "contact.h"
#include "content.h"
#include "history.h"
#include "keys.h"
#include "outbox.h"

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

static int
add_parts(struct tacit_contact *ct, const char *text, size_t len,
    int64_t now)
{
	tacit_state_Out o = tacit_state_Out_init_zero;
	size_t at, n;
	int rc;

	o.kind = tacit_state_OutKind_OUT_TEXT;
	o.seq = ct->rec.seq;
	o.parts = text_parts(text, len);
	o.time_ms = (uint64_t)now;
	memcpy(o.previous, ct->rec.chain, sizeof(o.previous));
	for (at = 0; at < len; at += n, o.part++) {
		n = text_part_len(text + at, len - at);
		if ((rc = outbox_add(ct, &o, text + at, n)) != 0)
			return rc;
	}
	return 0;
}

int
tacit_send(struct tacit_contact *ct, const char *text, size_t len,
    char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq)
{
	int64_t now = env_unix_ms(ct->t);
	int rc;

	if (text == NULL || !text_is_valid(text, len, TACIT_TEXT_MAX) ||
	    text_parts(text, len) > TACIT_TEXT_PARTS_MAX)
		return TACIT_E_TEXT;
	if ((rc = may_write(ct)) != 0)
		return rc;

	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	ct->rec.seq++;
	if ((rc = add_parts(ct, text, len, now)) == 0)
		rc = history_add(ct, 1, ct->rec.stream, ct->rec.seq,
		    ct->rec.chain, now, text, len);
	keys_chain(ct->rec.chain, ct->rec.chain, ct->rec.seq,
	    (const uint8_t *)text, len);
	if ((rc = change_end(ct->t, ct, rc)) != 0)
		return rc;
	if (message != NULL)
		contact_message_id(message, ct->rec.stream, ct->rec.seq);
	if (seq != NULL)
		*seq = ct->rec.seq;
	return 0;
}
