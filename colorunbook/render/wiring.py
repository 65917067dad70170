# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is connected to whom in a pair, worked out from the parts themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from colorunbook.book.colo import Colo
from colorunbook.qemu.chardev import SocketChardev
from colorunbook.qemu.objects import QemuObject
from colorunbook.qemu.options import InFolder, Pair


@dataclass(frozen=True, slots=True)
class End:
    """Where a packet passes between an object and a chardev.

    :param name: the object's property that names the chardev: ``outdev``.
    """

    part: QemuObject
    name: str
    chardev: SocketChardev

    @property
    def sends(self) -> bool:
        """Packets go from the object into the chardev."""
        return self.name == "outdev"


@dataclass(frozen=True, slots=True)
class Side:
    """The network parts of one QEMU."""

    parts: tuple[QemuObject, ...]
    chardevs: tuple[SocketChardev, ...]

    def ends(self, part: QemuObject) -> tuple[End, ...]:
        """The chardevs that an object speaks to, in the order it names them."""
        known = {chardev.id: chardev for chardev in self.chardevs}
        return tuple(End(part, name, known[v]) for name, v in part.settings if v in known)

    def helpers(self, part: QemuObject) -> tuple[str, ...]:
        """The other objects that an object names."""
        ids = {other.id for other in self.parts}
        return tuple(value for _, value in part.settings if value in ids)

    def in_order(self) -> tuple[QemuObject, ...]:
        """What sends first, then what compares, then what only receives; helpers are left out."""
        helping = {name for part in self.parts for name in self.helpers(part)}
        return tuple(sorted((p for p in self.parts if p.id not in helping), key=self._rank))

    @property
    def netdev(self) -> str:
        """The network backend that the filters stand at."""
        found = [value for part in self.parts for name, value in part.settings if name == "netdev"]
        return ", ".join(dict.fromkeys(found))

    def widths(self) -> tuple[int, int]:
        """The columns that the boxes of objects need, and those of chardevs."""
        texts = [part.kind for part in self.parts]
        texts += [f"{part.id} {end.name}" for part in self.parts for end in self.ends(part)[:1]]
        texts += [end.name for part in self.parts for end in self.ends(part)]
        names = [chardev.id for chardev in self.chardevs]
        names += [f":{chardev.port}" for chardev in self.chardevs]
        return max(map(len, texts)) + 4, max(map(len, names)) + 2

    def _rank(self, part: QemuObject) -> int:
        directions = {end.sends for end in self.ends(part)}
        return 1 if len(directions) == 2 else 0 if True in directions else 2


def sides(colo: Colo) -> tuple[Side, Side]:
    """The primary's parts and the secondary's."""
    return (
        Side(colo.primary_filters, colo.primary_chardevs),
        Side((*colo.secondary_redirectors, colo.rewriter), colo.secondary_chardevs),
    )


def meets(one: SocketChardev, other: SocketChardev) -> bool:
    """Tell whether one of two chardevs connects to the other."""
    return one.port == other.port and one.server != other.server


def drives(given: Sequence[Sequence[Pair]]) -> dict[str, tuple[str, ...]]:
    """What each drive is made of, by its name: its driver first, then its children and files."""
    named = [(dict(pairs), tuple(_contents(pairs))) for pairs in given]
    return {str(told.get("id") or told["node-name"]): contents for told, contents in named}


def _contents(pairs: Sequence[Pair]) -> Iterator[str]:
    yield str(dict(pairs)["driver"])
    for name, value in pairs:
        child = ".".join(name.split(".")[:2]) if name.startswith("children.") else ""
        if isinstance(value, InFolder):
            yield f"{child}  {value.name}" if child else value.name
        elif name == child:
            yield f"{child}  {value}"
