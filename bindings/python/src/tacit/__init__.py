# SPDX-License-Identifier: Apache-2.0
"""Letters between a therapist and a client, end to end encrypted, through a
relay that learns nothing: libtacit for asyncio.

    vault = await tacit.open(path="anna.vault", passphrase=passphrase)
    contact = await vault.invite("Ben", in_person=True)
    print(await contact.link())
    async for event in vault.events():
        ...
"""

from ._errors import (
    InputError,
    PeerError,
    RefusedError,
    StorageError,
    TacitError,
    TryAgainError,
)
from ._open import check_statements, create, open, restore, version
from ._types import (
    Claim,
    ContactInfo,
    Delete,
    Done,
    Event,
    EventType,
    Fate,
    Held,
    Hold,
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
from ._vault import Contact, Events, Vault

__all__ = [
    "Claim",
    "Contact",
    "ContactInfo",
    "Delete",
    "Done",
    "Event",
    "EventType",
    "Events",
    "Fate",
    "Held",
    "Hold",
    "InputError",
    "Message",
    "MessageState",
    "Op",
    "PeerError",
    "Progress",
    "Put",
    "RefusedError",
    "Send",
    "SendData",
    "Sent",
    "State",
    "StorageError",
    "TacitError",
    "TryAgainError",
    "Vault",
    "Verify",
    "Who",
    "check_statements",
    "create",
    "open",
    "restore",
    "version",
]
