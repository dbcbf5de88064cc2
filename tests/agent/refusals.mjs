// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { Agent, claim, finish, is } from './agent.mjs';

const agent = Agent.stdio('anna');
const call = (method, params) => JSON.stringify({ jsonrpc: '2.0', id: 1,
    method, params });
const deep = '['.repeat(100000);
const long = n => `{"jsonrpc":"2.0","id":1,"method":"${
    'm'.repeat(n - 41 + 5)}"}`;
assert.equal(long(262144).length, 262144);

// ---- lines -------------------------------------------------------------------
const PARSE = -32700, REQUEST = -32600, METHOD = -32601, PARAMS = -32602;
const v = '"jsonrpc":"2.0"';
const lines = [
	['nope', PARSE, null, /no JSON/],
	['{', PARSE, null, /no JSON/],
	['{}{}', PARSE, null, /no JSON/],
	[`{${v},"id":1,"method":"status"} x`, PARSE, null, /no JSON/],
	["{'id':1}", PARSE, null, /no JSON/],
	['[1,]', PARSE, null, /no JSON/],
	['"\\ud800"', PARSE, null],
	[Buffer.from([0x22, 0xff, 0x22]), PARSE, null, /UTF-8/],
	[Buffer.from([0x22, 0xc0, 0x80, 0x22]), PARSE, null, /UTF-8/],
	[Buffer.from(`{${v},"id":1,\0"method":"status"}`), PARSE, null],
	['{"a\\u0000b":1}', PARSE, null, /NUL/],
	[`{${v},"id":1,"id":2,"method":"status"}`, PARSE, null, /twice/],
	[call('send').replace('"method"', '"params":{"text":"a","text":"b"},' +
	    '"method"'), PARSE, null, /twice/],
	[deep, PARSE, null, /deeply/],
	['{"a":'.repeat(30000), PARSE, null, /deeply/],
	['99999999999999999999', PARSE, null, /range/],
	['1e999', PARSE, null, /range/],
	['42', REQUEST, null, /object/],
	['null', REQUEST, null, /object/],
	['"status"', REQUEST, null, /object/],
	['{}', REQUEST, null, /jsonrpc/],
	['[]', REQUEST, null, /1 to 16/],
	[`[${Array(17).fill(call('status')).join()}]`, REQUEST, null, /16/],
	['{"jsonrpc":"1.0","id":1,"method":"status"}', REQUEST, 1, /2\.0/],
	['{"jsonrpc":2.0,"id":1,"method":"status"}', REQUEST, 1, /2\.0/],
	['{"jsonrpc":"2.0\\u0000","id":1,"method":"status"}', REQUEST, 1],
	['{"id":1,"method":"status"}', REQUEST, 1, /2\.0/],
	[`{${v},"id":1}`, REQUEST, 1, /method/],
	[`{${v},"id":1,"method":7}`, REQUEST, 1, /method/],
	[`{${v},"id":1,"method":"status\\u0000"}`, REQUEST, 1, /method/],
	[`{${v},"id":1,"method":"status","params":7}`, REQUEST, 1, /params/],
	[`{${v},"id":1,"method":"status","params":null}`, REQUEST, 1],
	[`{${v},"id":1,"method":"status","more":1}`, REQUEST, 1, /nothing/],
	[`{${v},"id":1,"result":{}}`, REQUEST, 1],
	[`{${v},"id":1.5,"method":"status"}`, REQUEST, null, /id/],
	[`{${v},"id":true,"method":"status"}`, REQUEST, null, /id/],
	[`{${v},"id":{},"method":"status"}`, REQUEST, null, /id/],
	[`{${v},"id":[1],"method":"status"}`, REQUEST, null, /id/],
	[`{${v},"id":"${'x'.repeat(129)}","method":"status"}`, REQUEST, null],
	[`{${v},"id":"a\\u0000","method":"status"}`, REQUEST, null],
	[`{${v},"id":1,"method":""}`, METHOD, 1],
	[`{${v},"id":1,"method":"Status"}`, METHOD, 1, /no such method/],
	[`{${v},"id":1,"method":"rpc.discover"}`, METHOD, 1],
	[`{${v},"id":1,"method":"status","params":[]}`, PARAMS, 1, /by name/],
	[call('send', ['ben', 'x']), PARAMS, 1, /by name/],
	[long(262144), METHOD, 1],
	[long(262145), REQUEST, null, /262144 bytes/],
	[long(3000000), REQUEST, null, /262144 bytes/],
];
for (const [line, code, id, say] of lines) {
	const shown = String(line).slice(0, 60);
	agent.raw(line);
	agent.raw('\n');
	const o = await agent.line();
	claim(shown, [o.error?.code, o.id, o.error?.data.error],
	    [code, id, code]);
	if (say !== undefined)
		assert.match(o.error.message, say, shown);
	if (typeof line === 'string' && line.length < 262144 &&
	    code === REQUEST)
		assert.ok(!is('line_to_agent', JSON.parse(line)), shown);
}

// Lines that are no call are not answered, and harm nothing.
agent.raw('\n \r\n\t\n');
agent.raw(`{${v},"method":"nothing"}\n{${v},"method":"status"}\n`);
agent.raw(`{${v},"method":"send","params":{"contact":"ben"}}\n`);
agent.raw(`[{${v},"method":"status"},{${v},"method":"version"}]\n`);
claim('ids', [await agent.try('status', {}).then(o => o.clients)], [1]);
for (const id of ['""', '"x"', '0', '-1', '9007199254740993', 'null']) {
	agent.raw(`{${v},"id":${id},"method":"events.unsubscribe"}\r\n`);
	claim(id, (await agent.line()).result, { subscribed: false });
}
// A line may come in pieces.
for (const piece of `{${v},"id":"p","method":"events.unsubscribe"}\n`)
	agent.raw(piece);
claim('in pieces', (await agent.line()).id, 'p');

// ---- params -------------------------------------------------------------------
const ben = 'ben', text = 'x';
const params = [
	['version', { x: 1 }, /takes no x/],
	['status', { 'p\u00e4ram': 1 }, /takes no p\u00e4ram/],
	['status', { ['\u00e4'.repeat(100)]: 1 }, /no such params/],
	['send', {}, /contact is missing/],
	['send', { contact: ben }, /text is missing/],
	['send', { contact: ben, txt: text }, /no txt; it takes contact text/],
	['send', { contact: 1, text }, /contact must be a text/],
	['send', { contact: null, text }, /contact must be a text/],
	['send', { contact: 'ben\0', text }, /without NUL/],
	['send', { contact: 'b'.repeat(1025), text }, /1024 bytes/],
	['send', { contact: ben, text: 7 }, /text must be a text/],
	['send', { contact: ben, text: [text] }, /text must be a text/],
	['send', { contact: ben, text, anyway: 1 }, /true or false/],
	['send', { contact: ben, text, anyway: 'true' }, /true or false/],
	['send', { contact: ben, text, hold: 61 }, /0 to 60/],
	['send', { contact: ben, text, hold: -1 }, /0 to 60/],
	['send', { contact: ben, text, hold: 1.5 }, /whole number/],
	['send', { contact: ben, text, hold: '1' }, /whole number/],
	['send', { contact: ben, text, keep_hours: 0 }, /1 to 8784/],
	['send', { contact: ben, text, keep_hours: 8785 }, /1 to 8784/],
	['history', { contact: ben, before: 0 }, /from 1/],
	['history', { contact: ben, before: 2 ** 53 + 2 }, /from 1/],
	['history', { contact: ben, limit: 257 }, /1 to 256/],
	['contacts', { limit: 0 }, /1 to 256/],
	['invite', { label: 'x', expires_minutes: 44641 }, /1 to 44640/],
	['events.subscribe', { window: 0 }, /1 to 1024/],
	['events.subscribe', { window: 1025 }, /1 to 1024/],
	['event.done', { event_id: 0 }, /from 1/],
	['event.done', { event_id: [1] }, /whole number/],
	['backup', { path: 'x', passphrase: 'y' }, /slash/],
	['contact.verify', { contact: ben, how: 'x'.repeat(17) }, /16 bytes/],
	['contact.verify', { contact: ben, how: '' }, /in-person, voice/],
];
for (const [method, p, say] of params) {
	await agent.refused('invalid-params', method, p, say);
	assert.ok(!is('call', { jsonrpc: '2.0', id: 1, method, params: p }) ||
	    method === 'backup',
	    `${method} ${JSON.stringify(p)} is as the schema says`);
}

// What the library refuses is named as it names it, and nothing was sent.
const refused = [
	['bad-text', 'send', { contact: ben, text: '' }],
	['bad-text', 'send', { contact: ben, text: 'a\0b' }],
	['bad-text', 'send', { contact: ben, text: 'x'.repeat(24577) }],
	['bad-text', 'send', { contact: ben, text: '\u00e4'.repeat(12289) }],
	['unknown-contact', 'send', { contact: 'carla', text }],
	['unknown-contact', 'contact.info', { contact: 'c_aaaaaaaaaaaa' }],
	['unknown-contact', 'contacts', { after: '' }],
	['bad-label', 'invite', { label: '' }],
	['bad-label', 'invite', { label: 'a\tb' }],
	['bad-label', 'invite', { label: 'x'.repeat(65) }],
	['bad-label', 'accept', { link: 'tacit://127.0.0.1:1/i#x', label: '' },
	    'bad-link'],
	['usage', 'invite', { label: 'x', in_person: true,
	    expires_minutes: 11 }],
	['no-relay', 'invite', { label: 'x', relay: 'wss://127.0.0.1:1' }],
	['bad-link', 'relay.add', { line: '' }],
	['unknown-id', 'recall', { contact: ben, message: 'm_' }],
	['unknown-id', 'recall.statement', { contact: ben, message: 'x' }],
	['unknown-id', 'event.done', { event_id: 1 }],
	['state', 'card.acknowledge', { contact: ben, version: 0 }],
	['io', 'backup', { path: '/nonexistent/backup', passphrase: 'y' }],
	['usage', 'backup', { path: '/nonexistent/backup', passphrase: '' }],
];
for (const [error, method, p, or] of refused)
	await agent.refused(error, method, p).catch(e => {
		if (or === undefined)
			throw e;
		return agent.refused(or, method, p);
	});
claim('nothing was done', (await agent.call('history', { contact: ben }))
	.messages, []);
claim('nobody was invited', (await agent.call('contacts')).contacts.length, 1);
await agent.call('send', { contact: ben, text: '\u0001'.repeat(24576) });

// Cut off in the middle, and then nothing more.
agent.raw(`{${v},"id":"cut","method":"sta`);
const end = agent.end();
claim('cut off', (await agent.line()).error.code, PARSE);
claim('exit', await end, 0);
finish();
