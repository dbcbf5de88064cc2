/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The official library on the same work: letters from one end to the other.
 * Lies beside tests/interop's official.mjs when it runs.  Each line of
 * standard input, as "chain memory 100" or "turns stored 100", is answered
 * with the microseconds of CPU that so many letters took; each was read as it
 * was written.  stored: a session is serialised each time, as who keeps it
 * has to.
 */
import { createInterface } from 'node:readline';
import * as signal from '@signalapp/libsignal-client';
import { Peer } from './official.mjs';

const LETTER = 1839;

/* The cheapest there can be: a session as it is, in memory. */
class Session extends signal.SessionStore {
	kept = null;
	async saveSession(_, record) { this.kept = record; }
	async getSession() { return this.kept; }
	async getExistingSessions() { return []; }
}

async function letter(ends, from, n) {
	const text = Buffer.alloc(LETTER, n & 0xff);
	const sent = await ends[from].encrypt(text);
	if (!text.equals(await ends[1 - from].decrypt(sent)))
		throw new Error('another text was read');
}

/* Two ends that have talked, with ${Store} for their sessions. */
async function pair(Store) {
	const ends = [new Peer(), new Peer()];
	if (Store)
		for (const end of ends)
			end.sessions = new Store();
	await ends[1].accept(await ends[0].offer(1, { oneTime: true }));
	await letter(ends, 1, 0);
	await letter(ends, 0, 0);
	return ends;
}

const pairs = { memory: await pair(Session), stored: await pair(null) };

for await (const line of createInterface({ input: process.stdin })) {
	const [what, where, count] = line.split(' ');
	const began = process.cpuUsage();
	for (let i = 0; i < Number(count); i++)
		await letter(pairs[where], what === 'turns' ? i % 2 : 0, i);
	const { user, system } = process.cpuUsage(began);
	process.stdout.write(`${user + system}\n`);
}
