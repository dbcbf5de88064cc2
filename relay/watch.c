/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "watch.h"

void
watch_begin(struct watch *w, uint64_t now_ms)
{
	memset(w, 0, sizeof(*w));
	w->alive_ms = now_ms;
}

void
watch_alive(struct watch *w, uint64_t now_ms)
{
	w->alive_ms = now_ms;
	w->pinged = 0;
}

int
watch_control(struct watch *w, uint64_t now_ms)
{
	if (w->control_ms < now_ms)
		w->control_ms = now_ms;
	if (w->control_ms - now_ms >
	    (uint64_t)(WATCH_CONTROL_BURST - 1) * WATCH_CONTROL_MS)
		return -1;
	w->control_ms += WATCH_CONTROL_MS;
	return 0;
}

enum watch_verdict
watch_check(struct watch *w, const struct watch_limits *l, uint32_t half,
    int closing, uint64_t now_ms)
{
	uint64_t quiet = now_ms - w->alive_ms;

	if (half != w->half)
		w->half_ms = now_ms;
	w->half = half;
	if (!closing || w->closing_ms == 0)
		w->closing_ms = closing ? now_ms : 0;
	if (quiet >= l->hangup_ms ||
	    (closing && now_ms - w->closing_ms >= WATCH_CLOSING_MS))
		return WATCH_DEAD;
	if (half != 0 && !closing && now_ms - w->half_ms >= l->message_ms)
		return WATCH_SLOW;
	if (quiet < l->ping_ms || w->pinged)
		return WATCH_FINE;
	w->pinged = 1;
	return WATCH_PING;
}
