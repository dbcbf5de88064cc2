/* SPDX-License-Identifier: Apache-2.0 */
/* The public API on forgetting a text that its writer wants back. */
#include <string.h>

#include "change.h"
#include "contact.h"
#include "event.h"
#include "history.h"
#include "record.h"

struct looked_for {
	const char *message;
	tacit_state_Past p;
	uint64_t place;
};

static int
see(void *arg, uint64_t place, const tacit_state_Past *p, const char *text,
    size_t len)
{
	struct looked_for *l = arg;
	char id[TACIT_MESSAGE_ID_SIZE];

	(void)text;
	(void)len;
	contact_message_id(id, p->stream, p->seq);
	if (p->from_me || p->type != 0 || strcmp(id, l->message) != 0)
		return 0;
	l->p = *p;
	l->place = place;
	return 1;
}

/* The event that shows it is done, if it is still there. */
static int
end_event(struct tacit_contact *ct, const tacit_state_Past *p)
{
	tacit_state_Event e;
	uint64_t id = 0;
	int rc;

	while ((rc = event_after(ct->t, &id, &e)) == 1)
		if (e.type == TACIT_EV_MESSAGE && e.seq == p->seq &&
		    stream_is(e.stream, p->stream) &&
		    event_contact(ct->t, &e) == ct)
			return event_remove(ct->t, id);
	return rc;
}

int
tacit_forget(struct tacit_contact *ct, const char *message)
{
	struct looked_for l = { .message = message };
	int rc;

	if (ct == NULL || message == NULL)
		return TACIT_E_INVALID;
	if (ct->t->broken != 0)
		return ct->t->broken;
	if ((rc = history_back(ct, see, &l)) != 0)
		return rc;
	if (l.place == 0)
		return TACIT_E_NOT_FOUND;
	if (l.p.given_up || l.p.keep.gone.size > 0)
		return 0;
	if ((rc = change_begin(ct->t)) != 0)
		return rc;
	if ((rc = end_event(ct, &l.p)) == 0)
		rc = l.p.keep.hours != 0 ?
		    history_forget(ct, l.place, &l.p) :
		    history_give_up(ct, l.place);
	return change_end(ct->t, ct, rc);
}
