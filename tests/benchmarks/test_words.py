# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows as they are told."""

import pytest

from benchmarks.row import Unit
from benchmarks.words import amount, table
from tests.benchmarks.rows import row


@pytest.mark.parametrize(
    ("told", "value", "unit"),
    [
        ("1.23 s", 1.234, Unit.SECONDS),
        ("12.3 ms", 0.01234, Unit.SECONDS),
        ("123 µs", 0.0001234, Unit.SECONDS),
        ("1.5 MB", 1.5e6, Unit.BYTES),
    ],
)
def test_an_amount_has_three_digits_and_a_unit(told: str, value: float, unit: Unit) -> None:
    """More digits would be noise."""
    assert told == amount(value, unit)


def test_the_table_tells_what_is_met_and_what_is_not() -> None:
    """A row of which nothing is wanted is only told."""
    rows = [row(), row("one/command", wanted=2), row("journal/off", wanted=None)]
    assert [
        "             ours  floor                ratio  wanted  met",
        "import/cli   2 ms   1 ms  2.00 (1.50 to 2.50)   ≤ 1.5   no",
        "one/command  2 ms   1 ms  2.00 (1.50 to 2.50)     ≤ 2  yes",
        "journal/off  2 ms   1 ms  2.00 (1.50 to 2.50)",
    ] == table(rows).splitlines()
