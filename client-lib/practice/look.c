/* SPDX-License-Identifier: Apache-2.0 */
#include "bounds.h"
#include "receipts.h"

static void
seen_key(struct row_key *k)
{
	row_key(k, ROW_SEEN);
}

void
look_note(struct batch *b, uint64_t event)
{
	struct row_key k, value;

	seen_key(&k);
	value.len = 0;
	row_key_u64(&value, event);
	batch_put_bytes(b, &k, value.data, value.len);
}

/* Where we were when the handle was opened. */
static int
recall(struct tacit_practice *p)
{
	struct row_key k, value;
	int rc;

	if (p->seen != 0)
		return 0;
	seen_key(&k);
	rc = row_get_bytes(p->t, &k, value.data, 8, &value.len);
	if (rc == 1 && value.len != 8)
		return TACIT_E_CORRUPT;
	if (rc == 1)
		p->seen = row_key_get_u64(&value, 0);
	return rc < 0 ? rc : 0;
}

static int
look(struct tacit_practice *p, const struct tacit_event *ev)
{
	struct batch b;
	int rc;

	batch_begin(&b, p);
	away_look(&b, ev);
	life_look(&b, ev);
	receipts_look(&b, ev);
	if ((rc = batch_commit(&b)) == 0)
		p->seen = ev->id;
	return rc;
}

int
look_tend(struct tacit_practice *p)
{
	struct tacit_event ev = { .size = sizeof(ev) };
	int rc;

	if ((rc = recall(p)) != 0)
		return rc;
	while ((rc = tacit_next_event(p->t, p->seen, &ev)) == 1) {
		if (ev.contact == NULL || ev.data_type != 0)
			p->seen = ev.id;
		else if ((rc = look(p, &ev)) != 0)
			return rc;
	}
	return rc;
}

int
bounds_is_practice(struct tacit_contact *ct)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	int rc = tacit_contact_info(ct, &info);

	return rc != 0 ? rc : info.inviter != 0;
}

bool
bounds_reaches(const struct tacit_contact_info *info)
{
	return info->state == TACIT_ACTIVE && !info->unconfirmed;
}
