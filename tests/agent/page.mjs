// SPDX-License-Identifier: Apache-2.0
//
// page.mjs PAGE TALK EVENT: calls and answers in turn, as the page has them;
// the agent answers with the same members, and the same words where these are
// no ids or links.  Its tables have all methods and their params.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, claim, finish, schema, valid } from './agent.mjs';

const [page, talk, event] = process.argv.slice(2)
	.map(file => readFileSync(file, 'utf8'));
const lines = talk.trim().split('\n');
const child = spawn('tacit', ['agent'],
    { stdio: ['pipe', 'pipe', 'inherit'] });
const agent = new Agent(child.stdout, child.stdin);

const real = {};	// what an id of the page is here
const changes = s => /^[cm]_[a-z2-7]+$|^tacit:/.test(s);
function alike(said, got) {
	if (typeof said === 'string' && changes(said)) {
		assert.ok(changes(got));
		real[said] ??= got;
		assert.equal(got, real[said]);
	} else if (typeof said === 'object' && said !== null) {
		assert.deepEqual(Object.keys(got), Object.keys(said));
		for (const [name, value] of Object.entries(said))
			alike(value, got[name]);
	} else if (typeof said !== 'number' || said < 0) {
		assert.equal(got, said);
	}
}

for (let i = 0; i < lines.length; i += 2) {
	const call = JSON.parse(lines[i]), said = JSON.parse(lines[i + 1]);
	if (said.error?.code !== -32602)
		valid('line_to_agent', call);
	valid('line_from_agent', said);
	agent.raw(lines[i].replace(/[cm]_[a-z2-7]+/g, id => real[id] ?? id) +
	    '\n');
	alike(said, await agent.line());
	claim(lines[i], true, true);
}
valid('line_from_agent', JSON.parse(event));

// | `method` | params | ...
const table = Object.fromEntries([...page.matchAll(
    /^\| `([a-z._]+)` \| (.*?) ?\| /gm)].map(m => [m[1],
    [...m[2].matchAll(/\[?`([a-z_]+)`\]?/g)].map(p => p[0])]));
const { methods } = await agent.call('version');
for (const method of methods) {
	const { properties, required = [] } =
	    schema.definitions[`${method}.params`];
	claim(method, table[method], Object.keys(properties).map(name =>
		required.includes(name) ? `\`${name}\`` : `[\`${name}\`]`));
}
claim('methods', Object.keys(table).filter(word => methods.includes(word))
	.length, methods.length);
agent.end();
finish();
