// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { Agent, Refusal, claim, finish } from './agent.mjs';

const { TACIT, WORK } = process.env;
const KILLS = Number(process.env.KILLS), EACH = 60, LANES = 4;
let seed = Number(process.env.SEED);
console.log(`seed ${seed}`);

const ben = (args, input = '') => execFileSync(TACIT, ['--vault',
    `${WORK}/ben.vault`, '--json', ...args], { input, encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env,
    TACIT_PASSPHRASE_FILE: `${WORK}/ben.pass` } })
	.split('\n').filter(line => line !== '').map(JSON.parse);

// A number below n.
function pick(n) {
	seed = (seed * 1103515245 + 12345) % 2147483648;
	return Math.floor(seed / 65536) % n;
}

const answered = new Map();	// id: text, of what the agent said it has
const asked = new Set();	// texts
const confirmed = new Set();	// event ids, answered
const confirming = new Set();	// and such as were asked for
const shown = new Map();	// event id: text
const gone = e => {
	if (e instanceof Refusal || e instanceof assert.AssertionError)
		throw e;
};

// Sends in lanes and confirms, until it is killed: at some moment of the
// first 150 ms, or of the first answers.
async function life(n) {
	const agent = Agent.stdio('anna', ['--lock-wait-ms', '60000']);
	const limit = 1 + pick(EACH);
	let heard = 0;
	const hear = () => {
		if (++heard === limit)
			agent.child.kill('SIGKILL');
	};
	const confirm = async e => {
		if (confirmed.has(e.event_id))
			assert.fail(`event ${e.event_id} came again`);
		if (e.event === 'message') {
			const before = shown.get(e.event_id);
			assert.ok(before === undefined || before === e.text);
			shown.set(e.event_id, e.text);
		}
		hear();
		confirming.add(e.event_id);
		await agent.call('event.done', { event_id: e.event_id });
		confirmed.add(e.event_id);
		hear();
	};
	const send = async text => {
		asked.add(text);
		const { message } = await agent.call('send', { contact: 'ben',
		    text });
		answered.set(message, text);
		hear();
	};
	await agent.call('events.subscribe');
	setTimeout(() => agent.child.kill('SIGKILL'), pick(150));
	const lane = async at => {
		for (let i = 0; i < EACH; i++)
			await send(`life ${n}, lane ${at}, ${i}`);
	};
	const events = (async () => {
		for (;;)
			await confirm(await agent.event());
	})();
	const lanes = Array.from({ length: LANES }, (_, i) => lane(i));
	await Promise.all([...lanes, events].map(p => p.catch(gone)));
	claim('killed', await agent.exit, 'SIGKILL');
}

for (let n = 0; n < KILLS; n++) {
	ben(['send', 'anna'], `from ben, ${n}`);
	await life(n);
	ben(['sync']);
}

// What is left comes now, and nothing that was confirmed.
const agent = Agent.stdio('anna', ['--lock-wait-ms', '60000']);
await agent.call('events.subscribe');
for (;;) {
	const { queued, drained, offered, busy, unconfirmed } =
	    await agent.call('status');
	for (const e of agent.events.splice(0)) {
		assert.ok(!confirmed.has(e.event_id),
		    `event ${e.event_id} came again`);
		if (e.event === 'message')
			shown.set(e.event_id, e.text);
		confirming.add(e.event_id);
		await agent.call('event.done', { event_id: e.event_id });
		confirmed.add(e.event_id);
	}
	if (queued === 0 && drained && offered && !busy &&
	    unconfirmed === 0 && agent.events.length === 0)
		break;
}
const history = [];
let before = {};
do {
	const page = await agent.call('history', { contact: 'ben', limit: 256,
	    ...before });
	history.unshift(...page.messages);
	before = page.before === undefined ? undefined :
	    { before: page.before };
} while (before !== undefined);
claim('exit', await agent.end(), 0);

const mine = new Map(history.filter(m => m.from === 'me')
	.map(m => [m.message, m.text]));
for (const [id, text] of answered)
	assert.equal(mine.get(id), text, 'what was answered is not there');
for (const text of mine.values())
	assert.ok(asked.has(text));
claim('none twice', new Set(mine.values()).size, mine.size);
// What was asked of ben and not answered may be confirmed or not.
claim('each of ben once', [...new Set(shown.values())].sort(),
    Array.from({ length: KILLS }, (_, n) => `from ben, ${n}`).sort());
claim('under one id', new Set(shown.values()).size, shown.size);
ben(['sync']);
const his = ben(['history', 'anna']).filter(m => m.from === 'them')
	.map(m => m.message);
claim('ben has all, in order', his, [...mine.keys()]);
console.log(`${KILLS} kills, ${answered.size} of ${asked.size} sends and ` +
    `${confirmed.size} of ${confirming.size} confirmations were answered`);
finish();
