# SPDX-License-Identifier: Apache-2.0
"""An open vault on an asyncio loop: whoever has it, and when it is stepped.

The handle is used by one thread at a time: the loop's, but while a call that
takes long (Argon2) has it in the loop's executor.
"""

from __future__ import annotations

import asyncio
import functools
import os
import threading
import warnings
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

from ._errors import TacitError, failure
from ._tacit import lib

T = TypeVar("T")

# After a step that failed, as it does while the disk is full: seconds.
RETRY = 1.0


class Box:
    """The handle, and what closes it, also when nobody did."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self.loop = asyncio.get_running_loop()
        self.thread = threading.get_ident()
        self.fd: int = lib.tacit_fd(handle)
        self.why: int = lib.TACIT_E_HANDLE

    def close(self) -> None:
        handle, self.handle = self.handle, None
        if handle is None:
            return
        if not self.loop.is_closed():
            self.loop.remove_reader(self.fd)
        lib.tacit_close(handle)

    def get(self) -> Any:
        if self.handle is None:
            raise failure(self.why)
        return self.handle


_boxes: weakref.WeakSet[Box] = weakref.WeakSet()


def _forked() -> None:
    """The child must neither use nor close what is its parent's."""
    for box in _boxes:
        box.handle = None
        box.why = lib.TACIT_E_FORKED


os.register_at_fork(after_in_child=_forked)


def _abandoned(box: Box) -> None:
    if box.handle is None:
        return
    warnings.warn("a tacit.Vault was never closed", ResourceWarning, 2)
    if box.thread != threading.get_ident():
        try:
            box.loop.call_soon_threadsafe(box.close)
            return
        except RuntimeError:  # the loop is closed
            pass
    box.close()


class Runner:
    """Steps the vault while the loop runs, and lends its handle."""

    def __init__(self, handle: Any) -> None:
        self._box = Box(handle)
        self._loop = self._box.loop
        self._reading = False
        self._timer: asyncio.TimerHandle | None = None
        self._waiters: set[asyncio.Future[None]] = set()
        self._failed: TacitError | None = None
        self._away: asyncio.Future[Any] | None = None
        _boxes.add(self._box)
        weakref.finalize(self, _abandoned, self._box)
        # The loop must not keep alive what nobody else holds.
        self._poke = functools.partial(_poke, weakref.ref(self))
        self._resume()

    # ---- stepping -----------------------------------------------------------

    def _resume(self) -> None:
        if not self._reading:
            self._loop.add_reader(self._box.fd, self._poke)
            self._reading = True
        self._arm()

    def _pause(self) -> None:
        self._loop.remove_reader(self._box.fd)
        self._reading = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        ms = lib.tacit_timeout_ms(self._box.handle)
        self._timer = None
        if ms >= 0:
            self._timer = self._loop.call_later(ms / 1000, self._poke)

    def step(self) -> None:
        if self._box.handle is None or self._away is not None:
            return
        code = lib.tacit_step(self._box.handle, 0)
        if code == 0:
            self._wake(None)
            self._resume()
            return
        self._pause()
        self._timer = self._loop.call_later(RETRY, self._poke)
        if self._waiters:
            self._wake(code)
        else:
            self._failed = failure(code)

    def _wake(self, code: int | None) -> None:
        for waiter in self._waiters:
            if waiter.done():
                continue
            if code is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(failure(code))
        self._waiters.clear()

    async def stepped(self) -> None:
        """Wait until something may have changed; raise what a step did."""
        if self._failed is not None:
            failed, self._failed = self._failed, None
            raise failed
        waiter = self._loop.create_future()
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)

    # ---- lending ------------------------------------------------------------

    async def _turn(self) -> Any:
        if asyncio.get_running_loop() is not self._loop:
            raise RuntimeError("this vault belongs to another event loop")
        while self._away is not None:
            await asyncio.wait([self._away])
        return self._box.get()

    async def read(self, function: Callable[..., T], *args: Any) -> T:
        """function(handle, *args), which changes nothing."""
        return function(await self._turn(), *args)

    async def change(self, function: Callable[..., T], *args: Any) -> T:
        """function(handle, *args); there may be work and events after it."""
        result = function(await self._turn(), *args)
        self._arm()
        self._wake(None)
        return result

    async def elsewhere(self, function: Callable[..., T], *args: Any) -> T:
        """The same in another thread; all others wait, also if this is not."""
        handle = await self._turn()
        self._pause()
        self._away = self._loop.run_in_executor(None, function, handle, *args)
        self._away.add_done_callback(self._back)
        result: T = await asyncio.shield(self._away)
        return result

    def _back(self, future: asyncio.Future[Any]) -> None:
        self._away = None
        if not future.cancelled():
            future.exception()
        self._resume()

    def is_closed(self) -> bool:
        return self._box.handle is None

    async def close(self) -> None:
        """A second time is fine."""
        while self._away is not None:
            await asyncio.wait([self._away])
        if self.is_closed():
            return
        await self._turn()
        self._pause()
        self._box.close()
        self._wake(None)


def _poke(reference: weakref.ref[Runner]) -> None:
    runner = reference()
    if runner is not None:
        runner.step()


async def off_loop(
    function: Callable[..., T], *args: Any, undo: Callable[[T], object]
) -> T:
    """function(*args) in the executor; undo(its result) if nobody waits."""
    loop = asyncio.get_running_loop()
    future = loop.run_in_executor(None, function, *args)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        future.add_done_callback(
            lambda f: f.cancelled() or f.exception() or undo(f.result())
        )
        raise
