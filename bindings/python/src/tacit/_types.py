# SPDX-License-Identifier: Apache-2.0
"""What the library tells, and what tacit.Vault.commit() is told."""

from __future__ import annotations

import dataclasses
import datetime
import enum
from typing import TYPE_CHECKING, NamedTuple, Union

from ._tacit import ffi, lib

if TYPE_CHECKING:
    from ._vault import Contact

Bytes = Union[bytes, bytearray, memoryview]
Secret = Union[str, bytes, bytearray, memoryview]


class _Known(enum.IntEnum):
    """Numbers of the library; of a newer one than this, OTHER."""

    @classmethod
    def _missing_(cls, value: object) -> _Known | None:
        return cls["OTHER"] if isinstance(value, int) else None


class State(_Known):
    """How far a relationship is."""

    OTHER = 0
    INVITED = lib.TACIT_INVITED
    JOINING = lib.TACIT_JOINING
    ACTIVE = lib.TACIT_ACTIVE
    PAUSED = lib.TACIT_PAUSED
    CLOSED = lib.TACIT_CLOSED


class MessageState(_Known):
    """How far a message is."""

    OTHER = 0
    QUEUED = lib.TACIT_QUEUED
    ACCEPTED = lib.TACIT_ACCEPTED
    RECEIVED = lib.TACIT_RECEIVED
    RECALLING = lib.TACIT_RECALLING
    RECALLED = lib.TACIT_RECALLED


class EventType(_Known):
    """What happened; the fields of Event that it fills."""

    OTHER = 0
    MESSAGE = lib.TACIT_EV_MESSAGE  # message, seq, text, late
    PAIRED = lib.TACIT_EV_PAIRED  # name, verified
    ACCEPTED = lib.TACIT_EV_ACCEPTED  # message, seq: durable at the relay
    UNDELIVERED = lib.TACIT_EV_UNDELIVERED  # message, seq
    GAP = lib.TACIT_EV_GAP  # first, last
    IDENTITY_CHANGED = lib.TACIT_EV_IDENTITY_CHANGED
    UNREACHABLE = lib.TACIT_EV_UNREACHABLE  # the relay refuses this contact
    CLOSED = lib.TACIT_EV_CLOSED  # the other side ended it
    INVITATION_MISUSED = lib.TACIT_EV_INVITATION_MISUSED  # a second answer
    REFUSED = lib.TACIT_EV_REFUSED  # reason: the invitation failed
    ROLLED_BACK = lib.TACIT_EV_ROLLED_BACK  # who; first, last
    RELAY_RESTORED = lib.TACIT_EV_RELAY_RESTORED  # text: the URL
    POISON = lib.TACIT_EV_POISON  # an envelope that made no sense
    ROTATED = lib.TACIT_EV_ROTATED
    DATA = lib.TACIT_EV_DATA  # message, seq, late, data_type, data
    FORGOTTEN = lib.TACIT_EV_FORGOTTEN  # message, seq, who wrote it
    RECALLED = lib.TACIT_EV_RECALLED  # message, seq; reason: a Fate

    @property
    def word(self) -> str:
        """What the tacit command prints for it, as "message"."""
        word: str = ffi.string(lib.tacit_event_word(int(self))).decode()
        return word


class Who(_Known):
    """One of the two ends."""

    OTHER = 0
    ME = lib.TACIT_WHO_ME
    THEM = lib.TACIT_WHO_THEM


class Fate(enum.IntEnum):
    """What became of a text that was taken back."""

    NONE = lib.TACIT_FATE_NONE  # it was not taken back
    ASKED = lib.TACIT_FATE_ASKED  # the relay was not heard yet
    UNDONE = lib.TACIT_FATE_UNDONE  # it never left
    UNDELIVERED = lib.TACIT_FATE_UNDELIVERED  # destroyed, given to nobody
    UNACKNOWLEDGED = lib.TACIT_FATE_UNACKNOWLEDGED  # it may have been given
    TAKEN = lib.TACIT_FATE_TAKEN  # they have it, or it is not known

    @property
    def word(self) -> str:
        """What the tacit command prints for it."""
        word: str = ffi.string(lib.tacit_fate_word(int(self))).decode()
        return word


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; it stays in the vault until it is done.

    A field that is not of this type is 0, False, "" or None.
    """

    id: int
    type: EventType
    contact: Contact | None
    message: str  # id, the same at both ends
    seq: int
    first: int  # of a gap, or of a rollback
    last: int
    data_type: int  # of what it is about; 0: a text
    verified: bool
    late: bool
    reason: int  # a code of tacit/error.h, or a Fate
    who: Who
    name: str
    text: str
    data: bytes  # of type DATA


@dataclasses.dataclass(frozen=True, slots=True)
class ContactInfo:
    """What is known of a contact now."""

    id: str
    number: int  # place in the list, from 1
    label: str  # mine for them
    their_name: str  # theirs for themselves, or ""
    state: State
    verified: bool
    inviter: bool  # I made the invitation
    unconfirmed: bool  # texts wait until verified or accepted
    unread: int  # message events not yet done
    queued: int  # texts and data that no relay has
    ready: bool  # the relay has the invitation, or my answer to it
    problem: int  # why it is not ready yet: a code of tacit/error.h; 0
    left: bool  # something is left that its relays could take or give
    hope: bool  # and not all of it failed when it was last tried
    agreeing: bool  # this vault was put back; the other end is asked


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """What is still to be done, as far as this end can know."""

    drained: bool  # every mailbox was read to its end
    offered: bool  # nothing is left that a relay could take now
    busy: bool  # requests are under way or due
    hope: bool  # not all of what is left failed when last tried
    problem: int  # of the last attempt to reach a relay; 0: a success
    queued: int  # texts and data that no relay has


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """One entry of a history."""

    place: int  # in the history, from 1
    id: str
    seq: int
    type: int  # 0: a text; else of Contact.send_data()
    from_me: bool
    state: MessageState
    time_ms: int  # Unix time, the writer's clock
    text: str  # "" if type is not 0
    data: bytes  # b"" if it is
    keep_hours: int  # 0: it is kept
    forgotten: bool  # there is no text any more
    asked: bool  # because its writer asked: Contact.forget()

    @property
    def time(self) -> datetime.datetime:
        """In UTC; a clock out of the years 1970 to 9999 counts as its end."""
        ms = min(max(self.time_ms, 0), 253_402_300_799_000)
        return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc)


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """What a relay's statements prove, to whoever believes that relay."""

    statements: int
    fate: Fate
    relay_key: str  # who signed, in hexadecimal: compare it


class Sent(NamedTuple):
    """What was written: its id, the same at both ends, and its number."""

    message: str
    seq: int


class Hold(NamedTuple):
    """How many seconds texts are held back, and whether somebody said so."""

    seconds: int
    is_set: bool


class Held(NamedTuple):
    """Texts held back now, and ms until the last of them may leave."""

    texts: int
    left_ms: int


@dataclasses.dataclass(frozen=True, slots=True)
class Put:
    """Write a row: a key of 1 to 64 bytes, a value of up to 32,768."""

    key: Bytes
    value: Bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Delete:
    """Remove a row; none is fine."""

    key: Bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Send:
    """Contact.send()."""

    contact: Contact
    text: str
    keep_hours: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class SendData:
    """Contact.send_data()."""

    contact: Contact
    type: int
    data: Bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Done:
    """Vault.done()."""

    event: Event


@dataclasses.dataclass(frozen=True, slots=True)
class Verify:
    """Contact.verify()."""

    contact: Contact


Op = Union[Put, Delete, Send, SendData, Done, Verify]
