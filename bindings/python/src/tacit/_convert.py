# SPDX-License-Identifier: Apache-2.0
"""Structures of the library as what is in _types.py, and operations back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from . import _args as args
from ._errors import failure
from ._tacit import ffi, lib
from ._types import (
    ContactInfo,
    Delete,
    Done,
    Event,
    EventType,
    Message,
    MessageState,
    Op,
    Progress,
    Put,
    Send,
    SendData,
    Sent,
    State,
    Verify,
    Who,
)

if TYPE_CHECKING:
    from ._vault import Contact, Vault


def event_of(ev: Any, contact: Contact | None) -> Event:
    kind = EventType(ev.type)
    data = args.contents(ev.text, ev.text_len) if ev.text else b""
    bare = kind is EventType.DATA
    return Event(
        id=ev.id,
        type=kind,
        contact=contact,
        message=args.string(ev.message),
        seq=ev.seq,
        first=getattr(ev, "from"),
        last=ev.to,
        data_type=ev.data_type,
        verified=ev.verified != 0,
        late=ev.late != 0,
        reason=ev.reason,
        who=Who(ev.who),
        name=args.string(ev.name),
        text="" if bare else data.decode("utf-8", "replace"),
        data=data if bare else b"",
    )


def message_of(m: Any) -> Message:
    data = args.contents(m.text, m.text_len) if m.text else b""
    return Message(
        place=m.place,
        id=args.string(m.id),
        seq=m.seq,
        type=m.type,
        from_me=m.from_me != 0,
        state=MessageState(m.state),
        time_ms=m.time_ms,
        text=data.decode("utf-8", "replace") if m.type == 0 else "",
        data=data if m.type != 0 else b"",
        keep_hours=m.keep_hours,
        forgotten=m.forgotten != 0,
        asked=m.forgotten == lib.TACIT_FORGOTTEN_ASKED,
    )


def info_of(i: Any) -> ContactInfo:
    return ContactInfo(
        id=args.string(i.id),
        number=i.number,
        label=args.string(i.label),
        their_name=args.string(i.their_name),
        state=State(i.state),
        verified=i.verified != 0,
        inviter=i.inviter != 0,
        unconfirmed=i.unconfirmed != 0,
        unread=i.unread,
        queued=i.queued,
        ready=i.ready != 0,
        problem=i.problem,
        left=i.left != 0,
        hope=i.hope != 0,
        agreeing=i.agreeing != 0,
    )


def progress_of(p: Any) -> Progress:
    return Progress(
        drained=p.drained != 0,
        offered=p.offered != 0,
        busy=p.busy != 0,
        hope=p.hope != 0,
        problem=p.problem,
        queued=p.queued,
    )


def sent_of(ids: args.Ids) -> Sent:
    return Sent(args.string(ids.message), ids.seq[0])


class Batch:
    """The operations of one commit, as C wants them."""

    def __init__(self, vault: Vault, ops: Sequence[Op]) -> None:
        if len(ops) > lib.TACIT_OPS_MAX:
            raise failure(
                lib.TACIT_E_INVALID,
                f"at most {lib.TACIT_OPS_MAX} operations in one commit",
            )
        self.n = len(ops)
        self.ops = ffi.new("struct tacit_op[]", self.n)
        self._kept: list[Any] = []
        self._ids: list[args.Ids | None] = []
        for op, made in zip(self.ops, ops):
            op.size = ffi.sizeof("struct tacit_op")
            self._ids.append(self._fill(vault, op, made))

    def _buffer(self, data: Any) -> tuple[Any, int]:
        self._kept.append(data)
        return data, len(data)

    def _fill(self, vault: Vault, op: Any, made: Op) -> args.Ids | None:
        if isinstance(made, Put):
            op.kind = lib.TACIT_OP_PUT
            op.key, op.key_len = self._buffer(args.buffer(made.key, "key"))
            op.data, op.len = self._buffer(args.buffer(made.value, "value"))
        elif isinstance(made, Delete):
            op.kind = lib.TACIT_OP_DELETE
            op.key, op.key_len = self._buffer(args.buffer(made.key, "key"))
        elif isinstance(made, Done):
            op.kind = lib.TACIT_OP_DONE
            op.event = event_id(made.event)
        elif isinstance(made, Verify):
            op.kind = lib.TACIT_OP_VERIFY
            op.contact = vault._pointer(made.contact)
        elif isinstance(made, (Send, SendData)):
            return self._fill_send(vault, op, made)
        else:
            raise args.wrong(made, "an operation", "one of tacit.Op")
        return None

    def _fill_send(
        self, vault: Vault, op: Any, made: Send | SendData
    ) -> args.Ids:
        op.kind = lib.TACIT_OP_SEND
        op.contact = vault._pointer(made.contact)
        if isinstance(made, Send):
            data = ffi.from_buffer("char[]", args.utf8(made.text, "text"))
            op.keep_hours = args.number(made.keep_hours, "keep_hours")
        else:
            data = args.buffer(made.data, "data")
            op.type = data_type(made.type)
        op.data, op.len = self._buffer(data)
        ids = args.Ids()
        op.message, op.seq = ids.message, ids.seq
        return ids

    def sent(self) -> list[Sent | None]:
        """After success: what each operation sent."""
        return [sent_of(ids) if ids else None for ids in self._ids]


def event_id(event: Event) -> int:
    if not isinstance(event, Event):
        raise args.wrong(event, "event", "tacit.Event")
    return event.id


def data_type(value: int) -> int:
    """Type 0 is a text for tacit_commit(), and none for anybody else."""
    if args.number(value, "type") == 0:
        raise failure(lib.TACIT_E_INVALID, "type is out of range")
    return value
