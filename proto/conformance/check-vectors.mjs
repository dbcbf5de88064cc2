// SPDX-License-Identifier: Apache-2.0
// check-vectors.mjs FILE...: compute the `out` of every vector again from its
// `in`, by the second implementation alone.  README.md describes the files.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { H, KDF, Refused, admission, anchorValue, blob, content, envelope,
    hex, hint, hintKey, join, link, openEnvelope, readAdmission, readContent,
    readFrame, readLink, sealKey, signature, u32, u64, u8, utf8,
    wholeFrame } from "./second.mjs";
import { checkPairing } from "./pairing.mjs";

const rules = {
	mailbox: (v) => H("tacit/1/mailbox", hex(v.owner)),
	token: (v) => H("tacit/1/token", hex(v.token)),
	code: (v) => H("tacit/1/code", hex(v.code)),
	anchor_token_hash: (v) => KDF(hex(v.seed), "tacit/1/anchor/token"),
	anchor_value: anchorValue,
	anchor_hash: (v) => H("tacit/1/anchor", hex(v.value)),
	recall: (v) => H("tacit/1/recall", hex(v.address), hex(v.envelope),
	    u8(v.outcome), hex(v.body_hash), u64(v.number),
	    hex(v.previous)),
	body_hash: (v) => H("tacit/1/body", Buffer.alloc(2048, v.fill)),
	statement: (v) => H("tacit/1/statement", hex(v.relay_key),
	    hex(v.nonce), u32(v.id), u8(v.opcode), hex(v.address),
	    H("tacit/1/args", hex(v.args))),
	welcome: (v) => H("tacit/1/welcome", hex(v.nonce), hex(v.next_pin)),
	invitation_address: (v) => KDF(hex(v.secret), "tacit/1/address"),
	bundle_key: (v) => KDF(hex(v.secret), "tacit/1/bundle"),
	relationship: (v) => KDF(hex(v.secret), "tacit/1/relationship"),
	pair0: (v) => KDF(hex(v.secret), "tacit/1/pair/0"),
	transcript: (v) => H("tacit/1/transcript", hex(v.blob),
	    hex(v.identity_i), hex(v.identity_j), hex(v.address_i),
	    hex(v.address_j), utf8(v.url_i), utf8(v.url_j)),
	pair1: (v) => KDF(hex(v.secret), "tacit/1/pair/1", hex(v.r_i),
	    hex(v.r_j), hex(v.transcript)),
	rotation: (v) => KDF(hex(v.pair), "tacit/1/pair/next", hex(v.r_i),
	    hex(v.r_j), H("tacit/1/rotation", u64(v.id),
	    hex(v.address_i), hex(v.address_j), hex(v.next_i),
	    hex(v.next_j))),
	recovery: (v) => KDF(hex(v.pair1), "tacit/1/recovery"),
	next_stream: (v) => H("tacit/1/stream", hex(v.relationship),
	    hex(v.stream), u64(v.upto)).subarray(0, 6),
	seal_keys: (v) => join(sealKey(v.pair, v.direction),
	    hintKey(sealKey(v.pair, v.direction))),
	hint: (v) => hint(sealKey(v.pair, v.direction), hex(v.envelope)),
	chain: (v) => H("tacit/1/chain", hex(v.previous), u64(v.seq),
	    ...(v.type ? [u32(v.type), hex(v.data)] : [utf8(v.text)])),
	fleeting_chain: (v) => H("tacit/1/chain", hex(v.previous), u64(v.seq),
	    u32(65536 + v.hours), H("tacit/1/text", hex(v.salt),
		utf8(v.text))),
	envelope, link, admission, blob, content, signature,
	frame: wholeFrame,
	frame_refused: (v) => refusal(() => readFrame(hex(v.bytes))),
	link_refused: (v) => refusal(() => readLink(v.text)),
	link_read: (v) => link(readLink(v.text)),
	admission_refused: (v) => refusal(() => readAdmission(v.text)),
	content_refused: (v) => refusal(() => readContent(hex(v.bytes))),
	envelope_refused: (v) => refusal(() => openEnvelope(v.pair,
	    v.direction, hex(v.address), hex(v.envelope), hex(v.bytes))),
};

// What is written is read again as it was, by the same rules.
const back = {
	frame: (v, b) => wholeFrame({ ...readFrame(b), fill: v.fill }),
	link: (v, text) => link(readLink(text)),
	admission: (v, text) => admission(readAdmission(text)),
	content: (v, b) => content(readContent(b)),
};

function refusal(act) {
	try {
		act();
	} catch (e) {
		if (e instanceof Refused)
			return e.error;
		throw e;
	}
	return "taken";
}

// Answers of more than 4,096 bytes stand in the file as their SHA-256.
function answer(out) {
	if (typeof out === "string")
		return out;
	if (out.length <= 4096)
		return out.toString("hex");
	return "sha256:" + createHash("sha256").update(out).digest("hex");
}

const unused = new Set(Object.keys(rules));
let count = 0, failed = 0;

function check(path, v, i) {
	unused.delete(v.what);
	count++;
	const out = rules[v.what](v.in);
	if (answer(out) === v.out &&
	    answer(back[v.what]?.(v.in, out) ?? out) === v.out)
		return;
	console.error(`${path}: vector ${i} (${v.what}) differs`);
	failed++;
}

for (const path of process.argv.slice(2)) {
	const file = JSON.parse(readFileSync(path, "utf8"));
	if (Array.isArray(file)) {
		file.forEach((v, i) => check(path, v, i));
		continue;
	}
	count++;
	try {
		checkPairing(file);
	} catch (e) {
		console.error(`${path}: ${e.stack}`);
		failed++;
	}
}
if (unused.size > 0)
	console.error(`no vector for ${[...unused].join(", ")}`);
console.log(`${count} vectors, ${failed} differ`);
process.exit(failed > 0 || unused.size > 0 ? 1 : 0);
