// SPDX-License-Identifier: Apache-2.0
// A second implementation of the formats, written from proto/PROTOCOL.md and
// the two .proto files alone.  It computes the `out` of every vector again
// from its `in`.
import { createHash, createPrivateKey, createPublicKey,
    sign } from "node:crypto";
import { readFileSync } from "node:fs";
import sodium from "libsodium-wrappers";

await sodium.ready;

// ---- section 2: notation

const hex = (s) => Buffer.from(s, "hex");
const utf8 = (s) => Buffer.from(s, "utf8");
const join = (...parts) => Buffer.concat(parts);
const u8 = (v) => Buffer.from([v]);

function uint(v, n) {
	const out = Buffer.alloc(n);
	let rest = BigInt(v);
	for (let i = n - 1; i >= 0; i--) {
		out[i] = Number(rest & 0xffn);
		rest >>= 8n;
	}
	if (rest !== 0n)
		throw new Error(`${v} is over ${n} bytes`);
	return out;
}
const u16 = (v) => uint(v, 2);
const u32 = (v) => uint(v, 4);
const u48 = (v) => uint(v, 6);
const u64 = (v) => uint(v, 8);

function frame(label, parts) {
	const l = utf8(label);
	return join(u8(l.length), l,
	    ...parts.flatMap((x) => [u32(x.length), x]));
}
const H = (label, ...parts) =>
	Buffer.from(sodium.crypto_generichash(32, frame(label, parts)));
const KDF = (key, label, ...parts) =>
	Buffer.from(sodium.crypto_generichash(32, frame(label, parts), key));
const AEAD = (key, nonce, ad, p) =>
	Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
	    p, ad, null, nonce, key));

function padTo(bytes, n) {
	if (bytes.length > n)
		throw new Error(`${bytes.length} bytes do not fit ${n}`);
	return join(bytes, Buffer.alloc(n - bytes.length));
}

// ---- protobuf: fields in order, defaults left out, fixed lengths written

function varint(v) {
	const out = [];
	let rest = BigInt(v);
	for (; rest > 0x7fn; rest >>= 7n)
		out.push(Number(rest & 0x7fn) | 0x80);
	out.push(Number(rest));
	return Buffer.from(out);
}
const tag = (number, type) => varint(number << 3 | type);
const pbUint = (number, v) =>
	BigInt(v) === 0n ? Buffer.alloc(0) : join(tag(number, 0), varint(v));
const pbFixed = (number, bytes) =>
	join(tag(number, 2), varint(bytes.length), bytes);
const pbBytes = (number, bytes) =>
	bytes.length === 0 ? Buffer.alloc(0) : pbFixed(number, bytes);
const pbMessage = pbFixed;

function bundle(b) {
	return join(pbFixed(1, hex(b.address)), pbFixed(2, hex(b.token)),
	    pbFixed(3, hex(b.identity)), pbUint(4, b.signed_prekey_id),
	    pbFixed(5, hex(b.signed_prekey)),
	    pbFixed(6, hex(b.signed_prekey_signature)),
	    pbUint(7, b.one_time_prekey_id),
	    pbFixed(8, hex(b.one_time_prekey)), pbFixed(9, hex(b.hello_key)),
	    pbBytes(10, utf8(b.name)), pbBytes(11, utf8(b.relay_url)),
	    pbFixed(12, hex(b.relay_key)), pbFixed(13, hex(b.relay_pin)),
	    pbFixed(14, hex(b.guest_pass)), pbUint(15, b.expires),
	    pbUint(16, b.registration_id));
}

const have = (h) => join(pbFixed(1, hex(h.stream)), pbUint(2, h.contiguous),
    ...h.range.map((r) =>
	pbMessage(3, join(pbUint(1, r.from), pbUint(2, r.to)))),
    h.chain ? pbBytes(4, hex(h.chain)) : Buffer.alloc(0));

const rotate = (b) => join(pbUint(1, b.id), pbFixed(2, hex(b.address)),
    pbFixed(3, hex(b.token)), pbFixed(4, hex(b.nonce)));

const bodies = {
	text: [6, (b) => join(pbUint(1, b.part), pbUint(2, b.parts),
	    pbBytes(3, b.type ? hex(b.data) : utf8(b.data)),
	    pbUint(4, b.type ?? 0),
	    b.hours ? pbMessage(5, join(pbUint(1, b.hours),
		pbFixed(2, hex(b.salt)))) : Buffer.alloc(0))],
	hello: [7, (b) => join(pbBytes(1, utf8(b.name)),
	    pbFixed(2, hex(b.address)), pbFixed(3, hex(b.token)),
	    pbFixed(4, hex(b.nonce)), pbBytes(5, utf8(b.relay_url)),
	    pbFixed(6, hex(b.relay_key)), pbFixed(7, hex(b.relay_pin)))],
	hello_ack: [8, (b) => join(pbFixed(1, hex(b.nonce)),
	    pbFixed(2, hex(b.token)))],
	confirm: [9, () => Buffer.alloc(0)],
	have_only: [10, () => Buffer.alloc(0)],
	need: [11, (b) => join(pbUint(1, b.from), pbUint(2, b.to),
	    pbFixed(3, hex(b.stream)))],
	closed: [12, () => Buffer.alloc(0)],
	gone: [13, (b) => join(pbFixed(1, hex(b.stream)), pbUint(2, b.from),
	    pbUint(3, b.to))],
	old: [14, (b) => join(pbFixed(1, hex(b.stream)), pbUint(2, b.from),
	    pbBytes(3, hex(b.hash)))],
	taken_back: [19, (b) => pbFixed(1, hex(b.after))],
	rotate: [16, rotate],
	rotate_ack: [17, rotate],
	rotate_wanted: [18, () => Buffer.alloc(0)],
	agree: [15, (b) => join(pbFixed(1, hex(b.stream)), pbUint(2, b.from),
	    pbUint(3, b.upto), pbUint(4, b.last), pbUint(5, b.more))],
};

function content(c) {
	const [number, encode] = bodies[c.is];
	const m = join(pbFixed(1, hex(c.stream)), pbUint(2, c.seq),
	    pbFixed(3, hex(c.previous)), pbUint(4, c.time_ms),
	    ...c.have.map((h) => pbMessage(5, have(h))),
	    pbMessage(number, encode(c.body)));
	return padTo(join(u16(m.length), m), c.size);
}

// ---- keys and envelopes

const sealKey = (pair, direction) =>
	KDF(hex(pair), `tacit/1/seal/${direction}`);
const hintKey = (key) => KDF(key, "tacit/1/hint");
const hint = (key, id) =>
	KDF(hintKey(key), "tacit/1/hint/id", id).subarray(0, 8);

function envelope(v) {
	const key = sealKey(v.pair, v.direction), id = hex(v.envelope);
	const msg = join(...Array(v.times).fill(hex(v.message)));
	const nonce = join(hint(key, id), hex(v.random));
	const ad = join(u8(1), hex(v.address), id);
	const header = join(u8(v.kind), hex(v.stream), u48(v.counter),
	    u32(v.generation), u16(msg.length));
	return join(nonce, AEAD(key, nonce, ad,
	    padTo(join(header, msg), v.size - 24 - 16)));
}

// ---- links, lines, blobs

const reach = (l) => `${l.host}:${l.port}`;
const spell = (label, l, raw) => join(raw,
    H(label, utf8(reach(l)), raw).subarray(0, 4)).toString("base64url");

function link(l) {
	const raw = join(u8(1), u8(l.flags), hex(l.secret), hex(l.pin),
	    hex(l.relay_key));
	return `tacit://${l.port === 443 ? l.host : reach(l)}/i#` +
	    spell("tacit/1/link", l, raw);
}

function admission(l) {
	const raw = join(u8(1), u8(l.flags), hex(l.pin), hex(l.relay_key),
	    hex(l.code));
	return `tacit-relay:${l.flags & 4 ? "ws" : "wss"}://${reach(l)}#` +
	    spell("tacit/1/admission", l, raw);
}

function blob(v) {
	const l = v.link, secret = hex(l.secret), at = utf8(reach(l));
	const m = bundle(v.bundle);
	const ad = join(u8(1), u8(l.flags), u16(at.length), at, hex(l.pin),
	    KDF(secret, "tacit/1/address"));
	return join(hex(v.nonce), AEAD(KDF(secret, "tacit/1/bundle"),
	    hex(v.nonce), ad, padTo(join(u16(m.length), m), 2048 - 24 - 16)));
}

// ---- frames: number in the oneof, and the fields from 1 on

const fixed = (number, v) => pbFixed(number, hex(v));
const bool = (number, v) => pbUint(number, v ? 1 : 0);
const ids = (number, v) => join(...v.map((x) => pbFixed(number, hex(x))));
const packed = (number, v) => pbBytes(number, join(...v.map(varint)));

const frames = {
	create: [2, { owner: fixed, token_hash: fixed, code: fixed,
	    signature: fixed }],
	subscribe: [3, { count: pbUint }],
	post: [4, { address: fixed, token: fixed, envelope: fixed,
	    kind: pbUint, resume: bool, first: bool }],
	recall: [11, { address: fixed, token: fixed, envelope: fixed }],
	ack: [5, { address: fixed, envelope: ids }],
	close: [6, { owner: fixed, signature: fixed, pass_hash: fixed }],
	set_token: [7, { owner: fixed, token_hash: fixed, keep: bool,
	    signature: fixed }],
	split: [8, { code: fixed, pass_hash: fixed, units: pbUint }],
	put_invitation: [9, { address: fixed, key: fixed, code: fixed,
	    pass_hash: fixed, hours: pbUint }],
	get_invitation: [10, { address: fixed, reader: fixed,
	    signature: fixed }],
	anchor: [12, { owner: fixed, expected_hash: fixed, next: fixed,
	    signature: fixed }],
	revoke_invitation: [13, { address: fixed, key: fixed,
	    signature: fixed }],
	ping: [14, {}],
	welcome: [30, { version: pbUint, nonce: fixed, relay_key: fixed,
	    next_pin: fixed, letters: pbUint, parcels: pbUint,
	    in_flight: pbUint, ttl_days: pbUint, signature: fixed }],
	ok: [31, { id: packed, nearly_full: bool }],
	error: [32, { id: pbUint, code: pbUint, retry_after_ms: pbUint }],
	subscribed: [33, { id: pbUint, count: pbUint }],
	invitation: [34, { id: pbUint }],
	deliver: [35, { address: fixed, envelope: fixed, kind: pbUint }],
	drained: [36, { address: fixed }],
	ended: [37, { address: fixed }],
	recalled: [38, { id: pbUint, outcome: pbUint, body_hash: fixed,
	    number: pbUint, previous: fixed, signature: fixed }],
	anchored: [39, { id: pbUint, value: fixed }],
};

function bodyLength(is, fields) {
	switch (is) {
	case "post":
	case "deliver":
		return { 1: 2048, 2: 65536 }[fields.kind];
	case "put_invitation":
	case "invitation":
		return 2048;
	case "subscribe":
		return 96 * fields.count;
	case "subscribed":
		return fields.count;
	default:
		return 0;
	}
}

function wholeFrame(v) {
	const [number, fields] = frames[v.is];
	const inner = Object.keys(fields).map((name, i) =>
		fields[name](i + 1, v.fields[name]));
	const header = join(pbUint(1, v.id),
	    pbMessage(number, join(...inner)));
	return join(u16(header.length), header,
	    Buffer.alloc(bodyLength(v.is, v.fields), v.fill));
}

// An Ed25519 seed as RFC 8410 wraps it.
const ofSeed = (seed) => createPrivateKey({ format: "der", type: "pkcs8",
	key: join(hex("302e020100300506032b657004220420"), hex(seed)) });

function signature(v) {
	return sign(null, hex(v.hash), ofSeed(v.seed));
}

function anchorValue(v) {
	const owner = createPublicKey(ofSeed(v.seed))
	    .export({ format: "der", type: "spki" }).subarray(-32);
	return join(hex(v.nonce), AEAD(KDF(hex(v.seed), "tacit/1/anchor/key"),
	    hex(v.nonce), H("tacit/1/mailbox", owner), u64(v.epoch)));
}

// ---- one rule per kind of vector

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
};

// Answers of more than 4,096 bytes stand in the file as their SHA-256.
function answer(out) {
	if (typeof out === "string")
		return out;
	if (out.length <= 4096)
		return out.toString("hex");
	return "sha256:" + createHash("sha256").update(out).digest("hex");
}

const vectors = JSON.parse(readFileSync(process.argv[2], "utf8"));
const unused = new Set(Object.keys(rules));
let failed = 0;

vectors.forEach((v, i) => {
	unused.delete(v.what);
	if (answer(rules[v.what](v.in)) !== v.out) {
		console.error(`vector ${i} (${v.what}) differs`);
		failed++;
	}
});
if (unused.size > 0)
	console.error(`no vector for ${[...unused].join(", ")}`);
console.log(`${vectors.length} vectors, ${failed} differ`);
process.exit(failed > 0 || unused.size > 0 || vectors.length === 0 ? 1 : 0);
