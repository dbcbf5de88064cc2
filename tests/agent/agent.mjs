// SPDX-License-Identifier: Apache-2.0
//
// One client of an agent, over stdio or its socket.  Every line in either
// direction is held against docs/agent.schema.json; raw() sends what is not
// supposed to be valid.
import Ajv from 'ajv';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

const { SCHEMA, TACIT, WORK } = process.env;
export const schema = JSON.parse(readFileSync(SCHEMA, 'utf8'));
const ajv = new Ajv({ allowUnionTypes: true });
ajv.addSchema(schema);
export const checked = { calls: 0, results: {}, errors: {}, events: {} };

const compiled = {};
export function is(definition, o) {
	compiled[definition] ??= ajv.compile(
	    { $ref: `${schema.$id}#/definitions/${definition}` });
	return compiled[definition](o);
}
export function valid(definition, o) {
	assert.ok(is(definition, o), `not ${definition}: ${JSON.stringify(o)}` +
	    `\n${JSON.stringify(compiled[definition].errors)}`);
	return o;
}

// As tacit_error_word() and the code have it.
export class Refusal extends Error {
	constructor(e) {
		super(e.message);
		this.code = e.code;
		this.error = e.data.name;
	}
}

export class Agent {
	#out; #in; #partial = ''; #waiting = new Map(); #id = 0;
	#lines = []; #wanted = []; #closed;
	events = []; #event = [];

	constructor(input, output) {
		this.#out = output;
		this.#in = input;
		input.setEncoding('utf8');
		input.on('data', text => this.#take(text));
		this.ended = new Promise(resolve => {
			input.on('close', resolve);
			input.on('error', resolve);
		});
		output.on('error', () => {});
		this.ended.then(() => this.#fail());
	}

	static stdio(who, options = []) {
		const child = spawn(TACIT, ['--vault', `${WORK}/${who}.vault`,
		    'agent', ...options], { env: { ...process.env,
		    TACIT_PASSPHRASE_FILE: `${WORK}/${who}.pass` },
		    stdio: ['pipe', 'pipe', 'inherit'] });
		const agent = new Agent(child.stdout, child.stdin);
		agent.child = child;
		agent.exit = new Promise(resolve => child.on('close',
		    (code, signal) => resolve(signal ?? code)));
		return agent;
	}

	static socket(path) {
		const s = connect(path);
		return new Promise((resolve, reject) => {
			s.on('error', reject);
			s.on('connect', () => {
				s.off('error', reject);
				resolve(new Agent(s, s));
			});
		});
	}

	#fail() {
		this.#closed = true;
		for (const [, { reject }] of this.#waiting)
			reject(new Error('the agent has gone'));
		for (const { reject } of [...this.#event, ...this.#wanted])
			reject(new Error('the agent has gone'));
	}

	#take(text) {
		const lines = (this.#partial + text).split('\n');
		this.#partial = lines.pop();
		for (const line of lines)
			this.#line(valid('line_from_agent', JSON.parse(line)));
	}

	#line(o) {
		if (o.method === 'event') {
			const { event } = o.params;
			valid(`event.${event}`, o.params);
			checked.events[event] = (checked.events[event] ?? 0) + 1;
			this.events.push(o.params);
			this.#event.splice(0).forEach(w => w.resolve());
			return;
		}
		const w = this.#waiting.get(o.id);
		if (w === undefined || Array.isArray(o)) {
			this.#lines.push(o);
			this.#wanted.shift()?.resolve();
			return;
		}
		this.#waiting.delete(o.id);
		if (o.error !== undefined) {
			const { name } = o.error.data;
			assert.equal(o.error.code, o.error.data.error);
			checked.errors[name] = (checked.errors[name] ?? 0) + 1;
			w.reject(new Refusal(o.error));
			return;
		}
		valid(`${w.method}.result`, o.result);
		checked.results[w.method] =
		    (checked.results[w.method] ?? 0) + 1;
		w.resolve(o.result);
	}

	raw(text) { this.#out.write(text); }

	// A call as it should be; params that are not are sent by refused().
	call(method, params = {}) {
		valid('call', { jsonrpc: '2.0', id: 0, method, params });
		return this.try(method, params);
	}

	try(method, params) {
		const id = ++this.#id;
		checked.calls++;
		return new Promise((resolve, reject) => {
			if (this.#closed)
				return reject(new Error('the agent has gone'));
			this.#waiting.set(id, { method, resolve, reject });
			this.raw(`${JSON.stringify({ jsonrpc: '2.0', id, method,
			    params })}\n`);
		});
	}

	// The call is refused so.
	async refused(error, method, params, say) {
		try {
			const result = await this.try(method, params);
			assert.fail(`${method} ${JSON.stringify(params)} is ` +
			    `not refused: ${JSON.stringify(result)}`);
		} catch (e) {
			if (!(e instanceof Refusal))
				throw e;
			assert.equal(e.error, error, `${method}: ${e.message}`);
			if (say !== undefined)
				assert.match(e.message, say);
		}
	}

	// The next line that answers no call() of ours.
	async line() {
		while (this.#lines.length === 0)
			await new Promise((resolve, reject) => this.#closed ?
			    reject(new Error('the agent has gone')) :
			    this.#wanted.push({ resolve, reject }));
		return this.#lines.shift();
	}

	// Another event comes.
	another() {
		return new Promise((resolve, reject) => this.#closed ?
		    reject(new Error('the agent has gone')) :
		    this.#event.push({ resolve, reject }));
	}

	// The first event that is so, out of those that came.
	async event(word, is = () => true) {
		for (;;) {
			const i = this.events.findIndex(e => is(e) &&
			    (word === undefined || e.event === word));
			if (i >= 0)
				return this.events.splice(i, 1)[0];
			await this.another();
		}
	}

	pause() { this.#in.pause(); }
	resume() { this.#in.resume(); }
	end() { this.#out.end(); return this.exit ?? this.ended; }
	drop() { this.#out.destroy(); }
}

let claims = 0;
export function claim(what, got, wanted) {
	claims++;
	assert.deepEqual(got, wanted, what);
}
export const finish = () => console.log(`${claims} claims hold; ` +
    `${checked.calls} calls and their answers are as the schema says`);
