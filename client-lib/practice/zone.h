/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between Unix time and the time on the wall where this device is: the only
 * file that knows the zone (TZ, or /etc/localtime).
 */
#ifndef PRACTICE_ZONE_H
#define PRACTICE_ZONE_H

#include "civil.h"

/* What the wall says at ${ms}. */
struct civil zone_civil(int64_t ms);

/*
 * The first moment at which the wall says ${at} or later: where the clocks
 * leap over it, the moment of the leap; where it comes twice, the first time.
 * ${at.minute} may be 1440, the midnight after that day.
 */
int64_t zone_ms(struct civil at);

/* How many minutes east of UTC the wall is at ${ms}, from 1970 to 9999. */
int zone_minutes(int64_t ms);

#endif
