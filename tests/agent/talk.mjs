// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, checked, claim, finish, schema, valid } from './agent.mjs';

const { RELAY, ROOT, TACIT, WORK } = process.env;

// Ben has the command.
const ben = (args, input = '') => execFileSync(TACIT, ['--vault',
    `${WORK}/ben.vault`, '--json', ...args], { input, encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env,
    TACIT_PASSPHRASE_FILE: `${WORK}/ben.pass` } })
	.split('\n').filter(line => line !== '').map(JSON.parse);

// What the command prints is what the agent tells.
const bens = () => ben(['sync']).filter(e => e.event !== 'synced').map(e =>
	valid(`event.${e.event}`, e));

const agent = Agent.stdio('anna');
let result;

// ---- the schema is whole ----------------------------------------------------
const { methods } = await agent.call('version');
const defined = Object.keys(schema.definitions)
	.filter(name => name.endsWith('.params'))
	.map(name => name.slice(0, -'.params'.length));
claim('methods', defined.sort(), [...methods].sort());
const words = [...readFileSync(`${ROOT}/proto/tacit/error.h`, 'utf8')
	.matchAll(/X\(\w+,\s*-\d+,\s*"([^"]+)"/g)].map(m => m[1]);
assert.ok(words.length > 50);
for (const word of words)
	valid('error_name', word);
const told = ['client-lib/src/happened.c', 'client-lib/practice/queue.c']
	.flatMap(file => {
		const c = readFileSync(`${ROOT}/${file}`, 'utf8');
		const at = c.search(/tacit_event_word|const words/);
		return [...c.slice(at).matchAll(/(?:return|=) "([a-z-]+)"/g)]
			.map(m => m[1]);
	}).filter(word => word !== 'unknown' && word !== 'data');
assert.ok(told.length > 30);
for (const word of told)
	assert.ok(schema.definitions[`event.${word}`], word);

// ---- a relay, an invitation --------------------------------------------------
await agent.refused('no-relay', 'invite', { label: 'ben' });
result = await agent.call('relay.add', { line:
    readFileSync(`${WORK}/admission`, 'utf8').trim() });
claim('relay', result, { relay: RELAY });
await agent.refused('bad-link', 'relay.add', { line: 'tacit-relay:no' });

const invited = await agent.call('invite', { label: 'ben' });
const contact = invited.contact;
claim('the link again', (await agent.call('invite.link', { contact })).link,
    invited.link);
claim('state', (await agent.call('contact.info', { contact })).state,
    'invited');
result = await agent.call('send', { contact, text: 'before pairing' });
claim('waits', result.waits_for, 'pairing');
await agent.refused('state', 'contact.safety', { contact });

await agent.call('events.subscribe');
ben(['accept'], `${invited.link}\nanna\n`);
const paired = await agent.event('paired');
claim('paired', [paired.contact, paired.their_name, paired.verified],
    [contact, 'Ben B.', false]);
await agent.refused('not-verified', 'send', { contact, text: 'no' });
await agent.refused('state', 'invite.link', { contact });

// ---- trust --------------------------------------------------------------------
const number = (await agent.call('contact.safety', { contact }))
	.safety_number;
bens();
claim('the same number', ben(['verify', 'anna'])[0].safety_number, number);
await agent.refused('invalid-params', 'contact.verify',
    { contact, how: 'telepathy' });
result = await agent.call('contact.verify', { contact, how: 'voice' });
claim('verified', result.verified, true);
ben(['verify', 'anna', '--confirm']);

// ---- texts ---------------------------------------------------------------------
const sent = await agent.call('send', { contact: 'ben', text: 'gr\u00fc\u00df dich \u{1f600}' });
claim('numbered', sent.seq, 2);
claim('accepted', (await agent.event('accepted', e => e.seq === 2)).message,
    sent.message);
let got = bens().filter(e => e.event === 'message');
claim('came', got.map(e => e.text), ['before pairing', 'gr\u00fc\u00df dich \u{1f600}']);
claim('one id', got[1].message, sent.message);
ben(['send', 'anna'], 'from the command');
const came = await agent.event('message');
claim('text', [came.text, came.contact, came.late],
    ['from the command', contact, false]);
await agent.call('event.done', { event_id: came.event_id });
await agent.call('event.done', { event_id: came.event_id });
await agent.call('event.done', { event_id: paired.event_id });

result = await agent.call('history', { contact, limit: 2 });
claim('newest', result.messages.map(m => [m.from, m.text]),
    [['me', 'gr\u00fc\u00df dich \u{1f600}'], ['them', 'from the command']]);
result = await agent.call('history', { contact, limit: 2,
    before: result.before });
claim('older', result.messages.map(m => [m.from, m.text, m.state]),
    [['me', 'before pairing', 'accepted']]);
claim('the end', result.before, undefined);

// What a person typed is checked.
await agent.refused('confirm', 'send', { contact, text: 'x', confirm: '' });
await agent.refused('confirm', 'send', { contact, text: 'x',
    confirm: 'wrong words' });
const { words: check } = await agent.call('contact.words', { contact });
await agent.call('send', { contact, text: 'typed', confirm: check });
await agent.call('send', { contact, text: 'and more', confirm: '' });
const other = await agent.call('invite', { label: 'Zacharias',
    in_person: true, expires_minutes: 5, relay: RELAY });
const name = { contact, text: 'Zacharias is here', confirm: '' };
await agent.refused('other-name', 'send', name, /Zacharias/);
await agent.call('send', { ...name, anyway: true });

// ---- second thoughts -------------------------------------------------------------
const held = await agent.call('send', { contact, text: 'never', hold: 60 });
result = await agent.call('recall', { contact, message: held.message });
claim('undone', result.fate, 'undone');
await agent.refused('state', 'recall.statement',
    { contact, message: held.message });
const late = await agent.call('send', { contact, text: 'at the relay' });
await agent.event('accepted', e => e.message === late.message);
result = await agent.call('recall', { contact, message: late.message });
claim('asked', result.fate, 'asked');
// Or unacknowledged, if the relay learned too late that Ben has gone.
const { fate } = await agent.event('recalled', e => e.message === late.message);
assert.match(fate, /^destroyed-(undelivered|unacknowledged)$/);
result = await agent.call('recall.statement',
    { contact, message: late.message });
assert.match(result.statement, /\S/);
const brief = await agent.call('send', { contact, text: 'for an hour',
    keep_hours: 1 });
claim('is kept so long', (await agent.call('history',
    { contact, limit: 1 })).messages[0].keep_hours, 1);
await agent.event('accepted', e => e.message === brief.message);
claim('what came', bens().filter(e => e.event === 'message').map(e => e.text),
    ['typed', 'and more', 'Zacharias is here', 'for an hour']);

// ---- contacts -----------------------------------------------------------------------
result = await agent.call('contacts', { limit: 1 });
claim('a page', [result.contacts.map(c => c.label), result.more],
    [['ben'], true]);
result = await agent.call('contacts', { after: contact });
claim('the rest', [result.contacts.map(c => c.label), result.more],
    [['Zacharias'], false]);
await agent.call('contact.close', { contact: other.contact });
claim('withdrawn', (await agent.call('contacts')).contacts.length, 1);
await agent.call('contact.accept_unverified', { contact });
await agent.call('contact.rotate', { contact });

// ---- the card, a backup ---------------------------------------------------------------
result = await agent.call('card.show');
claim('none was set', result.version, 0);
await agent.refused('state', 'card.acknowledge', { contact, version: 0 });
await agent.call('card.show', { contact });
const backup = { path: `${WORK}/backups/anna`, passphrase: 'of the backup' };
claim('backup', await agent.call('backup', backup), { backup: backup.path });
await agent.refused('vault-exists', 'backup', backup);
await agent.refused('invalid-params', 'backup', { ...backup, path: 'anna' });

// ---- events that were not confirmed come again ---------------------------------------------
result = await agent.call('status');
claim('subscribed', result.subscribed, true);
const before = result.unconfirmed;
assert.ok(before > 3);
await agent.call('events.unsubscribe');
agent.events.length = 0;
await agent.call('events.subscribe', { window: 2 });
await agent.event('accepted');
await agent.event('accepted');
claim('no more than two', agent.events.length, 0);
claim('are out', (await agent.call('status')).unconfirmed, 2);
await agent.refused('state', 'events.subscribe', {}, /already/);
await agent.refused('unknown-id', 'event.done', { event_id: 1e9 });
await agent.refused('unknown-id', 'event.done', { event_id: 2 ** 50 });

// ---- a batch, which waits for all of it -----------------------------------------------------
agent.raw(`${JSON.stringify(valid('line_to_agent', [
	{ jsonrpc: '2.0', id: 'i', method: 'invite', params: { label: 'x' } },
	{ jsonrpc: '2.0', method: 'status' },
	{ jsonrpc: '2.0', id: null, method: 'status' },
	{ jsonrpc: '2.0', id: -7, method: 'contact.info',
	    params: { contact: 'nobody' } },
]))}\n`);
const batch = await agent.line();
claim('answers', batch.map(o => o.id).sort(), ['i', null, -7].sort());
const x = valid('invite.result', batch.find(o => o.id === 'i').result);
claim('error', batch.find(o => o.id === -7).error.data,
    { name: 'unknown-contact', error: -6 });

await agent.refused('invitation-own', 'accept', { link: x.link, label: 'x' });

// ---- the end of the input is the end ----------------------------------------------------------
claim('exit', await agent.end(), 0);
claim('withdrawn', ben(['sync']).at(-1).complete, true);

// Ben's turn, to accept by the agent what anna's command invites to.
const bob = Agent.stdio('ben');
await bob.refused('bad-link', 'accept', { link: 'tacit://x', label: 'x' });
result = await bob.call('accept', { link: x.link, label: 'again' });
claim('joins', result.state, 'joining');
result = await bob.call('contact.close', { contact: result.contact });
claim('closed', result.state, 'closed');

// A person who is a client has read the card first.
const typed = { contact: 'anna', text: 'typed by ben',
    confirm: (await bob.call('contact.words', { contact: 'anna' })).words };
await bob.refused('card', 'send', typed);
const { version } = await bob.call('card.show', { contact: 'anna' });
await bob.refused('conflict', 'card.acknowledge',
    { contact: 'anna', version: version + 1 });
await bob.call('card.acknowledge', { contact: 'anna', version });
await bob.call('send', typed);
claim('exit', await bob.end(), 0);

for (const method of methods)
	assert.ok(checked.results[method] > 0, `${method} was not tried`);
finish();
