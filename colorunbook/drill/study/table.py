# SPDX-License-Identifier: GPL-2.0-or-later
"""A study as a table, and in a few sentences."""

from collections.abc import Iterator

from colorunbook.drill.study.grid import Axis, told
from colorunbook.drill.study.sights import Sight, middle, sights
from colorunbook.drill.study.study import Study
from colorunbook.drill.table import Table
from colorunbook.drill.words import count, took

HEAD = (
    *("knob", "position", "typical answer", "p99", "gap at the failover"),
    *("checkpoints", "pause of one", "answers", "wrong"),
)
_FINDINGS = 2
"""Of one drill that are told; the file has the others."""


def table(study: Study) -> Table:
    """A row for each position of each knob; a figure is the median of its drills.

    Where there are two, the first is of the time before the fault, the second after the resume.
    """
    return Table(HEAD, tuple(_row(axis, at) for axis, found in sights(study) for at in found))


def _row(axis: Axis, sight: Sight) -> tuple[str, ...]:
    before, after = sight.before, sight.after
    return (
        axis.knob,
        position(axis, sight),
        _both(took(middle(before.typical)), took(middle(after.typical))),
        _both(took(middle(before.slow)), took(middle(after.slow))),
        took(middle(sight.gaps)),
        _both(_rate(middle(before.rates)), _rate(middle(after.rates))),
        took(middle([*before.pauses, *after.pauses])),
        _both(_rate(middle(before.answers)), _rate(middle(after.answers))),
        f"{sight.flawed} of {len(sight.runs)}" if sight.flawed else "-",
    )


def position(axis: Axis, sight: Sight) -> str:
    """The position with its unit, and whether QEMU has it of itself."""
    own = ", QEMU's own" if sight.point.own else ""
    unit = axis.unit.removesuffix("s") if sight.point.label == "1" else axis.unit
    return f"{sight.point.label} {unit}".rstrip() + own


def title(study: Study) -> str:
    """Which study this is."""
    setting = study.setting
    return f"The knobs: QEMU {setting.qemu}, {setting.accel}, {setting.date[:10]}"


def outcome(study: Study) -> str:
    """How it went, as a sentence."""
    flawed = sum(not run.is_flawless for run in study.runs)
    number = len(study.runs)
    wrong = f"in {flawed} of them something was wrong" if flawed else "nothing was wrong in any"
    each = took(study.seconds / number if number else None)
    return f"{count(number, 'drill')}, {each} each, {study.seconds / 60:.0f} min in all; {wrong}."


def surroundings(study: Study) -> str:
    """What it was run on, as a sentence."""
    setting = study.setting
    loads = [run.load for run in study.runs]
    return (
        f"It ran on {count(setting.cores, 'core')} for everything together, the guest's kernel "
        f"{setting.kernel}; the machine's load was {min(loads, default=0):.1f} to "
        f"{max(loads, default=0):.1f} when drills began. {setting.why}"
    ).rstrip()


def wrongs(study: Study) -> Iterator[str]:
    """What was wrong, a sentence or two a drill, each drill of a kind once."""
    seen: set[tuple[object, ...]] = set()
    for run in study.runs:
        key = (run.choice, run.findings[:_FINDINGS])
        if not run.findings or key in seen:
            continue
        seen.add(key)
        more = len(run.findings) - _FINDINGS
        also = f" And {more} more." if more > 0 else ""
        yield f"{told(run.choice)}: {' '.join(run.findings[:_FINDINGS])}{also}"


def _both(before: str, after: str) -> str:
    return f"{before} → {after}"


def _rate(number: float | None) -> str:
    return "-" if number is None else f"{number:.1f}/s"
