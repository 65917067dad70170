# SPDX-License-Identifier: GPL-2.0-or-later
"""What has to move so that all is in order."""

from hypothesis import given
from hypothesis import strategies as st

from colorunbook.drift.chain import Pair
from colorunbook.drift.order import moved, moved_sections, sections


def test_the_lighter_section_is_the_one_that_moved() -> None:
    """By the number of its commands."""
    assert ["a"] == moved_sections("abc", ["b", "a", "c"], {"a": 2, "b": 9, "c": 3})
    assert [] == moved_sections("abc", ["a", "c"], {"a": 2, "b": 9, "c": 3})


@given(st.permutations(range(8)))
def test_what_did_not_move_is_in_order(places: list[int]) -> None:
    """And nothing is said of a document that is in order."""
    pairs = [Pair(ours, theirs, 0.0) for ours, theirs in enumerate(places)]
    away = moved(["a"] * 8, pairs, ["a"])
    left = [theirs for ours, theirs in enumerate(places) if ours not in away]
    assert sorted(left) == left
    assert (not away) == (sorted(places) == places)


def test_sections_stand_where_most_of_them_stands() -> None:
    """One command that strayed does not take its section along."""
    pairs = [Pair(0, 9, 0.0), Pair(1, 1, 0.0), Pair(2, 2, 0.0), Pair(3, 5, 0.0)]
    assert ["a", "b"] == sections(["a", "a", "a", "b"], pairs)
