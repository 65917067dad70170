# SPDX-License-Identifier: GPL-2.0-or-later
"""One comparison with its floor."""

import pytest

from tests.benchmarks.rows import row


def test_the_ratio_is_what_most_pairs_say() -> None:
    """One measurement that something got in the way of does not count, nor what slows a pair."""
    assert 2 == row(ours=(0.002, 9.0, 0.002)).ratio
    assert 2 == pytest.approx(row(ours=(0.002, 0.6, 0.4), floor=(0.001, 0.3, 0.2)).ratio)


def test_the_spread_is_of_the_pairs() -> None:
    """What slowed both at a time is no spread of the ratio."""
    found = row(ours=(0.002, 0.2, 0.004), floor=(0.001, 0.1, 0.002)).ratios
    assert [2, 2, 2] == pytest.approx([found.low, found.median, found.high])


def test_a_row_is_met_up_to_what_is_wanted() -> None:
    """What is wanted is the most that may be; where nothing is, all is well."""
    assert [True, False, True] == [row(wanted=wanted).is_met for wanted in (2, 1.9, None)]


def test_the_family_is_what_stands_before_the_stroke() -> None:
    """Rows that are measured together begin alike."""
    assert "many" == row("many/pairs-10").family
