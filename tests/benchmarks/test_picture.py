# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured, as pictures."""

import re
from xml.etree import ElementTree

import pytest

from benchmarks.picture import curves, ratios
from tests.benchmarks.rows import row

ROWS = [row(), row("a/<b>", wanted=4), row("c/told", wanted=None)]


def test_each_row_has_a_dot_of_its_kind() -> None:
    """Whether it is what was wanted can be seen, and what is only told has no mark."""
    drawn = ratios(ROWS, "x")
    assert ["no", "yes", "told"] == re.findall(r'class="dot (\w+)"', drawn)
    assert 2 == drawn.count('class="wanted"')


def test_twice_as_much_is_as_far_as_half_as_much() -> None:
    """The scale is one of ratios."""
    drawn = ratios([row(ours=(n,), floor=(1,)) for n in (0.5, 1, 2)], "x")
    low, middle, high = map(float, re.findall(r'cx="([\d.]+)"', drawn))
    assert middle - low == pytest.approx(high - middle, abs=0.11)


def test_what_grows_is_drawn_from_the_smallest_to_the_greatest() -> None:
    """Ours and the floor; a doubled size with doubled time is a straight line."""
    rows = [row(f"g/{n}", ours=(n * 0.002,), floor=(n * 0.001,), size=n) for n in (1, 10, 100)]
    drawn = curves(rows, "x", "Growth")
    ours, least = re.findall(r'points="([^"]+)"', drawn)
    assert 3 == len(ours.split()) == len(least.split())
    assert "Growth" in drawn


@pytest.mark.parametrize("drawn", [ratios(ROWS, "x"), curves(ROWS, "y", "A & <b>")])
def test_a_picture_is_well_formed_and_has_words_for_who_cannot_see_it(drawn: str) -> None:
    """Whatever a row is called."""
    root = ElementTree.fromstring(drawn)  # noqa: S314 - it was drawn here
    assert ["title", "desc"] == [child.tag.partition("}")[2] for child in root[:2]]
    assert all(child.text for child in root[:2])
