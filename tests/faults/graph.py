# SPDX-License-Identifier: GPL-2.0-or-later
"""A block graph without what is made up anew each time: names, numbers, ports."""

from collections.abc import Iterator, Sequence

from colorunbook.qemu.payload import Json, JsonObject, as_objects, is_object

MADE_UP = "#"
"""What the names begin with that QEMU makes up."""


def graph(reply: Json, nodes: Json) -> list[str]:
    """The trees of a graph, a line a node, each below its parent.

    :param reply: of ``x-debug-query-block-graph``.
    :param nodes: of ``query-named-block-nodes``, which tells the drivers.
    """
    if not is_object(reply):
        return [str(reply)]
    drivers = {str(node.get("node-name")): str(node.get("drv")) for node in as_objects(nodes)}
    return _Trees(as_objects(reply.get("nodes")), as_objects(reply.get("edges")), drivers).lines()


class _Trees:
    def __init__(
        self, nodes: Sequence[JsonObject], edges: Sequence[JsonObject], drivers: dict[str, str]
    ) -> None:
        self._nodes = {node.get("id"): node for node in nodes}
        self._edges = edges
        self._drivers = drivers

    def lines(self) -> list[str]:
        """All of them, in an order that depends on nothing but what they are."""
        children = {edge.get("child") for edge in self._edges}
        roots = [node for node in self._nodes if node not in children]
        return [
            line
            for tree in sorted(list(self._tree(root, "", 0)) for root in roots)
            for line in tree
        ]

    def _tree(self, node: Json, edge: str, depth: int) -> Iterator[str]:
        yield f"{'  ' * depth}{edge}{self._called(self._nodes.get(node, {}))}"
        below = [
            list(self._tree(each.get("child"), _told(each), depth + 1))
            for each in self._edges
            if each.get("parent") == node
        ]
        for lines in sorted(below):
            yield from lines

    def _called(self, node: JsonObject) -> str:
        name, kind = str(node.get("name")), node.get("type")
        driver = self._drivers.get(name, "")
        if name.startswith(MADE_UP):
            name = MADE_UP
        return " ".join(filter(None, (name, driver, f"({kind})")))


def _told(edge: JsonObject) -> str:
    shared = edge.get("perm")
    perms = ",".join(sorted(map(str, shared))) if isinstance(shared, list) else ""
    return f"{edge.get('name')} [{perms}]: "
