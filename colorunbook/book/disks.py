# SPDX-License-Identifier: GPL-2.0-or-later
"""Probes of a guest's disks: children, nodes, exports."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from colorunbook.qemu.payload import Json, Payload, as_objects, is_object


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
        return is_object(replies[0]) and self._names(replies) == list(self.children)

    def seen(self, replies: Sequence[Json]) -> str:
        """The children that are there."""
        return ", ".join(self._names(replies)) or "no children"

    def _names(self, replies: Sequence[Json]) -> list[str]:
        graph = replies[0]
        if not is_object(graph):
            return []
        nodes, edges = as_objects(graph.get("nodes")), as_objects(graph.get("edges"))
        backends = [n.get("id") for n in nodes if n.get("name") == self.drive]
        roots = [e.get("child") for e in edges if e.get("parent") in backends]
        return sorted(str(edge.get("name")) for edge in edges if edge.get("parent") in roots)


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
class NoJobs:
    """No job works on a disk or waits to be dismissed."""

    PHRASE: ClassVar[str] = "``query-jobs`` and ``query-block-jobs`` on the {role} show no job"

    @property
    def questions(self) -> tuple[Payload, ...]:
        """Two queries: each shows what the other leaves out."""
        return Payload("query-jobs"), Payload("query-block-jobs")

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether there is none; what is no list tells nothing."""
        return all(reply == [] for reply in replies)

    def seen(self, replies: Sequence[Json]) -> str:
        """The jobs that there are."""
        jobs = [job for reply in replies for job in as_objects(reply)]
        names = dict.fromkeys(str(job.get("id", job.get("device"))) for job in jobs)
        return ", ".join(names) or ("no jobs" if self.holds(replies) else "no answer")


_NODES = (Payload("query-named-block-nodes", {"flat": True}),)


def _exports(reply: Json) -> list[str]:
    return [str(export.get("id")) for export in as_objects(reply)]


def _driver(reply: Json, node: str) -> str:
    found = [n.get("drv") for n in as_objects(reply) if n.get("node-name") == node]
    return str(found[0]) if found else "missing"
