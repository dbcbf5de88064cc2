/* SPDX-License-Identifier: Apache-2.0 */
/* How long what a person writes is held back, if nobody has said so. */
#include "part.h"

int
tacit_practice_hold(struct tacit_practice *p, struct tacit_contact *ct)
{
	struct tacit_contact_info info = { .size = sizeof(info) };
	int rc;

	if (p == NULL || ct == NULL)
		return TACIT_E_INVALID;
	if (tacit_hold_is_set(p->t, ct))
		return tacit_hold_get(p->t, ct);
	if ((rc = tacit_contact_info(ct, &info)) != 0)
		return rc;
	return info.inviter ? TACIT_PRACTICE_HOLD : 0;
}
