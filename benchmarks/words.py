# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows as they are told: on a terminal, on a page."""

from collections.abc import Iterable, Sequence

from benchmarks.row import Row, Unit
from benchmarks.spread import Spread


def amount(value: float, unit: Unit) -> str:
    """A measurement with three digits and its unit."""
    if unit is Unit.BYTES:
        return f"{value / 1e6:.3g} MB"
    if value < 0.001:
        return f"{value * 1e6:.3g} µs"
    return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"


def cells(row: Row) -> tuple[str, str, str, str, str]:
    """Ours, the floor, the ratio with its spread, what was wanted, and whether it is so."""
    ours, floor, ratios = Spread.of(row.ours), Spread.of(row.floor), row.ratios
    wanted = "" if row.wanted is None else f"≤ {row.wanted:g}"
    verdict = "" if row.wanted is None else "yes" if row.is_met else "no"
    return (
        amount(ours.median, row.unit),
        amount(floor.median, row.unit),
        f"{row.ratio:.2f} ({ratios.low:.2f} to {ratios.high:.2f})",
        wanted,
        verdict,
    )


def table(rows: Iterable[Row]) -> str:
    """The rows as text."""
    head = ("", "ours", "floor", "ratio", "wanted", "met")
    lines = [head, *((row.key, *cells(row)) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(_line(line, widths) for line in lines)


def _line(line: Sequence[str], widths: Sequence[int]) -> str:
    name, *rest = line
    told = (f"{cell:>{width}}" for cell, width in zip(rest, widths[1:], strict=True))
    return f"{name:{widths[0]}}  {'  '.join(told)}".rstrip()
