# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be waited for or asked: events, checkpoints, and probes of a QEMU or of its host.

Each condition is one value with three faces: the question it asks, the predicate on the reply, and
the phrase that the document prints and the check reads back (:mod:`colorunbook.book.phrases`).
A probe only reads. Its ``holds`` gives the replies' verdict; ``seen`` says what was there instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from colorunbook.book.disks import (
    ChildGone,
    ChildrenAre,
    Exported,
    NodeGone,
    NodeThere,
    NoJobs,
    NotExported,
    SizeIs,
    Written,
)
from colorunbook.book.jobs import JobEnded, JobGone, JobIs
from colorunbook.book.machines import HostProbe, ImageIs, MemoryFor, NobodyListens, SpaceFor
from colorunbook.book.ports import Answers
from colorunbook.book.wiring import (
    ChardevsGone,
    ChardevsThere,
    Connected,
    Listening,
    ObjectIs,
    ObjectsGone,
    ObjectsThere,
    Pairs,
)
from colorunbook.qemu.payload import Json, Payload, as_objects, is_object

__all__ = [
    "Answers",
    "CapabilityOn",
    "ChardevsGone",
    "ChardevsThere",
    "Checkpoints",
    "ChildGone",
    "ChildrenAre",
    "Condition",
    "Connected",
    "EventSeen",
    "Exported",
    "HostCondition",
    "ImageIs",
    "JobEnded",
    "JobGone",
    "JobIs",
    "Listening",
    "MemoryFor",
    "MigrationRests",
    "NoJobs",
    "NobodyListens",
    "NodeGone",
    "NodeThere",
    "NotExported",
    "ObjectIs",
    "ObjectsGone",
    "ObjectsThere",
    "Probe",
    "SizeIs",
    "SpaceFor",
    "StatusIs",
    "StatusIsNone",
    "Written",
    "colo_mode_is",
    "comes_nearer",
    "guest_can_go_on",
    "guest_is",
    "migration_is",
]


@dataclass(frozen=True, slots=True)
class EventSeen:
    """QEMU sends an event whose data has these members (values compared as text)."""

    PHRASE: ClassVar[str] = "the {role} sends ``{event}`` with ``{data}``"
    event: str
    data: Pairs

    def matches(self, event: Json) -> bool:
        """Tell whether an event, as QMP delivers it, is the one."""
        if not is_object(event) or event.get("event") != self.event:
            return False
        data = event.get("data")
        return is_object(data) and all(str(data.get(name)) == value for name, value in self.data)


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """A number of whole checkpoints: ``STOP`` and then ``RESUME``, while COLO is on."""

    PHRASE: ClassVar[str] = "the {role} sends ``STOP`` and then ``RESUME``, ``{count}`` times"
    count: int


@dataclass(frozen=True, slots=True)
class StatusIs:
    """One member of the answer to a query without arguments has one value."""

    PHRASE: ClassVar[str] = "``{query}`` on the {role} says ``{member}={value}``"
    query: str
    member: str
    value: str

    @property
    def questions(self) -> tuple[Payload, ...]:
        """The query itself."""
        return (Payload(self.query),)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether the member has the value."""
        return self.seen(replies) == self.value

    def seen(self, replies: Sequence[Json]) -> str:
        """The member's value."""
        return _member(replies[0], self.member)


@dataclass(frozen=True, slots=True)
class StatusIsNone:
    """One member of the answer to a query without arguments has none of some values."""

    PHRASE: ClassVar[str] = "``{query}`` on the {role} says no ``{member}`` of ``{values}``"
    query: str
    member: str
    values: tuple[str, ...]

    @property
    def questions(self) -> tuple[Payload, ...]:
        """The query itself."""
        return (Payload(self.query),)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether the member has another value."""
        return self.seen(replies) not in (*self.values, "missing")

    def seen(self, replies: Sequence[Json]) -> str:
        """The member's value."""
        return _member(replies[0], self.member)


@dataclass(frozen=True, slots=True)
class CapabilityOn:
    """A migration capability is switched on."""

    PHRASE: ClassVar[str] = "``query-migrate-capabilities`` on the {role} says ``{name}`` is on"
    name: str

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return (Payload("query-migrate-capabilities"),)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether it is on."""
        return self.seen(replies) == "True"

    def seen(self, replies: Sequence[Json]) -> str:
        """Its state."""
        states = {str(c.get("capability")): c.get("state") for c in as_objects(replies[0])}
        return str(states.get(self.name, "missing"))


@dataclass(frozen=True, slots=True)
class MigrationRests:
    """No migration is on its way; one that has ended, well or not, is none."""

    PHRASE: ClassVar[str] = "``query-migrate`` on the {role} says that no migration goes on"

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return (Payload("query-migrate"),)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether it is at rest: a state that is not known is taken for a migration."""
        return is_object(replies[0]) and self.seen(replies) in _AT_REST

    def seen(self, replies: Sequence[Json]) -> str:
        """The state; ``missing``: there was never a migration."""
        return _member(replies[0], "status")


_AT_REST = ("missing", "none", "completed", "failed", "cancelled")

Probe = (
    StatusIs
    | StatusIsNone
    | CapabilityOn
    | Connected
    | Listening
    | ChardevsThere
    | ChardevsGone
    | ObjectIs
    | ObjectsThere
    | ObjectsGone
    | ChildrenAre
    | ChildGone
    | NodeThere
    | NodeGone
    | Exported
    | NotExported
    | Written
    | SizeIs
    | JobIs
    | JobGone
    | JobEnded
    | NoJobs
    | MigrationRests
)
READY = "BLOCK_JOB_READY"
"""The event that the wait for a copy is for."""

HostCondition = HostProbe | Answers
Condition = EventSeen | Checkpoints | Probe | HostCondition


def comes_nearer(condition: Condition) -> bool:
    """Whether QEMU tells, while it is waited for, how much is left: of a copy, of a migration."""
    match condition:
        case EventSeen(event):
            return event == READY
        case StatusIs(query):
            return query == "query-migrate"
        case _:
            return False


def guest_is(status: str) -> StatusIs:
    """The run state of the guest (``query-status``)."""
    return StatusIs("query-status", "status", status)


def guest_can_go_on() -> StatusIsNone:
    """The guest has not come to its end: what it runs on is whole."""
    ends = ("guest-panicked", "internal-error", "io-error", "shutdown")
    return StatusIsNone("query-status", "status", ends)


def colo_mode_is(mode: str) -> StatusIs:
    """The side of COLO that this QEMU is on: ``primary``, ``secondary`` or ``none``."""
    return StatusIs("query-colo-status", "mode", mode)


def migration_is(status: str) -> StatusIs:
    """The state of the migration; ``colo`` while checkpoints are taken."""
    return StatusIs("query-migrate", "status", status)


def _member(reply: Json, name: str) -> str:
    value = reply.get(name) if is_object(reply) else None
    return "missing" if value is None else str(value)
