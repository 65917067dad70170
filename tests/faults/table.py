# SPDX-License-Identifier: GPL-2.0-or-later
"""What came out of it, a line a runbook, edition and kind of fault."""

from collections.abc import Sequence

from tests.faults.chapters import CHAPTERS
from tests.faults.points import Kind
from tests.faults.trials import Outcome

_HEAD = ("runbook", "edition", "fault", "points", "survived", "longest")


def table(outcomes: Sequence[Outcome]) -> str:
    """The table."""
    groups: dict[tuple[str, str, str], list[Outcome]] = {}
    for outcome in sorted(outcomes, key=_order):
        point = outcome.point
        groups.setdefault((point.name, point.edition.value, point.kind.value), []).append(outcome)
    rows = [_HEAD, *((*key, *_figures(group)) for key, group in groups.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return "\n".join(_line(row, widths) for row in rows)


def _order(outcome: Outcome) -> tuple[int, str, int]:
    point = outcome.point
    return [*CHAPTERS].index(point.name), point.edition.value, [*Kind].index(point.kind)


def _figures(group: Sequence[Outcome]) -> tuple[str, str, str]:
    survived = sum(not outcome.evidence for outcome in group)
    return str(len(group)), str(survived), f"{max(o.seconds for o in group):.1f} s"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    names = [f"{text:{width}}" for text, width in zip(row[:3], widths, strict=False)]
    figures = [f"{text:>{width}}" for text, width in zip(row[3:], widths[3:], strict=True)]
    return "  ".join((*names, *figures))
