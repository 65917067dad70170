# SPDX-License-Identifier: GPL-2.0-or-later
"""Probes of what a guest's packets pass through: chardevs and objects."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from colorunbook.qemu.objects import spelled
from colorunbook.qemu.payload import Json, Payload, as_objects

Pairs = tuple[tuple[str, str], ...]


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
class ChardevsThere:
    """Each of these chardevs is there, with a peer or without."""

    PHRASE: ClassVar[str] = "``query-chardev`` on the {role} shows ``{chardevs}``"
    chardevs: tuple[str, ...]

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return (Payload("query-chardev"),)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether all are there."""
        return all(_filename(replies[0], name) != "missing" for name in self.chardevs)

    def seen(self, replies: Sequence[Json]) -> str:
        """What QEMU calls their file names: the addresses."""
        return "; ".join(f"{name}: {_filename(replies[0], name)}" for name in self.chardevs)


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
        """Tell whether all are gone; a reply that lists nothing tells nothing."""
        left = [name for name in self.chardevs if _filename(replies[0], name) != "missing"]
        return isinstance(replies[0], list) and not left

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
        return [spelled(reply).removeprefix("/objects/") for reply in replies]


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
        """Tell whether all are gone; a reply that lists nothing tells nothing."""
        return isinstance(replies[0], list) and _objects(replies[0]).isdisjoint(self.objects)

    def seen(self, replies: Sequence[Json]) -> str:
        """Every object there is."""
        return ", ".join(sorted(_objects(replies[0])))


def _filename(reply: Json, label: str) -> str:
    names = [c.get("filename") for c in as_objects(reply) if c.get("label") == label]
    return str(names[0]) if names else "missing"


def _objects(reply: Json) -> set[str]:
    entries = [e for e in as_objects(reply) if str(e.get("type")).startswith("child<")]
    return {str(entry.get("name")) for entry in entries}
