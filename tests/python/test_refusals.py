# SPDX-License-Identifier: Apache-2.0
"""What is refused: with which exception, and nothing has changed after it."""

from __future__ import annotations

import inspect
import pickle
import unittest

import kit
import tacit

BAD_UNICODE = "\udc80"


class Refusals(kit.Case):
    async def refused(self, what: str, wanted: object, asked: object) -> None:
        """``wanted`` is a type of exception, or a pair: type and word."""
        kind, word = wanted if isinstance(wanted, tuple) else (wanted, None)
        with self.subTest(what):
            with self.assertRaises(kind) as caught:
                result = asked()
                if inspect.isawaitable(result):
                    await result
                elif hasattr(result, "__anext__"):
                    await result.__anext__()
            if word is not None:
                self.assertEqual(caught.exception.word, word)
                self.assertIn(word, str(caught.exception))

    async def test_wrong_types(self) -> None:
        of_ben, of_anna = await self.pair()
        v, c = of_ben._vault, of_ben
        event = tacit.EventType.MESSAGE
        path, secret = self.folder / "new", kit.PASSPHRASE
        table = [
            ("send bytes", lambda: c.send(b"text")),
            ("send None", lambda: c.send(None)),
            ("hours as text", lambda: c.send("text", keep_hours="1")),
            ("hours as float", lambda: c.send("text", keep_hours=1.0)),
            ("hours as bool", lambda: c.send("text", keep_hours=True)),
            ("data as str", lambda: c.send_data(100, "text")),
            ("type as str", lambda: c.send_data("100", b"text")),
            ("recall bytes", lambda: c.recall(b"m_")),
            ("statements of None", lambda: c.statements(None)),
            ("forget an int", lambda: c.forget(1)),
            ("hold as float", lambda: c.set_hold(1.5)),
            ("hold of the vault as None", lambda: v.set_hold(None)),
            ("hold_now as str", lambda: c.hold_now("1")),
            ("history before a str", lambda: c.history("1")),
            ("label as bytes", lambda: v.invite(b"Ben")),
            ("in_person as int", lambda: v.invite("Carl", in_person=1)),
            ("minutes as None", lambda: v.invite("C", expires_minutes=None)),
            ("relay as bytes", lambda: v.invite("Carl", relay=b"wss://")),
            ("link as bytes", lambda: v.accept(b"tacit://", "Carl")),
            ("label as None", lambda: v.accept("tacit://", None)),
            ("relay line as bytes", lambda: v.add_relay(b"tacit-relay:")),
            ("find an int", lambda: v.find(1)),
            ("key as str", lambda: v.get("key")),
            ("prefix as str", lambda: v.keys("key")),
            ("done with an id", lambda: v.done(1)),
            ("event after a str", lambda: v.next_event("1")),
            ("old as None", lambda: v.change_passphrase(None, "new")),
            ("new as int", lambda: v.change_passphrase("old", 1)),
            ("backup without passphrase", lambda: v.backup(path, None)),
            ("backup to an int", lambda: v.backup(1, secret)),
            ("commit of a str", lambda: v.commit(["send"])),
            ("commit of a str key", lambda: v.commit([tacit.Put("k", b"")])),
            ("commit of a str value", lambda: v.commit([tacit.Put(b"", "")])),
            ("commit of no contact",
             lambda: v.commit([tacit.Put(b"k", b""), tacit.Verify("Ben")])),
            ("commit of no event",
             lambda: v.commit([tacit.Put(b"k", b""), tacit.Done(event)])),
            ("commit of a bytes text",
             lambda: v.commit([tacit.Put(b"k", b""), tacit.Send(c, b"t")])),
            ("path as int", lambda: tacit.open(path=1, passphrase=secret)),
            ("passphrase as None",
             lambda: tacit.open(path=path, passphrase=None)),
            ("passphrase as list",
             lambda: tacit.open(path=path, passphrase=[1])),
            ("neither passphrase nor key", lambda: tacit.open(path=path)),
            ("passphrase and key", lambda: tacit.open(
                path=path, passphrase=secret, key=bytes(32))),
            ("key as str",
             lambda: tacit.open(path=path, key="k" * 32)),
            ("an old secret alone",
             lambda: v.change_secret(old_passphrase=secret)),
            ("proxy as tuple", lambda: tacit.open(
                path=path, passphrase=secret, proxy=("h", 1))),
            ("lock_wait_ms as float", lambda: tacit.open(
                path=path, passphrase=secret, lock_wait_ms=0.5)),
            ("name as bytes", lambda: tacit.create(
                path=path, passphrase=secret, name=b"Anna")),
            ("argon_mib as str", lambda: tacit.create(
                path=path, passphrase=secret, name="Anna", argon_mib="64")),
            ("statements as bytes", lambda: tacit.check_statements(b"")),
        ]
        for what, asked in table:
            await self.refused(what, TypeError, asked)
        self.assertFalse(path.exists())
        self.assertEqual(await v.contacts(), [c])
        self.assertEqual((await v.progress()).queued, 0)
        self.assertEqual([m async for m in c.history()], [])
        self.assertEqual([k async for k in v.keys()], [])

    async def test_values_that_the_library_refuses(self) -> None:
        of_ben, of_anna = await self.pair()
        v, c = of_ben._vault, of_ben
        path, secret = self.folder / "new", kit.PASSPHRASE
        wrong_input, refused = tacit.InputError, tacit.RefusedError
        usage = (wrong_input, "usage")
        text = (wrong_input, "bad-text")
        label = (wrong_input, "bad-label")
        link = (wrong_input, "bad-link")
        unknown = (wrong_input, "unknown-id")
        hold = (tacit.InputError, "bad-hold")
        table = [
            ("an empty text", text, lambda: c.send("")),
            ("a text too long", text, lambda: c.send("x" * 24577)),
            ("a text too long in bytes", text, lambda: c.send("ü" * 12289)),
            ("a NUL in a text", text, lambda: c.send("a\0b")),
            ("no Unicode", text, lambda: c.send(BAD_UNICODE)),
            ("too long to be fleeting", text,
             lambda: c.send("x" * 24001, keep_hours=1)),
            ("too many hours", usage, lambda: c.send("x", keep_hours=8785)),
            ("negative hours", usage, lambda: c.send("x", keep_hours=-1)),
            ("hours over 32 bits", usage,
             lambda: c.send("x", keep_hours=1 << 32)),
            ("data of type 0", usage, lambda: c.send_data(0, b"x")),
            ("data of type 65536", usage, lambda: c.send_data(65536, b"x")),
            ("no data", usage, lambda: c.send_data(100, b"")),
            ("too much data", usage, lambda: c.send_data(100, bytes(24577))),
            ("an unknown message", unknown, lambda: c.recall("m_")),
            ("a message with NUL", unknown, lambda: c.recall("m_\0")),
            ("to forget nothing", unknown, lambda: c.forget("m_")),
            ("statements of nothing", unknown, lambda: c.statements("m_")),
            ("a hold too long", hold, lambda: c.set_hold(61)),
            ("a hold too long now", hold, lambda: c.hold_now(61)),
            ("a hold of the vault", hold, lambda: v.set_hold(61)),
            ("a negative hold", usage, lambda: v.set_hold(-1)),
            ("no statements", (tacit.PeerError, "bad-statement"),
             lambda: tacit.check_statements("no")),
            ("no label", label, lambda: v.invite("")),
            ("a label too long", label, lambda: v.invite("x" * 65)),
            ("a label with NUL", label, lambda: v.invite("Ben\0Carl")),
            ("a label that turns", label, lambda: v.invite("a\u202eb")),
            ("a label of no Unicode", label, lambda: v.invite(BAD_UNICODE)),
            ("minutes of a month", usage,
             lambda: v.invite("Carl", expires_minutes=44641)),
            ("minutes before now", usage,
             lambda: v.invite("Carl", expires_minutes=-1)),
            ("an hour in person", usage,
             lambda: v.invite("Carl", in_person=True, expires_minutes=60)),
            ("an unknown relay", (wrong_input, "no-relay"),
             lambda: v.invite("Carl", relay="wss://127.0.0.1:1")),
            ("a bad link", link, lambda: v.accept("tacit://nothing", "Carl")),
            ("an empty link", link, lambda: v.accept("", "Carl")),
            ("a bad relay", link, lambda: v.add_relay("wss://127.0.0.1:1")),
            ("who is that", (wrong_input, "unknown-contact"),
             lambda: v.find("Carl")),
            ("who is NUL", (wrong_input, "unknown-contact"),
             lambda: v.find("Ben\0")),
            ("no key", usage, lambda: v.get(b"")),
            ("a long key", usage, lambda: v.get(bytes(65))),
            ("a long value", usage,
             lambda: v.commit([tacit.Put(b"k", bytes(32769))])),
            ("too many operations", usage,
             lambda: v.commit([tacit.Put(b"k", b"")] * 257)),
            ("a contact of another vault", usage,
             lambda: v.commit([tacit.Put(b"k", b""), tacit.Verify(of_anna)])),
            ("data of type 0 in a commit", usage, lambda: v.commit(
                [tacit.Put(b"k", b""), tacit.SendData(c, 0, b"x")])),
            ("the wrong old passphrase", (refused, "wrong-passphrase"),
             lambda: v.change_passphrase("wrong", "new")),
            ("an empty new passphrase", usage,
             lambda: v.change_passphrase(kit.PASSPHRASE, "")),
            ("no Unicode for a passphrase", ValueError,
             lambda: v.change_passphrase(kit.PASSPHRASE, BAD_UNICODE)),
            ("a key of 31 bytes", usage,
             lambda: tacit.open(path=path, key=bytes(31))),
            ("a key of 33 bytes", usage, lambda: v.change_secret(
                old_passphrase=kit.PASSPHRASE, key=bytes(33))),
            ("the old one is no key", (tacit.StorageError, "other-secret"),
             lambda: v.change_secret(old_key=bytes(32), passphrase="new")),
            ("a backup over a file", (wrong_input, "vault-exists"),
             lambda: v.backup(self.path("Anna"), "p")),
            ("a path with NUL", ValueError,
             lambda: v.backup("a\0b", "p")),
            ("no vault", (tacit.StorageError, "not-a-vault"),
             lambda: tacit.open(path=path, passphrase=secret)),
            ("an open vault", (tacit.TryAgainError, "vault-busy"),
             lambda: tacit.open(path=self.path("Anna"), passphrase=secret,
                                lock_wait_ms=0)),
            ("an empty passphrase", usage,
             lambda: tacit.open(path=path, passphrase=b"")),
            ("a passphrase too long", usage,
             lambda: tacit.open(path=path, passphrase=bytes(1025))),
            ("no proxy", usage, lambda: tacit.open(
                path=path, passphrase=secret, proxy="h\0")),
            ("a negative wait", usage, lambda: tacit.open(
                path=path, passphrase=secret, lock_wait_ms=-1)),
            ("a vault that is there", (wrong_input, "vault-exists"),
             lambda: tacit.create(path=self.path("Ben"), passphrase=secret,
                                  name="Ben", argon_mib=kit.CHEAP)),
            ("no name", label, lambda: tacit.create(
                path=path, passphrase=secret, name="")),
            ("too cheap", usage, lambda: tacit.create(
                path=path, passphrase=secret, name="Carl", argon_mib=63)),
            ("no backup", (tacit.StorageError, "not-a-backup"),
             lambda: tacit.restore(
                path=path, passphrase=secret, backup=self.path("Ben"),
                backup_passphrase=secret, argon_mib=kit.CHEAP)),
        ]
        for what, wanted, asked in table:
            await self.refused(what, wanted, asked)
        self.assertFalse(path.exists())
        self.assertEqual(await v.contacts(), [c])
        self.assertEqual((await v.progress()).queued, 0)
        self.assertEqual([m async for m in c.history()], [])
        self.assertEqual([k async for k in v.keys()], [])
        self.assertEqual(await v.hold(), (0, False))
        await c.send("and it goes on")

    async def test_the_wrong_passphrase_is_said_as_that(self) -> None:
        await (await self.make("Anna")).close()
        for wrong in ("wrong", b"wrong", bytearray(b"wrong")):
            await self.refused(
                repr(wrong), (tacit.RefusedError, "wrong-passphrase"),
                lambda: tacit.open(path=self.path("Anna"), passphrase=wrong))
        (self.folder / "text").write_text("no vault")
        await self.refused(
            "a text file", (tacit.StorageError, "not-a-vault"),
            lambda: tacit.open(path=self.folder / "text", passphrase="p"))
        # The right one, in each shape in which it may come.
        right = kit.PASSPHRASE.encode()
        for shape in (bytes, bytearray, memoryview):
            async with tacit.open(path=str(self.path("Anna")),
                                  passphrase=shape(right)) as vault:
                self.assertEqual(vault.name, "Anna")

    async def test_own_and_used_invitations(self) -> None:
        of_ben, _ = await self.pair()
        v = of_ben._vault
        link = await (await v.invite("Carl", in_person=True)).link()
        await self.refused("my own", (tacit.RefusedError, "invitation-own"),
                           lambda: v.accept(link, "me"))
        await self.refused("a link of who answered",
                           (tacit.InputError, "state"), of_ben.link)

    async def test_nothing_is_used_after_close(self) -> None:
        of_ben, _ = await self.pair()
        v, c = of_ben._vault, of_ben
        history, keys = c.history(), v.keys()
        await v.close()
        every = [
            v.progress, v.contacts, v.next_event, v.drain, v.changed, v.hold,
            lambda: v.find("Ben"), lambda: v.invite("Carl"),
            lambda: v.accept("tacit://", "Carl"), lambda: v.add_relay("x"),
            lambda: v.get(b"k"), lambda: v.commit([]), lambda: v.set_hold(1),
            lambda: v.commit([tacit.Send(c, "text")]), lambda: keys,
            lambda: v.backup(self.folder / "b", "p"),
            lambda: v.change_passphrase(kit.PASSPHRASE, "p"),
            c.info, c.link, c.safety_number, c.verify, c.accept_unverified,
            c.rotate, c.close, c.hold, c.held, lambda: history,
            lambda: c.send("text"), lambda: c.send_data(100, b"x"),
            lambda: c.recall("m_"), lambda: c.statements("m_"),
            lambda: c.forget("m_"), lambda: c.set_hold(1),
            lambda: c.hold_now(1),
        ]
        for n, asked in enumerate(every):
            await self.refused(f"{n}: {asked}",
                               (tacit.InputError, "closed-handle"),
                               asked)
        self.assertFalse((self.folder / "b").exists())
        other = await self.make("Carl")
        for op in (tacit.Verify(c), tacit.Send(c, "x")):
            await self.refused("for another", (tacit.InputError, "usage"),
                               lambda: other.commit([op]))
        self.assertEqual((c.id[:2], c.label, v.name), ("c_", "Ben", "Anna"))

    def test_errors_are_of_one_family_each_and_can_be_pickled(self) -> None:
        families = {-1: tacit.InputError, -19: tacit.InputError,
                    -20: tacit.PeerError, -39: tacit.PeerError,
                    -40: tacit.TryAgainError, -59: tacit.TryAgainError,
                    -60: tacit.StorageError, -79: tacit.StorageError,
                    -80: tacit.RefusedError, -119: tacit.RefusedError,
                    -120: tacit.TacitError, -9999: tacit.TacitError}
        for code, family in families.items():
            error = tacit._errors.failure(code)
            self.assertIs(type(error), family, code)
            again = pickle.loads(pickle.dumps(error))
            self.assertEqual((type(again), again.code, again.word, str(again)),
                             (family, code, error.word, str(error)))


if __name__ == "__main__":
    unittest.main()
