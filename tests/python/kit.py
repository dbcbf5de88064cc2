# SPDX-License-Identifier: Apache-2.0
"""Real relays and vaults for the tests of the Python package.

TACIT_PREFIX is where everything is installed; the package is on sys.path.
"""

from __future__ import annotations

import asyncio
import os
import pathlib
import subprocess
import tempfile
import unittest

import tacit

PREFIX = pathlib.Path(os.environ["TACIT_PREFIX"])
COMMAND = PREFIX / "bin" / "tacit"
SERVER = PREFIX / "bin" / "tacit-relay"
LIBRARIES = next(PREFIX.rglob("libtacit.so")).parent
PASSPHRASE = "four words of a test"
# The least that the library takes.
CHEAP = 64


class Relay:
    """One on a port of its own, stopped by stop()."""

    def __init__(self, folder: pathlib.Path, config: str = "") -> None:
        self.data = folder / "relay"
        file = folder / "relay.conf"
        file.write_text(config)
        self._log = open(folder / "relay.log", "w")
        self.process = subprocess.Popen(
            [SERVER, "serve", "--data", self.data, "--listen", "127.0.0.1:0",
             "--config", file],
            stdout=subprocess.PIPE, stderr=self._log, text=True)
        assert self.process.stdout is not None
        ready = self.process.stdout.readline()
        if not ready.startswith("READY "):
            raise RuntimeError((folder / "relay.log").read_text())

    def admit(self, relationships: int = 20) -> str:
        return subprocess.run(
            [SERVER, "admit", "--data", self.data, "--relationships",
             str(relationships)],
            check=True, stdout=subprocess.PIPE, text=True).stdout

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._log.close()


class Case(unittest.IsolatedAsyncioTestCase):
    """With a relay, and a folder for each test."""

    config = ""

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.top = pathlib.Path(folder.name)
        cls.relay = Relay(cls.top, cls.config)
        cls.addClassCleanup(cls.relay.stop)

    def setUp(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=self.top))

    def path(self, name: str) -> pathlib.Path:
        return self.folder / f"{name}.vault"

    async def make(self, name: str) -> tacit.Vault:
        """A new vault, open until the end of the test."""
        vault = await tacit.create(path=self.path(name), name=name,
                                   passphrase=PASSPHRASE, argon_mib=CHEAP)
        self.addAsyncCleanup(vault.close)
        return vault

    async def open(self, name: str) -> tacit.Vault:
        vault = await tacit.open(path=self.path(name), passphrase=PASSPHRASE,
                                 lock_wait_ms=60000)
        self.addAsyncCleanup(vault.close)
        return vault

    async def pair(self) -> tuple[tacit.Contact, tacit.Contact]:
        """Anna's contact of Ben, and his of her; both know of it."""
        anna, ben = await self.make("Anna"), await self.make("Ben")
        await anna.add_relay(self.relay.admit())
        of_ben = await anna.invite("Ben", in_person=True)
        of_anna = await ben.accept(await of_ben.link(), "Anna")
        for vault in (anna, ben):
            await take(vault, tacit.EventType.PAIRED)
        return of_ben, of_anna


async def take(vault: tacit.Vault, kind: tacit.EventType) -> tacit.Event:
    """The next event of this type; it and those before it are done."""
    async for event in vault.events():
        await vault.done(event)
        if event.type is kind:
            return event
    raise AssertionError("the vault was closed")


async def until(vault: tacit.Vault, question) -> None:
    """Wait for what no event tells."""
    while not await question():
        await vault.changed()


def run(*line: object, stdin: str = "", **more: str) -> str:
    """The tacit command, its standard output."""
    done = subprocess.run(
        [COMMAND, *map(str, line)], input=stdin, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, **more})
    if done.returncode != 0:
        raise AssertionError(f"{line}: {done.stderr}")
    return done.stdout


async def command(*line: object, **more: str) -> str:
    """The same while this loop runs."""
    return await asyncio.to_thread(run, *line, **more)
