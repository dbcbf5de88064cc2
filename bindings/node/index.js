// SPDX-License-Identifier: Apache-2.0
//
// The promises, iterators and checks on top of the addon.  What each thing
// does, and its limits, stand in index.d.ts.
'use strict';

const native = require('./load.js');
const { bytes, integer, must, name, options, text, wellFormed } = require('./check.js');

class TacitError extends Error {
	constructor(errno, message = native.errorText(errno)) {
		super(message);
		this.errno = errno;
		this.code = native.errorWord(errno);
	}

	get name() {
		return 'TacitError';
	}
}
native.setErrorClass(TacitError);

// Errors of tacit/error.h that this file itself makes or looks for.
const OPS_MAX = 256;
const INVALID = -1, STATE = -2, TEXT = -4, LABEL = -5;

// Between the classes here, and for nobody else.
const made = Symbol('made'), read = Symbol('read'), write = Symbol('write');
const until = Symbol('until');

function only_here(token, what) {
	if (token !== made)
		throw new TypeError(`${what} has no constructor`);
}

// What a person reads must arrive as it was written: a lone half of a
// surrogate pair has no UTF-8.
function words(given, what, errno) {
	must(text(given), what, 'a string');
	if (!wellFormed(given))
		throw new TacitError(errno);
	return Buffer.from(given);
}

function label(given, what) {
	must(text(given), what, 'a string');
	if (!wellFormed(given) || given.includes('\0'))
		throw new TacitError(LABEL);
	return given;
}

function sealed(given, what) {
	must(bytes(given), what, 'a Uint8Array');
	return Buffer.from(given);
}

// A copy, which is wiped when it was used.
function secret(given, what) {
	must(text(given) || bytes(given), what, 'a string or a Uint8Array');
	if (typeof given !== 'string')
		return copy(given);
	if (!wellFormed(given))
		throw new TypeError(`${what}: half of a surrogate pair`);
	const out = Buffer.allocUnsafeSlow(Buffer.byteLength(given));
	out.write(given);
	return out;
}

function copy(given) {
	const out = Buffer.allocUnsafeSlow(given.byteLength);
	out.set(given);
	return out;
}

function key(given, what = 'key') {
	must(text(given) || bytes(given), what, 'a string or a Uint8Array');
	return Buffer.from(given);
}

function message(given) {
	must(text(given), 'message', 'the id of a message');
	// No id has any other form, and the library would read its beginning.
	return /^m_[a-z2-7]{20}$/.test(given) ? given : 'm_';
}

// What a call allows where the library says no more than "out of range".
const allowed = {
	open: 'a passphrase is 1 to 1024 bytes, a key 32, a proxy HOST:PORT, argonMib from 64, ' +
		'argonPasses from 3',
	backup: 'a passphrase is 1 to 1024 bytes',
	changePassphrase: 'a passphrase is 1 to 1024 bytes',
	changeSecret: 'a passphrase is 1 to 1024 bytes, a key 32',
	invite: 'minutes are 1 to 44640, or 1 to 10 in person',
	send: 'keepHours is 1 to 8784, and such a text at most 24000 bytes',
	sendData: 'a type is 1 to 65535, data 1 to 24576 bytes',
	dataGet: 'a key is 1 to 64 bytes',
	dataNext: 'a prefix is at most 64 bytes',
	commit: 'a key is 1 to 64 bytes, a value at most 32768, a type 1 to 65535, ' +
		'data 1 to 24576 bytes, keepHours 1 to 8784',
};
allowed.create = allowed.restore = allowed.open;

function clearer(call, error) {
	return error?.errno === INVALID && call in allowed ?
		new TacitError(INVALID, allowed[call]) : error;
}

function clearly(call, work) {
	try {
		return work();
	} catch (error) {
		throw clearer(call, error);
	}
}

// ---- vault ----------------------------------------------------------------

const opener = { passphrase: (v) => text(v) || bytes(v), key: bytes };
const opening = { path: name, ...opener, lockWaitMs: integer, proxy: name };
const waiting = { signal: (v) => v instanceof AbortSignal };
const making = { ...opening, argonMib: integer, argonPasses: integer };

// What opens a vault, as the addon takes it.
function opens(where, o) {
	if ((o.passphrase === undefined) === (o.key === undefined))
		throw new TypeError(`${where}: either passphrase or key`);
	return o.key !== undefined ? [copy(o.key), 1] : [secret(o.passphrase, 'passphrase'), 0];
}

function configuration(where, o) {
	return [o.path, ...opens(where, o), o.lockWaitMs ?? 5000, o.proxy ?? null,
		o.argonMib ?? 0, o.argonPasses ?? 0];
}

class Tacit {
	#vault;
	#name;
	#contacts = new Map();
	#last = Promise.resolve();	// calls are made one after another
	#closing = null;
	#closed = false;
	#moves = 0;			// steps and changes so far
	#broken = null;			// a step failed and nobody was told
	#waiting = new Set();		// those who wait for the next move

	static get version() {
		return native.version();
	}

	static async #make(start, args, ...secrets) {
		try {
			return new Tacit(made, await native[start](...args));
		} catch (error) {
			throw clearer(start, error);
		} finally {
			for (const s of secrets)
				s.fill(0);
		}
	}

	static async open(given) {
		const args = configuration('open', options('open', given, opening, ['path']));
		return Tacit.#make('open', args, args[1]);
	}

	static async create(given) {
		const o = options('create', given, { ...making, name: text }, ['path', 'name']);
		const called = label(o.name, 'name');
		const args = configuration('create', o);
		return Tacit.#make('create', [...args, called], args[1]);
	}

	static async restore(given) {
		const o = options('restore', given,
			{ ...making, backup: name, backupPassphrase: opener.passphrase },
			['path', 'backup', 'backupPassphrase']);
		const args = configuration('restore', o);
		const unlocks = secret(o.backupPassphrase, 'backupPassphrase');
		return Tacit.#make('restore', [...args, o.backup, unlocks], args[1], unlocks);
	}

	static checkStatement(statement) {
		must(text(statement), 'statement', 'a string');
		return native.recallCheck(Buffer.from(statement));
	}

	constructor(token, vault) {
		only_here(token, 'Tacit: use Tacit.open() or Tacit.create(); it');
		this.#vault = vault;
		this.#name = native.name(vault);
		native.watch(vault, (rc) => this.#moved(rc));
	}

	get name() {
		return this.#name;
	}

	get closed() {
		return this.#closed;
	}

	// ---- turns

	// Run ${work} after all that was asked for before it.
	#turn(work) {
		if (this.#closing !== null)
			return Promise.reject(new TacitError(STATE, 'the vault is closed'));
		const result = this.#last.then(work);
		this.#last = result.then(() => {}, () => {});
		return result;
	}

	// For Contact, and below: read, or change what others may wait for.
	[read](call, ...args) {
		return this.#turn(() => clearly(call, () => native[call](this.#vault, ...args)));
	}

	async [write](call, ...args) {
		const result = await this[read](call, ...args);
		this.#moved(0);
		return result;
	}

	#moved(rc) {
		this.#moves++;
		const error = rc === 0 ? null : new TacitError(rc);
		if (this.#waiting.size === 0) {
			this.#broken = error ?? this.#broken;
			return;
		}
		this.#broken = null;
		const told = [...this.#waiting];
		this.#waiting.clear();
		for (const { resolve, reject } of told)
			error === null ? resolve() : reject(error);
	}

	// Until something moved since ${seen}, or it is all over.
	#next(seen, signal) {
		if (this.#broken !== null) {
			const error = this.#broken;
			this.#broken = null;
			return Promise.reject(error);
		}
		if (this.#moves !== seen || this.#closed)
			return Promise.resolve();
		return new Promise((resolve, reject) => {
			const aborted = () => {
				this.#waiting.delete(one);
				reject(signal.reason);
			};
			const leave = (then) => (value) => {
				signal?.removeEventListener('abort', aborted);
				then(value);
			};
			const one = { resolve: leave(resolve), reject: leave(reject) };
			this.#waiting.add(one);
			signal?.addEventListener('abort', aborted, { once: true });
		});
	}

	// What ${look} finds, as soon as that is not null.
	async [until](where, given, look) {
		const { signal } = options(where, given, waiting);
		for (;;) {
			signal?.throwIfAborted();
			const seen = this.#moves;
			const found = await look();
			if (found !== null)
				return found;
			await this.#next(seen, signal);
		}
	}

	// ---- the end

	close() {
		this.#closing ??= this.#last.then(() => {
			native.close(this.#vault);
			this.#closed = true;
			this.#moved(0);
		});
		return this.#closing;
	}

	// ---- passphrase and backup

	async changePassphrase(old, fresh) {
		const secrets = [secret(old, 'old'), secret(fresh, 'new')];
		return this.#secretly('changePassphrase', secrets, ...secrets);
	}

	async changeSecret(old, fresh) {
		const was = opens('old', options('old', old, opener));
		const is = opens('new', options('new', fresh, opener));
		return this.#secretly('changeSecret', [was[0], is[0]], ...was, ...is);
	}

	async backup(given) {
		const o = options('backup', given,
			{ path: name, passphrase: opener.passphrase }, ['path', 'passphrase']);
		const passphrase = secret(o.passphrase, 'passphrase');
		return this.#secretly('backup', [passphrase], o.path, passphrase);
	}

	async #secretly(call, secrets, ...args) {
		try {
			await this.#turn(() => native[call](this.#vault, ...args));
		} catch (error) {
			throw clearer(call, error);
		} finally {
			for (const s of secrets)
				s.fill(0);
		}
	}

	// ---- relays, contacts

	async progress() {
		return this[read]('progress');
	}

	async addRelay(line) {
		must(text(line), 'line', 'a string');
		return this[write]('addRelay', Buffer.from(line));
	}

	#contact(id) {
		if (id === null)
			return null;
		let contact = this.#contacts.get(id);
		if (contact === undefined) {
			contact = new Contact(made, this, id);
			this.#contacts.set(id, contact);
		}
		return contact;
	}

	async contacts() {
		return (await this[read]('contacts')).map((id) => this.#contact(id));
	}

	async contact(which) {
		must(name(which), 'contact', 'an id, a number in the list or a label, as a string');
		return this.#contact(await this[read]('findContact', which));
	}

	async invite(called, given) {
		label(called, 'label');
		const o = options('invite', given,
			{ inPerson: (v) => typeof v === 'boolean', minutes: integer, relay: name });
		return this.#contact(await this[write]('invite', called, o.inPerson ? 1 : 0,
			o.minutes ?? 0, o.relay ?? null));
	}

	async accept(link, called) {
		must(text(link), 'link', 'a string');
		label(called, 'label');
		return this.#contact(await this[write]('accept', Buffer.from(link), called));
	}

	async hold() {
		return this[read]('hold', null);
	}

	async setHold(seconds) {
		must(integer(seconds), 'seconds', 'an integer from 0');
		return this[write]('setHold', null, clamp(seconds));
	}

	// ---- events

	async *events(given) {
		const { signal } = options('events', given, waiting);
		for (let after = 0; ;) {
			signal?.throwIfAborted();
			const seen = this.#moves;
			const raw = this.#closing === null ? await this.#read_event(after) : null;
			if (raw !== null) {
				after = raw.id;
				yield new TacitEvent(made, this, raw, this.#contact(raw.contact));
			} else if (this.#closing !== null)
				return;
			else
				await this.#next(seen, signal);
		}
	}

	async #read_event(after) {
		try {
			return await this[read]('nextEvent', after);
		} catch (error) {
			if (this.#closed)
				return null;
			throw error;
		}
	}

	// ---- rows

	async dataGet(which) {
		return this[read]('dataGet', key(which));
	}

	async *dataKeys(prefix = '') {
		const begins = key(prefix, 'prefix');
		for (let at = Buffer.alloc(0); ;) {
			at = await this[read]('dataNext', begins, at);
			if (at === null)
				return;
			yield at;
		}
	}

	async commit(operations) {
		must(Array.isArray(operations), 'operations', 'an array');
		if (operations.length > OPS_MAX)
			throw new TacitError(INVALID, `at most ${OPS_MAX} operations in one commit`);
		return this[write]('commit', operations.map((o) => operation(this, o)));
	}
}

if (Symbol.asyncDispose !== undefined)
	Object.defineProperty(Tacit.prototype, Symbol.asyncDispose, {
		value() {
			return this.close();
		},
		configurable: true, writable: true,
	});

// Beyond what the library allows anyway; it says what that is.
function clamp(seconds) {
	return Math.min(seconds, 1 << 30);
}

// ---- operations of a commit -----------------------------------------------

const PUT = 1, DELETE = 2, SEND = 3, DONE = 4, VERIFY = 5;
const empty = Buffer.alloc(0);

function target(vault, contact) {
	must(contact instanceof Contact, 'contact', 'a Contact');
	if (contact.vault !== vault)
		throw new TacitError(INVALID, 'a contact of another vault');
	return contact.id;
}

const operations = {
	put(vault, o) {
		options('put', o, { put: () => true, value: () => true }, ['put', 'value']);
		return [PUT, key(o.put), key(o.value, 'value'), null, 0, 0, 0];
	},
	delete(vault, o) {
		options('delete', o, { delete: () => true }, ['delete']);
		return [DELETE, key(o.delete), empty, null, 0, 0, 0];
	},
	send(vault, o) {
		options('send', o, { send: () => true, text, keepHours: integer,
			dataType: integer, data: bytes }, ['send']);
		const to = target(vault, o.send);
		if ((o.text === undefined) === (o.data === undefined))
			throw new TypeError('send: either text, or data and dataType');
		if (o.text !== undefined) {
			if (o.dataType !== undefined)
				throw new TypeError('send: dataType is for data');
			return [SEND, empty, words(o.text, 'text', TEXT), to, 0, 0, hours(o)];
		}
		if (o.keepHours !== undefined || !o.dataType)
			throw new TypeError('send: data has a dataType from 1, and no keepHours');
		return [SEND, empty, sealed(o.data, 'data'), to, o.dataType, 0, 0];
	},
	done(vault, o) {
		options('done', o, { done: () => true }, ['done']);
		const id = o.done instanceof TacitEvent ? o.done.id : o.done;
		must(Number.isSafeInteger(id) && id > 0, 'done', 'an event or its id');
		return [DONE, empty, empty, null, 0, id, 0];
	},
	verify(vault, o) {
		options('verify', o, { verify: () => true }, ['verify']);
		return [VERIFY, empty, empty, target(vault, o.verify), 0, 0, 0];
	},
};

function operation(vault, o) {
	must(typeof o === 'object' && o !== null, 'operation', 'an object');
	const kind = Object.keys(operations).find((k) => Object.hasOwn(o, k));
	must(kind !== undefined, 'operation', `one of ${Object.keys(operations).join(', ')}`);
	return operations[kind](vault, o);
}

// 0 would be "kept for ever": who says so has something else in mind.
function hours(o) {
	if (o.keepHours === 0)
		throw new TacitError(INVALID, 'keepHours: 1 to 8784');
	return o.keepHours ?? 0;
}

// ---- contact --------------------------------------------------------------

class Contact {
	#vault;
	#id;

	constructor(token, vault, id) {
		only_here(token, 'Contact');
		this.#vault = vault;
		this.#id = id;
	}

	get id() {
		return this.#id;
	}

	get vault() {
		return this.#vault;
	}

	async info() {
		return this.#vault[read]('info', this.#id);
	}

	async link(given) {
		return this.#vault[until]('link', given, () => this.#vault[read]('link', this.#id));
	}

	async ready(given) {
		await this.#vault[until]('ready', given, async () => {
			const info = await this.info();
			if (!info.ready && info.problem !== null)
				throw info.problem;
			return info.ready || null;
		});
	}

	async safetyNumber() {
		return this.#vault[read]('safetyNumber', this.#id);
	}

	async verify() {
		return this.#vault[write]('verify', this.#id);
	}

	async acceptUnverified() {
		return this.#vault[write]('acceptUnverified', this.#id);
	}

	async rotate() {
		return this.#vault[write]('rotate', this.#id);
	}

	async close() {
		return this.#vault[write]('closeContact', this.#id);
	}

	async send(what, given) {
		const body = words(what, 'text', TEXT);
		const o = options('send', given, { keepHours: integer });
		return this.#vault[write]('send', this.#id, body, hours(o));
	}

	async sendData(type, data) {
		must(integer(type), 'type', 'an integer from 1 to 65535');
		return this.#vault[write]('sendData', this.#id, type, sealed(data, 'data'));
	}

	async *history(given) {
		const o = options('history', given, { before: integer, last: integer });
		for (let before = o.before ?? 0, left = o.last ?? Infinity; left > 0; left--) {
			const raw = await this.#vault[read]('history', this.#id, before);
			if (raw === null)
				return;
			yield past(raw);
			before = raw.place;
			if (before <= 1)
				return;
		}
	}

	async recall(which) {
		return this.#vault[write]('recall', this.#id, message(which));
	}

	async recallExport(which) {
		return this.#vault[read]('recallExport', this.#id, message(which));
	}

	async forget(which) {
		return this.#vault[write]('forget', this.#id, message(which));
	}

	async hold() {
		return this.#vault[read]('hold', this.#id);
	}

	async setHold(seconds) {
		must(seconds === null || integer(seconds), 'seconds', 'an integer from 0, or null');
		return this.#vault[write]('setHold', this.#id, seconds === null ? -1 : clamp(seconds));
	}

	async holdNow(seconds) {
		must(integer(seconds), 'seconds', 'an integer from 0');
		return this.#vault[write]('holdNow', this.#id, clamp(seconds));
	}

	async held() {
		return this.#vault[read]('held', this.#id);
	}
}

// One message of a history, as it is shown.
function past({ bytes: body, ...m }) {
	m.time = new Date(m.time);
	m.from = m.fromMe ? 'me' : 'them';
	delete m.fromMe;
	m.forgotten = [false, true, 'asked'][m.forgotten] ?? true;
	if (m.dataType === 0)
		m.text = body.toString();
	else
		m.data = body;
	return m;
}

// ---- event ----------------------------------------------------------------

// What each type has besides id, type and contact.
const fields = {
	message: ['message', 'seq', 'text', 'late'],
	paired: ['name', 'verified'],
	accepted: ['message', 'seq', 'dataType'],
	undelivered: ['message', 'seq', 'dataType'],
	gap: ['from', 'to'],
	'identity-changed': [],
	unreachable: [],
	closed: [],
	'invitation-misused': [],
	refused: ['reason'],
	'rolled-back': ['who', 'from', 'to'],
	'relay-restored': ['url'],
	poison: [],
	rotated: [],
	data: ['message', 'seq', 'late', 'dataType', 'data'],
	forgotten: ['message', 'seq', 'who'],
	recalled: ['message', 'seq', 'fate'],
};

const bodies = {
	text: (body) => body.toString(),
	url: (body) => body.toString(),
	data: (body) => body,
};

class TacitEvent {
	#vault;

	constructor(token, vault, raw, contact) {
		only_here(token, 'TacitEvent');
		this.#vault = vault;
		this.id = raw.id;
		this.type = raw.type;
		this.contact = contact;
		// A newer library may know more: then all that there is.
		for (const field of fields[raw.type] ?? Object.keys(raw))
			if (field in bodies)
				this[field] = bodies[field](raw.bytes);
			else if (!Object.hasOwn(this, field))
				this[field] = raw[field] ?? null;
	}

	async done() {
		return this.#vault[write]('eventDone', this.id);
	}
}

exports.Tacit = Tacit;
exports.TacitError = TacitError;
exports.Contact = Contact;
exports.TacitEvent = TacitEvent;
