// SPDX-License-Identifier: Apache-2.0
// A second implementation of the formats, written from proto/PROTOCOL.md and
// the two .proto files alone: it shares no line with the library or the relay.
import { createHash, createPrivateKey, createPublicKey,
    sign, verify as verifyWith } from "node:crypto";
import sodium from "libsodium-wrappers";

export { sodium };

await sodium.ready;

// ---- section 2: notation

export const hex = (s) => Buffer.from(s, "hex");
export const utf8 = (s) => Buffer.from(s, "utf8");
export const join = (...parts) => Buffer.concat(parts);
export const u8 = (v) => Buffer.from([v]);

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
export const u16 = (v) => uint(v, 2);
export const u32 = (v) => uint(v, 4);
export const u48 = (v) => uint(v, 6);
export const u64 = (v) => uint(v, 8);

function frame(label, parts) {
	const l = utf8(label);
	return join(u8(l.length), l,
	    ...parts.flatMap((x) => [u32(x.length), x]));
}
export const H = (label, ...parts) =>
	Buffer.from(sodium.crypto_generichash(32, frame(label, parts)));
export const KDF = (key, label, ...parts) =>
	Buffer.from(sodium.crypto_generichash(32, frame(label, parts), key));
export const AEAD = (key, nonce, ad, p) =>
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

export function content(c) {
	const [number, encode] = bodies[c.is];
	const m = join(pbFixed(1, hex(c.stream)), pbUint(2, c.seq),
	    pbFixed(3, hex(c.previous)), pbUint(4, c.time_ms),
	    ...c.have.map((h) => pbMessage(5, have(h))),
	    pbMessage(number, encode(c.body)));
	return padTo(join(u16(m.length), m), c.size);
}

// ---- keys and envelopes

export const sealKey = (pair, direction) =>
	KDF(hex(pair), `tacit/1/seal/${direction}`);
export const hintKey = (key) => KDF(key, "tacit/1/hint");
export const hint = (key, id) =>
	KDF(hintKey(key), "tacit/1/hint/id", id).subarray(0, 8);

export function envelope(v) {
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

export function link(l) {
	const raw = join(u8(1), u8(l.flags), hex(l.secret), hex(l.pin),
	    hex(l.relay_key));
	return `tacit://${l.port === 443 ? l.host : reach(l)}/i#` +
	    spell("tacit/1/link", l, raw);
}

export function admission(l) {
	const raw = join(u8(1), u8(l.flags), hex(l.pin), hex(l.relay_key),
	    hex(l.code));
	return `tacit-relay:${l.flags & 4 ? "ws" : "wss"}://${reach(l)}#` +
	    spell("tacit/1/admission", l, raw);
}

export function blob(v) {
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

export const frames = {
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

export function bodyLength(is, fields) {
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

function frameHeader(id, is, values) {
	const [number, fields] = frames[is];
	const inner = Object.keys(fields).map((name, i) =>
		fields[name](i + 1, values[name]));
	return join(pbUint(1, id), pbMessage(number, join(...inner)));
}

export function wholeFrame(v) {
	const header = frameHeader(v.id, v.is, v.fields);
	return join(u16(header.length), header,
	    Buffer.alloc(bodyLength(v.is, v.fields), v.fill));
}

// An Ed25519 seed as RFC 8410 wraps it.
const ofSeed = (seed) => createPrivateKey({ format: "der", type: "pkcs8",
	key: join(hex("302e020100300506032b657004220420"), hex(seed)) });

export function signature(v) {
	return sign(null, hex(v.hash), ofSeed(v.seed));
}

export const verify = (key, signature, hash) =>
	verifyWith(null, hash, createPublicKey({ format: "der", type: "spki",
		key: join(hex("302a300506032b6570032100"), hex(key)) }),
	hex(signature));

// Section 5: what each signed request is signed with, about which address,
// and the args behind it, joined.
const mailbox = (f) => H("tacit/1/mailbox", hex(f.owner));
const invitation = (f) => hex(f.address);
const authority = {
	create: ["owner", mailbox, (f) => [f.token_hash, f.code]],
	close: ["owner", mailbox, (f) => [f.pass_hash]],
	set_token: ["owner", mailbox,
		(f) => [f.token_hash, f.keep ? "01" : "00"]],
	get_invitation: ["reader", invitation, () => []],
	anchor: ["owner", mailbox, (f) => [f.expected_hash, f.next]],
	revoke_invitation: ["key", invitation, () => []],
};

const statementHash = (f, relayKey, nonce, address, args) =>
	H("tacit/1/statement", hex(relayKey), hex(nonce), u32(f.id),
	    u8(frames[f.is][0]), address,
	    H("tacit/1/args", hex(args.join(""))));

// The signatures that a request carries: { key, signature, hash } of each.
export function statements(f, relayKey, nonce) {
	if (f.is === "subscribe")
		return Array.from({ length: f.fields.count }, (_, i) => {
			const e = f.body.subarray(96 * i, 96 * i + 96);
			const owner = e.toString("hex", 0, 32);
			return { key: owner,
				signature: e.toString("hex", 32),
				hash: statementHash(f, relayKey, nonce,
				    mailbox({ owner }), []) };
		});
	const [key, about, args] = authority[f.is] ?? [];
	return key === undefined ? [] : [{ key: f.fields[key],
		signature: f.fields.signature ?? null,
		hash: statementHash(f, relayKey, nonce, about(f.fields),
		    args(f.fields)) }];
}

export function anchorValue(v) {
	const owner = createPublicKey(ofSeed(v.seed))
	    .export({ format: "der", type: "spki" }).subarray(-32);
	return join(hex(v.nonce), AEAD(KDF(hex(v.seed), "tacit/1/anchor/key"),
	    hex(v.nonce), H("tacit/1/mailbox", owner), u64(v.epoch)));
}

// ---- the other way: what a reader makes of bytes, and what it refuses

// Whatever is not as the page says; `error` is the name that it gives it.
export class Refused extends Error {
	constructor(error, id = 0) {
		super(error);
		Object.assign(this, { error, id });
	}
}

function unvarint(b, at) {
	let v = 0n;
	for (let i = 0; ; i++) {
		if (at + i >= b.length || i > 9)
			throw new Refused("FRAME");
		v |= BigInt(b[at + i] & 0x7f) << BigInt(7 * i);
		if (b[at + i] < 0x80)
			return [v, at + i + 1];
	}
}

// All fields of a message, as [number, value]; lengths give slices.
function fieldsOf(b) {
	const out = [];
	for (let at = 0; at < b.length; ) {
		let key, v;
		[key, at] = unvarint(b, at);
		const type = Number(key & 7n), number = Number(key >> 3n);
		[v, at] = unvarint(b, at);
		if (type === 2) {
			const end = at + Number(v);
			if (end > b.length)
				throw new Refused("FRAME");
			v = b.subarray(at, end);
			at = end;
		} else if (type !== 0)
			throw new Refused("FRAME");
		out.push([number, v]);
	}
	return out;
}

const LENGTHS = { owner: 32, token_hash: 32, code: 16, signature: 64,
	address: 32, token: 32, envelope: 16, pass_hash: 32, key: 32,
	reader: 32, expected_hash: 32, next: 48, nonce: 32, relay_key: 32,
	next_pin: 32, body_hash: 32, previous: 32, value: 48 };

const isBytes = (v) => Buffer.isBuffer(v);

// The value of one field of a frame as wholeFrame() takes it.
function value(encode, name, found) {
	if (encode === ids) {
		if (found.some((v) => !isBytes(v) || v.length !== 16))
			throw new Refused("FRAME");
		return found.map((v) => v.toString("hex"));
	}
	if (encode === packed) {
		const list = [];
		for (const b of found)
			for (let at = 0, v; at < b.length; list.push(Number(v)))
				[v, at] = unvarint(b, at);
		return list;
	}
	const v = found[0];
	if (encode === fixed) {
		if (!isBytes(v) || v.length !== LENGTHS[name])
			throw new Refused("FRAME");
		return v.toString("hex");
	}
	if (isBytes(v))
		throw new Refused("FRAME");
	return encode === bool ? v === 1n : Number(v ?? 0n);
}

const between = (v, from, to) => v >= from && v <= to;

// Counts and kinds that may not be, whatever their encoding.
function frameFits(is, f) {
	switch (is) {
	case "subscribe":
	case "subscribed":
		return between(f.count, 1, 1000);
	case "ack":
		return between(f.envelope.length, 1, 16);
	case "ok":
		return between(f.id.length, 1, 64);
	case "post":
	case "deliver":
		return between(f.kind, 1, 2);
	case "recalled":
		return between(f.outcome, 1, 3) && f.number > 0;
	default:
		return true;
	}
}

// The first frame of a message: { id, is, fields, body, used }.
export function readFrame(b) {
	if (b.length < 2 || b.readUInt16BE() > 512 ||
	    b.readUInt16BE() > b.length - 2)
		throw new Refused("FRAME");
	const header = b.subarray(2, 2 + b.readUInt16BE());
	const outer = fieldsOf(header);
	const at = outer.find(([n]) => n === 1)?.[1];
	const id = typeof at === "bigint" && at < 1n << 32n ? Number(at) : 0;
	const [number, inside] = outer.find(([n]) => n !== 1) ?? [];
	const is = Object.keys(frames).find((n) => frames[n][0] === number);
	if (is === undefined || !isBytes(inside))
		throw new Refused("FRAME", id);
	const list = fieldsOf(inside), fields = {};
	Object.entries(frames[is][1]).forEach(([name, encode], i) => {
		fields[name] = value(encode, name,
		    list.filter(([n]) => n === i + 1).map(([, v]) => v));
	});
	if (!frameFits(is, fields))
		throw new Refused("FRAME", id);
	const again = frameHeader(id, is, fields);
	const n = bodyLength(is, fields);
	// One encoding: what does not come out the same was another one.
	if (!again.equals(header) || n > b.length - 2 - header.length)
		throw new Refused("FRAME", id);
	const used = 2 + header.length + n;
	return { id, is, fields, body: b.subarray(used - n, used), used };
}

// All frames of a message.
export function readMessage(b) {
	const out = [];
	for (let f; b.length > 0; b = b.subarray(f.used))
		out.push(f = readFrame(b));
	return out;
}

// Pair key and direction name the seal key; what is inside, with its header.
export function openEnvelope(pair, direction, address, id, sealed) {
	const key = sealKey(pair, direction);
	const nonce = sealed.subarray(0, 24);
	if (!nonce.subarray(0, 8).equals(hint(key, id)))
		throw new Refused("HINT");
	let p;
	try {
		p = Buffer.from(sodium
		    .crypto_aead_xchacha20poly1305_ietf_decrypt(null,
			sealed.subarray(24), join(u8(1), address, id), nonce,
			key));
	} catch {
		throw new Refused("CRYPTO");
	}
	const h = { kind: p[0], stream: p.subarray(1, 7).toString("hex"),
		counter: p.readUIntBE(7, 6), generation: p.readUInt32BE(13),
		length: p.readUInt16BE(17) };
	const inside = p.subarray(19, 19 + h.length);
	if (!between(h.kind, 1, 5) || h.counter === 0 ||
	    h.generation === 0 || h.length === 0 ||
	    h.length > p.length - 19 ||
	    p.subarray(19 + h.length).some((b) => b !== 0))
		throw new Refused("POISON");
	return { ...h, inside };
}

const PADDED = [1839, 1727, 65327];

// Fields of each message of content, by number: how one is read.
const num = (v) => v ?? 0n;
const raw = (v) => (v ?? Buffer.alloc(0)).toString("hex");
const text = (v) => (v ?? Buffer.alloc(0)).toString("utf8");
const one = (b, names) => {
	const list = fieldsOf(b), out = {};
	names.forEach(([name, read], i) => {
		if (name !== null)
			out[name] = read(list.find(([n]) => n === i + 1)?.[1]);
	});
	return out;
};
const RANGE = [["from", num], ["to", num]];
const ROTATE = [["id", num], ["address", raw], ["token", raw],
	["nonce", raw]];
const shapes = {
	text: [["part", num], ["parts", num], ["data", raw], ["type", num],
		["keep", (v) => v && one(v, [["hours", num], ["salt", raw]])]],
	hello: [["name", text], ["address", raw], ["token", raw],
		["nonce", raw], ["relay_url", text], ["relay_key", raw],
		["relay_pin", raw]],
	hello_ack: [["nonce", raw], ["token", raw]],
	need: [...RANGE, ["stream", raw]],
	gone: [["stream", raw], ...RANGE],
	old: [["stream", raw], ["from", num], ["hash", raw]],
	agree: [["stream", raw], ["from", num], ["upto", num], ["last", num],
		["more", num]],
	rotate: ROTATE, rotate_ack: ROTATE,
	taken_back: [["after", raw]],
};

function readText(b) {
	const t = one(b, shapes.text);
	const data = hex(t.data), word = data.toString("utf8");
	if (t.type === 0n && !utf8(word).equals(data))
		throw new Refused("POISON");
	return { part: t.part, parts: t.parts,
		data: t.type === 0n ? word : t.data,
		...t.type !== 0n && { type: t.type },
		...t.keep && t.keep };
}

function readHave(b) {
	const list = fieldsOf(b);
	return { ...one(b, [["stream", raw], ["contiguous", num]]),
		range: list.filter(([n]) => n === 3)
		    .map(([, v]) => one(v, RANGE)),
		chain: raw(list.find(([n]) => n === 4)?.[1]) };
}

const haveFits = (h) => h.range.every((r, i) => r.to >= r.from &&
    r.from >= (i === 0 ? h.contiguous : h.range[i - 1].to) + 2n);
const LENGTH_OF = { stream: 6, address: 32, token: 32, nonce: 32, after: 32,
	relay_key: 32, relay_pin: 32 };

function bodyFits(c) {
	const b = c.body;
	for (const name of Object.keys(b))
		if (LENGTH_OF[name] && b[name].length !== 2 * LENGTH_OF[name])
			return false;
	if (["text", "taken_back"].includes(c.is) !== c.seq > 0n)
		return false;
	switch (c.is) {
	case "text":
		return b.parts >= 1n && b.parts <= 16n && b.part < b.parts &&
		    b.data.length > 0;
	case "need":
	case "gone":
		return b.from > 0n && b.from <= b.to;
	case "old":
		return b.hash.length % 16 === 0;
	case "rotate":
	case "rotate_ack":
		return b.id !== 0n;
	default:
		return true;
	}
}

// The content of padded bytes, as content() takes it.
export function readContent(b) {
	const n = b.length < 2 ? 0 : b.readUInt16BE();
	if (!PADDED.includes(b.length) || n > b.length - 2 ||
	    b.subarray(2 + n).some((x) => x !== 0))
		throw new Refused("POISON");
	try {
		return sensible(b, b.subarray(2, 2 + n));
	} catch {
		throw new Refused("POISON");
	}
}

function sensible(padded, m) {
	const list = fieldsOf(m);
	const [number, inside] = list.find(([k]) => k > 5);
	const is = Object.keys(bodies).find((k) => bodies[k][0] === number);
	const c = { ...one(m, [["stream", raw], ["seq", num],
		["previous", raw], ["time_ms", num]]),
		have: list.filter(([k]) => k === 5).map(([, v]) => readHave(v)),
		is, body: is === "text" ? readText(inside) :
		    one(inside, shapes[is] ?? []), size: padded.length };
	if (c.stream.length !== 12 || c.previous.length !== 64 ||
	    !c.have.every(haveFits) || !bodyFits(c) ||
	    !content(c).equals(padded))
		throw new Refused("POISON");
	return c;
}

export function openBlob(l, b) {
	const at = utf8(reach(l)), secret = hex(l.secret);
	const ad = join(u8(1), u8(l.flags), u16(at.length), at, hex(l.pin),
	    KDF(secret, "tacit/1/address"));
	const p = Buffer.from(sodium
	    .crypto_aead_xchacha20poly1305_ietf_decrypt(null, b.subarray(24),
		ad, b.subarray(0, 24), KDF(secret, "tacit/1/bundle")));
	return fieldsOf(p.subarray(2, 2 + p.readUInt16BE()));
}

// ---- links and lines

const NAME = /^(?=[a-z0-9.-]{1,243}$)(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)*(?!-)[a-z][a-z0-9-]{0,62}(?<!-)$/;
const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

// An IPv6 address as RFC 5952 spells it: the URL parser of the platform
// writes it so.
function isV6(host) {
	try {
		return /^\[[0-9a-f:.]+\]$/.test(host) &&
		    new URL(`http://${host}/`).hostname === host;
	} catch {
		return false;
	}
}
const isHost = (h) => V4.test(h) || isV6(h) || NAME.test(h);
const isLoopback = (h) =>
	h === "localhost" || h === "[::1]" || V4.test(h) && /^127\./.test(h);

function placeOf(l, text, raw, label) {
	const zero = hex(l.pin).every((b) => b === 0);
	const plain = (l.flags & 4) !== 0, webpki = (l.flags & 2) !== 0;
	const canonical = raw.toString("base64url") === text;
	if (!isHost(l.host) || !between(l.port, 1, 65535) || !canonical ||
	    raw[0] !== 1 || plain && webpki || zero !== (plain || webpki) ||
	    spell(label, l, raw.subarray(0, -4)) !== text)
		throw new Refused("LINK");
	if (plain && !isLoopback(l.host))
		throw new Refused("PLAINTEXT");
	return l;
}

export function readLink(text) {
	const m = /^(?:tacit|https):\/\/(.*?)(?::([1-9]\d{0,4}))?\/i#([\w-]+)$/
	    .exec(text);
	const raw = Buffer.from(m?.[3] ?? "", "base64url");
	if (raw.length !== 102 || m[2] === "443" || raw[1] > 7)
		throw new Refused("LINK");
	return placeOf({ host: m[1], port: Number(m[2] ?? 443), flags: raw[1],
		secret: raw.toString("hex", 2, 34),
		pin: raw.toString("hex", 34, 66),
		relay_key: raw.toString("hex", 66, 98) }, m[3], raw,
	    "tacit/1/link");
}

export function readAdmission(text) {
	const m = /^tacit-relay:(wss?):\/\/(.*):([1-9]\d{0,4})#([\w-]+)$/
	    .exec(text);
	const raw = Buffer.from(m?.[4] ?? "", "base64url");
	if (raw.length !== 86 || (raw[1] & ~6) !== 0 ||
	    (m[1] === "ws") !== ((raw[1] & 4) !== 0))
		throw new Refused("LINK");
	return placeOf({ host: m[2], port: Number(m[3]), flags: raw[1],
		pin: raw.toString("hex", 2, 34),
		relay_key: raw.toString("hex", 34, 66),
		code: raw.toString("hex", 66, 82) }, m[4], raw,
	    "tacit/1/admission");
}

// ---- safety number: half of it for each identity, the lower one first

function half(name, key) {
	const point = join(u8(5), key);
	let sum = join(u16(0), point, name);
	for (let i = 0; i < 5200; i++)
		sum = createHash("sha512").update(sum).update(point).digest();
	let digits = "";
	for (let at = 0; at < 30; at += 5)
		digits += String(sum.readUIntBE(at, 5) % 100000)
		    .padStart(5, "0");
	return digits;
}
export const safetyNumber = (v) => [v.identity_i, v.identity_j]
	.map((k) => half(utf8(v.relationship), hex(k))).sort().join("");
