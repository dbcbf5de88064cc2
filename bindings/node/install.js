// SPDX-License-Identifier: Apache-2.0
//
// Builds the addon where npm put this package: with a C compiler, pkg-config,
// an installed libtacit and the headers that came with Node.  Nothing is
// fetched.
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

function give_up(why) {
	console.error(`tacit: ${why}`);
	process.exit(1);
}

function run(program, args) {
	try {
		return execFileSync(program, args, { encoding: 'utf8', cwd: __dirname }).trim();
	} catch (error) {
		if (error.code === 'ENOENT')
			give_up(`${program} is needed to build this package`);
		give_up(`${program} failed; what it said is above`);
	}
}

const pkgConfig = process.env.PKG_CONFIG || 'pkg-config';

// What pkg-config says is on stderr, and here is what to do about it.
try {
	execFileSync(pkgConfig, ['--print-errors', '--exists', 'tacit'],
		{ stdio: ['ignore', 'inherit', 'inherit'] });
} catch (error) {
	give_up(error.code === 'ENOENT' ? `${pkgConfig} is needed to build this package` :
		'libtacit is not installed where pkg-config looks: have PKG_CONFIG_PATH name the ' +
		'directory of its tacit.pc, as PREFIX/lib/pkgconfig');
}

function words(option) {
	return run(pkgConfig, [...option, 'tacit']).split(/\s+/).filter(Boolean);
}

// Beside the program, as Node's own archives, images and packages have them,
// or where npm's setting `nodedir` says.  Those of libuv lie there too; a
// Debian, whose Node has the libuv of the system, has them where all others are.
function headers() {
	const places = [process.env.npm_config_nodedir, path.resolve(process.execPath, '../..'), '/usr']
		.filter(Boolean).map((dir) => path.join(dir, 'include/node'));
	const found = places.find((dir) => fs.existsSync(path.join(dir, 'node_api.h')));
	return found || give_up(`no headers of Node (node_api.h) in ${places.join(', ')}: ` +
		'install them (on Debian: libnode-dev), or name their prefix in npm_config_nodedir');
}

if (process.platform !== 'linux')
	give_up('this package was made for Linux, and tried nowhere else');

const [cc, ...ccFlags] = (process.env.CC || 'cc').split(/\s+/);
const libdir = path.resolve(words(['--variable=libdir'])[0]);
const flags = [...ccFlags, '-std=gnu11', '-O2', '-g', '-fPIC', '-shared', '-fvisibility=hidden',
	'-fstack-protector-strong', '-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=2', '-D_GNU_SOURCE',
	'-Wall', '-Wextra',
	'-Wl,-z,relro,-z,now,-z,noexecstack'];

// The words of errors, as a type: those of the library that is there.
function codes(include) {
	const header = fs.readFileSync(path.join(include, 'tacit/error.h'), 'utf8');
	const found = header.matchAll(/X\(\w+,\s*-\d+,\s*("[^"]+")/g);
	return `export type TacitErrorCode =\n\t${
		[...new Set([...found].map((m) => m[1]))].join(' |\n\t')};\n`;
}

const build = path.join(__dirname, 'build');
fs.rmSync(build, { recursive: true, force: true });
fs.mkdirSync(build);
fs.writeFileSync(path.join(build, 'codes.d.ts'),
	codes(words(['--variable=includedir'])[0]));
run(cc, [...flags, '-fno-builtin', '-o', 'build/tacit_wall.so', 'src/wall.c',
	'-Wl,--no-as-needed', ...words(['--libs']), `-Wl,-rpath,${libdir}`, '-ldl']);
run(cc, [...flags, '-o', 'build/tacit.node',
	...['addon', 'call', 'event', 'lib', 'row', 'text', 'value', 'vault', 'work']
		.map((name) => `src/${name}.c`),
	'-isystem', headers(), ...words(['--cflags']), '-Wl,-rpath,$ORIGIN', '-ldl', '-pthread']);
