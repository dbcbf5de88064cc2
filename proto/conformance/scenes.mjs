// SPDX-License-Identifier: Apache-2.0
// What a client is put through.  Each scene ends with what is needed to judge
// it in `seen`; judge.mjs judges, and nothing here does.
import { createServer } from "node:net";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Driver } from "./driver.mjs";
import { admission, readAdmission, wholeFrame } from "./second.mjs";

const ROUNDS = 40;		// of sync, until what must come came
const UNAVAILABLE = 42, LATCHED = 45;	// proto/tacit/error.h
export const WINDOW = 32;	// letters under way
const HELD_MS = 300;		// how long WELCOME is kept back once
const MORE_MS = 1000;		// for what must not come: it may be missed

const flipped = (text) => (text[0] === "0" ? "1" : "0") + text.slice(1);
export const isRefusal = (answer) => answer.startsWith("no ");

export class Scenes {
	constructor({ tap, command, joiner, work, line }) {
		Object.assign(this, { tap, command, joiner: joiner ?? command,
			work, line, ends: [], seen: { refusals: [], stuck: {}, tape: tap } });
		this.place = readAdmission(line);
	}

	async end(name, command = this.command) {
		const d = new Driver(command, join(this.work, name));
		d.name = name;
		this.ends.push(d);
		await this.must(d, "init", name);
		return d;
	}

	// A step that no check is about.
	async must(d, ...words) {
		this.tap.end = d.name;
		const answer = await d.ask(...words);
		if (!answer.startsWith("ok"))
			throw new Error(`"${words[0]}" was answered: ${answer}`);
		return answer.slice(3);
	}

	// A client that the scene killed starts again; others must not end.
	async sync(name) {
		this.tap.end = name;
		const answer = await this[name].ask("sync");
		if (answer.startsWith("gone") && !this[name].killed)
			throw new Error(`the client of ${name} is ${answer}`);
		if (this[name].killed)
			this[name].start();
		return answer;
	}

	// sync, of one end after the other, until it is so.
	async until(what, names, isSo) {
		for (let i = 0; i < ROUNDS; i++) {
			if (isSo())
				return;
			await this.sync(names[i % names.length]);
		}
		if (!isSo())
			throw new Error(`after ${ROUNDS} syncs: ${what}`);
	}

	async close() {
		for (const d of this.ends)
			await d.end();
	}

	// ---- what must be refused

	// An end that was given `line` asks for an invitation.
	async refusedBy(what, line, more = () => ({})) {
		const name = `end ${this.seen.refusals.length}`;
		const end = name.replace(" ", "-"), d = await this.end(end);
		let answer = await d.ask("relay", line);
		if (!isRefusal(answer))
			answer = await d.ask("invite");
		await d.end();
		this.seen.refusals.push({ what, answer, ...more(),
			dials: this.tap.dials.filter((x) => x.end === end &&
			    x.request).length,
			frames: this.tap.frames(end, "client").length });
		this.tap.rule = null;
	}

	async strangers() {
		const p = this.place;
		await this.refusedBy("another pin",
		    admission({ ...p, pin: flipped(p.pin) }));
		this.seen.refusals.at(-1).early = true;
		await this.refusedBy("another relay key",
		    admission({ ...p, relay_key: flipped(p.relay_key) }));
		this.tap.rule = (f) => {
			if (f.is !== "welcome")
				return true;
			const b = Buffer.from(f.bytes);
			b[b.length - 1] ^= 1;
			return b;
		};
		await this.refusedBy("a WELCOME that is not signed", this.line);
		await this.withoutTls();
		await this.lines();
	}

	// Something that speaks HTTP where TLS should be.
	async withoutTls() {
		let heard = "";
		const server = createServer((s) => s.on("data", (d) => {
			heard += d.toString("latin1");
			s.end("HTTP/1.1 400 Bad Request\r\n\r\n");
		}).on("error", () => {}));
		await new Promise((done) => server.listen(0, "127.0.0.1", done));
		await this.refusedBy("a relay without TLS", admission({
			...this.place, port: server.address().port }),
		() => ({ plain: heard.includes("GET ") }));
		server.close();
	}

	// Lines and links that make no sense; nobody is called for them.
	async lines() {
		const d = await this.end("lines"), before = this.tap.dials.length;
		const url = new URL("vectors/links.json", import.meta.url);
		for (const v of JSON.parse(readFileSync(url))) {
			const word = { link_refused: "accept",
				admission_refused: "relay" }[v.what];
			if (word !== undefined && v.in.text !== "")
				this.seen.refusals.push({ dials: 0, frames: 0,
					what: `${v.what}: ${v.about}`,
					answer: await d.ask(word, v.in.text) });
		}
		this.seen.refusals.at(-1).dials =
		    this.tap.dials.length - before;
		await d.end();
	}

	// ---- a pairing

	async pair() {
		let held = false;
		this.tap.rule = (f, from, line) => {
			if (held || f.is !== "welcome")
				return true;
			held = true;
			setTimeout(() => line.pass("relay", f.bytes), HELD_MS);
			return false;
		};
		this.I = await this.end("I");
		await this.must(this.I, "relay", this.line);
		this.seen.link = await this.must(this.I, "invite");
		this.seen.putBefore = this.tap.frames("I", "client",
		    "put_invitation").length;
		this.tap.rule = null;
		this.J = await this.end("J", this.joiner);
		await this.must(this.J, "accept", this.seen.link);
		await this.exchange("hello from J", "hello from I");
		// Who heard the other under the new key is asked to show it.
		await this.exchange("again from J", "again from I");
		this.seen.numbers = [await this.must(this.I, "number"),
			await this.must(this.J, "number")];
	}

	async exchange(fromJ, fromI) {
		await this.must(this.J, "send", fromJ);
		await this.must(this.I, "send", fromI);
		await this.until(`"${fromJ}" and "${fromI}" were not shown`,
		    ["J", "I"], () => this.I.texts.includes(fromJ) &&
			this.J.texts.includes(fromI));
	}

	// ---- what may happen to a letter on its way

	shown(name, text) {
		return this[name].texts.filter((t) => t === text).length;
	}

	// From J to I under a rule, until it is shown; how often it was.
	async arrives(text, rule) {
		this.ruleOf("I", rule);
		await this.written(text);
		await this.until(`"${text}" was not shown`, ["I"], () =>
			this.I.texts.includes(text));
		this.tap.rule = null;
		await this.sync("I");
		await this.sync("I");
	}

	// A rule about the connections of one end.
	ruleOf(name, rule) {
		this.tap.rule = (f, from, line) =>
			line.end !== name || rule(f, from, line);
	}

	// J writes a text, and posts it.
	async written(text) {
		const posts = () =>
			this.tap.frames("J", "client", "post").length;
		const before = posts();
		await this.must(this.J, "send", text);
		await this.until("nothing was posted", ["J"], () =>
			posts() > before);
		await this.sync("J");
	}

	async killedAfterAck() {
		const text = "kept before it was acknowledged";
		let acks = null, killed = null;
		this.ruleOf("I", (f, from, line) => {
			if (from === "client" && f.is === "ack")
				acks = { line, id: f.id };
			else if (from === "relay" && f.is === "ok" &&
			    acks?.line === line && f.fields.id.includes(acks.id))
				killed ??= this.I.kill();
			return true;
		});
		await this.written(text);
		for (let i = 0; i < ROUNDS && killed === null; i++)
			await this.sync("I");
		this.tap.rule = null;
		await killed;
		await this.sync("I");
		await this.sync("I");
		this.seen.killed = { acked: acks !== null,
			shown: this.shown("I", text) };
	}

	// The first ACK does not reach the relay: it all comes again.
	async replayed() {
		const text = "delivered twice";
		let cut = false;
		await this.arrives(text, (f, from, line) => {
			if (cut || from !== "client" || f.is !== "ack")
				return true;
			cut = true;
			line.cut();
			return false;
		});
		this.seen.replayed = { again: cut, shown: this.shown("I", text) };
	}

	// The first time a bit of it is another; nor is that told to the relay.
	async forged() {
		const text = "as it was written";
		const before = this.I.texts.length;
		let spoiled = null;
		await this.arrives(text, (f, from, line) => {
			if (spoiled === null && f.is === "deliver") {
				spoiled = line;
				const b = Buffer.from(f.bytes);
				b[b.length - 1] ^= 1;
				setTimeout(() => line.cut(), HELD_MS);
				return b;
			}
			return line !== spoiled || from !== "client";
		});
		this.seen.forged = { spoiled: spoiled !== null,
			shown: this.I.texts.slice(before) };
	}

	// The later of two comes first.
	async swapped() {
		const texts = ["the first of two", "the second of two"];
		let first = null, done = false;
		await this.must(this.J, "send", texts[0]);
		await this.arrives(texts[1], (f) => {
			if (f.is !== "deliver" || done)
				return true;
			if (first === null) {
				first = f.bytes;
				return false;
			}
			done = true;
			return [f.bytes, first];
		});
		await this.until("the first was not shown", ["I"], () =>
			this.I.texts.includes(texts[0]));
		this.seen.swapped = { done, shown: this.I.texts
		    .filter((t) => texts.includes(t)) };
	}

	// ---- posting

	// Texts of I under a rule; all POSTs until J was shown the last.
	async posts(texts, rule) {
		const at = this.tap.messages.length;
		this.ruleOf("I", rule);
		for (const t of texts)
			await this.must(this.I, "send", t);
		await this.until(`"${texts.at(-1)}" did not arrive`, ["I", "J"],
		    () => this.J.texts.includes(texts.at(-1)));
		this.tap.rule = null;
		// Who was not told that it arrived has it to post again.
		await this.sync("I");
		await this.sync("I");
		await this.sync("J");
		return { shown: this.J.texts.filter((t) => texts.includes(t)),
			posts: this.tap.messages.slice(at).filter((m) =>
				m.end === "I" && m.from === "client")
			    .flatMap((m) => m.frames)
			    .filter((f) => f.is === "post") };
	}

	async okLost() {
		let cut = false;
		this.seen.okLost = await this.posts(["whose OK is lost"],
		    this.onOk((line) => {
			if (cut)
				return true;
			cut = true;
			line.cut();
			return false;
		    }));
	}

	// Rule about the first OK that answers a POST of I.
	onOk(act) {
		const ids = new Map();
		return (f, from, line) => {
			if (from === "client" && f.is === "post")
				ids.set(line, (ids.get(line) ?? new Set())
				    .add(f.id));
			if (from === "relay" && f.is === "ok" &&
			    f.fields.id.some((n) => ids.get(line)?.has(n)))
				return act(line, f);
			return true;
		};
	}

	async killedBeforeOk() {
		let killed = null;
		this.seen.killedBeforeOk = await this.posts(
		    ["posted by who is gone"], this.onOk(() => {
			if (killed !== null)
				return true;
			killed = this.I.kill();
			return false;
		    }));
	}

	// The relay has no room for the first; what follows must wait for it.
	async refusedPost() {
		let first = null, over = false;
		const error = (line, f, code) => line.pass("relay", wholeFrame({
			id: 0, is: "error", fill: 0, fields: { id: f.id, code,
				retry_after_ms: 100 } }));
		const seen = await this.posts(["one", "two", "three"]
		    .map((n) => `refused at first: ${n}`), (f, from, line) => {
			if (over || from !== "client" || f.is !== "post")
				return true;
			if (first !== null && f.fields.resume)
				return over = true;
			error(line, f, first === null ? UNAVAILABLE : LATCHED);
			first ??= f.fields.envelope;
			return false;
		    });
		this.seen.refusedPost = { ...seen, first };
	}

	// No OK comes: how many go without one.
	async window() {
		const texts = Array.from({ length: WINDOW + 2 }, (_, i) => `row ${i}`);
		const held = [], waiting = new Set();
		let most = 0, open = false;
		const release = () => {
			open = true;
			held.splice(0).forEach(([line, f]) =>
				line.pass("relay", f.bytes));
		};
		const ok = this.onOk((line, f) => {
			if (open)
				return true;
			held.push([line, f]);
			return false;
		});
		const seen = await this.posts(texts, (f, from, line) => {
			if (!open && from === "client" && f.is === "post") {
				waiting.add(f.fields.envelope);
				most = waiting.size;
				if (most === 1)
					setTimeout(release, 2 * MORE_MS);
			}
			return ok(f, from, line);
		});
		this.seen.window = { ...seen, most };
	}

	// Delivered and not acknowledged: what an end has still to read.
	unread() {
		const open = new Set();
		for (const f of this.tap.messages.flatMap((m) => m.frames)) {
			if (f.is === "deliver")
				open.add(f.fields.envelope);
			if (f.is === "ack")
				f.fields.envelope.forEach((id) =>
					open.delete(id));
		}
		return open.size;
	}

	// One that is stuck is judged so, and the others go on.
	async one(scene) {
		try {
			await this[scene]();
		} catch (e) {
			this.seen.stuck[scene] = e.message;
		}
		this.tap.rule = null;
	}

	async all() {
		await this.one("strangers");
		await this.pair();
		for (const scene of ["killedAfterAck", "replayed", "forged",
			"swapped", "okLost", "killedBeforeOk", "refusedPost",
			"window"])
			await this.one(scene);
		for (let i = 0; i < ROUNDS && this.unread() > 0; i++)
			await this.sync("IJ"[i % 2]);
		return this.seen;
	}
}
