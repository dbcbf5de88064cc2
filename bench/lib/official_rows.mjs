/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The official library on the same work: letters from one end to the other.
 * Lies beside tests/interop's official.mjs when it runs.  Each line of
 * standard input, "chain N" or "turns N", is answered with the microseconds
 * of CPU that N letters took; each was read as it was written.
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

const ends = [new Peer(), new Peer()];
for (const end of ends)
	end.sessions = new Session();

async function letter(from, n) {
	const text = Buffer.alloc(LETTER, n & 0xff);
	const sent = await ends[from].encrypt(text);
	if (!text.equals(await ends[1 - from].decrypt(sent)))
		throw new Error('another text was read');
}

await ends[1].accept(await ends[0].offer(1, { oneTime: true }));
await letter(1, 0);
await letter(0, 0);

for await (const line of createInterface({ input: process.stdin })) {
	const [what, count] = line.split(' ');
	const began = process.cpuUsage();
	for (let i = 0; i < Number(count); i++)
		await letter(what === 'turns' ? i % 2 : 0, i);
	const { user, system } = process.cpuUsage(began);
	process.stdout.write(`${user + system}\n`);
}
