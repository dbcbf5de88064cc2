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
};

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
over(struct cli *c, const struct tally *n, int64_t begin, bool *complete)
{
	int64_t elapsed = session_now_ms() - begin;
	int problem = 0;
	bool settled = session_settled(c, &problem);

	*complete = settled;
	if (n->enough > 0)
		return n->messages >= n->enough ||
		    ((c->given & OPT_WAIT) != 0 && elapsed >= c->wait_ms);
	if (elapsed < c->wait_ms)
		return false;
	return settled || problem == TACIT_E_UNREACHABLE ||
	    elapsed >= (int64_t)c->wait_ms + CLI_REACH_MS;
}

static int
run(struct cli *c, bool *complete)
{
	struct tally n = { 0, (c->given & OPT_UNTIL) != 0 ? c->until : 0 };
	int64_t begin = session_now_ms();
	int rc;

	for (;;) {
		if ((rc = drain(c, &n)) != 0)
			return rc;
		if (over(c, &n, begin, complete))
			break;
		if ((rc = session_step(c, session_now_ms() + 200)) != 0)
			return rc;
	}
	/* What was shown is acknowledged to the relay before we leave. */
	if (n.enough > 0 && (rc = session_settle(c, 500)) != 0)
		return rc;
	return 0;
}

int
cmd_sync(struct cli *c)
{
	bool complete = false;
	int rc, status;

	if ((status = session_open(c)) != 0)
		return status;
	if ((rc = run(c, &complete)) != 0)
		return cli_fail(c, rc, NULL);
	if (c->json)
		return cli_status(json_out("{s:s, s:b}", "event", "synced",
		    "complete", complete));
	puts(complete ? "All is sent and received." :
	    "Not all could be sent or received; try again later.");
	return EX_OK;
}
