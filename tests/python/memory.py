# SPDX-License-Identifier: Apache-2.0
"""The memory of a process that sends and takes messages stays as it is.

usage: memory.py MESSAGES
Two vaults in one process, through a relay; prints what it used at each tenth,
and fails if the second half needed more than the first by over 4 MiB, or has
more Python objects by over 1,000.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import tempfile
import time

import kit
import tacit

BATCH = 200  # events and texts in one transaction
MARGIN_KIB = 4096
MARGIN_OBJECTS = 1000


def resident_kib() -> int:
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024


async def taken(vault: tacit.Vault) -> list[tacit.Event]:
    """A batch of events, which are done."""
    found: list[tacit.Event] = []
    while len(found) < BATCH:
        after = found[-1].id if found else 0
        event = await vault.next_event(after)
        if event is None:
            if found:
                break
            await vault.changed()
            continue
        found.append(event)
    await vault.commit([tacit.Done(event) for event in found])
    return found


class Memory(kit.Case):
    config = "post_rate = 100000\npost_burst = 1000000\n"

    async def test_it_stays_as_it_is(self) -> None:
        asyncio.get_running_loop().set_debug(False)
        of_ben, of_anna = await self.pair()
        anna, ben = of_ben._vault, of_anna._vault
        numbers: list[int] = []
        samples: list[tuple[int, int]] = []
        begun = time.monotonic()
        for tenth in range(10):
            left = TOTAL // 10
            while left > 0:
                n = min(BATCH, left)
                left -= n
                await anna.commit(
                    [tacit.Send(of_ben, "How was the week?")] * n)
                seen = 0
                while seen < n:
                    texts = [e.seq for e in await taken(ben)
                             if e.type is tacit.EventType.MESSAGE]
                    numbers.extend(texts)
                    seen += len(texts)
                # An answer says what was had.  Without any that goes by
                # itself, after some minutes, and is kept until then.
                await of_anna.send("Better.")
                while (await anna.progress()).queued > 0:
                    await anna.changed()
                while await anna.next_event() is not None:
                    await taken(anna)
            # In order, and none twice.
            self.assertEqual(numbers, list(range(
                numbers[0], numbers[0] + TOTAL // 10)))
            numbers.clear()
            gc.collect()
            samples.append((resident_kib(), len(gc.get_objects())))
            print(f"{(tenth + 1) * (TOTAL // 10)} messages,"
                  f" {time.monotonic() - begun:.0f} s:"
                  f" {samples[-1][0]} KiB, {samples[-1][1]} objects",
                  flush=True)
        for i, margin in enumerate((MARGIN_KIB, MARGIN_OBJECTS)):
            early = max(s[i] for s in samples[:5])
            late = max(s[i] for s in samples[5:])
            self.assertLessEqual(late, early + margin)


TOTAL = int(sys.argv.pop(1))
# It is memory that is measured, not a disk.
if os.path.isdir("/dev/shm"):
    tempfile.tempdir = "/dev/shm"
kit.unittest.main()
