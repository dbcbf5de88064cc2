/* SPDX-License-Identifier: Apache-2.0 */
/* How long what a person writes is held back, if nobody has said so. */
#include "bounds.h"

int
tacit_practice_hold(struct tacit_practice *p, struct tacit_contact *ct)
{
	int rc;

	if (p == NULL || ct == NULL)
		return TACIT_E_INVALID;
	if (tacit_hold_is_set(p->t, ct))
		return tacit_hold_get(p->t, ct);
	rc = bounds_is_practice(ct);
	return rc == 1 ? TACIT_PRACTICE_HOLD : rc;
}
