/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client writes to `tacit agent', over a vault that is none: what each
 * call of the library is given keeps to its header, and what it answers is
 * decided by the input.  Input: how it is cut, what the vault answers, then
 * the bytes.  What comes out is one line of JSON for each line that is a call,
 * and for each event, and is bounded.
 */
#include "agent.h"
#include "agent_vault.h"
#include "fuzz.h"

enum { LONG_LINE = AGENT_LINE_MAX - 100 };

/* ---- what comes out ------------------------------------------------------------------------- */

static void
check_object(const json_t *o)
{
	bool event = json_object_get(o, "method") != NULL;

	FUZZ_CHECK(json_is_object(o));
	FUZZ_CHECK(strcmp(json_string_value(json_object_get(o, "jsonrpc")),
	    "2.0") == 0);
	FUZZ_CHECK(json_object_size(o) == 3);
	FUZZ_CHECK(event ? json_is_object(json_object_get(o, "params")) :
	    json_object_get(o, "id") != NULL &&
	    (json_object_get(o, "result") != NULL ||
	    json_is_integer(json_object_get(json_object_get(o, "error"),
	    "code"))));
}

/* Each line is one; and takes all of them.  Returns how many answers. */
static unsigned int
check_out(struct agent_client *cl)
{
	const char *at = cl->out.bytes + cl->out.begin, *end;
	size_t i, left = agent_out_waits(&cl->out);
	unsigned int answers = 0;
	json_t *o;

	for (; left > 0; left -= (size_t)(end + 1 - at), at = end + 1) {
		FUZZ_CHECK((end = memchr(at, '\n', left)) != NULL);
		o = json_loadb(at, (size_t)(end - at), JSON_ALLOW_NUL |
		    JSON_REJECT_DUPLICATES, NULL);
		FUZZ_CHECK(o != NULL);
		answers += json_object_get(o, "method") == NULL;
		if (json_is_object(o))
			check_object(o);
		for (i = 0; i < json_array_size(o); i++)
			check_object(json_array_get(o, i));
		FUZZ_CHECK(json_array_size(o) <= AGENT_BATCH_MAX);
		json_decref(o);
	}
	if (agent_out_waits(&cl->out) > 0)
		agent_out_sent(&cl->out, agent_out_waits(&cl->out));
	return answers;
}

/* As much of a turn as needs no descriptors. */
static void
turn(struct agent *a, struct agent_client *cl, unsigned int *lines,
    unsigned int *answers)
{
	char *line;
	size_t len;

	while (agent_may_call(cl)) {
		switch (agent_in_next(&cl->in, &line, &len)) {
		case AGENT_NOTHING:
			break;
		case AGENT_TOO_LONG:
			agent_rpc_too_long(a, cl);
			++*lines;
			continue;
		case AGENT_LINE:
			FUZZ_CHECK(len <= AGENT_LINE_MAX);
			agent_rpc_line(a, cl, line, len);
			agent_in_done(line, len);
			++*lines;
			continue;
		}
		break;
	}
	/* There is none that cannot be told. */
	FUZZ_CHECK(agent_feed_push(a) != TACIT_E_INTERNAL);
	(void)agent_rpc_later(a);
	FUZZ_CHECK(a->feed.n <= AGENT_WINDOW_MAX && cl->later <=
	    AGENT_LATER_MAX + AGENT_BATCH_MAX);
	*answers += check_out(cl);
	FUZZ_CHECK(*answers <= *lines);
	FUZZ_CHECK(a->failed == 0);
}

static void
feed(struct agent *a, struct agent_client *cl, const char *bytes, size_t n,
    size_t piece)
{
	unsigned int lines = 0, answers = 0;
	size_t room, take;
	char *to;

	while (n > 0) {
		to = agent_in_room(&cl->in, &room);
		take = piece < n ? piece : n;
		take = room < take ? room : take;
		memcpy(to, bytes, take);
		agent_in_add(&cl->in, take);
		bytes += take;
		n -= take;
		turn(a, cl, &lines, &answers);
	}
	cl->in.over = true;
	turn(a, cl, &lines, &answers);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	struct cli c = { .t = NULL };
	struct agent a = { .c = &c };
	struct agent_client cl = { .in_fd = -1, .out_fd = -1 };
	uint8_t how = fuzz_u8(&in);
	size_t before = (how & 0x80) != 0 ? LONG_LINE : 0;
	char *bytes;

	agent_vault_begin(fuzz_u8(&in), &c.t, &c.p);
	a.client[0] = &cl;
	FUZZ_CHECK(agent_in_init(&cl.in) == 0);
	FUZZ_CHECK((bytes = malloc(before + in.left + 1)) != NULL);
	memset(bytes, ' ', before);
	if (in.left > 0)
		memcpy(bytes + before, in.next, in.left);
	/* A long line costs too much to be read byte by byte. */
	feed(&a, &cl, bytes, before + in.left, before > 0 ? 65536 :
	    (size_t)(how & 0x7f) * 8 + 1);
	agent_feed_drop(&a, &cl);
	agent_rpc_forget(&a, &cl);
	FUZZ_CHECK(a.later == NULL);
	agent_in_free(&cl.in);
	agent_out_free(&cl.out);
	free(bytes);
	return 0;
}
