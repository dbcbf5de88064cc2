/* SPDX-License-Identifier: Apache-2.0 */
/* Our ratchet: the process of peer.c, one request at a time. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/* What our side answers when it refuses; word: an error of error.h. */
export class Refused extends Error {
	constructor(word) {
		super(word);
		this.word = word;
	}
}

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const bytes = (text) => Buffer.from(text, 'hex');
const nothing = Buffer.alloc(32);

export class Ours {
	constructor(program, directory) {
		this.process = spawn(program, [directory],
			{ stdio: ['pipe', 'pipe', 'inherit'] });
		this.process.stdin.on('error', () => {});
		this.ended = once(this.process, 'exit');
		this.lines = createInterface({ input: this.process.stdout })
			[Symbol.asyncIterator]();
	}

	async ask(...words) {
		this.process.stdin.write(words.join(' ') + '\n');
		const { value, done } = await this.lines.next();
		if (done)
			throw new Error('our side is gone');
		const [verdict, ...rest] = value.split(' ');
		if (verdict !== 'ok')
			throw new Refused(rest[0]);
		return rest;
	}

	async offer(relationship) {
		const [registration, identity, signedId, signed, signature,
			oneTimeId, oneTime] =
		    await this.ask('offer', relationship);
		return {
			registration: Number(registration),
			identity: bytes(identity),
			signedId: Number(signedId),
			signed: bytes(signed),
			signature: bytes(signature),
			oneTimeId: Number(oneTimeId),
			oneTime: bytes(oneTime),
		};
	}

	async accept(relationship, b) {
		await this.ask('accept', relationship, b.registration,
			hex(b.identity), b.signedId, hex(b.signed),
			hex(b.signature), b.oneTimeId ?? 0,
			hex(b.oneTime ?? nothing));
	}

	async encrypt(relationship, owner, text) {
		const [kind, message] = await this.ask('encrypt', relationship,
			owner, hex(text));
		return { kind, message: bytes(message) };
	}

	async decrypt(relationship, owner, { kind, message }) {
		const [text] = await this.ask('decrypt', relationship, owner,
			kind, hex(message));
		return bytes(text);
	}

	async number(relationship) {
		return (await this.ask('number', relationship))[0];
	}

	async state() { return (await this.ask('state'))[0]; }

	async end() {
		this.process.stdin.end();
		return (await this.ended)[0];
	}
}
