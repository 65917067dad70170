# SPDX-License-Identifier: GPL-2.0-or-later
"""A reply that is no answer: nothing holds because of it."""

from hypothesis import given
from hypothesis import strategies as st

from colorunbook.book.conditions import (
    CapabilityOn,
    ChardevsGone,
    ChardevsThere,
    ChildrenAre,
    Connected,
    Exported,
    Listening,
    NodeGone,
    NodeThere,
    ObjectsGone,
    ObjectsThere,
    Probe,
    StatusIs,
    StatusIsNone,
)
from colorunbook.qemu.payload import Json

PROBES: tuple[Probe, ...] = (
    StatusIs("query-status", "status", "running"),
    StatusIsNone("query-status", "status", ("io-error",)),
    CapabilityOn("x-colo"),
    ChardevsGone(("mirror0",)),
    ChardevsThere(("mirror0",)),
    ChildrenAre("colo-disk0", ()),
    ChildrenAre("colo-disk0", ("children.0",)),
    Connected(("mirror0",)),
    Exported("parent0"),
    Listening("mirror0", "0.0.0.0:9003"),
    NodeGone("replication0"),
    NodeThere("replication0"),
    ObjectsGone(("m0",)),
    ObjectsThere(("m0",)),
)
NAMES = (
    "label",
    "filename",
    "name",
    "type",
    "id",
    "nodes",
    "edges",
    "parent",
    "child",
    "capability",
)

scalars: st.SearchStrategy[Json] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)
)
replies = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.sampled_from(PROBES), replies)
def test_any_reply_can_be_asked(probe: Probe, reply: Json) -> None:
    """It holds or not, and something can be said of it."""
    assert probe.holds([reply]) in (True, False)
    assert isinstance(probe.seen([reply]), str)


@given(st.sampled_from(PROBES), scalars)
def test_nothing_holds_by_no_answer(probe: Probe, reply: Json) -> None:
    """Neither that something is there, nor that it is gone."""
    assert not probe.holds([reply])


@given(st.sampled_from(PROBES))
def test_an_empty_object_lists_nothing(probe: Probe) -> None:
    """Only a graph may be empty, and then has no children."""
    assert probe.holds([{}]) is (probe == ChildrenAre("colo-disk0", ()))
