// SPDX-License-Identifier: Apache-2.0
// The recorded pairing, followed by the second implementation: every frame,
// signature, key and letter of it is computed again, but for the ratchet
// inside the letters, which tests/interop tries against two others.
import { H, KDF, content, envelope, hex, join, openBlob, openEnvelope,
    readContent, readFrame, readLink, safetyNumber, sodium, statements, u16,
    u64, utf8, verify } from "./second.mjs";

function check(good, what) {
	if (!good)
		throw new Error(what);
}

const seed = (random, name) => random.find((d) => d.name === name).value;

// Every frame as it stands there, and what a connection's requests were
// signed for; returns the envelopes that were posted and delivered.
function followWire(v, relayKey) {
	const nonces = {}, posted = {}, delivered = {};

	for (const m of v.wire)
		for (const one of m.frames) {
			const bytes = hex(one.frame), f = readFrame(bytes);
			const at = `${m.end} ${m.connection}`;
			check(f.is === one.is && f.used === bytes.length,
			    `${one.is} reads as ${f.is}`);
			if (f.is === "welcome") {
				nonces[at] = f.fields.nonce;
				check(f.fields.relay_key === relayKey &&
				    verify(relayKey, f.fields.signature,
					H("tacit/1/welcome",
					    hex(f.fields.nonce),
					    hex(f.fields.next_pin))),
				"WELCOME is not signed");
			}
			for (const s of statements(f, relayKey, nonces[at]))
				check(verify(s.key, s.signature, s.hash),
				    `${f.is} is not signed`);
			if (f.is === "post")
				posted[f.fields.envelope] = f;
			if (f.is === "deliver")
				delivered[f.fields.envelope] = f;
		}
	return { posted, delivered };
}

function checkKeys(v, l) {
	const d = v.derived, s = hex(l.secret);
	const put = v.wire.flatMap((m) => m.frames)
	    .find((f) => f.is === "put_invitation");
	const blob = readFrame(hex(put.frame)).body;
	const url = utf8(`wss://${l.host}:${l.port}`);
	const t = H("tacit/1/transcript", blob, hex(d.identity_i),
	    hex(d.identity_j), hex(d.address_i), hex(d.address_j), url, url);
	const want = {
		invitation_address: KDF(s, "tacit/1/address"),
		bundle_key: KDF(s, "tacit/1/bundle"),
		relationship: KDF(s, "tacit/1/relationship"),
		pair0: KDF(s, "tacit/1/pair/0"),
		transcript: t,
		pair1: KDF(s, "tacit/1/pair/1", hex(d.r_i), hex(d.r_j), t),
	};
	for (const [name, value] of Object.entries(want))
		check(value.toString("hex") === d[name], `${name} differs`);
	const bundle = new Map(openBlob(l, blob));
	check(bundle.get(1).equals(hex(d.address_i)) &&
	    bundle.get(3).equals(hex(d.identity_i)),
	"the bundle names another mailbox or identity");
	check(safetyNumber(d) === d.safety_number, "safety number differs");
}

// One letter, layer by layer.
function checkLetter(v, l, wire) {
	const d = v.derived, from = l.address === d.address_i ? "J" : "I";
	const direction = from === "I" ? "ij" : "ji";
	const pair = [d.pair0, d.pair1].find((k) =>
		KDF(hex(k), `tacit/1/seal/${direction}`)
		    .equals(hex(l.seal_key)));
	const sealed = envelope({ ...l, message: l.inside, times: 1, pair,
		direction, size: 2048 });
	const post = wire.posted[l.envelope];
	check(post.fields.address === l.address && post.body.equals(sealed),
	    "another envelope was posted");
	check(wire.delivered[l.envelope].body.equals(sealed),
	    "another envelope was delivered");
	check(openEnvelope(pair, direction, hex(l.address), hex(l.envelope),
	    sealed).inside.equals(hex(l.inside)), "it opens otherwise");
	if (l.kind === 3) {
		const secret = hex(seed(v.random, "Hello key (X25519)"));
		const key = sodium.crypto_scalarmult_base(secret);
		check(hex(l.message).equals(Buffer.from(
		    sodium.crypto_box_seal_open(hex(l.inside), key, secret))),
		"the box around Hello opens otherwise");
	} else
		check(l.message === l.inside, "inside is another message");
	const m = hex(l.content);
	const padded = join(u16(m.length), m,
	    Buffer.alloc(l.padded - 2 - m.length));
	const c = readContent(padded);
	check(content(c).equals(padded), "content is written otherwise");
	return { from, content: c };
}

function checkChains(letters, shown) {
	const chain = { I: Buffer.alloc(32), J: Buffer.alloc(32) };
	const texts = letters.filter(({ content: c }) => c.is === "text");

	check(texts.length === shown.length && texts.length === 4,
	    "not two texts each way");
	texts.forEach(({ from, content: c }, i) => {
		check(c.previous === chain[from].toString("hex"),
		    "another chain value");
		chain[from] = H("tacit/1/chain", chain[from], u64(c.seq),
		    utf8(c.body.data));
		check(shown[i].at !== from && shown[i].text === c.body.data,
		    "another text was shown");
	});
}

export function checkPairing(v) {
	const l = readLink(v.link);
	const wire = followWire(v, l.relay_key);
	checkKeys(v, l);
	checkChains(v.letters.map((one) => checkLetter(v, one, wire)),
	    v.shown);
}
