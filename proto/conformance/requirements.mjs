// SPDX-License-Identifier: Apache-2.0
// The numbered requirements, as the tables of README.md have them, and what
// the checks say about each.
import { readFileSync } from "node:fs";

const readme = new URL("README.md", import.meta.url);

// `batch: NAME` with * for anything, or `batch -> WHAT SHOULD BE`.
function readCheck(text) {
	const [, batch, how, rest] = /^(\w+)(:| ->) (.*)$/.exec(text);
	const words = rest.split("*")
	    .map((s) => s.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*");
	const re = new RegExp(`^${words}$`);
	const literal = rest.replaceAll("*", "").length;
	return { batch, weight: how === ":" ? literal : 0.5,
		fits: (c) => c.batch === batch && (how === ":" ?
		    re.test(c.name.slice(batch.length + 2)) : c.want === rest) };
}

// Rows | R3.1 | what is required | `check`; `check` | of whom.
export function requirements(whom) {
	const rows = readFileSync(readme, "utf8").split("\n")
	    .map((l) => /^\| ([RC]\d[\d.]*) \| (.*?) \| (.*) \|$/.exec(l))
	    .filter((m) => m?.[1][0] === (whom === "relay" ? "R" : "C"));
	return rows.map(([, id, text, checks]) => ({ id, text,
		checks: [...checks.matchAll(/`([^`]+)`/g)]
		    .map((m) => readCheck(m[1])) }));
}

// The requirement that speaks closest of a case.
function owner(rows, c) {
	let best = null, weight = -1;
	for (const r of rows)
		for (const k of r.checks)
			if (k.weight > weight && k.fits(c)) {
				best = r;
				weight = k.weight;
			}
	return best;
}

const bad = (c) => c.got !== c.want && !c.known;

function line(r) {
	const failed = r.cases.filter(bad);
	const known = r.cases.filter((c) => c.known).length;

	if (r.cases.length === 0)
		return `FAILS  ${r.id}  ${r.text}: not tried`;
	if (failed.length > 0)
		return `FAILS  ${r.id}  ${r.text}\n` + failed.map((c) =>
		    `         ${c.name}: expected ${c.want}; came ${c.got}`)
		    .join("\n");
	return `ok     ${r.id}  ${r.text} (${r.cases.length} ` +
	    `${r.cases.length === 1 ? "case" : "cases"}` +
	    `${known > 0 ? `, ${known} known to be otherwise` : ""})`;
}

// One line per requirement on stdout; a case that belongs to none is a defect
// of the kit.
export function tell(rows, cases) {
	for (const r of rows)
		r.cases = [];
	for (const c of cases) {
		const r = owner(rows, c);
		if (r === null)
			throw new Error(`no requirement has "${c.name}"`);
		r.cases.push(c);
	}
	for (const r of rows)
		console.log(line(r));
	const fails = rows.filter((r) => line(r).startsWith("FAILS"));
	console.log(`${rows.length} requirements, ${cases.length} cases, ` +
	    `${fails.length} requirements failed`);
	return rows;
}

export const worst = (rows) =>
	rows.some((r) => line(r).startsWith("FAILS")) ? 1 : 0;
