# SPDX-License-Identifier: Apache-2.0
"""What needs no open vault: making, opening, restoring one."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any

from . import _args as args
from ._errors import check
from ._loop import off_loop
from ._tacit import ffi, lib
from ._types import Bytes, Claim, Fate, Secret
from ._vault import Vault


def version() -> str:
    """Of the library that is loaded, as "0.1.0"."""
    text: str = ffi.string(lib.tacit_version()).decode()
    return text


class Config:
    """struct tacit_config, with what it points to."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        passphrase: Secret | None,
        key: Bytes | None,
        lock_wait_ms: int = 5000,
        proxy: str | None = None,
        argon_mib: int = 0,
        argon_passes: int = 0,
    ) -> None:
        self._path = ffi.from_buffer("char[]", args.path(path) + b"\0")
        self._opener = args.Opener(passphrase, key)
        self._proxy = ffi.NULL
        if proxy is not None:
            data = args.word(proxy, "proxy", lib.TACIT_E_INVALID)
            self._proxy = ffi.from_buffer("char[]", data + b"\0")
        self.c = args.new("tacit_config")
        self.c.path = self._path
        self.c.passphrase = self._opener.c.passphrase
        self.c.passphrase_len = self._opener.c.passphrase_len
        if key is not None:
            self._host = args.new("tacit_host")
            self._host.key = self._opener.c.key
            self.c.host = self._host
        self.c.lock_wait_ms = args.number(lock_wait_ms, "lock_wait_ms")
        self.c.proxy = self._proxy
        self.c.argon_mib = args.number(argon_mib, "argon_mib")
        self.c.argon_passes = args.number(argon_passes, "argon_passes")

    def __enter__(self) -> Any:
        return self.c

    def __exit__(self, *_: object) -> None:
        self._opener.__exit__()


def _opened(c: Any) -> Any:
    out = ffi.new("struct tacit **")
    check(lib.tacit_open(out, c))
    return out[0]


def _open(config: Config) -> Any:
    with config as c:
        return _opened(c)


def _create(config: Config, name: bytes) -> Any:
    with config as c:
        check(lib.tacit_create(c, name))
        return _opened(c)


def _restore(config: Config, source: bytes, s: Any, contacts: Any) -> None:
    with config as c, s:
        check(lib.tacit_restore(c, source, s, len(s), contacts))


class Opening:
    """``vault = await open(...)``, or ``async with open(...) as vault``."""

    def __init__(self, function: Callable[..., Any], *given: Any) -> None:
        self._function = function
        self._given = given
        self._vault: Vault | None = None

    def __await__(self) -> Generator[Any, None, Vault]:
        return self._go().__await__()

    async def _go(self) -> Vault:
        # The passphrase is let go of as soon as it was used.
        given, self._given = self._given, ()
        if not given:
            raise RuntimeError("this was awaited before")
        return Vault(
            await off_loop(self._function, *given, undo=lib.tacit_close)
        )

    async def __aenter__(self) -> Vault:
        self._vault = await self
        return self._vault

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._vault is not None
        await self._vault.close()


def create(
    *,
    path: str | os.PathLike[str],
    name: str,
    passphrase: Secret | None = None,
    key: Bytes | None = None,
    proxy: str | None = None,
    argon_mib: int = 0,
    argon_passes: int = 0,
) -> Opening:
    """Make a vault at ``path`` for a person who calls herself ``name``.

    Await this, or use it in ``async with``: it is open then.  The name is
    what the other side of each relationship is shown, 1 to 64 bytes as UTF-8.
    The passphrase has 1 to 1,024 bytes; guessing it costs Argon2id with 256
    MiB and 3 passes, if nothing else is asked for.

    In place of a passphrase, ``key``: 32 random bytes for this vault alone,
    out of a keystore.  Without them nobody opens it: make backups.
    """
    label = args.word(name, "name", lib.TACIT_E_LABEL)
    config = Config(
        path,
        passphrase,
        key,
        proxy=proxy,
        argon_mib=argon_mib,
        argon_passes=argon_passes,
    )
    return Opening(_create, config, label)


def open(
    *,
    path: str | os.PathLike[str],
    passphrase: Secret | None = None,
    key: Bytes | None = None,
    proxy: str | None = None,
    lock_wait_ms: int = 5000,
) -> Opening:
    """Open a vault: await this, or use it in ``async with``.

    ``proxy`` is "HOST:PORT" of an HTTP CONNECT proxy; ``lock_wait_ms`` how
    long to wait for another process to let go of the vault.  A bytearray
    passphrase is not copied; wiping it afterwards is the caller's.
    """
    config = Config(
        path, passphrase, key, lock_wait_ms=lock_wait_ms, proxy=proxy
    )
    return Opening(_open, config)


async def restore(
    *,
    path: str | os.PathLike[str],
    backup: str | os.PathLike[str],
    backup_passphrase: Secret,
    passphrase: Secret | None = None,
    key: Bytes | None = None,
    argon_mib: int = 0,
    argon_passes: int = 0,
) -> int:
    """Make a vault at ``path`` from a backup; gives how many contacts it has.

    The vault that the backup was made of must not be used any more.
    """
    config = Config(
        path, passphrase, key, argon_mib=argon_mib, argon_passes=argon_passes
    )
    source = args.path(backup)
    s = args.secret(backup_passphrase, "backup_passphrase")
    contacts = ffi.new("uint32_t *")
    await off_loop(
        _restore, config, source, s, contacts, undo=lambda _: None
    )
    n: int = contacts[0]
    return n


def check_statements(text: str) -> Claim:
    """What statements of a relay prove.  Errors: "bad-statement"."""
    data = args.utf8(text, "text")
    out = args.new("tacit_recall_claim")
    check(lib.tacit_recall_check(data, len(data), out))
    return Claim(out.statements, Fate(out.fate), args.string(out.relay_key))
