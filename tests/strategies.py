# SPDX-License-Identifier: GPL-2.0-or-later
"""Generated values: addresses, folders, sites, conditions."""

from dataclasses import replace

from hypothesis import strategies as st

from colorunbook.addresses import check_address
from colorunbook.book.conditions import (
    Answers,
    CapabilityOn,
    ChardevsGone,
    ChardevsThere,
    Checkpoints,
    ChildGone,
    ChildrenAre,
    Condition,
    Connected,
    EventSeen,
    Exported,
    ImageIs,
    JobEnded,
    JobGone,
    JobIs,
    Listening,
    MemoryFor,
    MigrationRests,
    NobodyListens,
    NodeGone,
    NodeThere,
    NoJobs,
    NotExported,
    ObjectIs,
    ObjectsGone,
    ObjectsThere,
    SizeIs,
    SpaceFor,
    StatusIs,
    StatusIsNone,
    Written,
)
from colorunbook.book.phrases import Expect
from colorunbook.comparison import LARGEST, Comparison, Nic
from colorunbook.errors import InputError
from colorunbook.hosts import Accel, Host, Ports, Role, Site

TRICKY = " '\"\\$`,;&|<>()[]{}*?~#!%=:@^+-_./äß日\u0301😀"


def _is_address(text: str) -> bool:
    try:
        check_address(text)
    except InputError:
        return False
    return True


label = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?", fullmatch=True)
names = st.lists(label, min_size=1, max_size=3).map(".".join)
addresses = st.one_of(st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(str), names).filter(
    _is_address
)
printable = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)
segments = (
    st.one_of(st.text(st.sampled_from(TRICKY), min_size=1, max_size=8), printable)
    .map(lambda text: text.replace("/", "_"))
    .filter(str.isprintable)
)
folders = st.lists(segments, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))
ports = st.lists(st.integers(1, 65535), min_size=6, max_size=6, unique=True).map(
    lambda found: Ports(*found)
)


numbers = st.none() | st.integers(1, LARGEST)
comparisons = st.builds(Comparison, numbers, numbers, numbers)
nics = st.one_of(
    st.from_regex(r"[a-z][a-z0-9._-]{0,20}", fullmatch=True).map(Nic),
    st.builds(Nic, st.sampled_from(["virtio-net-pci", "e1000e"]), st.none() | st.booleans()),
)


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """Any site that can be rendered and run."""
    one = draw(addresses)
    two = draw(addresses.filter(lambda text: text.lower() != one.lower()))
    try:
        site = Site(Host(one, draw(folders)), Host(two, draw(folders)), draw(ports))
    except InputError:  # two spellings of one address
        site = Site(Host("10.0.0.1", draw(folders)), Host("10.0.0.2", draw(folders)), draw(ports))
    return replace(
        site,
        memory=draw(st.integers(1, 2**20)),
        accel=draw(st.sampled_from(Accel)),
        checkpoint_delay=draw(st.integers(1, 10**6)),
        nic=draw(nics),
        comparison=draw(comparisons),
    )


word = st.from_regex(r"[a-z][a-z0-9_.-]{0,12}", fullmatch=True)
value = st.text(st.sampled_from("abc019-_.,=/:[]%"), min_size=1, max_size=12)
words = st.lists(word, min_size=1, max_size=4, unique=True).map(tuple)
pairs = st.dictionaries(word, value, min_size=1, max_size=4).map(lambda d: tuple(d.items()))
paths = st.lists(value.filter(lambda text: "/" not in text), min_size=1, max_size=3).map(
    lambda parts: "/" + "/".join(parts)
)
conditions: st.SearchStrategy[Condition] = st.one_of(
    st.builds(EventSeen, word, pairs),
    st.builds(Checkpoints, st.integers(1, 99)),
    st.builds(StatusIs, word, word, value),
    st.builds(StatusIsNone, word, word, words),
    st.builds(CapabilityOn, word),
    st.builds(Connected, words),
    st.builds(Listening, word, value),
    st.builds(ChardevsThere, words),
    st.builds(ChardevsGone, words),
    st.builds(ObjectIs, word, pairs),
    st.builds(ObjectsThere, words),
    st.builds(ObjectsGone, words),
    st.builds(ChildrenAre, word, st.lists(word, max_size=3).map(tuple)),
    st.builds(NodeThere, word),
    st.builds(NodeGone, word),
    st.builds(Exported, word),
    st.builds(NotExported, word),
    st.builds(JobIs, word, words),
    st.builds(JobGone, word),
    st.builds(JobEnded, word),
    st.builds(NoJobs, word),
    st.builds(Written, word),
    st.builds(SizeIs, word, st.integers(0, 2**60)),
    st.builds(ChildGone, word, word),
    st.builds(MigrationRests),
    st.builds(ImageIs, paths, word, st.integers(1, 999).map("{}G".format)),
    st.builds(SpaceFor, paths, st.integers(0, 2**40)),
    st.builds(MemoryFor, st.integers(0, 2**40)),
    st.builds(NobodyListens, st.lists(st.integers(1, 65535), min_size=1).map(tuple)),
    st.builds(Answers, addresses, st.integers(1, 65535)),
)
expectations = st.builds(Expect, st.sampled_from(Role), conditions)
