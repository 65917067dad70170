# SPDX-License-Identifier: GPL-2.0-or-later
"""Probes of a guest's disks: children, nodes, exports."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from colorunbook.qemu.payload import Json, Payload, as_objects, is_object


@dataclass(frozen=True, slots=True)
class ChildrenAre:
    """The node below a drive has exactly these children, named as QEMU names the edges.

    The filter that a job puts on top of it is passed over.
    """

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
        return is_object(replies[0]) and self._names(replies) == list(self.children)

    def seen(self, replies: Sequence[Json]) -> str:
        """The children that are there."""
        return ", ".join(self._names(replies)) or "no children"

    def _names(self, replies: Sequence[Json]) -> list[str]:
        return _children(replies[0], self.drive)


@dataclass(frozen=True, slots=True)
class ChildGone:
    """The node below a drive has no child of this name."""

    PHRASE: ClassVar[str] = (
        "``x-debug-query-block-graph`` on the {role} shows ``{drive}`` without ``{child}``"
    )
    drive: str
    child: str

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return (Payload("x-debug-query-block-graph"),)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether it is gone; what is no graph tells nothing."""
        return is_object(replies[0]) and self.child not in _children(replies[0], self.drive)

    def seen(self, replies: Sequence[Json]) -> str:
        """The children that are there."""
        return ", ".join(_children(replies[0], self.drive)) or "no children"


@dataclass(frozen=True, slots=True)
class NodeThere:
    """A block node has this name."""

    PHRASE: ClassVar[str] = "``query-named-block-nodes`` on the {role} shows ``{node}``"
    node: str

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return _NODES

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether it is there."""
        return self.seen(replies) != "missing"

    def seen(self, replies: Sequence[Json]) -> str:
        """Its driver, where it is there."""
        return _driver(replies[0], self.node)


@dataclass(frozen=True, slots=True)
class NodeGone:
    """No block node has this name."""

    PHRASE: ClassVar[str] = "``query-named-block-nodes`` on the {role} shows no ``{node}``"
    node: str

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return _NODES

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether it is gone; a reply that lists nothing tells nothing."""
        return isinstance(replies[0], list) and self.seen(replies) == "missing"

    def seen(self, replies: Sequence[Json]) -> str:
        """Its driver, where it is still there."""
        return _driver(replies[0], self.node)


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
        return self.export in _exports(replies[0])

    def seen(self, replies: Sequence[Json]) -> str:
        """Every export there is."""
        return ", ".join(_exports(replies[0])) or "no exports"


@dataclass(frozen=True, slots=True)
class NotExported:
    """A disk is not served to anybody."""

    PHRASE: ClassVar[str] = "``query-block-exports`` on the {role} shows no ``{export}``"
    export: str

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return (Payload("query-block-exports"),)

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether it is not served."""
        return isinstance(replies[0], list) and self.export not in _exports(replies[0])

    def seen(self, replies: Sequence[Json]) -> str:
        """Every export there is."""
        return ", ".join(_exports(replies[0])) or "no exports"


@dataclass(frozen=True, slots=True)
class Written:
    """A disk was written to since this QEMU was started, be it with zeros."""

    PHRASE: ClassVar[str] = "``query-blockstats`` on the {role} shows writes to ``{disk}``"
    disk: str

    @property
    def questions(self) -> tuple[Payload, ...]:
        """Two queries: the first knows disks by their device, the second by their node."""
        return Payload("query-blockstats"), Payload("query-blockstats", {"query-nodes": True})

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether it was."""
        return any(self._ends(replies))

    def seen(self, replies: Sequence[Json]) -> str:
        """The highest byte of it that was written, as a number."""
        ends = self._ends(replies)
        return (
            f"written up to byte {max(ends)}" if any(ends) else "no writes" if ends else "missing"
        )

    def _ends(self, replies: Sequence[Json]) -> list[int]:
        found = [each for reply in replies for each in as_objects(reply)]
        mine = [f.get("stats") for f in found if self.disk in (f.get("device"), f.get("node-name"))]
        ends = [stats.get("wr_highest_offset") for stats in mine if is_object(stats)]
        return [end for end in ends if isinstance(end, int)]


@dataclass(frozen=True, slots=True)
class SizeIs:
    """A disk has a size, in bytes."""

    PHRASE: ClassVar[str] = (
        "``query-block`` or its nodes on the {role} show ``{disk}`` with ``{size}`` bytes"
    )
    disk: str
    size: int

    @property
    def questions(self) -> tuple[Payload, ...]:
        """Two queries: the first knows disks by their device, the second by their node."""
        return Payload("query-block"), *_NODES

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether it has it."""
        return self.seen(replies) == str(self.size)

    def seen(self, replies: Sequence[Json]) -> str:
        """The size that it has."""
        devices = {str(d.get("device")): d.get("inserted") for d in as_objects(replies[0])}
        nodes = {str(n.get("node-name")): n for n in as_objects(replies[1])}
        disk = devices.get(self.disk) or nodes.get(self.disk)
        image = disk.get("image") if is_object(disk) else None
        return str(image.get("virtual-size")) if is_object(image) else "missing"


@dataclass(frozen=True, slots=True)
class NoJobs:
    """No job works on a disk or waits to be dismissed, but one that is known."""

    PHRASE: ClassVar[str] = (
        "``query-jobs`` and ``query-block-jobs`` on the {role} show no job but ``{but}``"
    )
    but: str

    @property
    def questions(self) -> tuple[Payload, ...]:
        """Two queries: each shows what the other leaves out."""
        return Payload("query-jobs"), Payload("query-block-jobs")

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether there is none; what is no list tells nothing."""
        return self._all_lists(replies) and not self._others(replies)

    def seen(self, replies: Sequence[Json]) -> str:
        """The jobs that there are."""
        others = self._others(replies)
        return ", ".join(others) or ("no others" if self._all_lists(replies) else "no answer")

    def _all_lists(self, replies: Sequence[Json]) -> bool:
        return all(isinstance(reply, list) for reply in replies)

    def _others(self, replies: Sequence[Json]) -> list[str]:
        jobs = [job for reply in replies for job in as_objects(reply)]
        names = dict.fromkeys(str(job.get("id", job.get("device"))) for job in jobs)
        return [name for name in names if name != self.but]


_NODES = (Payload("query-named-block-nodes", {"flat": True}),)


def _children(graph: Json, drive: str) -> list[str]:
    if not is_object(graph):
        return []
    nodes, edges = as_objects(graph.get("nodes")), as_objects(graph.get("edges"))
    backends = [n.get("id") for n in nodes if n.get("name") == drive]
    below = [e for e in edges if e.get("parent") in backends]
    for _ in nodes:
        above = [edge.get("child") for edge in below]
        below = [edge for edge in edges if edge.get("parent") in above]
        if [edge.get("name") for edge in below] != ["backing"]:  # a job's filter, which has no more
            break
    return sorted(str(edge.get("name")) for edge in below)


def _exports(reply: Json) -> list[str]:
    return [str(export.get("id")) for export in as_objects(reply)]


def _driver(reply: Json, node: str) -> str:
    found = [n.get("drv") for n in as_objects(reply) if n.get("node-name") == node]
    return str(found[0]) if found else "missing"
