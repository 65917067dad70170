# SPDX-License-Identifier: GPL-2.0-or-later
"""Which points there are, and which are drawn."""

from hypothesis import given
from hypothesis import strategies as st

from colorunbook import shelf
from colorunbook.qemu.dialect import Edition
from tests.faults.chapters import CHAPTERS, ONE, TWO
from tests.faults.points import Choice, Kind, Moment, every_point

EVERY = every_point()


def test_every_step_of_every_runbook_is_broken() -> None:
    """In both editions the engine dies before, in and after each."""
    assert {*shelf.runbooks()} == {*CHAPTERS}
    for chapter in CHAPTERS.values():
        for edition in Edition:
            mine = [p for p in EVERY if (p.name, p.edition) == (chapter.name, edition)]
            killed = {(p.step, p.moment) for p in mine if p.kind is Kind.ENGINE_KILLED}
            steps = max(p.step for p in mine)
            assert {(n, m) for n in range(1, steps + 1) for m in Moment} == killed


def test_a_peer_is_killed_only_where_one_lives() -> None:
    """After its death a survivor has none; a pair that is brought up has one from its start on."""
    bereft = {p.name for p in EVERY} - {p.name for p in EVERY if p.kind is Kind.PEER_KILLED}
    alone = {"launch-primary", "launch-alone", "prepare-primary"}
    assert alone | {"free-primary", "primary-failover", "secondary-failover"} == bereft
    of_bring_up = Choice(("bring-up",), (Edition.HMP,), (Kind.PEER_KILLED,)).points()
    assert [*range(3, 18)] == [p.step for p in of_bring_up]


def test_the_story_of_a_resume_ends_with_two_that_live() -> None:
    """With the roles exchanged as well."""
    for name in ("primary-resume", "secondary-resume"):
        steps = {p.step for p in Choice((name,), (), (Kind.PEER_STOPPED,)).points()}
        assert 1 in steps
    assert ONE != TWO


@given(st.integers(8, 60), st.integers(0, 1000))
def test_a_sample_has_of_each_kind_in_each_edition(count: int, seed: int) -> None:
    """As many as were wanted, the same ones for the same seed."""
    drawn = Choice(sample=count, seed=seed).points()
    assert count == len(drawn)
    assert {(e, k) for e in Edition for k in Kind} == {(p.edition, p.kind) for p in drawn}
    assert drawn == Choice(sample=count, seed=seed).points()


def test_a_sample_of_more_than_there_are_is_all() -> None:
    """None is drawn twice."""
    assert EVERY == Choice(sample=10**4).points()
