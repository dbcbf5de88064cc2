# SPDX-License-Identifier: Apache-2.0
"""The vault of one person, and the contacts in it."""

from __future__ import annotations

import os
import weakref
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any

from . import _args as args
from . import _convert as convert
from ._errors import check, failure
from ._loop import Runner
from ._tacit import ffi, lib
from ._types import (
    Bytes,
    ContactInfo,
    Event,
    Fate,
    Held,
    Hold,
    Message,
    Op,
    Progress,
    Secret,
    Sent,
)


class Vault:
    """An open vault; tacit.open() makes one.

    It sends and receives while its event loop runs, and is closed by close()
    or at the end of ``async with``.  All methods are called on that loop.
    """

    def __init__(self, handle: Any) -> None:
        name = ffi.new("char[]", lib.TACIT_NAME_SIZE)
        lib.tacit_name(handle, name)
        self.name = args.string(name)  # what I call myself there
        self._runner = Runner(handle)
        self._contacts: weakref.WeakValueDictionary[Any, Contact]
        self._contacts = weakref.WeakValueDictionary()
        self._reader: Events | None = None

    async def __aenter__(self) -> Vault:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close connections and wipe keys; a second time is fine.

        What was written and not sent goes out when the vault is open again.
        """
        await self._runner.close()

    def _contact(self, pointer: Any) -> Contact:
        """One object for each contact, as long as somebody has it."""
        contact = self._contacts.get(pointer)
        if contact is None:
            contact = Contact(self, pointer)
            self._contacts[pointer] = contact
        return contact

    def _pointer(self, contact: Contact) -> Any:
        if not isinstance(contact, Contact):
            raise args.wrong(contact, "contact", "tacit.Contact")
        if contact._vault is not self:
            raise failure(lib.TACIT_E_INVALID, "a contact of another vault")
        return contact._ct

    # ---- the passphrase, copies ---------------------------------------------

    async def change_passphrase(self, old: Secret, new: Secret) -> None:
        """Takes near two seconds; the vault rests meanwhile."""
        a, b = args.secret(old, "old"), args.secret(new, "new")

        def change(t: Any) -> None:
            with a, b:
                check(lib.tacit_change_passphrase(t, a, len(a), b, len(b)))

        await self._runner.elsewhere(change)

    async def change_secret(
        self,
        *,
        old_passphrase: Secret | None = None,
        old_key: Bytes | None = None,
        passphrase: Secret | None = None,
        key: Bytes | None = None,
    ) -> None:
        """The same between a passphrase and a key: one of each kind."""
        a = args.Opener(old_passphrase, old_key, "old_")
        b = args.Opener(passphrase, key)

        def change(t: Any) -> None:
            with a as old, b as new:
                check(lib.tacit_change_secret(t, old, new))

        await self._runner.elsewhere(change)

    async def backup(
        self, path: str | os.PathLike[str], passphrase: Secret
    ) -> None:
        """Write a backup to a new file, under a passphrase of its own."""
        p, s = args.path(path), args.secret(passphrase, "passphrase")

        def write(t: Any) -> None:
            with s:
                check(lib.tacit_backup(t, p, s, len(s)))

        await self._runner.elsewhere(write)

    # ---- relays, contacts ---------------------------------------------------

    async def add_relay(self, line: str) -> str:
        """Remember a relay by its operator's line; gives its URL.

        The one added last is used for new invitations.
        """
        data = args.utf8(line, "line").strip()
        url = ffi.new("char[]", lib.TACIT_LINK_SIZE)

        def add(t: Any) -> str:
            check(lib.tacit_relay_add(t, data, len(data), url))
            return args.string(url)

        return await self._runner.change(add)

    async def contacts(self) -> list[Contact]:
        """All, in the order of the list."""

        def walk(t: Any) -> list[Contact]:
            found = []
            ct = lib.tacit_contact_next(t, ffi.NULL)
            while ct != ffi.NULL:
                found.append(self._contact(ct))
                ct = lib.tacit_contact_next(t, ct)
            return found

        return await self._runner.read(walk)

    async def find(self, text: str) -> Contact:
        """By id, by number in the list, or by a label that only one has."""
        data = args.word(text, "text", lib.TACIT_E_UNKNOWN_CONTACT)
        out = ffi.new("struct tacit_contact **")

        def find(t: Any) -> Contact:
            check(lib.tacit_contact_find(out, t, data))
            return self._contact(out[0])

        return await self._runner.read(find)

    async def invite(
        self,
        label: str,
        *,
        in_person: bool = False,
        expires_minutes: int = 0,
        relay: str | None = None,
    ) -> Contact:
        """Begin a relationship; Contact.link() gives what the other needs.

        In person: the link is shown as a QR code and read in the same room,
        within 10 minutes; only that pairs as verified.  Else it holds for 72
        hours, if no other time is given, up to 44,640 minutes.
        """
        name = args.word(label, "label", lib.TACIT_E_LABEL)
        in_room = args.flag(in_person, "in_person")
        flags = lib.TACIT_INVITE_IN_PERSON if in_room else 0
        minutes = args.number(expires_minutes, "expires_minutes")
        url = ffi.NULL
        if relay is not None:
            url = args.word(relay, "relay", lib.TACIT_E_NO_RELAY)
        out = ffi.new("struct tacit_contact **")

        def invite(t: Any) -> Contact:
            check(lib.tacit_invite(out, t, name, flags, minutes, url))
            return self._contact(out[0])

        return await self._runner.change(invite)

    async def accept(self, link: str, label: str) -> Contact:
        """Accept an invitation; the same link again goes on where it was.

        Event PAIRED says that it is done, REFUSED that it failed.
        """
        data = args.utf8(link, "link").strip()
        name = args.word(label, "label", lib.TACIT_E_LABEL)
        out = ffi.new("struct tacit_contact **")

        def accept(t: Any) -> Contact:
            check(lib.tacit_accept(out, t, data, len(data), name))
            return self._contact(out[0])

        return await self._runner.change(accept)

    # ---- what happens -------------------------------------------------------

    def events(self) -> Events:
        """What happens, as it does: ``async for event in vault.events()``.

        An event is done when the loop asks for the next one.  Left by break,
        by an exception or by a crash, it has not been done and comes again,
        unless done() said so.  The last call of events() has them all; one
        from before ends with RuntimeError.  It ends when the vault is closed.
        """
        self._reader = Events(self)
        return self._reader

    async def next_event(self, after: int = 0) -> Event | None:
        """The oldest with an id above this that is not done; does not wait."""
        number = args.number(after, "after", 64)

        def take(t: Any) -> Event | None:
            ev = args.new("tacit_event")
            if check(lib.tacit_next_event(t, number, ev)) == 0:
                return None
            ct = ev.contact
            return convert.event_of(ev, self._contact(ct) if ct else None)

        return await self._runner.read(take)

    async def done(self, event: Event) -> None:
        """It is handled, durably if it must be.  Repeats are fine."""
        number = convert.event_id(event)
        await self._runner.change(
            lambda t: check(lib.tacit_event_done(t, number))
        )

    async def changed(self) -> None:
        """Wait until something may have changed: events, progress, contacts.

        Raises StorageError if the vault could not be written; it is tried
        again, and so may the caller.
        """
        await self._runner.read(lambda t: None)
        await self._runner.stepped()

    async def progress(self) -> Progress:
        """What is still to be done."""

        def get(t: Any) -> Progress:
            out = args.new("tacit_progress")
            check(lib.tacit_progress(t, out))
            return convert.progress_of(out)

        return await self._runner.read(get)

    async def drain(self) -> None:
        """Wait until the relays have all that was written, for however long.

        asyncio.timeout() bounds it; nothing is lost if the wait ends early.
        """
        while (now := await self.progress()).queued > 0 or now.busy:
            await self._runner.stepped()

    # ---- rows of the host ---------------------------------------------------

    async def get(self, key: Bytes) -> bytes | None:
        """The value of a row, or None.  commit() writes them."""
        k = args.buffer(key, "key")
        value = ffi.new("char[]", lib.TACIT_ROW_VALUE_SIZE)
        size = ffi.new("size_t *")

        def get(t: Any) -> bytes | None:
            if check(
                lib.tacit_data_get(t, k, len(k), value, len(value), size)
            ) == 0:
                return None
            return args.contents(value, size[0])

        return await self._runner.read(get)

    async def keys(self, prefix: Bytes = b"") -> AsyncIterator[bytes]:
        """The keys of rows that begin so, in the order of their bytes."""
        p = args.buffer(prefix, "prefix")
        key = ffi.new("char[]", lib.TACIT_ROW_KEY_SIZE)
        size = ffi.new("size_t *", 0)

        def step(t: Any, after: bytes) -> int:
            return check(
                lib.tacit_data_next(
                    t, p, len(p), after, len(after), key, size
                )
            )

        after = b""
        while await self._runner.read(step, after) == 1:
            after = args.contents(key, size[0])
            yield after

    async def commit(self, ops: Sequence[Op]) -> list[Sent | None]:
        """Do up to 256 things in their order, all of them or none.

        What it gives has, for each of them, what it sent.
        """
        batch = convert.Batch(self, ops)

        def commit(t: Any) -> list[Sent | None]:
            check(lib.tacit_commit(t, batch.ops, batch.n))
            return batch.sent()

        return await self._runner.change(commit)

    # ---- second thoughts ----------------------------------------------------

    async def hold(self) -> Hold:
        """How many seconds texts are held back before they leave."""
        return await self._runner.read(_hold_of, ffi.NULL)

    async def set_hold(self, seconds: int) -> None:
        """0 to 60; while it lasts Contact.recall() is a plain undo."""
        n = args.number(seconds, "seconds", 31)
        await self._runner.change(
            lambda t: check(lib.tacit_hold_set(t, ffi.NULL, n))
        )


def _hold_of(t: Any, ct: Any) -> Hold:
    return Hold(lib.tacit_hold_get(t, ct), lib.tacit_hold_is_set(t, ct) != 0)


class Events:
    """Vault.events()."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._given: Event | None = None

    def __aiter__(self) -> Events:
        return self

    async def __anext__(self) -> Event:
        vault = self._vault
        while not vault._runner.is_closed():
            if vault._reader is not self:
                raise RuntimeError("events() was called again since")
            if self._given is not None:
                given, self._given = self._given, None
                await vault.done(given)
            self._given = await vault.next_event()
            if self._given is not None:
                return self._given
            await vault._runner.stepped()
        raise StopAsyncIteration


class Contact:
    """One relationship.  Vault gives them out; there is one object for each."""

    def __init__(self, vault: Vault, pointer: Any) -> None:
        info = args.new("tacit_contact_info")
        check(lib.tacit_contact_info(pointer, info))
        self.id = args.string(info.id)
        self.label = args.string(info.label)  # mine for them
        self._vault = vault
        self._ct = pointer

    def __repr__(self) -> str:
        return f"<tacit.Contact {self.id}>"

    async def _read(self, function: Any, *more: Any) -> int:
        """A function of the library that changes nothing."""
        return await self._vault._runner.read(
            lambda t: check(function(self._ct, *more))
        )

    async def _change(self, function: Any, *more: Any) -> int:
        """A function of the library that may."""
        return await self._vault._runner.change(
            lambda t: check(function(self._ct, *more))
        )

    async def info(self) -> ContactInfo:
        """What is known of it now."""
        out = args.new("tacit_contact_info")
        await self._read(lib.tacit_contact_info, out)
        return convert.info_of(out)

    # ---- pairing ------------------------------------------------------------

    async def link(self) -> str:
        """The link of an invitation, as soon as the relay has stored it.

        Waits for a relay that cannot be reached; asyncio.timeout() bounds it.
        """
        out = ffi.new("char[]", lib.TACIT_LINK_SIZE)
        runner = self._vault._runner

        def ask(t: Any) -> bool:
            code = lib.tacit_invitation_link(self._ct, out)
            return code == lib.TACIT_E_WAIT or check(code) != 0

        while await runner.read(ask):
            await runner.stepped()
        return args.string(out)

    async def safety_number(self) -> str:
        """60 digits that both sides compare by voice or in session."""
        out = ffi.new("char[]", lib.TACIT_SAFETY_SIZE)
        await self._read(lib.tacit_safety_number, out)
        return args.string(out)

    async def verify(self) -> None:
        """Record that the numbers were equal."""
        await self._change(lib.tacit_verify)

    async def accept_unverified(self) -> None:
        """Record that the risk of not comparing is accepted."""
        await self._change(lib.tacit_accept_unverified)

    async def rotate(self) -> None:
        """Have both ends take new mailboxes and keys."""
        await self._change(lib.tacit_rotate)

    async def close(self) -> None:
        """End the relationship, or withdraw an invitation."""
        await self._change(lib.tacit_contact_close)

    # ---- texts --------------------------------------------------------------

    async def send(self, text: str, *, keep_hours: int = 0) -> Sent:
        """Write a text of 1 to 24,576 bytes as UTF-8.

        After this it survives any crash and is kept until the other end has
        it; it leaves while the loop runs.  With keep_hours, 1 to 8,784, both
        ends forget it so long after it arrived (24,000 bytes at most).
        """
        data = args.utf8(text, "text")
        hours = args.number(keep_hours, "keep_hours")
        ids = args.Ids()
        to = (ids.message, ids.seq)
        if hours == 0:
            await self._change(lib.tacit_send, data, len(data), *to)
        else:
            await self._change(
                lib.tacit_send_fleeting, data, len(data), hours, *to
            )
        return convert.sent_of(ids)

    async def send_data(self, type: int, data: Bytes) -> Sent:
        """Bytes for the program at the other end, never shown to a person.

        Types 100 to 65,535 are the host's; 1 to 24,576 bytes.
        """
        number = convert.data_type(type)
        raw = args.buffer(data, "data")
        ids = args.Ids()
        await self._change(
            lib.tacit_send_data, number, raw, len(raw), ids.message, ids.seq
        )
        return convert.sent_of(ids)

    async def history(self, before: int = 0) -> AsyncIterator[Message]:
        """Texts and data, newest first, from below a place (0: from the end)."""
        place = args.number(before, "before", 64)

        def get(t: Any, below: int) -> Message | None:
            out = args.new("tacit_message")
            code = lib.tacit_history(self._ct, below, out)
            if code == lib.TACIT_E_STATE:
                return None
            check(code)
            return convert.message_of(out)

        while found := await self._vault._runner.read(get, place):
            yield found
            place = found.place

    # ---- second thoughts ----------------------------------------------------

    async def hold(self) -> Hold:
        """How many seconds texts are held back before they leave."""
        return await self._vault._runner.read(_hold_of, self._ct)

    async def set_hold(self, seconds: int | None) -> None:
        """0 to 60; None: as the vault has it."""
        n = -1 if seconds is None else args.number(seconds, "seconds", 31)
        await self._vault._runner.change(
            lambda t: check(lib.tacit_hold_set(t, self._ct, n))
        )

    async def hold_now(self, seconds: int) -> None:
        """For what is written while the vault is open, whatever is set."""
        await self._change(
            lib.tacit_hold_now, args.number(seconds, "seconds")
        )

    async def held(self) -> Held:
        """What is held back now."""
        left = ffi.new("int64_t *")
        n = await self._read(lib.tacit_held, left)
        return Held(n, left[0] if n else 0)

    async def recall(self, message: str) -> Fate:
        """Take a text of mine back.  Asked again, only says what became of it.

        ASKED: event RECALLED tells the end.  Errors: "too-late".
        """
        data = args.word(message, "message", lib.TACIT_E_NOT_FOUND)
        fate = ffi.new("enum tacit_fate *")
        await self._change(lib.tacit_recall, data, fate)
        return Fate(fate[0])

    async def statements(self, message: str) -> str:
        """What the relay said about it, signed; see check_statements()."""
        data = args.word(message, "message", lib.TACIT_E_NOT_FOUND)
        out = ffi.new("char[]", lib.TACIT_STATEMENTS_SIZE)
        size = ffi.new("size_t *")
        await self._read(lib.tacit_recall_export, data, out, len(out), size)
        return args.contents(out, size[0]).decode()

    async def forget(self, message: str) -> None:
        """Forget a text of theirs, as its writer asked."""
        data = args.word(message, "message", lib.TACIT_E_NOT_FOUND)
        await self._change(lib.tacit_forget, data)


