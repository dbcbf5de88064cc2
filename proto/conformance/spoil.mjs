// SPDX-License-Identifier: Apache-2.0
// What a wrong client would have left, made out of what a right one did: each
// copy breaks one requirement, and the judge must say so.  They show what the
// judgement is worth; what a whole wrong client comes to, drivers/wrong shows.
import { KDF, envelope, hex, link, openEnvelope, readLink } from "./second.mjs";

// A copy of the record with other messages; frames are copied when changed.
const withMessages = (seen, change) => ({ ...seen, tape: copyTape(seen.tape,
    seen.tape.messages.flatMap(change), seen.tape.dials) });
const withDials = (seen, change) => ({ ...seen, tape: copyTape(seen.tape,
    seen.tape.messages, seen.tape.dials.map((d) =>
	d.request === undefined ? d : change(d))) });

function copyTape(tape, messages, dials) {
	const copy = { messages, dials };
	copy.frames = tape.frames.bind(copy);
	return copy;
}

const mine = (m) => m.from === "client";

// The `nth` frame of kind `is` that `end` wrote, changed; null: left out.
function withFrame(seen, end, is, change, nth = 0) {
	let n = 0;
	return withMessages(seen, (m) => !mine(m) || m.end !== end ? [m] :
		[{ ...m, frames: m.frames.flatMap((f) => {
			if (f.is !== is || nth !== "all" && n++ !== nth)
				return [f];
			return change({ ...f, fields: { ...f.fields } }) ?? [];
		}) }]);
}
const fields = (change) => (f) =>
	({ ...f, fields: { ...f.fields, ...change(f.fields) } });

function firstMessage(seen, change) {
	let done = false;
	return withMessages(seen, (m) => {
		if (done || !mine(m) || m.frames.length === 0)
			return [m];
		done = true;
		return [{ ...m, ...change(m) }];
	});
}

const withRequest = (seen, change) => withDials(seen, (d) => ({ ...d,
	request: { method: d.request.method, url: d.request.url,
		httpVersion: d.request.httpVersion,
		headers: d.request.headers, ...change(d.request) } }));

const flip = (body, at) => {
	const b = Buffer.from(body);
	b[at] ^= 1;
	return b;
};

const withRefusal = (seen, what, change) => ({ ...seen,
	refusals: seen.refusals.map((r) =>
		r.what.startsWith(what) ? { ...r, ...change } : r) });

const other = "11".repeat(32);
// Hello, sealed again under the counter after its own.
function laterCounter(seen, f) {
	const s = hex(readLink(seen.link).secret);
	const pair = KDF(s, "tacit/1/pair/0").toString("hex");
	const { address, envelope: id } = f.fields;
	const h = openEnvelope(pair, "ji", hex(address), hex(id), f.body);
	return envelope({ ...h, pair, direction: "ji", address, envelope: id,
		counter: h.counter + 1, size: 2048, times: 1,
		message: h.inside.toString("hex"),
		random: f.body.toString("hex", 8, 24) });
}

// A letter that was posted twice, wherever it was.
const twice = (list) => [...list, { ...list[0],
	body: flip(list[0].body, 100) }];

export const spoils = [
	["C3.1", "TLS 1.2", (s) => withDials(s, (d) =>
		({ ...d, tls: "TLSv1.2" }))],
	["C3.1", "no ALPN", (s) => withDials(s, (d) =>
		({ ...d, alpn: false }))],
	["C3.2", "another path", (s) => withRequest(s, () =>
		({ url: "/v1?me" }))],
	["C3.2", "a User-Agent", (s) => withRequest(s, (q) =>
		({ headers: { ...q.headers, "user-agent": "me/1" } }))],
	["C3.3", "a text message", (s) => firstMessage(s, () =>
		({ binary: false }))],
	["C3.3", "a message that is too long", (s) => firstMessage(s, () =>
		({ size: 262145 }))],
	["C3.4", "another pin is taken", (s) => withRefusal(s, "another pin",
	    { dials: 1 })],
	["C3.5", "a relay is asked without TLS", (s) => withRefusal(s,
	    "a relay without", { plain: true })],
	["C4.1", "a request before WELCOME", (s) => firstMessage(s, () =>
		({ early: true }))],
	["C4.2", "another relay key is taken", (s) => withRefusal(s,
	    "another relay key", { frames: 1 })],
	["C4.2", "a signature is not checked", (s) => withRefusal(s,
	    "a WELCOME", { answer: "ok tacit://x" })],
	["C4.3", "a frame in another encoding", (s) => firstMessage(s, () =>
		({ malformed: true }))],
	["C4.3", "an id twice", (s) => firstMessage(s, (m) =>
		({ frames: [...m.frames, m.frames[0]] }))],
	["C5.1", "a signature for another request", (s) => withFrame(s, "I",
	    "create", (f) => ({ ...f, id: f.id + 1 }))],
	["C5.1", "a subscription that is not signed", (s) => withFrame(s, "I",
	    "subscribe", (f) => ({ ...f, body: flip(f.body, 95) }))],
	["C8.1", "a link is taken that is not canonical", (s) =>
		withRefusal(s, "link_refused: padding", { answer: "ok" })],
	["C8.1", "an admission line likewise", (s) => withRefusal(s,
	    "admission_refused", { answer: "ok" })],
	["C8.2", "the link comes before PUT", (s) => ({ ...s, putBefore: 0 })],
	["C8.3", "PUT elsewhere", (s) => withFrame(s, "I", "put_invitation",
	    fields(() => ({ address: other })))],
	["C8.3", "a blob that the link does not open", (s) => withFrame(s, "I",
	    "put_invitation", (f) => ({ ...f, body: flip(f.body, 50) }))],
	["C9.1", "a letter of another size", (s) => withFrame(s, "J", "post",
	    (f) => ({ ...f, body: f.body.subarray(1) }), 3)],
	["C9.2", "the same id for other bytes", (s) => withMessages(s, (m) =>
		!mine(m) ? [m] : [{ ...m, frames: m.frames.flatMap((f) =>
			f.is === "post" ? twice([f]) : [f]) }])],
	["C9.2", "\"first\" twice", (s) => withFrame(s, "I", "post",
	    fields(() => ({ first: true })), "all")],
	["C9.2", "a nonce twice", (s) => withFrame(s, "I", "post", (f) =>
		({ ...f, body: Buffer.concat([Buffer.alloc(24),
			f.body.subarray(24)]) }), "all")],
	["C9.3", "a bit of a letter under k0", (s) => withFrame(s, "I", "post",
	    (f) => ({ ...f, body: flip(f.body, 2047) }))],
	["C9.3", "a counter that is left out", (s) => withFrame(s, "J", "post",
	    (f) => ({ ...f, body: laterCounter(s, f) }))],
	["C11.1", "another reader key", (s) => withMessages(s, (m) =>
		[{ ...m, frames: m.frames.flatMap((f) =>
			f.is !== "get_invitation" ? [f] :
			    [f, fields(() => ({ reader: other }))(f)]) }])],
	["C11.1", "another code for M_J", (s) => withFrame(s, "J", "create",
	    fields(() => ({ code: other.slice(0, 32) })))],
	["C11.1", "Hello to another mailbox", (s) => withFrame(s, "J", "post",
	    fields(() => ({ address: other })))],
	["C11.2", "no REVOKE", (s) => withFrame(s, "I", "revoke_invitation",
	    () => null, "all")],
	["C11.2", "the first token stays", (s) => withFrame(s, "I",
	    "set_token", (f) => f.fields.keep ? f : null, "all")],
	["C11.3", "k0 to the end", (s) => {
		const hello = s.tape.frames("J", "client", "post")[0];
		return withFrame(s, "J", "post", (f) => ({ ...f,
			fields: hello.fields, body: hello.body }), "all");
	}],
	["C11.4", "another safety number", (s) => ({ ...s,
		numbers: [s.numbers[0], "0".repeat(60)] })],
	["C12.1", "an ACK of what was not sent", (s) => withFrame(s, "I", "ack",
	    fields((f) => ({ envelope: [...f.envelope,
		    other.slice(0, 32)] })))],
	["C12.1", "no ACK", (s) => withFrame(s, "J", "ack", () => null,
	    "all")],
	["C12.2", "lost behind its ACK", (s) => ({ ...s,
		killed: { ...s.killed, shown: 0 } })],
	["C12.3", "shown twice", (s) => ({ ...s, replayed: { shown: 2 } })],
	["C12.4", "something else is shown", (s) => ({ ...s, forged: {
		...s.forged, shown: ["as it was writteo",
			...s.forged.shown] } })],
	["C12.4", "the true letter is lost", (s) => ({ ...s,
		forged: { ...s.forged, shown: [] } })],
	["C12.5", "shown as they came", (s) => ({ ...s, swapped: {
		...s.swapped, shown: [...s.swapped.shown].reverse() } })],
	["C12.6", "another envelope after a lost OK", (s) => ({ ...s,
		okLost: { ...s.okLost, posts: s.okLost.posts.map((f, i) =>
			fields(() => ({ envelope: `${i}` }))(f)) } })],
	["C12.6", "not posted again after a kill", (s) => ({ ...s,
		killedBeforeOk: { ...s.killedBeforeOk,
			posts: s.killedBeforeOk.posts.slice(0, 1) } })],
	["C12.7", "no resume", (s) => ({ ...s, refusedPost: { ...s.refusedPost,
		posts: s.refusedPost.posts.map(fields(() =>
			({ resume: false }))) } })],
	["C12.7", "from the next one on", (s) => ({ ...s, refusedPost: {
		...s.refusedPost, first: "another" } })],
	["C12.8", "more under way", (s) => ({ ...s, window: { ...s.window,
		most: 33 } })],
	["C8.2", "a link of another relay", (s) => ({ ...s,
		link: link({ ...readLink(s.link), port: 1 }) })],
];
