/* SPDX-License-Identifier: Apache-2.0 */
/* Events as lines: JSON for programs, a sentence for people. */
#include <string.h>

#include "cli.h"

/* For whom an event is, or "" for the vault itself. */
static struct tacit_contact_info
about(const struct tacit_event *ev)
{
	struct tacit_contact_info none = { .size = sizeof(none) };

	return ev->contact != NULL ? session_info(ev->contact) : none;
}

static const char *
who(const struct tacit_event *ev)
{
	return ev->who == TACIT_WHO_THEM ? "them" : "me";
}

/* A message: in quiet hours that is said, too. */
static struct json_t *
arrived_json(const struct cli *c, const struct tacit_event *ev,
    const char *id)
{
	int quiet = tacit_quiet_at(c->p, session_unix_ms()) == 1;

	if (!quiet)
		return json_make("{s:s, s:I, s:s*, s:s, s:I, s:s%, s:b}",
		    "event", tacit_event_word(ev->type), "event_id",
		    (long long)ev->id, "contact", id, "message", ev->message,
		    "seq", (long long)ev->seq, "text", ev->text,
		    ev->text_len, "late", ev->late != 0);
	return json_make("{s:s, s:I, s:s*, s:s, s:I, s:s%, s:b, s:b}", "event",
	    tacit_event_word(ev->type), "event_id", (long long)ev->id,
	    "contact", id, "message", ev->message, "seq", (long long)ev->seq,
	    "text", ev->text, ev->text_len, "late", ev->late != 0, "quiet",
	    1);
}

static struct json_t *
recalled_json(const struct tacit_event *ev, const char *id)
{
	return json_make("{s:s, s:I, s:s*, s:s, s:I, s:s}", "event",
	    tacit_event_word(ev->type), "event_id", (long long)ev->id,
	    "contact", id, "message", ev->message, "seq", (long long)ev->seq,
	    "fate", tacit_fate_word((enum tacit_fate)ev->reason));
}

struct json_t *
event_json(const struct cli *c, const struct tacit_event *ev)
{
	struct tacit_contact_info info = about(ev);
	const char *word = tacit_event_word(ev->type);
	const char *id = info.id[0] != '\0' ? info.id : NULL;
	long long n = (long long)ev->id, seq = (long long)ev->seq;

	switch (ev->type) {
	case TACIT_EV_MESSAGE:
		return arrived_json(c, ev, id);
	case TACIT_EV_PAIRED:
		return json_make("{s:s, s:I, s:s*, s:s, s:b}", "event", word,
		    "event_id", n, "contact", id, "their_name", ev->name,
		    "verified", ev->verified != 0);
	case TACIT_EV_ACCEPTED:
	case TACIT_EV_UNDELIVERED:
		return json_make("{s:s, s:I, s:s*, s:s, s:I}", "event", word,
		    "event_id", n, "contact", id, "message", ev->message,
		    "seq", seq);
	case TACIT_EV_FORGOTTEN:
		return json_make("{s:s, s:I, s:s*, s:s, s:I, s:s}", "event",
		    word, "event_id", n, "contact", id, "message",
		    ev->message, "seq", seq, "from", who(ev));
	case TACIT_EV_RECALLED:
		return recalled_json(ev, id);
	case TACIT_EV_GAP:
		return json_make("{s:s, s:I, s:s*, s:I, s:I}", "event", word,
		    "event_id", n, "contact", id, "from", (long long)ev->from,
		    "to", (long long)ev->to);
	case TACIT_EV_REFUSED:
		return json_make("{s:s, s:I, s:s*, s:s}", "event", word,
		    "event_id", n, "contact", id, "reason",
		    tacit_error_word(ev->reason));
	case TACIT_EV_ROLLED_BACK:
		if (ev->to != 0)
			return json_make("{s:s, s:I, s:s*, s:s, s:I, s:I}",
			    "event", word, "event_id", n, "contact", id,
			    "who", who(ev), "from", (long long)ev->from,
			    "to", (long long)ev->to);
		return json_make("{s:s, s:I, s:s*, s:s}", "event", word,
		    "event_id", n, "contact", id, "who", who(ev));
	case TACIT_EV_RELAY_RESTORED:
		return json_make("{s:s, s:I, s:s%}", "event", word, "event_id",
		    n, "relay", ev->text, ev->text_len);
	case TACIT_EV_IDENTITY_CHANGED:
	case TACIT_EV_UNREACHABLE:
	case TACIT_EV_CLOSED:
	case TACIT_EV_INVITATION_MISUSED:
	case TACIT_EV_POISON:
	case TACIT_EV_ROTATED:
	case TACIT_EV_DATA:
		break;
	}
	return json_make("{s:s, s:I, s:s*}", "event", word, "event_id", n,
	    "contact", id);
}

/* Sentences that need no number or name. */
static const char *
plain_sentence(enum tacit_event_type type)
{
	switch (type) {
	case TACIT_EV_ACCEPTED:
		return "the relay has what you wrote";
	case TACIT_EV_UNDELIVERED:
		return "a message of yours was not fetched in time; it is "
		    "sent again";
	case TACIT_EV_IDENTITY_CHANGED:
		return "somebody with another identity key wrote in their "
		    "place: compare the safety number before you write "
		    "(`tacit verify CONTACT --confirm --how voice'), or pair "
		    "again if they have a new device";
	case TACIT_EV_UNREACHABLE:
		return "the relay refuses this contact; your texts are kept";
	case TACIT_EV_CLOSED:
		return "the other side ended this relationship";
	case TACIT_EV_INVITATION_MISUSED:
		return "somebody else answered the same invitation too: "
		    "compare the safety number";
	case TACIT_EV_RELAY_RESTORED:
		return "the relay was restored from an older copy";
	case TACIT_EV_POISON:
		return "something arrived that made no sense; it was set aside";
	case TACIT_EV_ROTATED:
		return "you and they use new keys and mailboxes now";
	case TACIT_EV_FORGOTTEN:
		return "a message that was not to be kept was forgotten, here";
	case TACIT_EV_MESSAGE:
	case TACIT_EV_PAIRED:
	case TACIT_EV_GAP:
	case TACIT_EV_REFUSED:
	case TACIT_EV_ROLLED_BACK:
	case TACIT_EV_RECALLED:
	case TACIT_EV_DATA:
		break;
	}
	return "";
}

bool
event_is_for_people(const struct tacit_event *ev)
{
	return ev->data_type == 0;
}

static void
rolled_back(FILE *f, const struct tacit_event *ev)
{
	if (ev->who == TACIT_WHO_THEM)
		fputs("they went back to an older copy of their vault; what "
		    "is missing there is sent again", f);
	else if (ev->to == 0)
		fputs("this is an older copy of your vault", f);
	else
		fprintf(f, "%llu messages that you wrote since this copy of "
		    "your vault are with them and not here",
		    (unsigned long long)ev->to - ev->from + 1);
}

void
event_sentence(FILE *f, const struct tacit_event *ev)
{
	switch (ev->type) {
	case TACIT_EV_MESSAGE:
		text_put(f, ev->text, ev->text_len, 4);
		if (ev->late)
			fputs("  [arrived late]", f);
		break;
	case TACIT_EV_PAIRED:
		fputs("paired; they call themselves ", f);
		text_put_name(f, ev->name);
		fputs(ev->verified ? "; verified" :
		    "; not verified: compare the safety number", f);
		break;
	case TACIT_EV_GAP:
		fprintf(f, "messages %llu to %llu are missing",
		    (unsigned long long)ev->from, (unsigned long long)ev->to);
		break;
	case TACIT_EV_REFUSED:
		fprintf(f, "the invitation failed: %s",
		    tacit_error_text(ev->reason));
		break;
	case TACIT_EV_ROLLED_BACK:
		rolled_back(f, ev);
		break;
	case TACIT_EV_RECALLED:
		fputs(recall_sentence((enum tacit_fate)ev->reason), f);
		break;
	default:
		fputs(plain_sentence(ev->type), f);
		break;
	}
}

int
event_print(const struct cli *c, const struct tacit_event *ev)
{
	struct tacit_contact_info info;

	if (c->json)
		return json_put(event_json(c, ev));
	info = about(ev);
	text_put_name(stdout, info.id[0] != '\0' ? info.label : "vault");
	fputs(": ", stdout);
	event_sentence(stdout, ev);
	fputc('\n', stdout);
	return fflush(stdout) == 0 ? 0 : TACIT_E_IO;
}
