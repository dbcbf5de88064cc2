# SPDX-License-Identifier: Apache-2.0
"""Two copies of this program pair and exchange one message.

    tacit-relay admit --data DIR |
        python hello.py anna.vault Anna | python hello.py ben.vault Ben

The first reads the relay's line and prints a link for the second; either may
be examples/hello.c instead.  The passphrase of both vaults stands in
HELLO_PASSPHRASE.
"""

import asyncio
import os
import sys

import tacit


async def main(path: str, name: str) -> None:
    passphrase = os.environ["HELLO_PASSPHRASE"]
    async with tacit.create(
        path=path, passphrase=passphrase, name=name
    ) as vault:
        line = sys.stdin.readline()
        if line.startswith("tacit-relay:"):
            await vault.add_relay(line)
            contact = await vault.invite("Ben", in_person=True)
            print(await contact.link(), flush=True)
        else:
            contact = await vault.accept(line, "Anna")
        await contact.send(f"Hello from {name}.")
        async for event in vault.events():
            if event.type is tacit.EventType.MESSAGE:
                print(f"{name} heard: {event.text}", file=sys.stderr)
                await vault.done(event)
                break
        await vault.drain()


asyncio.run(main(*sys.argv[1:]))
