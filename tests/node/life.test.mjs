// SPDX-License-Identifier: Apache-2.0
//
// A vault from its making to its end, and what everything in between gives.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { Contact, Tacit, TacitEvent } from 'tacit';
import { cheap, directory, pair, person, relay, until } from './kit.mjs';

async function all(items) {
	const list = [];
	for await (const item of items)
		list.push(item);
	return list;
}

test('texts, data and their history go both ways', async (t) => {
	const { anna, ben, toAnna, toBen } = await pair(t, await relay(t));
	const text = 'Grüße 🌱\n' + 'x'.repeat(5000), data = Buffer.from([0, 255, 1]);
	const sent = await toBen.send(text);
	assert.match(sent.message, /^m_[a-z2-7]{20}$/);
	assert.equal(sent.seq, 1);
	const heard = await until(ben, 'message');
	assert.ok(heard instanceof TacitEvent);
	assert.equal(heard.contact, toAnna);
	assert.deepEqual([heard.text, heard.message, heard.seq, heard.late],
		[text, sent.message, 1, false]);
	await toAnna.sendData(4711, data);
	const got = await until(anna, 'data');
	assert.deepEqual([got.data, got.dataType, got.contact], [data, 4711, toBen]);

	await toBen.send('not for ever', { keepHours: 2 });
	await until(ben, 'message');
	const history = await all(toAnna.history());
	assert.deepEqual(history.map((m) => [m.place, m.from, m.text ?? m.data, m.dataType, m.keepHours]),
		[[3, 'them', 'not for ever', 0, 2], [2, 'me', data, 4711, 0], [1, 'them', text, 0, 0]]);
	assert.ok(history[0].time instanceof Date && Math.abs(history[0].time - Date.now()) < 3600000);
	assert.deepEqual((await all(toAnna.history({ before: 3, last: 1 }))).map((m) => m.place), [2]);
	assert.deepEqual(await all(toAnna.history({ last: 0 })), []);

	const info = await toAnna.info();
	assert.deepEqual([info.id, info.number, info.label, info.theirName, info.state, info.verified,
		info.inviter, info.ready, info.problem],
	[toAnna.id, 1, 'Anna', 'Anna', 'active', true, false, true, null]);
	assert.equal(await ben.contact('Anna'), toAnna);
	assert.equal(await ben.contact('1'), toAnna);
	assert.deepEqual(await ben.contacts(), [toAnna]);
	assert.ok(toAnna instanceof Contact && toAnna.vault === ben);
	assert.equal(await toAnna.safetyNumber(), await toBen.safetyNumber());
	assert.match(await toAnna.safetyNumber(), /^\d{60}$/);
	await toAnna.rotate();
	await Promise.all([until(anna, 'rotated'), until(ben, 'rotated')]);
	await toAnna.close();
	await until(anna, 'closed');
	assert.equal((await toBen.info()).state, 'closed');
});

test('second thoughts: hold, undo, recall, statements, forget', async (t) => {
	const { anna, ben, toAnna, toBen } = await pair(t, await relay(t));
	await anna.setHold(60);
	assert.deepEqual(await anna.hold(), { seconds: 60, isSet: true });
	await toBen.setHold(5);
	assert.deepEqual(await toBen.hold(), { seconds: 5, isSet: true });
	await toBen.setHold(null);
	assert.equal((await toBen.hold()).seconds, 60);
	const { message } = await toBen.send('no');
	const held = await toBen.held();
	assert.equal(held.texts, 1);
	assert.ok(held.leftMs > 0 && held.leftMs <= 60000);
	assert.equal(await toBen.recall(message), 'undone');
	await assert.rejects(toBen.recallExport(message), { code: 'state' });

	// The relay has this one, and its reader is gone, which the relay may
	// learn only after it tried to give it away.
	await ben.close();
	await toBen.holdNow(0);
	const second = await toBen.send('no, again');
	await until(anna, 'accepted', (e) => e.message === second.message);
	assert.equal(await toBen.recall(second.message), 'asked');
	const { fate } = await until(anna, 'recalled');
	assert.match(fate, /^destroyed-(undelivered|unacknowledged)$/);
	const statements = await toBen.recallExport(second.message);
	const claim = Tacit.checkStatement(statements);
	assert.deepEqual([claim.statements, claim.fate], [1, fate]);
	assert.match(claim.relayKey, /^[0-9a-f]{64}$/);

	const third = await toBen.send('to be forgotten there');
	const again = await Tacit.open({ path: ben.file, passphrase: 'of Ben' });
	t.after(() => again.close());
	const event = await until(again, 'message');
	assert.deepEqual([event.text, event.message], ['to be forgotten there', third.message]);
	await event.contact.forget(event.message);
	const [last] = await all(event.contact.history({ last: 1 }));
	assert.deepEqual([last.forgotten, last.text], ['asked', '']);
});

test('rows, and several things as one', async (t) => {
	const { anna, ben, toBen } = await pair(t, await relay(t));
	const binary = Buffer.from([7, 0, 255]);
	const told = await anna.commit([
		{ put: 'a/1', value: 'one' }, { put: 'a/2', value: binary }, { put: binary, value: '' },
		{ send: toBen, text: 'first' }, { send: toBen, dataType: 100, data: binary },
		{ send: toBen, text: 'second', keepHours: 1 }, { verify: toBen },
	]);
	assert.deepEqual(told.map((s) => s?.seq ?? null), [null, null, null, 1, 2, 3, null]);
	assert.deepEqual(await anna.dataGet('a/1'), Buffer.from('one'));
	assert.deepEqual(await anna.dataGet('a/2'), binary);
	assert.deepEqual(await anna.dataGet(binary), Buffer.alloc(0));
	assert.equal(await anna.dataGet('a/3'), null);
	assert.deepEqual((await all(anna.dataKeys('a/'))).map(String), ['a/1', 'a/2']);
	assert.equal((await all(anna.dataKeys())).length, 3);
	await anna.commit([{ delete: 'a/1' }, { delete: 'not there' }]);
	assert.deepEqual((await all(anna.dataKeys('a/'))).map(String), ['a/2']);

	const events = ben.events();
	const first = (await events.next()).value;
	const second = (await events.next()).value;
	assert.deepEqual([first.text, second.data], ['first', binary]);
	await ben.commit([{ done: first }, { put: 'seen', value: first.text }, { done: second.id }]);
	assert.deepEqual(await ben.commit([]), []);
	const { value } = await ben.events().next();
	assert.equal(value.text, 'second');
});

test('an event comes once in each loop until it is done, over any crash', async (t) => {
	const { ben, toBen } = await pair(t, await relay(t));
	await toBen.send('one');
	await toBen.send('two');
	const one = ben.events(), other = ben.events();
	const ids = [];
	for (const loop of [one, other])
		for (const text of ['one', 'two']) {
			const { value } = await loop.next();
			assert.equal(value.text, text);
			ids.push(value.id);
		}
	assert.deepEqual(ids.slice(2), ids.slice(0, 2));
	const waiting = one.next();
	await toBen.send('three');
	const { value: three } = await waiting;
	assert.equal(three.text, 'three');
	await ben.commit([{ done: ids[0] }]);
	await three.done();
	await three.done();

	// As after a crash: the file as it is, without closing it.
	const dir = directory(t);
	for (const name of fs.readdirSync(path.dirname(ben.file)))
		fs.copyFileSync(path.join(path.dirname(ben.file), name), path.join(dir, name));
	const again = await Tacit.open({ path: path.join(dir, 'vault'), passphrase: 'of Ben' });
	const { value } = await again.events().next();
	assert.deepEqual([value.text, value.id], ['two', ids[1]]);
	await again.close();
	await assert.rejects(value.done(), { code: 'state' });
	await one.return();
});

test('backup, restore and another passphrase', async (t) => {
	const { anna, toBen } = await pair(t, await relay(t));
	const dir = directory(t), bytes = Buffer.from('of the backup');
	await toBen.send('before');
	const written = anna.backup({ path: path.join(dir, 'backup'), passphrase: bytes });
	bytes.fill(0);			// it has its own by now
	const meanwhile = toBen.send('after');
	await Promise.all([written, meanwhile]);
	const change = Buffer.from('another');
	const changed = anna.changePassphrase('of Anna', change);
	change.fill(0);
	await changed;
	await anna.close();
	await assert.rejects(Tacit.open({ path: anna.file, passphrase: 'of Anna' }),
		{ code: 'wrong-passphrase' });
	await (await Tacit.open({ path: anna.file, passphrase: Buffer.from('another') })).close();

	const restore = (backupPassphrase) => Tacit.restore({ path: path.join(dir, 'new'),
		passphrase: 'new', backup: path.join(dir, 'backup'), backupPassphrase, ...cheap });
	await assert.rejects(restore('not it'), { code: 'wrong-passphrase' });
	const restored = await restore('of the backup');
	assert.equal(restored.name, 'Anna');
	const [contact] = await restored.contacts();
	assert.deepEqual((await all(contact.history())).map((m) => m.text), ['before']);
	await restored.close();
});

test('a key opens a vault in place of a passphrase', async (t) => {
	const path = `${directory(t)}/vault`, key = randomBytes(32), other = randomBytes(32);
	const mine = Buffer.from(key);
	const making = Tacit.create({ path, key: mine, name: 'Anna' });
	mine.fill(0);
	await (await making).close();
	await assert.rejects(Tacit.open({ path, key: other }), { code: 'wrong-passphrase' });
	await assert.rejects(Tacit.open({ path, passphrase: 'x' }), { code: 'other-secret' });
	const vault = await Tacit.open({ path, key });
	await vault.changeSecret({ key }, { key: other });
	await assert.rejects(vault.changeSecret({ key }, { key }), { code: 'wrong-passphrase' });
	await vault.close();
	await (await Tacit.open({ path, key: other })).close();
});

test('after close() everything is refused, and loops end', async (t) => {
	const { anna, toBen } = await pair(t, await relay(t));
	const invited = await anna.invite('Cleo');
	const loop = all(anna.events());
	const idle = anna.events();
	const last = toBen.send('this is done first');
	const closed = anna.close();
	await last;
	await closed;
	assert.equal(anna.closed, true);
	assert.equal(anna.close(), closed);
	await loop;
	assert.deepEqual(await idle.next(), { value: undefined, done: true });
	const dir = directory(t);
	for (const call of [
		() => anna.progress(), () => anna.addRelay('x'), () => anna.contacts(),
		() => anna.contact('1'), () => anna.invite('x'), () => anna.accept('x', 'x'),
		() => anna.hold(), () => anna.setHold(1), () => anna.dataGet('x'),
		() => anna.dataKeys().next(), () => anna.commit([]),
		() => anna.backup({ path: path.join(dir, 'new'), passphrase: 'x' }),
		() => anna.changePassphrase('of Anna', 'x'),
		() => anna.changeSecret({ passphrase: 'of Anna' }, { passphrase: 'x' }),
		() => toBen.info(), () => toBen.link(), () => toBen.ready(), () => toBen.safetyNumber(),
		() => toBen.verify(), () => toBen.acceptUnverified(), () => toBen.rotate(),
		() => toBen.close(), () => toBen.send('x'), () => toBen.sendData(100, Buffer.from('x')),
		() => toBen.history().next(), () => toBen.recall('m_'), () => toBen.recallExport('m_'),
		() => toBen.forget('m_'), () => toBen.hold(), () => toBen.setHold(1),
		() => toBen.holdNow(1), () => toBen.held(), () => invited.link(),
	])
		await assert.rejects(call(), { name: 'TacitError', code: 'state', errno: -2 }, `${call}`);
	assert.deepEqual(fs.readdirSync(dir), []);
	assert.equal(anna.name, 'Anna');
	assert.match(toBen.id, /^c_/);
});

test('what waits ends with the vault, or with its signal', async (t) => {
	const vault = await person(t, 'Anna');
	const stop = new AbortController(), why = new Error('enough');
	const looking = vault.events({ signal: stop.signal }).next();
	const other = vault.events().next();
	await vault.progress();
	stop.abort(why);
	await assert.rejects(looking, why);
	await assert.rejects(vault.events({ signal: stop.signal }).next(), why);
	await vault.close();
	assert.deepEqual(await other, { value: undefined, done: true });
});

test('a vault is closed at the end of its block', {
	skip: Symbol.asyncDispose === undefined && 'this Node has no Symbol.asyncDispose',
}, async (t) => {
	const vault = await person(t, 'Anna');
	await vault[Symbol.asyncDispose]();
	assert.equal(vault.closed, true);
});

// What a program does that is nothing but this, in ${dir}.
function run(dir, body, ...options) {
	const program = path.join(process.cwd(), `life-${path.basename(dir)}.mjs`);
	fs.writeFileSync(program, `import { Tacit } from 'tacit';
const cheap = { argonMib: 64 }, path = ${JSON.stringify(path.join(dir, 'vault'))};
${body}`);
	const ended = spawnSync(process.execPath, [...options, program],
		{ encoding: 'utf8', timeout: 60000 });
	fs.rmSync(program);
	return [ended.status, ended.signal, ended.stdout, ended.stderr];
}

const make = 'await Tacit.create({ path, name: "x", passphrase: "x", ...cheap })';

test('a process ends when its vaults are closed, and not before', (t) => {
	const dir = directory(t);
	assert.deepEqual(run(dir, `const vault = ${make}; await vault.close();`), [0, null, '', '']);
	assert.deepEqual(run(directory(t), `let vault = ${make};
vault = null;
gc();
setTimeout(() => { gc(); console.log('still here'); process.exit(7); }, 300).unref();`,
	'--expose-gc'), [7, null, 'still here\n', '']);
});

test('a process that ends without close() loses nothing and leaves nobody waiting', async (t) => {
	for (const end of ['process.exit(3);', 'throw new Error("down")', 'process.kill(process.pid, 9)']) {
		const dir = directory(t);
		const [status, signal] = run(dir, `const vault = ${make};
await vault.commit([{ put: 'k', value: 'v' }]);
${end}`);
		assert.ok(status === 3 || status === 1 || signal === 'SIGKILL', `${status} ${signal}`);
		const vault = await Tacit.open({ path: path.join(dir, 'vault'), passphrase: 'x', lockWaitMs: 0 });
		assert.equal(String(await vault.dataGet('k')), 'v');
		await vault.close();
	}
});

test('a vault in a thread ends with the thread', async (t) => {
	const dir = directory(t);
	const program = path.join(process.cwd(), `thread-${path.basename(dir)}.mjs`);
	t.after(() => fs.rmSync(program));
	fs.writeFileSync(program, `import { Tacit } from 'tacit';
import { parentPort, workerData } from 'node:worker_threads';
const vault = await Tacit.create({ path: workerData, name: 'x', passphrase: 'x', argonMib: 64 });
await vault.commit([{ put: 'k', value: 'v' }]);
parentPort.postMessage('open');
for await (const event of vault.events()) ;`);
	const file = path.join(dir, 'vault');
	const worker = new Worker(program, { workerData: file });
	await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
	await assert.rejects(Tacit.open({ path: file, passphrase: 'x', lockWaitMs: 0 }),
		{ code: 'vault-busy' });
	await worker.terminate();
	const vault = await Tacit.open({ path: file, passphrase: 'x', lockWaitMs: 0 });
	assert.equal(String(await vault.dataGet('k')), 'v');
	await vault.close();
});
