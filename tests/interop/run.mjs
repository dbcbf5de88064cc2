/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: run.mjs official|javascript PEER [without-one-time]
 *
 * Our ratchet (PEER, built from peer.c) talks to another implementation: each
 * case twice, with the bundle made here and there.  "without-one-time" is for
 * the control build that lets sessions begin without a one-time prekey.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cases, withoutOneTime } from './cases.mjs';
import { Ours } from './ours.mjs';
import { checks, seed } from './talk.mjs';

const [name, program, control] = process.argv.slice(2);
const implementation = await import(`./${name}.mjs`);
const chosen = control === 'without-one-time' ? withoutOneTime : cases;
const directory = mkdtempSync(join(tmpdir(), 'tacit-interop-'));
const ours = new Ours(program, directory);
let failed = 0;

for (const [what, run] of Object.entries(chosen)) {
	for (const owner of ['ours', 'theirs']) {
		const before = checks;
		try {
			await run({ ours, implementation, owner });
			console.log(`ok      ${what}, bundle ${owner}: ` +
				`${checks - before}`);
		} catch (e) {
			failed++;
			console.log(`FAILED  ${what}, bundle ${owner}: ` +
				(e.stack ?? e));
		}
	}
}
if (await ours.end() !== 0)
	failed++;
rmSync(directory, { recursive: true });
console.log(`interop/${name}: ${checks} checks, ${failed} cases failed` +
	(failed > 0 ? `; TACIT_SEED=${seed}` : ''));
process.exit(failed > 0 ? 1 : 0);
