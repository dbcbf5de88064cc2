// SPDX-License-Identifier: Apache-2.0
// A relay as a client sees it: in truth a real one behind a tap, which knows
// no key of the client and takes down, delays, repeats, changes or loses what
// a check asks it to.
import { EventEmitter } from "node:events";
import { createServer } from "node:https";
import WebSocket, { WebSocketServer } from "ws";
import { readMessage } from "./second.mjs";

const SUBPROTOCOL = "tacit.1";

// One connection of the client, and the one to the real relay behind it.
class Line {
	constructor(tap, n, end) {
		Object.assign(this, { tap, n, end, waiting: [], requests: 0,
			welcomed: false });
	}

	begin(client, upstream) {
		this.client = client;
		this.upstream = upstream;
		client.on("message", (m, binary) => this.take("client", m, binary));
		upstream.on("message", (m) => this.take("relay", m, true));
		upstream.on("open", () => {
			this.waiting.splice(0).forEach((m) => upstream.send(m));
		});
		for (const [one, other] of [[client, upstream],
			[upstream, client]]) {
			one.on("close", () => other.close());
			one.on("error", () => other.terminate());
		}
	}

	// A message goes on as the frames that the check lets pass.
	take(from, message, binary) {
		const m = { line: this, end: this.end, from, binary,
			size: message.length, early: from === "client" &&
			    !this.welcomed };
		try {
			m.frames = readMessage(message);
		} catch {
			m.frames = [];
			m.malformed = true;
		}
		let at = 0;
		for (const f of m.frames) {
			f.bytes = message.subarray(at, at += f.used);
			f.nonce = this.nonce;
			f.nth = ++this.requests;
		}
		this.tap.record(m);
		const on = m.malformed ? [message] :
		    m.frames.flatMap((f) => this.tap.filter(this, from, f));
		if (on.length > 0)
			this.pass(from, Buffer.concat(on));
	}

	pass(from, bytes) {
		if (from === "client" &&
		    this.upstream.readyState === WebSocket.CONNECTING)
			this.waiting.push(bytes);
		else if (from === "client")
			this.upstream.send(bytes);
		else {
			this.client.send(bytes);
			this.welcomed = true;
		}
	}

	// As if the network had gone: no close frame, nothing more either way.
	cut() {
		this.client.terminate();
		this.upstream.terminate();
	}
}

export class Tap extends EventEmitter {
	constructor({ url, cert, key }) {
		super();
		this.setMaxListeners(0);
		Object.assign(this, { url, messages: [], lines: [], dials: [],
			end: "?", rule: null });
		this.server = createServer({ cert, key, minVersion: "TLSv1.2",
			ALPNProtocols: ["http/1.1"] });
		this.server.on("secureConnection", (s) =>
			this.dials.push({ end: this.end, tls: s.getProtocol(),
				alpn: s.alpnProtocol }));
		this.server.on("tlsClientError", () => {});
		this.server.on("upgrade", (q, s, head) =>
			this.upgrade(q, s, head));
		this.server.on("request", (q, r) => {
			this.dials.at(-1).request = q;
			r.writeHead(404).end();
		});
		this.wss = new WebSocketServer({ noServer: true,
			perMessageDeflate: false, maxPayload: 1 << 24,
			handleProtocols: () => SUBPROTOCOL });
	}

	async listen() {
		await new Promise((done) =>
			this.server.listen(0, "127.0.0.1", done));
		this.port = this.server.address().port;
		return this;
	}

	upgrade(request, socket, head) {
		this.dials.at(-1).request = request;
		this.dials.at(-1).head = head.length;
		this.wss.handleUpgrade(request, socket, head, (client) => {
			const line = new Line(this, this.lines.length, this.end);
			this.lines.push(line);
			line.begin(client, new WebSocket(`${this.url}/v1`,
			    SUBPROTOCOL, { rejectUnauthorized: false,
				perMessageDeflate: false }));
		});
	}

	record(m) {
		this.messages.push(m);
		for (const f of m.frames)
			if (f.is === "welcome")
				m.line.nonce = f.fields.nonce;
		this.emit("message", m);
	}

	// What of frame f goes on: the check's rule says true, false, or bytes.
	filter(line, from, f) {
		const on = this.rule?.(f, from, line) ?? true;
		return on === true ? [f.bytes] : on === false ? [] : [on].flat();
	}

	// Frames of `end` from `from`, of kind `is` if named.
	frames(end, from, is) {
		return this.messages.filter((m) => m.end === end &&
		    m.from === from).flatMap((m) => m.frames)
		    .filter((f) => is === undefined || f.is === is);
	}

	// The message that `good` wants, once it comes; null after `ms`.
	next(good, ms) {
		return new Promise((done) => {
			const look = (m) => good(m) && finish(m);
			const timer = setTimeout(() => finish(null), ms);
			const finish = (m) => {
				clearTimeout(timer);
				this.off("message", look);
				done(m);
			};
			this.on("message", look);
		});
	}

	close() {
		for (const l of this.lines)
			l.cut();
		this.server.close();
		this.server.closeAllConnections();
	}
}
