# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be waited for or asked of a QEMU: events, checkpoints, and probes with a predicate.

Each condition is one value with three faces: the question it asks, the predicate on the reply, and
the phrase that the document prints and the check reads back (:mod:`colorunbook.book.phrases`).
A probe only reads. Its ``holds`` gives the replies' verdict; ``seen`` says what was there instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from colorunbook.qemu.payload import Json, Payload, as_objects, is_object

Pairs = tuple[tuple[str, str], ...]


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
        reply = replies[0]
        value = reply.get(self.member) if is_object(reply) else None
        return "missing" if value is None else str(value)


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
        states = {c.get("capability"): c.get("state") for c in as_objects(replies[0])}
        return str(states.get(self.name, "missing"))


@dataclass(frozen=True, slots=True)
class Connected:
    """Each of these chardevs has its peer."""

    PHRASE: ClassVar[str] = "``query-chardev`` on the {role} shows a peer of ``{chardevs}``"
    chardevs: tuple[str, ...]

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return (Payload("query-chardev"),)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether all have a peer."""
        return all(" <-> " in _filename(replies[0], name) for name in self.chardevs)

    def seen(self, replies: Sequence[Json]) -> str:
        """What QEMU calls their file names: the addresses."""
        return "; ".join(f"{name}: {_filename(replies[0], name)}" for name in self.chardevs)


@dataclass(frozen=True, slots=True)
class Listening:
    """A chardev without a peer listens on an address, or a chardev with one was met there."""

    PHRASE: ClassVar[str] = "``query-chardev`` on the {role} shows ``{chardev}`` at ``{address}``"
    chardev: str
    address: str

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return (Payload("query-chardev"),)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether the address is the one; of one that was met, whether the port is."""
        shown = self.seen(replies)
        name = shown.partition(",")[0].removeprefix("disconnected:").removeprefix("tcp:")
        if " <-> " in shown:
            return name.rpartition(":")[2] == self.address.rpartition(":")[2]
        return name == self.address

    def seen(self, replies: Sequence[Json]) -> str:
        """What QEMU calls the chardev's file name."""
        return _filename(replies[0], self.chardev)


@dataclass(frozen=True, slots=True)
class ChardevsGone:
    """None of these chardevs is there."""

    PHRASE: ClassVar[str] = "``query-chardev`` on the {role} shows none of ``{chardevs}``"
    chardevs: tuple[str, ...]

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return (Payload("query-chardev"),)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether all are gone."""
        return all(_filename(replies[0], name) == "missing" for name in self.chardevs)

    def seen(self, replies: Sequence[Json]) -> str:
        """What is left of them."""
        return "; ".join(f"{name}: {_filename(replies[0], name)}" for name in self.chardevs)


@dataclass(frozen=True, slots=True)
class ObjectIs:
    """An object lives and has these properties, asked of the object itself."""

    PHRASE: ClassVar[str] = "``qom-get`` of ``/objects/{id}`` on the {role} shows ``{settings}``"
    id: str
    settings: Pairs

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One ``qom-get`` a property."""
        path = f"/objects/{self.id}"
        names = [name for name, _ in self.settings]
        return tuple(Payload("qom-get", {"path": path, "property": name}) for name in names)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether every property has its value."""
        return self._shown(replies) == [value for _, value in self.settings]

    def seen(self, replies: Sequence[Json]) -> str:
        """The properties as they are."""
        names = [name for name, _ in self.settings]
        return ",".join(f"{n}={v}" for n, v in zip(names, self._shown(replies), strict=False))

    def _shown(self, replies: Sequence[Json]) -> list[str]:
        # A property that names another object shows that object's path.
        return [str(reply).removeprefix("/objects/") for reply in replies]


@dataclass(frozen=True, slots=True)
class ObjectsThere:
    """Each of these objects lives."""

    PHRASE: ClassVar[str] = "``qom-list`` of ``/objects`` on the {role} shows ``{objects}``"
    objects: tuple[str, ...]

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One ``qom-list``."""
        return (Payload("qom-list", {"path": "/objects"}),)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether all are there."""
        return _objects(replies[0]).issuperset(self.objects)

    def seen(self, replies: Sequence[Json]) -> str:
        """Every object there is."""
        return ", ".join(sorted(_objects(replies[0])))


@dataclass(frozen=True, slots=True)
class ObjectsGone:
    """None of these objects lives."""

    PHRASE: ClassVar[str] = "``qom-list`` of ``/objects`` on the {role} shows none of ``{objects}``"
    objects: tuple[str, ...]

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One ``qom-list``."""
        return (Payload("qom-list", {"path": "/objects"}),)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether all are gone."""
        return _objects(replies[0]).isdisjoint(self.objects)

    def seen(self, replies: Sequence[Json]) -> str:
        """Every object there is."""
        return ", ".join(sorted(_objects(replies[0])))


@dataclass(frozen=True, slots=True)
class ChildrenAre:
    """The node below a drive has exactly these children, named as QEMU names the edges."""

    PHRASE: ClassVar[str] = (
        "``x-debug-query-block-graph`` on the {role} shows ``{drive}`` with ``{children}``"
    )
    drive: str
    children: tuple[str, ...]

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return (Payload("x-debug-query-block-graph"),)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether the children are these and no others."""
        return self._names(replies) == list(self.children)

    def seen(self, replies: Sequence[Json]) -> str:
        """The children that are there."""
        return ", ".join(self._names(replies)) or "no children"

    def _names(self, replies: Sequence[Json]) -> list[str]:
        graph = replies[0]
        if not is_object(graph):
            return []
        nodes, edges = as_objects(graph.get("nodes")), as_objects(graph.get("edges"))
        backends = {n.get("id") for n in nodes if n.get("name") == self.drive}
        roots = {e.get("child") for e in edges if e.get("parent") in backends}
        return sorted(str(edge.get("name")) for edge in edges if edge.get("parent") in roots)


@dataclass(frozen=True, slots=True)
class NodeGone:
    """No block node has this name."""

    PHRASE: ClassVar[str] = "``query-named-block-nodes`` on the {role} shows no ``{node}``"
    node: str

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return (Payload("query-named-block-nodes", {"flat": True}),)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether it is gone."""
        return self.seen(replies) == "missing"

    def seen(self, replies: Sequence[Json]) -> str:
        """Its driver, where it is still there."""
        found = [n.get("drv") for n in as_objects(replies[0]) if n.get("node-name") == self.node]
        return str(found[0]) if found else "missing"


@dataclass(frozen=True, slots=True)
class Exported:
    """A disk is served to clients over NBD."""

    PHRASE: ClassVar[str] = "``query-block-exports`` on the {role} shows ``{export}``"
    export: str

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return (Payload("query-block-exports"),)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether it is served."""
        return self.export in self.seen(replies).split(", ")

    def seen(self, replies: Sequence[Json]) -> str:
        """Every export there is."""
        return ", ".join(str(e.get("id")) for e in as_objects(replies[0])) or "no exports"


Probe = (
    StatusIs
    | CapabilityOn
    | Connected
    | Listening
    | ChardevsGone
    | ObjectIs
    | ObjectsThere
    | ObjectsGone
    | ChildrenAre
    | NodeGone
    | Exported
)
Condition = EventSeen | Checkpoints | Probe


def guest_is(status: str) -> StatusIs:
    """The run state of the guest (``query-status``)."""
    return StatusIs("query-status", "status", status)


def colo_mode_is(mode: str) -> StatusIs:
    """The side of COLO that this QEMU is on: ``primary``, ``secondary`` or ``none``."""
    return StatusIs("query-colo-status", "mode", mode)


def migration_is(status: str) -> StatusIs:
    """The state of the migration; ``colo`` while checkpoints are taken."""
    return StatusIs("query-migrate", "status", status)


def _filename(reply: Json, label: str) -> str:
    names = [c.get("filename") for c in as_objects(reply) if c.get("label") == label]
    return str(names[0]) if names else "missing"


def _objects(reply: Json) -> set[str]:
    entries = [e for e in as_objects(reply) if str(e.get("type")).startswith("child<")]
    return {str(entry.get("name")) for entry in entries}
