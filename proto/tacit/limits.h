/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every length, count and time that both sides must agree on.  PROTOCOL.md,
 * section "Limits", gives the reasons; a relay may be configured to lower or
 * raise those marked (c), and says so in WELCOME.
 */
#ifndef TACIT_LIMITS_H
#define TACIT_LIMITS_H

enum {
	TACIT_PROTOCOL_VERSION = 1,

	/* Keys, names of things, and what proves them: bytes. */
	TACIT_KEY_LEN = 32,
	TACIT_ADDRESS_LEN = 32,
	TACIT_TOKEN_LEN = 32,
	TACIT_HASH_LEN = 32,
	TACIT_SIGNATURE_LEN = 64,
	TACIT_NONCE_LEN = 32,
	TACIT_ENVELOPE_ID_LEN = 16,
	TACIT_CODE_LEN = 16,		/* admission code or guest pass */
	TACIT_SECRET_LEN = 32,		/* S of an invitation */
	TACIT_ANCHOR_LEN = 48,		/* what ANCHOR keeps */

	/* The three body sizes there are: bytes. */
	TACIT_LETTER_LEN = 2048,
	TACIT_PARCEL_LEN = 65536,
	TACIT_BLOB_LEN = 2048,		/* sealed invitation */

	/* Frames. */
	TACIT_HEADER_MAX = 512,		/* bytes of one frame's header */
	TACIT_FRAMES_MAX = 64,		/* frames in one WebSocket message */
	TACIT_MESSAGE_MAX = 262144,	/* bytes in one WebSocket message */
	TACIT_SUBSCRIBE_MAX = 1000,	/* entries in one SUBSCRIBE */
	TACIT_SUBSCRIBE_ENTRY_LEN = 96,	/* owner key, signature */
	TACIT_ACK_MAX = 16,		/* envelope ids in one ACK */
	TACIT_OK_MAX = 64,		/* request ids in one OK */
	TACIT_IN_FLIGHT_MAX = 64,	/* unacknowledged, per mailbox */
	TACIT_VERIFY_PER_TURN = 64,	/* signatures per turn of the loop */

	/* Mailboxes (c). */
	TACIT_MAILBOX_LETTERS = 512,
	TACIT_MAILBOX_PARCELS = 64,
	TACIT_NEARLY_FULL_LETTERS = 496,
	TACIT_NEARLY_FULL_PARCELS = 56,
	TACIT_TTL_DAYS = 30,
	TACIT_POST_RATE = 2,		/* per second, mailbox and source */
	TACIT_POST_BURST = 600,
	TACIT_GET_PER_MINUTE = 10,	/* GET_INVITATION, per source */

	/* Invitations and admission. */
	TACIT_IN_PERSON_MINUTES = 10,
	TACIT_LINK_MINUTES = 72 * 60,
	TACIT_INVITATION_HOURS_MAX = 31 * 24,
	TACIT_HELLO_GRACE_DAYS = 7,
	TACIT_ROTATE_DAYS = 30,
	TACIT_ROTATE_MESSAGES = 500,	/* both ways */
	TACIT_UNITS_CREATE = 1,
	TACIT_UNITS_INVITATION = 1,
	TACIT_UNITS_GUEST = 3,
	TACIT_UNITS_RELATIONSHIP = 6,	/* and one to rotate with */
	TACIT_UNITS_SPARE = 3,

	/* What people write: bytes of UTF-8; and data, sent likewise. */
	TACIT_TEXT_MAX = 24576,
	TACIT_TEXT_PARTS_MAX = 16,
	TACIT_PART_MAX = 1539,		/* TEXT_MAX / 16, and a cut code point */
	TACIT_KEEP_TEXT_MAX = 24000,	/* of a text that is forgotten */
	TACIT_KEEP_PART_MAX = 1512,	/* and a salt beside it */
	TACIT_KEEP_HOURS_MAX = 8784,	/* 366 days */
	TACIT_SALT_LEN = 16,
	TACIT_DATA_PART_MAX = 1536,	/* TEXT_MAX / 16 */
	TACIT_TYPE_MAX = 65535,		/* of what is no text; from 1 */
	TACIT_NAME_MAX = 64,
	TACIT_URL_MAX = 255,

	/* Inside a letter. */
	TACIT_SEAL_NONCE_LEN = 24,
	TACIT_SEAL_TAG_LEN = 16,
	TACIT_SEAL_HEADER_LEN = 19,
	TACIT_HINT_LEN = 8,
	TACIT_STREAM_LEN = 6,
	TACIT_CONTENT_LEN = 1839,	/* padded content of a letter */
	TACIT_HELLO_CONTENT_LEN = 1727,	/* padded content of a Hello */
	TACIT_PARCEL_CONTENT_LEN = 65327,
	TACIT_HAVE_RANGES_MAX = 8,
	TACIT_HAVE_ALONE_AFTER = 50,	/* contents, then `have` goes alone */
	TACIT_STREAMS_MAX = 64,		/* of one contact, heard of */
	TACIT_SETS_ASIDE_MAX = 64,	/* unopenable envelopes kept */
	TACIT_EARLY_PARTS_MAX = 1024,	/* of one contact, that wait */

	/* Argon2id; floor and ceiling are enforced when a vault is opened. */
	TACIT_ARGON_PASSES = 3,
	TACIT_ARGON_MIB = 256,
	TACIT_ARGON_PASSES_FLOOR = 3,
	TACIT_ARGON_MIB_FLOOR = 64,
	TACIT_ARGON_PASSES_MAX = 16,
	TACIT_ARGON_MIB_MAX = 1024,
	TACIT_PASSPHRASE_MIN = 12,	/* characters, asked of people */
	TACIT_PASSPHRASE_MAX = 1024	/* bytes */
};

/* What a relay serves, and the WebSocket subprotocol it speaks there. */
#define TACIT_PATH		"/v1"
#define TACIT_SUBPROTOCOL	"tacit.1"

#endif
