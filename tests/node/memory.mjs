// SPDX-License-Identifier: Apache-2.0
//
// usage: node --expose-gc memory.mjs COUNT
//
// COUNT texts from one vault to another in this process, through a real relay.
// What it holds is measured twenty times on the way, and must not have grown
// over the second half: neither what JavaScript refers to, nor, by more than
// an allocator keeps for itself, the whole process.
import assert from 'node:assert/strict';
import { pair, relay } from './kit.mjs';

const count = Number(process.argv[2]);
const WINDOW = 256, STEPS = 20, MIB = 1 << 20;
const RSS_MIB = 24, HEAP_MIB = 2;

const cleaners = [];
const t = { after: (f) => cleaners.unshift(f) };
const relayed = await relay(t, 'post_rate = 100000\npost_burst = 100000\nok_tick_ms = 0\n');
const { anna, ben, toAnna, toBen } = await pair(t, relayed);

// Confirm what there is, at most as many as one commit takes.
async function take(vault, type, each) {
	let batch = [];
	for await (const event of vault.events()) {
		batch.push({ done: event });
		const enough = event.type === type && each(event);
		if (batch.length === WINDOW || enough !== false) {
			await vault.commit(batch);
			batch = [];
		}
		if (enough === 'all')
			return;
	}
}

function measure() {
	globalThis.gc();
	globalThis.gc();
	const m = process.memoryUsage();
	return { rss: m.rss, held: m.heapUsed + m.external + m.arrayBuffers };
}

function note() {
	const now = { heard, ...measure() };
	seen.push(now);
	console.log(`${heard} texts: RSS ${(now.rss / MIB).toFixed(1)} MiB, ` +
		`held by JavaScript ${(now.held / MIB).toFixed(2)} MiB`);
}

let sent = 0, accepted = 0, heard = 0;
const seen = [];
async function fill() {
	const n = Math.min(WINDOW - (sent - heard), count - sent);
	if (n < Math.min(WINDOW / 2, count - sent) || n === 0)
		return;
	sent += n;
	await anna.commit(Array.from({ length: n }, (_, i) =>
		({ send: toBen, text: `text ${sent - n + i}` })));
}

await fill();
await Promise.all([
	take(anna, 'accepted', () => {
		accepted++;
		return accepted === count ? 'all' : accepted % 64 === 0;
	}),
	take(ben, 'message', (event) => {
		assert.equal(event.text, `text ${heard}`);
		heard++;
		if (heard % Math.floor(count / STEPS) === 0)
			note();
		fill().catch((error) => { throw error; });
		// An answer says what was had.  Without any that goes by itself,
		// after some minutes, and is kept until then.
		if (heard % WINDOW === 0)
			toAnna.send('Better.').catch((error) => { throw error; });
		return heard === count ? 'all' : heard % 64 === 0;
	}),
]);
for (const clean of cleaners)
	await clean();

const middle = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
const half = seen.slice(STEPS / 2);
const growth = (what) => (middle(half.slice(-5).map((s) => s[what])) -
	middle(half.slice(0, 5).map((s) => s[what]))) / MIB;
console.log(`second half: RSS ${growth('rss').toFixed(2)} MiB more, ` +
	`held by JavaScript ${growth('held').toFixed(2)} MiB more`);
assert.ok(growth('rss') < RSS_MIB, 'the process grew');
assert.ok(growth('held') < HEAP_MIB, 'what JavaScript refers to grew');
