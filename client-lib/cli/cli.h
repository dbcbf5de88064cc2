/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tacit command: what its files share.  It is built on the public headers
 * alone, as any other program that embeds libtacit.
 *
 * A command is a function that returns the exit status of the program; it
 * has said what was wrong, once, by cli_fail() or cli_usage().
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <tacit/practice.h>
#include <tacit/tacit.h>

enum {
	CLI_LINE_MAX = 1024,		/* names, links, admission lines */
	CLI_REACH_MS = 10000		/* how long a relay may take */
};

/* Options that only some commands know; bits of struct command. */
enum cli_option {
	OPT_IN_PERSON = 1 << 0,
	OPT_EXPIRES = 1 << 1,
	OPT_RELAY = 1 << 2,
	OPT_LINES = 1 << 3,
	OPT_WAIT = 1 << 4,
	OPT_ACCEPT = 1 << 5,
	OPT_UNTIL = 1 << 6,
	OPT_LAST = 1 << 7,
	OPT_CONFIRM = 1 << 8,
	OPT_YES = 1 << 9,
	OPT_FIRST = 1 << 10,
	OPT_LAST_DAY = 1 << 11,
	OPT_EVERY = 1 << 12,
	OPT_WEEKDAYS = 1 << 13,
	OPT_WINDOW = 1 << 14,
	OPT_SOCKET = 1 << 15,
	OPT_LOCK = 1 << 16,
	OPT_YEARS = 1 << 17,
	OPT_HOLD = 1 << 18,
	OPT_STATEMENT = 1 << 19,
	OPT_ANYWAY = 1 << 20,
	OPT_HOW = 1 << 21,
	OPT_BEGIN = 1 << 22,
	OPT_END = 1 << 23,
	OPT_DAYS = 1 << 24,
	OPT_FORMAT = 1 << 25,
	OPT_OUT = 1 << 26,
	OPT_KEY = 1 << 27,
	OPT_KEEP = 1 << 28,
	OPT_DEFAULT = 1 << 29,
	OPT_ASK = 1 << 30
};

struct cli {
	bool json, help;
	const char *vault_arg;		/* --vault, or NULL */
	char *vault;			/* path; owned */
	const char *proxy;		/* HOST:PORT or NULL */
	uint32_t lock_wait_ms;

	unsigned given;			/* enum cli_option, those on argv */
	uint32_t expires_minutes;
	uint32_t wait_ms;
	uint32_t until;
	uint32_t last;
	uint32_t hold;			/* seconds */
	const char *statement;		/* FILE */
	const char *message;		/* MESSAGE, or NULL */
	const char *relay;
	const char *contact;		/* CONTACT, or NULL */
	const char *how, *begin, *end, *days;
	const char *file;		/* FILE, or NULL */
	const char *form;		/* FORM, or NULL */
	const char *checkin;		/* CHECKIN, or NULL */
	const char *date;		/* DATE, or NULL */
	const char *word;		/* on, off, show, a policy; or NULL */
	uint32_t every;
	uint32_t keep_hours;		/* 0: a text is kept */
	uint32_t years;
	uint32_t lock_minutes;		/* 0: a chat is not locked */
	bool locked, draft_lost;	/* by chat_lock.c, and what it tells */
	const char *first_day, *last_day, *weekdays, *window;
	const char *format, *out, *key;
	const char *socket;		/* of the agent; or NULL */
	const char *series;		/* SERIES, or NULL */

	struct tacit *t;		/* open vault, or NULL */
	struct tacit_practice *p;	/* over it, or NULL */
};

struct cli_passphrase {
	char bytes[1025];
	size_t len;
};

/* ---- fail.c: what went wrong, and the exit status that goes with it ------ */

/* Say what ${error}, a TACIT_E_*, means; ${more}, if not NULL, is added. */
int cli_fail(const struct cli *c, int error, const char *more);

/* The same in the words ${text}, which say it better. */
int cli_fail_as(const struct cli *c, int error, const char *text);

int cli_usage(const struct cli *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The end of a command: 0, or what cli_fail() says of ${error}. */
int cli_done(const struct cli *c, int error);

/* The exit status for an error of tacit/error.h. */
int cli_status(int error);

/* ---- help.c --------------------------------------------------------------- */

/* Print what there is, or what the command ${name} does. */
void help_all(void);
void help_command(const char *name);

/* ---- input.c: what people type, or a script sends ------------------------ */

/*
 * Read one line, without its newline, from standard input; on a terminal
 * after ${prompt}.
 * Output:  ${out}, NUL-terminated.  ${len} may be NULL.
 * Returns: 0, or the exit status after saying that ${what} is missing, too
 *          long, or holds a NUL.
 */
int input_line(const struct cli *c, const char *what, const char *prompt,
    char *out, size_t cap, size_t *len);

/*
 * One line of any length, or all of the rest with one newline taken from its
 * end.
 * Owner:   the caller frees ${*out}, which may be NULL.
 * Returns: 1 with a line, 0 at the end, or -1 (memory, I/O, over 16 MiB).
 */
int input_next_line(char **out, size_t *len);
int input_rest(char **out, size_t *len);

/* Ask on the terminal; true for a yes. */
bool input_yes(const char *question);

/* Standard input is a terminal. */
bool input_person(void);

/* ---- passphrase.c ---------------------------------------------------------- */

/*
 * From TACIT_PASSPHRASE_FILE, or from the terminal; ${fresh} asks twice and
 * for 12 characters.
 * Owner:   the caller wipes ${p} with passphrase_wipe(), also after a failure.
 */
int passphrase_get(const struct cli *c, struct cli_passphrase *p, bool fresh);

/* The same from standard input, as line ${what}, or from the terminal. */
int passphrase_line(const struct cli *c, struct cli_passphrase *p,
    const char *what, bool fresh);

void passphrase_wipe(struct cli_passphrase *p);

/* ---- session.c: an open vault, and waiting -------------------------------- */

/* Find out the path of the vault: fills ${c->vault}. */
int session_path(struct cli *c);

/*
 * What a new vault needs: its directories, for me alone, and what guessing
 * its passphrase costs, 0 if nothing else was asked for.
 */
int session_make_parents(const struct cli *c);
int session_argon_mib(const struct cli *c, uint32_t *out);

/* Configuration for ${c} with the passphrase ${p}. */
struct tacit_config session_config(const struct cli *c,
    const struct cli_passphrase *p);

/* Open the vault: fills ${c->t} and ${c->p}. */
int session_open(struct cli *c);

/* Find the contact that argv names, and what is known of it. */
int session_contact(struct cli *c, struct tacit_contact **out,
    struct tacit_contact_info *info);

/* What is known of ${ct}; all zero if that fails. */
struct tacit_contact_info session_info(struct tacit_contact *ct);

/* How the relationship of ${info} stands, in a word: paused, too. */
const char *session_state(struct cli *c, struct tacit_contact *ct,
    const struct tacit_contact_info *info);

int64_t session_now_ms(void);
int64_t session_unix_ms(void);

/*
 * Have the practice layer take what is its own: after each tacit_step(), and
 * before events of the vault are confirmed.  Returns 0 or TACIT_E_*.
 */
int session_practice(struct cli *c);

/* One tacit_step() that ends at ${deadline_ms} at the latest, and the
 * practice layer's. */
int session_step(struct cli *c, int64_t deadline_ms);

/* How far all is; all zero if that fails. */
struct tacit_progress session_progress(struct cli *c);

/* Nothing is left to do that a relay could take or give now. */
bool session_settled(const struct tacit_progress *p);

/*
 * Step until nothing is left to do for ${ct} (NULL: for anybody), until what
 * is left has failed, or for ${ms}.  Relays of others are not waited for.
 * Returns: 0 or TACIT_E_*.
 */
int session_settle(struct cli *c, struct tacit_contact *ct, uint32_t ms);

/* ---- json.c: JSON on standard output, and as the agent sends it ------------ */

/*
 * An object; ${format} and arguments as in jansson's json_pack().
 * Owner:   the caller, json_decref() or json_put().
 * Returns: NULL if something is no UTF-8, or no memory.
 */
struct json_t *json_make(const char *format, ...);

/*
 * One line on standard output, flushed; ${o} is given up, and may be NULL
 * after json_make().  Returns 0 or TACIT_E_IO, TACIT_E_INTERNAL.
 */
int json_put(struct json_t *o);

/* Both in one. */
int json_out(const char *format, ...);
/* For its s:o*: true, or no such member. */
void *json_true_if(bool is);

/*
 * The same with JSON that the library wrote, numbers as they are; its spaces
 * and line ends are taken out of ${text}.
 */
int json_line(char *text);

/* {"error":word,"message":text} on standard error. */
void json_error(const char *word, const char *text);

/* ---- text.c: safe to show on a terminal ------------------------------------ */

enum { TEXT_CELL_SIZE = 16 };

/*
 * The character at ${text}, of which ${left} bytes are there, as it may be
 * shown, and the columns that it takes; spelled out if it could steer the
 * terminal or make text read as what it is not.  ${strict} spells out tabs and
 * joiners too.
 * Returns: how many bytes it was.
 */
size_t text_cell(char out[TEXT_CELL_SIZE], int *width, const char *text,
    size_t left, bool strict);

/*
 * Print ${len} bytes with everything spelled out that could move the cursor,
 * turn the direction of writing, or is no UTF-8.  A newline is kept and
 * followed by ${indent} spaces, or spelled out too if ${indent} is negative.
 */
void text_put(FILE *f, const char *text, size_t len, int indent);

/* A label or a name. */
void text_put_name(FILE *f, const char *name);

/* "2026-05-31T09:15:02.123Z" */
void text_time(char out[32], int64_t time_ms);

/* "09:15" of today, else "31 May 09:15", local time. */
void text_clock(char out[32], int64_t time_ms);

/* "2026-11-22", of a day as the practice layer counts them. */
enum { TEXT_DAY_SIZE = 16, DAY_MINUTES = 24 * 60 };
void text_day(char out[TEXT_DAY_SIZE], uint32_t date);
/* And back; false: that is no such spelling. */
bool text_to_day(uint32_t *date, const char *text);
/* "18:30", of which what follows is not looked at; up to 24:00. */
bool text_to_minute(uint32_t *minute, const char *text);
/* "mon,wed,sun"; bit 0 is Monday. */
bool text_to_weekdays(uint32_t *days, const char *text);

const char *text_state(enum tacit_contact_state state);
const char *text_message_state(enum tacit_message_state state);

/* ---- cmd_show.c: as objects, json_make() --------------------------------------- */

struct json_t *contact_json(struct cli *c, struct tacit_contact *ct,
    const struct tacit_contact_info *i);
struct json_t *message_json(struct cli *c, struct tacit_contact *ct,
    const struct tacit_message *m);

/* ---- cmd_pair.c, cmd_send.c: what the agent shares with commands ----------------- */

/* 0: the relay has what ${ct} needs; TACIT_E_WAIT: not yet; or why not. */
int pair_ready(struct tacit_contact *ct, int64_t deadline_ms);

/* May a program write to ${ct}: not to another identity, nor in a pause.
 * Returns 0 or TACIT_E_*. */
int send_allowed(struct cli *c, struct tacit_contact *ct);

/* Why a text waits, as a word and for people; NULL if it need not. */
const char *send_waits_for(const struct tacit_contact_info *info);

/* ---- event.c ------------------------------------------------------------------ */

/* False of what is between libraries: nobody is shown it, nor told of it. */
bool event_is_for_people(const struct tacit_event *ev);

/* As an object: json_make(). */
struct json_t *event_json(const struct cli *c, const struct tacit_event *ev);

/* Print and flush.  Returns 0 or TACIT_E_IO. */
int event_print(const struct cli *c, const struct tacit_event *ev);

/* What the event means, for a person, with no newline. */
void event_sentence(FILE *f, const struct tacit_event *ev);

/* ---- event_practice.c: the same for events of the practice layer --------------- */

struct json_t *practice_json(const struct cli *c,
    const struct tacit_practice_event *ev);
int practice_print(const struct cli *c, const struct tacit_practice_event *ev);
void practice_sentence(FILE *f, const struct tacit_practice_event *ev);

/* ---- event_bounds.c: those of boundaries ------------------------------------------ */

struct json_t *bounds_json(const struct tacit_practice_event *ev,
    const char *contact);
void bounds_sentence(FILE *f, const struct tacit_practice_event *ev);

/* ---- cmd_receipts.c: those of receipts, and what is told ------------------------- */

struct json_t *receipts_json(const struct tacit_practice_event *ev,
    const char *contact);
void receipts_sentence(FILE *f, const struct tacit_practice_event *ev);

/* What ${ct} told of a text of mine, in a word; or NULL. */
const char *receipts_word(struct cli *c, struct tacit_contact *ct,
    const char *message);

/* A person was shown a text of ${ct}.  Returns 0 or TACIT_E_*. */
int receipts_shown(struct cli *c, struct tacit_contact *ct,
    const char *message);

/* ---- cmd_retention.c: those of records, and until when they are kept ------------- */

struct json_t *retention_json(const struct tacit_practice_event *ev,
    const char *contact);
void retention_sentence(FILE *f, const struct tacit_practice_event *ev);

/* The last day on which ${ct} has to be kept, or ""; may it be deleted? */
bool retention_day(struct cli *c, struct tacit_contact *ct,
    char out[TEXT_DAY_SIZE]);

/* ---- cmd_retraction.c: those of texts that are asked back ----------------------- */

struct json_t *retraction_json(const struct tacit_practice_event *ev,
    const char *contact);
void retraction_sentence(FILE *f, const struct tacit_practice_event *ev);

/* How that stands, in a word; and of a text of the history, for people. */
const char *retraction_of(struct cli *c, struct tacit_contact *ct,
    const char *message);
const char *retraction_mark(struct cli *c, struct tacit_contact *ct,
    const struct tacit_message *m);

/* Ask my text back, and give the relay its time.  Returns 0 or TACIT_E_*. */
int retraction_ask(struct cli *c, struct tacit_contact *ct,
    const char *message);

/* What became of a text that was taken back; cmd_recall.c */
const char *recall_sentence(enum tacit_fate fate);

/* How a text of mine stands: what was taken back too late, as any other. */
enum tacit_message_state recall_shown(struct tacit_contact *ct,
    const struct tacit_message *m);

/* What a card says, in lines; cmd_bounds.c */
void bounds_card(FILE *f, const struct tacit_card *card);

/* The form that argv names: an id, or one that comes along, which is kept
 * then.  Errors: TACIT_E_NOT_FOUND, TACIT_E_LIMIT.  cmd_checkin.c */
int checkin_find_form(struct cli *c, char form[TACIT_CHECKIN_ID_SIZE]);

/* What the word says, as "voice"; TACIT_HOW_NONE: nothing.  cmd_life.c */
enum tacit_how life_how(const char *word);

/* ---- outfile.c: files that are there whole or not at all ------------------------- */

struct outfile {
	const char *path, *name;	/* as argv has it; in its folder */
	char temp[32];			/* what it is called until then */
	int folder, fd;
	bool replace, named, kept;
	int number;			/* errno of what failed; or 0 */
};

/*
 * Begin a file that is to be called ${path}, which stays the caller's, for me
 * alone.  What has that name already is replaced if ${replace}, and only if
 * it is a file.
 * Owner:   the caller, outfile_close(), also after a failure.
 * Returns: 0, or the exit status after saying what is wrong.
 */
int outfile_open(const struct cli *c, struct outfile *o, const char *path,
    bool replace);

/* Write to the struct outfile.  Errors: TACIT_E_IO, TACIT_E_DISK_FULL. */
int outfile_write(void *outfile, const void *bytes, size_t len);

/* Say why: ${error}, or what the system said of the file. */
int outfile_fail(const struct cli *c, const struct outfile *o, int error);

/*
 * All ${n} of them are there now, durably and in this order, or none is that
 * was not there before.  Returns as outfile_open().
 */
int outfile_keep(const struct cli *c, struct outfile *o, size_t n);

/* Close; what was not kept is gone. */
void outfile_close(struct outfile *o);

/* ---- qr.c ---------------------------------------------------------------------- */

/* Draw ${text} with half blocks.  False if it does not fit or no memory. */
bool qr_print(FILE *f, const char *text);

/* ---- commands ------------------------------------------------------------------ */

int cmd_init(struct cli *c);
int cmd_passphrase(struct cli *c);
int cmd_backup(struct cli *c);
int cmd_restore(struct cli *c);
int cmd_relay_add(struct cli *c);
int cmd_invite(struct cli *c);
int cmd_accept(struct cli *c);
int cmd_verify(struct cli *c);
int cmd_rotate(struct cli *c);
int cmd_hold(struct cli *c);
int cmd_recall(struct cli *c);
int cmd_statement_check(struct cli *c);
int cmd_retraction_policy(struct cli *c);
int cmd_retraction_accept(struct cli *c);
int cmd_retraction_keep(struct cli *c);
int cmd_close(struct cli *c);
int cmd_contacts(struct cli *c);
int cmd_history(struct cli *c);
int cmd_send(struct cli *c);
int cmd_sync(struct cli *c);
int cmd_chat(struct cli *c);
int cmd_list(struct cli *c);
int cmd_checkin_import(struct cli *c);
int cmd_checkin_forms(struct cli *c);
int cmd_checkin_send(struct cli *c);
int cmd_checkin_stop(struct cli *c);
int cmd_checkin_list(struct cli *c);
int cmd_checkin_answer(struct cli *c);
int cmd_checkin_show(struct cli *c);
int cmd_checkin_trend(struct cli *c);
int cmd_checkin_export(struct cli *c);
int cmd_export(struct cli *c);
int cmd_check(struct cli *c);
int cmd_words(struct cli *c);
int cmd_card_set(struct cli *c);
int cmd_card_show(struct cli *c);
int cmd_card_acknowledge(struct cli *c);
int cmd_away_set(struct cli *c);
int cmd_away_off(struct cli *c);
int cmd_quiet_set(struct cli *c);
int cmd_quiet_off(struct cli *c);
int cmd_pause(struct cli *c);
int cmd_resume(struct cli *c);
int cmd_discharge(struct cli *c);
int cmd_lifecycle(struct cli *c);
int cmd_receipts(struct cli *c);
int cmd_retention_show(struct cli *c);
int cmd_retention_set(struct cli *c);
int cmd_retention_delete(struct cli *c);
int cmd_log(struct cli *c);
int cmd_agent(struct cli *c);

/* A conversation with ${ct} on the terminal, until /quit. */
int chat_run(struct cli *c, struct tacit_contact *ct);

#endif
