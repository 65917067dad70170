# SPDX-License-Identifier: GPL-2.0-or-later
"""What a result has to say, in words that the picture, the table and the page share."""

from collections.abc import Iterator
from typing import Final

from colorunbook.drill.acknowledged import DiskVerdict
from colorunbook.drill.parts import Span, SpanKind
from colorunbook.drill.result import Result

UNNOTICED: Final = 1.0
"""Up to which gap a client takes no notice, in seconds: a packet that is lost when a connection is
opened costs as much, in any network (RFC 6298, section 2)."""


def took(seconds: float | None) -> str:
    """A time with three digits or so; a dash where nothing was measured."""
    if seconds is None:
        return "-"
    if seconds < 0.00995:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 9.995 else f"{seconds:.1f} s"


def count(number: int, what: str) -> str:
    """So many of something."""
    return f"{number} {what}{'s' * (number != 1)}"


def title(result: Result) -> str:
    """Which drill this was."""
    setting = result.setting
    day = setting.date.replace("T", " ")[:16]
    return f"Drill {setting.scenario}: QEMU {setting.qemu}, {setting.accel}, {day}"


def surroundings(result: Result) -> str:
    """What else it was run on, and with."""
    setting = result.setting
    words = [count(setting.cores, "core"), f"guest kernel {setting.kernel}"]
    if setting.seed is not None:
        words.append(f"seed {setting.seed}")
    words += [f"{name} {_knob(value)}" for name, value in sorted(setting.knobs.items())]
    return ", ".join(words)


def label(span: Span) -> str:
    """A span in a few words: a fault by its victim, anything else by how long it took."""
    if span.kind is SpanKind.FAULT:
        return f"{span.name} {span.host}".rstrip()
    if span.end == span.begin:
        return span.name
    return f"{span.name} {took(span.end - span.begin)}"


def described(span: Span) -> str:
    """A span with everything that is known of it."""
    where = f" on {span.host}" if span.host else ""
    text = f"{span.kind.value}: {span.name}{where} at {span.begin:.3f} s"
    if span.end > span.begin:
        text += f", for {took(span.end - span.begin)}"
    return f"{text}. {span.note}".rstrip()


def outcome(result: Result) -> str:
    """How it ended, as a sentence."""
    lived = f"{result.survived} of {count(len(result.connections), 'connection')} survived"
    if result.is_flawless:
        gap = result.totals.longest_gap
        if gap is None or gap <= UNNOTICED:
            return f"No client has noticed: {lived}, and nothing was wrong."
        return f"{lived}, and nothing was wrong; between two answers went {took(gap)} at most."
    if result.findings:
        return f"{lived}, and there {_are(len(result.findings))}."
    return f"{lived}; nothing that was wrong was seen, and too little that was right."


def figures(result: Result) -> Iterator[str]:
    """The whole drill in a few sentences."""
    totals = result.totals
    yield (
        f"{count(totals.requests, 'request')}, {totals.answered} answered; "
        f"the longest gap between two answers was {took(totals.longest_gap)}."
    )
    if totals.checkpoints is not None:
        pauses = totals.checkpoints
        yield (
            f"{count(pauses.count, 'checkpoint')} held the guest up for {took(pauses.p50)} in "
            f"the median and {took(pauses.longest)} at most."
        )
    if result.disk is not None:
        yield _disk(result.disk)


def _disk(disk: DiskVerdict) -> str:
    were = "was" if disk.acknowledged == 1 else "were"
    lines = f"{count(disk.acknowledged, 'line')} {were} acknowledged"
    if disk.findings:
        return f"{lines}; the surviving disk is not as it should be."
    return f"{lines}; the surviving disk has every one of them."


def _are(number: int) -> str:
    return f"is {number} finding" if number == 1 else f"are {number} findings"


def _knob(value: object) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case float():
            return f"{value:g}"
        case _:
            return str(value)
