/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One conversation between our ratchet and another implementation's, either
 * of which may have made the bundle; and what is checked of it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { Refused } from './ours.mjs';

export const seed = process.env.TACIT_SEED ?? randomBytes(8).toString('hex');
let drawn = 0;

/* A number below n, from the seed. */
export function draw(n) {
	return createHash('sha256').update(`${seed}/${drawn++}`).digest()
		.readUInt32BE() % n;
}

export function shuffled(list) {
	const left = [...list], out = [];

	while (left.length > 0)
		out.push(...left.splice(draw(left.length), 1));
	return out;
}

export let checks = 0;

export function check(good, what) {
	checks++;
	if (!good)
		throw new Error(what);
}

export class Talk {
	/* owner: who makes the bundle, 'ours' or 'theirs'. */
	constructor(ours, implementation, owner) {
		this.ours = ours;
		this.peer = new implementation.Peer();
		this.owner = owner;
		this.relationship = randomBytes(32).toString('hex');
		this.side = owner === 'ours' ? 'mine' : 'theirs';
	}

	/* Who has a session at once, and who only after the first message. */
	get first() { return this.owner === 'ours' ? 'theirs' : 'ours'; }
	get second() { return this.owner; }

	async begin({ oneTime = true } = {}) {
		if (this.owner === 'ours') {
			const b = await this.ours.offer(this.relationship);
			if (!oneTime) {
				delete b.oneTimeId;
				delete b.oneTime;
			}
			await this.peer.accept(b);
		} else
			await this.ours.accept(this.relationship,
				await this.peer.offer(1 + draw(0xfffffe),
					{ oneTime }));
		return this;
	}

	/* Begun, and known to both. */
	async settled() {
		await this.begin();
		await this.say(this.first, 'hello');
		await this.say(this.second, 'hello back');
		return this;
	}

	async write(from, text) {
		const plain = Buffer.from(text);
		const sealed = from === 'ours' ?
			await this.ours.encrypt(this.relationship, this.side,
				plain) :
			await this.peer.encrypt(plain);
		return { ...sealed, from, plain };
	}

	async open(letter) {
		return letter.from === 'theirs' ?
			this.ours.decrypt(this.relationship, this.side,
				letter) :
			this.peer.decrypt(letter);
	}

	async read(letter) {
		const text = await this.open(letter);

		check(letter.plain.equals(text), 'another text came out');
	}

	async say(from, text) {
		const letter = await this.write(from, text);

		await this.read(letter);
		return letter;
	}

	/*
	 * The reader of the letter refuses it, and keeps all that it had; our
	 * side says why, in one of these words.
	 */
	async refuses(letter, ...words) {
		const reader = letter.from === 'theirs' ? this.ours : this.peer;

		await refused(reader, () => this.open(letter), words);
	}
}

export async function refused(reader, act, words) {
	const before = await reader.state();
	let error = null;

	try {
		await act();
	} catch (e) {
		error = e;
	}
	check(error !== null, 'was not refused');
	if (reader.ask)
		check(error instanceof Refused && words.includes(error.word),
			`refused by ${error}, not by ${words.join(' or ')}`);
	check(await reader.state() === before, 'a refusal changed the state');
}
