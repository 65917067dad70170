# SPDX-License-Identifier: GPL-2.0-or-later
"""The printed text read back: law 2, and what is not let through."""

from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colorunbook import shelf
from colorunbook.book.actions import Action, Await
from colorunbook.book.phrases import Death, Expect, Place, Replacement, Vanishing
from colorunbook.check.parsers import (
    Garbled,
    Guarded,
    Passage,
    Promised,
    Typed,
    Waited,
    passages,
)
from colorunbook.hosts import Host, Ports, Role, Site
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import Dialect, Edition
from colorunbook.render.rst import PAGE, pages
from tests.printed import PRINTED
from tests.strategies import comparisons, nics

FOLDERS = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=12
).filter(lambda text: "``" not in text and text.isprintable() and text.strip("/"))
ADDRESSES = st.sampled_from(["127.0.0.1", "10.0.0.2", "fd00::1", "::ffff:10.0.0.9", "node-a.lan"])


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """Pairs with odd folders, any kind of address, and ports of their own."""
    one, two = draw(st.lists(ADDRESSES, min_size=2, max_size=2, unique=True))
    ports = draw(st.lists(st.integers(1, 65535), min_size=6, max_size=6, unique=True))
    return Site(
        primary=Host(one, f"/{draw(FOLDERS)}"),
        secondary=Host(two, f"/{draw(FOLDERS)}"),
        ports=Ports(*ports),
        memory=draw(st.integers(1, 1 << 20)),
        nic=draw(nics),
        comparison=draw(comparisons),
    )


def rendered(site: Site, dialect: Dialect) -> str:
    """The document for a site."""
    return pages(site, dialect)[PAGE]


def sections(text: str) -> list[list[Passage]]:
    """The passages of each section that types something, in order."""
    found: dict[str, list[Passage]] = defaultdict(list)
    for passage in passages(text):
        found[passage.section].append(passage)
    return [s for s in found.values() if any(isinstance(p.content, Typed) for p in s)]


def told(section: list[Passage]) -> tuple[list[Expect], list[Action], list[Expect]]:
    """Guards, actions and outcomes of a section."""
    starts: list[Expect] = []
    actions: list[Action] = []
    ends: list[Expect] = []
    for passage in section:
        match passage.content:
            case Guarded(expect):
                starts.append(expect)
            case Typed(command=command):
                actions.append(command)
            case Waited(_, wait):
                actions.append(wait)
            case Promised(expect):
                ends.append(expect)
            case Garbled() as garbled:
                pytest.fail(str(garbled))
            case Death() | Vanishing() | Replacement():
                pass
    return starts, actions, ends


def meant(plan: Plan) -> tuple[list[Expect], list[Action], list[Expect]]:
    """The same of a plan."""
    return list(plan.starts), [step.action for step in plan.steps], list(plan.ends)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sites(), st.sampled_from(["7.2", "10.0", "11.1"]), st.sampled_from(Edition))
def test_what_is_printed_is_what_was_planned(site: Site, version: str, edition: Edition) -> None:
    """parse(render(plan)) == plan, for every procedure of each page, in each edition."""
    dialect = Dialect.of(version, edition)
    for page, text in pages(site, dialect).items():
        plans = [resolve(shelf.runbook(name), site, dialect) for name in PRINTED[page]]
        read = [told(section) for section in sections(text)]
        assert [meant(plan) for plan in plans] == read


def test_commands_know_whose_they_are() -> None:
    """Each command is read with its role, its address, and whether it is a shell's."""
    typed = [p.content for s in sections(rendered(Site(), Dialect())) for p in s
             if isinstance(p.content, Typed)]  # fmt: skip
    assert (Role.PRIMARY, "127.0.0.1", Place.SHELL) == (
        typed[0].where.role,
        typed[0].where.address,
        typed[0].where.place,
    )
    assert (Role.PRIMARY, "127.0.0.2", Place.MONITOR) == (
        typed[-1].where.role,
        typed[-1].where.address,
        typed[-1].where.place,
    )


def test_deaths_and_replacements_are_read() -> None:
    """The failovers begin with a death, the resumes with a new secondary."""
    said = [p.content for p in passages(rendered(Site(), Dialect()))
            if isinstance(p.content, Death | Replacement)]  # fmt: skip
    assert [Role.SECONDARY, Role.PRIMARY] == [d.role for d in said if isinstance(d, Death)]
    assert ["127.0.0.2", "127.0.0.1"] == [r.address for r in said if isinstance(r, Replacement)]


PLACE = "In the QMP monitor of the primary, on ``127.0.0.1``:\n\n"
SHELL = "In a shell of the primary host, ``127.0.0.1``:\n\n"


@pytest.mark.parametrize(
    "text",
    [
        "Wait, at most 3 seconds, until pigs fly.",
        "Wait, at most many seconds, until the primary sends ``X`` with ``a=b``.",
        "In a shell of the third host, ``127.0.0.1``:",
        "In the QMP monitor of the primary on ``127.0.0.1``:",
        "(Where this page is tested, the QEMU of the primary is killed here.)",
        "It begins only when:\n\n* the moon is full",
        "It has worked when:\n\n* ``query-status`` on the primary shows ``running``",
        f"{PLACE}1. Why ::\n\n       {{'execute': 'stop'}}",
        f'{PLACE}1. Why ::\n\n       {{"exexute": "stop"}}',
        f"{SHELL}1. Why ::\n\n       $ true",
        f"{SHELL}1. Why ::\n\n       # true; false",
        f"{SHELL}1. Why ::\n\n       # qemu-img create $nowhere/x 1G",
        f"{SHELL}1. Why ::\n\n       # echo 'open",
    ],
)
def test_what_cannot_be_read_is_garbled(text: str) -> None:
    """A sentence of the document with a fault in it is never taken for prose."""
    assert any(isinstance(p.content, Garbled) for p in passages(text))


def test_a_stray_member_is_left_for_qemu_to_refuse() -> None:
    """What stands in the text is sent as it stands, also where QMP does not know it."""
    (passage,) = passages(f'{PLACE}1. Why ::\n\n       {{"execute": "stop", "argument": {{}}}}')
    assert isinstance(passage.content, Typed)
    assert '{"execute": "stop", "argument": {}}' == passage.content.text


def test_prose_is_left_alone() -> None:
    """Other sentences and pictures are nobody's business."""
    nothing: list[Passage] = []
    assert nothing == list(
        passages("Wait for it.\n\nA picture::\n\n    +--+\n    |  |\n    +--+\n")
    )


def test_a_wait_keeps_its_bound() -> None:
    """The number of seconds is the text's."""
    text = "Wait, at most 7 seconds, until ``query-status`` on the primary says ``status=running``."
    (passage,) = passages(text)
    assert isinstance(passage.content, Waited)
    assert Await(passage.content.expect.condition, 7) == passage.content.wait
