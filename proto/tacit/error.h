/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every error of the product, in one list: X(name, value, word, text).
 *
 *   name	the enumerator, TACIT_E_<name>
 *   value	negative; its absolute value travels in ERROR frames, so append
 *		and never renumber or reuse
 *   word	what commands print as {"error":word}
 *   text	one line for a person
 *
 *   -1..-19	the caller's mistake		-60..-79   ours or the machine's
 *   -20..-39	the peer's or relay's bytes	-80..-119  refused, by rule
 *   -40..-59	try again later
 */
#ifndef TACIT_ERROR_H
#define TACIT_ERROR_H

/* The list: X(name, value, word, text) of each. */
#define TACIT_ERRORS(X)							\
	X(INVALID,	 -1, "usage",	"argument out of range")	\
	X(STATE,	 -2, "state",	"call not allowed in this state") \
	X(LINK,		 -3, "bad-link",				\
	    "not a link of this kind, or damaged in transit")		\
	X(TEXT,		 -4, "bad-text",				\
	    "text must be valid UTF-8 of 1 to 24576 bytes, without NUL")		\
	X(LABEL,	 -5, "bad-label",				\
	    "names and labels are 1 to 64 bytes of UTF-8 without "	\
	    "control or direction-override characters")			\
	X(UNKNOWN_CONTACT, -6, "unknown-contact", "no such contact")	\
	X(AMBIGUOUS_CONTACT, -7, "ambiguous-contact",			\
	    "several contacts have this label; use the id")		\
	X(CONTACT_CLOSED, -8, "contact-closed", "this contact is closed") \
	X(VAULT_EXISTS,	 -9, "vault-exists", "there is already a vault here") \
	X(NO_RELAY,	-10, "no-relay",				\
	    "no relay is known yet; add one with the line from its operator") \
	X(PLAINTEXT,	-11, "bad-link",				\
	    "ws:// is allowed on loopback addresses only")		\
	X(FORM,		-12, "bad-form", "this questionnaire cannot be used") \
	X(ANSWER,	-13, "bad-answer", "this does not answer the question") \
	X(NOT_FOUND,	-14, "unknown-id", "there is nothing with this id") \
	X(HOLD,		-15, "bad-hold",				\
	    "a text can be held back for 0 to 60 seconds")		\
	X(HAD,		-16, "too-late",				\
	    "the other end has it, so it cannot be recalled")		\
	X(HANDLE,	-17, "closed-handle",				\
	    "this was closed before, or never was open")		\
	X(REENTERED,	-18, "re-entered",				\
	    "called from inside a callback of the same vault")		\
	X(THREADS,	-19, "two-threads",				\
	    "another thread is inside this vault")			\
	X(FRAME,	-20, "bad-frame", "malformed frame")		\
	X(LIMIT,	-21, "limit", "value over a protocol limit")	\
	X(SIZE,		-22, "bad-size", "body is not of a size there is") \
	X(VERSION,	-23, "version", "protocol version not spoken here") \
	X(CRYPTO,	-24, "not-authentic", "authentication of the data failed") \
	X(REPLAY,	-25, "replay", "seen before")			\
	X(POISON,	-26, "poison", "authentic, but makes no sense")	\
	X(CONFLICT,	-27, "conflict", "same name, other content")	\
	X(STATEMENT,	-28, "bad-statement",				\
	    "not a statement, or changed since the relay signed it")	\
	X(RATE,		-40, "rate", "too fast; try again later")	\
	X(QUOTA,	-41, "quota", "mailbox full; try again later")	\
	X(UNAVAILABLE,	-42, "unavailable", "relay cannot do this now")	\
	X(UNREACHABLE,	-43, "relay-unreachable", "the relay cannot be reached") \
	X(BUSY,		-44, "vault-busy", "another process has the vault open") \
	X(LATCHED,	-45, "latched",					\
	    "an earlier post of this connection was refused")		\
	X(WAIT,		-46, "wait", "not yet")				\
	X(NOMEM,	-60, "internal", "out of memory")		\
	X(IO,		-61, "io", "storage failed")			\
	X(DISK_FULL,	-62, "disk-full", "no space left for storage")	\
	X(CORRUPT,	-63, "vault-corrupt",				\
	    "the vault was changed by something else; it is not used")	\
	X(TRUNCATED,	-64, "vault-truncated",				\
	    "the vault is cut short; it is not used")			\
	X(NOT_A_VAULT,	-65, "not-a-vault", "this file is not a vault")	\
	X(NOT_A_BACKUP,	-67, "not-a-backup", "this file is not a backup") \
	X(EVENT_LOOP,	-66, "internal",				\
	    "the libuv support of libwebsockets is not installed")		\
	X(FILE_EXISTS,	-68, "file-exists", "there is already a file of this name") \
	X(RETAINED,	-70, "retained", "this record has to be kept")	\
	X(TODAY,	-71, "wrong-date",				\
	    "this is not the date that the clock of this machine says")	\
	X(FORKED,	-73, "forked",					\
	    "opened by the parent of this process; open it here")	\
	X(OTHER_SECRET,	-74, "other-secret",				\
	    "this vault is opened by a key and not by a passphrase, or "	\
	    "the other way round")					\
	X(INTERNAL,	-79, "internal", "internal error")		\
	X(REFUSED,	-80, "refused", "refused by the relay")		\
	X(PASSPHRASE,	-81, "wrong-passphrase", "wrong passphrase")	\
	X(INVITATION_USED, -82, "invitation-used",			\
	    "this invitation was already read by somebody else")	\
	X(INVITATION_EXPIRED, -83, "invitation-expired",		\
	    "this invitation has expired")				\
	X(INVITATION_REVOKED, -84, "invitation-revoked",		\
	    "this invitation was withdrawn")				\
	X(INVITATION_UNKNOWN, -85, "invitation-unknown",		\
	    "the relay knows no such invitation, or it expired long ago") \
	X(INVITATION_OWN, -86, "invitation-own",			\
	    "this invitation was made by this vault")			\
	X(ADMISSION,	-87, "admission-refused",			\
	    "the admission code is unknown, spent or expired")		\
	X(PIN,		-88, "pin-mismatch",				\
	    "the relay is not the one that was named: its key differs")	\
	X(NOT_VERIFIED,	-89, "not-verified",				\
	    "compare the safety number first, or accept the risk")	\
	X(IDENTITY_CHANGED, -90, "identity-changed",			\
	    "the other side's identity key changed")			\
	X(ROLLED_BACK,	-91, "rolled-back", "this is an older copy of the vault") \
	X(CONFIRM,	-92, "confirm",					\
	    "say the check words of whom this goes to")			\
	X(OTHER_NAME,	-93, "other-name",				\
	    "the text names another contact")				\
	X(CARD,		-94, "card",					\
	    "read and acknowledge the card of the practice first")	\
	X(PAUSED,	-95, "paused", "the practice has paused this contact")

/* One of them as an enumerator. */
#define TACIT_ERROR_ENUM(name, value, word, text) TACIT_E_##name = value,
enum tacit_error {			/* what calls return */
	TACIT_OK = 0,			/* it is done */
	TACIT_ERRORS(TACIT_ERROR_ENUM)
	TACIT_E_LAST_ = -120		/* no error is below it */
};
#undef TACIT_ERROR_ENUM

#endif
