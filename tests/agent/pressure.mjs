// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { Agent, claim, finish } from './agent.mjs';

const { AGENT, PORT, RELAY, SOCKET, TACIT, WORK } = process.env;
// One letter each, and less of them at once than a mailbox takes without a
// pause.
const TEXTS = Number(process.env.TEXTS), LENGTH = 1200, AT_ONCE = 400;
const HIGH = 256 * 1024;	// AGENT_OUT_HIGH
const ANSWER = 4096;		// more than any answer here takes

// What the kernel says this process has.
const resident = () => Number(readFileSync(`/proc/${AGENT}/status`, 'utf8')
	.match(/VmRSS:\s*(\d+)/)[1]);

const texts = Array.from({ length: TEXTS }, (_, i) =>
	`${i} `.padEnd(LENGTH, 'x'));
async function until(is) {
	while (!(await is()))
		await new Promise(resolve => setTimeout(resolve, 20));
}

// Does the relay take connections?
const accepts = () => new Promise(resolve => {
	const s = connect(Number(PORT), '127.0.0.1');
	s.on('connect', () => { s.destroy(); resolve(true); });
	s.on('error', () => resolve(false));
});

async function ben(lines) {
	const child = spawn(TACIT, ['--vault', `${WORK}/ben.vault`, '--json',
	    'send', 'anna', '--lines', '--wait-ms', '600000'], { env: {
	    ...process.env, TACIT_PASSPHRASE_FILE: `${WORK}/ben.pass` },
	    stdio: ['pipe', 'ignore', 'inherit'] });
	child.stdin.end(lines.join('\n'));
	claim('sent', (await once(child, 'close'))[0], 0);
}

const watcher = await Agent.socket(SOCKET);
const most = async () => (await watcher.call('status')).output_most;
const begun = resident();

// ---- a reader who reads nothing, while texts come ---------------------------------
const reader = await Agent.socket(SOCKET);
await reader.call('events.subscribe', { window: 1024 });
reader.pause();
// The vault takes all of them, although nobody reads: the watcher is answered.
const unread = n => until(async () => (await watcher.call('contact.info',
    { contact: 'ben' })).unread === n);
for (let i = 0; i < TEXTS; i += AT_ONCE) {
	await ben(texts.slice(i, i + AT_ONCE));
	await unread(Math.min(i + AT_ONCE, TEXTS));
}
const status = await watcher.call('status');
claim('is full', status.output_most >= HIGH, true);
claim('and no more', status.output_most < HIGH + ANSWER, true);
claim('what is out is not all', status.unconfirmed < TEXTS, true);

// Now it reads: each comes once, in order, and none is missing.
reader.resume();
for (const text of texts) {
	const e = await reader.event('message');
	assert.equal(e.text, text);
	await reader.call('event.done', { event_id: e.event_id });
}
claim('all are done', (await watcher.call('contact.info',
    { contact: 'ben' })).unread, 0);

// ---- one who confirms nothing is told no more than its window ----------------------
await reader.call('events.unsubscribe');
await reader.call('events.subscribe', { window: 3 });
await ben([...'abcde']);
// What else there is to tell, as a rotation, is none of the three.
const three = [];
while (three.length < 3) {
	const e = await reader.event();
	if (e.event === 'message')
		three.push(e.text);
	else
		await reader.call('event.done', { event_id: e.event_id });
}
claim('which', three, [...'abc']);
await unread(5);
claim('three', (await watcher.call('status')).unconfirmed, 3);
claim('no fourth', reader.events.length, 0);

// ---- two at once: one is told, either may ask -----------------------------------------
await watcher.refused('state', 'events.subscribe', {}, /another client/);
await watcher.refused('unknown-id', 'event.done', { event_id: 1 });
// It goes without a word: the next is told what was not confirmed.
reader.drop();
await reader.ended;
await until(async () => !(await watcher.call('status')).subscribed);
await watcher.call('events.subscribe');
for (const text of 'abcde') {
	const e = await watcher.event('message', o => o.text === text);
	await watcher.call('event.done', { event_id: e.event_id });
}

// ---- a writer who does not read: what it writes is left with it --------------------------
const rest = await most();
const fast = connect(SOCKET);
await once(fast, 'connect');
const CALLS = 20000;
let wrote = 0;
const calls = () => {
	let go = true;
	while (go && wrote < CALLS)
		go = fast.write(`{"jsonrpc":"2.0","id":${wrote++},` +
		    '"method":"version"}\n');
};
fast.on('drain', calls);
fast.pause();
calls();
// Until it is stuck: nothing more is read of it while others are served.
let before = -1;
while (before !== fast.bytesWritten - fast.writableLength ||
    (await most()) < HIGH) {
	before = fast.bytesWritten - fast.writableLength;
	for (let i = 0; i < 50; i++)
		await watcher.call('status');
}
claim('it is stuck', wrote < CALLS, true);
claim('bounded', (await most()) < Math.max(rest, HIGH + ANSWER), true);
let got = '', next = 0;
fast.on('data', data => {
	const lines = (got + data).split('\n');
	got = lines.pop();
	for (const line of lines)
		assert.equal(JSON.parse(line).id, next++);
	if (next === CALLS)
		fast.end();
});
fast.resume();
await once(fast, 'close');
claim('all are answered, in order', next, CALLS);

// ---- as many clients as there may be ---------------------------------------------------------
const many = [];
for (let i = 0; i < 8; i++)
	many.push(await Agent.socket(SOCKET));
const answers = many.map(agent => agent.call('status'));
// One more than may be at once is served when one goes.
claim('seven beside the watcher', (await Promise.all(answers.slice(0, 7)))
	.length, 7);
claim('full', (await watcher.call('status')).clients, 8);
many[0].drop();
await answers[7];
for (const agent of many)
	agent.drop();

// ---- an invitation whose caller goes before it is answered is none ---------------------------
const people = async () => (await watcher.call('contacts')).contacts.length;
process.kill(Number(RELAY));
await until(async () => !(await accepts()));
await watcher.refused('relay-unreachable', 'invite', { label: 'x' });
claim('nothing half-made', await people(), 1);
const silent = createServer(() => {}).listen(Number(PORT), '127.0.0.1');
await once(silent, 'listening');
const gone = await Agent.socket(SOCKET);
gone.try('invite', { label: 'gone' }).catch(() => {});
await until(async () => await people() === 2);
gone.drop();
await until(async () => await people() === 1);
silent.close();

const grown = resident() - begun;
claim('memory', grown < 16 * 1024, true);
console.log(`${TEXTS} texts, ${CALLS} calls: at most ${await most()} bytes ` +
    `waited for one client; grew by ${grown} KiB`);
await watcher.end();
finish();
