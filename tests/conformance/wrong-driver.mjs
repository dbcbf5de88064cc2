// SPDX-License-Identifier: Apache-2.0
// wrong-driver.mjs FAULT DRIVER: a client that is wrong in one way, made of a
// right one, for check-client to find.
import { spawn } from "node:child_process";
import { cpSync, existsSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";

const [fault, driver] = process.argv.slice(2);
const dir = process.env.TACIT_KIT_DIR, copy = `${dir}.before`;
const texts = [];

// What was neither kept nor shown before it was acknowledged is gone after a
// kill.
if (fault === "forgets" && existsSync(copy)) {
	rmSync(dir, { recursive: true });
	cpSync(copy, dir, { recursive: true });
}
const inner = spawn(driver, [], { stdio: ["pipe", "pipe", "inherit"] });

createInterface({ input: process.stdin }).on("line", (line) => {
	if (fault === "forgets" && line === "sync")
		cpSync(dir, copy, { recursive: true, force: true });
	inner.stdin.write(`${line}\n`);
}).on("close", () => inner.stdin.end());

createInterface({ input: inner.stdout }).on("line", (line) => {
	if (fault === "repeats" && line.startsWith("text "))
		console.log(line);
	if (line.startsWith("text ") &&
	    ["reverses", "forgets"].includes(fault)) {
		if (fault === "reverses")
			texts.unshift(line);
		else
			texts.push(line);
		return;
	}
	texts.splice(0).forEach((t) => console.log(t));
	console.log(fault === "trusts" && line.startsWith("no ") ? "ok" : line);
});
inner.on("exit", (status) => process.exit(status ?? 1));
