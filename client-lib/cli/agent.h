/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacit agent: one vault, served as JSON-RPC 2.0 to processes of its owner;
 * docs/agent.md.
 *
 *	agent_line.c	bytes in, lines out of them; bytes that wait to go out
 *	agent_rpc.c	a line: one call, or a batch; answers
 *	agent_call.c	which methods there are, and what they take
 *	agent_contact.c, agent_text.c, agent_vault.c
 *			the methods
 *	agent_feed.c	events, to who subscribed
 *	agent_socket.c	the Unix socket, and who may use it
 *	cmd_agent.c	the loop
 *
 * All of it runs in one thread and waits in one place.  What bounds it: each
 * client has one line of input, and as soon as AGENT_OUT_HIGH bytes wait for
 * it nothing more is read of it and no event is pushed; events wait in the
 * vault.
 */
#ifndef CLI_AGENT_H
#define CLI_AGENT_H

#include <jansson.h>

#include "cli.h"

enum {
	AGENT_LINE_MAX = 256 * 1024,	/* bytes, without the newline */
	AGENT_OUT_HIGH = 256 * 1024,	/* bytes that wait for one client */
	AGENT_BATCH_MAX = 16,		/* calls */
	AGENT_LATER_MAX = 16,		/* calls of one client that wait */
	AGENT_CLIENTS_MAX = 8,
	AGENT_TURN_LINES = 16,		/* of one client, between two steps */
	AGENT_ID_MAX = 128,		/* bytes of an id that is a text */
	AGENT_WINDOW = 64,		/* events pushed and not confirmed */
	AGENT_WINDOW_MAX = 1024,
	AGENT_PAGE = 64 * 1024		/* bytes of texts in one history */
};

/* Codes of JSON-RPC 2.0; all others are those of tacit/error.h. */
enum {
	RPC_PARSE = -32700,
	RPC_REQUEST = -32600,
	RPC_METHOD = -32601,
	RPC_PARAMS = -32602,
	RPC_INTERNAL = -32603
};

/* ---- agent_line.c ------------------------------------------------------------ */

/* What came and is not taken yet: at most one line that is not whole. */
struct agent_in {
	char *bytes;			/* AGENT_LINE_MAX + 1 */
	size_t begin, end, seen;	/* no newline before ${seen} */
	bool skips;			/* the rest of a line that is too long */
	bool over;			/* nothing more will come */
};

/* What goes out. */
struct agent_out {
	char *bytes;
	size_t begin, end, cap, most;	/* most: that ever waited */
};

enum agent_got {
	AGENT_NOTHING,			/* no whole line */
	AGENT_LINE,
	AGENT_TOO_LONG			/* said once of such a line */
};

int agent_in_init(struct agent_in *in);
void agent_in_free(struct agent_in *in);

/* Where ${*room} bytes may be put, then agent_in_add() of how many were. */
char *agent_in_room(struct agent_in *in, size_t *room);
void agent_in_add(struct agent_in *in, size_t n);

/* The next line, valid until the next call; to be wiped by agent_in_done(). */
enum agent_got agent_in_next(struct agent_in *in, char **line, size_t *len);
void agent_in_done(char *line, size_t len);

/* Something that agent_in_next() would return is there. */
bool agent_in_waits(struct agent_in *in);

int agent_out_add(struct agent_out *out, const char *bytes, size_t len);
void agent_out_sent(struct agent_out *out, size_t n);
size_t agent_out_waits(const struct agent_out *out);
void agent_out_free(struct agent_out *out);

/* ---- one who calls ------------------------------------------------------------ */

struct agent_client {
	int in_fd, out_fd;		/* the same, of a socket; or -1 */
	bool socket;
	bool gone;			/* can be told nothing any more */
	struct agent_in in;
	struct agent_out out;
	unsigned later;			/* calls that wait */
};

/* Events that one client is told; agent_feed.c. */
struct agent_feed {
	struct agent_client *to;	/* NULL: nobody subscribed */
	uint64_t after, practice_after;	/* told up to these */
	uint64_t told[AGENT_WINDOW_MAX]; /* and not confirmed */
	unsigned n, window;
};

struct agent {
	struct cli *c;
	struct agent_client *client[AGENT_CLIENTS_MAX];
	struct agent_call *later;	/* that wait for a relay */
	struct agent_feed feed;
	uint64_t calls;			/* that were done */
	size_t out_most;		/* bytes that ever waited for one */
	int failed;			/* TACIT_E_* that ends all; or 0 */
};

/* May more be taken from ${cl}, and more be told? */
bool agent_may_call(const struct agent_client *cl);
bool agent_may_tell(const struct agent_client *cl);

/* ---- agent_rpc.c --------------------------------------------------------------- */

/* Answers to one line. */
struct agent_reply {
	struct agent_client *to;	/* NULL: it has gone */
	json_t *all;			/* those there are */
	unsigned waits;			/* how many are to come */
	bool batch;
};

/* One call. */
struct agent_call {
	struct agent_reply *reply;
	json_t *id;			/* NULL: nobody waits for an answer */
	json_t *params;			/* an object */
	json_t *result;
	const struct agent_method *method;
	char say[192];			/* better than the text of an error */

	/* Of one that waits: */
	struct agent_client *from;
	struct agent_call *next;
	struct tacit_contact *ct;
	int64_t deadline_ms;
	int (*end)(struct agent_call *k); /* its relay has it: 0, TACIT_E_* */
	bool undo;			/* without it there is no contact */
};

/* Do what one line of ${cl} asks, or say why not. */
void agent_rpc_line(struct agent *a, struct agent_client *cl,
    const char *line, size_t len);
void agent_rpc_too_long(struct agent *a, struct agent_client *cl);

/* {"method":"event","params":event}; takes ${event} over. */
void agent_rpc_tell(struct agent *a, struct agent_client *cl, json_t *event);

/* Answer what need not wait any more, and say how long the rest may: ms; -1:
 * nothing waits. */
int agent_rpc_later(struct agent *a);

/* Nobody is there for what ${cl} asked. */
void agent_rpc_forget(struct agent *a, struct agent_client *cl);

/* ---- agent_call.c --------------------------------------------------------------- */

enum agent_kind { PARAM_END, PARAM_TEXT, PARAM_NUMBER, PARAM_BOOL };

struct agent_param {
	const char *name;
	enum agent_kind kind;
	bool needed;
	int64_t least, most;		/* of a number; bytes of a text */
};

enum { AGENT_PARAMS = 6, AGENT_LATER = 1 };

/*
 * A method: sets ${k->result}.
 * Returns: 0, TACIT_E_*, or AGENT_LATER if ${k} waits.
 */
struct agent_method {
	const char *name;
	int (*run)(struct agent *a, struct agent_call *k);
	struct agent_param params[AGENT_PARAMS];
};

/* NULL: there is none of this name.  And the ${n}th, NULL at the end. */
const struct agent_method *agent_method(const char *name);
const struct agent_method *agent_method_at(size_t n);

/* Are these params what the method takes?  ${say}: what is wrong. */
bool agent_params_fit(const struct agent_method *m, json_t *params,
    char *say, size_t size);

/* What was given, or NULL, ${none}, false; of its length ${len} if not NULL. */
const char *agent_text(const struct agent_call *k, const char *name,
    size_t *len);
int64_t agent_number(const struct agent_call *k, const char *name,
    int64_t none);
bool agent_flag(const struct agent_call *k, const char *name);

/* The contact of "contact". */
int agent_contact(struct agent *a, struct agent_call *k,
    struct tacit_contact **out, struct tacit_contact_info *info);

/* ${o} is the result: 0, or TACIT_E_INTERNAL if it is NULL. */
int agent_result(struct agent_call *k, json_t *o);

/* ---- the methods ------------------------------------------------------------------ */

int agent_version(struct agent *a, struct agent_call *k);
int agent_status(struct agent *a, struct agent_call *k);
int agent_relay_add(struct agent *a, struct agent_call *k);
int agent_backup(struct agent *a, struct agent_call *k);
int agent_invite(struct agent *a, struct agent_call *k);
int agent_invite_link(struct agent *a, struct agent_call *k);
int agent_accept(struct agent *a, struct agent_call *k);
int agent_contacts(struct agent *a, struct agent_call *k);
int agent_contact_info(struct agent *a, struct agent_call *k);
int agent_contact_safety(struct agent *a, struct agent_call *k);
int agent_contact_verify(struct agent *a, struct agent_call *k);
int agent_contact_accept(struct agent *a, struct agent_call *k);
int agent_contact_rotate(struct agent *a, struct agent_call *k);
int agent_contact_close(struct agent *a, struct agent_call *k);
int agent_contact_words(struct agent *a, struct agent_call *k);
int agent_card_show(struct agent *a, struct agent_call *k);
int agent_card_acknowledge(struct agent *a, struct agent_call *k);
int agent_send(struct agent *a, struct agent_call *k);
int agent_history(struct agent *a, struct agent_call *k);
int agent_recall(struct agent *a, struct agent_call *k);
int agent_recall_statement(struct agent *a, struct agent_call *k);
int agent_events_subscribe(struct agent *a, struct agent_call *k);
int agent_events_unsubscribe(struct agent *a, struct agent_call *k);
int agent_event_done(struct agent *a, struct agent_call *k);

/* ---- agent_feed.c ------------------------------------------------------------------ */

/* Push what may be pushed.  Returns 0 or TACIT_E_*. */
int agent_feed_push(struct agent *a);

/* ${cl} is told nothing any more. */
void agent_feed_drop(struct agent *a, const struct agent_client *cl);

/* ---- agent_socket.c ----------------------------------------------------------------- */

struct agent_socket {
	int fd;				/* -1: none */
	const char *path;		/* the caller's */
	uint64_t device, inode;		/* what has that name */
};

/*
 * Listen at ${path}, for this user alone.  Returns 0, or the exit status
 * after saying what is wrong.
 */
int agent_socket_open(const struct cli *c, struct agent_socket *s,
    const char *path);

/* A connection of the same user, or -1: none, or of somebody else. */
int agent_socket_accept(const struct agent_socket *s);

/* Close, and take the name away if it is still this socket's. */
void agent_socket_close(struct agent_socket *s);

#endif
