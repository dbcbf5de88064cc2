// SPDX-License-Identifier: Apache-2.0
//
// validate.mjs RESPOND EXPORTER DIRECTORY...: every questionnaire of the
// directories, what the program RESPOND answers to each at random, and what
// EXPORTER makes of its samples, is valid by the JSON schema of FHIR R4; the
// items of a response stand in it as they do in its questionnaire.  What is
// spoilt on purpose is not valid.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { is, plainly, valid } from './schema.mjs';

const ROUNDS = 40;
const [respond, exporter, ...directories] = process.argv.slice(2);

// The children of `o`, whichever way they hang there.
const beneath = o => (o.answer ?? [o]).flatMap(a => a.item ?? []);

// Items follow the questionnaire's, some left out, at every level.
function structure(response, questionnaire) {
	let rest = questionnaire.item ?? [];
	for (const item of response) {
		const at = rest.findIndex(q => q.linkId === item.linkId);
		assert.ok(at >= 0, `${item.linkId} is not where it belongs`);
		assert.notEqual(rest[at].type, 'display');
		assert.equal(item.text, rest[at].text);
		structure(beneath(item), rest[at]);
		rest = rest.slice(at + 1);
	}
}

// One way each to spoil a response; each must be noticed.
const spoilt = [
	r => { r.resourceType = 'Questionnaire'; },
	r => { r.authored = '2026-11-22 12:00'; },
	r => { r.questionnaire = 'a b'; },
	r => { r.items = r.item; },
	r => { r.item = {}; },
	r => { r.item[0].linkid = r.item[0].linkId; },
	r => { r.item[0].linkId = 7; },
	r => { r.item[0].answer = [{ valueInteger: '7' }]; },
	r => { r.item[0].answer = [{ valueDecimal: '1.5' }]; },
	r => { r.item[0].answer = [{ valueBoolean: 'true' }]; },
	r => { r.item[0].answer = [{ valueDate: '2026-13-01' }]; },
	r => { r.item[0].answer = [{ valueString: '' }]; },
	r => { r.item[0].answer = [{ valueCoding: { code: ' x' } }]; },
	r => { r.item[0].answer = [{ value: 7 }]; },
];

let questionnaires = 0, responses = 0, controls = 0, completed = 0;
for (const directory of directories)
	for (const file of readdirSync(directory)) {
		if (!file.endsWith('.json'))
			continue;
		const path = join(directory, file);
		const q = JSON.parse(readFileSync(path, 'utf8'));
		valid(q, 'Questionnaire', path);
		questionnaires++;
		const out = execFileSync(respond, [path, ROUNDS],
		    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'],
		    maxBuffer: 1 << 28 });
		const texts = out.split('\x1e').slice(1);
		assert.equal(texts.length, ROUNDS);
		for (const text of texts) {
			const r = JSON.parse(text);
			valid(r, 'QuestionnaireResponse', path);
			structure(r.item, q);
			responses++;
			completed += r.status === 'completed';
		}
		for (const spoil of spoilt) {
			const r = JSON.parse(texts[0]);
			spoil(r);
			assert.ok(!is.QuestionnaireResponse(r), `${spoil}`);
			controls++;
		}
	}
assert.ok(questionnaires >= 6 && completed > 0 && completed < responses);
console.log(`${questionnaires} questionnaires and ${responses} responses ` +
    `(${completed} completed) are valid, ${controls} spoilt ones are not`);

// ---- exports ----

const spoiltCommunications = [
	r => { r.status = ' b'; },
	r => { r.sent = '2026-11-22 12:00'; },
	r => { r.sender = { name: 'x' }; }, r => { r.recipient = r.sender; },
	r => { r.payload = [{ contentString: '' }]; },
	r => { r.payload = [{ content: 'x' }]; },
	r => { r.note = [{ texts: 'x' }]; },
	r => { r.body = 'x'; },
];
// The schema does not say so: EventStatus and QuestionnaireResponseStatus.
const statuses = ['preparation', 'in-progress', 'stopped', 'completed'];
const uuid = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
let resources = 0;
for (const sample of ['empty', 'every', 'hostile', 'long']) {
	const bundle = plainly(JSON.parse(execFileSync(exporter,
	    ['fhir', sample], { encoding: 'utf8', maxBuffer: 1 << 28 })));
	valid(bundle, 'Bundle', sample);
	assert.equal(bundle.type, 'collection');
	for (const { fullUrl, resource } of bundle.entry ?? []) {
		assert.match(fullUrl, uuid);
		assert.ok(statuses.includes(resource.status));
		valid(resource, resource.resourceType, sample);
		resources++;
	}
	for (const spoil of bundle.entry ? spoiltCommunications : []) {
		const r = structuredClone(bundle.entry[0].resource);
		spoil(r);
		assert.ok(!is.Communication(r), `${spoil}`);
		controls++;
	}
}
assert.ok(resources > 300);
console.log(`${resources} resources of exports are valid; ${controls} ` +
    'spoilt ones in all are not');

// ---- a manifest: Node's Ed25519 and SHA-256 over what we signed ----

const [text, hex] = execFileSync(exporter, ['manifest', 'hostile'],
    { encoding: 'utf8' }).split('\x1e');
const manifest = JSON.parse(text);
const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519',
    x: Buffer.from(manifest.key, 'hex').toString('base64url') } });
const signed = t => verify(null, Buffer.from(t), key, Buffer.from(hex, 'hex'));
const lines = execFileSync(exporter, ['json', 'hostile']);
assert.ok(signed(text) && !signed(text + ' '));
assert.deepEqual(manifest.files, [{ name: 'talk.jsonl', bytes: lines.length,
    sha256: createHash('sha256').update(lines).digest('hex') }]);
console.log('a manifest holds');
