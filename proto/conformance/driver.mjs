// SPDX-License-Identifier: Apache-2.0
// Somebody's client, driven over its standard input and output by the line
// protocol of README.md.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createInterface } from "node:readline";

const PATIENCE_MS = 120000;	// for one command, on a busy machine

export class Driver {
	constructor(command, dir) {
		Object.assign(this, { command, dir, texts: [] });
		mkdirSync(dir, { recursive: true, mode: 0o700 });
		this.start();
	}

	start() {
		const [program, ...args] = this.command;
		this.child = spawn(program, args, { detached: true,
			stdio: ["pipe", "pipe", "inherit"],
			env: { ...process.env, TACIT_KIT_DIR: this.dir } });
		this.killed = false;
		this.gone = new Promise((done) => {
			this.child.on("error", (e) => done(e.message));
			this.child.on("exit", (code, signal) =>
				done(signal ?? `exit ${code}`));
		});
		this.child.stdin.on("error", () => {});
		createInterface({ input: this.child.stdout })
		    .on("line", (l) => this.line(l));
	}

	line(l) {
		if (l.startsWith("text "))
			this.texts.push(l.slice(5));
		else
			this.answer?.(l);
	}

	// "ok ..." or "no WORD"; what else ends a command is an error of its own.
	async ask(...words) {
		const answered = new Promise((done) => { this.answer = done; });
		let timer;
		const late = new Promise((done) => {
			timer = setTimeout(() => done("no answer"), PATIENCE_MS);
		});
		this.child.stdin.write(words.join(" ") + "\n");
		const line = await Promise.race([answered, late,
			this.gone.then((why) => `gone: ${why}`)]);
		clearTimeout(timer);
		this.answer = null;
		return line;
	}

	// As a power cut would: the client and all that it started.
	async kill() {
		this.killed = true;
		try {
			process.kill(-this.child.pid, "SIGKILL");
		} catch { /* it was gone */ }
		await this.gone;
		this.answer = null;
	}

	async end() {
		this.child.stdin.end();
		const timer = setTimeout(() => this.kill(), 5000);
		await this.gone;
		clearTimeout(timer);
	}
}
