# SPDX-License-Identifier: Apache-2.0
"""From Python's values to C's and back.

A value of a wrong type raises TypeError before anything happens.
"""

from __future__ import annotations

import os
from typing import Any

from ._errors import failure
from ._tacit import ffi, lib
from ._types import Bytes, Secret


def wrong(value: object, what: str, wanted: str) -> TypeError:
    return TypeError(f"{what} must be {wanted}, not {type(value).__name__}")


def utf8(value: str, what: str) -> bytes:
    """Of what is no Unicode, bytes that the library refuses by its own rule."""
    if not isinstance(value, str):
        raise wrong(value, what, "str")
    return value.encode("utf-8", "surrogatepass")


def word(value: str, what: str, error: int) -> bytes:
    """For C, where it ends at a NUL: so one inside is that error."""
    data = utf8(value, what)
    if b"\0" in data:
        raise failure(error)
    return data


def path(value: str | os.PathLike[str]) -> bytes:
    data = os.fsencode(value)
    if b"\0" in data:
        raise ValueError("a path holds no NUL")
    return data


def secret(value: Secret, what: str) -> Any:
    """Where the bytes of a passphrase are; of bytearray no copy is made."""
    if isinstance(value, str):
        try:
            value = value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{what} is no Unicode") from None
    return buffer(value, what, "str, bytes or bytearray")


def key(value: Bytes, what: str) -> Any:
    """Where the bytes of a vault's key are; no copy is made."""
    data = buffer(value, what, "bytes or bytearray")
    if len(data) != lib.TACIT_VAULT_KEY_SIZE:
        raise failure(
            lib.TACIT_E_INVALID,
            f"{what} must have {lib.TACIT_VAULT_KEY_SIZE} bytes",
        )
    return ffi.from_buffer("uint8_t[]", value)


class Opener:
    """A passphrase, or a key: struct tacit_secret, and what it points to.

    As a context it is let go of at the end, whoever still refers to it: until
    then a bytearray could not be emptied.
    """

    def __init__(
        self, passphrase: Secret | None, key_: Bytes | None, what: str = ""
    ) -> None:
        if (passphrase is None) == (key_ is None):
            raise TypeError(
                f"one of {what}passphrase and {what}key must be given"
            )
        self.c = new("tacit_secret")
        if passphrase is not None:
            self._kept = secret(passphrase, f"{what}passphrase")
            self.c.passphrase = self._kept
            self.c.passphrase_len = len(self._kept)
        elif key_ is not None:
            self._kept = key(key_, f"{what}key")
            self.c.key = self._kept

    def __enter__(self) -> Any:
        return self.c

    def __exit__(self, *_: object) -> None:
        ffi.release(self._kept)


def buffer(value: Bytes, what: str, wanted: str = "bytes") -> Any:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise wrong(value, what, wanted)
    return ffi.from_buffer("char[]", value)


def number(value: int, what: str, bits: int = 32) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong(value, what, "int")
    if not 0 <= value < 1 << bits:
        raise failure(lib.TACIT_E_INVALID, f"{what} is out of range")
    return value


def flag(value: bool, what: str) -> bool:
    if not isinstance(value, bool):
        raise wrong(value, what, "bool")
    return value


def new(name: str) -> Any:
    """A structure that tells its size."""
    made = ffi.new(f"struct {name} *")
    made.size = ffi.sizeof(made[0])
    return made


def string(chars: Any) -> str:
    """What a peer calls itself need not be what this version would take."""
    data: bytes = ffi.string(chars)
    return data.decode("utf-8", "replace")


def contents(pointer: Any, length: int) -> bytes:
    data: bytes = ffi.buffer(pointer, length)[:]
    return data


class Ids:
    """Room for the id and the number of what is sent."""

    def __init__(self) -> None:
        self.message = ffi.new("char[]", lib.TACIT_MESSAGE_ID_SIZE)
        self.seq = ffi.new("uint64_t *")
