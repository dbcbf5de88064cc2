// SPDX-License-Identifier: Apache-2.0
//
// ask.mjs SOCKET LINE: print the first line that comes back, or what happened
// instead.
import { connect } from 'node:net';

const [path, line] = process.argv.slice(2);
let got = '';
const s = connect(path, () => s.write(`${line}\n`));
const say = text => {
	console.log(text);
	process.exit();
};
s.on('data', data => {
	got += data;
	if (got.includes('\n'))
		say(got.slice(0, got.indexOf('\n')));
});
s.on('error', e => say(e.code === 'EPIPE' || e.code === 'ECONNRESET' ?
    'closed without an answer' : e.code));
s.on('close', () => say('closed without an answer'));
