// SPDX-License-Identifier: Apache-2.0
//
// Bad input: one error that names it, and nothing has happened.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Contact, Tacit, TacitError, TacitEvent } from 'tacit';
import { cheap, directory, pair, person, relay, until } from './kit.mjs';

const long = (n) => 'x'.repeat(n);
const nobody = 'm_aaaaaaaaaaaaaaaaaaaa';

// [what, code, errno, call on { vault, contact, other, dir }]
const refused = [
	['a link that is none', 'bad-link', -3, ({ vault }) => vault.accept('https://x', 'x')],
	['a link with a NUL', 'bad-link', -3, ({ vault }) => vault.accept('tacit://\0', 'x')],
	['an empty link', 'bad-link', -3, ({ vault }) => vault.accept('', 'x')],
	['a relay line that is none', 'bad-link', -3, ({ vault }) => vault.addRelay('a relay')],
	['an empty text', 'bad-text', -4, ({ contact }) => contact.send('')],
	['a text too long', 'bad-text', -4, ({ contact }) => contact.send(long(24577))],
	['a text too long in bytes', 'bad-text', -4, ({ contact }) => contact.send('ü'.repeat(12289))],
	['a text with a NUL', 'bad-text', -4, ({ contact }) => contact.send('a\0b')],
	['half a character', 'bad-text', -4, ({ contact }) => contact.send('a\ud83d')],
	['an empty label', 'bad-label', -5, ({ vault }) => vault.invite('')],
	['a label too long', 'bad-label', -5, ({ vault }) => vault.invite(long(65))],
	['a label with a NUL', 'bad-label', -5, ({ vault }) => vault.invite('a\0b')],
	['a label that turns text around', 'bad-label', -5, ({ vault }) => vault.invite('a\u202eb')],
	['half a character in a label', 'bad-label', -5, ({ vault }) => vault.invite('\udc00')],
	['nobody', 'unknown-contact', -6, ({ vault }) => vault.contact('Nobody')],
	['a contact number that is not there', 'unknown-contact', -6, ({ vault }) => vault.contact('99')],
	['an invitation of 32 days', 'usage', -1, ({ vault }) => vault.invite('x', { minutes: 44641 })],
	['11 minutes in the room', 'usage', -1,
		({ vault }) => vault.invite('x', { inPerson: true, minutes: 11 })],
	['a relay that was not added', 'no-relay', -10,
		({ vault }) => vault.invite('x', { relay: 'wss://127.0.0.1:1' })],
	['0 hours', 'usage', -1, ({ contact }) => contact.send('x', { keepHours: 0 })],
	['8785 hours', 'usage', -1, ({ contact }) => contact.send('x', { keepHours: 8785 })],
	['a fleeting text too long', 'bad-text', -4,
		({ contact }) => contact.send(long(24001), { keepHours: 1 })],
	['data of type 0', 'usage', -1, ({ contact }) => contact.sendData(0, Buffer.from('x'))],
	['data of type 65536', 'usage', -1, ({ contact }) => contact.sendData(65536, Buffer.from('x'))],
	['no data', 'usage', -1, ({ contact }) => contact.sendData(100, Buffer.alloc(0))],
	['too much data', 'usage', -1, ({ contact }) => contact.sendData(100, Buffer.alloc(24577))],
	['61 seconds', 'bad-hold', -15, ({ contact }) => contact.setHold(61)],
	['61 seconds for the vault', 'bad-hold', -15, ({ vault }) => vault.setHold(61)],
	['61 seconds from now on', 'bad-hold', -15, ({ contact }) => contact.holdNow(61)],
	['four billion seconds', 'bad-hold', -15, ({ contact }) => contact.setHold(4294967295)],
	['recall of nothing', 'unknown-id', -14, ({ contact }) => contact.recall(nobody)],
	['recall of what is no id', 'unknown-id', -14, ({ contact }) => contact.recall('m_')],
	['recall of an id and more', 'unknown-id', -14, ({ contact, sent }) => contact.recall(`${sent}a`)],
	['statements about nothing', 'unknown-id', -14, ({ contact }) => contact.recallExport(nobody)],
	['forgetting nothing', 'unknown-id', -14, ({ contact }) => contact.forget(nobody)],
	['no key', 'usage', -1, ({ vault }) => vault.dataGet('')],
	['a key too long', 'usage', -1, ({ vault }) => vault.dataGet(long(65))],
	['a prefix too long', 'usage', -1, ({ vault }) => vault.dataKeys(long(65)).next()],
	['a value too long', 'usage', -1,
		({ vault }) => vault.commit([{ put: 'left', value: 'x' }, { put: 'k', value: long(32769) }])],
	['one bad thing among good ones', 'bad-text', -4,
		({ vault, contact }) => vault.commit([{ put: 'left', value: 'x' }, { send: contact, text: '' }])],
	['257 things', 'usage', -1,
		({ vault }) => vault.commit(Array(257).fill({ put: 'left', value: 'x' }))],
	['a contact of another vault', 'usage', -1,
		({ vault, stranger }) => vault.commit([{ put: 'left', value: 'x' }, { send: stranger, text: 'x' }])],
	['a backup over a file', 'vault-exists', -9,
		({ vault, other }) => vault.backup({ path: other.file, passphrase: 'x' })],
	['a backup without passphrase', 'usage', -1,
		({ vault, dir }) => vault.backup({ path: `${dir}/new`, passphrase: '' })],
	['a backup to nowhere', 'io', -61,
		({ vault, dir }) => vault.backup({ path: `${dir}/no/such`, passphrase: 'x' })],
	['an old passphrase that is not it', 'wrong-passphrase', -81,
		({ vault }) => vault.changePassphrase('not it', 'x')],
	['a new passphrase too long', 'usage', -1,
		({ vault }) => vault.changePassphrase('of Anna', long(1025))],
	['the link of a contact', 'state', -2, ({ contact }) => contact.link()],
	['the number of an open invitation', 'state', -2, ({ invited }) => invited.safetyNumber()],
	['its verification', 'state', -2, ({ invited }) => invited.verify()],
	['its rotation', 'state', -2, ({ invited }) => invited.rotate()],
	['my own invitation', 'invitation-own', -86,
		async ({ vault, invited }) => vault.accept(await invited.link(), 'me')],
	['opening it twice', 'vault-busy', -44,
		({ vault }) => Tacit.open({ path: vault.file, passphrase: 'of Anna', lockWaitMs: 0 })],
	['making it twice', 'vault-exists', -9,
		({ vault }) => Tacit.create({ path: vault.file, passphrase: 'x', name: 'x', ...cheap,
			lockWaitMs: 0 })],
	['a wrong passphrase', 'wrong-passphrase', -81,
		({ shut }) => Tacit.open({ path: shut, passphrase: 'not it' })],
	['no passphrase', 'usage', -1, ({ shut }) => Tacit.open({ path: shut, passphrase: '' })],
	['a passphrase too long', 'usage', -1,
		({ shut }) => Tacit.open({ path: shut, passphrase: Buffer.alloc(1025) })],
	['a key too short', 'usage', -1,
		({ shut }) => Tacit.open({ path: shut, key: Buffer.alloc(31) })],
	['a key where a passphrase opens', 'other-secret', -74,
		({ shut }) => Tacit.open({ path: shut, key: Buffer.alloc(32) })],
	['the key of a vault with a passphrase', 'other-secret', -74,
		({ vault }) => vault.changeSecret({ key: Buffer.alloc(32) }, { passphrase: 'x' })],
	['a new key too long', 'usage', -1,
		({ vault }) => vault.changeSecret({ passphrase: 'of Anna' }, { key: Buffer.alloc(33) })],
	['a proxy that is none', 'usage', -1,
		({ shut }) => Tacit.open({ path: shut, passphrase: 'of Cleo', proxy: 'nonsense' })],
	['a vault that is none', 'not-a-vault', -65,
		({ dir }) => Tacit.open({ path: `${dir}/text`, passphrase: 'x' })],
	['a vault that is not there', 'not-a-vault', -65,
		({ dir }) => Tacit.open({ path: `${dir}/none`, passphrase: 'x' })],
	['a vault nowhere', 'io', -61,
		({ dir }) => Tacit.create({ path: `${dir}/no/such`, passphrase: 'x', name: 'x', ...cheap })],
	['a vault too cheap', 'usage', -1,
		({ dir }) => Tacit.create({ path: `${dir}/new`, passphrase: 'x', name: 'x', argonMib: 63 })],
	['a vault of nobody', 'bad-label', -5,
		({ dir }) => Tacit.create({ path: `${dir}/new`, passphrase: 'x', name: '', ...cheap })],
	['a backup that is none', 'not-a-backup', -67,
		({ dir }) => Tacit.restore({ path: `${dir}/new`, passphrase: 'x', ...cheap,
			backup: `${dir}/text`, backupPassphrase: 'x' })],
	['a statement that is none', 'bad-statement', -28, async () => Tacit.checkStatement('it was so')],
];

// [what, call]: a TypeError
const wrong = [
	['no options to open', () => Tacit.open()],
	['null', () => Tacit.open(null)],
	['a path alone', () => Tacit.open('vault')],
	['no passphrase to open', ({ shut }) => Tacit.open({ path: shut })],
	['a passphrase and a key', ({ shut }) => Tacit.open({ path: shut, passphrase: 'x',
		key: Buffer.alloc(32) })],
	['a key that is text', ({ shut }) => Tacit.open({ path: shut, key: 'x'.repeat(32) })],
	['no new secret', ({ vault }) => vault.changeSecret({ passphrase: 'of Anna' }, {})],
	['a number for a passphrase', ({ shut }) => Tacit.open({ path: shut, passphrase: 1234 })],
	['half a character in a passphrase', ({ shut }) => Tacit.open({ path: shut, passphrase: '\ud800' })],
	['a path with a NUL', ({ shut }) => Tacit.open({ path: `${shut}\0x`, passphrase: 'x' })],
	['an empty path', () => Tacit.open({ path: '', passphrase: 'x' })],
	['an option that there is not', ({ shut }) => Tacit.open({ path: shut, passphrase: 'x', wait: 1 })],
	['less than no time', ({ shut }) => Tacit.open({ path: shut, passphrase: 'x', lockWaitMs: -1 })],
	['no name', ({ dir }) => Tacit.create({ path: `${dir}/new`, passphrase: 'x' })],
	['half a MiB', ({ dir }) => Tacit.create({ path: `${dir}/new`, passphrase: 'x', name: 'x',
		argonMib: 64.5 })],
	['no backup', ({ dir }) => Tacit.restore({ path: `${dir}/new`, passphrase: 'x' })],
	['a constructor', async () => new Tacit()],
	['a constructor of contacts', async ({ vault }) => new Contact(null, vault, 'c_')],
	['a constructor of events', async ({ vault }) => new TacitEvent(null, vault, {}, null)],
	['a relay line as bytes', ({ vault }) => vault.addRelay(Buffer.from('x'))],
	['no label', ({ vault }) => vault.invite()],
	['inperson', ({ vault }) => vault.invite('x', { inperson: true })],
	['inPerson: "no"', ({ vault }) => vault.invite('x', { inPerson: 'no' })],
	['minutes: -5', ({ vault }) => vault.invite('x', { minutes: -5 })],
	['minutes: Infinity', ({ vault }) => vault.invite('x', { minutes: Infinity })],
	['no label to accept', ({ vault }) => vault.accept('tacit://x')],
	['a contact number', ({ vault }) => vault.contact(1)],
	['an empty contact', ({ vault }) => vault.contact('')],
	['a text that is a number', ({ contact }) => contact.send(5)],
	['a text that is a Buffer', ({ contact }) => contact.send(Buffer.from('x'))],
	['options that are a number', ({ contact }) => contact.send('x', 24)],
	['data that is a string', ({ contact }) => contact.sendData(100, 'x')],
	['a type that is a string', ({ contact }) => contact.sendData('100', Buffer.from('x'))],
	['last: 1.5', ({ contact }) => contact.history({ last: 1.5 }).next()],
	['a message that is an event', ({ contact }) => contact.recall({ message: nobody })],
	['a statement as bytes', async () => Tacit.checkStatement(Buffer.from('x'))],
	['a hold that is true', ({ contact }) => contact.setHold(true)],
	['no hold for the vault', ({ vault }) => vault.setHold(null)],
	['a key that is a number', ({ vault }) => vault.dataGet(7)],
	['an operation that is null', ({ vault }) => vault.commit([null])],
	['operations that are one', ({ vault }) => vault.commit({ put: 'left', value: 'x' })],
	['an operation that there is not', ({ vault }) => vault.commit([{ get: 'left' }])],
	['a row without value', ({ vault }) => vault.commit([{ put: 'left' }])],
	['two operations in one', ({ vault }) => vault.commit([{ put: 'left', value: 'x', done: 1 }])],
	['text and data', ({ vault, contact }) => vault.commit([{ put: 'left', value: 'x' },
		{ send: contact, text: 'x', data: Buffer.from('x'), dataType: 100 }])],
	['data without type', ({ vault, contact }) => vault.commit([{ put: 'left', value: 'x' },
		{ send: contact, data: Buffer.from('x') }])],
	['a contact by id', ({ vault, contact }) => vault.commit([{ put: 'left', value: 'x' },
		{ send: contact.id, text: 'x' }])],
	['event 0', ({ vault }) => vault.commit([{ put: 'left', value: 'x' }, { done: 0 }])],
	['a signal that is none', ({ vault }) => vault.events({ signal: 5 }).next()],
	['no passphrase for a backup', ({ vault, dir }) => vault.backup({ path: `${dir}/new` })],
	['passphrases that are null', ({ vault }) => vault.changePassphrase(null, null)],
];

test('what is refused is named, and nothing has happened', async (t) => {
	const relayed = await relay(t);
	const { anna: vault, ben: other, toBen: contact, toAnna: stranger } = await pair(t, relayed);
	const cleo = await person(t, 'Cleo'), dir = directory(t);
	await cleo.close();
	fs.writeFileSync(path.join(dir, 'text'), 'this is a text, and no vault of anybody\n'.repeat(99));
	const invited = await vault.invite('Dora');
	await invited.link();
	const { message: sent } = await contact.send('there');
	await until(vault, 'accepted');

	const scene = { vault, other, contact, stranger, invited, sent, dir, shut: cleo.file };
	const state = async () => ({
		history: await all(contact.history()),
		contacts: (await vault.contacts()).map((c) => c.id),
		hold: await contact.hold(), left: await vault.dataGet('left'),
		files: fs.readdirSync(dir),
	});
	const before = await state();

	for (const [what, code, errno, call] of refused)
		await assert.rejects(call(scene), (error) => {
			assert.ok(error instanceof TacitError && error instanceof Error, `${what}: ${error}`);
			assert.deepEqual([error.code, error.errno], [code, errno], what);
			assert.match(error.message, /^[^\n]{3,160}$/, what);
			assert.equal(error.name, 'TacitError');
			return true;
		}, what);
	for (const [what, call] of wrong)
		await assert.rejects(call(scene), (error) => {
			assert.ok(error instanceof TypeError, `${what}: ${error}`);
			assert.match(error.message, /^[^\n]{3,200}$/, what);
			return true;
		}, what);

	assert.deepEqual(await state(), before);
	// And it goes on as if nothing had been.
	await contact.send('still there');
	assert.equal((await until(other, 'message', (e) => e.text === 'still there')).seq, 2);
});

async function all(items) {
	const list = [];
	for await (const item of items)
		list.push(item);
	return list;
}

test('without a relay nobody is invited', async (t) => {
	const vault = await person(t, 'Anna');
	await assert.rejects(vault.invite('Ben'), { code: 'no-relay', errno: -10 });
	assert.deepEqual(await vault.contacts(), []);
});

test('an unverified contact is not written to, a closed one neither', async (t) => {
	const { toBen } = await pair(t, await relay(t), {});
	await assert.rejects(toBen.send('x'), { code: 'not-verified', errno: -89 });
	await toBen.acceptUnverified();
	await toBen.send('x');
	assert.equal((await toBen.info()).verified, false);
	await toBen.close();
	await assert.rejects(toBen.send('x'), { code: 'contact-closed', errno: -8 });
	await assert.rejects(toBen.sendData(100, Buffer.from('x')), { code: 'contact-closed' });
});

test('a link that somebody else used is refused, and says so', async (t) => {
	const relayed = await relay(t);
	const anna = await person(t, 'Anna'), ben = await person(t, 'Ben');
	const late = await person(t, 'Late');
	await anna.addRelay(relayed.line());
	const link = await (await anna.invite('Ben', { inPerson: true })).link();
	await (await ben.accept(link, 'Anna')).ready();
	const contact = await late.accept(link, 'Anna');
	await assert.rejects(contact.ready(), { name: 'TacitError' });
	const { reason } = await until(late, 'refused');
	assert.ok(reason instanceof TacitError);
	assert.equal(reason.code, 'invitation-used');
});

test('a relay that is not there is said, and nothing waits for it for ever', async (t) => {
	const relayed = await relay(t);
	const vault = await person(t, 'Anna');
	await vault.addRelay(relayed.line());
	await relayed.stop();
	const contact = await vault.invite('Ben');
	await assert.rejects(contact.link(), { code: 'relay-unreachable', errno: -43 });
	assert.equal((await contact.info()).problem.code, 'relay-unreachable');
	assert.equal((await contact.info()).state, 'invited');
	assert.equal((await vault.progress()).problem.code, 'relay-unreachable');
});
