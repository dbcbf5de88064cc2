// SPDX-License-Identifier: Apache-2.0
// wrong-relay.mjs FAULT URL CERT KEY: a relay that is wrong in one way: a real
// one, at URL, behind a tap.  Prints the URL at which it is reached.  With it
// the tests of this project see each requirement of check-relay fail.
import { readFileSync } from "node:fs";
import { wholeFrame } from "./second.mjs";
import { Tap } from "./tap.mjs";

const INTERNAL = 79;		// of proto/tacit/error.h

const flipped = (bytes) => {
	const b = Buffer.from(bytes);
	b[b.length - 1] ^= 1;
	return b;
};
const error = (id, code) => wholeFrame({ id: 0, is: "error", fill: 0,
	fields: { id, code, retry_after_ms: 0 } });
const ok = (id) => wholeFrame({ id: 0, is: "ok", fill: 0,
	fields: { id: [id], nearly_full: false } });

// The first lines of a batch are those of its two good clients.
const GOOD = 3;

// What goes on in the place of a frame, as rules of a tap say it.
const faults = {
	// Refuses nobody anything.
	yes: (f, from) => from !== "relay" || f.is !== "error" ||
	    ok(f.fields.id),
	// Gives every letter twice.
	twice: (f, from, line) => line.n < GOOD || f.is !== "deliver" ||
	    [f.bytes, f.bytes],
	// Signs something else, and gives statements of something else.
	welcome: (f) => f.is !== "welcome" || flipped(f.bytes),
	statements: (f) => f.is !== "recalled" || flipped(f.bytes),
	// Cannot drop an invitation.
	keeps: (f, from, line) => {
		if (f.is !== "revoke_invitation")
			return true;
		line.pass("relay", error(f.id, INTERNAL));
		return false;
	},
	// Takes what a WebSocket library takes that knows nothing of this page.
	plain: () => true,
};

const [fault, url, cert, key] = process.argv.slice(2);
if (faults[fault] === undefined) {
	console.error(`FAULT: ${Object.keys(faults).join(", ")}`);
	process.exit(64);
}
const tap = new Tap({ url, cert: readFileSync(cert), key: readFileSync(key) });
tap.rule = faults[fault];
await tap.listen();
console.log(`wss://127.0.0.1:${tap.port}`);
