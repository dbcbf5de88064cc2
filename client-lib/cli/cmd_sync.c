/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync: send, receive, print what happened.
 *
 * An event is done only after its line was flushed: a kill in between shows
 * it again, under the same event_id.
 */
#include <sysexits.h>

#include "cli.h"
#include "held.h"

struct tally {
	uint32_t messages;		/* message events printed */
	uint32_t enough;		/* stop there; 0: no limit */
	bool complete;			/* all drained and offered */
	int problem;			/* with a relay; 0 */
};

/* What the practice layer has to tell. */
static int
drain_practice(struct cli *c)
{
	struct tacit_practice_event ev = { .size = sizeof(ev) };
	int rc;

	while ((rc = tacit_practice_next_event(c->p, 0, &ev)) == 1)
		if ((rc = practice_print(c, &ev)) != 0 ||
		    (rc = tacit_practice_event_done(c->p, ev.id)) != 0)
			return rc;
	return rc;
}

/*
 * Print and confirm what there is; what is for the practice layer it has
 * taken, what else is no text is confirmed without a word, and stays in the
 * history.  Returns 0 or TACIT_E_*.
 */
static int
drain(struct cli *c, struct tally *n)
{
	struct tacit_event ev = { .size = sizeof(ev) };
	int rc;

	if ((rc = session_practice(c)) != 0 || (rc = drain_practice(c)) != 0)
		return rc;
	while ((n->enough == 0 || n->messages < n->enough) &&
	    (rc = tacit_next_event(c->t, 0, &ev)) != 0) {
		if (rc < 0)
			return rc;
		if (event_is_for_people(&ev) &&
		    (rc = event_print(c, &ev)) != 0)
			return rc;
		if (ev.type == TACIT_EV_MESSAGE && !c->json &&
		    (rc = receipts_shown(c, ev.contact, ev.message)) != 0)
			return rc;
		if ((rc = tacit_event_done(c->t, ev.id)) != 0)
			return rc;
		if (ev.type == TACIT_EV_MESSAGE)
			n->messages++;
	}
	return 0;
}

/*
 * Is it over?  With --wait-ms: when that is over.  With --until: when enough
 * was printed.  With neither: when all is drained and offered, or what is not
 * has failed; a relay that does not answer at all has its time.
 */
static bool
over(struct cli *c, struct tally *n, int64_t begin)
{
	int64_t elapsed = session_now_ms() - begin;
	struct tacit_progress p = session_progress(c);

	n->problem = p.problem;
	n->complete = session_settled(&p);
	if (n->enough > 0)
		return n->messages >= n->enough ||
		    ((c->given & OPT_WAIT) != 0 && elapsed >= c->wait_ms);
	if (c->wait_ms > 0)
		return elapsed >= c->wait_ms;
	return n->complete || !p.hope || elapsed >= CLI_REACH_MS;
}

/* Another 200 ms, or what is left of --wait-ms. */
static int64_t
a_while(const struct cli *c, int64_t begin)
{
	int64_t now = session_now_ms(), end = begin + c->wait_ms;

	return now < end && end < now + 200 ? end : now + 200;
}

static int
run(struct cli *c, struct tally *n)
{
	int64_t begin = session_now_ms();
	int rc;

	for (;;) {
		if ((rc = drain(c, n)) != 0)
			return rc;
		if (over(c, n, begin))
			break;
		if ((rc = session_step(c, a_while(c, begin))) != 0)
			return rc;
	}
	/* What was shown is acknowledged to the relay before we leave. */
	if (n->enough > 0 && n->messages >= n->enough)
		return session_settle(c, NULL, 500);
	return 0;
}

/* All is done that could be; what is held back is said. */
static int
report(struct cli *c, const struct tally *n, const char *problem)
{
	uint32_t seconds, held = held_count(c, NULL, &seconds);

	if (c->json)
		return held == 0 ? json_out("{s:s, s:b, s:s*}", "event",
		    "synced", "complete", n->complete, "problem", problem) :
		    json_out("{s:s, s:b, s:I, s:s*}", "event", "synced",
		    "complete", n->complete, "held", (long long)held,
		    "problem", problem);
	if (held > 0)
		printf("%u text%s held back for another %u second%s: try "
		    "again after that.\n", held, held == 1 ? " is" : "s are",
		    seconds, seconds == 1 ? "" : "s");
	else
		puts(n->complete ? "All is sent and received." :
		    "Not all could be sent or received; try again later.");
	if (n->problem != 0)
		printf("(%s)\n", tacit_error_text(n->problem));
	return 0;
}

int
cmd_sync(struct cli *c)
{
	struct tally n = { .enough = (c->given & OPT_UNTIL) != 0 ?
	    c->until : 0 };
	const char *problem = NULL;
	int rc, status;

	if ((status = session_open(c)) != 0)
		return status;
	if ((rc = run(c, &n)) != 0)
		return cli_fail(c, rc, NULL);
	if (n.problem != 0 && n.problem != TACIT_E_UNREACHABLE)
		problem = tacit_error_word(n.problem);
	return cli_done(c, report(c, &n, problem));
}
