// SPDX-License-Identifier: Apache-2.0
//
// libtacit for Node: letters between a therapist and a client, end to end
// encrypted, through a relay that learns nothing.  The words are those of
// tacit/tacit.h, which says more of each thing.
//
// Whatever reads or changes a vault returns a promise; the calls on one vault
// are carried out one after another, in the order in which they were made.  A
// promise that is fulfilled says that the change is durable.  One that is
// rejected with a TacitError says that nothing changed; any call may fail with
// `io`, `disk-full`, `vault-corrupt` or `internal`, and with `state` once the
// vault is closed.  What is of a wrong type, or an option that there is not,
// is a TypeError before anything happens.
//
// Numbers: every id and sequence number is a counter and stays below 2^53, so
// that all are plain numbers.  Text is well-formed UTF-16, which travels as
// UTF-8; limits are in bytes of that.

/// <reference types="node" />

import type { TacitErrorCode } from './build/codes';

/** A passphrase.  Bytes can be wiped afterwards; a string stays in memory until it is collected. */
export type Passphrase = string | Uint8Array;

/**
 * What opens a vault.  A passphrase has 1 to 1024 bytes; a key has 32, random and for this vault
 * alone, as from a keystore of the system, and costs no Argon2id.  What is copied of it is wiped.
 */
export type Secret = { passphrase: Passphrase; key?: undefined } |
	{ key: Uint8Array; passphrase?: undefined };

export interface WhereOptions {
	/** Of the vault file. */
	path: string;
	/** How long to wait for another process to let go of the vault: 5000. */
	lockWaitMs?: number;
	/** "HOST:PORT" of an HTTP CONNECT proxy; none. */
	proxy?: string;
}

export type OpenOptions = WhereOptions & Secret;

export interface CostOptions extends WhereOptions {
	/** Cost of guessing the passphrase, in MiB: 256, at least 64. */
	argonMib?: number;
	/** And in passes: 3, at least that. */
	argonPasses?: number;
}

export type CreateOptions = CostOptions & Secret & {
	/** What the other side of each relationship is shown: 1 to 64 bytes. */
	name: string;
};

export type RestoreOptions = CostOptions & Secret & {
	/** The file that `backup()` wrote, */
	backup: string;
	/** and what opens it. */
	backupPassphrase: Passphrase;
};

export interface WaitOptions {
	/** Ends the waiting: it is then rejected with the reason of the signal. */
	signal?: AbortSignal;
}

/** What became of a text of mine. */
export type Fate = 'sent' | 'asked' | 'undone' | 'destroyed-undelivered' |
	'destroyed-unacknowledged' | 'taken';

/** What statements of a relay prove, to whoever believes that relay. */
export interface RecallClaim {
	statements: number;
	fate: Fate;
	/** Who signed, in hexadecimal: compare. */
	relayKey: string;
}

/** What is still to be done, as far as this end can know. */
export interface Progress {
	/** Every mailbox was read to its end. */
	drained: boolean;
	/** Nothing is left that a relay could take now. */
	offered: boolean;
	/** Requests are under way or due. */
	busy: boolean;
	/** Not all of what is left failed when it was last tried. */
	hope: boolean;
	/** Of the last attempt to reach a relay; null after a success. */
	problem: TacitError | null;
	/** Texts and data that no relay has. */
	queued: number;
}

/** Texts can be held back for some seconds before they are first posted. */
export interface Hold {
	/** 0 to 60. */
	seconds: number;
	/** Somebody said so; otherwise a host may do as it sees fit. */
	isSet: boolean;
}

/** What was written: its id, the same at both ends, and its number. */
export interface Sent {
	message: string;
	seq: number;
}

/**
 * One thing of a `commit()`: a row written or removed, a text or data sent, an
 * event confirmed, a contact verified.
 */
export type Operation =
	| { put: string | Uint8Array; value: string | Uint8Array }
	| { delete: string | Uint8Array }
	| { send: Contact; text: string; keepHours?: number }
	| { send: Contact; dataType: number; data: Uint8Array }
	| { done: TacitEvent | number }
	| { verify: Contact };

/** One person's vault, open.  It keeps the process alive until `close()`. */
export class Tacit {
	private constructor();

	/** The version of libtacit, as "0.1.0". */
	static readonly version: string;

	/**
	 * Open a vault.  Argon2id takes about a second, on another thread.
	 * Errors: `not-a-vault`, `wrong-passphrase`, `other-secret` (a key opens it, or a passphrase),
	 * `vault-busy`, `vault-corrupt`, `vault-truncated`, `version`, `usage`.
	 */
	static open(options: OpenOptions): Promise<Tacit>;

	/**
	 * Make a vault, and open it.  Should the opening alone fail, the vault is there.
	 * Errors: `vault-exists`, `bad-label`, `usage`, `io`.
	 */
	static create(options: CreateOptions): Promise<Tacit>;

	/**
	 * Make a vault of a backup, and open it.  The vault that the backup was made of must not be used
	 * any more.  Errors: `not-a-backup`, `wrong-passphrase`, `vault-exists`, `version`, `usage`.
	 */
	static restore(options: RestoreOptions): Promise<Tacit>;

	/** Check what `recallExport()` gave; needs no vault.  Throws: `bad-statement`. */
	static checkStatement(statement: string): RecallClaim;

	/** What I call myself there. */
	readonly name: string;
	readonly closed: boolean;

	/**
	 * Lock the vault: close connections, wipe keys.  What was asked for before is done first; what is
	 * asked for later is rejected with `state`, and `events()` end.  A second time is fine.
	 */
	close(): Promise<void>;

	/** Errors: `wrong-passphrase`, `other-secret`, `usage`. */
	changePassphrase(old: Passphrase, fresh: Passphrase): Promise<void>;
	/** The same, of keys too.  Errors: the same. */
	changeSecret(old: Secret, fresh: Secret): Promise<void>;

	/** Write a backup to a new file.  Errors: `vault-exists`, `vault-busy`, `usage`, `io`. */
	backup(options: { path: string; passphrase: Passphrase }): Promise<void>;

	progress(): Promise<Progress>;

	/**
	 * Remember a relay by the `tacit-relay:` line of its operator; the one added last is used for new
	 * invitations.  Gives its URL.  Errors: `bad-link`.
	 */
	addRelay(line: string): Promise<string>;

	contacts(): Promise<Contact[]>;

	/**
	 * Find one by id, by number in the list, or by a label that only one has.
	 * Errors: `unknown-contact`, `ambiguous-contact`.
	 */
	contact(which: string): Promise<Contact>;

	/**
	 * Begin a relationship: then `contact.link()`.  `inPerson`: the link is shown and read in the
	 * same room.  `minutes`: 1 to 44640 (4320), in person 1 to 10 (10).  `relay`: a URL that
	 * `addRelay()` gave.  Errors: `bad-label`, `no-relay`, `usage`.
	 */
	invite(label: string, options?: { inPerson?: boolean; minutes?: number; relay?: string }):
		Promise<Contact>;

	/**
	 * Accept an invitation; the same link in the same vault goes on where it was.  See
	 * `contact.ready()`.  Errors: `bad-link`, `bad-label`, `invitation-own`.
	 */
	accept(link: string, label: string): Promise<Contact>;

	/** Of the vault; a contact may have its own. */
	hold(): Promise<Hold>;
	/** Errors: `bad-hold` (not 0 to 60). */
	setHold(seconds: number): Promise<void>;

	/**
	 * What happened, oldest first, for as long as the vault is open; leave the loop to stop.  Each
	 * event comes once in one loop, and again in the next one, after any crash too, until it is
	 * `done()`.  Rejected where the vault cannot be read or written.
	 */
	events(options?: WaitOptions): AsyncGenerator<TacitEvent, void, void>;

	/** The value of a row of the host.  A key is 1 to 64 bytes.  Errors: `usage`. */
	dataGet(key: string | Uint8Array): Promise<Buffer | null>;

	/** The keys that begin with this, in the order of bytes. */
	dataKeys(prefix?: string | Uint8Array): AsyncGenerator<Buffer, void, void>;

	/**
	 * Up to 256 things, in their order, as one: all of them are durable, or none.  Gives for each
	 * `send` what was sent, else null.  Rows: keys of 1 to 64 bytes, those whose first byte is 0
	 * are the project's; values of up to 32768 bytes.  Errors: those of the calls, `usage`.
	 */
	commit(operations: Operation[]): Promise<(Sent | null)[]>;

	/** `close()`: for `await using`, where Node has it. */
	[Symbol.asyncDispose](): Promise<void>;
}

export type ContactState = 'invited' | 'joining' | 'active' | 'paused' | 'closed';

export interface ContactInfo {
	/** "c_" and 12 characters; never changes. */
	id: string;
	/** Place in the list, from 1. */
	number: number;
	/** Mine for them. */
	label: string;
	/** Theirs for themselves, or "". */
	theirName: string;
	state: ContactState;
	verified: boolean;
	/** I made the invitation. */
	inviter: boolean;
	/** Texts wait until verified or accepted. */
	unconfirmed: boolean;
	/** Message events not yet done. */
	unread: number;
	/** Texts and data that no relay has. */
	queued: number;
	/** The invitation, or my answer to it, is stored at the relay. */
	ready: boolean;
	/** Why it is not ready yet. */
	problem: TacitError | null;
	/** Something is left that its relays could take or give now, */
	left: boolean;
	/** and not all of it failed when it was last tried. */
	hope: boolean;
	/** This vault was put back, and what the other end has for it may still come. */
	agreeing: boolean;
}

export interface HistoryBase {
	/** In this contact's history, from 1. */
	place: number;
	message: string;
	seq: number;
	from: 'me' | 'them';
	state: 'queued' | 'accepted' | 'received' | 'recalling' | 'recalled';
	/** By the writer's clock. */
	time: Date;
	/** 0: a record; else both ends forget it after so long. */
	keepHours: number;
	/** There is nothing any more; 'asked': by `forget()`. */
	forgotten: boolean | 'asked';
}
export interface HistoryText extends HistoryBase {
	dataType: 0;
	text: string;
}
export interface HistoryData extends HistoryBase {
	/** Never 0. */
	dataType: number;
	text?: undefined;
	data: Buffer;
}
export type HistoryMessage = HistoryText | HistoryData;

/** One relationship.  Two of one id, of one vault, are one object. */
export class Contact {
	private constructor();

	/** "c_" and 12 of a-z2-7. */
	readonly id: string;
	readonly vault: Tacit;

	info(): Promise<ContactInfo>;

	/**
	 * The link of the invitation, as soon as the relay has stored it.  Whoever has it can answer in
	 * the other's place.  The invitation stays when this fails with `relay-unreachable`: call again.
	 * Errors: `state` (answered, or not mine), `admission-refused`, `relay-unreachable`.
	 */
	link(options?: WaitOptions): Promise<string>;

	/**
	 * When the relay has the invitation, or my answer to one.  After `relay-unreachable` call again;
	 * another error is final and removes the contact.  Errors: `relay-unreachable`,
	 * `invitation-used`, `-expired`, `-revoked`, `-unknown`, `unknown-contact`.
	 */
	ready(options?: WaitOptions): Promise<void>;

	/** 60 digits that both sides compare by voice or in session.  Errors: `state`. */
	safetyNumber(): Promise<string>;
	/** Record that they were equal.  Errors: `state`. */
	verify(): Promise<void>;
	/** Record that the risk of not comparing is accepted. */
	acceptUnverified(): Promise<void>;
	/** Take new keys and mailboxes now.  Errors: `state`, `contact-closed`. */
	rotate(): Promise<void>;
	/** End the relationship, or withdraw an invitation that nobody answered. */
	close(): Promise<void>;

	/**
	 * Write a text.  Fulfilled, it survives any crash and is kept until the other end has it; it has
	 * not been sent yet: event `accepted` says so.  1 to 24576 bytes, no NUL.  `keepHours`: both ends
	 * forget it after so long, 1 to 8784, and it has at most 24000 bytes.
	 * Errors: `bad-text`, `contact-closed`, `not-verified`, `usage`.
	 */
	send(text: string, options?: { keepHours?: number }): Promise<Sent>;

	/**
	 * The same with bytes that no person is shown.  Types 1 to 99 are the project's, 100 to 65535 the
	 * host's; 1 to 24576 bytes.  Errors: `usage`, `contact-closed`, `not-verified`.
	 */
	sendData(type: number, data: Uint8Array): Promise<Sent>;

	/** Newest first.  `before`: only what has a lower place; `last`: at most so many. */
	history(options?: { before?: number; last?: number }):
		AsyncGenerator<HistoryMessage, void, void>;

	/** Take a text back, and say what became of it.  Errors: `unknown-id`, `too-late`. */
	recall(message: string): Promise<Fate>;
	/** The relay's statements about it.  Errors: `unknown-id`, `state` (there are none). */
	recallExport(message: string): Promise<string>;
	/** Forget a text of theirs, as its writer asked.  Errors: `unknown-id`. */
	forget(message: string): Promise<void>;

	hold(): Promise<Hold>;
	/** null: as the vault has it.  Errors: `bad-hold`. */
	setHold(seconds: number | null): Promise<void>;
	/** For what is written to this contact until the vault is closed.  Errors: `bad-hold`. */
	holdNow(seconds: number): Promise<void>;
	/** How many texts are held back now, and how long the last of them is. */
	held(): Promise<{ texts: number; leftMs: number }>;
}

export interface EventBase {
	/** The same after a crash. */
	id: number;
	/** Null where it is about the vault. */
	contact: Contact | null;
	/** The host has it, durably if it must: forget the event.  Repeats are fine. */
	done(): Promise<void>;
}
export interface ContactEvent extends EventBase {
	contact: Contact;
}
export interface AboutMessage extends ContactEvent {
	message: string;
	seq: number;
}

export interface MessageEvent extends AboutMessage {
	type: 'message';
	text: string;
	/** It fills a gap that was told. */
	late: boolean;
}
export interface PairedEvent extends ContactEvent {
	type: 'paired';
	name: string;
	verified: boolean;
}
/** Durable at the relay. */
export interface AcceptedEvent extends AboutMessage {
	type: 'accepted';
	dataType: number;
}
/** Not fetched in time; it is sent again. */
export interface UndeliveredEvent extends AboutMessage {
	type: 'undelivered';
	dataType: number;
}
/** These of theirs are missing. */
export interface GapEvent extends ContactEvent {
	type: 'gap';
	from: number;
	to: number;
}
export interface PlainEvent extends EventBase {
	/**
	 * `identity-changed`; `unreachable`: the relay refuses this contact; `closed`: the other side
	 * ended it; `invitation-misused`: a second answer to one link; `poison`: an envelope that made
	 * no sense; `rotated`: both ends use new keys and mailboxes.
	 */
	type: 'identity-changed' | 'unreachable' | 'closed' | 'invitation-misused' | 'poison' |
		'rotated';
}
/** The invitation failed. */
export interface RefusedEvent extends EventBase {
	type: 'refused';
	reason: TacitError | null;
}
/** Who went back to an older copy of a vault; from, to: what I wrote since, or 0. */
export interface RolledBackEvent extends EventBase {
	type: 'rolled-back';
	who: 'me' | 'them' | null;
	from: number;
	to: number;
}
export interface RelayRestoredEvent extends EventBase {
	type: 'relay-restored';
	url: string;
}
export interface DataEvent extends AboutMessage {
	type: 'data';
	late: boolean;
	dataType: number;
	data: Buffer;
}
/** A text that was not to be kept; who wrote it. */
export interface ForgottenEvent extends AboutMessage {
	type: 'forgotten';
	who: 'me' | 'them' | null;
}
export interface RecalledEvent extends AboutMessage {
	type: 'recalled';
	fate: Fate;
}

export type TacitEvent = MessageEvent | PairedEvent | AcceptedEvent | UndeliveredEvent | GapEvent |
	PlainEvent | RefusedEvent | RolledBackEvent | RelayRestoredEvent | DataEvent |
	ForgottenEvent | RecalledEvent;

// One for each word of the tacit/error.h that this was built against.
export type { TacitErrorCode };

export class TacitError extends Error {
	/** A negative code of tacit/error.h: what went wrong. */
	constructor(errno: number, message?: string);
	readonly name: 'TacitError';
	/** Its word, as "bad-link"; several codes may have one. */
	readonly code: TacitErrorCode;
	/** The code itself, as -3. */
	readonly errno: number;
}
