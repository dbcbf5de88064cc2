// SPDX-License-Identifier: Apache-2.0
//
// Types of what a caller gives, looked at before anything happens.
'use strict';

const text = (v) => typeof v === 'string';
const bytes = (v) => v instanceof Uint8Array;
const integer = (v) => Number.isInteger(v) && v >= 0 && v <= 0xffffffff;

const wellFormed = (s) => !/\p{Surrogate}/u.test(s);

// A path, URL or other name that reaches the library NUL-terminated.
const name = (v) => text(v) && v !== '' && wellFormed(v) && !v.includes('\0');

function must(is, what, wanted) {
	if (!is)
		throw new TypeError(`${what} must be ${wanted}`);
}

// ${given}, whose every property is in ${shape} and passes there, and that has
// all of ${needed}.  One that is undefined is not there.
function options(where, given = {}, shape, needed = []) {
	must(typeof given === 'object' && given !== null, `${where}: options`, 'an object');
	for (const [k, v] of Object.entries(given)) {
		if (!Object.hasOwn(shape, k))
			throw new TypeError(`${where}: there is no option ${k}; ` +
				`there are ${Object.keys(shape).join(', ')}`);
		if (v !== undefined && !shape[k](v))
			throw new TypeError(`${where}: ${k} is of a wrong type, or no value that it can have`);
	}
	for (const k of needed)
		if (given[k] === undefined)
			throw new TypeError(`${where}: ${k} is missing`);
	return given;
}

module.exports = { bytes, integer, must, name, options, text, wellFormed };
