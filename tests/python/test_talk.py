# SPDX-License-Identifier: Apache-2.0
"""Two people converse through a relay: with this package at both ends, and
with the tacit command, or an app in C, at the other."""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import pathlib
import subprocess
import sys
import unittest

import kit
import tacit
from tacit import EventType, MessageState, State


class Talk(kit.Case):
    async def test_two_vaults_pair_and_talk(self) -> None:
        of_ben, of_anna = await self.pair()
        anna, ben = of_ben._vault, of_anna._vault
        self.assertEqual((anna.name, of_ben.label), ("Anna", "Ben"))
        self.assertEqual(await of_ben.safety_number(),
                         await of_anna.safety_number())
        info = await of_ben.info()
        self.assertEqual((info.state, info.verified, info.their_name),
                         (State.ACTIVE, True, "Ben"))

        text = "Wie war die Woche? 🌧"
        sent = await of_ben.send(text)
        heard = await kit.take(ben, EventType.MESSAGE)
        self.assertEqual((heard.text, heard.message, heard.seq),
                         (text, sent.message, sent.seq))
        self.assertIs(heard.contact, of_anna)
        accepted = await kit.take(anna, EventType.ACCEPTED)
        self.assertEqual(accepted.message, sent.message)

        data = bytes(range(256))
        await of_anna.send_data(100, bytearray(data))
        told = await kit.take(anna, EventType.DATA)
        self.assertEqual((told.data_type, told.data, told.text),
                         (100, data, ""))
        await ben.drain()
        self.assertEqual((await ben.progress()).queued, 0)

        mine = [m async for m in of_ben.history()]
        self.assertEqual([(m.type, m.from_me, m.text, m.data) for m in mine],
                         [(100, False, "", data), (0, True, text, b"")])
        self.assertEqual(mine[1].state, MessageState.ACCEPTED)
        self.assertEqual(mine[1].time.tzinfo, datetime.timezone.utc)

    async def test_an_event_comes_again_until_it_is_done(self) -> None:
        of_ben, of_anna = await self.pair()
        ben = of_anna._vault
        for n in range(3):
            await of_ben.send(f"text {n}")

        seen = []
        async for event in ben.events():  # asked for the next: done
            seen.append(event.text)
            if len(seen) == 2:
                break  # and this one is not
        self.assertEqual(seen, ["text 0", "text 1"])
        with self.assertRaises(KeyError):
            async for event in ben.events():
                self.assertEqual(event.text, "text 1")
                raise KeyError
        await ben.close()
        ben = await self.open("Ben")
        async for event in ben.events():
            self.assertEqual(event.text, "text 1")
            await ben.done(event)
            await ben.done(event)
            break
        event = await kit.take(ben, EventType.MESSAGE)
        self.assertEqual(event.text, "text 2")
        self.assertIsNone(await ben.next_event())

    async def test_of_two_readers_the_last_has_them(self) -> None:
        of_ben, of_anna = await self.pair()
        ben = of_anna._vault
        first = ben.events()
        waits = asyncio.create_task(first.__anext__())
        await asyncio.sleep(0)
        second = ben.events()
        await of_ben.send("once")
        self.assertEqual((await second.__anext__()).text, "once")
        with self.assertRaises(RuntimeError):
            await waits

    async def test_events_end_when_the_vault_is_closed(self) -> None:
        vault = await self.make("Anna")

        async def read() -> int:
            return len([event async for event in vault.events()])

        reader = asyncio.create_task(read())
        await asyncio.sleep(0)
        await vault.close()
        await vault.close()
        self.assertEqual(await reader, 0)

    async def test_rows_texts_and_events_commit_together(self) -> None:
        of_ben, of_anna = await self.pair()
        ben = of_anna._vault
        await of_ben.send("asked")
        asked = None
        while asked is None:
            await ben.changed()
            asked = await ben.next_event()
        done = await ben.commit([
            tacit.Put(b"seen/1", memoryview(b"one")),
            tacit.Put(bytearray(b"seen/2"), b""),
            tacit.Done(asked),
            tacit.Send(of_anna, "answered"),
            tacit.SendData(of_anna, 101, b"\0"),
            tacit.Delete(b"seen/3"),
        ])
        self.assertEqual([one is None for one in done],
                         [True, True, True, False, False, True])
        self.assertEqual([k async for k in ben.keys(b"seen/")],
                         [b"seen/1", b"seen/2"])
        self.assertEqual([k async for k in ben.keys()],
                         [b"seen/1", b"seen/2"])
        self.assertEqual(await ben.get(b"seen/1"), b"one")
        self.assertEqual(await ben.get(b"seen/2"), b"")
        self.assertIsNone(await ben.get(b"seen/3"))
        heard = await kit.take(of_ben._vault, EventType.MESSAGE)
        self.assertEqual((heard.text, heard.message),
                         ("answered", done[3] and done[3].message))

        # One that is refused: nothing of it.
        with self.assertRaises(tacit.InputError):
            await ben.commit([tacit.Put(b"half", b"1"),
                              tacit.Send(of_anna, "")])
        self.assertIsNone(await ben.get(b"half"))

    async def test_a_link_is_verified_before_a_text_goes_out(self) -> None:
        anna, ben = await self.make("Anna"), await self.make("Ben")
        url = await anna.add_relay(self.relay.admit())
        of_ben = await anna.invite("Ben", relay=url, expires_minutes=5)
        of_anna = await ben.accept(await of_ben.link(), "Anna")
        paired = await kit.take(anna, EventType.PAIRED)
        self.assertFalse(paired.verified)
        with self.assertRaises(tacit.RefusedError) as refused:
            await of_ben.send("too early")
        self.assertEqual((refused.exception.word, refused.exception.code),
                         ("not-verified", -89))
        await anna.commit([tacit.Verify(of_ben)])
        self.assertTrue((await of_ben.info()).verified)
        await of_ben.send("now")
        self.assertEqual((await kit.take(ben, EventType.MESSAGE)).text, "now")
        self.assertIs(await anna.find("1"), of_ben)
        self.assertIs(await anna.find("Ben"), of_ben)
        self.assertEqual(await ben.contacts(), [of_anna])

        await of_ben.rotate()
        await of_anna.close()
        await kit.take(anna, EventType.CLOSED)
        with self.assertRaises(tacit.InputError) as refused:
            await of_ben.send("too late")
        self.assertEqual(refused.exception.word, "contact-closed")

    async def test_second_thoughts(self) -> None:
        of_ben, of_anna = await self.pair()
        anna, ben = of_ben._vault, of_anna._vault
        self.assertEqual(await anna.hold(), (0, False))
        await anna.set_hold(30)
        self.assertEqual(await of_ben.hold(), (30, True))
        await of_ben.set_hold(60)
        sent = await of_ben.send("never mind")
        held = await of_ben.held()
        self.assertEqual(held.texts, 1)
        self.assertGreater(held.left_ms, 0)
        fate = await of_ben.recall(sent.message)
        self.assertEqual((fate, fate.word), (tacit.Fate.UNDONE, "undone"))
        self.assertEqual(await of_ben.held(), (0, 0))
        with self.assertRaises(tacit.InputError):
            await of_ben.statements(sent.message)

        await of_ben.set_hold(None)
        await anna.set_hold(0)
        await of_ben.hold_now(0)
        fleeting = await of_ben.send("for an hour", keep_hours=1)
        heard = await kit.take(ben, EventType.MESSAGE)
        self.assertEqual(heard.message, fleeting.message)
        newest = [m async for m in of_anna.history()][0]
        self.assertEqual((newest.keep_hours, newest.forgotten), (1, False))
        kept = await of_ben.send("forget it")
        await kit.take(ben, EventType.MESSAGE)
        await of_anna.forget(kept.message)
        newest = [m async for m in of_anna.history()][0]
        self.assertEqual((newest.forgotten, newest.asked, newest.text),
                         (True, True, ""))

    async def test_what_the_relay_destroyed_it_says(self) -> None:
        of_ben, of_anna = await self.pair()
        anna, ben = of_ben._vault, of_anna._vault
        await ben.close()
        sent = await of_ben.send("taken back")
        await kit.take(anna, EventType.ACCEPTED)
        self.assertEqual(await of_ben.recall(sent.message), tacit.Fate.ASKED)
        event = await kit.take(anna, EventType.RECALLED)
        # The latter if the relay learned too late that he has gone.
        fate = event.reason
        self.assertIn(fate, (tacit.Fate.UNDELIVERED,
                             tacit.Fate.UNACKNOWLEDGED))
        self.assertEqual(await of_ben.recall(sent.message), fate)
        text = await of_ben.statements(sent.message)
        claim = tacit.check_statements(text)
        self.assertEqual((claim.statements, claim.fate, len(claim.relay_key)),
                         (1, fate, 64))
        with self.assertRaises(tacit.PeerError) as refused:
            tacit.check_statements(text.replace("0", "1"))
        self.assertEqual(refused.exception.word, "bad-statement")

    async def test_a_key_opens_what_a_passphrase_opened(self) -> None:
        vault, key = await self.make("Anna"), bytearray(range(32))
        await vault.change_secret(old_passphrase=kit.PASSPHRASE, key=key)
        await vault.close()
        path = self.path("Anna")
        for given, said in (
                ({"passphrase": kit.PASSPHRASE}, "other-secret"),
                ({"key": bytes(32)}, "wrong-passphrase")):
            with self.assertRaises(tacit.TacitError) as refused:
                await tacit.open(path=path, **given)
            self.assertEqual(refused.exception.word, said)
        async with tacit.open(path=path, key=key) as vault:
            self.assertEqual(vault.name, "Anna")
            await vault.backup(self.folder / "b", "of the backup")
            await vault.change_secret(old_key=bytes(key), passphrase="again")
        async with tacit.open(path=path, passphrase="again") as vault:
            self.assertEqual(vault.name, "Anna")
        n = await tacit.restore(path=self.folder / "r", key=key,
                                backup=self.folder / "b",
                                backup_passphrase="of the backup")
        self.assertEqual(n, 0)
        async with tacit.open(path=self.folder / "r", key=key) as vault:
            self.assertEqual(vault.name, "Anna")

    async def test_a_backup_becomes_a_vault(self) -> None:
        of_ben, of_anna = await self.pair()
        anna = of_ben._vault
        file, secret = self.folder / "copy", bytearray(b"of the backup")
        backup = asyncio.create_task(anna.backup(file, secret))
        await asyncio.sleep(0)
        # Whoever asks meanwhile waits until the handle is back.
        self.assertEqual((await of_ben.info()).label, "Ben")
        self.assertTrue(file.exists())
        await backup
        await anna.change_passphrase(kit.PASSPHRASE, b"another")
        await anna.close()
        with self.assertRaises(tacit.RefusedError):
            await tacit.open(path=self.path("Anna"), passphrase=kit.PASSPHRASE)
        n = await tacit.restore(path=self.folder / "again", passphrase="new",
                                backup=file, backup_passphrase=secret,
                                argon_mib=kit.CHEAP)
        self.assertEqual(n, 1)
        async with tacit.open(path=self.folder / "again",
                              passphrase="new") as again:
            await (await again.find("Ben")).send("from the backup")
            heard = await kit.take(of_anna._vault, EventType.MESSAGE)
            self.assertEqual(heard.text, "from the backup")


class Processes(kit.Case):
    """Other programs at the other end."""

    async def test_with_the_command_at_the_other_end(self) -> None:
        passphrase = self.folder / "pass"
        passphrase.touch(0o600)
        passphrase.write_text(kit.PASSPHRASE + "\n")
        theirs = {"TACIT_PASSPHRASE_FILE": str(passphrase),
                  "TACIT_ARGON_MIB": str(kit.CHEAP)}
        line = ("--vault", self.path("Ben"), "--json")
        await kit.command(*line, "init", stdin="Ben\n", **theirs)
        anna = await self.make("Anna")
        await anna.add_relay(self.relay.admit())
        of_ben = await anna.invite("Ben", in_person=True)
        link = await of_ben.link()
        await kit.command(*line, "accept", stdin=f"{link}\nAnna\n", **theirs)
        syncing = asyncio.create_task(kit.command(
            *line, "sync", "--until", "1", "--wait-ms", "120000", **theirs))
        await kit.take(anna, EventType.PAIRED)
        sent = await of_ben.send("from Python")
        events = [json.loads(e) for e in (await syncing).splitlines()]
        heard = [e for e in events if e["event"] == "message"]
        self.assertEqual([(e["text"], e["message"]) for e in heard],
                         [("from Python", sent.message)])
        await kit.command(*line, "send", "Anna", "--wait-ms", "60000",
                          stdin="from the command\n", **theirs)
        self.assertEqual((await kit.take(anna, EventType.MESSAGE)).text,
                         "from the command")

    def test_with_the_example_in_c_at_the_other_end(self) -> None:
        """This one at both ends is what test_readme.py does."""
        python = [sys.executable, "-W", "error",
                  pathlib.Path(os.environ["TACIT_SOURCE"],
                               "bindings/python/hello.py")]
        c = [kit.PREFIX.parent / "hello"]
        for n, (one, other) in enumerate(((python, c), (c, python))):
            with self.subTest(n):
                self.hello([*one, self.folder / f"a{n}", "Anna"],
                           [*other, self.folder / f"b{n}", "Ben"])

    def hello(self, one: list, other: list) -> None:
        env = {**os.environ, "HELLO_PASSPHRASE": "four words",
               "LD_LIBRARY_PATH": str(kit.LIBRARIES)}
        pipe = subprocess.PIPE
        with (subprocess.Popen(one, stdin=pipe, stdout=pipe, stderr=pipe,
                               text=True, env=env) as anna,
              subprocess.Popen(other, stdin=anna.stdout, stderr=pipe,
                               text=True, env=env) as ben):
            anna.stdin.write(self.relay.admit())
            anna.stdin.close()
            self.assertEqual(ben.stderr.read(), "Ben heard: Hello from Anna.\n")
            self.assertEqual(anna.stderr.read(), "Anna heard: Hello from Ben.\n")
            self.assertEqual((anna.wait(), ben.wait()), (0, 0))


if __name__ == "__main__":
    unittest.main()
