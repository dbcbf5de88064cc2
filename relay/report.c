/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "report.h"

/* Which of the counts a kind of thing has. */
enum counted { MAILBOXES, ENVELOPES, INVITATIONS, ADMISSIONS, STATEMENTS,
    CONNECTIONS, HELD, ONE };

/*
 * Everything that is stored, table by table, and after that of blocks what is
 * in them; the columns are those of the database, and a test holds them
 * against it.
 */
static const struct kind {
	const char *name;
	const char *columns;		/* JSON */
	enum counted counted;
	const char *is, *does_not_tell;
} stored[] = {
	{ "mailbox", "[\"id\",\"address\",\"token_hash\",\"token_old\","
	  "\"anchor\"]",
	  MAILBOXES,
	  "A one-way queue: a random row number, the hash of its owner's "
	  "key, and hashes of the token that lets somebody post; or, in "
	  "place of a queue, 48 sealed bytes by which a client finds out "
	  "that an old copy of it, or of this relay, was put back.",
	  "Whose it is, who may post, when it was made, or which other "
	  "mailbox belongs to the same conversation." },
	{ "block", "[\"id\",\"kind\",\"envelopes\"]", ENVELOPES,
	  "Room for 256 letters or 32 parcels, which stand in it in random "
	  "order; what does not wait any more is zeros.",
	  "Which of them came first, or what stood where zeros are." },
	{ "envelope", "[\"mailbox\",\"counter\",\"expiry_day\","
	  "\"envelope\",\"key\"]", ENVELOPES,
	  "In a block: a sealed letter or parcel that waits, its place in its "
	  "mailbox's queue, its random name, the day on which it expires, "
	  "moved by 0 to 6 days at random, and the key of its body.",
	  "Who wrote it, when it came, or what comes before or after it in "
	  "another mailbox." },
	{ "body", "[\"bytes\"]", ENVELOPES,
	  "In relay.bodies: the bytes of that letter or parcel, encrypted by "
	  "its sender under keys that no relay has, and once more under the "
	  "key in its envelope; that key is gone from all files within 5 "
	  "seconds after its recipient has it, and what it had enciphered "
	  "is noise.",
	  "Anything of its content, not even its length: every letter has "
	  "one size, every parcel another." },
	{ "invitation", "[\"address\",\"key\",\"state\",\"reader\","
	  "\"request_hash\",\"expiry_hour\",\"blob\"]", INVITATIONS,
	  "A sealed first greeting under a random address: throwaway keys of "
	  "the one who may withdraw it and of the one who read it, whether "
	  "it was used, and the relay hour at which it expires.",
	  "Who invited whom, or which mailboxes came of it; the secret that "
	  "opens it travelled elsewhere." },
	{ "admission", "[\"hash\",\"units\",\"expiry_day\"]", ADMISSIONS,
	  "The hash of a code or guest pass, how many mailboxes and "
	  "invitations it is still good for, and the day it expires.",
	  "Who was given it, or what was made with it." },
	{ "recall", "[\"name\",\"outcome\",\"body_hash\",\"number\","
	  "\"previous\",\"signature\",\"expiry_day\"]", STATEMENTS,
	  "What the relay said of an envelope that its sender took back, "
	  "under a hash of mailbox and envelope: how it ended, a hash of its "
	  "bytes, its place in the chain of such statements, and the day on "
	  "which it expires.",
	  "Of which mailbox it was, or who asked; the bytes are gone." },
	{ "statement", "[\"number\",\"hash\"]", ONE,
	  "How many such statements the relay has made, and the hash of the "
	  "last, which the next one will name.",
	  "Anything about anybody." },
	{ "relay", "[\"hour\",\"wall_day\"]", ONE,
	  "The relay's clock: hours it has counted, and the day on which it "
	  "last did.",
	  "Anything about anybody." },
};

/* What is in memory only, and gone when the relay stops. */
static const struct kind in_memory[] = {
	{ "connection", "[\"buffers\",\"mailboxes read on it\","
	  "\"keyed hash of its network address\"]", CONNECTIONS,
	  "An open connection; the hash's key is drawn every half hour and "
	  "wiped after an hour.",
	  "Who is at its other end." },
	{ "held", "[\"envelope\"]", HELD,
	  "Envelopes on their way that are not on the disk yet.",
	  "Anything that a stored envelope does not tell." },
};

static uint64_t
count_of(enum counted what, const struct op_count *n,
    const struct query_facts *facts)
{
	switch (what) {
	case MAILBOXES:
		return n->mailboxes;
	case ENVELOPES:
		return n->envelopes;
	case INVITATIONS:
		return n->invitations;
	case ADMISSIONS:
		return n->admissions;
	case STATEMENTS:
		return n->statements;
	case CONNECTIONS:
		return facts->connections;
	case HELD:
		return facts->held;
	case ONE:
		return 1;
	}
	return 0;
}

json_t *
report_status(const struct op_count *n, const struct query_facts *facts)
{
	return json_pack("{s:s, s:b, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
	    "version", query_version(), "running", facts->running,
	    "confinement", facts->confinement,
	    "mailboxes", (json_int_t)n->mailboxes,
	    "envelopes", (json_int_t)n->envelopes,
	    "held", (json_int_t)facts->held,
	    "invitations", (json_int_t)n->invitations,
	    "admissions", (json_int_t)n->admissions,
	    "connections", (json_int_t)facts->connections,
	    "buffered", (json_int_t)facts->buffered);
}

static json_t *
list(const struct kind *kind, size_t n_kinds, const struct op_count *n,
    const struct query_facts *facts)
{
	json_t *all = json_array();
	size_t i;

	for (i = 0; i < n_kinds; i++) {
		if (json_array_append_new(all, json_pack("{s:s, s:o, s:I, "
		    "s:s, s:s}", "name", kind[i].name, "columns",
		    json_loads(kind[i].columns, 0, NULL), "count",
		    (json_int_t)count_of(kind[i].counted, n, facts), "is",
		    kind[i].is, "does_not_tell",
		    kind[i].does_not_tell)) != 0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}

json_t *
report_inspect(const struct op_count *n, const struct query_facts *facts)
{
	return json_pack("{s:s, s:b, s:o, s:o}",
	    "version", query_version(), "running", facts->running,
	    "stored", list(stored, sizeof(stored) / sizeof(stored[0]), n,
	    facts),
	    "in_memory", list(in_memory,
	    sizeof(in_memory) / sizeof(in_memory[0]), n, facts));
}

static json_int_t
number(const json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

static const char *
text(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s != NULL ? s : "";
}

void
report_print_status(FILE *out, const json_t *status)
{
	static const char *const rows[] = { "mailboxes", "envelopes", "held",
	    "invitations", "admissions", "connections" };
	size_t i;

	fprintf(out, "tacit-relay %s, %s\n", text(status, "version"),
	    json_is_true(json_object_get(status, "running")) ? "running" :
	    "not running");
	fprintf(out, "%-12s %s\n", "confinement", text(status,
	    "confinement"));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fprintf(out, "%-12s %" JSON_INTEGER_FORMAT "\n", rows[i],
		    number(status, rows[i]));
}

static void
print_kinds(FILE *out, const json_t *kinds)
{
	const json_t *kind, *column;
	const char *between;
	size_t i, k;

	json_array_foreach(kinds, i, kind) {
		fprintf(out, "%s: %" JSON_INTEGER_FORMAT "  (",
		    text(kind, "name"), number(kind, "count"));
		between = "";
		json_array_foreach(json_object_get(kind, "columns"), k,
		    column) {
			fprintf(out, "%s%s", between,
			    json_string_value(column));
			between = ", ";
		}
		fprintf(out, ")\n    %s\n    Does not tell: %s\n",
		    text(kind, "is"), text(kind, "does_not_tell"));
	}
}

void
report_print_inspect(FILE *out, const json_t *inspect)
{
	fprintf(out, "On the disk:\n");
	print_kinds(out, json_object_get(inspect, "stored"));
	fprintf(out, "In memory:\n");
	print_kinds(out, json_object_get(inspect, "in_memory"));
}
