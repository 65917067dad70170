# SPDX-License-Identifier: GPL-2.0-or-later
"""The same command for other QEMUs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook import shelf
from colorunbook.hosts import Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect, Edition, Version, stretches
from colorunbook.render.spellings import Spelling, Spellings, aligned, marked, printed

BOOKS = shelf.runbooks()
TEXTS = st.lists(st.sampled_from("abcdef"), max_size=8)


def spellings(name: str, version: str = "11.1") -> Spellings:
    """A runbook in the edition of QEMU's document."""
    return Spellings(BOOKS[name], Site(), Dialect.of(version))


def test_one_command_has_two_spellings() -> None:
    """The one of the page's own version stands first."""
    new, old = spellings("prepare-secondary").of(1)
    assert ("QEMU 11.0 and newer", "QEMU 6.0 to 10.2") == (new.stretch.label, old.stretch.label)
    assert ["return-path" in new.lines[0], "return-path" in old.lines[0]] == [True, False]
    first, second = spellings("prepare-secondary", "10.0").of(1)
    assert (old.stretch, new.stretch) == (first.stretch, second.stretch)


def test_versions_that_agree_are_one_group() -> None:
    """For this command two stretches are the same; for most, all are."""
    (only,) = spellings("prepare-secondary").of(0)
    assert "QEMU 6.0 and newer" == only.stretch.label
    assert () == only.marked


def test_only_the_lines_that_differ_are_marked() -> None:
    """Of the secondary's command line, the two chardevs."""
    for group in spellings("launch-secondary").of(4):
        lines = [group.lines[number - 1] for number in group.marked]
        assert ["id=red0", "id=red1"] == [line.split(",")[1] for line in lines]
        assert all("reconnect" in line for line in lines)
        rest = [line for n, line in enumerate(group.lines, 1) if n not in group.marked]
        assert not any("reconnect" in line for line in rest)


@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize("name", list(BOOKS))
def test_what_a_tab_shows_is_what_that_version_types(name: str, edition: Edition) -> None:
    """All tabs of a stretch together are its plan, and what is not marked stands in the first."""
    found = Spellings(BOOKS[name], Site(), Dialect(edition=edition))
    groups = [found.of(number) for number in range(len(found.commands))]
    for stretch in stretches():
        shown = [
            text
            for tabs in groups
            for tab in tabs
            if tab.stretch.holds(stretch.first)
            for text in tab.texts
        ]
        plan = resolve(BOOKS[name], Site(), Dialect(stretch.first, edition))
        assert [command.text for command in printed(plan)] == shown
    for first, *others in groups:
        for tab in others:
            plain = [line for n, line in enumerate(tab.lines, 1) if n not in tab.marked]
            assert set(plain) <= set(first.lines)


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=8), TEXTS)
def test_nothing_gets_lost_between_versions(here: list[str], there: list[str]) -> None:
    """However many steps another version has, all of them stand somewhere, in their order."""
    places = aligned(here, there)
    assert len(here) == len(places)
    assert there == [text for place in places for text in place]


@given(TEXTS)
def test_equal_plans_are_aligned_one_to_one(texts: list[str]) -> None:
    """Each command with itself."""
    assert tuple((text,) for text in texts) == aligned(texts, texts)


def test_a_step_that_other_versions_need_stands_behind_the_one_before() -> None:
    """And one that they do not need has nothing in its place."""
    assert (("a", "new"), ("b",)) == aligned(["a", "b"], ["a", "new", "b"])
    assert (("a",), (), ("b",)) == aligned(["a", "gone", "b"], ["a", "b"])


def test_the_first_spelling_marks_what_any_other_has_not() -> None:
    """The others mark what the first has not."""
    middle, new, old = reversed(stretches())
    groups = (
        Spelling(new, ("one\ntwo\nthree",)),
        Spelling(middle, ("one\n2\nthree",)),
        Spelling(old, ("one\ntwo\n3",)),
    )
    assert [(2, 3), (2,), (3,)] == [group.marked for group in marked(groups)]


def test_an_outcome_may_be_meant_for_some_versions_only() -> None:
    """It says which; what is meant for all says nothing, and neither does any other sentence."""
    found = spellings("prepare-secondary")
    capability = "query-migrate-capabilities on the secondary says {} is on"
    assert "QEMU 11.0 and newer" == found.only(capability.format("return-path"))
    assert "" == found.only(capability.format("x-colo"))
    assert "" == found.only("The guest is well.")


def test_the_version_of_a_page_may_lie_anywhere() -> None:
    """Also in the middle of a stretch."""
    first, *_ = Spellings(BOOKS["launch-secondary"], Site(), Dialect(Version(8, 1, 5))).of(4)
    assert "QEMU 6.0 to 9.1" == first.stretch.label
