# SPDX-License-Identifier: Apache-2.0
"""Errors of the library, as exceptions."""

from __future__ import annotations

from ._tacit import ffi, lib


class TacitError(Exception):
    """What the library refused, or could not do; nothing has changed then.

    ``word`` is stable and short, as "bad-link"; ``code`` is the number of
    tacit/error.h, as -3.  The subclasses say whose turn it is.
    """

    def __init__(self, code: int, text: str | None = None) -> None:
        super().__init__(code, text)
        self.code = code
        self.word: str = ffi.string(lib.tacit_error_word(code)).decode()
        self._text = text

    def __str__(self) -> str:
        said: str = ffi.string(lib.tacit_error_text(self.code)).decode()
        return f"{self._text or said} ({self.word})"


class InputError(TacitError):
    """The caller's mistake, or the person's: say it, and ask again."""


class PeerError(TacitError):
    """What the other end or the relay sent cannot be used."""


class TryAgainError(TacitError):
    """Not now; later it may work."""


class StorageError(TacitError):
    """The disk, the memory or the vault of this machine."""


class RefusedError(TacitError):
    """Refused, by a rule or by the relay: trying again changes nothing."""


# The ranges of tacit/error.h.
_FAMILIES = (
    (-19, InputError),
    (-39, PeerError),
    (-59, TryAgainError),
    (-79, StorageError),
    (-119, RefusedError),
)


def failure(code: int, text: str | None = None) -> TacitError:
    """The exception for one negative code."""
    for last, family in _FAMILIES:
        if code >= last:
            return family(code, text)
    return TacitError(code, text)


def check(code: int) -> int:
    """What a function returned, unless it is an error."""
    if code < 0:
        raise failure(code)
    return code
