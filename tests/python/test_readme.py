# SPDX-License-Identifier: Apache-2.0
"""bindings/python/README.md, as it stands."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import os
import pathlib
import re
import secrets
import shutil
import subprocess
import sys
import unittest

import kit
import tacit

SOURCE = pathlib.Path(os.environ["TACIT_SOURCE"])
TEXT = (SOURCE / "bindings/python/README.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", TEXT, re.M | re.S)


class Readme(kit.Case):
    def test_from_an_installation_to_a_received_message(self) -> None:
        """The lines that a person copies, in a copy of the clone."""
        install, = blocks("sh install")
        run, = blocks("sh run")
        self.assertLessEqual(len((install + run).splitlines()), 10)
        shutil.copytree(SOURCE / "bindings/python",
                        self.folder / "bindings/python")
        (self.folder / "tacit").symlink_to(kit.PREFIX)
        (self.folder / "relay-data").symlink_to(self.relay.data)
        env = {k: v for k, v in os.environ.items()
               if not k.startswith(("PYTHON", "TACIT_", "PKG_", "VIRTUAL"))}
        env["HOME"] = str(self.folder)
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", install + run],
            cwd=self.folder, env=env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Ben heard: Hello from Anna.\n", done.stderr)
        self.assertIn("Anna heard: Hello from Ben.\n", done.stderr)

    def test_the_example_is_the_one_that_is_there(self) -> None:
        shown, = blocks("python hello.py")
        code = (SOURCE / "bindings/python/hello.py").read_text()
        self.assertTrue(code.endswith(shown))

    def test_both_ends_in_one_program(self) -> None:
        code, = blocks("python ten.py")
        (self.folder / "ten.py").write_text(code)
        done = subprocess.run(
            [sys.executable, "ten.py"], cwd=self.folder, text=True,
            env={**os.environ, "RELAY_LINE": self.relay.admit()},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (0, "Better. I slept.\n", ""))

    async def test_the_other_blocks_run(self) -> None:
        of_ben, of_anna = await self.pair()
        reply, verify, error, key = blocks("python")
        await of_ben.send("Read this.")
        await self.play(reply, of_anna)
        self.assertEqual(
            await of_anna._vault.get(b"last/" + of_anna.id.encode()),
            b"Read this.")
        heard = await kit.take(of_ben._vault, tacit.EventType.MESSAGE)
        self.assertEqual(heard.text, "Thank you, I have read it.")
        said = await self.play(error, of_ben)
        self.assertEqual(said, error.partition("# ")[2])

        os.chdir(self.folder)
        await self.play(key, of_ben)
        self.assertTrue((self.folder / "clinic.backup").exists())

        carl = await self.make("Carl")
        of_carl = await of_ben._vault.invite("Carl")
        await carl.accept(await of_carl.link(), "Anna")
        await kit.take(of_ben._vault, tacit.EventType.PAIRED)
        self.assertIn(await of_carl.safety_number(),
                      await self.play(verify, of_carl))
        self.assertTrue((await of_carl.info()).verified)

    async def play(self, block: str, contact: tacit.Contact) -> str:
        """Run it where ``vault`` and ``contact`` are; what it prints."""
        code = compile(block, "README.md", "exec",
                       ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        names = {"tacit": tacit, "secrets": secrets, "vault": contact._vault, "contact": contact}
        with contextlib.redirect_stdout(io.StringIO()) as said:
            result = eval(code, names)
            if inspect.isawaitable(result):
                await asyncio.wait_for(result, 120)
        return said.getvalue()


if __name__ == "__main__":
    unittest.main()
