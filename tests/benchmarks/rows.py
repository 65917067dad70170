# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows that were never measured."""

from benchmarks.row import Row, Unit


def row(
    key: str = "import/cli",
    *,
    wanted: float | None = 1.5,
    ours: tuple[float, ...] = (0.003, 0.001, 0.002),
    floor: tuple[float, ...] = (0.001, 0.001, 0.001),
    unit: Unit = Unit.SECONDS,
    size: int | None = None,
) -> Row:
    """A row; its ratio is 2 unless something else is said."""
    return Row(key, f"what {key} is", "the least", wanted, ours, floor, unit, size)
