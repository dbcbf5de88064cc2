// SPDX-License-Identifier: Apache-2.0
//
// What the tests here share: relays, vaults and pairs, all of which go away
// with the test that asked for them.
import { spawn, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Tacit } from 'tacit';

export const prefix = process.env.TACIT_PREFIX;
export const program = (name) => path.join(prefix, 'bin', name);

export function directory(t) {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'tacit-node-'));
	t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
	return dir;
}

/** A child that ends with the test at the latest. */
export function start(t, ...args) {
	const child = spawn(...args);
	const ended = once(child, 'exit');
	t.after(async () => {
		if (child.exitCode === null && child.signalCode === null)
			child.kill();
		await ended;
	});
	return { child, ended };
}

/** A relay on a port of its own: line() gives what addRelay() takes. */
export async function relay(t, configuration = '') {
	const dir = directory(t);
	fs.writeFileSync(path.join(dir, 'config'), configuration);
	const { child, ended } = start(t, program('tacit-relay'), ['serve', '--data',
		path.join(dir, 'data'), '--listen', '127.0.0.1:0', '--config',
		path.join(dir, 'config')], { stdio: ['ignore', 'pipe', 'inherit'] });
	const [ready] = await Promise.race([
		once(createInterface({ input: child.stdout }), 'line'),
		ended.then(() => Promise.reject(new Error('the relay does not start'))),
	]);
	if (!ready.startsWith('READY '))
		throw new Error(`the relay says ${ready}`);
	return {
		stop: () => {
			child.kill();
			return ended;
		},
		line: () => execFileSync(program('tacit-relay'), ['admit', '--data',
			path.join(dir, 'data'), '--relationships', '20'],
		{ encoding: 'utf8' }).trim(),
	};
}

export const cheap = { argonMib: 64 };

/** An open vault of ${name}, closed with the test at the latest. */
export async function person(t, name, more = {}) {
	const file = path.join(directory(t), 'vault');
	const vault = await Tacit.create({ path: file, name, passphrase: `of ${name}`, ...cheap,
		...more });
	t.after(() => vault.close());
	return Object.assign(vault, { file });
}

/** Take events, which are done then, until one is ${type}, and give that. */
export async function until(vault, type, which = () => true) {
	for await (const event of vault.events()) {
		await event.done();
		if (event.type === type && which(event))
			return event;
	}
	throw new Error(`no event ${type}`);
}

/** Two vaults that are paired, and each one's contact for the other. */
export async function pair(t, relayed, options = { inPerson: true }) {
	const anna = await person(t, 'Anna'), ben = await person(t, 'Ben');
	await anna.addRelay(relayed.line());
	const toBen = await anna.invite('Ben', options);
	const toAnna = await ben.accept(await toBen.link(), 'Anna');
	await Promise.all([until(anna, 'paired'), until(ben, 'paired')]);
	return { anna, ben, toAnna, toBen };
}
