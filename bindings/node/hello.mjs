// SPDX-License-Identifier: Apache-2.0
//
// Two copies of this program pair and exchange one message, as those of
// examples/hello.c do, and with those.  The passphrase of both vaults stands
// in HELLO_PASSPHRASE.
//
//	tacit-relay admit --data DIR | node hello.mjs a.vault Anna | node hello.mjs b.vault Ben
//
// The first reads the relay's line and prints a link for the second.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Tacit } from 'tacit';

const [path, name] = process.argv.slice(2);
const input = createInterface({ input: process.stdin });
const [line] = await once(input, 'line');
input.close();

const vault = await Tacit.create({ path, name, passphrase: process.env.HELLO_PASSPHRASE });
let other;
if (line.startsWith('tacit://')) {
	other = await vault.accept(line, 'the other');
} else {
	await vault.addRelay(line);
	other = await vault.invite('the other', { inPerson: true });
	console.log(await other.link());
}
await other.send(`Hello from ${name}.`);

const awaited = new Set(['message', 'accepted']);
for await (const event of vault.events()) {
	if (event.type === 'message')
		console.error(`${name} heard: ${event.text}`);
	await event.done();
	awaited.delete(event.type);
	if (awaited.size === 0)
		break;
}
await vault.close();
