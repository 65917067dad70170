# SPDX-License-Identifier: GPL-2.0-or-later
"""Predicates on QEMU's replies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.book.conditions import (
    CapabilityOn,
    ChardevsGone,
    ChardevsThere,
    ChildGone,
    ChildrenAre,
    Connected,
    EventSeen,
    Exported,
    JobEnded,
    Listening,
    MigrationRests,
    NodeGone,
    NoJobs,
    ObjectIs,
    ObjectsGone,
    ObjectsThere,
    Probe,
    SizeIs,
    StatusIs,
    StatusIsNone,
    Written,
    colo_mode_is,
    guest_is,
)
from colorunbook.qemu.payload import Json

BOTH = "children.0, children.1"
ALONE = "disconnected:tcp:0.0.0.0:9003,server=on"
MET = "tcp:10.0.0.1:9004,server=on <-> 10.0.0.2:40000"
CHARDEVS: Json = [
    {"label": "mirror0", "filename": ALONE},
    {"label": "compare1", "filename": MET},
    {"label": "six", "filename": "disconnected:tcp::::9003,server=on"},
]
OBJECTS: Json = [{"name": "type", "type": "string"}, {"name": "m0", "type": "child<filter-mirror>"}]
GRAPH_NODES: list[Json] = [
    {"id": 7, "name": "colo-disk0"},
    {"id": 8, "name": "#block1"},
    {"id": 9, "name": "x"},
]
BELOW: list[Json] = [
    {"parent": 8, "child": 9, "name": "children.1"},
    {"parent": 8, "child": 10, "name": "children.0"},
    {"parent": 9, "child": 11, "name": "file"},
]
GRAPH: Json = {
    "nodes": GRAPH_NODES,
    "edges": [{"parent": 7, "child": 8, "name": "root"}, *BELOW],
}
FILTERED: Json = {
    "nodes": [*GRAPH_NODES, {"id": 12, "name": "#block9"}],
    "edges": [
        {"parent": 7, "child": 12, "name": "root"},
        {"parent": 12, "child": 8, "name": "backing"},
        *BELOW,
    ],
}
"""While a job copies the disk."""
NODES: Json = [{"node-name": "replication0", "drv": "replication"}]

WRITTEN: Json = [
    {"device": "parent0", "node-name": "#block1", "stats": {"wr_highest_offset": 4096}},
    {"node-name": "parent0", "stats": {"wr_highest_offset": 4096}},
    {"node-name": "other", "stats": {"wr_highest_offset": 0}},
]
BLOCKS: Json = [
    {"device": "colo-disk0", "inserted": {"image": {"virtual-size": 4096}}},
    {"device": "ide0-cd0"},
]
SIZES: Json = [{"node-name": "parent0", "image": {"virtual-size": 8192}}]


CASES: list[tuple[Probe, list[Json], bool, str]] = [
    (guest_is("running"), [{"status": "running", "running": True}], True, "running"),
    (guest_is("running"), [{"status": "paused"}], False, "paused"),
    (colo_mode_is("none"), [{}], False, "missing"),
    (StatusIs("query-migrate-parameters", "n", "5"), [{"n": 5}], True, "5"),
    (StatusIs("query-x", "a", "b"), ["text"], False, "missing"),
    (StatusIsNone("query-status", "status", ("a", "b")), [{"status": "running"}], True, "running"),
    (StatusIsNone("query-status", "status", ("a", "b")), [{"status": "b"}], False, "b"),
    (StatusIsNone("query-status", "status", ("a", "b")), [{}], False, "missing"),
    (CapabilityOn("x-colo"), [[{"capability": "x-colo", "state": True}]], True, "True"),
    (CapabilityOn("x-colo"), [[{"capability": "x-colo", "state": False}]], False, "False"),
    (CapabilityOn("x-colo"), [[]], False, "missing"),
    (Connected(("compare1",)), [CHARDEVS], True, f"compare1: {MET}"),
    (Connected(("compare1", "nobody")), [CHARDEVS], False, f"compare1: {MET}; nobody: missing"),
    (Connected(("mirror0",)), [CHARDEVS], False, f"mirror0: {ALONE}"),
    (Listening("mirror0", "0.0.0.0:9003"), [CHARDEVS], True, ALONE),
    (Listening("six", ":::9003"), [CHARDEVS], True, "disconnected:tcp::::9003,server=on"),
    (Listening("compare1", "10.0.0.1:9004"), [CHARDEVS], True, MET),
    (Listening("compare1", "0.0.0.0:9004"), [CHARDEVS], True, MET),
    (Listening("compare1", "0.0.0.0:9003"), [CHARDEVS], False, MET),
    (Listening("mirror0", "0.0.0.0:900"), [CHARDEVS], False, ALONE),
    (Listening("nobody", "0.0.0.0:9003"), [CHARDEVS], False, "missing"),
    (ChardevsThere(("compare1",)), [CHARDEVS], True, f"compare1: {MET}"),
    (ChardevsThere(("mirror0", "red0")), [CHARDEVS], False, f"mirror0: {ALONE}; red0: missing"),
    (ChardevsGone(("red0", "red1")), [CHARDEVS], True, "red0: missing; red1: missing"),
    (ChardevsGone(("red0", "mirror0")), [CHARDEVS], False, f"red0: missing; mirror0: {ALONE}"),
    (ObjectIs("c", (("a", "b"), ("thread", "t"))), ["b", "/objects/t"], True, "a=b,thread=t"),
    (ObjectIs("comp0", (("a", "b"),)), ["c"], False, "a=c"),
    (ObjectIs("comp0", (("a", "5"), ("b", "on"))), [5, True], True, "a=5,b=on"),
    (ObjectIs("comp0", (("b", "on"),)), [False], False, "b=off"),
    (ObjectsThere(("m0",)), [OBJECTS], True, "m0"),
    (ObjectsThere(("m0", "type")), [OBJECTS], False, "m0"),
    (ObjectsGone(("comp0",)), [OBJECTS], True, "m0"),
    (ObjectsGone(("comp0", "m0")), [OBJECTS], False, "m0"),
    (ChildrenAre("colo-disk0", ("children.0", "children.1")), [GRAPH], True, BOTH),
    (ChildrenAre("colo-disk0", ("children.0",)), [GRAPH], False, BOTH),
    (ChildrenAre("colo-disk0", ("children.0", "children.1")), [FILTERED], True, BOTH),
    (ChildGone("colo-disk0", "children.1"), [FILTERED], False, BOTH),
    (ChildrenAre("other", ()), [GRAPH], True, "no children"),
    (ChildGone("colo-disk0", "children.1"), [GRAPH], False, BOTH),
    (ChildGone("colo-disk0", "children.2"), [GRAPH], True, BOTH),
    (ChildGone("colo-disk0", "children.2"), [None], False, "no children"),
    (NodeGone("replication0"), [NODES], False, "replication"),
    (NodeGone("replication0"), [[]], True, "missing"),
    (Exported("parent0"), [[{"id": "parent0"}, {"id": "x"}]], True, "parent0, x"),
    (Exported("parent"), [[{"id": "parent0"}]], False, "parent0"),
    (Exported("parent0"), [[]], False, "no exports"),
    (NoJobs("resync"), [[], []], True, "no others"),
    (NoJobs("resync"), [[{"id": "resync"}], [{"device": "resync"}]], True, "no others"),
    (NoJobs("resync"), [[{"id": "resync"}, {"id": "backup"}], []], False, "backup"),
    (NoJobs("resync"), [[], [{"device": "old"}]], False, "old"),
    (NoJobs("resync"), [[{"id": "a"}], []], False, "a"),
    (NoJobs("resync"), [[], None], False, "no answer"),
    (Written("parent0"), [[], WRITTEN], True, "written up to byte 4096"),
    (Written("parent0"), [WRITTEN, []], True, "written up to byte 4096"),
    (Written("other"), [WRITTEN, []], False, "no writes"),
    (Written("nobody"), [WRITTEN, WRITTEN], False, "missing"),
    (Written("parent0"), ["text", None], False, "missing"),
    (SizeIs("colo-disk0", 4096), [BLOCKS, []], True, "4096"),
    (SizeIs("parent0", 8192), [BLOCKS, SIZES], True, "8192"),
    (SizeIs("parent0", 4096), [BLOCKS, SIZES], False, "8192"),
    (SizeIs("ide0-cd0", 4096), [BLOCKS, SIZES], False, "missing"),
    (JobEnded("resync"), [[]], True, "missing"),
    (JobEnded("resync"), [[{"id": "resync", "status": "ready"}]], False, "ready"),
    (
        JobEnded("resync"),
        [[{"id": "resync", "status": "concluded", "error": "No"}]],
        True,
        "concluded: No",
    ),
    (MigrationRests(), [{}], True, "missing"),
    (MigrationRests(), [{"status": "completed"}], True, "completed"),
    (MigrationRests(), [{"status": "colo"}], False, "colo"),
    (MigrationRests(), [{"status": "new-to-us"}], False, "new-to-us"),
    (MigrationRests(), [None], False, "missing"),
]  # fmt: skip


@pytest.mark.parametrize(("probe", "replies", "holds", "seen"), CASES)
def test_a_probe_judges_the_reply(
    probe: Probe, replies: list[Json], holds: bool, seen: str
) -> None:
    """Whether it holds, and what was there instead."""
    assert (holds, seen) == (probe.holds(replies), probe.seen(replies))


@pytest.mark.parametrize("probe", {type(case[0]): case[0] for case in CASES}.values())
def test_a_probe_only_reads(probe: Probe) -> None:
    """Its questions change nothing."""
    asked = {question.execute for question in probe.questions}
    assert all(
        name.startswith(("query-", "qom-list", "qom-get", "x-debug-query-")) for name in asked
    )
    assert asked


@pytest.mark.parametrize("probe", {type(case[0]): case[0] for case in CASES}.values())
@given(reply=st.none() | st.text() | st.lists(st.none() | st.dictionaries(st.text(), st.text())))
def test_a_probe_survives_any_reply(probe: Probe, reply: Json) -> None:
    """A reply of another shape is no crash."""
    replies = [reply for _ in probe.questions]
    assert isinstance(probe.holds(replies), bool)
    assert isinstance(probe.seen(replies), str)


@pytest.mark.parametrize(
    ("event", "matches"),
    [
        ({"event": "E", "data": {"device": "a", "n": 5, "x": "y"}}, True),
        ({"event": "E", "data": {"device": "b", "n": 5}}, False),
        ({"event": "E", "data": {"device": "a"}}, False),
        ({"event": "F", "data": {"device": "a", "n": 5}}, False),
        ({"event": "E"}, False),
        (None, False),
    ],
)
def test_an_event_is_recognised_by_name_and_data(event: Json, matches: bool) -> None:
    """Values are compared as text, since the document prints text."""
    assert matches == EventSeen("E", (("device", "a"), ("n", "5"))).matches(event)
