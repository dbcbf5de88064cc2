// SPDX-License-Identifier: Apache-2.0
//
// The addon, or why there is none: npm may have been told to run no scripts.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const addon = path.join(__dirname, 'build/tacit.node');

if (!fs.existsSync(addon))
	throw Object.assign(new Error('tacit is not built yet, as npm runs no install scripts here: ' +
		`run node ${path.join(__dirname, 'install.js')}`), { code: 'ERR_TACIT_BUILD' });

module.exports = require(addon);
