/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync: send, receive, print what happened.
 *
 * An event is done only after its line was flushed: a kill in between shows
 * it again, under the same event_id.
 */
#include <sysexits.h>

#include "cli.h"

struct tally {
	uint32_t messages;		/* message events printed */
	uint32_t enough;		/* stop there; 0: no limit */
	bool complete;			/* all drained and offered */
	int problem;			/* with a relay; 0 */
};

/* Is there no use in waiting for this relay now? */
static bool
hopeless(int problem)
{
	return problem == TACIT_E_UNREACHABLE || problem == TACIT_E_PIN ||
	    problem == TACIT_E_VERSION;
}

/* Print and confirm what there is.  Returns 0 or TACIT_E_*. */
static int
drain(struct cli *c, struct tally *n)
{
	struct tacit_event ev = { .size = sizeof(ev) };
	int rc;

	while ((n->enough == 0 || n->messages < n->enough) &&
	    (rc = tacit_next_event(c->t, 0, &ev)) != 0) {
		if (rc < 0)
			return rc;
		if ((rc = event_print(c, &ev)) != 0 ||
		    (rc = tacit_event_done(c->t, ev.id)) != 0)
			return rc;
		if (ev.type == TACIT_EV_MESSAGE)
			n->messages++;
	}
	return 0;
}

/*
 * Is it over?  With --until: when enough was printed, or --wait-ms is over if
 * that was given.  Without: when all is drained and offered and --wait-ms is
 * over, but a relay that does not answer is not waited for much longer.
 */
static bool
over(struct cli *c, struct tally *n, int64_t begin)
{
	int64_t elapsed = session_now_ms() - begin;

	n->problem = 0;
	n->complete = session_settled(c, &n->problem);
	if (n->enough > 0)
		return n->messages >= n->enough ||
		    ((c->given & OPT_WAIT) != 0 && elapsed >= c->wait_ms);
	if (elapsed < c->wait_ms)
		return false;
	return n->complete || hopeless(n->problem) ||
	    elapsed >= (int64_t)c->wait_ms + CLI_REACH_MS;
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
		if ((rc = session_step(c, session_now_ms() + 200)) != 0)
			return rc;
	}
	/* What was shown is acknowledged to the relay before we leave. */
	if (n->enough > 0 && (rc = session_settle(c, 500)) != 0)
		return rc;
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
	if (c->json)
		return cli_done(c, json_out("{s:s, s:b, s:s*}", "event",
		    "synced", "complete", n.complete, "problem", problem));
	puts(n.complete ? "All is sent and received." :
	    "Not all could be sent or received; try again later.");
	if (n.problem != 0)
		printf("(%s)\n", tacit_error_text(n.problem));
	return EX_OK;
}
