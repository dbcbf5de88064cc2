/* SPDX-License-Identifier: Apache-2.0 */
/* The implementation in JavaScript, as one end of one conversation. */
import { createHash } from 'node:crypto';
import signal from 'libsignal';

/* It explains each refusal at length. */
for (const way of ['error', 'warn', 'info'])
	console[way] = () => {};

const address = new signal.ProtocolAddress('tacit', 1);
const wire = (bytes) => Buffer.concat([Buffer.of(5), bytes]);
const hex = (key, value) => value?.type === 'Buffer' ?
	Buffer.from(value).toString('hex') : value;

class Store {
	session = null;
	peer = null;
	prekeys = new Map();
	signed = new Map();
	pair = signal.keyhelper.generateIdentityKeyPair();
	registration = 1 + Math.floor(Math.random() * 16380);

	getOurIdentity() { return this.pair; }
	getOurRegistrationId() { return this.registration; }
	/* It never says that it learned an identity, so this is told. */
	isTrustedIdentity(_, key) {
		return this.peer === null || this.peer.equals(key);
	}
	/* Serialised, so that what fails half-way leaves nothing behind. */
	loadSession() {
		return this.session && signal.SessionRecord.deserialize(
			JSON.parse(this.session));
	}
	storeSession(_, record) {
		this.session = JSON.stringify(record.serialize());
	}
	loadPreKey(id) { return this.prekeys.get(id); }
	removePreKey(id) { this.prekeys.delete(id); }
	loadSignedPreKey(id) { return this.signed.get(id); }
}

/*
 * Half of the safety number.  The package has a generator, but one that no
 * version of Node runs, so this is written from the definition.
 */
function half(name, key) {
	let sum = Buffer.concat([Buffer.of(0, 0), key, name]);

	for (let i = 0; i < 5200; i++)
		sum = createHash('sha512').update(sum).update(key).digest();
	let digits = '';
	for (let at = 0; at < 30; at += 5)
		digits += String(sum.readUIntBE(at, 5) % 100000)
			.padStart(5, '0');
	return digits;
}

export const version = 0x33;

export class Peer {
	store = new Store();
	cipher = new signal.SessionCipher(this.store, address);

	identity() { return this.store.pair.pubKey.subarray(1); }

	async offer(id, { oneTime }) {
		const signed = signal.keyhelper.generateSignedPreKey(
			this.store.pair, id);
		this.store.signed.set(id, signed.keyPair);
		const b = {
			registration: this.store.registration,
			identity: this.identity(),
			signedId: id,
			signed: signed.keyPair.pubKey.subarray(1),
			signature: signed.signature,
		};
		if (oneTime) {
			const { keyPair } = signal.keyhelper.generatePreKey(id);
			this.store.prekeys.set(id, keyPair);
			b.oneTimeId = id;
			b.oneTime = keyPair.pubKey.subarray(1);
		}
		return b;
	}

	async accept(b) {
		const device = {
			identityKey: wire(b.identity),
			registrationId: b.registration,
			signedPreKey: {
				keyId: b.signedId,
				publicKey: wire(b.signed),
				signature: b.signature,
			},
		};
		/* It does not look at the signature when it begins. */
		if (!signal.curve.verifySignature(device.identityKey,
		    device.signedPreKey.publicKey, b.signature))
			throw new Error('bad signature');
		if (b.oneTime)
			device.preKey = {
				keyId: b.oneTimeId,
				publicKey: wire(b.oneTime),
			};
		await new signal.SessionBuilder(this.store, address)
			.initOutgoing(device);
		this.store.peer = device.identityKey;
	}

	async encrypt(text) {
		const { type, body } = await this.cipher.encrypt(text);
		return {
			kind: type === 3 ? 'prekey' : 'whisper',
			message: body,
		};
	}

	async decrypt({ kind, message }) {
		if (kind === 'whisper')
			return this.cipher.decryptWhisperMessage(message);
		return this.cipher.decryptPreKeyWhisperMessage(message);
	}

	number(relationship, theirs) {
		const name = Buffer.from(relationship);
		return [half(name, this.store.pair.pubKey),
			half(name, wire(theirs))].sort().join('');
	}

	state() {
		const { session, prekeys } = this.store;
		const { _sessions } = JSON.parse(session ?? '{}');
		return JSON.stringify([_sessions, [...prekeys]], hex);
	}
}
