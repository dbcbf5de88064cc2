// SPDX-License-Identifier: Apache-2.0
//
// An app in Node with an app in C, and with the command.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import test from 'node:test';
import { directory, person, prefix, program, relay, start, until } from './kit.mjs';

const hello = path.join(path.dirname(createRequire(import.meta.url).resolve('tacit')), 'hello.mjs');

test('hello.mjs and hello.c hear each other', async (t) => {
	const dir = directory(t), relayed = await relay(t);
	const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'tacit'], { encoding: 'utf8' });
	execFileSync('cc', ['-o', `${dir}/hello`, process.env.TACIT_HELLO_C,
		...flags.trim().split(/\s+/), `-Wl,-rpath,${prefix}/lib`]);
	const env = { ...process.env, HELLO_PASSPHRASE: 'of these two' };
	const node = start(t, process.execPath, [hello, `${dir}/a.vault`, 'Anna'], { env });
	const c = start(t, `${dir}/hello`, [`${dir}/b.vault`, 'Ben'],
		{ env, stdio: [node.child.stdout, 'ignore', 'pipe'] });
	node.child.stdin.end(`${relayed.line()}\n`);
	const heard = await Promise.all([text(node.child.stderr), text(c.child.stderr),
		node.ended, c.ended]);
	assert.deepEqual(heard, ['Anna heard: Hello from Ben.\n', 'Ben heard: Hello from Anna.\n',
		[0, null], [0, null]]);
});

test('an app and the command write to each other', async (t) => {
	const dir = directory(t), vault = await person(t, 'Anna');
	fs.writeFileSync(`${dir}/pass`, 'of the command\n', { mode: 0o600 });
	const env = { ...process.env, TACIT_PASSPHRASE_FILE: `${dir}/pass`, TACIT_ARGON_MIB: '64' };
	const command = async (input, ...args) => {
		const child = spawn(program('tacit'), ['--vault', `${dir}/vault`, '--json', ...args],
			{ env, stdio: ['pipe', 'pipe', 'inherit'] });
		child.stdin.end(input);
		return (await text(child.stdout)).trim().split('\n').filter(Boolean).map((l) => JSON.parse(l));
	};
	await command('Ben\n', 'init');
	await vault.addRelay((await relay(t)).line());
	const contact = await vault.invite('Ben', { inPerson: true });
	const [joined] = await command(`${await contact.link()}\nAnna\n`, 'accept');
	// Both ends may have met by the time that it looks.
	assert.match(joined.state, /^(joining|active)$/);
	assert.equal((await until(vault, 'paired')).name, 'Ben');
	const sent = await contact.send('How was the week?');
	const events = await command('', 'sync', '--until', '1', '--wait-ms', '300000');
	const { text: heard, message } = events.find((e) => e.event === 'message');
	assert.deepEqual([heard, message], ['How was the week?', sent.message]);
	const [answer] = await command('Better. I slept.\n', 'send', 'Anna', '--wait-ms', '300000');
	assert.equal((await until(vault, 'message')).message, answer.message);
	assert.equal((await command('', 'verify', 'Anna'))[0].safety_number,
		await contact.safetyNumber());
});
