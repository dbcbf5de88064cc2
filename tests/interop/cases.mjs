/* SPDX-License-Identifier: Apache-2.0 */
/* What must work, and what must be refused, between any two ends. */
import { randomBytes } from 'node:crypto';
import { check, draw, refused, shuffled, Talk } from './talk.mjs';

const LETTER = 1839, PARCEL = 65327;	/* constant sizes of padded content */
const LETTER_ROOM = 1989, PARCEL_ROOM = 65477;	/* what the seal leaves */
const LIMIT = 65536;

const talk = ({ ours, implementation, owner }) =>
	new Talk(ours, implementation, owner);
const other = (side) => side === 'ours' ? 'theirs' : 'ours';
const range = (n) => [...Array(n).keys()];

async function several(t, from, n) {
	const letters = [];

	for (let i = 0; i < n; i++)
		letters.push(await t.write(from, `${from} ${i}`));
	return letters;
}

/* n turns of the ratchet, a few letters each. */
async function turns(t, n) {
	let from = t.first;

	for (let i = 0; i < n; i++, from = other(from))
		for (const j of range(1 + draw(3)))
			await t.say(from, `turn ${i}, letter ${j}`);
}

/*
 * A copy of the message with one bit of byte i flipped.  The other side may
 * take what changes nothing: the highest bit of a point, and (version) a
 * version that it could read.
 */
function spoiled({ message, from }, i, version) {
	const copy = Buffer.from(message);

	if (from === 'theirs')
		copy[i] ^= 1 << draw(8);
	else
		copy[i] ^= version ? 0x10 : 1 << draw(7);
	return copy;
}

/*
 * Where in a prekey message the keys and the message inside are, for which
 * something vouches: list of places; the version of the message inside.
 */
function vouched(message) {
	const places = [];
	let version = 0;
	let at = 1;

	while (at < message.length) {
		const tag = message[at++];
		let n = 0, shift = 0, byte;
		do {
			byte = message[at++];
			n |= (byte & 127) << shift;
			shift += 7;
		} while (byte & 128);
		if ((tag & 7) !== 2)
			continue;
		if ([2, 3, 4].includes(tag >> 3))
			places.push(...range(n).map((i) => at + i));
		if (tag >> 3 === 4)
			version = at;
		at += n;
	}
	return { places, version };
}

async function conversation(t) {
	const greeting = await several(t, t.first, 3);

	for (const l of greeting)
		check(l.kind === 'prekey', 'a first message of another kind');
	for (const l of shuffled(greeting))
		await t.read(l);
	const answer = await t.say(t.second, 'heard');
	check(answer.kind === 'whisper', 'an answer of another kind');
	check((await t.say(t.first, 'so')).kind === 'whisper',
		'a session that does not settle');
	await turns(t, 20);
}

async function numbers(t) {
	const ours = await t.ours.number(t.relationship);
	const their = await t.ours.offer(t.relationship);

	check(/^[0-9]{60}$/.test(ours), 'not 60 digits');
	check(t.peer.number(t.relationship, their.identity) === ours,
		'the safety numbers differ');
	check(t.peer.number(t.relationship.replace(/.$/, (d) =>
		d === '0' ? '1' : '0'), their.identity) !== ours,
	'the safety number of another relationship is the same');
}

export const cases = {
	async conversation(a) {
		await conversation(await talk(a).begin());
	},

	async 'the versions that messages begin with'(a) {
		const t = await talk(a).begin();

		for (const from of [t.first, t.second, t.first]) {
			const { message } = await t.say(from, 'hello');
			check(message[0] === (from === 'ours' ? 0x33 :
				a.implementation.version), 'another version');
		}
	},

	async 'equal safety numbers'(a) {
		await numbers(await talk(a).settled());
	},

	async 'out of order'(a) {
		const t = await talk(a).settled();

		for (const from of [t.first, t.second, t.first])
			for (const l of shuffled(await several(t, from, 10)))
				await t.read(l);
	},

	async 'both write at once'(a) {
		const t = await talk(a).settled();

		for (let i = 0; i < 10; i++)
			for (const l of shuffled([
				...await several(t, 'ours', 3),
				...await several(t, 'theirs', 3)]))
				await t.read(l);
	},

	async duplicates(a) {
		const t = await talk(a).begin();

		for (const from of [t.first, t.second, t.first, t.second]) {
			const letters = await several(t, from, 3);
			for (const l of shuffled(letters)) {
				await t.read(l);
				await t.refuses(l, 'replay');
			}
			for (const l of letters)
				await t.refuses(l, 'replay');
		}
		await turns(t, 2);
	},

	async 'a tampered message'(a) {
		const t = await talk(a).settled();

		for (const from of ['ours', 'theirs']) {
			const l = await t.write(from, 'as it was written');
			for (let i = 0; i < l.message.length; i++) {
				const message = spoiled(l, i, i === 0);
				await t.refuses({ ...l, message },
					'not-authentic', 'poison');
			}
			for (const n of [0, 1, 8, 9, l.message.length - 1]) {
				const message = l.message.subarray(0, n);
				await t.refuses({ ...l, message },
					'not-authentic', 'poison');
			}
			await t.read(l);
		}
		await turns(t, 2);
	},

	async 'a tampered first message'(a) {
		const t = await talk(a).begin();
		const l = await t.write(t.first, 'as it was written');

		const { places, version } = vouched(l.message);
		for (const i of places) {
			const message = spoiled(l, i, i === version);
			await t.refuses({ ...l, message },
				'not-authentic', 'poison');
		}
		await t.read(l);
		await turns(t, 2);
	},

	async 'large and constant-size letters'(a) {
		const t = await talk(a).begin();

		for (const from of [t.first, t.second, t.first])
			for (const [size, room] of [[1], [15], [16], [1000],
				[LETTER, LETTER_ROOM], [PARCEL, PARCEL_ROOM]]) {
				const { message } = await t.say(from,
					randomBytes(size));
				check(message.length <= (room ?? LIMIT),
					`${size} bytes became ${message.length}`);
			}
		await t.refuses(await t.write('theirs', randomBytes(LIMIT)),
			'poison');
		await t.say('theirs', 'smaller');
	},

	async 'late messages'(a) {
		const t = await talk(a).settled();
		const [late, never] = await several(t, 'theirs', 2);
		const [ours] = await several(t, 'ours', 1);

		await t.say('theirs', 'in time');
		/* Our side keeps the last five chains. */
		for (let i = 0; i < 4; i++) {
			await t.say('ours', 'turn');
			await t.say('theirs', 'turn');
		}
		await t.read(late);
		await t.read(ours);
		await t.say('ours', 'turn');
		await t.say('theirs', 'turn');
		await t.refuses(never, 'not-authentic');
		await turns(t, 2);
	},

	async 'a lost chain'(a) {
		const t = await talk(a).begin();
		let from = t.first;

		/* Of each turn the last letter arrives, of the first as well. */
		for (let i = 0; i < 20; i++, from = other(from))
			await t.read((await several(t, from, 1 + draw(8)))
				.pop());
	},

	async 'a gap'(a) {
		const t = await talk(a).settled();
		const letters = await several(t, 'theirs', 900);
		const ours = await several(t, 'ours', 900);

		await t.read(ours[899]);
		await t.read(ours[0]);
		/* Our side does not keep that many keys for later. */
		await t.refuses(letters[899], 'limit');
		await t.read(letters[400]);
		await t.say('ours', 'turn');
		await t.say('theirs', 'turn');
		await t.refuses(letters[899], 'limit');
		for (const i of range(300))
			await t.read(letters[i]);
		await t.read(letters[899]);
		await turns(t, 2);
	},

	async 'a message of another relationship'(a) {
		const t = await talk(a).settled(), u = await talk(a).settled();
		const l = await u.write('theirs', 'not for here');

		await t.refuses(l, 'not-authentic');
		await u.read(l);
		await t.say('theirs', 'for here');
	},

	async 'no session without a one-time prekey'(a) {
		const t = talk(a);

		if (a.owner === 'ours') {
			await t.begin({ oneTime: false });
			for (const l of await several(t, 'theirs', 2))
				await t.refuses(l, 'poison');
		} else
			await refused(a.ours, () => t.begin({ oneTime: false }),
				['poison']);
		await refused(a.ours, () => a.ours.encrypt(t.relationship,
			t.side, Buffer.from('hello')), ['state']);
	},

	async 'no prekey has the id 0'(a) {
		const t = talk(a);
		const offered = await a.ours.offer(t.relationship);
		const b = await t.peer.offer(7, { oneTime: true });

		check(offered.signedId > 0 && offered.oneTimeId > 0,
			'an id of 0 was handed out');
		for (const id of ['signedId', 'oneTimeId'])
			await refused(a.ours, () => a.ours.accept(
				t.relationship, { ...b, [id]: 0 }), ['poison']);
	},
};

/* In the control build the same cryptography must agree without one. */
export const withoutOneTime = {
	async conversation(a) {
		await conversation(await talk(a).begin({ oneTime: false }));
	},

	async 'equal safety numbers, out of order, duplicates'(a) {
		const t = await talk(a).begin({ oneTime: false });

		for (const from of [t.first, t.second, t.first, t.second])
			for (const l of shuffled(await several(t, from, 10))) {
				await t.read(l);
				await t.refuses(l, 'replay');
			}
		await numbers(t);
	},
};
