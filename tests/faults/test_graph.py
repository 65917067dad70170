# SPDX-License-Identifier: GPL-2.0-or-later
"""Two block graphs that are the same are the same text, whatever QEMU has called their parts."""

import random

from hypothesis import given
from hypothesis import strategies as st

from colorunbook.qemu.payload import JsonObject
from tests.faults.graph import graph

TREE = ["disk (block-backend)", "  root []: # quorum (block-driver)"]
TREE += [
    "    children.0 []: # qcow2 (block-driver)",
    "    children.1 []: replica nbd (block-driver)",
]


def told(first: int, dice: random.Random) -> tuple[JsonObject, list[JsonObject]]:
    """One graph, as QEMU tells it: with numbers and names of its own, in an order of its own."""
    names = ["disk", f"#block{first}", f"#block{first + 7}", "replica"]
    drivers = ["", "quorum", "qcow2", "nbd"]
    kinds = ["block-backend", *["block-driver"] * 3]
    nodes: list[JsonObject] = [
        {"id": first + at, "type": kind, "name": name}
        for at, (kind, name) in enumerate(zip(kinds, names, strict=True))
    ]
    edges: list[JsonObject] = [
        {"parent": first + a, "child": first + b, "name": name, "perm": []}
        for a, b, name in ((0, 1, "root"), (1, 2, "children.0"), (1, 3, "children.1"))
    ]
    named: list[JsonObject] = [
        {"node-name": name, "drv": drv} for name, drv in zip(names, drivers, strict=True) if drv
    ]
    dice.shuffle(nodes)
    dice.shuffle(edges)
    return {"nodes": [*nodes], "edges": [*edges]}, named


@given(st.integers(1, 10**6), st.randoms(use_true_random=False))
def test_a_graph_does_not_depend_on_what_is_made_up(first: int, dice: random.Random) -> None:
    """Neither on numbers nor on names nor on the order."""
    reply, named = told(first, dice)
    assert TREE == graph(reply, [*named])


def test_another_driver_is_another_graph() -> None:
    """What is beneath a made-up name counts."""
    reply, named = told(1, random.Random(1))
    changed: list[JsonObject] = [{**node, "drv": "raw"} for node in named]
    assert TREE != graph(reply, [*changed])


def test_a_refusal_is_told() -> None:
    """A QEMU that does not know the question."""
    assert ["(no such command)"] == graph("(no such command)", [])
