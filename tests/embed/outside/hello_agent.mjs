// SPDX-License-Identifier: Apache-2.0
//
// What examples/hello.c does, by an agent beside it: no line of the library is
// in this process.
//
//	node hello_agent.mjs VAULT NAME <LINE
//
// TACIT is the command; TACIT_PASSPHRASE_FILE names the passphrase.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const { TACIT } = process.env;
const [path, name] = process.argv.slice(2);
const [line] = await once(createInterface({ input: process.stdin }), 'line');

execFileSync(TACIT, ['--vault', path, 'init'], { input: `${name}\n` });
const agent = spawn(TACIT, ['--vault', path, 'agent'],
    { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: agent.stdout })[Symbol.asyncIterator]();
const awaited = new Set(['message', 'accepted']);
let last = 0;

const say = (method, params) => agent.stdin.write(
    `${JSON.stringify({ jsonrpc: '2.0', id: ++last, method, params })}\n`);

// Take lines until ${over}; what happens meanwhile is confirmed.
async function take(over) {
	for (;;) {
		const { value, done } = await lines.next();
		if (done)
			throw new Error('the agent has gone');
		const o = JSON.parse(value);
		if (o.error)
			throw new Error(`${o.error.data.name}: ${o.error.message}`);
		if (o.method === 'event') {
			const { event, event_id, text } = o.params;
			if (event === 'message')
				console.error(`${name} heard: ${text}`);
			awaited.delete(event);
			say('event.done', { event_id });
		}
		if (over(o))
			return o.result;
	}
}
async function call(method, params) {
	say(method, params);
	const id = last;
	return take(o => o.id === id);
}

await call('events.subscribe');
let contact;
if (line.startsWith('tacit://')) {
	({ contact } = await call('accept', { link: line, label: 'the other' }));
} else {
	await call('relay.add', { line });
	const made = await call('invite', { label: 'the other', in_person: true });
	({ contact } = made);
	console.log(made.link);
}
await call('send', { contact, text: `Hello from ${name}.` });
if (awaited.size > 0)
	await take(() => awaited.size === 0);
agent.stdin.end();
await once(agent, 'exit');
process.exit(agent.exitCode);
