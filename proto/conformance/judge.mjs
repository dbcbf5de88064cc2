// SPDX-License-Identifier: Apache-2.0
// What was seen of a client, judged.  Nothing here acts: the same record gives
// the same verdicts, so that a spoiled record shows what each is worth.
import { WINDOW, isRefusal } from "./scenes.mjs";
import { H, KDF, Refused, hex, openBlob, openEnvelope, readAdmission, readLink,
    statements, verify } from "./second.mjs";

const upTo = (n, list) => list.length <= n ? list.join("; ") :
	`${list.slice(0, n).join("; ")}; and ${list.length - n} more`;

// A case that is as it should be if nothing is in the list of what is wrong.
const none = (name, wrong) => ({ name, batch: name.split(":")[0], want: "ok",
	got: wrong.length === 0 ? "ok" : upTo(3, wrong) });
const only = (name, good, what) => none(name, good ? [] : [what]);

const where = (f) => `${f.is} ${f.id}`;
const fromClients = (tape) =>
	tape.messages.filter((m) => m.from === "client");

function wire({ tape }) {
	const dials = tape.dials.filter((d) => d.request !== undefined);
	const mine = fromClients(tape);
	const wrong = (good, what) => dials.filter((d) => !good(d)).map(what);
	const header = (d, name) => d.request.headers[name];

	return [
		none("wire: TLS 1.3", wrong((d) => d.tls === "TLSv1.3",
		    (d) => d.tls)),
		none("wire: ALPN", wrong((d) => d.alpn === "http/1.1",
		    (d) => `${d.alpn}`)),
		none("wire: GET /v1", wrong((d) =>
			d.request.method === "GET" && d.request.url === "/v1" &&
			d.request.httpVersion === "1.1",
		(d) => `${d.request.method} ${d.request.url}`)),
		none("wire: subprotocol", wrong((d) =>
			header(d, "sec-websocket-protocol") === "tacit.1",
		(d) => `${header(d, "sec-websocket-protocol")}`)),
		none("wire: no Origin, no name of a program", wrong((d) =>
			!header(d, "origin") && !header(d, "user-agent"),
		() => "Origin or User-Agent")),
		none("wire: nothing behind the handshake", wrong((d) =>
			!d.head, (d) => `${d.head} bytes`)),
		none("wire: binary", mine.filter((m) => !m.binary)
		    .map(() => "a text message")),
		none("wire: sizes", mine.filter((m) => m.size > 262144 ||
			m.frames.length > 64)
		    .map((m) => `${m.size} bytes, ${m.frames.length} frames`)),
		none("wire: nothing before WELCOME", mine
		    .filter((m) => m.early).map((m) => m.frames.map(where))),
	];
}

function frames({ tape }) {
	const mine = fromClients(tape), last = new Map(), falls = [];
	const requests = mine.flatMap((m) => m.frames.map((f) =>
		({ ...f, line: m.line })));

	for (const f of requests) {
		if (f.id <= (last.get(f.line) ?? 0))
			falls.push(where(f));
		last.set(f.line, f.id);
	}
	return [
		none("frames: one encoding", mine.filter((m) => m.malformed)
		    .map((m) => `a message of ${m.size} bytes`)),
		none("frames: ids rise", falls),
		none("frames: signatures", requests.filter((f) =>
			statements(f, relayKey(tape), f.nonce).some((s) =>
				!verify(s.key, s.signature ?? noSignature, s.hash)))
		    .map(where)),
		none("frames: each POST has its size", requests
		    .filter((f) => f.is === "post" &&
			![2048, 65536].includes(f.body.length)).map(where)),
	];
}

const noSignature = "00".repeat(64);
const relayKey = (tape) => tape.messages.flatMap((m) => m.frames)
    .find((f) => f.is === "welcome").fields.relay_key;

// ---- letters

// Posts of an end, each with what k0 opens of it.
function posts(seen, l, end) {
	const k0 = KDF(hex(l.secret), "tacit/1/pair/0").toString("hex");
	return seen.tape.frames(end, "client", "post").map((f) => {
		try {
			return { ...f, k0: openEnvelope(k0,
			    end === "I" ? "ij" : "ji", hex(f.fields.address),
			    hex(f.fields.envelope), f.body) };
		} catch (e) {
			if (!(e instanceof Refused))
				throw e;
			return { ...f, why: e.error };
		}
	});
}

// The same envelope again is the same bytes and not said to be the first;
// another has another nonce.
function repeats(list) {
	const bodies = new Map(), nonces = new Map(), wrong = [];

	for (const f of list) {
		const id = f.fields.envelope, nonce = f.body.toString("hex", 0, 24);
		const before = bodies.get(id);
		if (before !== undefined && !before.equals(f.body))
			wrong.push(`${id}: other bytes`);
		if (before !== undefined && f.fields.first)
			wrong.push(`${id}: "first" twice`);
		if ((nonces.get(nonce) ?? id) !== id)
			wrong.push(`${id}: the nonce of another`);
		bodies.set(id, f.body);
		nonces.set(nonce, id);
	}
	return wrong;
}

function headers(list) {
	const wrong = [], ids = new Set();
	let counter = 0, stream = null;

	for (const f of list.filter((p) => p.k0)) {
		if (ids.has(f.fields.envelope))
			continue;
		ids.add(f.fields.envelope);
		stream ??= f.k0.stream;
		if (f.k0.stream !== stream || f.k0.counter !== ++counter)
			wrong.push(`counter ${f.k0.counter} of stream ` +
			    f.k0.stream);
		if (f.k0.generation !== 1 || f.k0.kind > 3)
			wrong.push(`kind ${f.k0.kind}, generation ` +
			    f.k0.generation);
	}
	return [...wrong, ...list.filter((p) => p.why && p.why !== "HINT")
	    .map((p) => `${p.why} under k0`)];
}

function letters(seen, l) {
	const i = posts(seen, l, "I"), j = posts(seen, l, "J");
	const last = (list) => list.slice(-4).some((p) => p.k0);
	const n = i.concat(j).length;

	return [
		none("letters: of one size", i.concat(j)
		    .filter((f) => f.body.length !== 2048).map(where)),
		none("letters: again the same bytes, else another nonce",
		    [...repeats(i), ...repeats(j)]),
		none("letters: header and zeros", [...headers(i),
			...headers(j)]),
		only("letters: Hello first", j[0]?.k0?.kind === 3 &&
		    j.slice(1).every((p) => p.k0?.kind !== 3 ||
			p.fields.envelope === j[0].fields.envelope),
		"another letter, or another Hello"),
		only("letters: the pair key changes", n > 0 && !last(i) &&
		    !last(j), "the last letters are under k0"),
	];
}

// ---- pairing

function bundleOf(seen, l) {
	const put = seen.tape.frames("I", "client", "put_invitation")[0];
	try {
		return new Map(openBlob(l, put.body));
	} catch {
		return new Map();
	}
}

function inviter(seen, l, b) {
	const f = (is) => seen.tape.frames("I", "client", is);
	const created = f("create").map((x) => H("tacit/1/mailbox",
	    hex(x.fields.owner)).toString("hex"));
	const address = b.get(1)?.toString("hex");
	const put = f("put_invitation")[0];
	const a = KDF(hex(l.secret), "tacit/1/address").toString("hex");
	const tokens = f("set_token").filter((x) => H("tacit/1/mailbox",
	    hex(x.fields.owner)).toString("hex") === address)
	    .map((x) => x.fields.keep ? "keep" : "no keep");
	return [
		only("pairing: the link comes after PUT", seen.putBefore > 0,
		    "no PUT before the link was told"),
		only("pairing: PUT at A", put?.fields.address === a,
		    `${put?.fields.address}`),
		only("pairing: M_I exists before PUT", created.includes(address),
		    "no CREATE of the mailbox in the bundle"),
		only("pairing: REVOKE when J was heard",
		    f("revoke_invitation").some((x) => x.fields.address === a),
		    "none"),
		only("pairing: another token, then it alone",
		    tokens[0] === "keep" && tokens.includes("no keep"),
		    `SET_TOKEN: ${tokens.join(", ") || "none"}`),
	];
}

function joiner(seen, l, b) {
	const f = (is) => seen.tape.frames("J", "client", is);
	const gets = f("get_invitation"), pass = b.get(14)?.toString("hex");
	const readers = new Set(gets.map((x) => x.fields.reader));

	return [
		only("pairing: GET by one reader key", readers.size === 1,
		    `${readers.size} keys`),
		only("pairing: M_J is paid by the guest pass",
		    f("create")[0]?.fields.code === pass, "by another code"),
		only("pairing: Hello goes to M_I with its token",
		    f("post")[0]?.fields.address === b.get(1)?.toString("hex") &&
		    f("post")[0]?.fields.token === b.get(2)?.toString("hex"),
		    "to another mailbox, or with another token"),
	];
}

const sized = [[1, 32], [2, 32], [3, 32], [5, 32], [6, 64], [8, 32], [9, 32],
	[12, 32], [13, 32], [14, 16]];

function pairing(seen, l, line) {
	const p = readAdmission(line), b = bundleOf(seen, l);
	const id = (n) => Number(b.get(n) ?? 0n);

	return [
		only("pairing: link of this relay", l.host === p.host &&
		    l.port === p.port && l.pin === p.pin &&
		    l.relay_key === p.relay_key && l.flags === 0,
		"another place, pin, key or flag"),
		none("pairing: bundle", sized.filter(([n, len]) =>
			b.get(n)?.length !== len).map(([n]) => `field ${n}`)),
		only("pairing: prekey ids", [4, 7].every((n) => id(n) > 0 &&
			id(n) < 0xffffff), `${id(4)}, ${id(7)}`),
		only("pairing: the bundle names this relay",
		    b.get(11)?.toString() === `wss://${p.host}:${p.port}` &&
		    b.get(12)?.toString("hex") === p.relay_key &&
		    b.get(13)?.toString("hex") === p.pin, "another"),
		...inviter(seen, l, b), ...joiner(seen, l, b),
		only("pairing: one safety number at both ends",
		    /^\d{60}$/.test(seen.numbers[0]) &&
		    seen.numbers[0] === seen.numbers[1],
		seen.numbers.join(", ")),
	];
}

// ---- reading

// Each ACK names what this connection was sent; all that was sent is acked,
// there or when it came again.
function acks({ tape }) {
	const sent = new Map(), wrong = [], open = new Set();

	for (const m of tape.messages)
		for (const f of m.frames) {
			const ids = sent.get(m.line) ?? new Set();
			sent.set(m.line, ids);
			if (f.is === "deliver") {
				ids.add(f.fields.envelope);
				open.add(f.fields.envelope);
			}
			for (const id of f.is === "ack" ? f.fields.envelope : []) {
				if (!ids.has(id))
					wrong.push(`${id}: not sent`);
				open.delete(id);
			}
		}
	return [none("reading: ACK of what was sent here", wrong),
		none("reading: all is acknowledged", [...open])];
}

const shownOnce = (name, s) =>
	only(name, s === 1, `shown ${s} times`);

// What a scene is judged by; or that it did not come to its end.
const of = (seen, scene, name, judged) => seen.stuck[scene] === undefined ?
	judged(seen) : [only(name, false, seen.stuck[scene])];

function reading(seen) {
	return [
		...acks(seen),
		...of(seen, "killedAfterAck", "reading: kept before ACK",
		    ({ killed: k }) => [only("reading: kept before ACK",
			k.acked && k.shown >= 1, k.acked ?
			"lost by who was killed behind its ACK" : "no ACK")]),
		...of(seen, "replayed", REPLAY, (s) =>
			[shownOnce(REPLAY, s.replayed.shown)]),
		...of(seen, "forged", FORGED, ({ forged: f }) =>
			[only(FORGED, f.spoiled && f.shown.length === 1,
			    `shown: ${f.shown.join(" | ")}`)]),
		...of(seen, "swapped", ORDER, ({ swapped: w }) =>
			[only(ORDER, w.done && w.shown.join(" | ") ===
			    "the first of two | the second of two",
			w.shown.join(" | "))]),
	];
}

const REPLAY = "reading: a replay is shown once";
const FORGED = "reading: what is forged is not shown, what is true is";
const ORDER = "reading: in the order in which it was written";

// ---- posting

// The first envelope was posted again, with the same bytes.
function again(name, { posts: list, shown }) {
	const first = list[0], same = list.slice(1).filter((f) =>
		f.fields.envelope === first?.fields.envelope &&
		f.body.equals(first.body));
	return [only(name, same.length > 0, "not the same envelope again"),
		shownOnce(`${name}: arrives`, shown.length)];
}

function refused({ refusedPost: r }) {
	const resumed = r.posts.find((f) => f.fields.resume);

	return [
		only(RESUME, resumed?.fields.envelope === r.first,
		    resumed ? "from another one on" : "no resume"),
		only("posting: in order", r.shown.length === 3 &&
		    r.shown.every((t, i) => t.endsWith(
			["one", "two", "three"][i])), r.shown.join(" | ")),
	];
}

const under = ({ window: w }) => [
	only(UNDER, w.most <= WINDOW, `${w.most}`),
	only("posting: all of them arrive", w.shown.length === WINDOW + 2,
	    `${w.shown.length} of ${WINDOW + 2}`),
];

const posting = (seen) => [
	...of(seen, "okLost", "posting: OK lost",
	    (s) => again("posting: OK lost", s.okLost)),
	...of(seen, "killedBeforeOk", "posting: killed before OK",
	    (s) => again("posting: killed before OK", s.killedBeforeOk)),
	...of(seen, "refusedPost", RESUME, refused),
	...of(seen, "window", UNDER, under),
];

const RESUME = "posting: from the refused one on, with resume";
const UNDER = "posting: at most 32 under way";

// ---- refusals

function refusal(r) {
	const wrong = [];
	if (!isRefusal(r.answer))
		wrong.push(`was taken: ${r.answer.slice(0, 40)}`);
	if (r.frames > 0)
		wrong.push(`${r.frames} frames were sent`);
	if ((r.early || r.what.includes("_refused")) && r.dials > 0)
		wrong.push("it was called");
	if (r.plain)
		wrong.push("spoke without TLS");
	return none(`refusals: ${r.what}`, wrong);
}

export function judge(seen, line) {
	const l = readLink(seen.link);
	return [...wire(seen), ...frames(seen), ...pairing(seen, l, line),
		...letters(seen, l), ...reading(seen), ...posting(seen),
		...seen.refusals.map(refusal),
		...of(seen, "strangers", "refusals: another pin", () => [])];
}
