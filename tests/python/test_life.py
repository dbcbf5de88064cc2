# SPDX-License-Identifier: Apache-2.0
"""How a vault lives on a loop: closed by nobody, left in the middle, used
from elsewhere."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import subprocess
import sys
import threading
import unittest
import warnings

import kit
import tacit


class Life(kit.Case):
    def setUp(self) -> None:
        super().setUp()
        warnings.simplefilter("always", ResourceWarning)

    async def closed(self, name: str) -> None:
        """Nobody has the vault open, not even for a moment."""
        vault = await tacit.open(path=self.path(name), lock_wait_ms=0,
                                 passphrase=kit.PASSPHRASE)
        await vault.close()

    async def abandoned(self) -> tacit.Vault:
        return await tacit.create(
            path=self.path("Anna"), passphrase=kit.PASSPHRASE, name="Anna",
            argon_mib=kit.CHEAP)

    async def waiting(self, vault: tacit.Vault) -> tacit.Contact:
        """Somebody who has not answered."""
        await vault.add_relay(self.relay.admit())
        return await vault.invite("Ben", in_person=True)

    async def test_a_vault_that_nobody_closed_is_closed(self) -> None:
        vault = await self.abandoned()
        with self.assertWarnsRegex(ResourceWarning, "never closed"):
            del vault
            gc.collect()
        await self.closed("Anna")

    async def test_even_if_another_thread_lets_go_of_it(self) -> None:
        held = [await self.abandoned()]
        with self.assertWarnsRegex(ResourceWarning, "never closed"):
            await asyncio.to_thread(lambda: (held.clear(), gc.collect()))
        await asyncio.sleep(0)
        await self.closed("Anna")

    async def test_a_contact_keeps_its_vault(self) -> None:
        vault = await self.abandoned()
        of = await self.waiting(vault)
        number, wait = vault._runner._box.fd, vault.close
        del vault
        gc.collect()
        self.assertEqual((await of.info()).label, "Ben")
        self.assertGreaterEqual(number, 0)
        await wait()

    def test_at_the_end_of_the_program(self) -> None:
        code = ("import asyncio, sys, tacit\n"
                "async def main():\n"
                "    return await tacit.create(path=sys.argv[1], name='Anna',\n"
                "        passphrase=sys.argv[2], argon_mib=64)\n"
                "vault = asyncio.run(main())\n")
        done = subprocess.run(
            [sys.executable, "-W", "always", "-c", code, self.path("Anna"),
             kit.PASSPHRASE], text=True, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0)
        self.assertIn("never closed", done.stderr)
        asyncio.run(self.closed("Anna"))

    async def test_a_child_neither_uses_nor_closes_it(self) -> None:
        vault = await self.make("Anna")
        box = vault._runner._box
        child = os.fork()
        if child == 0:
            said = ""
            try:
                box.get()
            except tacit.TacitError as error:
                said = error.word
            del vault
            gc.collect()
            os._exit(0 if said == "forked" and box.handle is None else 1)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.assertEqual((await vault.progress()).queued, 0)

    async def test_another_loop_is_told(self) -> None:
        vault = await self.make("Anna")
        said = []

        def elsewhere() -> None:
            for asked in (vault.progress, vault.close):
                try:
                    asyncio.run(asked())
                except RuntimeError as error:
                    said.append(str(error))

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        self.assertEqual(said, ["this vault belongs to another event loop"] * 2)
        self.assertEqual((await vault.progress()).queued, 0)

    async def test_an_opening_that_is_given_up_is_closed(self) -> None:
        await (await self.make("Anna")).close()

        async def opens() -> None:
            await tacit.open(path=self.path("Anna"), passphrase=kit.PASSPHRASE)

        opening = asyncio.create_task(opens())
        await asyncio.sleep(0)
        opening.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await opening
        await self.open("Anna")

    async def test_who_gives_up_a_backup_does_not_break_it(self) -> None:
        vault = await self.make("Anna")
        backup = asyncio.create_task(vault.backup(self.folder / "b", "p"))
        await asyncio.sleep(0)
        backup.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await backup
        await vault.close()  # waits for it
        self.assertTrue((self.folder / "b").exists())

    async def test_a_passphrase_is_let_go_of(self) -> None:
        """What holds its bytes would not let it be emptied."""
        await (await self.make("Anna")).close()
        passphrase = bytearray(kit.PASSPHRASE.encode())
        opening = tacit.open(path=self.path("Anna"), passphrase=passphrase)
        held = opening._given  # as the thread may, which is not done yet
        async with opening as vault:
            passphrase.clear()
            self.assertEqual(vault.name, "Anna")
            old, new = bytearray(kit.PASSPHRASE.encode()), bytearray(b"new")
            await vault.change_passphrase(old, new)
            old.clear()
            key = bytearray(32)
            await vault.change_secret(old_passphrase=new, key=key)
            new.clear()
            key.clear()
            copy = bytearray(b"of the copy")
            await vault.backup(self.folder / "b", copy)
        await tacit.restore(
            path=self.folder / "again", backup=self.folder / "b",
            backup_passphrase=copy, passphrase=kit.PASSPHRASE,
            argon_mib=kit.CHEAP)
        copy.clear()
        self.assertTrue(held)
        with self.assertRaises(RuntimeError):
            await opening

    async def test_a_wait_can_be_given_up(self) -> None:
        vault = await self.make("Anna")
        of = await self.waiting(vault)
        await of.send("nobody is there to take it")
        for wait in (vault.drain, vault.events().__anext__):
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(wait(), 0.01)
        self.assertEqual(vault._runner._waiters, set())
        self.assertEqual((await vault.progress()).queued, 1)

    async def test_a_step_that_fails_is_said_and_tried_again(self) -> None:
        """No file may grow: so what arrives cannot be kept."""
        of_ben, of_anna = await self.pair()
        await of_anna._vault.close()
        await of_ben.send("kept")
        await of_ben._vault.drain()
        await of_ben._vault.close()

        ben = await self.open("Ben")
        was = resource.getrlimit(resource.RLIMIT_FSIZE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_FSIZE, was)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, was[1]))
        with self.assertRaises(tacit.StorageError) as failed:
            await kit.take(ben, tacit.EventType.MESSAGE)
        self.assertEqual(failed.exception.word, "disk-full")
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
        heard = await kit.take(ben, tacit.EventType.MESSAGE)
        self.assertEqual(heard.text, "kept")


if __name__ == "__main__":
    unittest.main()
