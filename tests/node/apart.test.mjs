// SPDX-License-Identifier: Apache-2.0
//
// libtacit and what it needs use each other, and nothing of what Node exports:
// as the dynamic linker itself tells it, of a process in which two vaults
// talk.  What Node's allocator is, is the process's affair.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { directory, relay } from './kit.mjs';

const talk = `import { Tacit } from 'tacit';
const make = (name) => Tacit.create({ path: process.argv[2] + name, name, passphrase: 'x',
	argonMib: 64 });
const anna = await make('Anna'), ben = await make('Ben');
await anna.addRelay(process.env.RELAY_LINE);
const toBen = await anna.invite('Ben', { inPerson: true });
await (await ben.accept(await toBen.link(), 'Anna')).send('hello');
for await (const event of anna.events())
	if (event.type === 'message') { console.log(event.text); break; }
await Promise.all([anna.close(), ben.close()]);
`;

async function run(t, environment) {
	const program = path.join(process.cwd(), `talk-${process.pid}.mjs`);
	fs.writeFileSync(program, talk);
	t.after(() => fs.rmSync(program));
	const line = (await relay(t)).line();
	return execFileSync(process.execPath, [program, `${directory(t)}/`],
		{ encoding: 'utf8', env: { ...process.env, RELAY_LINE: line, ...environment } });
}

test('no library of libtacit binds to the executable of Node', async (t) => {
	const dir = directory(t);
	assert.equal(await run(t, { LD_DEBUG: 'bindings', LD_DEBUG_OUTPUT: `${dir}/ld` }), 'hello\n');
	const seen = new Map(), astray = [];
	for (const name of fs.readdirSync(dir))
		for (const [, from, to, symbol] of fs.readFileSync(path.join(dir, name), 'utf8')
			.matchAll(/binding file (\S+) \[0\] to (\S+) \[0\]: \w+ symbol `([^']*)'/g)) {
			const user = path.basename(from), owner = path.basename(to);
			if (!/^(tacit_wall|lib(tacit|websockets|uv|ssl|crypto|sqlite3|sodium|signal|z|cap))\b/
				.test(user))
				continue;
			if (to === process.execPath || /^node/.test(owner))
				astray.push(`${user}: ${symbol}`);
			seen.set(`${user.replace(/[.-].*/, '')} ${symbol}`, owner);
		}
	assert.deepEqual(astray, []);
	// They were looked at, also the plug-in that libwebsockets opens itself.
	for (const [use, owner] of [['libtacit uv_loop_init', /^libuv\.so/],
		['libwebsockets uv_poll_init', /^libuv\.so/], ['libwebsockets SSL_new', /^libssl\.so/],
		['libssl EVP_DigestInit_ex', /^libcrypto\.so/],
		['libtacit sqlite3_step', /^libsqlite3\.so/], ['libtacit malloc', /^tacit_wall\.so/]])
		assert.match(seen.get(use) ?? `nobody bound ${use}`, owner);
});

// It knows its own memory by what stands before it, and ends the process if
// it is given other memory back.
const allocator = `#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
void *__libc_malloc(size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);
struct mark { size_t n; void *start; uint64_t pad, mark; };
static void *marked(char *start, size_t at, size_t n)
{
	struct mark m = { n, start, 0, 0x6f75727321212121u };
	if (start == NULL)
		return NULL;
	memcpy(start + at - sizeof(m), &m, sizeof(m));
	return start + at;
}
static struct mark mark_of(void *p)
{
	struct mark m;
	memcpy(&m, (char *)p - sizeof(m), sizeof(m));
	if (m.mark != 0x6f75727321212121u)
		abort();
	return m;
}
void *malloc(size_t n) { return marked(__libc_malloc(n + 32), 32, n); }
void free(void *p) { if (p != NULL) __libc_free(mark_of(p).start); }
void *calloc(size_t k, size_t n)
{
	void *p = n != 0 && k > SIZE_MAX / n ? NULL : malloc(k * n);
	return p == NULL ? p : memset(p, 0, k * n);
}
void *realloc(void *old, size_t n)
{
	void *p = malloc(n);
	if (p == NULL || old == NULL)
		return p;
	memcpy(p, old, mark_of(old).n < n ? mark_of(old).n : n);
	free(old);
	return p;
}
void *reallocarray(void *p, size_t k, size_t n) { return realloc(p, k * n); }
void *memalign(size_t a, size_t n)
{
	size_t at = a < 32 ? 32 : a;
	return marked(__libc_memalign(at, n + at), at, n);
}
void *aligned_alloc(size_t a, size_t n) { return memalign(a, n); }
int posix_memalign(void **p, size_t a, size_t n)
{
	return (*p = memalign(a, n)) == NULL ? 12 : 0;
}
size_t malloc_usable_size(void *p) { return p == NULL ? 0 : mark_of(p).n; }
`;

test('a preloaded allocator gets back what it gave away, and nothing else', async (t) => {
	const dir = directory(t);
	fs.writeFileSync(`${dir}/a.c`, allocator);
	execFileSync('cc', ['-O1', '-fno-builtin', '-shared', '-fPIC', '-o', `${dir}/a.so`, `${dir}/a.c`]);
	assert.equal(await run(t, { LD_PRELOAD: `${dir}/a.so` }), 'hello\n');
});
