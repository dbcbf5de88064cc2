/* SPDX-License-Identifier: Apache-2.0 */
/* send: text is safe in the vault first, and then perhaps at the relay. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli.h"

struct sent {
	char id[TACIT_MESSAGE_ID_SIZE];
	uint64_t seq;
	enum tacit_message_state state;
};

struct batch {
	struct sent *all;
	size_t n, cap;
};

/* Hand one text to the library; free it. */
static int
send_one(struct batch *b, struct tacit_contact *ct, char *text, size_t len)
{
	struct sent *more;
	int rc = TACIT_E_NOMEM;

	if (b->n == b->cap) {
		more = realloc(b->all, (b->cap + 64) * sizeof(*more));
		if (more == NULL)
			goto out;
		b->all = more;
		b->cap += 64;
	}
	b->all[b->n].state = TACIT_QUEUED;
	rc = tacit_send(ct, text != NULL ? text : "", len, b->all[b->n].id,
	    &b->all[b->n].seq);
	if (rc == 0)
		b->n++;
out:
	if (text != NULL)
		explicit_bzero(text, len);
	free(text);
	return rc;
}

/* Read and send everything.  Returns 0 or TACIT_E_*. */
static int
send_all(struct cli *c, struct batch *b, struct tacit_contact *ct)
{
	bool lines = (c->given & OPT_LINES) != 0;
	char *text = NULL;
	size_t len = 0;
	int got, rc = 0;

	if (input_person())
		fputs(lines ? "One message per line; Ctrl-D ends:\n" :
		    "Your message; Ctrl-D on a line of its own ends it:\n",
		    stderr);
	if (!lines) {
		if (input_rest(&text, &len) == -1)
			return TACIT_E_IO;
		return send_one(b, ct, text, len);
	}
	while (rc == 0 && (got = input_next_line(&text, &len)) != 0) {
		if (got == -1)
			return TACIT_E_IO;
		rc = send_one(b, ct, text, len);
	}
	return rc;
}

/*
 * Give the relay of ${ct} its time, and nobody else's.  The text is safe:
 * nothing here is an error.
 */
static void
await(struct cli *c, struct tacit_contact *ct)
{
	int64_t deadline = session_now_ms() + c->wait_ms;

	if (c->wait_ms == 0)
		return;
	do {
		if (session_step(c, deadline) != 0)
			return;
	} while (session_info(ct).queued > 0 && session_now_ms() < deadline &&
	    session_info(ct).state != TACIT_INVITED);
}

/* Look up in the history how far each got, newest first. */
static void
read_states(struct batch *b, struct tacit_contact *ct)
{
	struct tacit_message m = { .size = sizeof(m) };
	uint64_t before = 0;
	size_t i = b->n;

	while (i > 0 && tacit_history(ct, before, &m) == 0) {
		before = m.place;
		if (!m.from_me || strcmp(m.id, b->all[i - 1].id) != 0)
			continue;
		b->all[i - 1].state = m.state;
		i--;
	}
}

/* Why a text waits, as a word and for people; NULL if it need not. */
static const char *
waits_for(const struct tacit_contact_info *info)
{
	if (info->state == TACIT_INVITED)
		return "pairing";
	if (info->unconfirmed)
		return "verification";
	return NULL;
}

static int
report(const struct cli *c, const struct batch *b,
    const struct tacit_contact_info *info)
{
	const char *why = waits_for(info);
	size_t i, queued = 0;
	int rc = 0;

	for (i = 0; i < b->n && rc == 0; i++) {
		if (b->all[i].state == TACIT_QUEUED)
			queued++;
		if (c->json)
			rc = json_out("{s:s, s:I, s:s, s:s*}", "message",
			    b->all[i].id, "seq", (long long)b->all[i].seq,
			    "state", text_message_state(b->all[i].state),
			    "waits_for", b->all[i].state == TACIT_QUEUED ?
			    why : NULL);
	}
	if (c->json || b->n == 0)
		return rc;
	if (queued == 0)
		puts("Sent: the relay has it.");
	else if (info->state == TACIT_INVITED)
		puts("Kept: it goes out when your invitation was answered.");
	else if (why != NULL)
		puts("Kept: it goes out when the safety number was confirmed.");
	else
		puts("Kept: it goes out as soon as the relay can be reached "
		    "(`tacit sync').");
	return 0;
}

int
cmd_send(struct cli *c)
{
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	struct batch b = { NULL, 0, 0 };
	int rc, status;

	if ((c->given & OPT_WAIT) == 0)
		c->wait_ms = 2000;
	if ((status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	if ((c->given & OPT_ACCEPT) != 0 &&
	    (rc = tacit_accept_unverified(ct)) != 0)
		return cli_fail(c, rc, NULL);

	rc = send_all(c, &b, ct);
	if (b.n > 0) {
		await(c, ct);
		read_states(&b, ct);
		info = session_info(ct);
		status = cli_done(c, report(c, &b, &info));
	}
	if (rc != 0)
		status = cli_fail(c, rc, rc == TACIT_E_NOT_VERIFIED ?
		    "`tacit verify', or --accept-unverified" : NULL);
	free(b.all);
	return status;
}
