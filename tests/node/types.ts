// SPDX-License-Identifier: Apache-2.0
//
// Compiled and never run: what a program in TypeScript may write, and what is
// an error there (each line below such a comment must be one).
import { Contact, Tacit, TacitError } from 'tacit';
import type { Operation, TacitErrorCode, TacitEvent } from 'tacit';

async function good(path: string, passphrase: Uint8Array): Promise<string> {
	await using vault = await Tacit.open({ path, passphrase, lockWaitMs: 0 });
	const contact: Contact = await vault.invite('Ben', { inPerson: true });
	const link: string = await contact.link({ signal: AbortSignal.timeout(5000) });
	const { message, seq } = await contact.send('text', { keepHours: 24 });
	const done: Operation[] = [{ put: 'key', value: passphrase }, { delete: 'key' },
		{ send: contact, text: 'text' }, { send: contact, dataType: 100, data: passphrase },
		{ verify: contact }];
	for await (const event of vault.events()) {
		done.push({ done: event });
		await told(event);
	}
	for await (const m of contact.history({ last: 10 }))
		if (m.dataType === 0)
			console.log(m.text, m.time.toISOString());
	await vault.commit(done);
	return `${link} ${message} ${seq + 1}`;
}

async function told(event: TacitEvent): Promise<string | undefined> {
	switch (event.type) {
	case 'message':
		return `${(await event.contact.info()).label}: ${event.text}`;
	case 'data':
		return event.data.toString('hex');
	case 'gap':
		return `${event.from + event.to}`;
	case 'refused': {
		const reason: TacitErrorCode | undefined = event.reason?.code;
		return reason;
	}
	case 'relay-restored':
		return event.url;
	case 'recalled':
		return event.fate;
	default:
		return event.contact?.id;
	}
}

async function bad(vault: Tacit, contact: Contact, event: TacitEvent, error: TacitError) {
	// @ts-expect-error no such option
	await vault.invite('Ben', { inperson: true });
	// @ts-expect-error no passphrase
	await Tacit.open({ path: 'vault' });
	// @ts-expect-error one of both
	await Tacit.open({ path: 'vault', passphrase: 'x', key: Buffer.alloc(32) });
	await Tacit.open({ path: 'vault', key: Buffer.alloc(32) });
	// @ts-expect-error a text is a string
	await contact.send(Buffer.from('text'));
	// @ts-expect-error data are bytes
	await contact.sendData(100, 'data');
	// @ts-expect-error not every event has a text
	console.log(event.text);
	// @ts-expect-error no such event
	console.log(event.type === 'mesage');
	// @ts-expect-error no such error
	console.log(error.code === 'bad link');
	// @ts-expect-error text or data
	await vault.commit([{ send: contact, keepHours: 1 }]);
	// @ts-expect-error nobody makes one so
	console.log(new Tacit());
	// @ts-expect-error nobody changes it
	contact.id = 'c_';
}

console.log(good, bad);
