/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The official library, as one end of one conversation.  What it stores is
 * kept serialised, so that a call that fails half-way leaves nothing behind.
 */
import * as signal from '@signalapp/libsignal-client';

const address = signal.ProtocolAddress.new('tacit', 1);
const point = (key) => key.serialize().subarray(1);
const fromPoint = (bytes) => signal.PublicKey.deserialize(
	Buffer.concat([Buffer.of(5), bytes]));

class Sessions extends signal.SessionStore {
	kept = null;
	async saveSession(_, record) { this.kept = record.serialize(); }
	async getSession() {
		return this.kept && signal.SessionRecord.deserialize(this.kept);
	}
	async getExistingSessions() { return []; }
}

class Identities extends signal.IdentityKeyStore {
	peer = null;
	constructor(pair, registration) {
		super();
		Object.assign(this, { pair, registration });
	}
	async getIdentityKey() { return this.pair; }
	async getLocalRegistrationId() { return this.registration; }
	async isTrustedIdentity(_, key) {
		return this.peer === null || key.serialize().equals(this.peer);
	}
	async saveIdentity(_, key) {
		this.peer = key.serialize();
		return signal.IdentityChange.NewOrUnchanged;
	}
	async getIdentity() {
		return this.peer && signal.PublicKey.deserialize(this.peer);
	}
}

class PreKeys extends signal.PreKeyStore {
	kept = new Map();
	async savePreKey(id, record) { this.kept.set(id, record.serialize()); }
	async getPreKey(id) {
		if (!this.kept.has(id))
			throw new Error('no such one-time prekey');
		return signal.PreKeyRecord.deserialize(this.kept.get(id));
	}
	async removePreKey(id) { this.kept.delete(id); }
}

class SignedPreKeys extends signal.SignedPreKeyStore {
	kept = new Map();
	async saveSignedPreKey(id, record) {
		this.kept.set(id, record.serialize());
	}
	async getSignedPreKey(id) {
		return signal.SignedPreKeyRecord.deserialize(this.kept.get(id));
	}
}

class NoKyber extends signal.KyberPreKeyStore {
	async saveKyberPreKey() { throw new Error('not with X3DH'); }
	async getKyberPreKey() { throw new Error('not with X3DH'); }
	async markKyberPreKeyUsed() { throw new Error('not with X3DH'); }
}

export const version = 0x34;	/* with which its messages begin */

export class Peer {
	constructor() {
		this.pair = signal.PrivateKey.generate();
		this.registration = 1 + Math.floor(Math.random() * 16380);
		this.sessions = new Sessions();
		this.identities = new Identities(this.pair, this.registration);
		this.prekeys = new PreKeys();
		this.signed = new SignedPreKeys();
	}

	identity() { return point(this.pair.getPublicKey()); }

	async offer(id, { oneTime }) {
		const signed = signal.PrivateKey.generate();
		const signature = this.pair.sign(
			signed.getPublicKey().serialize());
		await this.signed.saveSignedPreKey(id,
			signal.SignedPreKeyRecord.new(id, 0,
				signed.getPublicKey(), signed, signature));
		const b = {
			registration: this.registration,
			identity: this.identity(),
			signedId: id,
			signed: point(signed.getPublicKey()),
			signature,
		};
		if (oneTime) {
			const key = signal.PrivateKey.generate();
			await this.prekeys.savePreKey(id, signal.PreKeyRecord
				.new(id, key.getPublicKey(), key));
			b.oneTimeId = id;
			b.oneTime = point(key.getPublicKey());
		}
		return b;
	}

	async accept(b) {
		await signal.processPreKeyBundle(signal.PreKeyBundle.new(
			b.registration, 1, b.oneTimeId ?? null,
			b.oneTime ? fromPoint(b.oneTime) : null, b.signedId,
			fromPoint(b.signed), b.signature,
			fromPoint(b.identity)), address, this.sessions,
		this.identities);
	}

	async encrypt(text) {
		const m = await signal.signalEncrypt(text, address,
			this.sessions, this.identities);
		return {
			kind: m.type() === signal.CiphertextMessageType.PreKey ?
				'prekey' : 'whisper',
			message: m.serialize(),
		};
	}

	async decrypt({ kind, message }) {
		if (kind === 'whisper')
			return signal.signalDecrypt(
				signal.SignalMessage.deserialize(message),
				address, this.sessions, this.identities);
		return signal.signalDecryptPreKey(
			signal.PreKeySignalMessage.deserialize(message),
			address, this.sessions, this.identities, this.prekeys,
			this.signed, new NoKyber());
	}

	number(relationship, theirs) {
		const name = Buffer.from(relationship);
		return signal.Fingerprint.new(5200, 2, name,
			this.pair.getPublicKey(), name, fromPoint(theirs))
			.displayableFingerprint().toString();
	}

	state() {
		return JSON.stringify([this.sessions.kept, this.identities.peer,
			[...this.prekeys.kept]]);
	}
}
