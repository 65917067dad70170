# SPDX-License-Identifier: GPL-2.0-or-later
"""The picture of the states is what the runbooks promise."""

import re
from collections.abc import Iterator, Mapping

import pytest

from colorunbook import shelf
from colorunbook.book.colo import Colo
from colorunbook.book.conditions import SpaceFor, colo_mode_is, guest_is
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Runbook, Step, runbook
from colorunbook.book.verbs import lost_heartbeat
from colorunbook.hosts import Role, Site
from colorunbook.qemu.dialect import Dialect
from colorunbook.render.gallery import picture
from colorunbook.render.statechart import statechart
from colorunbook.render.states import Edge, edges
from colorunbook.render.textpen import text_art


def ways(runbooks: Mapping[str, Runbook]) -> set[tuple[str, str, str]]:
    """Every arrow by its ends and its word."""
    found = edges(runbooks, Site(), Dialect())
    return {(edge.start.name, edge.end.name, edge.title) for edge in found}


def test_the_arrows_of_the_shipped_runbooks() -> None:
    """The runbooks make a circle that comes back to a pair."""
    assert ways(shelf.runbooks()) == {
        ("no QEMU", "started", "Start the primary"),
        ("no QEMU", "waiting", "Start the secondary"),
        ("no QEMU", "alone", "Start the guest alone"),
        ("waiting", "prepared", "Prepare the secondary"),
        ("started", "COLO primary", "Start replication"),
        ("prepared", "COLO secondary", "Start replication"),
        ("COLO primary", "alone", "Primary failover"),
        ("COLO secondary", "alone", "Secondary failover"),
        ("alone", "COLO primary", "Primary resumes replication"),
        ("alone", "COLO primary", "Secondary resumes replication"),
        ("prepared", "COLO secondary", "Primary resumes replication"),
        ("prepared", "COLO secondary", "Secondary resumes replication"),
    }


@pytest.fixture
def demotion() -> Runbook:
    """A runbook of one's own."""

    @runbook("demote", on=Role.PRIMARY, title="Demote the primary")
    def demote(_colo: Colo) -> Iterator[Step]:
        """Give the role away."""
        yield lost_heartbeat(Role.PRIMARY)

    @demote.starts_when
    def before(_colo: Colo) -> Iterator[Expect]:
        yield Expect(Role.PRIMARY, colo_mode_is("primary"))

    @demote.ends_when
    def after(_colo: Colo) -> Iterator[Expect]:
        yield Expect(Role.PRIMARY, guest_is("inmigrate"))

    return demote


def test_a_runbook_of_ones_own_is_an_arrow(demotion: Runbook) -> None:
    """Whatever a guard and a postcondition say is drawn, also an arrow that leads up."""
    books = {**shelf.runbooks(), demotion.name: demotion}
    assert ("COLO primary", "waiting", "Demote the primary") in ways(books)
    assert "Demote the" in text_art(statechart(edges(books, Site(), Dialect())))


def test_what_is_asked_of_a_host_is_no_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """A runbook that asks for room before it starts a QEMU starts from none all the same."""
    books = shelf.runbooks()
    before = ways(books)
    for name in ("launch-primary", "launch-secondary"):
        guard = (Expect(books[name].on, SpaceFor("/a", 5)),)
        monkeypatch.setattr(books[name], "_starts", lambda _colo, guard=guard: iter(guard))
        assert guard == books[name].starts(Colo(Site(), Dialect()))
    assert before == ways(books)


def test_it_fits_a_terminal() -> None:
    """79 columns are enough."""
    text = text_art(statechart(edges(shelf.runbooks(), Site(), Dialect())))
    assert max(map(len, text.splitlines())) <= 79
    for word in ("started", "waiting", "prepared", "COLO primary", "COLO secondary", "alone"):
        assert 1 == len(re.findall(rf"\| +{word} +\|", text))


def test_a_way_past_other_states_goes_around_them() -> None:
    """It crosses no box, and no word stands on a line."""
    found = edges(shelf.runbooks(), Site(), Dialect())
    drawing = statechart(found)
    (around,) = [line for line in drawing.lines if line.corners[1][0] > 70]
    assert all(box.right < around.corners[1][0] for box in drawing.boxes)
    cells = {
        (x, y)
        for line in drawing.lines
        for (ax, ay), (bx, by) in line.strokes()
        for x in range(min(ax, bx), max(ax, bx) + 1)
        for y in range(min(ay, by), max(ay, by) + 1)
    }
    written = {(d.first + n, d.y) for d in drawing.labels for n in range(len(d.text))}
    assert set() == cells & written


def test_a_picture_can_leave_arrows_out() -> None:
    """A page shows those of the procedures that it prints."""
    about = picture("states", Site(), Dialect(), titles={"Start the guest alone"}).about
    assert "From no QEMU to alone: Start the guest alone." == about


def test_the_description_says_every_arrow() -> None:
    """Someone who cannot see the picture is told the same."""
    found: tuple[Edge, ...] = edges(shelf.runbooks(), Site(), Dialect())
    about = statechart(found).about
    for edge in found:
        assert edge.title in about.partition(f"From {edge.start.name} to {edge.end.name}: ")[2]
