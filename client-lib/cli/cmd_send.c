/* SPDX-License-Identifier: Apache-2.0 */
/* send: text is safe in the vault first, and then perhaps at the relay. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli.h"
#include "held.h"

struct sent {
	char id[TACIT_MESSAGE_ID_SIZE];
	uint64_t seq;
	enum tacit_message_state state;
};

struct batch {
	struct sent *all;
	size_t n, cap;
};

/* How texts are sent. */
struct how {
	struct cli *c;
	struct tacit_contact *ct;
	bool checked;			/* as a person's are, not a script's */
	unsigned flags;
	char words[CLI_LINE_MAX];	/* as they were typed; "" if not yet */
};

/* The person answers what stands in the way of a text: true to try again. */
static bool
ask(struct how *h, int error, const char *text, size_t len)
{
	char what[TACIT_NAME_SIZE], prompt[120];

	if (!input_person())
		return false;
	if (error == TACIT_E_OTHER_NAME) {
		if (tacit_practice_named(h->c->p, h->ct, text, len,
		    what) != 1)
			return false;
		fputs("This text names ", stderr);
		text_put_name(stderr, what);
		fputs(".\n", stderr);
		h->flags |= TACIT_SEND_ANYWAY;
		return input_yes("Send it anyway?");
	}
	if (error != TACIT_E_CONFIRM || h->words[0] != '\0' ||
	    tacit_practice_words(h->c->p, h->ct, what) != 0)
		return false;
	fputs("This goes to ", stderr);
	text_put_name(stderr, session_info(h->ct).label);
	(void)snprintf(prompt, sizeof(prompt),
	    ", check words: %s.  Type the words to send", what);
	return input_line(h->c, "check words", prompt, h->words,
	    sizeof(h->words), NULL) == 0;
}

static int
send_checked(struct how *h, const char *text, size_t len, struct sent *out)
{
	unsigned given = h->flags;
	int rc;

	do
		rc = tacit_practice_send_fleeting(h->c->p, session_unix_ms(),
		    h->ct, text, len, h->c->keep_hours, h->words, h->flags,
		    out->id, &out->seq);
	while (rc != 0 && ask(h, rc, text, len));
	/* What was said of this text is not said of the next. */
	h->flags = given;
	if (input_person())
		h->words[0] = '\0';
	return rc;
}

/* Hand one text to the library; free it. */
static int
send_one(struct batch *b, struct how *h, char *text, size_t len)
{
	const char *bytes = text != NULL ? text : "";
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
	if (h->checked)
		rc = send_checked(h, bytes, len, &b->all[b->n]);
	else if (h->c->keep_hours != 0)
		rc = tacit_send_fleeting(h->ct, bytes, len, h->c->keep_hours,
		    b->all[b->n].id, &b->all[b->n].seq);
	else
		rc = tacit_send(h->ct, bytes, len, b->all[b->n].id,
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
send_all(struct how *h, struct batch *b)
{
	bool lines = (h->c->given & OPT_LINES) != 0;
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
		return send_one(b, h, text, len);
	}
	while (rc == 0 && (got = input_next_line(&text, &len)) != 0) {
		if (got == -1)
			return TACIT_E_IO;
		rc = send_one(b, h, text, len);
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

/*
 * A person can undo what they wrote while it is held back: says so, and
 * waits.  Who asks for another time waits for that alone.
 */
static int
second_thoughts(struct cli *c, struct tacit_contact *ct, const struct batch *b)
{
	uint32_t seconds = held_seconds(ct);
	char say[80];
	enum tacit_fate fate;
	size_t i = b->n;
	int rc;

	if (seconds == 0 || !input_person() || c->json ||
	    (c->given & OPT_WAIT) != 0)
		return 0;
	(void)snprintf(say, sizeof(say), "Held back for %u second%s: Ctrl-C "
	    "takes it back.\n", seconds, seconds == 1 ? "" : "s");
	if ((rc = held_wait(c, ct, say)) != 1)
		return rc;
	for (rc = 0; i > 0 && rc == 0; i--)
		rc = tacit_recall(ct, b->all[i - 1].id, &fate);
	return rc;
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

const char *
send_waits_for(const struct tacit_contact_info *info)
{
	if (info->state == TACIT_INVITED)
		return "pairing";
	if (info->unconfirmed)
		return "verification";
	return NULL;
}

static int
report_json(const struct sent *s, uint32_t held, const char *why)
{
	bool waits = s->state == TACIT_QUEUED;

	if (waits && held > 0)
		return json_out("{s:s, s:I, s:s, s:I, s:s*}", "message", s->id,
		    "seq", (long long)s->seq, "state",
		    text_message_state(s->state), "held", (long long)held,
		    "waits_for", why);
	return json_out("{s:s, s:I, s:s, s:s*}", "message", s->id, "seq",
	    (long long)s->seq, "state", text_message_state(s->state),
	    "waits_for", waits ? why : NULL);
}

/* ${held}: seconds. */
static int
report(const struct cli *c, const struct batch *b,
    const struct tacit_contact_info *info, uint32_t held)
{
	const char *why = send_waits_for(info);
	size_t i, queued = 0, undone = 0;
	int rc = 0;

	for (i = 0; i < b->n && rc == 0; i++) {
		if (b->all[i].state == TACIT_QUEUED)
			queued++;
		undone += b->all[i].state == TACIT_RECALLED;
		if (c->json)
			rc = report_json(&b->all[i], held, why);
	}
	if (c->json || b->n == 0)
		return rc;
	if (undone > 0)
		puts("Taken back: it never left.");
	else if (queued == 0)
		puts("Sent: the relay has it.");
	else if (info->state == TACIT_INVITED)
		puts("Kept: it goes out when your invitation was answered.");
	else if (why != NULL)
		puts("Kept: it goes out when the safety number was confirmed.");
	else if (held > 0)
		printf("Held back for another %u second%s: a `tacit sync' after "
		    "that sends it, `tacit recall' undoes it.\n", held,
		    held == 1 ? "" : "s");
	else
		puts("Kept: it goes out as soon as the relay can be reached "
		    "(`tacit sync').");
	return 0;
}

/* What to do about an error; NULL if that is plain. */
static const char *
advice(int error)
{
	switch (error) {
	case TACIT_E_NOT_VERIFIED:
		return "`tacit verify', or --accept-unverified";
	case TACIT_E_OTHER_NAME:
		return "--anyway, if that is meant";
	case TACIT_E_IDENTITY_CHANGED:
		return "compare the safety number, then `tacit verify "
		    "--confirm --how voice'";
	default:
		return NULL;
	}
}

/* A person is asked; a script only if it wants to be. */
static int
begin(struct how *h)
{
	h->checked = input_person() || (h->c->given & OPT_CONFIRM) != 0;
	if ((h->c->given & OPT_ANYWAY) != 0)
		h->flags = TACIT_SEND_ANYWAY;
	if (input_person() || !h->checked)
		return 0;
	return input_line(h->c, "check words", "", h->words,
	    sizeof(h->words), NULL);
}

int
send_allowed(struct cli *c, struct tacit_contact *ct)
{
	struct tacit_life_info life = { .size = sizeof(life) };
	int rc = session_practice(c);

	if (rc == 0)
		rc = tacit_life_get(c->p, ct, &life);
	if (rc == 0 && life.identity_changed)
		rc = TACIT_E_IDENTITY_CHANGED;
	else if (rc == 0 && !session_info(ct).inviter &&
	    life.state == TACIT_LIFE_PAUSED)
		rc = TACIT_E_PAUSED;
	return rc;
}

int
cmd_send(struct cli *c)
{
	struct how h = { .c = c };
	struct tacit_contact *ct = NULL;
	struct tacit_contact_info info;
	struct batch b = { NULL, 0, 0 };
	int rc, why, status;

	if ((c->given & OPT_WAIT) == 0)
		c->wait_ms = 2000;
	if ((status = session_open(c)) != 0 ||
	    (status = session_contact(c, &ct, &info)) != 0)
		return status;
	if ((rc = send_allowed(c, ct)) != 0)
		return cli_fail(c, rc, advice(rc));
	if ((status = begin(&h)) != 0)
		return status;
	h.ct = ct;
	rc = 0;
	if ((c->given & OPT_HOLD) != 0)
		rc = tacit_hold_now(ct, c->hold);
	else if (input_person() && !c->json)
		rc = held_begin(c, ct);
	if (rc != 0)
		return cli_fail(c, rc, NULL);
	if ((c->given & OPT_ACCEPT) != 0 &&
	    (rc = tacit_accept_unverified(ct)) != 0)
		return cli_fail(c, rc, NULL);

	rc = send_all(&h, &b);
	if (b.n > 0) {
		why = second_thoughts(c, ct, &b);
		await(c, ct);
		read_states(&b, ct);
		info = session_info(ct);
		status = cli_done(c, why != 0 ? why :
		    report(c, &b, &info, held_seconds(ct)));
	}
	if (rc != 0)
		status = cli_fail(c, rc, advice(rc));
	free(b.all);
	return status;
}
