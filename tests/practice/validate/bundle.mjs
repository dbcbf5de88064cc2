// SPDX-License-Identifier: Apache-2.0
//
// bundle.mjs FILE...: each is a valid Bundle of FHIR R4 with something in it,
// and so is each resource; one that is spoilt is not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { is, plainly, valid } from './schema.mjs';

for (const file of process.argv.slice(2)) {
	const bundle = plainly(JSON.parse(readFileSync(file, 'utf8')));
	valid(bundle, 'Bundle', file);
	assert.equal(bundle.type, 'collection');
	assert.ok(bundle.entry.length > 0);
	for (const { resource } of bundle.entry) {
		valid(resource, resource.resourceType, file);
		resource.status = ' b';
		assert.ok(!is[resource.resourceType](resource));
	}
	console.log(`${bundle.entry.length} resources are valid`);
}
