/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libtacit: letters between a therapist and a client, end to end encrypted,
 * through a relay that learns nothing.  This header is the whole public API.
 *
 * A vault (struct tacit) holds everything of one person: keys, contacts, what
 * was written and what still has to go out.  A contact (struct
 * tacit_contact) is one relationship, made by an invitation; a text is
 * composed inside a contact, so there is no address to mistype.
 *
 * The library has no threads of its own, and calls nobody back but what a
 * host supplies by itself (host.h).  The host waits on tacit_fd() with tacit_timeout_ms() and calls tacit_step(); what
 * happened comes out of tacit_next_event(), stays until tacit_event_done(),
 * and survives a crash in between.  Every call that changes state is one
 * durable transaction: after an error nothing has changed.
 *
 * Returns: 0, or one negative code of tacit/error.h.  Besides the errors that
 * are named at each function, any call may return TACIT_E_NOMEM,
 * TACIT_E_IO, TACIT_E_DISK_FULL or TACIT_E_CORRUPT; nothing has changed then.
 *
 * Threads: a vault and its contacts belong to one thread at a time; only
 * tacit_wake() may be called from another.  Several vaults in one process are
 * independent.
 *
 * Misuse: handles (struct tacit *, struct tacit_contact *) are no addresses,
 * and none is ever used again for something else.  A call that may not be is
 * refused, and nothing is done:
 *
 *   TACIT_E_INVALID	NULL where it is not said that it may be; a struct that
 *			is not as large as its size; a contact of another vault
 *   TACIT_E_HANDLE	the vault was closed, or this never was a handle of it
 *   TACIT_E_THREADS	another thread is inside this vault
 *   TACIT_E_REENTERED	the call is made inside a callback of this vault
 *   TACIT_E_FORKED	a child of fork() uses what its parent opened; it can
 *			open vaults of its own
 *
 * What returns no error says 0, NULL or "" then, and tacit_close() does
 * nothing.  A process made otherwise than by fork() is not noticed before the
 * first call that would write: TACIT_E_STATE.
 *
 * Time: no call waits for a network or a name server, but tacit_step() as
 * long as it is told to.  What bounds the others:
 *
 *   tacit_create(), tacit_open(), tacit_change_passphrase(),
 *   tacit_change_secret()
 *			Argon2id at the cost of the vault (256 MiB, 3 passes
 *			if nothing else was asked for), the last two twice, and
 *			not where a key (host.h) is in its place; lock_wait_ms;
 *			at opening, reading the whole vault
 *   tacit_backup(), tacit_restore()
 *			the same, tacit_restore() twice; reading and writing
 *			the whole vault
 *   tacit_relay_add(), tacit_invite(), tacit_accept(), tacit_verify(),
 *   tacit_accept_unverified(), tacit_rotate(), tacit_contact_close(),
 *   tacit_send(), tacit_send_fleeting(), tacit_send_data(),
 *   tacit_event_done(), tacit_commit()
 *			one transaction: one fsync, and a few more each 32nd
 *			time
 *   tacit_step()	timeout_ms, and after that 30 ms and the transactions
 *			that are then under way
 *   tacit_close()	emptying the vault's log: a few fsyncs; of the network
 *			nothing is waited for
 *   tacit_data_next()	the first: reading all rows of the host
 *   all others		memory, and what they read of the vault
 *
 * Text is UTF-8.  Sizes are bytes.  Pointers that a function fills in stay
 * the library's and live until the call named there, unless said otherwise.
 *
 * Secrets: the library wipes its own.  libsignal frees some of its copies as
 * they are; an executable that links libtacit_wipe.a (glibc only) has
 * everything wiped that any part of it gives back.  That replaces free(),
 * realloc() and reallocarray() of the whole process, so it is the host's
 * choice.
 *
 * Side effects on the process; there are no others, and tacit_close() undoes
 * none of them:
 *
 *   tacit_open()	when it succeeds: SIGPIPE is ignored and libwebsockets
 *			logs nothing, in the whole process and whatever was
 *			set before; OpenSSL keeps about 150 bytes each time.
 *			The first leaves a pipe of libuv (two descriptors), a
 *			function at pthread_atfork(), and a table of 40 bytes
 *			for each handle that there was at a time
 *   names		are looked up by libuv's worker threads, which stay:
 *			4, or UV_THREADPOOL_SIZE.  Where a name server is
 *			silent exit() waits for them, and a vault that was
 *			closed keeps 4 descriptors until they are back
 *   any call		may empty OpenSSL's list of errors of this thread
 *   tacit_close()	libwebsockets 4.1.6 closes a descriptor twice, a few
 *			microseconds apart: let no other thread open one then
 *
 * While a vault is open its secrets are in locked memory, as far as
 * RLIMIT_MEMLOCK goes: about 10 KB, and 5 KB for each contact and relay.  Its
 * descriptors are closed by exec().  Nothing is written to stdout or stderr,
 * and no child is made.
 */
#ifndef TACIT_TACIT_H
#define TACIT_TACIT_H

#include <stddef.h>
#include <stdint.h>

#include <tacit/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TACIT_API	__attribute__((visibility("default"))) /* exported */
#define TACIT_MUST	__attribute__((warn_unused_result)) /* look at it */
#else
#define TACIT_API
#define TACIT_MUST
#endif

#define TACIT_VERSION_MAJOR	0	/* of this header */
#define TACIT_VERSION_MINOR	1	/* the same */
#define TACIT_VERSION_PATCH	0	/* the same */
/* One number to compare with: 100 for 0.1.0, 10203 for 1.2.3. */
#define TACIT_VERSION_NUMBER	(TACIT_VERSION_MAJOR * 10000 + \
    TACIT_VERSION_MINOR * 100 + TACIT_VERSION_PATCH)

enum {
	TACIT_CONTACT_ID_SIZE = 15,	/* "c_", 12 of a-z2-7, NUL */
	TACIT_MESSAGE_ID_SIZE = 23,	/* "m_", 20 of a-z2-7, NUL */
	TACIT_NAME_SIZE = 65,		/* 64 bytes of UTF-8 and NUL */
	TACIT_LINK_SIZE = 512,		/* a link or an admission line, NUL */
	TACIT_SAFETY_SIZE = 61,		/* 60 digits, NUL */
	TACIT_ROW_KEY_SIZE = 64,	/* key of a row of the host, at most */
	TACIT_ROW_VALUE_SIZE = 32768,	/* and what it holds */
	TACIT_OPS_MAX = 256		/* in one tacit_commit() */
};

/* One person's vault, open.  Layout is private. */
struct tacit;

/*
 * One relationship in it.  Belongs to its vault: never freed by the host,
 * valid until tacit_close(), also after the contact was closed.
 */
struct tacit_contact;

/* "0.1.0", static.  The version of the library, not of this header. */
TACIT_API const char *tacit_version(void);

/* One line for a person about ${error}; static, never NULL. */
TACIT_API const char *tacit_error_text(int error);

/* Its short name, as "invitation-used"; static, never NULL. */
TACIT_API const char *tacit_error_word(int error);

/* ---- vault -------------------------------------------------------------- */

struct tacit_host;

/* Set with TACIT_CONFIG_INIT.  Later versions may append to it. */
struct tacit_config {
	size_t size;			/* sizeof(struct tacit_config) */
	const char *path;		/* of the vault file */
	const char *passphrase;		/* NULL: ${host} has a key */
	size_t passphrase_len;		/* 1 .. 1024 */
	uint32_t lock_wait_ms;		/* for another process to let go */
	const char *proxy;		/* "HOST:PORT", HTTP CONNECT; or NULL */
	uint32_t argon_mib;		/* of a new vault: 0 for 256, >= 64 */
	uint32_t argon_passes;		/* of a new vault: 0 for 3, >= 3 */
	const struct tacit_host *host;	/* what the host supplies itself:
					   host.h; or NULL */
};
/* Of a struct tacit_config: nothing asked for, 5 s for ${lock_wait_ms}. */
#define TACIT_CONFIG_INIT { sizeof(struct tacit_config), NULL, NULL, 0, 5000, \
    NULL, 0, 0, NULL }

/*
 * Make a vault at ${cfg->path} (mode 0600) for a person who calls herself
 * ${name}: what the other side of each relationship will be shown.
 *
 * Limits:  ${name} 1 to 64 bytes, no control or direction-override
 *          characters.
 * Errors:  TACIT_E_VAULT_EXISTS, TACIT_E_LABEL, TACIT_E_INVALID (size, path,
 *          passphrase or key, not one of both; cost; what the host supplies).
 */
TACIT_API TACIT_MUST int tacit_create(const struct tacit_config *cfg,
    const char *name);

/*
 * Open the vault at ${cfg->path}.  No network traffic happens before the
 * first tacit_step().  The log (vault_log.h) has a row of it, and of each
 * TACIT_E_PASSPHRASE before; where the disk is full, with the next change.
 *
 * Owner:   the caller, who releases it with tacit_close(); ${cfg} and the
 *          passphrase are not kept.
 * Errors:  TACIT_E_NOT_A_VAULT, TACIT_E_PASSPHRASE (or the key is not it),
 *          TACIT_E_OTHER_SECRET (a key opens it, and not a passphrase, or the
 *          other way round), TACIT_E_BUSY (it is open: in another process, or
 *          in this one), TACIT_E_VERSION (made by a newer version),
 *          TACIT_E_CORRUPT, TACIT_E_TRUNCATED, TACIT_E_INVALID,
 *          TACIT_E_INTERNAL (self-test of the curve failed).
 *          ${*out} is then NULL.
 */
TACIT_API TACIT_MUST int tacit_open(struct tacit **out,
    const struct tacit_config *cfg);

/*
 * Close connections, wipe keys, free: the vault is locked until tacit_open().
 * What was taken in is acknowledged to the relays, if they are connected and
 * that needs no waiting; else it comes once more and is not shown again.
 * What the host holds of texts and passphrase is the host's to wipe.  NULL
 * does nothing.
 */
TACIT_API void tacit_close(struct tacit *t);

/*
 * Change the passphrase.
 * Errors:  TACIT_E_PASSPHRASE (${old_len} bytes at ${old} are not it),
 *          TACIT_E_OTHER_SECRET (a key opens it: tacit_change_secret()),
 *          TACIT_E_INVALID (the new one is empty or over 1024 bytes).
 */
TACIT_API TACIT_MUST int tacit_change_passphrase(struct tacit *t,
    const char *old, size_t old_len, const char *new_, size_t new_len);

/*
 * Write a backup of the vault to a new file at ${path} (mode 0600), readable
 * with the ${len} bytes at ${passphrase}, which cost what the vault's do.  It
 * holds everything that tacit_restore() needs, as it is at this moment, and
 * no key of a session; it is there whole, or not at all.  Of the vault the
 * log (vault_log.h) alone changes, first.
 *
 * Limits:  ${len} 1 to 1024.
 * Errors:  TACIT_E_VAULT_EXISTS (something has this name already; nothing is
 *          ever replaced), TACIT_E_INVALID, TACIT_E_BUSY (another backup to
 *          this name is being written), TACIT_E_IO (also: no such directory).
 */
TACIT_API TACIT_MUST int tacit_backup(struct tacit *t, const char *path,
    const char *passphrase, size_t len);

/*
 * Make a vault at ${cfg->path}, under passphrase and cost, or key, of ${cfg}, from
 * the backup at ${path}, which ${len} bytes at ${passphrase} open.  Nothing is
 * written to the backup; it may lie where nothing can be written.  The vault
 * knows that it is an older copy: at its first connection every conversation
 * agrees on new keys and what was lost is asked for.  An invitation that was
 * open when the backup was made is ended, which an event says.  The vault
 * that the backup was made of must not be used any more.
 *
 * Output:  ${contacts}: how many there are; may be NULL.
 * Errors:  TACIT_E_NOT_A_BACKUP, TACIT_E_PASSPHRASE (of the backup),
 *          TACIT_E_CORRUPT, TACIT_E_TRUNCATED, TACIT_E_VERSION (made by a
 *          newer version), TACIT_E_VAULT_EXISTS, TACIT_E_INVALID.  Nothing is
 *          at ${cfg->path} then that was not there before.
 */
TACIT_API TACIT_MUST int tacit_restore(const struct tacit_config *cfg,
    const char *path, const char *passphrase, size_t len, uint32_t *contacts);

/* What I call myself there, as tacit_create() was told. */
TACIT_API void tacit_name(const struct tacit *t, char out[TACIT_NAME_SIZE]);

/* ---- running ------------------------------------------------------------ */

/* A descriptor that polls readable when tacit_step() has work; or an error. */
TACIT_API int tacit_fd(const struct tacit *t);

/*
 * How long the host may wait before tacit_step(): ms; -1 for ever; 0 also
 * where the call may not be, which tacit_step() then says.
 */
TACIT_API int tacit_timeout_ms(const struct tacit *t);

/*
 * Send, receive, keep connections: everything that can be done now, waiting
 * at most ${timeout_ms} (0: not at all) for something to do.
 *
 * A relay that cannot be reached is no error; it is tried again.
 * Errors:  TACIT_E_IO, TACIT_E_DISK_FULL, TACIT_E_CORRUPT: the vault could
 *          not be written; nothing that was not durable was acknowledged.
 */
TACIT_API TACIT_MUST int tacit_step(struct tacit *t, int timeout_ms);

/*
 * Have a waiting tacit_step() return.  May be called from any thread and from
 * callbacks; with a vault that is being closed, or was, it does nothing.
 */
TACIT_API void tacit_wake(struct tacit *t);

/* What is still to be done, as far as this end can know. */
struct tacit_progress {
	size_t size;			/* sizeof, set by the caller */
	int drained;			/* every mailbox was read to its end */
	int offered;			/* nothing is left that a relay could
					   take now */
	int busy;			/* requests are under way or due */
	int hope;			/* not all of what is left failed when
					   it was last tried */
	int problem;			/* of the last attempt to reach a
					   relay; 0 after a success */
	uint64_t queued;		/* texts and data that no relay has */
};
/* Fill ${out} with how that stands now. */
TACIT_API TACIT_MUST int tacit_progress(struct tacit *t,
    struct tacit_progress *out);

/* ---- relays ------------------------------------------------------------- */

/*
 * Remember a relay by the `tacit-relay:` line of its operator (${len}
 * bytes); the one added last is used for new invitations.
 * Output:  ${url}, NUL-terminated, if not NULL.
 * Errors:  TACIT_E_LINK, TACIT_E_PLAINTEXT.
 */
TACIT_API TACIT_MUST int tacit_relay_add(struct tacit *t, const char *line,
    size_t len, char url[TACIT_LINK_SIZE]);

/* ---- contacts ----------------------------------------------------------- */

enum tacit_contact_state {		/* where a contact stands */
	TACIT_INVITED = 1,		/* I made an invitation */
	TACIT_JOINING,			/* I accepted one, no answer yet */
	TACIT_ACTIVE,			/* both have answered */
	TACIT_PAUSED,			/* reserved */
	TACIT_CLOSED			/* it is over; the history stays */
};

struct tacit_contact_info {		/* what tacit_contact_info() says */
	size_t size;			/* sizeof, set by the caller */
	char id[TACIT_CONTACT_ID_SIZE];	/* the same over restarts */
	uint32_t number;		/* place in the list, from 1 */
	char label[TACIT_NAME_SIZE];	/* mine for them */
	char their_name[TACIT_NAME_SIZE]; /* theirs for themselves, or "" */
	enum tacit_contact_state state;	/* where it stands now */
	int verified;			/* the safety numbers were equal */
	int inviter;			/* I made the invitation */
	int unconfirmed;		/* texts wait until verified or accepted */
	uint32_t unread;		/* message events not yet done */
	uint32_t queued;		/* texts and data that no relay has */
	int ready;			/* invitation stored at the relay; or
					   Hello stored there */
	int problem;			/* why it is not ready yet: an error; 0 */
	int left;			/* something is left that its relays
					   could take or give now */
	int hope;			/* and not all of it failed when it
					   was last tried */
	int agreeing;			/* this vault was put back, and what the
					   other end has for it may still come;
					   two days at most */
};

/* The contact after ${after} (NULL: the first), or NULL. */
TACIT_API struct tacit_contact *tacit_contact_next(struct tacit *t,
    struct tacit_contact *after);

/*
 * Find a contact by id, by its number in the list, or by a label that only
 * one contact has.
 * Errors:  TACIT_E_UNKNOWN_CONTACT, TACIT_E_AMBIGUOUS_CONTACT.
 */
TACIT_API TACIT_MUST int tacit_contact_find(struct tacit_contact **out,
    struct tacit *t, const char *text);

/* Fill ${out} with what is known of ${ct} now. */
TACIT_API TACIT_MUST int tacit_contact_info(struct tacit_contact *ct,
    struct tacit_contact_info *out);

enum {
	TACIT_INVITE_IN_PERSON = 1	/* shown and read in the same room */
};

/*
 * Begin a relationship: make keys and an invitation.  The relay stores it
 * during later tacit_step() calls; then tacit_invitation_link() has the link.
 *
 * Limits:  ${label} as a name in tacit_create(); ${minutes} 1 to 44640, in
 *          person 1 to 10 (the room is left after that), or 0
 *          for 10 (in person) or 4320; ${relay} a URL that was added, or NULL
 *          for the one added last.
 * Errors:  TACIT_E_LABEL, TACIT_E_NO_RELAY, TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_invite(struct tacit_contact **out,
    struct tacit *t, const char *label, unsigned flags, uint32_t minutes,
    const char *relay);

/*
 * The link to show: as a QR code in the room, or to send over a channel that
 * the other side trusts.  Whoever has it can answer in the other's place.
 * Errors:  TACIT_E_WAIT (not stored yet), TACIT_E_STATE (answered, or not an
 *          invitation of mine), or why the relay refused: TACIT_E_ADMISSION.
 */
TACIT_API TACIT_MUST int tacit_invitation_link(struct tacit_contact *ct,
    char out[TACIT_LINK_SIZE]);

/*
 * Accept an invitation: ${len} bytes at ${link}.  The same link in the same
 * vault goes on where it was.  The relay is asked during later tacit_step()
 * calls: tacit_contact_info() says `ready`, or a `problem`; a refusal that is
 * final removes the contact from the list.
 * Errors:  TACIT_E_LINK, TACIT_E_PLAINTEXT, TACIT_E_LABEL,
 *          TACIT_E_INVITATION_OWN.
 */
TACIT_API TACIT_MUST int tacit_accept(struct tacit_contact **out,
    struct tacit *t, const char *link, size_t len, const char *label);

/*
 * The number that both sides compare by voice or in session.
 * Errors:  TACIT_E_STATE (the other side has not answered yet).
 */
TACIT_API TACIT_MUST int tacit_safety_number(struct tacit_contact *ct,
    char out[TACIT_SAFETY_SIZE]);

/* Record that the numbers were equal.  Errors: as above. */
TACIT_API TACIT_MUST int tacit_verify(struct tacit_contact *ct);

/*
 * Record, with the time, that the risk of not comparing is accepted: texts
 * go out to this contact although it is not verified.
 */
TACIT_API TACIT_MUST int tacit_accept_unverified(struct tacit_contact *ct);

/*
 * Have both ends take new mailboxes, post tokens and keys now, and not only
 * after 30 days or 500 messages: when what was already sent of it may be known
 * to others.  It happens in later tacit_step() calls, as soon as both were
 * connected, and an hour after the last time at the earliest; an event says so
 * at each end.
 * Errors:  TACIT_E_STATE (the other side has not answered yet),
 *          TACIT_E_CONTACT_CLOSED.
 */
TACIT_API TACIT_MUST int tacit_rotate(struct tacit_contact *ct);

/*
 * End the relationship: tells the other side, then closes the mailbox.  On
 * an invitation that nobody answered: withdraws and removes it.
 */
TACIT_API TACIT_MUST int tacit_contact_close(struct tacit_contact *ct);

/* ---- texts -------------------------------------------------------------- */

/*
 * Write ${len} bytes of text to ${ct}.  When this returns 0 the text survives
 * any crash and is kept until the other end has it; it has not been sent yet.
 *
 * Limits:  1 to 24,576 bytes of valid UTF-8, none of them NUL.
 * Output:  ${message}, its id, the same at both ends; ${seq}, its number in
 *          what I wrote to this contact, from 1.  Either may be NULL.
 *          What is written after this vault was put back and before the two
 *          ends agreed (tacit_contact_info()) has another id from then on.
 * Errors:  TACIT_E_TEXT, TACIT_E_CONTACT_CLOSED, TACIT_E_NOT_VERIFIED (see
 *          tacit_verify() and tacit_accept_unverified()).
 */
TACIT_API TACIT_MUST int tacit_send(struct tacit_contact *ct,
    const char *text, size_t len, char message[TACIT_MESSAGE_ID_SIZE],
    uint64_t *seq);

/*
 * The same with ${len} bytes of ${type}, which travel exactly as a text does
 * and are numbered with the texts, for the library at the other end: they are
 * never shown to a person.  A host that does not know a type leaves it alone.
 *
 * Limits:  ${type} 1 to 65,535, of which 1 to 99 are this project's (1: its
 *          practice layer) and the rest the host's; 1 to 24,576 bytes, any.
 * Errors:  TACIT_E_INVALID (type or length), and those of tacit_send() but
 *          TACIT_E_TEXT.
 */
TACIT_API TACIT_MUST int tacit_send_data(struct tacit_contact *ct,
    uint32_t type, const void *data, size_t len,
    char message[TACIT_MESSAGE_ID_SIZE], uint64_t *seq);

enum tacit_message_state {		/* where a message stands */
	TACIT_QUEUED = 1,		/* in the vault */
	TACIT_ACCEPTED,			/* durable at the relay */
	TACIT_RECEIVED,			/* theirs */
	TACIT_RECALLING,		/* the relay is asked to destroy it */
	TACIT_RECALLED			/* taken back: tacit_recall() says how */
};

struct tacit_message {			/* one entry of a history */
	size_t size;			/* sizeof, set by the caller */
	uint64_t place;			/* in this contact's history, from 1 */
	char id[TACIT_MESSAGE_ID_SIZE];	/* the same at both ends */
	uint64_t seq;			/* its number in what its writer
					   wrote */
	uint32_t type;			/* 0: a text; or of tacit_send_data() */
	int from_me;			/* else theirs */
	enum tacit_message_state state;	/* where it stands now */
	int64_t time_ms;		/* Unix time, the writer's clock */
	const char *text;		/* until the next call of this function
					   on this vault, or tacit_close() */
	size_t text_len;		/* bytes */
	uint32_t keep_hours;		/* of tacit_send_fleeting(); or 0 */
	int forgotten;			/* there is no text any more; also:
					   TACIT_FORGOTTEN_ASKED */
};

/*
 * The newest message of the history with ${ct} whose place is below
 * ${before} (0: the newest of all), text or data: look at ${out->type}.
 * Errors:  TACIT_E_STATE: there is none.
 */
TACIT_API TACIT_MUST int tacit_history(struct tacit_contact *ct,
    uint64_t before, struct tacit_message *out);

/* ---- events ------------------------------------------------------------- */

enum tacit_event_type {			/* with the fields that it sets */
	TACIT_EV_MESSAGE = 1,		/* message, seq, text, late */
	TACIT_EV_PAIRED,		/* name, verified */
	TACIT_EV_ACCEPTED,		/* message, seq: durable at the relay */
	TACIT_EV_UNDELIVERED,		/* message, seq */
	TACIT_EV_GAP,			/* from, to */
	TACIT_EV_IDENTITY_CHANGED,	/* they have another identity key */
	TACIT_EV_UNREACHABLE,		/* the relay refuses this contact */
	TACIT_EV_CLOSED,		/* the other side ended it */
	TACIT_EV_INVITATION_MISUSED,	/* a second answer to one link */
	TACIT_EV_REFUSED,		/* reason: the invitation failed */
	TACIT_EV_ROLLED_BACK,		/* who: went back to an older copy of a
					   vault; from, to: what I wrote since,
					   which only they have (or 0) */
	TACIT_EV_RELAY_RESTORED,	/* text: the URL of the relay */
	TACIT_EV_POISON,		/* an envelope that made no sense */
	TACIT_EV_ROTATED,		/* both ends use new keys and mailboxes */
	TACIT_EV_DATA,			/* message, seq, late, data_type; text:
					   the bytes of tacit_send_data() */
	TACIT_EV_FORGOTTEN,		/* message, seq, who wrote it: a text
					   of tacit_send_fleeting() */
	TACIT_EV_RECALLED		/* message, seq; reason: enum tacit_fate */
};

enum tacit_who {			/* one of the two ends */
	TACIT_WHO_ME = 1,		/* this end */
	TACIT_WHO_THEM			/* the other end */
};

struct tacit_event {			/* fields that a type does not name
					   are 0 */
	size_t size;			/* sizeof, set by the caller */
	uint64_t id;			/* for tacit_event_done(); never 0 */
	enum tacit_event_type type;	/* what happened */
	struct tacit_contact *contact;	/* or NULL */
	char message[TACIT_MESSAGE_ID_SIZE]; /* its id */
	uint64_t seq, from, to;		/* as the type says */
	uint32_t data_type;		/* of what it is about; 0: a text */
	int verified, late, reason;	/* as the type says */
	enum tacit_who who;		/* or 0 */
	char name[TACIT_NAME_SIZE];	/* theirs for themselves */
	const char *text;		/* until the next tacit_next_event() or
					   tacit_close() */
	size_t text_len;		/* bytes */
};

/*
 * The oldest event with an id above ${after} (0: the oldest that is not
 * done).  Events stay until they are done, over any crash.
 * Returns: 1 and ${out}, 0 if there is none, or an error.
 */
TACIT_API TACIT_MUST int tacit_next_event(struct tacit *t, uint64_t after,
    struct tacit_event *out);

/* The host has it, durably if it must: forget the event.  Repeats are fine. */
TACIT_API TACIT_MUST int tacit_event_done(struct tacit *t, uint64_t id);

/* The word that commands print for an event type, as "message"; static. */
TACIT_API const char *tacit_event_word(enum tacit_event_type type);

#ifdef __cplusplus
}
#endif

#include <tacit/host_rows.h>
#include <tacit/recalls.h>
#include <tacit/host.h>

#endif
