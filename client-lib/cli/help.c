/* SPDX-License-Identifier: Apache-2.0 */
/* What --help prints: of everything, and of one command. */
#include <string.h>

#include "cli.h"

static const struct {
	const char *name;		/* as in main.c */
	const char *usage;		/* what follows the name */
	const char *brief;
	const char *more;		/* lines, or "" */
} topics[] = {
	{ "init", "", "make a vault (asks for the name you go by)",
	    "Everything of yours is kept in the vault, one encrypted file.  "
	    "The name is\nwhat those whom you pair with are shown.  You are "
	    "asked for a new passphrase;\nnobody can open the vault without "
	    "it, and nobody can give it back to you.\n" },
	{ "relay add", "", "add a relay (asks for its tacit-relay: line)",
	    "The line comes from who runs the relay (`tacit-relay admit').  "
	    "Only who invites\nneeds one.  The relay added last is used for "
	    "new invitations.\n" },
	{ "invite", "[--in-person] [--expires-minutes N] [--relay URL]",
	    "invite somebody (asks for your label for them)",
	    "  --in-person          read now, in this room, within 10 minutes: "
	    "the contact is\n                       verified.  Without it, "
	    "compare the safety number later\n"
	    "  --expires-minutes N  how long it may be answered (a link: 4320, "
	    "three days)\n"
	    "  --relay URL          another relay than the one added last\n" },
	{ "accept", "", "accept an invitation (asks for link and label)",
	    "The link is the one of `invite'; the label is your name for "
	    "them.  If something\ngoes wrong on the way, accept the same link "
	    "again.\n" },
	{ "contacts", "", "list the contacts", "" },
	{ "send", "CONTACT [--lines] [--wait-ms N] [--accept-unverified] "
	    "[--confirm] [--anyway] [--keep-hours N] [--hold SECONDS]",
	    "send what stands on standard input",
	    "  --lines              each line is a message of its own\n"
	    "  --wait-ms N          wait so long for the relay (2000); the "
	    "text is kept anyway\n"
	    "  --accept-unverified  at your own risk, without having compared "
	    "the safety\n                       number\n"
	    "  --confirm            a script is asked as a person is: the "
	    "first line are the\n                       check words of "
	    "CONTACT, or empty\n"
	    "  --anyway             although it names another contact\n"
	    "  --keep-hours N       both forget it so long after they had "
	    "it\n"
	    "  --hold SECONDS       do not post it before; `recall', or Ctrl-C "
	    "at a terminal,\n                       undoes it till then\n" },
	{ "sync", "[--wait-ms N] [--until N]",
	    "send, receive, show what happened",
	    "  --wait-ms N          stay so long\n"
	    "  --until N            leave after N messages\n" },
	{ "history", "CONTACT [--last N]", "show what was written",
	    "  --last N             only the last N messages\n" },
	{ "verify", "CONTACT [--confirm [--how in-person|voice|video]]",
	    "show the safety number; record that it was equal",
	    "  --confirm            it was equal at both ends\n"
	    "  --how WORD           how that was found, for `lifecycle'\n" },
	{ "rotate", "CONTACT", "have both take new keys and mailboxes now",
	    "This happens by itself every 30 days, or after 500 messages.  It "
	    "needs both to be\nonline, and comes an hour after the last time at "
	    "the earliest; `sync' tells when\nit is done (`rotated').\n" },
	{ "hold", "[CONTACT] [--hold SECONDS | --default]",
	    "how long texts are held back, so that they can be undone",
	    "Without CONTACT for all contacts that have no time of their "
	    "own.  Where nobody\nsaid anything, what you type to those whom "
	    "you invited is held back for 10 s.\n"
	    "  --hold SECONDS       0 to 60\n"
	    "  --default            CONTACT has no time of its own\n" },
	{ "recall", "CONTACT MESSAGE [--ask] [--statement FILE [--yes]]\n"
	    "         [--wait-ms N]",
	    "take a text back",
	    "What did not leave is undone.  What the relay still has it "
	    "destroys, and says under\nits signature whether it was given to "
	    "anybody.  What the other side has stays there.\n"
	    "  --ask                if it is too late, ask them to take it "
	    "back\n"
	    "  --statement FILE     write what the relay said to FILE\n"
	    "  --yes                replace FILE\n"
	    "  --wait-ms N          wait so long for the relay (10000)\n" },
	{ "retraction policy", "ask|keep|accept|default|show [CONTACT]",
	    "what is done with texts that are asked back",
	    "Without CONTACT of all that have no policy of their own.  Where "
	    "nothing was set,\ntexts of those whom you invited are kept, for "
	    "the record, and of others you are\nasked.\n" },
	{ "retraction accept", "CONTACT MESSAGE",
	    "forget a text that they ask back",
	    "It is gone from this vault; its place stays.  They are told.\n" },
	{ "retraction keep", "CONTACT MESSAGE",
	    "keep a text that they ask back", "They are told.\n" },
	{ "statement check", "FILE", "check what a relay said of a recall",
	    "Shows who signed it: compare that with the key of the relay.\n" },
	{ "close", "CONTACT [--yes]",
	    "end a relationship, withdraw an invitation",
	    "  --yes                do not ask\n" },
	{ "passphrase", "", "change the passphrase (asks for old and new)",
	    "" },
	{ "backup", "FILE", "write a backup (asks for a passphrase for it)",
	    "FILE is new, encrypted, and readable with its own passphrase "
	    "alone.  Keep it away\nfrom this machine and make another from "
	    "time to time: what came after it is\nonly at the other ends.\n" },
	{ "restore", "FILE", "make a vault from a backup (asks for its "
	    "passphrase)",
	    "The vault is made at --vault PATH or the default place, where "
	    "there must be none;\nyou are asked for its passphrase too.  "
	    "Conversations agree on new keys at the\nnext `tacit sync'.  Do "
	    "not use the old vault any more.\n" },
	{ "checkin import", "FILE", "keep a FHIR Questionnaire as a form",
	    "FILE is JSON, or the name of a form that comes with tacit "
	    "(`tacit checkin forms').\n" },
	{ "checkin forms", "", "list the forms there are", "" },
	{ "checkin send", "CONTACT FORM [--first-day DATE] [--last-day DATE]\n"
	    "               [--every N | --weekdays mon,...] "
	    "[--window HH:MM-HH:MM]",
	    "ask a contact a form, once or again and again",
	    "  --first-day DATE     as 2026-11-22; today\n"
	    "  --last-day DATE      in a week, or, again and again, in 12 "
	    "weeks\n"
	    "  --every N            each N days\n"
	    "  --weekdays mon,...   on these days of the week\n"
	    "  --window HH:MM-HH:MM by their clock (00:00-24:00); it is asked "
	    "when it opens,\n                       and cannot be answered "
	    "once it is over\n"
	    "Without --every and --weekdays it is asked once, when it "
	    "arrives.  It leaves\nwithin 15 minutes, at a random time, while "
	    "`sync' or `chat' runs.\n" },
	{ "checkin stop", "CHECKIN", "ask it no more", "" },
	{ "checkin list", "CONTACT", "list the check-ins with a contact", "" },
	{ "checkin answer", "CHECKIN [--wait-ms N]", "answer a check-in",
	    "You are asked item by item; each answer is kept at once, and you "
	    "can leave and\ngo on later.  From standard input: one answer "
	    "per line, an empty line where\nthere is none and after the last "
	    "one of a question that takes several.\n"
	    "  --wait-ms N          wait so long for the relay (2000)\n" },
	{ "checkin show", "CHECKIN DATE", "show what they answered",
	    "With --json: its scores, then the FHIR QuestionnaireResponse.\n"
	    },
	{ "checkin trend", "CONTACT [FORM [SERIES]] [--format text|svg|csv]\n"
	    "               [--out FILE [--yes]]",
	    "show what scores and numbers came to",
	    "FORM is an id or a name of `checkin forms', SERIES a number "
	    "within it.\n"
	    "  --format WORD        text, drawn as wide as the terminal; svg, "
	    "one series; csv\n"
	    "  --out FILE           write FILE instead; it is there whole or "
	    "not at all\n"
	    "  --yes                although FILE exists\n" },
	{ "checkin export", "CONTACT [--format fhir|html|json] [--out FILE "
	    "[--yes]]\n               [--first-day DATE] [--last-day DATE]",
	    "print the check-ins that were answered",
	    "As `tacit export', without texts; a FHIR Bundle on standard "
	    "output if not told\notherwise.\n" },
	{ "export", "CONTACT --format fhir|html|json --out FILE [--yes]\n"
	    "               [--first-day DATE] [--last-day DATE]",
	    "write a record of a contact",
	    "  --format WORD        fhir, a FHIR R4 Bundle; html, a page to "
	    "read and print; json,\n                       a line for each "
	    "entry\n"
	    "  --out FILE           FILE, FILE.manifest and "
	    "FILE.manifest.sig are written, all or none\n"
	    "  --yes                although they exist\n"
	    "  --first-day DATE     as 2026-11-22; and --last-day: of these "
	    "days alone\n"
	    "The record is not encrypted.\n" },
	{ "check", "FILE [--key KEY]", "check a record against its manifest",
	    "  --key KEY            the key that must have signed, as `tacit "
	    "export' printed it\n"
	    "FILE.manifest and FILE.manifest.sig are read beside FILE.  No "
	    "vault is needed.\n" },
	{ "words", "CONTACT", "show the check words of a contact",
	    "The first text of a day, and a quick change to another contact, "
	    "are confirmed with\nthem, so that nothing goes to the wrong "
	    "person.\n" },
	{ "card set", "", "set the card of the practice (asks for it)",
	    "Three things, on lines of their own: when messages are read and "
	    "answered; that\nnobody watches in between; numbers for a crisis, "
	    "each as `DE|crisis line|0800 1110111'.\nEvery contact "
	    "acknowledges the card before the next text.\n" },
	{ "card show", "[CONTACT]", "show the card that is valid", "" },
	{ "card acknowledge", "CONTACT", "say that you read the card", "" },
	{ "away set", "[--begin DAY] [--end DAY]",
	    "answer those who write that you are away",
	    "Whoever you invited and writes is told, once a day.  Days are as "
	    "2026-12-24, both\nincluded.\n" },
	{ "away off", "", "answer nobody any more", "" },
	{ "quiet set", "--begin TIME --end TIME [--days LIST]",
	    "set the hours in which you are not notified",
	    "Times are as 18:30, days as mon,tue,sun.  Messages of these hours "
	    "are marked\n`quiet'.\n" },
	{ "quiet off", "", "have no such hours", "" },
	{ "pause", "CONTACT", "pause a contact (asks for what they are told)",
	    "They read it, see the card, and write nothing until `tacit "
	    "resume'.\n" },
	{ "resume", "CONTACT", "go on with a contact (asks for what they are "
	    "told)", "" },
	{ "discharge", "CONTACT", "end a relationship with last words (asks "
	    "for them)", "When the relay has the words, both mailboxes are "
	    "closed.  The history stays.\n" },
	{ "lifecycle", "CONTACT", "show how a relationship stands, and since "
	    "when", "" },
	{ "receipts", "CONTACT on|off|show",
	    "tell a contact what arrived and what you read",
	    "Nobody is told anything unless it is on for them.  What `chat', "
	    "`history' and `sync'\nshow to a person is told as read, not what "
	    "they print with --json.  It goes in one\nletter, 5 seconds to 30 "
	    "minutes later, while `sync' or `chat' runs.  That you type\nis "
	    "never told.\n" },
	{ "retention show", "[CONTACT]",
	    "show how long records are kept, and which may be deleted",
	    "Of CONTACT also the longest time since it was closed in which "
	    "nobody opened the\nvault: a clock that was set forward makes a "
	    "long one.\n" },
	{ "retention set", "--years N", "keep records for so many years",
	    "From the day on which a contact was closed; 10 if nothing else "
	    "was set.  How many\nthey have to be is for the practice to "
	    "know.\n"
	    "  --years N            1 to 30\n" },
	{ "retention delete", "CONTACT", "delete the record of a closed "
	    "contact (asks for today's date)",
	    "A practice can do so once the record need not be kept any "
	    "longer, everybody else at\nonce.  Backups, exports and copies of "
	    "the vault still have it.\n" },
	{ "log", "[--last N]", "show what was done with the vault",
	    "When it was opened, or not for a wrong passphrase; backups and "
	    "exports; who was\nverified.  The whole log is verified first.\n"
	    "  --last N             only the last N rows\n" },
	{ "agent", "[--socket PATH]",
	    "serve the vault to other programs, as JSON-RPC 2.0",
	    "On standard input and output, one call a line, until the input "
	    "ends.  docs/agent.md\nlists the calls.\n"
	    "  --socket PATH        on a Unix socket instead, for your own "
	    "processes, in a\n                       directory that only you can "
	    "enter\n" },
	{ "chat", "CONTACT [--lock-minutes N]",
	    "write back and forth on the terminal",
	    "/help lists what can be typed there.\n"
	    "  --lock-minutes N     lock when no key was pressed for so long: "
	    "the screen is\n                       cleared, the passphrase is "
	    "asked for again\n" },
};

enum { N_TOPICS = sizeof(topics) / sizeof(topics[0]), COLUMN = 25 };

static const char contact[] =
"CONTACT is an id, a number of the list, or a label.\n";

void
help_all(void)
{
	size_t i;
	int n;

	fputs("usage: tacit [--vault PATH] [--json] [--proxy HOST:PORT] "
	    "[--lock-wait-ms N]\n             COMMAND\n\n"
	    "  tacit                  list the contacts; a number opens the "
	    "chat\n", stdout);
	for (i = 0; i < N_TOPICS; i++) {
		n = printf("  %s %s", topics[i].name, topics[i].usage);
		if (n < COLUMN)
			printf("%*s%s\n", COLUMN - n, "", topics[i].brief);
		else
			printf("\n%*s%s\n", COLUMN, "", topics[i].brief);
	}
	printf("\n%s", contact);
	fputs("Names, texts, links and codes are asked for, or read from "
	    "standard input, one\nper line.  The passphrase is asked for, or "
	    "read from the file that\nTACIT_PASSPHRASE_FILE names.\n\n"
	    "tacit COMMAND --help tells more about a command.\n", stdout);
}

void
help_command(const char *name)
{
	size_t i;

	for (i = 0; i < N_TOPICS; i++) {
		if (strcmp(topics[i].name, name) != 0)
			continue;
		printf("usage: tacit %s%s%s\n\ntacit %s: %s.\n", name,
		    topics[i].usage[0] != '\0' ? " " : "", topics[i].usage,
		    name, topics[i].brief);
		if (topics[i].more[0] != '\0')
			printf("\n%s", topics[i].more);
		if (strncmp(topics[i].usage, "CONTACT", 7) == 0)
			printf("\n%s", contact);
	}
}
