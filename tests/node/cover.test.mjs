// SPDX-License-Identifier: Apache-2.0
//
// What is in the headers of the installed library is in this package too:
// nothing new there can be forgotten here.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import test from 'node:test';
import * as tacit from 'tacit';
import { prefix } from './kit.mjs';

const place = path.dirname(createRequire(import.meta.url).resolve('tacit'));
const read = (...names) => fs.readFileSync(path.join(...names), 'utf8');
const source = (name) => read(place, name);
const uncommented = (text) => text.replace(/\/\*[^]*?\*\//g, ' ');
const main = read(prefix, 'include/tacit/tacit.h');
const header = uncommented([main, ...[...main.matchAll(/#include <(tacit\/(?!error)\w+\.h)>/g)]
	.map((m) => read(prefix, 'include', m[1]))].join('\n'));
const errors = [...read(prefix, 'include/tacit/error.h')
	.matchAll(/X\((\w+),\s*(-\d+),\s*"([^"]+)",\s*((?:[\s\\]*"[^"]*")+)/g)]
	.map(([, name, errno, word, text]) => ({ name, errno: Number(errno), word,
		text: [...text.matchAll(/"([^"]*)"/g)].map((m) => m[1]).join('') }));
const native = fs.readdirSync(path.join(place, 'src')).map((name) => source(`src/${name}`))
	.join('\n');

const unique = (list) => [...new Set(list)].sort();
const found = (text, pattern) => unique([...text.matchAll(pattern)].map((m) => m[1]));
const camel = (name) => name.replace(/_(\w)/g, (_, c) => c.toUpperCase());

/** The members of a struct, in JavaScript's spelling, but for ${but}. */
function members(name, ...but) {
	const body = header.match(new RegExp(`struct ${name} \\{([^}]*)\\}`))[1];
	const names = [...body.matchAll(/[\s*,](\w+)(?:\[\w+\]|\)\([^)]*\))?\s*(?=[;,])/g)].map((m) => m[1]);
	assert.ok(names.includes('size'));
	return unique(names.filter((n) => n !== 'size').map(camel).filter((n) => !but.includes(n)));
}

/** The enumerators of an enum without ${begins}, as words. */
function words(name, begins) {
	const body = header.match(new RegExp(`enum ${name} \\{([^}]*)\\}`))[1];
	return unique([...body.matchAll(new RegExp(`${begins}(\\w+)`, 'g'))]
		.map((m) => m[1].toLowerCase().replaceAll('_', '-')));
}

/** The names in braces after ${begins} in a text. */
function listed(text, begins, pattern) {
	const at = text.indexOf(begins);
	assert.ok(at >= 0, begins);
	return found(text.slice(at, text.indexOf('\n}', at)), pattern);
}

test('every function of the headers is called', () => {
	const declared = found(header, /\btacit_([a-z_]+)\(/g);
	assert.ok(declared.length > 50, `${declared}`);
	// A step never waits here, so nobody wakes it; and a clock, a log or connections
	// that are called back, from other threads too, are not for JavaScript.
	const apart = ['wake', 'transport_opened', 'transport_message', 'transport_closed'];
	for (const name of apart)
		assert.ok(declared.includes(name), name);
	const wanted = declared.filter((name) => !apart.includes(name));
	assert.deepEqual(found(source('src/lib.h').match(/LIB_CALLS\(X\)[^]*?\n\n/)[0],
		/X\(([a-z_]+)\)/g), wanted);
	const called = found(native, /\blib\(\)->(\w+)/g);
	assert.deepEqual(unique([...called, 'version']), wanted);
});

test('every call of the addon is used', () => {
	const offered = found(native, /(?:FUNCTION|X)\("(\w+)"/g);
	const js = source('index.js');
	assert.deepEqual(offered.filter((name) =>
		!js.includes(`native.${name}`) && !js.includes(`'${name}'`)), []);
});

test('every error is a TacitError with its word and text, and has a type', () => {
	assert.ok(errors.length > 50);
	const types = source('build/codes.d.ts');
	for (const { errno, word, text } of errors) {
		const error = new tacit.TacitError(errno);
		assert.ok(error instanceof Error);
		assert.deepEqual([error.name, error.errno, error.code, error.message],
			['TacitError', errno, word, text]);
		assert.equal(`${error}`, `TacitError: ${text}`);
		assert.ok(types.includes(`"${word}"`), word);
	}
	// The numbers that index.js itself makes.
	const made = source('index.js').match(/const (INVALID[^;]*);/)[1];
	for (const [, name, errno] of made.matchAll(/(\w+) = (-\d+)/g))
		assert.equal(errors.find((e) => e.name === name).errno, Number(errno));
	assert.equal(Number(source('index.js').match(/OPS_MAX = (\d+)/)[1]),
		Number(header.match(/TACIT_OPS_MAX = (\d+)/)[1]));
});

test('every event has its fields, and its type', () => {
	const declared = words('tacit_event_type', 'TACIT_EV_');
	assert.ok(declared.length >= 17);
	const js = listed(source('index.js'), 'const fields = {', /^\t'?([a-z-]+)'?: \[/gm);
	assert.deepEqual(js, declared);
	const types = source('index.d.ts').match(/export interface EventBase[^]*export type TacitEvent/)[0];
	const typed = unique([...types.matchAll(/\ttype: ([^;]*);/g)]
		.flatMap((m) => [...m[1].matchAll(/'([a-z-]+)'/g)].map((n) => n[1])));
	assert.deepEqual(typed, declared);
});

test('every member of what is told is told', () => {
	const told = (file, begins) => listed(source(file), begins, /put\w*\(env, o, "(\w+)"/g);
	assert.deepEqual(told('src/call.c', '\ncall_info('), members('tacit_contact_info'));
	assert.deepEqual(told('src/call.c', '\ncall_progress('), members('tacit_progress'));
	assert.deepEqual(told('src/text.c', '\ntext_recall_check('), members('tacit_recall_claim'));
	assert.deepEqual(unique([...told('src/text.c', '\ntext_history('), 'id', 'timeMs', 'text',
		'textLen', 'type']
		.filter((n) => !['message', 'time', 'bytes', 'dataType'].includes(n))),
	members('tacit_message'));
	assert.deepEqual(unique([...told('src/event.c', '\nmake_event('), 'reason', 'text', 'textLen']
		.filter((n) => n !== 'bytes')), members('tacit_event'));
	// And what can be asked for.
	const asked = source('index.js').match(/const opener = [^]*?const making = .*/)[0];
	assert.deepEqual(found(asked, /(\w+):/g), unique(['key', 'signal',
		...members('tacit_config', 'host', 'passphraseLen')]));
	assert.deepEqual(members('tacit_host'), ['arg', 'key', 'log', 'nowMs', 'transport']);
	assert.deepEqual(listed(source('index.js'), 'const operations = {', /^\t(\w+)\(vault, o\)/gm),
		words('tacit_op_kind', 'TACIT_OP_'));
});

test('every state has its word and its type', () => {
	for (const [name, file] of [['tacit_contact_state', 'src/call.c'],
		['tacit_message_state', 'src/text.c']]) {
		const body = header.match(new RegExp(`enum ${name} \\{([^}]*)\\}`))[1];
		for (const [, state] of body.matchAll(/TACIT_(\w+)/g)) {
			assert.match(source(file),
				new RegExp(`case TACIT_${state}:\\s*return "${state.toLowerCase()}"`));
			assert.ok(source('index.d.ts').includes(`'${state.toLowerCase()}'`), state);
		}
	}
});

test('the package is of the version of the library', () => {
	assert.equal(JSON.parse(source('package.json')).version, tacit.Tacit.version);
	assert.deepEqual(JSON.parse(source('package.json')).dependencies, undefined);
	assert.deepEqual(Object.keys(tacit).filter((k) => k !== 'default' && k !== 'module.exports').sort(),
		found(source('index.d.ts'), /export (?:class|type) (Tacit|Contact|TacitError|TacitEvent)\b/g));
});
