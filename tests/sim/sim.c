/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <sqlite3.h>

#include "sim.h"
#include "wrap.h"

enum {
	JUMP_MS = 70 * 1000,		/* an idle world waits so long at most */
	RESTART_MS = 2000,
	SECOND_MS = 1000,
	MOVES_MAX = 4000000,
	SOON_MS = 30 * 60 * 1000,
	CALM_MS = 26 * 3600 * 1000,
	HOUR_MS = 3600 * 1000,
	DAY_MS = 24 * 3600 * 1000,
	SETTLED_MS = 5 * 60 * 1000,
	UNITS = 1000
};

static const int64_t TTL_MS = (int64_t)TACIT_TTL_DAYS * DAY_MS;
static const int64_t epoch = 1790000000000;

uint32_t
sim_below(struct sim *s, uint32_t n)
{
	return (uint32_t)random_below(&s->chance, n);
}

void
sim_say(const struct sim *s, const char *format, ...)
{
	va_list ap;

	if (!s->trace)
		return;
	printf("%10lld ", (long long)(s->now - epoch));
	va_start(ap, format);
	(void)vprintf(format, ap);
	va_end(ap);
	(void)putchar('\n');
}

/* ---- the relay's process ------------------------------------------------------- */

static void
relay_stop(struct sim *s)
{
	sim_say(s, "the relay is gone");
	host_stop(s->host);
	cable_relay_gone(s);
	if (disk_end(s->relay_disk) == DISK_POWER)
		s->relay_actor.booted = s->now;
	s->relay_start_at = s->now + sim_below(s, RESTART_MS);
}

static void
relay_start(struct sim *s)
{
	int rc;

	disk_start(s->relay_disk);
	rc = host_start(s->host);
	sim_say(s, "the relay starts: %d", rc);
	if (rc == 0)
		return;
	if (disk_end(s->relay_disk) == DISK_FINE && rc != TACIT_E_IO &&
	    rc != TACIT_E_DISK_FULL && rc != TACIT_E_NOMEM)
		ledger_broken(s->ledger, "the relay does not start: %s",
		    tacit_error_word(rc));
	if (disk_end(s->relay_disk) == DISK_POWER)
		s->relay_actor.booted = s->now;
	s->relay_start_at = s->now + RESTART_MS;
}

/* Its second matters only after something failed. */
static void
tend_relay(struct sim *s)
{
	uint64_t hits = disk_hits(s->relay_disk) + s->relay_actor.memory_hits;

	if (!host_runs(s->host))
		return;
	if (s->now >= s->relay_hour) {
		s->relay_hour = s->now + HOUR_MS;
		host_turn(s->host);
	}
	if (disk_end(s->relay_disk) != DISK_FINE || host_failed(s->host)) {
		relay_stop(s);
		s->relay_second = -1;
	} else if (hits != s->relay_hits) {
		s->relay_second = s->now + SECOND_MS;
	} else if (s->relay_second >= 0 && s->now >= s->relay_second) {
		s->relay_second = -1;
		host_second(s->host);
	}
	s->relay_hits = hits;
}

/* ---- micro-steps --------------------------------------------------------------- */

/* One of the things that can happen now happens.  False: nothing can. */
static int
move(struct sim *s)
{
	size_t n_cables, n, pick;
	int ready[LEDGER_ENDS], n_ready = 0, i;
	int relay_due;
	int owes, ticks;

	tend_relay(s);
	n_cables = cable_busy(s);
	n = 2 * n_cables;
	relay_due = !host_runs(s->host) && s->now >= s->relay_start_at;
	owes = host_owes(s->host);
	ticks = host_due(s->host) >= 0 && host_due(s->host) <= s->now;
	for (i = 0; i < s->plan->ends; i++)
		if (side_due(s->side[i]) >= 0 &&
		    side_due(s->side[i]) <= s->now)
			ready[n_ready++] = i;
	n += (size_t)n_ready + (size_t)relay_due + (owes || ticks ? 3 : 0);
	if (n == 0)
		return 0;
	s->now += sim_below(s, SIM_STEP_MS);
	s->moves++;
	pick = sim_below(s, (uint32_t)n);
	if (pick < 2 * n_cables)
		cable_move(s, pick / 2);
	else if ((pick -= 2 * n_cables) < (size_t)n_ready) {
		if (side_runs(s->side[ready[pick]]))
			side_turn(s->side[ready[pick]], SIDE_TURN, 0, NULL, 0);
		else
			side_start(s->side[ready[pick]]);
	} else if (relay_due && pick - (size_t)n_ready == 0)
		relay_start(s);
	else if (owes && sim_below(s, 2))
		host_store(s->host);
	else
		host_turn(s->host);
	return 1;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static int64_t
next_due(const struct sim *s)
{
	int64_t due = cable_due(s);
	int i;

	for (i = 0; i < s->plan->ends; i++)
		due = sooner(due, side_due(s->side[i]));
	if (!host_runs(s->host))
		due = sooner(due, s->relay_start_at);
	else
		due = sooner(sooner(due, host_due(s->host)),
		    sooner(s->relay_second, s->relay_hour));
	return due;
}

void
sim_micro(struct sim *s, int64_t steps)
{
	int64_t due;

	while (steps-- > 0 && ledger_verdict(s->ledger) == NULL) {
		if (move(s))
			continue;
		due = next_due(s);
		if (due < 0 || due - s->now > JUMP_MS)
			break;
		s->now = due > s->now ? due : s->now + 1;
	}
}

/* What is due until then happens. */
void
sim_sleep_until(struct sim *s, int64_t until)
{
	uint64_t most = s->moves + MOVES_MAX;
	int64_t due;

	while (s->now < until && ledger_verdict(s->ledger) == NULL) {
		if (s->moves >= most) {
			ledger_broken(s->ledger, "it never rests");
			break;
		}
		if (move(s))
			continue;
		due = next_due(s);
		if (due < 0 || due > until)
			due = until;
		s->now = due > s->now ? due : s->now + 1;
	}
}

/* ---- steps ---------------------------------------------------------------------- */

static struct disk *
disk_at(struct sim *s, int64_t who)
{
	return who == RELAY ? s->relay_disk : side_disk(s->side[who]);
}

static struct actor *
actor_at(struct sim *s, int64_t who)
{
	return who == RELAY ? &s->relay_actor : side_actor(s->side[who]);
}

static int
lives(const struct sim *s, int64_t who)
{
	return who == RELAY ? host_runs(s->host) : side_runs(s->side[who]);
}

static void
stop(struct sim *s, int64_t who)
{
	if (who == RELAY && host_runs(s->host))
		relay_stop(s);
	else if (who != RELAY && side_runs(s->side[who]))
		side_stop(s->side[who]);
}

/* The fault waits for its point; with 0 a process ends at once. */
static void
arm(struct sim *s, const struct step *st, enum disk_fault f)
{
	struct disk *d = disk_at(s, st->arg[0]);
	int ends = f == DISK_KILL || f == DISK_POWER;

	if (ends && st->arg[1] == 0 && lives(s, st->arg[0])) {
		disk_stop(d, f);
		stop(s, st->arg[0]);
		return;
	}
	disk_arm(d, f, (unsigned)st->arg[1], ends ? 1 : (unsigned)st->arg[2]);
}

static void
begin_pair(struct sim *s, int rel)
{
	int a, b;

	plan_pair(s->plan, rel, &a, &b);
	if (!s->wanted[rel])
		ledger_pair(s->ledger, rel, a, b);
	s->wanted[rel] = 1;
	side_turn(s->side[a], SIDE_TURN, 0, NULL, 0);
}

static void
put_back(struct sim *s, int64_t who)
{
	if (who != RELAY) {
		side_put_back(s->side[who]);
		return;
	}
	/*
	 * In one from before keys were retired there are mailboxes that nobody
	 * closes any more (PROTOCOL.md, section 12).
	 */
	if (s->relay_copy == NULL || s->now - s->relay_copied > TTL_MS)
		return;
	stop(s, RELAY);
	disk_start(s->relay_disk);
	disk_put_back(s->relay_disk, s->relay_copy);
	ledger_relay_put_back(s->ledger);
}

static void
copy(struct sim *s, int64_t who)
{
	if (who != RELAY) {
		side_copy(s->side[who]);
		return;
	}
	image_free(s->relay_copy);
	s->relay_copy = disk_copy(s->relay_disk);
	s->relay_copied = s->now;
	ledger_relay_copied(s->ledger);
}

/* True if ${st} is something that hits a process or its disk. */
static int
strike(struct sim *s, const struct step *st)
{
	static const enum disk_fault as[STEP_KINDS] = {
		[STEP_kill] = DISK_KILL, [STEP_power] = DISK_POWER,
		[STEP_fail] = DISK_ERROR, [STEP_full] = DISK_FULL,
	};
	const int64_t *a = st->arg;

	if (as[st->kind] != DISK_FINE) {
		arm(s, st, as[st->kind]);
		return 1;
	}
	switch (st->kind) {
	case STEP_stop:
		stop(s, a[0]);
		return 1;
	case STEP_oom:
		actor_at(s, a[0])->memory_after = (unsigned)a[1];
		actor_at(s, a[0])->memory_times = (unsigned)a[2];
		return 1;
	case STEP_clock:
		actor_at(s, a[0])->skew += a[1] * 1000;
		if (a[0] != RELAY)
			ledger_jumped(s->ledger, (int)a[0], a[1] * 1000);
		return 1;
	case STEP_room:
		host_room(s->host, (uint32_t)a[0]);
		return 1;
	case STEP_copy:
		copy(s, a[0]);
		return 1;
	case STEP_back:
		put_back(s, a[0]);
		return 1;
	default:
		return 0;
	}
}

/* One who is away does not hear what the others say meanwhile. */
static void
away(struct sim *s, int i, int64_t days)
{
	int64_t began = s->now;
	int k;

	for (k = 0; k < s->plan->ends; k++)
		if (!ledger_is_paired(s->ledger, k))
			return;
	if (!side_away(s->side[i], began + days * DAY_MS))
		return;
	sim_say(s, "end %d is away for %lld days", i, (long long)days);
	sim_sleep_until(s, began + days * DAY_MS);
	if (days >= LONG_DAYS)
		ledger_was_away(s->ledger, i, began);
}

static void
step(struct sim *s, const struct step *st)
{
	const int64_t *a = st->arg;

	if (strike(s, st))
		return;
	switch (st->kind) {
	case STEP_run:
		sim_micro(s, a[0]);
		break;
	case STEP_sleep:
		sim_sleep_until(s, s->now + a[0]);
		break;
	case STEP_pair:
		begin_pair(s, (int)a[0]);
		break;
	case STEP_send:
		side_write(s->side[a[0]], (int)a[1], (int)a[2],
		    (uint32_t)a[3], 0);
		break;
	case STEP_cut:
		cable_cut(s, (int)a[0]);
		break;
	case STEP_part:
		s->parted[a[0]] = s->now + a[1];
		break;
	case STEP_again:
		cable_again(s, (int)a[0]);
		break;
	case STEP_lose:
		s->lose[a[0]] += a[1];
		break;
	case STEP_look:
		side_look_back(s->side[a[0]]);
		break;
	case STEP_backup:
		side_backup(s->side[a[0]]);
		break;
	case STEP_restore:
		side_restore(s->side[a[0]]);
		break;
	case STEP_away:
		away(s, (int)a[0], a[1]);
		break;
	case STEP_close:
		side_close(s->side[a[0]], (int)a[1]);
		break;
	case STEP_rotate:
		side_rotate(s->side[a[0]], (int)a[1]);
		break;
	default:
		thought(s, st);
		break;
	}
}

/* ---- the end -------------------------------------------------------------------- */

static void
make_calm(struct sim *s)
{
	int i;

	sim_say(s, "calm");
	s->calm = 1;
	disk_arm(s->relay_disk, DISK_FINE, 0, 0);
	s->relay_actor.memory_times = 0;
	for (i = 0; i < s->plan->ends; i++) {
		disk_arm(side_disk(s->side[i]), DISK_FINE, 0, 0);
		side_actor(s->side[i])->memory_times = 0;
		s->parted[i] = 0;
		s->lose[i] = 0;
		side_turn(s->side[i], SIDE_TURN, 0, NULL, 0);
	}
}

/* A relationship whose ends use different keys; or -1. */
static int
apart(struct sim *s)
{
	int64_t keys[2];
	int r, a, b;

	for (r = 0; r < s->plan->rels; r++) {
		if (!ledger_goes_on(s->ledger, r))
			continue;
		plan_pair(s->plan, r, &a, &b);
		keys[0] = side_keys(s->side[a], r);
		keys[1] = side_keys(s->side[b], r);
		if (keys[0] >= 0 && keys[1] >= 0 && keys[0] != keys[1])
			return r;
	}
	return -1;
}

/* Until all is told and nothing more is due soon; ${most} ms at most. */
static void
settle(struct sim *s, int64_t most)
{
	int64_t end = s->now + most, complete_at = -1;

	while (s->now < end && ledger_verdict(s->ledger) == NULL) {
		sim_micro(s, 200);
		if (!ledger_is_complete(s->ledger) || apart(s) >= 0)
			complete_at = -1;
		else if (complete_at < 0)
			complete_at = s->now;
		if (complete_at >= 0 && (s->now - complete_at > SETTLED_MS ||
		    next_due(s) < 0 || next_due(s) - s->now > JUMP_MS))
			return;
		sim_sleep_until(s, s->now + JUMP_MS);
	}
}

/* A new text each way says whether a conversation goes on. */
void
sim_probe(struct sim *s)
{
	int r, a, b;

	for (r = 0; r < s->plan->rels; r++) {
		plan_pair(s->plan, r, &a, &b);
		side_write(s->side[a], r, 1, 0, 0);
		side_write(s->side[b], r, 1, 0, 0);
	}
}

/* What was lost last is missed when something follows it. */
static void
finish(struct sim *s)
{
	int i;

	make_calm(s);
	settle(s, SOON_MS);
	if (!ledger_is_complete(s->ledger) || apart(s) >= 0) {
		sim_probe(s);
		settle(s, CALM_MS);
	}
	ledger_judge(s->ledger);
	if (ledger_verdict(s->ledger) == NULL) {
		sim_probe(s);
		settle(s, CALM_MS);
		ledger_judge(s->ledger);
	}
	thoughts_end(s);
	if (apart(s) >= 0)
		ledger_broken(s->ledger, "keys: the ends of relationship %d "
		    "use different ones", apart(s));
	for (i = 0; i < s->plan->ends; i++)
		side_look_back(s->side[i]);
	ledger_judge_ids(s->ledger);
}

static void
begin(struct sim *s)
{
	uint8_t code[16];
	int i;

	s->now = epoch;
	s->relay_second = -1;
	s->chance.state = s->plan->seed;
	s->relay_actor = (struct actor){ .random = { s->plan->seed + 99 },
	    .now = &s->now, .booted = epoch };
	(void)actor_enter(&s->relay_actor);
	sqlite3_randomness(0, NULL);
	(void)actor_enter(NULL);
	s->ledger = ledger_new(&s->now);
	s->relay_disk = disk_new(RELAY, &s->chance);
	s->host = host_new(&s->relay_actor, s->relay_disk, RELAY);
	relay_start(s);
	for (i = 0; i < s->plan->ends; i++) {
		memset(code, 0x40 + i, sizeof(code));
		host_admit(s->host, code, UNITS);
		s->side[i] = side_new(s, i);
		side_start(s->side[i]);
	}
}

static void
end(struct sim *s)
{
	int i;

	s->relay_actor.memory_times = 0;
	for (i = 0; i < s->plan->ends; i++)
		side_free(s->side[i]);
	host_stop(s->host);
	cable_relay_gone(s);
	cable_free_all(s);
	host_free(s->host);
	image_free(s->relay_copy);
	disk_free(s->relay_disk);
	ledger_free(s->ledger);
}

char *
sim_run(const struct plan *p, int trace, struct ledger_counts *sum)
{
	struct sim s = { .plan = p, .trace = trace };
	char *verdict = NULL;
	size_t i;

	begin(&s);
	for (i = 0; i < p->n && ledger_verdict(s.ledger) == NULL; i++)
		step(&s, &p->step[i]);
	if (ledger_verdict(s.ledger) == NULL)
		finish(&s);
	if (ledger_verdict(s.ledger) != NULL)
		verdict = __real_strdup(ledger_verdict(s.ledger));
	if (sum != NULL)
		ledger_count(s.ledger, sum);
	end(&s);
	return verdict;
}
