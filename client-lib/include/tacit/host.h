/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of <tacit/tacit.h>, which includes it: what a host may supply in place
 * of what the library does itself.  Each is optional, and zeros mean that the
 * library does it: a key from a keystore of the system in place of a
 * passphrase, a clock, somewhere to log to, and connections.
 *
 *	struct tacit_host host = TACIT_HOST_INIT;
 *	struct tacit_config cfg = TACIT_CONFIG_INIT;
 *
 *	host.key = key_of_the_keystore;
 *	cfg.host = &host;
 *
 * Callbacks are called inside calls of the library, by the thread that makes
 * these, and must return soon.  From inside one no call of this library on the
 * same vault is possible: it is TACIT_E_REENTERED, and nothing is done;
 * tacit_wake() may be called, and so may calls on other vaults.  They are
 * called for the last time before tacit_close() returns.
 */
#ifndef TACIT_HOST_H
#define TACIT_HOST_H

#include <tacit/tacit.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	TACIT_VAULT_KEY_SIZE = 32,	/* bytes of struct tacit_host, key */
	TACIT_PIN_SIZE = 32,		/* SHA-256 */
	TACIT_WIRE_MAX = 262144		/* bytes of one WebSocket message */
};

/*
 * Lines of the log.  A line is a word, and for some a word of an error or of
 * an event (tacit_error_word(), tacit_event_word()) or a number, with one
 * space between; no name, no text, no id, no address and no key is ever in
 * one.  These are all that there are:
 *
 *   level	line			when
 *   info	vault-opened N		tacit_open(), with N contacts
 *   info	vault-closed		tacit_close()
 *   warning	vault-refused ERROR	tacit_open() failed
 *   info	relay-connected N	a relay proved that it is the one that
 *					was named: connection N of this vault
 *   warning	relay-lost ERROR N	connection N failed; 0: was never made
 *   warning	relay-refused ERROR N	its relay answered with an error
 *   warning	event EVENT		something went wrong with a contact, a
 *					relay or this vault: the event that
 *					tacit_next_event() shows, too, if its
 *					transaction went well
 *   warning	session-reset		new keys are agreed on with a contact
 *   error	change-failed ERROR	a transaction was undone: the storage
 *   error	vault-broken ERROR	and this vault has to be opened anew
 */
enum tacit_log_level {
	TACIT_LEVEL_INFO = 1,		/* it went well */
	TACIT_LEVEL_WARNING,		/* it did not; what can be is tried
					   again */
	TACIT_LEVEL_ERROR		/* somebody has to look */
};

/*
 * To whom a connection is to be made, for open() below.  Valid until that
 * returns.
 */
struct tacit_peer {
	size_t size;			/* of this struct, in this library */
	uint32_t conn;			/* its number: above 0, never again
					   used in this vault while open */
	const char *host;		/* name, IPv4, or IPv6 in brackets */
	uint16_t port;			/* of TCP */
	const char *path;		/* of the upgrade: "/v1" */
	const char *subprotocol;	/* and its subprotocol: "tacit.1" */
	int plaintext;			/* ws:// to this machine: no TLS */
	int webpki;			/* the certificate is judged by the
					   system's trust store and ${host},
					   and there is no pin */
	uint8_t pin[TACIT_PIN_SIZE];	/* SHA-256 of the relay's key as DER
					   SubjectPublicKeyInfo */
	uint8_t next_pin[TACIT_PIN_SIZE]; /* as good; zeros: there is none */
};

/*
 * Connections by the host: WebSocket over TLS with a stack of its own.
 *
 * What it must do: TLS 1.3 or later, no session kept, no data before the
 * handshake; the key of the relay is ${pin} or ${next_pin}, or else nothing of
 * HTTP is sent, whatever name, time or issuer the certificate has (${webpki}
 * says otherwise); no redirect; the answer names ${subprotocol} and no
 * extension, so no compression; binary messages alone.  It gives up after
 * 10 s, and when nothing came for 90 s, 30 s after a ping.
 *
 * What it is not trusted with: contents, which are sealed and of one size; and
 * who the relay is, which the library finds out by itself, for the relay signs
 * what it says first.  The library looks at the pin once more, too.  What a
 * careless transport gives away is who talks to which relay, when, and what
 * its operator knows.
 *
 * A connection begins with open() and ends with close(), or with
 * tacit_transport_closed() or another error of the calls below.
 */
struct tacit_transport {
	size_t size;			/* sizeof(struct tacit_transport) */
	/*
	 * Begin to connect and return at once; tacit_transport_opened() or
	 * _closed() follows, later.  Returns 0, or an error: there will be no
	 * connection.
	 */
	int (*open)(void *arg, const struct tacit_peer *peer);
	/*
	 * Send ${len} bytes, up to TACIT_WIRE_MAX, as one message; ${message}
	 * is copied.  Returns 0, or an error: the library gives the connection
	 * up, with close(), and makes another later.
	 */
	int (*send)(void *arg, uint32_t conn, const void *message, size_t len);
	/*
	 * Nothing more is said of it: close, after what was sent if that goes
	 * at once.  All are closed before tacit_close() returns.
	 */
	void (*close)(void *arg, uint32_t conn);
};

/* What the host supplies; with struct tacit_config. */
struct tacit_host {
	size_t size;			/* sizeof(struct tacit_host) */
	/*
	 * TACIT_VAULT_KEY_SIZE bytes, uniformly random and for this vault
	 * alone; not kept.  The passphrase is NULL then, and opening costs no
	 * Argon2id.  Whoever has the key has the vault; without it nobody has,
	 * so make a backup under a passphrase.
	 */
	const uint8_t *key;
	/*
	 * What time it is: Unix time in ms; may jump either way.  What is not
	 * in the years 1970 to 9999 is the nearest that is.  Intervals are
	 * measured by the machine's own clock all the same, and wrong
	 * passphrases are stamped by it.
	 */
	int64_t (*now_ms)(void *arg);
	/* Takes one ${line} without line end, valid until it returns. */
	void (*log)(void *arg, enum tacit_log_level level, const char *line);
	/* Makes connections; struct tacit_config has no proxy then. */
	const struct tacit_transport *transport;
	void *arg;			/* for all of them */
};
/* Of a struct tacit_host: the library does all of it. */
#define TACIT_HOST_INIT { sizeof(struct tacit_host), NULL, NULL, NULL, NULL, \
    NULL }

/*
 * What a host with a transport says of its connections, between other calls
 * of this vault and in the thread that makes these, but not from inside a
 * callback; tacit_step() then does what follows.  It has nothing to wait for
 * but these calls and tacit_wake(): the host waits on descriptors of its own
 * together with tacit_fd(), and calls tacit_step() with a timeout of 0.
 *
 * After an error other than TACIT_E_WAIT, and others of its wrong use, the
 * connection is over for the library: the host closes it, and says nothing
 * more of it.
 */

/*
 * Connection ${conn} is open: TLS and upgrade are done.  ${key_hash} is
 * SHA-256 over the SubjectPublicKeyInfo of the certificate that was shown,
 * which is compared with the pins; NULL if there are none.
 * Errors:  TACIT_E_PIN (another key), TACIT_E_STATE (no such connection, or it
 *          was open), TACIT_E_INVALID (NULL: no hash where there are pins).
 */
TACIT_API TACIT_MUST int tacit_transport_opened(struct tacit *t, uint32_t conn,
    const uint8_t key_hash[TACIT_PIN_SIZE]);

/*
 * One whole message of ${len} bytes came; it is copied.
 * Errors:  TACIT_E_WAIT (not taken: give it again after tacit_step(), and let
 *          the other end wait meanwhile), TACIT_E_LIMIT (over TACIT_WIRE_MAX),
 *          TACIT_E_STATE (no such open connection), TACIT_E_NOMEM.
 */
TACIT_API TACIT_MUST int tacit_transport_message(struct tacit *t,
    uint32_t conn, const void *message, size_t len);

/*
 * It is closed, or could not be made.  ${why}: TACIT_E_UNREACHABLE,
 * TACIT_E_PIN (another key: not tried again at another address), or another
 * error of error.h; what is none is taken for the first.
 * Errors:  TACIT_E_STATE (no such connection).
 */
TACIT_API TACIT_MUST int tacit_transport_closed(struct tacit *t, uint32_t conn,
    int why);

/* What opens a vault: one of both, the other NULL. */
struct tacit_secret {
	size_t size;			/* sizeof(struct tacit_secret) */
	const char *passphrase;		/* not kept */
	size_t passphrase_len;		/* 1 .. 1024 */
	const uint8_t *key;		/* TACIT_VAULT_KEY_SIZE bytes */
};

/*
 * Have the vault opened by ${new_} from now on, and by ${old} no more.  A new
 * passphrase costs what the old one did; in place of a key, what it costs if
 * nothing else was asked for.
 * Errors:  TACIT_E_PASSPHRASE (${old} is not it), TACIT_E_OTHER_SECRET (the
 *          vault is opened by the other kind), TACIT_E_INVALID.
 */
TACIT_API TACIT_MUST int tacit_change_secret(struct tacit *t,
    const struct tacit_secret *old, const struct tacit_secret *new_);

#ifdef __cplusplus
}
#endif

#endif
