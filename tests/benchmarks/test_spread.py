# SPDX-License-Identifier: GPL-2.0-or-later
"""The median and its spread."""

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.spread import Spread

VALUES = st.lists(st.floats(0, 1e9), min_size=1)


def test_a_half_of_all_lies_between_the_quartiles() -> None:
    """Of four ordinary values and one that is far off, the far one changes nothing."""
    assert Spread(2, 3, 4) == Spread.of([3, 1, 2, 4, 1000])


def test_one_value_has_no_spread() -> None:
    """What was measured once is told as it is."""
    assert Spread(7, 7, 7) == Spread.of([7])


@given(VALUES)
def test_the_median_is_between_the_quartiles(values: list[float]) -> None:
    """The three numbers are in order, and none is outside of what was measured."""
    found = Spread.of(values)
    assert min(values) <= found.low <= found.median <= found.high <= max(values)
